/* SPDX-License-Identifier: MIT */
/*
 * check: what an invariant is and how it reports.
 *
 * An invariant is one named claim: an id that never changes, one sentence, a
 * kind of object, and one predicate on such an object.  It reads, reports and
 * goes on; the driver decides to stop, shrink or print.  Claims about a step
 * (which zone was picked, what was claimed) are judged by a model, which
 * follows events and knows what the answer must be.
 */
#ifndef MM_CHECK_H
#define MM_CHECK_H

#include "mm/err.h"
#include "mm/event.h"
#include "mm/touched.h"

struct mm_machine;

/* One broken claim, the first of a run in full, the rest counted. */
struct mm_failure {
	const char *id;
	enum mm_obj kind;
	uint64_t object;
	char text[256];
};

struct mm_report {
	/* the object under check, set by the driver */
	enum mm_obj kind;
	uint64_t object;

	/* counts since mm_report_init */
	uint64_t checks;
	uint64_t failures;

	/* the first failure, valid when failures > 0 */
	struct mm_failure first;

	/* called on each failure when not NULL */
	void (*on_failure)(void *env, const struct mm_failure *f);
	void *env;
};

void mm_report_init(struct mm_report *r);
void mm_report_fail(struct mm_report *r, const char *id, const char *fmt, ...) MM_PRINTF(3, 4);

#define MM_OBJ_BIT(kind) ((uint32_t)1 << (kind))

/* One claim on one object: cheap when it holds, a sentence when it does not. */
#define MM_CHECK(r, id, cond, ...)                                                                 \
	do {                                                                                       \
		(r)->checks++;                                                                     \
		if (MM_UNLIKELY(!(cond)))                                                          \
			mm_report_fail((r), (id), __VA_ARGS__);                                    \
	} while (0)

/* A claim in a module's table. */
struct mm_inv {
	const char *id;    /* "buddy.aligned": never renamed, never reused */
	const char *claim; /* one sentence */
	enum mm_obj kind;  /* what it speaks of */
	/* NULL when a model judges it (kind MM_OBJ_EVENT) */
	void (*check)(struct mm_report *r, const struct mm_machine *m, uint64_t object);
	/* true: costs O(machine) on one object; sweeps only */
	bool sweep_only;
};

/* A model: small, obviously correct, fed by events. */
struct mm_model {
	const char *name;
	uint64_t events;
	/*
	 * When after_op is due.  What it compares is the model's own state, which only
	 * events change, and the machine's, which only operations change that touch it (a
	 * sweep finds those that do not say so, and asks for all).  So it is due after one
	 * of its events, but for quiet ones, and after one of these kinds of objects was
	 * touched: a bit each, MM_OBJ_BIT(MM_OBJ_EVENT) for none; 0: after each operation.
	 */
	uint32_t objects;
	uint64_t quiet; /* of events: those that leave it nothing to judge or forget */
	/* Is there anything for it on such a machine?  NULL: on each. */
	bool (*concerns)(const struct mm_machine *m);
	/* bytes of state for machine m; the driver allocates them zeroed */
	size_t (*size)(const struct mm_machine *m);
	/* take the state of a just-booted machine, all zero before; NULL: that is it */
	void (*boot)(void *state, const struct mm_machine *m);
	/* back to that state after a reset; NULL: all of it is copied back */
	void (*reset)(void *state);
	void (*on_event)(void *state, struct mm_report *r, const struct mm_machine *m,
			 const struct mm_event *ev);
	/* what must agree after operations, and what only a sweep can afford; NULL: nothing */
	void (*after_op)(void *state, struct mm_report *r, const struct mm_machine *m);
	void (*sweep)(void *state, struct mm_report *r, const struct mm_machine *m);
};

/* Generated, NULL-terminated. */
extern const struct mm_inv *const mm_all_invs[];
extern const char *const mm_all_inv_modules[];
extern const struct mm_model *const mm_all_models[];

#endif
