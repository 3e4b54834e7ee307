/* SPDX-License-Identifier: MIT */
/*
 * draw: numbers, and the tape they are written to.
 *
 *     seed  ── xoshiro256** ──┐
 *     tape  ── masked, then 0 ┼── theft_random_... ── value, and a draw of the tape
 *     bytes ── whole, then 0 ─┘
 *
 * The tape holds what was handed out, not what it was made from: a number below
 * 10 is written as itself.  So a smaller tape means smaller numbers, and tapes
 * stay meaningful when they are read by hand.
 */
#include "invariants/property/engine.h"

#define BITS_MAX 64

/* ---- xoshiro256** (Blackman, Vigna), seeded by splitmix64 ---- */

static uint64_t mixed(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

#define GOLDEN 0x9e3779b97f4a7c15u

static uint64_t rotated(uint64_t x, unsigned int by)
{
	return (x << by) | (x >> (64 - by));
}

static uint64_t next(uint64_t s[4])
{
	uint64_t result = rotated(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotated(s[3], 45);
	return result;
}

theft_seed seed_of_trial(theft_seed run_seed, size_t k)
{
	return k ? mixed(run_seed + GOLDEN * (uint64_t)k) : run_seed;
}

/* ---- sources ---- */

void source_seed(struct source *s, theft_seed seed)
{
	size_t i;

	s->kind = SOURCE_SEED;
	for (i = 0; i < 4; i++)
		s->rng[i] = mixed(seed + GOLDEN * (uint64_t)(i + 1));
}

void source_tape(struct source *s, const struct tape *tape)
{
	s->kind = SOURCE_TAPE;
	s->tape = tape;
	s->at = 0;
}

void source_bytes(struct source *s, const uint8_t *bytes, size_t size)
{
	s->kind = SOURCE_BYTES;
	s->bytes = bytes;
	s->left = size;
}

static uint64_t low_bits(uint64_t value, unsigned int bits)
{
	return value & (~(uint64_t)0 >> (BITS_MAX - bits));
}

/* An argument that draws more than its part of the tape gets zeros: it must not
 * go on with the next one's, or a deletion would change all that follow. */
static uint64_t from_tape(struct source *s, uint8_t arg)
{
	if (s->at == s->tape->n || s->tape->draws[s->at].arg != arg)
		return 0;
	return s->tape->draws[s->at++].value;
}

static uint64_t from_bytes(struct source *s, unsigned int bits)
{
	uint64_t value = 0;
	unsigned int at;

	for (at = 0; at < bits && s->left; at += 8) {
		value |= (uint64_t)*s->bytes++ << at;
		s->left--;
	}
	return value;
}

/* bits is 1 .. 64. */
static uint64_t take(struct theft *t, unsigned int bits)
{
	switch (t->source.kind) {
	case SOURCE_TAPE:
		return low_bits(from_tape(&t->source, t->arg), bits);
	case SOURCE_BYTES:
		return low_bits(from_bytes(&t->source, bits), bits);
	case SOURCE_SEED:
		break;
	}
	return next(t->source.rng) >> (BITS_MAX - bits);
}

/* ---- the tape ---- */

static void keep(struct theft *t, unsigned int bits, uint64_t value)
{
	struct draw draw = {.value = value, .bits = (uint8_t)bits, .arg = t->arg};

	if (t->off_tape)
		return;
	if (!tape_add(&t->tape, draw))
		t->no_memory = true;
	if (t->journal)
		journal_draw(t->journal, draw);
}

void draw_start(struct theft *t, const struct source *source)
{
	t->source = *source;
	tape_clear(&t->tape);
	t->arg = 0;
	t->depth = 0;
}

void draw_switch(struct theft *t, uint8_t arg)
{
	const struct tape *tape = t->source.tape;

	while (t->depth)
		mm_property_end(t);
	t->arg = arg;
	if (t->source.kind != SOURCE_TAPE)
		return;
	while (t->source.at < tape->n && tape->draws[t->source.at].arg < arg)
		t->source.at++;
}

void mm_property_begin(struct theft *t)
{
	struct span span = {.start = (uint32_t)t->tape.n, .depth = t->depth};

	if (t->off_tape)
		return;
	if (t->depth < OPEN_MAX_SPANS) {
		t->open[t->depth] = (uint32_t)t->tape.nr_spans;
		if (!tape_add_span(&t->tape, span)) {
			t->no_memory = true;
			return;
		}
	}
	t->depth++;
}

void mm_property_end(struct theft *t)
{
	struct span *span;

	if (t->off_tape || t->depth == 0)
		return;
	if (--t->depth >= OPEN_MAX_SPANS)
		return;
	span = &t->tape.spans[t->open[t->depth]];
	span->end = (uint32_t)t->tape.n;
	if (t->journal)
		journal_span(t->journal, *span);
}

/* ---- theft's functions ---- */

uint64_t theft_random_bits(struct theft *t, uint8_t bit_count)
{
	unsigned int bits = bit_count > BITS_MAX ? BITS_MAX : bit_count;
	uint64_t value;

	if (bits == 0)
		return 0;
	value = take(t, bits);
	keep(t, bits, value);
	return value;
}

void theft_random_bits_bulk(struct theft *t, uint32_t bit_count, uint64_t *buf)
{
	uint32_t left = bit_count;

	while (left) {
		uint8_t bits = left > BITS_MAX ? BITS_MAX : (uint8_t)left;

		*buf++ = theft_random_bits(t, bits);
		left -= bits;
	}
}

uint64_t theft_random(struct theft *t)
{
	return theft_random_bits(t, BITS_MAX);
}

static unsigned int width_of(uint64_t value)
{
	unsigned int bits = 0;

	while (value) {
		value >>= 1;
		bits++;
	}
	return bits;
}

uint64_t draw_below(struct theft *t, uint64_t ceil)
{
	unsigned int bits = width_of(ceil - 1);
	uint64_t value;

	if (bits == 0)
		return 0;
	value = take(t, bits);
	/* At least half of all values are below ceil.  A tape or a fuzzer's bytes
	 * have to mean something whatever they hold. */
	while (value >= ceil && t->source.kind == SOURCE_SEED)
		value = take(t, bits);
	if (value >= ceil)
		value %= ceil;
	keep(t, bits, value);
	return value;
}

uint64_t theft_random_choice(struct theft *t, uint64_t ceil)
{
	return ceil < 2 ? 0 : draw_below(t, ceil);
}

double theft_random_double(struct theft *t)
{
	return (double)theft_random_bits(t, 53) * 0x1p-53;
}
