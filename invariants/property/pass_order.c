/* SPDX-License-Identifier: MIT */
/*
 * pass_order: neighbours in ascending order.
 *
 * A set that was drawn as a list has as many counterexamples as orders; sorted,
 * it has one.
 */
#include "invariants/property/shrink.h"

/* right follows left immediately. */
static bool swap_neighbours(struct shrink *s, struct range left, struct range right)
{
	if (left.end != right.start || right.end > s->best.n || !shrink_propose(s))
		return false;
	tape_swap_neighbours(&s->candidate, left, right.end);
	return shrink_try(s);
}

static bool swap_units(struct shrink *s, uint32_t depth, size_t left)
{
	struct range a;
	struct range b;

	return unit_find(&s->best, depth, left, &a) && unit_find(&s->best, depth, left + 1, &b) &&
	       swap_neighbours(s, a, b);
}

/* Insertion: each unit goes down as far as it can. */
static void sort_units(struct shrink *s, uint32_t depth)
{
	size_t n;
	size_t at;

	for (n = 1; n < units_count(&s->best, depth) && !s->stop; n++) {
		for (at = n; at && swap_units(s, depth, at - 1); at--)
			;
	}
}

/* Elements of a generator without marks, of up to this many draws. */
#define WIDTH_MAX 4

static bool same_shape(const struct tape *t, size_t left, size_t width)
{
	size_t i;

	for (i = left; i < left + width; i++) {
		if (t->draws[i].bits != t->draws[i + width].bits ||
		    t->draws[i].arg != t->draws[i + width].arg)
			return false;
	}
	return true;
}

static bool swap_rows(struct shrink *s, size_t left, size_t width)
{
	return left + 2 * width <= s->best.n && same_shape(&s->best, left, width) &&
	       swap_neighbours(s, (struct range){left, left + width},
			       (struct range){left + width, left + 2 * width});
}

static void sort_rows(struct shrink *s, size_t width)
{
	size_t n;
	size_t at;

	for (n = 0; n < s->best.n && !s->stop; n++) {
		for (at = n; swap_rows(s, at, width) && at >= width; at -= width)
			;
	}
}

void pass_swap(struct shrink *s)
{
	uint32_t depth;
	size_t width;

	for (depth = 0; depth < units_depths(&s->best) && !s->stop; depth++)
		sort_units(s, depth);
	for (width = 1; width <= WIDTH_MAX && !s->stop; width++)
		sort_rows(s, width);
}
