/* SPDX-License-Identifier: MIT */
/*
 * handover: give RAM to the buddy allocator at boot.
 *
 * Each free stretch is cut into the largest aligned blocks that fit, low
 * addresses first, each to the tail of its list, so that lists ascend.
 */
#include "parts.h"

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

/* Another zone's frames may lie between those of this one; CMA comes later. */
static bool usable(const struct mm_machine *m, const struct zone *z, uint64_t pfn)
{
	const struct page *p = &m->memmap[pfn];

	return p->zone == z->id && !(p->flags & (MM_PG_ABSENT | MM_PG_RESERVED)) &&
	       (!m->desc.nr_cma || mm_migratetype_get(m, pfn) != MM_MIGRATE_CMA);
}

/* Frames [pfn, end), as far as they are the zone's. */
static void free_range(struct mm_ctx *x, struct zone *z, uint64_t pfn, uint64_t end)
{
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

/* ---- memory that comes by section ---- */

static uint64_t overlap(const struct mm_range *r, uint64_t start, uint64_t end)
{
	uint64_t a = r->start > start ? r->start : start;
	uint64_t b = r->end < end ? r->end : end;

	return a < b ? b - a : 0;
}

/* What each zone will have when all sections are ready. */
static void count_deferred(struct mm_machine *m)
{
	const struct mm_machine_desc *d = &m->desc;
	int i;
	int k;

	for (i = 0; i < m->nr_zones; i++)
		m->zones[i].next_section = m->zones[i].start_pfn / mm_sparse_pages(m);
	for (i = 0; i < d->nr_ram; i++) {
		const struct mm_range *r = &d->ram[i];
		uint64_t pfn = r->start;

		while (pfn < r->end) {
			uint64_t stop = mm_zone_sizes_stretch(m, pfn, r->end, r->nid);
			struct zone *z = &m->zones[mm_zone_sizes_id(m, pfn, r->nid, r->flags)];

			z->deferred += stop - pfn;
			for (k = 0; k < d->nr_reserved; k++)
				z->deferred -= overlap(&d->reserved[k], pfn, stop);
			pfn = stop;
		}
	}
}

/* Has a section frames of the zone? */
static bool has_frames(const struct mm_machine *m, const struct zone *z, uint64_t start,
		       uint64_t end)
{
	int i;

	for (i = 0; i < m->desc.nr_ram; i++) {
		const struct mm_range *r = &m->desc.ram[i];
		uint64_t pfn = r->start > start ? r->start : start;
		uint64_t last = r->end < end ? r->end : end;

		while (r->nid == z->nid && pfn < last) {
			if (mm_zone_sizes_id(m, pfn, r->nid, r->flags) == z->id)
				return true;
			pfn = mm_zone_sizes_stretch(m, pfn, last, r->nid);
		}
	}
	return false;
}

/* The lowest section with frames of the zone that is not ready; at least nr_sections:
 * none. */
static uint64_t next_section(const struct mm_machine *m, struct zone *z)
{
	uint64_t pages = mm_sparse_pages(m);
	uint64_t nr;

	for (nr = mm_sparse_next_section(m, z->next_section, MM_SECTION_EARLY); nr < m->nr_sections;
	     nr = mm_sparse_next_section(m, nr + 1, MM_SECTION_EARLY)) {
		if (!(mm_sparse_section(m, nr)->section_mem_map & MM_SECTION_READY) &&
		    has_frames(m, z, nr * pages, (nr + 1) * pages))
			break;
	}
	z->next_section = nr;
	return nr;
}

/* Give zones what they have in frames [start, end). */
static void fill_zones(struct mm_ctx *x, uint64_t start, uint64_t end)
{
	int i;

	for (i = 0; i < x->m->nr_zones; i++) {
		struct zone *z = &x->m->zones[i];
		uint64_t from = z->start_pfn > start ? z->start_pfn : start;
		uint64_t to = z->start_pfn + z->spanned < end ? z->start_pfn + z->spanned : end;
		uint64_t before = z->managed;

		if (from >= to)
			continue;
		free_range(x, z, from, to);
		if (x->m->desc.deferred)
			z->deferred -= z->managed - before;
	}
}

/* For who follows the digest. */
static void take_in(struct mm_machine *m, uint64_t start, uint64_t end)
{
	unsigned int po = m->desc.pageblock_order;

	mm_machine_digest_adopt(m, MM_OBJ_FRAME, start, end);
	mm_machine_digest_adopt(m, MM_OBJ_PAGEBLOCK, start >> po, ((end - 1) >> po) + 1);
}

bool mm_page_alloc_grow(struct mm_ctx *x, struct zone *z)
{
	struct mm_machine *m = x->m;
	uint64_t pages = mm_sparse_pages(m);
	uint64_t nr = z->deferred ? next_section(m, z) : m->nr_sections;
	uint64_t start = nr * pages;
	uint64_t end = start + pages < m->max_pfn ? start + pages : m->max_pfn;

	if (nr >= m->nr_sections || mm_machine_populate(m, start, end))
		return false;
	mm_page_init_range(m, start, end);
	mm_migratetype_init_range(m, start, end);
	mm_sparse_set_ready(x, nr);
	fill_zones(x, start, end);
	mm_touch(x, MM_OBJ_SETTINGS, 0);
	if (x->touched)
		take_in(m, start, end);
	mm_event(x, MM_EV_mm_zone_grow, nr, start, end, z->id);
	return true;
}

/* ---- boot ---- */

static void set_fast_flags_of(const struct mm_machine *m, int nid, enum mm_zonelist_kind kind)
{
	int z;

	for (z = 0; z < MM_NR_ZONES; z++) {
		struct zonelist *l = mm_zone_list_of(m, nid, kind, (enum mm_zone_type)z);

		l->alloc_flags = mm_page_alloc_fast_flags(m, l->zone[0]);
	}
}

static void set_fast_flags(const struct mm_machine *m)
{
	int nid;
	int kind;

	for (nid = 0; nid < m->desc.nr_nodes; nid++) {
		for (kind = 0; kind < MM_NR_ZONELISTS; kind++)
			set_fast_flags_of(m, nid, (enum mm_zonelist_kind)kind);
	}
}

int mm_page_alloc_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;

	mm_page_alloc_cma_types(x);
	if (m->desc.deferred)
		count_deferred(m);
	else
		fill_zones(x, 0, m->max_pfn);
	mm_page_alloc_cma_boot(x);
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
