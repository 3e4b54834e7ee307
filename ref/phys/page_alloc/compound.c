/* SPDX-License-Identifier: MIT */
/*
 * compound: one block, one owner.  Each frame behind the head points back to it, so
 * that whoever holds any of them finds the count of references:
 *
 *     | head  order, references | tail -> head | tail -> head | tail -> head |
 *
 * The pointer lies where a free frame has its links, with bit 0 set, which no link
 * has.  The mapping of a tail is a value that no owner stores: one that does not
 * know that it writes to a tail is found out when the block is freed.
 */
#include "parts.h"

void mm_page_alloc_prep_tails(struct mm_ctx *x, struct page *head, unsigned int order)
{
	uint64_t i;

	for (i = 1; i < (uint64_t)1 << order; i++) {
		struct page *tail = head + i;

		tail->mapping = MM_TAIL_MAPPING;
		tail->private_data = 0;
		tail->compound_head = (uintptr_t)head | 1;
		mm_page_touch(x, tail);
	}
}

bool mm_page_alloc_clear_tails(struct mm_ctx *x, struct page *head, unsigned int order)
{
	bool ok = true;
	uint64_t i;

	for (i = 1; i < (uint64_t)1 << order; i++) {
		struct page *tail = head + i;

		ok &= tail->mapping == MM_TAIL_MAPPING &&
		      tail->compound_head == ((uintptr_t)head | 1);
		tail->mapping = 0;
		mm_list_init(&tail->lru);
		mm_page_touch(x, tail);
	}
	return ok;
}
