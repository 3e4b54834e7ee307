/* SPDX-License-Identifier: MIT */
/*
 * nodes: which zones a request must walk, in which order, worked out from the
 * description by sorting; and which zone a frame is of.  Models and properties
 * judge the machine's own tables by it.
 */
#ifndef MM_NODES_H
#define MM_NODES_H

#include "mm/zone.h"

/* Nodes with RAM in the order that node `from` falls back to them. */
struct mm_node_order {
	int nr;
	int nid[MM_NODES_MAX];
};

/* Orders of all nodes, to[0 .. nodes - 1]. */
void mm_nodes_order(const struct mm_machine_desc *d, struct mm_node_order *to);

/* Numbers of zones, in order. */
struct mm_walk_order {
	int nr;
	int zone[MM_ZONES_MAX];
};

/*
 * The zones up to `highest` that a request from node nid walks: those of `nodes`
 * (a bit each) that the allocator was given something of; own: of nid alone.
 */
void mm_nodes_walk(const struct mm_machine *m, const struct mm_node_order *order, bool own,
		   uint64_t highest, uint32_t nodes, struct mm_walk_order *to);

/* Number of the zone that spans a frame: by its node, addresses, and Movable. */
int mm_nodes_zone(const struct mm_machine *m, uint64_t pfn);

#endif
