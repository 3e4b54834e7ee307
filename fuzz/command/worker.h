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
	char id[80];    /* claim, "expect", "SIGSEGV", "sanitizer", "hang" */
	char op[40];    /* kind of operation at which, or "end" */
	char what[400]; /* equal: the same class of failure */
	char text[400]; /* for people */
	size_t pos;     /* operation; that of the end is the number of operations */
	uint32_t line;  /* of an expectation that does not hold, else 0 */
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
/* A run may use so much CPU time; more is a hang. */
void worker_limit(struct worker *w, double seconds);
/*
 * Judge a trace.  twice: on a fresh machine and again after a reset, as `mmref
 * check` does; else once, on a reset one.  STATUS_OK or STATUS_OUR_FAULT.
 */
int worker_judge(struct worker *w, const struct mm_trace *t, bool twice, struct verdict *v);

/* What a dying process said and where it was, as a class (death.c). */
void death_class(struct verdict *v, const char *said, int sig, const uintptr_t *frames,
		 int nr_frames);
/* Up to max return addresses inside this program, relative to where it was
 * loaded, below a signal handler; returns how many. */
int death_frames(uintptr_t *frames, int max);

#endif
