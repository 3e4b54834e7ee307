/* SPDX-License-Identifier: MIT */
/*
 * fuzz_cmd: `mmref fuzz` searches a target.
 *
 * Two engines.  libfuzzer runs the program fuzz_TARGET that lies beside this
 * one (present in the fuzz build) and reports what it prints.  blind, always
 * there, runs random operations of the target; it learns nothing, but its
 * inputs depend on the seed alone.
 *
 * What searches found earlier and kept (.mmref-fail) is replayed first.  Traces that
 * failed when somebody judged them lie there too, and are no finding of a search.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/trace/exec.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a finding may take to be made small, in seconds. */
#define SHRINK_SECONDS 5

/* An input that runs longer than this hangs. */
#define HANG_SECONDS 25

struct fuzz_args {
	const char *target;
	const char *corpus;
	const char *engine;
	uint64_t seconds; /* 0: no limit */
	uint64_t runs;    /* 0: no limit */
	uint64_t seed;
	bool ignore_stored;
	bool no_shrink;
};

static const struct command_option options[] = {
	OPTION_NUMBER("seconds", "N", struct fuzz_args, seconds, 0,
		      "search so long; without --runs 20 seconds"),
	OPTION_NUMBER("runs", "N", struct fuzz_args, runs, 0, "at most so many inputs"),
	OPTION_NUMBER("seed", "N", struct fuzz_args, seed, 0, "of what is random; 1"),
	OPTION_TEXT("corpus", "FOLDER", WORD_FILE, struct fuzz_args, corpus,
		    "libfuzzer: inputs to begin with; new ones are put there"),
	OPTION_LISTED("engine", "ENGINE", struct fuzz_args, engine, "libfuzzer blind",
		      "libfuzzer where fuzz_TARGET lies beside mmref, else blind"),
	OPTION_FLAG("no-shrink", struct fuzz_args, no_shrink, "keep findings as they were found"),
	OPTION_FLAG("ignore-stored", struct fuzz_args, ignore_stored,
		    "do not replay first what earlier searches found"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_ONE("TARGET", WORD_TARGET, struct fuzz_args, target,
		 "no target given; `mmref help targets` lists them"),
	WORD_END,
};

const struct command_form fuzz_form = {
	options, words,
	"A finding is kept in .mmref-fail as a trace, and the last line printed replays it.\n"
	"Inputs of the blind engine follow from the seed alone.\n",
	"mmref fuzz buddy --seconds 60\nsearch for a minute\n"};

static int parse_args(struct fuzz_args *a, int argc, char **argv)
{
	int status;

	memset(a, 0, sizeof(*a));
	a->seed = 1;
	status = form_parse(&fuzz_form, a, argc, argv);
	if (!status && !a->seconds && !a->runs)
		a->seconds = 20;
	return status;
}

/* ---- the blind engine ---- */

static bool blind_goes_on(const struct fuzz_args *a, const struct mm_exec *x, double start)
{
	if (a->runs && x->executions >= a->runs)
		return false;
	/* looking at the clock each time would cost as much as an input */
	if (a->seconds && x->executions % 256 == 0)
		return wall_seconds() - start < (double)a->seconds;
	return true;
}

static int blind_loop(const struct fuzz_args *a, struct mm_exec *x, struct progress *p)
{
	double start = wall_seconds();

	while (blind_goes_on(a, x, start)) {
		const struct mm_run *r;

		if (x->executions % 1024 == 0) {
			death_timeout(HANG_SECONDS);
			progress_step(p, x->executions, a->runs);
		}
		death_watch(x->run[0]);
		r = mm_exec_blind(x, a->seed, x->executions);
		if (!r)
			return STATUS_OUR_FAULT;
		if (r->finding && r->finding != MM_FINDING_STOP) {
			death_timeout(0);
			(void)printf("found after %" PRIu64 " executions\n", x->executions);
			return report_finding(r, r->trace);
		}
	}
	return STATUS_OK;
}

static int fuzz_blind(const struct fuzz_args *a)
{
	struct mm_error e = {NULL, 0, 0, ""};
	struct mm_exec *x = mm_exec_create(a->target, &e);
	struct progress p;
	double start = wall_seconds();
	double spent;
	int status;

	if (!x)
		return bad_input(&e) == STATUS_BAD_INPUT ? STATUS_USAGE : STATUS_OUR_FAULT;
	progress_start(&p, "fuzz (blind)");
	status = blind_loop(a, x, &p);
	death_timeout(0);
	death_watch(NULL);
	progress_end(&p);
	spent = wall_seconds() - start;
	(void)printf("fuzz %s: engine blind, seed %" PRIu64 ", %" PRIu64 " executions, %" PRIu64
		     " operations in %.1f s (%.0f executions/s): %s\n",
		     a->target, a->seed, x->executions, x->operations, spent,
		     (double)x->executions / (spent > 0 ? spent : 1),
		     status ? "a finding" : "no finding");
	mm_exec_destroy(x);
	return status;
}

/* ---- libFuzzer ---- */

struct engine {
	const struct fuzz_args *a;
	struct progress progress;
	char artifact[1024];
	uint64_t executions;
	uint64_t features;
	uint64_t corpus;
};

/* What the engine says of itself, and not of a finding. */
static bool is_chatter(const char *line)
{
	static const char *const starts[] = {"INFO:",           "stat::",  "Done ", "\tNEW_FUNC",
					     "Dictionary: ",    "###### ", "\"",    "0x",
					     "artifact_prefix", "Base64:", NULL};
	size_t i;

	for (i = 0; starts[i]; i++) {
		if (strncmp(line, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

/* "#123 NEW    cov: 304 ft: 812 corp: 55/2Kb ...", "stat::..." and artifacts. */
static void read_line(struct engine *en, char *line)
{
	const char *at;

	if (line[0] == '#') {
		en->executions = strtoull(line + 1, NULL, 10);
		at = strstr(line, " ft: ");
		if (at)
			en->features = strtoull(at + 5, NULL, 10);
		at = strstr(line, " corp: ");
		if (at)
			en->corpus = strtoull(at + 7, NULL, 10);
		progress_step(&en->progress, en->executions, en->a->runs);
		return;
	}
	at = strstr(line, "number_of_executed_units:");
	if (at)
		en->executions = strtoull(at + 25, NULL, 10);
	at = strstr(line, "Test unit written to ");
	if (at) {
		(void)snprintf(en->artifact, sizeof(en->artifact), "%s", at + 21);
		en->artifact[strcspn(en->artifact, "\n")] = '\0';
	}
	if (!is_chatter(line))
		(void)fputs(line, stderr);
}

/* TARGET.dict, which the build writes beside fuzz_TARGET.  NULL: it is not there. */
static char *dictionary(const struct fuzz_args *a, const char *program)
{
	int folder = (int)(strrchr(program, '/') - program);
	char option[4200];

	(void)snprintf(option, sizeof(option), "-dict=%.*s/%s.dict", folder, program, a->target);
	return access(option + strlen("-dict="), R_OK) ? NULL : strdup(option);
}

static void run_engine(const struct fuzz_args *a, const char *program)
{
	char seconds[64];
	char runs[64];
	char seed[64];
	char artifacts[64] = "-artifact_prefix=.mmref-fail/";
	char *args[12];
	int n = 0;

	(void)snprintf(seconds, sizeof(seconds), "-max_total_time=%" PRIu64, a->seconds);
	(void)snprintf(runs, sizeof(runs), "-runs=%" PRIu64, a->runs);
	/* 0 would mean "choose one" */
	(void)snprintf(seed, sizeof(seed), "-seed=%" PRIu64, a->seed % UINT32_MAX + !a->seed);
	args[n++] = strdup(program);
	args[n++] = seed;
	args[n++] = strdup("-print_final_stats=1");
	args[n++] = strdup("-timeout=25");
	args[n++] = artifacts;
	if (a->seconds)
		args[n++] = seconds;
	if (a->runs)
		args[n++] = runs;
	args[n] = dictionary(a, program);
	n += args[n] != NULL;
	if (a->corpus)
		args[n++] = strdup(a->corpus);
	args[n] = NULL;
	(void)mkdir(".mmref-fail", 0777);
	(void)execv(program, args);
	(void)fprintf(stderr, "mmref: %s: %s\n", program, strerror(errno));
	_exit(STATUS_OUR_FAULT);
}

/* Judge the artifact in a child, which may die of it; its status, or -1. */
static int check_in_child(const struct engine *en)
{
	char *argv[] = {"check", "--bytes", (char *)(uintptr_t)en->a->target,
			(char *)(uintptr_t)en->artifact, NULL};
	int wstatus;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		death_timeout(HANG_SECONDS);
		_exit(finish_output(command_check(4, argv)));
	}
	wstatus = child_wait(pid);
	return pid > 0 && WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : -1;
}

/* Once more as a trace, for its text and its folder; in a child that died, nobody
 * shrank it. */
static int finding_of_artifact(const struct engine *en)
{
	const char *kept;
	int status;

	(void)printf("found after %" PRIu64 " executions: %s\n", en->executions, en->artifact);
	if (!en->artifact[0])
		return STATUS_FINDING;
	kept = finding_share();
	status = check_in_child(en);
	if (status == STATUS_OK) {
		(void)fprintf(stderr, "replay: mmref check --bytes %s %s\n", en->a->target,
			      en->artifact);
	} else if (kept && kept[0] && !en->a->no_shrink) {
		shrink_kept(kept, SHRINK_SECONDS);
		(void)fprintf(stderr, "replay: mmref check %s\n", kept);
	}
	return STATUS_FINDING;
}

static int wait_engine(struct engine *en, pid_t pid, double start)
{
	double spent;
	int wstatus;

	wstatus = child_wait(pid);
	progress_end(&en->progress);
	spent = wall_seconds() - start;
	(void)printf("fuzz %s: engine libfuzzer, seed %" PRIu64 ", %" PRIu64
		     " executions in %.1f s (%.0f executions/s), %" PRIu64
		     " features, corpus %" PRIu64 ": %s\n",
		     en->a->target, en->a->seed, en->executions, spent,
		     (double)en->executions / (spent > 0 ? spent : 1), en->features, en->corpus,
		     WIFEXITED(wstatus) && !WEXITSTATUS(wstatus) ? "no finding" : "stopped early");
	if (WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == STATUS_OK)
		return STATUS_OK;
	if (WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == STATUS_OUR_FAULT)
		return STATUS_OUR_FAULT;
	return finding_of_artifact(en);
}

static int fuzz_libfuzzer(const struct fuzz_args *a, const char *program)
{
	struct engine en;
	double start = wall_seconds();
	char line[4096];
	int fds[2];
	FILE *f;
	pid_t pid;

	memset(&en, 0, sizeof(en));
	en.a = a;
	(void)fflush(NULL);
	if (pipe(fds)) {
		(void)fprintf(stderr, "mmref: pipe: %s\n", strerror(errno));
		return STATUS_OUR_FAULT;
	}
	pid = fork();
	if (pid == 0) {
		(void)dup2(fds[1], STDERR_FILENO);
		(void)close(fds[0]);
		(void)close(fds[1]);
		run_engine(a, program);
	}
	(void)close(fds[1]);
	f = fdopen(fds[0], "r");
	if (pid < 0 || !f) {
		(void)fprintf(stderr, "mmref: fork: %s\n", strerror(errno));
		return STATUS_OUR_FAULT;
	}
	progress_start(&en.progress, "fuzz (libfuzzer)");
	while (fgets(line, sizeof(line), f))
		read_line(&en, line);
	(void)fclose(f);
	return wait_engine(&en, pid, start);
}

bool engine_program(const char *target, char *path, size_t len)
{
	char self[3000];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	*slash = '\0';
	(void)snprintf(path, len, "%s/fuzz_%s", self, target);
	return access(path, X_OK) == 0 && MM_HAVE_LIBFUZZER;
}

/* ---- what was found before ---- */

#define STORED_MAX 64 /* of as many a session says enough */

static int is_stored(const struct dirent *d)
{
	char path[400];

	(void)snprintf(path, sizeof(path), ".mmref-fail/%s", d->d_name);
	return finding_is_searched(path);
}

static int judge_stored(struct dirent **names, int stored)
{
	char path[STORED_MAX][400];
	char *call[STORED_MAX + 2] = {"check"};
	int i;

	for (i = 0; i < stored; i++) {
		(void)snprintf(path[i], sizeof(path[i]), ".mmref-fail/%s/trace.ops",
			       names[i]->d_name);
		call[i + 1] = path[i];
	}
	return command_check(stored + 1, call);
}

static int check_stored(void)
{
	struct dirent **names;
	int stored = scandir(".mmref-fail", &names, is_stored, alphasort);
	int status;
	int i;

	if (stored < 0)
		return STATUS_OK;
	if (stored > 0) {
		(void)printf("earlier findings (.mmref-fail) first:\n");
		(void)fflush(stdout);
	}
	status =
		stored ? judge_stored(names, stored < STORED_MAX ? stored : STORED_MAX) : STATUS_OK;
	for (i = 0; i < stored; i++)
		free(names[i]);
	free(names);
	if (stored && status == STATUS_OK)
		(void)printf("none of them fails any more: rm -r .mmref-fail\n");
	if (status == STATUS_FINDING)
		(void)fprintf(stderr,
			      "mmref: still there; --ignore-stored searches all the same\n");
	return status == STATUS_FINDING ? STATUS_FINDING : STATUS_OK;
}

int command_fuzz(int argc, char **argv)
{
	struct fuzz_args a;
	char program[4096];
	bool have;
	struct mm_target t;
	struct mm_error e = {NULL, 0, 0, ""};
	int status = parse_args(&a, argc, argv);

	if (status)
		return status;
	if (mm_target_find(a.target, &t, &e)) {
		(void)bad_input(&e);
		return STATUS_USAGE;
	}
	if (!a.ignore_stored && check_stored())
		return STATUS_FINDING;
	finding_of_search(a.target);
	if (!a.no_shrink)
		finding_shrinks(SHRINK_SECONDS);
	have = engine_program(a.target, program, sizeof(program));
	if (!a.engine)
		a.engine = have ? "libfuzzer" : "blind";
	if (strcmp(a.engine, "blind") == 0)
		return fuzz_blind(&a);
	if (!have) {
		(void)fprintf(stderr,
			      "mmref: this build has no libFuzzer program for %s; use the "
			      "fuzz build (./run fuzz) or --engine blind\n",
			      a.target);
		return STATUS_NOTHING;
	}
	return fuzz_libfuzzer(&a, program);
}
