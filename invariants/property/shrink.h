/* SPDX-License-Identifier: MIT */
/*
 * shrink: what the passes share.
 *
 * A pass edits a copy of the best tape and asks shrink_try.  When that says
 * true, the best tape is another one, maybe of another length: what was
 * consumed is kept, not what was proposed.
 */
#ifndef MM_PROPERTY_SHRINK_H
#define MM_PROPERTY_SHRINK_H

#include "invariants/property/engine.h"

struct shrink {
	struct theft *t;
	struct tape best; /* of autoshrunk arguments and of the property itself */
	struct tape candidate;
	struct seen seen;
	uint32_t tactic; /* number of the pass, for hooks */

	size_t calls;
	size_t smaller;       /* calls that led to a new best */
	size_t failed;        /* attempts that did not */
	size_t failed_in_row; /* since the last that did */
	size_t failed_limit;  /* 0: none */
	uint64_t deadline_ns; /* 0: none */

	bool stop; /* by a budget, a hook, or an end that is not DONE */
	enum shrink_end end;
};

/* The candidate becomes a copy of the best tape; false: no memory, and stop. */
bool shrink_propose(struct shrink *s);

/* Whether the candidate is simpler and fails, and now is the best. */
bool shrink_try(struct shrink *s);

/* One argument with the user's own shrinker, until it has no more tactics. */
void shrink_instance(struct shrink *s, uint8_t arg);

/* ---- what an attempt is made of, for shrink.c and shrink_instance.c ---- */

/* May it go on?  Calls the hook shrink_pre. */
bool shrink_may_try(struct shrink *s, uint8_t arg, uint32_t tactic);
void shrink_post(struct shrink *s, uint8_t arg, void *instance, uint32_t tactic,
		 enum theft_shrink_post_state state);
/* The property on smaller arguments, and the hook shrink_trial_post. */
enum theft_trial_res shrink_call(struct shrink *s, struct args *args, uint8_t arg, uint32_t tactic);
void shrink_count(struct shrink *s, bool smaller);

/* ---- passes ---- */

void pass_delete_spans(struct shrink *s);
void pass_delete_draws(struct shrink *s);
void pass_lower_and_delete(struct shrink *s);
void pass_zero(struct shrink *s);
void pass_lower(struct shrink *s);
void pass_lower_equals(struct shrink *s);
void pass_redistribute(struct shrink *s);
void pass_swap(struct shrink *s);

/* ---- units of the best tape ---- */

/* The span that has `index` among those of one depth that are not empty; false:
 * there are not so many. */
bool unit_find(const struct tape *t, uint32_t depth, size_t index, struct range *range);
size_t units_count(const struct tape *t, uint32_t depth);
/* One more than the depth of the deepest; 0: no spans. */
uint32_t units_depths(const struct tape *t);

#endif
