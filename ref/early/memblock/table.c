/* SPDX-License-Identifier: MIT */
/*
 * table: regions in order, none touching one that agrees with it.
 *
 * Adding a span inserts only what is not covered yet, each piece with the new
 * node and flags, and then joins neighbours that agree; what was covered keeps
 * what it had.  Everything else first splits at both ends of the span, so that it
 * acts on whole regions:
 *
 *     cover     AAAA    BBBB        isolate   AAAAAAAAAAAA
 *     span    ccccccccccccc           span        ssss
 *             ccAAAAccccBBBB                  AAAA|AAAA|AAAA
 *
 * Callers make room first, so nothing in this file can fail.
 */
#include "table.h"

#include <string.h>

struct mm_memblock_span mm_memblock_clip(struct mm_memblock_span s)
{
	if (s.size > UINT64_MAX - s.base)
		s.size = UINT64_MAX - s.base;
	return s;
}

void mm_memblock_touch(struct mm_ctx *x, enum mm_memblock_kind kind)
{
	mm_touch(x, MM_OBJ_MEMBLOCK, kind);
}

/* ---- one region ---- */

static void insert(struct memblock_type *t, uint64_t i, const struct memblock_region *r)
{
	MM_PRE(t->cnt < t->max && i <= t->cnt);
	memmove(&t->regions[i + 1], &t->regions[i], (size_t)(t->cnt - i) * sizeof(*r));
	t->regions[i] = *r;
	t->cnt++;
}

static void erase(struct memblock_type *t, uint64_t i)
{
	t->cnt--;
	memmove(&t->regions[i], &t->regions[i + 1], (size_t)(t->cnt - i) * sizeof(t->regions[0]));
}

void mm_memblock_drop(struct memblock_type *t, uint64_t i)
{
	t->total_size -= t->regions[i].size;
	erase(t, i);
}

static bool agree(const struct memblock_region *a, const struct memblock_region *b)
{
	return mm_memblock_end(a) == b->base && a->nid == b->nid && a->flags == b->flags;
}

void mm_memblock_join(struct memblock_type *t, struct mm_memblock_slice s)
{
	uint64_t i = s.first ? s.first - 1 : 0;

	/* joining moves regions from behind the slice into it: they agree with no
	 * neighbour, as before */
	while (i < s.last && i + 1 < t->cnt) {
		if (!agree(&t->regions[i], &t->regions[i + 1])) {
			i++;
			continue;
		}
		t->regions[i].size += t->regions[i + 1].size;
		erase(t, i + 1);
	}
}

/* ---- covering ---- */

/* A walk over the pieces of [at, end) that no region covers. */
struct gaps {
	uint64_t i; /* the region before which the piece belongs */
	uint64_t at;
	uint64_t end;
	struct mm_memblock_span gap;
};

static bool next_gap(const struct memblock_type *t, struct gaps *g)
{
	for (; g->at < g->end; g->i++) {
		const struct memblock_region *r = &t->regions[g->i];
		uint64_t start = g->at;

		if (g->i == t->cnt || r->base >= g->end) {
			g->gap = (struct mm_memblock_span){start, g->end - start};
			g->at = g->end;
			return true;
		}
		if (mm_memblock_end(r) <= start)
			continue;
		g->at = mm_memblock_end(r);
		if (r->base > start) {
			g->gap = (struct mm_memblock_span){start, r->base - start};
			return true;
		}
	}
	return false;
}

static struct gaps gaps_of(struct mm_memblock_span s)
{
	return (struct gaps){0, s.base, mm_memblock_span_end(s), {0, 0}};
}

uint64_t mm_memblock_gaps(const struct memblock_type *t, struct mm_memblock_span s)
{
	struct gaps g = gaps_of(s);
	uint64_t n = 0;

	while (next_gap(t, &g))
		n++;
	return n;
}

/* Linux warns when the new piece ends at a region of the span that differs. */
static void warn_overlap(struct mm_ctx *x, const struct memblock_type *t, const struct gaps *g,
			 const struct memblock_region *r)
{
	const struct memblock_region *met = &t->regions[g->i];

	if (g->i == t->cnt || met->base >= g->end)
		return;
	if (met->nid != r->nid || (r->flags && r->flags != met->flags))
		mm_machine_outcome(x, MM_OUTCOME_WARN_OVERLAP, met->base);
}

void mm_memblock_cover(struct mm_ctx *x, enum mm_memblock_kind kind,
		       const struct memblock_region *r)
{
	struct memblock_type *t = mm_memblock_type(x->m, kind);
	struct gaps g = gaps_of((struct mm_memblock_span){r->base, r->size});
	struct mm_memblock_slice made = {UINT64_MAX, 0};

	while (next_gap(t, &g)) {
		const struct memblock_region piece = {g.gap.base, g.gap.size, r->flags, r->nid};

		warn_overlap(x, t, &g, r);
		insert(t, g.i, &piece);
		t->total_size += piece.size;
		if (made.first == UINT64_MAX)
			made.first = g.i;
		made.last = g.i + 1;
	}
	if (made.last)
		mm_memblock_join(t, made);
	mm_memblock_touch(x, kind);
}

/* ---- splitting ---- */

/* Make addr a border; the first region that ends above it. */
static uint64_t split(struct memblock_type *t, uint64_t addr)
{
	struct memblock_region low;
	uint64_t i;

	for (i = 0; i < t->cnt && mm_memblock_end(&t->regions[i]) <= addr; i++)
		;
	if (i == t->cnt || t->regions[i].base >= addr)
		return i;
	low = t->regions[i];
	low.size = addr - low.base;
	t->regions[i].base = addr;
	t->regions[i].size -= low.size;
	insert(t, i, &low);
	return i + 1;
}

struct mm_memblock_slice mm_memblock_isolate(struct memblock_type *t, struct mm_memblock_span s)
{
	struct mm_memblock_slice in;

	in.first = split(t, s.base);
	in.last = split(t, mm_memblock_span_end(s));
	return in;
}

void mm_memblock_uncover(struct mm_ctx *x, enum mm_memblock_kind kind, struct mm_memblock_span s)
{
	struct memblock_type *t = mm_memblock_type(x->m, kind);
	struct mm_memblock_slice in = mm_memblock_isolate(t, s);

	while (in.last > in.first)
		mm_memblock_drop(t, --in.last);
	mm_memblock_touch(x, kind);
}

void mm_memblock_take_span(struct mm_ctx *x, struct mm_memblock_span s)
{
	const struct memblock_region r = {s.base, s.size, 0, MM_MEMBLOCK_NO_NODE};

	mm_memblock_cover(x, MM_MEMBLOCK_RESERVED, &r);
	mm_event(x, MM_EV_mm_memblock_change, MM_MEMBLOCK_RESERVE, s.base, s.size, UINT64_MAX, 0,
		 0);
}

void mm_memblock_give_span(struct mm_ctx *x, struct mm_memblock_span s)
{
	mm_memblock_uncover(x, MM_MEMBLOCK_RESERVED, s);
	mm_event(x, MM_EV_mm_memblock_change, MM_MEMBLOCK_FREE, s.base, s.size, 0, 0, 0);
}
