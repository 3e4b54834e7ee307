/* SPDX-License-Identifier: MIT */
/* node_dirty properties: the formula by counting, where writers go, planted steps. */
#include "mm/node_dirty.h"

#include "mm/page_alloc.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

/* The largest number of pages whose hundredfold is within the share, found by trying. */
static uint64_t largest_within(uint64_t memory, uint64_t ratio)
{
	uint64_t lo = 0;
	uint64_t hi = memory;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo + 1) / 2;

		if (mid * 100 <= memory * ratio)
			lo = mid;
		else
			hi = mid - 1;
	}
	return lo;
}

static void limit_is_a_share_of_what_could_be(struct mm_prop_run *p)
{
	struct mm_dirtyable d;
	uint64_t ratio = prop_below(p, 101);
	uint64_t memory;
	uint64_t limit;

	d.free = prop_any(p, 30);
	d.reserve = prop_any(p, 30);
	d.file = prop_any(p, 30);
	memory = d.file;
	if (d.free >= d.reserve)
		memory += d.free - d.reserve;
	prop_cover(p, 20, "a reserve above what is free", d.reserve > d.free);
	limit = largest_within(memory, ratio);
	PROP(p, mm_node_dirty_most(&d) == memory, "%llu", (unsigned long long)memory);
	PROP(p, mm_node_dirty_limit(&d, ratio, false) == limit, "%llu of %llu at %llu %%",
	     (unsigned long long)mm_node_dirty_limit(&d, ratio, false), (unsigned long long)memory,
	     (unsigned long long)ratio);
	/* a quarter more, rounded down: four quarters of the rest fit */
	limit = mm_node_dirty_limit(&d, ratio, true) - limit;
	PROP(p, limit == largest_within(mm_node_dirty_limit(&d, ratio, false), 25),
	     "in real time %llu more", (unsigned long long)limit);
}

/* Has a node room for another, at 10 percent? */
static bool has_room(const struct mm_machine *m, int nid)
{
	const struct mm_dirtyable d = mm_node_dirty_memory(m, nid);

	return m->node_dirty[nid].dirty * 10 <= d.free - d.reserve + d.file;
}

/* Who dirties each page that it gets fills its own node up to the limit, then the other;
 * when both are full, its own again. */
static void writers_fill_node_after_node(struct mm_prop_run *p)
{
	struct mm_machine *m =
		mm_boot("ram=4M nodes=2 max_order=5 pageblock_order=3 cpus=2 dirty_ratio=10", NULL);
	const uint32_t gfp = MM_GFP_KERNEL | MM_GFP_MOVABLE | MM_GFP_WRITE;
	uint64_t nr = 60 + prop_below(p, 80);
	struct mm_ctx x;
	uint64_t i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, (int)prop_below(p, 2));
	for (i = 0; i < nr; i++) {
		int own = x.cpu;
		int due = has_room(m, own) || !has_room(m, 1 - own) ? own : 1 - own;
		const struct page *page = mm_page_alloc_get(&x, 0, gfp);
		int nid = page ? m->zones[page->zone].nid : -1;

		PROP(p, nid == due, "page %llu is of node %d, due is node %d",
		     (unsigned long long)i, nid, due);
		mm_node_dirty_set(&x, nid, m->node_dirty[nid].dirty + 1, 0);
	}
	PROP(p, m->node_dirty[1 - x.cpu].dirty, "the other node has no dirty page");
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

#define MASKS(gfp) ((uint64_t)(gfp) << 32 | (gfp))

static void limit_of_another_node(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_node_dirty_ok, 0, 0, 1, 1);
}

static void asked_though_nothing_is_written(struct mm_victim *v)
{
	(void)mm_node_dirty_ok(v->x, 0);
	(void)mm_page_alloc_get(v->x, 0, MM_GFP_KERNEL);
}

static void asked_in_the_slow_path(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_alloc_slowpath, 0, MASKS(MM_GFP_KERNEL | MM_GFP_WRITE));
	(void)mm_node_dirty_ok(v->x, 0);
}

static const struct mm_plant plants[] = {
	{"dirty.limit", limit_of_another_node, NULL, true},
	{"alloc.spread_dirty", asked_though_nothing_is_written, NULL, true},
	{"alloc.spread_dirty", asked_in_the_slow_path, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_node_dirty_props[] = {
	{"node_dirty.limit_is_a_share_of_what_could_be", limit_is_a_share_of_what_could_be, 400},
	{"node_dirty.writers_fill_node_after_node", writers_fill_node_after_node, 10},
	{"node_dirty." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
