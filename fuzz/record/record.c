/* SPDX-License-Identifier: MIT */
/*
 * record: one recording from its first check to its last file.
 *
 *     look what can be recorded -- refuse, and nothing was touched
 *     make DIR, copy /proc
 *     guard, instance, child (waits), follow it
 *     go --- loop: signals, pipes, clock --- over
 *     drain, count losses, let the guard remove the instance, write what is left
 *
 * Whatever goes wrong from the guard on, goes through the last line.
 */
#include "fuzz/record/record.h"

#include "fuzz/record/command.h"
#include "fuzz/record/events.h"
#include "fuzz/record/guard.h"
#include "fuzz/record/host.h"
#include "fuzz/record/meta.h"
#include "fuzz/record/strace.h"
#include "fuzz/record/tracefs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS       10   /* the longest that a buffer fills unread */
#define READS_AT_ONCE 256  /* of one pipe, before the others are looked at */
#define GRACE_S       3.0  /* from a signal to SIGKILL */
#define REMOVE_MS     5000 /* for what the guard could not remove */
#define TRACER_S      2.0  /* for the tracer, when the command is over */

struct recording {
	const struct mm_record_options *o;
	struct mm_record_result *r;
	struct mm_error *e;
	unsigned int did;
	struct mm_record_tracefs tracefs;
	struct mm_record_guard guard;
	struct mm_record_child child;
	struct mm_record_names names;
	char strace[4096]; /* the program */
	int strace_pipe[2];
	bool tracer_left_out;
	bool over;  /* the command is */
	bool asked; /* to end */
	double asked_at;
	bool killed;
	struct mm_record_lines event_lines;
	struct mm_record_lines strace_lines;
	struct mm_record_sink event_sink;
	struct mm_record_sink strace_sink;
	struct mm_record_event_text event_text;
	struct mm_record_strace_text strace_text;
	int signals; /* signalfd */
	sigset_t before;
};

static double now(void)
{
	struct timespec t = {0, 0};

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The first failure is the one that is told. */
static int fail(struct recording *c, const char *file, int err, const char *why)
{
	if (!c->e->text[0]) {
		c->e->file = file;
		(void)mm_error_set(c->e, err, 0, 0, "%s", why);
	}
	return err;
}

/* ---- what can be recorded ---- */

/* set_event_pid knows the pids of the first PID namespace only. */
static bool pids_are_the_kernels(void)
{
	static const char first[] = "pid:[4026531836]";
	char link[32];
	ssize_t n = readlink("/proc/self/ns/pid", link, sizeof(link));

	return n == (ssize_t)sizeof(first) - 1 && memcmp(link, first, sizeof(first) - 1) == 0;
}

static bool can_events(struct recording *c)
{
	char *why = c->r->why_no_events;

	if (!mm_record_tracefs_open(&c->tracefs, why))
		return false;
	if (c->o->system || pids_are_the_kernels())
		return true;
	(void)snprintf(why, MM_RECORD_WHY_MAX,
		       "in a PID namespace the command's events cannot be told from others: "
		       "--system records all");
	mm_record_tracefs_close(&c->tracefs);
	return false;
}

static bool can_strace(struct recording *c)
{
	if (mm_record_find("strace", c->strace, sizeof(c->strace)))
		return true;
	(void)snprintf(c->r->why_no_strace, MM_RECORD_WHY_MAX,
		       "there is no program strace: apt-get install strace");
	return false;
}

static int look(struct recording *c)
{
	const struct mm_record_options *o = c->o;
	unsigned int want = o->want ? o->want : MM_RECORD_EVENTS;
	char path[4096];

	if (!mm_record_find(o->command[0], path, sizeof(path)))
		return fail(c, o->command[0], -MM_EINVAL,
			    "the command is not there, or cannot be executed");
	if ((want & MM_RECORD_EVENTS) && can_events(c))
		c->did |= MM_RECORD_EVENTS;
	if (!o->want && !c->did)
		want |= MM_RECORD_STRACE;
	if ((want & MM_RECORD_STRACE) && can_strace(c))
		c->did |= MM_RECORD_STRACE;
	return c->did ? 0 : fail(c, NULL, -MM_ENODEV, "nothing can be recorded here");
}

/* ---- the folder ---- */

static bool is_empty(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	bool empty = d != NULL;

	while (d && (entry = readdir(d)))
		empty &= strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	if (d)
		(void)closedir(d);
	return empty;
}

static int make_folder(struct recording *c)
{
	const char *dir = c->o->dir;
	int err;

	if (mkdir(dir, 0777) && errno != EEXIST)
		return fail(c, dir, -MM_EINVAL, strerror(errno));
	if (!is_empty(dir))
		return fail(c, dir, -MM_EINVAL,
			    "not an empty folder: a recording is not written over another, "
			    "give a new one with -o");
	err = mm_record_host_save(dir);
	if (err)
		return fail(c, dir, -MM_EIO, strerror(err));
	(void)mm_record_host_describe(dir, c->r->why_no_machine, &err);
	return err ? fail(c, dir, -MM_EIO, strerror(err)) : 0;
}

/* ---- setting up ---- */

static int our_events(struct recording *c)
{
	char *why = c->r->why_no_events;
	char command[1024];
	int err;

	(void)snprintf(c->tracefs.name, sizeof(c->tracefs.name), "mmref-%ld", (long)getpid());
	(void)snprintf(c->r->instance, sizeof(c->r->instance), "%s", c->tracefs.name);
	if (!mm_record_guard_start(&c->guard, c->tracefs.root, c->tracefs.name))
		return fail(c, NULL, -MM_ENOMEM, "no process for the guard");
	if (!mm_record_tracefs_make(&c->tracefs, c->o->buffer_kib, why))
		return fail(c, NULL, -MM_ENODEV, why);
	mm_record_command_text(c->o, &c->names, command, sizeof(command));
	(void)snprintf(c->event_sink.path, sizeof(c->event_sink.path), "%s/events.txt.gz",
		       c->o->dir);
	err = mm_record_event_header(c->event_sink.path, &c->r->events, command);
	if (err || !mm_record_sink_open(&c->event_sink, c->o->dir, "events.txt.gz"))
		return fail(c, c->o->dir, -MM_EIO, strerror(err ? err : c->event_sink.err));
	memcpy(c->r->clock, c->tracefs.clock, sizeof(c->r->clock));
	c->event_text.ev = &c->r->events;
	c->event_text.sink = &c->event_sink;
	c->event_text.names = c->o->clear_names ? NULL : &c->names;
	return 0;
}

static int our_strace(struct recording *c)
{
	if (pipe2(c->strace_pipe, O_CLOEXEC) || fcntl(c->strace_pipe[0], F_SETFL, O_NONBLOCK) < 0)
		return fail(c, NULL, -MM_EIO, strerror(errno));
	if (!mm_record_sink_open(&c->strace_sink, c->o->dir, "strace.txt.gz"))
		return fail(c, c->o->dir, -MM_EIO, strerror(c->strace_sink.err));
	c->strace_text.sink = &c->strace_sink;
	c->strace_text.names = c->o->clear_names ? NULL : &c->names;
	return 0;
}

static int make_child(struct recording *c)
{
	char **words = c->o->command;
	char **traced = NULL;
	char to[64];
	bool ok;

	if (c->did & MM_RECORD_STRACE) {
		(void)snprintf(to, sizeof(to), "/proc/%ld/fd/%d", (long)getpid(),
			       c->strace_pipe[1]);
		traced = mm_record_strace_words(c->strace, c->o->command, c->o->nr_words, to);
		if (!traced)
			return fail(c, NULL, -MM_ENOMEM, "no memory for a command line");
		words = traced;
	}
	ok = mm_record_child_make(&c->child, words, &c->before);
	free(traced);
	if (!ok)
		return fail(c, NULL, -MM_ENOMEM, "no process for the command");
	if (!(c->did & MM_RECORD_EVENTS))
		return 0;
	if ((!c->o->system &&
	     !mm_record_tracefs_follow(&c->tracefs, c->child.pid, c->r->why_no_events)) ||
	    !mm_record_tracefs_switch(&c->tracefs, true)) {
		mm_record_child_drop(&c->child);
		return fail(c, NULL, -MM_ENODEV, "the events cannot be switched on");
	}
	return 0;
}

/* ---- while it runs ---- */

/* Read what is there; false: nothing will come any more. */
static bool drain(struct mm_record_lines *l, int fd, void (*take)(void *, const char *, size_t),
		  void *env)
{
	enum mm_record_read got = MM_RECORD_MORE;
	int i;

	for (i = 0; i < READS_AT_ONCE && got == MM_RECORD_MORE; i++)
		got = mm_record_lines_read(l, fd, take, env);
	return got != MM_RECORD_END;
}

static void drain_events(struct recording *c)
{
	if (c->did & MM_RECORD_EVENTS)
		(void)drain(&c->event_lines, c->tracefs.pipe, mm_record_event_line, &c->event_text);
}

/* Our own end is open until the tracer has one: without either there is no more. */
static bool drain_strace(struct recording *c)
{
	bool more;

	if (c->strace_pipe[0] < 0)
		return false;
	more = drain(&c->strace_lines, c->strace_pipe[0], mm_record_strace_line, &c->strace_text);
	if (c->strace_pipe[1] >= 0 && (c->over || c->strace_text.lines)) {
		(void)close(c->strace_pipe[1]);
		c->strace_pipe[1] = -1;
	}
	if (more)
		return true;
	(void)close(c->strace_pipe[0]);
	c->strace_pipe[0] = -1;
	return false;
}

/* What the tracer does is not what the command does. */
static void leave_out_tracer(struct recording *c)
{
	pid_t tracer;

	if (c->tracer_left_out || c->did != (MM_RECORD_EVENTS | MM_RECORD_STRACE))
		return;
	tracer = mm_record_tracer_of(c->child.pid);
	if (!tracer)
		return;
	mm_record_tracefs_leave_out(&c->tracefs, tracer);
	c->tracer_left_out = true;
}

static void tell_to_end(struct recording *c, enum mm_record_end why, int sig)
{
	c->r->end = why;
	if (!c->asked)
		c->asked_at = now();
	c->asked = true;
	if (sig)
		(void)kill(c->child.pid, sig);
}

/* A key typed at the terminal was heard by the command too. */
static void take_signal(struct recording *c)
{
	struct signalfd_siginfo info;

	while (read(c->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		int sig = (int)info.ssi_signo;

		if (sig == SIGCHLD)
			continue;
		c->r->signal = sig;
		tell_to_end(c, MM_RECORD_SIGNAL, info.ssi_code == SI_KERNEL ? 0 : sig);
	}
}

static void look_at_clock(struct recording *c, double start)
{
	double t = now();

	if (!c->asked && c->o->max_seconds && t - start >= (double)c->o->max_seconds)
		tell_to_end(c, MM_RECORD_MAX_SECONDS, SIGTERM);
	if (c->asked && !c->killed && t - c->asked_at >= GRACE_S) {
		(void)kill(c->child.pid, SIGKILL);
		c->killed = true;
	}
}

static void wait_for_more(const struct recording *c)
{
	struct pollfd fds[2] = {{c->signals, POLLIN, 0}, {c->strace_pipe[0], POLLIN, 0}};

	(void)poll(fds, 2, POLL_MS);
}

static void follow(struct recording *c)
{
	double start = now();

	while (!c->over) {
		wait_for_more(c);
		leave_out_tracer(c);
		drain_events(c);
		(void)drain_strace(c);
		take_signal(c);
		look_at_clock(c, start);
		c->over = waitpid(c->child.pid, &c->r->status, WNOHANG) == c->child.pid;
	}
	c->r->seconds = now() - start;
}

/* ---- the end ---- */

/* The tracer stays as long as anything that it follows; we do not. */
static void end_strace(struct recording *c)
{
	double start = now();

	while (drain_strace(c) && now() - start < TRACER_S)
		wait_for_more(c);
	c->r->strace_lines = c->strace_text.lines;
	c->r->strace_withheld = c->strace_text.withheld + c->strace_lines.cut;
	if ((c->did & MM_RECORD_STRACE) && !c->strace_text.lines)
		(void)snprintf(c->r->why_no_strace, MM_RECORD_WHY_MAX,
			       "strace wrote nothing: may it trace here? (ptrace_scope, seccomp)");
}

static void end_events(struct recording *c)
{
	uint64_t before;

	if (c->tracefs.instance < 0)
		return;
	(void)mm_record_tracefs_switch(&c->tracefs, false);
	do {
		before = c->r->events.total + c->r->events.withheld;
		drain_events(c);
	} while (c->r->events.total + c->r->events.withheld != before);
	c->r->events.withheld += c->event_lines.cut;
	mm_record_tracefs_losses(&c->tracefs, &c->r->events);
}

static int close_files(struct recording *c, bool ran)
{
	char command[1024];
	int err = 0;

	mm_record_command_text(c->o, &c->names, command, sizeof(command));
	mm_record_sink_close(&c->event_sink);
	mm_record_sink_close(&c->strace_sink);
	if (!ran)
		return 0;
	if (c->did & MM_RECORD_EVENTS)
		err = c->event_sink.err
			      ? c->event_sink.err
			      : mm_record_event_header(c->event_sink.path, &c->r->events, command);
	if (!err)
		err = c->strace_sink.err;
	if (!err)
		err = mm_record_meta(c->o, c->r, command);
	return err ? fail(c, c->o->dir, -MM_EIO, strerror(err)) : 0;
}

/* Everything that was made goes, in this order, whatever of it there is. */
static int finish(struct recording *c, bool ran, int err)
{
	int i;

	if (ran)
		c->r->did = c->did;
	mm_record_tracefs_release(&c->tracefs);
	/* should the guard have been killed, then here */
	c->r->removed = mm_record_guard_finish(&c->guard) ||
			mm_record_tracefs_remove(c->tracefs.root, c->tracefs.name, REMOVE_MS);
	i = close_files(c, ran);
	err = err ? err : i;
	for (i = 0; i < 2; i++) {
		if (c->strace_pipe[i] >= 0)
			(void)close(c->strace_pipe[i]);
	}
	mm_record_tracefs_close(&c->tracefs);
	mm_record_lines_fini(&c->event_lines);
	mm_record_lines_fini(&c->strace_lines);
	mm_record_names_fini(&c->names);
	return err;
}

/* With signals blocked: what comes is taken when we look. */
static int conduct(struct recording *c)
{
	int err = (c->did & MM_RECORD_EVENTS) ? our_events(c) : 0;
	bool ran = false;

	if (!err && (c->did & MM_RECORD_STRACE))
		err = our_strace(c);
	if (!err)
		err = make_child(c);
	if (!err) {
		int failed = mm_record_child_go(&c->child);

		ran = true;
		follow(c);
		end_strace(c);
		end_events(c);
		if (failed)
			err = fail(c, c->o->command[0], -MM_EINVAL, strerror(failed));
	}
	return finish(c, ran, err);
}

static bool take_signals(struct recording *c)
{
	static const int ours[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	sigset_t set;
	size_t i;

	(void)sigemptyset(&set);
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		(void)sigaddset(&set, ours[i]);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN); /* our own reader may go, the recording goes on */
	(void)sigprocmask(SIG_BLOCK, &set, &c->before);
	c->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return c->signals >= 0;
}

int mm_record_run(const struct mm_record_options *o, struct mm_record_result *r, struct mm_error *e)
{
	struct recording c = {.o = o,
			      .r = r,
			      .e = e,
			      .tracefs = {-1, -1, -1, "", ""},
			      .guard = {-1, -1},
			      .strace_pipe = {-1, -1}};
	int err;

	memset(r, 0, sizeof(*r));
	memset(e, 0, sizeof(*e));
	r->removed = true;
	err = look(&c);
	if (!err)
		err = make_folder(&c);
	if (err) {
		mm_record_tracefs_close(&c.tracefs);
		return err;
	}
	if (!take_signals(&c))
		err = fail(&c, NULL, -MM_ENOMEM, strerror(errno));
	err = err ? finish(&c, false, err) : conduct(&c);
	if (c.signals >= 0)
		(void)close(c.signals);
	(void)sigprocmask(SIG_SETMASK, &c.before, NULL);
	return err;
}
