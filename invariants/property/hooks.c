/* SPDX-License-Identifier: MIT */
/*
 * hooks: those that a suite may use as they are, and the odds and ends of the
 * interface.
 */
#include "invariants/property/engine.h"

#include <stdlib.h>
#include <time.h>

enum theft_hook_run_pre_res
theft_hook_run_pre_print_info(const struct theft_hook_run_pre_info *info, void *env)
{
	(void)env;
	theft_print_run_pre_info(stdout, info);
	return THEFT_HOOK_RUN_PRE_CONTINUE;
}

enum theft_hook_run_post_res
theft_hook_run_post_print_info(const struct theft_hook_run_post_info *info, void *env)
{
	(void)env;
	theft_print_run_post_info(stdout, info);
	return THEFT_HOOK_RUN_POST_CONTINUE;
}

enum theft_hook_trial_post_res
theft_hook_trial_post_print_result(const struct theft_hook_trial_post_info *info, void *env)
{
	struct theft_print_trial_result_env *print_env = env;

	if (!print_env || print_env->tag != THEFT_PRINT_TRIAL_RESULT_ENV_TAG) {
		(void)fprintf(stderr, "theft_hook_trial_post_print_result: hooks.env is no "
				      "theft_print_trial_result_env: its tag has to be "
				      "THEFT_PRINT_TRIAL_RESULT_ENV_TAG\n");
		return THEFT_HOOK_TRIAL_POST_ERROR;
	}
	theft_print_trial_result(print_env, info);
	return THEFT_HOOK_TRIAL_POST_CONTINUE;
}

enum theft_hook_trial_pre_res
theft_hook_first_fail_halt(const struct theft_hook_trial_pre_info *info, void *env)
{
	(void)env;
	return info->failures ? THEFT_HOOK_TRIAL_PRE_HALT : THEFT_HOOK_TRIAL_PRE_CONTINUE;
}

void *theft_hook_get_env(struct theft *t)
{
	return t->cfg->hooks.env;
}

void theft_set_output_stream(struct theft *t, FILE *out)
{
	t->out = out ? out : stdout;
}

theft_seed theft_seed_of_time(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	/* neighbouring times make unlike seeds */
	return seed_of_trial((theft_seed)now.tv_sec * 1000000000u + (theft_seed)now.tv_nsec, 1);
}

/* The interface has its parameters in this order. */
/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters) */
void theft_generic_free_cb(void *instance, void *env)
{
	(void)env;
	free(instance);
}

const char *theft_trial_res_str(enum theft_trial_res res)
{
	switch (res) {
	case THEFT_TRIAL_PASS:
		return "PASS";
	case THEFT_TRIAL_FAIL:
		return "FAIL";
	case THEFT_TRIAL_SKIP:
		return "SKIP";
	case THEFT_TRIAL_DUP:
		return "DUP";
	case THEFT_TRIAL_ERROR:
		return "ERROR";
	}
	return "(unknown)";
}

const char *theft_run_res_str(enum theft_run_res res)
{
	switch (res) {
	case THEFT_RUN_PASS:
		return "PASS";
	case THEFT_RUN_FAIL:
		return "FAIL";
	case THEFT_RUN_SKIP:
		return "SKIP";
	case THEFT_RUN_ERROR:
		return "ERROR";
	case THEFT_RUN_ERROR_MEMORY:
		return "ERROR_MEMORY";
	case THEFT_RUN_ERROR_BAD_ARGS:
		return "ERROR_BAD_ARGS";
	}
	return "(unknown)";
}

bool mm_property_is_bundled(void)
{
	return true;
}
