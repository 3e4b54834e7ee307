/* SPDX-License-Identifier: MIT */
/* numa properties: states counted frame by frame, the order sorted anew. */
#include "mm/numa.h"

#include "invariants/engine/claims_walk.h"
#include "invariants/engine/nodes.h"
#include "invariants/engine/prop.h"

#include <string.h>

/* ---- a description with distances and CPUs anywhere ---- */

static void any_distances(struct mm_prop_run *p, struct mm_machine_desc *d)
{
	int i;
	int k;

	for (i = 0; i < d->nr_nodes; i++) {
		for (k = 0; k < i; k++) {
			/* few values, so that many are equal */
			d->distance[i][k] = (uint8_t)(11 + prop_below(p, 4));
			d->distance[k][i] = d->distance[i][k];
		}
		d->distance[i][i] = MM_DISTANCE_LOCAL;
	}
	d->cpus = 1 + (int)prop_below(p, 6);
	for (i = 0; i < d->cpus; i++)
		d->cpu_node[i] = (uint8_t)prop_below(p, (uint64_t)d->nr_nodes);
}

/* Nodes of one block each, some of which have none. */
static void any_nodes(struct mm_prop_run *p, struct mm_machine_desc *d)
{
	int nid;

	memset(d, 0, sizeof(*d));
	d->nr_nodes = 1 + (int)prop_below(p, MM_NODES_MAX);
	for (nid = 0; nid < d->nr_nodes; nid++) {
		struct mm_range r = {(uint64_t)nid * 64, (uint64_t)nid * 64 + 64, (uint8_t)nid, 0};

		if (prop_below(p, 4) || (nid == d->nr_nodes - 1 && !d->nr_ram))
			d->ram[d->nr_ram++] = r;
	}
	any_distances(p, d);
}

static void order_is_the_sorted_one(struct mm_prop_run *p)
{
	struct mm_node_order due[MM_NODES_MAX];
	struct mm_machine m;
	struct mm_numa_order o;
	int nid;
	int i;

	memset(&m, 0, sizeof(m));
	any_nodes(p, &m.desc);
	mm_numa_fallback_order(&m, &o);
	mm_nodes_order(&m.desc, due);
	PROP(p, o.nr == m.desc.nr_ram, "%d nodes in an order of %d", o.nr, m.desc.nr_ram);
	for (nid = 0; nid < m.desc.nr_nodes; nid++) {
		for (i = 0; i < o.nr; i++)
			PROP(p, o.nid[nid][i] == due[nid].nid[i],
			     "node %d, place %d: %d, due is %d", nid, i, o.nid[nid][i],
			     due[nid].nid[i]);
	}
}

/* Whom the others turn to first, when all are equally far and have CPUs. */
static void equal_nodes_share_the_load(struct mm_prop_run *p)
{
	int first[MM_NODES_MAX] = {0};
	struct mm_machine m;
	struct mm_numa_order o;
	int n = 2 + (int)prop_below(p, MM_NODES_MAX - 1);
	int i;
	int k;

	memset(&m, 0, sizeof(m));
	m.desc.nr_nodes = n;
	m.desc.cpus = n;
	m.desc.nr_ram = n;
	for (i = 0; i < n; i++) {
		m.desc.ram[i] = (struct mm_range){(uint64_t)i, (uint64_t)i + 1, (uint8_t)i, 0};
		m.desc.cpu_node[i] = (uint8_t)i;
		for (k = 0; k < n; k++)
			m.desc.distance[i][k] = i == k ? MM_DISTANCE_LOCAL : MM_DISTANCE_REMOTE;
	}
	mm_numa_fallback_order(&m, &o);
	for (i = 0; i < n; i++)
		first[o.nid[i][1]]++;
	for (i = 0; i < n; i++)
		PROP(p, first[i] == 1, "of %d nodes %d turn to node %d first", n, first[i], i);
}

static void states_are_what_nodes_have(struct mm_prop_run *p)
{
	char machine[MM_WALK_MACHINE_LEN];
	uint32_t has[MM_N_STATES] = {0};
	struct mm_machine *m;
	uint64_t pfn;
	int i;

	mm_walk_any_machine(p, machine, sizeof(machine));
	m = mm_boot(machine, NULL);
	PROP(p, m, "%s does not boot", machine);
	for (i = 0; i < m->desc.nr_nodes; i++) {
		has[MM_N_POSSIBLE] |= 1u << i;
		has[MM_N_ONLINE] |= 1u << i;
	}
	for (i = 0; i < m->desc.nr_ram; i++) {
		for (pfn = m->desc.ram[i].start; pfn < m->desc.ram[i].end; pfn++) {
			int zone = mm_nodes_zone(m, pfn);
			uint32_t bit = (uint32_t)1 << zone / MM_NR_ZONES;

			has[MM_N_MEMORY] |= bit;
			has[MM_N_HIGH_MEMORY] |= zone % MM_NR_ZONES <= MM_ZONE_HIGHMEM ? bit : 0;
			has[MM_N_NORMAL_MEMORY] |= zone % MM_NR_ZONES <= MM_ZONE_NORMAL ? bit : 0;
		}
	}
	for (i = 0; i < m->desc.cpus; i++)
		has[MM_N_CPU] |= (uint32_t)1 << m->desc.cpu_node[i];
	for (i = 0; i < MM_N_STATES; i++) {
		enum mm_node_state s = (enum mm_node_state)i;

		PROP(p, mm_numa_nodes(m, s) == has[i], "%s: nodes 0x%x, counted 0x%x",
		     mm_numa_state_name(s), mm_numa_nodes(m, s), has[i]);
	}
	mm_machine_destroy(m);
}

/* As /sys/devices/system/node names them. */
static void states_have_sysfs_names(struct mm_prop_run *p)
{
	static const char *const names[] = {"possible",        "online",     "has_normal_memory",
					    "has_high_memory", "has_memory", "has_cpu"};
	int i;

	for (i = 0; i < MM_N_STATES; i++)
		PROP(p, strcmp(mm_numa_state_name((enum mm_node_state)i), names[i]) == 0,
		     "state %d is called %s", i, names[i]);
}

const struct mm_prop mm_numa_props[] = {
	{"numa.order_is_the_sorted_one", order_is_the_sorted_one, 2000},
	{"numa.equal_nodes_share_the_load", equal_nodes_share_the_load, 30},
	{"numa.states_have_sysfs_names", states_have_sysfs_names, 1},
	{"numa.states_are_what_nodes_have", states_are_what_nodes_have, 60},
	{NULL, NULL, 0},
};
