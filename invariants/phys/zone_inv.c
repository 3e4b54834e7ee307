/* SPDX-License-Identifier: MIT */
/* zone claims: sizes and spans. */
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

const struct mm_inv mm_zone_invs[] = {
	{"zone.size_order", "managed <= present <= spanned, inside the zone's limits", MM_OBJ_ZONE,
	 check_sizes, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
