/* SPDX-License-Identifier: MIT */
/*
 * sweep: twenty settings written to the running kernel, each compared, and the
 * old ones written back whatever happens.
 *
 *     parent  save --- fork --- wait ............ write back --- read back
 *                        |       ^ SIGINT, SIGTERM, SIGHUP, SIGQUIT: kill it
 *     worker             +-- write, compare, write, compare, ...
 *
 * The worker does all that could go wrong, so that what is left to the parent
 * cannot.  Signals are blocked before the fork: the parent takes them when it
 * waits, the worker never, so both survive a Ctrl-C and only one decides.  A
 * worker whose parent died (nobody can block SIGKILL) writes back itself.
 *
 * Values stay where a machine of any size is at ease: at most 5 % of memory for
 * min_free_kbytes, at most 2 % between marks.  The kernel keeps one thing that
 * cannot be written back: that somebody set min_free_kbytes by hand.
 */
#include "fuzz/oracle/oracle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define VM "/proc/sys/vm"

/* ---- the list ---- */

/* min_free_kbytes is a percentage of the current value if below 1000, else kB;
 * odd numbers show where divisions round. */
struct entry {
	uint64_t min_free;
	uint64_t scale;
	uint64_t ratio[3]; /* DMA, DMA32, Normal */
	uint64_t fraction;
};

static const struct entry entries[MM_ORACLE_SWEEP_NR] = {
	{100, 10, {256, 256, 32}, 0},    {100, 1, {256, 256, 32}, 0},
	{100, 11, {256, 256, 32}, 8},    {100, 100, {256, 256, 32}, 9},
	{100, 200, {128, 64, 16}, 0},    {99, 10, {512, 300, 7}, 0},
	{101, 13, {0, 256, 32}, 16},     {150, 10, {256, 0, 32}, 100},
	{200, 17, {256, 256, 0}, 0},     {75, 25, {0, 0, 0}, 1000},
	{50, 3, {97, 101, 103}, 0},      {65537, 10, {1, 128, 8}, 31},
	{65539, 199, {3, 33, 333}, 0},   {98765, 7, {256, 256, 32}, 12},
	{131072, 50, {256, 256, 32}, 0}, {131073, 51, {1000, 999, 998}, 77},
	{200001, 1, {256, 128, 64}, 0},  {262144, 10, {255, 257, 31}, 2048},
	{300003, 150, {64, 64, 64}, 10}, {524287, 29, {2, 222, 5}, 0},
};

static uint64_t clamp(uint64_t v, uint64_t lo, uint64_t hi)
{
	if (v > hi)
		return hi;
	return v < lo ? lo : v;
}

void mm_oracle_sweep_setting(struct mm_oracle_settings *to, unsigned int i,
			     const struct mm_oracle_settings *current, uint64_t managed)
{
	const struct entry *e = &entries[i % MM_ORACLE_SWEEP_NR];
	uint64_t now = current->s[MM_ORACLE_MIN_FREE_KBYTES].v[0];
	uint64_t most = managed * 4 / 20;
	uint64_t want = e->min_free < 1000 ? now * e->min_free / 100 : e->min_free;
	unsigned int k;

	*to = *current;
	to->s[MM_ORACLE_MIN_FREE_KBYTES].v[0] = clamp(want, now / 2 < most ? now / 2 : most, most);
	to->s[MM_ORACLE_WATERMARK_SCALE_FACTOR].v[0] = e->scale;
	to->s[MM_ORACLE_HIGH_FRACTION].v[0] = e->fraction;
	/* a kernel with fewer zones gets fewer of them */
	for (k = 0; k < 3 && k < to->s[MM_ORACLE_LOWMEM_RESERVE_RATIO].nr; k++)
		to->s[MM_ORACLE_LOWMEM_RESERVE_RATIO].v[k] = e->ratio[k];
}

/* ---- writing ---- */

/* What a sysctl's file says, as it says it. */
struct text {
	char bytes[160];
};

struct saved {
	struct text t[MM_ORACLE_NR_SYSCTLS];
};

/*
 * The lists' limits follow the low mark with its boost in it, which only a
 * write of min_free_kbytes or watermark_scale_factor clears; those come last.
 */
static const enum mm_oracle_sysctl write_order[MM_ORACLE_NR_SYSCTLS] = {
	MM_ORACLE_LOWMEM_RESERVE_RATIO, MM_ORACLE_HIGH_FRACTION, MM_ORACLE_WATERMARK_SCALE_FACTOR,
	MM_ORACLE_MIN_FREE_KBYTES};

static int open_sysctl(enum mm_oracle_sysctl which, int how)
{
	char path[80];

	(void)snprintf(path, sizeof(path), VM "/%s", mm_oracle_sysctl_name(which));
	return open(path, how | O_CLOEXEC);
}

static bool read_sysctl(enum mm_oracle_sysctl which, struct text *t)
{
	int fd = open_sysctl(which, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, t->bytes, sizeof(t->bytes) - 1);
	(void)close(fd);
	if (n <= 0)
		return false;
	t->bytes[n] = '\0';
	return true;
}

static bool write_sysctl(enum mm_oracle_sysctl which, const struct text *t)
{
	size_t len = strlen(t->bytes);
	int fd = open_sysctl(which, O_WRONLY);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, t->bytes, len) == (ssize_t)len;
	return close(fd) == 0 && ok;
}

static bool save(struct saved *s)
{
	int i;

	for (i = 0; i < MM_ORACLE_NR_SYSCTLS; i++) {
		if (!read_sysctl((enum mm_oracle_sysctl)i, &s->t[i]))
			return false;
	}
	return true;
}

static bool write_all(const struct saved *s)
{
	bool ok = true;
	int i;

	for (i = 0; i < MM_ORACLE_NR_SYSCTLS; i++)
		ok &= write_sysctl(write_order[i], &s->t[write_order[i]]);
	return ok;
}

/* Write back, and see that it is so. */
static bool restore(const struct saved *s)
{
	struct saved now;
	bool ok = write_all(s) && save(&now);
	int i;

	for (i = 0; i < MM_ORACLE_NR_SYSCTLS && ok; i++)
		ok = strcmp(now.t[i].bytes, s->t[i].bytes) == 0;
	return ok;
}

static void to_text(const struct mm_oracle_settings *from, struct saved *to)
{
	unsigned int i;
	unsigned int k;

	for (i = 0; i < MM_ORACLE_NR_SYSCTLS; i++) {
		struct text *t = &to->t[i];
		size_t at = 0;

		for (k = 0; k < from->s[i].nr && at < sizeof(t->bytes); k++)
			at += (size_t)snprintf(t->bytes + at, sizeof(t->bytes) - at, "%s%" PRIu64,
					       k ? "\t" : "", from->s[i].v[k]);
		if (at + 1 < sizeof(t->bytes))
			memcpy(t->bytes + at, "\n", 2);
	}
}

/* ---- the worker ---- */

/* Shared with the parent: outlives the worker. */
struct shared {
	struct mm_oracle_result r;
	unsigned int settings;
	int failed; /* the setting, from 1, that was not taken as written */
};

struct sweep {
	const struct mm_oracle_sweep *s;
	struct mm_oracle_settings current;
	uint64_t managed;
	struct saved saved;
	struct shared *shared;
	pid_t parent;
	int lock;
	sigset_t before;
};

static void nap(unsigned int ms)
{
	const struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L};

	(void)nanosleep(&t, NULL);
}

/* The kernel has the setting as written; else somebody else is writing too. */
static bool taken(const struct mm_oracle_settings *want, const struct mm_oracle_settings *got)
{
	int i;

	for (i = 0; i < MM_ORACLE_NR_SYSCTLS; i++) {
		if (memcmp(want->s[i].v, got->s[i].v, sizeof(want->s[i].v)) != 0)
			return false;
	}
	return true;
}

static bool one_setting(struct sweep *w, unsigned int i)
{
	struct mm_oracle_settings want;
	struct mm_oracle_input in;
	struct mm_error e = {0};
	struct saved text;
	bool ok;

	mm_oracle_sweep_setting(&want, i, &w->current, w->managed);
	to_text(&want, &text);
	if (!write_all(&text) || mm_oracle_settled(&in, &e))
		return false;
	ok = taken(&want, &in.settings);
	if (ok) {
		w->s->begin(w->s->env, i, &want);
		mm_oracle_compare(&in, w->s->row, w->s->env, &w->shared->r);
		(void)fflush(stdout);
		w->shared->settings++;
	}
	mm_oracle_input_free(&in);
	return ok;
}

static _Noreturn void work(struct sweep *w)
{
	unsigned int i;

	for (i = 0; i < MM_ORACLE_SWEEP_NR && !w->shared->failed; i++) {
		if (getppid() != w->parent) {
			(void)restore(&w->saved);
			_exit(1);
		}
		if (!one_setting(w, i))
			w->shared->failed = (int)i + 1;
		nap(w->s->pause_ms);
	}
	if (getppid() != w->parent)
		(void)restore(&w->saved);
	_exit(0);
}

/* ---- the parent ---- */

/* 0, or the signal that ended it; *status is the worker's. */
static int wait_for(pid_t worker, const sigset_t *set, int *status)
{
	int ended = 0;
	int sig;

	for (;;) {
		pid_t got = waitpid(worker, status, WNOHANG);

		if (got == worker || (got < 0 && errno == ECHILD))
			return ended;
		if (sigwait(set, &sig) || sig == SIGCHLD)
			continue;
		/* nothing may be written after this but what was saved */
		ended = sig;
		(void)kill(worker, SIGKILL);
	}
}

static void signals_of(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGCHLD);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGHUP);
	(void)sigaddset(set, SIGQUIT);
}

static int impossible(struct mm_error *e, const char *why)
{
	e->file = VM;
	return mm_error_set(e, -MM_ENODEV, 0, 0, "%s", why);
}

/* Everything that can fail before the first write. */
static int prepare(struct sweep *w, struct mm_oracle_input *in, struct mm_error *e)
{
	size_t i;
	int fd;
	int k;

	if (geteuid() != 0)
		return impossible(e, "only root can write here");
	for (k = 0; k < MM_ORACLE_NR_SYSCTLS; k++) {
		fd = open_sysctl((enum mm_oracle_sysctl)k, O_WRONLY);
		if (fd < 0)
			return impossible(e, strerror(errno));
		(void)close(fd);
	}
	w->lock = open(VM, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->lock < 0 || flock(w->lock, LOCK_EX | LOCK_NB))
		return impossible(e, "another sweep is at work");
	if (mm_oracle_settled(in, e))
		return -MM_ENODEV;
	w->current = in->settings;
	for (i = 0; i < in->zoneinfo.u.zoneinfo.nr_zones; i++)
		w->managed += in->zoneinfo.u.zoneinfo.zone[i].pages[MM_PROC_MANAGED];
	mm_oracle_input_free(in);
	if (!save(&w->saved))
		return impossible(e, "the settings cannot be saved");
	w->shared = mmap(NULL, sizeof(*w->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w->shared == MAP_FAILED)
		return impossible(e, "no memory for the results");
	return 0;
}

static void say_by_hand(const struct sweep *w, pid_t worker)
{
	int i;

	(void)fprintf(stderr, "sweep: worker %ld; by hand, should all else fail: sysctl -w",
		      (long)worker);
	for (i = 0; i < MM_ORACLE_NR_SYSCTLS; i++)
		(void)fprintf(stderr, " 'vm.%s=%.*s'",
			      mm_oracle_sysctl_name((enum mm_oracle_sysctl)i),
			      (int)strcspn(w->saved.t[i].bytes, "\n"), w->saved.t[i].bytes);
	(void)fprintf(stderr, "\n");
}

/* Fork, wait, write back. */
static void conduct(struct sweep *w, struct mm_oracle_swept *r, struct mm_error *e)
{
	int status = 0;
	sigset_t set;
	pid_t worker;

	signals_of(&set);
	w->parent = getpid();
	(void)fflush(stdout);
	worker = fork();
	if (worker == 0)
		work(w);
	if (worker < 0) {
		(void)impossible(e, "no process to do it");
		return;
	}
	say_by_hand(w, worker);
	r->signal = wait_for(worker, &set, &status);
	r->changed = true;
	r->restored = restore(&w->saved);
	r->r = w->shared->r;
	r->settings = w->shared->settings;
	r->end = MM_ORACLE_SWEPT;
	e->file = NULL;
	if (r->signal) {
		r->end = MM_ORACLE_SWEEP_SIGNAL;
	} else if (w->shared->failed) {
		r->end = MM_ORACLE_SWEEP_WORKER_DIED;
		(void)mm_error_set(e, -MM_EBUSY, 0, 0,
				   "setting %d was not taken: refused, or somebody else writes "
				   "to " VM,
				   w->shared->failed);
	} else if (WIFSIGNALED(status) || WEXITSTATUS(status)) {
		r->end = MM_ORACLE_SWEEP_WORKER_DIED;
		(void)mm_error_set(e, -MM_EIO, 0, 0, "the worker died of %s %d after %u settings",
				   WIFSIGNALED(status) ? "signal" : "status",
				   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
				   r->settings);
	}
}

struct mm_oracle_swept mm_oracle_sweep_run(const struct mm_oracle_sweep *s, struct mm_error *e)
{
	struct mm_oracle_swept r = {.end = MM_ORACLE_SWEEP_IMPOSSIBLE};
	struct sweep w = {.s = s, .lock = -1};
	struct mm_oracle_input in;
	sigset_t set;

	signals_of(&set);
	(void)sigaddset(&set, SIGTSTP);
	(void)signal(SIGCHLD, SIG_DFL);
	/* a reader that went away must not end it half-way */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigprocmask(SIG_BLOCK, &set, &w.before);
	if (prepare(&w, &in, e) == 0)
		conduct(&w, &r, e);
	(void)sigprocmask(SIG_SETMASK, &w.before, NULL);
	if (w.lock >= 0)
		(void)close(w.lock);
	return r;
}
