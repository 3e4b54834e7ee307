/* SPDX-License-Identifier: MIT */
/*
 * shrinker: classes as numbers, budgets, and which expectations survive.
 *
 *     in --judged twice, as check does--> class
 *      |  without expectations, but for the one that fails
 *      v
 *     engine: candidates judged once on a reset machine; twice each, if once
 *      |      does not show the class
 *      v
 *     out + expectations of in that hold --judged twice--> the same class?
 */
#include "fuzz/command/shrinker.h"

#include "mm/rng.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Classes that are told apart; more are one. */
#define CLASSES_MAX 64

/* A candidate that runs so many times as long as the trace itself hangs. */
#define LIMIT_TIMES 20
#define LIMIT_LEAST 0.25

struct job {
	struct shrinker *s;
	struct worker *w;
	struct mm_trace bare; /* in, with the expectation that fails at the most */
	struct verdict v;     /* of the last candidate */
	char classes[CLASSES_MAX][sizeof(((struct verdict *)0)->what)];
	size_t nr_classes;
	bool met[CLASSES_MAX]; /* kept as findings of their own */
	bool twice;
	bool broken; /* the worker is lost */
	double start;
	struct progress progress;
};

static volatile sig_atomic_t told_to_stop;

static void on_stop(int sig)
{
	(void)sig;
	told_to_stop = 1;
}

static uint64_t number_of_class(struct job *j, const char *what)
{
	size_t i;

	for (i = 0; i < j->nr_classes; i++) {
		if (strcmp(j->classes[i], what) == 0)
			return i + 1;
	}
	if (i == CLASSES_MAX)
		return CLASSES_MAX;
	(void)snprintf(j->classes[i], sizeof(j->classes[i]), "%s", what);
	return ++j->nr_classes;
}

static uint64_t judge(struct job *j, const struct mm_trace *t, bool twice)
{
	if (j->broken || worker_judge(j->w, t, twice, &j->v)) {
		j->broken = true;
		return 0;
	}
	if (j->v.kind == VERDICT_PASSES || j->v.kind == VERDICT_REFUSED)
		return 0;
	return number_of_class(j, j->v.what);
}

static uint64_t fails(void *env, const struct mm_trace *t)
{
	struct job *j = env;
	uint64_t id = judge(j, t, j->twice);

	/* another trace answers in other ways: no failure, but of the same answer */
	if (j->v.kind == VERDICT_EXPECT && id && strcmp(j->v.what, j->s->first.what) != 0)
		return 0;
	return id;
}

static bool enough(void *env, const struct mm_shrink *e)
{
	struct job *j = env;
	double spent = wall_seconds() - j->start;

	if (j->s->what && progress_due(&j->progress))
		progress_line(
			&j->progress, "%zu operations to %zu, %llu runs, %.0f s of at most %.0f",
			j->s->in->nr, e->ops, (unsigned long long)e->calls, spent, j->s->seconds);
	if (told_to_stop)
		j->s->interrupted = true;
	return told_to_stop || j->broken || spent >= j->s->seconds;
}

static unsigned int hash_of_text(const char *text)
{
	uint64_t h = 0;

	for (; *text; text++)
		h = mm_hash64(h ^ (uint64_t)(unsigned char)*text);
	return (unsigned int)(h & 0xffff);
}

/* A failure of another kind must not be lost.  Deaths of one kind at one operation
 * may have several causes: each gets a folder. */
static void other(void *env, uint64_t id, const struct mm_trace *t)
{
	struct job *j = env;
	struct kept k = {j->v.id, j->v.op, t, NULL, j->v.digest, true};
	char report[1400];
	char trace[400];
	char op[64];

	/* the same claim, seen by the teardown only, is no second failure */
	if (j->met[id - 1] || (strcmp(j->v.id, j->s->first.id) == 0 && strcmp(j->v.op, "end") == 0))
		return;
	j->met[id - 1] = true;
	if (j->s->met) {
		j->s->met(j->s->env, &j->v, t);
		return;
	}
	(void)snprintf(report, sizeof(report), "@%zu: %s\n  %s\n  met while shrinking %.300s\n",
		       j->v.pos, j->v.what, j->v.text, j->s->in->file ? j->s->in->file : "-");
	k.report = report;
	if (j->v.kind == VERDICT_DEATH) {
		(void)snprintf(op, sizeof(op), "%s-%04x", j->v.op, hash_of_text(j->v.what));
		k.op = op;
	}
	if (finding_keep(&k, trace, sizeof(trace)) == 0)
		(void)fprintf(stderr, "another failure on the way: %s: %s\n  kept: %s\n", j->v.what,
			      j->v.text, trace);
}

/* ---- expectations ---- */

static int copy_without_expects(struct mm_trace *to, const struct mm_trace *from)
{
	size_t i;

	if (from->machine)
		to->machine = mm_trace_keep(to, from->machine, strlen(from->machine));
	for (i = 0; i < from->nr && !to->oom; i++)
		(void)mm_trace_add(to, &from->ops[i]);
	return to->oom ? -MM_ENOMEM : 0;
}

/* in without expectations, but for the one that fails; names stay in in. */
static int make_bare(struct job *j)
{
	const struct mm_trace *in = j->s->in;
	size_t i;

	if (copy_without_expects(&j->bare, in))
		return -MM_ENOMEM;
	for (i = 0; i < in->nr_expects; i++) {
		if (j->s->first.kind == VERDICT_EXPECT && in->expects[i].line == j->s->first.line &&
		    mm_trace_add_expect(&j->bare, &in->expects[i]))
			return -MM_ENOMEM;
	}
	return 0;
}

/* Where an expectation of in stands in t, by lines; false: its operation went. */
static bool place_expect(const struct mm_trace *t, struct mm_expect *x)
{
	size_t i;

	for (i = 0; i < t->nr && t->ops[i].line < x->line; i++)
		continue;
	if (x->fact)
		x->pos = (uint32_t)i;
	else if (i < t->nr && t->ops[i].line == x->line)
		x->pos = (uint32_t)i + 1;
	else
		return false;
	return true;
}

/* All expectations of in whose operations are still there, but the dropped. */
static void set_expects(const struct mm_trace *in, struct mm_trace *t, const bool *dropped)
{
	size_t i;

	t->nr_expects = 0;
	for (i = 0; i < in->nr_expects; i++) {
		struct mm_expect x = in->expects[i];

		if (!dropped[i] && place_expect(t, &x))
			(void)mm_trace_add_expect(t, &x);
	}
}

/* The expectation that the last run missed; in->nr_expects: it was another failure. */
static size_t missed_expect(const struct job *j)
{
	const struct mm_trace *in = j->s->in;
	size_t i;

	for (i = 0; i < in->nr_expects; i++) {
		if (j->v.kind == VERDICT_EXPECT && in->expects[i].line == j->v.line)
			break;
	}
	return i;
}

/*
 * Back with the expectations, without those that do not hold in the small trace.
 * Each run finds one of them, until the class shows again.  Anything else that
 * fails is not theirs: it stands with the bare trace too.
 */
static int settle_expects(struct job *j, struct mm_trace *t)
{
	const struct mm_trace *in = j->s->in;
	bool *dropped = calloc(in->nr_expects + 1, sizeof(*dropped));
	size_t i;

	if (!dropped)
		return STATUS_OUR_FAULT;
	for (;;) {
		set_expects(in, t, dropped);
		if (judge(j, t, true) == j->s->engine.id || j->broken)
			break;
		i = missed_expect(j);
		if (i == in->nr_expects || dropped[i])
			break;
		dropped[i] = true;
	}
	free(dropped);
	return j->broken ? STATUS_OUR_FAULT : STATUS_OK;
}

/* ---- the job ---- */

static double limit_for(const struct verdict *v)
{
	double limit = v->kind == VERDICT_HANG ? LIMIT_LEAST : v->seconds * LIMIT_TIMES;

	return limit > LIMIT_LEAST ? limit : LIMIT_LEAST;
}

/* With strings and names of its own; the engine's may go. */
static int run_engine(struct job *j, struct mm_trace *small)
{
	struct shrinker *s = j->s;
	struct mm_trace named = j->bare;

	named.names = s->in->names;
	s->engine.fails = fails;
	s->engine.enough = enough;
	s->engine.other = other;
	s->engine.env = j;
	mm_trace_clear(small);
	return mm_shrink(&s->engine, &named, small) || j->broken ? STATUS_OUR_FAULT : STATUS_OK;
}

/* The class must show as `mmref check` judges. */
static int confirm(struct job *j)
{
	struct shrinker *s = j->s;
	bool flaky = s->engine.end == MM_SHRINK_FLAKY;

	if (settle_expects(j, &s->out))
		return STATUS_OUR_FAULT;
	s->last = j->v;
	if (strcmp(s->last.what, s->first.what) != 0)
		flaky = true;
	if (flaky)
		s->engine.end = MM_SHRINK_FLAKY;
	return STATUS_OK;
}

static int shrink_with(struct job *j)
{
	struct shrinker *s = j->s;
	uint64_t id;
	int status;

	id = judge(j, s->in, true);
	s->first = j->v;
	if (j->broken || !id)
		return j->broken ? STATUS_OUR_FAULT : STATUS_OK;
	if (s->begins)
		s->begins(s);
	/* memory takes as long to fill as the host makes it */
	if (strcmp(s->first.id, "out-of-memory") != 0)
		worker_limit(j->w, limit_for(&s->first));
	if (make_bare(j))
		return STATUS_OUR_FAULT;
	j->twice = judge(j, &j->bare, false) != id;
	status = run_engine(j, &s->out);
	if (!status)
		status = confirm(j);
	if (!status && !j->twice && s->engine.end == MM_SHRINK_FLAKY) {
		/* a reset machine shows what a fresh one does not: slower, then */
		j->twice = true;
		status = run_engine(j, &s->out);
		if (!status)
			status = confirm(j);
	}
	return status;
}

static void catch_stops(struct sigaction *old)
{
	static const int stops[] = {SIGINT, SIGTERM};
	struct sigaction a;
	int i;

	memset(&a, 0, sizeof(a));
	a.sa_handler = on_stop;
	(void)sigemptyset(&a.sa_mask);
	told_to_stop = 0;
	for (i = 0; i < 2; i++)
		(void)sigaction(stops[i], &a, &old[i]);
}

static void release_stops(const struct sigaction *old)
{
	(void)sigaction(SIGINT, &old[0], NULL);
	(void)sigaction(SIGTERM, &old[1], NULL);
}

int shrinker_run(struct shrinker *s)
{
	struct job *j = calloc(1, sizeof(*j));
	struct sigaction old[2];
	int status;

	mm_trace_init(&s->out);
	if (!j)
		return STATUS_OUR_FAULT;
	j->s = s;
	j->start = wall_seconds();
	mm_trace_init(&j->bare);
	progress_start(&j->progress, s->what ? s->what : "");
	catch_stops(old);
	j->w = worker_create(s->in);
	if (j->w) {
		worker_terse(j->w, true);
		worker_memory(j->w, s->memory);
		if (s->limit > 0)
			worker_limit(j->w, s->limit);
	}
	status = j->w ? shrink_with(j) : STATUS_OUR_FAULT;
	worker_destroy(j->w);
	release_stops(old);
	progress_end(&j->progress);
	if (status)
		(void)fprintf(stderr, "mmref: shrinking: the host refuses memory or processes\n");
	s->spent = wall_seconds() - j->start;
	mm_trace_free(&j->bare);
	free(j);
	return status;
}
