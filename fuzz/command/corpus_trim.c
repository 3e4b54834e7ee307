/* SPDX-License-Identifier: MIT */
/*
 * corpus_trim: shorter inputs that together reach what they did.
 *
 * How often each branch was taken makes nearly every operation matter to its own
 * input.  So an input only answers for the features that no other one reaches;
 * those that several reach are dropped by all but the last of them.
 *
 *     holders[f]   how many kept inputs reach f, as they are by now
 *
 * All of it runs in a child, for a shorter trace may fail or hang: then the input
 * stays as it was, what happened is reported as a finding, and a new child goes
 * on.  The counts are shared memory, so they outlive a child.
 */
#include "fuzz/command/corpus.h"
#include "fuzz/trace/shrink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* For all candidates of one input. */
#define HANG_SECONDS 60

struct shared {
	uint32_t at; /* the input being trimmed */
	uint32_t shorter;
	uint32_t dropped;
	uint32_t holders[];
};

struct trimming {
	const struct trim *t;
	struct shared *shared;
	size_t shared_len;
	struct features want; /* what this input alone reaches */
	struct features got;  /* by the last candidate */
	bool reported;
};

/* ---- one input ---- */

/* For the shrinker a trace "fails" when it reaches what is wanted. */
static uint64_t reaches(void *env, const struct mm_trace *trace)
{
	struct trimming *w = env;
	const char *claim = NULL;
	bool ok = features_of_trace(w->t->r, trace, &w->got, &claim);

	if (!ok && claim && !w->reported) {
		w->reported = true;
		(void)features_report(w->t->r, trace);
	}
	return ok && features_hold(&w->got, &w->want);
}

static bool enough(void *env, const struct mm_shrink *s)
{
	const struct trimming *w = env;

	return s->calls >= w->t->a->tries;
}

static void find_wanted(struct trimming *w, const struct features *of)
{
	size_t k;

	w->want.nr = 0;
	for (k = 0; k < of->nr; k++) {
		if (w->shared->holders[of->f[k]] == 1)
			(void)features_add(&w->want, of->f[k]);
	}
}

static void hold(struct shared *s, const struct features *of)
{
	size_t k;

	for (k = 0; k < of->nr; k++)
		s->holders[of->f[k]]++;
}

static void let_go(struct shared *s, const struct features *of)
{
	size_t k;

	for (k = 0; k < of->nr; k++)
		s->holders[of->f[k]]--;
}

static int write_shorter(struct trimming *w, size_t i, const struct mm_trace *trace)
{
	const struct corpus_input *in = &w->t->c->in[i];
	uint8_t *bytes = NULL;
	size_t len = 0;
	int status;

	if (mm_trace_encode(trace, &w->t->a->t, &bytes, &len) || len >= in->len ||
	    !reaches(w, trace)) {
		status = corpus_write(w->t->folder, in->name, in->bytes, in->len);
	} else {
		status = corpus_write(w->t->folder, in->name, bytes, len);
		let_go(w->shared, &w->t->of->of[i]);
		hold(w->shared, &w->got);
		w->shared->shorter++;
	}
	free(bytes);
	return status;
}

static int trim_input(struct trimming *w, size_t i)
{
	const struct corpus_input *in = &w->t->c->in[i];
	struct mm_shrink s = {.fails = reaches, .enough = enough, .env = w};
	struct mm_trace from;
	struct mm_trace to;
	int status;

	find_wanted(w, &w->t->of->of[i]);
	if (!w->want.nr) {
		let_go(w->shared, &w->t->of->of[i]);
		w->shared->dropped++;
		return STATUS_OK;
	}
	mm_trace_init(&from);
	mm_trace_init(&to);
	features_decode(w->t->r, in->bytes, in->len, &from);
	if (mm_shrink(&s, &from, &to))
		status = STATUS_OUR_FAULT;
	else
		status = write_shorter(w, i, &to);
	mm_trace_free(&from);
	mm_trace_free(&to);
	return status;
}

/* ---- all of them ---- */

static void trim_all(struct trimming *w)
{
	size_t nr = w->t->c->nr;
	struct progress p;
	uint32_t *at = &w->shared->at;
	int status = STATUS_OK;

	features_watch(w->t->r);
	progress_start(&p, "trim");
	for (; *at < nr && !status; ++*at) {
		if (!w->t->kept[*at])
			continue;
		progress_step(&p, *at, nr);
		death_timeout(HANG_SECONDS);
		status = trim_input(w, *at);
	}
	progress_end(&p);
	(void)fflush(NULL);
	_exit(status);
}

static int one_child(struct trimming *w)
{
	const struct corpus_input *in;
	pid_t pid = child_fork();
	int wstatus;

	if (pid < 0)
		return STATUS_OUR_FAULT;
	if (!pid)
		trim_all(w);
	wstatus = child_wait(pid);
	if (w->shared->at >= w->t->c->nr)
		return WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : STATUS_OUR_FAULT;
	in = &w->t->c->in[w->shared->at++];
	(void)fprintf(stderr, "mmref: %s: a shorter form of it fails; it is kept as it is\n",
		      in->path);
	return corpus_write(w->t->folder, in->name, in->bytes, in->len);
}

static int copy_all(const struct trim *t)
{
	int status = STATUS_OK;
	size_t i;

	for (i = 0; i < t->c->nr && !status; i++) {
		if (t->kept[i])
			status = corpus_write(t->folder, t->c->in[i].name, t->c->in[i].bytes,
					      t->c->in[i].len);
	}
	return status;
}

int corpus_trim(const struct trim *t, struct trimmed *n)
{
	struct trimming w = {.t = t};
	int status = STATUS_OK;
	size_t i;

	if (!t->a->tries)
		return copy_all(t);
	w.shared_len = sizeof(*w.shared) + features_limit(t->r) * sizeof(w.shared->holders[0]);
	w.shared = corpus_share(w.shared_len);
	if (!w.shared)
		return STATUS_OUR_FAULT;
	for (i = 0; i < t->c->nr; i++) {
		if (t->kept[i])
			hold(w.shared, &t->of->of[i]);
	}
	while (!status && w.shared->at < t->c->nr)
		status = one_child(&w);
	n->shorter = w.shared->shorter;
	n->dropped = w.shared->dropped;
	features_free(&w.want);
	features_free(&w.got);
	corpus_unshare(w.shared, w.shared_len);
	return status;
}
