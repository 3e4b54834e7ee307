/* SPDX-License-Identifier: MIT */
/*
 * arena: one reserved stretch of host memory from which everything of a model
 * machine is carved, never to be given back piece by piece.  Its used part can
 * be imaged once and copied back in one go, at the same addresses, so ordinary
 * pointers stay valid.
 *
 *     base                        used   size (reserved, untouched)
 *      |## boot state #|..#..##..|####|...........|
 *                       sparse: only the populated parts
 *      image -- copied back by mm_arena_reset
 *
 * Kernel: none; it plays the part of the physical memory that holds memmap.
 * State: the arena struct may itself live in its own memory (the image then
 *   restores `used`); the host pages belong to the host process.
 * Invariants: base <= used <= size; memory past `used` has never been handed
 *   out since the last reset, and reads as zero when zeroed allocation is asked.
 */
#ifndef MM_ARENA_H
#define MM_ARENA_H

#include "mm/err.h"

#include <stddef.h>
#include <stdint.h>

/* Stretches that take address space only until they are populated. */
#define MM_ARENA_SPARSE_MAX 8

/* Bytes [at, at + len) from base. */
struct mm_arena_part {
	size_t at;
	size_t len;
};

struct mm_arena {
	unsigned char *base;
	size_t size; /* bytes reserved */
	size_t used; /* bytes handed out */
	/* high-water mark of bytes that may be non-zero past `used` */
	size_t dirty;
	size_t faulted;       /* bytes the host was asked for at once, a chunk ahead */
	unsigned char *image; /* NULL before mm_arena_image */
	size_t image_used;

	struct mm_arena_part sparse[MM_ARENA_SPARSE_MAX]; /* ascending */
	int nr_sparse;
	/* what of them is in use, in the order it came to be; its own mapping */
	struct mm_arena_part *part;
	size_t nr_parts;
	size_t image_parts; /* of those, in the image */
};

/* Reserve size bytes (no memory is touched).  -MM_ENOMEM when refused. */
int mm_arena_init(struct mm_arena *a, size_t size) MM_MUST_USE;
void mm_arena_fini(struct mm_arena *a);
/* size zeroed bytes aligned to align (a power of two, at most 4096); NULL when
 * full. */
void *mm_arena_alloc(struct mm_arena *a, size_t size, size_t align);
/*
 * A sparse stretch: zeros that cost nothing and are in no image until a part of
 * them is populated.  Whoever writes outside populated parts breaks reset.  Before
 * the image only; NULL when full, or when there are MM_ARENA_SPARSE_MAX.
 */
void *mm_arena_reserve(struct mm_arena *a, size_t size, size_t align);
/* Bytes of a sparse stretch are in use from now on; parts are disjoint.  A part
 * populated after the image is zeroed and forgotten by a reset.  -MM_ENOMEM. */
int mm_arena_populate(struct mm_arena *a, const void *p, size_t len) MM_MUST_USE;
/* Bytes in use between sparse stretches, ascending: i of 0 .. nr_sparse; maybe none. */
struct mm_arena_part mm_arena_dense(const struct mm_arena *a, int i);

/* Take the image that reset copies back.  -MM_ENOMEM. */
int mm_arena_image(struct mm_arena *a) MM_MUST_USE;
/* Copy the image back.  The caller must have lifted ASan poison. */
void mm_arena_reset(struct mm_arena *a);

#endif
