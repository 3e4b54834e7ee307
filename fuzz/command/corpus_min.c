/* SPDX-License-Identifier: MIT */
/*
 * corpus_min: fewer and shorter inputs that reach the same.
 *
 *     cover   the input that adds most, again and again, until nothing is missing
 *     trim    of each of these the operations and arguments without which it still
 *             reaches all it did; in a child, for a shorter trace may fail
 *
 * What fails is no input to keep: it goes to FOLDER.failed.
 */
#include "fuzz/command/corpus.h"
#include "fuzz/trace/shrink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct minimise {
	const struct corpus_args *a;
	const char *folder;
	char filled[4096]; /* FOLDER.new */
	char control[4096];
	char failed[4096];
	struct corpus c;
	struct feature_run *r;
	struct measured of;
	struct features reached;
	bool *kept;
	size_t nr_kept;
};

/* ---- cover ---- */

static size_t gain(const struct minimise *m, size_t i)
{
	size_t n = 0;
	size_t at = 0;
	size_t k;

	for (k = 0; k < m->of.of[i].nr; k++) {
		while (at < m->reached.nr && m->reached.f[at] < m->of.of[i].f[k])
			at++;
		n += at == m->reached.nr || m->reached.f[at] != m->of.of[i].f[k];
	}
	return n;
}

/* More is better, then shorter, then earlier. */
static bool better(const struct minimise *m, const size_t *most, size_t i, size_t k)
{
	if (most[i] != most[k])
		return most[i] > most[k];
	return m->c.in[i].len < m->c.in[k].len;
}

/*
 * What an input adds only becomes less, so most[] bounds it, and the best is
 * looked at anew until it stays the best.
 */
static void cover(struct minimise *m, size_t *most)
{
	size_t i;
	size_t k;

	for (i = 0; i < m->c.nr; i++)
		most[i] = m->of.failed[i] ? 0 : m->of.of[i].nr;
	for (;;) {
		size_t best = 0;
		size_t now;

		for (i = 1; i < m->c.nr; i++) {
			if (better(m, most, i, best))
				best = i;
		}
		if (!most[best])
			return;
		now = gain(m, best);
		if (now == most[best]) {
			m->kept[best] = true;
			m->nr_kept++;
			for (k = 0; k < m->of.of[best].nr; k++)
				(void)features_add(&m->reached, m->of.of[best].f[k]);
			now = 0;
		}
		most[best] = now;
	}
}

/* ---- trim ---- */

struct trim {
	struct minimise *m;
	const struct features *want;
	struct features got;
	bool reported;
};

/* For the shrinker a trace "fails" when it reaches what is wanted. */
static uint64_t reaches(void *env, const struct mm_trace *t)
{
	struct trim *trim = env;
	const char *claim = NULL;
	bool ok = features_of_trace(trim->m->r, t, &trim->got, &claim);

	if (!ok && claim && !trim->reported) {
		trim->reported = true;
		(void)features_report(trim->m->r, t);
	}
	return ok && features_hold(&trim->got, trim->want);
}

static bool enough(void *env, const struct mm_shrink *s)
{
	const struct trim *trim = env;

	return s->calls >= trim->m->a->tries;
}

/* In a child: the trimmed input is in its place, or the status is not OK. */
static int trim_input(struct minimise *m, size_t i)
{
	const struct corpus_input *in = &m->c.in[i];
	struct trim trim = {.m = m, .want = &m->of.of[i]};
	struct mm_shrink s = {.fails = reaches, .enough = enough, .env = &trim};
	struct mm_trace from;
	struct mm_trace to;
	uint8_t *bytes = NULL;
	size_t len = 0;
	int status = STATUS_OUR_FAULT;

	mm_trace_init(&from);
	mm_trace_init(&to);
	features_decode(m->r, in->bytes, in->len, &from);
	death_timeout(60);
	features_watch(m->r);
	if (!mm_shrink(&s, &from, &to) && s.end != MM_SHRINK_PASSES &&
	    !mm_trace_encode(&to, &m->a->t, &bytes, &len) && len < in->len)
		status = corpus_write(m->filled, in->name, bytes, len);
	free(bytes);
	features_free(&trim.got);
	mm_trace_free(&from);
	mm_trace_free(&to);
	return status;
}

static bool trimmed_in_child(struct minimise *m, size_t i)
{
	int wstatus = 0;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (!pid) {
		int status = trim_input(m, i);

		(void)fflush(NULL);
		_exit(status);
	}
	while (pid > 0 && waitpid(pid, &wstatus, 0) < 0 && errno == EINTR)
		continue;
	return pid > 0 && WIFEXITED(wstatus) && !WEXITSTATUS(wstatus);
}

static int write_kept(struct minimise *m, size_t *trimmed)
{
	struct progress p;
	int status = STATUS_OK;
	size_t done = 0;
	size_t i;

	progress_start(&p, "trim");
	for (i = 0; i < m->c.nr && !status; i++) {
		const struct corpus_input *in = &m->c.in[i];

		if (!m->kept[i])
			continue;
		progress_step(&p, done++, m->nr_kept);
		if (m->a->tries && trimmed_in_child(m, i))
			++*trimmed;
		else
			status = corpus_write(m->filled, in->name, in->bytes, in->len);
	}
	progress_end(&p);
	return status;
}

/* ---- all ---- */

static int set_failed_aside(struct minimise *m)
{
	int status = m->of.nr_failed ? corpus_folder(m->failed, false) : STATUS_OK;
	size_t i;

	for (i = 0; i < m->c.nr && !status; i++) {
		if (!m->of.failed[i])
			continue;
		(void)printf("%s: fails; kept in %s\n", m->c.in[i].path, m->failed);
		status = corpus_write(m->failed, m->c.in[i].name, m->c.in[i].bytes, m->c.in[i].len);
	}
	return status;
}

static int open_minimise(struct minimise *m)
{
	int n = snprintf(m->control, sizeof(m->control), "%s.control", m->folder);
	int status = n < 4000 ? corpus_load(&m->c, m->folder)
			      : usage_error("corpus", "min: the name of FOLDER is too long");

	(void)snprintf(m->failed, sizeof(m->failed), "%s.failed", m->folder);
	if (!status)
		status = corpus_begin(m->folder, m->filled, sizeof(m->filled));
	if (status)
		return status;
	m->r = features_open(m->a->target);
	m->kept = calloc(m->c.nr, sizeof(*m->kept));
	return m->r && m->kept ? STATUS_OK : STATUS_OUR_FAULT;
}

static int minimise(struct minimise *m, size_t *trimmed)
{
	size_t *most = calloc(m->c.nr, sizeof(*most));
	int status = most ? corpus_measure(&m->of, m->r, &m->c, m->a->target, m->control)
			  : STATUS_OUR_FAULT;

	if (!status) {
		cover(m, most);
		status = set_failed_aside(m);
	}
	free(most);
	if (!status && !m->nr_kept) {
		(void)fprintf(stderr, "mmref: %s: no input reaches anything; left as it is\n",
			      m->folder);
		status = STATUS_NOTHING;
	}
	if (!status)
		status = write_kept(m, trimmed);
	return status;
}

static void say(const struct minimise *m, size_t trimmed)
{
	struct corpus now = {NULL, 0, 0};

	(void)corpus_load(&now, m->folder);
	(void)printf("corpus min %s: %zu inputs of %" PRIu64 " bytes -> %zu of %" PRIu64
		     " bytes, %zu of them trimmed; %zu features (%s), all kept; failed: %zu\n",
		     m->a->target, m->c.nr, corpus_bytes(&m->c), now.nr, corpus_bytes(&now),
		     trimmed, m->reached.nr, features_kind(), m->of.nr_failed);
	corpus_free(&now);
}

int corpus_min(const struct corpus_args *a)
{
	struct minimise m = {.a = a, .folder = a->paths.word[0]};
	size_t trimmed = 0;
	int status = open_minimise(&m);

	if (!status)
		status = minimise(&m, &trimmed);
	if (!status)
		status = corpus_commit(m.folder);
	if (!status) {
		(void)unlink(m.control);
		say(&m, trimmed);
		status = m.of.nr_failed ? STATUS_FINDING : STATUS_OK;
	} else if (m.filled[0]) {
		(void)corpus_remove(m.filled);
	}
	corpus_measure_free(&m.of);
	features_free(&m.reached);
	features_close(m.r);
	corpus_free(&m.c);
	free(m.kept);
	return status;
}
