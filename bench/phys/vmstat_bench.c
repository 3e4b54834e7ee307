/* SPDX-License-Identifier: MIT */
/*
 * Question: what does a counter cost that is folded only past a threshold? mod
 * changes it by one block up and down, which never folds; fold by more than the
 * threshold, which always does; event counts one page handed out.
 */
#include "mm/vmstat.h"

#include "bench/gbench.h"

#define MACHINE "ram=64M cpus=2"

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

static void change(struct bench_state *s, int64_t pages)
{
	struct mm_machine *m = bench_data(s);
	struct zone *z = mm_zone_of(m, MM_ZONE_NORMAL);
	uint64_t before;
	struct mm_ctx x;

	mm_machine_reset(m);
	mm_ctx_init(&x, m, 1);
	before = mm_vmstat_zone_exact(m, z, MM_NR_FREE_PAGES);
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		mm_vmstat_mod(&x, z, MM_NR_FREE_PAGES, -pages);
		mm_vmstat_mod(&x, z, MM_NR_FREE_PAGES, pages);
		BENCH_USE(z);
	}
	bench_require(s, mm_vmstat_zone_exact(m, z, MM_NR_FREE_PAGES) == before,
		      "the count has changed");
}

static void mod(struct bench_state *s)
{
	change(s, 1);
}

static void fold(struct bench_state *s)
{
	change(s, 512);
}

static void event(struct bench_state *s)
{
	struct mm_machine *m = bench_data(s);
	uint64_t before;
	struct mm_ctx x;

	mm_ctx_init(&x, m, 1);
	before = mm_vmstat_events(m, MM_VM_PGFREE);
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		mm_vmstat_count(&x, MM_VM_PGFREE, 1);
		BENCH_USE(m);
	}
	bench_require(s, mm_vmstat_events(m, MM_VM_PGFREE) == before + bench_iterations(s),
		      "events were lost");
}

/* clang-format off */
const struct bench_def mm_vmstat_benches[] = {
	{.name = "vmstat/mod", .fn = mod, .setup = setup},
	{.name = "vmstat/fold", .fn = fold, .setup = setup},
	{.name = "vmstat/event", .fn = event, .setup = setup},
	{.name = NULL},
};
/* clang-format on */
