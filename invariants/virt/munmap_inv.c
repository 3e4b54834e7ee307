/* SPDX-License-Identifier: MIT */
/* munmap claims: the model of mmap judges them. */
#include "mm/check.h"

const struct mm_inv mm_munmap_invs[] = {
	{"munmap.answer", "munmap refuses what is no range, and a hole where VMAs are too many",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
