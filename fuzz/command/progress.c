/* SPDX-License-Identifier: MIT */
/*
 * progress: a line that is rewritten on a terminal, a line every ten seconds
 * elsewhere; nothing at all for what takes less than a second.
 */
#include "fuzz/command/command.h"

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

void progress_step(struct progress *p, uint64_t done, uint64_t total)
{
	double now = wall_seconds();
	double spent = now - p->start;

	if (now - p->last < (p->tty ? 0.2 : 10.0))
		return;
	p->last = now;
	p->shown = true;
	(void)fprintf(stderr, "%s%s: %llu", p->tty ? "\r" : "", p->what, (unsigned long long)done);
	if (total && done)
		(void)fprintf(stderr, " of %llu, %2.0f %%, %.0f s left", (unsigned long long)total,
			      100.0 * (double)done / (double)total,
			      spent * (double)(total - done) / (double)done);
	(void)fputs(p->tty ? "   " : "\n", stderr);
	(void)fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->tty && p->shown)
		(void)fputs("\r\033[K", stderr);
}
