/* SPDX-License-Identifier: MIT */
/*
 * libtheft: what mm_property.h promises, done by a libtheft of the system as
 * far as it can (MM_THEFT=system).
 *
 * Seed, quiet and halt_on_failure have a counterpart in its configuration.  What
 * has none is left out, and the first use of such a thing says so.
 */
#include "invariants/property/mm_property.h"

#include <errno.h>
#include <stdlib.h>

/* Of the process, because what it speaks of is the build. */
static void say_once(void)
{
	static bool said;

	if (!said)
		(void)fprintf(
			stderr,
			"mm_property: this build uses libtheft (MM_THEFT=system), which has "
			"no labels, marks, notes, budgets, kept failures or draws from bytes: "
			"they are left out\n");
	said = true;
}

void mm_property_begin(struct theft *t)
{
	(void)t; /* a hint for shrinking: nobody misses it */
}

void mm_property_end(struct theft *t)
{
	(void)t;
}

void mm_property_label(struct theft *t, const char *label)
{
	(void)t;
	(void)label;
	say_once();
}

void mm_property_note(struct theft *t, const char *fmt, ...)
{
	(void)t;
	(void)fmt;
	say_once();
}

bool mm_property_is_shrinking(const struct theft *t)
{
	(void)t;
	return false;
}

/* ---- hooks that say nothing ---- */

static enum theft_hook_run_pre_res quiet_pre(const struct theft_hook_run_pre_info *info, void *env)
{
	(void)info;
	(void)env;
	return THEFT_HOOK_RUN_PRE_CONTINUE;
}

static enum theft_hook_run_post_res quiet_post(const struct theft_hook_run_post_info *info,
					       void *env)
{
	(void)info;
	(void)env;
	return THEFT_HOOK_RUN_POST_CONTINUE;
}

static enum theft_hook_trial_post_res quiet_trial(const struct theft_hook_trial_post_info *info,
						  void *env)
{
	(void)info;
	(void)env;
	return THEFT_HOOK_TRIAL_POST_CONTINUE;
}

static void be_quiet(struct theft_run_config *cfg)
{
	if (!cfg->hooks.run_pre)
		cfg->hooks.run_pre = quiet_pre;
	if (!cfg->hooks.run_post)
		cfg->hooks.run_post = quiet_post;
	if (!cfg->hooks.trial_post)
		cfg->hooks.trial_post = quiet_trial;
}

/* ---- a run ---- */

static bool set_seed(struct theft_run_config *cfg)
{
	const char *text = getenv("MM_PROPERTY_SEED");
	char *end;

	if (!text)
		return true;
	errno = 0;
	cfg->seed = strtoull(text, &end, 0);
	if (*text && *text != '-' && !*end && !errno)
		return true;
	(void)fprintf(stderr, "theft_run: MM_PROPERTY_SEED is no number; write 1234 or 0x4d2\n");
	return false;
}

enum theft_run_res mm_property_run(const struct theft_run_config *cfg,
				   const struct mm_property_options *options,
				   struct mm_property_result *result)
{
	struct mm_property_options o =
		options ? *options : (struct mm_property_options){.cover = NULL};
	struct theft_run_config mine = *cfg;
	struct mm_property_result r = {.res = THEFT_RUN_ERROR_BAD_ARGS};

	if (o.max_ms || o.max_shrink_ms || o.max_shrink_calls || o.nr_cover || o.failures)
		say_once();
	if (o.halt_on_failure && !mine.hooks.trial_pre)
		mine.hooks.trial_pre = theft_hook_first_fail_halt;
	if (o.quiet)
		be_quiet(&mine);
	if (o.ignore_environment || set_seed(&mine))
		r.res = theft_run(&mine);
	r.run_seed = mine.seed;
	/* how many, only its own hook is told */
	r.counts.fail = r.res == THEFT_RUN_FAIL;
	r.counts.pass = r.res == THEFT_RUN_PASS;
	if (result)
		*result = r;
	if (o.report)
		mm_property_report_add(o.report, cfg->name, &r, NULL);
	return r.res;
}

enum theft_trial_res mm_property_one(const struct theft_run_config *cfg, const uint8_t *data,
				     size_t size)
{
	(void)cfg;
	(void)data;
	(void)size;
	say_once();
	return THEFT_TRIAL_SKIP;
}

bool mm_property_is_bundled(void)
{
	return false;
}
