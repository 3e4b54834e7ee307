/* SPDX-License-Identifier: MIT */
/*
 * clock: virtual time.  It moves only when a trace says so (and later with
 * sleeps and I/O), so a run means the same on a fast and a slow host.
 *
 * Kernel: jiffies and ktime_get with HZ=250, arm64's and Debian's default.
 * Differs: no timers yet; nothing runs in the background when time passes.
 * State: nanoseconds and jiffies since boot, in struct mm_machine.
 * Invariants:
 *   machine.clock_in_step   jiffies == nanoseconds / MM_CLOCK_TICK_NS
 */
#ifndef MM_CLOCK_H
#define MM_CLOCK_H

#include "mm/machine.h"

#define MM_CLOCK_HZ      250
#define MM_CLOCK_TICK_NS ((uint64_t)1000000000 / MM_CLOCK_HZ)

uint64_t mm_clock_ns(const struct mm_machine *m);
uint64_t mm_clock_jiffies(const struct mm_machine *m);
/* Let n ticks of 4 ms pass. */
void mm_clock_tick(struct mm_ctx *x, uint64_t n);

#endif
