/* SPDX-License-Identifier: MIT */
/*
 * theft_shrink: counterexamples become small, by the engine or by the type's
 * own shrinker.
 */
#include "invariants/property/suites/theft_tables.h"

#include <stdlib.h>
#include <string.h>

/* ---- by the engine ---- */

struct least {
	uint32_t value[2];
	size_t length;
	char text[64];
	size_t attempts;
};

static enum theft_hook_counterexample_res
keep_number(const struct theft_hook_counterexample_info *info, void *env)
{
	struct least *least = env;
	uint8_t i;

	for (i = 0; i < info->arity; i++)
		least->value[i] = *(uint32_t *)info->args[i];
	return THEFT_HOOK_COUNTEREXAMPLE_CONTINUE;
}

static enum theft_trial_res from_12345(struct theft *t, void *a)
{
	(void)t;
	return *(uint32_t *)a >= 12345 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static void test_number(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("number");
	struct least least = {.length = 0};

	cfg.prop1 = from_12345;
	cfg.type_info[0] = &suite_auto_u32;
	cfg.trials = 1;
	cfg.hooks.counterexample = keep_number;
	cfg.hooks.env = &least;
	for (cfg.seed = 1; cfg.seed <= 20; cfg.seed++) {
		CHECK(s, theft_run(&cfg) == THEFT_RUN_FAIL, "fails");
		CHECK(s, least.value[0] == 12345, "seed %u: %u", (unsigned int)cfg.seed,
		      least.value[0]);
	}
}

static enum theft_trial_res one_above_other(struct theft *t, void *a, void *b)
{
	(void)t;
	return *(uint32_t *)a > *(uint32_t *)b && *(uint32_t *)b > 7 ? THEFT_TRIAL_FAIL
								     : THEFT_TRIAL_PASS;
}

static void test_two_numbers(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("numbers");
	struct least least = {.length = 0};

	cfg.prop2 = one_above_other;
	cfg.type_info[0] = &suite_auto_u32;
	cfg.type_info[1] = &suite_auto_u32;
	cfg.hooks.trial_pre = theft_hook_first_fail_halt;
	cfg.hooks.counterexample = keep_number;
	cfg.hooks.env = &least;
	for (cfg.seed = 1; cfg.seed <= 20; cfg.seed++) {
		CHECK(s, theft_run(&cfg) == THEFT_RUN_FAIL, "fails");
		CHECK(s, least.value[0] == 9 && least.value[1] == 8, "seed %u: %u, %u",
		      (unsigned int)cfg.seed, least.value[0], least.value[1]);
	}
}

static enum theft_hook_counterexample_res
keep_text(const struct theft_hook_counterexample_info *info, void *env)
{
	struct least *least = env;

	(void)snprintf(least->text, sizeof(least->text), "%s", (const char *)info->args[0]);
	return THEFT_HOOK_COUNTEREXAMPLE_CONTINUE;
}

static enum theft_trial_res has_x_before_y(struct theft *t, void *a)
{
	const char *x = strchr(a, 'x');

	(void)t;
	return x && strchr(x, 'y') ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static void test_text(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("text");
	struct least least = {.length = 0};

	cfg.prop1 = has_x_before_y;
	cfg.type_info[0] = theft_get_builtin_type_info(THEFT_BUILTIN_char_ARRAY);
	cfg.trials = 5000;
	cfg.hooks.trial_pre = theft_hook_first_fail_halt;
	cfg.hooks.counterexample = keep_text;
	cfg.hooks.env = &least;
	for (cfg.seed = 1; cfg.seed <= 10; cfg.seed++) {
		CHECK(s, theft_run(&cfg) == THEFT_RUN_FAIL, "fails");
		CHECK(s, strcmp(least.text, "xy") == 0, "seed %u: %s", (unsigned int)cfg.seed,
		      least.text);
	}
}

/* Past the end of a shrunk pool there are only zeros. */
static enum theft_alloc_res make_endless(struct theft *t, void *env, void **instance)
{
	uint32_t *count = calloc(1, sizeof(*count));

	(void)env;
	if (!count)
		return THEFT_ALLOC_ERROR;
	while (theft_random_bits(t, 4) != 0)
		(*count)++;
	*instance = count;
	return THEFT_ALLOC_OK;
}

static enum theft_trial_res at_least_3(struct theft *t, void *a)
{
	(void)t;
	return *(uint32_t *)a >= 3 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static void test_zeros_past_the_end(struct suite_run *s)
{
	const struct theft_type_info type = {.alloc = make_endless,
					     .free = theft_generic_free_cb,
					     .autoshrink_config = {.enable = true}};
	struct theft_run_config cfg = suite_quiet("endless");
	struct least least = {.length = 0};

	cfg.prop1 = at_least_3;
	cfg.type_info[0] = &type;
	cfg.hooks.trial_pre = theft_hook_first_fail_halt;
	cfg.hooks.counterexample = keep_number;
	cfg.hooks.env = &least;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_FAIL, "fails");
	CHECK(s, least.value[0] == 3, "%u", least.value[0]);
}

/* ---- by the type's own shrinker ---- */

/*
 * Numbers that shrink by tactic 0: half, 1: a dead end, 2: one less.  The log
 * has each tactic that was asked for.
 */
struct own {
	char log[512];
	size_t made;
	size_t freed;
	uint32_t least;
	bool err;
};

static enum theft_alloc_res make_own(struct theft *t, void *env, void **instance)
{
	struct own *own = env;
	uint32_t *value = malloc(sizeof(*value));

	if (!value)
		return THEFT_ALLOC_ERROR;
	*value = 900 + (uint32_t)theft_random_bits(t, 6);
	own->made++;
	*instance = value;
	return THEFT_ALLOC_OK;
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): theft wants it so */
static void free_own(void *instance, void *env)
{
	struct own *own = env;

	own->freed++;
	free(instance);
}

static enum theft_shrink_res shrink_own(struct theft *t, const void *instance, uint32_t tactic,
					void *env, void **output)
{
	struct own *own = env;
	uint32_t value = *(const uint32_t *)instance;
	uint32_t *smaller;

	(void)t;
	if (strlen(own->log) + 1 < sizeof(own->log))
		own->log[strlen(own->log)] = (char)('0' + tactic);
	if (own->err)
		return THEFT_SHRINK_ERROR;
	if (tactic == 1)
		return THEFT_SHRINK_DEAD_END;
	if (tactic > 2)
		return THEFT_SHRINK_NO_MORE_TACTICS;
	smaller = malloc(sizeof(*smaller));
	if (!smaller)
		return THEFT_SHRINK_ERROR;
	*smaller = tactic == 0 ? value / 2 : value - 1;
	own->made++;
	*output = smaller;
	return THEFT_SHRINK_OK;
}

static enum theft_trial_res from_100(struct theft *t, void *a)
{
	(void)t;
	return *(uint32_t *)a >= 100 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static enum theft_hook_counterexample_res
keep_own(const struct theft_hook_counterexample_info *info, void *env)
{
	struct own *own = env;

	own->least = *(uint32_t *)info->args[0];
	return THEFT_HOOK_COUNTEREXAMPLE_CONTINUE;
}

static enum theft_run_res run_own(struct own *own)
{
	const struct theft_type_info type = {
		.alloc = make_own, .free = free_own, .shrink = shrink_own, .env = own};
	struct theft_run_config cfg = suite_quiet("own");

	cfg.prop1 = from_100;
	cfg.type_info[0] = &type;
	cfg.trials = 1;
	cfg.hooks.counterexample = keep_own;
	cfg.hooks.env = own;
	return theft_run(&cfg);
}

static void test_own(struct suite_run *s)
{
	struct own own = {.made = 0};

	CHECK(s, run_own(&own) == THEFT_RUN_FAIL, "fails");
	CHECK(s, own.least == 100, "%u", own.least);
	CHECK(s, own.made == own.freed, "%zu made, %zu freed", own.made, own.freed);
	/* halved thrice; a half that passes is followed by the next tactics */
	CHECK(s, strncmp(own.log, "0000120", 7) == 0, "%s", own.log);
	/* until there are no more */
	CHECK(s, own.log[strlen(own.log) - 1] == '3', "%s", own.log);
}

static void test_own_error(struct suite_run *s)
{
	struct own own = {.err = true};

	CHECK(s, run_own(&own) == THEFT_RUN_ERROR, "errs");
	CHECK(s, own.made == own.freed, "%zu made, %zu freed", own.made, own.freed);
}

/* ---- both, and neither ---- */

static enum theft_trial_res both_from_100(struct theft *t, void *a, void *b)
{
	(void)t;
	return *(uint32_t *)a >= 100 && *(uint32_t *)b >= 200 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static void test_both(struct suite_run *s)
{
	struct own own = {.made = 0};
	const struct theft_type_info type = {
		.alloc = make_own, .free = free_own, .shrink = shrink_own, .env = &own};
	struct theft_run_config cfg = suite_quiet("both");
	struct least least = {.length = 0};

	cfg.prop2 = both_from_100;
	cfg.type_info[0] = &type;
	cfg.type_info[1] = &suite_auto_u32;
	cfg.trials = 1;
	cfg.hooks.counterexample = keep_number;
	cfg.hooks.env = &least;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_FAIL, "fails");
	CHECK(s, least.value[0] == 100 && least.value[1] == 200, "%u, %u", least.value[0],
	      least.value[1]);
	CHECK(s, own.made == own.freed, "%zu made, %zu freed", own.made, own.freed);
}

static void test_neither(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("neither");
	struct least least = {.length = 0};

	cfg.prop1 = from_100;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = 1;
	cfg.hooks.counterexample = keep_number;
	cfg.hooks.env = &least;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_FAIL, "fails");
	CHECK(s, least.value[0] > 100, "%u", least.value[0]);
}

/* ---- results while shrinking ---- */

struct while_shrinking {
	bool shrinking;
	enum theft_alloc_res alloc;
	enum theft_trial_res result;
};

static enum theft_hook_shrink_pre_res begin(const struct theft_hook_shrink_pre_info *info,
					    void *env)
{
	(void)info;
	((struct while_shrinking *)env)->shrinking = true;
	return THEFT_HOOK_SHRINK_PRE_CONTINUE;
}

static enum theft_alloc_res make_while(struct theft *t, void *env, void **instance)
{
	const struct while_shrinking *w = env;

	return w->shrinking && w->alloc != THEFT_ALLOC_OK ? w->alloc
							  : suite_auto_u32.alloc(t, NULL, instance);
}

static enum theft_trial_res result_while(struct theft *t, void *a)
{
	const struct while_shrinking *w = theft_hook_get_env(t);

	(void)a;
	return w->shrinking ? w->result : THEFT_TRIAL_FAIL;
}

static void while_shrinking(struct suite_run *s, enum theft_alloc_res alloc,
			    enum theft_trial_res result, enum theft_run_res wanted)
{
	struct while_shrinking w = {.alloc = alloc, .result = result};
	struct theft_type_info type = suite_auto_u32;
	struct theft_run_config cfg = suite_quiet("while");
	enum theft_run_res res;

	type.alloc = make_while;
	type.env = &w;
	cfg.prop1 = result_while;
	cfg.type_info[0] = &type;
	cfg.trials = 1;
	cfg.hooks.shrink_pre = begin;
	cfg.hooks.env = &w;
	suite_capture_begin();
	res = theft_run(&cfg);
	free(suite_capture_end());
	CHECK(s, res == wanted, "alloc %d, result %d: %s", (int)alloc, (int)result,
	      theft_run_res_str(res));
}

static void test_while_shrinking(struct suite_run *s)
{
	while_shrinking(s, THEFT_ALLOC_SKIP, THEFT_TRIAL_FAIL, THEFT_RUN_FAIL);
	while_shrinking(s, THEFT_ALLOC_ERROR, THEFT_TRIAL_FAIL, THEFT_RUN_ERROR);
	while_shrinking(s, THEFT_ALLOC_OK, THEFT_TRIAL_SKIP, THEFT_RUN_FAIL);
	while_shrinking(s, THEFT_ALLOC_OK, THEFT_TRIAL_ERROR, THEFT_RUN_ERROR);
	while_shrinking(s, THEFT_ALLOC_OK, THEFT_TRIAL_FAIL, THEFT_RUN_FAIL);
}

const struct suite_test theft_shrink_tests[] = {
	{"shrink.a_number_to_the_least", test_number},
	{"shrink.two_numbers", test_two_numbers},
	{"shrink.a_text", test_text},
	{"shrink.zeros_past_the_end", test_zeros_past_the_end},
	{"shrink.own_tactics_in_order", test_own},
	{"shrink.own_shrinker_errs", test_own_error},
	{"shrink.own_beside_the_engines", test_both},
	{"shrink.neither_leaves_it_as_it_is", test_neither},
	{"shrink.results_on_the_way", test_while_shrinking},
	{NULL, NULL},
};
