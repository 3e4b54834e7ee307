/* SPDX-License-Identifier: MIT */
/* process operations; who makes one is aspace's. */
#include "mm/process.h"

#include "mm/ops.h"

static void op_setrlimit(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_process *p = mm_run_process(r, op->arg[0]);

	if (!p)
		res->err = -MM_ESRCH;
	else
		res->err = mm_process_limit_set(mm_run_ctx(r, 0), p, op->arg[1], op->arg[2]);
}

static void op_setcap(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_process *p = mm_run_process(r, op->arg[0]);

	if (p)
		mm_process_caps_set(mm_run_ctx(r, 0), p, (uint32_t)op->arg[1]);
	else
		res->err = -MM_ESRCH;
}

static int fact_alive(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct mm_process *p = mm_process_at(m, key[0]);

	*value = p && p->alive;
	return p ? 0 : -MM_ENOENT;
}

static const struct mm_fact facts[] = {
	{"process[%n].alive", fact_alive, "1: a process has this number"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"setrlimit", MM_ARG_END, op_setrlimit, "limit a process (setrlimit(2))", {
		{"proc", MM_ARG_PROC, 0},
		{"which", MM_ARG_RLIMIT, MM_ARGF_SHOW},
		{"bytes", MM_ARG_LEN, MM_ARGF_SHOW}}},
	{"setcap", MM_ARG_END, op_setcap, "all the capabilities of a process (capset(2))", {
		{"proc", MM_ARG_PROC, 0},
		{"caps", MM_ARG_CAPS, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_process_optable = {"process", ops, facts, NULL};
