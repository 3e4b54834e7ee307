/* SPDX-License-Identifier: MIT */
/* zone facts: sizes. */
#include "mm/zone.h"

#include "mm/ops.h"

static int fact_managed(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = m->zones[key[0]].managed;
	return 0;
}

static int fact_present(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = m->zones[key[0]].present;
	return 0;
}

static int fact_spanned(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = m->zones[key[0]].spanned;
	return 0;
}

static int fact_reserved(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = m->zones[key[0]].nr_reserved_highatomic;
	return 0;
}

static const struct mm_fact facts[] = {
	{"zone.%z.managed", fact_managed, "frames the allocator was given"},
	{"zone.%z.present", fact_present, "frames that exist"},
	{"zone.%z.spanned", fact_spanned, "frames from first to last, holes included"},
	{"zone.%z.reserved_highatomic", fact_reserved, "frames of its HighAtomic pageblocks"},
	{NULL, NULL, NULL},
};

const struct mm_optable mm_zone_optable = {"zone", NULL, facts, NULL};
