/* SPDX-License-Identifier: MIT */
/*
 * node_reclaim: a request that finds its zone below the mark can have some of what is
 * cached on that node given up, rather than go to memory that is farther away.
 *
 *     zone below its mark --near enough?--> node_reclaim --> enough now? take : next zone
 *                               no: next zone      FULL, NOSCAN: next zone
 *
 * Kernel: node_reclaim, __node_reclaim, node_pagecache_reclaimable (mm/vmscan.c),
 *   zone_allows_reclaim, setup_min_unmapped_ratio (mm/page_alloc.c, 6.12);
 *   Documentation/admin-guide/sysctl/vm.rst, zone_reclaim_mode.
 * Differs: pages come from clean_cache, so that all that is cached is unmapped, and
 *   RECLAIM_UNMAP finds no more than RECLAIM_ZONE does.  How many pages are dirty counts
 *   for whether a node is worth it, as a trace says it: what is given up is clean.  There
 *   are no slab caches: none is ever above min_slab_ratio, which is not a sysctl here.  A
 *   round looks at a share of all that is cached in the zones that help, oldest first.
 *   That another CPU reclaims on a node is said by a trace.
 * State: node_reclaim_busy of the machine: a bit for each node that is worked on.
 * Invariants:
 *   alloc.node_reclaim   a zone below its mark is asked about exactly when node reclaim
 *                        is on and its node is near the preferred zone's
 *   node_reclaim.answer  what it answers and how much it frees follow from what is cached,
 *                        who asks, and where
 */
#ifndef MM_NODE_RECLAIM_H
#define MM_NODE_RECLAIM_H

#include "mm/kswapd.h"
#include "mm/numa.h"

/* Kernel: NODE_RECLAIM_PRIORITY. */
#define MM_NODE_RECLAIM_PRIORITY 4

/* What there is on a node, in pages, and who asks. */
struct mm_node_reclaim_input {
	uint64_t cached;     /* not mapped by anybody, and clean unless writing is allowed */
	uint64_t min_cached; /* so much of it stays */
	uint64_t slab;       /* reclaimable */
	uint64_t min_slab;
	uint32_t gfp;
	bool memalloc; /* the task frees memory already */
	bool has_cpu;  /* the node has CPUs ... */
	bool local;    /* ... and this one is of them */
	bool busy;     /* somebody reclaims there */
};

/* The answer without reclaim: FULL or NOSCAN; SOME: there is something to do.  Pure. */
enum mm_node_reclaim mm_node_reclaim_guard(const struct mm_node_reclaim_input *in);

/* Pages that stay cached on node nid: min_unmapped_ratio of each of its zones, rounded
 * down.  Pure. */
uint64_t mm_node_reclaim_min_cached(const struct mm_machine *m, int nid);

/* The most that a round frees: a share of so many cached pages, the larger the lower the
 * priority, of what is still wanted.  Pure. */
uint64_t mm_node_reclaim_share(uint64_t cached, int priority, uint64_t wanted);

/*
 * Give up cached pages of z's node for a request of that order and mask, in zones up to
 * highest.  The upcall of page_alloc.  Kernel: node_reclaim.
 */
enum mm_node_reclaim mm_node_reclaim(struct mm_ctx *x, struct zone *z, unsigned int order,
				     uint32_t gfp, enum mm_zone_type highest);

/* Another CPU reclaims on node nid, or no longer does. */
void mm_node_reclaim_set_busy(struct mm_ctx *x, int nid, bool busy);

#endif
