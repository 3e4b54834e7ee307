/* SPDX-License-Identifier: MIT */
/* migratetype properties: pageblocks, the fallback table, when to group. */
#include "mm/migratetype.h"

#include "mm/page.h"
#include "mm/zone.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

/* fallbacks[MIGRATE_PCPTYPES][] of mm/page_alloc.c, 6.12. */
static void fallbacks_are_the_kernels(struct mm_prop_run *p)
{
	static const int table[MM_MIGRATE_TYPES][3] = {
		{MM_MIGRATE_RECLAIMABLE, MM_MIGRATE_MOVABLE, MM_MIGRATE_TYPES},
		{MM_MIGRATE_RECLAIMABLE, MM_MIGRATE_UNMOVABLE, MM_MIGRATE_TYPES},
		{MM_MIGRATE_UNMOVABLE, MM_MIGRATE_MOVABLE, MM_MIGRATE_TYPES},
		{MM_MIGRATE_TYPES, MM_MIGRATE_TYPES, MM_MIGRATE_TYPES},
		{MM_MIGRATE_TYPES, MM_MIGRATE_TYPES, MM_MIGRATE_TYPES},
		{MM_MIGRATE_TYPES, MM_MIGRATE_TYPES, MM_MIGRATE_TYPES},
	};
	int type;
	unsigned int n;

	for (type = 0; type < MM_MIGRATE_TYPES; type++) {
		for (n = 0; n < 3; n++)
			PROP(p,
			     (int)mm_migratetype_fallback((enum mm_migratetype)type, n) ==
				     table[type][n],
			     "type %d, choice %u", type, n);
		PROP(p, mm_migratetype_mergeable((enum mm_migratetype)type) == (type < 3),
		     "type %d merges or not", type);
	}
}

static void pageblocks_boot_movable(struct mm_prop_run *p)
{
	char machine[MM_WALK_MACHINE_LEN];
	struct mm_machine *m;
	uint64_t pfn;

	mm_walk_any_machine(p, machine, sizeof(machine));
	m = mm_boot(machine, NULL);
	PROP(p, m, "%s does not boot", machine);
	mm_walk_make_ready(m);
	for (pfn = 0; pfn < m->max_pfn; pfn++) {
		PROP(p,
		     mm_migratetype_block(m, pfn) == pfn / (1ull << m->desc.pageblock_order) &&
			     mm_migratetype_block(m, pfn) < m->nr_pageblocks,
		     "the pageblock of pfn %llu", (unsigned long long)pfn);
		/* but for sections that never come */
		PROP(p,
		     !mm_sparse_ready(m, pfn) || mm_migratetype_get(m, pfn) == MM_MIGRATE_MOVABLE,
		     "pfn %llu boots as type %d", (unsigned long long)pfn,
		     (int)mm_migratetype_get(m, pfn));
	}
	mm_machine_destroy(m);
}

/* Setting changes one pageblock, says so, and is in the digest. */
static void setting_changes_one_pageblock(struct mm_prop_run *p)
{
	struct mm_touched touched = {.nr = 0};
	struct mm_machine *m = mm_boot(mm_walk_machines[0], NULL);
	uint8_t want[128] = {0};
	uint64_t digest = m ? mm_machine_digest(m) : 0;
	struct mm_ctx x;
	int step;
	int i;

	PROP(p, m && m->nr_pageblocks == 128 && !m->grouping_off, "not the machine that was meant");
	mm_ctx_init(&x, m, 0);
	x.touched = &touched;
	for (i = 0; i < 128; i++)
		want[i] = MM_MIGRATE_MOVABLE;
	for (step = 0; step < 100; step++) {
		uint64_t pfn = prop_below(p, m->max_pfn);
		enum mm_migratetype type = (enum mm_migratetype)prop_below(p, MM_MIGRATE_TYPES);

		touched.nr = 0;
		mm_migratetype_set(&x, pfn, type);
		PROP(p,
		     mm_migratetype_get(m, pfn) == type && touched.nr == 1 &&
			     touched.key[0] == mm_touched_key(MM_OBJ_PAGEBLOCK, pfn / 8),
		     "pfn %llu to type %d", (unsigned long long)pfn, (int)type);
		PROP(p, want[pfn / 8] == type || mm_machine_digest_sweep(m) != digest,
		     "a type is not in the digest");
		want[pfn / 8] = (uint8_t)type;
		digest = mm_machine_digest_sweep(m);
		for (i = 0; i < 128; i++)
			PROP(p, m->pageblock[i] == want[i], "pageblock %d changed as well", i);
	}
	mm_machine_destroy(m);
}

/* vm_total_pages < pageblock_nr_pages * MIGRATE_TYPES: six pageblocks of memory
 * that is managed, wherever it lies. */
static void grouping_needs_six_pageblocks(struct mm_prop_run *p)
{
	static const struct {
		const char *machine;
		bool off;
	} table[] = {
		{"ram=192K max_order=6 pageblock_order=3", false},
		{"ram=188K max_order=6 pageblock_order=3", true},
		{"ram=192K max_order=6 pageblock_order=3 reserved=0-4K", true},
		{"ram=192K max_order=6 pageblock_order=3 dma=64K highmem=128K", false},
		{"ram=12M", false},
		{"ram=11M", true},
		{"ram=6p max_order=0", false},
		{"ram=5p max_order=0", true},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct mm_machine *m = mm_boot(table[i].machine, NULL);
		enum mm_migratetype want =
			table[i].off ? MM_MIGRATE_UNMOVABLE : MM_MIGRATE_RECLAIMABLE;
		struct mm_ctx x;

		PROP(p, m && m->grouping_off == table[i].off, "%s: grouping is on or off",
		     table[i].machine);
		mm_ctx_init(&x, m, 0);
		PROP(p, mm_migratetype_of_gfp(m, MM_GFP_KERNEL | MM_GFP_RECLAIMABLE) == want,
		     "%s: type of a request", table[i].machine);
		mm_migratetype_set(&x, 0, MM_MIGRATE_RECLAIMABLE);
		PROP(p, mm_migratetype_get(m, 0) == want, "%s: type of a pageblock",
		     table[i].machine);
		mm_migratetype_set(&x, 0, MM_MIGRATE_HIGHATOMIC);
		PROP(p, mm_migratetype_get(m, 0) == MM_MIGRATE_HIGHATOMIC,
		     "%s: special types are no matter of grouping", table[i].machine);
		mm_machine_destroy(m);
	}
}

/* ---- plantings ---- */

/* A fallback of an Unmovable request of order 0, with one field wrong. */
static void fell_back(struct mm_victim *v, uint64_t order, enum mm_migratetype from, bool claim)
{
	const struct mm_list *list = &v->m->zones[MM_ZONE_DMA].free_area[order].free_list[from];

	mm_event(v->x, MM_EV_mm_page_alloc_extfrag,
		 mm_list_empty(list)
			 ? 0
			 : pfn_raw(mm_page_pfn(v->m,
					       mm_list_entry_const(list->next, struct page, lru))),
		 0, order, MM_MIGRATE_UNMOVABLE, from, claim);
}

static void smaller_than_due(struct mm_victim *v)
{
	fell_back(v, 0, MM_MIGRATE_MOVABLE, false);
}

static void onto_its_own_type(struct mm_victim *v)
{
	fell_back(v, 6, MM_MIGRATE_UNMOVABLE, true);
}

static void unclaimed_giant(struct mm_victim *v)
{
	fell_back(v, 6, MM_MIGRATE_MOVABLE, false);
}

static void retyped_in_silence(struct mm_victim *v)
{
	uint64_t block = mm_migratetype_block(v->m, mm_victim_held(v, VICTIM_A));

	v->m->pageblock[block] = MM_MIGRATE_RECLAIMABLE;
	mm_touch(v->x, MM_OBJ_PAGEBLOCK, block);
}

static void type_that_is_none(struct mm_victim *v)
{
	uint64_t block = mm_migratetype_block(v->m, mm_victim_held(v, VICTIM_A));

	v->m->pageblock[block] = MM_MIGRATE_TYPES;
	mm_touch(v->x, MM_OBJ_PAGEBLOCK, block);
}

static const struct mm_plant plants[] = {
	{"alloc.fallback_order", smaller_than_due, NULL, true},
	{"alloc.fallback_order", onto_its_own_type, NULL, true},
	{"alloc.fallback_claim", unclaimed_giant, NULL, true},
	{"alloc.fallback_claim", retyped_in_silence, NULL, false},
	{"alloc.fallback_claim", type_that_is_none, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_migratetype_props[] = {
	{"migratetype.fallbacks_are_the_kernels", fallbacks_are_the_kernels, 1},
	{"migratetype.pageblocks_boot_movable", pageblocks_boot_movable, 20},
	{"migratetype.setting_changes_one_pageblock", setting_changes_one_pageblock, 2},
	{"migratetype.grouping_needs_six_pageblocks", grouping_needs_six_pageblocks, 1},
	{"migratetype." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
