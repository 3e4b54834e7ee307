/* SPDX-License-Identifier: MIT */
/*
 * cold: pages that nobody is about to read or write, where CPUs' lists tell them apart.
 *
 * The context carries the wish as far as the lists.  What reclaim asks for on the way
 * is no part of it.
 */
#include "parts.h"

static bool has_cold(const struct mm_machine *m)
{
	return m->desc.hot_cold;
}

struct page *mm_page_alloc_get_cold(struct mm_ctx *x, uint32_t gfp)
{
	struct page *page;

	if (!has_cold(x->m))
		return mm_page_alloc_get(x, 0, gfp);
	mm_event(x, MM_EV_mm_page_cold, false, 0, gfp);
	x->pcp_contended = MM_CTX_PCP_COLD;
	page = mm_page_alloc_get(x, 0, gfp);
	x->pcp_contended = 0;
	return page;
}

void mm_page_alloc_put_cold(struct mm_ctx *x, struct page *page)
{
	if (!has_cold(x->m) || page->refcount != 1) {
		mm_page_alloc_put(x, page, 0);
		return;
	}
	mm_event(x, MM_EV_mm_page_cold, true, pfn_raw(mm_page_pfn(x->m, page)));
	mm_page_alloc_put_last_cold(x, page);
}
