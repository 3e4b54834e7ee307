/* SPDX-License-Identifier: MIT */
/* zone claims: sizes, spans and sums. */
#include "mm/zone.h"

#include "mm/check.h"
#include "mm/page.h"

static void check_sizes(struct mm_report *r, const struct mm_machine *m, uint64_t zone)
{
	const struct zone *z = &m->zones[zone];
	uint64_t below = zone ? m->desc.zone_end[zone - 1] : 0;

	MM_CHECK(r, "zone.size_order",
		 z->managed <= z->present && z->present <= z->spanned &&
			 (!z->spanned || (z->start_pfn >= below &&
					  z->start_pfn + z->spanned <= m->desc.zone_end[zone])),
		 "zone %s: managed %llu present %llu spanned %llu from pfn %llu", z->name,
		 (unsigned long long)z->managed, (unsigned long long)z->present,
		 (unsigned long long)z->spanned, (unsigned long long)z->start_pfn);
}

static void check_free_count(struct mm_report *r, const struct mm_machine *m, uint64_t zone)
{
	const struct zone *z = &m->zones[zone];
	uint64_t sum = 0;
	unsigned int o;

	for (o = 0; o < MM_NR_ORDERS; o++)
		sum += z->free_area[o].nr_free << o;
	MM_CHECK(r, "zone.free_count", sum == z->nr_free_pages,
		 "zone %s: nr_free_pages %llu, blocks hold %llu", z->name,
		 (unsigned long long)z->nr_free_pages, (unsigned long long)sum);
}

static void check_hierarchy(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	uint64_t sum = 0;
	int z;

	(void)id;
	for (z = 0; z < MM_NR_ZONES; z++)
		sum += m->zones[z].nr_free_pages;
	MM_CHECK(r, "vmstat.hierarchy", sum == m->nr_free_pages,
		 "nr_free_pages of the machine %llu, of its zones %llu",
		 (unsigned long long)m->nr_free_pages, (unsigned long long)sum);
}

const struct mm_inv mm_zone_invs[] = {
	{"zone.size_order", "managed <= present <= spanned, inside the zone's limits", MM_OBJ_ZONE,
	 check_sizes, false},
	{"zone.free_count", "nr_free_pages is the sum over the free blocks", MM_OBJ_ZONE,
	 check_free_count, false},
	{"vmstat.hierarchy", "a total is the sum over zones", MM_OBJ_MACHINE, check_hierarchy,
	 false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
