/* SPDX-License-Identifier: MIT */
/*
 * prop: what a module's NAME_prop.c registers, and what a property draws from.
 *
 *     prop_below(p, 9) ──> choice tape of the engine ──> kept, shortened, made
 *                          smaller when the property fails ──> shown
 *
 * A property returns when it holds and calls prop_fail when it does not.  All
 * its choices are draws: a seed, a tape of kept draws or a fuzzer's bytes name
 * one run.  So it draws nothing from elsewhere and keeps nothing from one run to
 * the next.
 *
 * Draw numbers into variables, one after the other: C leaves the order of
 * operands and arguments open, and a seed must mean the same to every compiler.
 *
 * Whatever is drawn may be 0, at any moment and for ever: 0 is what a tape gives
 * behind its end.  Let 0 be the mildest choice ("no more", order 0, the plain
 * machine), then what is shown of a failure is small.
 *
 * After PROP_DRAWS_MAX draws, those that follow come from a generator whose seed
 * is one last draw: a long run shrinks in its first part only, and ends even if
 * every draw is 0.
 */
#ifndef MM_PROP_H
#define MM_PROP_H

#include "mm/err.h"
#include "mm/rng.h"

#include <stdbool.h>

#define PROP_DRAWS_MAX 16384

struct prop_draws;  /* where draws come from: prop_draw.h */
struct prop_report; /* what one run says: prop_trial.h */

struct mm_prop_run {
	struct prop_draws *draws;
	struct prop_report *report; /* NULL: failures are only counted */
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

/* ---- drawing ---- */

/* A number below ceil; 0, and nothing is drawn, where ceil is below 2. */
uint64_t prop_below(struct mm_prop_run *p, uint64_t ceil);
/* A number of at most 64 bits. */
uint64_t prop_bits(struct mm_prop_run *p, unsigned int bits);
/* A number of 1 .. bits bits: small ones come as often as large ones. */
uint64_t prop_any(struct mm_prop_run *p, unsigned int bits);
/* A generator seeded by one draw, for noise: what comes from it is not shrunk. */
void prop_rng(struct mm_prop_run *p, struct mm_rng *rng);

/*
 * Around the draws that belong together, say one operation with its arguments:
 * shrinking takes them out as a whole.  They nest.
 */
void prop_begin(struct mm_prop_run *p);
void prop_end(struct mm_prop_run *p);

/* ---- saying ---- */

/*
 * At least `percent` of the runs have to get here with `met`.  Counted once per
 * run; after all, the property fails when chance does not explain that fewer
 * did (the 99.9 % bound of mm_property_judge).  `what` is a string literal.
 */
void prop_cover(struct mm_prop_run *p, double percent, const char *what, bool met);

/* Will what prop_show is told be seen?  Ask before making a long text. */
bool prop_is_shown(const struct mm_prop_run *p);
/* The case that is about to be judged, for people: printed with a failure. */
void prop_show(struct mm_prop_run *p, const char *text);

/* The failure that follows is of this claim, wherever it is said from: shrinking
 * goes on as long as it is.  Else its line tells which it is. */
void prop_class(struct mm_prop_run *p, const char *claim);

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
