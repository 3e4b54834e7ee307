/* SPDX-License-Identifier: MIT */
/*
 * page_alloc model, pageblocks: who may give one another type, and whose turn CMA is.
 */
#include "mm/bitmap.h"

#include "invariants/phys/page_alloc/model.h"

/* ---- pageblocks ---- */

/* The steal rule, from the model's picture of the pageblock. */
static bool may_claim(const struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	uint64_t fallback_order = ev->f[2];
	uint64_t type = ev->f[3];
	unsigned int po = m->desc.pageblock_order;
	uint64_t size = (uint64_t)1 << po;
	uint64_t start = pfn & ~(size - 1);
	uint64_t free_pages;
	uint64_t movable;
	const struct zone *z = &m->zones[mm_frames_zone(&md->frames, pfn)];

	if (fallback_order >= po)
		return true;
	if (fallback_order < po / 2 && type == MM_MIGRATE_MOVABLE && !m->grouping_off)
		return false;
	if (!mm_zone_spans(z, start) || !mm_zone_spans(z, start + size - 1))
		return false;
	if (m->grouping_off)
		return true;
	free_pages = mm_bitmap_count_range(md->frames.level[0], start, size);
	movable = mm_bitmap_count_range(md->movable, start, size);
	if (type == MM_MIGRATE_MOVABLE)
		return free_pages + movable >= size / 2;
	if (md->block[start >> po] == MM_MIGRATE_MOVABLE)
		return size - movable >= size / 2;
	return free_pages >= size / 2;
}

static bool own_list_has(const struct mm_machine *m, const struct zone *z, uint64_t order,
			 enum mm_migratetype type)
{
	uint64_t o;

	for (o = order; o <= m->desc.max_order; o++) {
		if (!mm_list_empty(&z->free_area[o].free_list[type]))
			return true;
	}
	return false;
}

/* Is there a block of this order on a list the type falls back to? */
static bool other_list_has(const struct zone *z, uint64_t order, enum mm_migratetype type)
{
	int t;

	for (t = 0; t < MM_MIGRATE_PCPTYPES; t++) {
		if (t != (int)type && !mm_list_empty(&z->free_area[order].free_list[t]))
			return true;
	}
	return false;
}

/* Largest first; for a movable request too small to steal, smallest first. */
static uint64_t due_fallback_order(const struct mm_machine *m, const struct zone *z, uint64_t order,
				   enum mm_migratetype type)
{
	unsigned int po = m->desc.pageblock_order;
	uint64_t largest = m->desc.max_order;

	while (largest > order && !other_list_has(z, largest, type))
		largest--;
	if (type != MM_MIGRATE_MOVABLE || m->grouping_off || largest >= po / 2)
		return largest;
	while (!other_list_has(z, order, type) && order < largest)
		order++;
	return order;
}

void page_alloc_on_extfrag(struct model *md, struct mm_report *r, const struct mm_machine *m,
			   const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	uint64_t order = ev->f[1];
	uint64_t fallback = ev->f[2];
	enum mm_migratetype type = (enum mm_migratetype)ev->f[3];
	uint64_t from = ev->f[4];
	const struct zone *z = &m->zones[mm_frames_zone(&md->frames, pfn)];
	uint64_t at;

	MM_CHECK(r, "alloc.fallback_order",
		 !own_list_has(m, z, order, type) &&
			 fallback == due_fallback_order(m, z, order, type),
		 "order %llu of type %d took a block of order %llu; due: order %llu",
		 (unsigned long long)order, (int)type, (unsigned long long)fallback,
		 (unsigned long long)due_fallback_order(m, z, order, type));
	/* Reclaimable before Movable for kernel pages, and so on */
	MM_CHECK(r, "alloc.fallback_order",
		 from != (uint64_t)type && from < MM_MIGRATE_PCPTYPES &&
			 (from == MM_MIGRATE_RECLAIMABLE ||
			  (type == MM_MIGRATE_RECLAIMABLE && from == MM_MIGRATE_UNMOVABLE) ||
			  mm_list_empty(&z->free_area[fallback]
						 .free_list[type == MM_MIGRATE_RECLAIMABLE
								    ? MM_MIGRATE_UNMOVABLE
								    : MM_MIGRATE_RECLAIMABLE])),
		 "type %d fell back to %llu before its first choice", (int)type,
		 (unsigned long long)from);
	md->fell_back = true;
	MM_CHECK(r, "alloc.cma_turn",
		 !page_alloc_cma_due(m, type) || (md->slow.f[1] & MM_GFP_NOFAIL) ||
			 !page_alloc_zone_has_block(md, z->id, MM_FRAMES_CMA, (unsigned int)order),
		 "order %llu fell back while there is a CMA block", (unsigned long long)order);
	MM_CHECK(r, "alloc.fallback_claim", (ev->f[5] != 0) == may_claim(md, m, ev),
		 "pageblock of pfn %llu, block of order %llu, type %llu to %d: %s",
		 (unsigned long long)pfn, (unsigned long long)fallback, (unsigned long long)from,
		 (int)type, ev->f[5] ? "claimed" : "not claimed");
	if (!ev->f[5])
		return;
	for (at = pfn; at < pfn + ((uint64_t)1 << fallback);
	     at += (uint64_t)1 << m->desc.pageblock_order)
		md->block[at >> m->desc.pageblock_order] = (uint8_t)mm_pageblocks_stored(m, type);
}

/* A block above a pageblock has one type: that of the half that was freed. */
void page_alloc_on_merge(struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	unsigned int po = m->desc.pageblock_order;
	uint64_t at;

	if (ev->f[1] <= po)
		return;
	for (at = ev->f[0]; at < ev->f[0] + ((uint64_t)1 << ev->f[1]); at += (uint64_t)1 << po)
		md->block[at >> po] = (uint8_t)ev->f[2];
}

/* A pageblock gets a type that is not for requests to give. */
void page_alloc_on_pageblock(struct model *md, struct mm_report *r, const struct mm_machine *m,
			     const struct mm_event *ev)
{
	uint64_t block = ev->f[0] >> m->desc.pageblock_order;

	MM_CHECK(r, "alloc.fallback_claim", md->block[block] == ev->f[1],
		 "pageblock of pfn %llu goes from type %llu to %llu, and was of type %u",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1],
		 (unsigned long long)ev->f[2], md->block[block]);
	if (r->failures)
		return;
	if (ev->f[4] == MM_BUDDY_RESERVE)
		page_alloc_check_reserve(md, r, m, ev);
	if (ev->f[4] == MM_BUDDY_UNRESERVE)
		page_alloc_check_unreserve(md, r, m, ev);
	if (r->failures)
		return;
	mm_pageblocks_set(&md->pageblocks, ev->f[0], ev->f[2]);
}

/* CMA goes first while it is more than half of what is free, else when there is no other
 * block that can move; and before other types. */
void page_alloc_check_cma_turn(const struct model *md, struct mm_report *r,
			       const struct mm_machine *m, const struct mm_event *ev)
{
	const struct zone *z = &m->zones[ev->f[4]];
	int64_t cma = z->vm_stat[MM_NR_FREE_CMA] < 0 ? 0 : z->vm_stat[MM_NR_FREE_CMA];
	int64_t all = z->vm_stat[MM_NR_FREE_PAGES] < 0 ? 0 : z->vm_stat[MM_NR_FREE_PAGES];
	bool first = cma > all / 2;
	bool nofail =
		md->slow.kind == MM_EV_mm_page_alloc_slowpath && (md->slow.f[1] & MM_GFP_NOFAIL);

	if (ev->f[2] == MM_MIGRATE_CMA)
		MM_CHECK(r, "alloc.cma_turn",
			 first || !own_list_has(m, z, ev->f[1], MM_MIGRATE_MOVABLE),
			 "pfn %llu order %llu is CMA, of which %lld of %lld pages are",
			 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1], (long long)cma,
			 (long long)all);
	else if (ev->f[2] == MM_MIGRATE_MOVABLE && !md->fell_back && m->desc.nr_cma && !nofail)
		MM_CHECK(r, "alloc.cma_turn",
			 !first || !page_alloc_zone_has_block(md, z->id, MM_FRAMES_CMA,
							      (unsigned int)ev->f[1]),
			 "pfn %llu order %llu is not CMA, of which %lld of %lld pages are",
			 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1], (long long)cma,
			 (long long)all);
}
