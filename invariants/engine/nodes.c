/* SPDX-License-Identifier: MIT */
/*
 * nodes: each node sorts the others by one number: how far, whether before it,
 * whether they have CPUs, and, among equals, for how many nodes already sorted
 * they were the nearest of their distance.
 */
#include "invariants/engine/nodes.h"

#include <stdlib.h>

struct candidate {
	int nid;
	int score;
	int load;
};

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int by_score(const void *a, const void *b)
{
	const struct candidate *p = a;
	const struct candidate *q = b;

	if (p->score != q->score)
		return p->score < q->score ? -1 : 1;
	if (p->load != q->load)
		return p->load < q->load ? -1 : 1;
	return p->nid < q->nid ? -1 : 1;
}

static bool has_ram(const struct mm_machine_desc *d, int nid)
{
	int i;

	for (i = 0; i < d->nr_ram; i++) {
		if (d->ram[i].nid == nid)
			return true;
	}
	return false;
}

static bool has_cpu(const struct mm_machine_desc *d, int nid)
{
	int cpu;

	for (cpu = 0; cpu < d->cpus; cpu++) {
		if (d->cpu_node[cpu] == nid)
			return true;
	}
	return false;
}

void mm_nodes_order(const struct mm_machine_desc *d, struct mm_node_order *to)
{
	int load[MM_NODES_MAX] = {0};
	int from;
	int i;

	for (from = 0; from < d->nr_nodes; from++) {
		struct candidate c[MM_NODES_MAX];
		int nr = 0;
		int nid;

		for (nid = 0; nid < d->nr_nodes; nid++) {
			int score = d->distance[from][nid] + (nid < from ? 1 : 0) +
				    (has_cpu(d, nid) ? 1 : 0);

			if (has_ram(d, nid))
				c[nr++] =
					(struct candidate){nid, nid == from ? 0 : score, load[nid]};
		}
		qsort(c, (size_t)nr, sizeof(c[0]), by_score);
		to[from].nr = nr;
		for (i = 0; i < nr; i++) {
			int before = i ? c[i - 1].nid : from;

			to[from].nid[i] = c[i].nid;
			if (d->distance[from][c[i].nid] != d->distance[from][before])
				load[c[i].nid]++;
		}
	}
}

void mm_nodes_walk(const struct mm_machine *m, const struct mm_node_order *order, bool own,
		   uint64_t highest, uint32_t nodes, struct mm_walk_order *to)
{
	int i;
	int z;

	to->nr = 0;
	for (i = 0; i < order->nr; i++) {
		int nid = order->nid[i];

		if (!(nodes >> nid & 1) || (own && i > 0))
			continue;
		for (z = (int)highest; z >= 0; z--) {
			const struct zone *zone = mm_zone_at(m, nid, (enum mm_zone_type)z);

			if (zone->managed + zone->deferred)
				to->zone[to->nr++] = zone->id;
		}
	}
}

int mm_nodes_zone(const struct mm_machine *m, uint64_t pfn)
{
	const struct mm_machine_desc *d = &m->desc;
	int i = 0;
	int z = 0;
	int nid;

	/* of the RAM it lies in, or that follows, or the last */
	while (i < d->nr_ram - 1 && pfn >= d->ram[i].end)
		i++;
	nid = d->ram[i].nid;
	while (z < MM_NR_ZONES - 1 && pfn >= d->zone_end[z])
		z++;
	if (m->movable_pfn[nid] && pfn >= m->movable_pfn[nid] &&
	    !(d->kernelcore_mirror && (d->ram[i].flags & MM_RAM_MIRROR)))
		z = MM_ZONE_MOVABLE;
	return nid * MM_NR_ZONES + z;
}
