/* SPDX-License-Identifier: MIT */
/* node: what the files of maple share: slots of a node, and the way to them. */
#ifndef MM_MAPLE_NODE_H
#define MM_MAPLE_NODE_H

#include "mm/maple.h"

#include <stdbool.h>

/* The way from the root to the slot of a leaf; [0] is the leaf's level. */
struct mm_maple_path {
	struct mm_maple_node *node[MM_MAPLE_HEIGHT_MAX];
	uint8_t slot[MM_MAPLE_HEIGHT_MAX];
	struct mm_maple_range span[MM_MAPLE_HEIGHT_MAX]; /* of the nodes */
};

/*
 * The slot that holds an index of the node's span: as many pivots are below it.
 * All are compared, for those not in use are below nothing, and a loop of known
 * length has no branch to guess.
 */
static MM_ALWAYS_INLINE unsigned int mm_maple_below(const uint64_t *pivot, int nr, uint64_t index)
{
	unsigned int slot = 0;
	int i;

	for (i = 0; i < nr; i++)
		slot += pivot[i] < index;
	return slot;
}

static MM_ALWAYS_INLINE unsigned int mm_maple_leaf_slot(const struct mm_maple_node *n,
							uint64_t index)
{
	return mm_maple_below(n->u.leaf.pivot, MM_MAPLE_LEAF_SLOTS - 1, index);
}

static MM_ALWAYS_INLINE unsigned int mm_maple_inner_slot(const struct mm_maple_node *n,
							 uint64_t index)
{
	return mm_maple_below(n->u.inner.pivot, MM_MAPLE_INNER_SLOTS - 1, index);
}

static inline const uint64_t *mm_maple_pivots(const struct mm_maple_node *n)
{
	return n->level ? n->u.inner.pivot : n->u.leaf.pivot;
}

/* What slot i of n covers, n covering span. */
static MM_ALWAYS_INLINE struct mm_maple_range mm_maple_slot_range(const uint64_t *pivot,
								  unsigned int nr, unsigned int i,
								  struct mm_maple_range span)
{
	struct mm_maple_range r = span;

	if (i)
		r.first = pivot[i - 1] + 1;
	if (i + 1 < nr)
		r.last = pivot[i];
	return r;
}

static inline struct mm_maple_range mm_maple_range_of(const struct mm_maple_node *n, unsigned int i,
						      struct mm_maple_range span)
{
	return mm_maple_slot_range(mm_maple_pivots(n), n->nr, i, span);
}

static inline uint64_t mm_maple_size(struct mm_maple_range r)
{
	return r.last - r.first + 1;
}

/*
 * Nodes that so many stores may take: each may split a node of each level and
 * the root, and make the tree one level higher for those that follow.
 */
static inline uint64_t mm_maple_need(uint64_t height, uint64_t stores)
{
	uint64_t need = stores * (height + 1) + stores * (stores ? stores - 1 : 0) / 2;

	return need < stores * MM_MAPLE_HEIGHT_MAX ? need : stores * MM_MAPLE_HEIGHT_MAX;
}

/* Fill p with the way to index; the tree has a root. */
void mm_maple_walk(const struct mm_maple *t, uint64_t index, struct mm_maple_path *p);

/*
 * A node for the tree, out of the reserve; one that left it, into the reserve.
 */
struct mm_maple_node *mm_maple_take_node(struct mm_maple *t, unsigned int level);
void mm_maple_retire(struct mm_maple *t, struct mm_maple_node *n);
/* All nodes below and n itself; the entries in them are counted no more. */
void mm_maple_retire_all(struct mm_maple *t, struct mm_maple_node *n);
/* Give back what the reserve has more than nr nodes. */
void mm_maple_trim(struct mm_maple *t, unsigned int nr);

/* The largest free range of n, which covers span. */
uint64_t mm_maple_gap_of(const struct mm_maple_node *n, struct mm_maple_range span);
/* The node of p at `level` has now this gap: tell those above. */
void mm_maple_set_gap(struct mm_maple *t, const struct mm_maple_path *p, unsigned int level,
		      uint64_t gap);

/*
 * A store that changes more than one leaf, or leaves one too full or too empty.
 */
void mm_maple_store_wide(struct mm_maple *t, struct mm_maple_range r, void *entry);

#endif
