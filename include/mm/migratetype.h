/* SPDX-License-Identifier: MIT */
/*
 * migratetype: which pageblocks hold pages of which mobility, and where a
 * request goes when its own type has nothing.  A pageblock is 2^pageblock_order
 * aligned frames; all its free blocks sit on the lists of its type.
 *
 *     | Movable | Movable | Unmovable | Movable | Reclaimable | ...
 *
 * Kernel: pageblock flags, fallbacks[] and the grouping by mobility of
 *   mm/page_alloc.c (6.12).
 * Differs: the description says which pageblocks are CMA; nobody asks for ranges of
 *   them yet.  Without such a machine is one of a kernel that knows no CMA.
 * State: one byte per pageblock, written at boot (Movable but for CMA) and by the
 *   buddy allocator under the zone lock.
 * Invariants:
 *   alloc.fallback_claim   a pageblock changes type only by the steal rule
 */
#ifndef MM_MIGRATETYPE_H
#define MM_MIGRATETYPE_H

#include "mm/gfp.h"
#include "mm/machine.h"

int mm_migratetype_boot(struct mm_ctx *x);
/* Pageblocks of frames [start, end) begin their life: Movable. */
void mm_migratetype_init_range(struct mm_machine *m, uint64_t start, uint64_t end);

static inline uint64_t mm_migratetype_block(const struct mm_machine *m, uint64_t pfn)
{
	return pfn >> m->desc.pageblock_order;
}

/* Type of the pageblock a frame lies in.  Kernel: get_pfnblock_migratetype. */
static inline enum mm_migratetype mm_migratetype_get(const struct mm_machine *m, uint64_t pfn)
{
	return (enum mm_migratetype)m->pageblock[mm_migratetype_block(m, pfn)];
}

/*
 * Set the type of one pageblock.  With grouping off, ordinary types are all
 * stored as Unmovable.  Kernel: set_pageblock_migratetype.
 */
void mm_migratetype_set(struct mm_ctx *x, uint64_t pfn, enum mm_migratetype type);

/* The n-th type (0, 1) that a request of type falls back to; MM_MIGRATE_TYPES
 * when there is none.  Kernel: fallbacks[][]. */
enum mm_migratetype mm_migratetype_fallback(enum mm_migratetype type, unsigned int n);
#define MM_MIGRATE_FALLBACKS 2

/* May blocks of this type merge with blocks of another?  Kernel:
 * migratetype_is_mergeable. */
static inline bool mm_migratetype_mergeable(enum mm_migratetype type)
{
	return type < MM_MIGRATE_PCPTYPES;
}

/* Decide once whether grouping by mobility is worth it: off when there are
 * fewer managed pages than one pageblock per type. */
void mm_migratetype_decide_grouping(struct mm_ctx *x);

/* Type of a request, Unmovable for all when grouping is off. */
static inline enum mm_migratetype mm_migratetype_of_gfp(const struct mm_machine *m, uint32_t gfp)
{
	return m->grouping_off ? MM_MIGRATE_UNMOVABLE : mm_gfp_migratetype(gfp);
}

#endif
