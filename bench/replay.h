/* SPDX-License-Identifier: MIT */
/*
 * replay: one trace on two machines, unchecked and with all claims judged after each
 * operation, both from their images in every iteration.
 */
#ifndef BENCH_REPLAY_H
#define BENCH_REPLAY_H

#include "mm/machine.h"

#include "bench/gbench.h"
#include "fuzz/trace/run.h"

#include <inttypes.h>
#include <string.h>

/* [0]: nobody listens to it; [1]: a checker does. */
struct replay {
	struct mm_trace trace;
	struct mm_machine *m[2];
	struct mm_checker *checker;
	struct mm_run *run[2];
	bool ready;
};

/* Fills a trace, with its machine.  -MM_EIO: what it is made of is not here. */
typedef int replay_make(struct mm_trace *t, struct mm_error *e);

static inline int replay_boot(struct replay *p, replay_make *make, struct mm_error *e)
{
	int err;

	mm_trace_init(&p->trace);
	err = make(&p->trace, e);
	if (err)
		return err;
	for (int i = 0; i < 2; i++) {
		p->m[i] = mm_boot(p->trace.machine, e);
		if (!p->m[i])
			return -MM_EINVAL;
	}
	p->checker = mm_checker_create(p->m[1]);
	p->run[0] = mm_run_create(p->m[0], NULL);
	p->run[1] = p->checker ? mm_run_create(p->m[1], p->checker) : NULL;
	if (p->run[0] && p->run[1])
		return 0;
	return mm_error_set(e, -MM_ENOMEM, 0, 0, "no memory for the run");
}

static inline void replay_forget(struct replay *p)
{
	mm_run_destroy(p->run[0]);
	mm_run_destroy(p->run[1]);
	mm_checker_destroy(p->checker);
	mm_machine_destroy(p->m[0]);
	mm_machine_destroy(p->m[1]);
	mm_trace_free(&p->trace);
	memset(p, 0, sizeof(*p));
}

/* Made and booted once for all runs of its rows. */
static inline void replay_setup(struct bench_state *s, struct replay *p, replay_make *make)
{
	struct mm_error e = {NULL, 0, 0, ""};
	char text[512];
	int err;

	bench_set_data(s, p);
	if (p->ready)
		return;
	err = replay_boot(p, make, &e);
	p->ready = !err;
	if (!err)
		return;
	replay_forget(p);
	if (err == -MM_EIO)
		bench_skip(s, mm_error_text(&e, text, sizeof(text)));
	else
		bench_fail(s, "%s", mm_error_text(&e, text, sizeof(text)));
}

static inline bool replay_play(struct bench_state *s, struct mm_run *r, const struct mm_trace *t)
{
	/* checked: claims after every operation, the digest followed, no sweep */
	const struct mm_run_options o = {.atomic = r->checker != NULL};

	return bench_require(s, mm_run_trace(r, t, &o) == 0, "no memory for the handles") &&
	       bench_require(s, !r->finding, "%s @%zu: %s", r->claim ? r->claim : "",
			     r->finding_pos, r->text) &&
	       bench_require(s, r->stats.ops == t->nr && r->stats.skipped == 0,
			     "%" PRIu64 " operations skipped", r->stats.skipped);
}

/* Both machines end in the same state, and the digest was followed to it. */
static inline bool replay_ok(struct bench_state *s, struct replay *p)
{
	uint64_t unchecked;

	for (int i = 0; i < 2; i++) {
		mm_run_reset(p->run[i]);
		if (!replay_play(s, p->run[i], &p->trace))
			return false;
	}
	unchecked = mm_machine_digest_sweep(p->m[0]);
	return bench_require(s,
			     unchecked == mm_machine_digest_sweep(p->m[1]) &&
				     unchecked == mm_machine_digest(p->m[1]),
			     "the checked replay ends in another state than the unchecked");
}

/* What is timed: an iteration is one replay.  False: it failed. */
static inline bool replay_time(struct bench_state *s, struct mm_run *r, const struct mm_trace *t)
{
	mm_run_reset(r);
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		if (!replay_play(s, r, t))
			return false;
		bench_pause(s);
		mm_run_reset(r);
		bench_resume(s);
	}
	bench_items(s, bench_iterations(s) * t->nr);
	return true;
}

#endif
