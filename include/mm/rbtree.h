/* SPDX-License-Identifier: MIT */
/*
 * rbtree: a red-black tree whose links live inside the objects.  Nothing is
 * ever allocated; add and delete touch O(log n) nodes and turn at most three.
 * What a node tells about all that hang below it (a sum, a maximum) is kept
 * right by a function of the owner's.
 *
 *            [4]         [black] and (red); in order from left to right.
 *           /   \        No red node has a red child, and each way from the
 *        (2)     [6]     root to a missing child passes as many black ones,
 *        / \       \     so none is more than twice as long as another.
 *      [1] [3]     (7)
 *
 * Kernel: lib/rbtree.c, include/linux/rbtree.h and rbtree_augmented.h, studied
 *   at 6.12.
 * Differs: the colour has a member of its own, so that a debugger shows plain
 *   pointers (32 bytes for 24).  The way down to a place is taken here, by the
 *   owner's `before`, and not by each caller.  One `update` serves growing,
 *   turning and removing, where the kernel has three functions.  No leftmost
 *   node is remembered, none is replaced in place, and there is no walk in
 *   postorder: nothing here needs them.
 * State: the caller owns trees and objects; a tree owns nothing.  Which nodes
 *   are above which depends on the order of changes, so a digest must not.
 * Invariants: what mm_rbtree_check() looks at.  Only it may be asked about
 *   a tree that could be corrupt; the others follow links without a bound.
 */
#ifndef MM_RBTREE_H
#define MM_RBTREE_H

#include "mm/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mm_rbtree_side { MM_RBTREE_LEFT, MM_RBTREE_RIGHT };

struct mm_rbtree_node {
	struct mm_rbtree_node *child[2]; /* by enum mm_rbtree_side */
	struct mm_rbtree_node *parent;   /* NULL: the root; itself: no tree */
	bool red;
};

struct mm_rbtree {
	struct mm_rbtree_node *root; /* NULL: empty */
};

/* What the nodes of a tree are to their owner; the same for all calls. */
struct mm_rbtree_kind {
	/* must a stand left of b? Neither of two equal ones must */
	bool (*before)(const struct mm_rbtree_node *a, const struct mm_rbtree_node *b);
	/* renew what n tells from n and its children; did it change? */
	bool (*update)(struct mm_rbtree_node *n); /* NULL: it tells nothing */
	/* for the check alone: is n what it must be, and what it tells? */
	bool (*sound)(const struct mm_rbtree_node *n); /* NULL: not asked */
};

/* What is wrong with a tree. */
enum mm_rbtree_fault {
	MM_RBTREE_OK,
	MM_RBTREE_TOO_MANY, /* more nodes than there can be */
	MM_RBTREE_LINKS,    /* of another parent, or on both its sides */
	MM_RBTREE_COLOURS,  /* a red root, or red below red */
	MM_RBTREE_HEIGHTS,  /* too many or too few black nodes on a way */
	MM_RBTREE_ORDER,    /* right of one that it must be left of */
	MM_RBTREE_CONTENTS, /* its kind does not find it sound */
	MM_RBTREE_NR_FAULTS
};

struct mm_rbtree_seen {
	enum mm_rbtree_fault fault;      /* the first that the walk meets */
	const struct mm_rbtree_node *at; /* NULL when there is none */
	uint64_t nodes;                  /* how many were met */
};

/* The object of type `type` whose member `member` is the node n. */
#define mm_rbtree_entry(n, type, member) ((type *)((char *)(n)-offsetof(type, member)))
#define mm_rbtree_entry_const(n, type, member)                                                     \
	((const type *)((const char *)(n)-offsetof(type, member)))

static inline void mm_rbtree_init(struct mm_rbtree *t)
{
	t->root = NULL;
}

static inline bool mm_rbtree_empty(const struct mm_rbtree *t)
{
	return !t->root;
}

/* Before a node is first added. */
static inline void mm_rbtree_node_init(struct mm_rbtree_node *n)
{
	n->child[MM_RBTREE_LEFT] = NULL;
	n->child[MM_RBTREE_RIGHT] = NULL;
	n->parent = n;
	n->red = false;
}

/* Is this node in some tree? */
static inline bool mm_rbtree_linked(const struct mm_rbtree_node *n)
{
	return n->parent != n;
}

/* Add n, which is in no tree: right of all that it need not be left of. */
void mm_rbtree_add(struct mm_rbtree *t, const struct mm_rbtree_kind *k, struct mm_rbtree_node *n);
/* Add n as the next of prev, which is in t: where before() allows it, too. */
void mm_rbtree_add_after(struct mm_rbtree *t, const struct mm_rbtree_kind *k,
			 struct mm_rbtree_node *n, struct mm_rbtree_node *prev);
/* Delete n, which is in t; it is then in no tree and can be added again. */
void mm_rbtree_del(struct mm_rbtree *t, const struct mm_rbtree_kind *k, struct mm_rbtree_node *n);

/* The ends, NULL when t is empty; neighbours in a tree, NULL at its ends. */
struct mm_rbtree_node *mm_rbtree_first(const struct mm_rbtree *t);
struct mm_rbtree_node *mm_rbtree_last(const struct mm_rbtree *t);
struct mm_rbtree_node *mm_rbtree_next(const struct mm_rbtree_node *n);
struct mm_rbtree_node *mm_rbtree_prev(const struct mm_rbtree_node *n);

/*
 * Walk a tree of at most max nodes, whatever its links and colours; what they
 * lead to has to be readable.  True when nothing is wrong; *seen is filled in
 * either way.
 */
bool mm_rbtree_check(const struct mm_rbtree *t, const struct mm_rbtree_kind *k, uint64_t max,
		     struct mm_rbtree_seen *seen);
/* "red below red", for reports. */
const char *mm_rbtree_fault_text(enum mm_rbtree_fault fault);

#endif
