/* SPDX-License-Identifier: MIT */
/*
 * sample: which mutants are tried, and in which order.
 *
 * Numbers are ten times as frequent as roundings, so a plain draw would be one
 * of constants.  Here operators take turns, in an order drawn anew each round;
 * whose turn it is gives one of its mutants, each with the same chance.  One
 * that has none left is passed over.  The first n of a longer sample are the
 * sample of n.
 */
#include "mm/rng.h"

#include "fuzz/mutants/mutant.h"

#include <stdlib.h>

static void shuffle(size_t *v, size_t nr, struct mm_rng *rng)
{
	size_t i;

	for (i = nr; i > 1; i--) {
		size_t k = (size_t)mm_rng_below(rng, i);
		size_t last = v[i - 1];

		v[i - 1] = v[k];
		v[k] = last;
	}
}

/* The mutants of one operator, shuffled. */
struct deck {
	size_t *cards;
	size_t nr;
	size_t given;
};

static void fill_decks(struct deck *decks, const struct mutants *ms, struct mm_rng *rng)
{
	size_t i;
	int op;

	for (i = 0; i < ms->nr; i++) {
		struct deck *d = &decks[ms->m[i].op];

		d->cards = grown(d->cards, d->nr, sizeof(*d->cards));
		d->cards[d->nr++] = i;
	}
	for (op = 0; op < OPERATORS; op++)
		shuffle(decks[op].cards, decks[op].nr, rng);
}

void mutants_sample(struct mutants *ms, const struct draw *draw)
{
	struct deck decks[OPERATORS] = {{NULL, 0, 0}};
	struct mutant *picked = NULL;
	struct mm_rng rng;
	size_t nr = draw->nr;
	size_t given = 0;
	int op;

	mm_rng_init(&rng, draw->seed);
	fill_decks(decks, ms, &rng);
	if (nr > ms->nr)
		nr = ms->nr;
	while (given < nr) {
		size_t turns[OPERATORS];
		size_t i;

		for (i = 0; i < OPERATORS; i++)
			turns[i] = i;
		shuffle(turns, OPERATORS, &rng);
		for (i = 0; i < OPERATORS && given < nr; i++) {
			struct deck *d = &decks[turns[i]];

			if (d->given == d->nr)
				continue;
			picked = grown(picked, given, sizeof(*picked));
			picked[given++] = ms->m[d->cards[d->given++]];
		}
	}
	/* the others are not wanted any more */
	for (op = 0; op < OPERATORS; op++) {
		for (; decks[op].given < decks[op].nr; decks[op].given++) {
			struct mutant *m = &ms->m[decks[op].cards[decks[op].given]];

			free(m->before);
			free(m->after);
			free(m->text);
		}
		free(decks[op].cards);
	}
	free(ms->m);
	ms->m = picked;
	ms->nr = given;
}
