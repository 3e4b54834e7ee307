/* SPDX-License-Identifier: MIT */
/* isolate claims. */
#include "mm/isolate.h"

#include "mm/check.h"

/* A pageblock is its first frame's zone's. */
static void check_count(struct mm_report *r, const struct mm_machine *m, uint64_t zone)
{
	const struct zone *z = &m->zones[zone];
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t end = (z->start_pfn + z->spanned) / size;
	uint64_t n = 0;
	uint64_t b;

	for (b = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, (z->start_pfn + size - 1) / size);
	     b < end; b = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, b + 1))
		n += m->pageblock[b] == MM_MIGRATE_ISOLATE && m->memmap[b * size].zone == z->id;
	MM_CHECK(r, "zone.isolate_count", z->nr_isolated == n,
		 "zone %s: nr_isolated %llu, %llu pageblocks are", z->name,
		 (unsigned long long)z->nr_isolated, (unsigned long long)n);
}

const struct mm_inv mm_isolate_invs[] = {
	{"zone.isolate_count", "nr_isolated is the number of Isolate pageblocks", MM_OBJ_ZONE,
	 check_count, true},
	{"isolate.answer", "a pageblock is isolated exactly when the rule says so", MM_OBJ_EVENT,
	 NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
