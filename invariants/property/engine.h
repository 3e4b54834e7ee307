/* SPDX-License-Identifier: MIT */
/*
 * engine: a run and its trial, as the files of this folder share them.
 *
 *     run.c      configuration, the loop over trials
 *     trial.c    arguments are made, the property is called
 *     fork.c     ... in a child
 *     draw.c     where numbers come from, and the tape they are written to
 *     shrink.c   a failing tape, and the passes that make it simpler
 *
 * There is one struct theft per run and nothing else: the engine has no state
 * between runs, and runs may nest.
 */
#ifndef MM_PROPERTY_ENGINE_H
#define MM_PROPERTY_ENGINE_H

#include "invariants/property/label.h"
#include "invariants/property/mm_property.h"
#include "invariants/property/seen.h"
#include "invariants/property/tape.h"

#define DEFAULT_TRIALS       100
#define DEFAULT_EXIT_TIMEOUT 100 /* ms */
#define OPEN_MAX_SPANS       32
#define NOTE_MAX             1024

/* ---- where numbers come from ---- */

enum source_kind {
	SOURCE_SEED,  /* a generator: the first run of a trial */
	SOURCE_TAPE,  /* another trial's choices: replay, shrinking */
	SOURCE_BYTES, /* a fuzzer's input */
};

struct source {
	enum source_kind kind;

	uint64_t rng[4];

	const struct tape *tape;
	size_t at;

	const uint8_t *bytes;
	size_t left;
};

/* What is known to be said of a trial while it goes on. */
struct note {
	size_t length;
	char text[NOTE_MAX]; /* ends in NUL */
};

struct args {
	void *instance[THEFT_MAX_ARITY];
};

struct trial {
	size_t id;
	theft_seed seed;
	struct args args;
	bool always; /* run it even if its arguments were tried */
	bool kept;   /* its draws are those of a failure file */
};

struct journal; /* what a child tells beside its result: fork.c */

struct theft {
	/* the draws of the trial that goes on */
	struct source source;
	struct tape tape; /* what it has consumed */
	uint8_t arg;      /* who draws: an argument, or the arity for the property */
	bool off_tape;    /* a user's shrinker draws: not part of the trial */
	bool no_memory;   /* a draw could not be kept; the run ends */
	uint32_t open[OPEN_MAX_SPANS];
	uint32_t depth; /* of open spans; those past OPEN_MAX_SPANS are only counted */

	/* what the property says beside its result */
	struct labels labels;
	struct note note;
	struct journal *journal; /* in a child, or when one is wanted */
	bool shrinking;

	/* set once, when the run begins */
	const struct theft_run_config *cfg;
	struct mm_property_options options;
	bool extended; /* options were given */
	FILE *out;
	uint8_t arity;
	bool all_hashable;
	struct theft_type_info types[THEFT_MAX_ARITY]; /* copies: hooks may not write ours */
	struct theft_type_info *type_info[THEFT_MAX_ARITY];
	theft_seed run_seed;
	size_t total_trials;
	uint64_t started_ns;

	/* the run so far */
	struct trial trial;
	struct tape failing;      /* all draws of a trial that failed */
	struct note failing_note; /* and what it said */
	size_t shrink_calls;      /* spent on it */
	size_t shrink_smaller;
	struct theft_run_report counts;
	struct seen tried; /* arguments, by hash */
	struct tape kept;  /* what the failure file holds */
	bool kept_fails;   /* and the property fails on it */
	struct mm_property_result result;
	struct theft_print_trial_result_env dots;
};

/* What every hook of a trial is told first, as initializers of its info. */
#define TRIAL_INFO(t)                                                                              \
	.prop_name = (t)->cfg->name, .total_trials = (t)->total_trials, .trial_id = (t)->trial.id, \
	.failures = (t)->counts.fail, .run_seed = (t)->run_seed, .trial_seed = (t)->trial.seed,    \
	.arity = (t)->arity

/* ---- draw.c ---- */

void source_seed(struct source *s, theft_seed seed);
void source_tape(struct source *s, const struct tape *tape);
void source_bytes(struct source *s, const uint8_t *bytes, size_t size);

/* A number below ceil, which is at least 1, in as few bits as hold it. */
uint64_t draw_below(struct theft *t, uint64_t ceil);

/* The tape is empty, and argument 0 draws next. */
void draw_start(struct theft *t, const struct source *source);
/* From here on `arg` draws; spans of the one before end. */
void draw_switch(struct theft *t, uint8_t arg);

/* The seed of a run's k-th trial: its own for the first, so that a trial's seed
 * used as a run's repeats the trial. */
theft_seed seed_of_trial(theft_seed run_seed, size_t k);

/* ---- trial.c ---- */

/* Make all arguments from t->source; or those that are autoshrunk, and take
 * the others from `keep`.  Without THEFT_ALLOC_OK, none is left behind. */
enum theft_alloc_res args_make(struct theft *t, struct args *args, const struct args *keep);
void args_free(struct theft *t, struct args *args);
/* Free what was made although `keep` was given. */
void args_free_remade(struct theft *t, struct args *args);

/* The property on these arguments, in a child if the run wants one. */
enum theft_trial_res trial_call(struct theft *t, struct args *args);
/* Once more on the same instances, with the draws that the property had. */
enum theft_trial_res trial_call_again(struct theft *t, struct args *args);
enum theft_trial_res trial_call_here(struct theft *t, struct args *args);

/* ---- fork.c ---- */

enum theft_trial_res trial_call_in_child(struct theft *t, struct args *args);
void journal_draw(struct journal *j, struct draw draw);
void journal_span(struct journal *j, struct span span);
void journal_label(struct journal *j, const char *label);
void journal_note(struct journal *j, const struct note *note);

/* ---- shrink.c ---- */

enum shrink_end {
	SHRINK_DONE,
	SHRINK_FLAKY, /* the same draws do not fail always */
	SHRINK_ERROR,
	SHRINK_NO_MEMORY,
};

/* Make the trial that failed simpler: t->trial.args, t->failing and its note
 * are replaced by the simplest found. */
enum shrink_end shrink_trial(struct theft *t);

/* ---- time ---- */

uint64_t now_ns(void);

#endif
