/* SPDX-License-Identifier: MIT */
/*
 * property_speed: what the engine itself costs per trial, printed and not
 * judged: one draw of 32 bits into memory from malloc, and a property that looks
 * at it.  Read the figure of a release build.
 */
#include "invariants/property/suites/property_tables.h"

#include <time.h>

#define TRIALS 500000
#define ROUNDS 5

static enum theft_trial_res is_not_one(struct theft *t, void *a)
{
	(void)t;
	return *(const uint32_t *)a == 1 ? THEFT_TRIAL_SKIP : THEFT_TRIAL_PASS;
}

static void test_speed(struct suite_run *s)
{
	const struct mm_property_options options = {.quiet = true, .ignore_environment = true};
	struct theft_run_config cfg = suite_quiet("speed");
	double best = 0;
	size_t i;

	cfg.prop1 = is_not_one;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = TRIALS;
	/* as nobody's hook is called, none is paid for */
	cfg.hooks.trial_post = NULL;
	for (i = 0; i < ROUNDS; i++) {
		struct mm_property_result result;
		clock_t start = clock();
		double seconds;

		(void)mm_property_run(&cfg, &options, &result);
		seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
		CHECK(s, result.counts.pass == TRIALS, "%zu passed", result.counts.pass);
		if (seconds > 0 && TRIALS / seconds > best)
			best = TRIALS / seconds;
	}
	(void)printf("    %.1f million trials per CPU-second, best of %d\n", best / 1e6, ROUNDS);
}

const struct suite_test property_speed_tests[] = {
	{"speed.of_a_trivial_trial", test_speed},
	{NULL, NULL},
};
