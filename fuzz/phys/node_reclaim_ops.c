/* SPDX-License-Identifier: MIT */
/* node_reclaim operations: another CPU reclaims on a node, or no longer does. */
#include "mm/node_reclaim.h"

#include "mm/ops.h"

static void op_busy(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, 0);
	uint64_t node = op->arg[0];

	if (node > (uint64_t)x->m->desc.nr_nodes) {
		res->err = -MM_EINVAL;
		return;
	}
	mm_node_reclaim_set_busy(x, node ? (int)node - 1 : mm_numa_of_cpu(x->m, x->cpu),
				 op->arg[1] != 0);
}

static int fact_mode(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = m->sysctl.zone_reclaim_mode;
	return 0;
}

static int fact_min_cached(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (key[0] >= (uint64_t)m->desc.nr_nodes)
		return -MM_ENOENT;
	*value = mm_node_reclaim_min_cached(m, (int)key[0]);
	return 0;
}

static int fact_success(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = mm_vmstat_events(m, MM_VM_ZONE_RECLAIM_SUCCESS);
	return 0;
}

static int fact_failed(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = mm_vmstat_events(m, MM_VM_ZONE_RECLAIM_FAILED);
	return 0;
}

static const struct mm_fact facts[] = {
	{"sysctl.zone_reclaim_mode", fact_mode, "its value; 0: a full zone is passed over"},
	{"node[%n].min_unmapped", fact_min_cached, "what stays cached when a node is reclaimed"},
	{"vmstat.zone_reclaim_success", fact_success,
	 "times that a node was reclaimed for a request"},
	{"vmstat.zone_reclaim_failed", fact_failed, "times that it gave less than was asked for"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"reclaim_busy", MM_ARG_END, op_busy, "another CPU reclaims on a node, or (0) does no longer (PGDAT_RECLAIM_LOCKED)", {
		{"node", MM_ARG_NODE, 0},
		{"busy", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_node_reclaim_optable = {"node_reclaim", ops, facts, NULL};
