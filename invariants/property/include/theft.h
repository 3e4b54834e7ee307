/* SPDX-License-Identifier: MIT */
/*
 * theft: the functions of theft's interface (see NOTICE), for suites that
 * compile against either engine.  What this engine can do beyond them is in
 * mm_property.h.
 */
#ifndef THEFT_H
#define THEFT_H

#include "theft_types.h"

#define THEFT_VERSION_MAJOR 0
#define THEFT_VERSION_MINOR 4
#define THEFT_VERSION_PATCH 5

#ifndef THEFT_USE_FLOATING_POINT
#define THEFT_USE_FLOATING_POINT 1
#endif

#define THEFT_DEFAULT_SEED ((theft_seed)0xa600d64b175eed)

/* ---- running ---- */

/* All trials of a property, also after failures; each failure is shrunk and
 * shown. */
enum theft_run_res theft_run(const struct theft_run_config *cfg);

enum theft_generate_res {
	THEFT_GENERATE_OK = 0,
	THEFT_GENERATE_SKIP = 1,
	THEFT_GENERATE_ERROR_BAD_ARGS = -1,
	THEFT_GENERATE_ERROR_MEMORY = -2,
	THEFT_GENERATE_ERROR_ALLOC = -3,
};

/* Make, print and free the value that a seed stands for. */
enum theft_generate_res theft_generate(FILE *f, theft_seed seed, const struct theft_type_info *info,
				       void *hook_env);

/* ---- drawing ---- */

/* At most 64 bits, in the low bits of the result. */
uint64_t theft_random_bits(struct theft *t, uint8_t bit_count);

/* Any number of bits, low ones first; all words they reach into are written. */
void theft_random_bits_bulk(struct theft *t, uint32_t bit_count, uint64_t *buf);

/* 64 bits: an older name of theft_random_bits(t, 64). */
uint64_t theft_random(struct theft *t);

/* A number below ceil, which shrinks towards 0; 0 if ceil is below 2. */
uint64_t theft_random_choice(struct theft *t, uint64_t ceil);

#if THEFT_USE_FLOATING_POINT
/* A number in [0, 1), a multiple of 2^-53, which shrinks towards 0. */
double theft_random_double(struct theft *t);
#endif

/* ---- hashing ---- */

theft_hash theft_hash_onepass(const uint8_t *data, size_t bytes);
void theft_hash_init(struct theft_hasher *h);
void theft_hash_sink(struct theft_hasher *h, const uint8_t *data, size_t bytes);
theft_hash theft_hash_done(struct theft_hasher *h);

/* ---- odds and ends ---- */

theft_seed theft_seed_of_time(void);
void theft_generic_free_cb(void *instance, void *env);
const char *theft_trial_res_str(enum theft_trial_res res);
const char *theft_run_res_str(enum theft_run_res res);

/* Where this run prints; stdout before it is called. */
void theft_set_output_stream(struct theft *t, FILE *out);

/* hooks.env of the run. */
void *theft_hook_get_env(struct theft *t);

/* ---- printing ---- */

#define THEFT_PRINT_TRIAL_RESULT_ENV_TAG 0xe7a6

/* Zero but for tag, and max_column if 72 is not wanted; the rest is where the
 * line of characters stands. */
struct theft_print_trial_result_env {
	const uint16_t tag;
	const uint8_t max_column;
	uint8_t column;
	size_t scale_pass;
	size_t scale_skip;
	size_t scale_dup;
	size_t consec_pass;
	size_t consec_skip;
	size_t consec_dup;
};

/* One character per trial; in a long row of passes, one per 10, 100 ... */
void theft_print_trial_result(struct theft_print_trial_result_env *print_env,
			      const struct theft_hook_trial_post_info *info);

/* What the hooks that are NULL print. */
enum theft_hook_counterexample_res
theft_print_counterexample(const struct theft_hook_counterexample_info *info, void *env);
void theft_print_run_pre_info(FILE *f, const struct theft_hook_run_pre_info *info);
void theft_print_run_post_info(FILE *f, const struct theft_hook_run_post_info *info);

/* ---- hooks to use ---- */

enum theft_hook_run_pre_res
theft_hook_run_pre_print_info(const struct theft_hook_run_pre_info *info, void *env);
enum theft_hook_run_post_res
theft_hook_run_post_print_info(const struct theft_hook_run_post_info *info, void *env);

/* hooks.env has to be a struct theft_print_trial_result_env. */
enum theft_hook_trial_post_res
theft_hook_trial_post_print_result(const struct theft_hook_trial_post_info *info, void *env);

/* HALT once a trial has failed. */
enum theft_hook_trial_pre_res
theft_hook_first_fail_halt(const struct theft_hook_trial_pre_info *info, void *env);

/* ---- types that are there ---- */
/*
 * All are autoshrunk towards zero and short.  A copy's env may point to a limit
 * of the type's own kind (a size_t for arrays): unsigned numbers are below it,
 * signed ones in [-limit, limit), arrays at most that long.
 */
enum theft_builtin_type_info {
	THEFT_BUILTIN_bool,
	THEFT_BUILTIN_uint,
	THEFT_BUILTIN_uint8_t,
	THEFT_BUILTIN_uint16_t,
	THEFT_BUILTIN_uint32_t,
	THEFT_BUILTIN_uint64_t,
	THEFT_BUILTIN_size_t,
	THEFT_BUILTIN_int,
	THEFT_BUILTIN_int8_t,
	THEFT_BUILTIN_int16_t,
	THEFT_BUILTIN_int32_t,
	THEFT_BUILTIN_int64_t,
#if THEFT_USE_FLOATING_POINT
	THEFT_BUILTIN_float,
	THEFT_BUILTIN_double,
#endif
	THEFT_BUILTIN_char_ARRAY,
	THEFT_BUILTIN_uint8_t_ARRAY,
};

const struct theft_type_info *theft_get_builtin_type_info(enum theft_builtin_type_info type);
void theft_copy_builtin_type_info(enum theft_builtin_type_info type, struct theft_type_info *info);

#endif
