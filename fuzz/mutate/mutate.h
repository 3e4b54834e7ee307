/* SPDX-License-Identifier: MIT */
/*
 * mutate: inputs of a target become others, operation by operation.
 *
 *     bytes --decode--> operations --edits--> operations --encode--> bytes
 *
 * The same input, seed and engine give the same result on every machine.  Any
 * byte string is taken.  What comes out is never empty, never longer than max,
 * and written as the encoder writes it, but for what an engine's own mutation
 * did to the bytes.  No memory is asked for but at the start, and where a trace
 * is longer than any before.
 */
#ifndef MM_MUTATE_H
#define MM_MUTATE_H

#include "fuzz/mutate/draw.h"

enum mm_mutation {
	MM_MUTATE_INSERT,  /* an operation that the target's weights choose */
	MM_MUTATE_DELETE,  /* a few operations, with those that use them or not */
	MM_MUTATE_COPY,    /* a block to another place */
	MM_MUTATE_SWAP,    /* two neighbours */
	MM_MUTATE_MOVE,    /* a block */
	MM_MUTATE_REPLACE, /* the kind of an operation; what fits of its arguments stays */
	MM_MUTATE_NUDGE,   /* one argument */
	MM_MUTATE_UNIFY,   /* a handle means what another operation's does */
	MM_MUTATE_REPEAT,  /* a block, k times in a row */
	MM_MUTATE_SERIES,  /* an operation, k times, one argument a step further each time */
	MM_MUTATE_INVERSE, /* consume what was made, one or many */
	MM_MUTATE_CUT,     /* the tail */
	MM_MUTATE_MACHINE, /* another of the target's */
	MM_MUTATE_SPLICE,  /* a block of another input (only where there is one) */
	MM_MUTATION_NR
};

/* The engine's own mutation of bytes, in place; returns the new length. */
typedef size_t mm_mutate_bytes(uint8_t *data, size_t size, size_t max);

struct mm_mutator {
	struct mm_target target;
	mm_mutate_bytes *bytes; /* NULL: a plain one of our own */
	struct mm_trace trace;
	struct mm_trace other;
	struct mm_edit edit;
	struct mm_draw draw;
	uint64_t done[MM_MUTATION_NR]; /* how often each was chosen */
	uint64_t done_bytes;           /* and the engine's */
};

/* NULL and e when there is no such target, or no host memory. */
struct mm_mutator *mm_mutator_create(const char *target, mm_mutate_bytes *bytes,
				     struct mm_error *e);
void mm_mutator_destroy(struct mm_mutator *m);

/*
 * Change data, of size bytes with room for max, in place; returns the new length,
 * 1 .. max, or 0 when max is 0.
 */
size_t mm_mutate(struct mm_mutator *m, uint64_t seed, uint8_t *data, size_t size, size_t max);

struct mm_mutate_input {
	const uint8_t *data;
	size_t size;
};

/* What a and b have, in one: blocks of b in a.  Into to, as mm_mutate. */
size_t mm_crossover(struct mm_mutator *m, uint64_t seed, const struct mm_mutate_input *a,
		    const struct mm_mutate_input *b, uint8_t *to, size_t max);

/* Apply one kind to the edit of m; it may find nothing to do. */
void mm_mutate_apply(struct mm_mutator *m, enum mm_mutation kind);

#endif
