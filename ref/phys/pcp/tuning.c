/* SPDX-License-Identifier: MIT */
/*
 * tuning: how long lists may get.
 *
 * Three numbers follow demand.  alloc_factor doubles the refill with each one
 * that no free came between, and is halved by each free.  free_count grows with
 * frees and is halved by each allocation: a long run of frees gives back larger
 * batches.  high, between high_min and high_max, is raised while lists run empty
 * or full, and falls while the zone is short of pages or nothing happens:
 *
 *     refill: high += batch       free at count >= high: high >= free_count + batch
 *     zone below its high mark: high -= free_count      each second: high -= high / 8
 */
#include "parts.h"

/* ---- limits ---- */

static uint64_t rounddown_pow2(uint64_t v)
{
	while (v & (v - 1))
		v &= v - 1;
	return v;
}

static uint64_t batch_size(uint64_t managed)
{
	const uint64_t mib = ((uint64_t)1 << 20) / MM_PAGE_SIZE;
	uint64_t b = managed / 1024 < mib ? managed / 1024 : mib;

	/* a quarter of it, and then no power of two: those resonate with caches */
	b = b / 4 ? b / 4 : 1;
	b = rounddown_pow2(b + b / 2) - 1;
	return b ? b : 1;
}

static uint64_t high_size(uint64_t pages, int cpus, uint64_t batch)
{
	/* the kernel keeps an int: 2^31 and more are below every batch */
	int32_t high = (int32_t)(uint32_t)(pages / (uint64_t)cpus);

	return high > (int32_t)(4 * batch) ? (uint64_t)high : 4 * batch;
}

struct mm_pcp_limits mm_pcp_compute_limits(const struct mm_pcp_sizes *s)
{
	struct mm_pcp_limits l = {batch_size(s->managed), 0, 0};

	if (s->fraction) {
		l.high_min = high_size(s->managed / s->fraction, s->cpus, l.batch);
		l.high_max = l.high_min;
	} else {
		l.high_min = high_size(s->low, s->cpus, l.batch);
		l.high_max = high_size(s->managed / MM_PCP_HIGH_FRACTION, s->cpus, l.batch);
	}
	return l;
}

/* Kernel: __zone_set_pageset_high_and_batch.  high follows at its next use. */
static void update_lists(struct mm_ctx *x, const struct zone *z, struct mm_pcp_limits l)
{
	int cpu;

	for (cpu = 0; cpu < x->m->desc.cpus; cpu++) {
		struct per_cpu_pages *pcp = mm_pcp_of(z, cpu);

		pcp->high_min = (int)l.high_min;
		pcp->high_max = (int)l.high_max;
		pcp->batch = (int)l.batch;
		/* Kernel: zone_pcp_update_cacheinfo */
		pcp->flags &= (uint8_t)~MM_PCPF_FREE_HIGH_BATCH;
		if (!x->m->desc.hot_cold && x->m->desc.cache_slice >> MM_PAGE_SHIFT > 3 * l.batch)
			pcp->flags |= MM_PCPF_FREE_HIGH_BATCH;
		mm_pcp_touch_lists(x, z, cpu);
		mm_pcp_touch_tuning(x, z, cpu);
	}
}

/* CPUs that share what a zone lets lists keep: those of its node, or all.  One that is
 * coming is none of any node's yet: it counts for each. */
static int cpus_of(const struct mm_machine *m, const struct zone *z)
{
	int n = mm_numa_nr_cpus(m, z->nid) + (m->cpu_coming != 0);

	return n ? n : mm_machine_nr_online(m);
}

static void setup_zone(struct mm_ctx *x, struct zone *z)
{
	const struct mm_pcp_sizes sizes = {mm_zone_pages(z), z->wmark[MM_WMARK_LOW],
					   x->m->sysctl.percpu_pagelist_high_fraction,
					   cpus_of(x->m, z)};
	struct mm_pcp_limits l = x->m->desc.hot_cold ? mm_pcp_hot_cold_limits(&sizes)
						     : mm_pcp_compute_limits(&sizes);

	if (l.high_min == z->pageset_high_min && l.high_max == z->pageset_high_max &&
	    l.batch == z->pageset_batch)
		return;
	z->pageset_high_min = l.high_min;
	z->pageset_high_max = l.high_max;
	z->pageset_batch = l.batch;
	mm_touch(x, MM_OBJ_SETTINGS, 0);
	if (!z->pageset_disabled)
		update_lists(x, z, l);
}

static void setup_zones(struct mm_ctx *x, int coming)
{
	int z;

	if (x->m->cpu_coming != coming)
		mm_touch(x, MM_OBJ_SETTINGS, 0);
	x->m->cpu_coming = coming;
	for (z = 0; z < x->m->nr_zones && x->m->desc.pcp; z++) {
		if (x->m->zones[z].present)
			setup_zone(x, &x->m->zones[z]);
	}
}

void mm_pcp_setup(struct mm_ctx *x)
{
	setup_zones(x, 0);
}

void mm_pcp_setup_coming(struct mm_ctx *x, int cpu)
{
	setup_zones(x, cpu);
}

/* ---- what demand makes of them ---- */

int mm_pcp_refill_blocks(struct per_cpu_pages *pcp, uint32_t zone_flags, unsigned int order)
{
	int batch = pcp->batch;
	int high = mm_pcp_clamp(pcp->high, pcp->high_min, pcp->high_max);

	pcp->high = high;
	if (high < pcp->batch)
		return 1; /* disabled */
	if (zone_flags & MM_ZONE_HOT_COLD)
		return pcp->batch;
	if (!order)
		batch <<= pcp->alloc_factor;
	if (pcp->high_min != pcp->high_max && !(zone_flags & MM_ZONE_BELOW_HIGH)) {
		high = mm_pcp_least(high + batch, pcp->high_max);
		pcp->high = high;
	}
	if (!order) {
		int room = mm_pcp_most(high - pcp->count - pcp->batch, pcp->batch);

		/* twice as many next time, unless a free comes between */
		if (batch <= room && pcp->alloc_factor < MM_PCP_BATCH_SCALE_MAX)
			pcp->alloc_factor++;
		batch = mm_pcp_least(batch, room);
	}
	return batch > 1 ? mm_pcp_most(batch >> order, 2) : batch;
}

int mm_pcp_high_at_free(struct per_cpu_pages *pcp, uint32_t zone_flags, bool free_high)
{
	int high = mm_pcp_clamp(pcp->high, pcp->high_min, pcp->high_max);
	int run = mm_pcp_most(pcp->free_count, pcp->batch);

	pcp->high = high;
	if (!high)
		return 0;
	if (free_high) {
		pcp->high =
			mm_pcp_most(high - (pcp->batch << MM_PCP_BATCH_SCALE_MAX), pcp->high_min);
		return 0;
	}
	if (zone_flags & MM_ZONE_RECLAIM_ACTIVE) {
		pcp->high = mm_pcp_most(high - run, pcp->high_min);
		return mm_pcp_least(pcp->batch << 2, pcp->high);
	}
	if (pcp->high_min == pcp->high_max)
		return high;
	if (zone_flags & MM_ZONE_BELOW_HIGH) {
		pcp->high = mm_pcp_most(high - run, pcp->high_min);
		return mm_pcp_most(pcp->count, pcp->high_min);
	}
	if (pcp->count >= high && high < pcp->free_count + pcp->batch)
		pcp->high =
			mm_pcp_clamp(pcp->free_count + pcp->batch, pcp->high_min, pcp->high_max);
	return high;
}

int mm_pcp_excess(const struct per_cpu_pages *pcp, int high, bool free_high)
{
	if (free_high)
		return mm_pcp_least(pcp->count, pcp->batch << MM_PCP_BATCH_SCALE_MAX);
	if (high < pcp->batch)
		return 1; /* disabled */
	return mm_pcp_clamp(pcp->free_count, pcp->batch, high - pcp->batch);
}

/* ---- none at all ---- */

int mm_pcp_disable(struct mm_ctx *x, struct zone *z)
{
	if (z->pageset_disabled)
		return -MM_EBUSY;
	z->pageset_disabled = true;
	mm_touch(x, MM_OBJ_SETTINGS, 0);
	update_lists(x, z, (struct mm_pcp_limits){1, 0, 0});
	mm_pcp_drain_all(x, z);
	return 0;
}

int mm_pcp_enable(struct mm_ctx *x, struct zone *z)
{
	if (!z->pageset_disabled)
		return -MM_EINVAL;
	z->pageset_disabled = false;
	mm_touch(x, MM_OBJ_SETTINGS, 0);
	update_lists(
		x, z,
		(struct mm_pcp_limits){z->pageset_batch, z->pageset_high_min, z->pageset_high_max});
	return 0;
}
