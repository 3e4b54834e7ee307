/* SPDX-License-Identifier: MIT */
/*
 * corpus_measure: what each input of a corpus reaches, in children that may die.
 *
 * The control file says what is known, a line each, so that a call that was
 * interrupted goes on where it stopped:
 *
 *     mmref corpus 1 TARGET KIND INPUTS HASH     of names and bytes
 *     F 17 4 12 801 ...                          input 17 reaches these
 *     D 18 SIGSEGV                               input 18 died
 */
#include "fuzz/command/corpus.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* An input that runs longer than this hangs. */
#define HANG_SECONDS 25

static uint64_t hash_of(const struct corpus *c)
{
	uint64_t h = c->nr;
	size_t i;

	for (i = 0; i < c->nr; i++) {
		const char *s = c->in[i].path;
		size_t k;

		while (*s)
			h = (h ^ (uint8_t)*s++) * 0x100000001b3u;
		for (k = 0; k < c->in[i].len; k++)
			h = (h ^ c->in[i].bytes[k]) * 0x100000001b3u;
		h = mm_hash64(h ^ c->in[i].len);
	}
	return h;
}

/* ---- the control file ---- */

static bool read_features(struct features *of, const char *at)
{
	char *end;

	for (;;) {
		unsigned long f = strtoul(at, &end, 10);

		if (end == at)
			return true;
		if (!features_add(of, (uint32_t)f))
			return false;
		at = end;
	}
}

static void read_line(struct measured *m, bool *known, char *line)
{
	char *end;
	unsigned long i;

	if ((line[0] != 'F' && line[0] != 'D') || line[1] != ' ')
		return;
	i = strtoul(line + 2, &end, 10);
	if (i >= m->nr || known[i])
		return;
	m->failed[i] = line[0] == 'D';
	m->nr_failed += m->failed[i];
	known[i] = m->failed[i] || read_features(&m->of[i], end);
}

/* A last line without its end was being written when the call was interrupted. */
static size_t read_control(struct measured *m, bool *known, const char *path, const char *head)
{
	struct mm_error e = {NULL, 0, 0, ""};
	size_t len = 0;
	char *text = read_file(path, &len, &e);
	char *at = text;
	size_t n = 0;
	size_t i;

	if (text && strncmp(text, head, strlen(head)) == 0) {
		for (; strchr(at, '\n'); at += strlen(at) + 1) {
			*strchr(at, '\n') = '\0';
			read_line(m, known, at);
		}
	}
	free(text);
	for (i = 0; i < m->nr; i++)
		n += known[i];
	return n;
}

/* ---- the child ---- */

struct measuring {
	struct feature_run *r;
	const struct corpus *c;
	const bool *known;
	FILE *control;
	uint32_t *at; /* the input being run, shared with the parent */
	pid_t parent;
};

static void measure_all(struct measuring *w)
{
	struct features f = {NULL, 0, 0};
	size_t i;

	for (i = *w->at; i < w->c->nr; i++) {
		const char *claim = NULL;
		size_t k;

		if (w->known[i])
			continue;
		if (getppid() != w->parent)
			_exit(STATUS_NOTHING); /* killed; another call may be writing */
		*w->at = (uint32_t)i;
		death_timeout(HANG_SECONDS);
		if (!features_of(w->r, w->c->in[i].bytes, w->c->in[i].len, &f, &claim)) {
			(void)fprintf(w->control, "D %zu %s\n", i, claim ? claim : "memory");
		} else {
			(void)fprintf(w->control, "F %zu", i);
			for (k = 0; k < f.nr; k++)
				(void)fprintf(w->control, " %" PRIu32, f.f[k]);
			(void)fputs("\n", w->control);
		}
		if (fflush(w->control))
			_exit(STATUS_BAD_INPUT);
	}
	_exit(STATUS_OK);
}

/* One child, until all are measured or one input killed it. */
static int one_child(struct measuring *w)
{
	pid_t pid = child_fork();
	int wstatus;

	if (pid < 0)
		return STATUS_OUR_FAULT;
	if (!pid)
		measure_all(w);
	wstatus = child_wait(pid);
	if (WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == STATUS_OK) {
		*w->at = (uint32_t)w->c->nr;
		return STATUS_OK;
	}
	if (WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == STATUS_BAD_INPUT) {
		(void)fprintf(stderr, "mmref: the control file cannot be written (disk full?)\n");
		return STATUS_BAD_INPUT;
	}
	(void)fprintf(w->control, "D %" PRIu32 " %s\n", *w->at,
		      WIFSIGNALED(wstatus) ? signal_word(WTERMSIG(wstatus)) : "exit");
	++*w->at;
	return fflush(w->control) ? STATUS_BAD_INPUT : STATUS_OK;
}

/* ---- memory that a child shares ---- */

void *corpus_share(size_t len)
{
	void *shared = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return shared == MAP_FAILED ? NULL : shared;
}

void corpus_unshare(void *shared, size_t len)
{
	if (shared)
		(void)munmap(shared, len);
}
/* ---- the parent ---- */

/* The control file, to add to; what an earlier call knew is read. */
static FILE *open_control(struct measured *m, bool *known, const char *path, const char *head)
{
	FILE *f;

	m->resumed = read_control(m, known, path, head);
	f = fopen(path, m->resumed ? "a" : "w");
	if (!f || (!m->resumed && fputs(head, f) < 0) || fputs("\n", f) < 0 || fflush(f)) {
		(void)fprintf(stderr, "mmref: %s: cannot be written: %s\n", path, strerror(errno));
		if (f)
			(void)fclose(f);
		return NULL;
	}
	return f;
}

static int run_children(struct measuring *w)
{
	struct progress p;
	int status = STATUS_OK;

	progress_start(&p, "measure");
	while (!status && *w->at < w->c->nr) {
		status = one_child(w);
		progress_step(&p, *w->at, w->c->nr);
	}
	progress_end(&p);
	return status;
}

int corpus_measure(struct measured *m, struct feature_run *r, const struct corpus *c,
		   const char *control)
{
	struct measuring w = {.r = r, .c = c, .parent = getpid()};
	bool *known = calloc(c->nr + 1, sizeof(*known));
	int status = STATUS_OUR_FAULT;
	char head[160];

	memset(m, 0, sizeof(*m));
	m->of = calloc(c->nr + 1, sizeof(*m->of));
	m->failed = calloc(c->nr + 1, sizeof(*m->failed));
	m->nr = c->nr;
	w.known = known;
	w.at = corpus_share(sizeof(*w.at));
	if (w.at && known && m->of && m->failed) {
		(void)snprintf(head, sizeof(head), "mmref corpus 1 %s %s %zu %016" PRIx64,
			       features_target(r), features_kind(), c->nr, hash_of(c));
		w.control = open_control(m, known, control, head);
		status = w.control ? run_children(&w) : STATUS_BAD_INPUT;
	}
	if (w.control && fclose(w.control) && !status)
		status = STATUS_BAD_INPUT;
	if (!status && read_control(m, known, control, head) != c->nr)
		status = STATUS_OUR_FAULT;
	free(known);
	corpus_unshare(w.at, sizeof(*w.at));
	return status;
}

void corpus_measure_free(struct measured *m)
{
	size_t i;

	for (i = 0; m->of && i < m->nr; i++)
		features_free(&m->of[i]);
	free(m->of);
	free(m->failed);
	memset(m, 0, sizeof(*m));
}
