/* SPDX-License-Identifier: MIT */
/*
 * nodes: which nodes a request may use, by its caller and by its task's cpuset.
 *
 *     first attempt   the caller's and the cpuset's
 *     later ones      the cpuset counts for who says __GFP_HARDWALL
 *     reserves        all nodes: who helps to free memory is held to nothing
 */
#include "mm/task.h"

#include "parts.h"

void mm_page_alloc_restrict_to(struct request *rq, uint32_t nodes)
{
	int i;

	rq->nodes = nodes;
	rq->preferred = NULL;
	for (i = 0; rq->list->zone[i] && !rq->preferred; i++) {
		if (mm_numa_has(nodes, rq->list->zone[i]->nid))
			rq->preferred = rq->list->zone[i];
	}
}

/* An interrupt has no part in the cpuset of what it interrupts. */
static uint32_t mems_of(const struct mm_ctx *x)
{
	return mm_task_in_interrupt(x) ? 0 : x->mems_allowed;
}

uint32_t mm_page_alloc_start_held(const struct mm_ctx *x, struct request *rq)
{
	uint32_t mems = mems_of(x);

	mm_page_alloc_restrict_to(rq, mems ? rq->nodemask & mems : rq->nodemask);
	return mm_page_alloc_fast_flags(x->m, rq->preferred);
}

bool mm_page_alloc_leaves_cpuset(uint32_t gfp)
{
	return (gfp & MM_GFP_HIGH) && !(gfp & MM_GFP_DIRECT_RECLAIM);
}

void mm_page_alloc_restrict_slow(const struct mm_ctx *x, struct request *rq)
{
	uint32_t mems = mems_of(x);
	bool held = mems && (rq->gfp & MM_GFP_HARDWALL) && !mm_page_alloc_leaves_cpuset(rq->gfp) &&
		    !(x->task_flags & MM_TASK_VICTIM);

	mm_page_alloc_restrict_to(rq, held ? rq->nodemask & mems : rq->nodemask);
}

int mm_page_alloc_local_node(const struct mm_ctx *x)
{
	int nid = mm_numa_of_cpu(x->m, x->cpu);
	const struct zone *nearest = mm_page_alloc_preferred(x->m, nid, MM_ZONE_NORMAL);

	return nearest ? nearest->nid : nid;
}

int mm_page_alloc_set_mems(struct mm_ctx *x, uint32_t mems)
{
	if (mems && !(mems & mm_numa_nodes(x->m, MM_N_MEMORY)))
		return -MM_EINVAL;
	mems &= mm_numa_all(x->m);
	x->mems_allowed = mems == mm_numa_all(x->m) ? 0 : mems;
	mm_event(x, MM_EV_mm_cpuset_mems, (uint64_t)x->cpu, x->mems_allowed);
	return 0;
}
