/* SPDX-License-Identifier: MIT */
/*
 * highatomic: blocks of several pages for who cannot wait.
 *
 * Such a request finds no block when memory is in pieces, and nobody can make one for
 * it.  Its first success therefore reserves the pageblock that served it: what is free
 * there, and what comes back to it, is for its like.
 *
 *     request that cannot wait                  request that can, about to fail
 *               |                                              |
 *          its pageblock  --- reserved --->  HighAtomic  --- given up ---> its type
 *                             at most 1/100 of the zone, in whole pageblocks
 */
#include "parts.h"

static uint64_t pageblock_pages(const struct mm_machine *m)
{
	return (uint64_t)1 << m->desc.pageblock_order;
}

/* Frames that a zone may reserve; 0: it is too small for that. */
static uint64_t limit_of(const struct mm_machine *m, const struct zone *z)
{
	uint64_t size = pageblock_pages(m);
	uint64_t share = mm_zone_pages(z) / 100;

	return share < size ? 0 : (share + size - 1) / size * size;
}

/* Caller: zone lock held.  A block of several pageblocks reserves all of them. */
static void reserve_block(struct mm_ctx *x, struct zone *z, uint64_t pfn, unsigned int order)
{
	uint64_t size = pageblock_pages(x->m);
	uint64_t end = pfn + ((uint64_t)1 << order);

	if (!mm_migratetype_mergeable(mm_migratetype_get(x->m, pfn)) ||
	    !mm_buddy_whole_pageblock(x->m, z, pfn))
		return;
	do {
		mm_buddy_move(x, z, pfn, MM_MIGRATE_HIGHATOMIC, MM_BUDDY_RESERVE);
		z->nr_reserved_highatomic += size;
		pfn += size;
	} while (pfn < end);
}

void mm_page_alloc_reserve(struct mm_ctx *x, struct zone *z, const struct page *page,
			   unsigned int order)
{
	if (z->nr_reserved_highatomic >= limit_of(x->m, z))
		return;
	mm_lock_acquire(x, &z->lock);
	reserve_block(x, z, pfn_raw(mm_page_pfn(x->m, page)), order);
	mm_lock_release(x, &z->lock);
}

/* The smallest block that is free and reserved, or NULL. */
static struct page *reserved_block(const struct mm_machine *m, const struct zone *z)
{
	unsigned int o;

	for (o = 0; o <= m->desc.max_order; o++) {
		const struct mm_list *list = &z->free_area[o].free_list[MM_MIGRATE_HIGHATOMIC];

		if (!mm_list_empty(list))
			return mm_list_entry(list->next, struct page, lru);
	}
	return NULL;
}

/* All pageblocks of one free block, so that moving it touches the zone.  Caller: zone lock
 * held. */
static void give_up(struct mm_ctx *x, struct zone *z, const struct page *page,
		    enum mm_migratetype type)
{
	uint64_t size = pageblock_pages(x->m);
	uint64_t pfn = pfn_raw(mm_page_pfn(x->m, page));
	uint64_t end = pfn + ((uint64_t)1 << page->order);

	do {
		mm_buddy_move(x, z, pfn, type, MM_BUDDY_UNRESERVE);
		z->nr_reserved_highatomic -= size;
		x->m->nr_unreserved++;
		pfn += size;
	} while (pfn < end);
}

bool mm_page_alloc_unreserve(struct mm_ctx *x, const struct request *rq, bool last)
{
	uint64_t keep = last ? 0 : pageblock_pages(x->m);
	int i;

	for (i = 0; rq->list->zone[i]; i++) {
		struct zone *z = rq->list->zone[i];
		const struct page *page;

		if (!mm_numa_has(rq->nodes, z->nid) || z->nr_reserved_highatomic <= keep)
			continue;
		mm_lock_acquire(x, &z->lock);
		page = reserved_block(x->m, z);
		if (page)
			give_up(x, z, page, rq->type);
		mm_lock_release(x, &z->lock);
		if (page)
			return true;
	}
	return false;
}
