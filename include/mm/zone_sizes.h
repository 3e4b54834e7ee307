/* SPDX-License-Identifier: MIT */
/*
 * zone_sizes: which zone of which node a frame belongs to.  Addresses decide, with
 * one exception: zone Movable is cut off the top of each node.  It is what
 * kernelcore= or movablecore= leave over, spread evenly over nodes as far as they
 * reach, or all RAM that can be unplugged, or all that is not mirrored.
 *
 *     node 0:  DMA | DMA32 | Normal ........ | Movable
 *     node 1:                Normal ... | Movable
 *
 * Kernel: free_area_init, find_zone_movable_pfns_for_nodes,
 *   adjust_zone_range_for_zone_movable (mm/mm_init.c, 6.12);
 *   Documentation/admin-guide/kernel-parameters (kernelcore, movablecore,
 *   movable_node).
 * Differs: a border between nodes, or between RAM that is mirrored and that is not,
 *   never lies inside an aligned block of max_order (the description is refused).
 *   A description may also say with normal= or highmem= where Movable begins.
 * State: movable_pfn of the machine, set once at boot.
 */
#ifndef MM_ZONE_SIZES_H
#define MM_ZONE_SIZES_H

#include "mm/numa.h"

int mm_zone_sizes_boot(struct mm_ctx *x);

/* First pfn of zone Movable in each node, 0 where there is none.  A function of the
 * description alone.  Kernel: find_zone_movable_pfns_for_nodes. */
void mm_zone_sizes_movable(const struct mm_machine_desc *d, uint64_t pfn[MM_NODES_MAX]);

/* From the first to the last frame of a node; empty, 0 to 0, when it has no RAM. */
struct mm_range mm_zone_sizes_node(const struct mm_machine_desc *d, int nid);

/* The number of the zone that a frame of RAM, of node nid and with these flags
 * (MM_RAM_...), belongs to: nid * MM_NR_ZONES + type. */
uint8_t mm_zone_sizes_id(const struct mm_machine *m, uint64_t pfn, int nid, uint8_t flags);
/* How far, at most to end, frames from pfn on are of the same zone. */
uint64_t mm_zone_sizes_stretch(const struct mm_machine *m, uint64_t pfn, uint64_t end, int nid);

/* Frames from the first to the last that a zone may have, holes included: its
 * limits, inside its node, without what is Movable.  Kernel:
 * zone_spanned_pages_in_node. */
struct mm_range mm_zone_sizes_span(const struct mm_machine *m, int nid, enum mm_zone_type type);

#endif
