/* SPDX-License-Identifier: MIT */
/*
 * gfp: what an allocation request says about itself.  A mask of MM_GFP_* bits
 * names the zones it may use, what it may wait for, which reserves it may dip
 * into, and how long its pages stay (mobility).
 *
 * Kernel: include/linux/gfp_types.h, gfp.h (gfp_zone, gfp_migratetype).
 *   Bits are numbered as in 6.18, whose recordings we ship; numbers move
 *   between kernels, names do not, so text always uses names.
 * Differs: all five zones exist, perhaps empty: GFP_DMA fails on a machine
 *   without ZONE_DMA, where a kernel built without it would use Normal.
 *   __GFP_ACCOUNT, __GFP_ZEROTAGS (its pages are zeroed for __GFP_ZERO alone) and the
 *   KASAN bits are carried and printed but nothing reads them until memcg and tags exist.
 * State: none; all functions are pure.
 * Invariants: gfp_zone of a valid mask is never above what its bits allow.
 */
#ifndef MM_GFP_H
#define MM_GFP_H

#include "mm/err.h"
#include "mm/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MM_GFP_DMA            0x1u
#define MM_GFP_HIGHMEM        0x2u
#define MM_GFP_DMA32          0x4u
#define MM_GFP_MOVABLE        0x8u
#define MM_GFP_RECLAIMABLE    0x10u
#define MM_GFP_HIGH           0x20u
#define MM_GFP_IO             0x40u
#define MM_GFP_FS             0x80u
#define MM_GFP_ZERO           0x100u
#define MM_GFP_DIRECT_RECLAIM 0x400u
#define MM_GFP_KSWAPD_RECLAIM 0x800u
#define MM_GFP_WRITE          0x1000u
#define MM_GFP_NOWARN         0x2000u
#define MM_GFP_RETRY_MAYFAIL  0x4000u
#define MM_GFP_NOFAIL         0x8000u
#define MM_GFP_NORETRY        0x10000u
#define MM_GFP_MEMALLOC       0x20000u
#define MM_GFP_COMP           0x40000u
#define MM_GFP_NOMEMALLOC     0x80000u
#define MM_GFP_HARDWALL       0x100000u
#define MM_GFP_THISNODE       0x200000u
#define MM_GFP_ACCOUNT        0x400000u
#define MM_GFP_ZEROTAGS       0x800000u
#define MM_GFP_NO_OBJ_EXT     0x1000000u

#define MM_GFP_RECLAIM          (MM_GFP_DIRECT_RECLAIM | MM_GFP_KSWAPD_RECLAIM)
#define MM_GFP_KERNEL           (MM_GFP_RECLAIM | MM_GFP_IO | MM_GFP_FS)
#define MM_GFP_ATOMIC           (MM_GFP_HIGH | MM_GFP_KSWAPD_RECLAIM)
#define MM_GFP_NOWAIT           (MM_GFP_KSWAPD_RECLAIM | MM_GFP_NOWARN)
#define MM_GFP_NOIO             MM_GFP_RECLAIM
#define MM_GFP_NOFS             (MM_GFP_RECLAIM | MM_GFP_IO)
#define MM_GFP_USER             (MM_GFP_KERNEL | MM_GFP_HARDWALL)
#define MM_GFP_HIGHUSER         (MM_GFP_USER | MM_GFP_HIGHMEM)
#define MM_GFP_HIGHUSER_MOVABLE (MM_GFP_HIGHUSER | MM_GFP_MOVABLE)

/*
 * Highest zone by the four zone bits, four bits each, 15 where they contradict each
 * other: at most one of DMA, DMA32 and HIGHMEM is allowed.  Only a page that can be
 * moved may sit in ZONE_MOVABLE, and only with HIGHMEM.
 * Kernel: GFP_ZONE_TABLE, GFP_ZONE_BAD.
 *
 *     bits 15 ... 8, with MOVABLE: - - - DMA32 - Movable DMA Normal
 *     bits  7 ... 0               - - - DMA32 - HighMem DMA Normal
 */
#define MM_GFP_ZONE_TABLE 0xfff1f402fff1f302u
#define MM_GFP_ZONE_BITS  (MM_GFP_DMA | MM_GFP_HIGHMEM | MM_GFP_DMA32 | MM_GFP_MOVABLE)

/* Highest zone the mask may be served from; false when its bits contradict each
 * other, and *zone is then no zone. */
static inline bool mm_gfp_zone(uint32_t gfp, enum mm_zone_type *zone)
{
	uint64_t code = MM_GFP_ZONE_TABLE >> (gfp & MM_GFP_ZONE_BITS) * 4 & 15;

	*zone = (enum mm_zone_type)code;
	return code < MM_NR_ZONES;
}

/* MOVABLE and RECLAIMABLE bits as a migratetype; both set is not allowed in
 * the kernel (it warns) and counts as UNMOVABLE here. */
static inline enum mm_migratetype mm_gfp_migratetype(uint32_t gfp)
{
	uint32_t bits = gfp / MM_GFP_MOVABLE & 3; /* 1 movable, 2 reclaimable */

	return bits == 3 ? MM_MIGRATE_UNMOVABLE : (enum mm_migratetype)bits;
}

/*
 * "KERNEL|ZERO", "GFP_KERNEL|__GFP_ZERO" or "0xdc0".  -MM_EINVAL for an
 * unknown name or a bit the table lacks; *out is then untouched.
 */
int mm_gfp_parse(const char *s, size_t len, uint32_t *out) MM_MUST_USE;

/* Canonical names: the largest combination first, then single bits; "0" for
 * none.  Returns the length as snprintf does. */
size_t mm_gfp_print(uint32_t gfp, char *buf, size_t len);

/* "Unmovable", as /proc/pagetypeinfo prints it. */
const char *mm_gfp_migratetype_name(enum mm_migratetype t);
/* "Normal", as /proc/zoneinfo prints it. */
const char *mm_gfp_zone_name(enum mm_zone_type z);

#endif
