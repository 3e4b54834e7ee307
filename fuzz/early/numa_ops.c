/* SPDX-License-Identifier: MIT */
/* numa facts: states, distances and the fallback order. */
#include "mm/numa.h"

#include "mm/ops.h"

static bool is_node(const struct mm_machine *m, uint64_t nid)
{
	return nid < (uint64_t)m->desc.nr_nodes;
}

static int fact_distance(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (!is_node(m, key[0]) || !is_node(m, key[1]))
		return -MM_ENOENT;
	*value = (uint64_t)mm_numa_distance(m, (int)key[0], (int)key[1]);
	return 0;
}

static int fact_fallback(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	struct mm_numa_order o;

	mm_numa_fallback_order(m, &o);
	if (!is_node(m, key[0]) || key[1] >= (uint64_t)o.nr)
		return -MM_ENOENT;
	*value = o.nid[key[0]][key[1]];
	return 0;
}

static int fact_cpus(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (!is_node(m, key[0]))
		return -MM_ENOENT;
	*value = (uint64_t)mm_numa_nr_cpus(m, (int)key[0]);
	return 0;
}

static int fact_has_memory(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (!is_node(m, key[0]))
		return -MM_ENOENT;
	*value = mm_numa_has(mm_numa_nodes(m, MM_N_MEMORY), (int)key[0]);
	return 0;
}

static int fact_has_normal_memory(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (!is_node(m, key[0]))
		return -MM_ENOENT;
	*value = mm_numa_has(mm_numa_nodes(m, MM_N_NORMAL_MEMORY), (int)key[0]);
	return 0;
}

static const struct mm_fact facts[] = {
	{"node[%n].distance[%n]", fact_distance, "from a node to a node, 10 for itself"},
	{"node[%n].fallback[%n]", fact_fallback, "the node a node falls back to, in order from 0"},
	{"node[%n].cpus", fact_cpus, "CPUs of a node"},
	{"node[%n].has_memory", fact_has_memory, "does a node have RAM?"},
	{"node[%n].has_normal_memory", fact_has_normal_memory,
	 "RAM that the kernel itself may use?"},
	{NULL, NULL, NULL},
};

const struct mm_optable mm_numa_optable = {"numa", NULL, facts, NULL};
