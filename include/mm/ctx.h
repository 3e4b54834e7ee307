/* SPDX-License-Identifier: MIT */
/*
 * ctx: who acts.  Every function that can allocate, lock, emit, fail or charge
 * takes a struct mm_ctx first: the machine, the CPU it runs on, the locks it
 * holds, its armed failure.  The machine itself has no "current" anything.
 *
 * State: a context belongs to its caller (one per simulated CPU in a trace
 * run); it is no part of the machine's state, its image or its digest.
 */
#ifndef MM_CTX_H
#define MM_CTX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mm_machine;
struct mm_lock;
struct mm_touched;

/* Deepest nesting of locks one context may hold. */
#define MM_LOCKS_HELD_MAX 8

/* In place of a number of attempts: where lists have a cold end, the request under way
 * wants pages from there.  One test finds both. */
#define MM_CTX_PCP_COLD UINT32_MAX

struct mm_ctx {
	struct mm_machine *m;

	/* what is listened to: 0 and NULL make each hook one test */
	uint64_t events;            /* mask over enum mm_event_kind */
	struct mm_touched *touched; /* NULL: nobody collects */

	/* who acts */
	int cpu;             /* 0 .. machine cpus - 1 */
	uint32_t task_flags; /* MM_TASK_...: see task.h */

	/* nodes its task may have memory of, a bit each; 0: all, no cpuset limits it.
	 * Kernel: current->mems_allowed */
	uint32_t mems_allowed;

	/* fail_nth: the n-th next fail point of this context fails; 0 = off */
	uint32_t fail_nth;
	uint32_t fail_hits; /* fail points passed since it was armed */
	/* do fault attributes with task-filter concern it? */
	bool make_it_fail;

	/* so many further attempts at a per-CPU lock find it taken, as those of an
	 * interrupt that hit its holder */
	uint32_t pcp_contended; /* or MM_CTX_PCP_COLD */

	/* sim/lock: what this context holds, outermost first */
	int nr_held;
	const struct mm_lock *held[MM_LOCKS_HELD_MAX];
};

/* A context of machine m on cpu that nobody listens to. */
void mm_ctx_init(struct mm_ctx *x, struct mm_machine *m, int cpu);

/* Module start-up, called in module order on a fresh machine. 0 or -MM_E... */
typedef int (*mm_boot_fn)(struct mm_ctx *x);

struct mm_boot_hook {
	const char *module;
	mm_boot_fn boot;
};

/* Generated: one row per module that has state of its own, NULL row last. */
extern const struct mm_boot_hook mm_boot_hooks[];

struct mm_error;

/*
 * A booted machine from one line of description (see machine.h for the
 * grammar), with every module's hook run and its image taken for reset.
 * NULL and e filled when the description is refused or memory is gone.
 */
struct mm_machine *mm_boot(const char *description, struct mm_error *e);

#endif
