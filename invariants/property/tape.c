/* SPDX-License-Identifier: MIT */
/*
 * tape: the arrays behind a tape, its order, its edits.
 */
#include "invariants/property/tape.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 64

/* ---- arrays ---- */

static void *grown(void *array, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : ROOM_MIN;
	void *moved = more < SIZE_MAX / size ? realloc(array, more * size) : NULL;

	if (moved)
		*room = more;
	return moved;
}

bool tape_grow(struct tape *t)
{
	struct draw *moved = grown(t->draws, &t->room, sizeof(*moved));

	if (!moved)
		return false;
	t->draws = moved;
	return true;
}

bool tape_add_span(struct tape *t, struct span span)
{
	if (t->nr_spans == t->span_room) {
		struct span *moved = grown(t->spans, &t->span_room, sizeof(*moved));

		if (!moved)
			return false;
		t->spans = moved;
	}
	t->spans[t->nr_spans++] = span;
	return true;
}

bool tape_copy(struct tape *to, const struct tape *from)
{
	while (to->room < from->n) {
		if (!tape_grow(to))
			return false;
	}
	/* a tape without draws may have no array */
	if (from->n)
		memcpy(to->draws, from->draws, from->n * sizeof(*to->draws));
	to->n = from->n;
	to->nr_spans = 0;
	return true;
}

void tape_clear(struct tape *t)
{
	t->n = 0;
	t->nr_spans = 0;
}

void tape_free(struct tape *t)
{
	free(t->draws);
	free(t->spans);
	*t = (struct tape){.n = 0};
}

void tape_swap(struct tape *a, struct tape *b)
{
	struct tape old = *a;

	*a = *b;
	*b = old;
}

/* ---- order ---- */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_draws(const struct draw *a, const struct draw *b, size_t n)
{
	size_t i;
	int order;

	for (i = 0; i < n; i++) {
		order = compare_numbers(a[i].value, b[i].value);
		if (!order)
			order = compare_numbers(a[i].bits, b[i].bits);
		if (order)
			return order;
	}
	return 0;
}

int tape_compare(const struct tape *a, const struct tape *b)
{
	int order = compare_numbers(a->n, b->n);

	return order ? order : compare_draws(a->draws, b->draws, a->n);
}

int tape_compare_ranges(const struct tape *t, struct range a, struct range b)
{
	int order = compare_numbers(range_length(a), range_length(b));

	return order ? order
		     : compare_draws(t->draws + a.start, t->draws + b.start, range_length(a));
}

/* ---- edits ---- */

void tape_delete(struct tape *t, struct range r)
{
	memmove(t->draws + r.start, t->draws + r.end, (t->n - r.end) * sizeof(*t->draws));
	t->n -= range_length(r);
	t->nr_spans = 0;
}

static void reverse(struct draw *draws, size_t n)
{
	size_t i;

	for (i = 0; i < n / 2; i++) {
		struct draw old = draws[i];

		draws[i] = draws[n - 1 - i];
		draws[n - 1 - i] = old;
	}
}

/* Three reversals swap two neighbours of any lengths: ABC|12 -> 21|CBA -> 12|ABC. */
void tape_swap_neighbours(struct tape *t, struct range left, size_t right_end)
{
	struct draw *draws = t->draws + left.start;
	size_t nr_left = range_length(left);
	size_t nr_right = right_end - left.end;

	reverse(draws, nr_left + nr_right);
	reverse(draws, nr_right);
	reverse(draws + nr_right, nr_left);
	t->nr_spans = 0;
}

/* ---- fingerprint ---- */

/* Two multiplicative hashes with unlike constants; each ends in a mix, so that
 * low bits may serve as an index. */
static uint64_t mixed(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

struct fingerprint tape_fingerprint(const struct tape *t)
{
	struct fingerprint f = {{t->n, ~(uint64_t)t->n}};
	size_t i;

	for (i = 0; i < t->n; i++) {
		uint64_t kind = ((uint64_t)t->draws[i].arg << 8) | t->draws[i].bits;

		f.half[0] = (mixed(f.half[0] ^ t->draws[i].value) + kind) * 0x9e3779b97f4a7c15u;
		f.half[1] = mixed(f.half[1] * 0xd6e8feb86659fd93u + t->draws[i].value) ^ kind;
	}
	f.half[0] = mixed(f.half[0]);
	f.half[1] = mixed(f.half[1]);
	return f;
}
