/* SPDX-License-Identifier: MIT */
/*
 * worker: a child process that judges traces, one after the other, on a machine
 * that is reset between them.  A trace that kills it or hangs costs a new child
 * and nothing else.
 *
 *     parent                      child (fork)
 *     operations --shared memory--> run, judge
 *     verdict    <--shared memory-- class, or what it died of
 */
#ifndef MM_WORKER_H
#define MM_WORKER_H

#include "fuzz/command/command.h"

enum verdict_kind {
	VERDICT_PASSES,
	VERDICT_CLAIM,  /* an invariant or a model */
	VERDICT_EXPECT, /* an expectation of the trace */
	VERDICT_DEATH,  /* a signal or a sanitizer */
	VERDICT_HANG,
	VERDICT_REFUSED /* the machine does not boot */
};

struct verdict {
	enum verdict_kind kind;
	char id[80];      /* claim, "expect", "SIGSEGV", "sanitizer", "hang" */
	char op[40];      /* kind of operation at which, or "end" */
	char what[400];   /* equal: the same class of failure */
	char text[400];   /* for people */
	char bucket[400]; /* coarser than what: no lines, no numbers of one run */
	size_t pos;       /* operation; that of the end is the number of operations */
	uint32_t line;    /* of an expectation that does not hold, else 0 */
	uint64_t digest;
	double seconds; /* CPU time of the run */
};

struct worker;

/*
 * For traces that have no more operations and expectations than this one, and
 * whose expectations share its strings.  NULL when the host refuses.
 */
struct worker *worker_create(const struct mm_trace *largest);
void worker_destroy(struct worker *w);
/* A run may use so much CPU time; more is a hang, or slow when no operation took
 * half of it. */
void worker_limit(struct worker *w, double seconds);
/* The child may hold so much memory, in bytes; 0: no limit. */
void worker_memory(struct worker *w, uint64_t bytes);
/* Leave out what AddressSanitizer writes of a death: looking up names takes longer
 * than all else. */
void worker_terse(struct worker *w, bool terse);
/*
 * Judge a trace.  twice: on a fresh machine and again after a reset, as `mmref
 * check` does; else once, on a reset one.  STATUS_OK or STATUS_OUR_FAULT.
 */
int worker_judge(struct worker *w, const struct mm_trace *t, bool twice, struct verdict *v);

/* The end of what the child wrote to its standard error, until the next judge;
 * the caller frees it.  NULL when host memory is gone. */
char *worker_said(const struct worker *w);

#endif
