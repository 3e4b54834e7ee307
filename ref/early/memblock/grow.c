/* SPDX-License-Identifier: MIT */
/*
 * grow: a table that is full doubles, in memory that memblock finds for it.
 *
 * The table of reserved regions may be the full one, and its new memory has to be
 * entered there: so it moves first, and then there is room.  The new place must
 * not be in the span that is about to be reserved, which no region shows yet.
 * The table of memory may need the other one to grow as well:
 *
 *     room in memory:    find a place -> room in reserved -> move -> reserve the
 *                        place -> room in reserved -> free the old place
 *     room in reserved:  find a place -> move -> reserve the place -> free the old
 *
 * Kernel: memblock_double_array.
 */
#include "table.h"

#include <string.h>

static uint64_t least(uint64_t a, uint64_t b)
{
	return b < a ? b : a;
}

/* Linux stops, or leaves the step half done. */
static int full(struct mm_ctx *x, enum mm_memblock_kind kind)
{
	mm_machine_outcome(x, MM_OUTCOME_MEMBLOCK_FULL, kind);
	return -MM_ENOMEM;
}

static uint64_t find_between(const struct mm_machine *m, uint64_t size, uint64_t start,
			     uint64_t end)
{
	struct mm_memblock_request q = {size, MM_PAGE_SIZE, start, end, MM_MEMBLOCK_NO_NODE, false};
	uint64_t pa = 0;

	/* 0 and 1 would mean no bound */
	if (end <= MM_MEMBLOCK_NOLEAKTRACE)
		return 0;
	if (m->memblock->has_mirror)
		pa = mm_memblock_find(m, &q, MM_MEMBLOCK_MIRROR);
	return pa ? pa : mm_memblock_find(m, &q, 0);
}

/* Memory for twice the table that does not meet avoid; above it at first. */
static uint64_t find_place(const struct mm_machine *m, uint64_t size, struct mm_memblock_span avoid)
{
	uint64_t limit = m->memblock->current_limit;
	uint64_t pa = find_between(m, size, mm_memblock_span_end(avoid), limit);

	return pa || !avoid.size ? pa : find_between(m, size, 0, least(avoid.base, limit));
}

/* Where a table is to go, and the model's memory for it. */
struct move {
	struct mm_memblock_span home;
	struct memblock_region *regions;
};

static int plan(struct mm_ctx *x, enum mm_memblock_kind kind, struct mm_memblock_span avoid,
		struct move *to)
{
	struct memblock_type *t = mm_memblock_type(x->m, kind);
	uint64_t bytes = 2 * t->max * sizeof(struct memblock_region);

	if (!x->m->memblock->can_resize)
		return full(x, kind);
	*to = (struct move){{0, (bytes + MM_PAGE_SIZE - 1) & ~(MM_PAGE_SIZE - 1)}, NULL};
	if (t->max < MM_MEMBLOCK_REGIONS_MAX)
		to->home.base = find_place(x->m, to->home.size, avoid);
	if (to->home.base)
		to->regions = mm_machine_alloc(x->m, (size_t)bytes, 64);
	if (!to->regions)
		to->home.base = 0;
	mm_event(x, MM_EV_mm_memblock_grow, kind, t->max, to->home.base, avoid.base, avoid.size);
	return to->home.base ? 0 : -MM_ENOMEM;
}

/* The place the table had before. */
static struct mm_memblock_span move(struct mm_ctx *x, enum mm_memblock_kind kind,
				    const struct move *to)
{
	struct memblock_type *t = mm_memblock_type(x->m, kind);
	struct mm_memblock_span old = t->home;

	memcpy(to->regions, t->regions, (size_t)t->cnt * sizeof(t->regions[0]));
	t->regions = to->regions;
	t->max *= 2;
	t->home = to->home;
	mm_memblock_touch(x, kind);
	return old;
}

static int grow_reserved(struct mm_ctx *x, struct mm_memblock_span avoid)
{
	struct mm_memblock_span old;
	struct move to;
	int err = plan(x, MM_MEMBLOCK_RESERVED, avoid, &to);

	if (err)
		return err;
	old = move(x, MM_MEMBLOCK_RESERVED, &to);
	mm_memblock_take_span(x, to.home);
	if (old.size)
		mm_memblock_give_span(x, old);
	return 0;
}

static bool has_room(const struct memblock_type *t, struct mm_memblock_span s,
		     enum mm_memblock_need need)
{
	uint64_t more = need == MM_MEMBLOCK_NEED_SPLITS ? 2 : mm_memblock_gaps(t, s);

	return t->cnt + more <= t->max;
}

static int room_in_reserved(struct mm_ctx *x, struct mm_memblock_span s, enum mm_memblock_need need)
{
	const struct memblock_type *t = mm_memblock_type(x->m, MM_MEMBLOCK_RESERVED);
	uint64_t before = t->max;

	while (!has_room(t, s, need)) {
		int err = grow_reserved(x, s);

		if (err)
			return t->max == before ? err : full(x, MM_MEMBLOCK_RESERVED);
	}
	return 0;
}

static int grow_memory(struct mm_ctx *x)
{
	struct mm_memblock_span old;
	struct move to;
	int err = plan(x, MM_MEMBLOCK_MEMORY, (struct mm_memblock_span){0, 0}, &to);

	if (err)
		return err;
	/* Kernel: BUG_ON(memblock_reserve(...)) */
	if (room_in_reserved(x, to.home, MM_MEMBLOCK_NEED_GAPS))
		return full(x, MM_MEMBLOCK_MEMORY);
	old = move(x, MM_MEMBLOCK_MEMORY, &to);
	mm_memblock_take_span(x, to.home);
	if (!old.size)
		return 0;
	if (room_in_reserved(x, old, MM_MEMBLOCK_NEED_SPLITS))
		return full(x, MM_MEMBLOCK_MEMORY);
	mm_memblock_give_span(x, old);
	return 0;
}

int mm_memblock_room(struct mm_ctx *x, enum mm_memblock_kind kind, struct mm_memblock_span s,
		     enum mm_memblock_need need)
{
	const struct memblock_type *t = mm_memblock_type(x->m, kind);
	uint64_t before = t->max;

	if (kind == MM_MEMBLOCK_RESERVED)
		return room_in_reserved(x, s, need);
	while (!has_room(t, s, need)) {
		int err = grow_memory(x);

		if (err)
			return t->max == before ? err : full(x, kind);
	}
	return 0;
}

bool mm_memblock_home_in(const struct mm_machine *m, struct mm_memblock_span s)
{
	int kind;

	for (kind = 0; kind < MM_MEMBLOCK_KINDS && s.size; kind++) {
		if (m->memblock->type[kind].home.size &&
		    mm_memblock_meet(m->memblock->type[kind].home, s))
			return true;
	}
	return false;
}
