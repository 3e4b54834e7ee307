/* SPDX-License-Identifier: MIT */
/*
 * triage_find: which files are artefacts, and of which target.
 *
 *     crash-* timeout-* oom-* slow-unit-* leak-*   libFuzzer
 *     crashes/id:* hangs/id:*                      AFL++; nothing else of its folder
 *     *.ops                                        traces; a finding's trace.ops
 *     notes, logs, dictionaries, archives          passed over, and counted
 *     anything else                                bytes
 *
 * Bytes mean something for a target only: the one given, else the one AFL++ was
 * started for, else the nearest name on the way to the file that has one in it.
 */
#include "fuzz/command/triage.h"
#include "fuzz/trace/embedded.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 16

struct walk {
	struct triage *t;
	size_t root;             /* length of the folder's path and its slash */
	char home[NAME_MAX + 1]; /* the folder's own name */
	struct stat out;         /* results lie there, no artefacts */
	bool has_out;
	bool known;
	int status;
};

/* ---- which target ---- */

static bool is_alnum(char c)
{
	return isalnum((unsigned char)c) != 0;
}

/* The longest name of a target that stands in a text as a word: fuzz_buddy_out. */
static const char *target_in(const char *text)
{
	const struct mm_embedded *e;
	const char *best = NULL;

	for (e = mm_embedded_targets; e->name; e++) {
		size_t len = strlen(e->name);
		const char *at = text;

		for (; (at = strstr(at, e->name)) != NULL; at++) {
			bool begins = at == text || !is_alnum(at[-1]);

			if (begins && !is_alnum(at[len]) && (!best || len > strlen(best)))
				best = e->name;
		}
	}
	return best;
}

static const char *target_of_names(const char *path, size_t root, const char *home)
{
	char name[NAME_MAX + 1];
	size_t end = strlen(path);

	while (end > root) {
		size_t start = end;
		const char *target;

		while (start > root && path[start - 1] != '/')
			start--;
		(void)snprintf(name, sizeof(name), "%.*s", (int)(end - start), path + start);
		target = target_in(name);
		if (target)
			return target;
		end = start > root ? start - 1 : root;
	}
	return target_in(home);
}

/* AFL++ keeps its command line beside the folder of crashes. */
static const char *target_of_afl(const char *path)
{
	char stats[PATH_MAX];
	char line[4096];
	const char *target = NULL;
	const char *program;
	size_t len;
	char *slash;
	FILE *f;
	int up;

	(void)snprintf(stats, sizeof(stats), "%s", path);
	for (up = 0; up < 2; up++) {
		slash = strrchr(stats, '/');
		if (!slash)
			return NULL;
		*slash = '\0';
	}
	len = strlen(stats);
	if ((size_t)snprintf(stats + len, sizeof(stats) - len, "/fuzzer_stats") >=
	    sizeof(stats) - len)
		return NULL;
	f = fopen(stats, "r");
	while (f && !target && fgets(line, sizeof(line), f)) {
		program = strncmp(line, "command_line", 12) == 0 ? strstr(line, "fuzz_") : NULL;
		target = program ? target_in(program) : NULL;
	}
	if (f)
		(void)fclose(f);
	return target;
}

/* ---- artefacts ---- */

static bool starts(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

static bool ends(const char *name, const char *with)
{
	size_t len = strlen(name);
	size_t tail = strlen(with);

	return len >= tail && strcmp(name + len - tail, with) == 0;
}

static bool is_afl_id(const char *name)
{
	return starts(name, "id:") || starts(name, "id_");
}

/* What fuzzers, people and `mmref` leave beside artefacts. */
static bool is_note(const char *name)
{
	static const char *const tails[] = {".txt",     ".md",    ".json", ".log",  ".trail",
					    ".dict",    ".zip",   ".gz",   ".tar",  ".options",
					    ".html",    ".patch", ".sh",   ".yaml", ".yml",
					    ".profraw", ".sarif", NULL};
	size_t i;

	for (i = 0; tails[i]; i++) {
		if (ends(name, tails[i]))
			return true;
	}
	return starts(name, "README") || strcmp(name, "machine") == 0;
}

static const char *origin_of(const char *name, const char *folder)
{
	static const struct {
		const char *start;
		const char *origin;
	} engines[] = {{"crash-", "libFuzzer crash"},
		       {"timeout-", "libFuzzer timeout"},
		       {"oom-", "libFuzzer out of memory"},
		       {"slow-unit-", "libFuzzer slow unit"},
		       {"leak-", "libFuzzer leak"}};
	size_t i;

	if (ends(name, ".ops"))
		return strcmp(name, "trace.ops") == 0 ? "finding" : "trace";
	for (i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		if (starts(name, engines[i].start))
			return engines[i].origin;
	}
	if (is_afl_id(name))
		return starts(folder, "hangs") ? "AFL++ hang" : "AFL++ crash";
	return "bytes";
}

static struct artefact *add(struct walk *w, const char *path)
{
	struct triage *t = w->t;
	struct artefact *a;

	if (t->nr == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 256;

		a = realloc(t->artefacts, cap * sizeof(*a));
		if (!a)
			return NULL;
		t->artefacts = a;
		t->cap = cap;
	}
	a = &t->artefacts[t->nr];
	memset(a, 0, sizeof(*a));
	a->path = strdup(path);
	if (!a->path)
		return NULL;
	a->name = a->path + w->root;
	a->known = w->known;
	t->nr++;
	return a;
}

static void take_file(struct walk *w, const char *path, const char *folder)
{
	const char *name = strrchr(path, '/') + 1;
	const char *target = NULL;
	struct artefact *a = add(w, path);

	if (!a) {
		w->status = STATUS_OUR_FAULT;
		return;
	}
	a->origin = origin_of(name, folder);
	if (ends(name, ".ops"))
		return;
	if (w->t->a.target)
		target = w->t->a.target;
	else if (is_afl_id(name))
		target = target_of_afl(path);
	if (!target)
		target = target_of_names(path, w->root, w->home);
	/* "?" is no target, and nobody's text either */
	(void)snprintf(a->target, sizeof(a->target), "%s", target ? target : "?");
}

/* ---- folders ---- */

static int is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.' || strcmp(d->d_name, ".mmref-fail") == 0;
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool holds(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path) &&
	       !stat(path, &st);
}

struct place {
	const char *path;
	const char *name;
	bool afl;     /* what one AFL++ fuzzer writes */
	bool finding; /* what `mmref` keeps of a finding */
};

static void walk_folder(struct walk *w, const char *path, int depth);

static bool is_artefact(const struct walk *w, const struct place *p, const char *name)
{
	/* the trace as it was found is a second copy of a finding */
	if (p->finding)
		return strcmp(name, "trace.ops") == 0;
	if (w->known)
		return ends(name, ".ops");
	if (starts(p->name, "crashes") || starts(p->name, "hangs"))
		return !is_note(name) || is_afl_id(name);
	return !p->afl && !is_note(name);
}

static void walk_entry(struct walk *w, const struct place *p, const char *name, int depth)
{
	char path[PATH_MAX];
	struct stat st;
	bool gone;

	if (snprintf(path, sizeof(path), "%s/%s", p->path, name) >= (int)sizeof(path)) {
		(void)fprintf(stderr, "mmref: %s/%.40s...: the name is too long\n", p->path, name);
		w->status = STATUS_BAD_INPUT;
		return;
	}
	gone = stat(path, &st) != 0;
	if (!gone && S_ISDIR(st.st_mode)) {
		bool is_out =
			w->has_out && st.st_dev == w->out.st_dev && st.st_ino == w->out.st_ino;

		if (is_out)
			return;
		if (p->afl && !starts(name, "crashes") && !starts(name, "hangs"))
			w->t->passed_over++;
		else
			walk_folder(w, path, depth + 1);
		return;
	}
	if ((!gone && !S_ISREG(st.st_mode)) || !is_artefact(w, p, name))
		w->t->passed_over += !w->known;
	else
		take_file(w, path, p->name);
}

static void walk_folder(struct walk *w, const char *path, int depth)
{
	const char *slash = strrchr(path, '/');
	struct place p = {path, depth && slash ? slash + 1 : w->home, false, false};
	struct dirent **names;
	int n = depth < DEPTH_MAX ? scandir(path, &names, is_visible, by_bytes) : -1;
	int i;

	if (n < 0) {
		(void)fprintf(stderr, "mmref: %s: cannot be read: %s\n", path,
			      depth < DEPTH_MAX ? strerror(errno) : "too deep; a loop of links?");
		w->status = STATUS_BAD_INPUT;
		return;
	}
	p.afl = holds(path, "fuzzer_stats") || (holds(path, "queue") && holds(path, "crashes"));
	p.finding = holds(path, "trace.ops") && holds(path, "report.txt");
	for (i = 0; i < n; i++) {
		if (w->status != STATUS_OUR_FAULT)
			walk_entry(w, &p, names[i]->d_name, depth);
		free(names[i]);
	}
	free(names);
}

int triage_find(struct triage *t, const char *folder, bool known)
{
	struct walk w = {.t = t, .known = known};
	char real[PATH_MAX];
	struct stat st;
	size_t len = strlen(folder);
	char *path;

	if (stat(folder, &st) || !S_ISDIR(st.st_mode) || !realpath(folder, real)) {
		(void)fprintf(stderr, "mmref triage: %s: %s\n", folder,
			      stat(folder, &st) ? strerror(errno)
						: "is no folder; `mmref check` judges one file");
		return STATUS_BAD_INPUT;
	}
	while (len > 1 && folder[len - 1] == '/')
		len--;
	path = strndup(folder, len);
	if (!path)
		return STATUS_OUR_FAULT;
	w.root = len + (path[len - 1] != '/');
	w.has_out = !stat(t->out, &w.out);
	(void)snprintf(w.home, sizeof(w.home), "%s", strrchr(real, '/') + 1);
	walk_folder(&w, path, 0);
	free(path);
	return w.status;
}

int triage_find_known(struct triage *t)
{
	char report[PATH_MAX];
	struct stat st;

	if (stat(t->a.known, &st)) {
		(void)fprintf(stderr, "mmref triage: --known %s: %s\n", t->a.known,
			      strerror(errno));
		return STATUS_BAD_INPUT;
	}
	if (!S_ISDIR(st.st_mode))
		return triage_read_json(t, t->a.known);
	if (!holds(t->a.known, "report.json"))
		return triage_find(t, t->a.known, true);
	(void)snprintf(report, sizeof(report), "%.4000s/report.json", t->a.known);
	return triage_read_json(t, report);
}

void triage_free(struct triage *t)
{
	size_t i;

	for (i = 0; i < t->nr; i++)
		free(t->artefacts[i].path);
	for (i = 0; i < t->nr_buckets; i++)
		free(t->buckets[i].members);
	for (i = 0; i < t->nr_known; i++)
		free(t->known[i]);
	free(t->artefacts);
	free(t->buckets);
	free(t->known);
}
