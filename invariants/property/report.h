/* SPDX-License-Identifier: MIT */
/*
 * report: what is known of each test, and who writes it.
 */
#ifndef MM_PROPERTY_REPORT_H
#define MM_PROPERTY_REPORT_H

#include "invariants/property/mm_property.h"

enum report_verdict {
	REPORT_PASSED,
	REPORT_FAILED,
	REPORT_SKIPPED,
	REPORT_BROKEN, /* the test itself went wrong */
};

/* One run, in words. */
struct report_test {
	const char *name;
	enum report_verdict verdict;
	double seconds;
	const char *why; /* lines; empty when it passed */
};

void report_tap_begin(FILE *out);
void report_tap_test(FILE *out, size_t number, const struct report_test *test);
void report_tap_end(FILE *out, size_t tests);

/* How many tests had which verdict. */
struct report_totals {
	size_t count[REPORT_BROKEN + 1];
	double seconds;
};

void report_junit_test(FILE *out, const char *suite, const struct report_test *test);
void report_junit_begin(FILE *out, const char *suite, const struct report_totals *totals);
void report_junit_end(FILE *out);

#endif
