/* SPDX-License-Identifier: MIT */
/*
 * corpus_min: fewer and shorter inputs that reach the same.
 *
 *     cover   the input that adds most, again and again, until nothing is missing
 *     trim    of each of these the operations and arguments without which all of them
 *             together still reach the same
 *
 * What fails is no input to keep: it goes to FOLDER.failed.
 */
#include "fuzz/command/corpus.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
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

static int minimise(struct minimise *m, struct trimmed *n)
{
	size_t *most = calloc(m->c.nr, sizeof(*most));
	int status = most ? corpus_measure(&m->of, m->r, &m->c, m->control) : STATUS_OUR_FAULT;

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
		status = corpus_trim(&(struct trim){m->a, &m->c, m->r, &m->of, m->kept, m->filled},
				     n);
	return status;
}

static void say(const struct minimise *m, const struct trimmed *n)
{
	struct corpus now = {NULL, 0, 0};

	(void)corpus_load(&now, m->folder);
	(void)printf(
		"corpus min %s: %zu inputs of %" PRIu64 " bytes -> %zu of %" PRIu64
		" bytes (%zu trimmed, %zu no longer needed); %zu features (%s), all kept; failed: %zu\n",
		m->a->target, m->c.nr, corpus_bytes(&m->c), now.nr, corpus_bytes(&now), n->shorter,
		n->dropped, m->reached.nr, features_kind(), m->of.nr_failed);
	corpus_free(&now);
}

int corpus_min(const struct corpus_args *a)
{
	struct minimise m = {.a = a, .folder = a->paths.word[0]};
	struct trimmed trimmed = {0, 0};
	int status = open_minimise(&m);

	if (!status)
		status = minimise(&m, &trimmed);
	if (!status)
		status = corpus_commit(m.folder);
	if (!status) {
		(void)unlink(m.control);
		say(&m, &trimmed);
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
