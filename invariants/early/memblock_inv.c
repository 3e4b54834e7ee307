/* SPDX-License-Identifier: MIT */
/*
 * memblock claims about tables at rest; what a change makes of them is judged by
 * the model beside this file.
 */
#include "mm/memblock.h"

#include "mm/check.h"

static const char *const names[] = {"memory", "reserved"};

/* The table that an object is; NULL: the settings. */
static const struct memblock_type *table_of(const struct mm_machine *m, uint64_t id)
{
	return id < MM_MEMBLOCK_KINDS ? &m->memblock->type[id] : NULL;
}

/* One claim on each two neighbours of a table. */
static void check_sorted(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct memblock_type *t = table_of(m, id);
	uint64_t i;

	for (i = 1; t && i < t->cnt && i < t->max; i++) {
		MM_CHECK(r, "memblock.sorted", t->regions[i - 1].base < t->regions[i].base,
			 "%s[%llu] begins at 0x%llx, the one before at 0x%llx", names[id],
			 (unsigned long long)i, (unsigned long long)t->regions[i].base,
			 (unsigned long long)t->regions[i - 1].base);
	}
}

static void check_nonoverlap(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct memblock_type *t = table_of(m, id);
	uint64_t i;

	for (i = 1; t && i < t->cnt && i < t->max; i++) {
		const struct memblock_region *a = &t->regions[i - 1];
		const struct memblock_region *b = &t->regions[i];

		MM_CHECK(r, "memblock.nonoverlap",
			 b->base < a->base || a->size <= b->base - a->base,
			 "%s[%llu] begins at 0x%llx, inside the one before", names[id],
			 (unsigned long long)i, (unsigned long long)b->base);
	}
}

static void check_merged(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct memblock_type *t = table_of(m, id);
	uint64_t i;

	for (i = 1; t && i < t->cnt && i < t->max; i++) {
		const struct memblock_region *a = &t->regions[i - 1];
		const struct memblock_region *b = &t->regions[i];

		MM_CHECK(r, "memblock.merged",
			 a->base + a->size != b->base || a->nid != b->nid || a->flags != b->flags,
			 "%s[%llu] at 0x%llx continues the one before", names[id],
			 (unsigned long long)i, (unsigned long long)b->base);
	}
}

static void check_totals(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct memblock_type *t = table_of(m, id);
	uint64_t sum = 0;
	uint64_t i;

	if (!t)
		return;
	for (i = 0; i < t->cnt && i < t->max; i++)
		sum += t->regions[i].size;
	MM_CHECK(r, "memblock.totals", t->total_size == sum,
		 "%s: the total is 0x%llx, its regions have 0x%llx", names[id],
		 (unsigned long long)t->total_size, (unsigned long long)sum);
}

static void check_no_empty(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct memblock_type *t = table_of(m, id);
	uint64_t i;

	for (i = 0; t && i < t->cnt && i < t->max; i++) {
		const struct memblock_region *g = &t->regions[i];

		MM_CHECK(r, "memblock.no_empty", g->size && g->size <= UINT64_MAX - g->base,
			 "%s[%llu] at 0x%llx has 0x%llx bytes", names[id], (unsigned long long)i,
			 (unsigned long long)g->base, (unsigned long long)g->size);
	}
}

/* Is [base, base + size) in one or more reserved regions that touch? */
static bool is_reserved(const struct mm_machine *m, struct mm_memblock_span s)
{
	const struct memblock_type *t = &m->memblock->type[MM_MEMBLOCK_RESERVED];
	uint64_t at = s.base;
	uint64_t i;

	for (i = 0; i < t->cnt && i < t->max; i++) {
		const struct memblock_region *g = &t->regions[i];

		if (at >= g->base && at - g->base < g->size)
			at = g->base + g->size;
	}
	return at - s.base >= s.size;
}

static void check_capacity(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct memblock_type *t = table_of(m, id);
	const uint64_t first = m->desc.memblock_regions;
	uint64_t max = first;

	if (!t)
		return;
	while (max < t->max)
		max *= 2;
	MM_CHECK(r, "memblock.capacity", t->cnt <= t->max && t->max == max && max <= 8192,
		 "%s has %llu regions, and room for %llu", names[id], (unsigned long long)t->cnt,
		 (unsigned long long)t->max);
	MM_CHECK(r, "memblock.capacity",
		 t->max == first ? !t->home.size
				 : t->home.size >= t->max * sizeof(struct memblock_region) &&
					   is_reserved(m, t->home),
		 "%s: the table of %llu at 0x%llx is not reserved", names[id],
		 (unsigned long long)t->max, (unsigned long long)t->home.base);
}

/* The reserved regions changed: is the memory of the tables still among them? */
static void check_homes(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	if (id == MM_MEMBLOCK_RESERVED)
		check_capacity(r, m, MM_MEMBLOCK_MEMORY);
}

const struct mm_inv mm_memblock_invs[] = {
	{"memblock.sorted", "regions of a type ascend strictly", MM_OBJ_MEMBLOCK, check_sorted,
	 false},
	{"memblock.nonoverlap", "no region reaches into the next", MM_OBJ_MEMBLOCK,
	 check_nonoverlap, false},
	{"memblock.merged", "no two regions that touch have the same node and flags",
	 MM_OBJ_MEMBLOCK, check_merged, false},
	{"memblock.totals", "the total of a type is the sum of its sizes", MM_OBJ_MEMBLOCK,
	 check_totals, false},
	{"memblock.no_empty", "no region is empty or passes the top of the address space",
	 MM_OBJ_MEMBLOCK, check_no_empty, false},
	{"memblock.capacity", "a table has room for its regions, and its memory is reserved",
	 MM_OBJ_MEMBLOCK, check_capacity, false},
	{"memblock.capacity", "a table has room for its regions, and its memory is reserved",
	 MM_OBJ_MEMBLOCK, check_homes, false},
	{"memblock.alloc_result", "an allocation is the fit the rules name, or there is none",
	 MM_OBJ_EVENT, NULL, false},
	{"memblock.growth", "a table that doubles goes where the rules say", MM_OBJ_EVENT, NULL,
	 false},
	{"memblock.reserve_idempotent", "regions are exactly what all changes add up to",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
