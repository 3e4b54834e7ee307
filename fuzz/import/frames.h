/* SPDX-License-Identifier: MIT */
/*
 * frames: which number stands for what right now.  The importer keeps frame
 * number -> handle of the live blocks here, and GFP mask -> row of its tally.
 * Open addressing; removing leaves no trace, so memory follows the peak of
 * what is live and not the length of the recording.
 */
#ifndef MM_IMPORT_FRAMES_H
#define MM_IMPORT_FRAMES_H

#include "mm/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mm_import_slot {
	uint64_t key; /* plus one; 0: the slot is empty */
	uint64_t value;
};

/* used <= 3/4 of the slots, so that every search meets an empty one. */
struct mm_import_frames {
	struct mm_import_slot *slots;
	size_t mask; /* number of slots - 1; a power of two - 1 */
	size_t used;
};

/* Zeroed is empty and needs no init. */
void mm_import_frames_fini(struct mm_import_frames *f);

/* Where key's value is kept, NULL when it is not there. */
uint64_t *mm_import_frames_find_mut(struct mm_import_frames *f, uint64_t key);
/*
 * A place for the value of key, which must not be there and be < UINT64_MAX.
 * The place is good until the next add or take.  NULL: no memory.
 */
uint64_t *mm_import_frames_add(struct mm_import_frames *f, uint64_t key) MM_MUST_USE;
/* Remove key and hand out its value; false when it is not there. */
bool mm_import_frames_take(struct mm_import_frames *f, uint64_t key, uint64_t *value);

#endif
