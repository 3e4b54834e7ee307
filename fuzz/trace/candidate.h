/* SPDX-License-Identifier: MIT */
/*
 * candidate: the best trace so far, and attempts to make it smaller.
 *
 *     keep[], ops[], machine      what a pass changes
 *              |  mm_candidate_try
 *              v
 *     trace without what was dropped and without what used it --> fails()
 *              | same class: it is the best now
 *              | other class, passes, seen before: everything back
 *
 * The passes are in shrink.c (operations), simplify.c (arguments) and
 * simplify_machine.c.
 */
#ifndef MM_CANDIDATE_H
#define MM_CANDIDATE_H

#include "fuzz/trace/shrink.h"

#define MM_CANDIDATE_MACHINE_LEN 4096

struct mm_candidate {
	struct mm_shrink *s;
	struct mm_trace best;

	/* what the next attempt is made of: as best, but for what a pass changes */
	bool *keep;
	bool *keep_expect;
	struct mm_op *ops;
	char machine[MM_CANDIDATE_MACHINE_LEN];

	/* the attempt, and what it was made with */
	struct mm_trace trial;
	uint32_t *moved; /* position in trial plus one, 0: dropped */

	uint64_t *seen; /* hashes of attempts, open addressing, 0: empty */
	size_t seen_cap, seen_nr;
	bool oom;
};

/* Begin with a trace; -MM_ENOMEM. */
int mm_candidate_init(struct mm_candidate *c, struct mm_shrink *s, const struct mm_trace *in);
void mm_candidate_fini(struct mm_candidate *c);
/* Judge what keep, ops and machine say.  True: it is the best now.  Either way
 * keep, ops and machine are those of the best. */
bool mm_candidate_try(struct mm_candidate *c);
/* Shall a pass go on? */
bool mm_candidate_goes_on(const struct mm_candidate *c);

/* Passes: true when something got smaller. */
bool mm_simplify_args(struct mm_candidate *c);
bool mm_simplify_machine(struct mm_candidate *c);

#endif
