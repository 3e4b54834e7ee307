/* SPDX-License-Identifier: MIT */
/* mprotect operations. */
#include "mm/mprotect.h"

#include "mm/ops.h"
#include "mm/process.h"

static void op_mprotect(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_process *p = mm_run_process(r, op->arg[0]);

	if (p)
		res->err = mm_mprotect(mm_run_ctx(r, 0), p->mm, op->arg[1], op->arg[2],
				       (uint32_t)op->arg[3]);
	else
		res->err = -MM_ESRCH;
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"mprotect", MM_ARG_END, op_mprotect, "change rights of a range (mprotect(2))", {
		{"proc", MM_ARG_PROC, 0},
		{"addr", MM_ARG_ADDR, MM_ARGF_SHOW},
		{"len", MM_ARG_LEN, MM_ARGF_SHOW},
		{"prot", MM_ARG_PROT, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_mprotect_optable = {"mprotect", ops, NULL, NULL};
