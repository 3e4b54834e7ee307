/* SPDX-License-Identifier: MIT */
/*
 * run: a trace on a machine.  One loop serves the command, the fuzz targets,
 * the property suites and the benchmarks.
 *
 *     for each operation: run it | judge what it touched | compare with what
 *     the trace expects | follow the digest
 *     at the end: sweep | give all handles back | is every frame free?
 *
 * The first broken claim, missed expectation or crash ends the run; it is
 * described by its moment (operation and line) and the claim.
 */
#ifndef MM_RUN_H
#define MM_RUN_H

#include "mm/machine.h"

#include "fuzz/trace/trace.h"
#include "invariants/engine/checker.h"

#include <stdio.h>

enum mm_finding {
	MM_FINDING_NONE,
	MM_FINDING_CLAIM,  /* an invariant or a model */
	MM_FINDING_EXPECT, /* an expectation of the trace */
	MM_FINDING_STOP    /* not a finding: Linux would stop here */
};

struct mm_run_stats {
	uint64_t ops;
	uint64_t skipped;
	uint64_t by_op[MM_OPS_MAX];
	uint64_t allocs[MM_NR_ORDERS + 1]; /* by order; the last: larger */
	uint64_t frees[MM_NR_ORDERS + 1];
	uint64_t failed[MM_NR_ORDERS + 1];
	uint64_t other_failed; /* errors of operations that allocate nothing */
	uint64_t live;         /* frames held through handles */
	uint64_t peak_live;
	uint64_t end_live; /* when the last operation had run, before teardown */
};

struct mm_run_options {
	bool expect;          /* judge expectations */
	bool atomic;          /* a failed operation must leave the firm digest */
	bool sweep;           /* at the end */
	uint32_t sweep_every; /* also each time so many operations have run; 0: not */
	bool teardown;        /* give handles back and judge */
	bool measure;         /* count by order and peak; off in the fastest loop */
	FILE *echo;           /* print each operation with its result, or NULL */
	/* called every progress_every operations when not NULL */
	void (*progress)(void *env, size_t done, size_t total);
	void *env;
	size_t progress_every;
};

struct mm_run {
	struct mm_machine *m;
	struct mm_checker *checker; /* NULL: nothing is judged */
	struct mm_ctx ctx[MM_CPUS_MAX];
	const struct mm_trace *trace;
	struct mm_handle *handles; /* by position */
	size_t cap_handles;
	size_t pos;                 /* operation being run */
	struct mm_op_result result; /* of the one that ran last */
	/* written each time pos is, for who outlives the process; may be NULL */
	size_t *told;
	bool measure;
	struct mm_run_stats stats;

	enum mm_finding finding;
	size_t finding_pos;    /* operation after which; trace->nr: at the end */
	uint32_t finding_line; /* of an expectation, 0: that of the operation */
	const char *claim;     /* id of the claim, or "expect" */
	char text[320];
};

/* A run over a booted machine; c may be NULL and then nothing is judged. */
struct mm_run *mm_run_create(struct mm_machine *m, struct mm_checker *c);
void mm_run_destroy(struct mm_run *r);
/* Machine, contexts, models and counts back to boot. */
void mm_run_reset(struct mm_run *r);

/*
 * Run t from the state the machine is in.  What happened is in r->finding and
 * r->stats.  -MM_ENOMEM when host memory for the handles is gone, else 0.
 */
int mm_run_trace(struct mm_run *r, const struct mm_trace *t, const struct mm_run_options *o);

/* Record a finding from outside the loop (a digest that differs). */
void mm_run_found(struct mm_run *r, const char *claim, const char *fmt, ...) MM_PRINTF(3, 4);

/* Value of a fact ("zone.Normal.free[0]"): 0, or -MM_ENOENT with a reason. */
int mm_run_fact(const struct mm_machine *m, const char *path, uint64_t *value, struct mm_error *e);
/* List all patterns. */
void mm_run_facts_help(FILE *out);

#endif
