/* SPDX-License-Identifier: MIT */
/*
 * wake: requests tell kswapd that memory gets short.
 *
 *     below the low mark    each node that the request may use, with what it wanted
 *     a zone was boosted    that node, for single pages of that zone: it may have
 *                           plenty, and would not be told otherwise
 */
#include "mm/boost.h"

#include "parts.h"

static void wake(struct mm_ctx *x, struct zone *z, unsigned int order, enum mm_zone_type highest,
		 bool boost)
{
	mm_event(x, MM_EV_mm_page_alloc_wake, z->id, order, highest, boost);
	if (x->m->upcalls->wake_kswapd)
		x->m->upcalls->wake_kswapd(x, z, order, highest);
}

void mm_page_alloc_wake_all(struct mm_ctx *x, const struct request *rq)
{
	int last = -1;
	int i;

	for (i = 0; rq->list->zone[i]; i++) {
		struct zone *z = rq->list->zone[i];

		if (z->nid == last || !mm_numa_has(rq->nodes, z->nid))
			continue;
		last = z->nid;
		wake(x, z, rq->order, rq->highest, false);
	}
}

void mm_page_alloc_wake_boosted(struct mm_ctx *x, struct zone *z)
{
	mm_boost_take_mark(x, z);
	wake(x, z, 0, z->type, true);
}
