/* SPDX-License-Identifier: MIT */
/*
 * pcp claims about lists and limits at rest; what a step does to them is judged
 * by the model beside this file.
 */
#include "mm/pcp.h"

#include "mm/check.h"

static const struct zone *zone_of(const struct mm_machine *m, uint64_t id)
{
	return &m->zones[id / (uint64_t)m->desc.cpus];
}

static const struct per_cpu_pages *lists_of(const struct mm_machine *m, uint64_t id)
{
	return &zone_of(m, id)->pageset[id % (uint64_t)m->desc.cpus];
}

/* Order of the blocks that list number i must hold; false: it must be empty. */
static bool order_of_list(const struct mm_machine *m, unsigned int i, unsigned int *order)
{
	if (!m->desc.pcp || i >= MM_PCP_LISTS)
		return false;
	*order = i / 3;
	if (m->desc.hot_cold)
		return i < 3;
	if (i >= 12)
		*order = m->desc.thp_order;
	return i < 12 || m->desc.thp_order;
}

static void check_interior(struct mm_report *r, const struct mm_machine *m, uint64_t pfn,
			   unsigned int order)
{
	uint64_t i;

	for (i = 1; i < (uint64_t)1 << order && pfn + i < m->max_pfn; i++) {
		const struct page *p = &m->memmap[pfn + i];

		MM_CHECK(
			r, "pcp.page_state",
			!p->flags && !p->refcount && p->mapcount == -1 && !mm_list_linked(&p->lru),
			"listed block of order %u at pfn %llu: frame %llu has refcount %d, flags 0x%x",
			order, (unsigned long long)pfn, (unsigned long long)i, p->refcount,
			p->flags);
	}
}

static void check_page_state(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = &m->memmap[pfn];
	unsigned int order = 0;
	bool fits;
	char flags[80];

	if (!(p->flags & MM_PG_PCP))
		return;
	fits = order_of_list(m, p->list, &order) && p->order == order;
	MM_CHECK(r, "pcp.page_state",
		 fits && mm_list_linked(&p->lru) && !(pfn & (((uint64_t)1 << order) - 1)),
		 "pfn %llu: order %u on list %u", (unsigned long long)pfn, p->order, p->list);
	MM_CHECK(r, "pcp.page_state",
		 p->refcount == 0 && p->mapcount == -1 && !p->mapping && !p->memcg_data &&
			 p->flags == MM_PG_PCP,
		 "listed pfn %llu: refcount %d mapcount %d mapping 0x%llx flags %s",
		 (unsigned long long)pfn, p->refcount, p->mapcount, (unsigned long long)p->mapping,
		 mm_page_flags_text(p, flags, sizeof(flags)));
	if (fits)
		check_interior(r, m, pfn, order);
}

/* Pages on one list, all of which are of the zone and know where they are. */
static uint64_t check_list(struct mm_report *r, const struct mm_machine *m, uint64_t id,
			   unsigned int i)
{
	const struct mm_list *head = &lists_of(m, id)->lists[i];
	const struct zone *z = zone_of(m, id);
	const struct mm_list *l;
	unsigned int order = 0;
	uint64_t n = 0;

	MM_CHECK(r, "pcp.page_state", order_of_list(m, i, &order) || mm_list_empty(head),
		 "zone %s: list %u is not used here and holds blocks", z->name, i);
	for (l = head->next; l != head && n <= z->spanned; l = l->next, n++) {
		const struct page *p = mm_list_entry_const(l, struct page, lru);

		MM_CHECK(r, "pcp.page_state",
			 p->zone == z->id && (p->flags & MM_PG_PCP) && p->list == i,
			 "zone %s list %u holds pfn %llu of zone %u, list %u", z->name, i,
			 (unsigned long long)pfn_raw(mm_page_pfn(m, p)), p->zone, p->list);
		if (l->next->prev != l)
			break;
	}
	return n << order;
}

static void check_count(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	uint64_t pages = 0;
	unsigned int i;

	for (i = 0; i < MM_PCP_LISTS; i++)
		pages += check_list(r, m, id, i);
	MM_CHECK(r, "pcp.count", lists_of(m, id)->count == (int64_t)pages,
		 "zone %s: count %d, the lists hold %llu", zone_of(m, id)->name,
		 lists_of(m, id)->count, (unsigned long long)pages);
}

static void check_bounds(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct per_cpu_pages *pcp = lists_of(m, id);
	const struct zone *z = zone_of(m, id);
	uint64_t eighth = mm_zone_pages(z) / 8;
	/* a low mark above an eighth of the zone turns the limits round in Linux too, and so
	 * does an eighth that no int holds */
	bool turned = z->wmark[MM_WMARK_LOW] > eighth || eighth > INT32_MAX;

	MM_CHECK(r, "pcp.bounds",
		 pcp->batch >= 1 && pcp->count >= 0 && pcp->high_min >= 0 && pcp->high_max >= 0 &&
			 (turned || pcp->high_min <= pcp->high_max),
		 "zone %s: count %d batch %d high_min %d high_max %d", zone_of(m, id)->name,
		 pcp->count, pcp->batch, pcp->high_min, pcp->high_max);
}

static void check_factor(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct per_cpu_pages *pcp;

	if (id >= (uint64_t)m->nr_zones * (uint64_t)m->desc.cpus)
		return; /* a zone's flags */
	pcp = lists_of(m, id);
	MM_CHECK(r, "pcp.alloc_factor", pcp->alloc_factor <= 5 && pcp->free_count >= 0,
		 "zone %s: alloc_factor %u free_count %d", zone_of(m, id)->name, pcp->alloc_factor,
		 pcp->free_count);
}

/* Largest 2^k - 1 that is at most v, and at least 1. */
static uint64_t below_power(uint64_t v)
{
	uint64_t p = 1;

	while (p * 2 <= v)
		p *= 2;
	return p > 2 ? p - 1 : 1;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* What an int holds of pages, at least so many: one with its sign set is less. */
static uint64_t share(uint64_t pages, uint64_t lo)
{
	uint64_t low = pages % ((uint64_t)1 << 32);

	return low > INT32_MAX ? lo : larger(low, lo);
}

/* CPUs of the node that are online; one of another node that was coming when limits were
 * set; all that are online where there is none. */
static uint64_t sharers(const struct mm_machine *m, int nid)
{
	uint64_t n = m->cpu_coming && m->desc.cpu_node[m->cpu_coming] != nid;
	uint64_t online = 0;
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		bool here = !(m->cpus_offline & (uint64_t)1 << cpu);

		n += here && m->desc.cpu_node[cpu] == nid;
		online += here;
	}
	return n ? n : online;
}

/* Hot and cold lists have six batches, or their part of the zone, whoever else there is. */
static uint64_t hot_cold_high(const struct mm_machine *m, const struct zone *z, uint64_t *batch)
{
	uint64_t fraction = m->sysctl.percpu_pagelist_high_fraction;
	uint64_t quarter = (mm_zone_pages(z) >= 131072 ? 128 : mm_zone_pages(z) / 1024) / 4;
	uint64_t high = fraction ? mm_zone_pages(z) / fraction : 0;

	if (fraction) {
		*batch = high >= (uint64_t)4 * 96 ? 96 : larger(high / 4, 1);
		return high;
	}
	*batch = below_power(larger(quarter, 1) * 3 / 2);
	return quarter < 2 ? 0 : 6 * *batch;
}

/* formulas: batch 15, high 16 and 17. */
static void check_limits(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct per_cpu_pages *pcp = lists_of(m, id);
	const struct zone *z = zone_of(m, id);
	uint64_t cpus = sharers(m, z->nid);
	uint64_t fraction = m->sysctl.percpu_pagelist_high_fraction;
	uint64_t quarter = (mm_zone_pages(z) >= 262144 ? 256 : mm_zone_pages(z) / 1024) / 4;
	uint64_t batch = below_power(larger(quarter, 1) * 3 / 2);
	uint64_t lo = fraction ? mm_zone_pages(z) / fraction : z->wmark[MM_WMARK_LOW];
	uint64_t hi = fraction ? lo : mm_zone_pages(z) / 8;

	MM_PRE(cpus);
	lo = share(lo / cpus, 4 * batch);
	hi = share(hi / cpus, 4 * batch);
	if (m->desc.hot_cold) {
		hi = hot_cold_high(m, z, &batch);
		lo = hi;
	}
	if (!m->desc.pcp || !z->present || z->pageset_disabled) {
		batch = 1;
		lo = 0;
		hi = 0;
	}
	MM_CHECK(r, "pcp.limits",
		 (uint64_t)pcp->batch == batch && (uint64_t)pcp->high_min == lo &&
			 (uint64_t)pcp->high_max == hi,
		 "zone %s: batch %d high_min %d high_max %d, wanted %llu %llu %llu", z->name,
		 pcp->batch, pcp->high_min, pcp->high_max, (unsigned long long)batch,
		 (unsigned long long)lo, (unsigned long long)hi);
}

static void check_disabled(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct zone *z = zone_of(m, id);

	MM_CHECK(r, "pcp.empty_when_disabled",
		 (!z->pageset_disabled && m->desc.pcp) || lists_of(m, id)->count == 0,
		 "zone %s: %d pages on lists that are disabled", z->name, lists_of(m, id)->count);
}

const struct mm_inv mm_pcp_invs[] = {
	{"pcp.page_state", "a listed block is nobody's, of its zone, and on the list it names",
	 MM_OBJ_FRAME, check_page_state, false},
	{"pcp.count", "count is what the lists hold", MM_OBJ_PCP, check_count, true},
	{"pcp.bounds", "batch >= 1, high_min <= high_max, nothing negative", MM_OBJ_PCP,
	 check_bounds, false},
	{"pcp.alloc_factor", "alloc_factor is at most 5, free_count not negative", MM_OBJ_TUNING,
	 check_factor, false},
	{"pcp.limits", "batch, high_min and high_max follow from sizes and settings", MM_OBJ_PCP,
	 check_limits, false},
	{"pcp.empty_when_disabled", "lists that are disabled hold nothing", MM_OBJ_PCP,
	 check_disabled, false},
	{"pcp.lifo", "the block freed last is handed out first, the coldest given back first",
	 MM_OBJ_EVENT, NULL, false},
	{"pcp.refill", "a refill asks for as many blocks as the rule says", MM_OBJ_EVENT, NULL,
	 false},
	{"pcp.bulk_free", "the excess, and no more, is given back, list after list", MM_OBJ_EVENT,
	 NULL, false},
	{"pcp.list", "a block is freed to its pageblock's list and taken from its request's",
	 MM_OBJ_EVENT, NULL, false},
	{"pcp.used", "small blocks go through the lists of the CPU that acts", MM_OBJ_EVENT, NULL,
	 false},
	{"pcp.tuning", "high, alloc_factor and free_count move by the rule", MM_OBJ_EVENT, NULL,
	 false},
	{"pcp.cold", "who asks for a cold page gets the coldest, who frees one makes it that",
	 MM_OBJ_EVENT, NULL, false},
	{"pcp.below_high", "a zone's lists shrink while fewer than its high mark are free",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
