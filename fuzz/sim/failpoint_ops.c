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

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"fail_nth", MM_ARG_END, op_fail_nth, "make the n-th next allocation of a CPU fail; 0: none", {
		{"n", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_failpoint_optable = {"failpoint", ops, NULL, NULL};
