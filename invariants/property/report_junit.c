/* SPDX-License-Identifier: MIT */
/*
 * report_junit: the XML that build servers read as JUnit's.
 */
#include "invariants/property/report.h"

/* Control characters have no place in XML 1.0, not even escaped; bytes beyond
 * ASCII may be no UTF-8. */
static void put_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '&')
			(void)fputs("&amp;", out);
		else if (c == '<')
			(void)fputs("&lt;", out);
		else if (c == '>')
			(void)fputs("&gt;", out);
		else if (c == '"')
			(void)fputs("&quot;", out);
		else if (c == '\n' || (c >= ' ' && c <= '~'))
			(void)fputc(c, out);
		else
			(void)fputc('?', out);
	}
}

void report_junit_begin(FILE *out, const char *suite, const struct report_totals *totals)
{
	const size_t *count = totals->count;

	(void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		    "  <testsuite name=\"",
		    out);
	put_text(out, suite);
	(void)fprintf(out,
		      "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" "
		      "time=\"%.3f\">\n",
		      count[REPORT_PASSED] + count[REPORT_FAILED] + count[REPORT_BROKEN] +
			      count[REPORT_SKIPPED],
		      count[REPORT_FAILED], count[REPORT_BROKEN], count[REPORT_SKIPPED],
		      totals->seconds);
}

void report_junit_test(FILE *out, const char *suite, const struct report_test *test)
{
	static const char *const elements[] = {
		[REPORT_FAILED] = "failure",
		[REPORT_SKIPPED] = "skipped",
		[REPORT_BROKEN] = "error",
	};
	const char *element = elements[test->verdict];

	(void)fputs("    <testcase classname=\"", out);
	put_text(out, suite);
	(void)fputs("\" name=\"", out);
	put_text(out, test->name);
	(void)fprintf(out, "\" time=\"%.3f\"", test->seconds);
	if (!element) {
		(void)fputs("/>\n", out);
		return;
	}
	(void)fprintf(out, ">\n      <%s message=\"", element);
	put_text(out, test->why);
	(void)fputs("\"/>\n    </testcase>\n", out);
}

void report_junit_end(FILE *out)
{
	(void)fputs("  </testsuite>\n</testsuites>\n", out);
}
