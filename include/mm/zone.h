/* SPDX-License-Identifier: MIT */
/*
 * zone: a stretch of frames with the same address limits, its free lists and
 * its watermarks.
 *
 *     free_area[0]  Unmovable -> blk -> blk
 *                   Movable   -> blk
 *     free_area[1]  ...                        up to max_order
 *
 * Kernel: struct zone, struct free_area (include/linux/mmzone.h, 6.12).
 * Differs: one node, so zones hang off the machine; free pages are an exact
 *   count (per-CPU drift comes with per-CPU counters); boost is always 0.
 * State: free_area and nr_free_pages belong to the buddy allocator, under
 *   `lock`; watermarks and lowmem_reserve to the watermark module.
 * Invariants:
 *   zone.size_order      managed <= present <= spanned, frames inside the span
 *   zone.free_count      nr_free_pages == sum of free blocks
 *   zone.conservation    managed == free + allocated + dropped
 *   vmstat.hierarchy     the machine's total is the sum over zones
 */
#ifndef MM_ZONE_H
#define MM_ZONE_H

#include "mm/gfp.h"
#include "mm/list.h"
#include "mm/lock.h"
#include "mm/machine.h"

/* Watermarks in pages.  Kernel: enum zone_watermarks. */
enum mm_wmark { MM_WMARK_MIN, MM_WMARK_LOW, MM_WMARK_HIGH, MM_WMARK_PROMO, MM_NR_WMARK };

struct free_area {
	struct mm_list free_list[MM_MIGRATE_TYPES];
	uint64_t nr_free; /* blocks on all lists of this order */
};

/* managed <= present <= spanned; end of span = start_pfn + spanned */
struct zone {
	/* set once */
	const char *name;
	enum mm_zone_type type;
	uint64_t start_pfn;
	uint64_t spanned; /* frames from start_pfn, holes included */
	uint64_t present; /* without holes */
	uint64_t managed; /* present without reserved */

	/* watermark: recomputed by sysctl writes */
	uint64_t wmark[MM_NR_WMARK];
	uint64_t boost;
	uint64_t lowmem_reserve[MM_NR_ZONES];

	/* lock */
	struct mm_lock lock;
	uint64_t nr_free_pages;
	struct free_area free_area[MM_NR_ORDERS];
};

int mm_zone_boot(struct mm_ctx *x);

/* Kernel: populated_zone and managed_zone. */
static inline bool mm_zone_managed(const struct zone *z)
{
	return z->managed != 0;
}

static inline bool mm_zone_spans(const struct zone *z, uint64_t pfn)
{
	return pfn >= z->start_pfn && pfn - z->start_pfn < z->spanned;
}

static inline struct zone *mm_zone_of(const struct mm_machine *m, enum mm_zone_type type)
{
	return &m->zones[type];
}

/* Kernel: wmark_pages.  A stored mark plus the current boost. */
static inline uint64_t mm_zone_wmark(const struct zone *z, enum mm_wmark w)
{
	return z->wmark[w] + z->boost;
}

#endif
