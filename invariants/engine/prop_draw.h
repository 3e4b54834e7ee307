/* SPDX-License-Identifier: MIT */
/*
 * prop_draw: where the draws of one run come from, and what a child asked for.
 *
 *     in this process    property ──> engine's tape
 *     in a child         property ──> the child's copy of the tape
 *                                └──> log, in shared memory
 *                        parent: asks its own tape the same questions
 *
 * The child's copy is lost with it.  What was asked decides what is drawn, so
 * the parent's tape ends as the child's did, also when the child died.
 */
#ifndef MM_PROP_DRAW_H
#define MM_PROP_DRAW_H

#include "mm/rng.h"

#include "invariants/engine/prop.h"
#include "invariants/property/mm_property.h"

/* Marks that are kept; draws always find room. */
#define PROP_MARKS_MAX (2 * PROP_DRAWS_MAX)
#define PROP_LOG_MAX   (PROP_DRAWS_MAX + 1 + PROP_MARKS_MAX)

enum prop_asked { PROP_ASKED_BITS, PROP_ASKED_BELOW, PROP_ASKED_BEGIN, PROP_ASKED_END };

struct prop_log {
	uint32_t nr;
	uint8_t asked[PROP_LOG_MAX]; /* enum prop_asked */
	uint64_t with[PROP_LOG_MAX]; /* bits, or the ceiling */
};

/* A seed out of another and a byte: names of properties and classes of findings are so
 * many bytes. */
static inline uint64_t prop_mix(uint64_t h, uint64_t v)
{
	return mm_hash64(h ^ (v + 0x9e3779b97f4a7c15u + (h << 6) + (h >> 2)));
}

/* The first draws of a run, to be printed. */
#define PROP_SEEN_MAX 64

struct prop_draws {
	struct theft *t;
	struct prop_log *log; /* NULL: not in a child */

	uint32_t nr; /* draws from the tape */
	uint32_t nr_marks;
	uint64_t seen[PROP_SEEN_MAX];

	/* beyond PROP_DRAWS_MAX */
	bool is_past;
	struct mm_rng rest;
};

/* Ask again what a child has asked; it may have died while it wrote. */
void prop_draws_repeat(struct prop_draws *d, const struct prop_log *log);

#endif
