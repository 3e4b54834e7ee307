/* SPDX-License-Identifier: MIT */
/*
 * Question: what does it cost to ask whether a zone may be taken from? ok is
 * the whole test, which looks for a block when order > 0; fast is what every
 * request runs first.
 *
 * The zone is as booted: all memory in blocks of max_order, so that the search
 * from order 3 passes all lists in between.
 */
#include "mm/watermark.h"

#include "bench/gbench.h"

#define MACHINE "ram=64M"

static struct mm_machine *machine;

static void setup(struct bench_state *s)
{
	struct mm_error e = {NULL, 0, 0, ""};

	if (!machine)
		machine = mm_boot(MACHINE, &e);
	bench_set_data(s, machine);
	if (!machine)
		bench_skip(s, e.text);
}

/* Yes at the mark, no where one frame less than needed is left. */
static bool check(struct bench_state *s, const struct zone *z, unsigned int order)
{
	const struct mm_machine *m = bench_data(s);
	uint64_t left = mm_vmstat_zone(z, MM_NR_FREE_PAGES) - ((UINT64_C(1) << order) - 1);

	return bench_require(s, mm_watermark_ok(m, z, order, left - 1, MM_ZONE_NORMAL, 0),
			     "no, although one frame more than the mark is left") &&
	       bench_require(s, !mm_watermark_ok(m, z, order, left, MM_ZONE_NORMAL, 0),
			     "yes, although no frame above the mark is left");
}

static void ok(struct bench_state *s)
{
	const struct mm_machine *m = bench_data(s);
	const struct zone *z = mm_zone_of(m, MM_ZONE_NORMAL);
	uint64_t mark = mm_zone_wmark(z, MM_WMARK_LOW);
	unsigned int order = (unsigned int)bench_arg(s, 0);
	uint64_t yes = 0;

	if (bench_first_run(s) && !check(s, z, order))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		yes += mm_watermark_ok(m, z, order, mark, MM_ZONE_NORMAL, MM_ALLOC_WMARK_LOW);
		BENCH_USE(z);
	}
	bench_require(s, yes == bench_iterations(s), "an empty machine said no");
}

static void fast(struct bench_state *s)
{
	const struct mm_machine *m = bench_data(s);
	const struct zone *z = mm_zone_of(m, MM_ZONE_NORMAL);
	uint64_t mark = mm_zone_wmark(z, MM_WMARK_LOW);
	uint64_t yes = 0;

	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		yes += mm_watermark_fast(m, z, 0, mark, MM_ZONE_NORMAL, MM_ALLOC_WMARK_LOW);
		BENCH_USE(z);
	}
	bench_require(s, yes == bench_iterations(s), "an empty machine said no");
}

static const int64_t orders[] = {0, 3};

/* clang-format off */
const struct bench_def mm_watermark_benches[] = {
	{.name = "watermark/ok", .fn = ok, .setup = setup,
	 .arg_names = {"order"}, .args = orders, .nr_args = 2},
	{.name = "watermark/fast", .fn = fast, .setup = setup},
	{.name = NULL},
};
/* clang-format on */
