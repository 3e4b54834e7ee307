/* SPDX-License-Identifier: MIT */
/*
 * buddy claims.  All read struct page and the lists directly: none asks the
 * code under test.
 */
#include "mm/buddy.h"

#include "mm/check.h"

static const struct page *frame(const struct mm_machine *m, uint64_t pfn)
{
	return &m->memmap[pfn];
}

static bool is_head(const struct mm_machine *m, uint64_t pfn)
{
	return (frame(m, pfn)->flags & MM_PG_BUDDY) != 0;
}

/*
 * The head of a larger free block that covers pfn, or UINT64_MAX.  A block of order o
 * begins where the low o bits are 0: the heads in question are pfn without its lowest
 * set bit, without its two lowest, and so on.
 */
static uint64_t covering_head(const struct mm_machine *m, uint64_t pfn)
{
	const uint64_t low = ((uint64_t)1 << m->desc.max_order) - 1;
	uint64_t head = pfn;

	while (head & low) {
		const struct page *p;

		head &= head - 1;
		p = frame(m, head);
		if ((p->flags & MM_PG_BUDDY) &&
		    (pfn - head) >> (p->order < 63 ? p->order : 63) == 0)
			return head;
	}
	return UINT64_MAX;
}

/* ---- a frame that is marked as the head of a free block ---- */

static void check_mergeable(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = frame(m, pfn);
	uint64_t other = pfn ^ ((uint64_t)1 << p->order);
	bool apart;

	if (p->order >= m->desc.max_order || other >= m->max_pfn)
		return;
	apart = is_head(m, other) && frame(m, other)->order == p->order &&
		frame(m, other)->zone == p->zone;
	/* above a pageblock, special types join with their own only */
	if (p->order >= m->desc.pageblock_order && p->list != frame(m, other)->list)
		apart &= p->list <= MM_MIGRATE_RECLAIMABLE &&
			 frame(m, other)->list <= MM_MIGRATE_RECLAIMABLE;
	MM_CHECK(r, "buddy.no_mergeable_pair", !apart, "order %u at pfn %llu: both halves are free",
		 p->order, (unsigned long long)pfn);
}

static void check_aligned(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = frame(m, pfn);

	MM_CHECK(r, "buddy.aligned", !(pfn & (((uint64_t)1 << (p->order & 63)) - 1)),
		 "free block of order %u at pfn %llu", p->order, (unsigned long long)pfn);
}

static void check_in_zone(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = frame(m, pfn);
	uint64_t last = pfn + ((uint64_t)1 << (p->order & 31)) - 1;
	const struct zone *z = &m->zones[p->zone];

	MM_CHECK(r, "buddy.in_zone",
		 mm_zone_spans(z, pfn) && mm_zone_spans(z, last) &&
			 !((p->flags | frame(m, last)->flags) & (MM_PG_ABSENT | MM_PG_RESERVED)) &&
			 frame(m, last)->zone == p->zone,
		 "order %u at pfn %llu leaves zone %s or RAM", p->order, (unsigned long long)pfn,
		 z->name);
}

static void check_list_type(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = frame(m, pfn);
	uint64_t step = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t at;

	if (p->order > m->desc.max_order)
		return;
	for (at = pfn; at < pfn + ((uint64_t)1 << p->order); at += step) {
		MM_CHECK(r, "buddy.list_migratetype", mm_migratetype_get(m, at) == p->list,
			 "pfn %llu order %u on the %s list, pageblock is %s",
			 (unsigned long long)pfn, p->order,
			 mm_gfp_migratetype_name((enum mm_migratetype)p->list),
			 mm_gfp_migratetype_name(mm_migratetype_get(m, at)));
	}
}

/* ---- any frame ---- */

/* What only a frame outside of all free blocks may be. */
#define IN_USE (MM_PG_HEAD | MM_PG_PCP | MM_PG_BAD | MM_PG_RESERVED | MM_PG_ABSENT | MM_PG_GUARD)

/* In a free block or not?  A frame that is clean, no head and not in use may be either. */
static void check_place(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = frame(m, pfn);
	bool clean = p->refcount == 0 && p->mapcount == -1 && !p->mapping && !p->memcg_data &&
		     !(p->flags & ~MM_PG_BUDDY);
	uint64_t head;
	char flags[80];

	if (clean && !(p->flags & MM_PG_BUDDY))
		return;
	head = covering_head(m, pfn);
	MM_CHECK(r, "buddy.disjoint", head == UINT64_MAX || !(p->flags & IN_USE),
		 "pfn %llu is in use and inside the free block at pfn %llu",
		 (unsigned long long)pfn, (unsigned long long)head);
	MM_CHECK(r, "buddy.head_marked_only", head == UINT64_MAX || !is_head(m, pfn),
		 "pfn %llu is marked as a head inside the free block at pfn %llu",
		 (unsigned long long)pfn, (unsigned long long)head);
	MM_CHECK(r, "buddy.page_clean", clean || (!is_head(m, pfn) && head == UINT64_MAX),
		 "free pfn %llu: refcount %d mapcount %d mapping 0x%llx flags %s",
		 (unsigned long long)pfn, p->refcount, p->mapcount, (unsigned long long)p->mapping,
		 mm_page_flags_text(p, flags, sizeof(flags)));
}

static void check_head_marks(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = frame(m, pfn);
	/* what is cached is allocated, and on its cache's list */
	bool cached = (p->flags & MM_PG_HEAD) && (p->flags & MM_PG_LRU);
	bool linked = !cached && !mm_page_is_tail(p) && mm_list_linked(&p->lru);
	bool head = is_head(m, pfn);

	MM_CHECK(r, "buddy.head_marked_only",
		 (p->flags & MM_PG_PCP) ||
			 (head ? !(p->flags & MM_PG_HEAD) && linked : !linked && p->list == 0),
		 "pfn %llu: flags 0x%x, %s a list", (unsigned long long)pfn, p->flags,
		 linked ? "on" : "not on");
	MM_CHECK(r, "buddy.head_marked_only",
		 (p->flags & (MM_PG_BUDDY | MM_PG_HEAD | MM_PG_PCP | MM_PG_GUARD)) || !p->order,
		 "pfn %llu heads no block but has order %u", (unsigned long long)pfn, p->order);
}

static void check_order(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	MM_CHECK(r, "buddy.order_bound", frame(m, pfn)->order <= m->desc.max_order,
		 "pfn %llu has order %u, max_order is %u", (unsigned long long)pfn,
		 frame(m, pfn)->order, m->desc.max_order);
}

static void check_links(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct mm_list *l = &frame(m, pfn)->lru;

	/* a tail of a compound block has its head there: compound.tails judges it */
	if (mm_page_is_tail(frame(m, pfn)))
		return;
	MM_CHECK(r, "buddy.list_links", l->next->prev == l && l->prev->next == l,
		 "pfn %llu and its neighbours on the list disagree", (unsigned long long)pfn);
}

/* A guard at rest.  Its other half may be in use, in pieces, or dropped; not free. */
static void check_guard(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = frame(m, pfn);
	uint64_t other = pfn ^ ((uint64_t)1 << (p->order & 31));

	MM_CHECK(r, "guard.block",
		 p->flags == MM_PG_GUARD && p->order < m->desc.guard_minorder &&
			 !(pfn & (((uint64_t)1 << p->order) - 1)) && !mm_page_is_tail(p) &&
			 !mm_list_linked(&p->lru) && p->refcount == 0,
		 "guard of order %u at pfn %llu: flags 0x%x, refcount %d", p->order,
		 (unsigned long long)pfn, p->flags, p->refcount);
	MM_CHECK(r, "guard.block",
		 other >= m->max_pfn || frame(m, other)->zone != p->zone ||
			 frame(m, other)->order != p->order ||
			 !(frame(m, other)->flags & (MM_PG_BUDDY | MM_PG_GUARD)),
		 "guard of order %u at pfn %llu: its other half is free", p->order,
		 (unsigned long long)pfn);
}

/* All of it in one pass: most frames are no heads and no guards. */
static void check_frame(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	uint32_t flags = frame(m, pfn)->flags;

	check_order(r, m, pfn);
	check_place(r, m, pfn);
	check_head_marks(r, m, pfn);
	check_links(r, m, pfn);
	if (flags & MM_PG_BUDDY) {
		check_mergeable(r, m, pfn);
		check_aligned(r, m, pfn);
		check_in_zone(r, m, pfn);
		check_list_type(r, m, pfn);
	}
	if (flags & MM_PG_GUARD)
		check_guard(r, m, pfn);
}

/* ---- pageblocks and zones ---- */

/* A pageblock that changed its type: are all its blocks on the new lists? */
static void check_pageblock_lists(struct mm_report *r, const struct mm_machine *m, uint64_t block)
{
	uint64_t pfn = block << m->desc.pageblock_order;
	uint64_t end = pfn + ((uint64_t)1 << m->desc.pageblock_order);

	for (; pfn < end && pfn < m->max_pfn; pfn++) {
		if (is_head(m, pfn))
			check_list_type(r, m, pfn);
	}
}

/* Blocks on one list: all of this order, type and zone?  Returns its length. */
static uint64_t check_one_list(struct mm_report *r, const struct mm_machine *m,
			       const struct zone *z, unsigned int order, int type)
{
	const struct mm_list *head = &z->free_area[order].free_list[type];
	const struct mm_list *l;
	uint64_t n = 0;

	for (l = head->next; l != head && n <= z->spanned; l = l->next, n++) {
		const struct page *p = mm_list_entry_const(l, struct page, lru);

		MM_CHECK(r, "buddy.list_migratetype",
			 (p->flags & MM_PG_BUDDY) && p->order == order && p->list == type &&
				 p->zone == z->id,
			 "zone %s order %u type %d holds pfn %llu of order %u list %u", z->name,
			 order, type, (unsigned long long)pfn_raw(mm_page_pfn(m, p)), p->order,
			 p->list);
		if (l->next->prev != l)
			break;
	}
	MM_CHECK(r, "buddy.list_links", mm_list_check(head, z->spanned) >= 0,
		 "zone %s order %u type %d: the list does not close", z->name, order, type);
	return n;
}

static void check_lists(struct mm_report *r, const struct mm_machine *m, uint64_t zone)
{
	const struct zone *z = &m->zones[zone];
	unsigned int o;
	int t;

	for (o = 0; o < MM_NR_ORDERS; o++) {
		uint64_t n = 0;

		for (t = 0; t < MM_MIGRATE_TYPES; t++)
			n += check_one_list(r, m, z, o, t);
		MM_CHECK(r, "buddy.nr_free", n == z->free_area[o].nr_free,
			 "zone %s order %u: %llu blocks on the lists, nr_free %llu", z->name, o,
			 (unsigned long long)n, (unsigned long long)z->free_area[o].nr_free);
	}
}

const struct mm_inv mm_buddy_invs[] = {
	{"buddy.order_bound", "no block and no request is above max_order", MM_OBJ_FRAME,
	 check_frame, false},
	{"buddy.no_mergeable_pair", "two free halves of one block do not stay apart", MM_OBJ_FRAME,
	 check_frame, false},
	{"buddy.aligned", "a free block starts at a multiple of its size", MM_OBJ_FRAME,
	 check_frame, false},
	{"buddy.in_zone", "a free block lies inside one zone and on RAM", MM_OBJ_FRAME, check_frame,
	 false},
	{"buddy.disjoint", "no frame in use lies in a free block", MM_OBJ_FRAME, check_frame,
	 false},
	{"buddy.head_marked_only", "only the head of a free block is marked and listed",
	 MM_OBJ_FRAME, check_frame, false},
	{"buddy.list_migratetype", "a free block is on the list of its pageblock's type",
	 MM_OBJ_FRAME, check_frame, false},
	{"buddy.list_migratetype", "all free blocks of a pageblock are on its type's lists",
	 MM_OBJ_PAGEBLOCK, check_pageblock_lists, false},
	{"buddy.page_clean", "free frames carry nothing of their last owner", MM_OBJ_FRAME,
	 check_frame, false},
	{"buddy.list_links", "links of the free lists agree with each other", MM_OBJ_FRAME,
	 check_frame, false},
	{"guard.block", "a guard is the half a split left, on no list, its other half in use",
	 MM_OBJ_FRAME, check_frame, false},
	{"guard.accounting", "a guard is not counted; merging it back adds its pages, no others",
	 MM_OBJ_EVENT, NULL, false},
	{"buddy.nr_free", "nr_free is the number of blocks on the lists of an order", MM_OBJ_ZONE,
	 check_lists, true},
	{"buddy.largest_first_split", "a split leaves one sibling per order in between",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
