/* SPDX-License-Identifier: MIT */
/*
 * clean_cache: from the end of the list.
 *
 * The list has pages of all zones of its node; those of zones that do not help are
 * passed over and stay where they are.
 */
#include "mm/clean_cache.h"

#include "mm/node_dirty.h"
#include "mm/node_reclaim.h"
#include "mm/rng.h"

static struct mm_clean_cache *cache_of(const struct mm_machine *m, int nid)
{
	return &m->clean_cache[nid];
}

/* ---- digest ---- */

static uint64_t clean_cache_count(const struct mm_machine *m)
{
	return (uint64_t)m->desc.nr_nodes;
}

/* The order of pages is in their own parts of the sum. */
static uint64_t clean_cache_hash(const struct mm_machine *m, uint64_t id)
{
	const struct mm_clean_cache *c = &m->clean_cache[id];
	const struct page *newest = mm_page_of_link(m, c->cache.next);
	uint64_t h = mm_hash64_step(id, c->nr);

	if (newest)
		h = mm_hash64_step(h, pfn_raw(mm_page_pfn(m, newest)));
	return id ? h : mm_hash64_step(h, m->reclaim_needs);
}

static const struct mm_kind_ops clean_cache_kind = {"cache", clean_cache_count, clean_cache_hash,
						    NULL};

static void touch(struct mm_ctx *x, int nid)
{
	mm_touch(x, MM_OBJ_CACHE, (uint64_t)nid);
}

/* ---- one page ---- */

static void touch_link(struct mm_ctx *x, const struct mm_list *l)
{
	const struct page *page = mm_page_of_link(x->m, l);

	if (page)
		mm_page_touch(x, page);
}

bool mm_clean_cache_add(struct mm_ctx *x, uint32_t gfp)
{
	struct page *page = mm_page_alloc_get(x, 0, gfp);
	struct zone *z;
	struct mm_clean_cache *c;

	if (!page)
		return false;
	z = &x->m->zones[page->zone];
	c = cache_of(x->m, z->nid);
	mm_page_flag_set(x, page, MM_PG_LRU);
	mm_list_add(&page->lru, &c->cache);
	c->nr++;
	mm_vmstat_inc(x, z, MM_NR_ZONE_CACHE);
	touch(x, z->nid);
	mm_event(x, MM_EV_mm_cache_add, pfn_raw(mm_page_pfn(x->m, page)));
	return true;
}

/* Kernel: __remove_mapping and what follows. */
static void give_up(struct mm_ctx *x, struct page *page, enum mm_zone_type highest)
{
	struct zone *z = &x->m->zones[page->zone];
	struct mm_clean_cache *c = cache_of(x->m, z->nid);

	mm_event(x, MM_EV_mm_cache_del, pfn_raw(mm_page_pfn(x->m, page)), highest);
	touch_link(x, page->lru.prev);
	touch_link(x, page->lru.next);
	mm_list_del(&page->lru);
	mm_list_init(&page->lru);
	mm_page_flag_clear(x, page, MM_PG_LRU);
	c->nr--;
	mm_vmstat_dec(x, z, MM_NR_ZONE_CACHE);
	touch(x, z->nid);
	/* nobody has read it for long */
	mm_page_alloc_put_cold(x, page);
}

/* ---- many ---- */

static uint64_t shrink_node(struct mm_ctx *x, int nid, enum mm_zone_type highest, uint64_t nr)
{
	struct mm_clean_cache *c = cache_of(x->m, nid);
	struct mm_list *at = c->cache.prev;
	uint64_t freed = 0;
	uint64_t scan = c->nr;

	for (; scan > 0 && freed < nr; scan--) {
		struct page *page = mm_list_entry(at, struct page, lru);

		at = at->prev;
		if (x->m->zones[page->zone].type > highest)
			continue;
		give_up(x, page, highest);
		freed++;
	}
	return freed;
}

/* A page for reclaim itself, if it is to need one; false: it needs one and has none. */
static bool get_own(struct mm_ctx *x, struct page **own)
{
	*own = NULL;
	if (!x->m->reclaim_needs)
		return true;
	x->m->reclaim_needs--;
	x->m->nr_reclaimed++;
	touch(x, 0);
	*own = mm_page_alloc_get(x, 0, MM_GFP_NOIO | MM_GFP_NOWARN);
	return *own != NULL;
}

static uint64_t direct_reclaim(struct mm_ctx *x, const struct mm_reclaim_request *rq)
{
	uint64_t freed = 0;
	struct page *own;
	int i;

	if (!get_own(x, &own))
		return 0;
	for (i = 0; rq->list->zone[i] && freed < MM_KSWAPD_CLUSTER; i++) {
		const struct zone *z = rq->list->zone[i];
		uint64_t got;

		/* the first zone of each node stands for those below it */
		if (!mm_numa_has(rq->nodes, z->nid) || (i && rq->list->zone[i - 1]->nid == z->nid))
			continue;
		got = shrink_node(x, z->nid, rq->highest, MM_KSWAPD_CLUSTER - freed);
		if (got)
			mm_kswapd_progress(x, z->nid);
		freed += got;
	}
	if (own)
		mm_page_alloc_put(x, own, 0);
	return freed;
}

uint64_t mm_clean_cache_drop_all(struct mm_ctx *x)
{
	uint64_t freed = 0;
	int nid;

	for (nid = 0; nid < x->m->desc.nr_nodes; nid++)
		freed += shrink_node(x, nid, MM_ZONE_MOVABLE, UINT64_MAX);
	return freed;
}

void mm_clean_cache_set_needs(struct mm_ctx *x, uint64_t pages)
{
	x->m->reclaim_needs = pages;
	touch(x, 0);
}

/* ---- boot ---- */

static const struct mm_upcalls upcalls = {
	.wake_kswapd = mm_kswapd_wake,
	.shrink_node = shrink_node,
	.direct_reclaim = direct_reclaim,
	.node_reclaim = mm_node_reclaim,
	.node_dirty_ok = mm_node_dirty_ok,
};

int mm_clean_cache_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	int nid;

	m->clean_cache =
		mm_machine_alloc(m, (size_t)m->desc.nr_nodes * sizeof(struct mm_clean_cache), 64);
	if (!m->clean_cache)
		return -MM_ENOMEM;
	for (nid = 0; nid < m->desc.nr_nodes; nid++)
		mm_list_init(&m->clean_cache[nid].cache);
	m->upcalls = &upcalls;
	return mm_machine_kind_set(m, MM_OBJ_CACHE, &clean_cache_kind);
}
