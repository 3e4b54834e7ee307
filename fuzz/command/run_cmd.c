/* SPDX-License-Identifier: MIT */
/*
 * run_cmd: `mmref run` shows what a trace does.  Its output is again a trace:
 * every operation with the result it had.
 */
#include "fuzz/command/command.h"

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

static int parse_args(struct run_args *a, int argc, char **argv)
{
	int i;

	memset(a, 0, sizeof(*a));
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--check") == 0)
			a->check = true;
		else if (strcmp(argv[i], "--quiet") == 0)
			a->quiet = true;
		else if (strcmp(argv[i], "--summary") == 0)
			a->summary = true;
		else if (strcmp(argv[i], "-m") == 0 && i + 1 < argc)
			a->machine = argv[++i];
		else if (strcmp(argv[i], "--bytes") == 0 && i + 1 < argc)
			a->target = argv[++i];
		else if (argv[i][0] == '-' && argv[i][1])
			return usage_error("run", "unknown or incomplete option %s", argv[i]);
		else if (a->file)
			return usage_error("run", "one trace at a time; `mmref check` takes many");
		else
			a->file = argv[i];
	}
	return a->file ? STATUS_OK : usage_error("run", "no trace given");
}

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
	struct run_args a;
	struct mm_trace t;
	int status = parse_args(&a, argc, argv);

	if (status)
		return status;
	mm_trace_init(&t);
	status = load_trace(&t, a.file, a.target);
	if (!status)
		status = run_trace(&a, &t);
	mm_trace_free(&t);
	return status;
}
