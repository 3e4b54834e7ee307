/* SPDX-License-Identifier: MIT */
/*
 * rng: xoshiro256** from its authors' public-domain description.
 */
#include "mm/rng.h"

static uint64_t rotl(uint64_t v, int k)
{
	return (v << k) | (v >> (64 - k));
}

void mm_rng_init(struct mm_rng *r, uint64_t seed)
{
	int i;

	for (i = 0; i < 4; i++) {
		seed += 0x9e3779b97f4a7c15u;
		r->s[i] = mm_hash64(seed);
	}
	if (!(r->s[0] | r->s[1] | r->s[2] | r->s[3]))
		r->s[0] = 1;
}

uint64_t mm_rng_next(struct mm_rng *r)
{
	uint64_t *s = r->s;
	uint64_t out = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return out;
}

uint64_t mm_rng_below(struct mm_rng *r, uint64_t ceil)
{
	uint64_t limit;
	uint64_t v;

	if (!ceil)
		return 0;
	/* draws past the last whole multiple of ceil would favour small values */
	limit = UINT64_MAX - UINT64_MAX % ceil;
	do {
		v = mm_rng_next(r);
	} while (v >= limit);
	return v % ceil;
}
