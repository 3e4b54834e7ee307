/* SPDX-License-Identifier: MIT */
/*
 * handover: give RAM to the buddy allocator at boot.
 *
 * Each free stretch is cut into the largest aligned blocks that fit, low
 * addresses first, each to the tail of its list, so that lists ascend.
 */
#include "mm/page_alloc.h"

/* The largest order that is aligned at pfn and fits below end. */
static unsigned int order_at(const struct mm_machine *m, uint64_t pfn, uint64_t end)
{
	unsigned int order = m->desc.max_order;

	while (order &&
	       ((pfn & (((uint64_t)1 << order) - 1)) || pfn + ((uint64_t)1 << order) > end))
		order--;
	return order;
}

static void free_stretch(struct mm_ctx *x, struct zone *z, uint64_t pfn, uint64_t end)
{
	while (pfn < end) {
		unsigned int order = order_at(x->m, pfn, end);

		mm_lock_acquire(x, &z->lock);
		mm_buddy_put(x, z, &x->m->memmap[pfn], order, MM_BUDDY_TAIL);
		mm_lock_release(x, &z->lock);
		mm_vmstat_count(x, MM_VM_PGFREE, (uint64_t)1 << order);
		z->managed += (uint64_t)1 << order;
		pfn += (uint64_t)1 << order;
	}
}

/* Another zone's frames may lie between those of this one. */
static bool usable(const struct mm_machine *m, const struct zone *z, uint64_t pfn)
{
	const struct page *p = &m->memmap[pfn];

	return p->zone == z->id && !(p->flags & (MM_PG_ABSENT | MM_PG_RESERVED));
}

static void free_zone(struct mm_ctx *x, struct zone *z)
{
	uint64_t end = z->start_pfn + z->spanned;
	uint64_t pfn = z->start_pfn;

	while (pfn < end) {
		uint64_t stop = pfn;

		while (stop < end && usable(x->m, z, stop))
			stop++;
		free_stretch(x, z, pfn, stop);
		pfn = stop;
		while (pfn < end && !usable(x->m, z, pfn))
			pfn++;
	}
}

static void set_fast_flags(const struct mm_machine *m)
{
	int nid;
	int kind;
	int z;

	for (nid = 0; nid < m->desc.nr_nodes; nid++) {
		for (kind = 0; kind < MM_NR_ZONELISTS; kind++) {
			for (z = 0; z < MM_NR_ZONES; z++) {
				struct zonelist *l = mm_zone_list_of(
					m, nid, (enum mm_zonelist_kind)kind, (enum mm_zone_type)z);

				l->alloc_flags = mm_page_alloc_fast_flags(m, l->zone[0]);
			}
		}
	}
}

int mm_page_alloc_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	int z;

	for (z = 0; z < m->nr_zones; z++)
		free_zone(x, &m->zones[z]);
	mm_migratetype_decide_grouping(x);
	if (!m->sysctl.min_free_kbytes)
		m->sysctl.min_free_kbytes = mm_watermark_default_min_free_kbytes(m);
	mm_watermark_setup(x);
	mm_zone_build_zonelists(x);
	set_fast_flags(m);
	/* from here on CPUs may keep pages and counts to themselves */
	mm_vmstat_refresh_thresholds(x);
	mm_pcp_setup(x);
	return 0;
}
