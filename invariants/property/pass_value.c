/* SPDX-License-Identifier: MIT */
/*
 * pass_value: smaller numbers in the same places.
 *
 * What is searched is the least number that fails, as if all above it failed
 * too; where that is not so, the search ends at some number that fails, and the
 * next round goes on from there.
 */
#include "invariants/property/shrink.h"

/* ---- zeros ---- */

static bool zero_row(struct shrink *s, size_t start, size_t end)
{
	size_t i;

	if (end > s->best.n || !shrink_propose(s))
		return false;
	for (i = start; i < end; i++)
		s->candidate.draws[i].value = 0;
	return shrink_try(s);
}

/* Draw by draw; behind one that may be zero, rows of twice the length. */
void pass_zero(struct shrink *s)
{
	size_t at = 0;
	size_t length = 1;

	while (at < s->best.n && !s->stop) {
		if (s->best.draws[at].value && zero_row(s, at, at + length)) {
			at += length;
			length *= 2;
			continue;
		}
		/* a row that fails is tried once more, from its start alone */
		at += length == 1 || s->best.draws[at].value == 0;
		length = 1;
	}
}

/* ---- one number ---- */

/* Draws that change together: one, or all that hold the same number. */
struct group {
	size_t first;
	bool equals;
};

static bool set_group(struct shrink *s, struct group group, uint64_t value)
{
	struct draw old;
	size_t i;

	if (group.first >= s->best.n || !shrink_propose(s))
		return false;
	old = s->best.draws[group.first];
	s->candidate.draws[group.first].value = value;
	for (i = group.first + 1; group.equals && i < s->candidate.n; i++) {
		if (s->candidate.draws[i].value == old.value &&
		    s->candidate.draws[i].bits == old.bits)
			s->candidate.draws[i].value = value;
	}
	return shrink_try(s);
}

/* high fails, low does not: halve what lies between. */
static void search(struct shrink *s, struct group group, uint64_t low, uint64_t high)
{
	while (high - low > 1 && !s->stop) {
		uint64_t middle = low + (high - low) / 2;

		if (set_group(s, group, middle))
			high = middle;
		else
			low = middle;
	}
}

/* One less fails not: it is the least there is near by, but for a number of a
 * wholly different size. */
static void try_shorter(struct shrink *s, struct group group, uint64_t value)
{
	uint64_t smaller;

	for (smaller = value / 2; smaller > 1 && !s->stop; smaller /= 2) {
		if (set_group(s, group, smaller))
			return;
	}
}

/*
 * Most numbers are of no consequence, or as small as they may be: 0, 1 and one
 * less are asked before anything is searched.
 */
static void lower(struct shrink *s, struct group group)
{
	uint64_t value = s->best.draws[group.first].value;

	if (value == 0 || set_group(s, group, 0))
		return;
	if (value == 1 || set_group(s, group, 1))
		return;
	if (value > 2 && set_group(s, group, value - 1))
		search(s, group, 1, value - 1);
	else
		try_shorter(s, group, value);
}

void pass_lower(struct shrink *s)
{
	size_t i;

	for (i = 0; i < s->best.n && !s->stop; i++)
		lower(s, (struct group){.first = i});
}

/* ---- equal numbers ---- */

static bool has_equal(const struct tape *t, size_t draw)
{
	size_t i;

	for (i = draw + 1; i < t->n; i++) {
		if (t->draws[i].value == t->draws[draw].value &&
		    t->draws[i].bits == t->draws[draw].bits)
			return true;
	}
	return false;
}

/* Two numbers that have to be the same: neither can be lowered alone. */
void pass_lower_equals(struct shrink *s)
{
	size_t i;

	for (i = 0; i < s->best.n && !s->stop; i++) {
		if (has_equal(&s->best, i))
			lower(s, (struct group){.first = i, .equals = true});
	}
}

/* ---- numbers that make a sum ---- */

#define PARTNERS_MAX 2

static bool move_value(struct shrink *s, size_t from, size_t to, uint64_t by)
{
	uint64_t most;

	if (to >= s->best.n)
		return false;
	most = ~(uint64_t)0 >> (64 - s->best.draws[to].bits);
	if (by > s->best.draws[from].value || by > most - s->best.draws[to].value ||
	    !shrink_propose(s))
		return false;
	s->candidate.draws[from].value -= by;
	s->candidate.draws[to].value += by;
	return shrink_try(s);
}

/* As much as can be; half of it if not, down to 1. */
static void move_most(struct shrink *s, size_t from, size_t to)
{
	uint64_t by = s->best.draws[from].value;

	while (by && from < s->best.n && !s->stop) {
		if (move_value(s, from, to, by) && from < s->best.n)
			by = s->best.draws[from].value < by ? s->best.draws[from].value : by;
		else
			by /= 2;
	}
}

/* From an earlier draw to a later one of the same width: only so does the tape
 * become simpler. */
void pass_redistribute(struct shrink *s)
{
	size_t from;

	for (from = 0; from < s->best.n && !s->stop; from++) {
		size_t partners = 0;
		size_t to;

		for (to = from + 1; to < s->best.n && partners < PARTNERS_MAX; to++) {
			if (from >= s->best.n || s->best.draws[from].value == 0)
				break;
			if (s->best.draws[to].bits != s->best.draws[from].bits ||
			    s->best.draws[to].arg != s->best.draws[from].arg)
				continue;
			partners++;
			move_most(s, from, to);
		}
	}
}
