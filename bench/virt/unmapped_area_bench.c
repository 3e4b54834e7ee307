/* SPDX-License-Identifier: MIT */
/*
 * Question: how does the cost of finding room grow with the number of VMAs?
 *
 *	high      room there is near the top: the first of the larger holes
 *	below     there is none between VMAs, and all of them have to be ruled out
 *	hint      somebody wishes for a place that is taken
 *	stacks    there would be room, but for the gaps that stacks keep below them, of
 *	          which the tree knows nothing: hole after hole is found and refused
 */
#include "mm/unmapped_area.h"

#include "bench/gbench.h"
#include "bench/spaces.h"

#define LARGE 41 /* pages; no hole has so many */

/* The room begins at a page where nothing is, and nothing is in it. */
static bool check(struct bench_state *s, struct space *sp, uint64_t pages, bool below)
{
	uint64_t len = pages * MM_PAGE_SIZE;
	uint64_t addr = 0;
	int err = mm_unmapped_area(&sp->x, sp->mm, 0, len, false, &addr);

	return bench_require(s, !err, "error %d", err) &&
	       bench_require(s, !mm_aspace_find_in(sp->mm, addr, addr + len),
			     "something is mapped there") &&
	       bench_require(s, !below == (addr + len > sp->bottom) || sp->nr < 100,
			     "%" PRIx64 " was found, VMAs begin at %" PRIx64, addr, sp->bottom);
}

static void search(struct bench_state *s, enum spaces_kind kind, uint64_t pages, bool below,
		   bool hint)
{
	struct space *sp = space_of(s, kind);
	uint64_t addr = 0;
	uint64_t i = 0;
	int err = 0;

	if (!sp || (bench_first_run(s) && !check(s, sp, pages, below)))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		uint64_t wish = hint ? sp->place[i].start : 0;

		err |= mm_unmapped_area(&sp->x, sp->mm, wish, pages * MM_PAGE_SIZE, false, &addr);
		BENCH_USE(addr);
		i = (i + 1) % SPACES_PLACES;
	}
	bench_require(s, !err, "errors %d", err);
}

static void high(struct bench_state *s)
{
	search(s, SPACES_REF, SPACES_PAGES, false, false);
}

static void below(struct bench_state *s)
{
	search(s, SPACES_REF, LARGE, true, false);
}

static void hint(struct bench_state *s)
{
	search(s, SPACES_REF, SPACES_PAGES, false, true);
}

static void stacks(struct bench_state *s)
{
	search(s, SPACES_STACKS, SPACES_PAGES, true, false);
}

static const int64_t sizes[] = {10, 100, 1000, 10000, 100000};

/* clang-format off */
const struct bench_def mm_unmapped_area_benches[] = {
	{.name = "unmapped_area/high", .fn = high,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 5},
	{.name = "unmapped_area/below", .fn = below,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 5},
	{.name = "unmapped_area/hint", .fn = hint,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 5},
	{.name = "unmapped_area/stacks", .fn = stacks,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 4},
	{.name = NULL},
};
/* clang-format on */
