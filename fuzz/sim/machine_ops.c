/* SPDX-License-Identifier: MIT */
/* machine facts: what was recorded where Linux would have complained. */
#include "mm/machine.h"

#include "mm/ops.h"

static int outcome(const struct mm_machine *m, enum mm_outcome o, uint64_t *value)
{
	*value = m->outcomes[o];
	return 0;
}

static int fact_bad_page(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_BAD_PAGE, value);
}

static int fact_stale_use(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_STALE_USE, value);
}

static int fact_warn_order(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_WARN_ORDER, value);
}

static int fact_bad_zone(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_BAD_ZONE, value);
}

static int fact_nofail_stall(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_NOFAIL_STALL, value);
}

static int fact_warn_nofail(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_WARN_NOFAIL, value);
}

static int fact_warn_overlap(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_WARN_OVERLAP, value);
}

static int fact_memblock_full(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_MEMBLOCK_FULL, value);
}

static int fact_atomic_sleep(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_ATOMIC_SLEEP, value);
}

static int fact_warn_gfp(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_WARN_GFP, value);
}

static int fact_corruption(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_CORRUPTION, value);
}

static int fact_bit_error(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	return outcome(m, MM_OUTCOME_BIT_ERROR, value);
}

static const struct mm_fact facts[] = {
	{"outcome.bad_page", fact_bad_page, "times bad_page() was due"},
	{"outcome.stale_use", fact_stale_use, "uses of a frame that has a new owner"},
	{"outcome.warn_order", fact_warn_order, "requests above max_order without __GFP_NOWARN"},
	{"outcome.nofail_stall", fact_nofail_stall, "__GFP_NOFAIL requests that would loop"},
	{"outcome.warn_nofail", fact_warn_nofail, "__GFP_NOFAIL requests that may not wait"},
	{"outcome.bad_zone", fact_bad_zone, "requests whose zone bits contradict each other"},
	{"outcome.warn_overlap", fact_warn_overlap, "memory added over memory that differs"},
	{"outcome.memblock_full", fact_memblock_full, "tables of regions that could not grow"},
	{"outcome.atomic_sleep", fact_atomic_sleep, "requests of interrupts that could wait"},
	{"outcome.warn_gfp", fact_warn_gfp, "bits of a mask that a call refused"},
	{"outcome.memory_corruption", fact_corruption, "free pages that were written to"},
	{"outcome.single_bit_error", fact_bit_error, "free pages of which one bit changed"},
	{NULL, NULL, NULL},
};

const struct mm_optable mm_machine_optable = {"machine", NULL, facts, NULL};
