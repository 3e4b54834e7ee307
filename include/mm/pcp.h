/* SPDX-License-Identifier: MIT */
/*
 * pcp: free blocks that a CPU keeps to itself.  Taking one and putting one back
 * touches no lock and no cache line of another CPU; the zone's lists are asked
 * only for a batch at a time, and get a batch back when too much has gathered.
 *
 *     CPU 0  Unmovable   o0 |p|p|p|  o1 |p|  ...  o3        zone
 *            Movable     o0 |p|p|                    <- refill of a batch
 *            Reclaimable o0 ...                      bulk free ->
 *            huge pages  movable, other
 *
 * Kernel: struct per_cpu_pages, rmqueue_pcplist, rmqueue_bulk, nr_pcp_alloc,
 *   nr_pcp_free, nr_pcp_high, free_unref_page_commit, free_pcppages_bulk,
 *   decay_pcp_high, drain_pages, zone_pcp_disable, zone_set_pageset_high_and_batch
 *   (mm/page_alloc.c, 6.12).
 *   With pcp_lists=hot_cold lists are those of 2.6.38 to 4.14: free_hot_cold_page,
 *   free_pcppages_bulk, rmqueue_bulk, zone_batchsize, pageset_set_batch,
 *   pageset_set_high (mm/page_alloc.c, 4.14).
 * Differs: a block on a list carries MM_PG_PCP, its order and its list, which the
 *   kernel does not keep.  The share of the
 *   data cache is the description's (cache=), not the host's.  Writing a sysctl
 *   while lists are disabled waits in the kernel; here it is stored and takes
 *   effect when they are enabled.  Lists of other nodes are not drained by age.  Hot and
 *   cold lists give a page back to the list of the type its pageblock has by then, where
 *   4.14 took that of the moment it was freed; marks, zones and everything else are 6.12's.
 * State: lists, count and tuning of a (zone, CPU) under its lock; the limits the
 *   settings give in the zone.
 * Invariants:
 *   pcp.count           count is what the lists hold, in pages
 *   pcp.page_state      a listed block is unreferenced, of the zone, on its list
 *   pcp.bounds          batch >= 1, high_min <= high_max, a free leaves no excess
 *   pcp.alloc_factor    0 <= alloc_factor <= 5, free_count >= 0
 *   pcp.limits          batch, high_min and high_max follow from the settings; in an
 *                       int, as the kernel's do: a share of 2^31 pages is below zero
 *   pcp.empty_when_disabled   a zone whose lists are disabled holds nothing there
 *   pcp.lifo            the block freed last is handed out first
 *   pcp.refill          a refill asks for as many blocks as the rule says
 *   pcp.bulk_free       a bulk free gives back as many pages as the rule says
 *   pcp.list            a block is freed to the list of its pageblock's type, Movable
 *                       for CMA and HighAtomic, and taken from that of the request's
 *   pcp.used            an ordinary block goes to the list of the CPU that frees it
 *   pcp.below_high      lists shrink while fewer pages than the high mark are free
 *   pcp.tuning          high, alloc_factor and free_count move by the rule
 *   pcp.cold            who asks for a cold page, and nobody else, gets the coldest; a page
 *                       freed as cold becomes it
 */
#ifndef MM_PCP_H
#define MM_PCP_H

#include "mm/buddy.h"
#include "mm/vmstat.h"

#define MM_PCP_LOW_LISTS (MM_MIGRATE_PCPTYPES * (MM_PCP_COSTLY_ORDER + 1))
#define MM_PCP_LISTS     (MM_PCP_LOW_LISTS + 2) /* huge pages: other, movable */

/* Largest power of two by which batches grow.  Kernel: CONFIG_PCP_BATCH_SCALE_MAX. */
#define MM_PCP_BATCH_SCALE_MAX 5
/* In auto mode high may grow to managed / this / CPUs. */
#define MM_PCP_HIGH_FRACTION 8

/* Kernel: PCPF_*. */
#define MM_PCPF_PREV_FREE_HIGH_ORDER 0x1u /* the last block freed was of order 1 .. 3 */
#define MM_PCPF_FREE_HIGH_BATCH      0x2u /* the cache holds several batches */

/* count == sum over lists of their length << order, all numbers in pages */
struct per_cpu_pages {
	struct mm_lock lock;

	/* lock */
	int count;
	int high;             /* excess above it goes back; follows demand */
	int free_count;       /* pages freed since the last allocations */
	uint8_t alloc_factor; /* log2 of how many batches the next refill takes */
	uint8_t flags;        /* MM_PCPF_... */

	/* settings */
	int high_min;
	int high_max;
	int batch; /* pages moved at a time */

	/* lock */
	struct mm_list lists[MM_PCP_LISTS];
};

/* Why pages went back to the zone: field of the event mm_pcp_bulk_free. */
enum mm_pcp_cause { MM_PCP_CAUSE_FREE, MM_PCP_CAUSE_DRAIN, MM_PCP_CAUSE_DECAY };

/* Where a block goes that is taken back: field of the event mm_page_free. */
enum mm_pcp_freed {
	MM_PCP_FREED_TO_ZONE, /* its order has no per-CPU lists */
	MM_PCP_FREED_TO_LIST,
	MM_PCP_FREED_PAST_LIST, /* to the zone, because the CPU's lock was taken */
	MM_PCP_FREED_UNLISTED,  /* to the end of the zone's list: not wanted soon */
	MM_PCP_FREED_ISOLATED   /* to the zone: its pageblock is isolated */
};

/* How a block came onto a list: field of the event mm_pcp_add. */
enum mm_pcp_added {
	MM_PCP_ADDED_FREED,      /* at the hot end */
	MM_PCP_ADDED_REFILL,     /* at the cold end */
	MM_PCP_ADDED_FREED_COLD, /* at the cold end */
	MM_PCP_ADDED_REFILL_COLD /* at the hot end: the first then lies at the cold one */
};

/* For whom one was taken off, or a refill came: field of mm_pcp_take, mm_pcp_refill. */
enum mm_pcp_taken { MM_PCP_TAKEN_ONE, MM_PCP_TAKEN_BULK, MM_PCP_TAKEN_COLD };

int mm_pcp_boot(struct mm_ctx *x);

/* May blocks of this order be kept per CPU?  Kernel: pcp_allowed_order. */
static inline bool mm_pcp_allowed(const struct mm_machine *m, unsigned int order)
{
	return m->pcp_orders >> order & 1;
}

/* Which list blocks of a type and an allowed order are on.  Kernel:
 * order_to_pindex. */
static inline unsigned int mm_pcp_index(enum mm_migratetype type, unsigned int order)
{
	if (order > MM_PCP_COSTLY_ORDER)
		return MM_PCP_LOW_LISTS + (type == MM_MIGRATE_MOVABLE);
	return MM_MIGRATE_PCPTYPES * order + type;
}

/* Order of the blocks of a list.  Kernel: pindex_to_order. */
static inline unsigned int mm_pcp_order(const struct mm_machine *m, unsigned int index)
{
	return index < MM_PCP_LOW_LISTS ? index / MM_MIGRATE_PCPTYPES : m->desc.thp_order;
}

/* Limits of a zone from its size and the settings, in pages. */
struct mm_pcp_limits {
	uint64_t batch; /* Kernel: zone_batchsize */
	uint64_t high_min;
	uint64_t high_max;
};

/* What they follow from. */
struct mm_pcp_sizes {
	uint64_t managed;  /* pages */
	uint64_t low;      /* low mark, in pages */
	uint64_t fraction; /* 0: between the low mark and 1/8 of the zone */
	int cpus;
};

struct mm_pcp_limits mm_pcp_compute_limits(const struct mm_pcp_sizes *s);
/*
 * The same of hot and cold lists: six batches, or by the fraction, for each CPU however many
 * there are; both limits are one.  Kernel: zone_batchsize, pageset_set_batch,
 * pageset_set_high (4.14).
 */
struct mm_pcp_limits mm_pcp_hot_cold_limits(const struct mm_pcp_sizes *s);
/* Give all zones the limits that follow from sizes, marks and sysctls.
 * Kernel: zone_set_pageset_high_and_batch, for all zones. */
void mm_pcp_setup(struct mm_ctx *x);
/*
 * The same when a CPU, not 0, is about to come online: each node counts one more, for whose
 * it is is not known yet.  So it stays until limits are set again.  Kernel:
 * zone_pcp_update with cpu_online 1.
 */
void mm_pcp_setup_coming(struct mm_ctx *x, int cpu);

/*
 * A block from this CPU's lists, refilled from the zone when they are empty.  It is
 * not prepared.  NULL: the zone has none to refill from, or the lists' lock is
 * taken; then the zone may be asked.  Caller: mm_pcp_allowed(order), no lock held.
 * Kernel: rmqueue_pcplist.
 */
struct page *mm_pcp_get(struct mm_ctx *x, struct zone *z, unsigned int order,
			enum mm_migratetype type, uint32_t alloc_flags);

/*
 * The same for who holds the lock of this CPU's lists and takes several pages under
 * it: that breaks no run of frees.  Kernel: __rmqueue_pcplist.
 */
struct page *mm_pcp_take(struct mm_ctx *x, struct zone *z, unsigned int order,
			 enum mm_migratetype type, uint32_t alloc_flags);

/* The context says that this is no plain attempt: the lock is taken by another, false; or
 * the request is for cold pages, and has it. */
bool mm_pcp_contended(struct mm_ctx *x, struct zone *z);

/* Is this CPU's lock of z to be had?  Kernel: pcp_spin_trylock. */
static inline bool mm_pcp_trylock(struct mm_ctx *x, struct zone *z)
{
	if (MM_UNLIKELY(x->pcp_contended))
		return mm_pcp_contended(x, z);
	mm_lock_acquire(x, &z->pageset[x->cpu].lock);
	return true;
}

static inline void mm_pcp_unlock(struct mm_ctx *x, struct zone *z)
{
	mm_lock_release(x, &z->pageset[x->cpu].lock);
}

/*
 * Put a block that carries nothing of its owner on this CPU's list, and give the
 * excess back to the zone.  Caller: mm_pcp_trylock() said yes; the lock is given
 * up.  Kernel: free_unref_page_commit.
 */
void mm_pcp_put(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order);

/* The same for a page at the cold end, where lists have one.  Kernel: free_hot_cold_page
 * with cold true (4.14). */
void mm_pcp_put_cold(struct mm_ctx *x, struct zone *z, struct page *page);

/* Fewer pages than the high mark are free in z: lists are to shrink. */
void mm_pcp_note_below_high(struct mm_ctx *x, struct zone *z);

/* What those two decide by the numbers of the lists, batch >= 1, and the zone's
 * MM_ZONE_ flags.  They move these numbers and touch nothing else. */
/* Blocks a refill asks for; moves high, alloc_factor.  Kernel: nr_pcp_alloc. */
int mm_pcp_refill_blocks(struct per_cpu_pages *pcp, uint32_t zone_flags, unsigned int order);
/* From which count on a free gives some back; moves high.  free_high: a run of
 * blocks of several pages.  Kernel: nr_pcp_high. */
int mm_pcp_high_at_free(struct per_cpu_pages *pcp, uint32_t zone_flags, bool free_high);
/* Pages to give back then.  Kernel: nr_pcp_free. */
int mm_pcp_excess(const struct per_cpu_pages *pcp, int high, bool free_high);

/* Give back all that a CPU holds, of one zone or (NULL) of all.
 * Kernel: drain_pages_zone, drain_pages. */
void mm_pcp_drain(struct mm_ctx *x, struct zone *z, int cpu);
/* The same for all CPUs.  Kernel: drain_all_pages. */
void mm_pcp_drain_all(struct mm_ctx *x, struct zone *z);
/* Lower high towards high_min and give back what is above it, on this CPU, in all
 * zones; how much there was to do.  Kernel: decay_pcp_high. */
unsigned int mm_pcp_decay(struct mm_ctx *x);

/* Nothing is kept per CPU in z until it is enabled again; -MM_EBUSY when it is
 * disabled already.  Kernel: zone_pcp_disable. */
int mm_pcp_disable(struct mm_ctx *x, struct zone *z) MM_MUST_USE;
/* -MM_EINVAL when it is not disabled.  Kernel: zone_pcp_enable. */
int mm_pcp_enable(struct mm_ctx *x, struct zone *z) MM_MUST_USE;

#endif
