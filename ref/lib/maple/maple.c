/* SPDX-License-Identifier: MIT */
/*
 * maple: a tree's nodes, before and between stores.
 *
 *     allocator --reserve--> reserve --store--> tree
 *        ^                     | ^                |
 *        +---- release, trim --+ +--- replaced ---+
 *
 * A store takes nodes from the reserve only, and puts there what it replaces
 * before it takes what comes instead; so it needs at most one node more per
 * level than it frees, and one for a new root.  What it frees beyond what it
 * took goes back to the allocator in the end: a reserve does not grow by
 * stores, and one that was not used up serves the next promise, which then
 * costs a comparison.
 */
#include "node.h"

#include <string.h>

void mm_maple_init(struct mm_maple *t, const struct mm_maple_allocator *alloc)
{
	memset(t, 0, sizeof(*t));
	t->alloc = *alloc;
}

void mm_maple_fini(struct mm_maple *t)
{
	if (t->root)
		mm_maple_retire_all(t, t->root);
	t->root = NULL;
	t->height = 0;
	mm_maple_release(t);
}

static void add_to_reserve(struct mm_maple *t, struct mm_maple_node *n)
{
	n->state = MM_MAPLE_DEAD;
	n->u.next = t->reserve;
	t->reserve = n;
	t->nr_reserved++;
}

void mm_maple_trim(struct mm_maple *t, unsigned int nr)
{
	while (t->nr_reserved > nr) {
		struct mm_maple_node *n = t->reserve;

		t->reserve = n->u.next;
		t->nr_reserved--;
		t->alloc.put(t->alloc.env, n);
	}
}

int mm_maple_reserve(struct mm_maple *t, unsigned int stores)
{
	uint64_t need = mm_maple_need(t->height, stores);
	unsigned int before = t->nr_reserved;

	while (t->nr_reserved < need) {
		struct mm_maple_node *n = t->alloc.get(t->alloc.env);

		if (!n) {
			mm_maple_trim(t, before);
			return -MM_ENOMEM;
		}
		MM_PRE((uintptr_t)n % MM_MAPLE_NODE_SIZE == 0);
		add_to_reserve(t, n);
	}
	if (t->nr_promised < stores)
		t->nr_promised = stores;
	return 0;
}

void mm_maple_release(struct mm_maple *t)
{
	t->nr_promised = 0;
	mm_maple_trim(t, 0);
}

struct mm_maple_node *mm_maple_take_node(struct mm_maple *t, unsigned int level)
{
	struct mm_maple_node *n = t->reserve;

	MM_PRE(n);
	t->reserve = n->u.next;
	t->nr_reserved--;
	n->state = MM_MAPLE_LIVE;
	n->level = (uint8_t)level;
	return n;
}

void mm_maple_retire(struct mm_maple *t, struct mm_maple_node *n)
{
	add_to_reserve(t, n);
}

static void retire_leaf(struct mm_maple *t, struct mm_maple_node *n)
{
	unsigned int i;

	for (i = 0; i < n->nr; i++)
		t->count -= n->u.leaf.slot[i] != NULL;
	add_to_reserve(t, n);
}

void mm_maple_retire_all(struct mm_maple *t, struct mm_maple_node *n)
{
	struct mm_maple_node *node[MM_MAPLE_HEIGHT_MAX];
	uint8_t next[MM_MAPLE_HEIGHT_MAX];
	unsigned int top = n->level;
	unsigned int level = top;

	node[level] = n;
	next[level] = 0;
	for (;;) {
		n = node[level];
		if (level && next[level] < n->nr) {
			node[level - 1] = n->u.inner.child[next[level]++];
			next[--level] = 0;
			continue;
		}
		if (level)
			add_to_reserve(t, n);
		else
			retire_leaf(t, n);
		if (level == top)
			return;
		level++;
	}
}
