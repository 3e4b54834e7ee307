/* SPDX-License-Identifier: MIT */
/*
 * wide: a store that more than one leaf takes part in.
 *
 * Two ways lead to the two ends of the range.  Level by level, from the leaves
 * up, what is left of the ways to keep becomes one row of slots, which is cut
 * into as few nodes as hold it, of the same size; they stand in the middle of
 * the row above:
 *
 *     level 1    | a | b |[L]|           |[R]| g | h |     [ ]: the ways
 *                          \  between  /
 *     level 0    row: kept of L, X, kept of R  -->  1 … 3 nodes
 *     level 1    row: a, b, those nodes, g, h  -->  …
 *
 * What lies between the ways is retired first, with all below it.  A row of too
 * few slots takes in the node beside it, and that way then leads through that
 * node.  It ends where both ways share a node that stays one, or with a row
 * that is all of its level: that is the new root, or what the new root has as
 * children.
 */
#include "node.h"

/*
 * 16 + 1 + 16 slots of leaves; 9 + 3 + 9 of inner nodes; fewer with a node
 * taken in.
 */
#define ROW_MAX (2 * MM_MAPLE_LEAF_SLOTS + 1)

/* Slots in order. */
struct row {
	unsigned int nr;
	uint64_t last[ROW_MAX];
	uint64_t gap[ROW_MAX]; /* of children */
	void *what[ROW_MAX];   /* entries or children */
};

struct wide {
	struct mm_maple *t;
	struct mm_maple_path left;
	struct mm_maple_path right;
	unsigned int level;
	unsigned int middle; /* of the row: where what is new begins */
	unsigned int after;  /* slots behind it */
	uint64_t first;      /* where the row begins */
	struct row row;
	struct row made; /* the nodes that came of it */
};

static void add(struct row *row, uint64_t last, void *what, uint64_t gap)
{
	row->last[row->nr] = last;
	row->what[row->nr] = what;
	row->gap[row->nr++] = gap;
}

/* Slots [start, end) of a node. */
static void add_slots(struct row *row, const struct mm_maple_node *n, struct mm_maple_range span,
		      unsigned int start, unsigned int end)
{
	for (; start < end; start++) {
		uint64_t last = mm_maple_range_of(n, start, span).last;

		if (n->level)
			add(row, last, n->u.inner.child[start], n->u.inner.gap[start]);
		else
			add(row, last, n->u.leaf.slot[start], 0);
	}
}

static inline bool is_shared(const struct wide *w, unsigned int level)
{
	return w->left.node[level] == w->right.node[level];
}

/* ---- what goes ---- */

static void retire_children(struct mm_maple *t, const struct mm_maple_node *n, unsigned int start,
			    unsigned int end)
{
	for (; start < end; start++)
		mm_maple_retire_all(t, n->u.inner.child[start]);
}

static void retire_between(struct wide *w)
{
	unsigned int level;

	for (level = w->t->height - 1; level; level--) {
		const struct mm_maple_node *l = w->left.node[level];
		const struct mm_maple_node *r = w->right.node[level];
		unsigned int ls = w->left.slot[level] + 1u;
		unsigned int rs = w->right.slot[level];

		if (l == r) {
			retire_children(w->t, l, ls, rs);
			continue;
		}
		retire_children(w->t, l, ls, l->nr);
		retire_children(w->t, r, 0, rs);
	}
}

static uint64_t count_entries(const struct mm_maple_node *n, unsigned int start, unsigned int end)
{
	uint64_t count = 0;

	for (; start < end; start++)
		count += n->u.leaf.slot[start] != NULL;
	return count;
}

/* Entries of both leaves that the range meets. */
static uint64_t count_met(const struct wide *w)
{
	const struct mm_maple_node *l = w->left.node[0];
	const struct mm_maple_node *r = w->right.node[0];
	unsigned int ls = w->left.slot[0];
	unsigned int rs = w->right.slot[0] + 1u;

	if (l == r)
		return count_entries(l, ls, rs);
	return count_entries(l, ls, l->nr) + count_entries(r, 0, rs);
}

/* ---- rows ---- */

/* What both nodes keep, and the middle; the nodes are retired. */
static void gather(struct wide *w, const struct row *middle)
{
	struct mm_maple_node *l = w->left.node[w->level];
	struct mm_maple_node *r = w->right.node[w->level];
	unsigned int i;

	w->row.nr = 0;
	w->first = w->left.span[w->level].first;
	add_slots(&w->row, l, w->left.span[w->level], 0, w->left.slot[w->level]);
	w->middle = w->row.nr;
	for (i = 0; i < middle->nr; i++)
		add(&w->row, middle->last[i], middle->what[i], middle->gap[i]);
	w->after = r->nr - 1u - w->right.slot[w->level];
	add_slots(&w->row, r, w->right.span[w->level], w->right.slot[w->level] + 1u, r->nr);
	mm_maple_retire(w->t, l);
	if (l != r)
		mm_maple_retire(w->t, r);
}

/* The range itself and what it leaves of those that it cuts. */
static void plan(struct wide *w, struct mm_maple_range r, void *entry, struct row *middle)
{
	const struct mm_maple_node *ln = w->left.node[0];
	const struct mm_maple_node *rn = w->right.node[0];
	unsigned int ls = w->left.slot[0];
	unsigned int rs = w->right.slot[0];
	uint64_t last = mm_maple_range_of(rn, rs, w->right.span[0]).last;
	unsigned int i;

	middle->nr = 0;
	if (mm_maple_range_of(ln, ls, w->left.span[0]).first < r.first)
		add(middle, r.first - 1, ln->u.leaf.slot[ls], 0);
	add(middle, r.last, entry, 0);
	if (r.last < last)
		add(middle, last, rn->u.leaf.slot[rs], 0);
	for (i = 0; i < middle->nr; i++)
		w->t->count += middle->what[i] != NULL;
	w->t->count -= count_met(w);
}

static void take_in_right(struct wide *w, unsigned int from)
{
	struct mm_maple_path *p = &w->right;
	unsigned int level;

	/* nothing of them is left to keep */
	for (level = w->level + 1; level < from; level++)
		if (!is_shared(w, level))
			mm_maple_retire(w->t, p->node[level]);
	p->slot[from]++;
	for (level = from; level > w->level; level--) {
		p->span[level - 1] =
			mm_maple_range_of(p->node[level], p->slot[level], p->span[level]);
		p->node[level - 1] = p->node[level]->u.inner.child[p->slot[level]];
		p->slot[level - 1] = 0;
	}
	add_slots(&w->row, p->node[level], p->span[level], 0, p->node[level]->nr);
	mm_maple_retire(w->t, p->node[level]);
}

static void take_in_left(struct wide *w, unsigned int from)
{
	struct mm_maple_path *p = &w->left;
	struct row row = {.nr = 0};
	unsigned int level;
	unsigned int i;

	for (level = w->level + 1; level < from; level++)
		if (!is_shared(w, level))
			mm_maple_retire(w->t, p->node[level]);
	p->slot[from]--;
	for (level = from; level > w->level; level--) {
		p->span[level - 1] =
			mm_maple_range_of(p->node[level], p->slot[level], p->span[level]);
		p->node[level - 1] = p->node[level]->u.inner.child[p->slot[level]];
		p->slot[level - 1] = (uint8_t)(p->node[level - 1]->nr - 1);
	}
	w->first = p->span[level].first;
	add_slots(&row, p->node[level], p->span[level], 0, p->node[level]->nr);
	for (i = 0; i < w->row.nr; i++)
		add(&row, w->row.last[i], w->row.what[i], w->row.gap[i]);
	w->row = row;
	mm_maple_retire(w->t, p->node[level]);
}

/*
 * The nearest node, of the same parent if it has another; none if the row is
 * all of its level.
 */
static void take_in(struct wide *w)
{
	unsigned int level;

	for (level = w->level + 1; level < w->t->height; level++) {
		if (w->right.slot[level] + 1 < w->right.node[level]->nr) {
			take_in_right(w, level);
			return;
		}
		if (w->left.slot[level]) {
			take_in_left(w, level);
			return;
		}
	}
}

static bool is_all(const struct wide *w)
{
	unsigned int level;

	for (level = w->level + 1; level < w->t->height; level++)
		if (w->left.slot[level] || w->right.slot[level] + 1 < w->right.node[level]->nr)
			return false;
	return true;
}

/* ---- nodes ---- */

static void fill_node(struct mm_maple_node *n, const struct row *row, unsigned int from)
{
	uint64_t *pivot = n->level ? n->u.inner.pivot : n->u.leaf.pivot;
	unsigned int pivots = n->level ? MM_MAPLE_INNER_SLOTS - 1 : MM_MAPLE_LEAF_SLOTS - 1;
	unsigned int i;

	for (i = 0; i < n->nr; i++) {
		if (n->level) {
			n->u.inner.child[i] = row->what[from + i];
			n->u.inner.gap[i] = row->gap[from + i];
		} else {
			n->u.leaf.slot[i] = row->what[from + i];
		}
	}
	for (i = 0; i < pivots; i++)
		pivot[i] = i + 1u < n->nr ? row->last[from + i] : UINT64_MAX;
}

/*
 * How many slots the first of `nodes` nodes gets: as many as each of the
 * others, or nearly.  But where a node is cut at an end that grows, the slots
 * that stay behind fill most of a node, for no more come to them.
 */
static unsigned int first_share(const struct wide *w, unsigned int nodes, unsigned int least)
{
	unsigned int nr = w->row.nr;

	if (nodes != 2 || !is_shared(w, w->level))
		return nr / nodes;
	if (!w->middle)
		return least;
	return w->after ? nr / nodes : nr - least;
}

/* Cut the row into nodes. */
static void make_nodes(struct wide *w)
{
	unsigned int most = w->level ? MM_MAPLE_INNER_SLOTS : MM_MAPLE_LEAF_SLOTS;
	unsigned int least = w->level ? MM_MAPLE_INNER_MIN : MM_MAPLE_LEAF_MIN;
	unsigned int nodes = (w->row.nr + most - 1) / most;
	struct mm_maple_range span = {w->first, 0};
	unsigned int from = 0;
	unsigned int i;

	w->made.nr = 0;
	for (i = 0; i < nodes; i++) {
		struct mm_maple_node *n = mm_maple_take_node(w->t, w->level);

		n->nr = (uint8_t)(i ? (w->row.nr - from) / (nodes - i)
				    : first_share(w, nodes, least));
		fill_node(n, &w->row, from);
		from += n->nr;
		span.last = w->row.last[from - 1];
		add(&w->made, span.last, n, mm_maple_gap_of(n, span));
		span.first = span.last + 1;
	}
}

static void retire_above(struct wide *w)
{
	unsigned int level;

	for (level = w->level + 1; level < w->t->height; level++) {
		mm_maple_retire(w->t, w->left.node[level]);
		if (!is_shared(w, level))
			mm_maple_retire(w->t, w->right.node[level]);
	}
}

/* The row is all of its level: its node is the root, or there is none. */
static void make_root(struct wide *w)
{
	retire_above(w);
	if (!w->level && w->row.nr == 1 && !w->row.what[0]) {
		w->t->root = NULL;
		w->t->height = 0;
		return;
	}
	make_nodes(w);
	w->t->root = w->made.what[0];
	w->t->height = w->level + 1;
}

static void make_higher(struct wide *w)
{
	MM_PRE(w->t->height < MM_MAPLE_HEIGHT_MAX);
	w->row = w->made;
	w->level++;
	make_nodes(w);
	w->t->root = w->made.what[0];
	w->t->height++;
}

/* One level; true: those above stay as they are. */
static bool make_level(struct wide *w)
{
	unsigned int most = w->level ? MM_MAPLE_INNER_SLOTS : MM_MAPLE_LEAF_SLOTS;
	unsigned int least = w->level ? MM_MAPLE_INNER_MIN : MM_MAPLE_LEAF_MIN;
	struct mm_maple_path *p = &w->left;

	if (w->row.nr < least)
		take_in(w);
	if (w->row.nr <= most && is_all(w)) {
		make_root(w);
		return true;
	}
	make_nodes(w);
	if (w->level + 1 == w->t->height) {
		make_higher(w);
		return true;
	}
	if (w->made.nr > 1 || p->slot[w->level + 1] != w->right.slot[w->level + 1] ||
	    !is_shared(w, w->level + 1))
		return false;
	p->node[w->level + 1]->u.inner.child[p->slot[w->level + 1]] = w->made.what[0];
	mm_maple_set_gap(w->t, p, w->level, w->made.gap[0]);
	return true;
}

void mm_maple_store_wide(struct mm_maple *t, struct mm_maple_range r, void *entry)
{
	unsigned int before = t->nr_reserved;
	struct wide w;

	w.t = t;
	w.level = 0;
	mm_maple_walk(t, r.first, &w.left);
	mm_maple_walk(t, r.last, &w.right);
	retire_between(&w);
	plan(&w, r, entry, &w.made);
	gather(&w, &w.made);
	while (!make_level(&w)) {
		w.level++;
		gather(&w, &w.made);
	}
	if (t->nr_reserved > before)
		mm_maple_trim(t, before);
}
