/* SPDX-License-Identifier: MIT */
/*
 * property_reports: TAP and JUnit, read back by strict little readers.
 */
#include "invariants/property/suites/property_tables.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is reported ---- */

static enum theft_trial_res skips(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	return THEFT_TRIAL_SKIP;
}

static enum theft_trial_res errs(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	return THEFT_TRIAL_ERROR;
}

static enum theft_trial_res fails_with_a_note(struct theft *t, void *a)
{
	(void)a;
	mm_property_note(t, "a < b && \"c\" > d\n]]> \x01 \xff");
	mm_property_note(t, "ok 7 - no test");
	return THEFT_TRIAL_FAIL;
}

/* Four runs, and one test that is none; the caller frees what was written. */
static char *report(struct suite_run *s, enum mm_property_format format)
{
	theft_propfun1 *const props[] = {suite_passes, fails_with_a_note, skips, errs};
	const char *const names[] = {"good", "b#d\\ <&>\"'\n\x02", NULL, "broken"};
	const struct mm_property_result other = {.res = THEFT_RUN_FAIL};
	struct mm_property_options options = {.ignore_environment = true, .quiet = true};
	char *text;
	size_t i;

	suite_capture_begin();
	options.report = mm_property_report_open(format, stdout, "suite <1>");
	options.out = tmpfile();
	for (i = 0; i < 4; i++) {
		struct theft_run_config cfg = suite_quiet(names[i]);

		cfg.prop1 = props[i];
		cfg.type_info[0] = &suite_u32;
		cfg.trials = 3;
		(void)mm_property_run(&cfg, &options, NULL);
	}
	mm_property_report_add(options.report, "other", &other, "why not");
	if (options.out)
		(void)fclose(options.out);
	CHECK(s, mm_property_report_close(options.report), "not all was written");
	text = suite_capture_end();
	return text;
}

/* ---- TAP ---- */

struct tap {
	size_t number;
	size_t ok;
	size_t not_ok;
	size_t plan;
	size_t skipped;
	bool in_block;
	bool good;
};

static void tap_test_line(struct tap *tap, const char *line)
{
	bool ok = strncmp(line, "ok ", 3) == 0;
	char *end;

	tap->ok += ok;
	tap->not_ok += !ok;
	tap->number++;
	tap->good = tap->good && strtoul(line + (ok ? 3 : 7), &end, 10) == tap->number &&
		    strncmp(end, " - ", 3) == 0;
	/* a directive is a # that is not escaped */
	tap->skipped += strstr(line, " # SKIP ") != NULL;
}

static void tap_line(struct tap *tap, const char *line)
{
	if (tap->in_block) {
		tap->good = tap->good && strncmp(line, "  ", 2) == 0;
		tap->in_block = strcmp(line, "  ...") != 0;
	} else if (strncmp(line, "ok ", 3) == 0 || strncmp(line, "not ok ", 7) == 0) {
		tap_test_line(tap, line);
	} else if (strcmp(line, "  ---") == 0) {
		tap->in_block = true;
	} else if (strncmp(line, "1..", 3) == 0) {
		tap->plan = strtoul(line + 3, NULL, 10);
	} else {
		tap->good = tap->good && strcmp(line, "TAP version 13") == 0 && !tap->number;
	}
}

static void test_tap(struct suite_run *s)
{
	struct tap tap = {.good = true};
	char *text = report(s, MM_PROPERTY_TAP);
	char *save = NULL;
	char *line;

	CHECK(s, strstr(text, "ok 1 - good\n") != NULL, "%s", text);
	CHECK(s, strstr(text, "not ok 2 - b\\#d\\\\ <&>\"'  \n") != NULL, "%s", text);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		tap_line(&tap, line);
	CHECK(s, tap.good && !tap.in_block, "not well formed");
	CHECK(s, tap.ok == 2 && tap.not_ok == 3 && tap.skipped == 1, "ok %zu, not ok %zu", tap.ok,
	      tap.not_ok);
	CHECK(s, tap.plan == 5, "1..%zu", tap.plan);
	free(text);
}

/* ---- XML ---- */

/* One element or text after another; names of open elements on a stack. */
struct xml {
	const char *at;
	char open[8][32];
	size_t depth;
	size_t elements;
	bool good;
};

static bool take(struct xml *x, const char *token)
{
	size_t length = strlen(token);

	if (strncmp(x->at, token, length) != 0)
		return false;
	x->at += length;
	return true;
}

static void xml_name(struct xml *x, char name[32])
{
	size_t length = 0;

	while (isalnum((unsigned char)*x->at) && length < 31)
		name[length++] = *x->at++;
	name[length] = '\0';
	x->good = x->good && length > 0;
}

/* Text up to a delimiter: printable, and & only as one of the entities. */
static void xml_text(struct xml *x, char until)
{
	while (*x->at && *x->at != until && x->good) {
		if (*x->at == '&')
			x->good = take(x, "&amp;") || take(x, "&lt;") || take(x, "&gt;") ||
				  take(x, "&quot;");
		else
			x->good = *x->at != '<' &&
				  (isprint((unsigned char)*x->at) || *x->at == '\n') && x->at++;
	}
	x->good = x->good && *x->at == until;
}

static void xml_open(struct xml *x)
{
	char ignored[32];

	x->good = x->good && x->depth < 8;
	if (!x->good)
		return;
	xml_name(x, x->open[x->depth++]);
	x->elements++;
	while (x->good && take(x, " ")) {
		xml_name(x, ignored);
		x->good = x->good && take(x, "=\"");
		if (x->good)
			xml_text(x, '"');
		x->good = x->good && take(x, "\"");
	}
	if (take(x, "/"))
		x->depth--;
	x->good = x->good && take(x, ">");
}

static void xml_close(struct xml *x)
{
	char name[32];

	xml_name(x, name);
	x->good = x->good && x->depth && strcmp(x->open[--x->depth], name) == 0 && take(x, ">");
}

static bool xml_is_well_formed(struct xml *x)
{
	x->good = take(x, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	while (x->good && *x->at) {
		if (take(x, "</"))
			xml_close(x);
		else if (take(x, "<"))
			xml_open(x);
		else
			x->good = isspace((unsigned char)*x->at++) != 0;
	}
	return x->good && x->depth == 0;
}

static void test_junit(struct suite_run *s)
{
	char *text = report(s, MM_PROPERTY_JUNIT);
	struct xml x = {.at = text};

	CHECK(s, xml_is_well_formed(&x), "at: %s", x.at);
	/* two around them, five tests, four of which have a reason inside */
	CHECK(s, x.elements == 11, "%zu elements", x.elements);
	CHECK(s,
	      strstr(text, "<testsuite name=\"suite &lt;1&gt;\" tests=\"5\" failures=\"2\" "
			   "errors=\"1\" skipped=\"1\"") != NULL,
	      "%s", text);
	CHECK(s, suite_count(text, "<failure ") == 2 && suite_count(text, "<error ") == 1, "%s",
	      text);
	CHECK(s, strstr(text, "why not") && strstr(text, "MM_PROPERTY_SEED=0x"), "%s", text);
	free(text);
}

static void test_full_disk(struct suite_run *s)
{
	const struct mm_property_result good = {.res = THEFT_RUN_PASS};
	FILE *full = fopen("/dev/full", "w");
	struct mm_property_report *r;

	if (!full) {
		(void)printf("    skipped: there is no /dev/full\n");
		return;
	}
	r = mm_property_report_open(MM_PROPERTY_JUNIT, full, "full");
	mm_property_report_add(r, "good", &good, NULL);
	CHECK(s, !mm_property_report_close(r), "nothing was written, and nobody was told");
	(void)fclose(full);
}

const struct suite_test property_report_tests[] = {
	{"reports.tap_is_well_formed", test_tap},
	{"reports.junit_is_well_formed", test_junit},
	{"reports.a_full_disk_is_told", test_full_disk},
	{NULL, NULL},
};
