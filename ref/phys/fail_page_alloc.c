/* SPDX-License-Identifier: MIT */
/*
 * fail_page_alloc: off the fast path; who asks has seen that something is armed.
 */
#include "mm/fail_page_alloc.h"

static bool left_out(const struct mm_machine *m, unsigned int order, uint32_t gfp)
{
	const int64_t *attr = m->faults[MM_FAILPOINT_PAGE_ALLOC].attr;

	if ((int64_t)order < attr[MM_FAILPOINT_MIN_ORDER])
		return true;
	if (attr[MM_FAILPOINT_IGNORE_GFP_HIGHMEM] && (gfp & MM_GFP_HIGHMEM))
		return true;
	return attr[MM_FAILPOINT_IGNORE_GFP_WAIT] && (gfp & MM_GFP_DIRECT_RECLAIM);
}

bool mm_fail_page_alloc_ask(struct mm_ctx *x, unsigned int order, uint32_t gfp)
{
	struct mm_failpoint_request rq = {
		.site = MM_FAILPOINT_PAGE_ALLOC,
		.what = (uint64_t)order << 32 | gfp,
		.size = (uint64_t)1 << order,
	};

	if (gfp & MM_GFP_NOFAIL)
		return false;
	rq.left_out = left_out(x->m, order, gfp);
	return mm_failpoint_should_fail(x, &rq);
}
