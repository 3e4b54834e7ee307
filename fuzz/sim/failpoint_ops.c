/* SPDX-License-Identifier: MIT */
/* failpoint operations. */
#include "mm/failpoint.h"

#include "mm/err.h"
#include "mm/ops.h"

static void op_fail_nth(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);

	if (!x || op->arg[0] > UINT32_MAX)
		res->err = -MM_EINVAL;
	else
		mm_failpoint_arm(x, (uint32_t)op->arg[0]);
}

static void op_fault_attr(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	res->err = mm_failpoint_write(mm_run_ctx(r, 0), (size_t)op->arg[0], (int64_t)op->arg[1]);
}

static void op_make_it_fail(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);

	if (!x || op->arg[0] > 1)
		res->err = -MM_EINVAL;
	else
		mm_failpoint_concern(x, op->arg[0] != 0);
}

static int attr_of(const struct mm_machine *m, enum mm_failpoint_attr i, uint64_t *value)
{
	*value = (uint64_t)m->faults[MM_FAILPOINT_PAGE_ALLOC].attr[i];
	return 0;
}

static int fact_times(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return attr_of(m, MM_FAILPOINT_TIMES, value);
}

static int fact_space(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return attr_of(m, MM_FAILPOINT_SPACE, value);
}

static const struct mm_fact facts[] = {
	{"fail_page_alloc.times", fact_times, "failures of requests for pages that are left"},
	{"fail_page_alloc.space", fact_space, "pages that pass before the first failure"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"fail_nth", MM_ARG_END, op_fail_nth, "make the n-th next allocation of a CPU fail; 0: none", {
		{"n", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"fault_attr", MM_ARG_END, op_fault_attr, "write an attribute of fault injection", {
		{"file", MM_ARG_FAULT, MM_ARGF_SHOW},
		{"value", MM_ARG_INT, MM_ARGF_SHOW}}},
	{"make_it_fail", MM_ARG_END, op_make_it_fail, "task-filter concerns the task of a CPU (1), or not (0)", {
		{"value", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_failpoint_optable = {"failpoint", ops, facts, NULL};
