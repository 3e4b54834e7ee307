/* SPDX-License-Identifier: MIT */
/* cpu_hotplug claims: what a CPU that is offline must not have. */
#include "mm/cpu_hotplug.h"

#include "mm/check.h"
#include "mm/pcp.h"

static bool is_offline(const struct mm_machine *m, uint64_t cpu)
{
	return (m->cpus_offline >> cpu & 1) != 0;
}

static void check_empty(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct zone *z = &m->zones[id / (uint64_t)m->desc.cpus];
	uint64_t cpu = id % (uint64_t)m->desc.cpus;
	int item;
	int i;

	if (!is_offline(m, cpu))
		return;
	MM_CHECK(r, "cpu.offline_empty", z->pageset[cpu].count == 0,
		 "zone %s: %d pages on lists of CPU %llu, which is offline", z->name,
		 z->pageset[cpu].count, (unsigned long long)cpu);
	for (i = 0; i < MM_PCP_LISTS; i++)
		MM_CHECK(r, "cpu.offline_empty", mm_list_empty(&z->pageset[cpu].lists[i]),
			 "zone %s: list %d of CPU %llu, which is offline, holds blocks", z->name, i,
			 (unsigned long long)cpu);
	for (item = 0; item < MM_NR_ZONE_STATS; item++)
		MM_CHECK(r, "cpu.offline_empty", !z->zonestats[cpu].diff[item],
			 "zone %s: CPU %llu is offline and holds %d of count %d back", z->name,
			 (unsigned long long)cpu, z->zonestats[cpu].diff[item], item);
}

static void check_events(struct mm_report *r, const struct mm_machine *m, uint64_t cpu)
{
	uint64_t sum = 0;
	int i;
	int z;

	if (!is_offline(m, cpu))
		return;
	for (i = 0; i < MM_VM_NR; i++)
		sum += m->vm_events[cpu * MM_VM_STRIDE + (uint64_t)i];
	for (z = 0; z < m->nr_zones; z++) {
		for (i = 0; i < MM_NUMA_NR; i++)
			sum += m->zones[z].zonestats[cpu].numa[i];
	}
	MM_CHECK(r, "cpu.offline_events", !sum, "CPU %llu is offline and has counted %llu events",
		 (unsigned long long)cpu, (unsigned long long)sum);
}

const struct mm_inv mm_cpu_hotplug_invs[] = {
	{"cpu.offline_empty", "a CPU that is offline has no pages on lists and no deltas",
	 MM_OBJ_PCP, check_empty, false},
	{"cpu.offline_events", "what a CPU that is offline has counted is with others",
	 MM_OBJ_EVENTS, check_events, false},
	{"cpu.online_set", "CPUs are offline exactly when they were taken offline", MM_OBJ_EVENT,
	 NULL, false},
	{"cpu.acts_online", "nothing happens on a CPU that is offline", MM_OBJ_EVENT, NULL, false},
	{"cpu.coming", "limits count a CPU that came until they are set again", MM_OBJ_EVENT, NULL,
	 false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
