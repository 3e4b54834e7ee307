/* SPDX-License-Identifier: MIT */
/*
 * exec: one fuzz input.  The target's machines are booted once; an input is
 * decoded, its machine reset, the operations run and judged.  libFuzzer, AFL++,
 * file replay, `mmref fuzz` and the benchmarks all call this.
 *
 * One input in 64, chosen by a hash of the input so that a report replays, also
 * gets the sweep, the teardown and the digest of failed operations.
 */
#ifndef MM_EXEC_H
#define MM_EXEC_H

#include "mm/rng.h"

#include "fuzz/trace/run.h"

#define MM_EXEC_SAMPLE 64

struct mm_exec {
	struct mm_target target;
	struct mm_machine *m[MM_TARGET_MACHINES_MAX];
	struct mm_checker *checker[MM_TARGET_MACHINES_MAX];
	struct mm_run *run[MM_TARGET_MACHINES_MAX];
	struct mm_trace trace;
	uint64_t executions;
	uint64_t operations;
};

/* Boot the machines of a target.  NULL and e when one is refused. */
struct mm_exec *mm_exec_create(const char *target, struct mm_error *e);
void mm_exec_destroy(struct mm_exec *x);
/* The run of this input, with its finding; NULL when host memory is gone.
 * full: judge as if the input were one in 64. */
const struct mm_run *mm_exec_input(struct mm_exec *x, const uint8_t *data, size_t len, bool full);
/* A random input of about ops operations of the target; returns its length. */
size_t mm_exec_random(const struct mm_exec *x, struct mm_rng *rng, unsigned int ops, uint8_t *buf,
		      size_t len);

/* Run the n-th random walk, of up to 64 operations, that a seed has: it depends on
 * these two alone. */
const struct mm_run *mm_exec_blind(struct mm_exec *x, uint64_t seed, uint64_t n);

#endif
