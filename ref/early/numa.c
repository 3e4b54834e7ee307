/* SPDX-License-Identifier: MIT */
/*
 * numa: node states and the fallback order.
 *
 * What comes next after the local node is a ranking: nearest first; between
 * equals those that follow the local node in number, those without CPUs (whose
 * memory nobody else is waiting for), and those that are the first stop of fewer
 * nodes.  The last makes equally distant nodes share the load in turn.
 */
#include "mm/numa.h"

uint32_t mm_numa_nodes(const struct mm_machine *m, enum mm_node_state state)
{
	static const enum mm_zone_type highest[] = {
		[MM_N_NORMAL_MEMORY] = MM_ZONE_NORMAL,
		[MM_N_HIGH_MEMORY] = MM_ZONE_HIGHMEM,
	};
	const struct mm_machine_desc *d = &m->desc;
	uint32_t mask = 0;
	int i;

	if (state == MM_N_POSSIBLE || state == MM_N_ONLINE)
		return mm_numa_all(m);
	for (i = 0; i < d->cpus && state == MM_N_CPU; i++)
		mask |= (uint32_t)1 << d->cpu_node[i];
	for (i = 0; i < d->nr_ram && state != MM_N_CPU; i++) {
		int nid = d->ram[i].nid;
		uint64_t end = state == MM_N_MEMORY ? UINT64_MAX : d->zone_end[highest[state]];

		/* what was cut out for Movable is not for everybody */
		if (state != MM_N_MEMORY && m->movable_pfn[nid] && m->movable_pfn[nid] < end)
			end = m->movable_pfn[nid];
		if (d->ram[i].start < end)
			mask |= (uint32_t)1 << nid;
	}
	return mask;
}

const char *mm_numa_state_name(enum mm_node_state state)
{
	static const char *const names[MM_N_STATES] = {
		[MM_N_POSSIBLE] = "possible",
		[MM_N_ONLINE] = "online",
		[MM_N_NORMAL_MEMORY] = "has_normal_memory",
		[MM_N_HIGH_MEMORY] = "has_high_memory",
		[MM_N_MEMORY] = "has_memory",
		[MM_N_CPU] = "has_cpu",
	};

	return names[state];
}

int mm_numa_nr_cpus(const struct mm_machine *m, int nid)
{
	int n = 0;
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		n += m->desc.cpu_node[cpu] == nid && mm_machine_cpu_online(m, cpu);
	return n;
}

/* How little a node is wanted after `from`: distance, then the two penalties. */
static unsigned int cost(const struct mm_machine *m, uint32_t with_cpus, int from, int nid)
{
	return (unsigned int)mm_numa_distance(m, from, nid) + (nid < from) +
	       mm_numa_has(with_cpus, nid);
}

/* The best of the nodes in left; load decides between equals, then the number. */
static int best_of(const struct mm_machine *m, uint32_t left, int from, const unsigned int *load)
{
	uint32_t with_cpus = mm_numa_nodes(m, MM_N_CPU);
	unsigned int least = 0;
	int best = -1;
	int nid;

	for (nid = 0; nid < m->desc.nr_nodes; nid++) {
		unsigned int c;

		if (!mm_numa_has(left, nid))
			continue;
		c = cost(m, with_cpus, from, nid);
		if (best < 0 || c < least || (c == least && load[nid] < load[best])) {
			best = nid;
			least = c;
		}
	}
	return best;
}

void mm_numa_fallback_order(const struct mm_machine *m, struct mm_numa_order *o)
{
	unsigned int load[MM_NODES_MAX] = {0};
	uint32_t with_memory = mm_numa_nodes(m, MM_N_MEMORY);
	int from;

	for (from = 0; from < m->desc.nr_nodes; from++) {
		uint32_t left = with_memory;
		int last = from;
		int i;

		for (i = 0; left; i++) {
			int nid = mm_numa_has(left, from) ? from : best_of(m, left, from, load);

			MM_PRE(nid >= 0);
			/* the first at its distance carries the load of this one */
			if (mm_numa_distance(m, from, nid) != mm_numa_distance(m, from, last))
				load[nid]++;
			o->nid[from][i] = (uint8_t)nid;
			left &= ~((uint32_t)1 << nid);
			last = nid;
		}
		o->nr = i;
	}
}
