/* SPDX-License-Identifier: MIT */
/*
 * err: names of errors, and messages with a place.
 */
#include "mm/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <errno.h>
_Static_assert(MM_EPERM == EPERM && MM_ENOENT == ENOENT && MM_EIO == EIO && MM_E2BIG == E2BIG &&
		       MM_ENOMEM == ENOMEM && MM_EFAULT == EFAULT && MM_EBUSY == EBUSY &&
		       MM_ENODEV == ENODEV && MM_EINVAL == EINVAL && MM_ENOSPC == ENOSPC &&
		       MM_ERANGE == ERANGE && MM_EEXIST == EEXIST && MM_EOPNOTSUPP == EOPNOTSUPP &&
		       MM_EBADF == EBADF && MM_EAGAIN == EAGAIN && MM_EACCES == EACCES &&
		       MM_ESRCH == ESRCH && MM_ENFILE == ENFILE && MM_EOVERFLOW == EOVERFLOW,
	       "errors are numbered as Linux numbers them");
#endif

static const struct {
	int err;
	const char *name;
} names[] = {
	{MM_EPERM, "EPERM"},           {MM_ENOENT, "ENOENT"}, {MM_EIO, "EIO"},
	{MM_E2BIG, "E2BIG"},           {MM_ENOMEM, "ENOMEM"}, {MM_EFAULT, "EFAULT"},
	{MM_EBUSY, "EBUSY"},           {MM_ENODEV, "ENODEV"}, {MM_EINVAL, "EINVAL"},
	{MM_ENOSPC, "ENOSPC"},         {MM_ERANGE, "ERANGE"}, {MM_EEXIST, "EEXIST"},
	{MM_EOPNOTSUPP, "EOPNOTSUPP"}, {MM_EBADF, "EBADF"},   {MM_EAGAIN, "EAGAIN"},
	{MM_ESRCH, "ESRCH"},           {MM_ENFILE, "ENFILE"}, {MM_EACCES, "EACCES"},
	{MM_EOVERFLOW, "EOVERFLOW"},
};

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

const char *mm_err_name(int err)
{
	size_t i;

	for (i = 0; i < NR_NAMES; i++) {
		if (names[i].err == err || names[i].err == -err)
			return names[i].name;
	}
	return "E?";
}

int mm_err_find(const char *name)
{
	size_t i;

	if (name[0] == '-')
		name++;
	for (i = 0; i < NR_NAMES; i++) {
		if (strcmp(names[i].name, name) == 0)
			return names[i].err;
	}
	return 0;
}

int mm_error_set(struct mm_error *e, int err, int line, int col, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return err;
	e->line = line;
	e->col = col;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return err;
}

const char *mm_error_text(const struct mm_error *e, char *buf, size_t len)
{
	const char *file = e->file ? e->file : "";
	const char *colon = e->file ? ":" : "";

	if (e->line && e->col)
		(void)snprintf(buf, len, "%s%s%d:%d: %s", file, colon, e->line, e->col, e->text);
	else if (e->line)
		(void)snprintf(buf, len, "%s%s%d: %s", file, colon, e->line, e->text);
	else
		(void)snprintf(buf, len, "%s%s%s%s", file, colon, *colon ? " " : "", e->text);
	return buf;
}

void mm_pre_failed(const char *expr, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: caller error: %s does not hold\n", file, line, expr);
	abort();
}
