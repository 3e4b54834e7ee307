/* SPDX-License-Identifier: MIT */
/*
 * claims_walk: random traces on machines of all shapes, with everything judged.
 *
 * A walk goes through phases (fill, empty, churn, anything), because states
 * that matter, such as a zone below its watermark or a pageblock of mixed
 * types, are never reached by operations drawn evenly.  A trace is drawn inside
 * marks, and shown when it breaks something.
 */
#ifndef MM_CLAIMS_WALK_H
#define MM_CLAIMS_WALK_H

#include "mm/gfp.h"
#include "mm/machine.h"

#include "fuzz/trace/run.h"
#include "invariants/engine/prop.h"

/* Descriptions of machines whose shapes differ in kind; NULL-terminated. */
extern const char *mm_walk_machines[];

/*
 * Leave out the last of them, which span terabytes: of host memory they use what
 * others use, but an emulator may keep a record of each page of their addresses.
 */
void mm_walk_only_near(void);
/* Are they there? */
bool mm_walk_has_far(void);

#define MM_WALK_MACHINE_LEN 384

/* The description of any machine of at most 8 MiB. */
void mm_walk_any_machine(struct mm_prop_run *p, char *buf, size_t len);

/* Frames that nobody holds: free ones and those on lists of CPUs. */
uint64_t mm_walk_unused(const struct mm_machine *m);

/* Where memory comes by section: let all of it come. */
void mm_walk_make_ready(struct mm_machine *m);

/* Which operations a trace is made of. */
struct mm_walk_plan {
	const char *module;      /* whose make up half of them */
	const uint8_t *selected; /* by row: drawn at all? */
};

/* Make t a trace of at most nr operations of a plan for a machine. */
void mm_walk_plan_trace(struct mm_prop_run *p, const struct mm_walk_plan *plan, struct mm_trace *t,
			const char *machine, size_t nr);
/* Make t a trace of nr random operations for a machine. */
void mm_walk_trace(struct mm_prop_run *p, struct mm_trace *t, const char *machine, size_t nr);

/* The nth of states that are each another: the digest is none of those before in seen. */
void mm_walk_another_digest(struct mm_prop_run *p, const struct mm_machine *m, uint64_t *seen,
			    size_t nth);

/* A booted machine with a checker and a run over it. */
struct mm_walk {
	struct mm_machine *m;
	struct mm_checker *checker;
	struct mm_run *run;
};

/* False when the machine does not boot, and then p has failed. */
bool mm_walk_open(struct mm_walk *w, struct mm_prop_run *p, const char *machine);
void mm_walk_close(struct mm_walk *w);

/* What a run judges when nothing is left out. */
struct mm_run_options mm_walk_options(void);

/*
 * Run t on w, which is as booted or as reset; then, with `again`, once more after a
 * reset.  Nothing may be found, and both runs must end in the same digest.
 */
void mm_walk_judge_on(struct mm_prop_run *p, struct mm_walk *w, const struct mm_trace *t,
		      bool again);
/* The same, on a machine that is booted for it. */
void mm_walk_judge(struct mm_prop_run *p, const struct mm_trace *t);

/* A random trace of nr operations on a machine, judged. */
void mm_walk(struct mm_prop_run *p, const char *machine, size_t nr);

#endif
