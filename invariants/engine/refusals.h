/* SPDX-License-Identifier: MIT */
/*
 * refusals: which zones refused a request, in which of its attempts, and whether what they
 * have now still tells why.  It does not when pages of their node were given up since, or
 * when they were asked again for that: who judges them then must have done so when they
 * refused.
 *
 *     zone A refuses -> pages of its node are given up -> zone B serves
 *       judged here                                        A has enough by now
 */
#ifndef MM_REFUSALS_H
#define MM_REFUSALS_H

#include "mm/machine.h"

/* An attempt by its flags: the first, one held to min, one that may use reserves. */
#define MM_REFUSALS_FIRST    0x1u
#define MM_REFUSALS_LATER    0x2u
#define MM_REFUSALS_RESERVES 0x4u

struct mm_refusals {
	uint8_t asked[MM_ZONES_MAX];  /* MM_REFUSALS_... by zone; who said yes had no block */
	uint8_t stale[MM_ZONES_MAX];  /* those of them that tell nothing any more */
	uint8_t locked[MM_ZONES_MAX]; /* those in which the lists' lock was taken */
	uint8_t now;                  /* the attempt that asked last */
	int again;                    /* zone that is about to be asked again, or none: -1 */
};

void mm_refusals_forget(struct mm_refusals *f);
/* A zone was asked in an attempt with such flags, and refused or not.  True: for the
 * second time, after pages of its node were given up. */
bool mm_refusals_asked(struct mm_refusals *f, int zone, uint32_t alloc_flags, bool refused);
/* In the attempt that asked last, the lock of the zone's lists was taken. */
void mm_refusals_locked(struct mm_refusals *f, int zone);
/* Was it, when the zone was asked last in an attempt with such flags? */
bool mm_refusals_was_locked(const struct mm_refusals *f, int zone, uint32_t alloc_flags);
/* Pages of the node of a zone were given up for it. */
void mm_refusals_given_up(struct mm_refusals *f, const struct mm_machine *m, int zone);
/* Zones of a node are not asked in the first attempt: it has too many dirty pages. */
void mm_refusals_left_out(struct mm_refusals *f, int nid);
/* Did it refuse in such an attempt, so that it is not to be judged by what it has? */
bool mm_refusals_excuse(const struct mm_refusals *f, int zone, uint32_t alloc_flags);

#endif
