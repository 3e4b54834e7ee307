/* SPDX-License-Identifier: MIT */
/*
 * upcalls: the few places where low code must call high code, by name.
 *
 * Linux mm is cyclic: the allocator reclaims, reclaim allocates.  Each member
 * is one arrow of that cycle.  A NULL member has a documented meaning, so a
 * machine runs with the upper layers left out.
 */
#ifndef MM_UPCALLS_H
#define MM_UPCALLS_H

#include "mm/ctx.h"
#include "mm/types.h"

struct zone;
struct zonelist;

/* What an allocation wants reclaim to know. */
struct mm_reclaim_request {
	unsigned int order;
	uint32_t gfp;              /* in effect */
	enum mm_zone_type highest; /* zones up to it help */
	uint32_t nodes;            /* of these nodes */
	const struct zonelist *list;
};

/* What is had back near a request.  Kernel: NODE_RECLAIM_..., which begin at -2. */
enum mm_node_reclaim {
	MM_NODE_RECLAIM_NOSCAN, /* not now, or not for this request */
	MM_NODE_RECLAIM_FULL,   /* nothing is to be had */
	MM_NODE_RECLAIM_SOME,   /* it was tried, and is less than was asked for */
	MM_NODE_RECLAIM_SUCCESS
};

struct mm_upcalls {
	/*
	 * phys/page_alloc -> kswapd: a request that could have used zones up to highest
	 * found z, of each node it may use one, below its low watermark; or it boosted z
	 * (order 0, gfp 0).  Kernel: wakeup_kswapd.
	 * NULL: nobody to wake; the request goes on all the same.
	 */
	void (*wake_kswapd)(struct mm_ctx *x, struct zone *z, unsigned int order,
			    enum mm_zone_type highest);

	/*
	 * phys/kswapd -> clean_cache: free up to nr pages of node nid, of zones up to
	 * highest; returns how many.  Kernel: shrink_node.
	 * NULL: nothing there is can be reclaimed.
	 */
	uint64_t (*shrink_node)(struct mm_ctx *x, int nid, enum mm_zone_type highest, uint64_t nr);

	/*
	 * phys/page_alloc -> clean_cache: free pages for an allocation that may sleep.
	 * Returns how many, and no more than it freed: the caller tries again when it is
	 * > 0, and asks again while its retry rule says so.  The task has
	 * MM_TASK_MEMALLOC meanwhile.  Kernel: try_to_free_pages.
	 * NULL: no reclaimer; the allocation fails.
	 */
	uint64_t (*direct_reclaim)(struct mm_ctx *x, const struct mm_reclaim_request *rq);

	/*
	 * phys/page_alloc -> node_reclaim: z is below the mark of a request that would
	 * rather have memory of its node, of zones up to highest, than go on.  SOME and
	 * SUCCESS: the caller looks at z again.  Kernel: node_reclaim.
	 * NULL: the answer is always FULL.
	 */
	enum mm_node_reclaim (*node_reclaim)(struct mm_ctx *x, struct zone *z, unsigned int order,
					     uint32_t gfp, enum mm_zone_type highest);

	/*
	 * phys/page_alloc -> node_dirty: may a page that will be written to come from node
	 * nid, or has that its share of dirty pages?  Kernel: node_dirty_ok.
	 * NULL: it may from any.
	 */
	bool (*node_dirty_ok)(struct mm_ctx *x, int nid);
};

#endif
