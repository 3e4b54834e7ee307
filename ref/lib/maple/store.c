/* SPDX-License-Identifier: MIT */
/*
 * store: one leaf rewritten in place.
 *
 * The range stored replaces the slots it meets, and up to two pieces of them
 * stay:
 *
 *     before   | A      | nothing | B      | C |     slots that r meets
 *     store        |== X =============|
 *     after    | A |    X             | B  | C |     A and B are cut
 *
 * Nothing is first made larger by the nothing beside it, so that free ranges
 * are one slot.  What does not stay in the leaf, or leaves too few or too many
 * slots in it, is another file's (wide.c); that is one store in eight where
 * ranges come and go.
 */
#include "node.h"

#include <string.h>

/* What stands in a leaf instead of its slots [first, end). */
struct change {
	unsigned int first;
	unsigned int end;
	unsigned int nr;
	uint64_t last[3];
	void *entry[3];
};

/* The range that holds index, in whatever leaf; false: it has an entry. */
static bool nothing_at(const struct mm_maple *t, uint64_t index, struct mm_maple_range *at)
{
	struct mm_maple_path p;

	mm_maple_walk(t, index, &p);
	*at = mm_maple_range_of(p.node[0], p.slot[0], p.span[0]);
	return !p.node[0]->u.leaf.slot[p.slot[0]];
}

/* The first leaf slot that ends at or behind index, from slot i on. */
static unsigned int slot_of_last(const struct mm_maple_node *n, unsigned int i, uint64_t index)
{
	while (i + 1 < n->nr && n->u.leaf.pivot[i] < index)
		i++;
	return i;
}

/*
 * r with the nothing that touches it; p leads to r.first.  What lies beside r
 * is looked at in this leaf, and in another only where r reaches the leaf's
 * end.
 */
static struct mm_maple_range with_nothing_around(const struct mm_maple *t,
						 const struct mm_maple_path *p,
						 struct mm_maple_range r)
{
	const struct mm_maple_node *n = p->node[0];
	struct mm_maple_range span = p->span[0];
	struct mm_maple_range at;
	unsigned int i = p->slot[0];
	uint64_t last = r.last;

	if (r.first > span.first) {
		i -= r.first == mm_maple_range_of(n, i, span).first;
		if (!n->u.leaf.slot[i])
			r.first = mm_maple_range_of(n, i, span).first;
	} else if (r.first && nothing_at(t, r.first - 1, &at)) {
		r.first = at.first;
	}
	if (last < span.last) {
		i = slot_of_last(n, i, last + 1);
		if (!n->u.leaf.slot[i])
			r.last = mm_maple_range_of(n, i, span).last;
	} else if (last != UINT64_MAX && nothing_at(t, last + 1, &at)) {
		r.last = at.last;
	}
	return r;
}

static void plan(struct change *c, const struct mm_maple_path *p, struct mm_maple_range r,
		 void *entry)
{
	const struct mm_maple_node *n = p->node[0];
	struct mm_maple_range old;

	c->nr = 0;
	c->first = mm_maple_leaf_slot(n, r.first);
	c->end = slot_of_last(n, c->first, r.last) + 1;
	old.first = mm_maple_range_of(n, c->first, p->span[0]).first;
	old.last = mm_maple_range_of(n, c->end - 1, p->span[0]).last;
	if (old.first < r.first) {
		c->last[0] = r.first - 1;
		c->entry[c->nr++] = n->u.leaf.slot[c->first];
	}
	c->last[c->nr] = r.last;
	c->entry[c->nr++] = entry;
	if (r.last < old.last) {
		c->last[c->nr] = old.last;
		c->entry[c->nr++] = n->u.leaf.slot[c->end - 1];
	}
}

static void write_leaf(struct mm_maple_node *n, const struct change *c)
{
	struct mm_maple_leaf *leaf = &n->u.leaf;
	unsigned int tail = n->nr - c->end;
	unsigned int to = c->first + c->nr;
	unsigned int nr = to + tail;
	unsigned int i;

	if (to != c->end && tail) {
		memmove(&leaf->slot[to], &leaf->slot[c->end], tail * sizeof(leaf->slot[0]));
		memmove(&leaf->pivot[to], &leaf->pivot[c->end],
			(tail - 1) * sizeof(leaf->pivot[0]));
	}
	for (i = 0; i < c->nr; i++) {
		leaf->slot[c->first + i] = c->entry[i];
		if (c->first + i + 1 < nr)
			leaf->pivot[c->first + i] = c->last[i];
	}
	for (i = nr - 1; i + 1 < n->nr; i++)
		leaf->pivot[i] = UINT64_MAX;
	n->nr = (uint8_t)nr;
}

/* The largest free range of the slots that c replaces. */
static uint64_t gap_before(const struct mm_maple_path *p, const struct change *c)
{
	const struct mm_maple_node *n = p->node[0];
	uint64_t gap = 0;
	unsigned int i;

	for (i = c->first; i < c->end; i++) {
		uint64_t size = mm_maple_size(mm_maple_range_of(n, i, p->span[0]));

		if (!n->u.leaf.slot[i] && size > gap)
			gap = size;
	}
	return gap;
}

static uint64_t gap_after(const struct mm_maple_path *p, const struct change *c)
{
	uint64_t first = mm_maple_range_of(p->node[0], c->first, p->span[0]).first;
	uint64_t gap = 0;
	unsigned int i;

	for (i = 0; i < c->nr; i++) {
		if (!c->entry[i] && c->last[i] - first + 1 > gap)
			gap = c->last[i] - first + 1;
		first = c->last[i] + 1;
	}
	return gap;
}

/*
 * A leaf knows its largest free range only through its parent: look at all
 * slots if the change may have taken it away.
 */
static void apply(struct mm_maple *t, struct mm_maple_path *p, const struct change *c)
{
	uint64_t before;
	uint64_t after;
	uint64_t gap;

	if (t->height == 1) {
		write_leaf(p->node[0], c);
		return;
	}
	before = gap_before(p, c);
	after = gap_after(p, c);
	write_leaf(p->node[0], c);
	gap = p->node[1]->u.inner.gap[p->slot[1]];
	if (after >= gap)
		mm_maple_set_gap(t, p, 0, after);
	else if (before == gap)
		mm_maple_set_gap(t, p, 0, mm_maple_gap_of(p->node[0], p->span[0]));
}

/* As many slots may stand in a leaf of this tree. */
static bool is_fit(const struct mm_maple *t, const struct change *c, unsigned int nr)
{
	if (nr > MM_MAPLE_LEAF_SLOTS)
		return false;
	return t->height > 1 ? nr >= MM_MAPLE_LEAF_MIN : nr > 1 || c->entry[0];
}

static void store_first(struct mm_maple *t, struct mm_maple_range r, void *entry)
{
	struct mm_maple_node *n;
	int i;

	if (!entry)
		return;
	n = mm_maple_take_node(t, 0);
	n->nr = 0;
	for (i = 0; i < MM_MAPLE_LEAF_SLOTS - 1; i++)
		n->u.leaf.pivot[i] = UINT64_MAX;
	if (r.first) {
		n->u.leaf.pivot[0] = r.first - 1;
		n->u.leaf.slot[n->nr++] = NULL;
	}
	if (r.last != UINT64_MAX)
		n->u.leaf.pivot[n->nr] = r.last;
	n->u.leaf.slot[n->nr++] = entry;
	if (r.last != UINT64_MAX)
		n->u.leaf.slot[n->nr++] = NULL;
	t->root = n;
	t->height = 1;
	t->count = 1;
}

/* Does it stay in this leaf?  Then do it. */
static bool store_in_leaf(struct mm_maple *t, struct mm_maple_path *p, struct mm_maple_range r,
			  void *entry)
{
	struct mm_maple_node *n = p->node[0];
	struct change c;
	unsigned int i;

	if (r.first < p->span[0].first || r.last > p->span[0].last)
		return false;
	plan(&c, p, r, entry);
	if (!is_fit(t, &c, n->nr - (c.end - c.first) + c.nr))
		return false;
	for (i = c.first; i < c.end; i++)
		t->count -= n->u.leaf.slot[i] != NULL;
	for (i = 0; i < c.nr; i++)
		t->count += c.entry[i] != NULL;
	apply(t, p, &c);
	return true;
}

void mm_maple_store(struct mm_maple *t, struct mm_maple_range r, void *entry)
{
	struct mm_maple_path p;

	MM_PRE(r.first <= r.last);
	MM_PRE(t->nr_promised);
	t->nr_promised--;
	if (MM_UNLIKELY(!t->root)) {
		store_first(t, r, entry);
		return;
	}
	mm_maple_walk(t, r.first, &p);
	if (!entry)
		r = with_nothing_around(t, &p, r);
	if (!store_in_leaf(t, &p, r, entry))
		mm_maple_store_wide(t, r, entry);
}
