/* SPDX-License-Identifier: MIT */
/*
 * checker: runs claims and models over a machine.
 *
 * After each operation the claims run on the objects it touched and the models
 * compare; a sweep runs them on everything, and thereby also finds what the
 * touched set missed.  One checker serves one machine.
 *
 * Claims of its own (no module could make them):
 *   touched.complete          an object that changed was marked as touched
 *   op.atomicity_on_failure   a failed operation leaves the digest as it was
 *   failure.no_effect         so does one that an injected failure ends
 *   sweep.complete            each fail point of a trace is told to fail, once
 *   machine.reset_is_fresh    a reset machine has the digest of a fresh one
 *   teardown.zero             with all handles given back, every frame is free
 *   check.reads_only          a sweep changes nothing
 */
#ifndef MM_CHECKER_H
#define MM_CHECKER_H

#include "mm/check.h"
#include "mm/machine.h"
#include "mm/touched.h"

#define MM_CHECKER_MODELS_MAX 32

typedef void (*mm_inv_fn)(struct mm_report *r, const struct mm_machine *m, uint64_t object);

/* A model that reads a kind of event. */
struct mm_reader {
	void (*on_event)(void *state, struct mm_report *r, const struct mm_machine *m,
			 const struct mm_event *ev); /* NULL: the last */
	void *state;
};

/* A model that judges after operations, and when: see struct mm_model. */
struct mm_judge {
	void (*after_op)(void *state, struct mm_report *r, const struct mm_machine *m);
	void *state;
	uint64_t events;
	uint32_t objects;
};

struct mm_checker {
	struct mm_machine *m;
	struct mm_report report;
	struct mm_touched touched;
	bool follow_digest; /* keep the digest in step after each operation */
	uint64_t boot_digest;
	mm_inv_fn *by_kind[MM_OBJ_NR];                     /* NULL-terminated, not sweep_only */
	struct mm_reader *by_event[MM_EV_NR];              /* likewise */
	struct mm_judge judge[MM_CHECKER_MODELS_MAX + 1];  /* likewise, by after_op */
	struct mm_judge always[MM_CHECKER_MODELS_MAX + 1]; /* those due after each operation */
	size_t nr_judges;
	size_t nr_always;
	uint64_t any_events; /* of those that are not asked each time: what makes one due */
	uint32_t any_objects;
	uint64_t announced;                 /* kinds of events since the last judgement */
	void *state[MM_CHECKER_MODELS_MAX]; /* NULL: the model has no concern here */
	void *image[MM_CHECKER_MODELS_MAX];
	size_t size[MM_CHECKER_MODELS_MAX];
	uint64_t sweeps;
};

/* A checker of a just-booted machine, listening to it; NULL: host memory. */
struct mm_checker *mm_checker_create(struct mm_machine *m);
void mm_checker_destroy(struct mm_checker *c);
/* Let a context mark objects in this checker's set. */
void mm_checker_attach(struct mm_checker *c, struct mm_ctx *x);
/* Judge one operation.  True while no claim has broken. */
bool mm_checker_after_op(struct mm_checker *c);
/* Judge everything.  True while no claim has broken. */
bool mm_checker_sweep(struct mm_checker *c);
/* The machine was reset: models go back to boot, the report is emptied. */
void mm_checker_reset(struct mm_checker *c);
/* Judge a machine that was just reset: is it what it was when fresh? */
bool mm_checker_fresh(struct mm_checker *c);

const char *mm_checker_object_name(enum mm_obj kind);

/* Claims the checker and the run make themselves, for lists of all claims. */
extern const struct mm_inv mm_checker_invs[];

#endif
