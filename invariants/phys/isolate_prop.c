/* SPDX-License-Identifier: MIT */
/* isolate properties: what is refused, and that isolating and back loses nothing. */
#include "mm/isolate.h"

#include "mm/page_alloc.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#define PLAIN   "ram=2M max_order=6 pageblock_order=3 cpus=2"
#define MACHINE PLAIN " reserved=512K-516K hole=768K-772K"

static uint64_t pfn_of_page(const struct mm_machine *m, const struct page *page)
{
	return pfn_raw(mm_page_pfn(m, page));
}

/* One row per thing that a pageblock may hold. */
static void what_cannot_move_is_refused(struct mm_prop_run *p)
{
	static const struct {
		uint32_t gfp;
		unsigned int order;
		int err;
	} rows[] = {
		{MM_GFP_KERNEL, 0, -MM_EBUSY},
		{MM_GFP_KERNEL | MM_GFP_RECLAIMABLE, 2, -MM_EBUSY},
		{MM_GFP_KERNEL | MM_GFP_MOVABLE, 0, 0},
		{MM_GFP_KERNEL | MM_GFP_MOVABLE, 3, 0},
		{MM_GFP_KERNEL | MM_GFP_MOVABLE | MM_GFP_COMP, 3, 0},
		{MM_GFP_KERNEL | MM_GFP_COMP, 1, -MM_EBUSY},
		/* reaches out of the pageblock */
		{MM_GFP_KERNEL | MM_GFP_MOVABLE | MM_GFP_COMP, 4, -MM_EBUSY},
	};
	struct mm_machine *m = mm_boot(PLAIN, NULL);
	struct mm_ctx x;
	size_t i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct page *page = mm_page_alloc_get(&x, rows[i].order, rows[i].gfp);
		int err = page ? mm_isolate_start(&x, pfn_of_page(m, page)) : 1;

		PROP(p, err == rows[i].err, "row %zu: %d", i, err);
		PROP(p, err || mm_isolate_start(&x, pfn_of_page(m, page)) == -MM_EBUSY,
		     "row %zu is isolated twice", i);
		PROP(p, err || !mm_isolate_undo(&x, pfn_of_page(m, page)), "row %zu stays", i);
		PROP(p, mm_isolate_undo(&x, pfn_of_page(m, page)) == -MM_EINVAL,
		     "row %zu: what is not isolated is so no longer", i);
		mm_page_alloc_put(&x, page, rows[i].order);
	}
	mm_machine_destroy(m);
}

/* All of a machine can be isolated but for what is not free memory; then nothing is to be
 * had, and afterwards all is as it was. */
static void isolating_all_leaves_nothing(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(MACHINE, NULL);
	const struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	uint64_t blocks[MM_NR_ORDERS];
	uint64_t pfn;
	struct mm_ctx x;
	unsigned int o;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (o = 0; o <= 6; o++)
		blocks[o] = z->free_area[o].nr_free;
	for (pfn = 0; pfn < 512; pfn += 8) {
		bool refused = pfn == 128 || pfn == 192;

		PROP(p, (mm_isolate_start(&x, pfn) != 0) == refused, "pfn %llu",
		     (unsigned long long)pfn);
	}
	PROP(p, z->nr_isolated == 62 && mm_vmstat_zone(z, MM_NR_FREE_PAGES) == 14, "%llu are free",
	     (unsigned long long)mm_vmstat_zone(z, MM_NR_FREE_PAGES));
	PROP(p, !mm_page_alloc_get(&x, 3, MM_GFP_KERNEL | MM_GFP_MEMALLOC),
	     "a block of an isolated pageblock is handed out");
	while (z->nr_isolated) {
		pfn = prop_below(p, 64) * 8;
		while (mm_isolate_undo(&x, pfn))
			pfn = (pfn + 8) % 512;
	}
	PROP(p, mm_vmstat_zone(z, MM_NR_FREE_PAGES) == 510, "%llu are free",
	     (unsigned long long)mm_vmstat_zone(z, MM_NR_FREE_PAGES));
	for (o = 0; o <= 6; o++)
		PROP(p, z->free_area[o].nr_free == blocks[o], "order %u: %llu blocks", o,
		     (unsigned long long)z->free_area[o].nr_free);
	mm_machine_destroy(m);
}

/* A zone for pages that move holds no others: who is there need not say so. */
static void all_of_zone_movable_moves(struct mm_prop_run *p)
{
	struct mm_machine *m =
		mm_boot("ram=2M normal=512K highmem=1M max_order=6 pageblock_order=3", NULL);
	struct page *page;
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	page = mm_page_alloc_get(&x, 0, MM_GFP_HIGHUSER_MOVABLE);
	PROP(p, page && page->zone == MM_ZONE_MOVABLE, "not of the zone that was meant");
	page->flags &= ~MM_PG_MOVABLE;
	PROP(p, !mm_isolate_start(&x, pfn_of_page(m, page)), "a page of Movable stays");
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

static void miscounted(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_NORMAL].nr_isolated++;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
}

/* An answer that no pageblock gave. */
static void isolated_with_kernel_pages(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_isolate, mm_victim_held(v, VICTIM_A), false, 0, MM_ZONE_NORMAL);
}

static void refused_for_nothing(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_isolate, 512 - 8, false, MM_EBUSY, MM_ZONE_NORMAL);
}

static const struct mm_plant plants[] = {
	{"zone.isolate_count", miscounted, NULL, false},
	{"isolate.answer", isolated_with_kernel_pages, NULL, true},
	{"isolate.answer", refused_for_nothing, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_isolate_props[] = {
	{"isolate.what_cannot_move_is_refused", what_cannot_move_is_refused, 1},
	{"isolate.isolating_all_leaves_nothing", isolating_all_leaves_nothing, 10},
	{"isolate.all_of_zone_movable_moves", all_of_zone_movable_moves, 1},
	{"isolate." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
