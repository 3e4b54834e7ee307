/* SPDX-License-Identifier: MIT */
/*
 * pass_delete: units and draws that the failure does not need.
 *
 * From back to front, because what comes later depends on what came before.  A
 * deletion that works is followed by one twice as long, one that does not by
 * one half as long:
 *
 *     o o o X o o o o o o o o X o o o        X is needed
 *                              [ ]x1
 *                          [   ]x2 ->  [     ] fails, [ ] fails: X stays
 *
 * so a needed unit costs about the logarithm of the gap before it, and a row of
 * units that nobody needs hardly anything.
 */
#include "invariants/property/shrink.h"

/* ---- units ---- */

static bool is_unit(const struct span *span, uint32_t depth)
{
	return span->depth == depth && span->end > span->start;
}

size_t units_count(const struct tape *t, uint32_t depth)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < t->nr_spans; i++)
		count += is_unit(&t->spans[i], depth);
	return count;
}

uint32_t units_depths(const struct tape *t)
{
	uint32_t depths = 0;
	size_t i;

	for (i = 0; i < t->nr_spans; i++) {
		if (t->spans[i].depth >= depths)
			depths = t->spans[i].depth + 1;
	}
	return depths;
}

bool unit_find(const struct tape *t, uint32_t depth, size_t index, struct range *range)
{
	size_t i;

	for (i = 0; i < t->nr_spans; i++) {
		if (!is_unit(&t->spans[i], depth))
			continue;
		if (index-- == 0) {
			*range = (struct range){t->spans[i].start, t->spans[i].end};
			return true;
		}
	}
	return false;
}

/* Units [first, end) of one depth.  Draws between them go too. */
static bool delete_units(struct shrink *s, uint32_t depth, size_t first, size_t end)
{
	struct range from;
	struct range to;

	if (!unit_find(&s->best, depth, first, &from) ||
	    !unit_find(&s->best, depth, end - 1, &to) || !shrink_propose(s))
		return false;
	tape_delete(&s->candidate, (struct range){from.start, to.end});
	return shrink_try(s);
}

static void delete_at_depth(struct shrink *s, uint32_t depth)
{
	size_t at = units_count(&s->best, depth); /* units from here on are needed */
	size_t length = 1;

	while (at && !s->stop) {
		if (length > at)
			length = at;
		if (delete_units(s, depth, at - length, at)) {
			at -= length;
			length *= 2;
		} else if (length > 1) {
			length /= 2;
		} else {
			at--;
		}
		/* one deletion may take others with it */
		if (at > units_count(&s->best, depth))
			at = units_count(&s->best, depth);
	}
}

void pass_delete_spans(struct shrink *s)
{
	uint32_t depth;

	for (depth = 0; depth < units_depths(&s->best) && !s->stop; depth++)
		delete_at_depth(s, depth);
}

/* ---- draws ---- */

/* Longer rows are found by doubling; 8 is what a generator without marks may
 * use for one of its units. */
#define DRAWS_PER_UNIT 8

static bool delete_draws(struct shrink *s, size_t start, size_t end)
{
	if (!shrink_propose(s))
		return false;
	tape_delete(&s->candidate, (struct range){start, end});
	return shrink_try(s);
}

/* Rows of `width` draws at every place, and of its multiples where one goes. */
static void delete_rows(struct shrink *s, size_t width)
{
	size_t at = s->best.n;
	size_t length = width;

	while (at >= width && !s->stop) {
		if (length > at)
			length = width;
		if (delete_draws(s, at - length, at)) {
			at -= length;
			length *= 2;
		} else if (length > width) {
			length = width;
		} else {
			at--;
		}
		if (at > s->best.n)
			at = s->best.n;
	}
}

/* Halves first: where most of a long tape is of no use, two calls may show it. */
static void delete_chunks(struct shrink *s)
{
	size_t length;

	for (length = s->best.n / 2; length > DRAWS_PER_UNIT && !s->stop; length /= 2) {
		size_t at = s->best.n;

		while (at >= length && !s->stop) {
			(void)delete_draws(s, at - length, at);
			at -= length;
			if (at > s->best.n)
				at = s->best.n;
		}
	}
}

void pass_delete_draws(struct shrink *s)
{
	size_t width;

	delete_chunks(s);
	for (width = DRAWS_PER_UNIT; width && !s->stop; width--)
		delete_rows(s, width);
}

/* ---- a number and what it counts ---- */

#define COUNTS_MAX     16
#define COUNTED_WIDTHS 4

/* The innermost span around a draw, or all draws of its argument. */
static struct range scope_of(const struct tape *t, size_t draw, uint32_t *depth)
{
	struct range scope = {draw, draw};
	size_t i;

	*depth = 0;
	while (scope.start && t->draws[scope.start - 1].arg == t->draws[draw].arg)
		scope.start--;
	while (scope.end < t->n && t->draws[scope.end].arg == t->draws[draw].arg)
		scope.end++;
	for (i = 0; i < t->nr_spans; i++) {
		const struct span *span = &t->spans[i];

		if (span->start > draw || span->end <= draw || span->depth < *depth)
			continue;
		scope = (struct range){span->start, span->end};
		*depth = span->depth + 1;
	}
	return scope;
}

static bool is_count(const struct shrink *s, size_t draw)
{
	return !s->stop && draw < s->best.n && s->best.draws[draw].value;
}

/*
 * One less of what draw `count` counts: the draws of `gone` are the one.  Where
 * elements point at each other, those behind it have moved down by one: with
 * `shift`, so do the numbers in its scope.
 */
static bool lower_and_delete(struct shrink *s, size_t count, struct range gone, size_t shift)
{
	size_t i;

	if (!shrink_propose(s))
		return false;
	for (i = count + 1; i < shift; i++)
		s->candidate.draws[i].value -= s->candidate.draws[i].value > 0;
	s->candidate.draws[count].value--;
	tape_delete(&s->candidate, gone);
	return shrink_try(s);
}

static bool delete_counted(struct shrink *s, size_t count, struct range gone, struct range scope)
{
	return lower_and_delete(s, count, gone, 0) ||
	       (is_count(s, count) && scope.end <= s->best.n &&
		lower_and_delete(s, count, gone, scope.end));
}

/* Units of the scope, if there are; false: there are none. */
static bool delete_counted_units(struct shrink *s, size_t count, struct range scope, uint32_t depth)
{
	size_t at = units_count(&s->best, depth);
	struct range unit;
	bool any = false;

	while (at-- && is_count(s, count)) {
		if (!unit_find(&s->best, depth, at, &unit) || unit.start <= count ||
		    unit.start < scope.start || unit.end > scope.end)
			continue;
		any = true;
		(void)delete_counted(s, count, unit, scope);
	}
	return any;
}

static void delete_counted_draws(struct shrink *s, size_t count, size_t width)
{
	uint32_t depth;
	struct range scope = scope_of(&s->best, count, &depth);
	size_t at = scope.end;

	while (at >= count + 1 + width && is_count(s, count)) {
		bool gone = delete_counted(s, count, (struct range){at - width, at}, scope);

		at -= gone ? width : 1;
		scope.end -= gone ? width : 0;
		if (at > s->best.n)
			at = s->best.n;
	}
}

/*
 * A length that was drawn first says how many elements follow: to take one out
 * of the middle, both have to change.  Lengths stand near the start, and count
 * what stands in the same span.
 */
void pass_lower_and_delete(struct shrink *s)
{
	size_t count;
	size_t width;

	for (count = 0; count < COUNTS_MAX && !s->stop; count++) {
		uint32_t depth;
		struct range scope;

		if (!is_count(s, count))
			continue;
		scope = scope_of(&s->best, count, &depth);
		if (delete_counted_units(s, count, scope, depth))
			continue;
		for (width = 1; width <= COUNTED_WIDTHS && is_count(s, count); width++)
			delete_counted_draws(s, count, width);
	}
}
