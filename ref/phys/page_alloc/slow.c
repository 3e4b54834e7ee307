/* SPDX-License-Identifier: MIT */
/*
 * slow: reclaim on behalf of a request, round by round.
 *
 *     reclaim --nothing freed--> is it worth another round? --no--> is a pageblock
 *        |                                  ^        |               reserved for others?
 *        +--freed--> try, drain, try again -+       yes                yes         no
 *                                                    +--> wake, try <--+        give up
 *                                                           reclaim ...
 *
 * It is worth it while some zone would be above min if all its cached pages were free,
 * and reclaim has not failed more than 16 times in a row.  For a costly order nothing
 * that reclaim frees counts as progress: single pages make no large block.
 */
#include "mm/task.h"

#include "parts.h"

/* Kernel: MAX_RECLAIM_RETRIES. */
#define NO_PROGRESS_MAX 16

/* Who does not insist is served by one round.  Kernel: what stands before
 * should_reclaim_retry. */
static bool insists(const struct request *rq)
{
	if (rq->gfp & MM_GFP_NORETRY)
		return false;
	return rq->order <= MM_PCP_COSTLY_ORDER ||
	       ((rq->gfp & MM_GFP_RETRY_MAYFAIL) && (rq->gfp & MM_GFP_IO));
}

/* Would z be above min if all that is cached there were free? */
static bool could_help(struct mm_ctx *x, const struct zone *z, const struct request *rq,
		       uint32_t flags, unsigned int no_progress)
{
	uint64_t cached = mm_vmstat_zone_exact(x->m, z, MM_NR_ZONE_CACHE);
	uint64_t available = cached + mm_vmstat_zone_exact(x->m, z, MM_NR_FREE_PAGES);
	bool ok = mm_watermark_ok_given(x->m, z, rq->order, mm_zone_wmark(z, MM_WMARK_MIN),
					rq->highest, flags, available);

	mm_event(x, MM_EV_reclaim_retry_zone, z->id, rq->order, cached, available, no_progress, ok);
	return ok;
}

/* Would reclaim help? */
static bool worth_a_round(struct mm_ctx *x, const struct request *rq, uint32_t flags,
			  unsigned int no_progress)
{
	int i;

	if (no_progress > NO_PROGRESS_MAX)
		return false;
	for (i = 0; rq->list->zone[i]; i++) {
		const struct zone *z = rq->list->zone[i];

		if (mm_numa_has(rq->nodes, z->nid) && could_help(x, z, rq, flags, no_progress))
			return true;
	}
	return false;
}

/* Kernel: __perform_reclaim.  What reclaim asks for itself may use all there is. */
static uint64_t reclaim(struct mm_ctx *x, const struct request *rq)
{
	const struct mm_reclaim_request ask = {rq->order, rq->gfp, rq->highest, rq->nodes,
					       rq->list};
	uint32_t cold = x->pcp_contended == MM_CTX_PCP_COLD ? MM_CTX_PCP_COLD : 0;
	uint32_t saved;
	uint64_t freed;

	mm_event(x, MM_EV_mm_vmscan_direct_reclaim_begin, rq->order, mm_page_alloc_masks(rq));
	saved = mm_task_enter(x, MM_TASK_MEMALLOC);
	if (cold)
		x->pcp_contended = 0;
	freed = x->m->upcalls->direct_reclaim(x, &ask);
	if (cold)
		x->pcp_contended = cold;
	mm_task_exit(x, saved);
	x->m->nr_reclaimed += freed;
	mm_event(x, MM_EV_mm_vmscan_direct_reclaim_end, freed);
	return freed;
}

/* One round.  Kernel: __alloc_pages_direct_reclaim. */
static struct page *reclaim_and_try(struct mm_ctx *x, const struct request *rq, uint32_t flags,
				    bool *progress)
{
	struct page *page;

	*progress = x->m->upcalls->direct_reclaim && reclaim(x, rq) != 0;
	if (!*progress)
		return NULL;
	page = mm_page_alloc_try(x, rq, flags);
	if (page)
		return page;
	/* what was freed may be reserved, or sit on lists of other CPUs */
	(void)mm_page_alloc_unreserve(x, rq, false);
	mm_pcp_drain_all(x, NULL);
	return mm_page_alloc_try(x, rq, flags);
}

struct page *mm_page_alloc_reclaim(struct mm_ctx *x, struct request *rq, uint32_t *flags)
{
	unsigned int no_progress = 0;

	/* reclaim that needs memory does not reclaim for it */
	if (x->task_flags & MM_TASK_MEMALLOC)
		return NULL;
	for (;;) {
		bool progress;
		struct page *page = reclaim_and_try(x, rq, *flags, &progress);

		if (page || !insists(rq))
			return page;
		no_progress = progress && rq->order <= MM_PCP_COSTLY_ORDER ? 0 : no_progress + 1;
		/* before it fails, what is kept for others.  Kernel: should_reclaim_retry */
		if (!worth_a_round(x, rq, *flags, no_progress) &&
		    !mm_page_alloc_unreserve(x, rq, true))
			return NULL;
		if (*flags & MM_ALLOC_KSWAPD)
			mm_page_alloc_wake_all(x, rq);
		page = mm_page_alloc_retry(x, rq, flags);
		if (page)
			return page;
	}
}
