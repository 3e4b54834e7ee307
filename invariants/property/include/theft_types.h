/* SPDX-License-Identifier: MIT */
/*
 * theft_types: what a suite fills in and is told: types, results, hooks, the
 * configuration of a run.
 *
 * The names are those of theft's interface (see NOTICE), so that a suite
 * compiles against either engine; what they mean here is said beside them.
 */
#ifndef THEFT_TYPES_H
#define THEFT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Names a run, or one trial of it: the same seed draws the same numbers. */
typedef uint64_t theft_seed;
typedef uint64_t theft_hash;

/* A run, and within it the trial that goes on. */
struct theft;

/* FNV-1a with 64 bits, as far as it has come. */
struct theft_hasher {
	theft_hash accum;
};

/* ---- a type of argument ---- */

enum theft_alloc_res {
	THEFT_ALLOC_OK,
	THEFT_ALLOC_SKIP, /* no value this time: the trial counts as skipped */
	THEFT_ALLOC_ERROR,
};

/* Make a value out of what theft_random_bits gives, and of nothing else. */
typedef enum theft_alloc_res theft_alloc_cb(struct theft *t, void *env, void **instance);
typedef void theft_free_cb(void *instance, void *env);
typedef theft_hash theft_hash_cb(const void *instance, void *env);
typedef void theft_print_cb(FILE *f, const void *instance, void *env);

enum theft_shrink_res {
	THEFT_SHRINK_OK,
	THEFT_SHRINK_DEAD_END,        /* this tactic makes nothing smaller */
	THEFT_SHRINK_NO_MORE_TACTICS, /* neither this one nor a later one exists */
	THEFT_SHRINK_ERROR,
};

/* Make a smaller copy of the instance; tactic counts from 0. */
typedef enum theft_shrink_res theft_shrink_cb(struct theft *t, const void *instance,
					      uint32_t tactic, void *env, void **output);

enum theft_autoshrink_print_mode {
	THEFT_AUTOSHRINK_PRINT_DEFAULT = 0, /* USER if there is a callback, else REQUESTS */
	THEFT_AUTOSHRINK_PRINT_USER = 1,
	THEFT_AUTOSHRINK_PRINT_BIT_POOL = 2, /* the bits drawn, one after another */
	THEFT_AUTOSHRINK_PRINT_REQUESTS = 4, /* each draw: its width and its value */
	THEFT_AUTOSHRINK_PRINT_ALL = 7,
};

struct theft_autoshrink_config {
	bool enable;
	size_t pool_size; /* accepted; the tape grows as it must */
	enum theft_autoshrink_print_mode print_mode;
	size_t max_failed_shrinks; /* give up after so many in a row; 0: when nothing is left to try */
};

struct theft_type_info {
	theft_alloc_cb *alloc;   /* required */
	theft_free_cb *free;     /* NULL: nothing to free */
	theft_hash_cb *hash;     /* with one for each argument, repetitions are not run */
	theft_print_cb *print;   /* NULL: only autoshrunk values can be shown */
	theft_shrink_cb *shrink; /* not together with autoshrink */
	struct theft_autoshrink_config autoshrink_config;
	void *env; /* handed to the callbacks */
};

/* ---- results ---- */

enum theft_trial_res {
	THEFT_TRIAL_PASS,
	THEFT_TRIAL_FAIL,
	THEFT_TRIAL_SKIP,
	THEFT_TRIAL_DUP, /* the engine's: these arguments have been tried */
	THEFT_TRIAL_ERROR,
};

enum theft_run_res {
	THEFT_RUN_PASS = 0,
	THEFT_RUN_FAIL = 1, /* at least one trial failed */
	THEFT_RUN_SKIP = 2, /* nothing failed because nothing ran */
	THEFT_RUN_ERROR = 3,
	THEFT_RUN_ERROR_MEMORY = -1,
	THEFT_RUN_ERROR_BAD_ARGS = -2,
};

struct theft_run_report {
	size_t pass;
	size_t fail;
	size_t skip;
	size_t dup;
};

#define THEFT_MAX_ARITY 7

typedef enum theft_trial_res theft_propfun1(struct theft *t, void *a1);
typedef enum theft_trial_res theft_propfun2(struct theft *t, void *a1, void *a2);
typedef enum theft_trial_res theft_propfun3(struct theft *t, void *a1, void *a2, void *a3);
typedef enum theft_trial_res theft_propfun4(struct theft *t, void *a1, void *a2, void *a3,
					    void *a4);
typedef enum theft_trial_res theft_propfun5(struct theft *t, void *a1, void *a2, void *a3, void *a4,
					    void *a5);
typedef enum theft_trial_res theft_propfun6(struct theft *t, void *a1, void *a2, void *a3, void *a4,
					    void *a5, void *a6);
typedef enum theft_trial_res theft_propfun7(struct theft *t, void *a1, void *a2, void *a3, void *a4,
					    void *a5, void *a6, void *a7);

/* ---- hooks ---- */
/*
 *   run_pre
 *     gen_args_pre     trial_pre     fork_post (in the child)     trial_post
 *                                      |
 *                                      failed: { shrink_pre  shrink_post
 *                                                [fork_post]  shrink_trial_post }
 *                                              counterexample
 *   run_post
 *
 * ERROR from any of them ends the run with THEFT_RUN_ERROR.  HALT ends the
 * trials, or the shrinking, and what was found so far is reported.
 */

enum theft_hook_run_pre_res {
	THEFT_HOOK_RUN_PRE_ERROR,
	THEFT_HOOK_RUN_PRE_CONTINUE,
};

struct theft_hook_run_pre_info {
	const char *prop_name;
	size_t total_trials;
	theft_seed run_seed;
};

typedef enum theft_hook_run_pre_res
theft_hook_run_pre_cb(const struct theft_hook_run_pre_info *info, void *env);

enum theft_hook_run_post_res {
	THEFT_HOOK_RUN_POST_ERROR,
	THEFT_HOOK_RUN_POST_CONTINUE,
};

struct theft_hook_run_post_info {
	const char *prop_name;
	size_t total_trials;
	theft_seed run_seed;
	struct theft_run_report report;
};

typedef enum theft_hook_run_post_res
theft_hook_run_post_cb(const struct theft_hook_run_post_info *info, void *env);

enum theft_hook_gen_args_pre_res {
	THEFT_HOOK_GEN_ARGS_PRE_ERROR,
	THEFT_HOOK_GEN_ARGS_PRE_CONTINUE,
	THEFT_HOOK_GEN_ARGS_PRE_HALT,
};

struct theft_hook_gen_args_pre_info {
	const char *prop_name;
	size_t total_trials;
	size_t trial_id;
	size_t failures;
	theft_seed run_seed;
	theft_seed trial_seed;
	uint8_t arity;
};

typedef enum theft_hook_gen_args_pre_res
theft_hook_gen_args_pre_cb(const struct theft_hook_gen_args_pre_info *info, void *env);

enum theft_hook_trial_pre_res {
	THEFT_HOOK_TRIAL_PRE_ERROR,
	THEFT_HOOK_TRIAL_PRE_CONTINUE,
	THEFT_HOOK_TRIAL_PRE_HALT,
};

struct theft_hook_trial_pre_info {
	const char *prop_name;
	size_t total_trials;
	size_t trial_id;
	size_t failures;
	theft_seed run_seed;
	theft_seed trial_seed;
	uint8_t arity;
	void **args;
};

typedef enum theft_hook_trial_pre_res
theft_hook_trial_pre_cb(const struct theft_hook_trial_pre_info *info, void *env);

enum theft_hook_fork_post_res {
	THEFT_HOOK_FORK_POST_ERROR,
	THEFT_HOOK_FORK_POST_CONTINUE,
};

struct theft_hook_fork_post_info {
	struct theft *t;
	const char *prop_name;
	size_t total_trials;
	size_t failures;
	theft_seed run_seed;
	uint8_t arity;
	void **args;
};

typedef enum theft_hook_fork_post_res
theft_hook_fork_post_cb(const struct theft_hook_fork_post_info *info, void *env);

/* REPEAT runs a failed trial again, with repeat set; REPEAT_ONCE only when it
 * was not itself a repetition.  Both mean CONTINUE for other results. */
enum theft_hook_trial_post_res {
	THEFT_HOOK_TRIAL_POST_ERROR,
	THEFT_HOOK_TRIAL_POST_CONTINUE,
	THEFT_HOOK_TRIAL_POST_REPEAT,
	THEFT_HOOK_TRIAL_POST_REPEAT_ONCE,
};

struct theft_hook_trial_post_info {
	struct theft *t;
	const char *prop_name;
	size_t total_trials;
	size_t trial_id;
	size_t failures; /* this trial's included */
	theft_seed run_seed;
	theft_seed trial_seed;
	uint8_t arity;
	void **args;
	enum theft_trial_res result;
	bool repeat;
};

typedef enum theft_hook_trial_post_res
theft_hook_trial_post_cb(const struct theft_hook_trial_post_info *info, void *env);

/* In contrast to all others, CONTINUE is 0 here. */
enum theft_hook_counterexample_res {
	THEFT_HOOK_COUNTEREXAMPLE_CONTINUE,
	THEFT_HOOK_COUNTEREXAMPLE_ERROR,
};

struct theft_hook_counterexample_info {
	struct theft *t;
	const char *prop_name;
	size_t total_trials;
	size_t trial_id;
	theft_seed trial_seed;
	uint8_t arity;
	struct theft_type_info **type_info;
	void **args;
};

typedef enum theft_hook_counterexample_res
theft_hook_counterexample_cb(const struct theft_hook_counterexample_info *info, void *env);

enum theft_hook_shrink_pre_res {
	THEFT_HOOK_SHRINK_PRE_ERROR,
	THEFT_HOOK_SHRINK_PRE_CONTINUE,
	THEFT_HOOK_SHRINK_PRE_HALT,
};

struct theft_hook_shrink_pre_info {
	const char *prop_name;
	size_t total_trials;
	size_t trial_id;
	size_t failures;
	theft_seed run_seed;
	theft_seed trial_seed;
	uint8_t arity;
	size_t shrink_count; /* attempts before this one */
	size_t successful_shrinks;
	size_t failed_shrinks;
	uint8_t arg_index;
	void *arg;
	uint32_t tactic;
};

typedef enum theft_hook_shrink_pre_res
theft_hook_shrink_pre_cb(const struct theft_hook_shrink_pre_info *info, void *env);

enum theft_hook_shrink_post_res {
	THEFT_HOOK_SHRINK_POST_ERROR,
	THEFT_HOOK_SHRINK_POST_CONTINUE,
};

enum theft_shrink_post_state {
	THEFT_SHRINK_POST_SHRINK_FAILED,  /* no value came of it */
	THEFT_SHRINK_POST_SHRUNK,         /* arg is the new value, about to be tried */
	THEFT_SHRINK_POST_DONE_SHRINKING, /* nothing is left to try for this argument */
};

struct theft_hook_shrink_post_info {
	const char *prop_name;
	size_t total_trials;
	size_t trial_id;
	size_t failures;
	theft_seed run_seed;
	theft_seed trial_seed;
	uint8_t arity;
	size_t shrink_count;
	size_t successful_shrinks;
	size_t failed_shrinks;
	uint8_t arg_index;
	void *arg;
	uint32_t tactic;
	enum theft_shrink_post_state state;
};

typedef enum theft_hook_shrink_post_res
theft_hook_shrink_post_cb(const struct theft_hook_shrink_post_info *info, void *env);

enum theft_hook_shrink_trial_post_res {
	THEFT_HOOK_SHRINK_TRIAL_POST_ERROR,
	THEFT_HOOK_SHRINK_TRIAL_POST_CONTINUE,
	THEFT_HOOK_SHRINK_TRIAL_POST_REPEAT,
	THEFT_HOOK_SHRINK_TRIAL_POST_REPEAT_ONCE,
};

struct theft_hook_shrink_trial_post_info {
	const char *prop_name;
	size_t total_trials;
	size_t trial_id;
	size_t failures;
	theft_seed run_seed;
	theft_seed trial_seed;
	uint8_t arity;
	size_t shrink_count;
	size_t successful_shrinks;
	size_t failed_shrinks;
	uint8_t arg_index;
	void **args;
	uint32_t tactic;
	enum theft_trial_res result;
};

typedef enum theft_hook_shrink_trial_post_res
theft_hook_shrink_trial_post_cb(const struct theft_hook_shrink_trial_post_info *info, void *env);

/* ---- a run ---- */

/* Unset (zero) fields have the defaults that are said; of prop1 ... prop7 one
 * is set, and type_info has as many entries before its first NULL. */
struct theft_run_config {
	theft_propfun1 *prop1;
	theft_propfun2 *prop2;
	theft_propfun3 *prop3;
	theft_propfun4 *prop4;
	theft_propfun5 *prop5;
	theft_propfun6 *prop6;
	theft_propfun7 *prop7;

	const struct theft_type_info *type_info[THEFT_MAX_ARITY];

	const char *name;

	/* seeds of trials that are run before all others */
	size_t always_seed_count;
	theft_seed *always_seeds;

	size_t trials;      /* 100; those of always_seeds come on top */
	theft_seed seed;    /* THEFT_DEFAULT_SEED; trial k's seed follows from it and k */
	uint8_t bloom_bits; /* accepted; tried arguments are remembered exactly */

	/* run the property in a child, so that it may crash or hang */
	struct {
		bool enable;
		size_t timeout;      /* ms, 0: wait for ever */
		int signal;          /* sent then, SIGTERM; exit(0) after it is a pass */
		size_t exit_timeout; /* ms from there to SIGKILL, 100 */
	} fork;

	struct {
		theft_hook_run_pre_cb *run_pre;   /* NULL: print name, seed, trials */
		theft_hook_run_post_cb *run_post; /* NULL: print the totals */
		theft_hook_gen_args_pre_cb *gen_args_pre;
		theft_hook_trial_pre_cb *trial_pre;
		theft_hook_fork_post_cb *fork_post;
		theft_hook_trial_post_cb *trial_post;         /* NULL: print a character */
		theft_hook_counterexample_cb *counterexample; /* NULL: print the arguments */
		theft_hook_shrink_pre_cb *shrink_pre;
		theft_hook_shrink_post_cb *shrink_post;
		theft_hook_shrink_trial_post_cb *shrink_trial_post;
		void *env;
	} hooks;
};

#endif
