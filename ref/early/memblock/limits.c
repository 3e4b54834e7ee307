/* SPDX-License-Identifier: MIT */
/*
 * limits: leaving out memory that there is (mem=, a crash kernel's window) or that
 * cannot be used (parts of pages).  What is left out is given back in reserved
 * too: nobody can hold what is not there.
 */
#include "table.h"

static struct mm_memblock_span from_to(uint64_t start, uint64_t end)
{
	return (struct mm_memblock_span){start, end - start};
}

static int change(struct mm_ctx *x, enum mm_memblock_what what, struct mm_memblock_span s)
{
	mm_event(x, MM_EV_mm_memblock_change, what, s.base, s.size, 0, 0, 0);
	return 0;
}

/* Take s out of reserved, after memory was cut: too late to leave all as it was. */
static int cut_reserved(struct mm_ctx *x, struct mm_memblock_span s)
{
	if (mm_memblock_room(x, MM_MEMBLOCK_RESERVED, s, MM_MEMBLOCK_NEED_SPLITS)) {
		mm_machine_outcome(x, MM_OUTCOME_MEMBLOCK_FULL, MM_MEMBLOCK_RESERVED);
		return -MM_ENOMEM;
	}
	mm_memblock_give_span(x, s);
	return 0;
}

/* Drop the regions [first, last) that have a map, highest first. */
static void drop_mapped(struct memblock_type *t, uint64_t first, uint64_t last)
{
	while (last > first) {
		if (!(t->regions[--last].flags & MM_MEMBLOCK_NOMAP))
			mm_memblock_drop(t, last);
	}
}

/* Announced as what, with what was asked for. */
static int cap(struct mm_ctx *x, struct mm_memblock_span s, enum mm_memblock_what what,
	       struct mm_memblock_span asked)
{
	struct memblock_type *t = mm_memblock_type(x->m, MM_MEMBLOCK_MEMORY);
	struct mm_memblock_span below = from_to(0, s.base);
	struct mm_memblock_span above = from_to(mm_memblock_span_end(s), UINT64_MAX);
	struct mm_memblock_slice in;
	int err;

	if (mm_memblock_home_in(x->m, below) || mm_memblock_home_in(x->m, above))
		return -MM_EBUSY;
	err = mm_memblock_room(x, MM_MEMBLOCK_MEMORY, s, MM_MEMBLOCK_NEED_SPLITS);
	if (err)
		return err;
	/* its table may have moved out of the span just now */
	if (mm_memblock_home_in(x->m, below) || mm_memblock_home_in(x->m, above)) {
		mm_machine_outcome(x, MM_OUTCOME_MEMBLOCK_FULL, MM_MEMBLOCK_MEMORY);
		return -MM_ENOMEM;
	}
	in = mm_memblock_isolate(t, s);
	drop_mapped(t, in.last, t->cnt);
	drop_mapped(t, 0, in.first);
	/* what has no map and was split at an end has both its halves */
	mm_memblock_join(t, (struct mm_memblock_slice){0, t->cnt});
	mm_memblock_touch(x, MM_MEMBLOCK_MEMORY);
	(void)change(x, what, asked);
	err = cut_reserved(x, below);
	return err ? err : cut_reserved(x, above);
}

int mm_memblock_cap(struct mm_ctx *x, struct mm_memblock_span s)
{
	if (!s.size || !mm_memblock_size(x->m, MM_MEMBLOCK_MEMORY))
		return 0;
	return cap(x, mm_memblock_clip(s), MM_MEMBLOCK_CAP, s);
}

/* Where limit bytes of memory end; UINT64_MAX when there are fewer. */
static uint64_t end_of_bytes(const struct memblock_type *t, uint64_t limit)
{
	uint64_t i;

	for (i = 0; i < t->cnt; i++) {
		if (limit <= t->regions[i].size)
			return t->regions[i].base + limit;
		limit -= t->regions[i].size;
	}
	return UINT64_MAX;
}

int mm_memblock_limit(struct mm_ctx *x, uint64_t limit, bool keep_nomap)
{
	uint64_t end = end_of_bytes(mm_memblock_type(x->m, MM_MEMBLOCK_MEMORY), limit);
	struct mm_memblock_span above = from_to(end, UINT64_MAX);
	int err;

	if (!limit || end == UINT64_MAX)
		return 0;
	if (keep_nomap)
		return cap(x, from_to(0, end), MM_MEMBLOCK_LIMIT_MAP, from_to(limit, limit));
	if (mm_memblock_home_in(x->m, above))
		return -MM_EBUSY;
	err = mm_memblock_room(x, MM_MEMBLOCK_MEMORY, above, MM_MEMBLOCK_NEED_SPLITS);
	if (err)
		return err;
	if (mm_memblock_home_in(x->m, above)) {
		mm_machine_outcome(x, MM_OUTCOME_MEMBLOCK_FULL, MM_MEMBLOCK_MEMORY);
		return -MM_ENOMEM;
	}
	mm_memblock_uncover(x, MM_MEMBLOCK_MEMORY, above);
	(void)change(x, MM_MEMBLOCK_LIMIT, (struct mm_memblock_span){limit, 0});
	return cut_reserved(x, above);
}

int mm_memblock_trim(struct mm_ctx *x, uint64_t align)
{
	struct memblock_type *t = mm_memblock_type(x->m, MM_MEMBLOCK_MEMORY);
	uint64_t i = 0;

	if (!align || (align & (align - 1)))
		return -MM_EINVAL;
	while (i < t->cnt) {
		struct memblock_region *r = &t->regions[i];
		uint64_t start = (r->base + align - 1) & ~(align - 1);
		uint64_t end = mm_memblock_end(r) & ~(align - 1);

		/* rounded up past the top, or past its end */
		if (start < r->base || start >= end) {
			mm_memblock_drop(t, i);
			continue;
		}
		t->total_size -= r->size - (end - start);
		r->base = start;
		r->size = end - start;
		i++;
	}
	mm_memblock_touch(x, MM_MEMBLOCK_MEMORY);
	return change(x, MM_MEMBLOCK_TRIM, (struct mm_memblock_span){align, 0});
}
