/* SPDX-License-Identifier: MIT */
/*
 * page_alloc: from a request (order and GFP mask) to a block of frames, and
 * back.  It decodes the mask, walks the zones of the nearest node from the highest
 * allowed one down, then those of farther nodes, asks the watermark, takes from the buddy lists, and prepares what it
 * hands out; giving back checks that nothing of the owner is left.
 *
 *     gfp -> zones Movable .. DMA -> watermark ok? -> CPU's list -> prepare -> page
 *                                                      or buddy
 *
 * Kernel: __alloc_pages, get_page_from_freelist, rmqueue, __alloc_pages_slowpath,
 *   prep_new_page, free_pages_prepare, __free_pages, put_page (6.12).
 * Differs: no dirty balancing and no node_reclaim; cpusets have one level below the
 *   root, which holds all nodes; no highatomic reserve; the slow path reclaims only through the upcall, never
 *   compacts, and kills nobody: with no reclaimer it fails.  Compound tails do
 *   not point to their head.  A put on a page with no reference is reported and
 *   changes nothing, where the kernel's count would go below zero.  fail_nth
 *   counts every request but __GFP_NOFAIL (the kernel's fail_page_alloc skips
 *   order 0 and callers that may sleep unless told otherwise).
 * State: no own state; pages of an allocated block belong to the caller.
 * Invariants:
 *   alloc.treatment      type and rights of a request follow from its mask
 *   alloc.zone_allowed   a page comes from a zone its mask allows
 *   alloc.no_double      a frame is handed out only when it is free, and taken
 *                        back only when it is not
 *   alloc.free_checked   a block is taken back only when no owner's mapping is
 *                        left
 *   alloc.init_state     a new page has one reference and no owner's traces,
 *                        and is zero where zeroing was asked for
 *   alloc.result         a request succeeds exactly when the model says so
 *   alloc.head_referenced  the head of an allocated block is referenced, nothing
 *                        else is
 *   alloc.block_whole    an allocated block holds no frame that is free or
 *                        another's
 *   alloc.fallback_order, alloc.fallback_claim   see buddy.h, migratetype.h
 */
#ifndef MM_PAGE_ALLOC_H
#define MM_PAGE_ALLOC_H

#include "mm/numa.h"
#include "mm/pcp.h"
#include "mm/watermark.h"

/* Hand all RAM that is not reserved to the buddy allocator, compute watermarks,
 * give CPUs their lists and thresholds.  Kernel: memblock_free_all,
 * init_per_zone_wmark_min, setup_per_cpu_pageset. */
int mm_page_alloc_boot(struct mm_ctx *x);

/*
 * Write a sysctl and recompute what follows from it: marks, reserves, limits of
 * per-CPU lists.  -MM_EINVAL when out of range; nothing changed then.
 */
int mm_page_alloc_sysctl(struct mm_ctx *x, size_t i, uint64_t value) MM_MUST_USE;

/*
 * 2^order frames, aligned to their size, with one reference on the first.
 * NULL: nothing can be had under the watermarks this request is held to, the
 * order is above max_order (an outcome unless __GFP_NOWARN), the zone bits
 * contradict each other (an outcome), __GFP_NOFAIL without the right to wait (an
 * outcome), or an injected failure; state unchanged.
 * Kernel: alloc_pages.
 */
struct page *mm_page_alloc_get(struct mm_ctx *x, unsigned int order, uint32_t gfp);

/* As nid: the node of the CPU, or the nearest that has memory. */
#define MM_NODE_LOCAL (-1)

/*
 * The same, from node nid on and from the nodes of nodemask only (0: all).  With
 * __GFP_THISNODE from nid alone.  A cpuset (mm_page_alloc_set_mems) narrows the
 * first attempt in any case, later ones when the mask has __GFP_HARDWALL; a request
 * that may not wait and has __GFP_HIGH, or that ignores watermarks, is in the end
 * held to neither.
 * Kernel: __alloc_pages, alloc_pages_node.
 */
struct page *mm_page_alloc_node(struct mm_ctx *x, unsigned int order, uint32_t gfp, int nid,
				uint32_t nodemask);

/* Nodes that requests of this context may use; 0 or all nodes: no limit.  -MM_EINVAL
 * when none of them has memory.  Kernel: cpuset.mems. */
int mm_page_alloc_set_mems(struct mm_ctx *x, uint32_t mems) MM_MUST_USE;

/* One more reference.  Kernel: get_page. */
void mm_page_alloc_ref(struct mm_ctx *x, struct page *page);

/*
 * Drop a reference to a block of the order it was allocated with.  The last one
 * frees it; if others remain on a block without __GFP_COMP, its tail is freed
 * all the same and the first frame stays.  Kernel: __free_pages.
 */
void mm_page_alloc_put(struct mm_ctx *x, struct page *page, unsigned int order);

/* Drop a reference taken with mm_page_alloc_ref.  Kernel: put_page. */
void mm_page_alloc_unref(struct mm_ctx *x, struct page *page);

/* Which reserves a request may use in the slow path.  Kernel: gfp_to_alloc_flags. */
uint32_t mm_page_alloc_slow_flags(uint32_t gfp);
/* The flags of the first attempt of a request whose preferred zone is z. */
uint32_t mm_page_alloc_fast_flags(const struct mm_machine *m, const struct zone *z);
/* The first zone that a request from node nid walks; NULL when there is none. */
struct zone *mm_page_alloc_preferred(const struct mm_machine *m, int nid,
				     enum mm_zone_type highest);

#endif
