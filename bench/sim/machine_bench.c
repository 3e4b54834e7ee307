/* SPDX-License-Identifier: MIT */
/*
 * Questions: what does a fuzzer pay to get its machine back after an input of
 * 20 operations, and what does one look at the whole state cost?
 *
 * reset is timed by itself, its operations are not: the clock is read around
 * it (some 20 ns of what is shown). floor_copy copies as many bytes, in the
 * same way after the same operations.
 */
#include "mm/machine.h"

#include "bench/gbench.h"
#include "fuzz/trace/run.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char operations[] = "a = alloc order=0 gfp=KERNEL\n"
				 "b = alloc order=0 gfp=HIGHUSER_MOVABLE|ZERO|COMP\n"
				 "c = alloc order=1 gfp=KERNEL\n"
				 "poke a offset=17 value=65\n"
				 "d = alloc order=0 gfp=HIGHUSER_MOVABLE|ZERO|COMP cpu=1\n"
				 "free a\n"
				 "e = alloc order=3 gfp=NOWAIT\n"
				 "r = get b\n"
				 "free b cpu=1\n"
				 "f = alloc order=0 gfp=KERNEL|RECLAIMABLE\n"
				 "put r\n"
				 "tick n=3\n"
				 "g = alloc order=2 gfp=ATOMIC\n"
				 "free c cpu=1\n"
				 "poke d offset=4095 value=1\n"
				 "h = alloc order=0 gfp=HIGHUSER_MOVABLE|ZERO|COMP\n"
				 "free e\n"
				 "free d\n"
				 "sysctl name=watermark_scale_factor value=20\n"
				 "i = alloc order=4 gfp=KERNEL|ZERO\n";

#define NR_OPERATIONS 20

static const char *const machines[] = {
	[MM_CONTENTS_NONE] = "ram=4M max_order=6 pageblock_order=3 cpus=2 contents=none",
	[MM_CONTENTS_TAG] = "ram=4M max_order=6 pageblock_order=3 cpus=2 contents=tag",
};

static const char *const labels[] = {[MM_CONTENTS_NONE] = "none", [MM_CONTENTS_TAG] = "tag"};
static const int64_t contents[] = {MM_CONTENTS_NONE, MM_CONTENTS_TAG};

#define NR_MACHINES (sizeof(machines) / sizeof(machines[0]))

struct fixture {
	struct mm_trace trace;
	struct mm_machine *m;
	struct mm_run *run;
	unsigned char *copy; /* as large as the used part of the arena */
};

static struct fixture fixtures[NR_MACHINES];

static bool open_fixture(struct fixture *f, const char *machine, struct mm_error *e)
{
	mm_trace_init(&f->trace);
	if (mm_trace_parse(&f->trace, operations, sizeof(operations) - 1, "operations", e))
		return false;
	f->m = mm_boot(machine, e);
	if (!f->m)
		return false;
	f->run = mm_run_create(f->m, NULL);
	f->copy = malloc(f->m->arena.used);
	if (f->run && f->copy)
		return true;
	(void)mm_error_set(e, -MM_ENOMEM, 0, 0, "no memory for the run");
	return false;
}

static void setup(struct bench_state *s)
{
	struct fixture *f = &fixtures[bench_arg(s, 0)];
	struct mm_error e = {NULL, 0, 0, ""};
	char text[512];

	bench_set_data(s, f);
	if (mm_optable_find("alloc", 5) < 0) {
		bench_skip(s, "page_alloc is left out");
		return;
	}
	if (f->copy || open_fixture(f, machines[bench_arg(s, 0)], &e))
		return;
	mm_run_destroy(f->run);
	mm_machine_destroy(f->m);
	mm_trace_free(&f->trace);
	memset(f, 0, sizeof(*f));
	bench_fail(s, "%s", mm_error_text(&e, text, sizeof(text)));
}

static void operate(struct fixture *f)
{
	static const struct mm_run_options plain;

	if (mm_run_trace(f->run, &f->trace, &plain))
		abort();
}

/* All operations do something, the state changes, and reset undoes it. */
static bool check(struct bench_state *s, struct fixture *f)
{
	uint64_t boot = mm_machine_digest_sweep(f->m);
	uint64_t after;

	operate(f);
	after = mm_machine_digest_sweep(f->m);
	mm_machine_reset(f->m);
	return bench_require(s, f->run->stats.ops == NR_OPERATIONS && !f->run->stats.skipped,
			     "not all of 20 operations ran") &&
	       bench_require(s, f->m->nr_outcomes == 0, "the machine complains") &&
	       bench_require(s, after != boot, "20 operations change nothing") &&
	       bench_require(s, mm_machine_digest_sweep(f->m) == boot,
			     "the machine is not as booted after a reset");
}

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void report(struct bench_state *s, const struct fixture *f)
{
	bench_label(s, labels[bench_arg(s, 0)]);
	bench_bytes(s, bench_iterations(s) * f->m->arena.used);
}

static void reset(struct bench_state *s)
{
	struct fixture *f = bench_data(s);

	mm_run_reset(f->run);
	if (bench_first_run(s) && !check(s, f))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		double start;

		operate(f);
		start = seconds();
		mm_machine_reset(f->m);
		bench_iteration_time(s, seconds() - start);
	}
	report(s, f);
}

static void floor_copy(struct bench_state *s)
{
	struct fixture *f = bench_data(s);
	size_t used = f->m->arena.used;

	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		double start;

		mm_machine_reset(f->m);
		operate(f);
		start = seconds();
		memcpy(f->copy, f->m->arena.image, used);
		BENCH_USE(f->copy);
		bench_iteration_time(s, seconds() - start);
	}
	mm_run_reset(f->run);
	report(s, f);
}

static void digest_sweep(struct bench_state *s)
{
	struct fixture *f = bench_data(s);
	uint64_t objects = 0;
	uint64_t sum = 0;

	mm_run_reset(f->run);
	operate(f);
	mm_machine_digest_rebuild(f->m);
	for (int kind = 0; kind < MM_OBJ_NR; kind++)
		objects += mm_machine_kind_count(f->m, (enum mm_obj)kind);
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		sum = mm_machine_digest_sweep(f->m);
		BENCH_USE(sum);
	}
	bench_require(s, sum == mm_machine_digest(f->m), "the sweep gives another digest");
	bench_items(s, bench_iterations(s) * objects);
	bench_label(s, labels[bench_arg(s, 0)]);
}

/* clang-format off */
const struct bench_def mm_machine_benches[] = {
	{.name = "machine/reset", .fn = reset, .setup = setup, .clock = BENCH_MANUAL_TIME,
	 .arg_names = {"contents"}, .args = contents, .nr_args = NR_MACHINES},
	{.name = "machine/floor_copy", .fn = floor_copy, .setup = setup,
	 .clock = BENCH_MANUAL_TIME,
	 .arg_names = {"contents"}, .args = contents, .nr_args = NR_MACHINES},
	{.name = "machine/digest_sweep", .fn = digest_sweep, .setup = setup,
	 .arg_names = {"contents"}, .args = contents, .nr_args = NR_MACHINES},
	{.name = NULL},
};
/* clang-format on */
