/* SPDX-License-Identifier: MIT */
/*
 * api: what callers make of blocks.
 *
 * Splitting gives every frame of a block a reference of its own.  An exact request
 * takes the next larger block, splits it, and gives the end back at once, to the
 * end of the zone's lists: whoever needs an odd number of pages may come again and
 * should find larger blocks whole.
 *
 *     5 pages of order 3  |1|1|1|1|1|-|-|-|   to the zone: 5, 6, 7
 */
#include "mm/page_owner.h"

#include "parts.h"

/* ---- single pages out of blocks ---- */

/* Each frame becomes a block of order 0; the first n have an owner. */
static void split_block(struct mm_ctx *x, struct page *page, uint64_t n)
{
	const uint32_t flags = page->flags & (MM_PG_HEAD | MM_PG_MOVABLE);
	const uint64_t size = (uint64_t)1 << page->order;
	uint64_t i;

	if (MM_UNLIKELY(x->m->desc.page_owner))
		mm_page_owner_split(x, page, page->order);
	page->order = 0;
	mm_page_touch(x, page);
	for (i = 1; i < size; i++) {
		page[i].flags |= flags;
		page[i].refcount = i < n;
		mm_page_touch(x, page + i);
	}
}

void mm_page_alloc_split(struct mm_ctx *x, struct page *page)
{
	const unsigned int order = page->order;

	MM_PRE(page->refcount > 0 && (page->flags & MM_PG_HEAD) && !(page->flags & MM_PG_COMP));
	split_block(x, page, (uint64_t)1 << order);
	mm_event(x, MM_EV_mm_page_split, pfn_raw(mm_page_pfn(x->m, page)), order, 0);
}

/* Kernel: get_order, for size > 0. */
static unsigned int order_of(uint64_t pages)
{
	unsigned int order = 0;

	while (order < 63 && (uint64_t)1 << order < pages)
		order++;
	return order;
}

static uint64_t pages_of(uint64_t size)
{
	return size / MM_PAGE_SIZE + (size % MM_PAGE_SIZE != 0);
}

/* Kernel: get_order of 0 is the order of all addresses there are. */
#define ORDER_OF_NOTHING (64 - MM_PAGE_SHIFT)

struct page *mm_page_alloc_exact(struct mm_ctx *x, uint64_t size, uint32_t gfp)
{
	const uint32_t refused = MM_GFP_COMP | MM_GFP_HIGHMEM;
	const uint64_t n = pages_of(size);
	const unsigned int order = size ? order_of(n) : ORDER_OF_NOTHING;
	struct page *page;
	uint64_t i;

	if (gfp & refused)
		mm_machine_outcome(x, MM_OUTCOME_WARN_GFP, gfp);
	page = mm_page_alloc_get(x, order, gfp & ~refused);
	if (!page)
		return NULL;
	split_block(x, page, n);
	mm_event(x, MM_EV_mm_page_split, pfn_raw(mm_page_pfn(x->m, page)), order, size);
	for (i = n; i < (uint64_t)1 << order; i++)
		mm_page_alloc_trim(x, page + i);
	return page;
}

void mm_page_alloc_exact_free(struct mm_ctx *x, struct page *page, uint64_t size)
{
	uint64_t n = pages_of(size);
	uint64_t i;

	for (i = 0; i < n; i++)
		mm_page_alloc_put(x, page + i, 0);
}

/* ---- by address ---- */

uint64_t mm_page_alloc_pages(struct mm_ctx *x, unsigned int order, uint32_t gfp)
{
	const struct page *page = mm_page_alloc_get(x, order, gfp & ~MM_GFP_HIGHMEM);

	return page ? mm_page_alloc_address(x->m, page) : 0;
}

uint64_t mm_page_alloc_zeroed(struct mm_ctx *x, uint32_t gfp)
{
	return mm_page_alloc_pages(x, 0, gfp | MM_GFP_ZERO);
}

void mm_page_alloc_pages_free(struct mm_ctx *x, uint64_t address, unsigned int order)
{
	if (address)
		mm_page_alloc_put(x, mm_page_alloc_at(x->m, address), order);
}
