/* SPDX-License-Identifier: MIT */
/*
 * Questions: what does a frame cost from the request to the page, and back?
 * How fast is a recording of a real kernel replayed, unchecked and with all
 * claims judged after every operation? How many inputs does a fuzzer execute?
 *
 * The first are the workloads of bench/workload.h with GFP_KERNEL on a booted
 * machine, where all pageblocks are Movable: the counting pass has the
 * fallbacks that claim them, the timed loop has none.  CPUs keep lists there;
 * order 5 has none and shows what a request costs without.
 *
 * compound: a pair of blocks whose tails are prepared and checked, beside pair/order:3.
 * many: 64 pages in one bulk request, or one by one.
 *
 * first_page: from a description to the first page, on machines of 1 GiB, where boot is
 * eager, and of 1 TiB, 8 nodes and 64 CPUs, where two sections are made ready; its
 * label says how much memory the larger machine took.
 *
 * replay_git_log: items are operations. exec20: an iteration and an item are
 * one input of 20 operations, treated as a fuzz target treats it: pcp:0 is target
 * buddy, pcp:1 target page_alloc.
 */
#include "mm/page_alloc.h"

#include "bench/replay.h"
#include "bench/workload.h"
#include "fuzz/import/import.h"
#include "fuzz/trace/exec.h"

#include <stdio.h>
#include <stdlib.h>

#define RECORDING   "corpus/recordings/git_log.txt.gz"
#define INPUTS      1000
#define INPUT_OPS   20
#define MANY        64
#define MANY_PASS   1000
#define INPUT_DATA  10 /* bytes of arguments per operation, at the most */
#define INPUT_BYTES (2 + INPUT_OPS * (1 + INPUT_DATA))

/* Both targets have so many machines. */
#define INPUT_MACHINES 5

/* Of a target: its name, and operations from alloc on. */
static const struct {
	const char *name;
	unsigned int codes;
} exec_targets[] = {{"buddy", 10}, {"page_alloc", 16}};

/* ---- workloads ---- */

static struct workload workload;

static void setup(struct bench_state *s)
{
	workload_setup(s, &workload);
}

WORKLOAD_INLINE struct page *get(struct workload *w, unsigned int order)
{
	return mm_page_alloc_get(&w->x, order, MM_GFP_KERNEL);
}

WORKLOAD_INLINE void put(struct workload *w, struct page *page, unsigned int order)
{
	mm_page_alloc_put(&w->x, page, order);
}

static void pair(struct bench_state *s)
{
	workload_pair(s, "page_alloc/pair", get, put);
}

static void bulk_get(struct bench_state *s)
{
	workload_bulk_get(s, "page_alloc/bulk_get", get, put);
}

static void put_same(struct bench_state *s)
{
	workload_bulk_put(s, "page_alloc/put_same", workload_keep, get, put);
}

static void put_reverse(struct bench_state *s)
{
	workload_bulk_put(s, "page_alloc/put_reverse", workload_reverse, get, put);
}

static void put_random(struct bench_state *s)
{
	workload_bulk_put(s, "page_alloc/put_random", workload_shuffle, get, put);
}

static void churn(struct bench_state *s)
{
	workload_churn(s, "page_alloc/churn", get, put);
}

/* ---- blocks with tails, many pages at once ---- */

WORKLOAD_INLINE struct page *get_compound(struct workload *w, unsigned int order)
{
	return mm_page_alloc_get(&w->x, order, MM_GFP_KERNEL | MM_GFP_COMP);
}

static void compound(struct bench_state *s)
{
	workload_pair(s, "page_alloc/compound", get_compound, put);
}

static void take_many(struct workload *w, bool bulk)
{
	struct page *pages[MANY] = {NULL};

	if (bulk)
		w->failed += mm_page_alloc_bulk(&w->x, MM_GFP_KERNEL, MANY, pages) != MANY;
	for (int i = 0; !bulk && i < MANY; i++) {
		pages[i] = mm_page_alloc_get(&w->x, 0, MM_GFP_KERNEL);
		w->failed += !pages[i];
	}
	BENCH_USE(pages);
	for (int i = 0; i < MANY; i++) {
		if (pages[i])
			mm_page_alloc_put(&w->x, pages[i], 0);
	}
}

/* Argument 0: bulk. An operation is 64 pages taken, and put back one by one. */
static void many(struct bench_state *s)
{
	struct workload *w = bench_data(s);
	bool bulk = bench_arg(s, 0) != 0;
	char row[COUNTS_LINE_MAX / 2];

	(void)snprintf(row, sizeof(row), "page_alloc/many/bulk:%d", bulk);
	workload_count(w);
	for (int i = 0; i < MANY_PASS; i++)
		take_many(w, bulk);
	if (!workload_counted(s, w, row, MANY_PASS))
		return;
	workload_restart(w);
	take_many(w, bulk);
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--)
		take_many(w, bulk);
	workload_all_merged(s, w);
	bench_items(s, bench_iterations(s) * MANY);
}

/* ---- a recording ---- */

static struct replay replay;

static int import_trace(struct mm_trace *t, struct mm_error *e)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int err;

	if (!out)
		return mm_error_set(e, -MM_ENOMEM, 0, 0, "no memory for the trace");
	err = mm_import_recording(RECORDING, out, NULL, NULL, e);
	if (fclose(out) && !err)
		err = mm_error_set(e, -MM_ENOMEM, 0, 0, "no memory for the trace");
	if (!err)
		err = mm_trace_parse(t, text, len, RECORDING, e);
	free(text);
	return err;
}

/* Imported and booted once for all runs; the recording may not be here. */
static void setup_replay(struct bench_state *s)
{
	replay_setup(s, &replay, import_trace);
}

static bool count_replay(struct bench_state *s, struct replay *p)
{
	struct counts c = {0};
	char row[COUNTS_LINE_MAX / 2];
	bool ok;

	(void)snprintf(row, sizeof(row), "page_alloc/replay_git_log/check:%d",
		       bench_arg(s, 0) != 0);
	if (!bench_require(s, counts_listen(&c, p->m[0]), "no room for a listener"))
		return false;
	mm_run_reset(p->run[0]);
	ok = replay_play(s, p->run[0], &p->trace);
	counts_unlisten(&c, p->m[0]);
	return ok && counts_report(s, &c, row, p->trace.nr);
}

/* Argument 0: check. An iteration is one replay from the image. */
static void replay_git_log(struct bench_state *s)
{
	struct replay *p = bench_data(s);
	struct mm_run *r = p->run[bench_arg(s, 0) != 0];
	uint64_t checks;

	if ((bench_first_run(s) && !replay_ok(s, p)) || !count_replay(s, p))
		return;
	checks = r->checker ? r->checker->report.checks : 0;
	if (!replay_time(s, r, &p->trace))
		return;
	if (r->checker)
		counts_show(s, "checks", r->checker->report.checks - checks,
			    bench_iterations(s) * p->trace.nr);
}

/* ---- fuzz inputs ---- */

struct inputs {
	struct mm_exec *exec;
	size_t len[INPUTS];
	uint8_t bytes[INPUTS][INPUT_BYTES];
};

static struct inputs inputs[2];

/*
 * One input: codes of fuzz/optable.lock, each with up to eight data bytes, most
 * of them small. Made here and not by mm_exec_random(), which draws from the
 * operations that there are today: these bytes are to stay.
 */
static size_t make_input(struct mm_rng *rng, unsigned int codes, uint8_t *bytes)
{
	size_t at = 0;

	if (mm_rng_below(rng, 2)) {
		bytes[at++] = 0x80 | MM_CODE_MACHINE;
		bytes[at++] = (uint8_t)mm_rng_below(rng, INPUT_MACHINES);
	}
	for (int op = 0; op < INPUT_OPS; op++) {
		uint64_t data = mm_rng_below(rng, INPUT_DATA + 1);

		bytes[at++] = (uint8_t)(0x80 | (MM_CODE_OPS + mm_rng_below(rng, codes)));
		for (; data != 0; data--)
			bytes[at++] = (uint8_t)mm_rng_below(rng, mm_rng_below(rng, 4) ? 8 : 128);
	}
	return at;
}

static void setup_exec(struct bench_state *s)
{
	struct mm_error e = {NULL, 0, 0, ""};
	unsigned int target = (unsigned int)bench_arg(s, 0);
	struct inputs *in = &inputs[target];
	struct mm_rng rng;

	bench_set_data(s, in);
	if (in->exec)
		return;
	for (unsigned int i = 0; i < exec_targets[target].codes; i++) {
		if (mm_optable_of_code(MM_CODE_OPS + (int)i) < 0) {
			bench_skip(s, "an operation of the inputs is left out");
			return;
		}
	}
	in->exec = mm_exec_create(exec_targets[target].name, &e);
	if (!in->exec) {
		bench_skip(s, e.text);
		return;
	}
	mm_rng_init(&rng, INPUT_OPS);
	for (size_t i = 0; i < INPUTS; i++)
		in->len[i] = make_input(&rng, exec_targets[target].codes, in->bytes[i]);
}

static bool run_input(struct bench_state *s, struct inputs *in, size_t i)
{
	const struct mm_run *r = mm_exec_input(in->exec, in->bytes[i], in->len[i], false);

	if (!r) {
		bench_fail(s, "no memory for the trace");
		return false;
	}
	return bench_require(s, r->finding == MM_FINDING_NONE || r->finding == MM_FINDING_STOP,
			     "input %zu: %s @%zu: %s", i, r->claim ? r->claim : "", r->finding_pos,
			     r->text);
}

/* All inputs once, with a listener on each machine of the target. */
static bool count_inputs(struct bench_state *s, struct inputs *in)
{
	const struct mm_exec *exec = in->exec;
	struct counts c = {0};
	uint64_t operations = exec->operations;
	char row[COUNTS_LINE_MAX / 2];
	bool ok = true;

	(void)snprintf(row, sizeof(row), "page_alloc/exec20/pcp:%d", in == &inputs[1]);

	for (int i = 0; i < exec->target.nr_machines; i++)
		ok &= bench_require(s, counts_listen(&c, exec->m[i]), "no room for a listener");
	for (size_t i = 0; ok && i < INPUTS; i++)
		ok = run_input(s, in, i);
	for (int i = 0; i < exec->target.nr_machines; i++)
		counts_unlisten(&c, exec->m[i]);
	operations = exec->operations - operations;
	return ok &&
	       bench_require(s, operations == UINT64_C(1) * INPUTS * INPUT_OPS,
			     "%" PRIu64 " operations in %d inputs", operations, INPUTS) &&
	       counts_report(s, &c, row, INPUTS);
}

static void exec20(struct bench_state *s)
{
	struct inputs *in = bench_data(s);
	size_t i = 0;

	if (!count_inputs(s, in))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		if (!run_input(s, in, i))
			return;
		i = i + 1 < INPUTS ? i + 1 : 0;
	}
	bench_items(s, bench_iterations(s));
}

static const int64_t orders[] = {0, 3, 5, 9};
static const int64_t compound_orders[] = {3, 9};
static const int64_t off_and_on[] = {0, 1};

/* ---- boot ---- */

/* Resident memory of this process in KiB. */
static long resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long all = 0;
	long pages = 0;

	if (f && fscanf(f, "%ld %ld", &all, &pages) != 2)
		pages = 0;
	if (f)
		(void)fclose(f);
	return pages * 4;
}

static void first_page(struct bench_state *s)
{
	static const char *const machines[] = {"ram=1G contents=none",
					       "ram=1T nodes=8 cpus=64 profile=x86-64"};
	const char *description = machines[bench_arg(s, 0)];
	char label[64];
	long took = 0;

	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		long before = resident();
		struct mm_machine *m = mm_boot(description, NULL);
		struct page *page = NULL;
		struct mm_ctx x;

		if (m) {
			mm_ctx_init(&x, m, 0);
			page = mm_page_alloc_get(&x, 0, MM_GFP_KERNEL);
		}
		bench_pause(s);
		took = resident() - before;
		mm_machine_destroy(m);
		if (!page)
			bench_fail(s, "no first page");
		bench_resume(s);
	}
	(void)snprintf(label, sizeof(label), "%ld KiB resident", took);
	bench_label(s, label);
}

/* clang-format off */
const struct bench_def mm_page_alloc_benches[] = {
	{.name = "page_alloc/first_page", .fn = first_page,
	 .arg_names = {"tib"}, .args = off_and_on, .nr_args = 2, .unit = BENCH_MS},
	{.name = "page_alloc/pair", .fn = pair, .setup = setup,
	 .arg_names = {"order"}, .args = orders, .nr_args = 4},
	{.name = "page_alloc/bulk_get", .fn = bulk_get, .setup = setup},
	{.name = "page_alloc/put_same", .fn = put_same, .setup = setup},
	{.name = "page_alloc/put_reverse", .fn = put_reverse, .setup = setup},
	{.name = "page_alloc/put_random", .fn = put_random, .setup = setup},
	{.name = "page_alloc/churn", .fn = churn, .setup = setup,
	 .arg_names = {"mix"}, .args = off_and_on, .nr_args = 2},
	{.name = "page_alloc/compound", .fn = compound, .setup = setup,
	 .arg_names = {"order"}, .args = compound_orders, .nr_args = 2},
	{.name = "page_alloc/many", .fn = many, .setup = setup,
	 .arg_names = {"bulk"}, .args = off_and_on, .nr_args = 2},
	{.name = "page_alloc/replay_git_log", .fn = replay_git_log, .setup = setup_replay,
	 .arg_names = {"check"}, .args = off_and_on, .nr_args = 2, .unit = BENCH_MS},
	{.name = "page_alloc/exec20", .fn = exec20, .setup = setup_exec,
	 .arg_names = {"pcp"}, .args = off_and_on, .nr_args = 2, .unit = BENCH_US},
	{.name = NULL},
};
/* clang-format on */
