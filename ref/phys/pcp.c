/* SPDX-License-Identifier: MIT */
/*
 * pcp: lists by CPU, and how long they may get.
 *
 * Three numbers follow demand.  alloc_factor doubles the refill with each one
 * that no free came between, and is halved by each free.  free_count grows with
 * frees and is halved by each allocation: a long run of frees gives back larger
 * batches.  high, between high_min and high_max, is raised while lists run empty
 * or full, and falls while the zone is short of pages or nothing happens:
 *
 *     refill: high += batch       free at count >= high: high >= free_count + batch
 *     zone below its high mark: high -= free_count      each second: high -= high / 8
 *
 * Lock order: a CPU's lists, then the zone.
 */
#include "mm/pcp.h"

#include "mm/rng.h"
#include "mm/watermark.h"

static struct per_cpu_pages *pcp_of(const struct zone *z, int cpu)
{
	return &z->pageset[cpu];
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

/* What exceeds hi is cut last: lo may be above it. */
static int clamp_int(int v, int lo, int hi)
{
	return min_int(max_int(v, lo), hi);
}

static void touch_lists(struct mm_ctx *x, const struct zone *z, int cpu)
{
	if (MM_UNLIKELY(x->touched))
		mm_touched_add(x->touched, MM_OBJ_PCP, mm_vmstat_pcp_id(x->m, z, cpu));
}

static void touch_tuning(struct mm_ctx *x, const struct zone *z, int cpu)
{
	if (MM_UNLIKELY(x->touched))
		mm_touched_add(x->touched, MM_OBJ_TUNING, mm_vmstat_pcp_id(x->m, z, cpu));
}

/* ---- digest ---- */

static uint64_t pcp_count(const struct mm_machine *m)
{
	return (uint64_t)m->nr_zones * (uint64_t)m->desc.cpus;
}

static uint64_t pcp_hash(const struct mm_machine *m, uint64_t id)
{
	const struct zone *z = &m->zones[id / (uint64_t)m->desc.cpus];
	const struct per_cpu_pages *pcp = pcp_of(z, (int)(id % (uint64_t)m->desc.cpus));
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
	pcp = pcp_of(z, (int)(id % (uint64_t)m->desc.cpus));
	h = mm_hash64_step(h, (uint64_t)pcp->high << 32 | (uint64_t)pcp->free_count);
	return mm_hash64_step(h, (uint64_t)pcp->alloc_factor << 8 | pcp->flags);
}

static const struct mm_kind_ops pcp_kind = {"per-CPU lists", pcp_count, pcp_hash, NULL};
static const struct mm_kind_ops tuning_kind = {"tuning", tuning_count, tuning_hash, NULL};

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
	uint64_t high = pages / (uint64_t)cpus;

	return high > 4 * batch ? high : 4 * batch;
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
		struct per_cpu_pages *pcp = pcp_of(z, cpu);

		pcp->high_min = (int)l.high_min;
		pcp->high_max = (int)l.high_max;
		pcp->batch = (int)l.batch;
		/* Kernel: zone_pcp_update_cacheinfo */
		pcp->flags &= (uint8_t)~MM_PCPF_FREE_HIGH_BATCH;
		if (x->m->desc.cache_slice >> MM_PAGE_SHIFT > 3 * l.batch)
			pcp->flags |= MM_PCPF_FREE_HIGH_BATCH;
		touch_lists(x, z, cpu);
		touch_tuning(x, z, cpu);
	}
}

/* CPUs that share what a zone lets lists keep: those of its node, or all. */
static int cpus_of(const struct mm_machine *m, const struct zone *z)
{
	int n = mm_numa_nr_cpus(m, z->nid);

	return n ? n : m->desc.cpus;
}

static void setup_zone(struct mm_ctx *x, struct zone *z)
{
	const struct mm_pcp_sizes sizes = {mm_zone_pages(z), z->wmark[MM_WMARK_LOW],
					   x->m->sysctl.percpu_pagelist_high_fraction,
					   cpus_of(x->m, z)};
	struct mm_pcp_limits l = mm_pcp_compute_limits(&sizes);

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

void mm_pcp_setup(struct mm_ctx *x)
{
	int z;

	for (z = 0; z < x->m->nr_zones && x->m->desc.pcp; z++) {
		if (x->m->zones[z].present)
			setup_zone(x, &x->m->zones[z]);
	}
}

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
			init_lists(pcp_of(z, cpu));
		if (!z->present)
			boot_set = z->pageset;
	}
	if (m->desc.pcp)
		m->pcp_orders = (1u << (MM_PCP_COSTLY_ORDER + 1)) - 1;
	if (m->desc.pcp && m->desc.thp_order)
		m->pcp_orders |= 1u << m->desc.thp_order;
	i = mm_machine_kind_set(m, MM_OBJ_PCP, &pcp_kind);
	return i ? i : mm_machine_kind_set(m, MM_OBJ_TUNING, &tuning_kind);
}

/* ---- blocks on lists ---- */

/* The link before one on a list changes its next: mark whose it is. */
static void touch_link(struct mm_ctx *x, const struct mm_list *link)
{
	const struct page *page = mm_page_of_link(x->m, link);

	if (page)
		mm_page_touch(x, page);
}

/* Where a block goes: list number index, at its cold end or its hot one. */
struct place {
	struct mm_list *list;
	unsigned int index;
	unsigned int order;
	bool cold;
};

static struct place place_of(struct per_cpu_pages *pcp, unsigned int index, unsigned int order,
			     bool cold)
{
	return (struct place){&pcp->lists[index], index, order, cold};
}

static void list_block(struct mm_ctx *x, struct page *page, const struct place *to)
{
	struct mm_list *prev = to->cold ? to->list->prev : to->list;

	mm_list_add_between(&page->lru, prev, prev->next);
	page->flags |= MM_PG_PCP;
	page->order = (uint8_t)to->order;
	page->list = (uint8_t)to->index;
	if (MM_UNLIKELY(x->touched)) {
		touch_link(x, prev);
		mm_page_touch(x, page);
	}
	mm_event(x, MM_EV_mm_pcp_add, pfn_raw(mm_page_pfn(x->m, page)), to->order, to->index,
		 page->zone, (uint64_t)x->cpu, to->cold);
}

static void unlist_block(struct mm_ctx *x, struct page *page)
{
	if (MM_UNLIKELY(x->touched)) {
		touch_link(x, page->lru.prev);
		mm_page_touch(x, page);
	}
	mm_list_del(&page->lru);
	page->flags &= ~MM_PG_PCP;
	page->order = 0;
	page->list = 0;
}

/* ---- giving back to the zone ---- */

static enum mm_migratetype block_type(const struct mm_machine *m, const struct page *page)
{
	return mm_migratetype_get(m, pfn_raw(mm_page_pfn(m, page)));
}

/* Whose list it may be on: what is CMA or HighAtomic goes to those whose pages can move,
 * and back to where it belongs when it is given back. */
static enum mm_migratetype listed_type(const struct mm_machine *m, const struct page *page)
{
	enum mm_migratetype type = block_type(m, page);

	return MM_UNLIKELY(type >= MM_MIGRATE_PCPTYPES) ? MM_MIGRATE_MOVABLE : type;
}

static void give_back_one(struct mm_ctx *x, struct zone *z, int cpu, unsigned int index)
{
	struct per_cpu_pages *pcp = pcp_of(z, cpu);
	struct page *page = mm_list_entry(pcp->lists[index].prev, struct page, lru);
	unsigned int order = mm_pcp_order(x->m, index);

	unlist_block(x, page);
	pcp->count -= 1 << order;
	mm_event(x, MM_EV_mm_page_pcpu_drain, pfn_raw(mm_page_pfn(x->m, page)), order,
		 block_type(x->m, page), z->id, (uint64_t)cpu, index);
	mm_buddy_put(x, z, page, order, MM_BUDDY_AUTO);
}

/*
 * Give back at least nr pages, or all there are: lists take turns, the one of the
 * last free first, each emptied from its cold end.  Returns pages.
 * Kernel: free_pcppages_bulk.
 */
static int bulk_free(struct mm_ctx *x, struct zone *z, int cpu, unsigned int index, int nr)
{
	struct per_cpu_pages *pcp = pcp_of(z, cpu);
	int before = pcp->count;
	int left = min_int(nr, pcp->count);

	mm_lock_acquire(x, &z->lock);
	while (left > 0 && pcp->count > 0) {
		while (mm_list_empty(&pcp->lists[index]))
			index = (index + 1) % MM_PCP_LISTS;
		while (left > 0 && !mm_list_empty(&pcp->lists[index])) {
			left -= 1 << mm_pcp_order(x->m, index);
			give_back_one(x, z, cpu, index);
		}
	}
	mm_lock_release(x, &z->lock);
	touch_lists(x, z, cpu);
	return before - pcp->count;
}

/* ---- taking ---- */

int mm_pcp_refill_blocks(struct per_cpu_pages *pcp, uint32_t zone_flags, unsigned int order)
{
	int batch = pcp->batch;
	int high = clamp_int(pcp->high, pcp->high_min, pcp->high_max);

	pcp->high = high;
	if (high < pcp->batch)
		return 1; /* disabled */
	if (!order)
		batch <<= pcp->alloc_factor;
	if (pcp->high_min != pcp->high_max && !(zone_flags & MM_ZONE_BELOW_HIGH)) {
		high = min_int(high + batch, pcp->high_max);
		pcp->high = high;
	}
	if (!order) {
		int room = max_int(high - pcp->count - pcp->batch, pcp->batch);

		/* twice as many next time, unless a free comes between */
		if (batch <= room && pcp->alloc_factor < MM_PCP_BATCH_SCALE_MAX)
			pcp->alloc_factor++;
		batch = min_int(batch, room);
	}
	return batch > 1 ? max_int(batch >> order, 2) : batch;
}

/* Blocks from the zone to the end of a list, so that what the zone gave first
 * (and lies lowest) is handed out first.  Kernel: rmqueue_bulk. */
static void refill(struct mm_ctx *x, struct zone *z, unsigned int order, enum mm_migratetype type,
		   uint32_t alloc_flags, bool bulk)
{
	struct per_cpu_pages *pcp = pcp_of(z, x->cpu);
	const struct place cold = place_of(pcp, mm_pcp_index(type, order), order, true);
	int wanted = mm_pcp_refill_blocks(pcp, z->flags, order);
	int got;

	mm_lock_acquire(x, &z->lock);
	for (got = 0; got < wanted; got++) {
		struct page *page = mm_buddy_take(x, z, order, type, alloc_flags);

		if (!page)
			break;
		list_block(x, page, &cold);
		pcp->count += 1 << order;
	}
	mm_lock_release(x, &z->lock);
	mm_event(x, MM_EV_mm_pcp_refill, z->id, order, type, (uint64_t)wanted, (uint64_t)got, bulk);
}

bool mm_pcp_contended(struct mm_ctx *x, const struct zone *z)
{
	x->pcp_contended--;
	mm_event(x, MM_EV_mm_pcp_contended, z->id, (uint64_t)x->cpu);
	return false;
}

/* The hottest block of a list, which is filled first if need be; bulk: one of several
 * under one lock.  Kernel: __rmqueue_pcplist. */
static MM_ALWAYS_INLINE struct page *take_listed(struct mm_ctx *x, struct zone *z,
						 unsigned int order, enum mm_migratetype type,
						 uint32_t alloc_flags, bool bulk)
{
	struct per_cpu_pages *pcp = pcp_of(z, x->cpu);
	unsigned int index = mm_pcp_index(type, order);
	const struct mm_list *list = &pcp->lists[index];
	struct page *page = NULL;

	if (mm_list_empty(list))
		refill(x, z, order, type, alloc_flags, bulk);
	if (!mm_list_empty(list)) {
		page = mm_list_entry(list->next, struct page, lru);
		unlist_block(x, page);
		pcp->count -= 1 << order;
		mm_event(x, MM_EV_mm_pcp_take, pfn_raw(mm_page_pfn(x->m, page)), order, index,
			 z->id, (uint64_t)x->cpu, bulk);
	}
	touch_lists(x, z, x->cpu);
	touch_tuning(x, z, x->cpu);
	return page;
}

struct page *mm_pcp_get(struct mm_ctx *x, struct zone *z, unsigned int order,
			enum mm_migratetype type, uint32_t alloc_flags)
{
	struct page *page;

	if (!mm_pcp_trylock(x, z))
		return NULL;
	/* an allocation breaks the run of frees */
	pcp_of(z, x->cpu)->free_count >>= 1;
	page = take_listed(x, z, order, type, alloc_flags, false);
	mm_pcp_unlock(x, z);
	return page;
}

struct page *mm_pcp_take(struct mm_ctx *x, struct zone *z, unsigned int order,
			 enum mm_migratetype type, uint32_t alloc_flags)
{
	return take_listed(x, z, order, type, alloc_flags, true);
}

/* ---- putting ---- */

int mm_pcp_high_at_free(struct per_cpu_pages *pcp, uint32_t zone_flags, bool free_high)
{
	int high = clamp_int(pcp->high, pcp->high_min, pcp->high_max);
	int run = max_int(pcp->free_count, pcp->batch);

	pcp->high = high;
	if (!high)
		return 0;
	if (free_high) {
		pcp->high = max_int(high - (pcp->batch << MM_PCP_BATCH_SCALE_MAX), pcp->high_min);
		return 0;
	}
	if (zone_flags & MM_ZONE_RECLAIM_ACTIVE) {
		pcp->high = max_int(high - run, pcp->high_min);
		return min_int(pcp->batch << 2, pcp->high);
	}
	if (pcp->high_min == pcp->high_max)
		return high;
	if (zone_flags & MM_ZONE_BELOW_HIGH) {
		pcp->high = max_int(high - run, pcp->high_min);
		return max_int(pcp->count, pcp->high_min);
	}
	if (pcp->count >= high && high < pcp->free_count + pcp->batch)
		pcp->high = clamp_int(pcp->free_count + pcp->batch, pcp->high_min, pcp->high_max);
	return high;
}

int mm_pcp_excess(const struct per_cpu_pages *pcp, int high, bool free_high)
{
	if (free_high)
		return min_int(pcp->count, pcp->batch << MM_PCP_BATCH_SCALE_MAX);
	if (high < pcp->batch)
		return 1; /* disabled */
	return clamp_int(pcp->free_count, pcp->batch, high - pcp->batch);
}

/* Blocks of several pages that are freed in a row fragment the zone if they stay:
 * then all of them go back.  Also counts the run. */
static bool note_free(struct per_cpu_pages *pcp, unsigned int order)
{
	bool free_high = false;

	if (order && order <= MM_PCP_COSTLY_ORDER) {
		free_high = pcp->free_count >= pcp->batch &&
			    (pcp->flags & MM_PCPF_PREV_FREE_HIGH_ORDER) &&
			    (!(pcp->flags & MM_PCPF_FREE_HIGH_BATCH) || pcp->count >= pcp->batch);
		pcp->flags |= MM_PCPF_PREV_FREE_HIGH_ORDER;
	} else {
		pcp->flags &= (uint8_t)~MM_PCPF_PREV_FREE_HIGH_ORDER;
	}
	if (pcp->free_count < pcp->batch << MM_PCP_BATCH_SCALE_MAX)
		pcp->free_count += 1 << order;
	return free_high;
}

static void touch_zone_flags(struct mm_ctx *x, const struct zone *z)
{
	mm_touch(x, MM_OBJ_TUNING, mm_vmstat_flags_id(x->m, z));
}

void mm_pcp_note_below_high(struct mm_ctx *x, struct zone *z)
{
	z->flags |= MM_ZONE_BELOW_HIGH;
	touch_zone_flags(x, z);
}

static void clear_below_high(struct mm_ctx *x, struct zone *z)
{
	if (!(z->flags & MM_ZONE_BELOW_HIGH) ||
	    !mm_watermark_ok(x->m, z, 0, mm_zone_wmark(z, MM_WMARK_HIGH), MM_ZONE_MOVABLE, 0))
		return;
	z->flags &= ~MM_ZONE_BELOW_HIGH;
	touch_zone_flags(x, z);
}

/* Most frees: the zone is well, the list within limits that need not move. */
static bool is_calm(const struct zone *z, const struct per_cpu_pages *pcp)
{
	return !z->flags && pcp->count < pcp->high && pcp->high >= pcp->high_min &&
	       pcp->high <= pcp->high_max;
}

/* All others: move the limit, and give back what is above it. */
static void trim(struct mm_ctx *x, struct zone *z, unsigned int index, bool free_high)
{
	struct per_cpu_pages *pcp = pcp_of(z, x->cpu);
	int high = mm_pcp_high_at_free(pcp, z->flags, free_high);
	int wanted;
	int freed;

	if (pcp->count < high)
		return;
	wanted = mm_pcp_excess(pcp, high, free_high);
	freed = bulk_free(x, z, x->cpu, index, wanted);
	clear_below_high(x, z);
	mm_event(x, MM_EV_mm_pcp_bulk_free, z->id, (uint64_t)x->cpu, (uint64_t)wanted,
		 (uint64_t)freed, MM_PCP_CAUSE_FREE);
}

void mm_pcp_put(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order)
{
	struct per_cpu_pages *pcp = pcp_of(z, x->cpu);
	unsigned int index = mm_pcp_index(listed_type(x->m, page), order);
	const struct place hot = place_of(pcp, index, order, false);
	bool free_high;

	pcp->alloc_factor >>= 1;
	list_block(x, page, &hot);
	pcp->count += 1 << order;
	free_high = note_free(pcp, order);
	touch_lists(x, z, x->cpu);
	touch_tuning(x, z, x->cpu);
	if (MM_UNLIKELY(free_high || !is_calm(z, pcp)))
		trim(x, z, index, free_high);
	mm_lock_release(x, &pcp->lock);
}

/* ---- drains ---- */

static void drain_zone(struct mm_ctx *x, struct zone *z, int cpu)
{
	struct per_cpu_pages *pcp = pcp_of(z, cpu);

	while (pcp->count > 0) {
		int wanted = min_int(pcp->count, pcp->batch << MM_PCP_BATCH_SCALE_MAX);
		int freed;

		mm_lock_acquire(x, &pcp->lock);
		freed = bulk_free(x, z, cpu, 0, wanted);
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
	struct per_cpu_pages *pcp = pcp_of(z, x->cpu);
	unsigned int todo = 0;
	int surplus;

	mm_event(x, MM_EV_mm_pcp_decay, z->id, (uint64_t)x->cpu);
	if (pcp->high > pcp->high_min) {
		int by_count = pcp->count - (pcp->batch << MM_PCP_BATCH_SCALE_MAX);

		pcp->high = max_int(max_int(by_count, pcp->high - (pcp->high >> 3)), pcp->high_min);
		touch_tuning(x, z, x->cpu);
		todo += pcp->high > pcp->high_min;
	}
	surplus = pcp->count - pcp->high;
	if (surplus > 0) {
		int freed;

		mm_lock_acquire(x, &pcp->lock);
		freed = bulk_free(x, z, x->cpu, 0, surplus);
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

	for (z = 0; z < x->m->nr_zones; z++) {
		if (mm_zone_managed(&x->m->zones[z]))
			todo += decay_zone(x, &x->m->zones[z]);
	}
	return todo;
}

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
