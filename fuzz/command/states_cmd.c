/* SPDX-License-Identifier: MIT */
/*
 * states_cmd: `mmref states` counts which states of the allocator traces and
 * random inputs reach.  It judges nothing: `mmref check` does.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/trace/exec.h"
#include "fuzz/trace/states.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct states_args {
	struct words paths;
	const char *target; /* files are its bytes */
	const char *blind;  /* targets of random inputs, separated by commas */
	uint64_t runs;
	uint64_t seed;
	uint64_t min; /* states that have to be met */
	struct mm_states states;
	uint64_t traces;
	int status;
	struct progress progress;
};

static const struct command_option options[] = {
	OPTION_TEXT("bytes", "TARGET", WORD_TARGET, struct states_args, target,
		    "read the files as a fuzzer's bytes for this target"),
	OPTION_TEXT("blind", "TARGET[,TARGET]", WORD_TARGET, struct states_args, blind,
		    "random inputs of these targets too"),
	OPTION_NUMBER("runs", "N", struct states_args, runs, 0, "so many of each; 10000"),
	OPTION_NUMBER("seed", "N", struct states_args, seed, 0, "which they follow from; 1"),
	OPTION_NUMBER("min", "N", struct states_args, min, 0,
		      "fewer states than this are a finding: status 1"),
	OPTION_END,
};

static const struct command_word words[] = {
	{"FILE|FOLDER", WORD_TRACE, true, true, FORM_WORDS(struct states_args, paths), NULL, NULL},
	WORD_END,
};

const struct command_form states_form = {
	options, words,
	"A state is what a request met: order, mobility, pages on its CPU's lists (none kept,\n"
	"empty, up to a batch, below high, high or more), and where its block came from: its\n"
	"own type, stolen, claimed with its pageblock, or nowhere.\n",
	"mmref states corpus\nwhat the traces reach\n"
	"mmref states --blind page_alloc --runs 100000\nwhat random operations reach\n"};

static void worse(struct states_args *a, int status)
{
	if (a->status == STATUS_OK)
		a->status = status;
}

static void count_file(void *env, const char *path)
{
	struct states_args *a = env;
	struct mm_states_watch w;
	struct mm_run_options o;
	struct mm_trace t;
	struct session s;
	int status;

	memset(&o, 0, sizeof(o));
	mm_trace_init(&t);
	status = load_trace(&t, path, a->target);
	if (!status)
		status = session_open(&s, &t, NULL, false);
	if (!status) {
		death_watch(s.run);
		if (mm_states_watch(&w, &a->states, s.m)) {
			status = STATUS_OUR_FAULT;
		} else {
			mm_run_reset(s.run); /* its contexts learn of the listener */
			if (mm_run_trace(s.run, &t, &o))
				status = STATUS_OUR_FAULT;
			mm_states_unwatch(&w, s.m);
		}
		death_watch(NULL);
		session_close(&s);
		a->traces++;
	}
	if (status)
		worse(a, status);
	progress_step(&a->progress, a->traces, 0);
	mm_trace_free(&t);
}

static int count_inputs(struct states_args *a, struct mm_exec *x)
{
	uint64_t i;

	for (i = 0; i < a->runs; i++) {
		if (!mm_exec_blind(x, a->seed, i))
			return STATUS_OUR_FAULT;
		progress_step(&a->progress, i, a->runs);
	}
	a->traces += a->runs;
	return STATUS_OK;
}

static int count_target(struct states_args *a, const char *target)
{
	struct mm_states_watch w[MM_TARGET_MACHINES_MAX];
	struct mm_error e = {NULL, 0, 0, ""};
	struct mm_exec *x = mm_exec_create(target, &e);
	int status = STATUS_OK;
	int i;

	if (!x)
		return bad_input(&e) == STATUS_BAD_INPUT ? STATUS_USAGE : STATUS_OUR_FAULT;
	for (i = 0; i < x->target.nr_machines; i++) {
		if (mm_states_watch(&w[i], &a->states, x->m[i]))
			status = STATUS_OUR_FAULT;
	}
	if (!status)
		status = count_inputs(a, x);
	for (i = 0; i < x->target.nr_machines; i++)
		mm_states_unwatch(&w[i], x->m[i]);
	mm_exec_destroy(x);
	return status;
}

static int count_blind(struct states_args *a)
{
	const char *at = a->blind;
	int status = STATUS_OK;

	while (*at && !status) {
		char target[64];
		size_t len = strcspn(at, ",");

		(void)snprintf(target, sizeof(target), "%.*s", (int)len, at);
		status = count_target(a, target);
		at += len + (at[len] == ',');
	}
	return status;
}

/* The table, the sum, and the verdict. */
static int report(struct states_args *a)
{
	uint64_t met;
	uint64_t possible;

	mm_states_count(&a->states, &met, &possible);
	mm_states_print(&a->states, stdout);
	(void)printf("%" PRIu64 " traces met %" PRIu64 " of %" PRIu64 " states (%.1f %%)\n",
		     a->traces, met, possible, 100.0 * (double)met / (double)possible);
	if (met >= a->min)
		return STATUS_OK;
	(void)fprintf(stderr,
		      "mmref states: %" PRIu64 " states were met, at least %" PRIu64
		      " were wanted\n",
		      met, a->min);
	return STATUS_FINDING;
}

int command_states(int argc, char **argv)
{
	struct states_args a;
	struct trace_walk walk = {count_file, &a, false};
	int status;
	int i;

	memset(&a, 0, sizeof(a));
	a.runs = 10000;
	a.seed = 1;
	status = form_parse(&states_form, &a, argc, argv);
	if (status)
		return status;
	if (!a.paths.nr && !a.blind)
		return usage_error("states", "no trace, and no target of random inputs (--blind)");
	walk.any_name = a.target != NULL;
	progress_start(&a.progress, "states");
	for (i = 0; i < a.paths.nr; i++)
		worse(&a, each_trace(a.paths.word[i], &walk));
	if (a.blind)
		worse(&a, count_blind(&a));
	progress_end(&a.progress);
	if (!a.traces && !a.status) {
		(void)fprintf(stderr, "mmref states: no trace (*.ops) found\n");
		return STATUS_NOTHING;
	}
	return a.status ? a.status : report(&a);
}
