/* SPDX-License-Identifier: MIT */
/*
 * damage: trees that break one clause of the structure each.  The check has to
 * say which, and nothing before it.
 */
#include "invariants/lib/maple/prop.h"

#include <string.h>

/* Of a tree of three levels: the way to one of its leaves, not the first. */
struct way {
	struct mm_maple *t;
	struct mm_maple_node *top;
	struct mm_maple_node *middle;
	struct mm_maple_node *leaf;
};

static void dead_leaf(const struct way *w)
{
	w->leaf->state = MM_MAPLE_DEAD;
}

static void dead_inner(const struct way *w)
{
	w->middle->state = MM_MAPLE_DEAD;
}

static void wrong_level(const struct way *w)
{
	w->leaf->level = 1;
}

static void missing_child(const struct way *w)
{
	w->middle->u.inner.child[1] = NULL;
}

static void crooked_child(const struct way *w)
{
	w->middle->u.inner.child[1] = (void *)((char *)w->leaf + 16);
}

static void shared_child(const struct way *w)
{
	w->middle->u.inner.child[1] = w->middle->u.inner.child[0];
}

static void low_leaf(const struct way *w)
{
	w->leaf->nr = MM_MAPLE_LEAF_MIN - 1;
}

static void low_inner(const struct way *w)
{
	w->middle->nr = MM_MAPLE_INNER_MIN - 1;
}

static void low_root(const struct way *w)
{
	w->top->nr = 1;
}

static void overfull_leaf(const struct way *w)
{
	w->leaf->nr = MM_MAPLE_LEAF_SLOTS + 1;
}

static void overfull_inner(const struct way *w)
{
	w->middle->nr = MM_MAPLE_INNER_SLOTS + 1;
}

static void equal_pivots(const struct way *w)
{
	w->leaf->u.leaf.pivot[3] = w->leaf->u.leaf.pivot[2];
}

static void pivot_before_the_span(const struct way *w)
{
	w->leaf->u.leaf.pivot[0] = 3;
}

static void pivot_at_the_end(const struct way *w)
{
	/* the last that is in use takes in all that the last slot had */
	w->leaf->u.leaf.pivot[w->leaf->nr - 2] = w->middle->u.inner.pivot[1];
}

static void inner_pivots_swapped(const struct way *w)
{
	w->top->u.inner.pivot[0] = UINT64_MAX;
}

static void pivot_behind_the_last(const struct way *w)
{
	w->leaf->u.leaf.pivot[w->leaf->nr - 1] = 77;
}

static void two_with_nothing(const struct way *w)
{
	w->leaf->u.leaf.slot[2] = NULL;
	w->leaf->u.leaf.slot[3] = NULL;
}

/* The last slot of one leaf, the first of the next. */
static void nothing_across_leaves(const struct way *w)
{
	struct mm_maple_node *before = w->middle->u.inner.child[0];

	before->u.leaf.slot[before->nr - 1] = NULL;
	w->leaf->u.leaf.slot[0] = NULL;
}

static void low_gap(const struct way *w)
{
	w->middle->u.inner.gap[1]--;
}

static void high_gap(const struct way *w)
{
	w->top->u.inner.gap[0]++;
}

static void one_more_counted(const struct way *w)
{
	w->t->count++;
}

static void no_root(const struct way *w)
{
	w->t->root = NULL;
}

static void no_height(const struct way *w)
{
	w->t->height = 0;
}

static void too_high(const struct way *w)
{
	w->t->height = MM_MAPLE_HEIGHT_MAX + 1;
	w->t->nr_promised = 0;
}

static void live_in_reserve(const struct way *w)
{
	w->t->reserve = w->leaf;
}

static void reserve_is_longer(const struct way *w)
{
	w->t->nr_reserved--;
	w->t->nr_promised = 0;
}

static void reserve_is_shorter(const struct way *w)
{
	w->t->nr_reserved++;
}

static void promised_too_much(const struct way *w)
{
	w->t->nr_promised = w->t->nr_reserved / w->t->height;
}

static const struct {
	const char *says;
	void (*damage)(const struct way *w);
} damages[] = {
	{"a dead node is in the tree, at level 0", dead_leaf},
	{"a dead node is in the tree, at level 1", dead_inner},
	{"a node of level 1 is at level 0", wrong_level},
	{"a child is no node", missing_child},
	{"a child is no node", crooked_child},
	{"is not in", shared_child},
	{"4 slots in use at level 0, fewer than 5", low_leaf},
	{"3 slots in use at level 1, fewer than 4", low_inner},
	{"1 slots in use at level 2, fewer than 2", low_root},
	{"17 slots in use of 16", overfull_leaf},
	{"11 slots in use of 10", overfull_inner},
	{"is not in", equal_pivots},
	{"pivot 0x3 of slot 0 is not in", pivot_before_the_span},
	{"is not in", pivot_at_the_end},
	{"is not in", inner_pivots_swapped},
	{"pivot 0x4d behind the last", pivot_behind_the_last},
	{"two ranges with nothing touch", two_with_nothing},
	{"two ranges with nothing touch", nothing_across_leaves},
	{"is kept of", low_gap},
	{"is kept of", high_gap},
	{"ranges have entries", one_more_counted},
	{"no root", no_root},
	{"a tree of height 0 has a root", no_height},
	{"a tree of height 17 has a root", too_high},
	{"a node of the tree is in the reserve", live_in_reserve},
	{"the reserve has not", reserve_is_longer},
	{"the reserve has not", reserve_is_shorter},
	{"which may take", promised_too_much},
};

/* Damage, judge, mend. */
static void check_damage(struct mm_prop_run *p, const struct way *w, size_t i)
{
	struct mm_maple t = *w->t;
	struct mm_maple_node *before = w->middle->u.inner.child[0];
	struct mm_maple_node kept[4] = {*w->top, *w->middle, *w->leaf, *before};
	struct mm_report r;

	mm_report_init(&r);
	damages[i].damage(w);
	mm_maple_check(w->t, &r);
	*w->t = t;
	*w->top = kept[0];
	*w->middle = kept[1];
	*w->leaf = kept[2];
	*before = kept[3];
	PROP(p, r.failures, "damage %zu is not seen: %s", i, damages[i].says);
	PROP(p, !strcmp(r.first.id, "maple.structure") && strstr(r.first.text, damages[i].says),
	     "damage %zu is seen as \"%s\", not as \"%s\"", i, r.first.text, damages[i].says);
}

static void check_small(struct mm_prop_run *p, struct picture *pic)
{
	struct mm_report r;

	mm_report_init(&r);
	picture_store(p, pic, (struct mm_maple_range){5, 6}, picture_tag(1));
	pic->t.root->u.leaf.slot[1] = NULL;
	pic->t.root->nr = 1;
	pic->t.root->u.leaf.pivot[0] = UINT64_MAX;
	pic->t.root->u.leaf.pivot[1] = UINT64_MAX;
	pic->t.count = 0;
	mm_maple_check(&pic->t, &r);
	PROP(p, r.failures == 1 && strstr(r.first.text, "without entries"),
	     "a node without entries: %s", r.first.text);
	mm_report_init(&r);
	pic->t.root->nr = 0;
	mm_maple_check(&pic->t, &r);
	PROP(p, strstr(r.first.text, "0 slots in use"), "a node without slots: %s", r.first.text);
}

/*
 * All children of a node are one: the walk ends long before it has been
 * everywhere.
 */
static void check_bound(struct mm_prop_run *p, const struct way *w)
{
	struct mm_maple_node kept = *w->middle;
	struct mm_maple t = *w->t;
	struct mm_report r;

	mm_report_init(&r);
	w->t->count = 3;
	mm_maple_check(w->t, &r);
	*w->middle = kept;
	*w->t = t;
	PROP(p, r.failures && strstr(r.first.text, "more than 4 nodes for 3 entries"),
	     "too many nodes: %s", r.first.text);
	PROP(p, r.checks < 200, "%llu claims on a tree that is too large",
	     (unsigned long long)r.checks);
}

static void fill(struct mm_prop_run *p, struct picture *pic)
{
	uint64_t i;

	/* ascending, with holes of several sizes */
	for (i = 0; i < 150; i++)
		picture_store(p, pic, (struct mm_maple_range){100 + i * 10, 103 + i * 10 + i % 4},
			      picture_tag((unsigned int)i));
}

void maple_damage_is_reported(struct mm_prop_run *p)
{
	struct picture *pic = picture_create(p);
	struct way w;
	size_t i;

	if (!pic)
		return;
	fill(p, pic);
	if (!p->failures && pic->t.height == 3 && !mm_maple_reserve(&pic->t, 2)) {
		w.t = &pic->t;
		w.top = pic->t.root;
		w.middle = w.top->u.inner.child[0];
		w.leaf = w.middle->u.inner.child[1];
		for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++)
			check_damage(p, &w, i);
		check_bound(p, &w);
		picture_check(p, pic);
	} else {
		prop_fail(p, __FILE__, __LINE__, "no tree of three levels");
	}
	picture_destroy(p, pic);
	pic = picture_create(p);
	if (!pic)
		return;
	check_small(p, pic);
	pic->t.root->nr = 1;
	pic->t.root->u.leaf.slot[0] = NULL;
	picture_destroy(p, pic);
}
