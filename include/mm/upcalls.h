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

struct zone;

struct mm_upcalls {
	/*
	 * phys/page_alloc -> reclaim/kswapd: a fast-path request found every zone
	 * below its low watermark.  Kernel: wakeup_kswapd.
	 * NULL: nobody to wake; the request goes on with the slow path.
	 */
	void (*wake_kswapd)(struct mm_ctx *x, struct zone *z, unsigned int order);

	/*
	 * phys/page_alloc -> reclaim/vmscan: free pages for an allocation that may
	 * sleep.  Kernel: __alloc_pages_direct_reclaim.  Returns pages freed; the
	 * caller retries while this is > 0 and its retry rule says so.
	 * NULL: no reclaimer; the allocation fails.
	 */
	uint64_t (*direct_reclaim)(struct mm_ctx *x, unsigned int order, uint32_t gfp);
};

#endif
