/* SPDX-License-Identifier: MIT */
/* process claims. */
#include "mm/process.h"

#include "mm/check.h"

static void check_process(struct mm_report *r, const struct mm_machine *m, uint64_t pid)
{
	const struct mm_process *p = mm_process_at(m, pid);

	MM_CHECK(r, "process.owns_mm", p->alive == (p->mm != NULL),
		 "process %llu is %s, and has %s", (unsigned long long)pid,
		 p->alive ? "alive" : "gone", p->mm ? "an address space" : "none");
}

const struct mm_inv mm_process_invs[] = {
	{"process.owns_mm", "who lives has an address space, who does not has none", MM_OBJ_PROCESS,
	 check_process, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
