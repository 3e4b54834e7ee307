/* SPDX-License-Identifier: MIT */
/*
 * isolate: a pageblock whose memory is to be had, or to go: nothing of it is handed out
 * from now on, and what is freed stays there.
 *
 *     Movable |f|M|f|f|  -- start -->  Isolate |f|M|f|f|     3 free pages, for nobody
 *                        <-- undo --                         counted again
 *
 * Kernel: set_migratetype_isolate, unset_migratetype_isolate, has_unmovable_pages
 *   (mm/page_isolation.c, 6.12), for one pageblock.
 * Differs: pages on an LRU can be moved; until there is one, those that were allocated
 *   with __GFP_MOVABLE can.  Isolating a HighAtomic pageblock ends its reservation, which
 *   the kernel goes on counting.  Isolation for memory that goes offline makes no
 *   exceptions for pages that are poisoned or offline.  The caller drains CPUs' lists, as
 *   in the kernel: what lies there is handed out until then.
 * State: pageblock types and free lists, under the zone lock; nr_isolated of the zone.
 * Invariants:
 *   zone.isolate_count   nr_isolated is the number of Isolate pageblocks of the zone
 *   isolate.answer       a pageblock is isolated, and is no longer, exactly when the rule
 *                        says so
 */
#ifndef MM_ISOLATE_H
#define MM_ISOLATE_H

#include "mm/buddy.h"
#include "mm/machine.h"

/*
 * Isolate the pageblock at pfn, a frame with RAM.  -MM_EBUSY: it is isolated already, not
 * all one zone's, CMA, or holds what cannot be moved: reserved frames and holes, pages in
 * use, compound pages that reach out of it.  Nothing changed then.
 */
int mm_isolate_start(struct mm_ctx *x, uint64_t pfn) MM_MUST_USE;

/* It is Movable again.  -MM_EINVAL: it is not isolated. */
int mm_isolate_undo(struct mm_ctx *x, uint64_t pfn) MM_MUST_USE;

#endif
