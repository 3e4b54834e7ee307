/* SPDX-License-Identifier: MIT */
/*
 * gap: free ranges, by the sizes kept in inner nodes.
 *
 *     within     [=========================]
 *     leaf    | A | nothing | B |           first where `within` begins;
 *     level 1        | 3 | 9 | 2 |          then up, and on to the next child
 *     level 2           | 9 | 40 |          with such a gap; then down to it
 *
 * Only the free range at the near end of `within` may be cut by it and prove
 * too small with another behind it.  Every other that is large enough lies in
 * it, or is cut at the far end, and then there is none behind.  So the way goes
 * up once and down once.
 */
#include "node.h"

/* Of a slot: the free range in it, or the largest below it. */
static MM_ALWAYS_INLINE uint64_t gap_at(const struct mm_maple_node *n, unsigned int i,
					struct mm_maple_range span)
{
	if (n->level)
		return n->u.inner.gap[i];
	if (n->u.leaf.slot[i])
		return 0;
	return mm_maple_size(mm_maple_slot_range(n->u.leaf.pivot, n->nr, i, span));
}

uint64_t mm_maple_gap_of(const struct mm_maple_node *n, struct mm_maple_range span)
{
	uint64_t most = 0;
	unsigned int i;

	for (i = 0; i < n->nr; i++) {
		uint64_t gap = gap_at(n, i, span);

		if (gap > most)
			most = gap;
	}
	return most;
}

void mm_maple_set_gap(struct mm_maple *t, const struct mm_maple_path *p, unsigned int level,
		      uint64_t gap)
{
	while (++level < t->height) {
		struct mm_maple_node *n = p->node[level];

		if (n->u.inner.gap[p->slot[level]] == gap)
			return;
		n->u.inner.gap[p->slot[level]] = gap;
		gap = mm_maple_gap_of(n, p->span[level]);
	}
}

/* What is asked for; `up`: the lowest of it. */
struct want {
	struct mm_maple_range within;
	uint64_t size;
	bool up;
};

/* Go on from slot i to one with such a gap; false: there is none. */
static MM_ALWAYS_INLINE bool pick(const struct mm_maple_node *n, struct mm_maple_range span,
				  const struct want *want, unsigned int *i)
{
	/* below 0 is above nr */
	for (; *i < n->nr; *i += want->up ? 1u : -1u)
		if (gap_at(n, *i, span) >= want->size)
			return true;
	return false;
}

/* The part of r that lies in `within`; false: too little. */
static bool cut(struct mm_maple_range *r, const struct want *want)
{
	if (r->first < want->within.first)
		r->first = want->within.first;
	if (r->last > want->within.last)
		r->last = want->within.last;
	return r->first <= r->last && r->last - r->first >= want->size - 1;
}

/* Down from slot i, which has such a gap, to that gap. */
static bool go_down(const struct mm_maple_node *n, struct mm_maple_range span, unsigned int i,
		    const struct want *want, struct mm_maple_range *r)
{
	while (n->level) {
		span = mm_maple_range_of(n, i, span);
		n = n->u.inner.child[i];
		i = want->up ? 0 : n->nr - 1u;
		if (!pick(n, span, want, &i))
			return false;
	}
	*r = mm_maple_range_of(n, i, span);
	return cut(r, want);
}

static bool search(const struct mm_maple *t, const struct want *want, struct mm_maple_range *r)
{
	unsigned int step = want->up ? 1u : -1u;
	struct mm_maple_path p;
	unsigned int level;
	unsigned int i;

	mm_maple_walk(t, want->up ? want->within.first : want->within.last, &p);
	for (i = p.slot[0]; pick(p.node[0], p.span[0], want, &i); i += step) {
		*r = mm_maple_range_of(p.node[0], i, p.span[0]);
		if (cut(r, want))
			return true;
	}
	for (level = 1; level < t->height; level++) {
		i = p.slot[level] + step;
		if (pick(p.node[level], p.span[level], want, &i))
			return go_down(p.node[level], p.span[level], i, want, r);
	}
	return false;
}

static int find_gap(const struct mm_maple *t, const struct want *want, struct mm_maple_range *r)
{
	*r = want->within;
	if (r->first > r->last || !want->size || r->last - r->first < want->size - 1)
		return -MM_EINVAL;
	if (t->root && !search(t, want, r))
		return -MM_EBUSY;
	return 0;
}

int mm_maple_gap_low(const struct mm_maple *t, struct mm_maple_range within, uint64_t size,
		     uint64_t *start)
{
	struct want want = {within, size, true};
	struct mm_maple_range r;
	int err = find_gap(t, &want, &r);

	if (!err)
		*start = r.first;
	return err;
}

int mm_maple_gap_high(const struct mm_maple *t, struct mm_maple_range within, uint64_t size,
		      uint64_t *start)
{
	struct want want = {within, size, false};
	struct mm_maple_range r;
	int err = find_gap(t, &want, &r);

	if (!err)
		*start = r.last - (size - 1);
	return err;
}
