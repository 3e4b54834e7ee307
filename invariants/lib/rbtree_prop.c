/* SPDX-License-Identifier: MIT */
/*
 * rbtree properties: a tree against an array of the same nodes in order, after
 * each change; what each clause of the check is for, planted.  Nodes tell how
 * many hang below them and a text of their marks in order, which no wrong turn
 * leaves as it was.
 */
#include "mm/rbtree.h"

#include "invariants/engine/prop.h"

#include <string.h>

#define THINGS 48

/* Of all that hang below a node, itself too. */
struct told {
	uint64_t nr;
	uint64_t text;  /* their marks in order, as digits of base BASE */
	uint64_t scale; /* BASE to the power of nr */
};

#define BASE 0x100000001b3u

struct thing {
	uint64_t mark; /* its number; the node is not the first member */
	uint64_t key;
	struct mm_rbtree_node node;
	struct told told;
	unsigned int asked; /* how often, where that is counted */
};

/* A tree, and what is in it, kept beside it in order. */
struct picture {
	struct thing thing[THINGS];
	struct mm_rbtree tree;
	struct thing *order[THINGS];
	size_t nr;
};

/* ---- what nodes tell ---- */

static struct thing *thing_of(struct mm_rbtree_node *n)
{
	return mm_rbtree_entry(n, struct thing, node);
}

static const struct thing *thing_of_const(const struct mm_rbtree_node *n)
{
	return mm_rbtree_entry_const(n, struct thing, node);
}

static bool before(const struct mm_rbtree_node *a, const struct mm_rbtree_node *b)
{
	return thing_of_const(a)->key < thing_of_const(b)->key;
}

static struct told join(struct told a, struct told b)
{
	struct told both = {a.nr + b.nr, a.text * b.scale + b.text, a.scale * b.scale};

	return both;
}

static struct told told_of(const struct thing *t)
{
	struct told told = {1, t->mark + 1, BASE};

	if (t->node.child[MM_RBTREE_LEFT])
		told = join(thing_of_const(t->node.child[MM_RBTREE_LEFT])->told, told);
	if (t->node.child[MM_RBTREE_RIGHT])
		told = join(told, thing_of_const(t->node.child[MM_RBTREE_RIGHT])->told);
	return told;
}

static bool same(struct told a, struct told b)
{
	return a.nr == b.nr && a.text == b.text && a.scale == b.scale;
}

static bool update(struct mm_rbtree_node *n)
{
	struct thing *t = thing_of(n);
	struct told old = t->told;

	t->told = told_of(t);
	return !same(t->told, old);
}

static bool sound(const struct mm_rbtree_node *n)
{
	const struct thing *t = thing_of_const(n);

	return same(t->told, told_of(t));
}

/* Tells nothing, and remembers that it was asked. */
static bool update_nothing(struct mm_rbtree_node *n)
{
	thing_of(n)->asked++;
	return false;
}

static const struct mm_rbtree_kind kind = {before, update, sound};
static const struct mm_rbtree_kind plain = {before, NULL, NULL};
static const struct mm_rbtree_kind counting = {before, update_nothing, NULL};

/* ---- the picture ---- */

static void start(struct picture *pic)
{
	size_t i;

	memset(pic, 0, sizeof(*pic));
	mm_rbtree_init(&pic->tree);
	for (i = 0; i < THINGS; i++) {
		pic->thing[i].mark = i;
		mm_rbtree_node_init(&pic->thing[i].node);
	}
}

static size_t place_of(const struct picture *pic, const struct thing *t)
{
	size_t i;

	for (i = 0; i < pic->nr && pic->order[i] != t; i++)
		;
	return i;
}

static void put_at(struct picture *pic, size_t at, struct thing *t)
{
	size_t i;

	for (i = pic->nr; i > at; i--)
		pic->order[i] = pic->order[i - 1];
	pic->order[at] = t;
	pic->nr++;
}

static void add(struct picture *pic, const struct mm_rbtree_kind *k, struct thing *t, uint64_t key)
{
	size_t at = pic->nr;

	while (at && pic->order[at - 1]->key > key)
		at--;
	t->key = key;
	put_at(pic, at, t);
	mm_rbtree_add(&pic->tree, k, &t->node);
}

static void add_after(struct picture *pic, const struct mm_rbtree_kind *k, struct thing *t,
		      size_t at)
{
	t->key = pic->order[at]->key;
	mm_rbtree_add_after(&pic->tree, k, &t->node, &pic->order[at]->node);
	put_at(pic, at + 1, t);
}

static void del(struct picture *pic, const struct mm_rbtree_kind *k, size_t at)
{
	mm_rbtree_del(&pic->tree, k, &pic->order[at]->node);
	for (pic->nr--; at < pic->nr; at++)
		pic->order[at] = pic->order[at + 1];
}

/* Add a thing that is out of the tree, or delete one that is in it. */
static void step(struct mm_prop_run *p, struct picture *pic, const struct mm_rbtree_kind *k,
		 uint64_t keys)
{
	struct thing *t;
	size_t at;

	prop_begin(p);
	t = &pic->thing[prop_below(p, THINGS)];
	at = place_of(pic, t);
	if (at < pic->nr)
		del(pic, k, at);
	else if (pic->nr && prop_below(p, 4) == 1)
		add_after(pic, k, t, prop_below(p, pic->nr));
	else
		add(pic, k, t, prop_below(p, keys));
	prop_end(p);
}

/* ---- judging, without the check ---- */

/* Black nodes on each way down from n to a missing child; -1: not as many on
 * each, a parent is another, red is below red, or what is told is not so. */
static int height_of(const struct mm_rbtree_node *n, const struct mm_rbtree_node *parent,
		     const struct mm_rbtree_kind *k)
{
	int left;
	int right;

	if (!n)
		return 0;
	left = height_of(n->child[MM_RBTREE_LEFT], n, k);
	right = height_of(n->child[MM_RBTREE_RIGHT], n, k);
	if (left < 0 || left != right || n->parent != parent ||
	    (n->red && (!parent || parent->red)) || (k->sound && !k->sound(n)))
		return -1;
	return left + !n->red;
}

static void check_told(struct mm_prop_run *p, const struct picture *pic)
{
	struct told all = {0, 0, 1};
	size_t i;

	for (i = 0; i < pic->nr; i++)
		all = join(all, (struct told){1, pic->order[i]->mark + 1, BASE});
	PROP(p, same(thing_of_const(pic->tree.root)->told, all),
	     "the root tells of others than %zu", pic->nr);
}

static void check_picture(struct mm_prop_run *p, const struct picture *pic,
			  const struct mm_rbtree_kind *k)
{
	const struct mm_rbtree_node *n = mm_rbtree_first(&pic->tree);
	const struct mm_rbtree_node *back = mm_rbtree_last(&pic->tree);
	struct mm_rbtree_seen seen;
	size_t i;

	PROP(p, height_of(pic->tree.root, NULL, k) >= 0, "no red-black tree of %zu", pic->nr);
	PROP(p, mm_rbtree_empty(&pic->tree) == !pic->nr, "%zu nodes, empty or not", pic->nr);
	for (i = 0; i < pic->nr; i++, n = mm_rbtree_next(n), back = mm_rbtree_prev(back)) {
		PROP(p, n == &pic->order[i]->node, "node %zu of %zu is another", i, pic->nr);
		PROP(p, back == &pic->order[pic->nr - 1 - i]->node, "node %zu from the end", i);
	}
	PROP(p, !n && !back, "more than %zu nodes", pic->nr);
	for (i = 0; i < THINGS; i++)
		PROP(p,
		     mm_rbtree_linked(&pic->thing[i].node) ==
			     (place_of(pic, &pic->thing[i]) < pic->nr),
		     "thing %zu: linked or not", i);
	PROP(p, mm_rbtree_check(&pic->tree, k, pic->nr, &seen), "%s",
	     mm_rbtree_fault_text(seen.fault));
	PROP(p, seen.nodes == pic->nr && !seen.at, "%llu nodes met of %zu",
	     (unsigned long long)seen.nodes, pic->nr);
	if (pic->nr && k->sound)
		check_told(p, pic);
}

/* ---- properties ---- */

static void follows_a_sorted_array(struct mm_prop_run *p)
{
	static const uint64_t keys[] = {1, 4, 1000};
	const struct mm_rbtree_kind *k = prop_below(p, 4) ? &kind : &plain;
	uint64_t nr_keys = keys[prop_below(p, 3)];
	struct picture pic;
	int i;

	start(&pic);
	for (i = 0; i < 200 && !p->failures; i++) {
		step(p, &pic, k, nr_keys);
		check_picture(p, &pic, k);
	}
}

#define SMALL 6

/* Which of the things 0 .. SMALL-1 is in place i of permutation nr. */
static void permute(unsigned int nr, uint8_t which[SMALL])
{
	unsigned int i;

	for (i = 0; i < SMALL; i++)
		which[i] = (uint8_t)i;
	for (i = SMALL; i > 1; i--) {
		unsigned int j = nr % i;
		uint8_t last = which[i - 1];

		nr /= i;
		which[i - 1] = which[j];
		which[j] = last;
	}
}

/* Small trees made in every order, and taken apart in one of all orders. */
static void small_trees_in_every_order(struct mm_prop_run *p)
{
	unsigned int apart = (unsigned int)prop_below(p, 720);
	uint8_t which[SMALL];
	struct picture pic;
	unsigned int nr;
	unsigned int i;

	for (nr = 0; nr < 720 && !p->failures; nr++) {
		start(&pic);
		permute(nr, which);
		for (i = 0; i < SMALL; i++) {
			add(&pic, &kind, &pic.thing[which[i]], which[i]);
			check_picture(p, &pic, &kind);
		}
		permute((nr + apart) % 720, which);
		for (i = 0; i < SMALL; i++) {
			del(&pic, &kind, place_of(&pic, &pic.thing[which[i]]));
			check_picture(p, &pic, &kind);
		}
	}
}

/* ---- planted ---- */

/* A tree of at least 8 with different keys, two apart. */
static void plant_tree(struct mm_prop_run *p, struct picture *pic)
{
	size_t nr = 8 + prop_below(p, THINGS - 8);
	size_t i;

	start(pic);
	for (i = 0; i < nr; i++) {
		struct thing *t = &pic->thing[prop_below(p, THINGS)];

		while (mm_rbtree_linked(&t->node))
			t = t + 1 < pic->thing + THINGS ? t + 1 : pic->thing;
		add(pic, &kind, t, 2 * t->mark);
	}
}

static void must_see(struct mm_prop_run *p, const struct picture *pic, enum mm_rbtree_fault fault,
		     const struct mm_rbtree_node *at)
{
	struct mm_rbtree_seen seen;

	PROP(p, !mm_rbtree_check(&pic->tree, &kind, pic->nr, &seen), "\"%s\" goes unseen",
	     mm_rbtree_fault_text(fault));
	PROP(p, seen.fault == fault, "\"%s\" is taken for \"%s\"", mm_rbtree_fault_text(fault),
	     mm_rbtree_fault_text(seen.fault));
	PROP(p, !at || seen.at == at, "\"%s\" is seen elsewhere", mm_rbtree_fault_text(fault));
}

static void check_sees_too_many(struct mm_prop_run *p)
{
	struct mm_rbtree_seen seen;
	struct picture pic;
	size_t max;

	plant_tree(p, &pic);
	max = prop_below(p, pic.nr);
	PROP(p,
	     !mm_rbtree_check(&pic.tree, &kind, max, &seen) && seen.fault == MM_RBTREE_TOO_MANY &&
		     seen.nodes == max && seen.at,
	     "%zu of %zu nodes are not too many for %zu", (size_t)seen.nodes, pic.nr, max);
}

/* Any parent but the right one, and any loop below. */
static void check_sees_wrong_links(struct mm_prop_run *p)
{
	struct picture pic;
	struct mm_rbtree_node *n;
	struct mm_rbtree_node *wrong;
	int side;

	plant_tree(p, &pic);
	n = &pic.order[prop_below(p, pic.nr)]->node;
	wrong = prop_below(p, 8) ? &pic.thing[prop_below(p, THINGS)].node : NULL;
	side = (int)prop_below(p, 2);
	if (prop_below(p, 2) == 0) {
		if (wrong == n->parent)
			return;
		n->parent = wrong;
		must_see(p, &pic, MM_RBTREE_LINKS, n);
	} else {
		/* a child of another, of nobody, or of here already */
		if (!wrong || wrong == n->child[side])
			return;
		n->child[side] = wrong;
		must_see(p, &pic, MM_RBTREE_LINKS, wrong);
	}
}

static void check_sees_a_child_on_both_sides(struct mm_prop_run *p)
{
	struct picture pic;
	struct mm_rbtree_node *n;
	int side;

	plant_tree(p, &pic);
	n = &pic.order[prop_below(p, pic.nr)]->node;
	side = (int)prop_below(p, 2);
	if (!n->child[side])
		return;
	n->child[!side] = n->child[side];
	must_see(p, &pic, MM_RBTREE_LINKS, n->child[side]);
}

/* Red for black, at the root or below red; elsewhere, other counts of black. */
static void check_sees_any_other_colour(struct mm_prop_run *p)
{
	struct picture pic;
	struct mm_rbtree_node *n;
	bool children;

	plant_tree(p, &pic);
	n = &pic.order[prop_below(p, pic.nr)]->node;
	children = n->child[0] || n->child[1];
	n->red = !n->red;
	prop_cover(p, 2, "a red root", n->red && !n->parent);
	prop_cover(p, 5, "red below red", n->red && n->parent && n->parent->red);
	prop_cover(p, 5, "black for red", !n->red);
	if (n->red && (!n->parent || n->parent->red))
		must_see(p, &pic, MM_RBTREE_COLOURS, n);
	else if (!n->red || !children)
		must_see(p, &pic, MM_RBTREE_HEIGHTS, NULL);
	else
		PROP(p,
		     !mm_rbtree_check(&pic.tree, &kind, pic.nr,
				      &(struct mm_rbtree_seen){MM_RBTREE_OK, NULL, 0}),
		     "red for black goes unseen");
}

static void check_sees_what_is_out_of_order(struct mm_prop_run *p)
{
	struct picture pic;
	size_t at;

	plant_tree(p, &pic);
	at = prop_below(p, pic.nr - 1);
	pic.order[at]->key = pic.order[at + 1]->key;
	PROP(p,
	     mm_rbtree_check(&pic.tree, &kind, pic.nr,
			     &(struct mm_rbtree_seen){MM_RBTREE_OK, NULL, 0}),
	     "equal ones are refused");
	pic.order[at]->key++;
	/* and another later on: the first is told of */
	if (at + 3 < pic.nr)
		pic.order[at + 2]->key = pic.order[at + 3]->key + 1;
	must_see(p, &pic, MM_RBTREE_ORDER, &pic.order[at + 1]->node);
}

static void check_sees_what_is_told_wrongly(struct mm_prop_run *p)
{
	struct picture pic;
	struct thing *t;

	plant_tree(p, &pic);
	t = pic.order[prop_below(p, pic.nr)];
	t->told.nr++;
	must_see(p, &pic, MM_RBTREE_CONTENTS, &t->node);
}

/* Lost were black nodes of some ways; or one red node, which only counts. */
static void check_sees_a_lost_side(struct mm_prop_run *p)
{
	struct mm_rbtree_seen seen;
	struct picture pic;
	struct mm_rbtree_node *n;
	bool red;

	plant_tree(p, &pic);
	n = &pic.order[prop_below(p, pic.nr)]->node;
	if (!n->parent)
		return;
	red = n->red && !n->child[0];
	n->parent->child[n->parent->child[1] == n] = NULL;
	PROP(p, mm_rbtree_check(&pic.tree, &plain, pic.nr, &seen) == red, "\"%s\"",
	     mm_rbtree_fault_text(seen.fault));
	PROP(p, seen.nodes < pic.nr && seen.fault == (red ? MM_RBTREE_OK : MM_RBTREE_HEIGHTS),
	     "\"%s\", %zu nodes of %zu", mm_rbtree_fault_text(seen.fault), (size_t)seen.nodes,
	     pic.nr);
}

static void each_fault_has_a_text_of_its_own(struct mm_prop_run *p)
{
	int a;
	int b;

	for (a = MM_RBTREE_OK; a < MM_RBTREE_NR_FAULTS; a++) {
		const char *text = mm_rbtree_fault_text((enum mm_rbtree_fault)a);

		PROP(p, text && strlen(text) > 5, "fault %d", a);
		for (b = MM_RBTREE_OK; b < a; b++)
			PROP(p, strcmp(mm_rbtree_fault_text((enum mm_rbtree_fault)b), text) != 0,
			     "faults %d and %d: %s", b, a, text);
	}
}

/* ---- cost ---- */

/* As often as the things were asked since the last time. */
static unsigned int nr_asked(struct picture *pic)
{
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < THINGS; i++) {
		sum += pic->thing[i].asked;
		pic->thing[i].asked = 0;
	}
	return sum;
}

/*
 * Where nothing changes above, nobody above is asked: the one added and its
 * parent, the parent of one that was taken out, the one put in its place and
 * its parent, and two in each of two turns, or three.
 */
static void asks_no_more_than_it_must(struct mm_prop_run *p)
{
	struct picture pic;
	size_t nr_before;
	unsigned int asked;
	int i;

	start(&pic);
	for (i = 0; i < 300 && !p->failures; i++) {
		nr_before = pic.nr;
		step(p, &pic, &counting, 1000);
		asked = nr_asked(&pic);
		PROP(p, asked >= (pic.nr > nr_before) && asked <= (pic.nr > nr_before ? 6 : 9),
		     "%u were asked, %zu nodes and then %zu", asked, nr_before, pic.nr);
	}
}

/* clang-format off */
const struct mm_prop mm_rbtree_props[] = {
	{"rbtree.follows_a_sorted_array", follows_a_sorted_array, 60},
	{"rbtree.small_trees_in_every_order", small_trees_in_every_order, 3},
	{"rbtree.asks_no_more_than_it_must", asks_no_more_than_it_must, 30},
	{"rbtree.check_sees_too_many", check_sees_too_many, 50},
	{"rbtree.check_sees_wrong_links", check_sees_wrong_links, 300},
	{"rbtree.check_sees_a_child_on_both_sides", check_sees_a_child_on_both_sides, 100},
	{"rbtree.check_sees_any_other_colour", check_sees_any_other_colour, 300},
	{"rbtree.check_sees_what_is_out_of_order", check_sees_what_is_out_of_order, 100},
	{"rbtree.check_sees_what_is_told_wrongly", check_sees_what_is_told_wrongly, 100},
	{"rbtree.check_sees_a_lost_side", check_sees_a_lost_side, 100},
	{"rbtree.each_fault_has_a_text_of_its_own", each_fault_has_a_text_of_its_own, 1},
	{NULL, NULL, 0},
};
/* clang-format on */
