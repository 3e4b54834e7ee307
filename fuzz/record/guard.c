/* SPDX-License-Identifier: MIT */
/*
 * guard: it waits in read() for the end of a pipe whose other end only the
 * recorder holds, and which no exec passes on.  A session of its own keeps the
 * terminal's signals away, all signals that can be are blocked.
 */
#include "fuzz/record/guard.h"

#include "fuzz/record/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define REMOVE_MS 10000
#define FDS_MAX   1024

/* Nothing of the recorder's stays open here: its readers would wait for us. */
static void keep_only(int a, int b)
{
	int fd;

	for (fd = 0; fd < FDS_MAX; fd++) {
		if (fd != a && fd != b)
			(void)close(fd);
	}
}

static _Noreturn void watch(int pipe, int root, const char *name)
{
	sigset_t all;
	char byte;
	ssize_t n;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	(void)setsid();
	keep_only(pipe, root);
	do {
		n = read(pipe, &byte, 1);
	} while (n < 0 && errno == EINTR);
	_exit(mm_record_tracefs_remove(root, name, REMOVE_MS) ? 0 : 1);
}

bool mm_record_guard_start(struct mm_record_guard *g, int root, const char *name)
{
	int ends[2];

	g->pid = -1;
	g->pipe = -1;
	if (pipe2(ends, O_CLOEXEC))
		return false;
	g->pid = fork();
	if (g->pid == 0) {
		(void)close(ends[1]);
		watch(ends[0], root, name);
	}
	(void)close(ends[0]);
	if (g->pid < 0) {
		(void)close(ends[1]);
		return false;
	}
	g->pipe = ends[1];
	return true;
}

bool mm_record_guard_finish(struct mm_record_guard *g)
{
	int status = 1;
	pid_t got;

	if (g->pid < 0)
		return true;
	(void)close(g->pipe);
	do {
		got = waitpid(g->pid, &status, 0);
	} while (got < 0 && errno == EINTR);
	g->pid = -1;
	return got > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
