/* SPDX-License-Identifier: MIT */
/* machine claims: its lock log is clean. */
#include "mm/machine.h"

#include "mm/check.h"

static void check_locks(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	(void)id;
	MM_CHECK(r, "machine.lock_clean", !m->lock.violations, "%s was %s, %llu times in all",
		 m->lock.lock, m->lock.what, (unsigned long long)m->lock.violations);
}

static void check_held(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	(void)id;
	MM_CHECK(r, "machine.lock_none_held", m->lock.held == 0, "%d locks are held", m->lock.held);
}

const struct mm_inv mm_machine_invs[] = {
	{"machine.lock_clean", "no lock rule was broken", MM_OBJ_MACHINE, check_locks, false},
	{"machine.lock_none_held", "no lock is held between operations", MM_OBJ_MACHINE, check_held,
	 false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
