/* SPDX-License-Identifier: MIT */
/*
 * clock: two counters that move together.
 */
#include "mm/clock.h"

uint64_t mm_clock_ns(const struct mm_machine *m)
{
	return m->clock_ns;
}

uint64_t mm_clock_jiffies(const struct mm_machine *m)
{
	return m->jiffies;
}

void mm_clock_tick(struct mm_ctx *x, uint64_t n)
{
	x->m->jiffies += n;
	x->m->clock_ns += n * MM_CLOCK_TICK_NS;
	mm_touch(x, MM_OBJ_MACHINE, 0);
}
