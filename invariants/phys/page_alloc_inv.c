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
		MM_CHECK(r, "compound.tails",
			 (p->flags & MM_PG_COMP) ? p[i].compound_head == ((uintptr_t)p | 1) &&
							   p[i].mapping == MM_TAIL_MAPPING
						 : !mm_page_is_tail(p + i),
			 "compound or not, block of order %u at pfn %llu: frame %llu says other",
			 p->order, (unsigned long long)pfn, (unsigned long long)i);
		MM_CHECK(r, "alloc.block_whole", !p[i].flags && !p[i].refcount,
			 "block of order %u at pfn %llu: frame %llu has refcount %d, flags 0x%x",
			 p->order, (unsigned long long)pfn, (unsigned long long)i, p[i].refcount,
			 p[i].flags);
	}
}

/* Its head is one, and so large that the frame is in its block. */
static void check_tail(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = &m->memmap[pfn];
	uintptr_t at = p->compound_head - 1 - (uintptr_t)m->memmap;
	uint64_t head = at / sizeof(*p);
	bool ok;

	if (!mm_page_is_tail(p))
		return;
	ok = at % sizeof(*p) == 0 && head < pfn && (m->memmap[head].flags & MM_PG_COMP) &&
	     pfn - head < (uint64_t)1 << m->memmap[head].order;
	MM_CHECK(r, "compound.tails", ok, "pfn %llu is a tail of pfn %llu, which has no such tail",
		 (unsigned long long)pfn, (unsigned long long)head);
}

static void check_frame(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	check_referenced(r, m, pfn);
	check_tail(r, m, pfn);
	check_block_whole(r, m, pfn);
}

static void check_block_type(struct mm_report *r, const struct mm_machine *m, uint64_t block)
{
	MM_CHECK(r, "alloc.fallback_claim", m->pageblock[block] < MM_MIGRATE_TYPES,
		 "pageblock %llu has type %u, which is none", (unsigned long long)block,
		 m->pageblock[block]);
}

const struct mm_inv mm_page_alloc_invs[] = {
	{"alloc.head_referenced", "the head of an allocated block is referenced, nothing else is",
	 MM_OBJ_FRAME, check_frame, false},
	{"compound.tails", "tails of a compound block point to its head, no other frame does",
	 MM_OBJ_FRAME, check_frame, false},
	{"alloc.block_whole", "an allocated block holds no frame that is free or another's",
	 MM_OBJ_FRAME, check_frame, false},
	{"alloc.fallback_claim", "a pageblock changes type only by the steal rule",
	 MM_OBJ_PAGEBLOCK, check_block_type, false},
	{"alloc.treatment", "type and rights of a request follow from its mask", MM_OBJ_EVENT, NULL,
	 false},
	{"alloc.reserve", "HighAtomic pageblocks come first for who may, and grow by the rule",
	 MM_OBJ_EVENT, NULL, false},
	{"alloc.unreserve", "reserved pageblocks are given up when a request fails, and only then",
	 MM_OBJ_EVENT, NULL, false},
	{"alloc.special_lists", "blocks of special pageblocks are taken only by who may",
	 MM_OBJ_EVENT, NULL, false},
	{"alloc.cma_turn", "CMA serves what can move first, or before other types", MM_OBJ_EVENT,
	 NULL, false},
	{"alloc.gfp_context", "the mask in effect is what machine and task leave of it",
	 MM_OBJ_EVENT, NULL, false},
	{"alloc.init_on_free", "what is taken back is zero where frees zero", MM_OBJ_EVENT, NULL,
	 false},
	{"alloc.grow", "a section is made ready when its zone was asked in vain, one at a time",
	 MM_OBJ_EVENT, NULL, false},
	{"alloc.bulk", "a bulk request gets all it asked for, or all there are", MM_OBJ_EVENT, NULL,
	 false},
	{"alloc.split", "each page of a split block has a reference of its own", MM_OBJ_EVENT, NULL,
	 false},
	{"alloc.exact_tail", "what an exact request did not ask for is given back", MM_OBJ_EVENT,
	 NULL, false},
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
	{"zone.isolated_never_allocated", "nothing of an isolated pageblock is handed out",
	 MM_OBJ_EVENT, NULL, false},
	{"zone.conservation", "managed == free + allocated + dropped", MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
