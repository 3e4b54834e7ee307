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
 *
 * Pageblocks have a kind: ordinary types are all of one, the special ones join only
 * with their own.  A block above a pageblock is of one kind.
 */
#ifndef MM_FRAMES_H
#define MM_FRAMES_H

#include "mm/machine.h"

/* Kinds of pageblocks: what is above Reclaimable has one each. */
enum mm_frames_kind {
	MM_FRAMES_ORDINARY,
	MM_FRAMES_HIGHATOMIC,
	MM_FRAMES_CMA,
	MM_FRAMES_ISOLATED,
	MM_FRAMES_KINDS
};

/* Ends of RAM, of zones by address, and of Movable on each node. */
#define MM_FRAMES_SPANS (MM_RAM_RANGES_MAX + MM_NR_ZONES + MM_NODES_MAX + 1)

struct mm_frames {
	const struct mm_machine *m; /* its description only */
	unsigned int max_order;
	unsigned int pageblock_order;
	uint8_t *kind; /* of each pageblock */
	uint64_t *level[MM_NR_ORDERS];
	uint64_t count[MM_ZONES_MAX][MM_FRAMES_KINDS][MM_NR_ORDERS];
	/* free blocks that are part of no larger one, of all kinds */
	uint64_t blocks[MM_ZONES_MAX][MM_NR_ORDERS];
	/* which zone frames are of, up to the next end */
	struct mm_frames_span {
		uint64_t end;
		int zone;
	} span[MM_FRAMES_SPANS];
};

/* The kind that a pageblock of a type is. */
enum mm_frames_kind mm_frames_kind_of(unsigned int migratetype);

/* Bytes of bitmap memory for machine m. */
size_t mm_frames_size(const struct mm_machine *m);
/* All frames taken; mem holds mm_frames_size() zeroed bytes. */
void mm_frames_init(struct mm_frames *f, const struct mm_machine *m, void *mem);
/* Does the description have the frame? */
bool mm_frames_is_ram(const struct mm_machine *m, uint64_t pfn);
/* And not reserve it? */
bool mm_frames_is_free_at_boot(const struct mm_machine *m, uint64_t pfn);
/* Frames that something is written down about: all it spans, holes too, or where memory
 * comes by section and holes cost nothing, its RAM. */
uint64_t mm_frames_kept(const struct mm_machine *m);
/* All frames free that the description has and does not reserve. */
void mm_frames_boot(struct mm_frames *f);

/* Number of the zone of a frame, by the description. */
static inline int mm_frames_zone(const struct mm_frames *f, uint64_t pfn)
{
	const struct mm_frames_span *s = f->span;

	while (pfn >= s->end)
		s++;
	return s->zone;
}
/* Are all, is any of the aligned block's frames free? */
bool mm_frames_all_free(const struct mm_frames *f, uint64_t pfn, unsigned int order);
bool mm_frames_any_free(const struct mm_frames *f, uint64_t pfn, unsigned int order);
/* Free or take a block: all its frames must be taken or free before. */
void mm_frames_free(struct mm_frames *f, uint64_t pfn, unsigned int order);
void mm_frames_take(struct mm_frames *f, uint64_t pfn, unsigned int order);

/* The pageblock at pfn, all frames of which that are free are of one zone, is of a
 * kind from now on. */
void mm_frames_set_kind(struct mm_frames *f, uint64_t pfn, enum mm_frames_kind kind);

static inline uint64_t mm_frames_nr_kind(const struct mm_frames *f, int zone,
					 enum mm_frames_kind kind)
{
	return f->count[zone][kind][0];
}

static inline uint64_t mm_frames_nr_free(const struct mm_frames *f, int zone)
{
	uint64_t n = 0;
	int k;

	for (k = 0; k < MM_FRAMES_KINDS; k++)
		n += f->count[zone][k][0];
	return n;
}

/* Free blocks of this order that a zone must have on its lists. */
static inline uint64_t mm_frames_blocks(const struct mm_frames *f, int zone, unsigned int order)
{
	return f->blocks[zone][order];
}

#endif
