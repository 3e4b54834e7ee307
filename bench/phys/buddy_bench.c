/* SPDX-License-Identifier: MIT */
/*
 * Question: what do splitting and joining cost by themselves, below the walk
 * over zones and the preparation of pages?
 *
 * One caller holds the zone lock all the time. floor_churn is churn on a LIFO
 * through the same page structs, put by one locked instruction: what the cache
 * misses of a random live set cost an allocator that neither splits nor joins.
 */
#include "mm/buddy.h"

#include "bench/gbench.h"
#include "bench/workload.h"

static struct workload workload;
static struct page *lifo;

static void setup(struct bench_state *s)
{
	workload_setup(s, &workload);
}

WORKLOAD_INLINE struct page *take(struct workload *w, unsigned int order)
{
	return mm_buddy_take(&w->x, w->z, order, MM_MIGRATE_UNMOVABLE, 0);
}

WORKLOAD_INLINE void put(struct workload *w, struct page *page, unsigned int order)
{
	mm_buddy_put(&w->x, w->z, page, order, MM_BUDDY_AUTO);
}

static void pair(struct bench_state *s)
{
	workload_pair(s, "buddy/pair", take, put);
}

static void bulk_get(struct bench_state *s)
{
	workload_bulk_get(s, "buddy/bulk_get", take, put);
}

static void put_same(struct bench_state *s)
{
	workload_bulk_put(s, "buddy/put_same", workload_keep, take, put);
}

static void put_reverse(struct bench_state *s)
{
	workload_bulk_put(s, "buddy/put_reverse", workload_reverse, take, put);
}

static void put_random(struct bench_state *s)
{
	workload_bulk_put(s, "buddy/put_random", workload_shuffle, take, put);
}

static void churn(struct bench_state *s)
{
	workload_churn(s, "buddy/churn", take, put);
}

/* ---- the floor ---- */

WORKLOAD_INLINE struct page *floor_take(struct workload *w, unsigned int order)
{
	struct page *page = lifo;

	(void)w;
	(void)order;
	if (!page)
		return NULL;
	lifo = (struct page *)(uintptr_t)page->mapping;
	page->refcount = 1;
	return page;
}

WORKLOAD_INLINE void floor_put(struct workload *w, struct page *page, unsigned int order)
{
	(void)w;
	(void)order;
	if (__atomic_sub_fetch(&page->refcount, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	page->mapping = (uintptr_t)lifo;
	lifo = page;
}

static void floor_churn(struct bench_state *s)
{
	struct workload *w = bench_data(s);
	uint64_t nr_free = 0;

	workload_restart(w);
	memset(w->order, 0, (size_t)w->nr_half);
	lifo = NULL;
	for (uint64_t pfn = w->m->max_pfn; pfn-- > 0;) {
		w->m->memmap[pfn].mapping = (uintptr_t)lifo;
		lifo = &w->m->memmap[pfn];
	}
	workload_fill(w, false, floor_take);
	workload_churn_turns(w, false, 3 * w->nr_held, floor_take, floor_put);
	workload_churn_turns(w, false, bench_begin(s), floor_take, floor_put);
	bench_end(s);
	for (const struct page *p = lifo; p && nr_free <= w->m->max_pfn; nr_free++)
		p = (const struct page *)(uintptr_t)p->mapping;
	bench_require(s, w->failed == 0 && nr_free + w->nr_held == w->m->max_pfn,
		      "the LIFO lost or gained pages");
	bench_items(s, bench_iterations(s));
}

static const int64_t orders[] = {0, 3, 9};
static const int64_t mixes[] = {0, 1};

/* clang-format off */
const struct bench_def mm_buddy_benches[] = {
	{.name = "buddy/pair", .fn = pair, .setup = setup,
	 .arg_names = {"order"}, .args = orders, .nr_args = 3},
	{.name = "buddy/bulk_get", .fn = bulk_get, .setup = setup},
	{.name = "buddy/put_same", .fn = put_same, .setup = setup},
	{.name = "buddy/put_reverse", .fn = put_reverse, .setup = setup},
	{.name = "buddy/put_random", .fn = put_random, .setup = setup},
	{.name = "buddy/churn", .fn = churn, .setup = setup,
	 .arg_names = {"mix"}, .args = mixes, .nr_args = 2},
	{.name = "buddy/floor_churn", .fn = floor_churn, .setup = setup},
	{.name = NULL},
};
/* clang-format on */
