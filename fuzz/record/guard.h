/* SPDX-License-Identifier: MIT */
/*
 * guard: a process that removes the instance when told to, and when the
 * recorder is gone, whatever ended it.  It takes no signals of a terminal.
 */
#ifndef MM_RECORD_GUARD_H
#define MM_RECORD_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

struct mm_record_guard {
	pid_t pid; /* -1: none */
	int pipe;  /* its end is the recorder's end */
};

/* Before the instance is made.  root: of tracefs.  false: no process, errno. */
bool mm_record_guard_start(struct mm_record_guard *g, int root, const char *name);
/* Let it remove the instance, which nobody may hold open.  Whether it is gone. */
bool mm_record_guard_finish(struct mm_record_guard *g);

#endif
