/* SPDX-License-Identifier: MIT */
/*
 * page_alloc properties: what must be seen, planted: answers, blocks and counts as no
 * allocator may leave them, each with the claim that says so.
 */
#include "mm/page_alloc.h"
#include "mm/ram.h"
#include "mm/task.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/phys/page_alloc/prop.h"

/* ---- requests and answers ---- */

/* A request served but not announced: that comes later. */
static uint64_t served(struct mm_victim *v, unsigned int order, uint32_t gfp)
{
	struct page *page;

	v->x->events &= ~MM_EV_BIT(MM_EV_mm_page_alloc);
	page = mm_page_alloc_get(v->x, order, gfp);
	v->x->events = mm_event_mask(v->m);
	if (!page) {
		prop_fail(v->p, __FILE__, __LINE__, "order %u cannot be had", order);
		return 0;
	}
	return pfn_raw(mm_page_pfn(v->m, page));
}

/* The field of an event for a mask that nothing was taken from. */
static uint64_t both(uint32_t gfp)
{
	return (uint64_t)gfp << 32 | gfp;
}

/* Flags of a first attempt with MM_GFP_KERNEL. */
#define FIRST_TRY (MM_ALLOC_WMARK_LOW | MM_ALLOC_KSWAPD)

static void announce(struct mm_victim *v, uint64_t pfn, uint32_t gfp, uint32_t flags)
{
	mm_event(v->x, MM_EV_mm_page_alloc, pfn, v->m->memmap[pfn].order, both(gfp),
		 mm_migratetype_of_gfp(v->m, gfp), flags, v->m->memmap[pfn].zone);
}

static void wrong_zone(struct mm_victim *v)
{
	announce(v, served(v, 0, MM_GFP_KERNEL), MM_GFP_KERNEL | MM_GFP_DMA, FIRST_TRY);
}

static void zone_of_another_frame(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	mm_event(v->x, MM_EV_mm_page_alloc, pfn, 0, both(MM_GFP_KERNEL), 0, FIRST_TRY, MM_ZONE_DMA);
}

static void handed_out_twice(struct mm_victim *v)
{
	announce(v, mm_victim_held(v, VICTIM_B), MM_GFP_KERNEL, FIRST_TRY);
}

static void taken_back_twice(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_D);

	mm_page_alloc_put(v->x, &v->m->memmap[pfn], 0);
	mm_event(v->x, MM_EV_mm_page_free, pfn, 0);
}

static void taken_back_with_a_neighbour(struct mm_victim *v)
{
	/* the block that e's half belongs to is larger than what is held */
	mm_event(v->x, MM_EV_mm_page_free, mm_victim_held(v, VICTIM_E) & ~(uint64_t)31, 5);
}

/* Serve, spoil one field, announce. */
static void spoiled_mapping(struct mm_victim *v)
{
	uint64_t pfn = served(v, 1, MM_GFP_KERNEL);

	v->m->memmap[pfn + 1].mapping = 4;
	announce(v, pfn, MM_GFP_KERNEL, FIRST_TRY);
}

static void two_references(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	v->m->memmap[pfn].refcount = 2;
	announce(v, pfn, MM_GFP_KERNEL, FIRST_TRY);
}

static void forgotten_zeroing(struct mm_victim *v)
{
	announce(v, served(v, 2, MM_GFP_KERNEL), MM_GFP_KERNEL | MM_GFP_ZERO, FIRST_TRY);
}

static void failed_for_nothing(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_alloc_failed, 3, both(MM_GFP_KERNEL), 0, MM_ZONE_NORMAL, 0);
}

static void lower_zone_for_nothing(struct mm_victim *v)
{
	announce(v, served(v, 0, MM_GFP_KERNEL | MM_GFP_DMA), MM_GFP_KERNEL, FIRST_TRY);
}

/* Normal is asked, in this way or that, and all that is free there stays there. */
static void asked_for_nothing(struct mm_victim *v, enum mm_event_kind kind)
{
	const struct zone *z = &v->m->zones[MM_ZONE_NORMAL];

	mm_event(v->x, kind, z->id, 0, mm_zone_wmark(z, MM_WMARK_HIGH), FIRST_TRY, MM_ZONE_NORMAL,
		 mm_vmstat_zone(z, MM_NR_FREE_PAGES));
	lower_zone_for_nothing(v);
}

static void passed_over_for_nothing(struct mm_victim *v)
{
	asked_for_nothing(v, MM_EV_mm_zone_watermark);
}

static void refused_for_nothing(struct mm_victim *v)
{
	asked_for_nothing(v, MM_EV_mm_zone_refused);
}

static void slow_for_nothing(struct mm_victim *v)
{
	announce(v, served(v, 0, MM_GFP_KERNEL), MM_GFP_KERNEL,
		 MM_ALLOC_WMARK_MIN | MM_ALLOC_KSWAPD);
}

static void reserves_for_nothing(struct mm_victim *v)
{
	announce(v, served(v, 0, MM_GFP_KERNEL | MM_GFP_MEMALLOC), MM_GFP_KERNEL | MM_GFP_MEMALLOC,
		 MM_ALLOC_NO_WATERMARKS | MM_ALLOC_KSWAPD);
}

static void treated_as_another_type(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	mm_event(v->x, MM_EV_mm_page_alloc, pfn, 0, both(MM_GFP_KERNEL), MM_MIGRATE_MOVABLE,
		 FIRST_TRY, v->m->memmap[pfn].zone);
}

static void right_it_does_not_have(struct mm_victim *v)
{
	/* there is no DMA32 that could be fragmented instead */
	announce(v, served(v, 0, MM_GFP_KERNEL), MM_GFP_KERNEL, FIRST_TRY | MM_ALLOC_NOFRAGMENT);
}

static void lost_reference(struct mm_victim *v)
{
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_A)];

	page->refcount = 0;
	mm_page_touch(v->x, page);
}

static void referenced_tail(struct mm_victim *v)
{
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_A) + 5];

	page->refcount = 1;
	mm_page_touch(v->x, page);
}

static void managed_shrinks(struct mm_victim *v)
{
	/* Movable memory has no part in the sums of lowmem */
	v->m->zones[MM_ZONE_MOVABLE].managed--;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_MOVABLE);
}

static void dropped_in_silence(struct mm_victim *v)
{
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_D)];

	page->flags |= MM_PG_BAD;
	mm_page_touch(v->x, page);
}

static void taken_back_with_a_mapping(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_free, mm_victim_held(v, VICTIM_D), 0, 0x1000);
}

static void flagged_tail(struct mm_victim *v)
{
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_A)];

	page[6].flags |= MM_PG_MOVABLE;
	mm_page_touch(v->x, page);
	mm_page_touch(v->x, page + 6);
}

/* The last pageblock of Normal's first half that is free; it gets another type. */
static uint64_t move_free_pageblock(struct mm_victim *v, enum mm_migratetype type,
				    enum mm_buddy_why why)
{
	struct zone *z = &v->m->zones[MM_ZONE_NORMAL];
	uint64_t size = (uint64_t)1 << v->m->desc.pageblock_order;
	uint64_t pfn = 512 - size;

	while (!(v->m->memmap[pfn].flags & MM_PG_BUDDY) ||
	       v->m->memmap[pfn].order < v->m->desc.pageblock_order)
		pfn -= size;
	mm_lock_acquire(v->x, &z->lock);
	mm_buddy_move(v->x, z, pfn, type, why);
	if (type == MM_MIGRATE_HIGHATOMIC)
		z->nr_reserved_highatomic += size;
	mm_lock_release(v->x, &z->lock);
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
	return pfn;
}

static void reserved_for_no_request(struct mm_victim *v)
{
	(void)move_free_pageblock(v, MM_MIGRATE_HIGHATOMIC, MM_BUDDY_RESERVE);
}

static void given_up_for_no_request(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_A);

	mm_event(v->x, MM_EV_mm_pageblock_move, pfn, mm_migratetype_get(v->m, pfn),
		 MM_MIGRATE_MOVABLE, MM_ZONE_NORMAL, MM_BUDDY_UNRESERVE);
}

static void reserved_count_off_by_one(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_NORMAL].nr_reserved_highatomic++;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
}

static void cma_pages_off_by_one(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_NORMAL].cma_pages++;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
}

/* Of a machine that has no CMA. */
static void cma_out_of_turn(struct mm_victim *v)
{
	const struct mm_list *list = v->m->zones[MM_ZONE_NORMAL].free_area[6].free_list;
	const struct page *page =
		mm_list_entry_const(list[MM_MIGRATE_MOVABLE].next, struct page, lru);

	mm_event(v->x, MM_EV_mm_page_alloc_zone_locked, pfn_raw(mm_page_pfn(v->m, page)), 0,
		 MM_MIGRATE_CMA, 0, MM_ZONE_NORMAL);
}

/* An ordinary request is served from what is reserved, all else as it should be. */
static void reserved_block_for_anybody(struct mm_victim *v)
{
	struct zone *z = &v->m->zones[MM_ZONE_NORMAL];
	struct page *page;

	(void)move_free_pageblock(v, MM_MIGRATE_HIGHATOMIC, MM_BUDDY_OTHER);
	mm_event(v->x, MM_EV_mm_zone_watermark, z->id, 0, mm_zone_wmark(z, MM_WMARK_HIGH),
		 FIRST_TRY, MM_ZONE_NORMAL, mm_vmstat_zone(z, MM_NR_FREE_PAGES));
	mm_lock_acquire(v->x, &z->lock);
	page = mm_buddy_take_special(v->x, z, 0, MM_MIGRATE_HIGHATOMIC);
	mm_lock_release(v->x, &z->lock);
	page->flags = MM_PG_HEAD;
	page->refcount = 1;
	mm_page_touch(v->x, page);
	mm_vmstat_count(v->x, MM_VM_PGALLOC + MM_ZONE_NORMAL, 1);
	mm_vmstat_numa(v->x, z, z);
	announce(v, pfn_raw(mm_page_pfn(v->m, page)), MM_GFP_KERNEL, FIRST_TRY);
}

/* A free pageblock of Normal is isolated, and something takes of it all the same. */
static void isolated_block_leaves(struct mm_victim *v)
{
	const struct zone *z = &v->m->zones[MM_ZONE_NORMAL];
	uint64_t pfn = move_free_pageblock(v, MM_MIGRATE_ISOLATE, MM_BUDDY_ISOLATE);

	mm_event(v->x, MM_EV_mm_page_alloc_zone_locked, pfn, 0, MM_MIGRATE_ISOLATE, 0, z->id);
}

/* ---- blocks of pages ---- */

static struct page *compound_of(struct mm_victim *v)
{
	return &v->m->memmap[mm_victim_held(v, VICTIM_E)];
}

static void tail_of_the_neighbour(struct mm_victim *v)
{
	struct page *head = compound_of(v);

	head[3].compound_head = (uintptr_t)(head + 1) | 1;
	mm_page_touch(v->x, head + 3);
}

static void tail_without_a_head(struct mm_victim *v)
{
	struct page *head = compound_of(v);

	mm_list_init(&head[5].lru);
	mm_page_touch(v->x, head);
	mm_page_touch(v->x, head + 5);
}

/* Frames of a block that is no compound point to their first. */
static void tail_of_no_compound(struct mm_victim *v)
{
	struct page *first = &v->m->memmap[mm_victim_held(v, VICTIM_A)];

	first[2].compound_head = (uintptr_t)first | 1;
	mm_page_touch(v->x, first + 2);
}

/* All of it is a compound block now, but nobody asked for one. */
static void compound_unasked(struct mm_victim *v)
{
	struct page *first = &v->m->memmap[mm_victim_held(v, VICTIM_A)];
	unsigned int i;

	first->flags |= MM_PG_COMP;
	for (i = 1; i < 8; i++) {
		first[i].compound_head = (uintptr_t)first | 1;
		first[i].mapping = MM_TAIL_MAPPING;
		mm_page_touch(v->x, first + i);
	}
	mm_page_touch(v->x, first);
}

static void freed_as_another_order(struct mm_victim *v)
{
	/* a is of order 3; its lower half is no block */
	mm_event(v->x, MM_EV_mm_page_free, mm_victim_held(v, VICTIM_A), 2);
}

static void scope_without_effect(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	(void)!mm_task_enter(v->x, MM_TASK_NOFS);
	announce(v, pfn, MM_GFP_KERNEL, FIRST_TRY);
}

static void mask_edited_for_nothing(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_NOIO);

	mm_event(v->x, MM_EV_mm_page_alloc, pfn, 0, (uint64_t)MM_GFP_KERNEL << 32 | MM_GFP_NOIO, 0,
		 FIRST_TRY, v->m->memmap[pfn].zone);
}

static void taken_back_with_contents(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_B);

	mm_ram_write(v->x, pfn_of(pfn + 1), 17, 1);
	v->m->desc.init_on_free = true;
	mm_event(v->x, MM_EV_mm_page_free, pfn, 2);
}

static void part_without_reference(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_A);

	v->x->events = 0;
	mm_page_alloc_split(v->x, &v->m->memmap[pfn]);
	v->x->events = mm_event_mask(v->m);
	v->m->memmap[pfn + 4].refcount = 0;
	mm_event(v->x, MM_EV_mm_page_split, pfn, 3, 0);
}

static void split_of_a_compound(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_split, mm_victim_held(v, VICTIM_E), 4, 0);
}

static void split_for_too_little(struct mm_victim *v)
{
	/* four of eight pages would have been a block of order 2 */
	mm_event(v->x, MM_EV_mm_page_split, mm_victim_held(v, VICTIM_A), 3, 16384);
}

/* A block becomes six pages, and the other two are forgotten. */
static void tail_is_kept(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_A);
	unsigned int i;

	v->x->events = 0;
	mm_page_alloc_split(v->x, &v->m->memmap[pfn]);
	v->x->events = mm_event_mask(v->m);
	for (i = 6; i < 8; i++)
		v->m->memmap[pfn + i].refcount = 0;
	mm_event(v->x, MM_EV_mm_page_split, pfn, 3, 6 * 4096 - 5);
	for (i = 6; i < 8; i++)
		v->m->memmap[pfn + i].flags = 0;
}

static void begin_bulk(struct mm_victim *v, uint64_t pages, uint64_t zone)
{
	mm_event(v->x, MM_EV_mm_page_bulk, zone, pages, pages, 0, MM_ZONE_NORMAL,
		 both(MM_GFP_KERNEL));
}

static void bulk_of_the_wrong_zone(struct mm_victim *v)
{
	begin_bulk(v, 4, MM_ZONE_DMA);
}

static void section_comes_unasked(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_zone_grow, 0, 0, 1, MM_ZONE_NORMAL);
}

/* Nothing is in its way: zone Normal has room for both. */
static void bulk_finds_no_zone(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_bulk_none, MM_ZONES_MAX, 2, both(MM_GFP_KERNEL));
}

/* More than there are; and no single page is asked for. */
static void bulk_asks_no_further(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_bulk_none, MM_ZONES_MAX, 1u << 20, both(MM_GFP_KERNEL));
}

static void bulk_miscounts(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	begin_bulk(v, 1, MM_ZONE_NORMAL);
	announce(v, pfn, MM_GFP_KERNEL, MM_ALLOC_WMARK_LOW);
	mm_event(v->x, MM_EV_mm_page_bulk_end, 2);
}

static void bulk_gives_up_early(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	begin_bulk(v, 3, MM_ZONE_NORMAL);
	announce(v, pfn, MM_GFP_KERNEL, MM_ALLOC_WMARK_LOW);
	mm_event(v->x, MM_EV_mm_page_bulk_end, 1);
}

static void bulk_takes_one_more(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	begin_bulk(v, 0, MM_ZONE_NORMAL);
	announce(v, pfn, MM_GFP_KERNEL, MM_ALLOC_WMARK_LOW);
	mm_event(v->x, MM_EV_mm_page_bulk_end, 1);
}

static const struct mm_plant plants[] = {
	{"zone.isolated_never_allocated", isolated_block_leaves, NULL, true},
	{"zone.reserved_highatomic", reserved_count_off_by_one, NULL, false},
	{"zone.cma_pages", cma_pages_off_by_one, NULL, false},
	{"alloc.reserve", reserved_for_no_request, NULL, true},
	{"alloc.unreserve", given_up_for_no_request, NULL, true},
	{"alloc.cma_turn", cma_out_of_turn, NULL, true},
	{"alloc.special_lists", reserved_block_for_anybody, NULL, true},
	{"compound.tails", tail_of_the_neighbour, NULL, false},
	{"compound.tails", tail_without_a_head, NULL, false},
	{"compound.tails", tail_of_no_compound, NULL, false},
	{"compound.tails", compound_unasked, NULL, false},
	{"alloc.no_double", freed_as_another_order, NULL, true},
	{"alloc.gfp_context", scope_without_effect, NULL, true},
	{"alloc.gfp_context", mask_edited_for_nothing, NULL, true},
	{"alloc.init_on_free", taken_back_with_contents, NULL, true},
	{"alloc.split", part_without_reference, "alloc.head_referenced", true},
	{"alloc.split", split_of_a_compound, NULL, true},
	{"alloc.split", split_for_too_little, NULL, true},
	{"alloc.exact_tail", tail_is_kept, NULL, true},
	{"alloc.grow", section_comes_unasked, NULL, true},
	{"alloc.bulk", bulk_of_the_wrong_zone, NULL, true},
	{"alloc.bulk", bulk_miscounts, NULL, true},
	{"alloc.bulk", bulk_gives_up_early, NULL, true},
	{"alloc.bulk", bulk_takes_one_more, NULL, true},
	{"alloc.bulk", bulk_finds_no_zone, NULL, true},
	{"alloc.bulk", bulk_asks_no_further, NULL, true},
	{"alloc.zone_allowed", wrong_zone, NULL, true},
	{"alloc.zone_allowed", zone_of_another_frame, "watermark.respected alloc.result", true},
	{"alloc.no_double", handed_out_twice, NULL, true},
	{"alloc.no_double", taken_back_twice, NULL, true},
	{"alloc.no_double", taken_back_with_a_neighbour, NULL, true},
	{"alloc.free_checked", taken_back_with_a_mapping, NULL, true},
	{"alloc.init_state", spoiled_mapping, NULL, true},
	{"alloc.init_state", two_references, NULL, true},
	{"alloc.init_state", forgotten_zeroing, NULL, true},
	{"alloc.result", failed_for_nothing, NULL, true},
	{"alloc.result", lower_zone_for_nothing, NULL, true},
	{"alloc.result", passed_over_for_nothing, NULL, true},
	{"alloc.result", refused_for_nothing, NULL, true},
	{"alloc.result", slow_for_nothing, NULL, true},
	{"alloc.result", reserves_for_nothing, "alloc.init_state", true},
	{"alloc.treatment", treated_as_another_type, NULL, true},
	{"alloc.treatment", right_it_does_not_have, NULL, true},
	{"alloc.head_referenced", lost_reference, NULL, false},
	{"alloc.head_referenced", referenced_tail, "alloc.block_whole", false},
	{"alloc.block_whole", flagged_tail, NULL, false},
	{"zone.conservation", managed_shrinks, NULL, true},
	{"zone.conservation", dropped_in_silence, NULL, false},
	{NULL, NULL, NULL, false},
};

void page_alloc_planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}
