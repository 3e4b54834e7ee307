/* SPDX-License-Identifier: MIT */
/*
 * child: a process of our own, for work that may die.
 */
#include "fuzz/command/command.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t child_fork(void)
{
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid < 0)
		(void)fprintf(stderr, "mmref: fork: %s\n", strerror(errno));
	return pid;
}

int child_wait(pid_t pid)
{
	int wstatus = STATUS_OUR_FAULT << 8;

	while (pid > 0 && waitpid(pid, &wstatus, 0) < 0 && errno == EINTR)
		continue;
	return wstatus;
}
