/* SPDX-License-Identifier: MIT */
/* brk operations. */
#include "mm/brk.h"

#include "mm/ops.h"
#include "mm/process.h"

static void op_brk(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_process *p = mm_run_process(r, op->arg[0]);

	if (!p) {
		res->err = -MM_ESRCH;
		return;
	}
	res->value = mm_brk(mm_run_ctx(r, 0), p->mm, op->arg[1]);
	res->has_value = true;
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"brk", MM_ARG_END, op_brk, "move the end of the heap; answers where it is (brk(2))", {
		{"proc", MM_ARG_PROC, 0},
		{"addr", MM_ARG_ADDR, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_brk_optable = {"brk", ops, NULL, NULL};
