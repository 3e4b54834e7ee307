/* SPDX-License-Identifier: MIT */
/*
 * touched: which objects an operation changed.  Primitives mark objects; after
 * the operation checks run on those and the digest follows them.  A sweep over
 * all objects later proves that nothing was missed.
 *
 * State: the set belongs to the run, contexts point to it.  A set that
 * overflows says so (all = true) and the reader falls back to a sweep.
 */
#ifndef MM_TOUCHED_H
#define MM_TOUCHED_H

#include "mm/ctx.h"
#include "mm/err.h"

/* Kinds of object that claims and digests speak of. */
enum mm_obj {
	MM_OBJ_FRAME,     /* id: pfn */
	MM_OBJ_PAGEBLOCK, /* id: pfn >> pageblock_order */
	MM_OBJ_ZONE,      /* id: number of the zone */
	MM_OBJ_MACHINE,   /* id: 0; clock and totals */
	MM_OBJ_SETTINGS,  /* id: 0; sysctls and what follows from them */
	MM_OBJ_PCP,       /* id: zone * cpus + cpu; lists and counter deltas */
	MM_OBJ_TUNING,    /* id: the same, or zones * cpus + zone for its flags */
	MM_OBJ_EVENTS,    /* id: cpu; what has been counted there */
	MM_OBJ_MEMBLOCK,  /* id: memory 0, reserved 1, settings 2 */
	MM_OBJ_SECTION,   /* id: number of the section */
	MM_OBJ_FRAG,      /* id: cpu; its cache of page fragments */
	MM_OBJ_FAULT,     /* id: site of fault injection; its attributes and counts */
	MM_OBJ_KSWAPD,    /* id: node; what its kswapd was woken for, and does */
	MM_OBJ_CACHE,     /* id: node; its list of what can be reclaimed */
	MM_OBJ_PROCESS,   /* id: pid; what it may */
	MM_OBJ_FILE,      /* id: number in the table */
	MM_OBJ_MM,        /* id: pid; what is counted of its address space */
	MM_OBJ_VMA,       /* id: number in the table */
	MM_OBJ_ANON_VMA,  /* id: number in the table */
	MM_OBJ_NR,
	MM_OBJ_EVENT = MM_OBJ_NR /* a claim about a step, judged by a model */
};

/*
 * Hints and statistics: Linux changes them on the way to a failure too (a list's
 * limits, "below the high watermark", counts of attempts, of injected failures, who
 * was woken).
 */
static inline bool mm_touched_is_hint(enum mm_obj kind)
{
	return kind == MM_OBJ_TUNING || kind == MM_OBJ_EVENTS || kind == MM_OBJ_FAULT ||
	       kind == MM_OBJ_KSWAPD;
}

/* A refill of the largest batch touches three frames a page at the most. */
#define MM_TOUCHED_MAX   8192
#define MM_TOUCHED_SLOTS 64 /* a power of two */

struct mm_touched {
	uint32_t nr;
	bool all;
	uint16_t slot[MM_TOUCHED_SLOTS]; /* where an object with this slot stood last */
	uint64_t key[MM_TOUCHED_MAX];    /* kind in the top byte, id below */
};

static inline uint64_t mm_touched_key(enum mm_obj kind, uint64_t id)
{
	return ((uint64_t)kind << 56) | id;
}

static inline enum mm_obj mm_touched_kind(uint64_t key)
{
	return (enum mm_obj)(key >> 56);
}

static inline uint64_t mm_touched_id(uint64_t key)
{
	return key & (((uint64_t)1 << 56) - 1);
}

/* Frames have half of the slots, so that a walk over many does not crowd out the
 * zone and the lists that it touches again and again. */
static inline unsigned int mm_touched_slot(enum mm_obj kind, uint64_t id)
{
	const unsigned int half = MM_TOUCHED_SLOTS / 2;

	if (kind == MM_OBJ_FRAME)
		return (unsigned int)id % half;
	return half + ((unsigned int)kind * 5 + (unsigned int)id) % half;
}

/* Add one object; most of those that are in the set already are dropped here. */
static inline void mm_touched_add(struct mm_touched *t, enum mm_obj kind, uint64_t id)
{
	uint64_t key = mm_touched_key(kind, id);
	uint16_t *slot = &t->slot[mm_touched_slot(kind, id)];

	if (*slot < t->nr && t->key[*slot] == key)
		return;
	if (t->nr == MM_TOUCHED_MAX) {
		t->all = true;
		return;
	}
	*slot = (uint16_t)t->nr;
	t->key[t->nr++] = key;
}

static inline void mm_touch(struct mm_ctx *x, enum mm_obj kind, uint64_t id)
{
	if (MM_UNLIKELY(x->touched))
		mm_touched_add(x->touched, kind, id);
}

#endif
