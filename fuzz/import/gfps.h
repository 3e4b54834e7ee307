/* SPDX-License-Identifier: MIT */
/*
 * gfps: the GFP masks of a recording, each with its names and how often it
 * was asked for.  A recording has tens of masks and millions of allocations,
 * so each mask is spelled once.
 */
#ifndef MM_IMPORT_GFPS_H
#define MM_IMPORT_GFPS_H

#include "fuzz/import/frames.h"
#include "fuzz/import/import.h"

/* A kernel has some dozens; more than this is no recording of one. */
#define MM_IMPORT_GFPS_MAX 4096
#define MM_IMPORT_GFP_TEXT 256

struct mm_import_gfp_row {
	uint32_t gfp;
	uint64_t count;
	size_t len;
	char text[MM_IMPORT_GFP_TEXT]; /* "HIGHUSER_MOVABLE|ZERO|COMP" */
};

/* Zeroed is empty and needs no init. */
struct mm_import_gfps {
	struct mm_import_gfp_row *rows;
	size_t nr;
	size_t cap;
	struct mm_import_frames index; /* mask -> row */
};

void mm_import_gfps_fini(struct mm_import_gfps *g);

/*
 * The row of a mask of MM_GFP_* bits, new ones with count 0; valid until the
 * next call.  -MM_EINVAL when there are too many masks; -MM_ENOMEM.
 */
int mm_import_gfps_get(struct mm_import_gfps *g, uint32_t gfp,
		       struct mm_import_gfp_row **row) MM_MUST_USE;

/* The most frequent ones into st, ties by mask. */
void mm_import_gfps_top(const struct mm_import_gfps *g, struct mm_import_stats *st);

#endif
