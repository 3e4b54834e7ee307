/* SPDX-License-Identifier: MIT */
/*
 * watermark: how much of a zone must stay free, for whom, and whether a
 * request may take from it.
 *
 *     free  |------------------------------ promo
 *           |------------------------- high      kswapd stops
 *           |-------------------- low            fast path, kswapd starts
 *           |--------------- min                 slow path
 *           |------- 3/8, 1/4 min                atomic, OOM victims
 *           0                                    PF_MEMALLOC
 *
 * Kernel: __setup_per_zone_wmarks, setup_per_zone_lowmem_reserve,
 *   calculate_totalreserve_pages, __zone_watermark_ok, zone_watermark_fast
 *   (mm/page_alloc.c, 6.12).  `mmref oracle zoneinfo --sweep` compares what is
 *   computed with the running kernel: 980 of 980 values equal on a 6.18.
 * Differs: khugepaged does not raise min_free_kbytes.  Total reserve and limits of
 *   lists follow from high and low marks without boost (the kernel reads them with what
 *   boost there is when a sysctl is written).
 * State: struct zone's wmark and lowmem_reserve, totalreserve of the machine.
 * Invariants:
 *   watermark.order          min <= low <= high <= promo, equal gaps
 *   watermark.sum            sum of lowmem mins = pages_min within rounding
 *   lowmem_reserve.formula   reserve[j] follows from managed and ratio
 *   totalreserve             follows from reserves and high marks
 *   watermark.respected      a checked request left the mark and reserve alone
 *   watermark.order_suitable a yes for order > 0 means a block is there
 */
#ifndef MM_WATERMARK_H
#define MM_WATERMARK_H

#include "mm/vmstat.h"

/* How a request is treated.  Kernel: ALLOC_* of mm/internal.h; the low two
 * bits are the watermark it is held to. */
#define MM_ALLOC_WMARK_MIN     0x0u
#define MM_ALLOC_WMARK_LOW     0x1u
#define MM_ALLOC_WMARK_HIGH    0x2u
#define MM_ALLOC_WMARK_MASK    0x3u
#define MM_ALLOC_NO_WATERMARKS 0x4u
#define MM_ALLOC_OOM           0x8u
#define MM_ALLOC_NON_BLOCK     0x10u
#define MM_ALLOC_MIN_RESERVE   0x20u
#define MM_ALLOC_CMA           0x80u /* may use CMA pageblocks */
#define MM_ALLOC_NOFRAGMENT    0x100u
#define MM_ALLOC_HIGHATOMIC    0x200u /* may use what is reserved for such requests */
#define MM_ALLOC_KSWAPD        0x800u

/* Who may dig below min.  Kernel: ALLOC_RESERVES. */
#define MM_ALLOC_RESERVES                                                                          \
	(MM_ALLOC_OOM | MM_ALLOC_NON_BLOCK | MM_ALLOC_MIN_RESERVE | MM_ALLOC_HIGHATOMIC)

int mm_watermark_boot(struct mm_ctx *x);

/* What a zone's marks follow from, in pages. */
struct mm_watermark_input {
	uint64_t managed;
	uint64_t lowmem;          /* managed of all zones but HighMem and Movable */
	bool is_lowmem;           /* the zone is none of those two */
	uint64_t min_free_kbytes; /* kB */
	uint64_t scale_factor;    /* of 10000 */
};

/* Marks of a zone.  Kernel: __setup_per_zone_wmarks. */
void mm_watermark_compute(uint64_t wmark[MM_NR_WMARK], const struct mm_watermark_input *in);
/*
 * What zone 0 of nr keeps back from requests that could have gone to zone j, by
 * the managed pages of them all; reserve[0] is 0.  Kernel:
 * setup_per_zone_lowmem_reserve.
 */
void mm_watermark_compute_reserve(uint64_t *reserve, size_t nr, const uint64_t *managed,
				  uint64_t ratio);

/* What z adds to totalreserve, in pages: what it keeps from the request it
 * keeps most from, and its high mark; never more than it has.  Pure.
 * Kernel: calculate_totalreserve_pages. */
uint64_t mm_watermark_totalreserve(const struct zone *z);

/* Compute everything anew, after boot or when a sysctl moved the marks: boost ends. */
void mm_watermark_setup(struct mm_ctx *x);
/* Reserves alone; marks and boost stay.  Kernel: setup_per_zone_lowmem_reserve. */
void mm_watermark_setup_reserve(struct mm_ctx *x);
/* min_free_kbytes, in kB, for so much lowmem, in kB, below 2^60.  Pure.
 * Kernel: calculate_min_free_kbytes. */
uint64_t mm_watermark_min_free_kbytes(uint64_t lowmem_kbytes);
/* Boot value of min_free_kbytes for a machine whose zones are filled: by
 * what they have above their high marks.  Kernel: nr_free_buffer_pages. */
uint64_t mm_watermark_default_min_free_kbytes(const struct mm_machine *m);

/*
 * May order pages be taken from z, held to mark, by a request that could have
 * used zones up to highest?  Judged by the count without what CPUs hold back.
 * Pure.  Kernel: zone_watermark_ok.
 */
bool mm_watermark_ok(const struct mm_machine *m, const struct zone *z, unsigned int order,
		     uint64_t mark, enum mm_zone_type highest, uint32_t alloc_flags);

/* The same by the exact count where drift could hide the min mark: for kswapd,
 * which may look closer.  Pure.  Kernel: zone_watermark_ok_safe. */
bool mm_watermark_ok_safe(const struct mm_machine *m, const struct zone *z, unsigned int order,
			  uint64_t mark, enum mm_zone_type highest, uint32_t alloc_flags);

/* Free pages of z, by its counts, that are kept from such a request.  Kernel:
 * __zone_watermark_unusable_free, order 0. */
static inline uint64_t mm_watermark_kept(const struct zone *z, uint32_t alloc_flags)
{
	uint64_t kept = 0;

	if (!(alloc_flags & MM_ALLOC_RESERVES))
		kept += z->nr_free_highatomic;
	if (!(alloc_flags & MM_ALLOC_CMA))
		kept += mm_vmstat_zone(z, MM_NR_FREE_CMA);
	return kept;
}

/* The same for a zone that had so many free pages; blocks are those that it has.  Pure.
 * Kernel: __zone_watermark_ok. */
bool mm_watermark_ok_given(const struct mm_machine *m, const struct zone *z, unsigned int order,
			   uint64_t mark, enum mm_zone_type highest, uint32_t alloc_flags,
			   uint64_t free_pages);

/* May a single page be taken by who is urgent and held to min, if boost is left out?
 * No for all others.  Pure. */
bool mm_watermark_ok_unboosted(const struct mm_machine *m, const struct zone *z, unsigned int order,
			       enum mm_zone_type highest, uint32_t alloc_flags);

/*
 * The same answer, quicker for order 0; and for a single page that is urgent, a second
 * look at the min mark without boost.  Kernel: zone_watermark_fast.
 */
static inline bool mm_watermark_fast(const struct mm_machine *m, const struct zone *z,
				     unsigned int order, uint64_t mark, enum mm_zone_type highest,
				     uint32_t alloc_flags)
{
	if (order == 0 &&
	    mm_vmstat_zone(z, MM_NR_FREE_PAGES) >
		    mark + z->lowmem_reserve[highest] + mm_watermark_kept(z, alloc_flags))
		return true;
	if (mm_watermark_ok(m, z, order, mark, highest, alloc_flags))
		return true;
	return MM_UNLIKELY(z->boost) &&
	       mm_watermark_ok_unboosted(m, z, order, highest, alloc_flags);
}

/* Pages that compaction for a block of this order, at most MM_ORDER_LIMIT, may
 * need at a time: copies and originals.  Kernel: compact_gap. */
static inline uint64_t mm_watermark_compact_gap(unsigned int order)
{
	return (uint64_t)2 << order;
}

/*
 * Are enough pages free in z for compaction to have a chance of making a block
 * of this order, for a request that could have used zones up to highest?
 * Costly orders must leave more.  Pure.  Kernel: the watermark of
 * compaction_suitable.
 */
bool mm_watermark_suits_compaction(const struct mm_machine *m, const struct zone *z,
				   unsigned int order, enum mm_zone_type highest);

/* The mark after what alloc_flags grant is taken off (formulas: 1/2, 3/8, /2). */
uint64_t mm_watermark_effective(uint64_t mark, uint32_t alloc_flags);

#endif
