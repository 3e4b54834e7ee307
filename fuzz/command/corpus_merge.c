/* SPDX-License-Identifier: MIT */
/*
 * corpus_merge: the inputs of several folders that add something.
 *
 * With libFuzzer it is the engine's own -merge=1.  Its control file, beside OUT,
 * lists the inputs, and for each "STARTED i" and, if it survived, "FT i ..."
 * with what it reaches; so it also says which of them fail.  Without libFuzzer
 * inputs are measured here, and taken smallest first.
 *
 * Whatever fails goes to OUT.failed: it is a finding, and none is lost.
 */
#include "fuzz/command/corpus.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct merge {
	const struct corpus_args *a;
	const char *out;
	char control[4096];
	char failed[4096];
	struct corpus c;
	size_t kept, nr_failed, resumed;
	struct features reached;
};

static int keep_failed(struct merge *m, const char *path, const void *bytes, size_t len)
{
	const char *slash = strrchr(path, '/');

	(void)printf("%s: fails; kept in %s\n", path, m->failed);
	m->nr_failed++;
	if (corpus_folder(m->failed, false))
		return STATUS_BAD_INPUT;
	return corpus_write(m->failed, slash ? slash + 1 : path, bytes, len);
}

/* ---- our own engine ---- */

struct place {
	size_t len;
	size_t i;
};

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int compare_size(const void *a, const void *b)
{
	const struct place *x = a;
	const struct place *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

/* Two folders may have a file of one name each: the second gets a number. */
static int write_input(struct merge *m, const struct corpus_input *in)
{
	char name[400];
	char path[4096];
	int n = 1;

	(void)snprintf(name, sizeof(name), "%s", in->name);
	for (;;) {
		(void)snprintf(path, sizeof(path), "%s/%s", m->out, name);
		if (access(path, F_OK))
			break;
		(void)snprintf(name, sizeof(name), "%s-%d", in->name, ++n);
	}
	m->kept++;
	return corpus_write(m->out, name, in->bytes, in->len);
}

static int take(struct merge *m, const struct measured *of, size_t i)
{
	bool adds = false;
	size_t k;

	if (of->failed[i])
		return keep_failed(m, m->c.in[i].path, m->c.in[i].bytes, m->c.in[i].len);
	for (k = 0; k < of->of[i].nr; k++)
		adds |= features_add(&m->reached, of->of[i].f[k]);
	return adds ? write_input(m, &m->c.in[i]) : STATUS_OK;
}

static int merge_own(struct merge *m)
{
	struct feature_run *r = features_open(m->a->target);
	struct place *order = calloc(m->c.nr + 1, sizeof(*order));
	struct measured of = {NULL, NULL, 0, 0, 0};
	int status = STATUS_OUR_FAULT;
	size_t i;

	if (r && order)
		status = corpus_measure(&of, r, &m->c, m->control);
	for (i = 0; order && i < m->c.nr; i++)
		order[i] = (struct place){m->c.in[i].len, i};
	if (order)
		qsort(order, m->c.nr, sizeof(*order), compare_size);
	for (i = 0; !status && i < m->c.nr; i++)
		status = take(m, &of, order[i].i);
	m->resumed = of.resumed;
	corpus_measure_free(&of);
	features_close(r);
	free(order);
	return status;
}

/* ---- libFuzzer ---- */

static void run_engine(const struct merge *m, const char *program)
{
	int max = m->a->paths.nr + 8;
	char **args = calloc((size_t)max, sizeof(*args));
	char control[4200];
	int n = 0;
	int i;

	if (!args)
		_exit(STATUS_OUR_FAULT);
	(void)snprintf(control, sizeof(control), "-merge_control_file=%s", m->control);
	args[n++] = (char *)(uintptr_t)program;
	args[n++] = "-merge=1";
	args[n++] = control;
	args[n++] = "-timeout=25";
	/* an input that fails is named by the control file */
	args[n++] = "-exact_artifact_path=/dev/null";
	for (i = 0; i < m->a->paths.nr; i++)
		args[n++] = m->a->paths.word[i];
	(void)execv(program, args);
	(void)fprintf(stderr, "mmref: %s: %s\n", program, strerror(errno));
	_exit(STATUS_OUR_FAULT);
}

/* Run it; what it says goes to the log beside the control file. */
static int wait_engine(const struct merge *m, const char *program)
{
	char log[4200];
	int wstatus;
	pid_t pid;

	(void)snprintf(log, sizeof(log), "%s.log", m->control);
	pid = child_fork();
	if (!pid) {
		if (!freopen(log, "a", stderr) || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
			_exit(STATUS_BAD_INPUT);
		run_engine(m, program);
	}
	wstatus = child_wait(pid);
	if (WIFEXITED(wstatus) && !WEXITSTATUS(wstatus)) {
		(void)unlink(log);
		return STATUS_OK;
	}
	(void)fprintf(stderr, "mmref: %s -merge=1 did not come to its end; it says why in %s\n",
		      program, log);
	return STATUS_OUR_FAULT;
}

static bool find_input(const struct merge *m, const char *path, size_t *i)
{
	for (*i = 0; *i < m->c.nr; ++*i) {
		if (strcmp(m->c.in[*i].path, path) == 0)
			return true;
	}
	return false;
}

static int failed_by_name(struct merge *m, const char *path)
{
	size_t i;

	if (find_input(m, path, &i))
		return keep_failed(m, path, m->c.in[i].bytes, m->c.in[i].len);
	(void)fprintf(stderr, "mmref: %s: fails; it was not copied\n", path);
	m->nr_failed++;
	return STATUS_OK;
}

/* Names, then what became of each. */
static int read_control(struct merge *m, char *text)
{
	size_t nr = strtoul(text, NULL, 10);
	char **name = calloc(nr + 1, sizeof(*name));
	bool *survived = calloc(nr + 1, sizeof(*survived));
	int status = name && survived ? STATUS_OK : STATUS_OUR_FAULT;
	size_t line = 0;
	char *at;
	char *end;
	size_t i;

	for (at = text; !status && (end = strchr(at, '\n')) != NULL; at = end + 1, line++) {
		*end = '\0';
		if (line >= 2 && line < nr + 2)
			name[line - 2] = at;
		if (strncmp(at, "FT ", 3) == 0) {
			i = strtoul(at + 3, &at, 10);
			if (i < nr)
				survived[i] = true;
			for (; *at == ' ';)
				(void)features_add(&m->reached, (uint32_t)strtoul(at, &at, 10));
		}
	}
	for (i = 0; !status && i < nr; i++) {
		if (!survived[i] && name[i])
			status = failed_by_name(m, name[i]);
	}
	free(name);
	free(survived);
	return status;
}

static int merge_libfuzzer(struct merge *m, const char *program)
{
	struct mm_error e = {NULL, 0, 0, ""};
	struct corpus kept = {NULL, 0, 0};
	size_t len = 0;
	char *text;
	int status;

	m->resumed = !access(m->control, F_OK);
	status = wait_engine(m, program);
	if (status)
		return status;
	text = read_file(m->control, &len, &e);
	status = text ? read_control(m, text) : bad_input(&e);
	free(text);
	if (!status && corpus_load(&kept, m->out) == STATUS_OUR_FAULT)
		status = STATUS_OUR_FAULT;
	m->kept = kept.nr;
	corpus_free(&kept);
	return status;
}

/* ---- both ---- */

static int open_merge(struct merge *m)
{
	int status;
	int i;

	if (m->a->paths.nr < 2)
		return usage_error("corpus", "merge: which folders go into %s?", m->out);
	if (snprintf(m->control, sizeof(m->control), "%s.control", m->out) >= 4000)
		return usage_error("corpus", "merge: the name of OUT is too long");
	(void)snprintf(m->failed, sizeof(m->failed), "%s.failed", m->out);
	for (i = 1; i < m->a->paths.nr; i++) {
		status = corpus_load(&m->c, m->a->paths.word[i]);
		/* an empty folder adds nothing; all of them empty is a mistake */
		if (status && (status != STATUS_NOTHING || (i + 1 == m->a->paths.nr && !m->c.nr)))
			return status;
	}
	/* what an interrupted call has written is written again under the same names */
	return corpus_folder(m->out, access(m->control, F_OK) != 0);
}

static int choose_engine(const struct merge *m, char *program, size_t len, bool *libfuzzer)
{
	bool have = engine_program(m->a->target, program, len);

	*libfuzzer = m->a->engine ? strcmp(m->a->engine, "libfuzzer") == 0 : have;
	if (!*libfuzzer || have)
		return STATUS_OK;
	(void)fprintf(stderr,
		      "mmref: this build has no libFuzzer program for %s; use the fuzz build or "
		      "--engine own\n",
		      m->a->target);
	return STATUS_NOTHING;
}

int corpus_merge(const struct corpus_args *a)
{
	struct merge m = {.a = a, .out = a->paths.word[0]};
	bool libfuzzer = false;
	char program[4096];
	int status = open_merge(&m);

	if (!status)
		status = choose_engine(&m, program, sizeof(program), &libfuzzer);
	if (!status)
		status = libfuzzer ? merge_libfuzzer(&m, program) : merge_own(&m);
	if (!status) {
		(void)unlink(m.control);
		(void)printf("corpus merge %s: engine %s%s: %zu inputs of %" PRIu64
			     " bytes, kept %zu, %zu features (%s); failed: %zu\n",
			     a->target, libfuzzer ? "libfuzzer" : "own",
			     m.resumed ? ", resumed" : "", m.c.nr, corpus_bytes(&m.c), m.kept,
			     m.reached.nr, libfuzzer ? "branches" : features_kind(), m.nr_failed);
		status = m.nr_failed ? STATUS_FINDING : STATUS_OK;
	}
	features_free(&m.reached);
	corpus_free(&m.c);
	return status;
}
