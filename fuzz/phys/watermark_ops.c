/* SPDX-License-Identifier: MIT */
/* watermark facts: marks, reserves, what they are computed from. */
#include "mm/watermark.h"

#include "mm/ops.h"

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

static int fact_suits(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct zone *z = &m->zones[key[0]];

	if (key[1] > m->desc.max_order)
		return -MM_ENOENT;
	*value = mm_watermark_suits_compaction(m, z, (unsigned int)key[1], z->type);
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
	{"zone.%z.suits_compaction[%n]", fact_suits,
	 "1: enough is free for compaction to make a block of order n"},
	{"machine.totalreserve", fact_total, "pages no user can count on"},
	{"sysctl.min_free_kbytes", fact_min_free, "its value in KiB"},
	{NULL, NULL, NULL},
};

const struct mm_optable mm_watermark_optable = {"watermark", NULL, facts, NULL};
