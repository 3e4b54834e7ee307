/* SPDX-License-Identifier: MIT */
/*
 * run_cmd: `mmref run` shows what a trace does.  Its output is again a trace:
 * every operation with the result it had.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"

#include <inttypes.h>
#include <string.h>

struct run_args {
	const char *file;
	const char *machine;
	const char *target;
	bool check;
	bool quiet;
	bool summary;
};

static const struct command_option options[] = {
	OPTION_FLAG("check", struct run_args, check,
		    "judge expectations, models and claims after every operation"),
	OPTION_FLAG("quiet", struct run_args, quiet, "do not print the operations"),
	OPTION_FLAG("summary", struct run_args, summary,
		    "print counts, free memory, time and digest at the end"),
	OPTION_TEXT("m", "MACHINE", WORD_MACHINE, struct run_args, machine,
		    "run on this machine, not on the trace's"),
	OPTION_TEXT("bytes", "TARGET", WORD_TARGET, struct run_args, target,
		    "read the file as a fuzzer's bytes for this target"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_ONE("FILE", WORD_TRACE, struct run_args, file, "no trace given"),
	WORD_END,
};

const struct command_form run_form = {
	options, words,
	"The output is again a trace: each operation with the result it had.  `mmref check`\n"
	"takes many traces, and folders of them.\n",
	"mmref run --quiet --check --summary git_log.ops\n"
	"replay a long trace with every claim checked, and sum it up\n"};

static void step(void *env, size_t done, size_t total)
{
	progress_step(env, done, total);
}

static int run_trace(const struct run_args *a, const struct mm_trace *t)
{
	struct mm_run_options o = judge_all_options();
	struct progress p;
	struct session s;
	double start;
	double spent;
	int status = session_open(&s, t, a->machine, a->check);

	if (status)
		return status;
	o.expect = a->check;
	o.teardown = false; /* the state at the end is what people want to see */
	o.echo = a->quiet ? NULL : stdout;
	o.progress = step;
	o.progress_every = 4096;
	o.env = &p;
	if (!a->quiet)
		(void)printf("machine %s\n", s.description);
	progress_start(&p, a->file);
	death_watch(s.run);
	start = cpu_seconds();
	if (mm_run_trace(s.run, t, &o)) {
		(void)fprintf(stderr, "mmref: no host memory for the handles\n");
		status = STATUS_OUR_FAULT;
	}
	spent = cpu_seconds() - start;
	death_watch(NULL);
	progress_end(&p);
	if (!status && s.run->finding == MM_FINDING_STOP)
		(void)printf("# Linux would stop here: %s\n", s.run->claim);
	else if (!status && s.run->finding)
		status = report_finding(s.run, t);
	if (!status && a->summary)
		print_summary(s.run, spent, stdout);
	session_close(&s);
	return status;
}

int command_run(int argc, char **argv)
{
	struct run_args a = {0};
	struct mm_trace t;
	int status = form_parse(&run_form, &a, argc, argv);

	if (status)
		return status;
	mm_trace_init(&t);
	status = load_trace(&t, a.file, a.target);
	if (!status)
		status = run_trace(&a, &t);
	mm_trace_free(&t);
	return status;
}
