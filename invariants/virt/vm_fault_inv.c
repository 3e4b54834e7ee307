/* SPDX-License-Identifier: MIT */
/* vm_fault claims: the model of mmap judges them. */
#include "mm/check.h"

const struct mm_inv mm_vm_fault_invs[] = {
	{"touch.answer", "a touch ends as rights, file and stack say, and finds an anon_vma",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
