/* SPDX-License-Identifier: MIT */
/*
 * sweep: a trace once for each fail point that it passes, and in each run another one
 * is told to fail.  What follows must hold, whatever failed:
 *
 *     first run    alloc . . bulk . .     count: the n-th is passed in operation i
 *     n = 1        x     . . .    . .     fails in operation 0
 *     n = 2        .     x . .    . .     ...
 *
 * An operation that answers an error because of it leaves the machine as it was
 * (failure.no_effect); claims and models hold to the end; teardown returns every frame;
 * and each fail point of the first run is told to fail, in its operation, in exactly
 * one of the others (sweep.complete).  That each request passes one is a claim of
 * fail_page_alloc's.
 */
#ifndef MM_SWEEP_H
#define MM_SWEEP_H

#include "mm/failpoint.h"

#include "fuzz/trace/run.h"

struct mm_sweep {
	struct mm_run *run; /* with a checker */
	const struct mm_trace *trace;
	struct mm_failpoint_watch watch;

	/* of the first run */
	uint64_t points; /* fail points that it passes */
	uint64_t *upto;  /* of them, when so many operations have run: trace->nr + 1 */

	/* of the run of a fail point */
	size_t told_pos; /* operation in which it was told to fail */
	bool told;

	/* of all of them */
	uint64_t runs;
	uint64_t refused; /* operations that answered an error */
};

/*
 * Run the trace on the run's machine, reset before, and count; its expectations are
 * judged.  0 or -MM_ENOMEM; what was found is in run->finding.
 */
int mm_sweep_begin(struct mm_sweep *s, struct mm_run *run, const struct mm_trace *t) MM_MUST_USE;
/* The same with fail point n told to fail, 1 .. points; no expectations. */
int mm_sweep_one(struct mm_sweep *s, uint64_t n) MM_MUST_USE;
/* The operation in which the first run passes fail point n. */
size_t mm_sweep_pos(const struct mm_sweep *s, uint64_t n);
/*
 * Make to, which the caller has initialised, the trace up to where the run ended, with
 * a fail_nth before the operation in which fail point n is passed.  0, -MM_ENOMEM, or
 * -MM_ENOENT in a build without that operation.
 */
int mm_sweep_as_trace(const struct mm_sweep *s, uint64_t n, struct mm_trace *to) MM_MUST_USE;
/* The machine is watched no more. */
void mm_sweep_end(struct mm_sweep *s);

#endif
