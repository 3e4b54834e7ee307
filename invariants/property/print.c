/* SPDX-License-Identifier: MIT */
/*
 * print: what a run says to people.
 *
 *     -- sorting.keeps_all: 100 trials, seed 0x00a600d64b175eed
 *     .........F
 *     -- FAIL sorting.keeps_all: pass 99, fail 1, skip 0, dup 0 (seed ...)
 */
#include "invariants/property/print.h"

#include <inttypes.h>
#include <string.h>

#define COLUMNS_DEFAULT 72

static const char *name_or(const char *name)
{
	return name ? name : "(unnamed property)";
}

const char *print_name(const struct theft *t)
{
	return name_or(t->cfg->name);
}

/* ---- a run ---- */

void theft_print_run_pre_info(FILE *f, const struct theft_hook_run_pre_info *info)
{
	(void)fprintf(f, "-- %s: ", name_or(info->prop_name));
	if (info->total_trials == SIZE_MAX)
		(void)fprintf(f, "trials until the time is up");
	else
		(void)fprintf(f, "%zu trials", info->total_trials);
	(void)fprintf(f, ", seed 0x%016" PRIx64 "\n", info->run_seed);
}

void theft_print_run_post_info(FILE *f, const struct theft_hook_run_post_info *info)
{
	const struct theft_run_report *r = &info->report;
	const char *word = r->fail ? "FAIL" : r->pass ? "PASS" : "SKIP";

	(void)fprintf(
		f, "-- %s %s: pass %zu, fail %zu, skip %zu, dup %zu (seed 0x%016" PRIx64 ")\n",
		word, name_or(info->prop_name), r->pass, r->fail, r->skip, r->dup, info->run_seed);
}

/* ---- a character per trial ---- */

static void put(struct theft_print_trial_result_env *env, FILE *f, const char *text)
{
	size_t max = env->max_column ? env->max_column : COLUMNS_DEFAULT;
	size_t length = strlen(text);

	if (env->column && env->column + length > max) {
		(void)fputc('\n', f);
		env->column = 0;
	}
	(void)fputs(text, f);
	env->column = (uint8_t)(env->column + length);
	if (env->column >= max) {
		(void)fputc('\n', f);
		env->column = 0;
	}
}

/* Results of one kind in a row: after 100 characters, each stands for ten times
 * as many as before. */
#define TALLY_MAX 100

struct tally {
	size_t *scale; /* 0 counts as 1 */
	size_t *row;
	const char *name;
	char character;
};

static void put_tally(struct theft_print_trial_result_env *env, FILE *f, struct tally tally)
{
	char text[64];
	size_t scale = *tally.scale ? *tally.scale : 1;

	(*tally.row)++;
	if (*tally.row == TALLY_MAX * scale) {
		scale *= 10;
		(void)snprintf(text, sizeof(text), "(%s x %zu)%c", tally.name, scale,
			       tally.character);
		put(env, f, text);
	} else if (*tally.row % scale == 0) {
		(void)snprintf(text, sizeof(text), "%c", tally.character);
		put(env, f, text);
	}
	*tally.scale = scale;
}

void theft_print_trial_result(struct theft_print_trial_result_env *print_env,
			      const struct theft_hook_trial_post_info *info)
{
	struct theft_print_trial_result_env *env = print_env;
	FILE *f = info->t ? info->t->out : stdout;
	struct tally pass = {&env->scale_pass, &env->consec_pass, "PASS", '.'};
	struct tally skip = {&env->scale_skip, &env->consec_skip, "SKIP", 's'};
	struct tally dup = {&env->scale_dup, &env->consec_dup, "DUP", 'd'};

	if (info->result != THEFT_TRIAL_PASS)
		env->scale_pass = env->consec_pass = 0;
	if (info->result != THEFT_TRIAL_SKIP)
		env->scale_skip = env->consec_skip = 0;
	if (info->result != THEFT_TRIAL_DUP)
		env->scale_dup = env->consec_dup = 0;
	switch (info->result) {
	case THEFT_TRIAL_PASS:
		put_tally(env, f, pass);
		break;
	case THEFT_TRIAL_SKIP:
		put_tally(env, f, skip);
		break;
	case THEFT_TRIAL_DUP:
		put_tally(env, f, dup);
		break;
	case THEFT_TRIAL_FAIL:
		put(env, f, "F");
		break;
	case THEFT_TRIAL_ERROR:
		put(env, f, "E");
		break;
	}
}

void print_end_dots(struct theft *t)
{
	if (t->dots.column)
		(void)fputc('\n', t->out);
	t->dots.column = 0;
}

/* ---- a failure ---- */

static void print_requests(const struct tape *tape, uint8_t arg, FILE *out)
{
	size_t i;

	(void)fputs("draws (bits:value)", out);
	for (i = 0; i < tape->n; i++) {
		const struct draw *draw = &tape->draws[i];

		if (draw->arg == arg)
			(void)fprintf(out, " %u:%" PRIu64, draw->bits, draw->value);
	}
}

/* Bits in the order in which they were drawn, low ones first. */
static void print_bit_pool(const struct tape *tape, uint8_t arg, FILE *out)
{
	size_t i;
	unsigned int bit;

	(void)fputs("bits ", out);
	for (i = 0; i < tape->n; i++) {
		const struct draw *draw = &tape->draws[i];

		for (bit = 0; draw->arg == arg && bit < draw->bits; bit++)
			(void)fputc(draw->value >> bit & 1 ? '1' : '0', out);
	}
}

static void print_argument(struct theft *t, FILE *out, void *const *args, uint8_t arg)
{
	const struct theft_type_info *type = &t->types[arg];
	unsigned int mode = type->autoshrink_config.print_mode;

	if (!type->autoshrink_config.enable)
		mode = THEFT_AUTOSHRINK_PRINT_USER;
	else if (mode == THEFT_AUTOSHRINK_PRINT_DEFAULT)
		mode = type->print ? THEFT_AUTOSHRINK_PRINT_USER : THEFT_AUTOSHRINK_PRINT_REQUESTS;
	(void)fprintf(out, "    argument %u: ", arg);
	if ((mode & THEFT_AUTOSHRINK_PRINT_USER) && type->print)
		type->print(out, args[arg], type->env);
	else if (mode == THEFT_AUTOSHRINK_PRINT_USER)
		(void)fprintf(out, "(its type has no print callback)");
	(void)fputc('\n', out);
	if (mode & THEFT_AUTOSHRINK_PRINT_BIT_POOL) {
		(void)fputs("      ", out);
		print_bit_pool(&t->failing, arg, out);
		(void)fputc('\n', out);
	}
	if (mode & THEFT_AUTOSHRINK_PRINT_REQUESTS) {
		(void)fputs("      ", out);
		print_requests(&t->failing, arg, out);
		(void)fputc('\n', out);
	}
}

/* A note may have several lines. */
static void print_note(const struct note *note, FILE *out)
{
	const char *line = note->text;

	while (*line) {
		size_t length = strcspn(line, "\n");

		(void)fprintf(out, "    %.*s\n", (int)length, line);
		line += length;
		line += *line == '\n';
	}
}

void print_arguments(struct theft *t, FILE *out, void *const *args)
{
	uint8_t i;

	for (i = 0; i < t->arity; i++)
		print_argument(t, out, args, i);
	print_note(&t->failing_note, out);
}

void print_failure(struct theft *t, bool all)
{
	print_end_dots(t);
	if (t->trial.kept)
		(void)fprintf(t->out, "-- failed: %s, as it did before\n", print_name(t));
	else
		(void)fprintf(t->out,
			      "-- failed: %s, trial %zu, seed 0x%016" PRIx64
			      "; again: MM_PROPERTY_SEED=0x%016" PRIx64 "\n",
			      print_name(t), t->trial.id, t->trial.seed, t->trial.seed);
	if (all)
		print_arguments(t, t->out, t->trial.args.instance);
	/* it has to be seen even if shrinking never ends */
	(void)fflush(t->out);
}

enum theft_hook_counterexample_res
theft_print_counterexample(const struct theft_hook_counterexample_info *info, void *env)
{
	struct theft *t = info->t;

	(void)env;
	print_end_dots(t);
	(void)fprintf(t->out, "-- counterexample: %s, trial %zu, seed 0x%016" PRIx64,
		      name_or(info->prop_name), info->trial_id, info->trial_seed);
	if (t->shrink_calls)
		(void)fprintf(t->out, ", shrunk %zu times in %zu calls", t->shrink_smaller,
			      t->shrink_calls);
	(void)fputc('\n', t->out);
	print_arguments(t, t->out, info->args);
	return THEFT_HOOK_COUNTEREXAMPLE_CONTINUE;
}
