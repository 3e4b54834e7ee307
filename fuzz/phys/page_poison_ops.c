/* SPDX-License-Identifier: MIT */
/* page_poison operations: the bug that it finds. */
#include "mm/page_poison.h"

#include "mm/ops.h"

/* A number beyond the last frame begins again at 0, so that any number is a frame. */
static void op_scribble(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[3]);

	if (!x || op->arg[2] > UINT8_MAX)
		res->err = -MM_EINVAL;
	else
		res->err = mm_page_poison_scribble(x, op->arg[0] % x->m->max_pfn, op->arg[1],
						   (uint8_t)op->arg[2]);
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"scribble_free", MM_ARG_END, op_scribble, "write a byte of frame PFN although it is free", {
		{"pfn", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"offset", MM_ARG_SIZE, MM_ARGF_SHOW},
		{"value", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_page_poison_optable = {"page_poison", ops, NULL, NULL};
