/* SPDX-License-Identifier: MIT */
/* node_dirty claims: all speak of steps. */
#include "mm/check.h"

const struct mm_inv mm_node_dirty_invs[] = {
	{"dirty.limit", "a node's limit, and whether it is over it, follow from its counts",
	 MM_OBJ_EVENT, NULL, false},
	{"alloc.spread_dirty",
	 "a page to be written to comes first from a node that is not over its limit", MM_OBJ_EVENT,
	 NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
