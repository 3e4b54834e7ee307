/* SPDX-License-Identifier: MIT */
/*
 * theft_hooks: when each hook is called, with what, and what its answers do.
 */
#include "invariants/property/suites/theft_tables.h"

#include <stdlib.h>
#include <string.h>

enum hook {
	RUN_PRE,
	GEN_ARGS_PRE,
	TRIAL_PRE,
	TRIAL_POST,
	SHRINK_PRE,
	SHRINK_POST,
	SHRINK_TRIAL_POST,
	COUNTEREXAMPLE,
	RUN_POST,
	NR_HOOKS
};

/* One letter per call, and what hooks answer. */
struct spy {
	char order[4096];
	size_t calls[NR_HOOKS];
	size_t property_calls;
	int answer[NR_HOOKS];   /* 0 is ERROR but for COUNTEREXAMPLE */
	size_t after[NR_HOOKS]; /* given from this call on; CONTINUE before */
	uint32_t threshold;     /* arguments at least that large fail */
	size_t pass_after;      /* calls of the property; then it passes: 0: never */
	size_t wrong;           /* arguments of hooks that were not as they must be */
	size_t repeats;
};

static const char letters[NR_HOOKS + 1] = "(gtTsSqC)";

static bool is_asked(struct spy *spy, enum hook hook)
{
	size_t length = strlen(spy->order);

	if (length + 1 < sizeof(spy->order))
		spy->order[length] = letters[hook];
	return ++spy->calls[hook] >= spy->after[hook] && spy->after[hook];
}

/* NOLINTBEGIN(bugprone-macro-parentheses): a type has none */
#define ANSWER(SPY, HOOK, TYPE, USUAL)                                                             \
	(is_asked((SPY), (HOOK)) ? (enum TYPE)(SPY)->answer[HOOK] : (USUAL))
/* NOLINTEND(bugprone-macro-parentheses) */

static enum theft_trial_res at_least(struct theft *t, void *a)
{
	struct spy *spy = theft_hook_get_env(t);

	spy->property_calls++;
	if (spy->pass_after && spy->property_calls > spy->pass_after)
		return THEFT_TRIAL_PASS;
	return *(uint32_t *)a >= spy->threshold ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static enum theft_hook_run_pre_res run_pre(const struct theft_hook_run_pre_info *info, void *env)
{
	struct spy *spy = env;

	spy->wrong += strcmp(info->prop_name, "spied") != 0 || info->total_trials != 3 ||
		      info->run_seed != 5;
	return ANSWER(spy, RUN_PRE, theft_hook_run_pre_res, THEFT_HOOK_RUN_PRE_CONTINUE);
}

static enum theft_hook_gen_args_pre_res
gen_args_pre(const struct theft_hook_gen_args_pre_info *info, void *env)
{
	struct spy *spy = env;

	spy->wrong += info->arity != 1 || info->trial_id != spy->calls[GEN_ARGS_PRE] ||
		      info->run_seed != 5 || info->total_trials != 3;
	return ANSWER(spy, GEN_ARGS_PRE, theft_hook_gen_args_pre_res,
		      THEFT_HOOK_GEN_ARGS_PRE_CONTINUE);
}

static enum theft_hook_trial_pre_res trial_pre(const struct theft_hook_trial_pre_info *info,
					       void *env)
{
	struct spy *spy = env;

	spy->wrong += info->arity != 1 || info->run_seed != 5 || info->trial_seed == 0;
	return ANSWER(spy, TRIAL_PRE, theft_hook_trial_pre_res, THEFT_HOOK_TRIAL_PRE_CONTINUE);
}

static enum theft_hook_trial_post_res trial_post(const struct theft_hook_trial_post_info *info,
						 void *env)
{
	struct spy *spy = env;
	bool fails = *(uint32_t *)info->args[0] >= spy->threshold;

	spy->wrong += info->t == NULL || theft_hook_get_env(info->t) != env;
	if (!spy->pass_after)
		spy->wrong += fails != (info->result == THEFT_TRIAL_FAIL);
	spy->repeats += info->repeat;
	return ANSWER(spy, TRIAL_POST, theft_hook_trial_post_res, THEFT_HOOK_TRIAL_POST_CONTINUE);
}

static enum theft_hook_shrink_pre_res shrink_pre(const struct theft_hook_shrink_pre_info *info,
						 void *env)
{
	struct spy *spy = env;

	spy->wrong += info->arg_index != 0 || info->arg == NULL ||
		      info->shrink_count != info->successful_shrinks + info->failed_shrinks;
	return ANSWER(spy, SHRINK_PRE, theft_hook_shrink_pre_res, THEFT_HOOK_SHRINK_PRE_CONTINUE);
}

static enum theft_hook_shrink_post_res shrink_post(const struct theft_hook_shrink_post_info *info,
						   void *env)
{
	struct spy *spy = env;

	spy->wrong += info->arg_index != 0 || info->arg == NULL;
	return ANSWER(spy, SHRINK_POST, theft_hook_shrink_post_res,
		      THEFT_HOOK_SHRINK_POST_CONTINUE);
}

static enum theft_hook_shrink_trial_post_res
shrink_trial_post(const struct theft_hook_shrink_trial_post_info *info, void *env)
{
	struct spy *spy = env;
	bool fails = *(uint32_t *)info->args[0] >= spy->threshold;

	if (!spy->pass_after)
		spy->wrong += fails != (info->result == THEFT_TRIAL_FAIL);
	return ANSWER(spy, SHRINK_TRIAL_POST, theft_hook_shrink_trial_post_res,
		      THEFT_HOOK_SHRINK_TRIAL_POST_CONTINUE);
}

static enum theft_hook_counterexample_res
counterexample(const struct theft_hook_counterexample_info *info, void *env)
{
	struct spy *spy = env;

	spy->wrong += info->t == NULL || info->arity != 1 || !info->type_info[0]->alloc ||
		      *(uint32_t *)info->args[0] < spy->threshold;
	return ANSWER(spy, COUNTEREXAMPLE, theft_hook_counterexample_res,
		      THEFT_HOOK_COUNTEREXAMPLE_CONTINUE);
}

static enum theft_hook_run_post_res run_post(const struct theft_hook_run_post_info *info, void *env)
{
	struct spy *spy = env;

	spy->wrong += info->report.pass + info->report.fail != spy->calls[GEN_ARGS_PRE] &&
		      !spy->after[GEN_ARGS_PRE] && !spy->after[TRIAL_PRE];
	return ANSWER(spy, RUN_POST, theft_hook_run_post_res, THEFT_HOOK_RUN_POST_CONTINUE);
}

static enum theft_run_res spied(struct spy *spy, const struct theft_type_info *type)
{
	const struct theft_run_config cfg = {
		.prop1 = at_least,
		.type_info = {type},
		.name = "spied",
		.trials = 3,
		.seed = 5,
		.hooks = {.run_pre = run_pre,
			  .run_post = run_post,
			  .gen_args_pre = gen_args_pre,
			  .trial_pre = trial_pre,
			  .trial_post = trial_post,
			  .counterexample = counterexample,
			  .shrink_pre = shrink_pre,
			  .shrink_post = shrink_post,
			  .shrink_trial_post = shrink_trial_post,
			  .env = spy},
	};

	return theft_run(&cfg);
}

/* ---- order and arguments ---- */

static void test_order_pass(struct suite_run *s)
{
	struct spy spy = {.threshold = UINT32_MAX};

	CHECK(s, spied(&spy, &suite_u32) == THEFT_RUN_PASS, "passes");
	CHECK(s, strcmp(spy.order, "(gtTgtTgtT)") == 0, "%s", spy.order);
	CHECK(s, spy.wrong == 0, "%zu wrong arguments", spy.wrong);
}

static void test_order_fail(struct suite_run *s)
{
	struct spy spy = {.threshold = 0};

	CHECK(s, spied(&spy, &suite_u32) == THEFT_RUN_FAIL, "fails");
	CHECK(s, strcmp(spy.order, "(gtCTgtCTgtCT)") == 0, "%s", spy.order);
	CHECK(s, spy.wrong == 0, "%zu wrong arguments", spy.wrong);
}

static void test_order_shrink(struct suite_run *s)
{
	struct spy spy = {.threshold = 1000};
	const char *shrinking;

	CHECK(s, spied(&spy, &suite_auto_u32) == THEFT_RUN_FAIL, "fails");
	CHECK(s, spy.wrong == 0, "%zu wrong arguments", spy.wrong);
	shrinking = strchr(spy.order, 's');
	CHECK(s, shrinking && strncmp(spy.order, "(gts", 4) == 0, "%s", spy.order);
	/* each attempt that got as far as a value has a trial */
	CHECK(s, strstr(spy.order, "sSq") != NULL, "%s", spy.order);
	CHECK(s, strstr(spy.order, "qq") == NULL, "%s", spy.order);
	/* done is told before the counterexample, and that before the result */
	CHECK(s, strstr(spy.order, "SCT") != NULL, "%s", spy.order);
	CHECK(s, spy.calls[COUNTEREXAMPLE] == 3, "%zu", spy.calls[COUNTEREXAMPLE]);
}

/* ---- answers ---- */

static void answers(struct suite_run *s, enum hook hook, int answer, enum theft_run_res wanted)
{
	struct spy spy = {.threshold = 1000};
	enum theft_run_res res;

	spy.answer[hook] = answer;
	spy.after[hook] = 1;
	res = spied(&spy, &suite_auto_u32);
	CHECK(s, res == wanted, "hook %d, answer %d: %s", (int)hook, answer,
	      theft_run_res_str(res));
	/* nothing is called after an error */
	if (wanted == THEFT_RUN_ERROR)
		CHECK(s, spy.order[strlen(spy.order) - 1] == letters[hook], "hook %d: %s",
		      (int)hook, spy.order);
}

static void test_errors(struct suite_run *s)
{
	int hook;

	for (hook = RUN_PRE; hook < NR_HOOKS; hook++)
		answers(s, (enum hook)hook,
			hook == COUNTEREXAMPLE ? (int)THEFT_HOOK_COUNTEREXAMPLE_ERROR : 0,
			THEFT_RUN_ERROR);
}

static void test_halts(struct suite_run *s)
{
	struct spy spy = {.threshold = UINT32_MAX};

	spy.answer[GEN_ARGS_PRE] = THEFT_HOOK_GEN_ARGS_PRE_HALT;
	spy.after[GEN_ARGS_PRE] = 3;
	CHECK(s, spied(&spy, &suite_u32) == THEFT_RUN_PASS, "two trials passed");
	CHECK(s, strcmp(spy.order, "(gtTgtTg)") == 0, "%s", spy.order);
	spy = (struct spy){.threshold = 0};
	spy.answer[TRIAL_PRE] = THEFT_HOOK_TRIAL_PRE_HALT;
	spy.after[TRIAL_PRE] = 2;
	CHECK(s, spied(&spy, &suite_u32) == THEFT_RUN_FAIL, "one trial failed");
	CHECK(s, strcmp(spy.order, "(gtCTgt)") == 0, "%s", spy.order);
	spy = (struct spy){.threshold = 0};
	spy.answer[SHRINK_PRE] = THEFT_HOOK_SHRINK_PRE_HALT;
	spy.after[SHRINK_PRE] = 1;
	CHECK(s, spied(&spy, &suite_auto_u32) == THEFT_RUN_FAIL, "fails");
	CHECK(s, strcmp(spy.order, "(gtsCTgtsCTgtsCT)") == 0, "%s", spy.order);
}

static void test_first_fail_halt(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("halts");
	struct spy spy = {.threshold = 0};

	cfg.prop1 = at_least;
	cfg.type_info[0] = &suite_u32;
	cfg.hooks.trial_pre = theft_hook_first_fail_halt;
	cfg.hooks.env = &spy;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_FAIL, "fails");
	CHECK(s, spy.property_calls == 1, "%zu calls", spy.property_calls);
}

/* ---- repetitions ---- */

static void test_repeat_once(struct suite_run *s)
{
	struct spy spy = {.threshold = 0};

	spy.answer[TRIAL_POST] = THEFT_HOOK_TRIAL_POST_REPEAT_ONCE;
	spy.after[TRIAL_POST] = 1;
	CHECK(s, spied(&spy, &suite_u32) == THEFT_RUN_FAIL, "fails");
	CHECK(s, strcmp(spy.order, "(gtCTTgtCTTgtCTT)") == 0, "%s", spy.order);
	CHECK(s, spy.property_calls == 6, "%zu calls", spy.property_calls);
	CHECK(s, spy.repeats == 3, "%zu repetitions told", spy.repeats);
}

/* Again and again until the hook has enough. */
static enum theft_hook_trial_post_res repeat_four(const struct theft_hook_trial_post_info *info,
						  void *env)
{
	struct spy *spy = env;

	(void)info;
	return ++spy->calls[TRIAL_POST] < 5 ? THEFT_HOOK_TRIAL_POST_REPEAT
					    : THEFT_HOOK_TRIAL_POST_CONTINUE;
}

static void test_repeat(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("repeats");
	struct spy spy = {.threshold = 0};

	cfg.prop1 = at_least;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = 1;
	cfg.hooks.trial_post = repeat_four;
	cfg.hooks.env = &spy;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_FAIL, "fails");
	CHECK(s, spy.property_calls == 5, "%zu calls", spy.property_calls);
}

static void test_repeat_passes(struct suite_run *s)
{
	struct spy spy = {.threshold = 0, .pass_after = 1};
	enum theft_run_res res;
	char *text;

	spy.answer[TRIAL_POST] = THEFT_HOOK_TRIAL_POST_REPEAT;
	spy.after[TRIAL_POST] = 1;
	suite_capture_begin();
	res = spied(&spy, &suite_u32);
	text = suite_capture_end();
	CHECK(s, res == THEFT_RUN_ERROR, "%s", theft_run_res_str(res));
	CHECK(s, strlen(text) > 0, "no warning");
	free(text);
}

static void test_repeat_of_passes(struct suite_run *s)
{
	struct spy spy = {.threshold = UINT32_MAX};

	spy.answer[TRIAL_POST] = THEFT_HOOK_TRIAL_POST_REPEAT;
	spy.after[TRIAL_POST] = 1;
	CHECK(s, spied(&spy, &suite_u32) == THEFT_RUN_PASS, "passes");
	CHECK(s, spy.property_calls == 3, "%zu calls", spy.property_calls);
}

static void test_shrink_repeat(struct suite_run *s)
{
	struct spy spy = {.threshold = 1000};
	size_t trials;

	spy.answer[SHRINK_TRIAL_POST] = THEFT_HOOK_SHRINK_TRIAL_POST_REPEAT_ONCE;
	spy.after[SHRINK_TRIAL_POST] = 1;
	CHECK(s, spied(&spy, &suite_auto_u32) == THEFT_RUN_FAIL, "fails");
	/* failing ones are told twice, the rest once */
	trials = suite_count(spy.order, "qq");
	CHECK(s, trials > 0, "%s", spy.order);
	CHECK(s, strstr(spy.order, "qqq") == NULL, "%s", spy.order);
}

const struct suite_test theft_hook_tests[] = {
	{"hooks.order_of_a_run_that_passes", test_order_pass},
	{"hooks.order_of_a_run_that_fails", test_order_fail},
	{"hooks.order_while_shrinking", test_order_shrink},
	{"hooks.error_ends_the_run", test_errors},
	{"hooks.halt_ends_trials_or_shrinking", test_halts},
	{"hooks.first_fail_halt", test_first_fail_halt},
	{"hooks.repeat_once", test_repeat_once},
	{"hooks.repeat_until_continue", test_repeat},
	{"hooks.a_repetition_that_passes_is_an_error", test_repeat_passes},
	{"hooks.only_failures_are_repeated", test_repeat_of_passes},
	{"hooks.shrink_trial_repeat_once", test_shrink_repeat},
	{NULL, NULL},
};
