/* SPDX-License-Identifier: MIT */
/*
 * Question: what do a CPU's lists cost by themselves, below the walk over zones
 * and the preparation of pages, and what does a batch cost when it has to come
 * from the zone, or go back to it?
 *
 * pair stays on the list; order 9 is the list of huge pages.  bulk_get and put_*
 * refill and give back in batches that grow.
 */
#include "mm/pcp.h"

#include "bench/gbench.h"
#include "bench/workload.h"

static struct workload workload;

static void setup(struct bench_state *s)
{
	workload_setup(s, &workload);
}

WORKLOAD_INLINE struct page *get(struct workload *w, unsigned int order)
{
	return mm_pcp_get(&w->x, w->z, order, MM_MIGRATE_MOVABLE, 0);
}

WORKLOAD_INLINE void put(struct workload *w, struct page *page, unsigned int order)
{
	if (mm_pcp_trylock(&w->x, w->z))
		mm_pcp_put(&w->x, w->z, page, order);
}

static void pair(struct bench_state *s)
{
	workload_pair(s, "pcp/pair", get, put);
}

static void bulk_get(struct bench_state *s)
{
	workload_bulk_get(s, "pcp/bulk_get", get, put);
}

static void put_same(struct bench_state *s)
{
	workload_bulk_put(s, "pcp/put_same", workload_keep, get, put);
}

static void put_random(struct bench_state *s)
{
	workload_bulk_put(s, "pcp/put_random", workload_shuffle, get, put);
}

static const int64_t orders[] = {0, 3, 9};

/* clang-format off */
const struct bench_def mm_pcp_benches[] = {
	{.name = "pcp/pair", .fn = pair, .setup = setup,
	 .arg_names = {"order"}, .args = orders, .nr_args = 3},
	{.name = "pcp/bulk_get", .fn = bulk_get, .setup = setup},
	{.name = "pcp/put_same", .fn = put_same, .setup = setup},
	{.name = "pcp/put_random", .fn = put_random, .setup = setup},
	{.name = NULL},
};
/* clang-format on */
