/* SPDX-License-Identifier: MIT */
/* page claims: the fields that are set once stay what the description says. */
#include "mm/page.h"

#include "mm/check.h"

#include "invariants/engine/nodes.h"

static bool described(const struct mm_machine_desc *d, uint64_t pfn)
{
	int i;

	for (i = 0; i < d->nr_ram; i++) {
		if (pfn >= d->ram[i].start && pfn < d->ram[i].end)
			return true;
	}
	return false;
}

static void check_nodes(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = &m->memmap[pfn];

	MM_CHECK(r, "zone.nodes",
		 p->zone == mm_nodes_zone(m, pfn) &&
			 described(&m->desc, pfn) == !(p->flags & MM_PG_ABSENT),
		 "pfn %llu carries zone %u, flags 0x%x", (unsigned long long)pfn, p->zone,
		 p->flags);
}

const struct mm_inv mm_page_invs[] = {
	{"zone.nodes", "a frame carries the zone that spans it and is absent only in a hole",
	 MM_OBJ_FRAME, check_nodes, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
