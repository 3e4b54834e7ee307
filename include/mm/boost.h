/* SPDX-License-Identifier: MIT */
/*
 * boost: a zone whose pageblocks begin to mix types raises its watermarks for a
 * while, so that kswapd frees more than it else would, and the next request of that
 * type finds a block of its own.
 *
 *     free  |------------------- high + boost   ^ kswapd works up to here
 *           |----------- low + boost            |
 *           |------ min + boost                 | a pageblock a time, up to the cap
 *           |- min                              min for urgent single pages
 *
 * Kernel: boost_watermark, ZONE_BOOSTED_WATERMARK (mm/page_alloc.c, 6.12), the end of
 *   balance_pgdat (mm/vmscan.c).
 * Differs: there are no kdump kernels, which boost nothing.  A zone counts with the
 *   frames it will have when all sections are ready.
 * State: struct zone's boost, under the zone lock, and its mark MM_ZONE_BOOSTED, which
 *   is gone when the request that set it ends.
 * Invariants:
 *   watermark.boost        a zone's boost is what fallbacks gave it and kswapd left
 *   watermark.boost_cap    a step ends at the cap: the factor's part of high, or a
 *                          pageblock; none of it in small zones, or with factor 0
 *   watermark.boost_wake   who boosts and may wake kswapd does, and nobody else
 */
#ifndef MM_BOOST_H
#define MM_BOOST_H

#include "mm/watermark.h"

/* A zone of fewer pageblocks gets no boost: it could forbid all that is free. */
#define MM_BOOST_PAGEBLOCKS_MIN 4

/* What a step follows from, in pages. */
struct mm_boost_input {
	uint64_t pages;     /* of the zone */
	uint64_t high;      /* its high mark, without boost */
	uint64_t pageblock; /* frames of one */
	uint64_t factor;    /* 1/10000 of high */
};

/* The largest boost that a step leads to; 0: none is given.  Pure. */
uint64_t mm_boost_cap(const struct mm_boost_input *in);

/*
 * One step: a pageblock more, up to the cap.  The zone is marked for who waits to
 * wake kswapd, if alloc_flags have MM_ALLOC_KSWAPD.  Caller: zone lock held.
 */
void mm_boost_step(struct mm_ctx *x, struct zone *z, uint32_t alloc_flags);

/* Take so much back, or what there is.  Takes the zone lock. */
void mm_boost_drop(struct mm_ctx *x, struct zone *z, uint64_t pages);

/* The zone, which is marked, no longer is. */
void mm_boost_take_mark(struct mm_ctx *x, struct zone *z);

#endif
