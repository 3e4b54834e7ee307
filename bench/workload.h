/* SPDX-License-Identifier: MIT */
/*
 * workload: what every allocator of page frames is asked for, on one zone of
 * 1 GiB, with the allocator's two functions as arguments:
 *
 *	pair    get a block of one order and put it back, everything else free
 *	bulk    get half of all frames one by one; put them back in the same
 *		order, in reverse, at random
 *	churn   half of all frames are live; put a random block, get another:
 *		all of order 0, or a mix where order o has probability 2^-(o+1)
 *
 * A run starts from the machine's image, so a row does not depend on the rows
 * before it. It first goes through a counting pass of fixed length (counts.h),
 * at the end of which every block must have merged again; then, from the image
 * again, through an untimed pass, so that what is timed is warm.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "mm/page.h"
#include "mm/pcp.h"
#include "mm/zone.h"

#include "bench/counts.h"

#include <stdlib.h>

#define WORKLOAD_MACHINE "ram=1G"
#define WORKLOAD_PASS    20000 /* pairs or turns of a counting pass */
#define WORKLOAD_MIX_MAX 9     /* highest order of the mix */

#define WORKLOAD_INLINE static inline __attribute__((always_inline))

/* held[0 .. nr_held - 1] are blocks of order[], NULL where a get failed. */
struct workload {
	/* set once */
	struct mm_machine *m;
	struct zone *z;
	struct page **held; /* room for half of all frames */
	uint8_t *order;     /* beside held */
	uint8_t *marked;    /* per frame, all 0 outside workload_live_ok() */
	uint64_t nr_half;   /* frames */

	/* of this run */
	struct mm_ctx x;
	struct counts counts;
	uint64_t nr_held;
	uint64_t failed; /* gets that were refused */
	uint64_t rng;
};

typedef struct page *workload_get_fn(struct workload *w, unsigned int order);
typedef void workload_put_fn(struct workload *w, struct page *page, unsigned int order);

/* ---- the machine ---- */

static inline bool workload_open(struct workload *w, struct mm_error *e)
{
	if (w->m)
		return true;
	w->m = mm_boot(WORKLOAD_MACHINE, e);
	if (!w->m)
		return false;
	w->z = mm_zone_of(w->m, MM_ZONE_NORMAL);
	w->nr_half = w->z->managed / 2;
	w->held = calloc((size_t)w->nr_half, sizeof(struct page *));
	w->order = calloc((size_t)w->nr_half, 1);
	w->marked = calloc((size_t)w->m->max_pfn, 1);
	if (w->held && w->order && w->marked)
		return true;
	(void)mm_error_set(e, -MM_ENOMEM, 0, 0, "no memory for what the workload holds");
	free(w->held);
	free(w->order);
	free(w->marked);
	mm_machine_destroy(w->m);
	w->m = NULL;
	return false;
}

/* For setup: one machine for all rows of a suite, booted by the first one. */
static inline void workload_setup(struct bench_state *s, struct workload *w)
{
	struct mm_error e = {NULL, 0, 0, ""};

	bench_set_data(s, w);
	if (!workload_open(w, &e))
		bench_skip(s, e.text);
}

/* Back to the image. */
static inline void workload_restart(struct workload *w)
{
	mm_machine_reset(w->m);
	mm_ctx_init(&w->x, w->m, 0);
	w->nr_held = 0;
	w->failed = 0;
	w->rng = UINT64_C(0x9e3779b97f4a7c15);
}

static inline void workload_count(struct workload *w)
{
	w->counts = (struct counts){0};
	(void)counts_listen(&w->counts, w->m);
	workload_restart(w);
}

/* ---- what it is asked for ---- */

WORKLOAD_INLINE uint64_t workload_random(struct workload *w)
{
	w->rng ^= w->rng << 13;
	w->rng ^= w->rng >> 7;
	w->rng ^= w->rng << 17;
	return w->rng;
}

WORKLOAD_INLINE void workload_pairs(struct workload *w, unsigned int order, uint64_t n,
				    workload_get_fn *get, workload_put_fn *put)
{
	for (; n != 0; n--) {
		struct page *page = get(w, order);

		BENCH_USE(page);
		if (page)
			put(w, page, order);
		else
			w->failed++;
	}
}

WORKLOAD_INLINE void workload_get_many(struct workload *w, uint64_t n, workload_get_fn *get)
{
	for (uint64_t i = 0; i < n; i++) {
		w->held[i] = get(w, 0);
		w->failed += w->held[i] == NULL;
	}
	w->nr_held = n;
}

/* Those of [start, end), in the order in which they are held. */
WORKLOAD_INLINE void workload_put_many(struct workload *w, uint64_t start, uint64_t end,
				       workload_put_fn *put)
{
	for (uint64_t i = start; i < end; i++) {
		if (w->held[i])
			put(w, w->held[i], w->order[i]);
	}
}

/* Get blocks until half of all frames are live. */
WORKLOAD_INLINE void workload_fill(struct workload *w, bool mix, workload_get_fn *get)
{
	uint64_t live = 0;
	uint64_t i;

	for (i = 0; i < w->nr_half && live < w->nr_half; i++) {
		uint64_t bits = workload_random(w) | UINT64_C(1) << WORKLOAD_MIX_MAX;

		w->order[i] = mix ? (uint8_t)__builtin_ctzll(bits) : 0;
		w->held[i] = get(w, w->order[i]);
		w->failed += w->held[i] == NULL;
		live += UINT64_C(1) << w->order[i];
	}
	w->nr_held = i;
}

WORKLOAD_INLINE void workload_churn_turns(struct workload *w, bool mix, uint64_t n,
					  workload_get_fn *get, workload_put_fn *put)
{
	for (; n != 0; n--) {
		uint64_t r = workload_random(w);
		uint64_t i = (r >> 32) * w->nr_held >> 32;
		unsigned int order = mix ? w->order[i] : 0;

		if (w->held[i])
			put(w, w->held[i], order);
		if (mix) {
			order = (unsigned int)__builtin_ctzll(r | UINT64_C(1) << WORKLOAD_MIX_MAX);
			w->order[i] = (uint8_t)order;
		}
		w->held[i] = get(w, order);
		w->failed += w->held[i] == NULL;
	}
}

static inline void workload_keep(struct workload *w)
{
	(void)w;
}

static inline void workload_reverse(struct workload *w)
{
	for (uint64_t i = 0, j = w->nr_held; i + 1 < j; i++) {
		struct page *page = w->held[i];

		w->held[i] = w->held[--j];
		w->held[j] = page;
	}
}

static inline void workload_shuffle(struct workload *w)
{
	for (uint64_t i = w->nr_held; i > 1; i--) {
		uint64_t j = (workload_random(w) >> 32) * i >> 32;
		struct page *page = w->held[i - 1];

		w->held[i - 1] = w->held[j];
		w->held[j] = page;
	}
}

/* ---- is the result right? ---- */

/* Are all live frames different, none of them the head of a free block
 * or of one on a CPU's list? */
static inline bool workload_live_ok(struct bench_state *s, struct workload *w)
{
	uint64_t listed = (uint64_t)w->z->pageset[0].count;
	uint64_t live = 0;
	uint64_t wrong = 0;

	for (uint64_t i = 0; i < w->nr_held; i++) {
		const struct page *page = w->held[i];
		uint64_t pfn = page ? pfn_raw(mm_page_pfn(w->m, page)) : 0;
		uint64_t end = page ? pfn + (UINT64_C(1) << w->order[i]) : 0;

		for (; pfn < end; pfn++, live++) {
			wrong += w->marked[pfn] ||
				 (w->m->memmap[pfn].flags & (MM_PG_BUDDY | MM_PG_PCP));
			w->marked[pfn] = 1;
		}
	}
	memset(w->marked, 0, (size_t)w->m->max_pfn);
	return bench_require(s, wrong == 0, "%" PRIu64 " live frames are free or live twice",
			     wrong) &&
	       bench_require(s, mm_vmstat_free_exact(w->m) + listed + live == w->z->managed,
			     "%" PRIu64 " free, %" PRIu64 " listed and %" PRIu64
			     " live frames of %" PRIu64,
			     mm_vmstat_free_exact(w->m), listed, live, w->z->managed);
}

/* Once the CPU has given back what it keeps: has every block merged up to
 * max_order? */
static inline bool workload_all_merged(struct bench_state *s, struct workload *w)
{
	unsigned int top = w->m->desc.max_order;
	uint64_t whole;

	mm_ctx_init(&w->x, w->m, 0);
	mm_pcp_drain(&w->x, NULL, 0);
	whole = w->z->free_area[top].nr_free << top;
	return bench_require(s, w->failed == 0, "%" PRIu64 " requests were refused", w->failed) &&
	       bench_require(s, whole == w->z->managed && mm_vmstat_free_exact(w->m) == whole,
			     "%" PRIu64 " of %" PRIu64 " frames are free, %" PRIu64
			     " of them merged",
			     mm_vmstat_free_exact(w->m), w->z->managed, whole);
}

/* The end of a counting pass: everything was put back. */
static inline bool workload_counted(struct bench_state *s, struct workload *w, const char *row,
				    uint64_t ops)
{
	counts_unlisten(&w->counts, w->m);
	return workload_all_merged(s, w) && counts_report(s, &w->counts, row, ops);
}

/* ---- rows ---- */

/* Argument 0: order. An operation is a pair. */
WORKLOAD_INLINE void workload_pair(struct bench_state *s, const char *name, workload_get_fn *get,
				   workload_put_fn *put)
{
	struct workload *w = bench_data(s);
	unsigned int order = (unsigned int)bench_arg(s, 0);
	char row[COUNTS_LINE_MAX / 2];

	(void)snprintf(row, sizeof(row), "%s/order:%u", name, order);
	workload_count(w);
	workload_pairs(w, order, WORKLOAD_PASS, get, put);
	if (!workload_counted(s, w, row, WORKLOAD_PASS))
		return;
	workload_restart(w);
	workload_pairs(w, order, WORKLOAD_PASS / 100, get, put);
	workload_pairs(w, order, bench_begin(s), get, put);
	bench_end(s);
	workload_all_merged(s, w);
	bench_items(s, bench_iterations(s));
}

/* The counting pass and the untimed pass of all bulk rows. */
WORKLOAD_INLINE bool workload_bulk_ready(struct bench_state *s, const char *name,
					 void (*arrange)(struct workload *w), workload_get_fn *get,
					 workload_put_fn *put)
{
	struct workload *w = bench_data(s);

	memset(w->order, 0, (size_t)w->nr_half);
	workload_count(w);
	workload_get_many(w, w->nr_half, get);
	if (!workload_live_ok(s, w))
		return false;
	arrange(w);
	workload_put_many(w, 0, w->nr_half, put);
	if (!workload_counted(s, w, name, w->nr_half))
		return false;
	workload_restart(w);
	workload_get_many(w, w->nr_half, get);
	workload_put_many(w, 0, w->nr_half, put);
	return true;
}

/* An operation is one get. */
WORKLOAD_INLINE void workload_bulk_get(struct bench_state *s, const char *name,
				       workload_get_fn *get, workload_put_fn *put)
{
	struct workload *w = bench_data(s);

	if (!workload_bulk_ready(s, name, workload_keep, get, put))
		return;
	for (uint64_t left = bench_begin(s), k; left != 0; left -= k) {
		k = left < w->nr_half ? left : w->nr_half;
		workload_get_many(w, k, get);
		bench_pause(s);
		workload_put_many(w, 0, k, put);
		bench_resume(s);
	}
	bench_end(s);
	workload_all_merged(s, w);
	bench_items(s, bench_iterations(s));
}

/* An operation is one put; what a short last batch leaves is put untimed. */
WORKLOAD_INLINE void workload_bulk_put(struct bench_state *s, const char *name,
				       void (*arrange)(struct workload *w), workload_get_fn *get,
				       workload_put_fn *put)
{
	struct workload *w = bench_data(s);

	if (!workload_bulk_ready(s, name, arrange, get, put))
		return;
	for (uint64_t left = bench_begin(s), k; left != 0; left -= k) {
		bench_pause(s);
		k = left < w->nr_half ? left : w->nr_half;
		workload_get_many(w, w->nr_half, get);
		arrange(w);
		bench_resume(s);
		workload_put_many(w, 0, k, put);
		bench_pause(s);
		workload_put_many(w, k, w->nr_half, put);
		bench_resume(s);
	}
	bench_end(s);
	workload_all_merged(s, w);
	bench_items(s, bench_iterations(s));
}

/* Argument 0: mix. An operation is one put and one get. */
WORKLOAD_INLINE void workload_churn(struct bench_state *s, const char *name, workload_get_fn *get,
				    workload_put_fn *put)
{
	struct workload *w = bench_data(s);
	bool mix = bench_arg(s, 0) != 0;
	char row[COUNTS_LINE_MAX / 2];

	(void)snprintf(row, sizeof(row), "%s/mix:%d", name, mix);
	workload_count(w);
	workload_fill(w, mix, get);
	workload_churn_turns(w, mix, WORKLOAD_PASS, get, put);
	if (!workload_live_ok(s, w))
		return;
	workload_put_many(w, 0, w->nr_held, put);
	if (!workload_counted(s, w, row, WORKLOAD_PASS))
		return;
	workload_restart(w);
	workload_fill(w, mix, get);
	/* until the live blocks lie as random as they will */
	workload_churn_turns(w, mix, 3 * w->nr_held, get, put);
	workload_churn_turns(w, mix, bench_begin(s), get, put);
	bench_end(s);
	workload_put_many(w, 0, w->nr_held, put);
	workload_all_merged(s, w);
	bench_items(s, bench_iterations(s));
}

#endif
