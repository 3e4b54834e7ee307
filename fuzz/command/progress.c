/* SPDX-License-Identifier: MIT */
/*
 * progress: a line that is rewritten on a terminal, a line every ten seconds
 * elsewhere; nothing at all for what takes less than a second.
 */
#include "fuzz/command/command.h"

#include <stdarg.h>
#include <time.h>
#include <unistd.h>

static double seconds(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

double wall_seconds(void)
{
	return seconds(CLOCK_MONOTONIC);
}

double cpu_seconds(void)
{
	return seconds(CLOCK_THREAD_CPUTIME_ID);
}

void progress_start(struct progress *p, const char *what)
{
	p->what = what;
	p->start = wall_seconds();
	p->last = p->start;
	p->tty = isatty(STDERR_FILENO) != 0;
	p->shown = false;
}

bool progress_due(struct progress *p)
{
	double now = wall_seconds();

	if (now - p->last < (p->tty ? 0.2 : 10.0))
		return false;
	p->last = now;
	p->shown = true;
	return true;
}

void progress_line(struct progress *p, const char *fmt, ...)
{
	va_list ap;

	/* or it stands in the middle of a line where both go to one file */
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s%s: ", p->tty ? "\r" : "", p->what);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputs(p->tty ? "   " : "\n", stderr);
	(void)fflush(stderr);
}

void progress_step(struct progress *p, uint64_t done, uint64_t total)
{
	double spent;

	if (!progress_due(p))
		return;
	spent = p->last - p->start;
	if (total && done)
		progress_line(p, "%llu of %llu, %2.0f %%, %.0f s left", (unsigned long long)done,
			      (unsigned long long)total, 100.0 * (double)done / (double)total,
			      spent * (double)(total - done) / (double)done);
	else
		progress_line(p, "%llu", (unsigned long long)done);
}

void progress_end(struct progress *p)
{
	if (p->tty && p->shown)
		(void)fputs("\r\033[K", stderr);
}
