/* SPDX-License-Identifier: MIT */
/*
 * sweep_prop: a sweep finds the fail points there are, each in its operation, and sees
 * what a failure leaves behind.
 */
#include "fuzz/trace/sweep.h"

#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <string.h>

#define POINTS_MAX 60

extern const struct mm_prop mm_sweep_props[];

static bool parse(struct mm_prop_run *p, struct mm_trace *t, const char *text)
{
	struct mm_error e = {NULL, 0, 0, ""};

	mm_trace_init(t);
	if (mm_trace_parse(t, text, strlen(text), NULL, &e) == 0)
		return true;
	prop_fail(p, __FILE__, __LINE__, "%s", e.text);
	return false;
}

/* Operations and how many fail points each has, known from what they are. */
static const char known[] = "a = alloc order=1 gfp=KERNEL\n"         /* 0: one */
			    "b = alloc order=0 gfp=KERNEL|NOFAIL\n"  /* 1: none */
			    "tick n=1\n"                             /* 2: none */
			    "c = alloc_exact size=20K gfp=KERNEL\n"  /* 3: one */
			    "d = bulk nr=1 gfp=KERNEL cpu=1\n"       /* 4: one */
			    "e = alloc order=30 gfp=KERNEL|NOWARN\n" /* 5: refused before */
			    "free a\n"                               /* 6: none */
			    "f = frag size=100 gfp=ATOMIC cpu=1\n";  /* 7: one */

static void points_are_where_requests_are(struct mm_prop_run *p)
{
	static const size_t pos[] = {0, 3, 4, 7};
	struct mm_sweep s;
	struct mm_trace t;
	struct mm_walk w;
	uint64_t n;

	if (!mm_walk_open(&w, p, mm_walk_machines[0]))
		return;
	if (parse(p, &t, known)) {
		PROP(p, mm_sweep_begin(&s, w.run, &t) == 0, "no host memory");
		PROP(p, !w.run->finding && s.points == 4, "%llu fail points, not 4: %s",
		     (unsigned long long)s.points, w.run->finding ? w.run->text : "");
		for (n = 1; n <= s.points; n++) {
			PROP(p, mm_sweep_one(&s, n) == 0 && !w.run->finding, "fail point %llu: %s",
			     (unsigned long long)n, w.run->text);
			PROP(p, s.told && s.told_pos == pos[n - 1],
			     "fail point %llu is in operation %zu, not in %zu",
			     (unsigned long long)n, s.told_pos, pos[n - 1]);
		}
		/* bulk answers how many, and a fragment is cut from a page instead */
		PROP(p, s.runs == 4 && s.refused == 2, "%llu operations answered an error",
		     (unsigned long long)s.refused);
		mm_sweep_end(&s);
	}
	mm_trace_free(&t);
	mm_walk_close(&w);
}

/* A failure that moves the clock, the second time it is met. */
struct trace_left {
	struct mm_walk *w;
	unsigned int failures;
};

static void leave_a_trace(void *env, const struct mm_event *ev)
{
	struct trace_left *l = env;

	if (!ev->f[4])
		return;
	l->w->m->jiffies += 250;
	l->w->m->clock_ns += 1000000000;
	mm_touch(&l->w->run->ctx[0], MM_OBJ_MACHINE, 0);
}

static void what_a_failure_leaves_is_seen(struct mm_prop_run *p)
{
	struct trace_left l = {NULL, 0};
	const struct mm_listener listener = {MM_EV_BIT(MM_EV_mm_page_alloc_failed), leave_a_trace,
					     &l};
	const struct mm_run_options o = mm_walk_options();
	struct mm_trace made;
	struct mm_sweep s;
	struct mm_trace t;
	struct mm_walk w;

	if (!mm_walk_open(&w, p, mm_walk_machines[0]))
		return;
	l.w = &w;
	mm_trace_init(&made);
	if (parse(p, &t, known) && mm_event_listen(w.m, &listener) == 0) {
		PROP(p, mm_sweep_begin(&s, w.run, &t) == 0 && !w.run->finding, "%s", w.run->text);
		PROP(p, mm_sweep_one(&s, 2) == 0 && w.run->finding == MM_FINDING_CLAIM, "not seen");
		PROP(p, strcmp(w.run->claim, "failure.no_effect") == 0 && w.run->finding_pos == 3,
		     "%s after operation %zu", w.run->claim, w.run->finding_pos);
		PROP(p, mm_sweep_as_trace(&s, 2, &made) == 0 && made.nr == 5, "%zu operations",
		     made.nr);
		mm_run_reset(w.run);
		PROP(p, mm_run_trace(w.run, &made, &o) == 0 && w.run->finding == MM_FINDING_CLAIM,
		     "the trace that is made of it does not fail");
		PROP(p,
		     strcmp(w.run->claim, "op.atomicity_on_failure") == 0 &&
			     w.run->finding_pos == 4,
		     "%s after operation %zu of the trace made", w.run->claim, w.run->finding_pos);
		mm_sweep_end(&s);
		mm_event_unlisten(w.m, &l);
	}
	mm_trace_free(&made);
	mm_trace_free(&t);
	mm_walk_close(&w);
}

/* A random trace, once for each of its allocations: nothing breaks, wherever it fails. */
static void any_trace_stands_each_failure(struct mm_prop_run *p)
{
	const char *machine = mm_walk_machines[prop_below(p, 3)];
	struct mm_sweep s;
	struct mm_trace t;
	struct mm_walk w;
	uint64_t n;

	if (!mm_walk_open(&w, p, machine))
		return;
	mm_trace_init(&t);
	mm_walk_trace(p, &t, machine, 80);
	PROP(p, mm_sweep_begin(&s, w.run, &t) == 0, "no host memory");
	PROP(p, w.run->finding != MM_FINDING_CLAIM, "%s: %s", w.run->claim, w.run->text);
	for (n = 1; n <= s.points && n <= POINTS_MAX; n++) {
		PROP(p, mm_sweep_one(&s, n) == 0, "no host memory");
		PROP(p, w.run->finding != MM_FINDING_CLAIM, "fail point %llu: %s: %s",
		     (unsigned long long)n, w.run->claim, w.run->text);
	}
	prop_cover(p, 50, "an allocation that fails", s.points > 0);
	mm_sweep_end(&s);
	mm_trace_free(&t);
	mm_walk_close(&w);
}

const struct mm_prop mm_sweep_props[] = {
	{"sweep.points_are_where_requests_are", points_are_where_requests_are, 1},
	{"sweep.what_a_failure_leaves_is_seen", what_a_failure_leaves_is_seen, 1},
	{"sweep.any_trace_stands_each_failure", any_trace_stands_each_failure, 6},
	{NULL, NULL, 0},
};
