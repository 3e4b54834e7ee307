/* SPDX-License-Identifier: MIT */
/*
 * interval_tree: an interval shares a point with [start, last] when it ends at
 * start or later and begins at last or earlier.  Ends are told by subtree_last,
 * which leads to the next in order that ends late enough; beginnings are in
 * order, so the first of these that begins too late is where the answer ends.
 */
#include "mm/interval_tree.h"

static struct mm_interval_tree_node *node_of(struct mm_rbtree_node *rb)
{
	return rb ? mm_rbtree_entry(rb, struct mm_interval_tree_node, rb) : NULL;
}

static const struct mm_interval_tree_node *node_of_const(const struct mm_rbtree_node *rb)
{
	return rb ? mm_rbtree_entry_const(rb, struct mm_interval_tree_node, rb) : NULL;
}

/* ---- what the nodes are to rbtree ---- */

static bool before(const struct mm_rbtree_node *a, const struct mm_rbtree_node *b)
{
	return node_of_const(a)->start < node_of_const(b)->start;
}

static bool update(struct mm_rbtree_node *rb)
{
	struct mm_interval_tree_node *n = node_of(rb);
	uint64_t told = n->subtree_last;
	int side;

	n->subtree_last = n->last;
	for (side = MM_RBTREE_LEFT; side <= MM_RBTREE_RIGHT; side++) {
		const struct mm_interval_tree_node *c = node_of_const(rb->child[side]);

		if (c && c->subtree_last > n->subtree_last)
			n->subtree_last = c->subtree_last;
	}
	return n->subtree_last != told;
}

/* Nobody ends later than is told, and one of them ends then. */
static bool sound(const struct mm_rbtree_node *rb)
{
	const struct mm_interval_tree_node *n = node_of_const(rb);
	bool met = n->subtree_last == n->last;
	int side;

	for (side = MM_RBTREE_LEFT; side <= MM_RBTREE_RIGHT; side++) {
		const struct mm_interval_tree_node *c = node_of_const(rb->child[side]);

		if (c && c->subtree_last > n->subtree_last)
			return false;
		met |= c && c->subtree_last == n->subtree_last;
	}
	return met && n->start <= n->last && n->last <= n->subtree_last;
}

static const struct mm_rbtree_kind kind = {before, update, sound};

void mm_interval_tree_add(struct mm_interval_tree *t, struct mm_interval_tree_node *n)
{
	MM_PRE(n->start <= n->last);
	mm_rbtree_add(&t->rb, &kind, &n->rb);
}

void mm_interval_tree_add_after(struct mm_interval_tree *t, struct mm_interval_tree_node *n,
				struct mm_interval_tree_node *prev)
{
	MM_PRE(n->start == prev->start && n->start <= n->last);
	mm_rbtree_add_after(&t->rb, &kind, &n->rb, &prev->rb);
}

void mm_interval_tree_del(struct mm_interval_tree *t, struct mm_interval_tree_node *n)
{
	mm_rbtree_del(&t->rb, &kind, &n->rb);
}

/* ---- asking ---- */

/* Is anything at or below n that ends at start or later? */
static bool reaches(const struct mm_interval_tree_node *n, uint64_t start)
{
	return n && n->subtree_last >= start;
}

/* At or below n, which reaches start, the first that does so itself. */
static struct mm_interval_tree_node *first_below(struct mm_interval_tree_node *n, uint64_t start)
{
	while (n) {
		struct mm_interval_tree_node *left = node_of(n->rb.child[MM_RBTREE_LEFT]);

		if (reaches(left, start))
			n = left;
		else if (n->last >= start)
			return n;
		else
			n = node_of(n->rb.child[MM_RBTREE_RIGHT]);
	}
	return NULL;
}

/*
 * After n in order, the first that ends at start or later.  What hangs right of
 * n comes first, then what has n on its left, and so on upward.
 */
static struct mm_interval_tree_node *first_after(const struct mm_rbtree_node *n, uint64_t start)
{
	struct mm_rbtree_node *above;

	for (;;) {
		struct mm_interval_tree_node *right = node_of(n->child[MM_RBTREE_RIGHT]);

		if (reaches(right, start))
			return first_below(right, start);
		for (above = n->parent; above && above->child[MM_RBTREE_RIGHT] == n;
		     above = above->parent)
			n = above;
		if (!above || node_of(above)->last >= start)
			return node_of(above);
		n = above;
	}
}

struct mm_interval_tree_node *mm_interval_tree_iter_first(const struct mm_interval_tree *t,
							  uint64_t start, uint64_t last)
{
	struct mm_interval_tree_node *n = node_of(t->rb.root);

	MM_PRE(start <= last);
	if (reaches(n, start))
		n = first_below(n, start);
	else
		n = NULL;
	return n && n->start <= last ? n : NULL;
}

struct mm_interval_tree_node *mm_interval_tree_iter_next(const struct mm_interval_tree_node *n,
							 uint64_t start, uint64_t last)
{
	struct mm_interval_tree_node *next;

	MM_PRE(start <= last && mm_interval_tree_linked(n));
	next = first_after(&n->rb, start);
	return next && next->start <= last ? next : NULL;
}

bool mm_interval_tree_check(const struct mm_interval_tree *t, uint64_t max,
			    struct mm_rbtree_seen *seen)
{
	return mm_rbtree_check(&t->rb, &kind, max, seen);
}
