/* SPDX-License-Identifier: MIT */
/*
 * failpoint: places where an allocation can be told to fail.  Arming a context
 * with n makes exactly the n-th fail point it passes fail, which allows
 * exhaustive sweeps: run with n = 1, 2, 3 ... until nothing fails any more.
 *
 * Kernel: Documentation/fault-injection/fault-injection.rst, /proc/PID/fail-nth
 *   and fail_page_alloc (6.12).
 * Differs: fail-nth only, per context (a simulated CPU) as the kernel's is per
 *   task; probability, interval and times come later.
 * State: two counters in the context; the machine knows nothing of it.
 * Invariants: a request that must not fail (__GFP_NOFAIL) passes no fail point.
 */
#ifndef MM_FAILPOINT_H
#define MM_FAILPOINT_H

#include "mm/ctx.h"

/* The n-th fail point from now fails; 0 disarms. */
void mm_failpoint_arm(struct mm_ctx *x, uint32_t n);
/* How many are left to pass; 0 when disarmed or already hit. */
uint32_t mm_failpoint_left(const struct mm_ctx *x);

bool mm_failpoint_hit(struct mm_ctx *x);

/* Ask at a fail point: true means "fail now". */
static inline bool mm_failpoint_ask(struct mm_ctx *x)
{
	return x->fail_nth && mm_failpoint_hit(x);
}

#endif
