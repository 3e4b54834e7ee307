/* SPDX-License-Identifier: MIT */
/*
 * death: what a process notes while it dies, and the class that makes.
 */
#ifndef MM_DEATH_H
#define MM_DEATH_H

#include "fuzz/command/worker.h"

#include <stdint.h>

#define DEATH_FRAMES_MAX 48
#define DEATH_NAME_LEN   64

struct death {
	bool dead;     /* the rest is filled */
	bool exits;    /* it called exit() */
	int sig;       /* 0: a sanitizer's own way */
	char kind[48]; /* AddressSanitizer's word ("heap-buffer-overflow"), or empty */
	int nr_frames; /* return addresses, relative to where the program was loaded; */
	uintptr_t frames[DEATH_FRAMES_MAX]; /* 0: outside of it */
};

/* Fill the frames: from a handler of the dying process. */
void death_frames(struct death *d);
/* "f < g < h": the topmost functions that differ, up to the run loop. */
void death_top(const struct death *d, char *text, size_t len);
/* Class and bucket from that, and from what the process said; v->op is known. */
void death_class(struct verdict *v, const char *said, const struct death *d);
/* Likewise of one that was ended: it took too long, or too much memory (bytes). */
void death_of_hang(struct verdict *v, double limit, bool slow);
void death_of_memory(struct verdict *v, uint64_t limit);

#endif
