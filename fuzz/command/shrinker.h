/* SPDX-License-Identifier: MIT */
/*
 * shrinker: a failing trace on a worker, given to the engine of fuzz/trace/shrink.
 */
#ifndef MM_SHRINKER_H
#define MM_SHRINKER_H

#include "fuzz/command/worker.h"
#include "fuzz/trace/shrink.h"

struct shrinker {
	/* what to do; in names its machine */
	const struct mm_trace *in;
	double seconds;
	const char *what; /* shown as progress; NULL: none */
	double limit;     /* of a run, in CPU seconds; 0: the usual */
	uint64_t memory;  /* of a run, in bytes; 0: no limit */
	/* told of each failure of another class, instead of keeping it; may be NULL */
	void (*met)(void *env, const struct verdict *v, const struct mm_trace *t);
	void *env;
	/* called once, when it is known what fails; may be NULL */
	void (*begins)(const struct shrinker *s);

	/* what came of it */
	struct verdict first; /* of in: judged as `mmref check` does */
	struct verdict last;  /* of out */
	struct mm_trace out;  /* with those expectations of in that hold */
	struct mm_shrink engine;
	bool interrupted;
	double spent;
};

/*
 * STATUS_OK: s->first says whether it fails, s->engine.end what became of it; the
 * caller frees s->out.  Failures of other classes are kept as findings of their
 * own.  STATUS_OUR_FAULT after a complaint.
 */
int shrinker_run(struct shrinker *s);
/* The result as a trace: what it fails with in its head, the command that replays it in
 * its last line; all or nothing.  STATUS_OK, or STATUS_BAD_INPUT after a complaint. */
int shrinker_write(const struct shrinker *s, const char *path);

#endif
