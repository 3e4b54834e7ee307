/* SPDX-License-Identifier: MIT */
/* clean_cache properties: how much one call frees, from where, and planted corruptions. */
#include "mm/clean_cache.h"

#include "mm/task.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"
#include "invariants/engine/prop_stateful.h"

/* Fill the cache with all that a request gets which may not wait. */
static uint64_t fill(struct mm_ctx *x)
{
	uint64_t n = 0;

	while (mm_clean_cache_add(x, MM_GFP_NOWAIT | MM_GFP_MOVABLE))
		n++;
	return n;
}

/* A request that may wait is served by a cluster of pages that were cached first. */
static void one_call_frees_a_cluster(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=2M max_order=6 pageblock_order=3", NULL);
	const struct page *page;
	struct mm_ctx x;
	uint64_t cached;
	uint64_t left;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	cached = fill(&x);
	PROP(p, cached > 400, "only %llu pages are cached", (unsigned long long)cached);
	page = mm_page_alloc_get(&x, 0, MM_GFP_KERNEL);
	left = mm_vmstat_zone_exact(m, &m->zones[MM_ZONE_NORMAL], MM_NR_ZONE_CACHE);
	PROP(p, page && left + 32 == cached, "%llu of %llu pages are left",
	     (unsigned long long)left, (unsigned long long)cached);
	PROP(p, mm_clean_cache_drop_all(&x) == left, "not all of the cache is given up");
	mm_machine_destroy(m);
}

/* What reclaim itself needs comes out of the reserves, and does not reclaim again. */
static void serves_itself_from_reserves(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=2M max_order=6 pageblock_order=3", NULL);
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	(void)fill(&x);
	mm_clean_cache_set_needs(&x, 1);
	PROP(p, mm_page_alloc_get(&x, 0, MM_GFP_KERNEL) && !m->reclaim_needs,
	     "reclaim that needs a page does not help");
	PROP(p, !x.task_flags, "the task goes on with flags 0x%x", x.task_flags);
	/* with nothing left at all it cannot help any more */
	(void)mm_clean_cache_drop_all(&x);
	(void)fill(&x);
	while (mm_page_alloc_get(&x, 0, MM_GFP_NOWAIT | MM_GFP_MEMALLOC))
		p->checks++;
	mm_clean_cache_set_needs(&x, 1000);
	PROP(p, !mm_page_alloc_get(&x, 0, MM_GFP_KERNEL), "a page out of nothing");
	PROP(p, m->reclaim_needs == 1000 - 17, "%llu calls", 1000ull - m->reclaim_needs);
	mm_machine_destroy(m);
}

/* Zones above what the request may use are left alone. */
static void only_zones_that_help_are_shrunk(struct mm_prop_run *p)
{
	struct mm_machine *m =
		mm_boot("ram=2M dma=512K max_order=6 pageblock_order=3 cpus=2", NULL);
	struct mm_ctx x;
	uint64_t normal;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	(void)fill(&x);
	while (mm_clean_cache_add(&x, MM_GFP_NOWAIT | MM_GFP_DMA))
		p->checks++;
	normal = mm_vmstat_zone_exact(m, &m->zones[MM_ZONE_NORMAL], MM_NR_ZONE_CACHE);
	PROP(p, mm_page_alloc_get(&x, 0, MM_GFP_KERNEL | MM_GFP_DMA), "nothing in DMA");
	PROP(p, normal == mm_vmstat_zone_exact(m, &m->zones[MM_ZONE_NORMAL], MM_NR_ZONE_CACHE),
	     "Normal is shrunk for a DMA request");
	mm_machine_destroy(m);
}

/* ---- where traces have been ---- */

static bool helps(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[0] != 0;
}

static bool is_looked_at_again(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[5] != 0;
}

static bool gives_enough(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[4] == MM_NODE_RECLAIM_SUCCESS;
}

static bool is_not_tried(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[4] == MM_NODE_RECLAIM_NOSCAN;
}

static const struct mm_stateful_cover cover[] = {
	{"reclaim that frees something", 10, MM_EV_mm_vmscan_direct_reclaim_end, helps, NULL},
	{"a second round", 2, MM_EV_reclaim_retry_zone, is_looked_at_again, NULL},
	{"a round of kswapd", 5, MM_EV_mm_kswapd_round, NULL, NULL},
	{"a node that is reclaimed for a request", 2, MM_EV_mm_node_reclaim, gives_enough, NULL},
	{"one that is not", 2, MM_EV_mm_node_reclaim, is_not_tried, NULL},
	{NULL, 0, MM_EV_NR, NULL, NULL},
};

static const char *const machines[] = {
	"ram=256K max_order=5 pageblock_order=3 min_free_kbytes=64",
	"ram=512K dma=128K max_order=5 pageblock_order=3 cpus=2 pcp=on min_free_kbytes=32",
	"ram=512K nodes=2 cpus=2 max_order=4 pageblock_order=3 min_free_kbytes=64",
	"ram=512K nodes=2 cpus=2 max_order=4 pageblock_order=3 min_free_kbytes=64 "
	"zone_reclaim_mode=1",
	"ram=768K nodes=3 distance=10,30,31/30,10,20/31,20,10 cpus=1 dma=128K max_order=4 "
	"pageblock_order=3 min_free_kbytes=64 zone_reclaim_mode=7 min_unmapped_ratio=10",
	"ram=512K nodes=2 cpus=2 pcp=on max_order=4 pageblock_order=3 min_free_kbytes=64 "
	"zone_reclaim_mode=1 min_unmapped_ratio=0",
	NULL,
};

const struct mm_stateful mm_clean_cache_stateful = {
	.module = "clean_cache",
	.machines = machines,
	.cover = cover,
	.runs = 100,
	.ops = 200,
};

/* ---- plantings ---- */

static void touch(const struct mm_victim *v)
{
	mm_touch(v->x, MM_OBJ_CACHE, 0);
}

static void cache_two(struct mm_victim *v)
{
	int i = 0;

	while (i < 2 && mm_clean_cache_add(v->x, MM_GFP_KERNEL))
		i++;
}

static void cached_twice(struct mm_victim *v)
{
	struct page *page;

	cache_two(v);
	page = mm_list_entry(v->m->clean_cache[0].cache.next, struct page, lru);
	page->refcount++;
	mm_page_touch(v->x, page);
}

static void one_is_not_counted(struct mm_victim *v)
{
	v->m->clean_cache[0].nr++;
	touch(v);
}

static void counted_in_no_zone(struct mm_victim *v)
{
	mm_vmstat_mod(v->x, &v->m->zones[MM_ZONE_NORMAL], MM_NR_ZONE_CACHE, 1);
	touch(v);
}

static void the_newest_goes(struct mm_victim *v)
{
	const struct page *page;

	cache_two(v);
	page = mm_list_entry(v->m->clean_cache[0].cache.next, struct page, lru);
	mm_event(v->x, MM_EV_mm_cache_del, pfn_raw(mm_page_pfn(v->m, page)), MM_ZONE_MOVABLE);
}

static void who_may_not_wait_reclaims(struct mm_victim *v)
{
	const uint64_t gfp = MM_GFP_NOWAIT;

	mm_event(v->x, MM_EV_mm_vmscan_direct_reclaim_begin, 7, gfp << 32 | gfp);
	mm_event(v->x, MM_EV_mm_vmscan_direct_reclaim_end, 0);
}

static const struct mm_plant plants[] = {
	{"reclaim.listed", cached_twice, NULL, false},
	{"reclaim.counted", one_is_not_counted, NULL, false},
	{"reclaim.counted", counted_in_no_zone, NULL, false},
	{"reclaim.oldest_first", the_newest_goes, NULL, true},
	{"alloc.reclaim", who_may_not_wait_reclaims, "alloc.result", true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_clean_cache_props[] = {
	{"clean_cache.one_call_frees_a_cluster", one_call_frees_a_cluster, 1},
	{"clean_cache.serves_itself_from_reserves", serves_itself_from_reserves, 1},
	{"clean_cache.only_zones_that_help_are_shrunk", only_zones_that_help_are_shrunk, 1},
	{"clean_cache." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
