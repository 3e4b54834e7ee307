/* SPDX-License-Identifier: MIT */
/*
 * rng: seeded pseudo-random numbers, the same on every host and compiler.
 * The generator is xoshiro256** (Blackman and Vigna, 2018), its state filled
 * from one 64-bit seed by splitmix64.  mm_hash64 is the mixing step that the
 * digest and unwritten page contents use.
 *
 * Kernel: none.
 * State: the caller's struct; two generators with one seed give one sequence.
 * Invariants: the state is never all zero.
 */
#ifndef MM_RNG_H
#define MM_RNG_H

#include <stdint.h>

struct mm_rng {
	uint64_t s[4];
};

void mm_rng_init(struct mm_rng *r, uint64_t seed);
uint64_t mm_rng_next(struct mm_rng *r);
/* Uniform in [0, ceil); 0 when ceil is 0. */
uint64_t mm_rng_below(struct mm_rng *r, uint64_t ceil);

/* A bijective mix of 64 bits (the finaliser of splitmix64). */
static inline uint64_t mm_hash64(uint64_t v)
{
	v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9u;
	v = (v ^ (v >> 27)) * 0x94d049bb133111ebu;
	return v ^ (v >> 31);
}

/* Fold one more word into a running hash: cheap, and mixed only when another step or
 * mm_hash64 follows.  Different words give different hashes but by accident; the first
 * word and what the hash begins with are worth the same, so that is a constant or an id. */
static inline uint64_t mm_hash64_step(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ (h >> 29);
}

#endif
