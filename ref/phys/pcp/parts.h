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

/* ---- drain.c ---- */

/*
 * Give back at least nr pages, or all there are: lists take turns, the one of the
 * last free first, each emptied from its cold end.  Returns pages.
 * Kernel: free_pcppages_bulk.
 */
int mm_pcp_bulk_free(struct mm_ctx *x, struct zone *z, int cpu, unsigned int index, int nr);

#endif
