/* SPDX-License-Identifier: MIT */
/* mprotect claims: the model of mmap judges them. */
#include "mm/check.h"

const struct mm_inv mm_mprotect_invs[] = {
	{"mprotect.answer", "mprotect goes from VMA to VMA up to the first that may not change",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
