/* SPDX-License-Identifier: MIT */
/*
 * shrink: from a trace that fails to a small one that fails in the same way.
 *
 * The engine knows operations, their arguments and the machine's words; what
 * "fails" means is the caller's: a number per class of failure.  Candidates
 * of another class are never taken, they are handed to the caller.
 *
 *     delete operations, large chunks first, from the end | each argument
 *     towards its mildest value | equal values together | words of the machine
 *     ... until nothing helps; then pairs of operations that lie apart
 *
 * Every step makes the trace smaller in one order (operations, arguments,
 * machine), so it ends.  No I/O, no clock, no machine.
 */
#ifndef MM_SHRINK_H
#define MM_SHRINK_H

#include "fuzz/trace/trace.h"

enum mm_shrink_end {
	MM_SHRINK_DONE,    /* nothing smaller was found */
	MM_SHRINK_STOPPED, /* enough() said so; out is the best so far */
	MM_SHRINK_PASSES,  /* the trace given does not fail */
	MM_SHRINK_FLAKY    /* the same trace failed in different ways */
};

struct mm_shrink {
	/* The class of a trace, 0 when it passes.  The strings of its expectations
	 * are those of the trace that was given to mm_shrink. */
	uint64_t (*fails)(void *env, const struct mm_trace *t);
	/* Stop with the best so far?  Asked before each further call; may be NULL. */
	bool (*enough)(void *env, const struct mm_shrink *s);
	/* A candidate failed, but in another way; may be NULL. */
	void (*other)(void *env, uint64_t id, const struct mm_trace *t);
	void *env;

	/* results */
	enum mm_shrink_end end;
	uint64_t id;     /* class of the trace given, and of the one returned */
	uint64_t calls;  /* of fails */
	uint64_t others; /* calls that ended in another class */
	size_t ops;      /* of the best so far */
};

/*
 * Shrink in into out (initialised by the caller, who frees it); in stays.  Lines
 * of operations and names of handles are kept.  0, also when s->end says that
 * there was nothing to shrink (out is then in); -MM_ENOMEM.
 */
int mm_shrink(struct mm_shrink *s, const struct mm_trace *in, struct mm_trace *out);

#endif
