/* SPDX-License-Identifier: MIT */
/* node_dirty operations: how many pages of a node are dirty, or being written back. */
#include "mm/node_dirty.h"

#include "mm/numa.h"
#include "mm/ops.h"

static void op_dirty(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, 0);
	uint64_t node = op->arg[0];

	if (node > (uint64_t)x->m->desc.nr_nodes || op->arg[1] > x->m->max_pfn ||
	    op->arg[2] > x->m->max_pfn) {
		res->err = -MM_EINVAL;
		return;
	}
	mm_node_dirty_set(x, node ? (int)node - 1 : mm_numa_of_cpu(x->m, x->cpu), op->arg[1],
			  op->arg[2]);
}

static int fact_limit(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	struct mm_dirtyable d;

	if (key[0] >= (uint64_t)m->desc.nr_nodes)
		return -MM_ENOENT;
	d = mm_node_dirty_memory(m, (int)key[0]);
	*value = mm_node_dirty_limit(&d, m->sysctl.dirty_ratio, false);
	return 0;
}

static int fact_dirtyable(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	struct mm_dirtyable d;

	if (key[0] >= (uint64_t)m->desc.nr_nodes)
		return -MM_ENOENT;
	d = mm_node_dirty_memory(m, (int)key[0]);
	*value = mm_node_dirty_most(&d);
	return 0;
}

static const struct mm_fact facts[] = {
	{"node[%n].dirtyable", fact_dirtyable, "pages that could be dirty"},
	{"node[%n].dirty_limit", fact_limit, "pages that may be, before others are preferred"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"dirty", MM_ARG_END, op_dirty, "so many pages of a node are dirty, so many being written back (NR_FILE_DIRTY)", {
		{"node", MM_ARG_NODE, 0},
		{"pages", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"writeback", MM_ARG_COUNT, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_node_dirty_optable = {"node_dirty", ops, facts, NULL};
