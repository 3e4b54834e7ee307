/* SPDX-License-Identifier: MIT */
/*
 * prop_stateful: for all traces, the machine and its models agree and every
 * claim holds.  Each module with operations has this property for nothing:
 *
 *     operations of NAME ─┐
 *     targets with them ──┼─> NAME.holds_under_any_trace
 *       machines, others ─┘
 *
 *     tape ─> machine, operations ─> trace ─> run: claims, models, atomicity
 *                                             sweep, teardown, reset, digest
 *
 * A trace is drawn operation by operation inside marks, so that shrinking takes
 * out whole operations.  What is left is given to the shrinker of traces
 * (fuzz/trace/shrink.h), printed, and kept as .ops that `mmref check` replays.
 *
 * Who wants more machines, or wants traces to have been somewhere, has a line
 * `const struct mm_stateful mm_NAME_stateful = {` in a file of properties: the
 * build finds it.
 */
#ifndef MM_PROP_STATEFUL_H
#define MM_PROP_STATEFUL_H

#include "mm/event.h"

#include "invariants/engine/prop_trial.h"

/* So many percent of the traces have to get there.  Either an event says so, or the
 * machine at the end. */
struct mm_stateful_cover {
	const char *what; /* NULL: the last row */
	double percent;
	enum mm_event_kind event;
	/* NULL: each such event */
	bool (*when)(const struct mm_machine *m, const struct mm_event *ev);
	/* if set, event is not looked at */
	bool (*at_end)(const struct mm_machine *m);
};

/* What is 0 or NULL is as for a module that says nothing. */
struct mm_stateful {
	const char *module;
	const char *const *machines; /* beside those of its targets; NULL-terminated */
	const char *modules;         /* with blanks; else those of its targets */
	const struct mm_stateful_cover *cover;
	unsigned int runs; /* traces */
	unsigned int ops;  /* in one of them, at most */
};

/* Generated: those there are, NULL-terminated. */
extern const struct mm_stateful *const mm_all_stateful[];

#define PROP_STATEFUL_NAME "holds_under_any_trace"

struct stateful_suites;

/* One suite for each module; NULL: no host memory. */
struct stateful_suites *stateful_suites_create(void);
void stateful_suites_destroy(struct stateful_suites *s);
/* The i-th, false: there is none. */
bool stateful_suites_get(struct stateful_suites *s, size_t i, struct prop_item *item);

#endif
