/* SPDX-License-Identifier: MIT */
/*
 * mutant: one span of a file's text, and what stands there instead.
 *
 * A replacement has as many line breaks as what it replaces, so that nothing
 * below moves to another line.
 */
#ifndef MUTANTS_MUTANT_H
#define MUTANTS_MUTANT_H

#include "fuzz/mutants/code.h"

enum mutant_op {
	/* shaped like bugs that Linux had */
	OPERATOR_UNDO,
	OPERATOR_UNIT,
	OPERATOR_SIBLING,
	OPERATOR_ADVANCE,
	OPERATOR_ROUNDING,
	OPERATOR_WIDTH,
	OPERATOR_STALE,
	OPERATOR_HEAD,
	OPERATOR_LIMIT,
	OPERATOR_PAIR,
	/* classic */
	OPERATOR_RELATION,
	OPERATOR_LOGIC,
	OPERATOR_ARITHMETIC,
	OPERATOR_COMPOUND,
	OPERATOR_STEP,
	OPERATOR_CONSTANT,
	OPERATOR_ENUMERATOR,
	OPERATOR_RETURN,
	OPERATOR_DELETE,
	OPERATORS
};

extern const char *const operator_names[OPERATORS];
extern const char *const operator_titles[OPERATORS];

struct mutant {
	char id[160]; /* FILE:LINE:COLUMN:OPERATOR, then .2, .3 ... at one place */
	enum mutant_op op;
	unsigned int line;
	unsigned int column;
	size_t at;
	size_t len;
	char *before; /* both with blanks run together */
	char *after;
	char *text; /* the replacement as it is */
	char function[64];
};

struct mutants {
	struct mutant *m;
	size_t nr;
	size_t of_file; /* the first of the file that is read */
};

/* What is known of the contracts in include/mm. */
struct names;

/* Tokens first to last become what fmt says.  Nothing is added when that is what
 * stands there, or when an earlier operator said the same. */
void mutant_add(struct mutants *ms, const struct code *c, enum mutant_op op, size_t first,
		size_t last, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* The text of tokens first to last, to be freed. */
char *text_of(const struct code *c, size_t first, size_t last);
bool mutable(const struct code *c, size_t i);

void mutants_of_file(struct mutants *ms, const struct code *c, const struct names *n);
void mutants_free(struct mutants *ms);

/* The operators, by file. */
void mutate_history(struct mutants *ms, const struct code *c);
void mutate_values(struct mutants *ms, const struct code *c);
void mutate_siblings(struct mutants *ms, const struct code *c, const struct names *n);
void mutate_classic(struct mutants *ms, const struct code *c, const struct names *n);

/* names.c: functions by signature and enumerators in their order. */
struct names *names_read(const char *folder);
void names_free(struct names *n);
/* The enumerator or flag that stands behind the token's in its list; NULL. */
const char *names_next(const struct names *n, const struct code *c, size_t i);
/* The function of the contract that takes and returns the same and is called
 * most alike; NULL. */
const char *names_sibling(const struct names *n, const struct code *c, size_t i);

/* sample.c: so many of them in an order that the seed decides. */
struct draw {
	size_t nr;
	uint64_t seed;
};

void mutants_sample(struct mutants *ms, const struct draw *draw);

#endif
