/* SPDX-License-Identifier: MIT */
/*
 * Question: what does a piece of a page cost, beside a page of its own?
 *
 * pair gets and gives back one piece.  The chunk is used up every size-th time and
 * comes round: the allocator is asked once.  burst holds 64 pieces at a time.
 */
#include "mm/page_frag.h"

#include "mm/gfp.h"

#include "bench/gbench.h"
#include "bench/workload.h"

#define PASS  20000
#define BURST 64

static struct workload workload;

static void setup(struct bench_state *s)
{
	workload_setup(s, &workload);
}

static void pairs(struct workload *w, uint32_t size, uint64_t n)
{
	for (; n != 0; n--) {
		uint64_t at;

		if (mm_page_frag_get(&w->x, size, 64, MM_GFP_ATOMIC, &at))
			w->failed++;
		else
			mm_page_frag_put(&w->x, at);
	}
}

static void bursts(struct workload *w, uint32_t size, uint64_t n)
{
	uint64_t at[BURST];

	for (; n >= BURST; n -= BURST) {
		for (int i = 0; i < BURST; i++)
			w->failed += mm_page_frag_get(&w->x, size, 64, MM_GFP_ATOMIC, &at[i]) != 0;
		for (int i = 0; i < BURST && !w->failed; i++)
			mm_page_frag_put(&w->x, at[i]);
	}
}

/* Arguments 0: bytes; 1: hold 64 at a time. */
static void frag(struct bench_state *s)
{
	struct workload *w = bench_data(s);
	uint32_t size = (uint32_t)bench_arg(s, 0);
	bool burst = bench_arg(s, 1) != 0;
	char row[COUNTS_LINE_MAX / 2];

	(void)snprintf(row, sizeof(row), "page_frag/pair/size:%u/burst:%d", size, burst);
	workload_count(w);
	(burst ? bursts : pairs)(w, size, PASS);
	mm_page_frag_drain(&w->x);
	if (!workload_counted(s, w, row, PASS))
		return;
	workload_restart(w);
	pairs(w, size, PASS / 100);
	(burst ? bursts : pairs)(w, size, bench_begin(s));
	bench_end(s);
	mm_page_frag_drain(&w->x);
	workload_all_merged(s, w);
	bench_items(s, bench_iterations(s));
}

static const int64_t args[] = {256, 0, 256, 1, 2048, 0, 2048, 1};

/* clang-format off */
const struct bench_def mm_page_frag_benches[] = {
	{.name = "page_frag/pair", .fn = frag, .setup = setup,
	 .arg_names = {"size", "burst"}, .args = args, .nr_args = 4},
	{.name = NULL},
};
/* clang-format on */
