/* SPDX-License-Identifier: MIT */
/* cpu_hotplug operations.  CPU 0 does them: it never goes. */
#include "mm/cpu_hotplug.h"

#include "mm/ops.h"

static void op_offline(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	res->err = mm_cpu_hotplug_offline(mm_run_ctx(r, 0), op->arg[0]);
}

static void op_online(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	res->err = mm_cpu_hotplug_online(mm_run_ctx(r, 0), op->arg[0]);
}

/* What else a trace holds may be a CPU's that is not there. */
static void teardown(struct mm_run *r)
{
	const struct mm_machine *m = mm_run_machine(r);
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		if (!mm_machine_cpu_online(m, cpu) &&
		    mm_cpu_hotplug_online(mm_run_ctx(r, 0), (uint64_t)cpu))
			return;
	}
}

static int fact_nr_online(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = (uint64_t)mm_machine_nr_online(m);
	return 0;
}

static int fact_online(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (key[0] >= (uint64_t)m->desc.cpus)
		return -MM_ENOENT;
	*value = mm_machine_cpu_online(m, (int)key[0]);
	return 0;
}

static const struct mm_fact facts[] = {
	{"cpus.online", fact_nr_online, "CPUs that are online"},
	{"cpu[%n].online", fact_online, "1 if CPU n is"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"cpu_offline", MM_ARG_END, op_offline, "take a CPU offline: it keeps nothing (page_alloc_cpu_dead)", {
		{"cpu", MM_ARG_CPU, MM_ARGF_SHOW}}},
	{"cpu_online", MM_ARG_END, op_online, "take it online again (page_alloc_cpu_online)", {
		{"cpu", MM_ARG_CPU, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_cpu_hotplug_optable = {"cpu_hotplug", ops, facts, teardown};
