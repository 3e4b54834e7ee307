/* SPDX-License-Identifier: MIT */
/* node_reclaim properties: the rules on their own, planted steps. */
#include "mm/node_reclaim.h"

#include "mm/page_alloc.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

/* Each reason not to, one by one: what is there comes before who asks. */
static void reasons_not_to_are_these(struct mm_prop_run *p)
{
	struct mm_node_reclaim_input in = {0};
	bool plenty;
	bool may;
	int due;

	in.min_cached = prop_below(p, 4);
	in.cached = prop_below(p, 8);
	in.min_slab = prop_below(p, 3);
	in.slab = prop_below(p, 6);
	in.gfp = prop_below(p, 2) ? MM_GFP_NOWAIT : MM_GFP_KERNEL;
	in.memalloc = prop_below(p, 4) == 1;
	in.has_cpu = prop_below(p, 2);
	in.local = prop_below(p, 2);
	in.busy = prop_below(p, 4) == 1;
	plenty = in.cached > in.min_cached || in.slab > in.min_slab;
	may = in.gfp == MM_GFP_KERNEL && !in.memalloc && !in.busy && (in.local || !in.has_cpu);
	due = !plenty ? MM_NODE_RECLAIM_FULL : may ? MM_NODE_RECLAIM_SOME : MM_NODE_RECLAIM_NOSCAN;
	prop_cover(p, 20, "a node with plenty", plenty);
	prop_cover(p, 5, "one that may be reclaimed", plenty && may);
	PROP(p, (int)mm_node_reclaim_guard(&in) == due, "answer %d, due %d",
	     (int)mm_node_reclaim_guard(&in), due);
}

/* Shares double as the priority falls, up to all there is, and never pass what is wanted. */
static void shares_double_up_to_all(struct mm_prop_run *p)
{
	uint64_t cached = prop_below(p, (uint64_t)1 << 20);
	uint64_t wanted = prop_below(p, (uint64_t)1 << 12);
	uint64_t divisor = 1;
	int priority;

	PROP(p, mm_node_reclaim_share(cached, 0, UINT64_MAX) == cached, "not all of %llu",
	     (unsigned long long)cached);
	for (priority = 0; priority <= MM_NODE_RECLAIM_PRIORITY; priority++, divisor *= 2) {
		uint64_t share = mm_node_reclaim_share(cached, priority, wanted);

		PROP(p, share <= wanted && share <= cached, "%llu of %llu",
		     (unsigned long long)share, (unsigned long long)cached);
		PROP(p,
		     share == wanted ||
			     (share * divisor <= cached && (share + 1) * divisor > cached),
		     "%llu of %llu at priority %d", (unsigned long long)share,
		     (unsigned long long)cached, priority);
	}
}

/* More pages are cached than 32 bits count, so there is something to reclaim. */
static void many_cached_pages_are_plenty(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 pageblock_order=3", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	PROP(p, mm_node_reclaim(&x, z, 0, MM_GFP_KERNEL, MM_ZONE_MOVABLE) == MM_NODE_RECLAIM_FULL,
	     "nothing is cached");
	z->vm_stat[MM_NR_ZONE_CACHE] = (int64_t)1 << 32;
	PROP(p, mm_node_reclaim(&x, z, 0, MM_GFP_KERNEL, MM_ZONE_MOVABLE) == MM_NODE_RECLAIM_SOME,
	     "2^32 pages are cached");
	mm_machine_destroy(m);
}

/* What stays is worked out zone by zone, each rounded down. */
static void each_zone_keeps_its_percent(struct mm_prop_run *p)
{
	struct mm_machine *m =
		mm_boot("ram=2M nodes=2 dma=256K max_order=5 pageblock_order=3", NULL);
	uint64_t ratio = prop_below(p, 101);
	uint64_t due = 0;
	uint64_t i;
	int z;

	PROP(p, m, "the machine does not boot");
	m->sysctl.min_unmapped_ratio = ratio;
	for (z = 0; z < MM_NR_ZONES; z++) {
		for (i = 100; i <= m->zones[z].managed * ratio; i += 100)
			due++;
	}
	PROP(p, mm_node_reclaim_min_cached(m, 0) == due, "%llu stay, due %llu",
	     (unsigned long long)mm_node_reclaim_min_cached(m, 0), (unsigned long long)due);
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

#define KERNEL_MASKS ((uint64_t)MM_GFP_KERNEL << 32 | MM_GFP_KERNEL)

static void reclaimed_though_off(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_node_reclaim, MM_ZONE_NORMAL, 0, KERNEL_MASKS, MM_ZONE_NORMAL,
		 MM_NODE_RECLAIM_FULL, 0);
}

/* A block that is larger than all that is free is refused for good reason. */
static void refuse(struct mm_victim *v)
{
	v->m->sysctl.zone_reclaim_mode = MM_RECLAIM_ZONE;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
	mm_event(v->x, MM_EV_mm_zone_refused, MM_ZONE_NORMAL, 10, 0, MM_ALLOC_WMARK_LOW,
		 MM_ZONE_NORMAL, 0);
}

static void refused_and_not_asked(struct mm_victim *v)
{
	refuse(v);
	mm_event(v->x, MM_EV_mm_page_alloc_slowpath, 10, KERNEL_MASKS, 0, MM_ZONE_NORMAL);
}

static void success_without_a_page(struct mm_victim *v)
{
	refuse(v);
	mm_event(v->x, MM_EV_mm_node_reclaim, MM_ZONE_NORMAL, 10, KERNEL_MASKS, MM_ZONE_NORMAL,
		 MM_NODE_RECLAIM_SUCCESS, 0);
}

static const struct mm_plant plants[] = {
	{"alloc.node_reclaim", reclaimed_though_off, NULL, true},
	{"alloc.node_reclaim", refused_and_not_asked, NULL, true},
	{"node_reclaim.answer", success_without_a_page, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_node_reclaim_props[] = {
	{"node_reclaim.reasons_not_to_are_these", reasons_not_to_are_these, 400},
	{"node_reclaim.shares_double_up_to_all", shares_double_up_to_all, 200},
	{"node_reclaim.many_cached_pages_are_plenty", many_cached_pages_are_plenty, 1},
	{"node_reclaim.each_zone_keeps_its_percent", each_zone_keeps_its_percent, 20},
	{"node_reclaim." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
