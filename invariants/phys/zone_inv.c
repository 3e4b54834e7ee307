/* SPDX-License-Identifier: MIT */
/* zone claims: sizes and spans, nodes, and the order of lists. */
#include "mm/zone.h"

#include "mm/check.h"
#include "mm/page.h"

#include "invariants/engine/nodes.h"

/* From the first to the last frame of a node's RAM; empty: 0 to 0. */
static struct mm_range hull_of_ram(const struct mm_machine_desc *d, int nid, uint64_t *frames)
{
	struct mm_range hull = {UINT64_MAX, 0, 0, 0};
	int i;

	*frames = 0;
	for (i = 0; i < d->nr_ram; i++) {
		if (d->ram[i].nid != nid)
			continue;
		if (d->ram[i].start < hull.start)
			hull.start = d->ram[i].start;
		hull.end = d->ram[i].end;
		*frames += d->ram[i].end - d->ram[i].start;
	}
	if (!hull.end)
		hull.start = 0;
	return hull;
}

static void check_sizes(struct mm_report *r, const struct mm_machine *m, uint64_t zone)
{
	const struct zone *z = &m->zones[zone];
	uint64_t below = z->type ? m->desc.zone_end[z->type - 1] : 0;
	uint64_t limit = m->desc.zone_end[z->type];
	uint64_t frames;
	struct mm_range node = hull_of_ram(&m->desc, z->nid, &frames);
	uint64_t end = z->start_pfn + z->spanned;

	if (z->type == MM_ZONE_MOVABLE && m->movable_pfn[z->nid])
		below = m->movable_pfn[z->nid];
	MM_CHECK(r, "zone.size_order",
		 mm_zone_pages(z) <= z->present && z->present <= z->spanned &&
			 (!z->spanned || (z->start_pfn >= below && end <= limit &&
					  z->start_pfn >= node.start && end <= node.end)),
		 "node %d zone %s: managed %llu present %llu spanned %llu from pfn %llu", z->nid,
		 z->name, (unsigned long long)z->managed, (unsigned long long)z->present,
		 (unsigned long long)z->spanned, (unsigned long long)z->start_pfn);
}

/* A pageblock is its first frame's zone's: no other can make it special. */
static void check_reserved(struct mm_report *r, const struct mm_machine *m, uint64_t zone)
{
	const struct zone *z = &m->zones[zone];
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t end = (z->start_pfn + z->spanned) / size;
	uint64_t frames = 0;
	uint64_t cma = 0;
	uint64_t b;

	for (b = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, (z->start_pfn + size - 1) / size);
	     b < end; b = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, b + 1)) {
		if (m->memmap[b * size].zone != z->id)
			continue;
		frames += m->pageblock[b] == MM_MIGRATE_HIGHATOMIC ? size : 0;
		cma += m->pageblock[b] == MM_MIGRATE_CMA ? size : 0;
	}
	MM_CHECK(r, "zone.cma_pages", z->cma_pages == cma,
		 "zone %s: cma_pages %llu, CMA pageblocks span %llu", z->name,
		 (unsigned long long)z->cma_pages, (unsigned long long)cma);
	MM_CHECK(r, "zone.reserved_highatomic", z->nr_reserved_highatomic == frames,
		 "zone %s: nr_reserved_highatomic %llu, HighAtomic pageblocks span %llu", z->name,
		 (unsigned long long)z->nr_reserved_highatomic, (unsigned long long)frames);
}

/* Asked of a node's first zone. */
static void check_node(struct mm_report *r, const struct mm_machine *m, uint64_t zone)
{
	const struct zone *z = &m->zones[zone - zone % MM_NR_ZONES];
	uint64_t frames;
	struct mm_range node = hull_of_ram(&m->desc, z->nid, &frames);
	struct mm_range hull = {UINT64_MAX, 0, 0, 0};
	uint64_t present = 0;
	int i;

	for (i = 0; i < MM_NR_ZONES; i++, z++) {
		present += z->present;
		if (!z->spanned)
			continue;
		if (z->start_pfn < hull.start)
			hull.start = z->start_pfn;
		if (z->start_pfn + z->spanned > hull.end)
			hull.end = z->start_pfn + z->spanned;
	}
	z--;
	MM_CHECK(r, "node.spanned",
		 present == frames && hull.end == node.end &&
			 hull.start == (node.end ? node.start : UINT64_MAX),
		 "node %d: its zones have %llu frames from pfn %llu to %llu, its RAM %llu from "
		 "%llu to %llu",
		 z->nid, (unsigned long long)present, (unsigned long long)hull.start,
		 (unsigned long long)hull.end, (unsigned long long)frames,
		 (unsigned long long)node.start, (unsigned long long)node.end);
}

static bool same_walk(const struct mm_machine *m, const struct zonelist *l,
		      const struct mm_walk_order *w)
{
	int i;

	for (i = 0; i < w->nr; i++) {
		if (l->zone[i] != &m->zones[w->zone[i]])
			return false;
	}
	return !l->zone[i];
}

static void check_lists_of(struct mm_report *r, const struct mm_machine *m, int nid,
			   enum mm_zonelist_kind kind, const struct mm_node_order *order)
{
	bool own = kind == MM_ZONELIST_NOFALLBACK;
	uint32_t nodes = own ? (uint32_t)1 << nid : UINT32_MAX;
	struct mm_walk_order walk;
	int h;

	for (h = 0; h < MM_NR_ZONES; h++) {
		const struct zonelist *l = mm_zone_list_of(m, nid, kind, (enum mm_zone_type)h);

		mm_nodes_walk(m, order, own, (uint64_t)h, nodes, &walk);
		MM_CHECK(r, "zone.lists_order", same_walk(m, l, &walk),
			 "node %d: the %s list up to zone %s is not in order", nid,
			 own ? "own" : "fallback", mm_gfp_zone_name((enum mm_zone_type)h));
	}
}

static void check_lists(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	struct mm_node_order order[MM_NODES_MAX];
	int kind;
	int nid;

	(void)id;
	mm_nodes_order(&m->desc, order);
	for (nid = 0; nid < m->desc.nr_nodes; nid++) {
		for (kind = 0; kind < MM_NR_ZONELISTS; kind++)
			check_lists_of(r, m, nid, (enum mm_zonelist_kind)kind, &order[nid]);
	}
}

const struct mm_inv mm_zone_invs[] = {
	{"zone.size_order", "managed <= present <= spanned, inside the limits of zone and node",
	 MM_OBJ_ZONE, check_sizes, false},
	{"zone.reserved_highatomic", "nr_reserved_highatomic is what HighAtomic pageblocks span",
	 MM_OBJ_ZONE, check_reserved, true},
	{"zone.cma_pages", "cma_pages is what CMA pageblocks span", MM_OBJ_ZONE, check_reserved,
	 true},
	{"node.spanned", "the zones of a node have what the node has, and no more", MM_OBJ_ZONE,
	 check_node, false},
	{"zone.lists_order", "each zonelist has what it may use once, nearest first",
	 MM_OBJ_MACHINE, check_lists, true},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
