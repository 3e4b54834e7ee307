/* SPDX-License-Identifier: MIT */
/* clock claims. */
#include "mm/clock.h"

#include "mm/check.h"

static void check_step(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	(void)id;
	MM_CHECK(r, "machine.clock_in_step", m->clock_ns / MM_CLOCK_TICK_NS == m->jiffies,
		 "%llu ns are not %llu ticks", (unsigned long long)m->clock_ns,
		 (unsigned long long)m->jiffies);
}

const struct mm_inv mm_clock_invs[] = {
	{"machine.clock_in_step", "jiffies and nanoseconds of the clock agree", MM_OBJ_MACHINE,
	 check_step, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
