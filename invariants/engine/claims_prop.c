/* SPDX-License-Identifier: MIT */
/*
 * claims: every claim has been seen to fire.
 *
 * A check that checks nothing looks like one that is never broken.  So each id
 * of each table needs a planted corruption, and those of the checker and of the
 * run, which no module could plant, are planted here.
 */
#include "mm/failpoint.h"
#include "mm/page.h"

#include "fuzz/trace/sweep.h"
#include "invariants/engine/checker.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#include <string.h>

#define IDS_MAX 256

/* ---- claims of the checker and the run ---- */

/* The clock stays in step with itself, and nobody is told. */
static void move_clock(struct mm_machine *m)
{
	m->jiffies += 250;
	m->clock_ns += 1000000000;
}

static void unmarked_change(struct mm_victim *v)
{
	move_clock(v->m);
}

static void unmarked_page(struct mm_victim *v)
{
	v->m->memmap[mm_victim_held(v, VICTIM_D)].index = 5;
}

/* A failed request that leaves a trace of itself. */
static void on_failed_request(void *env, const struct mm_event *ev)
{
	struct mm_victim *v = env;

	(void)ev;
	move_clock(v->m);
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
}

static void failure_with_effect(struct mm_victim *v)
{
	const struct mm_listener l = {MM_EV_BIT(MM_EV_mm_page_alloc_failed), on_failed_request, v};

	if (mm_event_listen(v->m, &l))
		return;
	v->x->events = mm_event_mask(v->m);
	mm_victim_trace(v, "fail_nth n=1\nalloc order=0 gfp=KERNEL\n");
	mm_event_unlisten(v->m, v);
}

static void injected_failure_with_effect(struct mm_victim *v)
{
	const struct mm_listener l = {MM_EV_BIT(MM_EV_mm_page_alloc_failed), on_failed_request, v};
	struct mm_failpoint_watch w = {.fail = 1};

	if (mm_event_listen(v->m, &l))
		return;
	v->x->events = mm_event_mask(v->m);
	mm_failpoint_set_watch(v->m, &w);
	mm_victim_trace(v, "alloc order=0 gfp=KERNEL\n");
	mm_failpoint_set_watch(v->m, NULL);
	mm_event_unlisten(v->m, v);
}

/* One is counted twice, and the next has no turn. */
static void on_question(void *env, const struct mm_event *ev)
{
	struct mm_sweep *s = env;

	if (s->watch.fail == 2 && ev->f[5] == MM_FAILPOINT_PASSED && s->watch.passed == 1)
		s->watch.passed++;
}

static void a_fail_point_without_a_turn(struct mm_victim *v)
{
	static const char text[] = "alloc order=0 gfp=KERNEL\nalloc order=0 gfp=KERNEL\n";
	struct mm_sweep s;
	const struct mm_listener l = {MM_EV_BIT(MM_EV_mm_fault_ask), on_question, &s};
	struct mm_trace t;

	mm_trace_init(&t);
	if (mm_trace_parse(&t, text, strlen(text), NULL, NULL) || mm_event_listen(v->m, &l) ||
	    mm_sweep_begin(&s, v->run, &t) || mm_sweep_one(&s, 2))
		prop_fail(v->p, __FILE__, __LINE__, "the trace does not run");
	mm_event_unlisten(v->m, &s);
	mm_sweep_end(&s);
	v->run->trace = NULL;
	mm_trace_free(&t);
}

/* The image is what a reset goes back to. */
static void image_differs(struct mm_victim *v)
{
	size_t at = (size_t)((unsigned char *)&v->m->jiffies - v->m->arena.base);

	v->m->arena.image[at]++;
	mm_run_reset(v->run);
	(void)mm_checker_fresh(v->checker);
}

/* What the machine holds belongs to no handle of this trace. */
static void nobody_gives_back(struct mm_victim *v)
{
	mm_victim_trace(v, "tick n=1\n");
}

/* A reader that repairs, or harms, what it finds. */
static void note_and_write(void *env, const struct mm_failure *f)
{
	struct mm_victim *v = env;

	mm_victim_note(v, f);
	if (strcmp(f->id, "machine.lock_clean") == 0)
		move_clock(v->m);
}

static void sweep_that_writes(struct mm_victim *v)
{
	v->m->lock.violations = 1;
	v->m->lock.what = "looked at";
	v->m->lock.lock = "nothing";
	v->checker->report.on_failure = note_and_write;
}

static const struct mm_plant plants[] = {
	{"touched.complete", unmarked_change, NULL, false},
	{"touched.complete", unmarked_page, NULL, false},
	{"op.atomicity_on_failure", failure_with_effect, NULL, true},
	{"failure.no_effect", injected_failure_with_effect, NULL, true},
	{"sweep.complete", a_fail_point_without_a_turn, NULL, true},
	{"machine.reset_is_fresh", image_differs, NULL, true},
	{"teardown.zero", nobody_gives_back, NULL, true},
	{"check.reads_only", sweep_that_writes, "machine.lock_clean", false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

/* ---- all of them ---- */

struct id_set {
	const char *id[IDS_MAX];
	size_t nr;
};

static bool in_set(const struct id_set *s, const char *id)
{
	size_t i;

	for (i = 0; i < s->nr; i++) {
		if (strcmp(s->id[i], id) == 0)
			return true;
	}
	return false;
}

static void add_id(void *env, const char *id)
{
	struct id_set *s = env;

	if (!in_set(s, id) && s->nr < IDS_MAX)
		s->id[s->nr++] = id;
}

static void collect_table(struct id_set *s, const struct mm_inv *inv)
{
	for (; inv->id; inv++)
		add_id(s, inv->id);
}

/* Run the plantings of every suite, and collect what they made report. */
static void collect_planted(struct mm_prop_run *p, struct id_set *s)
{
	const struct mm_prop *const *suite;
	const struct mm_prop *prop;

	for (suite = mm_all_props; *suite; suite++) {
		for (prop = *suite; prop->name; prop++) {
			const char *dot = strchr(prop->name, '.');
			struct mm_prop_run inner = {.draws = p->draws,
						    .report = p->report,
						    .name = prop->name,
						    .seen = add_id,
						    .env = s};

			if (!dot || strcmp(dot + 1, MM_PLANTS_PROPERTY) != 0)
				continue;
			prop->fn(&inner);
			p->checks += inner.checks;
			p->failures += inner.failures;
		}
	}
}

static void each_has_been_seen_to_fire(struct mm_prop_run *p)
{
	struct id_set claimed = {.nr = 0};
	struct id_set seen = {.nr = 0};
	size_t i;

	for (i = 0; mm_all_invs[i]; i++)
		collect_table(&claimed, mm_all_invs[i]);
	collect_table(&claimed, mm_checker_invs);
	collect_planted(p, &seen);
	PROP(p, claimed.nr && claimed.nr < IDS_MAX && seen.nr < IDS_MAX, "%zu claims: out of range",
	     claimed.nr);
	for (i = 0; i < claimed.nr; i++) {
		p->checks++;
		if (!in_set(&seen, claimed.id[i]))
			prop_fail(p, __FILE__, __LINE__,
				  "%s: no planted corruption makes it report", claimed.id[i]);
	}
	for (i = 0; i < seen.nr; i++) {
		p->checks++;
		if (!in_set(&claimed, seen.id[i]))
			prop_fail(p, __FILE__, __LINE__, "%s: reported, and in no table",
				  seen.id[i]);
	}
}

const struct mm_prop mm_claims_props[] = {
	{"claims." MM_PLANTS_PROPERTY, planted, 1},
	{"claims.each_has_been_seen_to_fire", each_has_been_seen_to_fire, 1},
	{NULL, NULL, 0},
};
