/* SPDX-License-Identifier: MIT */
/*
 * report: results of runs become tests of a report.
 *
 * TAP is a stream and written as it comes.  JUnit's XML begins with the totals,
 * so its tests wait in memory until the end.
 */
#include "invariants/property/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WHY_SIZE 1024

struct mm_property_report {
	enum mm_property_format format;
	FILE *out;
	char *suite;
	struct report_totals totals;
	size_t tests;

	/* tests in XML, until the totals are known */
	FILE *body;
	char *text;
	size_t size;
};

struct mm_property_report *mm_property_report_open(enum mm_property_format format, FILE *out,
						   const char *suite)
{
	struct mm_property_report *r = calloc(1, sizeof(*r));
	size_t size = strlen(suite) + 1;

	if (!r)
		return NULL;
	r->format = format;
	r->out = out;
	r->suite = malloc(size);
	if (format == MM_PROPERTY_JUNIT)
		r->body = open_memstream(&r->text, &r->size);
	if (!r->suite || (format == MM_PROPERTY_JUNIT && !r->body)) {
		free(r->suite);
		free(r);
		return NULL;
	}
	memcpy(r->suite, suite, size);
	if (format == MM_PROPERTY_TAP)
		report_tap_begin(out);
	return r;
}

/* ---- a result in words ---- */

static enum report_verdict verdict_of(const struct mm_property_result *result)
{
	switch (result->res) {
	case THEFT_RUN_PASS:
		return REPORT_PASSED;
	case THEFT_RUN_SKIP:
		return REPORT_SKIPPED;
	case THEFT_RUN_FAIL:
		return REPORT_FAILED;
	case THEFT_RUN_ERROR:
	case THEFT_RUN_ERROR_MEMORY:
	case THEFT_RUN_ERROR_BAD_ARGS:
		break;
	}
	return REPORT_BROKEN;
}

static void describe(const struct mm_property_result *r, char why[WHY_SIZE])
{
	FILE *f = fmemopen(why, WHY_SIZE, "w");

	why[0] = '\0';
	if (!f)
		return;
	if (r->res == THEFT_RUN_SKIP)
		(void)fprintf(f, "nothing ran: all %zu trials were skipped", r->counts.skip);
	else if (r->res != THEFT_RUN_FAIL)
		(void)fprintf(f, "%s", theft_run_res_str(r->res));
	if (r->counts.fail)
		(void)fprintf(f, "%zu of %zu trials failed; MM_PROPERTY_SEED=0x%016" PRIx64 "%s%s",
			      r->counts.fail, r->counts.fail + r->counts.pass, r->failed_seed,
			      r->note[0] ? "\n" : "", r->note);
	if (r->flaky)
		(void)fprintf(f, "\n%zu did not fail again on the same draws", r->flaky);
	if (r->not_covered)
		(void)fprintf(f, "%s%zu coverage requirements were not met",
			      r->counts.fail ? "\n" : "", r->not_covered);
	(void)fclose(f);
	why[WHY_SIZE - 1] = '\0';
}

void mm_property_report_add(struct mm_property_report *report, const char *name,
			    const struct mm_property_result *result, const char *why)
{
	char words[WHY_SIZE] = "";
	struct report_test test = {
		.name = name ? name : "(unnamed property)",
		.verdict = verdict_of(result),
		.seconds = result->seconds,
		.why = why ? why : words,
	};

	if (test.verdict != REPORT_PASSED && !why)
		describe(result, words);
	report->tests++;
	report->totals.count[test.verdict]++;
	report->totals.seconds += test.seconds;
	if (report->format == MM_PROPERTY_TAP)
		report_tap_test(report->out, report->tests, &test);
	else
		report_junit_test(report->body, report->suite, &test);
}

bool mm_property_report_close(struct mm_property_report *report)
{
	bool good = true;

	if (report->format == MM_PROPERTY_TAP) {
		report_tap_end(report->out, report->tests);
	} else {
		good = fclose(report->body) == 0;
		report_junit_begin(report->out, report->suite, &report->totals);
		if (good)
			(void)fwrite(report->text, 1, report->size, report->out);
		report_junit_end(report->out);
		free(report->text);
	}
	good = fflush(report->out) == 0 && !ferror(report->out) && good;
	free(report->suite);
	free(report);
	return good;
}
