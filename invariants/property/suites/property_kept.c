/* SPDX-License-Identifier: MIT */
/*
 * property_kept: failures in files: kept, replayed first, refused, outlived.
 */
#include "invariants/property/suites/property_tables.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
	char path[64];
	char file[128];
};

static void folder_make(struct suite_run *s, struct folder *f)
{
	(void)snprintf(f->path, sizeof(f->path), "/tmp/mm-property-XXXXXX");
	CHECK(s, mkdtemp(f->path) != NULL, "no temporary folder");
	/* a name is not a path */
	(void)snprintf(f->file, sizeof(f->file), "%s/a_.._b.failure", f->path);
}

static void folder_remove(const struct folder *f)
{
	(void)unlink(f->file);
	(void)rmdir(f->path);
}

static void write_file(const struct folder *f, const char *text)
{
	FILE *file = fopen(f->file, "w");

	if (!file)
		return;
	(void)fputs(text, file);
	(void)fclose(file);
}

static char *read_file(const struct folder *f)
{
	char *text = calloc(4096, 1);
	FILE *file = fopen(f->file, "r");

	if (!text)
		abort();
	if (file && fread(text, 1, 4095, file) == 0)
		text[0] = '\0';
	if (file)
		(void)fclose(file);
	return text;
}

/* ---- the property ---- */

static uint32_t threshold;
static size_t calls;

static enum theft_trial_res at_least(struct theft *t, void *a)
{
	(void)t;
	calls++;
	return *(uint32_t *)a >= threshold ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static char *run_in(const struct folder *f, size_t trials, struct mm_property_result *result)
{
	struct theft_run_config cfg = {.prop1 = at_least,
				       .type_info = {&suite_auto_u32},
				       .name = "a/../b",
				       .trials = trials,
				       .seed = 17};
	struct mm_property_options options = {
		.ignore_environment = true, .halt_on_failure = true, .failures = f->path};

	calls = 0;
	suite_capture_begin();
	(void)mm_property_run(&cfg, &options, result);
	return suite_capture_end();
}

static void test_keep(struct suite_run *s)
{
	struct mm_property_result result;
	struct folder f;
	char *text;

	folder_make(s, &f);
	threshold = 1000;
	text = run_in(&f, 10, &result);
	CHECK(s, strstr(text, f.file) != NULL, "%s", text);
	free(text);
	text = read_file(&f);
	CHECK(s, strstr(text, "\ndraw 0 32 0x3e8\nend\n") != NULL, "%s", text);
	CHECK(s, strstr(text, "<1000>") != NULL, "%s", text);
	free(text);
	text = run_in(&f, 10, &result);
	CHECK(s, result.replayed && result.res == THEFT_RUN_FAIL, "%s", text);
	CHECK(s, result.counts.fail == 1 && result.counts.pass == 0, "it was not first");
	free(text);
	folder_remove(&f);
}

static void test_passes(struct suite_run *s)
{
	struct mm_property_result result;
	struct folder f;
	char *text;

	folder_make(s, &f);
	threshold = 1000;
	free(run_in(&f, 10, &result));
	threshold = UINT32_MAX;
	text = run_in(&f, 10, &result);
	CHECK(s, result.res == THEFT_RUN_PASS && calls == 11, "%zu calls", calls);
	CHECK(s, strstr(text, "no longer fails; remove it: rm '") != NULL, "%s", text);
	free(text);
	folder_remove(&f);
}

static void test_smaller_stays(struct suite_run *s)
{
	struct mm_property_result result;
	struct folder f;
	char *text;

	folder_make(s, &f);
	/* what is kept fails and is simpler than what shrinking finds: nothing is */
	write_file(&f, "mmref property failure 1\nproperty a/../b\nseed 0x1\ntypes 1\n"
		       "draw 0 32 0x3e8\nend\n");
	threshold = 1000;
	free(run_in(&f, 10, &result));
	text = read_file(&f);
	CHECK(s, strstr(text, "draw 0 32 0x3e8") != NULL, "%s", text);
	free(text);
	folder_remove(&f);
}

/* ---- files that do not fit ---- */

static void refused(const char *content, struct suite_run *s, const char *why)
{
	struct mm_property_result result;
	struct folder f;
	char *text;

	folder_make(s, &f);
	write_file(&f, content);
	threshold = UINT32_MAX;
	text = run_in(&f, 5, &result);
	/* one that can be read is a trial more */
	CHECK(s, result.res == THEFT_RUN_PASS && result.counts.pass >= 5, "trials did not run");
	CHECK(s, strstr(text, why) && strstr(text, "remove it: rm '"), "no \"%s\" in %s", why,
	      text);
	free(text);
	folder_remove(&f);
}

#define HEAD "mmref property failure 1\nproperty a/../b\nseed 0x1\ntypes 1\n"

static void test_bad_files(struct suite_run *s)
{
	refused("", s, ":1: not \"mmref property failure 1\"");
	refused("mmref property failure 2\n", s, ":1: not");
	refused("mmref property failure 1\nproperty c\n", s, ":2: is of another property");
	refused("mmref property failure 1\nproperty a/../b\nseed x\n", s, ":3: not \"seed");
	refused("mmref property failure 1\nproperty a/../b\nseed 1\ntypes 2\n", s,
		":4: the property has another number");
	refused(HEAD, s, ":5: ends without \"end\"");
	refused(HEAD "draw 0 32\nend\n", s, ":5: not \"draw");
	refused(HEAD "draw 0 65 1\nend\n", s, ":5: not \"draw");
	refused(HEAD "draw 0 4 16\nend\n", s, ":5: not \"draw");
	refused(HEAD "draw 2 4 1\nend\n", s, ":5: not \"draw");
	refused(HEAD "draw 0 4 1 \nend\n", s, ":5: not \"draw");
	refused(HEAD "draw 1 4 1\ndraw 0 4 1\nend\n", s, ":6: not \"draw");
	refused(HEAD "draw 0 4 -1\nend\n", s, ":5: not \"draw");
	/* readable, but the generator draws otherwise now */
	refused(HEAD "draw 0 4 1\ndraw 0 4 1\nend\n", s, "its draws are not those");
}

static void test_no_folder(struct suite_run *s)
{
	struct mm_property_result result;
	struct folder f = {"/proc/no/such/folder", ""};
	char *text;

	threshold = 0;
	text = run_in(&f, 1, &result);
	CHECK(s, result.res == THEFT_RUN_FAIL, "the failure is lost");
	CHECK(s, strstr(text, "could not be written") != NULL, "%s", text);
	free(text);
}

const struct suite_test property_kept_tests[] = {
	{"kept.a_failure_is_replayed_first", test_keep},
	{"kept.one_that_passes_is_told", test_passes},
	{"kept.the_simpler_one_stays", test_smaller_stays},
	{"kept.files_that_do_not_fit_are_told", test_bad_files},
	{"kept.no_folder_loses_no_failure", test_no_folder},
	{NULL, NULL},
};
