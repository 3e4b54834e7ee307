/* SPDX-License-Identifier: MIT */
/*
 * page: what the machine knows about one page frame.  Frames are numbered from
 * 0; the array of struct page (memmap) covers holes too, whose entries say so.
 *
 * Kernel: struct page (include/linux/mm_types.h), page-flags.h, 6.12.
 * Differs: zone, order and migratetype have bytes of their own, where the
 *   kernel packs them into flags, private and page_type; the size, 64 bytes, is
 *   the kernel's.  `order` is also kept for the head of an allocated block, so
 *   that a check can tell where a block ends, and `list` says which free list
 *   a block is on; the kernel keeps neither, nor a mark for per-CPU lists.  The
 *   first two tails of a compound block hold counts of its mappings there; here
 *   all tails are alike.
 * State: a free block belongs to the buddy allocator, one on a per-CPU list to
 *   that CPU, an allocated one to whoever holds its references; reserved and
 *   absent frames to nobody.
 * Invariants:
 *   zone.nodes   a frame carries the number of the zone that spans it
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include "mm/list.h"
#include "mm/machine.h"
#include "mm/sparse.h"

/* Flags of struct page. */
#define MM_PG_ABSENT     0x1u   /* no RAM behind this entry */
#define MM_PG_RESERVED   0x2u   /* present, never given to the allocator */
#define MM_PG_BUDDY      0x4u   /* head of a free block of `order` */
#define MM_PG_HEAD       0x8u   /* head of an allocated block of `order` */
#define MM_PG_BAD        0x10u  /* dropped by bad_page(): belongs to nobody */
#define MM_PG_PFMEMALLOC 0x20u  /* taken below the watermarks */
#define MM_PG_MOVABLE    0x40u  /* allocated with __GFP_MOVABLE */
#define MM_PG_COMP       0x80u  /* head of a block allocated with __GFP_COMP */
#define MM_PG_PCP        0x100u /* head of a block of `order` on a per-CPU list */
#define MM_PG_GUARD      0x200u /* head of a guard of `order`: free, on no list */
#define MM_PG_LRU        0x400u /* in the cache: on the list of what can be reclaimed */

/* The mapping of every tail of a compound block.  Kernel: TAIL_MAPPING. */
#define MM_TAIL_MAPPING 0x400u

/* What a page that is handed out, or given back, must not carry. */
#define MM_PG_CHECK_AT_PREP 0x7ffu
#define MM_PG_CHECK_AT_FREE                                                                        \
	(MM_PG_ABSENT | MM_PG_RESERVED | MM_PG_BUDDY | MM_PG_BAD | MM_PG_PCP | MM_PG_GUARD |       \
	 MM_PG_LRU)

/*
 * refcount 0 and mapcount -1 at rest.  refcount > 0 <=> somebody holds the
 * block that starts here.
 */
struct page {
	uint32_t flags;
	uint8_t zone;  /* number of its zone, set once */
	uint8_t order; /* of the block that starts here: BUDDY, PCP, GUARD or HEAD */
	uint8_t list;  /* BUDDY: migratetype of its list; PCP: number of its list */

	union {
		/* place on a list: zone lock while BUDDY, the CPU's while PCP, the
		 * cache's while LRU */
		struct mm_list lru;
		/* of a tail of a compound block: its head's address, and bit 0 set,
		 * which no link has */
		uintptr_t compound_head;
	};

	/* holder of the page */
	int32_t refcount;
	int32_t mapcount; /* mapping page-table entries minus one */
	uint64_t mapping;
	uint64_t private_data;
	uint64_t memcg_data;
	uint64_t index;
};

#if !defined(__cplusplus)
_Static_assert(sizeof(struct page) == 64, "one cache line, as in the kernel");
#endif

int mm_page_boot(struct mm_ctx *x);
/* Write the entries [start, end) of the memmap as they are before the allocator gets
 * them.  Kernel: memmap_init_range, init_unavailable_range. */
void mm_page_init_range(struct mm_machine *m, uint64_t start, uint64_t end);

static inline struct page *mm_page_of(const struct mm_machine *m, pfn_t pfn)
{
	return &m->memmap[pfn_raw(pfn)];
}

static inline pfn_t mm_page_pfn(const struct mm_machine *m, const struct page *page)
{
	return pfn_of((uint64_t)(page - m->memmap));
}

/* Is there a written memmap entry with RAM behind it?  The kernel's pfn_valid asks
 * less: see mm_sparse_valid. */
static inline bool mm_page_valid(const struct mm_machine *m, pfn_t pfn)
{
	return pfn_raw(pfn) < m->max_pfn && mm_sparse_ready(m, pfn_raw(pfn)) &&
	       !(mm_page_of(m, pfn)->flags & MM_PG_ABSENT);
}

/* Kernel: PageTail. */
static inline bool mm_page_is_tail(const struct page *page)
{
	return page->compound_head & 1;
}

/* The head of the compound block that the page is in, or the page itself: who
 * has the references.  Kernel: compound_head. */
static inline struct page *mm_page_head(struct page *page)
{
	uintptr_t head = page->compound_head;

	return MM_UNLIKELY(head & 1) ? (struct page *)(head - 1) : page;
}

/* The page a link of a list belongs to; NULL for a list's head. */
static inline const struct page *mm_page_of_link(const struct mm_machine *m,
						 const struct mm_list *l)
{
	const char *at = (const char *)l;

	if (at < (const char *)m->memmap || at >= (const char *)(m->memmap + m->max_pfn))
		return NULL;
	return mm_list_entry_const(l, struct page, lru);
}

static inline void mm_page_touch(struct mm_ctx *x, const struct page *page)
{
	if (MM_UNLIKELY(x->touched))
		mm_touched_add(x->touched, MM_OBJ_FRAME, pfn_raw(mm_page_pfn(x->m, page)));
}

/* Set a flag that must be clear, clear one that must be set. */
static inline void mm_page_flag_set(struct mm_ctx *x, struct page *page, uint32_t flag)
{
	MM_PRE(!(page->flags & flag));
	page->flags |= flag;
	mm_page_touch(x, page);
}

static inline void mm_page_flag_clear(struct mm_ctx *x, struct page *page, uint32_t flag)
{
	MM_PRE(page->flags & flag);
	page->flags &= ~flag;
	mm_page_touch(x, page);
}

/* "absent reserved buddy ..." of a page, for reports. */
const char *mm_page_flags_text(const struct page *page, char *buf, size_t len);

#endif
