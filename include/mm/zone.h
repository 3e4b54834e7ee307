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
 * Differs: one node, so zones hang off the machine; boost is always 0.  A zone
 *   of which the allocator was given nothing is on no zonelist (the kernel keeps
 *   zones there that have frames, and their watermark refuses).
 * State: free_area belongs to the buddy allocator, under `lock`; watermarks and
 *   lowmem_reserve to the watermark module, counts to vmstat, per-CPU lists to
 *   pcp.
 * Invariants:
 *   zone.size_order      managed <= present <= spanned, frames inside the span
 *   zone.free_count      the exact count of free pages is what the blocks hold
 *   zone.conservation    managed == free + on per-CPU lists + allocated + dropped
 */
#ifndef MM_ZONE_H
#define MM_ZONE_H

#include "mm/gfp.h"
#include "mm/list.h"
#include "mm/lock.h"
#include "mm/machine.h"

/* Watermarks in pages.  Kernel: enum zone_watermarks. */
enum mm_wmark { MM_WMARK_MIN, MM_WMARK_LOW, MM_WMARK_HIGH, MM_WMARK_PROMO, MM_NR_WMARK };

struct per_cpu_pages;
struct per_cpu_zonestat;

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

	/* vmstat: counts without what CPUs still hold back, and that, by CPU */
	int64_t vm_stat[MM_NR_ZONE_STATS];
	uint64_t percpu_drift_mark; /* below it only exact counts will do; 0: never */
	struct per_cpu_zonestat *zonestats;

	/* pcp: lists by CPU; what the settings give them, kept while disabled */
	struct per_cpu_pages *pageset;
	uint64_t pageset_high_min;
	uint64_t pageset_high_max;
	uint64_t pageset_batch;
	bool pageset_disabled;
	uint32_t flags; /* MM_ZONE_... */

	/* lock */
	struct mm_lock lock;
	struct free_area free_area[MM_NR_ORDERS];
};

/* Kernel: enum zone_flags. */
#define MM_ZONE_BELOW_HIGH     0x1u /* fewer free than the high mark, last we looked */
#define MM_ZONE_RECLAIM_ACTIVE 0x2u /* reclaim works here and wants pages back */

/* Zones a request walks, the preferred one first, NULL last. */
struct zonelist {
	struct zone *zone[MM_NR_ZONES + 1];
	uint32_t alloc_flags; /* page_alloc's, of the first attempt */
};

int mm_zone_boot(struct mm_ctx *x);

/* Zones that have pages, once they are known.  Kernel: build_zonelists. */
void mm_zone_build_zonelists(struct mm_ctx *x);

/* The walk of a request that may use zones up to highest. */
static inline const struct zonelist *mm_zone_list(const struct mm_machine *m,
						  enum mm_zone_type highest)
{
	return &m->zonelists[highest];
}

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
