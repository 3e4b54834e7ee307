/* SPDX-License-Identifier: MIT */
/* watermark operations and facts. */
#include "mm/watermark.h"

#include "mm/ops.h"

static void op_sysctl(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	res->err = mm_watermark_sysctl(mm_run_ctx(r, 0), (size_t)op->arg[0], op->arg[1]);
}

static int fact_mark(const struct mm_machine *m, const uint64_t *key, enum mm_wmark w,
		     uint64_t *value)
{
	*value = mm_zone_wmark(&m->zones[key[0]], w);
	return 0;
}

static int fact_min(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	return fact_mark(m, key, MM_WMARK_MIN, value);
}

static int fact_low(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	return fact_mark(m, key, MM_WMARK_LOW, value);
}

static int fact_high(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	return fact_mark(m, key, MM_WMARK_HIGH, value);
}

static int fact_promo(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	return fact_mark(m, key, MM_WMARK_PROMO, value);
}

static int fact_protection(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (key[1] >= MM_NR_ZONES)
		return -MM_ENOENT;
	*value = m->zones[key[0]].lowmem_reserve[key[1]];
	return 0;
}

static int fact_total(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = m->totalreserve_pages;
	return 0;
}

static int fact_min_free(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = m->sysctl.min_free_kbytes;
	return 0;
}

static const struct mm_fact facts[] = {
	{"zone.%z.min", fact_min, "min watermark in pages"},
	{"zone.%z.low", fact_low, "low watermark in pages"},
	{"zone.%z.high", fact_high, "high watermark in pages"},
	{"zone.%z.promo", fact_promo, "promo watermark in pages"},
	{"zone.%z.protection[%n]", fact_protection, "pages kept from requests up to zone n"},
	{"machine.totalreserve", fact_total, "pages no user can count on"},
	{"sysctl.min_free_kbytes", fact_min_free, "its value in KiB"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"sysctl", MM_ARG_END, op_sysctl, "write a sysctl of /proc/sys/vm", {
		{"name", MM_ARG_SYSCTL, MM_ARGF_SHOW},
		{"value", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_watermark_optable = {"watermark", ops, facts, NULL};
