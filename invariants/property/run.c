/* SPDX-License-Identifier: MIT */
/*
 * run: the configuration is checked, and trials are run one after another.
 *
 *     kept failure ── always_seeds ── trials          each is:
 *
 *     gen_args_pre ── arguments ── tried before? ── trial_pre ── property
 *                                                                  │ fails
 *     trial_post ── counterexample ── kept ── shrinking ── printed ─┘
 *
 * Nothing that happens in a trial changes a later one: each has a seed that
 * follows from the run's and its number.
 */
#include "invariants/property/run.h"

#include "invariants/property/failure_file.h"
#include "invariants/property/print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS 1000000u

/* What comes after a trial. */
enum step {
	STEP_NEXT,
	STEP_HALT,
	STEP_ERROR,
	STEP_NO_MEMORY,
};

/* ---- the configuration ---- */

static uint8_t arity_of_property(const struct theft_run_config *cfg)
{
	const bool set[THEFT_MAX_ARITY] = {
		cfg->prop1 != NULL, cfg->prop2 != NULL, cfg->prop3 != NULL, cfg->prop4 != NULL,
		cfg->prop5 != NULL, cfg->prop6 != NULL, cfg->prop7 != NULL,
	};
	uint8_t arity = 0;
	uint8_t i;

	for (i = 0; i < THEFT_MAX_ARITY; i++) {
		if (set[i] && arity)
			return 0; /* which of them? */
		if (set[i])
			arity = (uint8_t)(i + 1);
	}
	return arity;
}

static const char *refuse_type(const struct theft_type_info *type)
{
	if (!type->alloc)
		return "a type has no alloc";
	if (type->shrink && type->autoshrink_config.enable)
		return "a type has both shrink and autoshrink";
	return NULL;
}

/* NULL, or what is wrong with it. */
static const char *refuse_config(const struct theft_run_config *cfg)
{
	uint8_t arity = cfg ? arity_of_property(cfg) : 0;
	uint8_t types = 0;

	if (!cfg)
		return "there is no configuration";
	if (!arity)
		return "not exactly one of prop1 ... prop7 is set";
	while (types < THEFT_MAX_ARITY && cfg->type_info[types]) {
		const char *why = refuse_type(cfg->type_info[types++]);

		if (why)
			return why;
	}
	if (types != arity)
		return "type_info has not as many entries as the property has arguments";
	if (cfg->always_seed_count && !cfg->always_seeds)
		return "always_seed_count is set, always_seeds is not";
	return NULL;
}

static bool read_seed(const char *text, theft_seed *seed)
{
	char *end;

	errno = 0;
	*seed = strtoull(text, &end, 0);
	return *text && *text != '-' && !*end && !errno;
}

static const char *choose_seed(struct theft *t)
{
	const char *text = t->options.ignore_environment ? NULL : getenv("MM_PROPERTY_SEED");

	t->run_seed = t->cfg->seed ? t->cfg->seed : THEFT_DEFAULT_SEED;
	if (text && !read_seed(text, &t->run_seed))
		return "MM_PROPERTY_SEED is no number; write 1234 or 0x4d2";
	return NULL;
}

/* With a time and without a number, as many as there is time for. */
static size_t trials_of(const struct theft *t)
{
	size_t trials = t->cfg->trials;

	if (!trials && t->options.max_ms)
		return SIZE_MAX - t->cfg->always_seed_count;
	return trials ? trials : DEFAULT_TRIALS;
}

static void set_types(struct theft *t)
{
	uint8_t i;

	t->arity = arity_of_property(t->cfg);
	t->all_hashable = true;
	for (i = 0; i < t->arity; i++) {
		t->types[i] = *t->cfg->type_info[i];
		t->type_info[i] = &t->types[i];
		t->all_hashable = t->all_hashable && t->types[i].hash;
	}
}

static const char *run_init(struct theft *t, const struct theft_run_config *cfg,
			    const struct mm_property_options *options)
{
	const char *why = refuse_config(cfg);

	if (why)
		return why;
	t->cfg = cfg;
	if (options)
		t->options = *options;
	t->extended = options != NULL;
	t->out = t->options.out ? t->options.out : stdout;
	t->started_ns = now_ns();
	set_types(t);
	t->total_trials = trials_of(t) + cfg->always_seed_count;
	return choose_seed(t);
}

/* It is too large for a stack. */
struct theft *run_new(const struct theft_run_config *cfg, const struct mm_property_options *options,
		      enum theft_run_res *res)
{
	struct theft *t = calloc(1, sizeof(*t));
	const char *why;

	*res = THEFT_RUN_ERROR_MEMORY;
	if (!t)
		return NULL;
	why = run_init(t, cfg, options);
	if (!why)
		return t;
	*res = THEFT_RUN_ERROR_BAD_ARGS;
	(void)fprintf(stderr, "theft_run: %s: %s\n", cfg && cfg->name ? cfg->name : "?", why);
	run_delete(t);
	return NULL;
}

void run_delete(struct theft *t)
{
	tape_free(&t->tape);
	tape_free(&t->failing);
	tape_free(&t->kept);
	labels_free(&t->labels);
	seen_free(&t->tried);
	free(t);
}

/* ---- hooks around a trial ---- */

static enum step call_gen_args_pre(struct theft *t)
{
	const struct theft_hook_gen_args_pre_info info = {
		TRIAL_INFO(t),
	};

	if (!t->cfg->hooks.gen_args_pre)
		return STEP_NEXT;
	switch (t->cfg->hooks.gen_args_pre(&info, t->cfg->hooks.env)) {
	case THEFT_HOOK_GEN_ARGS_PRE_CONTINUE:
		return STEP_NEXT;
	case THEFT_HOOK_GEN_ARGS_PRE_HALT:
		return STEP_HALT;
	case THEFT_HOOK_GEN_ARGS_PRE_ERROR:
		break;
	}
	return STEP_ERROR;
}

static enum step call_trial_pre(struct theft *t)
{
	struct args shown = t->trial.args;
	const struct theft_hook_trial_pre_info info = {
		TRIAL_INFO(t),
		.args = shown.instance,
	};

	if (!t->cfg->hooks.trial_pre)
		return STEP_NEXT;
	switch (t->cfg->hooks.trial_pre(&info, t->cfg->hooks.env)) {
	case THEFT_HOOK_TRIAL_PRE_CONTINUE:
		return STEP_NEXT;
	case THEFT_HOOK_TRIAL_PRE_HALT:
		return STEP_HALT;
	case THEFT_HOOK_TRIAL_PRE_ERROR:
		break;
	}
	return STEP_ERROR;
}

static enum theft_hook_trial_post_res call_trial_post(struct theft *t, enum theft_trial_res res,
						      bool repeat)
{
	struct args shown = t->trial.args;
	const struct theft_hook_trial_post_info info = {
		.t = t,
		TRIAL_INFO(t),
		.args = shown.instance,
		.result = res,
		.repeat = repeat,
	};

	if (t->cfg->hooks.trial_post)
		return t->cfg->hooks.trial_post(&info, t->cfg->hooks.env);
	if (!t->options.quiet)
		theft_print_trial_result(&t->dots, &info);
	return THEFT_HOOK_TRIAL_POST_CONTINUE;
}

static enum step call_counterexample(struct theft *t)
{
	struct args shown = t->trial.args;
	const struct theft_hook_counterexample_info info = {
		.t = t,
		.prop_name = t->cfg->name,
		.total_trials = t->total_trials,
		.trial_id = t->trial.id,
		.trial_seed = t->trial.seed,
		.arity = t->arity,
		.type_info = t->type_info,
		.args = shown.instance,
	};
	theft_hook_counterexample_cb *hook = t->cfg->hooks.counterexample;

	if (!hook)
		hook = theft_print_counterexample;
	return hook(&info, t->cfg->hooks.env) == THEFT_HOOK_COUNTEREXAMPLE_CONTINUE ? STEP_NEXT
										    : STEP_ERROR;
}

/* A result is told; a failure may be wanted again, with the same arguments. */
static enum step tell_result(struct theft *t, enum theft_trial_res res)
{
	enum theft_hook_trial_post_res after = call_trial_post(t, res, false);
	bool repeated = false;

	for (;;) {
		if (after == THEFT_HOOK_TRIAL_POST_ERROR)
			return STEP_ERROR;
		if (after == THEFT_HOOK_TRIAL_POST_CONTINUE || res != THEFT_TRIAL_FAIL ||
		    (repeated && after == THEFT_HOOK_TRIAL_POST_REPEAT_ONCE))
			return STEP_NEXT;
		repeated = true;
		res = trial_call_again(t, &t->trial.args);
		labels_end_trial(&t->labels, false);
		if (res == THEFT_TRIAL_PASS) {
			print_end_dots(t);
			(void)fprintf(t->out,
				      "-- warning: %s: a trial that failed passes when it is "
				      "repeated\n",
				      print_name(t));
			return STEP_ERROR;
		}
		if (res == THEFT_TRIAL_ERROR)
			return STEP_ERROR;
		after = call_trial_post(t, res, true);
	}
}

/* ---- a failure ---- */

/* Running the property again and again is expected where there is a way to
 * shrink, or where more than theft's interface was asked for. */
static bool may_run_again(const struct theft *t)
{
	bool drew = t->failing.n && t->failing.draws[t->failing.n - 1].arg == t->arity;
	bool can_shrink = drew || t->extended;
	uint8_t i;

	for (i = 0; i < t->arity; i++)
		can_shrink =
			can_shrink || t->types[i].shrink || t->types[i].autoshrink_config.enable;
	return can_shrink;
}

static void remember_first(struct theft *t)
{
	struct mm_property_result *r = &t->result;

	if (t->counts.fail > 1)
		return;
	r->failed_seed = t->trial.seed;
	r->replayed = t->trial.kept;
	r->shrink_calls = t->shrink_calls;
	r->shrunk = t->shrink_smaller;
	(void)snprintf(r->note, sizeof(r->note), "%.*s", (int)sizeof(r->note) - 1,
		       t->failing_note.text);
}

static enum step shrink_failure(struct theft *t)
{
	t->shrink_calls = 0;
	t->shrink_smaller = 0;
	if (!may_run_again(t))
		return STEP_NEXT;
	switch (shrink_trial(t)) {
	case SHRINK_DONE:
		break;
	case SHRINK_FLAKY:
		t->result.flaky++;
		(void)fprintf(t->out,
			      "-- flaky: %s, trial %zu: the same draws do not fail again; the "
			      "property depends on more than its arguments\n",
			      print_name(t), t->trial.id);
		break;
	case SHRINK_ERROR:
		return STEP_ERROR;
	case SHRINK_NO_MEMORY:
		return STEP_NO_MEMORY;
	}
	return STEP_NEXT;
}

static enum step handle_failure(struct theft *t)
{
	size_t flaky = t->result.flaky;
	enum step step;

	t->counts.fail++;
	tape_swap(&t->failing, &t->tape);
	t->failing_note = t->note;
	/* a suite of theft's that shows failures itself has said all it wants to */
	if (t->extended || !t->cfg->hooks.counterexample)
		print_failure(t, t->counts.fail == 1 && !t->cfg->hooks.counterexample);
	step = shrink_failure(t);
	remember_first(t);
	if (step == STEP_NEXT)
		step = call_counterexample(t);
	if (step == STEP_NEXT && t->options.failures && t->result.flaky == flaky)
		failure_file_keep(t);
	/* a repetition draws what the shrunk trial drew */
	tape_swap(&t->failing, &t->tape);
	return step == STEP_NEXT ? tell_result(t, THEFT_TRIAL_FAIL) : step;
}

/* ---- a trial ---- */

static bool was_tried(struct theft *t)
{
	struct fingerprint f = {{0, 0}};
	struct theft_hasher h;
	uint8_t i;

	if (!t->all_hashable)
		return false;
	theft_hash_init(&h);
	for (i = 0; i < t->arity; i++) {
		theft_hash hash = t->types[i].hash(t->trial.args.instance[i], t->types[i].env);

		f.half[0] = f.half[0] * 0x9e3779b97f4a7c15u + hash;
		theft_hash_sink(&h, (const uint8_t *)&hash, sizeof(hash));
	}
	f.half[1] = theft_hash_done(&h);
	/* a set is indexed by the first half's low bits */
	f.half[0] ^= f.half[0] >> 29;
	return seen_add(&t->tried, f);
}

static enum step handle_result(struct theft *t, enum theft_trial_res res)
{
	labels_end_trial(&t->labels, res == THEFT_TRIAL_PASS || res == THEFT_TRIAL_FAIL);
	switch (res) {
	case THEFT_TRIAL_FAIL:
		return handle_failure(t);
	case THEFT_TRIAL_PASS:
		t->counts.pass++;
		break;
	case THEFT_TRIAL_SKIP:
		t->counts.skip++;
		break;
	case THEFT_TRIAL_DUP:
		t->counts.dup++;
		break;
	case THEFT_TRIAL_ERROR:
		(void)tell_result(t, res);
		return t->no_memory ? STEP_NO_MEMORY : STEP_ERROR;
	}
	return tell_result(t, res);
}

/* With arguments made: the property, unless a hook or a repetition prevents it. */
static enum step run_with_args(struct theft *t)
{
	enum step step;

	/* a kept failure and a seed that was asked for are run in any case */
	if (was_tried(t) && !t->trial.always)
		return handle_result(t, THEFT_TRIAL_DUP);
	step = call_trial_pre(t);
	return step == STEP_NEXT ? handle_result(t, trial_call(t, &t->trial.args)) : step;
}

static enum step run_trial(struct theft *t, const struct source *source)
{
	enum step step = call_gen_args_pre(t);
	enum theft_alloc_res made;

	if (step != STEP_NEXT)
		return step;
	draw_start(t, source);
	made = args_make(t, &t->trial.args, NULL);
	if (t->no_memory)
		step = STEP_NO_MEMORY;
	else if (made == THEFT_ALLOC_OK)
		step = run_with_args(t);
	else
		step = handle_result(t, made == THEFT_ALLOC_SKIP ? THEFT_TRIAL_SKIP
								 : THEFT_TRIAL_ERROR);
	args_free(t, &t->trial.args);
	return step;
}

/* ---- all trials ---- */

static bool out_of_time(struct theft *t)
{
	if (!t->options.max_ms)
		return false;
	if (now_ns() - t->started_ns < (uint64_t)t->options.max_ms * NS_PER_MS)
		return false;
	t->result.out_of_time = true;
	return true;
}

static enum step run_seeded(struct theft *t, theft_seed seed, bool always)
{
	struct source source;

	t->trial.seed = seed;
	t->trial.always = always;
	source_seed(&source, seed);
	return run_trial(t, &source);
}

static enum step run_kept(struct theft *t)
{
	struct tape tape = {.n = 0};
	struct source source;
	enum step step = STEP_NEXT;

	if (!t->options.failures)
		return STEP_NEXT;
	if (failure_file_read(t, &tape, &t->trial.seed)) {
		t->trial.kept = true;
		t->trial.always = true;
		source_tape(&source, &tape);
		step = run_trial(t, &source);
		t->trial.kept = false;
		if (step == STEP_NEXT && !t->counts.fail)
			failure_file_passes(t, &tape);
	}
	tape_free(&tape);
	return step;
}

static enum step run_trials(struct theft *t)
{
	const struct theft_run_config *cfg = t->cfg;
	size_t end = t->total_trials;
	size_t i;
	enum step step = run_kept(t);

	for (i = 0; i < end && step == STEP_NEXT; i++) {
		if (out_of_time(t) || (t->options.halt_on_failure && t->counts.fail))
			return STEP_HALT;
		t->trial.id = i;
		if (i < cfg->always_seed_count)
			step = run_seeded(t, cfg->always_seeds[i], true);
		else
			step = run_seeded(t, seed_of_trial(t->run_seed, i - cfg->always_seed_count),
					  false);
	}
	return step;
}

/* ---- a run ---- */

static bool call_run_pre(struct theft *t)
{
	const struct theft_hook_run_pre_info info = {
		.prop_name = t->cfg->name,
		.total_trials = t->total_trials,
		.run_seed = t->run_seed,
	};

	if (t->cfg->hooks.run_pre)
		return t->cfg->hooks.run_pre(&info, t->cfg->hooks.env) ==
		       THEFT_HOOK_RUN_PRE_CONTINUE;
	if (!t->options.quiet)
		theft_print_run_pre_info(t->out, &info);
	return true;
}

static bool call_run_post(struct theft *t)
{
	const struct theft_hook_run_post_info info = {
		.prop_name = t->cfg->name,
		.total_trials = t->total_trials,
		.run_seed = t->run_seed,
		.report = t->counts,
	};

	print_end_dots(t);
	if (t->cfg->hooks.run_post)
		return t->cfg->hooks.run_post(&info, t->cfg->hooks.env) ==
		       THEFT_HOOK_RUN_POST_CONTINUE;
	if (!t->options.quiet || t->counts.fail)
		theft_print_run_post_info(t->out, &info);
	return true;
}

static void judge_coverage(struct theft *t)
{
	const struct mm_property_options *o = &t->options;

	t->result.not_covered = labels_not_covered(&t->labels, o->cover, o->nr_cover);
	if (!o->quiet || t->result.not_covered)
		(void)labels_print(&t->labels, t->out, o->cover, o->nr_cover);
}

static enum theft_run_res run_result(const struct theft *t)
{
	if (t->counts.fail || t->result.not_covered)
		return THEFT_RUN_FAIL;
	return t->counts.pass ? THEFT_RUN_PASS : THEFT_RUN_SKIP;
}

static enum theft_run_res run(struct theft *t)
{
	enum step step;

	if (!call_run_pre(t))
		return THEFT_RUN_ERROR;
	step = run_trials(t);
	if (step == STEP_NO_MEMORY)
		return THEFT_RUN_ERROR_MEMORY;
	if (step == STEP_ERROR)
		return THEFT_RUN_ERROR;
	print_end_dots(t);
	judge_coverage(t);
	return call_run_post(t) ? run_result(t) : THEFT_RUN_ERROR;
}

enum theft_run_res mm_property_run(const struct theft_run_config *cfg,
				   const struct mm_property_options *options,
				   struct mm_property_result *result)
{
	enum theft_run_res res;
	struct theft *t = run_new(cfg, options, &res);

	if (result)
		*result = (struct mm_property_result){.res = res};
	if (!t)
		return res;
	res = run(t);
	t->result.res = res;
	t->result.counts = t->counts;
	t->result.run_seed = t->run_seed;
	t->result.seconds = (double)(now_ns() - t->started_ns) / 1e9;
	if (result)
		*result = t->result;
	if (t->options.report)
		mm_property_report_add(t->options.report, cfg->name, &t->result, NULL);
	run_delete(t);
	return res;
}

enum theft_run_res theft_run(const struct theft_run_config *cfg)
{
	return mm_property_run(cfg, NULL, NULL);
}
