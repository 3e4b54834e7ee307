/* SPDX-License-Identifier: MIT */
/*
 * sweep_cmd: `mmref sweep` lets every allocation of a trace fail once.
 *
 * One run counts the fail points, then there is one for each of them.  What is found
 * is kept with a fail_nth in the right place where that shows it too, so that other
 * subcommands can take it from there.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/trace/sweep.h"

#include <inttypes.h>
#include <string.h>

struct sweep_args {
	struct words paths;
	const char *machine;
	uint64_t nth;
	uint64_t max;
	bool verbose;

	uint64_t traces;
	uint64_t points;
	uint64_t runs;
	uint64_t refused;
	uint64_t findings;
	int status; /* worst so far */
	struct progress progress;
};

static const struct command_option options[] = {
	OPTION_FLAG("v", struct sweep_args, verbose, "a line for each good trace"),
	OPTION_TEXT("m", "MACHINE", WORD_MACHINE, struct sweep_args, machine,
		    "on this machine, not on the traces'"),
	OPTION_NUMBER("nth", "N", struct sweep_args, nth, 0, "only the N-th fail point of each"),
	OPTION_NUMBER("max", "N", struct sweep_args, max, 0,
		      "at most N fail points of each trace, evenly spread"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_MANY("FILE|FOLDER", WORD_TRACE, struct sweep_args, paths, "no trace given"),
	WORD_END,
};

const struct command_form sweep_form = {
	options, words,
	"A trace runs once to count its fail points, and once more for each of them, which is\n"
	"then told to fail.  The operation it is in must leave the machine as it was when it\n"
	"answers an error, all claims must hold to the end of the trace, every frame must come\n"
	"back, and each fail point must have had its turn.\n",
	"mmref sweep corpus/phys/page_alloc/seed\n"
	"each allocation of each trace there fails once\n"
	"mmref sweep --nth 3 corpus/phys/buddy/seed/a-block-about-to-merge-is-used-last.ops\n"
	"the third alone, for a debugger\n"};

static void worse(struct sweep_args *a, int status)
{
	if (status == STATUS_FINDING || a->status == STATUS_OK)
		a->status = status;
}

/* Does a trace with a fail_nth show it as well?  Then that is kept. */
static bool shows_too(struct session *s, const struct mm_trace *t)
{
	struct mm_run_options o = judge_all_options();

	mm_run_reset(s->run);
	return mm_run_trace(s->run, t, &o) == 0 && s->run->finding == MM_FINDING_CLAIM;
}

static void keep(struct session *s, struct mm_sweep *w, uint64_t n, const char *report)
{
	struct mm_trace made;
	struct kept k = {.id = s->run->claim, .trace = w->trace, .report = report};
	char path[400];
	bool as_trace;

	mm_trace_init(&made);
	k.digest = mm_machine_digest_sweep(s->m);
	k.op = mm_optable_get(w->trace->ops[mm_sweep_pos(w, n)].op)->name;
	as_trace = mm_sweep_as_trace(w, n, &made) == 0 && shows_too(s, &made);
	if (as_trace) {
		k.trace = &made;
		k.trail = true;
	}
	if (finding_keep(&k, path, sizeof(path)) == 0)
		(void)fprintf(stderr, "kept: %s%s\n", path,
			      as_trace ? ", which fails in `mmref check` too" : "");
	mm_trace_free(&made);
}

static void report(struct session *s, struct mm_sweep *w, uint64_t n)
{
	const struct mm_run *r = s->run;
	char text[2048];
	FILE *f = fmemopen(text, sizeof(text), "w");

	if (f) {
		finding_moment(r, r->finding_pos, 0, f);
		(void)fprintf(f, "\n  %s: %s\n  with fail point %" PRIu64 " told to fail, in ",
			      r->claim, r->text, n);
		finding_moment(r, mm_sweep_pos(w, n), 0, f);
		(void)fprintf(f, "\n  digest 0x%016" PRIx64 "\n", mm_machine_digest_sweep(r->m));
		(void)fclose(f);
	}
	(void)fflush(stdout);
	(void)fputs(f ? text : "", stderr);
	keep(s, w, n, f ? text : "");
	(void)fprintf(stderr, "replay: mmref sweep --nth %" PRIu64 " %s\n", n,
		      w->trace->file ? w->trace->file : "-");
}

/* The i-th of those that are asked for; 0: there are no more. */
static uint64_t nth_of(const struct sweep_args *a, const struct mm_sweep *w, uint64_t i)
{
	if (a->nth)
		return i == 0 && a->nth <= w->points ? a->nth : 0;
	if (a->max && a->max < w->points)
		return i < a->max ? 1 + i * (w->points - 1) / (a->max > 1 ? a->max - 1 : 1) : 0;
	return i < w->points ? i + 1 : 0;
}

static int sweep_points(struct sweep_args *a, struct session *s, struct mm_sweep *w)
{
	uint64_t n;
	uint64_t i;

	for (i = 0; (n = nth_of(a, w, i)) != 0; i++) {
		char words_of[40];

		(void)snprintf(words_of, sizeof(words_of), "sweep --nth %" PRIu64, n);
		finding_replays(words_of);
		death_watch(s->run);
		if (mm_sweep_one(w, n))
			return STATUS_OUR_FAULT;
		death_watch(NULL);
		if (s->run->finding && s->run->finding != MM_FINDING_STOP) {
			report(s, w, n);
			return STATUS_FINDING;
		}
		progress_step(&a->progress, a->runs + w->runs, 0);
	}
	return STATUS_OK;
}

/* First as it is: what fails without our doing is reported as `mmref check` does. */
static int sweep_trace(struct sweep_args *a, struct session *s, const struct mm_trace *t)
{
	struct mm_sweep w;
	int status = STATUS_OUR_FAULT;

	finding_replays("check");
	death_watch(s->run);
	if (mm_sweep_begin(&w, s->run, t) == 0) {
		death_watch(NULL);
		if (s->run->finding && s->run->finding != MM_FINDING_STOP)
			status = report_finding(s->run, t);
		else
			status = sweep_points(a, s, &w);
	}
	death_watch(NULL);
	a->traces++;
	a->points += w.points;
	a->runs += w.runs;
	a->refused += w.refused;
	if (a->verbose && !status)
		(void)printf("%s: ok, %" PRIu64 " of %" PRIu64 " fail points told to fail\n",
			     t->file ? t->file : "trace", w.runs, w.points);
	mm_sweep_end(&w);
	return status;
}

static void sweep_file(void *env, const char *path)
{
	struct sweep_args *a = env;
	struct mm_trace t;
	struct session s;
	int status;

	mm_trace_init(&t);
	status = load_trace(&t, path, NULL);
	if (!status)
		status = session_open(&s, &t, a->machine, true);
	if (!status) {
		status = sweep_trace(a, &s, &t);
		session_close(&s);
	}
	if (status) {
		worse(a, status);
		a->findings += status == STATUS_FINDING;
	}
	mm_trace_free(&t);
}

int command_sweep(int argc, char **argv)
{
	struct sweep_args a;
	int status;
	int i;

	memset(&a, 0, sizeof(a));
	status = form_parse(&sweep_form, &a, argc, argv);
	if (status)
		return status;
	progress_start(&a.progress, "sweep");
	for (i = 0; i < a.paths.nr; i++) {
		const struct trace_walk w = {sweep_file, &a, false};

		status = each_trace(a.paths.word[i], &w);
		if (status)
			worse(&a, status);
	}
	progress_end(&a.progress);
	if (!a.traces && !a.status) {
		(void)fprintf(stderr, "mmref sweep: no trace (*.ops) found\n");
		return STATUS_NOTHING;
	}
	if (!a.runs && !a.status) {
		(void)fprintf(stderr, "mmref sweep: no fail point to tell to fail\n");
		return STATUS_NOTHING;
	}
	(void)printf("%" PRIu64 " traces, %" PRIu64 " of %" PRIu64
		     " fail points told to fail, %" PRIu64 " operations answered an error: ",
		     a.traces, a.runs, a.points, a.refused);
	if (a.findings)
		(void)printf("%" PRIu64 " with a finding\n", a.findings);
	else
		(void)printf("%s\n", a.status ? "not all could be read" : "ok");
	return a.status;
}
