/* SPDX-License-Identifier: MIT */
/* mmap operations. */
#include "mm/mmap.h"

#include "mm/file.h"
#include "mm/ops.h"
#include "mm/process.h"

/* NULL: none was given, or it is closed. */
static struct mm_file *file_of(struct mm_run *r, uint64_t arg)
{
	const struct mm_handle *h = arg ? mm_run_handle(r, arg) : NULL;

	return h && h->state == MM_HANDLE_LIVE ? mm_file_at(mm_run_machine(r), h->value) : NULL;
}

static void op_mmap(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_process *p = mm_run_process(r, op->arg[0]);
	const struct mm_mmap_request q = {
		.file = file_of(r, op->arg[1]),
		.addr = op->arg[2],
		.len = op->arg[3],
		.prot = (uint32_t)op->arg[4],
		.flags = (uint32_t)op->arg[5],
		.offset = op->arg[6],
	};

	res->err = p ? mm_mmap(mm_run_ctx(r, 0), p->mm, &q, &res->value) : -MM_ESRCH;
	res->has_value = !res->err;
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"mmap", MM_ARG_END, op_mmap, "map memory or a file; answers where (mmap(2))", {
		{"proc", MM_ARG_PROC, 0},
		{"file", MM_ARG_FILE, 0},
		{"addr", MM_ARG_ADDR, 0},
		{"len", MM_ARG_LEN, MM_ARGF_SHOW},
		{"prot", MM_ARG_PROT, MM_ARGF_SHOW},
		{"flags", MM_ARG_MAP, MM_ARGF_SHOW},
		{"offset", MM_ARG_LEN, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_mmap_optable = {"mmap", ops, NULL, NULL};
