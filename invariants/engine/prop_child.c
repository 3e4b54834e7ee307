/* SPDX-License-Identifier: MIT */
/*
 * prop_child: fork, run, tell through shared memory, end without a word.
 */
#include "invariants/engine/prop_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first run of a property may take so long; its smaller ones a part. */
#define LIMIT_FIRST  120
#define LIMIT_SHRINK 10

static void silence(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	(void)close(fd);
}

/* The parent says that it died: no last words of the child's. */
static void run_child(struct prop_trial *r, struct prop_draws *draws)
{
	static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction now;

		/* a sanitizer's own handlers report what happened */
		if (sigaction(signals[i], NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO))
			(void)signal(signals[i], SIG_DFL);
	}
	if (r->shared->report.is_quiet)
		silence();
	(void)alarm(r->limit);
	draws->log = &r->shared->log;
	prop_trial_run(r, draws);
	(void)fflush(NULL);
	_exit(0);
}

static void say_death(struct prop_report *report, int status)
{
	const char *what = "ended";
	int number = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);

	if (WIFSIGNALED(status))
		what = number == SIGALRM ? "ran out of time" : "died of signal";
	report->failures++;
	report->class = 0x100 + (uint64_t)number + (WIFSIGNALED(status) ? 0x1000 : 0);
	(void)snprintf(report->text, sizeof(report->text), "the process %s (%d)", what, number);
}

bool prop_child_run(struct prop_trial *r, struct prop_draws *draws)
{
	struct prop_report *report = &r->shared->report;
	int status = 0;
	pid_t child;
	pid_t got;

	if (!r->is_ready && r->item->before_children)
		r->item->before_children(r->item->env);
	r->is_ready = true;
	r->shared->log.nr = 0;
	r->limit = report->is_quiet ? LIMIT_SHRINK : LIMIT_FIRST;
	(void)fflush(NULL); /* or both print what is buffered */
	child = fork();
	if (child == 0)
		run_child(r, draws);
	if (child < 0) {
		report->failures++;
		report->class = 2;
		(void)snprintf(report->text, sizeof(report->text), "no child: %s", strerror(errno));
		return true;
	}
	do {
		got = waitpid(child, &status, 0);
	} while (got < 0 && errno == EINTR);
	prop_draws_repeat(draws, &r->shared->log);
	if (report->ended)
		return false;
	say_death(report, status);
	if (!report->is_quiet)
		(void)fprintf(stderr, "%s: %s\n", r->item->name, report->text);
	return true;
}
