/* SPDX-License-Identifier: MIT */
/* kswapd claims: whose zones are marked; what it does is the model's. */
#include "mm/kswapd.h"

#include "mm/check.h"

static void check_active(struct mm_report *r, const struct mm_machine *m, uint64_t nid)
{
	const struct mm_kswapd *k = &m->kswapd[nid];
	int i;

	for (i = 0; i < MM_NR_ZONES; i++) {
		const struct zone *z = &m->zones[(int)nid * MM_NR_ZONES + i];
		bool due = k->working && i <= (int)k->work_highest && mm_zone_pages(z);

		MM_CHECK(r, "kswapd.active", ((z->flags & MM_ZONE_RECLAIM_ACTIVE) != 0) == due,
			 "node %llu zone %s: kswapd %s, and the zone %s", (unsigned long long)nid,
			 z->name, due ? "works for it" : "does not work for it",
			 due ? "is not marked" : "is marked");
	}
}

const struct mm_inv mm_kswapd_invs[] = {
	{"kswapd.active", "zones that kswapd works for are marked, no others", MM_OBJ_KSWAPD,
	 check_active, false},
	{"kswapd.wake", "it is awake when it was asked for and there is something to do",
	 MM_OBJ_EVENT, NULL, false},
	{"kswapd.round", "priority and boost left follow from what was freed", MM_OBJ_EVENT, NULL,
	 false},
	{"kswapd.sleeps_balanced", "it sleeps only when balanced, or after 16 failures",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
