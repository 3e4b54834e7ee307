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
 *   prep_new_page, free_pages_prepare, __free_pages, put_page, split_page,
 *   alloc_pages_exact, alloc_pages_bulk_array, __get_free_pages,
 *   current_gfp_context, gfp_to_alloc_flags, __gfp_pfmemalloc_flags (6.12).
 * Differs: with deferred=on no section is ready at boot (the kernel makes low zones
 *   and a first part of each node ready), and marks, reserves and limits follow from
 *   what zones will have in the end, as after the kernel's boot.  A request that
 *   fails may have made sections ready.  Cpusets
 *   have one level below the root, which holds all nodes; the slow path
 *   reclaims only through the upcall, never compacts, and kills nobody: where reclaim
 *   helps no more it fails, and a __GFP_NOFAIL request that would loop is an outcome.
 *   Who is woken is kswapd of the nodes that the next attempt may use.
 *   A put on a page with no reference is reported and
 *   changes nothing, where the kernel's count would go below zero.  The parts of a
 *   split block stay Movable, which stands for being on an LRU.  Who asks for
 *   __GFP_NOFAIL with an order above 1 is not warned.  Where no lists per CPU are
 *   kept, a bulk request always takes a single page.  A request gives up reserved
 *   pageblocks of nodes that it may use itself; in the kernel also of those that only
 *   its cpuset forbids.  A request that fails may have given some up.
 * State: gfp_allowed_mask of the machine; pages of an allocated block belong to the
 *   caller.
 * Invariants:
 *   alloc.treatment      type and rights of a request follow from its mask
 *   alloc.gfp_context    the mask in effect is what machine and task leave of it
 *   alloc.zone_allowed   a page comes from a zone its mask allows
 *   zone.isolated_never_allocated  no block of an isolated pageblock leaves the zone's
 *                        lists, or comes onto one of a CPU
 *   alloc.reserve        who may use HighAtomic pageblocks takes from them first, and
 *                        adds one exactly when the rule says so
 *   alloc.unreserve      they are given up to a request that could not be served, one by
 *                        one, and before a request that insists fails
 *   alloc.special_lists  blocks of special pageblocks are taken only by who may
 *   alloc.cma_turn       CMA serves what can move first while most of what is free is
 *                        there, else before other types
 *   alloc.no_double      a frame is handed out only when it is free, and taken
 *                        back only as (part of) the block that was handed out
 *   alloc.free_checked   a block is taken back only when no owner's mapping is
 *                        left
 *   alloc.init_state     a new page has one reference and no owner's traces,
 *                        and is zero where zeroing was asked for
 *   alloc.init_on_free   what is taken back is zero where frees zero
 *   alloc.result         a request succeeds exactly when the model says so
 *   alloc.grow           a section is made ready when its zone was asked in vain, one
 *                        at a time
 *   alloc.bulk           a bulk request gets all it asked for, or all there are; for
 *                        nothing at all it has asked for one page
 *   alloc.split          each page of a split block has a reference of its own
 *   alloc.exact_tail     what an exact request did not ask for is given back
 *   alloc.head_referenced  the head of an allocated block is referenced, nothing
 *                        else is
 *   alloc.block_whole    an allocated block holds no frame that is free or
 *                        another's
 *   compound.tails       the tails of a compound block point to its head, no other
 *                        frame points to one
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
 * Where memory comes by section: write the struct pages of the lowest section with
 * frames of z that has none yet, and hand them over, those of other zones too.  False
 * when there is no such section, or no host memory.  Kernel: deferred_grow_zone.
 */
bool mm_page_alloc_grow(struct mm_ctx *x, struct zone *z);

/*
 * Write a sysctl and recompute what follows from it: marks, reserves, limits of
 * per-CPU lists.  -MM_EINVAL when out of range; nothing changed then.
 */
int mm_page_alloc_sysctl(struct mm_ctx *x, size_t i, uint64_t value) MM_MUST_USE;

/* What the machine as a whole can forbid for a while. */
#define MM_GFP_RESTRICTABLE MM_GFP_KERNEL

/* Take bits of those away from all requests to come; 0 gives all back.  Early boot takes
 * RECLAIM|IO|FS, suspending IO|FS.  Kernel: gfp_allowed_mask, pm_restrict_gfp_mask. */
void mm_page_alloc_restrict(struct mm_ctx *x, uint32_t gfp);

/* ---- blocks ---- */

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

/* One more reference, to the head if page is a tail.  Kernel: get_page. */
void mm_page_alloc_ref(struct mm_ctx *x, struct page *page);

/*
 * A page that its owner will not write soon, a device perhaps: with pcp_lists=hot_cold the
 * coldest of the CPU's list; else as mm_page_alloc_get.  Kernel: __GFP_COLD, up to 4.14.
 */
struct page *mm_page_alloc_get_cold(struct mm_ctx *x, uint32_t gfp);
/* And one given back whose bytes are in no cache: it is handed out after all others.
 * Kernel: free_hot_cold_page with cold true, up to 4.14. */
void mm_page_alloc_put_cold(struct mm_ctx *x, struct page *page);

/*
 * Drop a reference to a block of the order it was allocated with.  The last one
 * frees it; if others remain on a block without __GFP_COMP, its tail is freed
 * all the same and the first frame stays.  Kernel: __free_pages.
 */
void mm_page_alloc_put(struct mm_ctx *x, struct page *page, unsigned int order);

/* Drop a reference taken with mm_page_alloc_ref, of the head if page is a tail.
 * Kernel: put_page. */
void mm_page_alloc_unref(struct mm_ctx *x, struct page *page);

/* Free a block, compound if its order is not 0, that no reference is left to.
 * Kernel: free_unref_page. */
void mm_page_alloc_free(struct mm_ctx *x, struct page *page);

/* ---- single pages out of blocks ---- */

/*
 * A block becomes 2^order blocks of order 0, each of which is given back by itself.
 * Caller: holds it, it is not compound.  Kernel: split_page.
 */
void mm_page_alloc_split(struct mm_ctx *x, struct page *page);

/*
 * As many pages side by side as size bytes take, each a block of order 0; what the
 * block was larger is free again.  NULL: as mm_page_alloc_get, and for size 0.
 * __GFP_COMP and __GFP_HIGHMEM are warned of (an outcome) and left out.
 * Kernel: alloc_pages_exact.
 */
struct page *mm_page_alloc_exact(struct mm_ctx *x, uint64_t size, uint32_t gfp);
/* Give them back.  Kernel: free_pages_exact. */
void mm_page_alloc_exact_free(struct mm_ctx *x, struct page *page, uint64_t size);

/*
 * Fill the empty slots of pages[0 .. nr - 1] with single pages, the first slots first,
 * and return the number of slots before the first that is still empty: at most nr, and
 * where lists or marks forbid more, one more than were full at the start.
 * Kernel: alloc_pages_bulk_array.
 */
unsigned int mm_page_alloc_bulk(struct mm_ctx *x, uint32_t gfp, unsigned int nr,
				struct page **pages);

/* ---- by address ---- */

/* Where the kernel sees physical address 0.  Kernel: PAGE_OFFSET of x86-64. */
#define MM_PAGE_OFFSET 0xffff888000000000u

static inline uint64_t mm_page_alloc_address(const struct mm_machine *m, const struct page *page)
{
	return MM_PAGE_OFFSET + pfn_raw(mm_page_pfn(m, page)) * MM_PAGE_SIZE;
}

static inline struct page *mm_page_alloc_at(const struct mm_machine *m, uint64_t address)
{
	return &m->memmap[(address - MM_PAGE_OFFSET) / MM_PAGE_SIZE];
}

/* The address of a block, never of HighMem: __GFP_HIGHMEM is left out.  0 where
 * mm_page_alloc_get has NULL.  Kernel: __get_free_pages. */
uint64_t mm_page_alloc_pages(struct mm_ctx *x, unsigned int order, uint32_t gfp);
/* One page of zeroes.  Kernel: get_zeroed_page. */
uint64_t mm_page_alloc_zeroed(struct mm_ctx *x, uint32_t gfp);
/* mm_page_alloc_put by address; 0 is nothing.  Kernel: free_pages. */
void mm_page_alloc_pages_free(struct mm_ctx *x, uint64_t address, unsigned int order);

/* ---- what a request may have ---- */

/* What the task's scopes leave of a mask.  Kernel: current_gfp_context. */
uint32_t mm_page_alloc_scoped_gfp(const struct mm_ctx *x, uint32_t gfp);
/* Which reserves a request may use in the slow path.  Kernel: gfp_to_alloc_flags. */
uint32_t mm_page_alloc_slow_flags(const struct mm_ctx *x, unsigned int order, uint32_t gfp);
/* And which when that was not enough: 0, or what takes the place of those.
 * Kernel: __gfp_pfmemalloc_flags. */
uint32_t mm_page_alloc_reserve_flags(const struct mm_ctx *x, uint32_t gfp);
/* Kernel: RECLAIM_DISTANCE. */
#define MM_NODE_RECLAIM_DISTANCE 30

/* May a request whose preferred zone is of node `from` have pages of node nid given up,
 * rather than go on?  Pure.  Kernel: node_reclaim_enabled, zone_allows_reclaim. */
bool mm_page_alloc_near(const struct mm_machine *m, int from, int nid);
/* The flags of the first attempt of a request whose preferred zone is z. */
uint32_t mm_page_alloc_fast_flags(const struct mm_machine *m, const struct zone *z);
/* The first zone that a request from node nid walks; NULL when there is none. */
struct zone *mm_page_alloc_preferred(const struct mm_machine *m, int nid,
				     enum mm_zone_type highest);

#endif
