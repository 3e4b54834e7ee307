/* SPDX-License-Identifier: MIT */
/*
 * pcp: what is made at boot, and what the digest says of lists.
 *
 * Lists, drains and limits have a file each.  Lock order: a CPU's lists, then the
 * zone.
 */
#include "mm/rng.h"

#include "parts.h"

static uint64_t pcp_count(const struct mm_machine *m)
{
	return (uint64_t)m->nr_zones * (uint64_t)m->desc.cpus;
}

static uint64_t pcp_hash(const struct mm_machine *m, uint64_t id)
{
	const struct zone *z = &m->zones[id / (uint64_t)m->desc.cpus];
	const struct per_cpu_pages *pcp = mm_pcp_of(z, (int)(id % (uint64_t)m->desc.cpus));
	const struct per_cpu_zonestat *s = &z->zonestats[id % (uint64_t)m->desc.cpus];
	uint64_t h = mm_hash64_step(id, (uint64_t)pcp->count << 32 | (uint64_t)pcp->batch);
	unsigned int i;

	h = mm_hash64_step(h, (uint64_t)pcp->high_min << 32 | (uint64_t)pcp->high_max);
	h = mm_hash64_step(h, (uint64_t)(int64_t)s->diff[MM_NR_FREE_PAGES]);
	if (s->diff[MM_NR_FREE_CMA])
		h = mm_hash64_step(h, (uint64_t)(int64_t)s->diff[MM_NR_FREE_CMA]);
	if (s->diff[MM_NR_ZONE_CACHE])
		h = mm_hash64_step(h, ~(uint64_t)(int64_t)s->diff[MM_NR_ZONE_CACHE]);
	for (i = 0; i < MM_PCP_LISTS; i++) {
		const struct page *p;

		if (mm_list_empty(&pcp->lists[i]))
			continue;
		p = mm_list_entry_const(pcp->lists[i].next, struct page, lru);
		h = mm_hash64_step(h, (uint64_t)(p - m->memmap) << 4 | i);
	}
	return h;
}

static uint64_t tuning_count(const struct mm_machine *m)
{
	return pcp_count(m) + (uint64_t)m->nr_zones;
}

static uint64_t tuning_hash(const struct mm_machine *m, uint64_t id)
{
	const struct per_cpu_pages *pcp;
	const struct zone *z;
	uint64_t h = id;

	if (id >= pcp_count(m))
		return mm_hash64_step(id, m->zones[id - pcp_count(m)].flags);
	z = &m->zones[id / (uint64_t)m->desc.cpus];
	pcp = mm_pcp_of(z, (int)(id % (uint64_t)m->desc.cpus));
	h = mm_hash64_step(h, (uint64_t)pcp->high << 32 | (uint64_t)pcp->free_count);
	return mm_hash64_step(h, (uint64_t)pcp->alloc_factor << 8 | pcp->flags);
}

static const struct mm_kind_ops pcp_kind = {"per-CPU lists", pcp_count, pcp_hash, NULL};
static const struct mm_kind_ops tuning_kind = {"tuning", tuning_count, tuning_hash, NULL};

/* Empty lists that keep nothing.  Kernel: per_cpu_pages_init, boot pagesets. */
static void init_lists(struct per_cpu_pages *pcp)
{
	unsigned int i;

	mm_lock_init(&pcp->lock, "pcp->lock", MM_LOCK_RANK_PCP);
	pcp->batch = 1;
	for (i = 0; i < MM_PCP_LISTS; i++)
		mm_list_init(&pcp->lists[i]);
}

int mm_pcp_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	struct per_cpu_pages *boot_set = NULL;
	int cpu;
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];

		z->pageset_batch = 1;
		if (m->desc.hot_cold)
			z->flags |= MM_ZONE_HOT_COLD;
		/* zones without frames share lists that stay empty, as at boot */
		if (!z->present && boot_set) {
			z->pageset = boot_set;
			continue;
		}
		z->pageset = mm_machine_alloc(
			m, (size_t)m->desc.cpus * sizeof(struct per_cpu_pages), 64);
		if (!z->pageset)
			return -MM_ENOMEM;
		for (cpu = 0; cpu < m->desc.cpus; cpu++)
			init_lists(mm_pcp_of(z, cpu));
		if (!z->present)
			boot_set = z->pageset;
	}
	if (m->desc.pcp)
		m->pcp_orders = m->desc.hot_cold ? 1 : (1u << (MM_PCP_COSTLY_ORDER + 1)) - 1;
	if (m->desc.pcp && m->desc.thp_order)
		m->pcp_orders |= 1u << m->desc.thp_order;
	i = mm_machine_kind_set(m, MM_OBJ_PCP, &pcp_kind);
	return i ? i : mm_machine_kind_set(m, MM_OBJ_TUNING, &tuning_kind);
}
