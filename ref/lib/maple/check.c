/* SPDX-License-Identifier: MIT */
/*
 * check: what must hold of a tree, by a walk that asks nothing of the code that
 * keeps it so.
 *
 * Depth is bounded by levels, and the number of nodes by the number of entries:
 * a node that is reached twice ends the walk at the latest when there are too
 * many.
 */
#include "mm/check.h"

#include "mm/maple.h"

/* One claim; a macro, for the sentence is made only when it does not hold. */
#define CLAIM(w, cond, ...) MM_CHECK((w)->r, "maple.structure", cond, __VA_ARGS__)

struct walk {
	const struct mm_maple *t;
	struct mm_report *r;
	uint64_t entries;
	uint64_t nodes;
	uint64_t nodes_max;
	bool is_stopped;
	bool was_nothing; /* the range before */
};

static void stop_unless(struct walk *w, bool cond)
{
	w->is_stopped |= !cond;
}

/* Is it safe to look at its slots? */
static bool is_node(struct walk *w, const struct mm_maple_node *n, unsigned int level)
{
	bool is_root = n == w->t->root;
	unsigned int most = level ? MM_MAPLE_INNER_SLOTS : MM_MAPLE_LEAF_SLOTS;
	unsigned int least = level ? MM_MAPLE_INNER_MIN : MM_MAPLE_LEAF_MIN;

	w->nodes++;
	CLAIM(w, n && (uintptr_t)n % MM_MAPLE_NODE_SIZE == 0, "a child is no node");
	stop_unless(w, n && (uintptr_t)n % MM_MAPLE_NODE_SIZE == 0);
	if (w->is_stopped)
		return false;
	CLAIM(w, n->state == MM_MAPLE_LIVE, "a dead node is in the tree, at level %u", level);
	CLAIM(w, n->level == level, "a node of level %u is at level %u", n->level, level);
	CLAIM(w, w->nodes <= w->nodes_max, "more than %llu nodes for %llu entries",
	      (unsigned long long)w->nodes_max, (unsigned long long)w->t->count);
	CLAIM(w, n->nr <= most, "%u slots in use of %u", n->nr, most);
	stop_unless(w, n->state == MM_MAPLE_LIVE && n->level == level && w->nodes <= w->nodes_max &&
			       n->nr <= most);
	if (is_root)
		least = level ? 2 : 1;
	CLAIM(w, n->nr >= least, "%u slots in use at level %u, fewer than %u", n->nr, level, least);
	stop_unless(w, n->nr);
	return !w->is_stopped;
}

/* Pivots in use increase inside the span, the others compare as nothing. */
static void check_pivots(struct walk *w, const struct mm_maple_node *n, struct mm_maple_range span)
{
	const uint64_t *pivot = n->level ? n->u.inner.pivot : n->u.leaf.pivot;
	unsigned int nr = n->level ? MM_MAPLE_INNER_SLOTS - 1 : MM_MAPLE_LEAF_SLOTS - 1;
	uint64_t first = span.first;
	unsigned int i;

	for (i = 0; i + 1u < n->nr; i++) {
		CLAIM(w, pivot[i] >= first && pivot[i] < span.last,
		      "pivot 0x%llx of slot %u is not in 0x%llx .. 0x%llx",
		      (unsigned long long)pivot[i], i, (unsigned long long)first,
		      (unsigned long long)(span.last - 1));
		first = pivot[i] + 1;
	}
	for (; i < nr; i++)
		CLAIM(w, pivot[i] == UINT64_MAX, "pivot 0x%llx behind the last, of slot %u",
		      (unsigned long long)pivot[i], i);
}

static struct mm_maple_range range_of(const uint64_t *pivot, unsigned int nr, unsigned int i,
				      struct mm_maple_range span)
{
	struct mm_maple_range r = {i ? pivot[i - 1] + 1 : span.first,
				   i == nr - 1 ? span.last : pivot[i]};

	return r;
}

/* Returns the largest free range. */
static uint64_t check_leaf(struct walk *w, const struct mm_maple_node *n,
			   struct mm_maple_range span)
{
	uint64_t most = 0;
	unsigned int i;

	for (i = 0; i < n->nr; i++) {
		struct mm_maple_range r = range_of(n->u.leaf.pivot, n->nr, i, span);
		bool is_nothing = !n->u.leaf.slot[i];

		CLAIM(w, !(is_nothing && w->was_nothing),
		      "two ranges with nothing touch before 0x%llx", (unsigned long long)r.first);
		w->was_nothing = is_nothing;
		w->entries += !is_nothing;
		if (is_nothing && r.last - r.first + 1 > most)
			most = r.last - r.first + 1;
	}
	return most;
}

/*
 * Recursion is as deep as levels, and each level has been seen to be one lower.
 */
static uint64_t check_node(struct walk *w, const struct mm_maple_node *n, unsigned int level,
			   struct mm_maple_range span)
{
	uint64_t most = 0;
	unsigned int i;

	if (!is_node(w, n, level))
		return 0;
	check_pivots(w, n, span);
	if (!level)
		return check_leaf(w, n, span);
	for (i = 0; i < n->nr; i++) {
		struct mm_maple_range part = range_of(n->u.inner.pivot, n->nr, i, span);
		uint64_t gap = check_node(w, n->u.inner.child[i], level - 1, part);

		if (w->is_stopped)
			return 0;
		CLAIM(w, n->u.inner.gap[i] == gap,
		      "gap %llu is kept of 0x%llx .. 0x%llx, which has %llu",
		      (unsigned long long)n->u.inner.gap[i], (unsigned long long)part.first,
		      (unsigned long long)part.last, (unsigned long long)gap);
		if (gap > most)
			most = gap;
	}
	return most;
}

static void check_reserve(struct walk *w)
{
	const struct mm_maple_node *n = w->t->reserve;
	uint64_t height = w->t->height;
	uint64_t stores = w->t->nr_promised;
	uint64_t need = 0;
	unsigned int nr = 0;

	for (; n && nr < w->t->nr_reserved; n = n->u.next, nr++) {
		CLAIM(w, n->state == MM_MAPLE_DEAD, "a node of the tree is in the reserve");
		if (n->state != MM_MAPLE_DEAD)
			return;
	}
	CLAIM(w, !n && nr == w->t->nr_reserved, "the reserve has not %u nodes", w->t->nr_reserved);
	/* a node per level and a root each, of a tree that grows */
	for (; stores; stores--, height++)
		need += height < MM_MAPLE_HEIGHT_MAX ? height + 1 : MM_MAPLE_HEIGHT_MAX;
	CLAIM(w, nr >= need, "%u nodes in reserve for %u stores, which may take %llu", nr,
	      w->t->nr_promised, (unsigned long long)need);
}

void mm_maple_check(const struct mm_maple *t, struct mm_report *r)
{
	/*
	 * a leaf has at least two entries, an inner node four children; the
	 * root has not
	 */
	struct walk w = {.t = t, .r = r, .nodes_max = t->count + 1};

	check_reserve(&w);
	CLAIM(&w, t->height <= MM_MAPLE_HEIGHT_MAX && !t->root == !t->height,
	      "a tree of height %u has %s", t->height, t->root ? "a root" : "no root");
	if (t->root && t->height && t->height <= MM_MAPLE_HEIGHT_MAX)
		(void)check_node(&w, t->root, t->height - 1,
				 (struct mm_maple_range){0, UINT64_MAX});
	CLAIM(&w, w.is_stopped || w.entries == t->count, "%llu ranges have entries, %llu counted",
	      (unsigned long long)w.entries, (unsigned long long)t->count);
	CLAIM(&w, w.is_stopped || !t->root || w.entries, "a tree without entries has nodes");
}
