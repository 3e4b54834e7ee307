/* SPDX-License-Identifier: MIT */
/*
 * check_cmd: `mmref check` judges traces and is quiet about good ones.
 *
 * Each trace runs twice, on a fresh machine and on the same one after a reset;
 * both must end in the same digest.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"

#include <inttypes.h>
#include <string.h>

struct check_args {
	struct words paths;
	const char *machine;
	const char *target;
	bool verbose;
	uint64_t traces;
	uint64_t ops;
	uint64_t checks;
	uint64_t findings;
	int status; /* worst so far */
	struct progress progress;
};

static const struct command_option options[] = {
	OPTION_FLAG("v", struct check_args, verbose, "a line for each good trace, with its digest"),
	OPTION_TEXT("m", "MACHINE", WORD_MACHINE, struct check_args, machine,
		    "judge on this machine, not on the traces'"),
	OPTION_TEXT("bytes", "TARGET", WORD_TARGET, struct check_args, target,
		    "read the files as a fuzzer's bytes for this target"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_MANY("FILE|FOLDER", WORD_TRACE, struct check_args, paths, "no trace given"),
	WORD_END,
};

const struct command_form check_form = {
	options, words,
	"Each trace runs twice, on a fresh machine and on a reset one; both must end in the\n"
	"same digest.  In folders the files *.ops are taken, with --bytes all.\n",
	"mmref check -v corpus/phys\njudge all traces below a folder\n"};

static void worse(struct check_args *a, int status)
{
	/* a finding outranks a file that could not be read */
	if (status == STATUS_FINDING || a->status == STATUS_OK)
		a->status = status;
}

static void check_file(void *env, const char *path)
{
	struct check_args *a = env;
	struct mm_trace t;
	struct session s;
	uint64_t digest = 0;
	int status;

	mm_trace_init(&t);
	status = load_trace(&t, path, a->target);
	if (!status)
		status = session_open(&s, &t, a->machine, true);
	if (!status) {
		status = session_judge(&s, &t, &digest);
		if (status == STATUS_FINDING)
			(void)report_finding(s.run, &t);
		a->traces++;
		a->ops += s.run->stats.ops;
		a->checks += s.checker->report.checks;
		if (a->verbose && !status)
			(void)printf("%s: ok, %" PRIu64 " operations, digest 0x%016" PRIx64 "\n",
				     path, s.run->stats.ops, digest);
		session_close(&s);
	}
	if (status) {
		worse(a, status);
		a->findings += status == STATUS_FINDING;
	}
	progress_step(&a->progress, a->traces, 0);
	mm_trace_free(&t);
}

static void walk(struct check_args *a, const char *path)
{
	const struct trace_walk w = {check_file, a, a->target != NULL};
	int status = each_trace(path, &w);

	if (status)
		worse(a, status);
}

int command_check(int argc, char **argv)
{
	struct check_args a;
	int status;
	int i;

	memset(&a, 0, sizeof(a));
	status = form_parse(&check_form, &a, argc, argv);
	if (status)
		return status;
	progress_start(&a.progress, "check");
	for (i = 0; i < a.paths.nr; i++)
		walk(&a, a.paths.word[i]);
	progress_end(&a.progress);
	if (!a.traces && !a.status) {
		(void)fprintf(stderr, "mmref check: no trace (*.ops) found\n");
		return STATUS_NOTHING;
	}
	(void)printf("%" PRIu64 " traces, %" PRIu64 " operations, %" PRIu64 " checks: ", a.traces,
		     a.ops, a.checks);
	if (a.findings)
		(void)printf("%" PRIu64 " with a finding\n", a.findings);
	else
		(void)printf("%s\n", a.status ? "not all could be read" : "ok");
	return a.status;
}
