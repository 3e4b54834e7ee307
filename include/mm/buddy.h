/* SPDX-License-Identifier: MIT */
/*
 * buddy: free memory as blocks of 2^order frames.  A block is split in halves
 * to serve a smaller request, and joined with its other half (its buddy, whose
 * number differs in one bit) when both are free again.
 *
 *     order 2   |        0-3        |        4-7        |
 *     order 1   |   0-1   |   2-3   |   4-5   |   6-7   |
 *     order 0   | 0  | 1  | 2  | 3  | 4  | 5  | 6  | 7  |
 *
 * Kernel: __free_one_page, expand, __rmqueue_smallest, __rmqueue_fallback,
 *   steal_suitable_fallback (mm/page_alloc.c, 6.12).
 * Differs: when a pageblock's compatible pages are counted, the kernel
 *   counts pages on an LRU; until there is one, frames allocated with
 *   __GFP_MOVABLE count.  A merge above pageblock_order retypes every pageblock
 *   it covers, as later stable kernels do (6.12.0 retyped one).
 *   A whole free pageblock that gets another type joins with its neighbour where
 *   types allow it; the kernel leaves some apart until one of them is allocated.
 * State: free lists and nr_free of a zone and its counts of free pages, MM_PG_BUDDY
 *   and order of free heads, pageblock types: all under the zone lock, which
 *   callers hold.
 * Invariants:
 *   buddy.no_mergeable_pair   two free halves of one block do not stay apart, unless
 *                             they are pageblocks of types that do not join
 *   buddy.aligned             a block starts at a multiple of its size
 *   buddy.in_zone             a block lies inside one zone, on RAM
 *   buddy.disjoint            no frame is in two free blocks
 *   buddy.head_marked_only    only the head of a block carries the mark
 *   buddy.list_migratetype    a block is on the list of its pageblock's type
 *   buddy.nr_free             nr_free is the number of blocks on the lists
 *   buddy.page_clean          free frames carry nothing of their last owner
 *   buddy.order_bound         0 <= order <= max_order
 *   buddy.largest_first_split a split leaves one sibling per order in between
 *   buddy.list_links          links of the lists agree with each other
 *   guard.block               a guard is the half that a split left, on no list, and
 *                             its other half is not free
 *   guard.accounting          a guard is not counted as free; merging it back adds
 *                             its pages, and no others
 */
#ifndef MM_BUDDY_H
#define MM_BUDDY_H

#include "mm/migratetype.h"
#include "mm/page.h"
#include "mm/vmstat.h"
#include "mm/zone.h"

/* Where a freed block goes on its list. */
enum mm_buddy_end {
	MM_BUDDY_AUTO, /* tail when its parent is likely to merge soon, else head */
	MM_BUDDY_TAIL  /* Kernel: FPI_TO_TAIL */
};

/* The number of the other half of the block of this order at pfn. */
static inline uint64_t mm_buddy_pfn(uint64_t pfn, unsigned int order)
{
	return pfn ^ ((uint64_t)1 << order);
}

/* The number of the block that the two halves make together. */
static inline uint64_t mm_buddy_parent(uint64_t pfn, unsigned int order)
{
	return pfn & mm_buddy_pfn(pfn, order);
}

/*
 * Is the block that this one and its buddy make likely to find its own buddy
 * free?  Then this one waits at the tail, where it is taken last.  Pure.
 * Kernel: buddy_merge_likely.
 */
bool mm_buddy_merge_likely(const struct mm_machine *m, const struct zone *z, uint64_t pfn,
			   unsigned int order);

/*
 * Take a block of 2^order frames for type, from larger blocks and other types
 * as the rules say.  Caller: zone lock held, order <= max_order.  The block's
 * head carries no mark; nothing else of it is initialised.  With MM_ALLOC_CMA from
 * CMA pageblocks: first while more than half of what is free is there, else before
 * other types.  NULL when no list
 * has one, or, with MM_ALLOC_NOFRAGMENT, none without mixing types in a block.
 * Kernel: __rmqueue.
 */
struct page *mm_buddy_take(struct mm_ctx *x, struct zone *z, unsigned int order,
			   enum mm_migratetype type, uint32_t alloc_flags);

/*
 * Give back a block of 2^order frames, joining halves as far as they are free.
 * Larger than a pageblock, it goes back pageblock by pageblock, each to its
 * own type's list.  Caller: zone lock held, block aligned and in z, not free.
 * Kernel: free_one_page, split_large_buddy, __free_one_page.
 */
void mm_buddy_put(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order,
		  enum mm_buddy_end end);

/* At least half a pageblock of this order is worth claiming whole for type.
 * Kernel: can_steal_fallback. */
bool mm_buddy_can_steal(const struct mm_machine *m, unsigned int order, enum mm_migratetype type);

/* Frames of a pageblock that are free, and that are allocated as movable. */
struct mm_buddy_counts {
	uint64_t free;
	uint64_t movable;
};

/* Count the pageblock at pfn, all of which lies in one zone and which no block
 * larger than itself covers. */
struct mm_buddy_counts mm_buddy_count_pageblock(const struct mm_machine *m, uint64_t pfn);

/*
 * Is a pageblock that counts so and is of type from worth claiming whole for
 * type: is at least half of it free or of type's kind?  Pure.  Kernel:
 * steal_suitable_fallback.
 */
bool mm_buddy_worth_claiming(const struct mm_machine *m, enum mm_migratetype type,
			     const struct mm_buddy_counts *counts, enum mm_migratetype from);

/* What a request falls back to. */
struct mm_buddy_fallback {
	unsigned int order; /* of the block found */
	enum mm_migratetype from;
	bool can_steal; /* the pageblock may be worth claiming */
};

/*
 * The block of another type that a request for type takes: of the largest order
 * there is; a movable request that may not steal that one, the smallest.
 * False: there is none, or, with MM_ALLOC_NOFRAGMENT, none of a pageblock or
 * more.  Pure.  Kernel: the search of __rmqueue_fallback.
 */
bool mm_buddy_find_fallback(const struct mm_machine *m, const struct zone *z, unsigned int order,
			    enum mm_migratetype type, uint32_t alloc_flags,
			    struct mm_buddy_fallback *f);

/*
 * Move the free blocks of the pageblock at pfn from its type's lists to those
 * of type, and retype it.  Caller: zone lock held.  Kernel: move_freepages_block.
 */
void mm_buddy_retype(struct mm_ctx *x, struct zone *z, uint64_t pfn, enum mm_migratetype type);

/*
 * The same from the lists of one type alone, which may be any: what is reserved for
 * some, or CMA.  Kernel: __rmqueue_smallest.
 */
struct page *mm_buddy_take_special(struct mm_ctx *x, struct zone *z, unsigned int order,
				   enum mm_migratetype type);

/*
 * Does the zone span all of the pageblock at pfn?  Only then may it move: zones meet inside
 * a pageblock at most once, and nodes do not.
 */
bool mm_buddy_whole_pageblock(const struct mm_machine *m, const struct zone *z, uint64_t pfn);

/* Why a pageblock changes its type: field of the event mm_pageblock_move. */
enum mm_buddy_why {
	MM_BUDDY_RESERVE,   /* HighAtomic keeps it */
	MM_BUDDY_UNRESERVE, /* and gives it up */
	MM_BUDDY_ISOLATE,   /* nothing of it is to be handed out */
	MM_BUDDY_UNISOLATE, /* it is again */
	MM_BUDDY_OTHER      /* a reason of the caller's */
};

/*
 * The pageblock at pfn, all of it the zone's, gets a type of any kind: its
 * free blocks go to the end of that type's lists, and counts follow.  A free block
 * larger than the pageblock is split first, a free pageblock may join with what lies
 * beside it.  Caller: zone lock held.  Kernel: move_freepages_block,
 * move_freepages_block_isolate.
 */
void mm_buddy_move(struct mm_ctx *x, struct zone *z, uint64_t pfn, enum mm_migratetype type,
		   enum mm_buddy_why why);

/* ---- shared by the files of ref/phys/buddy ---- */

/* Free pages of a type above Reclaimable come (or go, below 0): CMA and HighAtomic count
 * as free and once more as theirs, Isolate as nothing.  Kernel: account_freepages. */
void mm_buddy_account_special(struct mm_ctx *x, struct zone *z, int64_t pages,
			      enum mm_migratetype type);

/* Free pages come (below 0: go), of a pageblock of that type.  Kernel:
 * account_freepages. */
static inline void mm_buddy_account(struct mm_ctx *x, struct zone *z, int64_t pages,
				    enum mm_migratetype type)
{
	if (MM_UNLIKELY(type >= MM_MIGRATE_PCPTYPES))
		mm_buddy_account_special(x, z, pages, type);
	else
		mm_vmstat_mod(x, z, MM_NR_FREE_PAGES, pages);
}

/*
 * Make the half of a split block a guard, or end that: it is marked and has its order,
 * and its pages are not counted.  Kernel: set_page_guard, clear_page_guard.
 */
void mm_buddy_guard(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order,
		    enum mm_migratetype type, bool set);

/* Put a free block on, take it off the list of (order, type). */
void mm_buddy_list_add(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order,
		       enum mm_migratetype type, bool tail);
void mm_buddy_list_del(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order);
/* Give the upper parts of a block of order high back until low is left. */
void mm_buddy_expand(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int low,
		     unsigned int high, enum mm_migratetype type);
/* The smallest block of the type itself, split; NULL when there is none. */
struct page *mm_buddy_take_smallest(struct mm_ctx *x, struct zone *z, unsigned int order,
				    enum mm_migratetype type);
/* A block of another type, or of a claimed pageblock. */
struct page *mm_buddy_take_fallback(struct mm_ctx *x, struct zone *z, unsigned int order,
				    enum mm_migratetype type, uint32_t alloc_flags);

#endif
