/* SPDX-License-Identifier: MIT */
/*
 * kswapd operations: a trace says when kswapd gets to run, and for how long.  What it
 * freed is the answer.
 */
#include "mm/kswapd.h"

#include "mm/numa.h"
#include "mm/ops.h"

static void op_kswapd(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[2]);
	uint64_t node = op->arg[0];

	if (!x || node > (uint64_t)x->m->desc.nr_nodes) {
		res->err = -MM_EINVAL;
		return;
	}
	res->value =
		mm_kswapd_run(x, node ? (int)node - 1 : mm_numa_of_cpu(x->m, x->cpu), op->arg[1]);
	res->has_value = true;
}

static const struct mm_kswapd *of(const struct mm_machine *m, uint64_t nid)
{
	return nid < (uint64_t)m->desc.nr_nodes ? mm_kswapd_of(m, (int)nid) : NULL;
}

static int fact_awake(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct mm_kswapd *k = of(m, key[0]);

	*value = k && k->awake;
	return k ? 0 : -MM_ENOENT;
}

static int fact_order(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct mm_kswapd *k = of(m, key[0]);

	*value = k ? k->order : 0;
	return k ? 0 : -MM_ENOENT;
}

static int fact_failures(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct mm_kswapd *k = of(m, key[0]);

	*value = k ? k->failures : 0;
	return k ? 0 : -MM_ENOENT;
}

static int fact_priority(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct mm_kswapd *k = of(m, key[0]);

	*value = k && k->working ? k->priority : 0;
	return k ? 0 : -MM_ENOENT;
}

static const struct mm_fact facts[] = {
	{"node[%n].kswapd.awake", fact_awake, "is kswapd of a node awake?"},
	{"node[%n].kswapd.order", fact_order, "largest order it was woken for since it began"},
	{"node[%n].kswapd.failures", fact_failures, "times in a row that it freed nothing"},
	{"node[%n].kswapd.priority", fact_priority, "of its next round, 0: it is not at work"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"kswapd", MM_ARG_END, op_kswapd, "run a node's kswapd, so many rounds or till it is done (balance_pgdat)", {
		{"node", MM_ARG_NODE, 0},
		{"rounds", MM_ARG_COUNT, 0},
		{"cpu", MM_ARG_CPU, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_kswapd_optable = {"kswapd", ops, facts, NULL};
