/* SPDX-License-Identifier: MIT */
/*
 * frames: a bitmap of free frames that knows its aligned blocks.  Level k has a
 * bit per aligned block of 2^k frames, set when all of them are free and in one
 * zone.  It is the obviously correct picture of what a buddy allocator must
 * hold: when halves never stay apart, the number of free blocks of order k is
 * count[k] - 2 * count[k + 1].
 *
 *     level 2   |       1       |       0       |
 *     level 1   |   1   |   1   |   0   |   1   |
 *     level 0   | 1 | 1 | 1 | 1 | 1 | 0 | 1 | 1 |
 */
#ifndef MM_FRAMES_H
#define MM_FRAMES_H

#include "mm/machine.h"

struct mm_frames {
	const struct mm_machine *m; /* its description only */
	unsigned int max_order;
	uint64_t *level[MM_NR_ORDERS];
	uint64_t count[MM_ZONES_MAX][MM_NR_ORDERS];
};

/* Bytes of bitmap memory for machine m. */
size_t mm_frames_size(const struct mm_machine *m);
/* All frames taken; mem holds mm_frames_size() zeroed bytes. */
void mm_frames_init(struct mm_frames *f, const struct mm_machine *m, void *mem);
/* All frames free that the description has and does not reserve. */
void mm_frames_boot(struct mm_frames *f);

/* Number of the zone of a frame, by the description. */
int mm_frames_zone(const struct mm_frames *f, uint64_t pfn);
/* Are all, is any of the aligned block's frames free? */
bool mm_frames_all_free(const struct mm_frames *f, uint64_t pfn, unsigned int order);
bool mm_frames_any_free(const struct mm_frames *f, uint64_t pfn, unsigned int order);
/* Free or take a block: all its frames must be taken or free before. */
void mm_frames_free(struct mm_frames *f, uint64_t pfn, unsigned int order);
void mm_frames_take(struct mm_frames *f, uint64_t pfn, unsigned int order);

static inline uint64_t mm_frames_nr_free(const struct mm_frames *f, int zone)
{
	return f->count[zone][0];
}

/* Free blocks of this order that a zone must have on its lists. */
static inline uint64_t mm_frames_blocks(const struct mm_frames *f, int zone, unsigned int order)
{
	uint64_t above = order < f->max_order ? f->count[zone][order + 1] : 0;

	return f->count[zone][order] - 2 * above;
}

#endif
