/* SPDX-License-Identifier: MIT */
/* rng properties: published sequences, evenness, and that nothing is lost. */
#include "mm/rng.h"

#include "invariants/engine/prop.h"

/* splitmix64 from seed 1234567, and xoshiro256** from the state 1, 2, 3, 4, as
 * their test vectors are published. */
static const uint64_t splitmix[] = {6457827717110365317u, 3203168211198807973u,
				    9817491932198370423u, 4593380528125082431u,
				    16408922859458223821u};
static const uint64_t xoshiro[] = {11520u,
				   0u,
				   1509978240u,
				   1215971899390074240u,
				   1216172134540287360u,
				   607988272756665600u,
				   16172922978634559625u,
				   8476171486693032832u,
				   10595114339597558777u,
				   2904607092377533576u};

static void published_sequences(struct mm_prop_run *p)
{
	struct mm_rng r = {{1, 2, 3, 4}};
	uint64_t state = 1234567;
	size_t i;

	for (i = 0; i < sizeof(splitmix) / sizeof(splitmix[0]); i++) {
		state += 0x9e3779b97f4a7c15u;
		PROP(p, mm_hash64(state) == splitmix[i], "splitmix64, number %zu", i);
	}
	for (i = 0; i < sizeof(xoshiro) / sizeof(xoshiro[0]); i++)
		PROP(p, mm_rng_next(&r) == xoshiro[i], "xoshiro256**, number %zu", i);
	/* the two together */
	mm_rng_init(&r, 1234567);
	for (i = 0; i < 4; i++)
		PROP(p, r.s[i] == splitmix[i], "the state is not filled by splitmix64");
}

static void a_seed_is_a_sequence(struct mm_prop_run *p)
{
	uint64_t seed = prop_bits(p, 64);
	struct mm_rng a;
	struct mm_rng b;
	struct mm_rng other;
	int same = 0;
	int i;

	mm_rng_init(&a, seed);
	mm_rng_init(&b, seed);
	mm_rng_init(&other, seed + 1);
	for (i = 0; i < 100; i++) {
		uint64_t v = mm_rng_next(&a);

		PROP(p, v == mm_rng_next(&b), "one seed gives two sequences");
		same += v == mm_rng_next(&other);
	}
	PROP(p, same < 2, "neighbouring seeds give the same numbers");
}

/* Each value as often as chance has it, with six deviations of tolerance. */
static void below_is_even(struct mm_prop_run *p)
{
	uint64_t ceil = 1 + prop_below(p, 16);
	uint64_t count[16] = {0};
	uint64_t draws = 6400 * ceil;
	struct mm_rng rng;
	uint64_t i;

	prop_rng(p, &rng);
	PROP(p, mm_rng_below(&rng, 0) == 0, "below 0");
	for (i = 0; i < draws; i++) {
		uint64_t v = mm_rng_below(&rng, ceil);

		PROP(p, v < ceil, "%llu is not below %llu", (unsigned long long)v,
		     (unsigned long long)ceil);
		count[v]++;
	}
	for (i = 0; i < ceil; i++)
		PROP(p, count[i] > 6400 - 480 && count[i] < 6400 + 480,
		     "%llu below %llu comes %llu times of 6400", (unsigned long long)i,
		     (unsigned long long)ceil, (unsigned long long)count[i]);
}

/* Taking the remainder alone would make the lowest third twice as likely. */
static void below_rejects_the_rest(struct mm_prop_run *p)
{
	uint64_t quarter = (uint64_t)1 << 62;
	int low = 0;
	struct mm_rng rng;
	int i;

	prop_rng(p, &rng);
	for (i = 0; i < 3000; i++)
		low += mm_rng_below(&rng, 3 * quarter) < quarter;
	PROP(p, low > 845 && low < 1155, "the lowest third comes %d times of 3000", low);
}

static uint64_t unshift(uint64_t v, int n)
{
	uint64_t x = v;
	int i;

	for (i = n; i < 64; i += n)
		x = v ^ (x >> n);
	return x;
}

/* The inverse of an odd number modulo 2^64, by Newton. */
static uint64_t inverse(uint64_t odd)
{
	uint64_t x = odd;
	int i;

	for (i = 0; i < 6; i++)
		x *= 2 - odd * x;
	return x;
}

/* No two words have one hash: each can be undone. */
static void hash_can_be_undone(struct mm_prop_run *p)
{
	int i;

	for (i = 0; i < 1000; i++) {
		uint64_t v = prop_any(p, 64);
		uint64_t h = unshift(mm_hash64(v), 31) * inverse(0x94d049bb133111ebu);

		h = unshift(h, 27) * inverse(0xbf58476d1ce4e5b9u);
		PROP(p, unshift(h, 30) == v, "0x%llx is lost in its hash", (unsigned long long)v);
	}
}

/* The order and each bit of what is folded in count. */
static void hash_step_sees_everything(struct mm_prop_run *p)
{
	int i;

	for (i = 0; i < 500; i++) {
		uint64_t h = prop_bits(p, 64);
		uint64_t a = prop_below(p, 64);
		uint64_t b = a ^ ((uint64_t)1 << prop_below(p, 64));

		PROP(p, mm_hash64_step(h, a) != mm_hash64_step(h, b),
		     "one bit makes no difference");
		PROP(p,
		     mm_hash64_step(mm_hash64_step(h, a), b) !=
			     mm_hash64_step(mm_hash64_step(h, b), a),
		     "the order makes no difference");
	}
}

const struct mm_prop mm_rng_props[] = {
	{"rng.published_sequences", published_sequences, 1},
	{"rng.a_seed_is_a_sequence", a_seed_is_a_sequence, 10},
	{"rng.below_is_even", below_is_even, 10},
	{"rng.below_rejects_the_rest", below_rejects_the_rest, 3},
	{"rng.hash_can_be_undone", hash_can_be_undone, 3},
	{"rng.hash_step_sees_everything", hash_step_sees_everything, 3},
	{NULL, NULL, 0},
};
