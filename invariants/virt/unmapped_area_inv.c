/* SPDX-License-Identifier: MIT */
/* unmapped_area claims: the model of mmap judges them. */
#include "mm/check.h"

const struct mm_inv mm_unmapped_area_invs[] = {
	{"vma.unmapped_area", "where a mapping goes is free, clear of stacks, and first in order",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
