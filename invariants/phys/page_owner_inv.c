/* SPDX-License-Identifier: MIT */
/* page_owner claims: what a frame itself tells; the rest is the model's. */
#include "mm/page_owner.h"

#include "mm/check.h"

static void check_frame(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = &m->memmap[pfn];
	struct mm_page_owner o;

	if (!m->desc.page_owner)
		return;
	o = mm_page_owner_get(m, pfn);
	MM_CHECK(r, "page_owner.alloc_bit",
		 !(p->flags & (MM_PG_BUDDY | MM_PG_PCP | MM_PG_GUARD)) ||
			 !(o.flags & MM_PAGE_OWNER_IN_USE),
		 "pfn %llu is free, its record says in use, order %u", (unsigned long long)pfn,
		 o.order);
	MM_CHECK(r, "page_owner.alloc_bit",
		 !(p->flags & MM_PG_HEAD) || (p->flags & MM_PG_BAD) ||
			 o.flags == (MM_PAGE_OWNER_WRITTEN | MM_PAGE_OWNER_IN_USE),
		 "pfn %llu is in use, its record has flags 0x%x", (unsigned long long)pfn, o.flags);
}

const struct mm_inv mm_page_owner_invs[] = {
	{"page_owner.alloc_bit", "a record says in use exactly while its frame is, with its order",
	 MM_OBJ_FRAME, check_frame, false},
	{"page_owner.who_and_when", "a record names who took its frame, who gave it back, and when",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
