/* SPDX-License-Identifier: MIT */
/*
 * prop_trace: a counterexample that is a trace, at its minimum and kept.
 *
 *     what prop_show said ── parsed ── shrinker of traces ──> .mmref-fail/
 *                                                        CLAIM-OPERATION/trace.ops
 *
 * The engine has made its tape small; a trace that takes no tape to say can be
 * smaller still, and its machine simpler.
 */
#ifndef MM_PROP_TRACE_H
#define MM_PROP_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#define PROP_TRACE_PATH_MAX 400

struct prop_trace {
	const char *text; /* a trace in text that fails */
	bool died;        /* it kills the process: judged in children */
	unsigned int max_ms;

	/* results */
	char *small; /* the caller frees it */
	size_t ops;
	char claim[320];
	char path[PROP_TRACE_PATH_MAX]; /* of what is kept; empty: nothing is */
};

/* Is this text a trace? */
bool prop_trace_is_one(const char *text);

/* False: it does not fail by itself, or there is no memory; small is NULL then. */
bool prop_trace_settle(struct prop_trace *t);

#endif
