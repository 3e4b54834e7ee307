/* SPDX-License-Identifier: MIT */
/*
 * report_tap: the Test Anything Protocol, version 13.
 *
 *     TAP version 13
 *     ok 1 - sorting.keeps_all
 *     not ok 2 - sorting.is_stable
 *       ---
 *       message: |
 *         1 of 100 trials failed; ...
 *       ...
 *     1..2
 */
#include "invariants/property/report.h"

#include <string.h>

void report_tap_begin(FILE *out)
{
	(void)fputs("TAP version 13\n", out);
}

/* # would begin a directive, and a line break another test. */
static void put_name(FILE *out, const char *name)
{
	for (; *name; name++) {
		if (*name == '#' || *name == '\\')
			(void)fputc('\\', out);
		(void)fputc((unsigned char)*name < ' ' ? ' ' : *name, out);
	}
}

/* A block of lines in YAML: indented, nothing in it has a meaning. */
static void put_lines(FILE *out, const char *lines)
{
	(void)fputs("  ---\n  message: |\n", out);
	while (*lines) {
		size_t length = strcspn(lines, "\n");

		(void)fprintf(out, "    %.*s\n", (int)length, lines);
		lines += length;
		lines += *lines == '\n';
	}
	(void)fputs("  ...\n", out);
}

void report_tap_test(FILE *out, size_t number, const struct report_test *test)
{
	bool good = test->verdict == REPORT_PASSED || test->verdict == REPORT_SKIPPED;

	(void)fprintf(out, "%s %zu - ", good ? "ok" : "not ok", number);
	put_name(out, test->name);
	if (test->verdict == REPORT_SKIPPED) {
		(void)fputs(" # SKIP ", out);
		put_name(out, test->why);
	}
	(void)fputc('\n', out);
	if (!good && test->why[0])
		put_lines(out, test->why);
	(void)fflush(out);
}

void report_tap_end(FILE *out, size_t tests)
{
	(void)fprintf(out, "1..%zu\n", tests);
}
