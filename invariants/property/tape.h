/* SPDX-License-Identifier: MIT */
/*
 * tape: all choices of one trial, in the order in which they were drawn.
 *
 *     draw       0     1     2     3     4     5     6
 *     argument   0     0     0     0     0     1    body
 *     bits       1     4     8     1     1    32     3
 *     value      1     9    17     1     0   770     5
 *     spans     [---------------][---]
 *
 * A trial is a pure function of its tape.  Shrinking edits tapes and never
 * looks at values, so that whatever a generator promises still holds.  One tape
 * is simpler than another when it is shorter, or equally long and smaller at
 * the first difference ("shortlex"); there is no endless chain of simpler ones,
 * so shrinking ends.
 */
#ifndef MM_PROPERTY_TAPE_H
#define MM_PROPERTY_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct draw {
	uint64_t value;
	uint8_t bits;
	uint8_t arg; /* index of the argument; the arity for the property's own */
};

/* Draws [start, end), which a generator marked as one unit. */
struct span {
	uint32_t start;
	uint32_t end;
	uint32_t depth; /* in how many others it lies */
};

struct tape {
	struct draw *draws;
	size_t n;
	size_t room;

	struct span *spans; /* in the order of their starts */
	size_t nr_spans;
	size_t span_room;
};

/* A part [start, end) of a tape. */
struct range {
	size_t start;
	size_t end;
};

static inline size_t range_length(struct range r)
{
	return r.end - r.start;
}

/* All that may fail for want of memory say so, and leave the tape as it was. */
bool tape_grow(struct tape *t);
bool tape_add_span(struct tape *t, struct span span);
bool tape_copy(struct tape *to, const struct tape *from);

void tape_clear(struct tape *t);
void tape_free(struct tape *t);
void tape_swap(struct tape *a, struct tape *b);

static inline bool tape_add(struct tape *t, struct draw draw)
{
	if (t->n == t->room && !tape_grow(t))
		return false;
	t->draws[t->n++] = draw;
	return true;
}

/* Below 0: a is simpler than b. */
int tape_compare(const struct tape *a, const struct tape *b);

/* Edits.  Those that change the length forget the spans: only a tape that a
 * trial has consumed knows its units. */
void tape_delete(struct tape *t, struct range r);
void tape_swap_neighbours(struct tape *t, struct range left, size_t right_end);

/* Below 0: the draws of range a are smaller than those of b, read from their
 * starts; lengths first. */
int tape_compare_ranges(const struct tape *t, struct range a, struct range b);

/* 128 bits that name a tape's draws. */
struct fingerprint {
	uint64_t half[2];
};

struct fingerprint tape_fingerprint(const struct tape *t);

#endif
