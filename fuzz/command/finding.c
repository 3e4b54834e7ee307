/* SPDX-License-Identifier: MIT */
/*
 * finding: what a broken claim, a missed expectation or a crash leaves behind.
 *
 *     .mmref-fail/CLAIM-OPERATION/  trace.ops machine report.txt trail.txt env.json
 *                                   target: only what a search found
 *
 * The id (claim and kind of operation) is the folder: a second finding of the
 * same kind replaces nothing, the first one stays; but what a search found takes
 * the place of what was only judged, which has a file elsewhere.  The last line
 * printed is always the command that replays it.
 *
 * The death callback runs in a signal handler or in a dying sanitizer; it uses
 * stdio all the same, because the process is lost and a partial report is
 * better than none.
 */
#include "fuzz/command/command.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define FAIL_FOLDER ".mmref-fail"
#define SHOWN_OPS   12
#define SHARED_LEN  4096

static const struct mm_run *watched;
static double shrink_seconds;
static char replay_words[64] = "check"; /* subcommand and options that replay */
static char *shared_kept;               /* where a dying child says what it kept */
static const char *searched;            /* the target under search; NULL: none is */

const char *finding_share(void)
{
	if (!shared_kept) {
		void *page = mmap(NULL, SHARED_LEN, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		shared_kept = page == MAP_FAILED ? NULL : page;
	}
	if (shared_kept)
		shared_kept[0] = '\0';
	return shared_kept;
}

void finding_shrinks(double seconds)
{
	shrink_seconds = seconds;
}

void finding_of_search(const char *target)
{
	searched = target;
}

void finding_replays(const char *words)
{
	(void)snprintf(replay_words, sizeof(replay_words), "%s", words);
}

/* The operation a finding belongs to: the last that ran. */
static size_t last_op(const struct mm_run *r, size_t pos)
{
	const struct mm_trace *t = r->trace;

	return pos < t->nr ? pos : t->nr ? t->nr - 1 : 0;
}

static const char *op_name(const struct mm_run *r, size_t pos)
{
	return r->trace->nr ? mm_optable_get(r->trace->ops[last_op(r, pos)].op)->name : "none";
}

void finding_moment(const struct mm_run *r, size_t pos, uint32_t line, FILE *out)
{
	const struct mm_trace *t = r->trace;
	const char *file = t->file ? t->file : "trace";
	char text[512];

	if (!line && t->nr)
		line = t->ops[last_op(r, pos)].line;
	if (line)
		(void)fprintf(out, "%s:%u: ", file, line);
	else
		(void)fprintf(out, "%s: ", file);
	if (pos < t->nr) {
		(void)mm_trace_print_op(t, pos, text, sizeof(text));
		(void)fprintf(out, "@%zu: %s", pos, text);
	} else {
		(void)fprintf(out, "@%zu: at the end", t->nr);
	}
}

static int save_trace(const struct mm_trace *t, const char *path)
{
	FILE *f = fopen(path, "w");
	int err;

	if (!f)
		return -MM_EIO;
	err = mm_trace_print_judged(t, f);
	return fclose(f) || err ? -MM_EIO : 0;
}

int finding_save_text(const char *folder, const char *name, const char *text)
{
	char path[512];
	FILE *f;
	int bad;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	if (!f)
		return -MM_EIO;
	bad = fputs(text, f) < 0;
	return fclose(f) || bad ? -MM_EIO : 0;
}

static int save_env(uint64_t digest, const char *folder)
{
	struct utsname u;
	char text[1024];

	if (uname(&u))
		memset(&u, 0, sizeof(u));
	(void)snprintf(text, sizeof(text),
		       "{\"type\":\"env\",\"version\":1,\"data\":{\"system\":\"%s\",\"release\":"
		       "\"%s\",\"machine\":\"%s\",\"compiler\":\"%s\",\"digest\":\"0x%016" PRIx64
		       "\"}}\n",
		       u.sysname, u.release, u.machine, __VERSION__, digest);
	return finding_save_text(folder, "env.json", text);
}

bool finding_is_searched(const char *folder)
{
	char path[512];

	return snprintf(path, sizeof(path), "%s/target", folder) < (int)sizeof(path) &&
	       access(path, R_OK) == 0;
}

/* Is there one of its kind?  One that was only judged makes room for a search's. */
static bool stays(const char *folder, const char *path)
{
	char original[512];

	if (!searched || finding_is_searched(folder))
		return access(path, F_OK) == 0;
	(void)snprintf(original, sizeof(original), "%s/original.ops", folder);
	(void)unlink(original);
	(void)unlink(path);
	return false;
}

int finding_keep(const struct kept *k, char *trace, size_t len)
{
	const char *machine = k->trace->machine ? k->trace->machine : "";
	char folder[300];
	int err;

	(void)snprintf(folder, sizeof(folder), "%s/%s-%s", FAIL_FOLDER, k->id, k->op);
	(void)snprintf(trace, len, "%s/trace.ops", folder);
	if ((mkdir(FAIL_FOLDER, 0777) && errno != EEXIST) ||
	    (mkdir(folder, 0777) && errno != EEXIST)) {
		(void)fprintf(stderr, "mmref: %s: cannot be made: %s\n", folder, strerror(errno));
		return -MM_EIO;
	}
	if (stays(folder, trace))
		return 0;
	err = save_trace(k->trace, trace);
	if (!err)
		err = finding_save_text(folder, "report.txt", k->report);
	if (!err)
		err = finding_save_text(folder, "machine", machine);
	if (!err)
		err = save_env(k->digest, folder);
	if (!err && searched)
		err = finding_save_text(folder, "target", searched);
	if (err)
		(void)fprintf(stderr, "mmref: %s: cannot be written (disk full?)\n", folder);
	else if (k->trail)
		finding_save_trail(folder, k->trace);
	return err;
}

/* Operations up to and with pos, on the run's machine; trace: where.  A dying
 * process starts no other for the trail. */
static void save_finding(const struct mm_run *r, size_t pos, const char *claim, const char *report,
			 char *trace, size_t len)
{
	struct mm_trace cut = *r->trace;
	struct kept k = {claim, op_name(r, pos), &cut, report, mm_machine_digest_sweep(r->m),
			 false};

	k.trail = r->finding != MM_FINDING_NONE;

	if (pos < cut.nr)
		cut.nr = pos + 1;
	if (finding_keep(&k, trace, len) && access(trace, F_OK))
		(void)snprintf(trace, len, "%s", r->trace->file ? r->trace->file : "-");
}

static void print_replay(const struct mm_run *r, const char *trace, FILE *out)
{
	const struct mm_trace *t = r->trace;

	/* a text file replays itself; bytes and streams replay what was kept */
	if (t->file && t->nr && t->ops[0].line && access(t->file, R_OK) == 0)
		(void)fprintf(out, "replay: mmref %s %s\n", replay_words, t->file);
	else
		(void)fprintf(out, "replay: mmref %s %s\n", replay_words, trace);
}

int report_finding(const struct mm_run *r, const struct mm_trace *t)
{
	char report[1024];
	char trace[400];
	FILE *f = fmemopen(report, sizeof(report), "w");

	(void)t;
	if (f) {
		finding_moment(r, r->finding_pos, r->finding_line, f);
		(void)fprintf(f, "\n  %s: %s\n  digest 0x%016" PRIx64 "\n", r->claim, r->text,
			      mm_machine_digest_sweep(r->m));
		(void)fclose(f);
		(void)fflush(stdout);
		(void)fputs(report, stderr);
	}
	save_finding(r, r->finding_pos, r->claim, f ? report : "", trace, sizeof(trace));
	if (shrink_seconds > 0)
		shrink_kept(trace, shrink_seconds);
	(void)fprintf(stderr, "kept: %s\n", trace);
	print_replay(r, trace, stderr);
	return STATUS_FINDING;
}

/* ---- death ---- */

void death_watch(const struct mm_run *r)
{
	watched = r;
}

static void die_with_report(const char *why)
{
	const struct mm_run *r = watched;
	char report[512];
	char trace[400];
	char text[512];
	size_t i;

	watched = NULL; /* once only */
	if (!r || !r->trace)
		return;
	(void)fprintf(stderr, "\n%s\nmmref: the process died (%s) at\n", "----", why);
	finding_moment(r, r->pos, 0, stderr);
	(void)fprintf(stderr, "\nlast operations of the trace so far:\n");
	i = r->pos >= SHOWN_OPS ? r->pos - SHOWN_OPS + 1 : 0;
	for (; i <= r->pos && i < r->trace->nr; i++) {
		(void)mm_trace_print_op(r->trace, i, text, sizeof(text));
		(void)fprintf(stderr, "  %s\n", text);
	}
	(void)snprintf(report, sizeof(report), "died: %s at operation %zu\n", why, r->pos);
	save_finding(r, r->pos, why, report, trace, sizeof(trace));
	if (shared_kept)
		(void)snprintf(shared_kept, SHARED_LEN, "%s", trace);
	print_replay(r, trace, stderr);
	(void)fflush(stderr);
}

const char *signal_word(int sig)
{
	switch (sig) {
	case SIGSEGV:
		return "SIGSEGV";
	case SIGBUS:
		return "SIGBUS";
	case SIGFPE:
		return "SIGFPE";
	case SIGILL:
		return "SIGILL";
	case SIGABRT:
		return "SIGABRT";
	case SIGKILL:
		return "SIGKILL";
	case SIGALRM:
		return "timeout";
	default:
		return "signal";
	}
}

static void on_signal(int sig)
{
	int status = watched ? STATUS_FINDING : STATUS_OUR_FAULT;

	die_with_report(signal_word(sig));
	_exit(status);
}

static void on_sanitizer_death(void)
{
	die_with_report("sanitizer");
}

/* Present in sanitized builds only, under the name they gave it. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* Undefined behaviour is reported by a runtime that may know no callback: let
 * it end in a signal. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
const char *__ubsan_default_options(void);

/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
const char *__ubsan_default_options(void)
{
	return "abort_on_error=1";
}

static void handle_deaths(void (*handler)(int sig))
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* a sanitizer reports memory faults better than we do, then calls back */
		if (__sanitizer_set_death_callback && signals[i] != SIGALRM &&
		    signals[i] != SIGABRT)
			continue;
		(void)signal(signals[i], handler);
	}
}

void death_install(void)
{
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(on_sanitizer_death);
	handle_deaths(on_signal);
}

void death_uninstall(void)
{
	watched = NULL;
	handle_deaths(SIG_DFL);
}

void death_timeout(unsigned int seconds)
{
	(void)alarm(seconds);
}
