/* SPDX-License-Identifier: MIT */
/*
 * cpu_hotplug: in which order a CPU's belongings are dissolved.
 *
 * Pages first: freeing them moves counts, on the CPU that frees.  Then the dead CPU's
 * deltas, whose thresholds stay as they are while it is away.  Then who is left shares
 * what lists may keep, and thresholds fall.  A delta of another CPU may stand above its
 * new threshold until it moves.
 */
#include "mm/cpu_hotplug.h"

#include "mm/pcp.h"
#include "mm/vmstat.h"

static bool is_cpu(const struct mm_machine *m, uint64_t cpu)
{
	return cpu < (uint64_t)m->desc.cpus;
}

static void set_online(struct mm_ctx *x, int cpu, bool online)
{
	x->m->cpus_offline ^= (uint64_t)1 << cpu;
	mm_touch(x, MM_OBJ_SETTINGS, 0);
	mm_event(x, MM_EV_mm_cpu_change, (uint64_t)cpu, online);
}

int mm_cpu_hotplug_offline(struct mm_ctx *x, uint64_t cpu)
{
	struct mm_machine *m = x->m;

	if (!is_cpu(m, cpu) || !mm_machine_cpu_online(m, (int)cpu))
		return -MM_EINVAL;
	if (!cpu || (int)cpu == x->cpu)
		return -MM_EBUSY;
	set_online(x, (int)cpu, false);
	mm_pcp_drain(x, NULL, (int)cpu);
	mm_vmstat_take_over(x, (int)cpu);
	mm_pcp_setup(x);
	mm_vmstat_refresh_thresholds(x);
	return 0;
}

int mm_cpu_hotplug_online(struct mm_ctx *x, uint64_t cpu)
{
	struct mm_machine *m = x->m;

	if (!is_cpu(m, cpu) || mm_machine_cpu_online(m, (int)cpu))
		return -MM_EINVAL;
	/* before it is there: see mm_pcp_setup_coming() */
	mm_pcp_setup_coming(x, (int)cpu);
	set_online(x, (int)cpu, true);
	mm_vmstat_refresh_thresholds(x);
	return 0;
}
