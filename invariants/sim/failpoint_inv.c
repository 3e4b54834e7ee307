/* SPDX-License-Identifier: MIT */
/* failpoint claims about attributes at rest; those about decisions are the model's. */
#include "mm/failpoint.h"

#include "mm/check.h"

/* Largest value of each attribute but times; the smallest is 0. */
static const int64_t largest[MM_FAILPOINT_ATTRS] = {
	[MM_FAILPOINT_IGNORE_GFP_HIGHMEM] = 1, [MM_FAILPOINT_IGNORE_GFP_WAIT] = 1,
	[MM_FAILPOINT_INTERVAL] = UINT32_MAX,  [MM_FAILPOINT_MIN_ORDER] = UINT32_MAX,
	[MM_FAILPOINT_PROBABILITY] = 100,      [MM_FAILPOINT_SPACE] = INT32_MAX,
	[MM_FAILPOINT_TASK_FILTER] = 1,
};

static void check_range(struct mm_report *r, const struct mm_machine *m, uint64_t site)
{
	int i;

	for (i = 0; i < MM_FAILPOINT_ATTRS; i++) {
		int64_t v = m->faults[site].attr[i];

		MM_CHECK(r, "fault.range", i == MM_FAILPOINT_TIMES || (v >= 0 && v <= largest[i]),
			 "attribute %d is %lld", i, (long long)v);
	}
}

static void check_times(struct mm_report *r, const struct mm_machine *m, uint64_t site)
{
	int64_t times = m->faults[site].attr[MM_FAILPOINT_TIMES];

	MM_CHECK(r, "fault.times", times >= -1 && times <= INT32_MAX, "%lld failures are left",
		 (long long)times);
}

const struct mm_inv mm_failpoint_invs[] = {
	{"fault.range", "attributes are in their ranges", MM_OBJ_FAULT, check_range, false},
	{"fault.times", "the number of failures that are left is -1 or not below 0", MM_OBJ_FAULT,
	 check_times, false},
	{"fault.decision", "a fail point fails exactly when n or the attributes say so",
	 MM_OBJ_EVENT, NULL, false},
	{"fault.counters", "times, space and the interval's count follow from the calls",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
