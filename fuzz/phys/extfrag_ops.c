/* SPDX-License-Identifier: MIT */
/* extfrag facts: shares of free memory that an order cannot use. */
#include "mm/extfrag.h"

#include "mm/ops.h"

static bool is_order(const struct mm_machine *m, uint64_t order)
{
	return order <= m->desc.max_order;
}

static int fact_unusable(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	struct mm_extfrag f;

	if (!is_order(m, key[1]))
		return -MM_ENOENT;
	f = mm_extfrag_of(m, &m->zones[key[0]], (unsigned int)key[1]);
	*value = mm_extfrag_unusable(&f, (unsigned int)key[1]);
	return 0;
}

static int fact_percent(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	struct mm_extfrag f;

	if (!is_order(m, key[1]))
		return -MM_ENOENT;
	f = mm_extfrag_of(m, &m->zones[key[0]], (unsigned int)key[1]);
	*value = mm_extfrag_percent(&f, (unsigned int)key[1]);
	return 0;
}

static const struct mm_fact facts[] = {
	{"zone.%z.unusable[%n]", fact_unusable,
	 "thousandths of what is free, of no use to order n"},
	{"zone.%z.extfrag[%n]", fact_percent, "the same in hundredths, 0 when nothing is free"},
	{NULL, NULL, NULL},
};

const struct mm_optable mm_extfrag_optable = {"extfrag", NULL, facts, NULL};
