/* SPDX-License-Identifier: MIT */
/*
 * fallback: what happens when the lists of the wanted type are empty.
 *
 * Mixing types inside a pageblock is what fragments memory for good, so the
 * search starts with the largest block of another type: taking a large one
 * whole mixes least.  If the request may steal (it is large, or its pages will
 * stay), it tries to claim the pageblock: when at least half of it is free or
 * already compatible, all its free blocks and its type change hands.
 *
 *     Movable pageblock  |f|f|M|f|f|f|f|M|     6 of 8 free: claim
 *     ->  Unmovable      |U|f|M|f|f|f|f|M|
 *
 * Otherwise only the one block is taken and its remainder stays with the old
 * type.  A movable request that may not steal takes the smallest block instead:
 * movable pages can be moved out again.  Either way two types share a pageblock from
 * now on, and the zone's watermarks rise for a while.
 */
#include "mm/boost.h"
#include "mm/buddy.h"

bool mm_buddy_can_steal(const struct mm_machine *m, unsigned int order, enum mm_migratetype type)
{
	return order >= m->desc.pageblock_order / 2 || type == MM_MIGRATE_RECLAIMABLE ||
	       type == MM_MIGRATE_UNMOVABLE || m->grouping_off;
}

/* A type to fall back to that has a block of exactly f->order. */
static bool find_type(const struct mm_machine *m, const struct zone *z, enum mm_migratetype type,
		      struct mm_buddy_fallback *f)
{
	const struct free_area *area = &z->free_area[f->order];
	unsigned int n;

	if (!area->nr_free)
		return false;
	for (n = 0; n < MM_MIGRATE_FALLBACKS; n++) {
		f->from = mm_migratetype_fallback(type, n);
		if (f->from < MM_MIGRATE_TYPES && !mm_list_empty(&area->free_list[f->from])) {
			f->can_steal = mm_buddy_can_steal(m, f->order, type);
			return true;
		}
	}
	return false;
}

bool mm_buddy_find_fallback(const struct mm_machine *m, const struct zone *z, unsigned int order,
			    enum mm_migratetype type, uint32_t alloc_flags,
			    struct mm_buddy_fallback *f)
{
	unsigned int o = m->desc.max_order + 1;
	unsigned int lowest = order;

	/* rather another zone than two types in one pageblock */
	if ((alloc_flags & MM_ALLOC_NOFRAGMENT) && order < m->desc.pageblock_order)
		lowest = m->desc.pageblock_order;
	while (o-- > lowest) {
		f->order = o;
		if (!find_type(m, z, type, f))
			continue;
		if (f->can_steal)
			return true;
		/* a movable page takes no pageblock along: from the smallest block, then */
		for (f->order = order; f->order <= m->desc.max_order; f->order++) {
			if (find_type(m, z, type, f))
				return true;
		}
	}
	return false;
}

struct mm_buddy_counts mm_buddy_count_pageblock(const struct mm_machine *m, uint64_t pfn)
{
	struct mm_buddy_counts counts = {0, 0};
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t at = pfn & ~(size - 1);
	uint64_t end = at + size;

	while (at < end) {
		const struct page *p = &m->memmap[at];
		uint64_t n = 1;

		if (p->flags & (MM_PG_BUDDY | MM_PG_HEAD | MM_PG_PCP))
			n = (uint64_t)1 << p->order;
		if (p->flags & MM_PG_BUDDY)
			counts.free += n;
		else if (p->flags & MM_PG_MOVABLE)
			counts.movable += n;
		at += n;
	}
	return counts;
}

void mm_buddy_retype(struct mm_ctx *x, struct zone *z, uint64_t pfn, enum mm_migratetype type)
{
	uint64_t size = (uint64_t)1 << x->m->desc.pageblock_order;
	uint64_t at = pfn & ~(size - 1);
	uint64_t end = at + size;

	while (at < end) {
		struct page *p = &x->m->memmap[at];
		uint64_t n = 1;

		if (p->flags & MM_PG_BUDDY) {
			unsigned int order = p->order;

			mm_buddy_list_del(x, z, p, order);
			mm_buddy_list_add(x, z, p, order, type, true);
			n = (uint64_t)1 << order;
		}
		at += n;
	}
	mm_migratetype_set(x, pfn, type);
}

bool mm_buddy_worth_claiming(const struct mm_machine *m, enum mm_migratetype type,
			     const struct mm_buddy_counts *counts, enum mm_migratetype from)
{
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t alike = 0;

	if (m->grouping_off)
		return true;
	if (type == MM_MIGRATE_MOVABLE)
		alike = counts->movable;
	else if (from == MM_MIGRATE_MOVABLE)
		/* what is neither free nor movable is taken for our kind */
		alike = size - counts->free - counts->movable;
	return counts->free + alike >= size / 2;
}

/* Is the pageblock at pfn whole, and worth it? */
static bool may_claim(const struct mm_machine *m, const struct zone *z, uint64_t pfn,
		      enum mm_migratetype type)
{
	struct mm_buddy_counts counts;

	if (!mm_buddy_whole_pageblock(m, z, pfn))
		return false;
	counts = mm_buddy_count_pageblock(m, pfn);
	return mm_buddy_worth_claiming(m, type, &counts, mm_migratetype_get(m, pfn));
}

/* A block of a pageblock or more: take all of it for type. */
static struct page *take_whole(struct mm_ctx *x, struct zone *z, struct page *page,
			       const struct mm_buddy_fallback *f, unsigned int order,
			       enum mm_migratetype type)
{
	uint64_t pfn = pfn_raw(mm_page_pfn(x->m, page));
	uint64_t end = pfn + ((uint64_t)1 << f->order);
	uint64_t at;

	mm_buddy_list_del(x, z, page, f->order);
	for (at = pfn; at < end; at += (uint64_t)1 << x->m->desc.pageblock_order)
		mm_migratetype_set(x, at, type);
	mm_buddy_expand(x, z, page, order, f->order, type);
	mm_event(x, MM_EV_mm_page_alloc_zone_locked, pfn, order, type, f->order, z->id);
	return page;
}

/* One block only: its remainder stays with the type it has. */
static struct page *take_single(struct mm_ctx *x, struct zone *z, struct page *page,
				const struct mm_buddy_fallback *f, unsigned int order)
{
	mm_buddy_list_del(x, z, page, f->order);
	mm_buddy_expand(x, z, page, order, f->order, f->from);
	mm_event(x, MM_EV_mm_page_alloc_zone_locked, pfn_raw(mm_page_pfn(x->m, page)), order,
		 f->from, f->order, z->id);
	return page;
}

static struct page *take_found(struct mm_ctx *x, struct zone *z, unsigned int order,
			       enum mm_migratetype type, uint32_t alloc_flags,
			       const struct mm_buddy_fallback *f)
{
	const struct mm_list *list = &z->free_area[f->order].free_list[f->from];
	struct page *page = mm_list_entry(list->next, struct page, lru);
	uint64_t pfn = pfn_raw(mm_page_pfn(x->m, page));
	bool whole = f->order >= x->m->desc.pageblock_order;
	bool claim = whole || (f->can_steal && may_claim(x->m, z, pfn, type));

	/* before anything moves, so that a reader sees what was decided on */
	mm_event(x, MM_EV_mm_page_alloc_extfrag, pfn, order, f->order, type, f->from, claim);
	if (whole)
		return take_whole(x, z, page, f, order, type);
	mm_boost_step(x, z, alloc_flags);
	if (!claim)
		return take_single(x, z, page, f, order);
	mm_buddy_retype(x, z, pfn, type);
	return mm_buddy_take_smallest(x, z, order, type);
}

struct page *mm_buddy_take_fallback(struct mm_ctx *x, struct zone *z, unsigned int order,
				    enum mm_migratetype type, uint32_t alloc_flags)
{
	struct mm_buddy_fallback f;

	if (!mm_buddy_find_fallback(x->m, z, order, type, alloc_flags, &f))
		return NULL;
	return take_found(x, z, order, type, alloc_flags, &f);
}
