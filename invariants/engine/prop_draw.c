/* SPDX-License-Identifier: MIT */
/*
 * prop_draw: draws, marks, and the log of a child.
 */
#include "invariants/engine/prop_draw.h"

static void write_down(struct prop_log *log, enum prop_asked asked, uint64_t with)
{
	if (!log || log->nr >= PROP_LOG_MAX)
		return;
	log->asked[log->nr] = (uint8_t)asked;
	log->with[log->nr] = with;
	log->nr++;
}

static uint64_t from_tape(struct prop_draws *d, enum prop_asked asked, uint64_t with)
{
	uint64_t v;

	/* before it is drawn: a draw that the tape refuses is asked for again */
	write_down(d->log, asked, with);
	v = asked == PROP_ASKED_BITS ? theft_random_bits(d->t, (uint8_t)with)
				     : theft_random_choice(d->t, with);
	if (d->nr < PROP_SEEN_MAX)
		d->seen[d->nr] = v;
	d->nr++;
	return v;
}

/* Is this draw past those that are kept?  The first such seeds what follows. */
static bool is_past(struct prop_draws *d)
{
	if (d->nr == PROP_DRAWS_MAX && !d->is_past) {
		mm_rng_init(&d->rest, from_tape(d, PROP_ASKED_BITS, 64));
		d->is_past = true;
	}
	return d->is_past;
}

uint64_t prop_below(struct mm_prop_run *p, uint64_t ceil)
{
	if (ceil < 2)
		return 0;
	if (is_past(p->draws))
		return mm_rng_below(&p->draws->rest, ceil);
	return from_tape(p->draws, PROP_ASKED_BELOW, ceil);
}

uint64_t prop_bits(struct mm_prop_run *p, unsigned int bits)
{
	if (bits == 0)
		return 0;
	if (is_past(p->draws))
		return mm_rng_next(&p->draws->rest) >> (64 - bits);
	return from_tape(p->draws, PROP_ASKED_BITS, bits);
}

uint64_t prop_any(struct mm_prop_run *p, unsigned int bits)
{
	unsigned int n = 1 + (unsigned int)prop_below(p, bits);

	return prop_bits(p, n);
}

void prop_rng(struct mm_prop_run *p, struct mm_rng *rng)
{
	mm_rng_init(rng, prop_bits(p, 64));
}

/* ---- marks ---- */

static void mark(struct prop_draws *d, enum prop_asked asked)
{
	write_down(d->log, asked, 0);
	if (asked == PROP_ASKED_BEGIN)
		mm_property_begin(d->t);
	else
		mm_property_end(d->t);
}

/* Once marks are left out, so are all that follow: they would not pair. */
static bool is_marked(struct prop_draws *d)
{
	return !d->is_past && d->nr_marks < PROP_MARKS_MAX;
}

void prop_begin(struct mm_prop_run *p)
{
	if (!is_marked(p->draws))
		return;
	p->draws->nr_marks++;
	mark(p->draws, PROP_ASKED_BEGIN);
}

void prop_end(struct mm_prop_run *p)
{
	if (!is_marked(p->draws))
		return;
	p->draws->nr_marks++;
	mark(p->draws, PROP_ASKED_END);
}

/* ---- the parent ---- */

void prop_draws_repeat(struct prop_draws *d, const struct prop_log *log)
{
	uint32_t nr = log->nr < PROP_LOG_MAX ? log->nr : PROP_LOG_MAX;
	uint32_t i;

	for (i = 0; i < nr; i++) {
		enum prop_asked asked = (enum prop_asked)log->asked[i];

		if (asked == PROP_ASKED_BEGIN || asked == PROP_ASKED_END)
			mark(d, asked);
		else
			(void)from_tape(d, asked, log->with[i]);
	}
}
