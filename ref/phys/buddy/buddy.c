/* SPDX-License-Identifier: MIT */
/*
 * buddy: split and join.
 *
 * Taking looks at the type's own lists from the wanted order upwards, takes
 * the first block and hands the halves it does not need back, each to the head
 * of its list.  Giving back joins with the buddy while that is free, of the
 * same order and zone, so that afterwards no two free halves stand apart:
 *
 *     free 5:  |4f|5 |6-7 f |   4 joins 5, 4-5 joins 6-7, done at 4-7
 *
 * Callers hold the zone lock.
 */
#include "mm/buddy.h"

#include "mm/watermark.h"

static struct page *page_at(const struct mm_machine *m, uint64_t pfn)
{
	return &m->memmap[pfn];
}

/* A link belongs to a page or to the zone's list head: mark its owner. */
static void touch_link(struct mm_ctx *x, const struct zone *z, const struct mm_list *link)
{
	const struct page *page = mm_page_of_link(x->m, link);

	if (page)
		mm_page_touch(x, page);
	else
		mm_touch(x, MM_OBJ_ZONE, z->id);
}

void mm_buddy_list_add(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order,
		       enum mm_migratetype type, bool tail)
{
	struct free_area *area = &z->free_area[order];

	if (tail)
		mm_list_add_tail(&page->lru, &area->free_list[type]);
	else
		mm_list_add(&page->lru, &area->free_list[type]);
	page->order = (uint8_t)order;
	page->list = (uint8_t)type;
	mm_page_flag_set(x, page, MM_PG_BUDDY);
	area->nr_free++;
	if (MM_UNLIKELY(x->touched)) {
		touch_link(x, z, page->lru.prev);
		mm_touch(x, MM_OBJ_ZONE, z->id);
	}
}

void mm_buddy_list_del(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order)
{
	if (MM_UNLIKELY(x->touched)) {
		touch_link(x, z, page->lru.prev);
		mm_touch(x, MM_OBJ_ZONE, z->id);
	}
	mm_list_del(&page->lru);
	mm_page_flag_clear(x, page, MM_PG_BUDDY);
	page->order = 0;
	page->list = 0;
	z->free_area[order].nr_free--;
}

void mm_buddy_account_special(struct mm_ctx *x, struct zone *z, int64_t pages,
			      enum mm_migratetype type)
{
	if (type == MM_MIGRATE_ISOLATE)
		return;
	mm_vmstat_mod(x, z, MM_NR_FREE_PAGES, pages);
	if (type == MM_MIGRATE_CMA) {
		mm_vmstat_mod(x, z, MM_NR_FREE_CMA, pages);
	} else {
		z->nr_free_highatomic += (uint64_t)pages;
		mm_touch(x, MM_OBJ_ZONE, z->id);
	}
}

/* Is there a free block, or a guard, of exactly this order at pfn, in zone z?
 * Kernel: page_is_buddy. */
static bool is_free_block(const struct mm_machine *m, const struct zone *z, uint64_t pfn,
			  unsigned int order)
{
	const struct page *p;

	if (!mm_zone_spans(z, pfn))
		return false;
	p = page_at(m, pfn);
	return (p->flags & (MM_PG_BUDDY | MM_PG_GUARD)) && p->order == order && p->zone == z->id;
}

/* Above a pageblock, blocks of special types join only with their own kind. */
static bool types_join(const struct mm_machine *m, uint64_t pfn, uint64_t buddy, unsigned int order)
{
	enum mm_migratetype a;
	enum mm_migratetype b;

	if (order < m->desc.pageblock_order)
		return true;
	a = mm_migratetype_get(m, pfn);
	b = mm_migratetype_get(m, buddy);
	return a == b || (mm_migratetype_mergeable(a) && mm_migratetype_mergeable(b));
}

/* Give every pageblock of a block the type it is freed under. */
static void retype_range(struct mm_ctx *x, uint64_t pfn, unsigned int order,
			 enum mm_migratetype type)
{
	uint64_t step = (uint64_t)1 << x->m->desc.pageblock_order;
	uint64_t end = pfn + ((uint64_t)1 << order);

	for (; pfn < end; pfn += step)
		mm_migratetype_set(x, pfn, type);
}

bool mm_buddy_merge_likely(const struct mm_machine *m, const struct zone *z, uint64_t pfn,
			   unsigned int order)
{
	uint64_t parent = mm_buddy_parent(pfn, order);

	if (order + 1 >= m->desc.max_order)
		return false;
	return is_free_block(m, z, mm_buddy_pfn(parent, order + 1), order + 1);
}

/* The other half of a block that becomes whole, from its list, or as a guard. */
static void take_half(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order,
		      enum mm_migratetype type)
{
	if (MM_UNLIKELY(page->flags & MM_PG_GUARD))
		mm_buddy_guard(x, z, page, order, type, false);
	else
		mm_buddy_list_del(x, z, page, order);
}

/* Free a block no larger than its type is uniform over. */
static void put_one(struct mm_ctx *x, struct zone *z, uint64_t pfn, unsigned int order,
		    enum mm_buddy_end end)
{
	const struct mm_machine *m = x->m;
	enum mm_migratetype type = mm_migratetype_get(m, pfn);
	bool tail;

	mm_buddy_account(x, z, (int64_t)1 << order, type);
	while (order < m->desc.max_order) {
		uint64_t buddy = mm_buddy_pfn(pfn, order);

		if (!is_free_block(m, z, buddy, order) || !types_join(m, pfn, buddy, order))
			break;
		take_half(x, z, page_at(m, buddy), order, type);
		if (order >= m->desc.pageblock_order && mm_migratetype_get(m, buddy) != type)
			retype_range(x, buddy, order, type);
		pfn = mm_buddy_parent(pfn, order);
		order++;
		mm_event(x, MM_EV_mm_buddy_merge, pfn, order, type);
	}
	tail = end == MM_BUDDY_TAIL || mm_buddy_merge_likely(m, z, pfn, order);
	mm_buddy_list_add(x, z, page_at(m, pfn), order, type, tail);
}

void mm_buddy_put(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order,
		  enum mm_buddy_end end)
{
	uint64_t pfn = pfn_raw(mm_page_pfn(x->m, page));
	unsigned int step = order;
	uint64_t stop = pfn + ((uint64_t)1 << order);

	MM_PRE(order <= x->m->desc.max_order && !(pfn & (((uint64_t)1 << order) - 1)));
	/* several pageblocks may have several types: free each to its own */
	if (step > x->m->desc.pageblock_order)
		step = x->m->desc.pageblock_order;
	for (; pfn < stop; pfn += (uint64_t)1 << step)
		put_one(x, z, pfn, step, end);
}

void mm_buddy_expand(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int low,
		     unsigned int high, enum mm_migratetype type)
{
	while (high > low) {
		struct page *half = page + ((uint64_t)1 << --high);

		if (MM_UNLIKELY(high < x->m->desc.guard_minorder))
			mm_buddy_guard(x, z, half, high, type, true);
		else
			mm_buddy_list_add(x, z, half, high, type, false);
	}
}

struct page *mm_buddy_take_smallest(struct mm_ctx *x, struct zone *z, unsigned int order,
				    enum mm_migratetype type)
{
	unsigned int o;

	for (o = order; o <= x->m->desc.max_order; o++) {
		const struct mm_list *list = &z->free_area[o].free_list[type];
		struct page *page;

		if (mm_list_empty(list))
			continue;
		page = mm_list_entry(list->next, struct page, lru);
		mm_buddy_list_del(x, z, page, o);
		mm_buddy_expand(x, z, page, order, o, type);
		mm_event(x, MM_EV_mm_page_alloc_zone_locked, pfn_raw(mm_page_pfn(x->m, page)),
			 order, type, o, z->id);
		return page;
	}
	return NULL;
}

struct page *mm_buddy_take_special(struct mm_ctx *x, struct zone *z, unsigned int order,
				   enum mm_migratetype type)
{
	struct page *page = mm_buddy_take_smallest(x, z, order, type);

	if (page)
		mm_buddy_account(x, z, -((int64_t)1 << order), type);
	return page;
}

struct page *mm_buddy_take(struct mm_ctx *x, struct zone *z, unsigned int order,
			   enum mm_migratetype type, uint32_t alloc_flags)
{
	bool cma = MM_UNLIKELY(alloc_flags & MM_ALLOC_CMA);
	struct page *page = NULL;

	/* while most of what is free is CMA, the rest is spared for who can have no other */
	if (cma && mm_vmstat_zone(z, MM_NR_FREE_CMA) > mm_vmstat_zone(z, MM_NR_FREE_PAGES) / 2)
		page = mm_buddy_take_special(x, z, order, MM_MIGRATE_CMA);
	if (page)
		return page;
	page = mm_buddy_take_smallest(x, z, order, type);
	if (!page && cma) {
		page = mm_buddy_take_special(x, z, order, MM_MIGRATE_CMA);
		if (page)
			return page;
	}
	if (!page)
		page = mm_buddy_take_fallback(x, z, order, type, alloc_flags);
	if (page)
		mm_vmstat_mod(x, z, MM_NR_FREE_PAGES, -((int64_t)1 << order));
	return page;
}
