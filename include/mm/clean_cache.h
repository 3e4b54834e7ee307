/* SPDX-License-Identifier: MIT */
/*
 * clean_cache: what can be had back when memory is short: a cache of clean pages, the
 * oldest given up first.
 *
 *     newest                          oldest
 *     | 9 | 4 | 17 | 3 | ... | 12 | 6 |  --> free pages
 *       ^ cache              (a list by node)
 *
 * Kernel: try_to_free_pages, shrink_node, drop_caches
 *   (mm/vmscan.c, fs/drop_caches.c, 6.12).
 * Differs: stands in for the LRU lists until there are files and processes: all that is
 *   cached is clean, unmapped and not referenced, so that reclaim takes from the end of
 *   one list, whatever the mask allows.  Direct reclaim frees up to a cluster from the
 *   nodes that the request may use, the nearest first, without priorities.  What reclaim
 *   itself needs, such as memory to swap a page out, is a page that it asks for and gives
 *   back, as often as a trace says.
 * State: lists by node, MM_PG_LRU of pages on them, the zone counter MM_NR_ZONE_CACHE.
 * Invariants:
 *   reclaim.listed        a cached page is held once, by the cache, and on its node's list
 *   reclaim.counted       a zone's count of cached pages is exact but for what CPUs hold back
 *   reclaim.oldest_first  what is given up is the oldest of the zones in question
 *   alloc.reclaim         a request that may wait has memory reclaimed, again while a zone
 *                         could be above min and reclaim has not failed 16 times in a row,
 *                         or a reserved pageblock was given up,
 *                         and never on behalf of reclaim
 */
#ifndef MM_CLEAN_CACHE_H
#define MM_CLEAN_CACHE_H

#include "mm/kswapd.h"
#include "mm/page_alloc.h"

/* Of a node: newest at the head. */
struct mm_clean_cache {
	struct mm_list cache;
	uint64_t nr;
};

int mm_clean_cache_boot(struct mm_ctx *x);

/* A page of such a mask becomes the newest of the cache; false: none is to be had.
 * Kernel: filemap_alloc_folio, folio_add_lru. */
bool mm_clean_cache_add(struct mm_ctx *x, uint32_t gfp);

/* Give up all that is cached.  How many pages.  Kernel: drop_caches. */
uint64_t mm_clean_cache_drop_all(struct mm_ctx *x);

/* Pages that reclaim may yet ask for on behalf of requests, one a call. */
void mm_clean_cache_set_needs(struct mm_ctx *x, uint64_t pages);

#endif
