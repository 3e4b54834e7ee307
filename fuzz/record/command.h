/* SPDX-License-Identifier: MIT */
/*
 * command: the child that becomes the command, in two steps, so that it can be
 * recorded from its first instruction on and from no earlier.
 */
#ifndef MM_RECORD_COMMAND_H
#define MM_RECORD_COMMAND_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct mm_record_child {
	pid_t pid;
	int go;     /* a byte starts it; closed without: it goes */
	int failed; /* the errno of an exec that failed comes here */
};

/* Fork it; it waits.  before: its mask of signals.  false: errno. */
bool mm_record_child_make(struct mm_record_child *c, char **words, const sigset_t *before);
/* Let it go.  0, or errno of its exec. */
int mm_record_child_go(struct mm_record_child *c);
/* It is not to be, and is waited for. */
void mm_record_child_drop(struct mm_record_child *c);

#endif
