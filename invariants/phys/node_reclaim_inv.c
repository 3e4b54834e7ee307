/* SPDX-License-Identifier: MIT */
/* node_reclaim claims: all speak of steps. */
#include "mm/check.h"

const struct mm_inv mm_node_reclaim_invs[] = {
	{"alloc.node_reclaim",
	 "a zone below its mark has pages of its node given up exactly when it is near enough",
	 MM_OBJ_EVENT, NULL, false},
	{"node_reclaim.answer",
	 "the answer and what is freed follow from what is cached, who asks, and where",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
