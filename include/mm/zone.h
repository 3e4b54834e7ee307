/* SPDX-License-Identifier: MIT */
/*
 * zone: a stretch of one node's frames with the same address limits, its free
 * lists and its watermarks.
 *
 *     free_area[0]  Unmovable -> blk -> blk
 *                   Movable   -> blk
 *     free_area[1]  ...                        up to max_order
 *
 * Kernel: struct zone, struct free_area (include/linux/mmzone.h), build_all_zonelists
 *   (6.12).
 * Differs: zones hang off the machine, five per node.  A zone of which the allocator was given nothing is on no zonelist (the kernel keeps
 *   zones there that have frames, and their watermark refuses).
 * State: free_area belongs to the buddy allocator, under `lock`; watermarks and
 *   lowmem_reserve to the watermark module, counts to vmstat, per-CPU lists to
 *   pcp.
 * Invariants:
 *   zone.size_order      managed <= present <= spanned, frames inside the span
 *   zone.free_count      the exact count of free pages is what the blocks hold, but
 *                        for those on the lists of Isolate
 *   zone.free_cma        that of free CMA pages is what CMA's lists hold
 *   zone.free_highatomic nr_free_highatomic is what HighAtomic's lists hold
 *   zone.reserved_highatomic  nr_reserved_highatomic is what HighAtomic pageblocks span
 *   zone.cma_pages       cma_pages is what CMA pageblocks span
 *   zone.conservation    managed == free, isolated or not + on per-CPU lists +
 *                        allocated + dropped
 *   zone.lists_order     each zonelist has each zone it may use once, the local
 *                        node's first, nearer nodes before farther ones
 *   node.spanned         the zones of a node have what the node has, and no more
 */
#ifndef MM_ZONE_H
#define MM_ZONE_H

#include "mm/gfp.h"
#include "mm/list.h"
#include "mm/lock.h"
#include "mm/machine.h"
#include "mm/numa.h"
#include "mm/zone_sizes.h"

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
	uint8_t nid;
	uint8_t id; /* number among all zones: nid * MM_NR_ZONES + type */
	uint64_t start_pfn;
	uint64_t spanned;      /* frames from start_pfn, holes included */
	uint64_t present;      /* without holes */
	uint64_t managed;      /* present without reserved, as far as it was made ready */
	uint64_t cma_pages;    /* those of it in CMA pageblocks */
	uint64_t deferred;     /* the rest of it: frames of sections still to be made ready */
	uint64_t next_section; /* none below it is left to be made ready */

	/* watermark: recomputed by sysctl writes; boost: on top of each mark, see boost.h */
	uint64_t wmark[MM_NR_WMARK];
	uint64_t boost;
	uint64_t lowmem_reserve[MM_NR_ZONES];

	/* vmstat: counts without what CPUs still hold back, and that, by CPU */
	int64_t vm_stat[MM_NR_ZONE_STATS];
	uint64_t percpu_drift_mark;      /* below it only exact counts will do; 0: never */
	uint64_t nr_free_highatomic;     /* under `lock`; those in MM_NR_FREE_PAGES too */
	uint64_t nr_reserved_highatomic; /* under `lock`: frames of its pageblocks */
	uint64_t nr_isolated;            /* under `lock`: pageblocks */
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
#define MM_ZONE_BOOSTED        0x4u /* boosted by who may wake kswapd, and is yet to */
#define MM_ZONE_HOT_COLD       0x8u /* its CPUs' lists are hot and cold: see pcp.h.  Not Linux's */

/* Zones a request walks, the preferred one first, NULL last.  A machine's lists have
 * room for as many as it has, zonelist_size bytes each. */
struct zonelist {
	uint32_t alloc_flags; /* page_alloc's, of the first attempt */
	struct zone *zone[MM_ZONES_MAX + 1];
};

/* Lists of a node.  Kernel: ZONELIST_FALLBACK and ZONELIST_NOFALLBACK. */
enum mm_zonelist_kind { MM_ZONELIST_FALLBACK, MM_ZONELIST_NOFALLBACK, MM_NR_ZONELISTS };

int mm_zone_boot(struct mm_ctx *x);

/* Zones that have pages, once they are known.  Kernel: build_all_zonelists. */
void mm_zone_build_zonelists(struct mm_ctx *x);

/* The list of a request that starts at node nid and may use zones up to highest. */
static inline struct zonelist *mm_zone_list_of(const struct mm_machine *m, int nid,
					       enum mm_zonelist_kind kind,
					       enum mm_zone_type highest)
{
	size_t n = ((size_t)nid * MM_NR_ZONELISTS + kind) * MM_NR_ZONES + highest;

	return (struct zonelist *)(void *)((char *)m->zonelists + n * m->zonelist_size);
}

/* What the kernel says at boot: "Zone ranges:", "Movable zone start for each node",
 * "Early memory node ranges", "Fallback order for Node 0: 0 ", "Memory: ...". */
void mm_zone_print_boot(const struct mm_machine *m, FILE *out);

/* Frames that the allocator has or will be given: what all marks, reserves and limits
 * follow from. */
static inline uint64_t mm_zone_pages(const struct zone *z)
{
	return z->managed + z->deferred;
}

/* Kernel: populated_zone and managed_zone. */
static inline bool mm_zone_managed(const struct zone *z)
{
	return mm_zone_pages(z) != 0;
}

static inline bool mm_zone_spans(const struct zone *z, uint64_t pfn)
{
	return pfn >= z->start_pfn && pfn - z->start_pfn < z->spanned;
}

/* Of node 0. */
static inline struct zone *mm_zone_of(const struct mm_machine *m, enum mm_zone_type type)
{
	return &m->zones[type];
}

static inline struct zone *mm_zone_at(const struct mm_machine *m, int nid, enum mm_zone_type type)
{
	return &m->zones[nid * MM_NR_ZONES + (int)type];
}

/* Kernel: wmark_pages.  A stored mark plus the current boost. */
static inline uint64_t mm_zone_wmark(const struct zone *z, enum mm_wmark w)
{
	return z->wmark[w] + z->boost;
}

#endif
