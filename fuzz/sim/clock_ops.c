/* SPDX-License-Identifier: MIT */
/* clock operations. */
#include "mm/clock.h"

#include "mm/ops.h"

/* Longest stretch one operation may let pass: a day of ticks. */
#define TICKS_MAX ((uint64_t)MM_CLOCK_HZ * 86400)

static void op_tick(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	if (op->arg[0] > TICKS_MAX)
		res->err = -MM_EINVAL;
	else
		mm_clock_tick(mm_run_ctx(r, 0), op->arg[0]);
}

static int fact_jiffies(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = mm_clock_jiffies(m);
	return 0;
}

static int fact_ns(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = mm_clock_ns(m);
	return 0;
}

static const struct mm_fact facts[] = {
	{"clock.jiffies", fact_jiffies, "ticks of 4 ms since boot"},
	{"clock.ns", fact_ns, "nanoseconds since boot"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"tick", MM_ARG_END, op_tick, "let n ticks of 4 ms pass", {
		{"n", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_clock_optable = {"clock", ops, facts, NULL};
