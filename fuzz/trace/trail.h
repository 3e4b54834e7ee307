/* SPDX-License-Identifier: MIT */
/*
 * trail: the way of an operation through the code, read off the events it sent.
 *
 *     a1 = alloc order=0 gfp=KERNEL
 *       order 0 for KERNEL: pfn 0 of zone Normal      mm_page_alloc_get  ref/phys/...
 *         zone Normal: 1024 free, high mark 40: ok    zone_has_enough    ref/phys/...
 *         ...
 *
 * Modules send flat events, most of them when a step is done.  A row per kind
 * says which steps before it were parts of it, and which may still follow as
 * parts; that gives the tree, and costs the machine nothing.
 */
#ifndef MM_TRAIL_H
#define MM_TRAIL_H

#include "mm/event.h"

#include <stdio.h>

struct mm_trail_row {
	enum mm_event_kind kind;
	const char *function; /* whose step it is; a test looks for it in the file */
	const char *file;
	uint64_t before; /* kinds that are parts of it when they come just before */
	uint64_t after;  /* kinds that are parts of it when they follow */
	/* the step in words, with its values */
	void (*say)(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len);
};

/* By kind, MM_EV_NR of them. */
const struct mm_trail_row *mm_trail_row(enum mm_event_kind kind);

struct mm_trail_step {
	struct mm_event ev;
	unsigned int depth; /* 0: of the operation itself */
	uint32_t alike;     /* steps of the kind at this depth that were left out here */
	char says[200];
};

/* The steps of one operation, gathered while it runs. */
struct mm_trail;

/* Listens to m from now on; contexts take the mask again.  NULL: host memory, or
 * too many listeners. */
struct mm_trail *mm_trail_create(struct mm_machine *m);
void mm_trail_destroy(struct mm_trail *t);
/* Forget the steps so far. */
void mm_trail_clear(struct mm_trail *t);
/*
 * Call fn for each step in reading order: a step, then its parts.  More than six
 * steps of a kind in a row are cut to three, the last of which says how many more
 * there were; all: none is cut.  False when steps were lost for want of memory.
 */
bool mm_trail_each(const struct mm_trail *t, bool all,
		   void (*fn)(void *env, const struct mm_trail_step *s), void *env);

#endif
