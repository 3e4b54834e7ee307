/* SPDX-License-Identifier: MIT */
/*
 * handles: one Fenwick tree per kind of handle.
 *
 * The makers of a kind are numbered 1, 2, 3 ... by position.  Node i of the
 * tree counts the live makers among the last lowbit(i) numbers up to i:
 *
 *     number   1   2   3   4   5   6   7   8
 *     covers   1  1-2  3  1-4  5  5-6  7  1-8
 *
 * Appending number i adds up the nodes it covers, consuming walks up, the k-th
 * oldest is a walk down.  Recordings have 160,000 makers, fuzz inputs a few
 * hundred; neither notices.
 *
 * Consumed makers stand on a stack.  It never pops: nothing is made twice.
 */
#include "fuzz/trace/handles.h"

#include <stdlib.h>

struct maker {
	uint32_t pos;      /* operation that made it */
	uint32_t live;     /* Fenwick node of this number */
	uint32_t consumed; /* 1 + its place on the stack, 0: live */
	uint32_t stacked;  /* the stack: number of the maker consumed n-th */
};

/* nr == nr_live + nr_consumed */
struct kind {
	struct maker *makers; /* [1 .. nr] */
	uint32_t nr;
	uint32_t cap;
	uint32_t nr_consumed;
	uint32_t top; /* largest power of two <= nr */
};

struct mm_handles {
	struct kind kinds[MM_ARG_KIND_NR];
	/* by position: the maker's number within its kind */
	uint32_t *number;
	size_t cap;
};

static uint32_t lowbit(uint32_t i)
{
	return i & (0u - i);
}

struct mm_handles *mm_handles_create(void)
{
	return calloc(1, sizeof(struct mm_handles));
}

void mm_handles_clear(struct mm_handles *h)
{
	int k;

	for (k = 0; k < MM_ARG_KIND_NR; k++) {
		h->kinds[k].nr = 0;
		h->kinds[k].nr_consumed = 0;
		h->kinds[k].top = 0;
	}
}

void mm_handles_destroy(struct mm_handles *h)
{
	int k;

	if (!h)
		return;
	for (k = 0; k < MM_ARG_KIND_NR; k++)
		free(h->kinds[k].makers);
	free(h->number);
	free(h);
}

/* Room for maker number nr + 1 of kind k and for position pos. */
static bool grow(struct mm_handles *h, struct kind *k, uint32_t pos)
{
	if (pos >= h->cap) {
		size_t cap = ((size_t)pos + 64) * 2;
		uint32_t *number = realloc(h->number, cap * sizeof(*number));

		if (!number)
			return false;
		h->number = number;
		h->cap = cap;
	}
	if (k->nr + 2 > k->cap) {
		uint32_t cap = (k->cap + 64) * 2;
		struct maker *makers = realloc(k->makers, cap * sizeof(*makers));

		if (!makers)
			return false;
		k->makers = makers;
		k->cap = cap;
	}
	return true;
}

int mm_handles_make(struct mm_handles *h, enum mm_arg_kind kind, uint32_t pos)
{
	struct kind *k = &h->kinds[kind];
	struct maker *m;
	uint32_t nr;
	uint32_t step;

	if (!grow(h, k, pos))
		return -MM_ENOMEM;
	nr = ++k->nr;
	if (!(nr & (nr - 1)))
		k->top = nr;
	m = &k->makers[nr];
	m->pos = pos;
	m->consumed = 0;
	m->live = 1;
	for (step = 1; step < lowbit(nr); step <<= 1)
		m->live += k->makers[nr - step].live;
	h->number[pos] = nr;
	return 0;
}

void mm_handles_consume(struct mm_handles *h, enum mm_arg_kind kind, uint32_t pos)
{
	struct kind *k = &h->kinds[kind];
	uint32_t nr = h->number[pos];
	uint32_t i;

	if (k->makers[nr].consumed)
		return;
	k->makers[k->nr_consumed].stacked = nr;
	k->makers[nr].consumed = ++k->nr_consumed;
	for (i = nr; i <= k->nr; i += lowbit(i))
		k->makers[i].live--;
}

uint32_t mm_handles_nr_live(const struct mm_handles *h, enum mm_arg_kind kind)
{
	return h->kinds[kind].nr - h->kinds[kind].nr_consumed;
}

uint32_t mm_handles_nr_consumed(const struct mm_handles *h, enum mm_arg_kind kind)
{
	return h->kinds[kind].nr_consumed;
}

uint32_t mm_handles_live(const struct mm_handles *h, enum mm_arg_kind kind, uint32_t k)
{
	const struct kind *of = &h->kinds[kind];
	uint32_t older = mm_handles_nr_live(h, kind) - k; /* its rank from the oldest */
	uint32_t at = 0;
	uint32_t step;

	/* the last number with fewer than `older` live makers up to it */
	for (step = of->top; step; step >>= 1) {
		if (at + step <= of->nr && of->makers[at + step].live < older) {
			at += step;
			older -= of->makers[at].live;
		}
	}
	return of->makers[at + 1].pos;
}

uint32_t mm_handles_consumed(const struct mm_handles *h, enum mm_arg_kind kind, uint32_t k)
{
	const struct kind *of = &h->kinds[kind];

	return of->makers[of->makers[of->nr_consumed - 1 - k].stacked].pos;
}

bool mm_handles_rank(const struct mm_handles *h, enum mm_arg_kind kind, uint32_t pos, uint32_t *k)
{
	const struct kind *of = &h->kinds[kind];
	uint32_t nr = h->number[pos];
	uint32_t upto = 0;
	uint32_t i;

	if (of->makers[nr].consumed) {
		*k = of->nr_consumed - of->makers[nr].consumed;
		return false;
	}
	for (i = nr; i; i -= lowbit(i))
		upto += of->makers[i].live;
	*k = mm_handles_nr_live(h, kind) - upto;
	return true;
}
