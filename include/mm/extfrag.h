/* SPDX-License-Identifier: MIT */
/*
 * extfrag: is free memory in pieces?  Three numbers about the free blocks of a zone,
 * from how many there are of each order.
 *
 *     |f|-|f|-|f|f|f|f|   order 2: 6 pages free in 3 blocks, one of them suitable
 *      unusable for it 2 of 6 (0.333); would it fail, and why: no (-1.000)
 *
 * Kernel: fill_contig_page_info, __fragmentation_index, unusable_free_index,
 *   extfrag_for_order (mm/vmstat.c, 6.12).
 * Differs: nothing known.
 * State: none.
 * Invariants: none; all are functions of their arguments.
 */
#ifndef MM_EXTFRAG_H
#define MM_EXTFRAG_H

#include "mm/zone.h"

/* Free blocks, as a request of some order sees them. */
struct mm_extfrag {
	uint64_t pages;    /* in all of them */
	uint64_t blocks;   /* how many */
	uint64_t suitable; /* blocks of that order that the larger ones, and it, make */
};

/* nr[o] blocks of each order below nr_orders, for a request of this order. */
struct mm_extfrag mm_extfrag_count(const uint64_t *nr, unsigned int nr_orders, unsigned int order);
/* Those of a zone. */
struct mm_extfrag mm_extfrag_of(const struct mm_machine *m, const struct zone *z,
				unsigned int order);

/*
 * Why a request of the order would fail, in thousandths: towards 0 for lack of memory,
 * towards 1000 because it is in pieces; -1000 when it would not.  0 when nothing is free.
 * With few blocks it is below 0 too: one free page and order 1 give -500.
 * Kernel: fragmentation_index.
 */
int mm_extfrag_index(const struct mm_extfrag *f, unsigned int order);

/* Share of free memory that the order cannot use, in thousandths; 1000 when nothing is
 * free.  Kernel: unusable_free_index. */
unsigned int mm_extfrag_unusable(const struct mm_extfrag *f, unsigned int order);

/* The same in hundredths, and 0 when nothing is free: then moving pages does not help.
 * Kernel: extfrag_for_order. */
unsigned int mm_extfrag_percent(const struct mm_extfrag *f, unsigned int order);

#endif
