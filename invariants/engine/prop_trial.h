/* SPDX-License-Identifier: MIT */
/*
 * prop_trial: one property on the property engine.
 *
 *     engine ── alloc ──> the property runs, its draws go to the engine's tape
 *     engine ── property ──> did that run fail?
 *     engine ── alloc on a smaller tape ...          while it fails: shrinking
 *
 * The value that the engine makes is a run of the property.  So any engine with
 * theft's interface shrinks what the property does, and the property stays one
 * function.
 *
 * A run that fails leaves memory behind, and shrinking makes thousands: those
 * run in a child each.  With `fork` all do, and then a crash is a failure like
 * any other.  Properties that clean up after themselves (is_clean) need a child
 * only when what is shrunk is a crash.
 */
#ifndef MM_PROP_TRIAL_H
#define MM_PROP_TRIAL_H

#include "invariants/engine/prop_draw.h"

#define PROP_TEXT_MAX   1024
#define PROP_INPUT_MAX  65536
#define PROP_COVERS_MAX 16

/* What runs; fn and env are those of struct mm_prop, or of a stateful suite. */
struct prop_item {
	const char *name;
	void (*fn)(struct mm_prop_run *p, void *env);
	void (*before_children)(void *env); /* may be NULL, as the next */
	void (*after)(void *env);           /* all runs */
	void *env;
	unsigned int runs;
	bool is_clean; /* leaves no memory behind when it fails */
};

/* What one run says.  In shared memory, for the run may be a child's. */
struct prop_report {
	bool ended; /* the child lived to its end */
	bool is_quiet;
	bool is_shown; /* wants input */
	int failures;
	uint64_t checks;
	uint64_t class; /* of the first failure; 0: none */
	char text[PROP_TEXT_MAX];
	size_t input_len;
	char input[PROP_INPUT_MAX];
	unsigned int nr_covers;
	struct {
		const char *what;
		double percent;
		bool met;
	} cover[PROP_COVERS_MAX];
};

struct prop_shared {
	struct prop_report report;
	struct prop_log log;
};

struct prop_trial;

/* A run that was made: what the engine holds as its argument. */
struct prop_case {
	struct prop_trial *owner;
	bool failed;
	char text[PROP_TEXT_MAX];
	char *input; /* what prop_show said, NULL: nothing */
	uint32_t nr_draws;
	uint64_t seen[PROP_SEEN_MAX];
};

/* A requirement, over all runs. */
struct prop_covered {
	const char *what;
	double percent;
	size_t met;
};

struct prop_trial {
	const struct prop_item *item;
	bool fork;
	bool is_shown; /* also of runs that do not shrink */
	struct prop_shared *shared;

	uint64_t seed;  /* of the run that goes on */
	bool is_replay; /* the first run is that of a kept failure */

	/* what failed first: only its like counts from there on */
	uint64_t class;
	bool has_died;
	bool is_ready;      /* for children */
	unsigned int limit; /* s, of a child */
	unsigned int others;
	char other[PROP_TEXT_MAX]; /* the first of another class */

	/* the failure to show; its input is the caller's to free */
	struct prop_case smallest;
	bool keeps_failing; /* without an engine's hook: the last that failed */

	uint64_t runs;
	uint64_t checks;
	unsigned int nr_covers;
	struct prop_covered cover[PROP_COVERS_MAX];
};

/* False: no host memory. */
bool prop_trial_init(struct prop_trial *r, const struct prop_item *item);
void prop_trial_fini(struct prop_trial *r);

/* The engine's view of it; type must live as long as cfg. */
void prop_trial_configure(struct prop_trial *r, struct theft_type_info *type,
			  struct theft_run_config *cfg);

/* In a child or not: make the report of one run, whose draws are these. */
void prop_trial_run(struct prop_trial *r, struct prop_draws *draws);

/* Copy a case into r->smallest. */
void prop_trial_keep(struct prop_trial *r, const struct prop_case *c);

/* The property whose run goes on in this process, for last words; or NULL. */
const struct prop_trial *prop_trial_running(void);

#endif
