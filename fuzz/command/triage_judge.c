/* SPDX-License-Identifier: MIT */
/*
 * triage_judge: each artefact gets its outcome, whatever it does.
 *
 *     this process --fork--> judges, some at a time: read a file, decode it
 *                              |  fork (worker.c)
 *                              v
 *                            a child runs the trace, under limits
 *
 * What kills the reader of a file is a failure of reading, and an outcome as well.
 * Each run has a child of its own, so that no artefact sees what another left.
 */
#include "fuzz/command/triage.h"
#include "fuzz/command/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between two looks at children. */
#define TURN_US 5000

/* What reading a file may take, in seconds; it reads, and runs nothing. */
#define READ_SECONDS 60

#define JOBS_MAX 256

volatile sig_atomic_t triage_told_to_stop;

void *triage_share(size_t size)
{
	void *p = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* ---- many processes ---- */

struct slot {
	pid_t pid; /* 0: free */
	size_t i;
};

static void begin(struct triage *t, struct slot *s, size_t i,
		  void (*work)(struct triage *t, size_t i))
{
	(void)fflush(NULL);
	s->i = i;
	s->pid = fork();
	if (s->pid)
		return;
	/* an end is seen from outside; the parent decides when to stop */
	death_uninstall();
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	work(t, i);
	(void)fflush(NULL);
	_exit(0);
}

/* Take back what ended; the number of those that still run. */
static size_t collect(struct triage *t, struct slot *slots, size_t nr,
		      void (*dies)(struct triage *t, size_t i, int wstatus))
{
	size_t run = 0;
	size_t n;

	for (n = 0; n < nr; n++) {
		int wstatus;
		pid_t got = slots[n].pid ? waitpid(slots[n].pid, &wstatus, WNOHANG) : 0;

		if (got > 0) {
			slots[n].pid = 0;
			if (!WIFEXITED(wstatus) || WEXITSTATUS(wstatus))
				dies(t, slots[n].i, wstatus);
		}
		run += slots[n].pid > 0;
	}
	return run;
}

static void stop_all(struct slot *slots, size_t nr)
{
	size_t n;

	for (n = 0; n < nr; n++) {
		if (slots[n].pid <= 0)
			continue;
		(void)kill(slots[n].pid, SIGKILL);
		(void)child_wait(slots[n].pid);
	}
}

int triage_parallel(struct triage *t, size_t nr, void (*work)(struct triage *t, size_t i),
		    void (*dies)(struct triage *t, size_t i, int wstatus), const char *what)
{
	size_t jobs = t->a.jobs < JOBS_MAX ? (size_t)t->a.jobs : JOBS_MAX;
	struct slot slots[JOBS_MAX];
	struct progress p;
	int status = STATUS_OK;
	size_t next = 0;
	size_t run = 0;

	memset(slots, 0, sizeof(slots));
	progress_start(&p, what);
	while (!triage_told_to_stop && !status && (next < nr || run)) {
		size_t n;

		for (n = 0; n < jobs && next < nr && !status; n++) {
			if (slots[n].pid)
				continue;
			begin(t, &slots[n], next++, work);
			if (slots[n].pid < 0)
				status = STATUS_OUR_FAULT;
		}
		(void)usleep(TURN_US);
		run = collect(t, slots, jobs, dies);
		progress_step(&p, next - run, nr);
	}
	stop_all(slots, jobs);
	progress_end(&p);
	t->interrupted |= triage_told_to_stop != 0;
	if (status)
		(void)fprintf(stderr, "mmref triage: the host refuses processes: %s\n",
			      strerror(errno));
	return status;
}

/* ---- one artefact ---- */

static void put(char *to, size_t len, const char *text)
{
	(void)snprintf(to, len, "%s", text);
}

static enum triage_list list_of(const struct verdict *v)
{
	switch (v->kind) {
	case VERDICT_PASSES:
		return LIST_PASSES;
	case VERDICT_REFUSED:
		return LIST_REFUSED;
	case VERDICT_CLAIM:
	case VERDICT_EXPECT:
	case VERDICT_DEATH:
	case VERDICT_HANG:
		break;
	}
	return LIST_FAILS;
}

/* The complaint of the session about a machine that does not boot. */
static void refused(struct outcome *o, const struct worker *w)
{
	char *said = worker_said(w);
	char *line = said ? strstr(said, "mmref: ") : NULL;

	if (line)
		(void)snprintf(o->text, sizeof(o->text), "%.*s", (int)strcspn(line + 7, "\n"),
			       line + 7);
	free(said);
}

static void note_first(struct outcome *o, const struct verdict *v)
{
	o->list = list_of(v);
	put(o->bucket, sizeof(o->bucket), v->bucket);
	put(o->text, sizeof(o->text), v->text);
	put(o->op, sizeof(o->op), v->op);
	o->pos = v->pos;
}

/* Another run of the same: equal, or flaky. */
static void note_again(struct outcome *o, const struct verdict *v)
{
	char ways[sizeof(o->text)];

	if (o->list == list_of(v) && strcmp(o->bucket, v->bucket) == 0)
		return;
	(void)snprintf(ways, sizeof(ways), "%.180s, then %.180s",
		       o->list == LIST_PASSES ? "it passes" : o->bucket,
		       v->kind == VERDICT_PASSES ? "it passes" : v->bucket);
	put(o->text, sizeof(o->text), ways);
	o->list = LIST_FLAKY;
}

/* What takes all of a limit to see is seen once; shrinking sees it again. */
static bool is_costly(const struct verdict *v)
{
	return v->kind == VERDICT_HANG || strcmp(v->id, "out-of-memory") == 0;
}

static int run_all(struct triage *t, struct outcome *o, const struct mm_trace *trace)
{
	struct worker *w = worker_create(trace);
	struct verdict v;
	uint64_t run;
	int status = w ? STATUS_OK : STATUS_OUR_FAULT;

	if (!w)
		return status;
	worker_limit(w, (double)t->a.timeout);
	worker_memory(w, t->a.memory << 20);
	worker_terse(w, true);
	for (run = 0; run < t->a.runs && !status && o->list != LIST_FLAKY; run++) {
		status = worker_judge(w, trace, true, &v);
		if (status)
			break;
		if (run)
			note_again(o, &v);
		else
			note_first(o, &v);
		if (o->list == LIST_REFUSED)
			refused(o, w);
		if (o->list == LIST_REFUSED || is_costly(&v))
			break;
	}
	worker_destroy(w);
	return status;
}

/* What is wrong with a file is in its outcome.  The descriptor only: the stream is to
 * stay unbuffered for those who die. */
static void silence(void)
{
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0)
		_exit(STATUS_OUR_FAULT);
	(void)close(nowhere);
}

static void judge_one(struct triage *t, size_t i)
{
	const struct artefact *a = &t->artefacts[i];
	struct outcome *o = &t->outcomes[i];
	struct mm_error e = {a->path, 0, 0, ""};
	struct mm_trace trace;
	struct stat st;
	int err;

	mm_trace_init(&trace);
	silence();
	o->size = stat(a->path, &st) ? 0 : st.st_size;
	if (strcmp(a->target, "?") == 0) {
		bool readable = access(a->path, R_OK) == 0;

		o->list = readable ? LIST_UNATTRIBUTED : LIST_UNREADABLE;
		put(o->text, sizeof(o->text),
		    readable ? "bytes, and no --target" : strerror(errno));
		return;
	}
	(void)alarm(READ_SECONDS);
	err = read_trace(&trace, a->path, a->target[0] ? a->target : NULL, true, &e);
	(void)alarm(0);
	if (err == -MM_ENOMEM)
		_exit(STATUS_OUR_FAULT);
	if (err) {
		o->list = err == -MM_EIO ? LIST_UNREADABLE : LIST_REFUSED;
		(void)mm_error_text(&e, o->text, sizeof(o->text));
		return;
	}
	o->ops = trace.nr;
	if (run_all(t, o, &trace))
		_exit(STATUS_OUR_FAULT);
	mm_trace_free(&trace);
}

/* It died while it read: nothing else runs in there. */
static void judge_dies(struct triage *t, size_t i, int wstatus)
{
	struct outcome *o = &t->outcomes[i];
	int sig = WIFSIGNALED(wstatus) ? WTERMSIG(wstatus) : 0;

	if (!sig && WEXITSTATUS(wstatus) == STATUS_OUR_FAULT) {
		o->list = LIST_WAITS;
		put(o->text, sizeof(o->text), "the host refuses memory, files or processes");
		return;
	}
	o->list = LIST_FAILS;
	o->unread = true;
	(void)snprintf(o->bucket, sizeof(o->bucket), "%s while it is read",
		       sig == SIGALRM ? "hang"
		       : sig          ? signal_word(sig)
				      : "sanitizer");
	put(o->text, sizeof(o->text), o->bucket);
	put(o->op, sizeof(o->op), "none");
}

int triage_judge(struct triage *t)
{
	size_t i;
	int status;

	t->outcomes = triage_share((t->nr + 1) * sizeof(*t->outcomes));
	if (!t->outcomes)
		return STATUS_OUR_FAULT;
	for (i = 0; i < t->nr; i++)
		put(t->outcomes[i].text, sizeof(t->outcomes[i].text), "not judged: interrupted");
	status = triage_parallel(t, t->nr, judge_one, judge_dies, "triage");
	/* who was stopped half-way has no outcome */
	for (i = 0; i < t->nr && !status; i++) {
		if (t->outcomes[i].list == LIST_WAITS && !t->interrupted)
			status = STATUS_OUR_FAULT;
	}
	if (status == STATUS_OUR_FAULT)
		(void)fprintf(stderr, "mmref triage: not all artefacts were judged: %s\n",
			      t->nr ? t->outcomes[0].text : "the host refuses memory");
	return status;
}
