/* SPDX-License-Identifier: MIT */
/* parts: what the files of pcp share. */
#ifndef MM_PCP_PARTS_H
#define MM_PCP_PARTS_H

#include "mm/pcp.h"

static inline struct per_cpu_pages *mm_pcp_of(const struct zone *z, int cpu)
{
	return &z->pageset[cpu];
}

static inline int mm_pcp_least(int a, int b)
{
	return a < b ? a : b;
}

static inline int mm_pcp_most(int a, int b)
{
	return a > b ? a : b;
}

/* What exceeds hi is cut last: lo may be above it. */
static inline int mm_pcp_clamp(int v, int lo, int hi)
{
	return mm_pcp_least(mm_pcp_most(v, lo), hi);
}

/* ---- what a step changed ---- */

static inline void mm_pcp_touch_lists(struct mm_ctx *x, const struct zone *z, int cpu)
{
	if (MM_UNLIKELY(x->touched))
		mm_touched_add(x->touched, MM_OBJ_PCP, mm_vmstat_pcp_id(x->m, z, cpu));
}

static inline void mm_pcp_touch_tuning(struct mm_ctx *x, const struct zone *z, int cpu)
{
	if (MM_UNLIKELY(x->touched))
		mm_touched_add(x->touched, MM_OBJ_TUNING, mm_vmstat_pcp_id(x->m, z, cpu));
}

/* The link before one on a list changes its next: mark whose it is. */
static inline void mm_pcp_touch_link(struct mm_ctx *x, const struct mm_list *link)
{
	const struct page *page = mm_page_of_link(x->m, link);

	if (page)
		mm_page_touch(x, page);
}

/* ---- blocks ---- */

static inline enum mm_migratetype mm_pcp_block_type(const struct mm_machine *m,
						    const struct page *page)
{
	return mm_migratetype_get(m, pfn_raw(mm_page_pfn(m, page)));
}

static inline void mm_pcp_unlist(struct mm_ctx *x, struct page *page)
{
	if (MM_UNLIKELY(x->touched)) {
		mm_pcp_touch_link(x, page->lru.prev);
		mm_page_touch(x, page);
	}
	mm_list_del(&page->lru);
	page->flags &= ~MM_PG_PCP;
	page->order = 0;
	page->list = 0;
}

/* Whose list it may be on: what is CMA or HighAtomic goes to those whose pages can move,
 * and back to where it belongs when it is given back. */
static inline enum mm_migratetype mm_pcp_listed_type(const struct mm_machine *m,
						     const struct page *page)
{
	enum mm_migratetype type = mm_pcp_block_type(m, page);

	return MM_UNLIKELY(type >= MM_MIGRATE_PCPTYPES) ? MM_MIGRATE_MOVABLE : type;
}

/* Where a block goes: list number index, at its cold end or its hot one. */
struct mm_pcp_place {
	struct mm_list *list;
	unsigned int index;
	unsigned int order;
	enum mm_pcp_added how;
};

static inline struct mm_pcp_place mm_pcp_place_of(struct per_cpu_pages *pcp, unsigned int index,
						  unsigned int order, enum mm_pcp_added how)
{
	return (struct mm_pcp_place){&pcp->lists[index], index, order, how};
}

static inline void mm_pcp_list(struct mm_ctx *x, struct page *page, const struct mm_pcp_place *to)
{
	bool cold = to->how == MM_PCP_ADDED_REFILL || to->how == MM_PCP_ADDED_FREED_COLD;
	struct mm_list *prev = cold ? to->list->prev : to->list;

	mm_list_add_between(&page->lru, prev, prev->next);
	page->flags |= MM_PG_PCP;
	page->order = (uint8_t)to->order;
	page->list = (uint8_t)to->index;
	if (MM_UNLIKELY(x->touched)) {
		mm_pcp_touch_link(x, prev);
		mm_page_touch(x, page);
	}
	mm_event(x, MM_EV_mm_pcp_add, pfn_raw(mm_page_pfn(x->m, page)), to->order, to->index,
		 page->zone, (uint64_t)x->cpu, to->how);
}

/* ---- lists.c ---- */

/* Excess went back: is the zone well again? */
void mm_pcp_clear_below_high(struct mm_ctx *x, struct zone *z);

/* ---- drain.c ---- */

/*
 * Give back at least nr pages, or all there are: lists take turns, the one of the
 * last free first, each emptied from its cold end.  Returns pages.
 * Kernel: free_pcppages_bulk.
 */
int mm_pcp_bulk_free(struct mm_ctx *x, struct zone *z, int cpu, unsigned int index, int nr);
/* The coldest block of a list goes back.  Caller: zone lock held. */
void mm_pcp_give_back_one(struct mm_ctx *x, struct zone *z, int cpu, unsigned int index);

/* ---- hot_cold.c ---- */

/* mm_pcp_get for a request that is not like most: the lock is taken, or the coldest page
 * is wanted, from a list that is filled first if need be. */
struct page *mm_pcp_get_rarely(struct mm_ctx *x, struct zone *z, unsigned int order,
			       enum mm_migratetype type, uint32_t alloc_flags);
/* Exactly nr pages go back, of at least so many.  Kernel: free_pcppages_bulk (4.14). */
void mm_pcp_free_in_turn(struct mm_ctx *x, struct zone *z, int cpu, int nr);
/* After a free: when there are too many, a batch goes back. */
void mm_pcp_trim_hot_cold(struct mm_ctx *x, struct zone *z);

#endif
