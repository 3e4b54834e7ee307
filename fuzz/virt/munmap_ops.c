/* SPDX-License-Identifier: MIT */
/* munmap operations, and the end of a process. */
#include "mm/munmap.h"

#include "mm/ops.h"
#include "mm/process.h"

static void op_munmap(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_process *p = mm_run_process(r, op->arg[0]);

	if (p)
		res->err = mm_munmap(mm_run_ctx(r, 0), p->mm, op->arg[1], op->arg[2]);
	else
		res->err = -MM_ESRCH;
}

static void end(struct mm_run *r, struct mm_process *p)
{
	struct mm_ctx *x = mm_run_ctx(r, 0);

	mm_munmap_exit(x, p->mm);
	mm_process_destroy(x, p);
}

static void op_exit(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_process *p = mm_run_process(r, op->arg[0]);

	if (p)
		end(r, p);
	else
		res->err = -MM_ESRCH;
}

static void end_handle(struct mm_run *r, struct mm_handle *h)
{
	end(r, mm_process_at(mm_run_machine(r), h->value));
}

static void teardown(struct mm_run *r)
{
	mm_run_each_live(r, MM_ARG_PROC, end_handle);
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"munmap", MM_ARG_END, op_munmap, "unmap a range (munmap(2))", {
		{"proc", MM_ARG_PROC, 0},
		{"addr", MM_ARG_ADDR, MM_ARGF_SHOW},
		{"len", MM_ARG_LEN, MM_ARGF_SHOW}}},
	{"exit", MM_ARG_END, op_exit, "the process ends, and its address space (exit_mmap)", {
		{"proc", MM_ARG_PROC, MM_ARGF_CONSUMES}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_munmap_optable = {"munmap", ops, NULL, teardown};
