/* SPDX-License-Identifier: MIT */
/* mmap claims: its model judges them. */
#include "mm/check.h"

const struct mm_inv mm_mmap_invs[] = {
	{"mmap.answer", "mmap answers with the first error there is, or maps what was asked for",
	 MM_OBJ_EVENT, NULL, false},
	{"mmap.pages", "what is mapped, and with which rights, is what calls have made",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
