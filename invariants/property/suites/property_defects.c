/* SPDX-License-Identifier: MIT */
/*
 * property_defects: what libtheft 0.4.5 gets wrong, and this engine must not.
 * So these tests are not of the suites that both engines pass.
 */
#include "invariants/property/suites/property_tables.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_ENVIRONMENT                                                                             \
	{                                                                                          \
		.ignore_environment = true, .quiet = true                                          \
	}

/* ---- draws ---- */

static enum theft_trial_res draw_into_ones(struct theft *t, void *a)
{
	uint64_t *all = theft_hook_get_env(t);
	uint64_t buf[3] = {UINT64_MAX, UINT64_MAX, UINT64_MAX};

	(void)a;
	theft_random_bits_bulk(t, 70, buf);
	all[0] &= buf[0];
	all[1] |= buf[1];
	all[2] &= buf[2];
	return THEFT_TRIAL_PASS;
}

static void test_bulk(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("bulk");
	uint64_t all[3] = {UINT64_MAX, 0, UINT64_MAX};

	cfg.prop1 = draw_into_ones;
	cfg.type_info[0] = &suite_u32;
	cfg.hooks.env = all;
	(void)theft_run(&cfg);
	CHECK(s, all[0] == 0, "old bits stay");
	CHECK(s, all[1] == 63, "0x%llx of 6 bits", (unsigned long long)all[1]);
	CHECK(s, all[2] == UINT64_MAX, "a word behind the end was written");
}

static enum theft_trial_res choose(struct theft *t, void *a)
{
	size_t *wrong = theft_hook_get_env(t);
	static const uint64_t ceilings[] = {
		65534, 65535, 65536, 65537, (uint64_t)1 << 32, ((uint64_t)1 << 63) + 1, UINT64_MAX};
	size_t i;

	(void)a;
	for (i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++)
		*wrong += theft_random_choice(t, ceilings[i]) >= ceilings[i];
	return THEFT_TRIAL_PASS;
}

static void test_choice(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("choice");
	size_t wrong = 0;

	cfg.prop1 = choose;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = 100000;
	cfg.hooks.env = &wrong;
	(void)theft_run(&cfg);
	CHECK(s, wrong == 0, "%zu times", wrong);
}

/* ---- hooks ---- */

struct seen_by_hooks {
	size_t no_args;
	size_t no_t;
	size_t wrong_seed;
	size_t wrong_failures;
	size_t failures;
	size_t results[THEFT_TRIAL_ERROR + 1];
	size_t calls;
};

static enum theft_hook_trial_pre_res see_pre(const struct theft_hook_trial_pre_info *info,
					     void *env)
{
	struct seen_by_hooks *seen = env;

	seen->no_args += !info->args || !info->args[0];
	return THEFT_HOOK_TRIAL_PRE_CONTINUE;
}

static enum theft_hook_trial_post_res see_post(const struct theft_hook_trial_post_info *info,
					       void *env)
{
	struct seen_by_hooks *seen = env;

	seen->results[info->result]++;
	seen->failures += info->result == THEFT_TRIAL_FAIL;
	seen->wrong_seed += info->run_seed != 99;
	seen->wrong_failures += info->failures != seen->failures;
	return THEFT_HOOK_TRIAL_POST_CONTINUE;
}

static enum theft_trial_res in_turn(struct theft *t, void *a)
{
	struct seen_by_hooks *seen = theft_hook_get_env(t);

	(void)a;
	switch (seen->calls++ % 3) {
	case 0:
		return THEFT_TRIAL_PASS;
	case 1:
		return THEFT_TRIAL_FAIL;
	default:
		return seen->calls < 12 ? THEFT_TRIAL_SKIP : THEFT_TRIAL_ERROR;
	}
}

static void test_infos(struct suite_run *s)
{
	struct seen_by_hooks seen = {.calls = 0};
	struct theft_type_info type;
	struct theft_run_config cfg = suite_quiet("infos");

	theft_copy_builtin_type_info(THEFT_BUILTIN_uint8_t, &type);
	type.autoshrink_config.enable = false;
	cfg.prop1 = in_turn;
	cfg.type_info[0] = &type;
	cfg.seed = 99;
	cfg.trials = 1000;
	cfg.hooks.trial_pre = see_pre;
	cfg.hooks.trial_post = see_post;
	cfg.hooks.env = &seen;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_ERROR, "errs in the end");
	CHECK(s, seen.results[THEFT_TRIAL_SKIP] && seen.results[THEFT_TRIAL_ERROR], "all results");
	CHECK(s, seen.no_args == 0, "trial_pre.args is NULL %zu times", seen.no_args);
	CHECK(s, seen.wrong_seed == 0, "trial_post.run_seed wrong %zu times", seen.wrong_seed);
	CHECK(s, seen.wrong_failures == 0, "trial_post.failures wrong %zu times",
	      seen.wrong_failures);
}

static enum theft_hook_fork_post_res see_fork(const struct theft_hook_fork_post_info *info,
					      void *env)
{
	return info->t && theft_hook_get_env(info->t) == env ? THEFT_HOOK_FORK_POST_CONTINUE
							     : THEFT_HOOK_FORK_POST_ERROR;
}

static void test_fork_info(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("fork info");

	cfg.prop1 = suite_passes;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = 1;
	cfg.fork.enable = true;
	cfg.hooks.fork_post = see_fork;
	cfg.hooks.env = &cfg;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_PASS, "fork_post.t is NULL");
}

/* ---- children ---- */

static void test_own_children(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("children");
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(42);
	/* it is dead, and waits to be waited for, before the first trial forks */
	CHECK(s, waitid(P_PID, (id_t)child, &(siginfo_t){.si_pid = 0}, WEXITED | WNOWAIT) == 0,
	      "no child");
	cfg.prop1 = suite_passes;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = 3;
	cfg.fork.enable = true;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_PASS, "passes");
	CHECK(s, waitpid(child, &status, 0) == child, "the host's child was taken");
	CHECK(s, WIFEXITED(status) && WEXITSTATUS(status) == 42, "status %d", status);
}

/* ---- seeds ---- */

struct seeds {
	theft_seed seed[50];
	size_t n;
	size_t attempts;
	size_t most_attempts; /* of one failure */
};

static enum theft_hook_trial_pre_res note_seed(const struct theft_hook_trial_pre_info *info,
					       void *env)
{
	struct seeds *seeds = env;

	seeds->seed[seeds->n++] = info->trial_seed;
	seeds->attempts = 0;
	return THEFT_HOOK_TRIAL_PRE_CONTINUE;
}

static enum theft_hook_shrink_pre_res give_up(const struct theft_hook_shrink_pre_info *info,
					      void *env)
{
	struct seeds *seeds = env;

	(void)info;
	return seeds->attempts++ < seeds->most_attempts ? THEFT_HOOK_SHRINK_PRE_CONTINUE
							: THEFT_HOOK_SHRINK_PRE_HALT;
}

static enum theft_trial_res is_large(struct theft *t, void *a)
{
	/* a property that draws must not change what comes later either */
	(void)theft_random_bits(t, 7);
	return *(uint32_t *)a > 1000 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static void test_trial_seeds(struct suite_run *s)
{
	struct seeds all = {.most_attempts = SIZE_MAX};
	struct seeds few = {.most_attempts = 2};
	struct theft_run_config cfg = suite_quiet("seeds");

	cfg.prop1 = is_large;
	cfg.type_info[0] = &suite_auto_u32;
	cfg.trials = 50;
	cfg.hooks.trial_pre = note_seed;
	cfg.hooks.shrink_pre = give_up;
	cfg.hooks.env = &all;
	(void)theft_run(&cfg);
	cfg.hooks.env = &few;
	(void)theft_run(&cfg);
	CHECK(s, all.n == 50 && few.n == 50, "%zu trials", all.n);
	CHECK(s, memcmp(all.seed, few.seed, sizeof(all.seed)) == 0,
	      "shrinking changes later trials");
}

/* ---- printing ---- */

static void test_print_mode(struct suite_run *s)
{
	struct theft_type_info type = suite_auto_u32;
	struct mm_property_options options = NO_ENVIRONMENT;
	struct theft_run_config cfg = {.prop1 = suite_fails, .type_info = {&type}, .trials = 1};
	char *text;
	unsigned int mode;

	for (mode = THEFT_AUTOSHRINK_PRINT_DEFAULT; mode <= THEFT_AUTOSHRINK_PRINT_ALL; mode++) {
		bool user = mode == 0 || (mode & THEFT_AUTOSHRINK_PRINT_USER);

		type.autoshrink_config.print_mode = (enum theft_autoshrink_print_mode)mode;
		suite_capture_begin();
		(void)mm_property_run(&cfg, &options, NULL);
		text = suite_capture_end();
		CHECK(s, (strstr(text, "<0>") != NULL) == user, "mode %u: %s", mode, text);
		CHECK(s,
		      (strstr(text, "bits 00000000000000000000000000000000\n") != NULL) ==
			      ((mode & THEFT_AUTOSHRINK_PRINT_BIT_POOL) != 0),
		      "mode %u: %s", mode, text);
		CHECK(s,
		      (strstr(text, "32:0\n") != NULL) ==
			      ((mode & THEFT_AUTOSHRINK_PRINT_REQUESTS) != 0),
		      "mode %u: %s", mode, text);
		free(text);
	}
	/* without a callback there is still something to see */
	type.print = NULL;
	type.autoshrink_config.print_mode = THEFT_AUTOSHRINK_PRINT_DEFAULT;
	suite_capture_begin();
	(void)mm_property_run(&cfg, &options, NULL);
	text = suite_capture_end();
	CHECK(s, strstr(text, "32:0\n") != NULL, "%s", text);
	free(text);
}

const struct suite_test property_defect_tests[] = {
	{"defects.bulk_overwrites_what_was_there", test_bulk},
	{"defects.choice_is_below_large_ceilings", test_choice},
	{"defects.hooks_are_told_all", test_infos},
	{"defects.fork_post_is_told_t", test_fork_info},
	{"defects.other_children_are_the_hosts", test_own_children},
	{"defects.shrinking_changes_no_later_trial", test_trial_seeds},
	{"defects.print_mode_is_used", test_print_mode},
	{NULL, NULL},
};
