/* SPDX-License-Identifier: MIT */
/*
 * property_shrink: how small, and in how many calls.
 *
 * The subject is what a driver of operations looks like: up to 250 operations,
 * each of one of 16 kinds and with a byte of argument, marked as a unit.
 *
 *     [ more? 8 bits | kind 4 | argument 8 ] [ ... ] ... [ more? = 0 ]
 *
 * Calls are counts, so they are the same on every machine.
 */
#include "invariants/property/suites/property_tables.h"

#include <stdlib.h>
#include <string.h>

#define OPS_MAX 250
#define SEEDS   30

struct ops {
	size_t n;
	uint8_t kind[OPS_MAX];
	uint8_t arg[OPS_MAX];
};

static bool draw_op(struct theft *t, struct ops *ops)
{
	bool more;

	mm_property_begin(t);
	more = theft_random_choice(t, 256) != 0;
	if (more) {
		ops->kind[ops->n] = (uint8_t)theft_random_bits(t, 4);
		ops->arg[ops->n++] = (uint8_t)theft_random_bits(t, 8);
	}
	mm_property_end(t);
	return more;
}

static enum theft_alloc_res make_ops(struct theft *t, void *env, void **instance)
{
	struct ops *ops = calloc(1, sizeof(*ops));

	(void)env;
	if (!ops)
		return THEFT_ALLOC_ERROR;
	while (ops->n < OPS_MAX && draw_op(t, ops))
		;
	*instance = ops;
	return THEFT_ALLOC_OK;
}

static const struct theft_type_info ops_type = {
	.alloc = make_ops,
	.free = theft_generic_free_cb,
	.autoshrink_config = {.enable = true},
};

/* ---- the two bugs ---- */

#define IN_ORDER 12

/* Twelve given kinds, in this order, whatever stands between them. */
static enum theft_trial_res twelve_in_order(struct theft *t, void *a)
{
	static const uint8_t kinds[IN_ORDER] = {3, 9, 1, 14, 7, 7, 2, 11, 5, 0, 8, 13};
	const struct ops *ops = a;
	size_t found = 0;
	size_t i;

	(void)t;
	for (i = 0; i < ops->n && found < IN_ORDER; i++)
		found += ops->kind[i] == kinds[found];
	return found == IN_ORDER ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

/* Allocate (kind 3), free (5), use (11) the same of eight handles. */
static enum theft_trial_res use_after_free(struct theft *t, void *a)
{
	enum { NONE, LIVE, FREED } state[8] = {NONE};
	const struct ops *ops = a;
	size_t i;

	(void)t;
	for (i = 0; i < ops->n; i++) {
		size_t handle = ops->arg[i] % 8;

		if (ops->kind[i] == 3 && state[handle] == NONE)
			state[handle] = LIVE;
		else if (ops->kind[i] == 5 && state[handle] == LIVE)
			state[handle] = FREED;
		else if (ops->kind[i] == 11 && state[handle] == FREED)
			return THEFT_TRIAL_FAIL;
	}
	return THEFT_TRIAL_PASS;
}

struct outcome {
	struct ops least;
	size_t longest;
	size_t failures;
};

static enum theft_hook_counterexample_res
keep_ops(const struct theft_hook_counterexample_info *info, void *env)
{
	struct outcome *outcome = env;

	outcome->least = *(const struct ops *)info->args[0];
	outcome->failures++;
	if (outcome->least.n > outcome->longest)
		outcome->longest = outcome->least.n;
	return THEFT_HOOK_COUNTEREXAMPLE_CONTINUE;
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int by_size(const void *a, const void *b)
{
	size_t x = *(const size_t *)a;
	size_t y = *(const size_t *)b;

	return (x > y) - (x < y);
}

struct bug {
	const char *name;
	theft_propfun1 *prop;
	size_t minimum;
	size_t median_max; /* calls */
	size_t all_max;
};

/* The median over the seeds, and all of them. */
static void judge_bug(struct suite_run *s, const struct bug *bug)
{
	struct mm_property_options options = {
		.halt_on_failure = true, .quiet = true, .ignore_environment = true};
	struct theft_run_config cfg = suite_quiet(bug->name);
	size_t calls[SEEDS];
	size_t i;

	cfg.prop1 = bug->prop;
	cfg.type_info[0] = &ops_type;
	cfg.trials = 300;
	cfg.hooks.counterexample = keep_ops;
	options.out = tmpfile();
	for (i = 0; i < SEEDS; i++) {
		struct outcome outcome = {.failures = 0};
		struct mm_property_result result;

		cfg.seed = i + 1;
		cfg.hooks.env = &outcome;
		(void)mm_property_run(&cfg, &options, &result);
		calls[i] = result.shrink_calls;
		CHECK(s, outcome.failures == 1, "seed %zu finds nothing", i + 1);
		CHECK(s, outcome.longest == bug->minimum, "seed %zu: %zu operations", i + 1,
		      outcome.longest);
	}
	if (options.out)
		(void)fclose(options.out);
	qsort(calls, SEEDS, sizeof(calls[0]), by_size);
	CHECK(s, calls[SEEDS / 2] <= bug->median_max, "median %zu calls", calls[SEEDS / 2]);
	CHECK(s, calls[SEEDS - 1] <= bug->all_max, "%zu calls", calls[SEEDS - 1]);
	(void)printf("    %s: %zu operations, calls min/median/max %zu/%zu/%zu over %d seeds\n",
		     bug->name, bug->minimum, calls[0], calls[SEEDS / 2], calls[SEEDS - 1], SEEDS);
}

static void test_twelve(struct suite_run *s)
{
	const struct bug bug = {"twelve_in_order", twelve_in_order, IN_ORDER, 600, 700};

	judge_bug(s, &bug);
}

static void test_three(struct suite_run *s)
{
	const struct bug bug = {"use_after_free", use_after_free, 3, 250, 400};

	judge_bug(s, &bug);
}

/* ---- a property that draws its operations itself ---- */

static enum theft_trial_res draws_ops(struct theft *t, void *a)
{
	struct ops *ops = theft_hook_get_env(t);

	(void)a;
	*ops = (struct ops){.n = 0};
	while (ops->n < OPS_MAX && draw_op(t, ops))
		;
	return use_after_free(t, ops);
}

static void shrink_own_draws(struct suite_run *s, bool in_child)
{
	struct theft_run_config cfg = suite_quiet("draws_itself");
	struct mm_property_options options = {.halt_on_failure = true, .ignore_environment = true};
	struct mm_property_result result;
	struct ops ops;

	cfg.prop1 = draws_ops;
	cfg.type_info[0] = &suite_u32;
	cfg.fork.enable = in_child;
	cfg.trials = 300;
	cfg.hooks.env = &ops;
	options.out = tmpfile();
	/* a child for each call takes its time */
	options.max_shrink_calls = in_child ? 60 : 0;
	(void)mm_property_run(&cfg, &options, &result);
	if (options.out)
		(void)fclose(options.out);
	CHECK(s, result.counts.fail == 1 && !result.flaky, "fails");
	/* the last call is that of the counterexample */
	if (!in_child)
		CHECK(s, ops.n == 3, "%zu operations", ops.n);
	CHECK(s, result.shrunk > 5, "shrunk %zu times", result.shrunk);
}

static void test_own_draws(struct suite_run *s)
{
	shrink_own_draws(s, false);
}

static void test_own_draws_in_child(struct suite_run *s)
{
	shrink_own_draws(s, true);
}

const struct suite_test property_shrink_tests[] = {
	{"effort.twelve_operations_in_order", test_twelve},
	{"effort.use_after_free", test_three},
	{"effort.draws_of_the_property_shrink", test_own_draws},
	{"child.draws_of_the_property_shrink", test_own_draws_in_child},
	{NULL, NULL},
};
