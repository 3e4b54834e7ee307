/* SPDX-License-Identifier: MIT */
/*
 * prop: what a module's NAME_prop.c registers: plain seeded functions.
 *
 * A property returns when it holds and calls prop_fail when it does not.  All
 * its randomness comes from p->rng, so a seed names one run.
 */
#ifndef MM_PROP_H
#define MM_PROP_H

#include "mm/err.h"
#include "mm/rng.h"

struct mm_prop_run {
	struct mm_rng rng;
	uint64_t seed;
	const char *name;
	int failures;
	uint64_t checks;

	/* told each claim that a planted corruption made report; may be NULL */
	void (*seen)(void *env, const char *id);
	void *env;
};

struct mm_prop {
	const char *name; /* module.what_holds */
	void (*fn)(struct mm_prop_run *p);
	unsigned int runs; /* seeds to run, 0 = 1 */
};

/* Generated: one array per module, NULL-terminated. */
extern const struct mm_prop *const mm_all_props[];

/* A number of 1 .. bits bits: small ones come as often as large ones. */
static inline uint64_t prop_any(struct mm_prop_run *p, unsigned int bits)
{
	/* drawn one by one: C leaves the order of operands open, and a seed must
	 * mean the same to every compiler */
	uint64_t v = mm_rng_next(&p->rng);

	return v >> (63 - mm_rng_below(&p->rng, bits));
}

/* Say where and why; the run goes on, the program ends with status 1. */
void prop_fail(struct mm_prop_run *p, const char *file, int line, const char *fmt, ...)
	MM_PRINTF(4, 5);

/*
 * Count one check; when cond does not hold, say so and leave the function.  An
 * `if` without braces, so that it nests nothing in the loops it stands in.
 */
#define PROP(p, cond, ...)                                                                         \
	if (((p)->checks++, !(cond)) && (prop_fail((p), __FILE__, __LINE__, __VA_ARGS__), 1))      \
	return

#endif
