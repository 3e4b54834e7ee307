/* SPDX-License-Identifier: MIT */
/*
 * interval_tree properties: all questions of a small world, and drawn ones of
 * the whole, against a scan of an array in order; what each clause of the check
 * is for, planted.
 */
#include "mm/interval_tree.h"

#include "invariants/engine/prop.h"

#include <string.h>

#define THINGS 40

struct thing {
	int met; /* by a walk; and so that the node is not the first member */
	struct mm_interval_tree_node node;
};

/* A tree, and what is in it, kept beside it in order. */
struct picture {
	struct thing thing[THINGS];
	struct mm_interval_tree tree;
	struct mm_interval_tree_node *order[THINGS];
	size_t nr;
};

struct range {
	uint64_t start;
	uint64_t last;
};

static void start(struct picture *pic)
{
	size_t i;

	memset(pic, 0, sizeof(*pic));
	mm_interval_tree_init(&pic->tree);
	for (i = 0; i < THINGS; i++)
		mm_interval_tree_node_init(&pic->thing[i].node, 0, 0);
}

/* Points are of so many bits, and these stand so far apart: in both halves of a
 * word, one that is cut in half is taken for another. */
struct world {
	unsigned int bits;
	unsigned int apart;
};

static const struct world small = {4, 1};
static const struct world spread = {2, 32};
static const struct world whole = {64, 1};

/* In the same order as the points were. */
static uint64_t point_of(const struct world *w, uint64_t bits)
{
	uint64_t point = 0;
	unsigned int i;

	for (i = 0; i < w->bits; i++)
		point |= (bits >> i & 1) << i * w->apart;
	return point;
}

/* The ends of a world come more often than other points. */
static struct range draw_range(struct mm_prop_run *p, const struct world *w)
{
	uint64_t end = UINT64_MAX >> (64 - w->bits);
	struct range r;
	uint64_t length;

	r.start = prop_below(p, 16) == 1 ? end : prop_bits(p, w->bits);
	length = prop_any(p, w->bits);
	r.last = prop_below(p, 16) == 1 || length > end - r.start ? end : r.start + length;
	r.start = point_of(w, r.start);
	r.last = point_of(w, r.last);
	return r;
}

static size_t place_of(const struct picture *pic, const struct mm_interval_tree_node *n)
{
	size_t i;

	for (i = 0; i < pic->nr && pic->order[i] != n; i++)
		;
	return i;
}

static void put_at(struct picture *pic, size_t at, struct mm_interval_tree_node *n)
{
	size_t i;

	for (i = pic->nr; i > at; i--)
		pic->order[i] = pic->order[i - 1];
	pic->order[at] = n;
	pic->nr++;
}

static void add(struct picture *pic, struct mm_interval_tree_node *n, struct range r)
{
	size_t at = pic->nr;

	while (at && pic->order[at - 1]->start > r.start)
		at--;
	mm_interval_tree_node_init(n, r.start, r.last);
	mm_interval_tree_add(&pic->tree, n);
	put_at(pic, at, n);
}

static void add_after(struct mm_prop_run *p, struct picture *pic, struct mm_interval_tree_node *n)
{
	size_t at = prop_below(p, pic->nr);
	uint64_t length = prop_below(p, 16);
	struct mm_interval_tree_node *prev = pic->order[at];

	mm_interval_tree_node_init(n, prev->start, prev->start);
	n->last += length <= UINT64_MAX - n->start ? length : 0;
	mm_interval_tree_add_after(&pic->tree, n, prev);
	put_at(pic, at + 1, n);
}

static void del(struct picture *pic, size_t at)
{
	mm_interval_tree_del(&pic->tree, pic->order[at]);
	for (pic->nr--; at < pic->nr; at++)
		pic->order[at] = pic->order[at + 1];
}

/* Delete an interval, add one, or add one right after another. */
static void step(struct mm_prop_run *p, struct picture *pic, const struct world *w)
{
	struct mm_interval_tree_node *n;
	size_t at;

	prop_begin(p);
	n = &pic->thing[prop_below(p, THINGS)].node;
	at = place_of(pic, n);
	if (at < pic->nr) {
		del(pic, at);
	} else if (pic->nr && prop_below(p, 4) == 1) {
		add_after(p, pic, n);
	} else {
		add(pic, n, draw_range(p, w));
	}
	prop_end(p);
}

/* One question: the tree's answers in order, against all that share a point. */
static void ask(struct mm_prop_run *p, const struct picture *pic, struct range r)
{
	const struct mm_interval_tree_node *n;
	size_t i;

	n = mm_interval_tree_iter_first(&pic->tree, r.start, r.last);
	for (i = 0; i < pic->nr; i++) {
		const struct mm_interval_tree_node *other = pic->order[i];
		bool apart = other->last < r.start || other->start > r.last;

		if (apart)
			continue;
		PROP(p, n == other, "[%llu, %llu]: %s for number %zu of %zu",
		     (unsigned long long)r.start, (unsigned long long)r.last,
		     n ? "another" : "nothing", i, pic->nr);
		n = mm_interval_tree_iter_next(n, r.start, r.last);
	}
	PROP(p, !n, "[%llu, %llu]: one too many of %zu", (unsigned long long)r.start,
	     (unsigned long long)r.last, pic->nr);
}

static void check_structure(struct mm_prop_run *p, const struct picture *pic)
{
	const struct mm_rbtree_node *rb = mm_rbtree_first(&pic->tree.rb);
	struct mm_rbtree_seen seen;
	uint64_t last = 0;
	size_t i;

	for (i = 0; i < pic->nr; i++, rb = mm_rbtree_next(rb)) {
		PROP(p, rb == &pic->order[i]->rb, "number %zu of %zu is another", i, pic->nr);
		if (pic->order[i]->last > last)
			last = pic->order[i]->last;
	}
	PROP(p, !rb, "more than %zu", pic->nr);
	PROP(p, mm_interval_tree_check(&pic->tree, pic->nr, &seen), "%s",
	     mm_rbtree_fault_text(seen.fault));
	PROP(p, seen.nodes == pic->nr, "%zu of %zu", (size_t)seen.nodes, pic->nr);
	PROP(p, mm_interval_tree_empty(&pic->tree) == !pic->nr, "%zu, empty or not", pic->nr);
	if (pic->nr) {
		rb = pic->tree.rb.root;
		PROP(p,
		     mm_rbtree_entry_const(rb, struct mm_interval_tree_node, rb)->subtree_last ==
			     last,
		     "the last of %zu is not told", pic->nr);
	}
	for (i = 0; i < THINGS; i++)
		PROP(p,
		     mm_interval_tree_linked(&pic->thing[i].node) ==
			     (place_of(pic, &pic->thing[i].node) < pic->nr),
		     "thing %zu: linked or not", i);
}

static void answers_all_of_a_small_world(struct mm_prop_run *p)
{
	const struct world *w = prop_below(p, 2) ? &spread : &small;
	struct picture pic;
	uint64_t first;
	uint64_t last;
	int i;

	start(&pic);
	for (i = 0; i < 100 && !p->failures; i++) {
		step(p, &pic, w);
		check_structure(p, &pic);
		for (first = 0; !(first >> w->bits); first++)
			for (last = first; !(last >> w->bits); last++)
				ask(p, &pic, (struct range){point_of(w, first), point_of(w, last)});
	}
}

static void answers_in_the_whole_world(struct mm_prop_run *p)
{
	struct range all = {0, UINT64_MAX};
	struct picture pic;
	int i;
	int k;

	start(&pic);
	for (i = 0; i < 100 && !p->failures; i++) {
		step(p, &pic, &whole);
		check_structure(p, &pic);
		ask(p, &pic, all);
		for (k = 0; k < 4; k++)
			ask(p, &pic, draw_range(p, &whole));
	}
}

/* After one that shares no point, and after one that begins too late. */
static void goes_on_after_any(struct mm_prop_run *p)
{
	const struct mm_interval_tree_node *n;
	const struct mm_interval_tree_node *right;
	struct picture pic;
	struct range r;
	size_t i;
	size_t k;

	start(&pic);
	for (i = 0; i < 60; i++)
		step(p, &pic, &small);
	r = draw_range(p, &small);
	for (i = 0; i < pic.nr && !p->failures; i++) {
		n = mm_interval_tree_iter_next(pic.order[i], r.start, r.last);
		for (k = i + 1; k < pic.nr && pic.order[k]->last < r.start; k++)
			;
		right = k < pic.nr && pic.order[k]->start <= r.last ? pic.order[k] : NULL;
		PROP(p, n == right, "%s after %zu", right ? "another" : "one too many", i);
	}
}

/* A walk that deletes what it meets, the next one asked for before. */
static void what_is_met_can_be_deleted(struct mm_prop_run *p)
{
	struct mm_interval_tree_node *n;
	struct mm_interval_tree_node *next;
	struct picture pic;
	struct range r;
	int i;

	start(&pic);
	for (i = 0; i < 60; i++)
		step(p, &pic, &small);
	r = draw_range(p, &small);
	for (n = mm_interval_tree_iter_first(&pic.tree, r.start, r.last); n; n = next) {
		next = mm_interval_tree_iter_next(n, r.start, r.last);
		mm_interval_tree_entry(n, struct thing, node)->met++;
		del(&pic, place_of(&pic, n));
	}
	check_structure(p, &pic);
	PROP(p, !mm_interval_tree_iter_first(&pic.tree, r.start, r.last), "one was passed by");
	for (i = 0; i < (int)pic.nr; i++)
		PROP(p, pic.order[i]->last < r.start || pic.order[i]->start > r.last,
		     "one that shares a point is left");
	for (i = 0; i < THINGS; i++)
		PROP(p,
		     !mm_interval_tree_linked(&pic.thing[i].node) ? pic.thing[i].met <= 1
								  : !pic.thing[i].met,
		     "thing %d was met %d times", i, pic.thing[i].met);
}

/* ---- planted ---- */

static void must_see(struct mm_prop_run *p, const struct picture *pic, enum mm_rbtree_fault fault,
		     const struct mm_interval_tree_node *at)
{
	struct mm_rbtree_seen seen;

	PROP(p, !mm_interval_tree_check(&pic->tree, pic->nr, &seen), "\"%s\" goes unseen",
	     mm_rbtree_fault_text(fault));
	PROP(p, seen.fault == fault && seen.at == &at->rb, "\"%s\" is taken for \"%s\"",
	     mm_rbtree_fault_text(fault), mm_rbtree_fault_text(seen.fault));
}

/* Intervals that lie far from the world's ends, in a tree that is not empty. */
static void plant_tree(struct mm_prop_run *p, struct picture *pic)
{
	size_t nr = 4 + prop_below(p, THINGS - 4);
	size_t i;

	start(pic);
	for (i = 0; i < nr; i++) {
		struct range r = draw_range(p, &(struct world){10, 1});

		r.start += 10;
		r.last += 10;
		add(pic, &pic->thing[i].node, r);
	}
}

/* An end is told of what hangs below that is too late, or too early. */
static void check_sees_a_wrong_end_below(struct mm_prop_run *p)
{
	struct mm_interval_tree_node *n;
	struct picture pic;
	uint64_t by;

	plant_tree(p, &pic);
	n = pic.order[prop_below(p, pic.nr)];
	by = 1 + prop_below(p, 5);
	n->subtree_last += prop_below(p, 2) ? by : -by;
	must_see(p, &pic, MM_RBTREE_CONTENTS, n);
}

static void check_sees_bounds_that_were_changed(struct mm_prop_run *p)
{
	struct mm_interval_tree_node *n;
	struct picture pic;
	size_t at;

	plant_tree(p, &pic);
	at = prop_below(p, pic.nr);
	n = pic.order[at];
	if (prop_below(p, 2)) {
		/* it ends later than anybody above has heard */
		n->last = n->subtree_last + 1;
		must_see(p, &pic, MM_RBTREE_CONTENTS, n);
	} else if (at + 1 < pic.nr) {
		/* it begins after its next one, and not after its own end */
		if (pic.order[at + 1]->start >= n->last)
			return;
		n->start = pic.order[at + 1]->start + 1;
		must_see(p, &pic, MM_RBTREE_ORDER, pic.order[at + 1]);
	} else {
		/* it begins after its own end */
		n->start = n->last + 1;
		must_see(p, &pic, MM_RBTREE_CONTENTS, n);
	}
}

static void check_sees_what_rbtrees_does(struct mm_prop_run *p)
{
	struct mm_rbtree_seen seen;
	struct mm_interval_tree_node *n;
	struct picture pic;

	plant_tree(p, &pic);
	PROP(p,
	     !mm_interval_tree_check(&pic.tree, pic.nr - 1, &seen) &&
		     seen.fault == MM_RBTREE_TOO_MANY,
	     "%zu for at most %zu", pic.nr, pic.nr - 1);
	n = pic.order[prop_below(p, pic.nr)];
	n->rb.parent = &n->rb;
	must_see(p, &pic, MM_RBTREE_LINKS, n);
}

/* clang-format off */
const struct mm_prop mm_interval_tree_props[] = {
	{"interval_tree.answers_all_of_a_small_world", answers_all_of_a_small_world, 30},
	{"interval_tree.answers_in_the_whole_world", answers_in_the_whole_world, 30},
	{"interval_tree.goes_on_after_any", goes_on_after_any, 50},
	{"interval_tree.what_is_met_can_be_deleted", what_is_met_can_be_deleted, 50},
	{"interval_tree.check_sees_a_wrong_end_below", check_sees_a_wrong_end_below, 200},
	{"interval_tree.check_sees_bounds_that_were_changed",
	 check_sees_bounds_that_were_changed, 200},
	{"interval_tree.check_sees_what_rbtrees_does", check_sees_what_rbtrees_does, 50},
	{NULL, NULL, 0},
};
/* clang-format on */
