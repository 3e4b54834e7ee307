/* SPDX-License-Identifier: MIT */
/*
 * Question: how does the cost of finding the VMA of an address, and of going on to the
 * next, grow with the number of VMAs?
 *
 * find_below is asked by whoever maps: who lies below a place that is free.
 */
#include "mm/aspace.h"

#include "bench/gbench.h"
#include "bench/spaces.h"

/* Each VMA is found by its first and last byte, and from those beside it. */
static bool check(struct bench_state *s, const struct space *sp)
{
	const struct vm_area_struct *prev = NULL;
	uint64_t i;

	for (i = 0; i < sp->nr; i++) {
		const struct vm_area_struct *vma = mm_aspace_find(sp->mm, sp->range[i].last);

		if (!vma || vma->vm_start != sp->range[i].first ||
		    vma->vm_end != sp->range[i].last + 1 || vma->vm_mm != sp->mm ||
		    mm_aspace_find(sp->mm, vma->vm_start) != vma ||
		    mm_aspace_prev(sp->mm, vma) != prev ||
		    (prev && mm_aspace_next(sp->mm, prev) != vma))
			return bench_require(s, false, "VMA %" PRIu64 " is not found", i);
		prev = vma;
	}
	return true;
}

/* A byte inside a VMA: fault after fault. */
static void find(struct bench_state *s)
{
	struct space *sp = space_of(s, SPACES_REF);
	uint64_t i = 0;

	if (!sp || (bench_first_run(s) && !check(s, sp)))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		BENCH_USE(mm_aspace_find(sp->mm, sp->place[i].start));
		i = (i + 1) % SPACES_PLACES;
	}
}

static void find_below(struct bench_state *s)
{
	struct space *sp = space_of(s, SPACES_REF);
	uint64_t i = 0;

	if (!sp)
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		BENCH_USE(mm_aspace_find_below(sp->mm, sp->place[i].start));
		i = (i + 1) % SPACES_PLACES;
	}
}

/* All of them, in order: /proc/PID/maps. An item is a VMA. */
static void walk(struct bench_state *s)
{
	struct space *sp = space_of(s, SPACES_REF);
	uint64_t seen = 0;

	if (!sp)
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		const struct vm_area_struct *vma = mm_aspace_find(sp->mm, 0);

		for (; vma; vma = mm_aspace_next(sp->mm, vma))
			seen++;
		BENCH_USE(vma);
	}
	bench_require(s, seen == bench_iterations(s) * sp->nr, "%" PRIu64 " VMAs seen", seen);
	bench_items(s, seen);
}

static const int64_t sizes[] = {10, 100, 1000, 10000, 100000};

/* clang-format off */
const struct bench_def mm_aspace_benches[] = {
	{.name = "aspace/find", .fn = find,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 5},
	{.name = "aspace/find_below", .fn = find_below,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 5},
	{.name = "aspace/walk", .fn = walk,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 4},
	{.name = NULL},
};
/* clang-format on */
