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
	(void)m;
	return MM_NR_ZONES;
}

static uint64_t area_hash(const struct mm_machine *m, const struct free_area *area, uint64_t h)
{
	int t;

	h = mm_hash64_add(h, area->nr_free);
	for (t = 0; t < MM_MIGRATE_TYPES; t++) {
		const struct mm_list *head = &area->free_list[t];
		const struct page *p;

		if (mm_list_empty(head))
			continue;
		p = mm_list_entry_const(head->next, struct page, lru);
		h = mm_hash64_add(h, (uint64_t)(p - m->memmap) << 3 | (uint64_t)t);
	}
	return h;
}

static uint64_t zone_hash(const struct mm_machine *m, uint64_t id)
{
	const struct zone *z = &m->zones[id];
	uint64_t h = id;
	unsigned int o;
	int i;

	if (!z->spanned)
		return 0;
	for (i = 0; i < MM_NR_ZONE_STATS; i++)
		h = mm_hash64_add(h, (uint64_t)z->vm_stat[i]);
	for (o = 0; o <= m->desc.max_order; o++)
		h = area_hash(m, &z->free_area[o], h);
	return h;
}

static const struct mm_kind_ops zone_kind = {"zone", zone_count, zone_hash};

/* Frames of the ranges that lie inside the zone. */
static uint64_t frames_in(const struct zone *z, const struct mm_range *r, int nr)
{
	uint64_t end = z->start_pfn + z->spanned;
	uint64_t sum = 0;
	int i;

	for (i = 0; i < nr; i++) {
		uint64_t a = r[i].start > z->start_pfn ? r[i].start : z->start_pfn;
		uint64_t b = r[i].end < end ? r[i].end : end;

		if (a < b)
			sum += b - a;
	}
	return sum;
}

/* Narrow the span to the first and last frame that exists. */
static void trim_span(const struct mm_machine *m, struct zone *z)
{
	while (z->spanned && (m->memmap[z->start_pfn].flags & MM_PG_ABSENT)) {
		z->start_pfn++;
		z->spanned--;
	}
	while (z->spanned && (m->memmap[z->start_pfn + z->spanned - 1].flags & MM_PG_ABSENT))
		z->spanned--;
}

static void init_zone(struct mm_machine *m, enum mm_zone_type type)
{
	const struct mm_machine_desc *d = &m->desc;
	struct zone *z = &m->zones[type];
	unsigned int o;
	int t;

	z->name = mm_gfp_zone_name(type);
	z->type = type;
	z->start_pfn = type ? d->zone_end[type - 1] : 0;
	z->spanned = d->zone_end[type] - z->start_pfn;
	trim_span(m, z);
	z->present = frames_in(z, d->ram, d->nr_ram);
	mm_lock_init(&z->lock, "zone->lock", MM_LOCK_RANK_ZONE);
	for (o = 0; o < MM_NR_ORDERS; o++) {
		for (t = 0; t < MM_MIGRATE_TYPES; t++)
			mm_list_init(&z->free_area[o].free_list[t]);
	}
}

void mm_zone_build_zonelists(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	int highest;

	for (highest = 0; highest < MM_NR_ZONES; highest++) {
		struct zonelist *list = &m->zonelists[highest];
		int n = 0;
		int z;

		for (z = highest; z >= 0; z--) {
			if (mm_zone_managed(&m->zones[z]))
				list->zone[n++] = &m->zones[z];
		}
		list->zone[n] = NULL;
	}
}

int mm_zone_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	int z;

	m->zones = mm_machine_alloc(m, MM_NR_ZONES * sizeof(struct zone), 64);
	m->zonelists = mm_machine_alloc(m, MM_NR_ZONES * sizeof(struct zonelist), 64);
	if (!m->zones || !m->zonelists)
		return -MM_ENOMEM;
	for (z = 0; z < MM_NR_ZONES; z++)
		init_zone(m, (enum mm_zone_type)z);
	return mm_machine_kind_set(m, MM_OBJ_ZONE, &zone_kind);
}
