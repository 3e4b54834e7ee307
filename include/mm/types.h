/* SPDX-License-Identifier: MIT */
/*
 * types: the typed ids and constants every module shares.
 *
 * A frame number, a virtual address and a byte count are all 64-bit integers;
 * swapping two of them compiles and corrupts.  Ids that are easily swapped are
 * one-field structs, with arithmetic through the few inlines below.
 */
#ifndef MM_TYPES_H
#define MM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes per page are 1 << MM_PAGE_SHIFT.  Differs: 16K and 64K pages come later. */
#define MM_PAGE_SHIFT 12
#define MM_PAGE_SIZE  ((uint64_t)1 << MM_PAGE_SHIFT)

/*
 * Largest block order any machine may have (Kernel: MAX_PAGE_ORDER, 10 unless
 * configured; 6.12 allows more on arm64).  The machine's own max_order <= this.
 */
#define MM_ORDER_LIMIT 14
#define MM_NR_ORDERS   (MM_ORDER_LIMIT + 1)

/*
 * Blocks up to this order are cheap enough to keep per CPU and to insist on.
 * Kernel: PAGE_ALLOC_COSTLY_ORDER.
 */
#define MM_PCP_COSTLY_ORDER 3

/* A page frame number: physical address >> MM_PAGE_SHIFT. */
typedef struct {
	uint64_t n;
} pfn_t;

static inline pfn_t pfn_of(uint64_t n)
{
	pfn_t p = {n};

	return p;
}

static inline uint64_t pfn_raw(pfn_t p)
{
	return p.n;
}

static inline pfn_t pfn_add(pfn_t p, uint64_t pages)
{
	return pfn_of(p.n + pages);
}

static inline bool pfn_eq(pfn_t a, pfn_t b)
{
	return a.n == b.n;
}

/* No frame: what "find" answers when there is none. */
static inline pfn_t pfn_none(void)
{
	return pfn_of(UINT64_MAX);
}

static inline bool pfn_is_none(pfn_t p)
{
	return p.n == UINT64_MAX;
}

/* The zones a machine can have, low addresses first.  Kernel: enum zone_type. */
enum mm_zone_type {
	MM_ZONE_DMA,
	MM_ZONE_DMA32,
	MM_ZONE_NORMAL,
	MM_ZONE_HIGHMEM,
	MM_ZONE_MOVABLE,
	MM_NR_ZONES
};

/* How long pages stay, and so which pageblocks they share. */
enum mm_migratetype {
	MM_MIGRATE_UNMOVABLE,
	MM_MIGRATE_MOVABLE,
	MM_MIGRATE_RECLAIMABLE,
	MM_MIGRATE_HIGHATOMIC,
	MM_MIGRATE_CMA,
	MM_MIGRATE_ISOLATE,
	MM_MIGRATE_TYPES
};

/* Types below this one are what ordinary requests ask for and fall back to. */
#define MM_MIGRATE_PCPTYPES MM_MIGRATE_HIGHATOMIC

#endif
