/* SPDX-License-Identifier: MIT */
/*
 * rights: what a request may have, from its mask and from who makes it.
 *
 *     mask asked for -> machine allows -> scopes of the task -> mask in effect
 *     mask in effect -> zones, type, first attempt
 *                    -> marks of the second; reserves of the third
 */
#include "mm/task.h"

#include "parts.h"

uint32_t mm_page_alloc_scoped_gfp(const struct mm_ctx *x, uint32_t gfp)
{
	/* who may not start I/O may not ask a filesystem to: it would */
	if (x->task_flags & MM_TASK_NOIO)
		gfp &= ~(MM_GFP_IO | MM_GFP_FS);
	else if (x->task_flags & MM_TASK_NOFS)
		gfp &= ~MM_GFP_FS;
	if (x->task_flags & MM_TASK_PIN)
		gfp &= ~MM_GFP_MOVABLE;
	return gfp;
}

void mm_page_alloc_might_wait(struct mm_ctx *x, uint32_t gfp)
{
	if ((gfp & MM_GFP_DIRECT_RECLAIM) && mm_task_in_interrupt(x))
		mm_machine_outcome(x, MM_OUTCOME_ATOMIC_SLEEP, gfp);
}

void mm_page_alloc_heed_task(struct mm_ctx *x, struct request *rq)
{
	enum mm_zone_type zone;

	rq->gfp = mm_page_alloc_scoped_gfp(x, rq->gfp);
	if (rq->order <= x->m->desc.max_order && mm_gfp_zone(rq->gfp, &zone))
		mm_page_alloc_might_wait(x, rq->gfp);
}

void mm_page_alloc_restrict(struct mm_ctx *x, uint32_t gfp)
{
	MM_PRE(!(gfp & ~MM_GFP_RESTRICTABLE));
	x->m->gfp_allowed_mask = ~gfp;
	mm_touch(x, MM_OBJ_SETTINGS, 0);
}

struct zone *mm_page_alloc_preferred(const struct mm_machine *m, int nid, enum mm_zone_type highest)
{
	return mm_zone_list_of(m, nid, MM_ZONELIST_FALLBACK, highest)->zone[0];
}

uint32_t mm_page_alloc_fast_flags(const struct mm_machine *m, const struct zone *z)
{
	uint32_t flags = MM_ALLOC_WMARK_LOW;

	/* a lower zone is there to be fragmented instead */
	if (z && z->type == MM_ZONE_NORMAL && mm_zone_managed(mm_zone_at(m, z->nid, MM_ZONE_DMA32)))
		flags |= MM_ALLOC_NOFRAGMENT;
	return flags;
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): in the order of all requests */
uint32_t mm_page_alloc_slow_flags(const struct mm_ctx *x, unsigned int order, uint32_t gfp)
{
	uint32_t flags = MM_ALLOC_WMARK_MIN;

	if (gfp & MM_GFP_HIGH)
		flags |= MM_ALLOC_MIN_RESERVE;
	if (gfp & MM_GFP_KSWAPD_RECLAIM)
		flags |= MM_ALLOC_KSWAPD;
	if (!(gfp & (MM_GFP_DIRECT_RECLAIM | MM_GFP_NOMEMALLOC)))
		flags |= MM_ALLOC_NON_BLOCK | (order ? MM_ALLOC_HIGHATOMIC : 0);
	if ((gfp & MM_GFP_DIRECT_RECLAIM) && (x->task_flags & MM_TASK_RT) &&
	    !mm_task_in_interrupt(x))
		flags |= MM_ALLOC_MIN_RESERVE;
	return flags | mm_page_alloc_cma_right(x->m, mm_migratetype_of_gfp(x->m, gfp));
}

/* Does it free memory, or die and free its own?  A hard interrupt has no part in
 * what it interrupts; a soft one may be served by a task that frees memory. */
static uint32_t task_reserve(const struct mm_ctx *x)
{
	if ((x->task_flags & MM_TASK_SOFTIRQ) && (x->task_flags & MM_TASK_MEMALLOC))
		return MM_ALLOC_NO_WATERMARKS;
	if (mm_task_in_interrupt(x))
		return 0;
	if (x->task_flags & MM_TASK_MEMALLOC)
		return MM_ALLOC_NO_WATERMARKS;
	return x->task_flags & MM_TASK_VICTIM ? MM_ALLOC_OOM : 0;
}

uint32_t mm_page_alloc_reserve_flags(const struct mm_ctx *x, uint32_t gfp)
{
	if (gfp & MM_GFP_NOMEMALLOC)
		return 0;
	return gfp & MM_GFP_MEMALLOC ? MM_ALLOC_NO_WATERMARKS : task_reserve(x);
}
