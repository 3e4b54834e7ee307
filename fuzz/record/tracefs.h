/* SPDX-License-Identifier: MIT */
/*
 * tracefs: an instance of its own, so that nobody else's tracing is disturbed
 * nor seen: own buffers, own filter, own clock.
 */
#ifndef MM_RECORD_TRACEFS_H
#define MM_RECORD_TRACEFS_H

#include "fuzz/record/record.h"

#include <sys/types.h>

struct mm_record_tracefs {
	int root;     /* of tracefs */
	int instance; /* -1: not made */
	int pipe;     /* trace_pipe, never blocks */
	char name[48];
	char clock[16];
};

/*
 * Where it is mounted; nowhere: through a mount that no namespace has, and which
 * goes with the descriptor.  false: why.
 */
bool mm_record_tracefs_open(struct mm_record_tracefs *t, char why[MM_RECORD_WHY_MAX]);
/* Make the instance and set it up, not recording yet.  false: why. */
bool mm_record_tracefs_make(struct mm_record_tracefs *t, uint64_t buffer_kib,
			    char why[MM_RECORD_WHY_MAX]);
/* Only this process and all that come of it. */
bool mm_record_tracefs_follow(struct mm_record_tracefs *t, pid_t pid, char why[MM_RECORD_WHY_MAX]);
/* ... but not this one. */
void mm_record_tracefs_leave_out(struct mm_record_tracefs *t, pid_t pid);
bool mm_record_tracefs_switch(struct mm_record_tracefs *t, bool on);
void mm_record_tracefs_losses(const struct mm_record_tracefs *t, struct mm_record_events *ev);
/* What the instance holds open; then it can be removed. */
void mm_record_tracefs_release(struct mm_record_tracefs *t);
/* By name, so that who did not make it can.  Tries for `ms`. */
bool mm_record_tracefs_remove(int root, const char *name, unsigned int ms);
void mm_record_tracefs_close(struct mm_record_tracefs *t);

#endif
