/* SPDX-License-Identifier: MIT */
/*
 * failpoint: places where an allocation can be told to fail.  Arming a context
 * with n makes exactly the n-th fail point it passes fail; beside that, each kind
 * of fail point has attributes that say how often, how many times, and to whom.
 *
 *     a fail point --> armed with n? --yes--> is it the n-th? ------------> fails
 *                          | no                                               ^
 *     what the site leaves out, probability 0, not this task, times used up,  |
 *     budget of space left, not the interval's turn: passes --> draw ---------+
 *
 * Kernel: Documentation/fault-injection/fault-injection.rst, /proc/PID/fail-nth,
 *   /proc/PID/make-it-fail, files of /sys/kernel/debug/fail_page_alloc (6.12).
 * Differs: fail-nth is per context (a simulated CPU) as the kernel's is per task, it
 *   counts in interrupts too, and it comes before what a site leaves out (the kernel's
 *   comes after), so that a sweep reaches every request.  A probability above 100 is
 *   refused.  No verbose, no filter of stack traces.  A failure by n uses up none of
 *   `times` (the kernel's does), so that it leaves no trace of itself.
 * State: fail-nth and make-it-fail are the context's; attributes, what is left of
 *   times and space, and the generator of draws are the machine's: in the digest, as
 *   a hint, because a request that fails changes them.  A watch is the run's.
 * Invariants:
 *   fault.range      attributes are in their ranges
 *   fault.times      the number of failures that are left is -1 or not below 0
 *   fault.decision   a fail point fails exactly when n or the attributes say so
 *   fault.counters   times, space and the interval's count follow from the calls
 */
#ifndef MM_FAILPOINT_H
#define MM_FAILPOINT_H

#include "mm/machine.h"
#include "mm/rng.h"

#include <stdio.h>

/* ---- the n-th of a context ---- */

/* The n-th fail point from now fails; 0 disarms. */
void mm_failpoint_arm(struct mm_ctx *x, uint32_t n);
/* How many are left to pass; 0 when disarmed or already hit. */
uint32_t mm_failpoint_left(const struct mm_ctx *x);
/* Do attributes with task-filter concern this context?  Kernel: make-it-fail. */
void mm_failpoint_concern(struct mm_ctx *x, bool yes);

/* Asked by who has no attributes: armed, and is it this one's turn? */
bool mm_failpoint_hit(struct mm_ctx *x);

/* Is there a reason to ask at all?  One test where there is none. */
static inline bool mm_failpoint_armed(const struct mm_ctx *x)
{
	return MM_UNLIKELY(x->fail_nth | x->m->fault_armed);
}

/* Ask at a fail point without attributes: true means "fail now". */
static inline bool mm_failpoint_ask(struct mm_ctx *x)
{
	return mm_failpoint_armed(x) && mm_failpoint_hit(x);
}

/* ---- attributes ---- */

enum mm_failpoint_site { MM_FAILPOINT_PAGE_ALLOC, MM_FAILPOINT_SITES };

/* In the order of their names. */
enum mm_failpoint_attr {
	MM_FAILPOINT_IGNORE_GFP_HIGHMEM, /* 0 or 1: leave those out; 1 */
	MM_FAILPOINT_IGNORE_GFP_WAIT,    /* 0 or 1: leave out who may wait; 1 */
	MM_FAILPOINT_INTERVAL,           /* of those that get this far, each such; 1 */
	MM_FAILPOINT_MIN_ORDER,          /* leave out what is below it; 1 */
	MM_FAILPOINT_PROBABILITY,        /* percent, 0 .. 100; 0: none of this is looked at */
	MM_FAILPOINT_SPACE,              /* sizes that pass before the first fails; 0 */
	MM_FAILPOINT_TASK_FILTER,        /* 0 or 1: only who is concerned; 0 */
	MM_FAILPOINT_TIMES,              /* failures to come, -1: no limit; 1 */
	MM_FAILPOINT_ATTRS
};

struct mm_failpoint {
	int64_t attr[MM_FAILPOINT_ATTRS];
	uint64_t count; /* of calls that the interval looked at */
	struct mm_rng rng;
};

int mm_failpoint_boot(struct mm_ctx *x);

/* Attributes as files: "fail_page_alloc/times", by number, in the order of names. */
size_t mm_failpoint_files(void);
/* Into buf, at most 64 bytes. */
void mm_failpoint_file_name(size_t file, char *buf, size_t len);
/* The file of that name; -1: there is none. */
int mm_failpoint_file_find(const char *name, size_t len);
int64_t mm_failpoint_read(const struct mm_machine *m, size_t file);
/* -MM_EINVAL for a value out of range, -MM_ENOENT for no such file; nothing has
 * changed then. */
int mm_failpoint_write(struct mm_ctx *x, size_t file, int64_t value) MM_MUST_USE;
/* All files, NAME:VALUE, as grep prints them. */
void mm_failpoint_print(const struct mm_machine *m, FILE *out);

/* What asks at a fail point with attributes. */
struct mm_failpoint_request {
	enum mm_failpoint_site site;
	uint64_t what; /* for who checks: 2^32 * order + mask */
	uint64_t size; /* counted against space: pages */
	bool left_out; /* by the site's own attributes */
};

/* Asked when mm_failpoint_armed: true means "fail now".  Kernel: should_fail_ex. */
bool mm_failpoint_should_fail(struct mm_ctx *x, const struct mm_failpoint_request *rq);

/* How a fail point decided: field of the event mm_fault_ask. */
enum mm_failpoint_answer { MM_FAILPOINT_PASSED, MM_FAILPOINT_FAILED, MM_FAILPOINT_TOLD };

/* What was written: field of the event mm_fault_write. */
enum mm_failpoint_written { MM_FAILPOINT_FILE, MM_FAILPOINT_NTH, MM_FAILPOINT_CONCERN };

/* ---- a watch over all contexts, for sweeps ---- */

struct mm_failpoint_watch {
	uint64_t passed; /* fail points so far */
	uint64_t fail;   /* the one that is told to fail, from 1; 0: none */
	bool told;       /* it came, and was */
	int cpu;         /* then: whose it was */
};

/* Let w count and tell, through resets; NULL: nobody does any more. */
void mm_failpoint_set_watch(struct mm_machine *m, struct mm_failpoint_watch *w);

#endif
