/* SPDX-License-Identifier: MIT */
/*
 * lock: a stack of held locks per context and a rank per lock.  Ranks make the
 * order check one comparison, so it is on for every acquire of every run.
 */
#include "mm/lock.h"

static void broken(struct mm_ctx *x, const struct mm_lock *l, const char *what)
{
	struct mm_lock_stats *s = &x->m->lock;

	if (!s->violations++) {
		s->what = what;
		s->lock = l ? l->name : "";
	}
}

void mm_lock_init(struct mm_lock *l, const char *name, int rank)
{
	l->name = name;
	l->rank = rank;
	l->cpu = 0;
}

/* The innermost lock that is remembered; those nested deeper only count. */
static const struct mm_lock *innermost(const struct mm_ctx *x)
{
	int n = x->nr_held < MM_LOCKS_HELD_MAX ? x->nr_held : MM_LOCKS_HELD_MAX;

	return n ? x->held[n - 1] : NULL;
}

void mm_lock_acquire_badly(struct mm_ctx *x, struct mm_lock *l, int held)
{
	const struct mm_lock *inner = innermost(x);

	if (l->cpu)
		broken(x, l, "taken while held");
	if (inner && inner->rank >= l->rank)
		broken(x, l, "taken out of order");
	if (held < MM_LOCKS_HELD_MAX)
		x->held[held] = l;
	else
		broken(x, l, "nested too deep");
	x->nr_held = held + 1;
	x->m->lock.held++;
	x->m->lock.acquired++;
	l->cpu = x->cpu + 1;
}

void mm_lock_release_badly(struct mm_ctx *x, struct mm_lock *l, int held)
{
	if (l->cpu != x->cpu + 1 || !held) {
		broken(x, l, "released by another than its holder");
		return;
	}
	if (held <= MM_LOCKS_HELD_MAX && x->held[held - 1] != l)
		broken(x, l, "released out of order");
	x->nr_held = held - 1;
	x->m->lock.held--;
	l->cpu = 0;
}

void mm_lock_assert_held(struct mm_ctx *x, const struct mm_lock *l)
{
	if (l->cpu != x->cpu + 1)
		broken(x, l, "not held where it has to be");
}

void mm_lock_might_sleep(struct mm_ctx *x)
{
	if (x->nr_held)
		broken(x, x->held[0], "held where the caller may sleep");
}
