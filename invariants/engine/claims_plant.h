/* SPDX-License-Identifier: MIT */
/*
 * claims_plant: planted corruptions, the proof that checks check something.
 *
 * Each module's _prop.c has a table: a claim, and a function that breaks it on
 * a healthy machine.  That claim must be reported, and no other but those the
 * row names.  A suite of its own collects what all tables have made report and
 * demands every id there is.
 *
 * The machine has all that makes frames different: a zone limit inside a
 * pageblock, a hole, reserved frames, an empty zone, Movable memory; and it
 * holds a few blocks:
 *
 *     pfn 0     257        512-514     640-643        768        1024
 *      | DMA ...| Normal ... hole ... reserved .......| Movable ...|
 *      a: order 3 Unmovable, a whole pageblock   b: order 2 movable
 *      c: order 1 Reclaimable   d: order 0, zeroed   e: order 4 compound
 */
#ifndef MM_CLAIMS_PLANT_H
#define MM_CLAIMS_PLANT_H

#include "mm/machine.h"

#include "fuzz/trace/run.h"
#include "invariants/engine/prop.h"

/* Ids that one planting makes report. */
#define MM_VICTIM_IDS_MAX 16

/* A machine that was healthy a moment ago. */
struct mm_victim {
	struct mm_prop_run *p;
	struct mm_machine *m;
	struct mm_checker *checker;
	struct mm_run *run;
	struct mm_ctx *x; /* CPU 0 of the run, marks what it touches */

	/* what was reported */
	const char *id[MM_VICTIM_IDS_MAX];
	int nr;
};

/* The blocks that the machine holds, by handle. */
enum mm_victim_block { VICTIM_A, VICTIM_B, VICTIM_C, VICTIM_D, VICTIM_E };

struct mm_plant {
	const char *id;
	/* break it, and mark what was written as the code at fault would */
	void (*plant)(struct mm_victim *v);
	/* ids that report as well, separated by blanks; NULL: none */
	const char *also;
	/* a step was announced wrongly: no sweep can see it later */
	bool step;
};

/*
 * Plant each row on a machine of its own; the last row has no id.  For use in a
 * property that is called MODULE.planted_corruptions_are_reported.
 */
void mm_plants_run(struct mm_prop_run *p, const struct mm_plant *plants);
/* The same on a machine whose CPUs keep lists and counters of their own, with the
 * blocks given back in part, so that lists are filled: b, c and d are. */
void mm_plants_run_pcp(struct mm_prop_run *p, const struct mm_plant *plants);

/* The same on a machine that helps to find bugs: guards beside small
 * blocks, records of who has a page, a pattern in what is free. */
void mm_plants_run_debug(struct mm_prop_run *p, const struct mm_plant *plants);

/*
 * The same on a machine where process 0 has mapped something, by pages from
 * MM_VICTIM_BASE on; what is between is free, and above it all lies a heap of two pages:
 *
 *     0 +4  read, write, touched        24 +4  file 0 from page 1 on, shared
 *     4 +2  read                        32 +4  a stack
 *     8 +4  read, write                 40 +2  shared anonymous memory (file 1)
 *    16 +4  file 0 from page 2 on       48 +2  read, write, touched
 */
void mm_plants_run_virt(struct mm_prop_run *p, const struct mm_plant *plants);

#define MM_VICTIM_BASE UINT64_C(0x100000000000)

#define MM_PLANTS_PROPERTY "planted_corruptions_are_reported"

/* First frame of a block that the machine holds. */
uint64_t mm_victim_held(const struct mm_victim *v, enum mm_victim_block block);
/* The VMA of process 0 from that page on. */
struct vm_area_struct *mm_victim_vma(const struct mm_victim *v, uint64_t page);
/* What the checker calls on a failure; for plantings that stand in between. */
void mm_victim_note(void *env, const struct mm_failure *f);
/* Run more operations, given as text, under the options of the trace's check. */
void mm_victim_trace(struct mm_victim *v, const char *text);

#endif
