/* SPDX-License-Identifier: MIT */
/*
 * theft_run: what a run does with its configuration, and what it answers.
 */
#include "invariants/property/suites/theft_tables.h"

#include <stdlib.h>
#include <string.h>

/* ---- counting ---- */

struct counts {
	size_t calls;
	size_t fail_every; /* 0: never */
	size_t skip_every;
	struct theft_run_report report;
	theft_seed seeds[300];
	size_t nr_seeds;
};

static enum theft_hook_run_post_res keep_report(const struct theft_hook_run_post_info *info,
						void *env)
{
	struct counts *c = env;

	c->report = info->report;
	return THEFT_HOOK_RUN_POST_CONTINUE;
}

static enum theft_hook_gen_args_pre_res keep_seed(const struct theft_hook_gen_args_pre_info *info,
						  void *env)
{
	struct counts *c = env;

	if (c->nr_seeds < sizeof(c->seeds) / sizeof(c->seeds[0]))
		c->seeds[c->nr_seeds++] = info->trial_seed;
	return THEFT_HOOK_GEN_ARGS_PRE_CONTINUE;
}

static enum theft_trial_res counted(struct theft *t, void *a)
{
	struct counts *c = theft_hook_get_env(t);

	(void)a;
	c->calls++;
	if (c->fail_every && c->calls % c->fail_every == 0)
		return THEFT_TRIAL_FAIL;
	if (c->skip_every && c->calls % c->skip_every == 0)
		return THEFT_TRIAL_SKIP;
	return THEFT_TRIAL_PASS;
}

static struct theft_run_config counting(struct counts *c)
{
	struct theft_run_config cfg = suite_quiet("counted");

	*c = (struct counts){.calls = 0};
	cfg.prop1 = counted;
	cfg.type_info[0] = &suite_u32;
	cfg.hooks.run_post = keep_report;
	cfg.hooks.gen_args_pre = keep_seed;
	cfg.hooks.env = c;
	return cfg;
}

static void test_passes(struct suite_run *s)
{
	struct counts c;
	struct theft_run_config cfg = counting(&c);
	enum theft_run_res res = theft_run(&cfg);

	CHECK(s, res == THEFT_RUN_PASS, "%s", theft_run_res_str(res));
	CHECK(s, c.calls == 100, "%zu calls", c.calls);
	CHECK(s, c.report.pass == 100 && !c.report.fail && !c.report.skip && !c.report.dup,
	      "pass %zu", c.report.pass);
}

static void test_goes_on(struct suite_run *s)
{
	struct counts c;
	struct theft_run_config cfg = counting(&c);
	enum theft_run_res res;

	c.fail_every = 10;
	c.skip_every = 4;
	cfg.trials = 60;
	res = theft_run(&cfg);
	CHECK(s, res == THEFT_RUN_FAIL, "%s", theft_run_res_str(res));
	CHECK(s, c.calls == 60, "%zu calls", c.calls);
	CHECK(s, c.report.fail == 6, "fail %zu", c.report.fail);
	/* every 4th of 60, without the 20th, 40th and 60th, which fail */
	CHECK(s, c.report.skip == 12, "skip %zu", c.report.skip);
	CHECK(s, c.report.pass == 42, "pass %zu", c.report.pass);
}

static void test_skips(struct suite_run *s)
{
	struct counts c;
	struct theft_run_config cfg = counting(&c);
	enum theft_run_res res;

	c.skip_every = 1;
	res = theft_run(&cfg);
	CHECK(s, res == THEFT_RUN_SKIP, "%s", theft_run_res_str(res));
	CHECK(s, c.report.skip == 100, "skip %zu", c.report.skip);
}

static enum theft_trial_res errs(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	return THEFT_TRIAL_ERROR;
}

static void test_error(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("errs");
	enum theft_run_res res;

	cfg.prop1 = errs;
	cfg.type_info[0] = &suite_u32;
	res = theft_run(&cfg);
	CHECK(s, res == THEFT_RUN_ERROR, "%s", theft_run_res_str(res));
}

/* ---- seeds ---- */

static void test_seeds_repeat(struct suite_run *s)
{
	struct counts a;
	struct counts b;
	struct theft_run_config cfg_a = counting(&a);
	struct theft_run_config cfg_b = counting(&b);
	size_t i;
	size_t j;

	cfg_a.seed = cfg_b.seed = 7;
	(void)theft_run(&cfg_a);
	(void)theft_run(&cfg_b);
	CHECK(s, a.nr_seeds == 100 && b.nr_seeds == 100, "%zu", a.nr_seeds);
	CHECK(s, memcmp(a.seeds, b.seeds, sizeof(a.seeds)) == 0, "same seed, other trials");
	for (i = 0; i < a.nr_seeds; i++) {
		for (j = i + 1; j < a.nr_seeds; j++)
			CHECK(s, a.seeds[i] != a.seeds[j], "trials %zu and %zu", i, j);
	}
	b.nr_seeds = 0;
	cfg_b.seed = 8;
	(void)theft_run(&cfg_b);
	CHECK(s, memcmp(a.seeds, b.seeds, sizeof(a.seeds)) != 0, "other seed, same trials");
}

static enum theft_hook_run_pre_res keep_run_seed(const struct theft_hook_run_pre_info *info,
						 void *env)
{
	theft_seed *seed = env;

	*seed = info->run_seed;
	return THEFT_HOOK_RUN_PRE_CONTINUE;
}

static void test_default_seed(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("seed");
	theft_seed seed = 0;

	cfg.prop1 = suite_passes;
	cfg.type_info[0] = &suite_u32;
	cfg.hooks.run_pre = keep_run_seed;
	cfg.hooks.env = &seed;
	(void)theft_run(&cfg);
	CHECK(s, seed == 0xa600d64b175eed, "0x%llx", (unsigned long long)seed);
}

static void test_always_seeds(struct suite_run *s)
{
	theft_seed always[] = {11, 22, 33};
	struct counts c;
	struct theft_run_config cfg = counting(&c);

	cfg.always_seeds = always;
	cfg.always_seed_count = 3;
	cfg.trials = 5;
	(void)theft_run(&cfg);
	CHECK(s, c.nr_seeds == 8, "%zu trials", c.nr_seeds);
	CHECK(s, c.seeds[0] == 11 && c.seeds[1] == 22 && c.seeds[2] == 33, "not first");
}

/* ---- what is refused ---- */

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): theft wants it so */
static enum theft_trial_res two(struct theft *t, void *a, void *b)
{
	(void)t;
	(void)a;
	(void)b;
	return THEFT_TRIAL_PASS;
}

static enum theft_shrink_res no_tactics(struct theft *t, const void *instance, uint32_t tactic,
					void *env, void **output)
{
	(void)t;
	(void)instance;
	(void)tactic;
	(void)env;
	(void)output;
	return THEFT_SHRINK_NO_MORE_TACTICS;
}

static void refused(struct suite_run *s, const struct theft_run_config *cfg, const char *what)
{
	enum theft_run_res res = theft_run(cfg);

	CHECK(s, res == THEFT_RUN_ERROR_BAD_ARGS, "%s: %s", what, theft_run_res_str(res));
}

static void test_bad_args(struct suite_run *s)
{
	struct theft_type_info both = suite_auto_u32;
	struct theft_type_info no_alloc = {.free = theft_generic_free_cb};
	struct theft_run_config cfg = suite_quiet("refused");

	both.shrink = no_tactics;
	cfg.type_info[0] = &suite_u32;
	refused(s, &cfg, "no property");
	cfg.prop2 = two;
	refused(s, &cfg, "two arguments, one type");
	cfg.type_info[1] = &suite_u32;
	cfg.type_info[2] = &suite_u32;
	refused(s, &cfg, "two arguments, three types");
	cfg.type_info[2] = NULL;
	cfg.type_info[1] = &no_alloc;
	refused(s, &cfg, "a type without alloc");
	cfg.type_info[1] = &both;
	refused(s, &cfg, "shrink and autoshrink");
	cfg.type_info[1] = &suite_u32;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_PASS, "what is left is good");
}

/* ---- arguments ---- */

static bool is_sum(void *const *a, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (*(uint32_t *)a[i] != 10 + i)
			return false;
	}
	return true;
}

static enum theft_alloc_res make_number(struct theft *t, void *env, void **instance)
{
	uint32_t *value = malloc(sizeof(*value));

	(void)t;
	if (!value)
		return THEFT_ALLOC_ERROR;
	*value = *(const uint32_t *)env;
	*instance = value;
	return THEFT_ALLOC_OK;
}

#define ARGS(...) ((void *const[]){__VA_ARGS__})
#define VERDICT(N, ...)                                                                            \
	((void)t, is_sum(ARGS(__VA_ARGS__), N) ? THEFT_TRIAL_PASS : THEFT_TRIAL_FAIL)

static enum theft_trial_res of1(struct theft *t, void *a)
{
	return VERDICT(1, a);
}

static enum theft_trial_res of2(struct theft *t, void *a, void *b)
{
	return VERDICT(2, a, b);
}

static enum theft_trial_res of3(struct theft *t, void *a, void *b, void *c)
{
	return VERDICT(3, a, b, c);
}

static enum theft_trial_res of4(struct theft *t, void *a, void *b, void *c, void *d)
{
	return VERDICT(4, a, b, c, d);
}

static enum theft_trial_res of5(struct theft *t, void *a, void *b, void *c, void *d, void *e)
{
	return VERDICT(5, a, b, c, d, e);
}

/* NOLINTNEXTLINE(readability-function-size): seven parameters are the subject */
static enum theft_trial_res of6(struct theft *t, void *a, void *b, void *c, void *d, void *e,
				void *f)
{
	return VERDICT(6, a, b, c, d, e, f);
}

/* NOLINTNEXTLINE(readability-function-size): and eight */
static enum theft_trial_res of7(struct theft *t, void *a, void *b, void *c, void *d, void *e,
				void *f, void *g)
{
	return VERDICT(7, a, b, c, d, e, f, g);
}

static void test_arities(struct suite_run *s)
{
	uint32_t values[THEFT_MAX_ARITY];
	struct theft_type_info types[THEFT_MAX_ARITY];
	struct theft_run_config cfg;
	uint32_t n;
	uint32_t i;

	for (n = 1; n <= THEFT_MAX_ARITY; n++) {
		cfg = suite_quiet("arity");
		cfg.prop1 = n == 1 ? of1 : NULL;
		cfg.prop2 = n == 2 ? of2 : NULL;
		cfg.prop3 = n == 3 ? of3 : NULL;
		cfg.prop4 = n == 4 ? of4 : NULL;
		cfg.prop5 = n == 5 ? of5 : NULL;
		cfg.prop6 = n == 6 ? of6 : NULL;
		cfg.prop7 = n == 7 ? of7 : NULL;
		for (i = 0; i < n; i++) {
			values[i] = 10 + i;
			types[i] = (struct theft_type_info){.alloc = make_number,
							    .free = theft_generic_free_cb,
							    .env = &values[i]};
			cfg.type_info[i] = &types[i];
		}
		CHECK(s, theft_run(&cfg) == THEFT_RUN_PASS, "%u arguments", n);
	}
}

struct alloc_env {
	size_t made;
	size_t freed;
	size_t skip_every;
	size_t fail_at;
};

static enum theft_alloc_res make_or_not(struct theft *t, void *env, void **instance)
{
	struct alloc_env *e = env;

	(void)t;
	e->made++;
	if (e->fail_at && e->made == e->fail_at)
		return THEFT_ALLOC_ERROR;
	if (e->skip_every && e->made % e->skip_every == 0)
		return THEFT_ALLOC_SKIP;
	*instance = e;
	return THEFT_ALLOC_OK;
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): theft wants it so */
static void count_free(void *instance, void *env)
{
	struct alloc_env *e = env;

	e->freed += instance == e;
}

static void test_alloc_results(struct suite_run *s)
{
	struct alloc_env env = {.skip_every = 5};
	struct theft_type_info type = {.alloc = make_or_not, .free = count_free, .env = &env};
	struct counts c;
	struct theft_run_config cfg = counting(&c);

	cfg.type_info[0] = &type;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_PASS, "skipping");
	CHECK(s, c.report.skip == 20 && c.report.pass == 80, "skip %zu", c.report.skip);
	CHECK(s, env.freed == 80, "%zu freed", env.freed);
	env = (struct alloc_env){.fail_at = 3};
	CHECK(s, theft_run(&cfg) == THEFT_RUN_ERROR, "failing");
	CHECK(s, env.made == 3 && env.freed == 2, "%zu made", env.made);
}

/* ---- repetitions ---- */

static void test_dup(struct suite_run *s)
{
	struct counts c;
	struct theft_run_config cfg = counting(&c);

	cfg.type_info[0] = theft_get_builtin_type_info(THEFT_BUILTIN_bool);
	CHECK(s, theft_run(&cfg) == THEFT_RUN_PASS, "two values");
	CHECK(s, c.calls == 2 && c.report.pass == 2, "%zu calls", c.calls);
	CHECK(s, c.report.dup == 98, "dup %zu", c.report.dup);
}

static void test_no_hash_no_dup(struct suite_run *s)
{
	struct theft_type_info type;
	struct counts c;
	struct theft_run_config cfg = counting(&c);

	theft_copy_builtin_type_info(THEFT_BUILTIN_bool, &type);
	type.hash = NULL;
	cfg.type_info[0] = &type;
	(void)theft_run(&cfg);
	CHECK(s, c.calls == 100 && c.report.dup == 0, "%zu calls", c.calls);
}

const struct suite_test theft_run_tests[] = {
	{"run.passes_after_100_trials", test_passes},
	{"run.goes_on_after_failures", test_goes_on},
	{"run.skips_when_nothing_ran", test_skips},
	{"run.ends_when_a_trial_errs", test_error},
	{"run.same_seed_same_trials", test_seeds_repeat},
	{"run.seed_0_is_the_default", test_default_seed},
	{"run.always_seeds_come_first", test_always_seeds},
	{"run.refuses_bad_configurations", test_bad_args},
	{"run.arguments_in_order_for_each_arity", test_arities},
	{"run.alloc_may_skip_or_fail", test_alloc_results},
	{"run.repeated_arguments_are_not_run", test_dup},
	{"run.without_hash_all_are_run", test_no_hash_no_dup},
	{NULL, NULL},
};
