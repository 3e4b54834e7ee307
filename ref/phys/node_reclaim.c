/* SPDX-License-Identifier: MIT */
/*
 * node_reclaim: first whether, then how much.
 *
 *     priority   4    3    2    1    0
 *     share     1/16 1/8  1/4  1/2  all     of what is cached in zones that help
 *
 * Rounds end as soon as the request could be served by what was freed; it is not looked
 * whether the pages are side by side.
 */
#include "mm/node_reclaim.h"

#include "mm/task.h"

enum mm_node_reclaim mm_node_reclaim_guard(const struct mm_node_reclaim_input *in)
{
	if (in->cached <= in->min_cached && in->slab <= in->min_slab)
		return MM_NODE_RECLAIM_FULL;
	if (!(in->gfp & MM_GFP_DIRECT_RECLAIM) || in->memalloc)
		return MM_NODE_RECLAIM_NOSCAN;
	/* a node with CPUs is for them to clean up */
	if (in->has_cpu && !in->local)
		return MM_NODE_RECLAIM_NOSCAN;
	return in->busy ? MM_NODE_RECLAIM_NOSCAN : MM_NODE_RECLAIM_SOME;
}

uint64_t mm_node_reclaim_min_cached(const struct mm_machine *m, int nid)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < MM_NR_ZONES; i++)
		sum += mm_zone_pages(mm_zone_at(m, nid, (enum mm_zone_type)i)) *
		       m->sysctl.min_unmapped_ratio / 100;
	return sum;
}

uint64_t mm_node_reclaim_share(uint64_t cached, int priority, uint64_t wanted)
{
	uint64_t share = cached >> priority;

	return share < wanted ? share : wanted;
}

/* Cached pages of zones up to highest, as most readers see them. */
static uint64_t cached_of(const struct mm_machine *m, int nid, enum mm_zone_type highest)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i <= (int)highest; i++)
		sum += mm_vmstat_zone(mm_zone_at(m, nid, (enum mm_zone_type)i), MM_NR_ZONE_CACHE);
	return sum;
}

/* And those of them that need not be written first.  Kernel: node_pagecache_reclaimable. */
static uint64_t reclaimable(const struct mm_machine *m, int nid)
{
	const uint64_t cached = cached_of(m, nid, MM_ZONE_MOVABLE);
	const uint64_t dirty =
		m->sysctl.zone_reclaim_mode & MM_RECLAIM_WRITE ? 0 : m->node_dirty[nid].dirty;

	return cached > dirty ? cached - dirty : 0;
}

/* Rounds, harder and harder.  Kernel: __node_reclaim. */
static enum mm_node_reclaim rounds(struct mm_ctx *x, int nid, unsigned int order,
				   enum mm_zone_type highest)
{
	const uint64_t need = (uint64_t)1 << order;
	const uint64_t target = need > MM_KSWAPD_CLUSTER ? need : MM_KSWAPD_CLUSTER;
	uint64_t freed = 0;
	int priority;

	for (priority = MM_NODE_RECLAIM_PRIORITY; priority >= 0 && freed < need; priority--) {
		uint64_t nr = mm_node_reclaim_share(cached_of(x->m, nid, highest), priority,
						    target - freed);

		if (nr)
			freed += x->m->upcalls->shrink_node(x, nid, highest, nr);
	}
	x->m->nr_reclaimed += freed;
	if (freed)
		mm_kswapd_progress(x, nid);
	return freed >= need ? MM_NODE_RECLAIM_SUCCESS : MM_NODE_RECLAIM_SOME;
}

enum mm_node_reclaim mm_node_reclaim(struct mm_ctx *x, struct zone *z, unsigned int order,
				     uint32_t gfp, enum mm_zone_type highest)
{
	const struct mm_node_reclaim_input in = {
		.cached = reclaimable(x->m, z->nid),
		.min_cached = mm_node_reclaim_min_cached(x->m, z->nid),
		.gfp = gfp,
		.memalloc = (x->task_flags & MM_TASK_MEMALLOC) != 0,
		.has_cpu = mm_numa_nr_cpus(x->m, z->nid) != 0,
		.local = mm_numa_of_cpu(x->m, x->cpu) == z->nid,
		.busy = mm_numa_has(x->m->node_reclaim_busy, z->nid),
	};
	enum mm_node_reclaim answer = mm_node_reclaim_guard(&in);
	uint32_t saved;

	if (answer != MM_NODE_RECLAIM_SOME)
		return answer;
	mm_lock_might_sleep(x);
	x->m->node_reclaim_busy |= (uint32_t)1 << z->nid;
	saved = mm_task_enter(x, MM_TASK_MEMALLOC);
	answer = rounds(x, z->nid, order, highest);
	mm_task_exit(x, saved);
	x->m->node_reclaim_busy &= ~((uint32_t)1 << z->nid);
	mm_vmstat_count(x,
			answer == MM_NODE_RECLAIM_SUCCESS ? MM_VM_ZONE_RECLAIM_SUCCESS
							  : MM_VM_ZONE_RECLAIM_FAILED,
			1);
	return answer;
}

void mm_node_reclaim_set_busy(struct mm_ctx *x, int nid, bool busy)
{
	const uint32_t bit = (uint32_t)1 << nid;

	x->m->node_reclaim_busy =
		busy ? x->m->node_reclaim_busy | bit : x->m->node_reclaim_busy & ~bit;
	mm_touch(x, MM_OBJ_SETTINGS, 0);
}
