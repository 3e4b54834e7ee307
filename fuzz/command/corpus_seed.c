/* SPDX-License-Identifier: MIT */
/*
 * corpus_seed: the written traces as a fuzzer's bytes.
 *
 * Bytes can only name the machines of their target.  A trace of another machine
 * goes to the one that shares most of its words: what it was written to show may
 * then not happen, but its operations are as good a start.
 */
#include "mm/rng.h"

#include "fuzz/command/corpus.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 16

struct seeding {
	const struct corpus_args *a;
	const char *folder;
	uint64_t *written; /* hashes of what was written */
	size_t nr, cap;
	size_t traces, rehomed, twice, unable;
	int status;
};

/* ---- machines ---- */

/* How alike are a word and those of a list?  2: it is there, 1: its field has another
 * value, 0: it has no such field. */
static int word_in(const char *list, const char *word, size_t len)
{
	size_t field = strcspn(word, "=");
	int best = 0;

	while (*list) {
		size_t n = strcspn(list, " \t");

		if (n == len && memcmp(list, word, len) == 0)
			return 2;
		if (field < len && field < n && memcmp(list, word, field + 1) == 0)
			best = 1;
		list += n + strspn(list + n, " \t");
	}
	return best;
}

/* Fields that only one has count most: a zone or a list makes more of a difference
 * than its size. */
static int likeness_of(const char *a, const char *b)
{
	int points = 0;

	a += strspn(a, " \t");
	while (*a) {
		size_t n = strcspn(a, " \t");
		int in = word_in(b, a, n);

		points += in ? in : -3;
		a += n + strspn(a + n, " \t");
	}
	return points;
}

static int likeness(const char *a, const char *b)
{
	return likeness_of(a, b) + likeness_of(b, a);
}

/* The first of the machines that are most like it. */
static int nearest(const struct mm_target *t, const char *machine)
{
	int best = 0;
	int i;

	for (i = 1; i < t->nr_machines; i++) {
		if (likeness(t->machines[i], machine) > likeness(t->machines[best], machine))
			best = i;
	}
	return best;
}

/* ---- one trace ---- */

static bool is_new(struct seeding *s, const uint8_t *bytes, size_t len)
{
	uint64_t h = len;
	size_t i;

	for (i = 0; i < len; i++)
		h = mm_hash64(h ^ bytes[i]);
	for (i = 0; i < s->nr; i++) {
		if (s->written[i] == h)
			return false;
	}
	if (s->nr == s->cap) {
		uint64_t *more = realloc(s->written, (s->cap * 2 + 64) * sizeof(*more));

		if (!more)
			return true;
		s->written = more;
		s->cap = s->cap * 2 + 64;
	}
	s->written[s->nr++] = h;
	return true;
}

/* The name without folder and ending: it is telling, and no two are alike. */
static void write_seed(struct seeding *s, const char *path, const uint8_t *bytes, size_t len,
		       int moved)
{
	const char *name = strrchr(path, '/') + 1;
	char slug[256];

	if (!is_new(s, bytes, len)) {
		(void)printf("%s: passed over: the same bytes as one before\n", path);
		s->twice++;
		return;
	}
	if (moved >= 0) {
		(void)printf("%s: on machine %d, %s\n", path, moved, s->a->t.machines[moved]);
		s->rehomed++;
	}
	(void)snprintf(slug, sizeof(slug), "%.*s", (int)(strlen(name) - 4), name);
	s->status = corpus_write(s->folder, slug, bytes, len);
}

/* The first operation that the target does not draw; NULL: it draws all. */
static const char *undrawn(const struct mm_trace *t, const struct mm_target *target)
{
	size_t i;

	for (i = 0; i < t->nr; i++) {
		if (!target->selected[t->ops[i].op])
			return mm_optable_get(t->ops[i].op)->name;
	}
	return NULL;
}

static void seed_trace(struct seeding *s, struct mm_trace *t, const char *path)
{
	const struct mm_target *target = &s->a->t;
	const char *op = undrawn(t, target);
	int moved = -1;
	uint8_t *bytes = NULL;
	size_t len = 0;
	int err;

	if (!t->nr) {
		(void)printf("%s: passed over: no operations\n", path);
		s->unable++;
		return;
	}
	if (op) {
		(void)printf("%s: passed over: %s does not draw %s\n", path, s->a->target, op);
		s->unable++;
		return;
	}
	err = mm_trace_encode(t, target, &bytes, &len);
	if (err == -MM_EINVAL && t->machine) {
		moved = nearest(target, t->machine);
		t->machine =
			mm_trace_keep(t, target->machines[moved], strlen(target->machines[moved]));
		err = mm_trace_encode(t, target, &bytes, &len);
	}
	if (err == -MM_E2BIG) {
		(void)printf("%s: passed over: %zu operations, %s takes %u\n", path, t->nr,
			     s->a->target, target->ops_max);
		s->unable++;
	} else if (err) {
		(void)fprintf(stderr, "mmref: %s: cannot be written as bytes\n", path);
		s->status = STATUS_OUR_FAULT;
	} else {
		write_seed(s, path, bytes, len, moved);
	}
	free(bytes);
}

static void seed_file(struct seeding *s, const char *path)
{
	struct mm_trace t;

	mm_trace_init(&t);
	s->status = load_trace(&t, path, NULL);
	s->traces++;
	if (!s->status)
		seed_trace(s, &t, path);
	mm_trace_free(&t);
}

/* ---- all traces ---- */

static int not_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static bool is_trace(const char *path)
{
	size_t len = strlen(path);

	return len > 4 && strcmp(path + len - 4, ".ops") == 0;
}

static void seed_folder(struct seeding *s, const char *folder, int depth)
{
	struct dirent **names;
	int n = depth < DEPTH_MAX ? scandir(folder, &names, not_hidden, alphasort) : -1;
	int i;

	if (n < 0) {
		(void)fprintf(stderr, "mmref: %s: cannot be read as a folder: %s\n", folder,
			      strerror(errno));
		s->status = STATUS_BAD_INPUT;
		return;
	}
	for (i = 0; i < n; i++) {
		char path[4096];
		struct stat st;
		int len = snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);

		if (!s->status && len < (int)sizeof(path) && !stat(path, &st)) {
			if (S_ISDIR(st.st_mode))
				seed_folder(s, path, depth + 1);
			else if (is_trace(path))
				seed_file(s, path);
		}
		free(names[i]);
	}
	free(names);
}

int corpus_seed(const struct corpus_args *a)
{
	struct seeding s = {.a = a, .folder = a->paths.word[0]};

	s.status = corpus_folder(s.folder, false);
	if (!s.status)
		seed_folder(&s, a->from ? a->from : "corpus", 0);
	free(s.written);
	if (s.status)
		return s.status;
	if (!s.traces) {
		(void)fprintf(stderr, "mmref: %s: holds no trace (*.ops)\n",
			      a->from ? a->from : "corpus");
		return STATUS_NOTHING;
	}
	(void)printf("corpus seed %s: %zu of %zu traces, %zu of them on the nearest machine; "
		     "passed over: %zu that it cannot express, %zu alike\n",
		     a->target, s.nr, s.traces, s.rehomed, s.unable, s.twice);
	return s.nr ? STATUS_OK : STATUS_NOTHING;
}
