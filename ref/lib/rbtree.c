/* SPDX-License-Identifier: MIT */
/*
 * rbtree: left and right are indices, so what holds for one side is written
 * once for both.
 *
 * A node is added red where a child was missing: no way to a missing child has
 * more black nodes than before, only red may be below red.  That is carried up
 * by painting until turning two nodes ends it.
 *
 * A node with two children cannot be taken out where it is, but the next one
 * can, for it has no left child: that one is taken out, with all that has to be
 * painted and turned, and then put where the other stands.  Taking a black node
 * out leaves one side short of it: carried up by painting the other side, until
 * a red node can make up for it.
 *
 * What nodes tell is renewed from where something changed upward, before any
 * turn.  A turn changes which nodes are below two of them, and nothing above.
 */
#include "mm/rbtree.h"

#define LEFT  MM_RBTREE_LEFT
#define RIGHT MM_RBTREE_RIGHT

static bool is_red(const struct mm_rbtree_node *n)
{
	return n && n->red;
}

/* Which child of its parent? */
static int side_of(const struct mm_rbtree_node *n)
{
	return n->parent->child[RIGHT] == n ? RIGHT : LEFT;
}

/* Down to the end of that side. */
static struct mm_rbtree_node *outermost(struct mm_rbtree_node *n, int side)
{
	while (n && n->child[side])
		n = n->child[side];
	return n;
}

/* ---- what nodes tell ---- */

/* Something changed right below n, or n is NULL. */
static void renew(const struct mm_rbtree_kind *k, struct mm_rbtree_node *n)
{
	if (!k->update)
		return;
	while (n && k->update(n))
		n = n->parent;
}

/* n is new where it is: whatever it told before, its parent did not hear it. */
static void renew_new(const struct mm_rbtree_kind *k, struct mm_rbtree_node *n)
{
	if (!k->update)
		return;
	k->update(n);
	renew(k, n->parent);
}

/* ---- links ---- */

/* What hung from parent as `old` is now n, which may be NULL. */
static void hang(struct mm_rbtree *t, struct mm_rbtree_node *parent,
		 const struct mm_rbtree_node *old, struct mm_rbtree_node *n)
{
	if (!parent)
		t->root = n;
	else
		parent->child[parent->child[RIGHT] == old ? RIGHT : LEFT] = n;
	if (n)
		n->parent = parent;
}

/*
 * n goes down to `side` and is red; the child of its other side takes its place
 * and colour.  For LEFT:
 *
 *	    n                c
 *	  /   \            /   \
 *	 A     c    ->    n     C
 *	      / \        / \
 *	     B   C      A   B
 */
static void turn(struct mm_rbtree *t, const struct mm_rbtree_kind *k, struct mm_rbtree_node *n,
		 int side)
{
	struct mm_rbtree_node *c = n->child[!side];
	struct mm_rbtree_node *inner = c->child[side];

	hang(t, n->parent, n, c);
	n->child[!side] = inner;
	if (inner)
		inner->parent = n;
	c->child[side] = n;
	n->parent = c;
	c->red = n->red;
	n->red = true;
	if (k->update) {
		k->update(n);
		k->update(c);
	}
}

/* ---- adding ---- */

/* The red n may be below red, which is not the root and so has a parent. */
static void balance_added(struct mm_rbtree *t, const struct mm_rbtree_kind *k,
			  struct mm_rbtree_node *n)
{
	while (is_red(n->parent)) {
		struct mm_rbtree_node *parent = n->parent;
		struct mm_rbtree_node *top = parent->parent;
		int side = side_of(parent);
		struct mm_rbtree_node *uncle = top->child[!side];

		if (!is_red(uncle)) {
			if (side_of(n) != side)
				turn(t, k, parent, side);
			turn(t, k, top, !side);
			return;
		}
		/* the black of top goes down to both its children */
		parent->red = false;
		uncle->red = false;
		top->red = true;
		n = top;
	}
	t->root->red = false;
}

/* Where parent has no child, or in an empty tree. */
static void link_at(struct mm_rbtree *t, const struct mm_rbtree_kind *k, struct mm_rbtree_node *n,
		    struct mm_rbtree_node *parent, int side)
{
	MM_PRE(!mm_rbtree_linked(n));
	n->parent = parent;
	n->red = true;
	if (parent)
		parent->child[side] = n;
	else
		t->root = n;
	renew_new(k, n);
	balance_added(t, k, n);
}

void mm_rbtree_add(struct mm_rbtree *t, const struct mm_rbtree_kind *k, struct mm_rbtree_node *n)
{
	struct mm_rbtree_node *parent = NULL;
	struct mm_rbtree_node *at = t->root;
	int side = LEFT;

	while (at) {
		side = k->before(n, at) ? LEFT : RIGHT;
		parent = at;
		at = at->child[side];
	}
	link_at(t, k, n, parent, side);
}

void mm_rbtree_add_after(struct mm_rbtree *t, const struct mm_rbtree_kind *k,
			 struct mm_rbtree_node *n, struct mm_rbtree_node *prev)
{
	struct mm_rbtree_node *next = outermost(prev->child[RIGHT], LEFT);

	MM_PRE(mm_rbtree_linked(prev));
	if (next)
		link_at(t, k, n, next, LEFT);
	else
		link_at(t, k, n, prev, RIGHT);
}

/* ---- deleting ---- */

/* Below parent, `side` is short of a black node, which the other side has. */
static void balance_short(struct mm_rbtree *t, const struct mm_rbtree_kind *k,
			  struct mm_rbtree_node *parent, int side)
{
	for (;;) {
		struct mm_rbtree_node *other = parent->child[!side];

		if (other->red) {
			/* one of its children, which are black, is now there */
			turn(t, k, parent, side);
			other = parent->child[!side];
		}
		if (is_red(other->child[LEFT]) || is_red(other->child[RIGHT]))
			break;
		/* both sides are short now; parent, if red, makes up for it */
		other->red = true;
		if (parent->red || !parent->parent) {
			parent->red = false;
			return;
		}
		side = side_of(parent);
		parent = parent->parent;
	}
	/* a red node of the other side becomes the missing black one */
	if (!is_red(parent->child[!side]->child[!side]))
		turn(t, k, parent->child[!side], !side);
	parent->child[!side]->child[!side]->red = false;
	turn(t, k, parent, side);
	parent->red = false;
}

/* Take out n, which has one child at most. */
static void take_out(struct mm_rbtree *t, const struct mm_rbtree_kind *k,
		     const struct mm_rbtree_node *n)
{
	struct mm_rbtree_node *parent = n->parent;
	struct mm_rbtree_node *only = n->child[LEFT] ? n->child[LEFT] : n->child[RIGHT];
	int side = parent ? side_of(n) : LEFT;

	hang(t, parent, n, only);
	renew(k, parent);
	/* an only child has no children, so it was red below black */
	if (only)
		only->red = false;
	else if (!n->red && parent)
		balance_short(t, k, parent, side);
}

/* Where old stands, with its colour, stands n from now on. */
static void put_for(struct mm_rbtree *t, const struct mm_rbtree_kind *k, struct mm_rbtree_node *n,
		    const struct mm_rbtree_node *old)
{
	int side;

	for (side = LEFT; side <= RIGHT; side++) {
		n->child[side] = old->child[side];
		if (n->child[side])
			n->child[side]->parent = n;
	}
	n->red = old->red;
	hang(t, old->parent, old, n);
	renew_new(k, n);
}

void mm_rbtree_del(struct mm_rbtree *t, const struct mm_rbtree_kind *k, struct mm_rbtree_node *n)
{
	MM_PRE(mm_rbtree_linked(n));
	if (n->child[LEFT] && n->child[RIGHT]) {
		struct mm_rbtree_node *next = outermost(n->child[RIGHT], LEFT);

		take_out(t, k, next);
		put_for(t, k, next, n);
	} else {
		take_out(t, k, n);
	}
	mm_rbtree_node_init(n);
}

/* ---- walking ---- */

/* Below n on that side, or the nearest above that has n on its other side. */
static struct mm_rbtree_node *neighbour(const struct mm_rbtree_node *n, int side)
{
	struct mm_rbtree_node *above = n->parent;

	MM_PRE(mm_rbtree_linked(n));
	if (n->child[side])
		return outermost(n->child[side], !side);
	while (above && above->child[side] == n) {
		n = above;
		above = above->parent;
	}
	return above;
}

struct mm_rbtree_node *mm_rbtree_first(const struct mm_rbtree *t)
{
	return outermost(t->root, LEFT);
}

struct mm_rbtree_node *mm_rbtree_last(const struct mm_rbtree *t)
{
	return outermost(t->root, RIGHT);
}

struct mm_rbtree_node *mm_rbtree_next(const struct mm_rbtree_node *n)
{
	return neighbour(n, RIGHT);
}

struct mm_rbtree_node *mm_rbtree_prev(const struct mm_rbtree_node *n)
{
	return neighbour(n, LEFT);
}

/* ---- checking ---- */

/*
 * In order, up by the parents that were compared on the way down.  A node has
 * one parent, so it is met once unless it is both children of that: the walk
 * ends.
 */
struct walk {
	const struct mm_rbtree_kind *kind;
	struct mm_rbtree_seen *seen;
	uint64_t max;
	const struct mm_rbtree_node *prev; /* in order */
	uint64_t blacks;                   /* from the root to here */
	uint64_t height;                   /* of them, on each way */
};

/* Returns ok; the first that is not stays. */
static bool require(struct walk *w, bool ok, enum mm_rbtree_fault fault,
		    const struct mm_rbtree_node *n)
{
	if (ok)
		return true;
	w->seen->fault = fault;
	w->seen->at = n;
	return false;
}

/* Met from its parent, on the way down. */
static bool meet(struct walk *w, const struct mm_rbtree_node *n,
		 const struct mm_rbtree_node *parent)
{
	bool twice = n->child[LEFT] && n->child[LEFT] == n->child[RIGHT];

	if (!require(w, n->parent == parent, MM_RBTREE_LINKS, n) ||
	    !require(w, !twice, MM_RBTREE_LINKS, n->child[LEFT]) ||
	    !require(w, w->seen->nodes < w->max, MM_RBTREE_TOO_MANY, n) ||
	    !require(w, !n->red || (parent && !parent->red), MM_RBTREE_COLOURS, n))
		return false;
	w->seen->nodes++;
	w->blacks += !n->red;
	return true;
}

/* A child of n is missing.  The first in order says how many it takes. */
static bool missing(struct walk *w, const struct mm_rbtree_node *n)
{
	if (!w->prev)
		w->height = w->blacks;
	return require(w, w->blacks == w->height, MM_RBTREE_HEIGHTS, n);
}

/* From n, which hangs from parent, down to the left: where it ends, or NULL. */
static const struct mm_rbtree_node *go_left(struct walk *w, const struct mm_rbtree_node *n,
					    const struct mm_rbtree_node *parent)
{
	for (; n; n = n->child[LEFT]) {
		if (!meet(w, n, parent))
			return NULL;
		parent = n;
	}
	return missing(w, parent) ? parent : NULL;
}

/* All below n was met.  Up to the first that has it on the left, or NULL. */
static const struct mm_rbtree_node *go_up(struct walk *w, const struct mm_rbtree_node *n)
{
	while (n) {
		const struct mm_rbtree_node *parent = n->parent;
		bool sound = !w->kind->sound || w->kind->sound(n);

		if (!require(w, sound, MM_RBTREE_CONTENTS, n))
			return NULL;
		w->blacks -= !n->red;
		if (parent && parent->child[LEFT] == n)
			return parent;
		n = parent;
	}
	return NULL;
}

bool mm_rbtree_check(const struct mm_rbtree *t, const struct mm_rbtree_kind *k, uint64_t max,
		     struct mm_rbtree_seen *seen)
{
	struct walk w = {.kind = k, .seen = seen, .max = max};
	const struct mm_rbtree_node *n;

	seen->fault = MM_RBTREE_OK;
	seen->at = NULL;
	seen->nodes = 0;
	n = t->root ? go_left(&w, t->root, NULL) : NULL;
	while (n) {
		if (!require(&w, !w.prev || !k->before(n, w.prev), MM_RBTREE_ORDER, n))
			break;
		w.prev = n;
		if (n->child[RIGHT])
			n = go_left(&w, n->child[RIGHT], n);
		else
			n = missing(&w, n) ? go_up(&w, n) : NULL;
	}
	return seen->fault == MM_RBTREE_OK;
}

const char *mm_rbtree_fault_text(enum mm_rbtree_fault fault)
{
	static const char *const texts[MM_RBTREE_NR_FAULTS] = {
		"nothing is wrong",     "more nodes than there can be",
		"links disagree",       "a red root, or red below red",
		"black heights differ", "out of order",
		"contents do not hold",
	};

	return texts[fault];
}
