/* SPDX-License-Identifier: MIT */
/*
 * zone: sizes from the description, empty lists, and the zone's part in the
 * digest: heads of lists as frame numbers, and counts.
 */
#include "mm/zone.h"

#include "mm/page.h"
#include "mm/rng.h"

static uint64_t zone_count(const struct mm_machine *m)
{
	return (uint64_t)m->nr_zones;
}

static uint64_t zone_hash(const struct mm_machine *m, uint64_t id)
{
	const struct zone *z = &m->zones[id];
	uint64_t h = id;
	unsigned int o;

	if (!z->spanned)
		return 0;
	h = mm_hash64_step(h, (uint64_t)z->vm_stat[MM_NR_FREE_PAGES]);
	/* what most machines have none of */
	if (z->nr_isolated)
		h = mm_hash64_step(h, ~z->nr_isolated);
	if (z->nr_reserved_highatomic)
		h = mm_hash64_step(h, z->nr_reserved_highatomic);
	if (z->vm_stat[MM_NR_FREE_CMA] || z->nr_free_highatomic)
		h = mm_hash64_step(h, (uint64_t)z->vm_stat[MM_NR_FREE_CMA] << 32 ^
					      z->nr_free_highatomic);
	if (z->vm_stat[MM_NR_ZONE_CACHE])
		h = mm_hash64_step(h, ~(uint64_t)z->vm_stat[MM_NR_ZONE_CACHE]);
	/* what is on the lists, and in which order, frames say */
	for (o = 0; o <= m->desc.max_order; o++)
		h = mm_hash64_step(h, z->free_area[o].nr_free);
	return h;
}

static const struct mm_kind_ops zone_kind = {"zone", zone_count, zone_hash, NULL};

/* Count the frames of all zones. */
static void count_present(struct mm_machine *m)
{
	int i;

	for (i = 0; i < m->desc.nr_ram; i++) {
		const struct mm_range *r = &m->desc.ram[i];
		uint64_t pfn = r->start;

		while (pfn < r->end) {
			uint64_t stop = mm_zone_sizes_stretch(m, pfn, r->end, r->nid);

			m->zones[mm_zone_sizes_id(m, pfn, r->nid, r->flags)].present += stop - pfn;
			pfn = stop;
		}
	}
}

static void init_zone(struct mm_machine *m, int id)
{
	struct zone *z = &m->zones[id];
	struct mm_range span;
	unsigned int o;
	int t;

	z->id = (uint8_t)id;
	z->nid = (uint8_t)(id / MM_NR_ZONES);
	z->type = (enum mm_zone_type)(id % MM_NR_ZONES);
	z->name = mm_gfp_zone_name(z->type);
	span = mm_zone_sizes_span(m, z->nid, z->type);
	z->start_pfn = span.start;
	z->spanned = span.end - span.start;
	mm_lock_init(&z->lock, "zone->lock", MM_LOCK_RANK_ZONE);
	for (o = 0; o < MM_NR_ORDERS; o++) {
		for (t = 0; t < MM_MIGRATE_TYPES; t++)
			mm_list_init(&z->free_area[o].free_list[t]);
	}
}

int mm_zone_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	size_t nr_lists = (size_t)m->desc.nr_nodes * MM_NR_ZONELISTS * MM_NR_ZONES;
	int i;

	m->nr_zones = m->desc.nr_nodes * MM_NR_ZONES;
	m->zonelist_size =
		offsetof(struct zonelist, zone) + ((size_t)m->nr_zones + 1) * sizeof(struct zone *);
	m->zones = mm_machine_alloc(m, (size_t)m->nr_zones * sizeof(struct zone), 64);
	m->zonelists = mm_machine_alloc(m, nr_lists * m->zonelist_size, 64);
	if (!m->zones || !m->zonelists)
		return -MM_ENOMEM;
	for (i = 0; i < m->nr_zones; i++)
		init_zone(m, i);
	count_present(m);
	return mm_machine_kind_set(m, MM_OBJ_ZONE, &zone_kind);
}
