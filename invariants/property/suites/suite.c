/* SPDX-License-Identifier: MIT */
/*
 * suite: the program around the tables, and what several of them need.
 *
 *     theft-suites [NAME...]     tests whose names begin so; all
 *
 * Exit: 0 all hold, 1 one does not, 4 nothing is called that, 5 no output could
 * be captured.
 */
#include "invariants/property/suites/suite.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status { STATUS_OK, STATUS_FAILED, STATUS_NOTHING = 4, STATUS_BROKEN = 5 };

void suite_fail(struct suite_run *s, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	s->failures++;
	(void)fflush(stdout);
	va_start(ap, fmt);
	(void)fprintf(stderr, "%s:%d: ", file, line);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

/* ---- capturing ---- */

static struct {
	FILE *file;
	int saved;
} capture;

static void must(bool good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "suite: could not %s\n", what);
	_exit(STATUS_BROKEN);
}

void suite_capture_begin(void)
{
	(void)fflush(stdout);
	capture.file = tmpfile();
	must(capture.file != NULL, "make a temporary file");
	capture.saved = dup(STDOUT_FILENO);
	must(capture.saved >= 0 && dup2(fileno(capture.file), STDOUT_FILENO) >= 0,
	     "redirect stdout");
}

char *suite_capture_end(void)
{
	char *text;
	long size;

	(void)fflush(stdout);
	must(dup2(capture.saved, STDOUT_FILENO) >= 0, "restore stdout");
	(void)close(capture.saved);
	must(fseek(capture.file, 0, SEEK_END) == 0, "read what was printed");
	size = ftell(capture.file);
	must(size >= 0, "read what was printed");
	rewind(capture.file);
	text = calloc((size_t)size + 1, 1);
	must(text && fread(text, 1, (size_t)size, capture.file) == (size_t)size,
	     "read what was printed");
	(void)fclose(capture.file);
	return text;
}

size_t suite_count(const char *text, const char *part)
{
	size_t count = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		count++;
	return count;
}

/* ---- configurations ---- */

static enum theft_hook_run_pre_res quiet_run_pre(const struct theft_hook_run_pre_info *info,
						 void *env)
{
	(void)info;
	(void)env;
	return THEFT_HOOK_RUN_PRE_CONTINUE;
}

static enum theft_hook_run_post_res quiet_run_post(const struct theft_hook_run_post_info *info,
						   void *env)
{
	(void)info;
	(void)env;
	return THEFT_HOOK_RUN_POST_CONTINUE;
}

static enum theft_hook_trial_post_res
quiet_trial_post(const struct theft_hook_trial_post_info *info, void *env)
{
	(void)info;
	(void)env;
	return THEFT_HOOK_TRIAL_POST_CONTINUE;
}

static enum theft_hook_counterexample_res
quiet_counterexample(const struct theft_hook_counterexample_info *info, void *env)
{
	(void)info;
	(void)env;
	return THEFT_HOOK_COUNTEREXAMPLE_CONTINUE;
}

struct theft_run_config suite_quiet(const char *name)
{
	struct theft_run_config cfg = {
		.name = name,
		.hooks = {.run_pre = quiet_run_pre,
			  .run_post = quiet_run_post,
			  .trial_post = quiet_trial_post,
			  .counterexample = quiet_counterexample},
	};

	return cfg;
}

static enum theft_alloc_res make_u32(struct theft *t, void *env, void **instance)
{
	uint32_t *value = malloc(sizeof(*value));

	(void)env;
	if (!value)
		return THEFT_ALLOC_ERROR;
	*value = (uint32_t)theft_random_bits(t, 32);
	*instance = value;
	return THEFT_ALLOC_OK;
}

static void print_u32(FILE *f, const void *instance, void *env)
{
	(void)env;
	(void)fprintf(f, "<%u>", *(const uint32_t *)instance);
}

const struct theft_type_info suite_u32 = {
	.alloc = make_u32,
	.free = theft_generic_free_cb,
	.print = print_u32,
};

const struct theft_type_info suite_auto_u32 = {
	.alloc = make_u32,
	.free = theft_generic_free_cb,
	.print = print_u32,
	.autoshrink_config = {.enable = true},
};

enum theft_trial_res suite_passes(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	return THEFT_TRIAL_PASS;
}

enum theft_trial_res suite_fails(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	return THEFT_TRIAL_FAIL;
}

/* ---- running ---- */

static bool selected(const char *test, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strncmp(test, argv[i], strlen(argv[i])) == 0)
			return true;
	}
	return argc < 2;
}

int main(int argc, char **argv)
{
	const struct suite_test *const *table;
	const struct suite_test *test;
	struct suite_run all = {.checks = 0};
	size_t tests = 0;

	/* tests say which seeds they want */
	(void)unsetenv("MM_PROPERTY_SEED");
	for (table = suite_all; *table; table++) {
		for (test = *table; test->name; test++) {
			struct suite_run s = {.checks = 0};

			if (!selected(test->name, argc, argv))
				continue;
			test->fn(&s);
			(void)printf("%-60s %s, %zu checks\n", test->name,
				     s.failures ? "FAILED" : "ok", s.checks);
			tests++;
			all.checks += s.checks;
			all.failures += s.failures;
		}
	}
	(void)printf("%zu tests, %zu checks: ", tests, all.checks);
	if (!tests) {
		(void)printf("nothing is called that\n");
		return STATUS_NOTHING;
	}
	if (all.failures)
		(void)printf("%zu failed\n", all.failures);
	else
		(void)printf("ok\n");
	return all.failures ? STATUS_FAILED : STATUS_OK;
}
