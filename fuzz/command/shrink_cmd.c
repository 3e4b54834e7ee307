/* SPDX-License-Identifier: MIT */
/*
 * shrink_cmd: `mmref shrink` makes a failing trace small; `mmref fuzz` does the
 * same to what it found.  What is written is again a trace: what it fails with
 * in its head, the command that replays it in its last line.
 */
#include "fuzz/command/form.h"
#include "fuzz/command/shrinker.h"
#include "fuzz/trace/arg.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUDGET_DEFAULT 60

struct shrink_args {
	const char *file;
	const char *out;
	const char *machine;
	const char *target;
	uint64_t budget;
};

static const struct command_option options[] = {
	OPTION_TEXT("o", "OUT", WORD_FILE, struct shrink_args, out, "write it there"),
	OPTION_NUMBER("budget", "SECONDS", struct shrink_args, budget, 0,
		      "stop with the best so far; 60"),
	OPTION_TEXT("m", "MACHINE", WORD_MACHINE, struct shrink_args, machine,
		    "this machine, not the trace's"),
	OPTION_TEXT("bytes", "TARGET", WORD_TARGET, struct shrink_args, target,
		    "TRACE holds a fuzzer's bytes"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_ONE("TRACE", WORD_TRACE, struct shrink_args, file, "no trace given"),
	WORD_END,
};

const struct command_form shrink_form = {
	options, words,
	"TRACE may be the folder of a finding (.mmref-fail/ID): its trace.ops is shrunk in\n"
	"place, and kept as original.ops.  Without -o a trace goes, shrunk, to standard output.\n"
	"It ends with 0 when there is a result, 4 when the trace does not fail, 1 when it fails\n"
	"in changing ways.\n",
	"mmref shrink .mmref-fail/watermark.respected-alloc\nmake a finding small\n"};

static int parse_args(struct shrink_args *a, int argc, char **argv)
{
	memset(a, 0, sizeof(*a));
	a->budget = BUDGET_DEFAULT;
	return form_parse(&shrink_form, a, argc, argv);
}

/* ---- what is written ---- */

/* What fails, and where: "page.count after free (@12): 3 of 4 ..." */
static void print_failure(const struct verdict *v, FILE *out)
{
	(void)fprintf(out, "%s (@%zu)%s%s", v->what, v->pos, v->kind == VERDICT_CLAIM ? ": " : "",
		      v->kind == VERDICT_CLAIM || v->kind == VERDICT_HANG ? v->text : "");
}

static void print_counts(const struct shrinker *s, FILE *out)
{
	(void)fprintf(out, "%zu operations to %zu, %" PRIu64 " runs", s->in->nr, s->out.nr,
		      s->engine.calls);
}

static int print_trace(const struct shrinker *s, const char *name, FILE *out)
{
	int err;

	(void)fprintf(out, "# mmref 1\n# This fails: ");
	print_failure(&s->last, out);
	(void)fprintf(out, "\n# Shrunk: ");
	print_counts(s, out);
	(void)fprintf(out, ".\n\n");
	err = mm_trace_print_judged(&s->out, out);
	(void)fprintf(out, "# replay: mmref check %s\n", name);
	return err || ferror(out) ? -MM_EIO : 0;
}

/* Through a file beside it, so that no half of a trace ever stands there. */
int shrinker_write(const struct shrinker *s, const char *path)
{
	char draft[4096];
	FILE *f;
	int err;

	if (snprintf(draft, sizeof(draft), "%s.new", path) >= (int)sizeof(draft))
		draft[0] = '\0';
	f = fopen(draft, "w");
	err = f ? print_trace(s, path, f) : -MM_EIO;
	if (f && fclose(f))
		err = -MM_EIO;
	if (!err && rename(draft, path))
		err = -MM_EIO;
	if (!err)
		return STATUS_OK;
	(void)fprintf(stderr, "mmref: %s: cannot be written: %s\n", path, strerror(errno));
	if (f)
		(void)remove(draft);
	return STATUS_BAD_INPUT;
}

/* Results of a finding, shrunk, in its folder; the first original stays. */
static int write_folder(const struct shrinker *s, const char *folder)
{
	char original[4096];
	char trace[4096];
	char report[1024];
	char op[512];
	FILE *f;
	int status;

	(void)snprintf(trace, sizeof(trace), "%s/trace.ops", folder);
	(void)snprintf(original, sizeof(original), "%s/original.ops", folder);
	if (access(original, F_OK) && link(trace, original)) {
		(void)fprintf(stderr, "mmref: %s: cannot be written: %s\n", original,
			      strerror(errno));
		return STATUS_BAD_INPUT;
	}
	status = shrinker_write(s, trace);
	f = status ? NULL : fmemopen(report, sizeof(report), "w");
	if (!f)
		return status;
	op[0] = '\0';
	if (s->last.pos < s->out.nr)
		(void)mm_trace_print_op(&s->out, s->last.pos, op, sizeof(op));
	(void)fprintf(f, "@%zu: %s\n  %s: %s\n  digest 0x%016" PRIx64 "\nshrunk: ", s->last.pos,
		      op[0] ? op : "at the end", s->last.id, s->last.text, s->last.digest);
	print_counts(s, f);
	(void)fprintf(f, "; before: original.ops\n");
	if (fclose(f) || finding_save_text(folder, "report.txt", report) ||
	    finding_save_text(folder, "machine", s->out.machine ? s->out.machine : ""))
		return STATUS_BAD_INPUT;
	finding_save_trail(folder, &s->out);
	return STATUS_OK;
}

/* ---- what is said ---- */

static void say_result(const struct shrinker *s)
{
	(void)fprintf(stderr, "shrunk: ");
	print_counts(s, stderr);
	(void)fprintf(stderr, " in %.1f s%s\n", s->spent,
		      s->interrupted                       ? " (interrupted: the best so far)"
		      : s->engine.end == MM_SHRINK_STOPPED ? " (budget spent: the best so far)"
							   : "");
	if (s->engine.others)
		(void)fprintf(stderr, "%" PRIu64 " runs failed in other ways\n", s->engine.others);
}

/* First of all, since the rest may take its time. */
static void say_failure(const struct shrinker *s)
{
	(void)fprintf(stderr, "%s: fails: ", s->in->file ? s->in->file : "-");
	print_failure(&s->first, stderr);
	(void)fputc('\n', stderr);
}

/* The description in one line, as a trace has it. */
static char *one_line(char *text)
{
	char *c;

	for (c = text; *c; c++) {
		if (*c == '#')
			memset(c, ' ', strcspn(c, "\n"));
		if (*c == '\n')
			*c = ' ';
	}
	return text;
}

/* The machine becomes part of the trace, where it can be shrunk; a machine that
 * does not boot is complained about here. */
static int settle_machine(struct mm_trace *t, const char *machine)
{
	struct session s;
	int status = session_open(&s, t, machine, false);

	if (status)
		return status;
	t->machine = mm_trace_keep(t, s.description, strlen(s.description));
	session_close(&s);
	if (!t->machine)
		return STATUS_OUR_FAULT;
	(void)one_line(t->machine);
	return STATUS_OK;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static int finish(const struct shrink_args *a, const struct shrinker *s, const char *file,
		  bool folder)
{
	const char *out = a->out ? a->out : folder ? file : NULL;
	int status;

	say_result(s);
	if (!out)
		return print_trace(s, "-", stdout) ? STATUS_BAD_INPUT : STATUS_OK;
	status = folder && !a->out ? write_folder(s, a->file) : shrinker_write(s, out);
	if (!status)
		(void)fprintf(stderr, "wrote: %s\nreplay: mmref check %s\n", out, out);
	return status;
}

static int shrink_file(const struct shrink_args *a, const char *file, bool folder,
		       struct mm_trace *t)
{
	struct shrinker s = {
		.in = t, .seconds = (double)a->budget, .what = "shrink", .begins = say_failure};
	int status = load_trace(t, file, a->target);

	if (!status)
		status = settle_machine(t, a->machine);
	if (!status)
		status = shrinker_run(&s);
	if (status) {
		mm_trace_free(&s.out);
		return status;
	}
	if (s.first.kind == VERDICT_PASSES) {
		(void)fprintf(stderr, "mmref shrink: %s: does not fail\n", file);
		status = STATUS_NOTHING;
	} else if (s.engine.end == MM_SHRINK_FLAKY) {
		(void)fprintf(stderr,
			      "mmref shrink: %s: fails in changing ways: %s, then %s; nothing is "
			      "written\n",
			      file, s.first.what, s.last.what[0] ? s.last.what : "not at all");
		status = STATUS_FINDING;
	} else {
		status = finish(a, &s, file, folder);
	}
	mm_trace_free(&s.out);
	return status;
}

int command_shrink(int argc, char **argv)
{
	struct shrink_args a;
	struct mm_trace t;
	char path[4096];
	bool folder;
	int status = parse_args(&a, argc, argv);

	if (status || !a.file)
		return status;
	folder = is_folder(a.file);
	(void)snprintf(path, sizeof(path), "%s%s", a.file, folder ? "/trace.ops" : "");
	mm_trace_init(&t);
	status = shrink_file(&a, path, folder, &t);
	mm_trace_free(&t);
	return status;
}

void shrink_kept(const char *trace, double seconds)
{
	struct mm_error e = {trace, 0, 0, ""};
	struct shrinker s = {.seconds = seconds};
	struct mm_trace t;
	char folder[4096];
	char *slash;

	(void)snprintf(folder, sizeof(folder), "%s", trace);
	slash = strrchr(folder, '/');
	mm_trace_init(&t);
	if (slash)
		(void)snprintf(slash, sizeof(folder) - (size_t)(slash - folder), "/original.ops");
	if (access(folder, F_OK) == 0)
		return; /* found before, and small already */
	if (slash && mm_trace_load(&t, trace, &e) == 0 && settle_machine(&t, NULL) == 0) {
		*slash = '\0';
		s.in = &t;
		if (shrinker_run(&s))
			(void)fprintf(stderr, "mmref: %s stays as it is\n", trace);
		else if (s.first.kind == VERDICT_PASSES || s.engine.end == MM_SHRINK_FLAKY)
			(void)fprintf(stderr, "not shrunk: it does not fail alone\n");
		else if (write_folder(&s, folder) == 0)
			say_result(&s);
		mm_trace_free(&s.out);
	}
	mm_trace_free(&t);
}
