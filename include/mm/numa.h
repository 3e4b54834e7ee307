/* SPDX-License-Identifier: MIT */
/*
 * numa: which nodes there are, how far they are from each other, and in which
 * order a request that starts on one goes on to the others.
 *
 *     node 0 -10- node 0     order of node 0: 0, then the nearest; of equally
 *        \                   near ones the one that fewer nodes go to first
 *        20- node 1
 *
 * Kernel: node_states, node_distance, numa_mem_id, find_next_best_node,
 *   build_zonelists (mm/page_alloc.c, 6.12); Documentation/mm/numa.
 * Differs: nodes are numbered from 0 without gaps and never come or go.  A table
 *   of distances that the kernel would drop with a warning (below 10, not
 *   symmetric) is refused with the description.  A node has_cpu if it had one at boot.
 * State: none of its own; the machine's description says all, the order is worked
 *   out when zonelists are built.
 */
#ifndef MM_NUMA_H
#define MM_NUMA_H

#include "mm/machine.h"

/* Kernel: enum node_states. */
enum mm_node_state {
	MM_N_POSSIBLE,
	MM_N_ONLINE,
	MM_N_NORMAL_MEMORY, /* RAM up to zone Normal */
	MM_N_HIGH_MEMORY,   /* or HighMem */
	MM_N_MEMORY,        /* RAM of any zone */
	MM_N_CPU,
	MM_N_STATES
};

/* A set of nodes is a bit for each.  Kernel: nodemask_t.  All of the machine's: */
static inline uint32_t mm_numa_all(const struct mm_machine *m)
{
	return ((uint32_t)1 << m->desc.nr_nodes) - 1;
}

static inline bool mm_numa_has(uint32_t mask, int nid)
{
	return (mask >> nid & 1) != 0;
}

/* The nodes in a state.  Kernel: node_states[]. */
uint32_t mm_numa_nodes(const struct mm_machine *m, enum mm_node_state state);
const char *mm_numa_state_name(enum mm_node_state state);

/* Kernel: node_distance. */
static inline int mm_numa_distance(const struct mm_machine *m, int from, int to)
{
	return m->desc.distance[from][to];
}

/* Kernel: cpu_to_node. */
static inline int mm_numa_of_cpu(const struct mm_machine *m, int cpu)
{
	return m->desc.cpu_node[cpu];
}

/* How many CPUs of a node are online.  Kernel: cpumask_weight(cpumask_of_node). */
int mm_numa_nr_cpus(const struct mm_machine *m, int nid);

/* Nodes with RAM, nearest first, for each node; nr of them are valid in each row. */
struct mm_numa_order {
	int nr;
	uint8_t nid[MM_NODES_MAX][MM_NODES_MAX];
};

void mm_numa_fallback_order(const struct mm_machine *m, struct mm_numa_order *o);

#endif
