/* SPDX-License-Identifier: MIT */
/*
 * triage_keep: a folder per bucket, each written by a process of its own.
 *
 *     OUT/report.md report.json
 *     OUT/BUCKET/members.txt     all artefacts of the bucket, the shortest first
 *                original.ops    the shortest as it was found; of bytes also
 *                original.bin
 *                trace.ops       the same, shrunk within its class
 *                report.txt      what fails
 *                stderr.txt      what a dying process said
 *                trail.txt       the way of the last operations
 *     OUT/.mmref-fail/           failures of no bucket, met while shrinking
 *
 * trace.ops is first the original, up to where it fails, so that who is interrupted
 * has something to replay.
 */
#include "fuzz/command/shrinker.h"
#include "fuzz/command/triage.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OUT_DEFAULT ".mmref-triage"
#define PATH_LEN    4096

/* ---- the folder of results ---- */

static int cannot(const char *path)
{
	(void)fprintf(stderr, "mmref triage: %s: cannot be written: %s\n", path, strerror(errno));
	return STATUS_BAD_INPUT;
}

static bool exists(const char *folder, const char *name)
{
	char path[PATH_LEN];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%.3000s/%.1000s", folder, name);
	return !lstat(path, &st);
}

void triage_name_out(struct triage *t)
{
	(void)snprintf(t->out, sizeof(t->out), "%s", t->a.out ? t->a.out : OUT_DEFAULT);
}

int triage_open_out(struct triage *t)
{
	const struct dirent *d;
	bool empty = true;
	DIR *dir;

	if (t->a.out && strlen(t->a.out) >= sizeof(t->out)) {
		errno = ENAMETOOLONG;
		return cannot(t->a.out);
	}
	if (mkdir(t->out, 0777) && errno != EEXIST)
		return cannot(t->out);
	dir = opendir(t->out);
	if (!dir)
		return cannot(t->out);
	while ((d = readdir(dir)) != NULL)
		empty &= strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0;
	(void)closedir(dir);
	if (access(t->out, W_OK))
		return cannot(t->out);
	if (empty || exists(t->out, "report.json"))
		return STATUS_OK;
	(void)fprintf(stderr,
		      "mmref triage: %s: holds other things than an earlier triage; give --out "
		      "another folder\n",
		      t->out);
	return STATUS_BAD_INPUT;
}

/* Folders of buckets of an earlier run: files that we write, and nothing else. */
static void remove_bucket(const char *folder)
{
	static const char *const files[] = {"original.ops", "original.bin", "trace.ops",
					    "report.txt",   "stderr.txt",   "trail.txt",
					    "members.txt"};
	char path[PATH_LEN];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%.4000s/%s", folder, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static void remove_buckets(const char *out)
{
	char path[PATH_LEN];
	struct dirent **names;
	int n = scandir(out, &names, NULL, alphasort);
	int i;

	for (i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%.3000s/%.1000s", out, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && exists(path, "members.txt"))
			remove_bucket(path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

int triage_write(const struct triage *t, const char *name,
		 void (*print)(const struct triage *t, FILE *out))
{
	char path[PATH_LEN];
	char draft[PATH_LEN];
	bool bad;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", t->out, name);
	(void)snprintf(draft, sizeof(draft), "%s/%s.new", t->out, name);
	f = fopen(draft, "w");
	if (!f)
		return cannot(draft);
	print(t, f);
	bad = ferror(f) != 0;
	if (fclose(f) || bad || rename(draft, path))
		return cannot(path);
	return STATUS_OK;
}

/* ---- one bucket ---- */

struct keeping {
	struct triage *t;
	const struct bucket *b;
	struct kept_bucket *k;
	const struct outcome *o;
	const struct artefact *a; /* the shortest */
	char folder[3200];
};

static void note(struct keeping *kp, const char *text)
{
	(void)snprintf(kp->k->note, sizeof(kp->k->note), "%s", text);
}

static void in_folder(const struct keeping *kp, const char *name, char *path)
{
	(void)snprintf(path, PATH_LEN, "%s/%s", kp->folder, name);
}

static int copy_file(const char *from, const char *to)
{
	char buf[16384];
	FILE *in = fopen(from, "rb");
	FILE *out = in ? fopen(to, "wb") : NULL;
	bool bad = !out;
	size_t n;

	while (!bad && (n = fread(buf, 1, sizeof(buf), in)) > 0)
		bad = fwrite(buf, 1, n, out) != n;
	bad |= in && ferror(in);
	if (in)
		(void)fclose(in);
	if (out && fclose(out))
		bad = true;
	return bad ? -MM_EIO : 0;
}

static int write_members(const struct keeping *kp)
{
	char path[PATH_LEN];
	FILE *f;
	size_t i;

	in_folder(kp, "members.txt", path);
	f = fopen(path, "w");
	for (i = 0; f && i < kp->b->nr; i++)
		(void)fprintf(f, "%s\n", kp->t->artefacts[kp->b->members[i]].name);
	return f && !fclose(f) ? 0 : -MM_EIO;
}

static int write_ops(const struct keeping *kp, const char *name, const struct mm_trace *trace)
{
	char path[PATH_LEN];
	FILE *f;
	int err;

	in_folder(kp, name, path);
	f = fopen(path, "w");
	if (!f)
		return -MM_EIO;
	err = mm_trace_print_judged(trace, f);
	return fclose(f) || err ? -MM_EIO : 0;
}

/* What fails, and what the process said if it died of it: judged once more. */
static void write_reports(struct keeping *kp, const struct mm_trace *trace)
{
	struct worker *w = worker_create(trace);
	struct verdict v;
	char text[2000];
	char *said;

	memset(&v, 0, sizeof(v));
	if (w) {
		worker_limit(w, (double)kp->t->a.timeout);
		worker_memory(w, kp->t->a.memory << 20);
		if (!worker_judge(w, trace, true, &v) && v.kind == VERDICT_DEATH) {
			said = worker_said(w);
			(void)finding_save_text(kp->folder, "stderr.txt", said ? said : "");
			free(said);
		}
	}
	worker_destroy(w);
	(void)snprintf(text, sizeof(text), "%s\n  @%zu %s: %s\n  artefacts: %zu\n", kp->b->key,
		       kp->o->pos, kp->o->op, kp->o->text, kp->b->nr);
	(void)finding_save_text(kp->folder, "report.txt", text);
}

static bool in_a_bucket(const struct triage *t, const char *key)
{
	size_t i;

	for (i = 0; i < t->nr_buckets; i++) {
		if (strcmp(t->buckets[i].key, key) == 0)
			return true;
	}
	return false;
}

/* Another failure, met while shrinking; most of them have a bucket. */
static void met(void *env, const struct verdict *v, const struct mm_trace *trace)
{
	const struct keeping *kp = env;
	struct kept k = {v->id, v->op, trace, v->text, v->digest, false};
	char name[400];
	char *here;

	if (in_a_bucket(kp->t, v->bucket))
		return;
	here = getcwd(NULL, 0);
	if (here && !chdir(kp->t->out)) {
		(void)finding_keep(&k, name, sizeof(name));
		if (chdir(here))
			_exit(STATUS_OUR_FAULT);
	}
	free(here);
}

static void note_end(struct keeping *kp, const struct shrinker *s)
{
	note(kp, "");
	if (s->interrupted)
		note(kp, "interrupted: the best so far");
	else if (s->engine.end == MM_SHRINK_STOPPED)
		note(kp, "the budget for shrinking was spent: the best so far");
}

static void shrink_bucket(struct keeping *kp, struct mm_trace *trace)
{
	struct shrinker s = {.in = trace,
			     .seconds = (double)kp->t->a.budget,
			     .limit = (double)kp->t->a.timeout,
			     .memory = kp->t->a.memory << 20,
			     .met = met,
			     .env = kp};
	char path[PATH_LEN];

	in_folder(kp, "trace.ops", path);
	if (shrinker_run(&s)) {
		note(kp, "not shrunk: the host refuses memory or processes");
	} else if (s.first.kind == VERDICT_PASSES || s.engine.end == MM_SHRINK_FLAKY) {
		(void)snprintf(kp->k->note, sizeof(kp->k->note),
			       "not shrunk: it fails in changing "
			       "ways: %.100s, then %.100s",
			       s.first.what[0] ? s.first.what : "not at all",
			       s.last.what[0] ? s.last.what : "not at all");
	} else if (shrinker_write(&s, path) == STATUS_OK) {
		kp->k->ops = s.out.nr;
		kp->k->shrunk = true;
		note_end(kp, &s);
		/* an operation that hangs or fills the memory has no trail to its end */
		if (s.last.kind == VERDICT_HANG || strcmp(s.last.id, "out-of-memory") == 0)
			s.out.nr = s.last.pos < s.out.nr ? s.last.pos : s.out.nr;
		finding_save_trail(kp->folder, &s.out);
	}
	mm_trace_free(&s.out);
}

static int keep_original(const struct keeping *kp)
{
	char path[PATH_LEN];

	in_folder(kp, kp->a->target[0] ? "original.bin" : "original.ops", path);
	if (write_members(kp) || copy_file(kp->a->path, path))
		return cannot(kp->folder);
	return STATUS_OK;
}

static int keep_trace(struct keeping *kp, struct mm_trace *trace)
{
	struct mm_error e = {kp->a->path, 0, 0, ""};
	struct mm_trace cut;

	if (read_trace(trace, kp->a->path, kp->a->target[0] ? kp->a->target : NULL, true, &e)) {
		note(kp, "not shrunk: the artefact can no longer be read");
		return STATUS_OK;
	}
	if (!trace->machine)
		trace->machine = mm_trace_keep(trace, SMALL_MACHINE, strlen(SMALL_MACHINE));
	if (kp->a->target[0] && write_ops(kp, "original.ops", trace))
		return cannot(kp->folder);
	cut = *trace;
	cut.nr = kp->o->pos < cut.nr ? kp->o->pos + 1 : cut.nr;
	if (write_ops(kp, "trace.ops", &cut))
		return cannot(kp->folder);
	kp->k->written = true;
	kp->k->ops = cut.nr;
	return STATUS_OK;
}

static struct keeping keeping_of(struct triage *t, size_t i)
{
	struct keeping kp = {.t = t, .b = &t->buckets[i], .k = &t->kept[i]};

	kp.o = &t->outcomes[kp.b->members[0]];
	kp.a = &t->artefacts[kp.b->members[0]];
	(void)snprintf(kp.folder, sizeof(kp.folder), "%s/%s", t->out, kp.b->name);
	return kp;
}

static void keep_one(struct triage *t, size_t i)
{
	struct keeping kp = keeping_of(t, i);
	struct mm_trace trace;

	if (kp.o->unread) {
		note(&kp, "it fails while it is read: there is no trace");
		return;
	}
	mm_trace_init(&trace);
	if (keep_trace(&kp, &trace))
		_exit(STATUS_BAD_INPUT);
	if (kp.k->written) {
		write_reports(&kp, &trace);
		if (t->a.budget)
			shrink_bucket(&kp, &trace);
		else
			note(&kp, "not shrunk: --budget 0");
	}
	mm_trace_free(&trace);
}

static void keep_dies(struct triage *t, size_t i, int wstatus)
{
	struct keeping kp = keeping_of(t, i);

	(void)wstatus;
	note(&kp, "not shrunk: the process that did so ended");
}

int triage_keep(struct triage *t)
{
	int status = STATUS_OK;
	size_t i;

	t->kept = triage_share((t->nr_buckets + 1) * sizeof(*t->kept));
	if (!t->kept)
		return STATUS_OUR_FAULT;
	remove_buckets(t->out);
	for (i = 0; i < t->nr_buckets && !status; i++) {
		struct keeping kp = keeping_of(t, i);

		note(&kp, "not shrunk: interrupted");
		if (mkdir(kp.folder, 0777) && errno != EEXIST)
			status = cannot(kp.folder);
		if (!status)
			status = keep_original(&kp);
	}
	if (!status)
		status = triage_write(t, "report.json", triage_print_json);
	if (!status)
		status = triage_write(t, "report.md", triage_print_report);
	if (!status && !t->interrupted)
		status =
			triage_parallel(t, t->nr_buckets, keep_one, keep_dies, "triage: shrinking");
	t->met_others = exists(t->out, ".mmref-fail");
	return status;
}
