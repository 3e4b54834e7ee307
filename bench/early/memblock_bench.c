/* SPDX-License-Identifier: MIT */
/*
 * Question: what do a reservation and a search cost among 10 regions, as on a
 * plain machine, and among 1000?  Tables are arrays: both grow with their length,
 * which is why the buddy allocator takes over so early.
 *
 * Each region is the first 64 bytes of a page.  reserve_free enters one in the
 * lowest gap and takes it out: all regions above move.  find looks from the top
 * for two pages, which only fit below all regions.
 */
#include "mm/memblock.h"

#include "bench/gbench.h"

static struct mm_machine *m;
static struct mm_ctx x;

static struct mm_memblock_span region(uint64_t i)
{
	return (struct mm_memblock_span){(8 + i) * MM_PAGE_SIZE, 64};
}

static bool reserve_many(uint64_t regions)
{
	struct memblock s = *m->memblock;
	uint64_t i;

	s.can_resize = true;
	s.current_limit = 0x800000;
	mm_memblock_set(&x, &s);
	/* tables go above the 4 MiB that are searched */
	if (mm_memblock_add(&x, (struct mm_memblock_span){0x400000, 0x400000}, 1, 0))
		return false;
	for (i = 0; i < regions; i++) {
		if (mm_memblock_reserve(&x, region(i)))
			return false;
	}
	/* from here to the top of memory there is no room for two pages */
	return !mm_memblock_reserve(&x, (struct mm_memblock_span){region(regions).base,
								  0x400000 - region(regions).base});
}

static void setup(struct bench_state *s)
{
	m = mm_boot("ram=4M max_order=6 contents=none", NULL);
	if (!m) {
		bench_skip(s, "no memory for the machine");
		return;
	}
	mm_ctx_init(&x, m, 0);
	if (!reserve_many((uint64_t)bench_arg(s, 0)))
		bench_fail(s, "the regions cannot be reserved");
}

static void teardown(struct bench_state *s)
{
	(void)s;
	mm_machine_destroy(m);
	m = NULL;
}

static void reserve_free(struct bench_state *s)
{
	const struct mm_memblock_span low = {MM_PAGE_SIZE, 64};
	int wrong = 0;

	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		wrong |= mm_memblock_reserve(&x, low);
		wrong |= mm_memblock_free(&x, low);
	}
	bench_require(s, !wrong, "a reservation was refused");
	bench_items(s, bench_iterations(s));
}

static void find(struct bench_state *s)
{
	const struct mm_memblock_request q = {2 * MM_PAGE_SIZE, MM_PAGE_SIZE,        0,
					      0x400000,         MM_MEMBLOCK_NO_NODE, false};
	uint64_t pa = 0;

	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		pa = mm_memblock_find(m, &q, 0);
		BENCH_USE(pa);
	}
	bench_require(s, pa == 6 * MM_PAGE_SIZE, "two pages are found at 0x%llx",
		      (unsigned long long)pa);
	bench_items(s, bench_iterations(s));
}

static const int64_t regions[] = {10, 1000};

/* clang-format off */
const struct bench_def mm_memblock_benches[] = {
	{.name = "memblock/reserve_free", .fn = reserve_free, .setup = setup, .teardown = teardown,
	 .arg_names = {"regions"}, .args = regions, .nr_args = 2},
	{.name = "memblock/find", .fn = find, .setup = setup, .teardown = teardown,
	 .arg_names = {"regions"}, .args = regions, .nr_args = 2},
	{.name = NULL},
};
/* clang-format on */
