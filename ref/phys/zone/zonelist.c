/* SPDX-License-Identifier: MIT */
/*
 * zonelist: which zones a request walks, and in which order: node by node, nearest
 * first, in each node from the highest zone it may use down.
 */
#include "mm/zone.h"

/* Zones of a node that have pages, from highest down. */
/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): how many it has, and who comes */
static int add_node(const struct mm_machine *m, struct zonelist *list, int n, int nid,
		    enum mm_zone_type highest)
{
	int z;

	for (z = (int)highest; z >= 0; z--) {
		struct zone *zone = mm_zone_at(m, nid, (enum mm_zone_type)z);

		if (mm_zone_managed(zone))
			list->zone[n++] = zone;
	}
	return n;
}

void mm_zone_build_zonelists(struct mm_ctx *x)
{
	const struct mm_machine *m = x->m;
	struct mm_numa_order order;
	int highest;
	int nid;
	int i;

	mm_numa_fallback_order(m, &order);
	for (nid = 0; nid < m->desc.nr_nodes; nid++) {
		for (highest = 0; highest < MM_NR_ZONES; highest++) {
			enum mm_zone_type h = (enum mm_zone_type)highest;
			struct zonelist *all = mm_zone_list_of(m, nid, MM_ZONELIST_FALLBACK, h);
			struct zonelist *own = mm_zone_list_of(m, nid, MM_ZONELIST_NOFALLBACK, h);
			int n = 0;

			for (i = 0; i < order.nr; i++)
				n = add_node(m, all, n, order.nid[nid][i], h);
			all->zone[n] = NULL;
			own->zone[add_node(m, own, 0, nid, h)] = NULL;
		}
	}
}
