/* SPDX-License-Identifier: MIT */
/*
 * pageblocks: the type that each pageblock must have, and when one may get another for
 * reasons that are no request's fallback: reserved for who cannot wait, or given up.
 */
#ifndef MM_PAGEBLOCKS_H
#define MM_PAGEBLOCKS_H

#include "mm/gfp.h"
#include "mm/machine.h"

#include "invariants/engine/frames.h"

struct mm_pageblocks {
	const struct mm_machine *m;                 /* its description, and spans of its zones */
	struct mm_frames *frames;                   /* told of kinds */
	uint8_t *type;                              /* of each pageblock */
	uint64_t nr[MM_ZONES_MAX][MM_FRAMES_KINDS]; /* special ones */
};

/* A type that is stored: ordinary ones are all Unmovable where grouping is off. */
enum mm_migratetype mm_pageblocks_stored(const struct mm_machine *m, uint64_t type);

/* The pageblock at pfn, which may move, is of a type from now on. */
void mm_pageblocks_set(struct mm_pageblocks *b, uint64_t pfn, uint64_t type);

/* Is the pageblock at pfn spanned by the zone, with no frame of another's? */
bool mm_pageblocks_may_move(const struct mm_pageblocks *b, int zone, uint64_t pfn);

/*
 * Frames, from the start of its pageblock on, that the zone reserves after a block was
 * taken by who may: 0, a pageblock or all of a larger block.  pages: what the zone has.
 */
uint64_t mm_pageblocks_reserve_due(const struct mm_pageblocks *b, int zone, uint64_t pfn,
				   unsigned int order, uint64_t pages);

/* Frames that are given up when the pageblock at pfn is, as the first: that of one of
 * the smallest free blocks that are reserved, or all of a larger block.  0: not that. */
uint64_t mm_pageblocks_unreserve_due(const struct mm_pageblocks *b, int zone, uint64_t pfn);

#endif
