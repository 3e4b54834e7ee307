/* SPDX-License-Identifier: MIT */
/*
 * lock: every lock of the kernel design is taken through here.  In this
 * deterministic build a lock never waits: taking one costs a counter and
 * proves the rules (order, no double acquire, release by the holder, nothing
 * that may sleep under a spinlock).
 *
 * Kernel: spinlock_t and lockdep (Documentation/locking/lockdep-design.rst).
 * Differs: rules are judged by rank: a context may only take a lock whose rank
 *   is higher than that of all it holds.  Only spinlocks exist so far.
 * State: who holds a lock is in the lock; what a context holds is in the ctx;
 *   the first broken rule is kept in the machine.
 * Invariants:
 *   machine.lock_clean       no rule was ever broken
 *   machine.lock_none_held   nothing is held between operations
 */
#ifndef MM_LOCK_H
#define MM_LOCK_H

#include "mm/machine.h"

/* Lock order, outermost first. */
enum mm_lock_rank { MM_LOCK_RANK_PCP = 5, MM_LOCK_RANK_ZONE = 10 };

struct mm_lock {
	const char *name;
	int rank;
	int cpu; /* holder plus one, 0: free */
};

void mm_lock_init(struct mm_lock *l, const char *name, int rank);

/* What follows when a rule is broken by a context that holds so many: it is recorded, and
 * the lock is taken, or given back where the holder does it, all the same. */
void mm_lock_acquire_badly(struct mm_ctx *x, struct mm_lock *l, int held);
void mm_lock_release_badly(struct mm_ctx *x, struct mm_lock *l, int held);

static inline void mm_lock_acquire(struct mm_ctx *x, struct mm_lock *l)
{
	int n = x->nr_held;

	/* free, nested not too deep, and of a higher rank than the innermost */
	if (MM_UNLIKELY(l->cpu || n >= MM_LOCKS_HELD_MAX ||
			(n && x->held[n - 1]->rank >= l->rank))) {
		mm_lock_acquire_badly(x, l, n);
		return;
	}
	x->held[n] = l;
	x->nr_held = n + 1;
	x->m->lock.held++;
	x->m->lock.acquired++;
	l->cpu = x->cpu + 1;
}

static inline void mm_lock_release(struct mm_ctx *x, struct mm_lock *l)
{
	int n = x->nr_held;

	if (MM_UNLIKELY(l->cpu != x->cpu + 1 || n < 1 || n > MM_LOCKS_HELD_MAX ||
			x->held[n - 1] != l)) {
		mm_lock_release_badly(x, l, n);
		return;
	}
	x->nr_held = n - 1;
	x->m->lock.held--;
	l->cpu = 0;
}

/* Kernel: lockdep_assert_held().  A rule is broken when this context does not hold it. */
void mm_lock_assert_held(struct mm_ctx *x, const struct mm_lock *l);

/* Kernel: might_sleep().  A rule is broken when a lock is held. */
void mm_lock_might_sleep(struct mm_ctx *x);

#endif
