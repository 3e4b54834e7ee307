/* SPDX-License-Identifier: MIT */
/*
 * node_dirty: how many pages of a node may be dirty before pages that will be written to
 * are rather taken from another: a share of what could be.
 *
 *     node   |  free  ...  | cached |      dirtyable: all of it ...
 *            |rrrr|                        ... without what is kept in reserve
 *            20 % of that may be dirty, 25 % for who has no time to wait
 *
 * Kernel: node_dirty_ok, node_dirty_limit, node_dirtyable_memory (mm/page-writeback.c,
 *   6.12); Documentation/admin-guide/sysctl/vm.rst, dirty_ratio.
 * Differs: stands in for files that are written to: a trace says how many pages of a node
 *   are dirty and how many are being written back, whether or not so many are cached.
 *   There is no vm.dirty_bytes: the share is always a ratio.
 * State: node_dirty of the machine, by node.
 * Invariants:
 *   dirty.limit         a node's limit and whether it is over it follow from its counts
 *   alloc.spread_dirty  the first attempt of a request with __GFP_WRITE takes from nodes
 *                       that were asked and are not over, and nobody else asks
 */
#ifndef MM_NODE_DIRTY_H
#define MM_NODE_DIRTY_H

#include "mm/machine.h"

/* Of a node, in pages. */
struct mm_dirtyable {
	uint64_t free;
	uint64_t reserve; /* not for caches: total reserve of its zones */
	uint64_t file;    /* on the lists of file pages */
};

/* Pages that could be dirty.  Pure.  Kernel: node_dirtyable_memory. */
uint64_t mm_node_dirty_most(const struct mm_dirtyable *d);
/* And that may be, at so many percent; rt: by a task in real time.  Pure.
 * Kernel: node_dirty_limit. */
uint64_t mm_node_dirty_limit(const struct mm_dirtyable *d, uint64_t ratio, bool rt);

/* What node nid has of it. */
struct mm_dirtyable mm_node_dirty_memory(const struct mm_machine *m, int nid);

/* Is node nid within its limit?  The upcall of page_alloc.  Kernel: node_dirty_ok. */
bool mm_node_dirty_ok(struct mm_ctx *x, int nid);

/* So many pages are dirty, and so many more are being written back. */
void mm_node_dirty_set(struct mm_ctx *x, int nid, uint64_t dirty, uint64_t writeback);

#endif
