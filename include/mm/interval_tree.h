/* SPDX-License-Identifier: MIT */
/*
 * interval_tree: which of many intervals share a point with a given one?  A
 * red-black tree in order of their starts, in which each node also says where
 * the last of all that hang below it ends: what ends too early is passed by.
 *
 *     0    4    8    12   16
 *     |    |    |    |    |            [4,9] ..14
 *     ======            [0,5]          /        \
 *          ======       [4,9]     [0,5] ..5   [8,14] ..14
 *               ======= [8,14]
 *
 *     [6,7]?  Nothing left of the root ends so late; [4,9] does, and begins by
 *     then; [8,14], the next that ends so late, begins after it: no more.
 *
 * Kernel: include/linux/interval_tree_generic.h, lib/interval_tree.c and
 *   mm/interval_tree.c, studied at 6.12.
 * Differs: one set of functions for all, over a node that holds both bounds,
 *   where the kernel makes a set for each struct that they follow from; who
 *   moves or cuts what a node stands for sets them again, out of the tree.
 *   The first node is not remembered: a question that ends before all
 *   intervals goes down once, where the kernel looks at one node.
 * State: the caller owns trees and nodes; a tree owns nothing.
 * Invariants: those of rbtree; start <= last; subtree_last is the largest last
 *   of the node and all below it.  mm_interval_tree_check() looks at them.
 */
#ifndef MM_INTERVAL_TREE_H
#define MM_INTERVAL_TREE_H

#include "mm/rbtree.h"

struct mm_interval_tree_node {
	struct mm_rbtree_node rb;

	/* the caller's: set while the node is in no tree; last is inside */
	uint64_t start;
	uint64_t last;

	/* the tree's */
	uint64_t subtree_last;
};

struct mm_interval_tree {
	struct mm_rbtree rb;
};

/* The object of type `type` whose member `member` is the node n. */
#define mm_interval_tree_entry(n, type, member) ((type *)((char *)(n)-offsetof(type, member)))

static inline void mm_interval_tree_init(struct mm_interval_tree *t)
{
	mm_rbtree_init(&t->rb);
}

static inline bool mm_interval_tree_empty(const struct mm_interval_tree *t)
{
	return mm_rbtree_empty(&t->rb);
}

/* Before a node is first added, and whenever it is in none.  start <= last. */
static inline void mm_interval_tree_node_init(struct mm_interval_tree_node *n, uint64_t start,
					      uint64_t last)
{
	mm_rbtree_node_init(&n->rb);
	n->start = start;
	n->last = last;
}

/* Is this node in some tree? */
static inline bool mm_interval_tree_linked(const struct mm_interval_tree_node *n)
{
	return mm_rbtree_linked(&n->rb);
}

/*
 * Add n, which is in no tree.  Among equal starts it is the last, whatever the
 * ends.  Kernel: vma_interval_tree_insert, anon_vma_interval_tree_insert.
 */
void mm_interval_tree_add(struct mm_interval_tree *t, struct mm_interval_tree_node *n);
/*
 * Add n, which is in no tree, as the very next of prev, which is in t and has
 * the same start: what stood after prev stands after n.  So a child's mapping
 * follows its parent's at once.  Kernel: vma_interval_tree_insert_after, which
 * refuses another start, and not another end, in the same way.
 */
void mm_interval_tree_add_after(struct mm_interval_tree *t, struct mm_interval_tree_node *n,
				struct mm_interval_tree_node *prev);
/* Delete n, which is in t.  Kernel: vma_interval_tree_remove. */
void mm_interval_tree_del(struct mm_interval_tree *t, struct mm_interval_tree_node *n);

/*
 * The nodes that share a point with [start, last], in order of their starts,
 * equal ones as they were added: the first of all, and the first after n, which
 * is in a tree and need not share one itself.  NULL: there is none.  Each takes
 * O(log nodes).  Who deletes n asks for the next one before.  start <= last.
 * Kernel: vma_interval_tree_iter_first, vma_interval_tree_iter_next.
 */
struct mm_interval_tree_node *mm_interval_tree_iter_first(const struct mm_interval_tree *t,
							  uint64_t start, uint64_t last);
struct mm_interval_tree_node *mm_interval_tree_iter_next(const struct mm_interval_tree_node *n,
							 uint64_t start, uint64_t last);

/* As mm_rbtree_check(); bounds and subtree_last are a node's contents. */
bool mm_interval_tree_check(const struct mm_interval_tree *t, uint64_t max,
			    struct mm_rbtree_seen *seen);

#endif
