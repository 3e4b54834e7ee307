/* SPDX-License-Identifier: MIT */
/*
 * maple properties: a tree of ranges beside a sorted array of them.  Each store
 * is followed by the check of the whole structure; what is asked is asked of
 * both.
 */
#include "invariants/lib/maple/prop.h"

#include <stdio.h>
#include <string.h>

/* ---- questions ---- */

static void ask_index(struct mm_prop_run *p, const struct picture *pic)
{
	uint64_t index = picture_any_index(p, pic);
	const struct item *at = picture_at(pic, index);
	size_t i = picture_below(pic, index);
	struct mm_maple_range r = {7, 3};
	struct mm_maple_range want;
	void *entry = mm_maple_find_at_or_after(&pic->t, index, &r);

	PROP(p, mm_maple_find(&pic->t, index) == (at ? at->entry : NULL), "entry at 0x%llx",
	     (unsigned long long)index);
	PROP(p, entry == (i < pic->nr ? pic->item[i].entry : NULL), "entry at or behind 0x%llx",
	     (unsigned long long)index);
	PROP(p, entry == mm_maple_find_at_or_after(&pic->t, index, NULL), "without a range");
	want = entry ? pic->item[i].r : r;
	PROP(p, entry || r.first == 7, "a range, and no entry");
	PROP(p, r.first == want.first && r.last == want.last, "its range is 0x%llx .. 0x%llx",
	     (unsigned long long)r.first, (unsigned long long)r.last);
}

static bool is_on(const struct mm_maple_cursor *c, const struct item *item)
{
	return c->range.first == item->r.first && c->range.last == item->r.last;
}

/* A step up and a step down from anywhere, and back. */
static void ask_neighbours(struct mm_prop_run *p, const struct picture *pic)
{
	uint64_t index = picture_any_index(p, pic);
	size_t i = picture_below(pic, index);
	struct mm_maple_cursor c;
	struct mm_maple_cursor d;
	void *entry = mm_maple_seek(&c, &pic->t, index);

	PROP(p, entry ? i < pic->nr && is_on(&c, &pic->item[i]) : i == pic->nr,
	     "the cursor for 0x%llx is elsewhere", (unsigned long long)index);
	PROP(p, entry || (c.range.first <= index && index <= c.range.last),
	     "the cursor on nothing is elsewhere");
	d = c;
	entry = mm_maple_prev(&d);
	PROP(p, entry == (i ? pic->item[i - 1].entry : NULL), "before 0x%llx",
	     (unsigned long long)index);
	PROP(p, entry ? is_on(&d, &pic->item[i - 1]) : !memcmp(&d.range, &c.range, sizeof(d.range)),
	     "the cursor before 0x%llx", (unsigned long long)index);
	PROP(p, !entry || i == pic->nr || mm_maple_next(&d) == pic->item[i].entry, "and back");
	d = c;
	entry = mm_maple_next(&d);
	PROP(p, entry == (i + 1 < pic->nr ? pic->item[i + 1].entry : NULL), "behind 0x%llx",
	     (unsigned long long)index);
	PROP(p, entry ? is_on(&d, &pic->item[i + 1]) : !memcmp(&d.range, &c.range, sizeof(d.range)),
	     "the cursor behind 0x%llx", (unsigned long long)index);
	PROP(p, !entry || mm_maple_prev(&d) == pic->item[i].entry, "and back");
}

/* ---- gaps ---- */

struct gap {
	bool found;
	uint64_t low;
	uint64_t high;
	uint64_t largest; /* 0: none, or all indices */
};

static void judge_gap(struct gap *g, struct mm_maple_range r, struct mm_maple_range within,
		      uint64_t size)
{
	if (r.last - r.first + 1 > g->largest)
		g->largest = r.last - r.first + 1;
	if (r.first < within.first)
		r.first = within.first;
	if (r.last > within.last)
		r.last = within.last;
	if (r.first > r.last || r.last - r.first < size - 1)
		return;
	if (!g->found)
		g->low = r.first;
	g->high = r.last - size + 1;
	g->found = true;
}

/* All free ranges, one by one. */
static struct gap gaps_of(const struct picture *pic, struct mm_maple_range within, uint64_t size)
{
	struct gap g = {false, 0, 0, 0};
	uint64_t first = 0;
	size_t i;

	for (i = 0; i < pic->nr; i++) {
		if (pic->item[i].r.first > first)
			judge_gap(&g, (struct mm_maple_range){first, pic->item[i].r.first - 1},
				  within, size);
		if (pic->item[i].r.last == UINT64_MAX)
			return g;
		first = pic->item[i].r.last + 1;
	}
	judge_gap(&g, (struct mm_maple_range){first, UINT64_MAX}, within, size);
	return g;
}

static uint64_t any_size(struct mm_prop_run *p, const struct picture *pic)
{
	size_t i;

	switch (prop_below(p, 4)) {
	case 0:
		return 1 + prop_below(p, 16);
	case 1:
		return prop_any(p, 64);
	case 2:
		i = prop_below(p, pic->nr);
		/* as large as one that there is, or one more */
		if (i + 1 < pic->nr)
			return pic->item[i + 1].r.first - pic->item[i].r.last - 1 +
			       prop_below(p, 2);
		return 1;
	default:
		return gaps_of(pic, (struct mm_maple_range){0, UINT64_MAX}, 1).largest +
		       prop_below(p, 2);
	}
}

static void ask_gaps(struct mm_prop_run *p, const struct picture *pic, bool is_wide)
{
	uint64_t a = is_wide ? 0 : picture_any_index(p, pic);
	uint64_t b = is_wide ? UINT64_MAX : picture_any_index(p, pic);
	struct mm_maple_range within = {a, b};
	uint64_t size = any_size(p, pic);
	uint64_t low = 11;
	uint64_t high = 13;
	struct gap g = {false, 11, 13, 0};
	int want = -MM_EINVAL;

	if (size && a <= b && b - a >= size - 1) {
		g = gaps_of(pic, within, size);
		want = g.found ? 0 : -MM_EBUSY;
		if (!g.found) {
			g.low = 11;
			g.high = 13;
		}
	}
	PROP(p, mm_maple_gap_low(&pic->t, within, size, &low) == want && low == g.low,
	     "lowest 0x%llx free in 0x%llx .. 0x%llx: 0x%llx, not 0x%llx", (unsigned long long)size,
	     (unsigned long long)a, (unsigned long long)b, (unsigned long long)low,
	     (unsigned long long)g.low);
	PROP(p, mm_maple_gap_high(&pic->t, within, size, &high) == want && high == g.high,
	     "highest 0x%llx free in 0x%llx .. 0x%llx: 0x%llx, not 0x%llx",
	     (unsigned long long)size, (unsigned long long)a, (unsigned long long)b,
	     (unsigned long long)high, (unsigned long long)g.high);
}

/* ---- stores ---- */

static void show_store(struct mm_prop_run *p, const struct picture *pic, struct mm_maple_range r,
		       const void *entry)
{
	char text[128];

	if (!prop_is_shown(p))
		return;
	(void)snprintf(text, sizeof(text), "%s 0x%llx .. 0x%llx, with %zu items, height %u\n",
		       entry ? "store" : "erase", (unsigned long long)r.first,
		       (unsigned long long)r.last, pic->nr, pic->t.height);
	prop_show(p, text);
}

/* A range as it comes, or where a search says that it is free. */
static struct mm_maple_range any_place(struct mm_prop_run *p, const struct picture *pic)
{
	struct mm_maple_range r = picture_any_range(p, pic);
	struct mm_maple_range all = {0, UINT64_MAX};
	uint64_t size = r.last - r.first + 1;

	if (prop_below(p, 4) != 1)
		return r;
	if (mm_maple_gap_high(&pic->t, all, size, &r.first))
		return r;
	r.last = r.first + size - 1;
	return r;
}

static void any_store(struct mm_prop_run *p, struct picture *pic, uint64_t erases)
{
	struct mm_maple_range r;
	void *entry;
	uint64_t tag;

	prop_begin(p);
	r = any_place(p, pic);
	tag = prop_below(p, 64);
	entry = prop_below(p, 8) < erases ? NULL : picture_tag((unsigned int)tag);
	show_store(p, pic, r, entry);
	picture_store(p, pic, r, entry);
	if (!p->failures)
		picture_compare(p, pic);
	prop_end(p);
}

static void all_questions(struct mm_prop_run *p, const struct picture *pic)
{
	if (!p->failures)
		ask_index(p, pic);
	if (!p->failures)
		ask_neighbours(p, pic);
	if (!p->failures)
		ask_gaps(p, pic, false);
	if (!p->failures)
		ask_gaps(p, pic, true);
}

static void follows_sorted_ranges(struct mm_prop_run *p)
{
	struct picture *pic = picture_create(p);
	uint64_t erases = 2 + prop_below(p, 5);
	bool was_high = false;
	bool was_emptied = false;

	if (!pic)
		return;
	picture_fill(p, pic, prop_any(p, 9));
	while (!p->failures && prop_below(p, 120)) {
		any_store(p, pic, erases);
		was_high |= pic->t.height > 2;
		was_emptied |= !pic->nr;
		all_questions(p, pic);
	}
	prop_cover(p, 10, "a tree of three levels", was_high);
	prop_cover(p, 5, "a tree that is empty again", was_emptied);
	picture_destroy(p, pic);
}

/* High trees, and stores that leave little of whole parts of them. */
static void spanning_stores_leave_whole_trees(struct mm_prop_run *p)
{
	struct picture *pic = picture_create(p);
	uint64_t rounds = 1 + prop_below(p, 6);
	bool was_high = false;

	while (pic && !p->failures && rounds--) {
		int i;

		picture_fill(p, pic, 60 + prop_any(p, 9));
		was_high |= pic->t.height > 3;
		for (i = 0; i < 4 && pic->nr && !p->failures; i++) {
			struct mm_maple_range r = picture_over_nodes(p, pic);
			void *entry = prop_below(p, 2) ? picture_tag(5) : NULL;

			show_store(p, pic, r, entry);
			picture_store(p, pic, r, entry);
			if (!p->failures)
				picture_compare(p, pic);
			all_questions(p, pic);
		}
	}
	prop_cover(p, 5, "a tree of four levels", was_high);
	if (pic)
		picture_destroy(p, pic);
}

static void ask_entry(struct mm_prop_run *p, const struct picture *pic, uint64_t index)
{
	const struct item *at = picture_at(pic, index);

	PROP(p, mm_maple_find(&pic->t, index) == (at ? at->entry : NULL), "entry at 0x%llx",
	     (unsigned long long)index);
}

/* Few indices, all of which are asked about after each store. */
static void each_index_of_a_few(struct mm_prop_run *p)
{
	struct picture *pic = picture_create(p);
	uint64_t base = prop_below(p, 2) ? UINT64_MAX - 63 : 0;
	uint64_t i;

	while (pic && !p->failures && prop_below(p, 60)) {
		uint64_t first = prop_below(p, 64);
		uint64_t last = first + prop_below(p, 64 - first);
		struct mm_maple_range r = {base + first, base + last};
		uint64_t tag = prop_below(p, 10);

		picture_store(p, pic, r, tag < 4 ? NULL : picture_tag((unsigned int)tag));
		for (i = 0; i < 64 && !p->failures; i++)
			ask_entry(p, pic, base + i);
	}
	if (pic)
		picture_destroy(p, pic);
}

/* ---- promises ---- */

static bool is_same(const struct mm_maple *a, const struct mm_maple *b)
{
	return a->root == b->root && a->height == b->height && a->count == b->count &&
	       a->nr_promised == b->nr_promised && a->nr_reserved == b->nr_reserved &&
	       a->reserve == b->reserve;
}

static void check_refusal(struct mm_prop_run *p, struct picture *pic, uint64_t gets,
			  unsigned int stores)
{
	struct mm_maple before = pic->t;
	uint64_t out = pic->nr_out;
	int err;

	pic->gets_left = gets;
	err = mm_maple_reserve(&pic->t, stores);
	pic->gets_left = UINT64_MAX;
	if (!err) {
		PROP(p, pic->t.nr_promised >= stores, "%u of %u are promised", pic->t.nr_promised,
		     stores);
		return;
	}
	PROP(p, err == -MM_ENOMEM, "error %d", err);
	PROP(p, pic->nr_out == out, "nodes of a promise that failed are kept");
	PROP(p, is_same(&before, &pic->t), "the tree has changed");
	picture_check(p, pic);
}

/* The allocator has none at the first, the second … call. */
static void refused_promise_changes_nothing(struct mm_prop_run *p)
{
	struct picture *pic = picture_create(p);
	uint64_t rounds = 1 + prop_below(p, 4);

	while (pic && !p->failures && rounds--) {
		unsigned int stores = (unsigned int)prop_below(p, 6);
		uint64_t gets;

		picture_fill(p, pic, prop_any(p, 8));
		if (prop_below(p, 2))
			mm_maple_release(&pic->t);
		for (gets = 0; gets < 40 && !p->failures; gets++)
			check_refusal(p, pic, gets, stores);
		if (!p->failures)
			picture_compare(p, pic);
	}
	if (pic)
		picture_destroy(p, pic);
}

static void kept(struct mm_prop_run *p, struct picture *pic, unsigned int stores)
{
	unsigned int promised;

	PROP(p, !mm_maple_reserve(&pic->t, stores), "no promise");
	promised = pic->t.nr_promised;
	PROP(p, promised >= stores, "%u of %u", promised, stores);
	/*
	 * a smaller promise takes nothing back, and an equal one gets nothing
	 */
	pic->gets_left = 0;
	PROP(p, !mm_maple_reserve(&pic->t, stores / 2), "half of it is refused");
	PROP(p, !mm_maple_reserve(&pic->t, stores), "it is refused again");
	PROP(p, pic->t.nr_promised == promised, "%u, not %u", pic->t.nr_promised, promised);
	while (pic->t.nr_promised && !p->failures)
		any_store(p, pic, 3);
	pic->gets_left = UINT64_MAX;
}

/* So many stores, with an allocator that has nothing: no store asks it. */
static void promises_are_kept(struct mm_prop_run *p)
{
	struct picture *pic = picture_create(p);

	if (!pic)
		return;
	picture_fill(p, pic, prop_any(p, 9));
	while (!p->failures && prop_below(p, 10)) {
		kept(p, pic, 1 + (unsigned int)prop_below(p, 12));
		if (!prop_below(p, 3))
			mm_maple_release(&pic->t);
	}
	picture_destroy(p, pic);
}

/* ---- growth ---- */

/* Stores at every second place, then all of it erased from one end. */
static void grow(struct mm_prop_run *p, struct picture *pic, uint64_t nr, bool down)
{
	uint64_t i;

	for (i = 0; i < nr; i++) {
		uint64_t at = 2 * (down ? nr - i : i);

		if (mm_maple_reserve(&pic->t, 1))
			return;
		mm_maple_store(&pic->t, (struct mm_maple_range){at, at}, picture_tag(1));
	}
	PROP(p, pic->t.count == nr, "%llu of %llu", (unsigned long long)pic->t.count,
	     (unsigned long long)nr);
	/*
	 * nodes at the end that grows leave full ones behind: 12 of 16 slots, 7
	 * of 10
	 */
	PROP(p, pic->nr_out < nr / 5 + 8, "%llu nodes for %llu ranges",
	     (unsigned long long)pic->nr_out, (unsigned long long)nr);
	PROP(p, pic->t.height <= 5, "height %u", pic->t.height);
	picture_check(p, pic);
	for (i = 0; i < nr; i++) {
		uint64_t at = 2 * (down ? i + 1 : i);

		if (mm_maple_reserve(&pic->t, 1))
			return;
		mm_maple_store(&pic->t, (struct mm_maple_range){at, at}, NULL);
		if (i % 1024 == 0)
			picture_check(p, pic);
	}
	PROP(p, !pic->t.count && !pic->t.root && !pic->t.height, "not empty");
}

static void grows_and_shrinks(struct mm_prop_run *p)
{
	struct picture *pic;
	int down;

	for (down = 0; down < 2; down++) {
		pic = picture_create(p);
		if (!pic)
			return;
		grow(p, pic, 10000, down);
		picture_destroy(p, pic);
	}
}

/* One store forgets thousands of ranges. */
static void one_store_covers_many(struct mm_prop_run *p)
{
	struct picture *pic = picture_create(p);
	uint64_t from = prop_below(p, 5000);
	uint64_t to = from + prop_below(p, 10000 - from);
	void *entry = prop_below(p, 2) ? picture_tag(2) : NULL;
	uint64_t i;

	for (i = 0; pic && i < 5000; i++)
		if (!mm_maple_reserve(&pic->t, 1))
			mm_maple_store(&pic->t, (struct mm_maple_range){2 * i, 2 * i},
				       picture_tag(1));
	if (!pic || mm_maple_reserve(&pic->t, 1))
		return;
	mm_maple_store(&pic->t, (struct mm_maple_range){from, to}, entry);
	picture_check(p, pic);
	for (i = 0; i < 10000 && !p->failures; i++) {
		void *want = i % 2 ? NULL : picture_tag(1);

		if (i >= from && i <= to)
			want = entry;
		if (mm_maple_find(&pic->t, i) != want)
			prop_fail(p, __FILE__, __LINE__, "entry at %llu", (unsigned long long)i);
	}
	picture_destroy(p, pic);
}

const struct mm_prop mm_maple_props[] = {
	{"maple.follows_sorted_ranges", follows_sorted_ranges, 200},
	{"maple.spanning_stores_leave_whole_trees", spanning_stores_leave_whole_trees, 80},
	{"maple.each_index_of_a_few", each_index_of_a_few, 100},
	{"maple.refused_promise_changes_nothing", refused_promise_changes_nothing, 20},
	{"maple.promises_are_kept", promises_are_kept, 60},
	{"maple.grows_and_shrinks", grows_and_shrinks, 1},
	{"maple.one_store_covers_many", one_store_covers_many, 20},
	{"maple.damage_is_reported", maple_damage_is_reported, 1},
	{NULL, NULL, 0},
};
