/* SPDX-License-Identifier: MIT */
/* lock properties: good use is silent, and each rule broken is written down. */
#include "mm/lock.h"

#include "invariants/engine/prop.h"

#include <string.h>

#define LOCKS 12

struct scene {
	struct mm_machine *m;
	struct mm_ctx x;            /* CPU 0 */
	struct mm_ctx y;            /* CPU 1 */
	struct mm_lock lock[LOCKS]; /* of ascending rank */
};

static bool start(struct mm_prop_run *p, struct scene *s)
{
	int i;

	s->m = mm_boot("ram=1M max_order=3 cpus=2", NULL);
	if (!s->m) {
		prop_fail(p, __FILE__, __LINE__, "no machine");
		return false;
	}
	mm_ctx_init(&s->x, s->m, 0);
	mm_ctx_init(&s->y, s->m, 1);
	for (i = 0; i < LOCKS; i++)
		mm_lock_init(&s->lock[i], "planted", 100 + i);
	memset(&s->m->lock, 0, sizeof(s->m->lock));
	return true;
}

/* Stacks of ascending rank on two CPUs, on locks that the other leaves alone. */
static void good_use_is_silent(struct mm_prop_run *p)
{
	struct scene s;
	int round;

	if (!start(p, &s))
		return;
	for (round = 0; round < 100; round++) {
		struct mm_lock *taken[LOCKS];
		int nr = 0;
		int i;

		for (i = round & 1; i < LOCKS && nr < MM_LOCKS_HELD_MAX; i += 2) {
			if (prop_below(p, 2))
				continue;
			taken[nr++] = &s.lock[i];
			mm_lock_acquire(round & 1 ? &s.y : &s.x, &s.lock[i]);
			mm_lock_assert_held(round & 1 ? &s.y : &s.x, &s.lock[i]);
		}
		PROP(p, s.m->lock.held == nr, "%d held, not %d", s.m->lock.held, nr);
		while (nr)
			mm_lock_release(round & 1 ? &s.y : &s.x, taken[--nr]);
		mm_lock_might_sleep(&s.x);
		mm_lock_might_sleep(&s.y);
		PROP(p, !s.m->lock.violations, "%s: %s", s.m->lock.lock, s.m->lock.what);
		PROP(p, s.m->lock.held == 0, "%d held by nobody", s.m->lock.held);
	}
	mm_machine_destroy(s.m);
}

/* ---- each rule ---- */

static void take_twice(struct scene *s)
{
	/* another CPU has it: in Linux this one would wait for ever */
	mm_lock_acquire(&s->y, &s->lock[3]);
	mm_lock_acquire(&s->x, &s->lock[3]);
}

static void take_lower(struct scene *s)
{
	mm_lock_acquire(&s->x, &s->lock[3]);
	mm_lock_acquire(&s->x, &s->lock[2]);
}

static void take_same_rank(struct scene *s)
{
	s->lock[4].rank = s->lock[3].rank;
	mm_lock_acquire(&s->x, &s->lock[3]);
	mm_lock_acquire(&s->x, &s->lock[4]);
}

static void nest_too_deep(struct scene *s)
{
	int i;

	for (i = 0; i <= MM_LOCKS_HELD_MAX; i++)
		mm_lock_acquire(&s->x, &s->lock[i]);
}

static void release_anothers(struct scene *s)
{
	mm_lock_acquire(&s->x, &s->lock[3]);
	mm_lock_release(&s->y, &s->lock[3]);
}

static void release_free(struct scene *s)
{
	mm_lock_release(&s->x, &s->lock[3]);
}

static void release_lower_first(struct scene *s)
{
	mm_lock_acquire(&s->x, &s->lock[3]);
	mm_lock_acquire(&s->x, &s->lock[5]);
	mm_lock_release(&s->x, &s->lock[3]);
}

static void sleep_with_lock(struct scene *s)
{
	mm_lock_acquire(&s->x, &s->lock[3]);
	mm_lock_might_sleep(&s->x);
}

static void hold_nothing(struct scene *s)
{
	mm_lock_assert_held(&s->x, &s->lock[3]);
}

static void hold_on_another_cpu(struct scene *s)
{
	mm_lock_acquire(&s->y, &s->lock[3]);
	mm_lock_assert_held(&s->x, &s->lock[3]);
}

static const struct {
	void (*breach)(struct scene *s);
	const char *what;
} rules[] = {
	{take_twice, "taken while held"},
	{take_lower, "out of order"},
	{take_same_rank, "out of order"},
	{nest_too_deep, "too deep"},
	{release_anothers, "another than its holder"},
	{release_free, "another than its holder"},
	{release_lower_first, "released out of order"},
	{sleep_with_lock, "may sleep"},
	{hold_nothing, "not held"},
	{hold_on_another_cpu, "not held"},
};

static void each_breach_is_recorded(struct mm_prop_run *p)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct scene s;

		if (!start(p, &s))
			return;
		rules[i].breach(&s);
		PROP(p,
		     s.m->lock.violations == 1 && strstr(s.m->lock.what, rules[i].what) &&
			     strcmp(s.m->lock.lock, "planted") == 0,
		     "%s: %llu recorded, the first: %s", rules[i].what,
		     (unsigned long long)s.m->lock.violations,
		     s.m->lock.what ? s.m->lock.what : "none");
		/* the first is kept, all are counted */
		mm_lock_init(&s.lock[11], "late", 0);
		mm_lock_release(&s.y, &s.lock[11]);
		PROP(p, s.m->lock.violations == 2 && strstr(s.m->lock.what, rules[i].what),
		     "%s: a later breach took its place", rules[i].what);
		mm_machine_destroy(s.m);
	}
}

/* However deep, nothing is lost or written past what a context holds. */
static void depth_has_no_end(struct mm_prop_run *p)
{
	struct scene s;
	int i;

	if (!start(p, &s))
		return;
	for (i = 0; i < LOCKS; i++)
		mm_lock_acquire(&s.x, &s.lock[i]);
	PROP(p, s.m->lock.violations == LOCKS - MM_LOCKS_HELD_MAX && s.m->lock.held == LOCKS,
	     "%llu breaches, %d held", (unsigned long long)s.m->lock.violations, s.m->lock.held);
	while (i-- > 0)
		mm_lock_release(&s.x, &s.lock[i]);
	PROP(p, s.m->lock.held == 0 && s.x.nr_held == 0, "%d stay held", s.m->lock.held);
	mm_machine_destroy(s.m);
}

const struct mm_prop mm_lock_props[] = {
	{"lock.good_use_is_silent", good_use_is_silent, 3},
	{"lock.each_breach_is_recorded", each_breach_is_recorded, 1},
	{"lock.depth_has_no_end", depth_has_no_end, 1},
	{NULL, NULL, 0},
};
