/* SPDX-License-Identifier: MIT */
/*
 * guard: halves that nobody gets, so that what is written beyond the end of a block
 * hits memory that is not there.
 *
 *     order 2 split for one page, minorder 2:   | page | guard 0 |   guard 1   |
 *     the page is back:                         |        order 2 free          |
 *
 * A guard is free memory that no list has and no count knows; it goes back when its
 * other half does.
 */
#include "mm/buddy.h"

/* For who checks: what each reads that asks how much is free. */
static uint64_t counted(const struct mm_ctx *x, const struct zone *z)
{
	return x->events & MM_EV_BIT(MM_EV_mm_guard)
		       ? (uint64_t)mm_vmstat_zone_exact(x->m, z, MM_NR_FREE_PAGES)
		       : 0;
}

void mm_buddy_guard(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order,
		    enum mm_migratetype type, bool set)
{
	int64_t pages = (int64_t)1 << order;
	uint64_t before = counted(x, z);

	if (set) {
		mm_page_flag_set(x, page, MM_PG_GUARD);
		page->order = (uint8_t)order;
		mm_buddy_account(x, z, -pages, type);
	} else {
		mm_page_flag_clear(x, page, MM_PG_GUARD);
		page->order = 0;
		mm_buddy_account(x, z, pages, type);
	}
	mm_event(x, MM_EV_mm_guard, pfn_raw(mm_page_pfn(x->m, page)), order, z->id, set, before,
		 counted(x, z));
}
