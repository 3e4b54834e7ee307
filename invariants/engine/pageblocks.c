/* SPDX-License-Identifier: MIT */
/* pageblocks: rules of the kernel's documents, on a picture of types and free frames. */
#include "invariants/engine/pageblocks.h"

#include "mm/bitmap.h"
#include "mm/zone.h"

static uint64_t size_of(const struct mm_pageblocks *b)
{
	return (uint64_t)1 << b->m->desc.pageblock_order;
}

static enum mm_frames_kind kind_at(const struct mm_pageblocks *b, uint64_t pfn)
{
	return mm_frames_kind_of(b->type[pfn / size_of(b)]);
}

enum mm_migratetype mm_pageblocks_stored(const struct mm_machine *m, uint64_t type)
{
	return m->grouping_off && type < MM_MIGRATE_PCPTYPES ? MM_MIGRATE_UNMOVABLE
							     : (enum mm_migratetype)type;
}

void mm_pageblocks_set(struct mm_pageblocks *b, uint64_t pfn, uint64_t type)
{
	uint64_t *nr = b->nr[mm_frames_zone(b->frames, pfn)];

	if (kind_at(b, pfn) != MM_FRAMES_ORDINARY)
		nr[kind_at(b, pfn)]--;
	b->type[pfn / size_of(b)] = (uint8_t)mm_pageblocks_stored(b->m, type);
	if (kind_at(b, pfn) != MM_FRAMES_ORDINARY)
		nr[kind_at(b, pfn)]++;
	mm_frames_set_kind(b->frames, pfn, kind_at(b, pfn));
}

bool mm_pageblocks_may_move(const struct mm_pageblocks *b, int zone, uint64_t pfn)
{
	const struct zone *z = &b->m->zones[zone];
	uint64_t start = pfn / size_of(b) * size_of(b);
	uint64_t at;

	if (start < z->start_pfn || start + size_of(b) > z->start_pfn + z->spanned)
		return false;
	for (at = start; at < start + size_of(b); at++) {
		if (mm_frames_is_ram(b->m, at) && mm_frames_zone(b->frames, at) != zone)
			return false;
	}
	return true;
}

/* At most a hundredth of the zone, in whole pageblocks; nothing if that is less than one. */
uint64_t mm_pageblocks_reserve_due(const struct mm_pageblocks *b, int zone, uint64_t pfn,
				   unsigned int order, uint64_t pages)
{
	uint64_t size = size_of(b);
	uint64_t kept = b->nr[zone][MM_FRAMES_HIGHATOMIC] * size;
	uint64_t block = (uint64_t)1 << order;

	if (pages / 100 < size || kept * 100 >= pages - pages % 100 ||
	    kind_at(b, pfn) != MM_FRAMES_ORDINARY || !mm_pageblocks_may_move(b, zone, pfn))
		return 0;
	return block > size ? block : size;
}

/* Is there a free block of this order in the pageblock that is part of no larger one? */
static bool has_block(const struct mm_pageblocks *b, uint64_t pfn, unsigned int order)
{
	uint64_t start = pfn / size_of(b) * size_of(b);
	uint64_t step = (uint64_t)1 << order;
	uint64_t at;

	for (at = start / step * step; at < start + size_of(b); at += step) {
		if (mm_bitmap_test(b->frames->level[order], at >> order) &&
		    (order == b->frames->max_order ||
		     !mm_bitmap_test(b->frames->level[order + 1], at >> (order + 1))))
			return true;
	}
	return false;
}

uint64_t mm_pageblocks_unreserve_due(const struct mm_pageblocks *b, int zone, uint64_t pfn)
{
	const uint64_t *count = b->frames->count[zone][MM_FRAMES_HIGHATOMIC];
	uint64_t block;
	unsigned int o;

	if (b->type[pfn / size_of(b)] != MM_MIGRATE_HIGHATOMIC || !count[0])
		return 0;
	/* of larger blocks there are two of each smaller order, and no others */
	for (o = 0; o < b->frames->max_order && count[o] == 2 * count[o + 1]; o++)
		;
	block = (uint64_t)1 << o;
	if (!has_block(b, pfn, o) || (block > size_of(b) && pfn % block))
		return 0;
	return block > size_of(b) ? block : size_of(b);
}
