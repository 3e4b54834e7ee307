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
};

struct mm_prop {
	const char *name; /* module.what_holds */
	void (*fn)(struct mm_prop_run *p);
	unsigned int runs; /* seeds to run, 0 = 1 */
};

/* Generated: one array per module, NULL-terminated. */
extern const struct mm_prop *const mm_all_props[];

void prop_fail(struct mm_prop_run *p, const char *file, int line, const char *fmt, ...)
	MM_PRINTF(4, 5);

#define PROP(p, cond, ...)                                                                         \
	do {                                                                                       \
		(p)->checks++;                                                                     \
		if (!(cond)) {                                                                     \
			prop_fail((p), __FILE__, __LINE__, __VA_ARGS__);                           \
			return;                                                                    \
		}                                                                                  \
	} while (0)

#endif
