/* SPDX-License-Identifier: MIT */
/*
 * kswapd: each node's worker that frees pages before requests have to.  It is woken
 * when a zone falls below its low mark or is boosted, and works until one zone of the
 * node is above high.
 *
 *     asleep --wake--> awake --run--> rounds: priority 12, 11 ... 1 --> balanced: asleep
 *                        ^                        |                     16 failures: asleep
 *                        +---- not balanced ------+
 *
 * Kernel: wakeup_kswapd, pgdat_balanced, balance_pgdat, kswapd, prepare_kswapd_sleep
 *   (mm/vmscan.c, 6.12).
 * Differs: stands in for a thread, until there is reclaim: an operation of a trace runs
 *   it, so many rounds at a time, and what it frees is the upcall's business.  It goes
 *   to sleep at once, without the tenth of a second in which it can be called back, and
 *   wakes no kcompactd.  A round asks for as much as the high marks of the zones, in the
 *   kernel too, and has no other measure of what was looked at than what was freed.
 * State: struct mm_kswapd of each node, MM_ZONE_RECLAIM_ACTIVE of its zones; thresholds
 *   of their counters, through vmstat.
 * Invariants:
 *   kswapd.wake             it is awake when it was asked for and there is something to
 *                           do: none of the zones balanced, or one boosted
 *   kswapd.round            priority and the boost that is still to be worked off
 *                           follow from what was freed
 *   kswapd.sleeps_balanced  it sleeps only when balanced, or after 16 failures
 *   kswapd.active           zones it works for are marked, no others
 */
#ifndef MM_KSWAPD_H
#define MM_KSWAPD_H

#include "mm/boost.h"

/* Kernel: DEF_PRIORITY, MAX_RECLAIM_RETRIES, SWAP_CLUSTER_MAX. */
#define MM_KSWAPD_PRIORITY     12
#define MM_KSWAPD_FAILURES_MAX 16
#define MM_KSWAPD_CLUSTER      32u

/* order and highest are those of all wakes since work began; highest may be none. */
struct mm_kswapd {
	bool awake;
	uint8_t order;
	uint8_t highest;  /* MM_NR_ZONES: nobody asked */
	uint8_t failures; /* times in a row that it freed nothing */

	/* at work, between two runs perhaps */
	bool working;
	bool counts_closely; /* thresholds of counters are low: until it sleeps */
	uint8_t work_order;
	uint8_t work_highest;
	uint8_t priority;
	uint64_t boost_left;         /* of what it wants to free for boosts */
	uint64_t boost[MM_NR_ZONES]; /* of each zone when work began */
	uint64_t freed;
};

int mm_kswapd_boot(struct mm_ctx *x);

const struct mm_kswapd *mm_kswapd_of(const struct mm_machine *m, int nid);

/* Is some zone of the node, of those up to highest, above its high mark for such an
 * order, or is there no such zone?  Pure.  Kernel: pgdat_balanced. */
bool mm_kswapd_balanced(const struct mm_machine *m, int nid, unsigned int order,
			enum mm_zone_type highest);

/*
 * Wake the kswapd of z's node for such a request; not when it would have nothing to
 * do, or has failed too often.  Kernel: wakeup_kswapd.
 */
void mm_kswapd_wake(struct mm_ctx *x, struct zone *z, unsigned int order,
		    enum mm_zone_type highest);

/* Somebody else freed pages there: it is not beyond help. */
void mm_kswapd_progress(struct mm_ctx *x, int nid);

/*
 * Run kswapd of node nid for at most so many rounds, 0: until it has balanced the node
 * or given up.  Pages freed.  Does nothing while it sleeps.  Kernel: balance_pgdat.
 */
uint64_t mm_kswapd_run(struct mm_ctx *x, int nid, uint64_t rounds);

#endif
