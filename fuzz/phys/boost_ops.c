/* SPDX-License-Identifier: MIT */
/* boost facts: requests boost, kswapd takes it back. */
#include "mm/boost.h"

#include "mm/ops.h"

static int fact_boost(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = m->zones[key[0]].boost;
	return 0;
}

static int fact_factor(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = m->sysctl.watermark_boost_factor;
	return 0;
}

static const struct mm_fact facts[] = {
	{"zone.%z.boost", fact_boost, "pages that are added to each watermark for a while"},
	{"sysctl.watermark_boost_factor", fact_factor, "its value in 1/10000"},
	{NULL, NULL, NULL},
};

const struct mm_optable mm_boost_optable = {"boost", NULL, facts, NULL};
