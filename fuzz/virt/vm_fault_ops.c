/* SPDX-License-Identifier: MIT */
/* vm_fault operations.  A signal is what Linux does here: an outcome, no error. */
#include "mm/vm_fault.h"

#include "mm/ops.h"
#include "mm/process.h"

static void op_touch(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_process *p = mm_run_process(r, op->arg[0]);
	struct mm_ctx *x = mm_run_ctx(r, 0);

	if (!p) {
		res->err = -MM_ESRCH;
		return;
	}
	switch (mm_vm_fault(x, p->mm, op->arg[1], (enum mm_access)op->arg[2])) {
	case MM_FAULT_OK:
		break;
	case MM_FAULT_SEGV_MAPERR:
		mm_machine_outcome(x, MM_OUTCOME_SEGV_MAPERR, op->arg[1]);
		break;
	case MM_FAULT_SEGV_ACCERR:
		mm_machine_outcome(x, MM_OUTCOME_SEGV_ACCERR, op->arg[1]);
		break;
	case MM_FAULT_BUS_ADRERR:
		mm_machine_outcome(x, MM_OUTCOME_BUS_ADRERR, op->arg[1]);
		break;
	case MM_FAULT_OOM:
		res->err = -MM_ENOMEM;
		break;
	}
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"touch", MM_ARG_END, op_touch, "read, write or execute a byte", {
		{"proc", MM_ARG_PROC, 0},
		{"addr", MM_ARG_ADDR, MM_ARGF_SHOW},
		{"access", MM_ARG_ACCESS, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_vm_fault_optable = {"vm_fault", ops, NULL, NULL};
