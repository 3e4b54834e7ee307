/* SPDX-License-Identifier: MIT */
/*
 * check: collecting what broken claims say.
 */
#include "mm/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void mm_report_init(struct mm_report *r)
{
	memset(r, 0, sizeof(*r));
}

void mm_report_fail(struct mm_report *r, const char *id, const char *fmt, ...)
{
	struct mm_failure f = {.id = id, .kind = r->kind, .object = r->object};
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(f.text, sizeof(f.text), fmt, ap);
	va_end(ap);
	if (!r->failures++)
		r->first = f;
	if (r->on_failure)
		r->on_failure(r->env, &f);
}
