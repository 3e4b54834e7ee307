/* SPDX-License-Identifier: MIT */
/*
 * triage_cmd: `mmref triage` turns what fuzzers left in a folder into a list of
 * bugs: a bucket each, with its shortest trace and the command that replays it.
 */
#include "fuzz/command/form.h"
#include "fuzz/command/triage.h"

#include <string.h>
#include <unistd.h>

#define JOBS_DEFAULT    2
#define TIMEOUT_DEFAULT 10
#define MEMORY_DEFAULT  1024
#define RUNS_DEFAULT    2
#define BUDGET_DEFAULT  20

static const struct command_option options[] = {
	OPTION_TEXT("out", "FOLDER", WORD_FILE, struct triage_args, out,
		    "put the results there; .mmref-triage"),
	OPTION_TEXT("target", "TARGET", WORD_TARGET, struct triage_args, target,
		    "of which bytes are; else the names of folders and files say so"),
	OPTION_TEXT("known", "FILE|FOLDER", WORD_FILE, struct triage_args, known,
		    "buckets of this report.json, or of traces that lie there, are not new"),
	OPTION_NUMBER("jobs", "N", struct triage_args, jobs, 256, "processes at a time; 2"),
	OPTION_NUMBER("timeout", "SECONDS", struct triage_args, timeout, 3600,
		      "CPU time of a run; more is a hang; 10"),
	OPTION_NUMBER("memory", "MIB", struct triage_args, memory, 1 << 20,
		      "resident memory of a run; more is out of memory; 1024"),
	OPTION_NUMBER("runs", "N", struct triage_args, runs, 100,
		      "of each artefact; those that differ are flaky; 2"),
	OPTION_NUMBER("budget", "SECONDS", struct triage_args, budget, 0,
		      "shrink a bucket so long at most; 20; 0: do not"),
	OPTION_FLAG("json", struct triage_args, json, "print report.json"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_ONE("FOLDER", WORD_FILE, struct triage_args, folder, "no folder given"),
	WORD_END,
};

const struct command_form triage_form = {
	options, words,
	"FOLDER holds what fuzzers left, at any depth: libFuzzer's crash-*, timeout-*, oom-*,\n"
	"slow-unit-*, AFL++'s crashes/id:* and hangs/id:*, findings (.mmref-fail), traces, bytes.\n"
	"Each artefact ends in one bucket, or in a list: does not fail, flaky, refused,\n"
	"unreadable, unattributed.  OUT/report.md is for people, OUT/report.json for programs.\n"
	"It ends with 0 when nothing fails, 1 when something does, 3 when nothing does and not\n"
	"all could be judged, 4 when there is no artefact, or it was interrupted before one\n"
	"failed.\n",
	"mmref triage artefacts --target buddy\nsort what a fuzzer of buddy found\n"};

static int parse_args(struct triage_args *a, int argc, char **argv)
{
	int status;

	a->jobs = JOBS_DEFAULT;
	a->timeout = TIMEOUT_DEFAULT;
	a->memory = MEMORY_DEFAULT;
	a->runs = RUNS_DEFAULT;
	a->budget = BUDGET_DEFAULT;
	status = form_parse(&triage_form, a, argc, argv);
	if (status)
		return status;
	if (!a->jobs || !a->timeout || !a->memory || !a->runs)
		return usage_error("triage", "--jobs, --timeout, --memory and --runs: at least 1");
	if (a->target && !word_is_listed(WORD_TARGET, NULL, a->target))
		return usage_error("triage", "no target \"%s\"; `mmref help targets` lists them",
				   a->target);
	return STATUS_OK;
}

static void on_stop(int sig)
{
	(void)sig;
	triage_told_to_stop = 1;
}

static void catch_stops(void)
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_handler = on_stop;
	(void)sigemptyset(&a.sa_mask);
	(void)sigaction(SIGINT, &a, NULL);
	(void)sigaction(SIGTERM, &a, NULL);
}

static void say_unattributed(const struct triage *t)
{
	size_t i;

	for (i = 0; i < t->nr; i++) {
		if (!t->artefacts[i].known && t->outcomes[i].list == LIST_UNATTRIBUTED)
			(void)fprintf(stderr,
				      "mmref triage: %s: bytes of which target? Give --target, or "
				      "a name on the way a target's\n",
				      t->artefacts[i].path);
	}
}

static void say_result(const struct triage *t)
{
	size_t i;

	if (t->a.json) {
		triage_print_json(t, stdout);
		return;
	}
	for (i = 0; i < t->nr_buckets; i++)
		(void)printf("%6zu  %s%s\n", t->buckets[i].nr, t->buckets[i].key,
			     t->a.known && t->buckets[i].fresh ? "  (new)" : "");
	(void)printf("%zu artefacts: %zu in %zu buckets", triage_total(t),
		     triage_count(t, LIST_FAILS), t->nr_buckets);
	for (i = 0; i < LIST_NR; i++) {
		size_t n = triage_count(t, (enum triage_list)i);

		if (n && i != LIST_FAILS)
			(void)printf(", %zu %s", n, triage_list_name((enum triage_list)i));
	}
	(void)printf("\nreport: %s/report.md\n", t->out);
}

static int status_of(const struct triage *t)
{
	if (t->nr_buckets || triage_count(t, LIST_FLAKY))
		return STATUS_FINDING;
	if (t->interrupted)
		return STATUS_NOTHING;
	if (!t->found_all || triage_count(t, LIST_REFUSED) || triage_count(t, LIST_UNREADABLE) ||
	    triage_count(t, LIST_UNATTRIBUTED))
		return STATUS_BAD_INPUT;
	return STATUS_OK;
}

static int find_all(struct triage *t)
{
	int status = t->a.known ? triage_find_known(t) : STATUS_OK;
	int found;

	if (status)
		return status;
	found = triage_find(t, t->a.folder, false);
	if (found == STATUS_OUR_FAULT || (found && !triage_total(t)))
		return found;
	if (!triage_total(t)) {
		(void)fprintf(stderr, "mmref triage: %s: holds no artefact\n", t->a.folder);
		return STATUS_NOTHING;
	}
	t->found_all = !found;
	return triage_open_out(t);
}

/* What was found and is kept, even if not all could be looked at. */
static int triage_all(struct triage *t)
{
	int status = triage_judge(t);

	if (!status)
		status = triage_sort(t);
	if (!status && !triage_adds_up(t)) {
		(void)fprintf(stderr, "mmref triage: the counts do not add up: this is a bug\n");
		status = STATUS_OUR_FAULT;
	}
	if (!status)
		status = triage_keep(t);
	if (!status)
		status = triage_write(t, "report.json", triage_print_json);
	if (!status)
		status = triage_write(t, "report.md", triage_print_report);
	return status;
}

int command_triage(int argc, char **argv)
{
	struct triage t;
	int status;

	memset(&t, 0, sizeof(t));
	status = parse_args(&t.a, argc, argv);
	if (status)
		return status;
	catch_stops();
	triage_name_out(&t);
	status = find_all(&t);
	if (!status)
		status = triage_all(&t);
	if (!status) {
		say_unattributed(&t);
		say_result(&t);
		status = status_of(&t);
	}
	triage_free(&t);
	return status;
}
