/* SPDX-License-Identifier: MIT */
/* task claims: judged by the model, the flags are no state of the machine. */
#include "mm/task.h"

#include "mm/check.h"

const struct mm_inv mm_task_invs[] = {
	{"task.scope_restores", "leaving a scope takes away what entering it added", MM_OBJ_EVENT,
	 NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
