/* SPDX-License-Identifier: MIT */
/* buddy facts: blocks by order and type. */
#include "mm/buddy.h"

#include "mm/ops.h"

static int fact_free(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (key[1] > m->desc.max_order)
		return -MM_ENOENT;
	*value = m->zones[key[0]].free_area[key[1]].nr_free;
	return 0;
}

static int fact_free_type(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct zone *z = &m->zones[key[0]];
	int64_t n;

	if (key[2] > m->desc.max_order)
		return -MM_ENOENT;
	n = mm_list_check(&z->free_area[key[2]].free_list[key[1]], z->spanned);
	*value = n < 0 ? 0 : (uint64_t)n;
	return 0;
}

static int fact_guards(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct zone *z = &m->zones[key[0]];
	uint64_t end = z->start_pfn + z->spanned;
	uint64_t pfn;

	*value = 0;
	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, z->start_pfn); pfn < end;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1)) {
		const struct page *p = &m->memmap[pfn];

		if (mm_page_valid(m, pfn_of(pfn)) && p->zone == z->id && (p->flags & MM_PG_GUARD))
			*value += (uint64_t)1 << p->order;
	}
	return 0;
}

static const struct mm_fact facts[] = {
	{"zone.%z.free[%n]", fact_free, "free blocks of order n"},
	{"zone.%z.%t.free[%n]", fact_free_type, "free blocks of order n on the lists of a type"},
	{"zone.%z.guards", fact_guards, "frames in guards, which no list has"},
	{NULL, NULL, NULL},
};

const struct mm_optable mm_buddy_optable = {"buddy", NULL, facts, NULL};
