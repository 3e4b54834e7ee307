/* SPDX-License-Identifier: MIT */
/*
 * find: down from the root, comparing the index with all pivots of a node.
 *
 * Whether a leaf's first range has an entry or not, its neighbour in another
 * leaf is found by the index beside the leaf's span, from the root again: the
 * nodes above are in the cache, and nothing has to be kept of the way.  No two
 * ranges with nothing touch, so the range beside one has an entry.
 */
#include "node.h"

void *mm_maple_find(const struct mm_maple *t, uint64_t index)
{
	const struct mm_maple_node *n = t->root;
	unsigned int level;

	if (!n)
		return NULL;
	for (level = t->height - 1; level; level--)
		n = n->u.inner.child[mm_maple_inner_slot(n, index)];
	return n->u.leaf.slot[mm_maple_leaf_slot(n, index)];
}

void mm_maple_walk(const struct mm_maple *t, uint64_t index, struct mm_maple_path *p)
{
	struct mm_maple_range span = {0, UINT64_MAX};
	struct mm_maple_node *n = t->root;
	unsigned int level = t->height - 1;
	unsigned int slot;

	for (; level; level--) {
		slot = mm_maple_inner_slot(n, index);
		p->node[level] = n;
		p->slot[level] = (uint8_t)slot;
		p->span[level] = span;
		span = mm_maple_slot_range(n->u.inner.pivot, n->nr, slot, span);
		n = n->u.inner.child[slot];
	}
	p->node[0] = n;
	p->slot[0] = (uint8_t)mm_maple_leaf_slot(n, index);
	p->span[0] = span;
}

/* The cursor goes to the range that holds index. */
static MM_ALWAYS_INLINE void put_on(struct mm_maple_cursor *c, uint64_t index)
{
	struct mm_maple_range span = {0, UINT64_MAX};
	const struct mm_maple_node *n = c->t->root;
	unsigned int level;

	for (level = c->t->height - 1; level; level--) {
		unsigned int slot = mm_maple_inner_slot(n, index);

		span = mm_maple_slot_range(n->u.inner.pivot, n->nr, slot, span);
		n = n->u.inner.child[slot];
	}
	c->leaf = n;
	c->slot = mm_maple_leaf_slot(n, index);
	c->span = span;
	c->range = mm_maple_slot_range(n->u.leaf.pivot, n->nr, c->slot, span);
}

/* One range up or down, which may be one with nothing; false: there is none. */
static inline bool step_up(struct mm_maple_cursor *c)
{
	if (c->range.last == UINT64_MAX)
		return false;
	if (MM_UNLIKELY(c->range.last == c->span.last)) {
		put_on(c, c->span.last + 1);
		return true;
	}
	c->slot++;
	c->range = mm_maple_slot_range(c->leaf->u.leaf.pivot, c->leaf->nr, c->slot, c->span);
	return true;
}

static inline bool step_down(struct mm_maple_cursor *c)
{
	if (!c->range.first)
		return false;
	if (MM_UNLIKELY(c->range.first == c->span.first)) {
		put_on(c, c->span.first - 1);
		return true;
	}
	c->slot--;
	c->range = mm_maple_slot_range(c->leaf->u.leaf.pivot, c->leaf->nr, c->slot, c->span);
	return true;
}

static inline void *entry_of(const struct mm_maple_cursor *c)
{
	return c->leaf->u.leaf.slot[c->slot];
}

void *mm_maple_next(struct mm_maple_cursor *c)
{
	struct mm_maple_cursor before = *c;

	if (!c->leaf || !step_up(c))
		return NULL;
	if (entry_of(c) || step_up(c))
		return entry_of(c);
	*c = before;
	return NULL;
}

void *mm_maple_prev(struct mm_maple_cursor *c)
{
	struct mm_maple_cursor before = *c;

	if (!c->leaf || !step_down(c))
		return NULL;
	if (entry_of(c) || step_down(c))
		return entry_of(c);
	*c = before;
	return NULL;
}

void *mm_maple_seek(struct mm_maple_cursor *c, const struct mm_maple *t, uint64_t index)
{
	*c = (struct mm_maple_cursor){.t = t, .range = {0, UINT64_MAX}};
	if (!t->root)
		return NULL;
	put_on(c, index);
	return entry_of(c) || step_up(c) ? entry_of(c) : NULL;
}

void *mm_maple_find_at_or_after(const struct mm_maple *t, uint64_t index, struct mm_maple_range *r)
{
	struct mm_maple_cursor c;
	void *entry = mm_maple_seek(&c, t, index);

	if (entry && r)
		*r = c.range;
	return entry;
}
