/* SPDX-License-Identifier: MIT */
/*
 * command: fork, wait for a byte, exec.  The command shares the recorder's
 * terminal and process group, so that both hear what is typed; it is told to end
 * when the recorder dies of what it cannot catch.
 */
#include "fuzz/record/command.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void become(char **words, const sigset_t *before, pid_t parent, const int fd[2])
{
	char byte;
	int err;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || read(fd[0], &byte, 1) != 1)
		_exit(127);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, before, NULL);
	(void)execvp(words[0], words);
	err = errno;
	(void)!write(fd[1], &err, sizeof(err));
	_exit(127);
}

bool mm_record_child_make(struct mm_record_child *c, char **words, const sigset_t *before)
{
	pid_t parent = getpid();
	int go[2];
	int failed[2];

	if (pipe2(go, O_CLOEXEC))
		return false;
	if (pipe2(failed, O_CLOEXEC)) {
		(void)close(go[0]);
		(void)close(go[1]);
		return false;
	}
	c->pid = fork();
	if (c->pid == 0) {
		const int mine[2] = {go[0], failed[1]};

		(void)close(go[1]);
		(void)close(failed[0]);
		become(words, before, parent, mine);
	}
	(void)close(go[0]);
	(void)close(failed[1]);
	c->go = go[1];
	c->failed = failed[0];
	if (c->pid > 0)
		return true;
	(void)close(c->go);
	(void)close(c->failed);
	return false;
}

int mm_record_child_go(struct mm_record_child *c)
{
	int err = 0;
	ssize_t n;

	(void)!write(c->go, "g", 1);
	(void)close(c->go);
	/* a successful exec closes the other end */
	do {
		n = read(c->failed, &err, sizeof(err));
	} while (n < 0 && errno == EINTR);
	(void)close(c->failed);
	return n == (ssize_t)sizeof(err) ? err : 0;
}

void mm_record_child_drop(struct mm_record_child *c)
{
	int status;

	(void)close(c->go);
	(void)close(c->failed);
	(void)kill(c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	c->pid = -1;
}
