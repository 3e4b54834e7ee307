/* SPDX-License-Identifier: MIT */
/*
 * failpoint: a countdown.
 */
#include "mm/failpoint.h"

void mm_failpoint_arm(struct mm_ctx *x, uint32_t n)
{
	x->fail_nth = n;
	x->fail_hits = 0;
}

uint32_t mm_failpoint_left(const struct mm_ctx *x)
{
	return x->fail_nth;
}

bool mm_failpoint_hit(struct mm_ctx *x)
{
	x->fail_hits++;
	x->fail_nth--;
	return x->fail_nth == 0;
}
