/* SPDX-License-Identifier: MIT */
/* drain: from a CPU's lists back to the zone. */
#include "parts.h"

void mm_pcp_give_back_one(struct mm_ctx *x, struct zone *z, int cpu, unsigned int index)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, cpu);
	struct page *page = mm_list_entry(pcp->lists[index].prev, struct page, lru);
	unsigned int order = mm_pcp_order(x->m, index);

	mm_pcp_unlist(x, page);
	pcp->count -= 1 << order;
	mm_event(x, MM_EV_mm_page_pcpu_drain, pfn_raw(mm_page_pfn(x->m, page)), order,
		 mm_pcp_block_type(x->m, page), z->id, (uint64_t)cpu, index);
	mm_buddy_put(x, z, page, order, MM_BUDDY_AUTO);
}

int mm_pcp_bulk_free(struct mm_ctx *x, struct zone *z, int cpu, unsigned int index, int nr)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, cpu);
	int before = pcp->count;
	int left = mm_pcp_least(nr, pcp->count);

	mm_lock_acquire(x, &z->lock);
	if (z->flags & MM_ZONE_HOT_COLD) {
		mm_pcp_free_in_turn(x, z, cpu, left);
		left = 0;
	}
	while (left > 0 && pcp->count > 0) {
		while (mm_list_empty(&pcp->lists[index]))
			index = (index + 1) % MM_PCP_LISTS;
		while (left > 0 && !mm_list_empty(&pcp->lists[index])) {
			left -= 1 << mm_pcp_order(x->m, index);
			mm_pcp_give_back_one(x, z, cpu, index);
		}
	}
	mm_lock_release(x, &z->lock);
	mm_pcp_touch_lists(x, z, cpu);
	return before - pcp->count;
}

/* ---- drains ---- */

static void drain_zone(struct mm_ctx *x, struct zone *z, int cpu)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, cpu);

	while (pcp->count > 0) {
		bool at_once = x->m->desc.hot_cold;
		int batches = pcp->batch << MM_PCP_BATCH_SCALE_MAX;
		int wanted = at_once ? pcp->count : mm_pcp_least(pcp->count, batches);
		int freed;

		mm_lock_acquire(x, &pcp->lock);
		freed = mm_pcp_bulk_free(x, z, cpu, 0, wanted);
		mm_lock_release(x, &pcp->lock);
		mm_event(x, MM_EV_mm_pcp_bulk_free, z->id, (uint64_t)cpu, (uint64_t)wanted,
			 (uint64_t)freed, MM_PCP_CAUSE_DRAIN);
	}
}

void mm_pcp_drain(struct mm_ctx *x, struct zone *z, int cpu)
{
	int i;

	for (i = 0; i < x->m->nr_zones; i++) {
		if (!z || z == &x->m->zones[i])
			drain_zone(x, &x->m->zones[i], cpu);
	}
}

void mm_pcp_drain_all(struct mm_ctx *x, struct zone *z)
{
	int cpu;

	for (cpu = 0; cpu < x->m->desc.cpus; cpu++)
		mm_pcp_drain(x, z, cpu);
}

static unsigned int decay_zone(struct mm_ctx *x, struct zone *z)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	unsigned int todo = 0;
	int surplus;

	mm_event(x, MM_EV_mm_pcp_decay, z->id, (uint64_t)x->cpu);
	if (pcp->high > pcp->high_min) {
		int by_count = pcp->count - (pcp->batch << MM_PCP_BATCH_SCALE_MAX);

		pcp->high = mm_pcp_most(mm_pcp_most(by_count, pcp->high - (pcp->high >> 3)),
					pcp->high_min);
		mm_pcp_touch_tuning(x, z, x->cpu);
		todo += pcp->high > pcp->high_min;
	}
	surplus = pcp->count - pcp->high;
	if (surplus > 0) {
		int freed;

		mm_lock_acquire(x, &pcp->lock);
		freed = mm_pcp_bulk_free(x, z, x->cpu, 0, surplus);
		mm_lock_release(x, &pcp->lock);
		mm_event(x, MM_EV_mm_pcp_bulk_free, z->id, (uint64_t)x->cpu, (uint64_t)surplus,
			 (uint64_t)freed, MM_PCP_CAUSE_DECAY);
		todo++;
	}
	return todo;
}

unsigned int mm_pcp_decay(struct mm_ctx *x)
{
	unsigned int todo = 0;
	int z;

	for (z = 0; z < x->m->nr_zones && !x->m->desc.hot_cold; z++) {
		if (mm_zone_managed(&x->m->zones[z]))
			todo += decay_zone(x, &x->m->zones[z]);
	}
	return todo;
}
