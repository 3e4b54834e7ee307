/* SPDX-License-Identifier: MIT */
/*
 * picture: a tree beside a sorted array of ranges.  The array is rewritten from
 * its first item to its last at each store, and searched the same way.
 */
#include "invariants/lib/maple/prop.h"

#include <stdlib.h>
#include <string.h>

static char tags[64];

void *picture_tag(unsigned int i)
{
	return &tags[i % sizeof(tags)];
}

static struct mm_maple_node *get_node(void *env)
{
	struct picture *pic = env;
	struct mm_maple_node *node = NULL;

	pic->was_asked |= pic->is_closed;
	if (pic->gets_left) {
		pic->gets_left--;
		node = aligned_alloc(MM_MAPLE_NODE_SIZE, MM_MAPLE_NODE_SIZE);
	}
	if (node)
		/* what is not written is seen */
		memset(node, 0xa5, MM_MAPLE_NODE_SIZE);
	pic->nr_out += node != NULL;
	return node;
}

static void put_node(void *env, struct mm_maple_node *n)
{
	struct picture *pic = env;

	pic->nr_out--;
	free(n);
}

struct picture *picture_create(struct mm_prop_run *p)
{
	struct picture *pic = calloc(1, sizeof(*pic));
	struct mm_maple_allocator alloc = {get_node, put_node, pic};

	if (!pic) {
		prop_fail(p, __FILE__, __LINE__, "no host memory");
		return NULL;
	}
	pic->gets_left = UINT64_MAX;
	mm_maple_init(&pic->t, &alloc);
	return pic;
}

static void all_come_back(struct mm_prop_run *p, const struct picture *pic)
{
	PROP(p, !pic->nr_out, "%llu nodes did not come back", (unsigned long long)pic->nr_out);
	PROP(p, !pic->t.count && !pic->t.root, "a tree that was given up has entries");
}

void picture_destroy(struct mm_prop_run *p, struct picture *pic)
{
	mm_maple_fini(&pic->t);
	all_come_back(p, pic);
	free(pic);
}

/* ---- what it has to hold ---- */

size_t picture_below(const struct picture *pic, uint64_t index)
{
	size_t i = 0;

	while (i < pic->nr && pic->item[i].r.last < index)
		i++;
	return i;
}

const struct item *picture_at(const struct picture *pic, uint64_t index)
{
	size_t i = picture_below(pic, index);

	return i < pic->nr && pic->item[i].r.first <= index ? &pic->item[i] : NULL;
}

static void put_item(struct item *to, size_t *nr, struct mm_maple_range r, void *entry)
{
	to[*nr].r = r;
	to[(*nr)++].entry = entry;
}

static void draw_store(struct picture *pic, struct mm_maple_range r, void *entry)
{
	struct item *to = malloc((pic->nr + 3) * sizeof(*to));
	bool is_put = !entry;
	size_t nr = 0;
	size_t i;

	if (!to)
		abort();
	for (i = 0; i < pic->nr; i++) {
		struct item old = pic->item[i];

		if (old.r.first < r.first)
			put_item(to, &nr,
				 (struct mm_maple_range){old.r.first, old.r.last < r.first
									      ? old.r.last
									      : r.first - 1},
				 old.entry);
		if (!is_put && old.r.last >= r.first) {
			put_item(to, &nr, r, entry);
			is_put = true;
		}
		if (old.r.last > r.last)
			put_item(to, &nr,
				 (struct mm_maple_range){old.r.first > r.last ? old.r.first
									      : r.last + 1,
							 old.r.last},
				 old.entry);
	}
	if (!is_put)
		put_item(to, &nr, r, entry);
	memcpy(pic->item, to, nr * sizeof(*to));
	pic->nr = nr;
	free(to);
}

/* ---- both ---- */

void picture_check(struct mm_prop_run *p, const struct picture *pic)
{
	struct mm_report r;

	mm_report_init(&r);
	mm_maple_check(&pic->t, &r);
	PROP(p, !r.failures, "%s: %s", r.first.id, r.first.text);
	PROP(p, r.checks > 4, "%llu claims only", (unsigned long long)r.checks);
}

static void come_back(struct mm_prop_run *p, const struct picture *pic,
		      const struct mm_maple_cursor *at)
{
	struct mm_maple_cursor c = *at;
	size_t i = pic->nr;

	while (i--) {
		PROP(p,
		     mm_maple_prev(&c) == pic->item[i].entry &&
			     c.range.first == pic->item[i].r.first &&
			     c.range.last == pic->item[i].r.last,
		     "item %zu of %zu, coming down", i, pic->nr);
	}
	PROP(p, !mm_maple_prev(&c), "something comes before the first");
}

void picture_compare(struct mm_prop_run *p, const struct picture *pic)
{
	struct mm_maple_cursor c;
	void *entry = mm_maple_seek(&c, &pic->t, 0);
	size_t i;

	for (i = 0; i < pic->nr; i++) {
		PROP(p,
		     entry == pic->item[i].entry && c.range.first == pic->item[i].r.first &&
			     c.range.last == pic->item[i].r.last,
		     "item %zu of %zu is 0x%llx .. 0x%llx, not 0x%llx .. 0x%llx", i, pic->nr,
		     (unsigned long long)c.range.first, (unsigned long long)c.range.last,
		     (unsigned long long)pic->item[i].r.first,
		     (unsigned long long)pic->item[i].r.last);
		entry = mm_maple_next(&c);
	}
	PROP(p, !entry, "something comes behind the last of %zu", pic->nr);
	PROP(p, pic->t.count == pic->nr, "%llu are counted of %zu",
	     (unsigned long long)pic->t.count, pic->nr);
	if (!pic->nr || pic->item[pic->nr - 1].r.last == UINT64_MAX)
		return;
	PROP(p, !mm_maple_seek(&c, &pic->t, UINT64_MAX), "something is at the top");
	come_back(p, pic, &c);
}

void picture_store(struct mm_prop_run *p, struct picture *pic, struct mm_maple_range r, void *entry)
{
	unsigned int reserved;

	if (pic->nr + 2 > ITEMS_MAX)
		return;
	if (!pic->t.nr_promised) {
		unsigned int stores = 1 + (unsigned int)prop_below(p, 4);

		PROP(p, !mm_maple_reserve(&pic->t, stores), "no promise of %u", stores);
		PROP(p, pic->t.nr_promised == stores, "%u are promised", pic->t.nr_promised);
	}
	reserved = pic->t.nr_reserved;
	pic->is_closed = true;
	mm_maple_store(&pic->t, r, entry);
	pic->is_closed = false;
	draw_store(pic, r, entry);
	PROP(p, !pic->was_asked, "a store asks the allocator");
	PROP(p, pic->t.nr_reserved <= reserved, "a store leaves more in reserve than was there");
	picture_check(p, pic);
}

/* ---- what is drawn ---- */

static uint64_t down(uint64_t index, uint64_t by)
{
	return index < by ? 0 : index - by;
}

static uint64_t up(uint64_t index, uint64_t by)
{
	return index > UINT64_MAX - by ? UINT64_MAX : index + by;
}

uint64_t picture_any_index(struct mm_prop_run *p, const struct picture *pic)
{
	uint64_t kind = prop_below(p, 8);
	uint64_t index;

	if (kind == 1)
		return UINT64_MAX - prop_any(p, 12);
	if (kind == 2)
		return prop_any(p, 64);
	if (kind < 4 || !pic->nr)
		return prop_any(p, 12);
	index = prop_below(p, pic->nr);
	index = kind & 1 ? pic->item[index].r.first : pic->item[index].r.last;
	switch (prop_below(p, 4)) {
	case 0:
		return up(index, 1);
	case 1:
		return down(index, 1);
	default:
		return index;
	}
}

static struct mm_maple_range in_order(uint64_t a, uint64_t b)
{
	return a < b ? (struct mm_maple_range){a, b} : (struct mm_maple_range){b, a};
}

/* From one item to another, a few or many further. */
static struct mm_maple_range over_items(struct mm_prop_run *p, const struct picture *pic)
{
	size_t i = prop_below(p, pic->nr);
	size_t j = i + prop_any(p, 7);
	struct mm_maple_range r;

	if (j >= pic->nr)
		j = pic->nr - 1;
	r = (struct mm_maple_range){pic->item[i].r.first, pic->item[j].r.last};
	switch (prop_below(p, 6)) {
	case 0:
		r.first = down(r.first, 1);
		return r;
	case 1:
		r.last = up(r.last, 1);
		return r;
	case 2:
		r.first += r.first < r.last;
		return r;
	case 3:
		r.last -= r.first < r.last;
		return r;
	default:
		return r;
	}
}

/* What a node of some level covers. */
static struct mm_maple_range over_node(struct mm_prop_run *p, const struct mm_maple *t)
{
	struct mm_maple_range r = {0, UINT64_MAX};
	const struct mm_maple_node *n = t->root;
	uint64_t level = prop_below(p, t->height);

	while (n->level > level) {
		unsigned int i = (unsigned int)prop_below(p, n->nr);

		if (i)
			r.first = n->u.inner.pivot[i - 1] + 1;
		if (i + 1 < n->nr)
			r.last = n->u.inner.pivot[i];
		n = n->u.inner.child[i];
	}
	return r;
}

struct mm_maple_range picture_over_nodes(struct mm_prop_run *p, const struct picture *pic)
{
	struct mm_maple_range a = over_node(p, &pic->t);
	struct mm_maple_range b = prop_below(p, 2) ? over_node(p, &pic->t) : a;
	uint64_t from = picture_below(pic, a.first < b.first ? a.first : b.first);
	uint64_t to = picture_below(pic, a.last > b.last ? a.last : b.last);

	from = up(from, prop_below(p, 4));
	to = down(to, prop_below(p, 4));
	if (from >= pic->nr)
		from = pic->nr - 1;
	if (to >= pic->nr)
		to = pic->nr - 1;
	if (from > to)
		return pic->item[from].r;
	return (struct mm_maple_range){pic->item[from].r.first, pic->item[to].r.last};
}

struct mm_maple_range picture_any_range(struct mm_prop_run *p, const struct picture *pic)
{
	uint64_t kind = prop_below(p, 8);
	uint64_t index;

	if (pic->nr && kind > 5)
		return picture_over_nodes(p, pic);
	if (pic->nr && kind >= 3)
		return over_items(p, pic);
	if (pic->nr && kind == 2)
		return pic->item[prop_below(p, pic->nr)].r;
	index = picture_any_index(p, pic);
	if (kind == 1)
		return in_order(index, picture_any_index(p, pic));
	return (struct mm_maple_range){index, up(index, prop_any(p, 6))};
}

void picture_fill(struct mm_prop_run *p, struct picture *pic, uint64_t nr)
{
	uint64_t order = prop_below(p, 3);
	uint64_t times = prop_below(p, 3);
	uint64_t hole = times * prop_any(p, 8);
	uint64_t size = 1 + prop_any(p, 5);
	uint64_t base[] = {0, (uint64_t)1 << 47, 0 - nr * (size + hole), 1};
	uint64_t from = base[prop_below(p, 4)];
	struct mm_rng rng;
	uint64_t i;

	prop_rng(p, &rng);
	for (i = 0; i < nr && !p->failures; i++) {
		uint64_t at = order == 1 ? nr - 1 - i : i;
		struct mm_maple_range r;

		if (order == 2)
			at = mm_rng_below(&rng, nr);
		r.first = from + at * (size + hole);
		r.last = r.first + size - 1;
		picture_store(p, pic, r, picture_tag((unsigned int)at));
	}
}
