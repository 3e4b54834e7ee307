/* SPDX-License-Identifier: MIT */
/*
 * theft_print: what a run prints when no hook does otherwise, and where.
 */
#include "invariants/property/suites/theft_tables.h"

#include <stdlib.h>
#include <string.h>

/* ---- a run ---- */

static enum theft_trial_res from_1000(struct theft *t, void *a)
{
	(void)t;
	return *(uint32_t *)a >= 1000 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static void test_default_output(struct suite_run *s)
{
	const struct theft_run_config cfg = {
		.prop1 = from_1000,
		.type_info = {&suite_auto_u32},
		.name = "some_name",
		.trials = 1,
		.seed = 0xabcdef,
	};
	char *text;

	suite_capture_begin();
	(void)theft_run(&cfg);
	text = suite_capture_end();
	CHECK(s, strstr(text, "some_name") != NULL, "no name in %s", text);
	CHECK(s, strstr(text, "0x0000000000abcdef") != NULL, "no seed in %s", text);
	CHECK(s, strstr(text, "<1000>") != NULL, "no counterexample in %s", text);
	CHECK(s, strstr(text, "F") != NULL, "no result in %s", text);
	free(text);
}

static enum theft_trial_res to_stderr(struct theft *t, void *a)
{
	(void)a;
	theft_set_output_stream(t, stderr);
	return THEFT_TRIAL_PASS;
}

static void test_stream(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("stream");
	char *text;

	cfg.prop1 = to_stderr;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = 1;
	cfg.hooks.trial_post = NULL;
	suite_capture_begin();
	(void)theft_run(&cfg);
	text = suite_capture_end();
	CHECK(s, strlen(text) == 0, "%s", text);
	free(text);
}

static void test_infos(struct suite_run *s)
{
	const struct theft_hook_run_pre_info pre = {"some_name", 12, 0x77};
	const struct theft_hook_run_post_info post = {"some_name", 12, 0x77, {5, 4, 2, 1}};
	char *text;

	suite_capture_begin();
	theft_print_run_pre_info(stdout, &pre);
	CHECK(s, theft_hook_run_pre_print_info(&pre, NULL) == THEFT_HOOK_RUN_PRE_CONTINUE, "pre");
	text = suite_capture_end();
	CHECK(s, suite_count(text, "some_name") == 2, "%s", text);
	CHECK(s, strstr(text, "77") != NULL, "no seed in %s", text);
	free(text);
	suite_capture_begin();
	theft_print_run_post_info(stdout, &post);
	CHECK(s, theft_hook_run_post_print_info(&post, NULL) == THEFT_HOOK_RUN_POST_CONTINUE,
	      "post");
	text = suite_capture_end();
	CHECK(s, suite_count(text, "some_name") == 2, "%s", text);
	CHECK(s,
	      strstr(text, "pass 5") && strstr(text, "fail 4") && strstr(text, "skip 2") &&
		      strstr(text, "dup 1"),
	      "%s", text);
	free(text);
}

/* ---- characters ---- */

/* A hook has its env's tag checked; results come from a real run. */
struct script {
	struct theft_print_trial_result_env print;
	const char *results; /* p f s */
	size_t at;
	size_t passes; /* before them */
};

static enum theft_trial_res scripted(struct theft *t, void *a)
{
	struct script *script = theft_hook_get_env(t);

	(void)a;
	if (script->passes) {
		script->passes--;
		return THEFT_TRIAL_PASS;
	}
	switch (script->results[script->at++]) {
	case 'f':
		return THEFT_TRIAL_FAIL;
	case 's':
		return THEFT_TRIAL_SKIP;
	case 'e':
		return THEFT_TRIAL_ERROR;
	default:
		return THEFT_TRIAL_PASS;
	}
}

static enum theft_hook_trial_post_res print_it(const struct theft_hook_trial_post_info *info,
					       void *env)
{
	return theft_hook_trial_post_print_result(info, &((struct script *)env)->print);
}

static char *characters(struct script *script)
{
	struct theft_run_config cfg = suite_quiet("characters");

	cfg.prop1 = scripted;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = strlen(script->results) + script->passes;
	cfg.hooks.trial_post = print_it;
	cfg.hooks.env = script;
	suite_capture_begin();
	(void)theft_run(&cfg);
	return suite_capture_end();
}

static void test_characters(struct suite_run *s)
{
	struct script script = {.print = {.tag = THEFT_PRINT_TRIAL_RESULT_ENV_TAG},
				.results = "ppfspe"};
	char *text = characters(&script);

	CHECK(s, suite_count(text, "..") == 1 && strstr(text, "s.E") != NULL, "%s", text);
	CHECK(s, strstr(text, "F") != NULL, "%s", text);
	free(text);
}

static void test_scale(struct suite_run *s)
{
	struct script script = {.print = {.tag = THEFT_PRINT_TRIAL_RESULT_ENV_TAG},
				.results = "",
				.passes = 100000};
	char *text = characters(&script);
	const char *line;
	size_t longest = 0;

	CHECK(s, strstr(text, "(PASS x 100)") != NULL, "%s", text);
	CHECK(s, strlen(text) < 1000, "%zu characters", strlen(text));
	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (strcspn(line, "\n") > longest)
			longest = strcspn(line, "\n");
	}
	CHECK(s, longest > 60 && longest <= 72, "a line of %zu", longest);
	free(text);
}

static void test_columns(struct suite_run *s)
{
	struct script script = {
		.print = {.tag = THEFT_PRINT_TRIAL_RESULT_ENV_TAG, .max_column = 10},
		.results = "",
		.passes = 25};
	char *text = characters(&script);

	CHECK(s, strncmp(text, "..........\n..........\n.....", 27) == 0, "%s", text);
	free(text);
}

const struct suite_test theft_print_tests[] = {
	{"print.name_seed_result_and_counterexample", test_default_output},
	{"print.stream_can_be_set", test_stream},
	{"print.infos_of_a_run", test_infos},
	{"print.a_character_per_result", test_characters},
	{"print.long_rows_are_scaled", test_scale},
	{"print.columns_can_be_set", test_columns},
	{NULL, NULL},
};
