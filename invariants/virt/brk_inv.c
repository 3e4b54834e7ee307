/* SPDX-License-Identifier: MIT */
/* brk claims; what it answers, and that nothing else moves it, the model of mmap judges. */
#include "mm/aspace.h"
#include "mm/check.h"
#include "mm/process.h"

static void check_brk(struct mm_report *r, const struct mm_machine *m, uint64_t pid)
{
	const struct mm_struct *mm = m->processes[pid].mm;

	MM_CHECK(r, "mm.brk", !mm || mm->start_brk <= mm->brk,
		 "the heap begins at 0x%llx and ends at 0x%llx",
		 (unsigned long long)(mm ? mm->start_brk : 0),
		 (unsigned long long)(mm ? mm->brk : 0));
}

const struct mm_inv mm_brk_invs[] = {
	{"mm.brk", "the heap ends where brk last answered that it does", MM_OBJ_MM, check_brk,
	 false},
	{"brk.answer", "brk moves where limits, promises and neighbours allow", MM_OBJ_EVENT, NULL,
	 false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
