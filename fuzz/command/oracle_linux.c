/* SPDX-License-Identifier: MIT */
/*
 * oracle_linux: operations in the reference and in the running kernel, side by side.
 *
 * Generated traces are as long as a table of VMAs takes to fill a few times, so that a
 * difference is found, made small and kept as any finding is.
 */
#include "fuzz/command/oracle_linux.h"

#include "fuzz/command/command.h"
#include "fuzz/oracle/live/live.h"
#include "fuzz/trace/shrink.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRACE_OPS      20000u
#define SHRINK_SECONDS 60.0
#define JOBS_MAX       64

struct job {
	const struct oracle_linux_args *a;
	struct mm_live_host host;
	struct mm_live_counts counts;
	struct mm_machine *m;
	struct mm_run *run;
	struct mm_trace trace;
	struct mm_live_golden golden;
	unsigned int traces;
	double start;
	double spent;
	struct progress progress;

	/* shrinking */
	double shrink_start;
	char class[sizeof(((struct mm_live_diff *)0)->what)];
	char *report;
	int lost;
};

static int refused(const struct mm_error *e, int err)
{
	(void)bad_input(e);
	return err == -MM_ENOMEM ? STATUS_OUR_FAULT : STATUS_NOTHING;
}

/* ---- running ---- */

static void keep_answer(void *env, size_t pos, const struct mm_live_answer *a)
{
	struct job *j = env;

	j->golden.answer[pos] = *a;
}

static struct mm_live_twin twin_of(struct job *j, struct mm_live_counts *counts)
{
	struct mm_live_twin w = {.host = &j->host, .counts = counts, .env = j};

	if (j->a->from) {
		w.golden = j->golden.answer;
		w.nr_golden = j->golden.trace.nr;
	}
	return w;
}

static int boot(struct job *j)
{
	struct mm_error e = {NULL, 0, 0, ""};
	char machine[512];

	mm_live_machine(&j->host, machine, sizeof(machine));
	j->m = mm_boot(machine, &e);
	j->run = j->m ? mm_run_create(j->m, NULL) : NULL;
	if (!j->m)
		return bad_input(&e);
	return j->run ? STATUS_OK : STATUS_OUR_FAULT;
}

/* ---- what was found ---- */

/* Number of the class of a candidate, 0: both sides agree. */
static uint64_t fails(void *env, const struct mm_trace *t)
{
	struct job *j = env;
	struct mm_live_counts counts = {.compared = 0};
	struct mm_live_twin w = twin_of(j, &counts);
	struct mm_error e = {NULL, 0, 0, ""};

	/* what is looked at now and then would move as operations go */
	if (strncmp(j->class, "flags", 5) == 0 || strncmp(j->class, "totals", 6) == 0)
		w.flags_every = 1;
	if (mm_live_run(&w, j->run, t, &e)) {
		j->lost++;
		return 0;
	}
	if (!w.diff.found) {
		free(w.diff.report);
		return 0;
	}
	free(j->report);
	j->report = w.diff.report;
	return strcmp(j->class, w.diff.what) == 0 ? 1 : 2;
}

static bool enough(void *env, const struct mm_shrink *s)
{
	const struct job *j = env;

	(void)s;
	return j->lost > 3 || wall_seconds() - j->shrink_start > SHRINK_SECONDS;
}

/* Operations alone: the machine is the host's, whatever a candidate says. */
static int copy_ops(struct mm_trace *to, const struct mm_trace *from, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (mm_trace_add(to, &from->ops[i]))
			return -MM_ENOMEM;
	}
	return 0;
}

/* Small, or as it is when a small one shows something else. */
static void shrink(struct job *j, const struct mm_trace *in, struct mm_trace *out)
{
	struct mm_shrink s = {.fails = fails, .enough = enough, .env = j};

	j->shrink_start = wall_seconds();
	if (mm_shrink(&s, in, out) || s.end == MM_SHRINK_FLAKY || s.end == MM_SHRINK_PASSES) {
		mm_trace_clear(out);
		(void)copy_ops(out, in, in->nr);
		(void)fprintf(stderr, "not shrunk: it does not fail alone\n");
		return;
	}
	(void)fails(j, out); /* its report */
	(void)fprintf(stderr, "shrunk: %zu operations to %zu, %llu runs\n", in->nr, out->nr,
		      (unsigned long long)s.calls);
}

static void show_trace(const struct mm_trace *t, FILE *out)
{
	char text[512];
	size_t i;

	for (i = t->nr > 40 ? t->nr - 40 : 0; i < t->nr; i++) {
		(void)mm_trace_print_op(t, i, text, sizeof(text));
		(void)fprintf(out, "  %s\n", text);
	}
}

static void json_difference(const struct mm_live_diff *d, const char *op)
{
	struct json v = json_begin("difference");

	json_text(&v, "what", d->what);
	json_text(&v, "text", d->text);
	json_text(&v, "operation", op);
	json_end(&v);
}

/* Kept as any finding: its trace replays with the same command. */
static int report(struct job *j, const struct mm_live_twin *w, const struct mm_trace *t)
{
	struct mm_trace cut;
	struct mm_trace small;
	struct kept k = {.id = "oracle.linux", .trace = &small};
	char machine[512];
	char trace[400];
	char op[512];

	mm_trace_init(&cut);
	mm_trace_init(&small);
	(void)mm_trace_print_op(t, j->run->finding_pos, op, sizeof(op));
	(void)fflush(stdout);
	(void)fprintf(stderr, "@%zu: %s\n  %s: %s\n%s", j->run->finding_pos, op, w->diff.what,
		      w->diff.text, w->diff.report ? w->diff.report : "");
	if (j->a->json)
		json_difference(&w->diff, op);
	k.op = mm_optable_get(t->ops[j->run->finding_pos].op)->name;
	if (j->a->from || copy_ops(&cut, t, j->run->finding_pos + 1)) {
		mm_trace_free(&cut);
		return STATUS_FINDING;
	}
	(void)snprintf(j->class, sizeof(j->class), "%s", w->diff.what);
	shrink(j, &cut, &small);
	mm_live_machine(&j->host, machine, sizeof(machine));
	small.machine = mm_trace_keep(&small, machine, strlen(machine));
	k.report = j->report ? j->report : w->diff.text;
	show_trace(&small, stderr);
	(void)fputs(k.report, stderr);
	if (finding_keep(&k, trace, sizeof(trace)) == 0)
		(void)fprintf(stderr, "kept: %s\nreplay: mmref oracle linux %s\n", trace, trace);
	mm_trace_free(&small);
	mm_trace_free(&cut);
	free(j->report);
	j->report = NULL;
	return STATUS_FINDING;
}

/* ---- traces ---- */

static int run_trace(struct job *j, const struct mm_trace *t)
{
	struct mm_live_twin w = twin_of(j, &j->counts);
	struct mm_error e = {NULL, 0, 0, ""};
	int status = STATUS_OK;
	int err;

	if (j->a->record)
		w.record = keep_answer;
	err = mm_live_run(&w, j->run, t, &e);
	j->traces++;
	if (w.diff.found)
		status = report(j, &w, t);
	else if (err)
		status = refused(&e, err);
	free(w.diff.report);
	return status;
}

static int save_log(struct job *j)
{
	if (mm_live_golden_save(&j->golden, j->a->record) == 0)
		return STATUS_OK;
	(void)fprintf(stderr, "mmref: %s: cannot be written\n", j->a->record);
	return STATUS_BAD_INPUT;
}

/* A trace of the seed, whose answers are kept. */
static int run_recorded(struct job *j)
{
	size_t ops = j->a->ops ? (size_t)j->a->ops : 2000;
	int status;

	j->golden.host = j->host;
	mm_trace_init(&j->golden.trace);
	if (mm_live_generate(&j->golden.trace, j->a->seed, &j->host, ops))
		return STATUS_OUR_FAULT;
	j->golden.answer = calloc(j->golden.trace.nr + 1, sizeof(*j->golden.answer));
	if (!j->golden.answer)
		return STATUS_OUR_FAULT;
	status = run_trace(j, &j->golden.trace);
	return status ? status : save_log(j);
}

/* ---- many at a time ---- */

/* What the workers and their parent share. */
struct work {
	uint64_t next;  /* trace to be run */
	uint64_t done;  /* operations */
	uint64_t found; /* the first trace that differs; UINT64_MAX: none */
	struct worker {
		struct mm_live_counts counts;
		unsigned int traces;
	} worker[JOBS_MAX];
};

/* Operations of the nth trace; 0: there are no more. */
static uint64_t ops_of(const struct oracle_linux_args *a, uint64_t nth)
{
	uint64_t limit = a->ops ? a->ops : a->seconds ? UINT64_MAX : TRACE_OPS;

	if (nth >= limit / TRACE_OPS)
		return nth == limit / TRACE_OPS ? limit % TRACE_OPS : 0;
	return TRACE_OPS;
}

static void keep_first(struct work *s, uint64_t nth)
{
	uint64_t first = __atomic_load_n(&s->found, __ATOMIC_RELAXED);

	while (nth < first && !__atomic_compare_exchange_n(&s->found, &first, nth, false,
							   __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* Traces, one after the other, up to one that differs: the parent runs that again. */
static int work(struct job *j, struct work *s)
{
	for (;;) {
		uint64_t nth = __atomic_fetch_add(&s->next, 1, __ATOMIC_RELAXED);
		uint64_t ops = ops_of(j->a, nth);
		struct mm_live_counts before = j->counts;
		struct mm_live_twin w = twin_of(j, &j->counts);
		struct mm_error e = {NULL, 0, 0, ""};
		int err;

		if (!ops || nth > __atomic_load_n(&s->found, __ATOMIC_RELAXED) ||
		    (j->a->seconds && wall_seconds() - j->start >= (double)j->a->seconds))
			return STATUS_OK;
		if (mm_live_generate(&j->trace, j->a->seed + nth, &j->host, (size_t)ops))
			return STATUS_OUR_FAULT;
		err = mm_live_run(&w, j->run, &j->trace, &e);
		free(w.diff.report);
		if (w.diff.found) {
			keep_first(s, nth);
			j->counts = before;
			return STATUS_OK;
		}
		if (err)
			return refused(&e, err);
		j->traces++;
		__atomic_fetch_add(&s->done, j->trace.nr, __ATOMIC_RELAXED);
	}
}

static _Noreturn void be_worker(struct job *j, struct work *s, unsigned int nr)
{
	int status;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	mm_live_stay(nr);
	status = work(j, s);
	s->worker[nr].counts = j->counts;
	s->worker[nr].traces = j->traces;
	_exit(status);
}

/* All fields are counts; most VMAs at a time are not to be added up. */
static void add_counts(struct mm_live_counts *to, const struct mm_live_counts *from)
{
	uint64_t most = to->vmas_max > from->vmas_max ? to->vmas_max : from->vmas_max;
	uint64_t *sum = (uint64_t *)(void *)to;
	const uint64_t *more = (const uint64_t *)(const void *)from;
	size_t i;

	for (i = 0; i < sizeof(*to) / sizeof(*sum); i++)
		sum[i] += more[i];
	to->vmas_max = most;
}

static int start_workers(struct job *j, struct work *s, unsigned int nr, pid_t *pid)
{
	unsigned int i;

	(void)fflush(stdout);
	for (i = 0; i < nr; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			be_worker(j, s, i);
		if (pid[i] < 0)
			return STATUS_OUR_FAULT;
	}
	return STATUS_OK;
}

/* The worst status of all of them. */
static int wait_workers(struct job *j, const struct work *s, unsigned int nr, const pid_t *pid)
{
	const struct timespec moment = {0, 20000000};
	int worst = STATUS_OK;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		int status = 0;

		while (pid[i] > 0 && waitpid(pid[i], &status, WNOHANG) == 0) {
			progress_step(&j->progress, __atomic_load_n(&s->done, __ATOMIC_RELAXED),
				      j->a->ops);
			(void)nanosleep(&moment, NULL);
		}
		status = WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_OUR_FAULT;
		worst = status > worst ? status : worst;
		add_counts(&j->counts, &s->worker[i].counts);
		j->traces += s->worker[i].traces;
	}
	return worst;
}

static int run_found(struct job *j, uint64_t nth)
{
	uint64_t seed = j->a->seed + nth;
	int status;

	mm_live_stay(0);
	if (mm_live_generate(&j->trace, seed, &j->host, (size_t)ops_of(j->a, nth)))
		return STATUS_OUR_FAULT;
	status = run_trace(j, &j->trace);
	(void)fprintf(stderr,
		      status ? "of seed %" PRIu64 "\n"
			     : "the trace of seed %" PRIu64 " differed, and not again\n",
		      seed);
	return status ? status : STATUS_FINDING;
}

static int run_generated(struct job *j)
{
	unsigned int nr = j->a->jobs ? (unsigned int)j->a->jobs : mm_live_cpus();
	struct work *s =
		mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[JOBS_MAX] = {0};
	uint64_t found;
	int status;
	int worst;

	if (s == MAP_FAILED)
		return STATUS_OUR_FAULT;
	s->found = UINT64_MAX;
	nr = nr < JOBS_MAX ? nr : JOBS_MAX;
	while (nr > 1 && !ops_of(j->a, nr - 1))
		nr--;
	status = start_workers(j, s, nr, pid);
	worst = wait_workers(j, s, nr, pid);
	status = worst > status ? worst : status;
	found = s->found;
	(void)munmap(s, sizeof(*s));
	return status || found == UINT64_MAX ? status : run_found(j, found);
}

static int run_file(struct job *j)
{
	int status = load_trace(&j->trace, j->a->trace, NULL);

	return status ? status : run_trace(j, &j->trace);
}

/* ---- the end ---- */

static void summary(const struct job *j, int status)
{
	const char *end = status == STATUS_FINDING ? "a difference"
			  : status                 ? "not compared to the end"
						   : "no difference";
	double rate = (double)j->counts.compared / (j->spent > 0 ? j->spent : 1);

	if (j->a->json) {
		struct json v = json_begin("summary");

		json_number(&v, "compared", j->counts.compared);
		json_number(&v, "traces", j->traces);
		json_number(&v, "differ", status == STATUS_FINDING);
		json_text(&v, "kernel", j->host.kernel);
		json_end(&v);
		return;
	}
	mm_live_counts_print(&j->counts, stdout);
	(void)printf("masks: none\n%" PRIu64 " operations compared in %u traces, %.1f s "
		     "(%.0f/s): %s\n",
		     j->counts.compared, j->traces, j->spent, rate, end);
}

static int compare(struct job *j)
{
	uint64_t settings = mm_live_settings();
	int status;

	if (j->a->trace || j->a->record)
		mm_live_stay(0);
	progress_start(&j->progress, "oracle linux");
	j->start = wall_seconds();
	status = j->a->from     ? run_trace(j, &j->golden.trace)
		 : j->a->record ? run_recorded(j)
		 : j->a->trace  ? run_file(j)
				: run_generated(j);
	j->spent = wall_seconds() - j->start;
	progress_end(&j->progress);
	if (!j->a->from && settings != mm_live_settings()) {
		(void)fprintf(stderr, "mmref oracle: void: a setting of /proc/sys/vm or of huge "
				      "pages changed meanwhile\n");
		status = STATUS_NOTHING;
	}
	return status;
}

static int prepare(struct job *j)
{
	struct mm_error e = {NULL, 0, 0, ""};
	int err;

	if (j->a->from) {
		err = mm_live_golden_load(&j->golden, j->a->from, &e);
		if (err)
			return err == -MM_ENOMEM ? STATUS_OUR_FAULT : bad_input(&e);
		j->host = j->golden.host;
		if (!j->a->json)
			(void)printf("answers of: %s\n", j->host.kernel);
	} else {
		err = mm_live_probe(&j->host, &e);
		if (err)
			return refused(&e, err);
		if (!j->a->json)
			mm_live_host_print(&j->host, stdout);
	}
	return boot(j);
}

int oracle_linux(const struct oracle_linux_args *a)
{
	struct job *j = calloc(1, sizeof(*j));
	int status;

	if (!j)
		return STATUS_OUR_FAULT;
	j->a = a;
	mm_trace_init(&j->trace);
	status = prepare(j);
	if (!status) {
		status = compare(j);
		summary(j, status);
	}
	mm_run_destroy(j->run);
	mm_machine_destroy(j->m);
	mm_trace_free(&j->trace);
	mm_live_golden_free(&j->golden);
	free(j);
	return status;
}
