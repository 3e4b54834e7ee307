/* SPDX-License-Identifier: MIT */
/*
 * states: which states of the page allocator a set of inputs has reached.
 *
 * Lines of code say little about an allocator: one line serves all orders, types
 * and fills.  A state is what a request met:
 *
 *     order x mobility x pages on the CPU's lists x where the block came from
 *
 * and, for a free, order x mobility of its pageblock x pages on the lists.  Not
 * every combination is possible on one machine; all of them are on some machine,
 * but for those that mm_states_possible leaves out.  Larger orders than a kernel
 * has by default are not counted.
 */
#ifndef MM_STATES_H
#define MM_STATES_H

#include "mm/event.h"
#include "mm/machine.h"
#include "mm/types.h"

#include <stdio.h>

/* Pages on the lists of the CPU and zone that served, before the request. */
enum mm_fill {
	MM_FILL_NONE,  /* no list keeps this order */
	MM_FILL_EMPTY, /* 0 pages */
	MM_FILL_BATCH, /* at most a batch */
	MM_FILL_SOME,  /* more, below high */
	MM_FILL_HIGH,  /* high or more */
	MM_FILL_NR
};

/* Where a block came from, or what happened instead. */
enum mm_origin {
	MM_ORIGIN_OWN,     /* from its own type */
	MM_ORIGIN_STOLEN,  /* another type's block, the pageblock stays its */
	MM_ORIGIN_CLAIMED, /* another type's block and pageblock */
	MM_ORIGIN_FAILED,  /* none */
	MM_ORIGIN_NR
};

/* Orders 0 .. 10 as a kernel has them; and the one that has huge pages' lists. */
#define MM_STATES_ORDERS 12
#define MM_STATES_HUGE   (MM_STATES_ORDERS - 1)
#define MM_STATES_TYPES  3 /* Unmovable, Movable, Reclaimable */

/* How often each was met. */
struct mm_states {
	uint64_t alloc[MM_STATES_ORDERS][MM_STATES_TYPES][MM_FILL_NR][MM_ORIGIN_NR];
	uint64_t free[MM_STATES_ORDERS][MM_STATES_TYPES][MM_FILL_NR];
};

/* A machine that is watched; lives as long as the machine listens. */
struct mm_states_watch {
	struct mm_states *states;
	const struct mm_machine *m;
	enum mm_fill fill[MM_CPUS_MAX]; /* of its lists, when each CPU looked at a zone */
	enum mm_origin origin;
};

/*
 * Count what happens on m from the next run on.  -MM_ENOSPC when m has no room for
 * a listener.
 */
int mm_states_watch(struct mm_states_watch *w, struct mm_states *states, struct mm_machine *m);
void mm_states_unwatch(struct mm_states_watch *w, struct mm_machine *m);

/* Can a request of this order, or MM_STATES_HUGE, meet such lists on any machine? */
bool mm_states_possible(unsigned int order, enum mm_fill fill);
/* How many there are, and how many were met. */
void mm_states_count(const struct mm_states *s, uint64_t *met, uint64_t *possible);
/* A table: a line per order and fill, a column per type and origin. */
void mm_states_print(const struct mm_states *s, FILE *out);

#endif
