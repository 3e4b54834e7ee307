/* SPDX-License-Identifier: MIT */
/* migratetype facts: pageblocks by type. */
#include "mm/migratetype.h"

#include "mm/ops.h"

static int fact_blocks(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	uint64_t i;

	*value = 0;
	for (i = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, 0); i < m->nr_pageblocks;
	     i = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, i + 1))
		*value += m->pageblock[i] == key[0];
	return 0;
}

static int fact_grouping(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = !m->grouping_off;
	return 0;
}

static const struct mm_fact facts[] = {
	{"pageblocks.%t", fact_blocks, "pageblocks of a type, of what is ready"},
	{"machine.grouping", fact_grouping, "1 when pages are grouped by mobility"},
	{NULL, NULL, NULL},
};

const struct mm_optable mm_migratetype_optable = {"migratetype", NULL, facts, NULL};
