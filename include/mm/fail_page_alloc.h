/* SPDX-License-Identifier: MIT */
/*
 * fail_page_alloc: the fail point that every request for pages passes.  Which of them
 * its attributes concern is decided here, from order and mask; the rest is failpoint's.
 *
 *     order < min-order | may wait, ignore-gfp-wait | HighMem, ignore-gfp-highmem
 *          left out by attributes; fail-nth counts it all the same
 *     __GFP_NOFAIL: no fail point at all
 *
 * Kernel: mm/fail_page_alloc.c, should_fail_alloc_page (6.12).
 * Differs: see failpoint.h for fail-nth.  A bulk request is asked once for all its
 *   pages, as order 0.
 * State: none of its own; see failpoint.h.
 * Invariants:
 *   fault.left_out   attributes concern exactly the requests that they name
 *   fault.nofail     a request that must not fail is never told to
 *   fault.asked      while something is armed, each request passes the fail point
 */
#ifndef MM_FAIL_PAGE_ALLOC_H
#define MM_FAIL_PAGE_ALLOC_H

#include "mm/failpoint.h"
#include "mm/gfp.h"

/* Asked while something is armed. */
bool mm_fail_page_alloc_ask(struct mm_ctx *x, unsigned int order, uint32_t gfp);

/* Has a request of this order and mask, as it is in effect, to fail now? */
static inline bool mm_fail_page_alloc(struct mm_ctx *x, unsigned int order, uint32_t gfp)
{
	return mm_failpoint_armed(x) && mm_fail_page_alloc_ask(x, order, gfp);
}

#endif
