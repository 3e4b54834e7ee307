/* SPDX-License-Identifier: MIT */
/*
 * maple: ranges of 64-bit indices, each with an entry or with nothing.  A
 * B-tree of nodes of four cache lines: a leaf cuts its span into up to 16
 * ranges, an inner node into up to 10 parts, and knows of each the size of its
 * largest free range. So the entry at an index, its neighbours and a free range
 * of some size are found in as many steps as the tree is high, and a store
 * rewrites a node or two.
 *
 *     inner   |   ..255   |   ..4095   |   ..max   |   gaps 96, 1024, …
 *                  |
 *     leaf    | 0..15 | 16..31 | 32..127 | 128..255 |
 *               code    data     nothing   heap
 *
 * Kernel: lib/maple_tree.c, include/linux/maple_tree.h, studied at 6.12 through
 *   its documentation (Documentation/core-api/maple_tree.rst).
 * Differs: one writer and no readers beside it, so a node that changes is
 *   written in place and one that is replaced is free at once; a cursor has no
 *   states and is lost with the next store.  Nodes do not know their parents: a
 *   store comes down from the root and remembers its way.  Every tree keeps
 *   gaps and has nodes of the sizes that the kernel's have which do; no entry
 *   lives in the root pointer.  The kernel wants nodes half full.
 * State: the caller owns the struct and what entries point to; nodes come from
 *   the caller's allocator and go back to it.  Only a store changes what is
 *   found.
 * Invariants: mm_maple_check reports as maple.structure what breaks them. A
 *   node has at least five of 16 or four of ten slots in use, but the root: two
 *   children or one entry.  Pivots (last indices of slots) increase inside the
 *   span of the node; those behind the last but one slot are the largest
 *   number, so that a search compares all. No two ranges with nothing touch,
 *   across nodes too: a free range is one slot, and the gap of a child is its
 *   largest.  `count` ranges have entries.  Nodes in the reserve are dead,
 *   those of the tree are not, and the promised stores have enough.
 */
#ifndef MM_MAPLE_H
#define MM_MAPLE_H

#include "mm/err.h"

#include <stdint.h>

#define MM_MAPLE_LEAF_SLOTS  16
#define MM_MAPLE_INNER_SLOTS 10
/*
 * Slots in use of a node that is not the root, at least: fewer than half, so
 * that one that was just cut or joined takes some stores before it is joined or
 * cut again.
 */
#define MM_MAPLE_LEAF_MIN  5
#define MM_MAPLE_INNER_MIN 4
/* Levels: no host has the memory for that many nodes. */
#define MM_MAPLE_HEIGHT_MAX 16
/* Bytes of a node, and what its address is a multiple of. */
#define MM_MAPLE_NODE_SIZE 256

struct mm_report;

/* Both ends belong to it; first <= last. */
struct mm_maple_range {
	uint64_t first;
	uint64_t last;
};

struct mm_maple_leaf {
	uint64_t pivot[MM_MAPLE_LEAF_SLOTS - 1];
	void *slot[MM_MAPLE_LEAF_SLOTS];
};

struct mm_maple_inner {
	uint64_t pivot[MM_MAPLE_INNER_SLOTS - 1];
	struct mm_maple_node *child[MM_MAPLE_INNER_SLOTS];
	uint64_t gap[MM_MAPLE_INNER_SLOTS];
};

enum mm_maple_state { MM_MAPLE_DEAD = 0xd, MM_MAPLE_LIVE = 0x1 };

/*
 * slot i holds (pivot[i - 1], pivot[i]]; the first begins and the last ends
 * with the node
 */
struct mm_maple_node {
	union {
		struct mm_maple_leaf leaf;   /* level 0 */
		struct mm_maple_inner inner; /* above */
		struct mm_maple_node *next;  /* dead: of the reserve */
	} u;
	uint8_t nr;    /* slots in use */
	uint8_t level; /* 0: a leaf */
	uint8_t state; /* enum mm_maple_state */
};

/* Where nodes come from: MM_MAPLE_NODE_SIZE bytes, so aligned, or NULL. */
struct mm_maple_allocator {
	struct mm_maple_node *(*get)(void *env);
	void (*put)(void *env, struct mm_maple_node *n);
	void *env;
};

/* tree + reserve == nodes that the allocator gave and has not got back */
struct mm_maple {
	struct mm_maple_node *root; /* NULL: no entry */
	uint64_t count;             /* ranges with an entry */
	unsigned int height;        /* levels; 0: no entry */

	/* between a reserve and its stores */
	unsigned int nr_promised; /* stores that cannot fail */
	unsigned int nr_reserved; /* nodes */
	struct mm_maple_node *reserve;

	struct mm_maple_allocator alloc; /* set once */
};

/*
 * On a range, with an entry or with nothing.  After a store all that may be
 * done with it is to seek anew.
 */
struct mm_maple_cursor {
	const struct mm_maple *t;
	const struct mm_maple_node *leaf; /* NULL: the tree is empty */
	unsigned int slot;
	struct mm_maple_range span; /* of the leaf */
	struct mm_maple_range range;
};

void mm_maple_init(struct mm_maple *t, const struct mm_maple_allocator *alloc);
/* Give back all nodes; the tree is empty, and may be used or forgotten. */
void mm_maple_fini(struct mm_maple *t);

/*
 * The entry at an index; NULL: nothing is there.  Kernel: mas_walk, mtree_load.
 */
void *mm_maple_find(const struct mm_maple *t, uint64_t index);
/*
 * The first entry whose range ends at or behind index, and that range if r is
 * not NULL; NULL: there is none, and r is as before.  Kernel: mt_find,
 * find_vma.
 */
void *mm_maple_find_at_or_after(const struct mm_maple *t, uint64_t index, struct mm_maple_range *r);

/*
 * The entry that mm_maple_find_at_or_after gives, with the cursor on it; NULL:
 * there is none, and the cursor is on the range that holds index.  Kernel:
 * mas_find.
 */
void *mm_maple_seek(struct mm_maple_cursor *c, const struct mm_maple *t, uint64_t index);
/*
 * The first entry behind the cursor's range, the last one before it; the cursor
 * goes there.  NULL: there is none, and the cursor stays.  Kernel: mas_next,
 * mas_prev.
 */
void *mm_maple_next(struct mm_maple_cursor *c);
void *mm_maple_prev(struct mm_maple_cursor *c);

/*
 * Get nodes until the next `stores` stores cannot fail.  -MM_ENOMEM: the
 * allocator has none; all it gave is given back, the tree and what was promised
 * are as before.
 * Kernel: mas_preallocate, which is for one store.
 */
int mm_maple_reserve(struct mm_maple *t, unsigned int stores) MM_MUST_USE;
/*
 * Promise nothing any more, and give back the nodes of the reserve.  Kernel:
 * mas_destroy.
 */
void mm_maple_release(struct mm_maple *t);

/*
 * From now on r has this entry, NULL: nothing.  Ranges inside r are forgotten;
 * of one that r cuts, what lies outside keeps its entry.  A range with nothing
 * that touches another becomes one with it; ranges with entries stay apart even
 * if it is the same. Uses up one promised store; MM_PRE that there is one.
 * Kernel: mas_store_prealloc.
 */
void mm_maple_store(struct mm_maple *t, struct mm_maple_range r, void *entry);

/*
 * The lowest (highest) start of `size` indices that have no entry, all of them
 * in `within`.  -MM_EBUSY: there are none; -MM_EINVAL: size is 0, or `within`
 * is smaller, or its first is behind its last.  *start is set only when 0 is
 * returned.
 * Kernel: mas_empty_area, mas_empty_area_rev.
 */
int mm_maple_gap_low(const struct mm_maple *t, struct mm_maple_range within, uint64_t size,
		     uint64_t *start) MM_MUST_USE;
int mm_maple_gap_high(const struct mm_maple *t, struct mm_maple_range within, uint64_t size,
		      uint64_t *start) MM_MUST_USE;

/*
 * Judge the invariants by a walk over all of it, which ends on any tree whose
 * pointers lead to nodes.
 */
void mm_maple_check(const struct mm_maple *t, struct mm_report *r);

#endif
