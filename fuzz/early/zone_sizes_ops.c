/* SPDX-License-Identifier: MIT */
/* zone_sizes facts: where zone Movable begins. */
#include "mm/zone_sizes.h"

#include "mm/ops.h"

static int fact_movable(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (key[0] >= (uint64_t)m->desc.nr_nodes || !m->movable_pfn[key[0]])
		return -MM_ENOENT;
	*value = m->movable_pfn[key[0]];
	return 0;
}

static const struct mm_fact facts[] = {
	{"node[%n].movable_pfn", fact_movable, "first frame of the zone Movable cut off a node"},
	{NULL, NULL, NULL},
};

const struct mm_optable mm_zone_sizes_optable = {"zone_sizes", NULL, facts, NULL};
