/* SPDX-License-Identifier: MIT */
/*
 * worker: the child, its orders and its end.
 *
 * The child inherits everything by fork, so only operations, positions and the
 * machine's words are copied into shared memory.  A byte through one pipe starts
 * a run, a byte through the other ends it; the end of that pipe is the child's.
 * Time is CPU time (a loaded host is no hang); the parent waits ten times as
 * long before it gives up on a child that does not even burn any.
 */
#include "fuzz/command/worker.h"

#include "fuzz/command/death.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define MACHINE_LEN 4096
#define LIMIT_FIRST 10.0

/* How often memory is looked at; a fast loop fills some 50 MiB meanwhile. */
#define MEMORY_MS 20

/* Where a signal is handled when the stack is at its end. */
#define SIGNAL_STACK ((size_t)256 << 10)

/* Of what a child said before it died, the end. */
#define SAID_MAX 65536

struct shared {
	/* order */
	size_t nr;
	size_t nr_expects;
	bool has_machine;
	bool twice;
	bool terse;
	double limit;
	char machine[MACHINE_LEN];

	/* answer */
	struct verdict v;
	bool hangs;
	bool slow;
	bool our_fault;
	struct death death;
	size_t told; /* the operation that runs, whatever happens to the child */
};

struct worker {
	struct shared *shared;
	struct mm_op *ops;         /* in the same memory, behind it */
	struct mm_expect *expects; /* likewise */
	size_t size;
	size_t max_ops, max_expects;
	double limit;
	uint64_t memory;
	uint64_t peak; /* resident, of the last child that ended */
	bool terse;
	FILE *said; /* the child's standard error */
	pid_t pid;  /* 0: none */
	int order;  /* pipe to the child */
	int answer; /* pipe from it */
};

/* ---- the child ---- */

static struct shared *dying;
static const struct mm_run *running;
static int half_limits; /* that went by in this run */

static void note_death(int sig)
{
	if (!dying || dying->death.dead)
		return;
	dying->death.dead = true;
	dying->death.sig = sig;
	death_frames(&dying->death);
}

static void on_death(int sig)
{
	note_death(sig);
	_exit(STATUS_FINDING);
}

/* Present in builds with AddressSanitizer only. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
extern int __asan_report_present(void) __attribute__((weak));
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
extern const char *__asan_get_report_description(void) __attribute__((weak));

/* Called by AddressSanitizer, if it is there, before it writes its report. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
void __asan_on_error(void);

/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
void __asan_on_error(void)
{
	if (!dying || dying->death.dead)
		return;
	if (__asan_get_report_description)
		(void)snprintf(dying->death.kind, sizeof(dying->death.kind), "%s",
			       __asan_get_report_description());
	note_death(0);
	if (dying->terse)
		_exit(STATUS_FINDING);
}

/*
 * Half of the limit went by.  An operation that ran all of that time hangs; a
 * trace in which none does is slow.  One that began late gets half a limit more.
 */
static void on_limit(int sig)
{
	static size_t last;

	(void)sig;
	if (!running || dying->death.dead)
		return; /* between two runs, or dying already */
	if (__asan_report_present && __asan_report_present())
		return; /* dying, and looking up names for the report */
	if (!half_limits++ || (half_limits < 4 && running->pos != last)) {
		last = running->pos;
		return;
	}
	dying->hangs = true;
	dying->slow = running->pos != last;
	note_death(SIGPROF);
	_exit(STATUS_FINDING);
}

static void on_sanitizer(void)
{
	note_death(0);
}

static void on_exit_call(void)
{
	if (!running)
		return;
	dying->death.exits = true;
	note_death(0);
	_exit(STATUS_FINDING);
}

/* Present in sanitized builds only, under the name they gave it. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* A stack that is at its end has no room for a handler. */
static void on_own_stack(int sig)
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_handler = on_death;
	a.sa_flags = SA_ONSTACK;
	(void)sigemptyset(&a.sa_mask);
	(void)sigaction(sig, &a, NULL);
}

static void make_signal_stack(void)
{
	stack_t stack;

	memset(&stack, 0, sizeof(stack));
	stack.ss_sp = malloc(SIGNAL_STACK);
	stack.ss_size = SIGNAL_STACK;
	if (stack.ss_sp)
		(void)sigaltstack(&stack, NULL);
}

static void install_handlers(void)
{
	static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	const struct rlimit no_core = {0, 0};
	static struct death first;
	size_t i;

	death_frames(&first); /* the first call may load a library */
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(on_sanitizer);
	else
		make_signal_stack();
	(void)atexit(on_exit_call);
	for (i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		/* a sanitizer says more about memory faults than we could */
		if (!__sanitizer_set_death_callback || fatal[i] == SIGABRT)
			on_own_stack(fatal[i]);
	}
	(void)signal(SIGPROF, on_limit);
	/* the parent decides when to stop */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)alarm(0);
	(void)setrlimit(RLIMIT_CORE, &no_core);
}

static void time_limit(double seconds)
{
	struct itimerval t = {{0, 0}, {0, 0}};

	seconds /= 2;
	t.it_value.tv_sec = (time_t)seconds;
	t.it_value.tv_usec = (suseconds_t)((seconds - (double)t.it_value.tv_sec) * 1e6);
	t.it_interval = t.it_value;
	half_limits = 0;
	(void)setitimer(ITIMER_PROF, &t, NULL);
}

static int receive_trace(const struct worker *w, struct mm_trace *t)
{
	const struct shared *s = w->shared;
	size_t i;

	mm_trace_clear(t);
	if (s->has_machine)
		t->machine = mm_trace_keep(t, s->machine, strlen(s->machine));
	for (i = 0; i < s->nr; i++) {
		if (mm_trace_add(t, &w->ops[i]))
			return STATUS_OUR_FAULT;
	}
	for (i = 0; i < s->nr_expects; i++) {
		if (mm_trace_add_expect(t, &w->expects[i]))
			return STATUS_OUR_FAULT;
	}
	return t->oom ? STATUS_OUR_FAULT : STATUS_OK;
}

static const char *op_at(const struct mm_trace *t, size_t pos)
{
	return pos < t->nr ? mm_optable_get(t->ops[pos].op)->name : "end";
}

static void fill_verdict(struct verdict *v, const struct mm_run *r, const struct mm_trace *t)
{
	bool expect = r->finding == MM_FINDING_EXPECT;

	v->kind = expect ? VERDICT_EXPECT : VERDICT_CLAIM;
	v->pos = r->finding_pos;
	v->line = r->finding_line;
	(void)snprintf(v->id, sizeof(v->id), "%s", r->claim);
	(void)snprintf(v->op, sizeof(v->op), "%s", op_at(t, r->finding_pos));
	(void)snprintf(v->text, sizeof(v->text), "%s", r->text);
	v->digest = mm_machine_digest_sweep(r->m);
	/* what an expectation got and wanted belongs to its class: any wrong number
	 * would do otherwise, and the shortest trace is none; a fact has no
	 * operation */
	if (expect)
		(void)snprintf(v->what, sizeof(v->what), "expect: %s", r->text);
	else
		(void)snprintf(v->what, sizeof(v->what), "%s after %s", v->id, v->op);
	if (!expect)
		(void)snprintf(v->bucket, sizeof(v->bucket), "%s", v->what);
	else if (!strncmp(v->text, "result is ", 10))
		(void)snprintf(v->bucket, sizeof(v->bucket), "expectation of the result of %s",
			       v->op);
	else
		(void)snprintf(v->bucket, sizeof(v->bucket), "expectation of %.*s",
			       (int)strcspn(v->text, " "), v->text);
}

static bool same_machine(const struct session *s, const struct shared *sh)
{
	const char *wanted = sh->has_machine ? sh->machine : SMALL_MACHINE;

	return s->run && !sh->twice && strcmp(s->description, wanted) == 0;
}

static int run_once(struct session *s, const struct mm_trace *t)
{
	struct mm_run_options o = judge_all_options();

	mm_run_reset(s->run);
	return mm_run_trace(s->run, t, &o) ? STATUS_OUR_FAULT : STATUS_OK;
}

static int one_order(const struct worker *w, struct session *s, struct mm_trace *t)
{
	struct shared *sh = w->shared;
	double start = cpu_seconds();
	uint64_t digest;
	int status;

	if (receive_trace(w, t))
		return STATUS_OUR_FAULT;
	if (!same_machine(s, sh)) {
		session_close(s);
		if (session_open(s, t, NULL, true)) {
			sh->v.kind = VERDICT_REFUSED;
			return STATUS_OK;
		}
	}
	s->run->told = &sh->told;
	running = s->run;
	time_limit(sh->limit);
	status = sh->twice ? session_judge(s, t, &digest) : run_once(s, t);
	running = NULL;
	time_limit(0);
	sh->v.seconds = cpu_seconds() - start;
	if (status == STATUS_OUR_FAULT)
		return status;
	if (s->run->finding && s->run->finding != MM_FINDING_STOP)
		fill_verdict(&sh->v, s->run, t);
	return STATUS_OK;
}

static void serve(const struct worker *w)
{
	struct mm_trace t;
	struct session s;
	char byte;

	mm_trace_init(&t);
	memset(&s, 0, sizeof(s));
	dying = w->shared;
	death_watch(NULL);
	install_handlers();
	while (read(w->order, &byte, 1) == 1) {
		if (one_order(w, &s, &t)) {
			w->shared->our_fault = true;
			_exit(STATUS_OUR_FAULT);
		}
		if (write(w->answer, &byte, 1) != 1)
			break;
	}
	_exit(STATUS_OK);
}

/* ---- the parent ---- */

static int spawn(struct worker *w)
{
	int to[2];
	int from[2];

	rewind(w->said);
	if (ftruncate(fileno(w->said), 0) || pipe(to))
		return STATUS_OUR_FAULT;
	if (pipe(from)) {
		(void)close(to[0]);
		(void)close(to[1]);
		return STATUS_OUR_FAULT;
	}
	(void)fflush(NULL);
	w->pid = fork();
	if (w->pid == 0) {
		(void)close(to[1]);
		(void)close(from[0]);
		(void)dup2(fileno(w->said), STDERR_FILENO);
		w->order = to[0];
		w->answer = from[1];
		serve(w);
	}
	(void)close(to[0]);
	(void)close(from[1]);
	w->order = to[1];
	w->answer = from[0];
	if (w->pid > 0)
		return STATUS_OK;
	(void)close(w->order);
	(void)close(w->answer);
	w->pid = 0;
	return STATUS_OUR_FAULT;
}

/* Wait for our child, killing it first if it is told to go. */
static int reap(struct worker *w, bool kill_it)
{
	struct rusage used;
	int wstatus = 0;

	memset(&used, 0, sizeof(used));
	(void)close(w->order);
	(void)close(w->answer);
	if (kill_it)
		(void)kill(w->pid, SIGKILL);
	while (wait4(w->pid, &wstatus, 0, &used) < 0 && errno == EINTR)
		continue;
	w->pid = 0;
	w->peak = (uint64_t)used.ru_maxrss << 10;
	return wstatus;
}

struct worker *worker_create(const struct mm_trace *largest)
{
	struct worker *w = calloc(1, sizeof(*w));
	char *memory;

	if (!w)
		return NULL;
	w->max_ops = largest->nr;
	w->max_expects = largest->nr_expects;
	w->limit = LIMIT_FIRST;
	w->size = sizeof(struct shared) + w->max_ops * sizeof(struct mm_op) +
		  w->max_expects * sizeof(struct mm_expect);
	memory = mmap(NULL, w->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	w->said = tmpfile();
	if (memory == MAP_FAILED || !w->said) {
		if (memory != MAP_FAILED)
			(void)munmap(memory, w->size);
		if (w->said)
			(void)fclose(w->said);
		free(w);
		return NULL;
	}
	w->shared = (struct shared *)(void *)memory;
	w->ops = (struct mm_op *)(void *)(memory + sizeof(struct shared));
	w->expects = (struct mm_expect *)(void *)(w->ops + w->max_ops);
	return w;
}

void worker_destroy(struct worker *w)
{
	if (!w)
		return;
	if (w->pid)
		(void)reap(w, false); /* the end of its orders is its end */
	(void)munmap(w->shared, w->size);
	(void)fclose(w->said);
	free(w);
}

void worker_limit(struct worker *w, double seconds)
{
	w->limit = seconds;
}

void worker_memory(struct worker *w, uint64_t bytes)
{
	w->memory = bytes;
}

void worker_terse(struct worker *w, bool terse)
{
	w->terse = terse;
}

static int send_order(struct worker *w, const struct mm_trace *t, bool twice)
{
	struct shared *s = w->shared;

	if (t->nr > w->max_ops || t->nr_expects > w->max_expects ||
	    (t->machine && strlen(t->machine) >= sizeof(s->machine)))
		return STATUS_OUR_FAULT;
	memset(&s->v, 0, sizeof(s->v));
	memset(&s->death, 0, sizeof(s->death));
	s->hangs = false;
	s->slow = false;
	s->told = 0;
	s->terse = w->terse;
	s->nr = t->nr;
	s->nr_expects = t->nr_expects;
	s->has_machine = t->machine != NULL;
	s->twice = twice;
	s->limit = w->limit;
	if (t->machine)
		(void)snprintf(s->machine, sizeof(s->machine), "%s", t->machine);
	if (t->nr)
		memcpy(w->ops, t->ops, t->nr * sizeof(*t->ops));
	if (t->nr_expects)
		memcpy(w->expects, t->expects, t->nr_expects * sizeof(*t->expects));
	return write(w->order, "", 1) == 1 ? STATUS_OK : STATUS_OUR_FAULT;
}

enum answer { ANSWER_GIVEN, ANSWER_DIED, ANSWER_NONE, ANSWER_MEMORY };

/* Resident memory as the host counts it; a limit of address space would let requests
 * fail, and AddressSanitizer reserves terabytes. */
static bool holds_too_much(const struct worker *w)
{
	char path[40];
	unsigned long long pages = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/statm", (int)w->pid);
	f = w->memory ? fopen(path, "r") : NULL;
	if (!f)
		return false;
	if (fscanf(f, "%*u %llu", &pages) != 1)
		pages = 0;
	(void)fclose(f);
	return pages * (unsigned long long)sysconf(_SC_PAGESIZE) > w->memory;
}

static enum answer wait_answer(struct worker *w)
{
	struct pollfd p = {w->answer, POLLIN, 0};
	double end = wall_seconds() + 10 * w->limit + 10;
	char byte;

	for (;;) {
		double left = end - wall_seconds();
		int ms = left > 0 ? (int)(left * 1000) + 1 : 0;
		int n = poll(&p, 1, w->memory && ms > MEMORY_MS ? MEMORY_MS : ms);

		if (n > 0)
			return read(w->answer, &byte, 1) == 1 ? ANSWER_GIVEN : ANSWER_DIED;
		if (n == 0 && holds_too_much(w))
			return ANSWER_MEMORY;
		if (left <= 0 || (n < 0 && errno != EINTR))
			return ANSWER_NONE;
	}
}

/* The end of what the child wrote to its standard error; caller frees. */
char *worker_said(const struct worker *w)
{
	char *text = calloc(1, SAID_MAX + 1);
	long end;

	if (!text)
		return NULL;
	(void)fseek(w->said, 0, SEEK_END);
	end = ftell(w->said);
	(void)fseek(w->said, end > SAID_MAX ? end - SAID_MAX : 0, SEEK_SET);
	text[fread(text, 1, SAID_MAX, w->said)] = '\0';
	return text;
}

static int verdict_of_death(struct worker *w, int wstatus, enum answer answer, struct verdict *v)
{
	struct shared *s = w->shared;
	char *said;

	if (s->our_fault)
		return STATUS_OUR_FAULT;
	*v = s->v;
	/* which of both limits an endless growth meets first is the host's speed */
	if (answer == ANSWER_MEMORY || (s->hangs && w->memory && w->peak > w->memory / 2)) {
		death_of_memory(v, w->memory);
		return STATUS_OK;
	}
	if (s->hangs || answer == ANSWER_NONE) {
		death_of_hang(v, w->limit, s->slow);
		return STATUS_OK;
	}
	if (!s->death.dead && WIFSIGNALED(wstatus))
		s->death.sig = WTERMSIG(wstatus);
	else if (!s->death.dead)
		s->death.exits = true;
	said = worker_said(w);
	if (!said)
		return STATUS_OUR_FAULT;
	v->kind = VERDICT_DEATH;
	death_class(v, said, &s->death);
	free(said);
	return STATUS_OK;
}

int worker_judge(struct worker *w, const struct mm_trace *t, bool twice, struct verdict *v)
{
	struct shared *s = w->shared;
	enum answer answer;
	int wstatus;

	if ((!w->pid && spawn(w)) || send_order(w, t, twice))
		return STATUS_OUR_FAULT;
	answer = wait_answer(w);
	if (answer == ANSWER_GIVEN) {
		*v = s->v;
		return STATUS_OK;
	}
	wstatus = reap(w, answer != ANSWER_DIED);
	s->v.pos = s->told;
	(void)snprintf(s->v.op, sizeof(s->v.op), "%s", op_at(t, s->v.pos));
	return verdict_of_death(w, wstatus, answer, v);
}
