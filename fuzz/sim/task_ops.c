/* SPDX-License-Identifier: MIT */
/*
 * task operations.  What entering a scope added is kept in the handle, as the
 * kernel's caller keeps it in a local variable.
 */
#include "mm/task.h"

#include "mm/ops.h"

static void op_memalloc_enter(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);

	if (!x || (op->arg[0] & ~(uint64_t)MM_TASK_SCOPES))
		res->err = -MM_EINVAL;
	else
		mm_run_make(r, mm_task_enter(x, (uint32_t)op->arg[0]), (uint8_t)x->cpu);
}

static void op_memalloc_exit(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	struct mm_ctx *x = mm_run_ctx(r, h->order);

	/* the variable is gone, or its task has no CPU to run on */
	if (h->state == MM_HANDLE_CONSUMED || !x)
		res->err = -MM_EINVAL;
	else
		mm_task_exit(x, (uint32_t)h->value);
}

static void op_task(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);

	if (!x || (op->arg[0] & (MM_TASK_SCOPES | ~(uint64_t)MM_TASK_ALL)))
		res->err = -MM_EINVAL;
	else
		mm_task_set(x, (uint32_t)op->arg[0]);
}

static void leave(struct mm_run *r, struct mm_handle *h)
{
	mm_task_exit(mm_run_ctx(r, h->order), (uint32_t)h->value);
}

static void teardown(struct mm_run *r)
{
	mm_run_each_live(r, MM_ARG_SCOPE, leave);
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"memalloc_enter", MM_ARG_SCOPE, op_memalloc_enter, "enter a scope (memalloc_noio_save ...)", {
		{"scope", MM_ARG_TASK, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"memalloc_exit", MM_ARG_END, op_memalloc_exit, "leave a scope (memalloc_noio_restore ...)", {
		{"scope", MM_ARG_SCOPE, MM_ARGF_CONSUMES}}},
	{"task", MM_ARG_END, op_task, "say what a CPU's task is: RT, VICTIM, HARDIRQ, SOFTIRQ", {
		{"is", MM_ARG_TASK, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_task_optable = {"task", ops, NULL, teardown};
