/* SPDX-License-Identifier: MIT */
/*
 * page_alloc claims about frames at rest; those about a step are judged by the
 * model beside this file.
 */
#include "mm/page_alloc.h"

#include "mm/check.h"

static void check_referenced(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = &m->memmap[pfn];
	bool head = (p->flags & MM_PG_HEAD) != 0;
	char flags[80];

	MM_CHECK(r, "alloc.head_referenced", p->refcount >= 0 && head == (p->refcount > 0),
		 "pfn %llu: refcount %d, flags %s", (unsigned long long)pfn, p->refcount,
		 mm_page_flags_text(p, flags, sizeof(flags)));
}

/* Frames of a block behind its head: in use through the head only. */
static void check_block_whole(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = &m->memmap[pfn];
	uint64_t n = p->flags & MM_PG_HEAD && p->order <= m->desc.max_order
			     ? (uint64_t)1 << p->order
			     : 1;
	uint64_t i;

	for (i = 1; i < n && pfn + i < m->max_pfn; i++) {
		MM_CHECK(r, "alloc.block_whole", !p[i].flags && !p[i].refcount,
			 "block of order %u at pfn %llu: frame %llu has refcount %d, flags 0x%x",
			 p->order, (unsigned long long)pfn, (unsigned long long)i, p[i].refcount,
			 p[i].flags);
	}
}

static void check_block_type(struct mm_report *r, const struct mm_machine *m, uint64_t block)
{
	MM_CHECK(r, "alloc.fallback_claim", m->pageblock[block] < MM_MIGRATE_PCPTYPES,
		 "pageblock %llu has type %u, which nothing here gives", (unsigned long long)block,
		 m->pageblock[block]);
}

const struct mm_inv mm_page_alloc_invs[] = {
	{"alloc.head_referenced", "the head of an allocated block is referenced, nothing else is",
	 MM_OBJ_FRAME, check_referenced, false},
	{"alloc.block_whole", "an allocated block holds no frame that is free or another's",
	 MM_OBJ_FRAME, check_block_whole, false},
	{"alloc.fallback_claim", "a pageblock changes type only by the steal rule",
	 MM_OBJ_PAGEBLOCK, check_block_type, false},
	{"alloc.treatment", "type and rights of a request follow from its mask", MM_OBJ_EVENT, NULL,
	 false},
	{"alloc.zone_allowed", "a page comes from a zone its mask allows", MM_OBJ_EVENT, NULL,
	 false},
	{"alloc.no_double", "a frame is handed out when free and taken back when not", MM_OBJ_EVENT,
	 NULL, false},
	{"alloc.free_checked", "a block is taken back only when no owner's mapping is left",
	 MM_OBJ_EVENT, NULL, false},
	{"alloc.init_state", "a new page has one reference and no owner's traces", MM_OBJ_EVENT,
	 NULL, false},
	{"alloc.result", "a request succeeds, and where, exactly as the model says", MM_OBJ_EVENT,
	 NULL, false},
	{"alloc.fallback_order", "a fallback takes the due type and the due order", MM_OBJ_EVENT,
	 NULL, false},
	{"zone.conservation", "managed == free + allocated + dropped", MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
