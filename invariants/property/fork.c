/* SPDX-License-Identifier: MIT */
/*
 * fork: the property is called in a child, which may crash or hang.
 *
 *     parent                         child
 *     pipe, fork ──────────────────> fork_post hook, property
 *     poll <──────── one byte ────── its result
 *            end of file: it died, the trial fails
 *            timeout: signal; exit_timeout later SIGKILL
 *     waitpid(child)                 _exit
 *
 * Only this child is waited for: a host program's other children are its own.
 * What the child tells beside its result (draws of the property, labels, notes)
 * it writes into shared memory as it goes, so that a crash loses nothing.
 */
#include "invariants/property/engine.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What does not fit is left out: draws past these are made from the seed again,
 * and cannot shrink. */
#define JOURNAL_DRAWS  65536
#define JOURNAL_SPANS  16384
#define JOURNAL_LABELS 4096 /* bytes */

struct journal {
	size_t nr_draws;
	size_t nr_spans;
	size_t labels_length; /* names one after another, a NUL behind each */
	struct note note;
	char labels[JOURNAL_LABELS];
	struct draw draws[JOURNAL_DRAWS];
	struct span spans[JOURNAL_SPANS];
};

/* ---- the journal ---- */

void journal_draw(struct journal *j, struct draw draw)
{
	if (j->nr_draws < JOURNAL_DRAWS)
		j->draws[j->nr_draws++] = draw;
}

void journal_span(struct journal *j, struct span span)
{
	if (j->nr_spans < JOURNAL_SPANS)
		j->spans[j->nr_spans++] = span;
}

void journal_label(struct journal *j, const char *label)
{
	size_t size = strlen(label) + 1;

	if (size > JOURNAL_LABELS - j->labels_length)
		return;
	memcpy(j->labels + j->labels_length, label, size);
	j->labels_length += size;
}

void journal_note(struct journal *j, const struct note *note)
{
	j->note = *note;
}

static struct journal *journal_open(void)
{
	struct journal *j =
		mmap(NULL, sizeof(*j), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return j == MAP_FAILED ? NULL : j;
}

/* Take over what the child has written.  It is dead, and may have died while it
 * wrote, or have written anything: counts are cut to what there is. */
static void journal_read(struct theft *t, const struct journal *j)
{
	size_t nr_draws = j->nr_draws < JOURNAL_DRAWS ? j->nr_draws : JOURNAL_DRAWS;
	size_t nr_spans = j->nr_spans < JOURNAL_SPANS ? j->nr_spans : JOURNAL_SPANS;
	size_t length = j->labels_length < JOURNAL_LABELS ? j->labels_length : 0;
	size_t at;

	for (at = 0; at < nr_draws; at++) {
		if (!tape_add(&t->tape, j->draws[at]))
			t->no_memory = true;
	}
	for (at = 0; at < nr_spans; at++) {
		if (j->spans[at].end <= t->tape.n && !tape_add_span(&t->tape, j->spans[at]))
			t->no_memory = true;
	}
	for (at = 0; at < length; at += strlen(j->labels + at) + 1) {
		if (!t->shrinking && !labels_note(&t->labels, j->labels + at))
			t->no_memory = true;
	}
	t->note = j->note;
	t->note.text[NOTE_MAX - 1] = '\0';
	t->note.length = strlen(t->note.text);
}

/* ---- the child ---- */

static void child_main(struct theft *t, struct args *args, int fd)
{
	struct args shown = *args;
	const struct theft_hook_fork_post_info info = {
		.t = t,
		.prop_name = t->cfg->name,
		.total_trials = t->total_trials,
		.failures = t->counts.fail,
		.run_seed = t->run_seed,
		.arity = t->arity,
		.args = shown.instance,
	};
	uint8_t byte = THEFT_TRIAL_ERROR;

	if (!t->cfg->hooks.fork_post ||
	    t->cfg->hooks.fork_post(&info, t->cfg->hooks.env) == THEFT_HOOK_FORK_POST_CONTINUE)
		byte = (uint8_t)trial_call_here(t, args);
	/* what the property has printed is in buffers that _exit drops */
	(void)fflush(NULL);
	if (write(fd, &byte, 1) != 1)
		_exit(EXIT_FAILURE);
	_exit(byte == THEFT_TRIAL_PASS ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* ---- the parent ---- */

#define NS_PER_MS 1000000u

uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 * NS_PER_MS + (uint64_t)now.tv_nsec;
}

enum wait_result { WAIT_READY, WAIT_TIMEOUT, WAIT_ERROR };

/* Until there is something to read or the other end is closed; ms 0: for ever.
 * A signal to the host does not prolong it. */
static enum wait_result wait_readable(int fd, size_t ms)
{
	uint64_t deadline = now_ns() + (uint64_t)ms * NS_PER_MS;

	for (;;) {
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
		uint64_t now = now_ns();
		int left = -1;
		int ready;

		if (ms)
			left = now < deadline ? (int)((deadline - now + NS_PER_MS - 1) / NS_PER_MS)
					      : 0;
		ready = poll(&poll_fd, 1, left);
		if (ready > 0)
			return WAIT_READY;
		if (ready == 0 && ms)
			return WAIT_TIMEOUT;
		if (ready < 0 && errno != EINTR)
			return WAIT_ERROR;
	}
}

/* The child has died, or is about to. */
static bool reap(pid_t child, int *status)
{
	pid_t pid;

	do {
		pid = waitpid(child, status, 0);
	} while (pid < 0 && errno == EINTR);
	return pid == child;
}

static bool ends_within(pid_t child, size_t ms, int *status)
{
	const struct timespec pause = {.tv_nsec = NS_PER_MS};
	size_t waited;

	for (waited = 0; waited <= ms; waited++) {
		if (waitpid(child, status, WNOHANG) == child)
			return true;
		(void)nanosleep(&pause, NULL);
	}
	return false;
}

/*
 * Out of time.  A child that takes the signal as a request to end and exits
 * with 0 has passed: that is how a property says that going on for ever is
 * right.  One that ignores it is killed.
 */
static enum theft_trial_res end_child(const struct theft *t, pid_t child)
{
	int sig = t->cfg->fork.signal ? t->cfg->fork.signal : SIGTERM;
	size_t patience =
		t->cfg->fork.exit_timeout ? t->cfg->fork.exit_timeout : DEFAULT_EXIT_TIMEOUT;
	int status = 0;

	(void)kill(child, sig);
	if (ends_within(child, patience, &status))
		return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? THEFT_TRIAL_PASS
								     : THEFT_TRIAL_FAIL;
	(void)kill(child, SIGKILL);
	return reap(child, &status) ? THEFT_TRIAL_FAIL : THEFT_TRIAL_ERROR;
}

static enum theft_trial_res parent_main(pid_t child, const struct theft *t, int fd)
{
	enum wait_result ready = wait_readable(fd, t->cfg->fork.timeout);
	uint8_t byte = 0;
	int status = 0;
	ssize_t got;

	if (ready == WAIT_TIMEOUT)
		return end_child(t, child);
	do {
		got = read(fd, &byte, 1);
	} while (got < 0 && errno == EINTR);
	if (!reap(child, &status) || got < 0)
		return THEFT_TRIAL_ERROR;
	if (got == 0)
		return THEFT_TRIAL_FAIL;
	return byte <= THEFT_TRIAL_ERROR ? (enum theft_trial_res)byte : THEFT_TRIAL_ERROR;
}

/* The journal is this trial's alone: a child that was killed may have left
 * anything in it. */
static enum theft_trial_res fork_and_wait(struct theft *t, struct args *args, int fds[2])
{
	enum theft_trial_res res;
	pid_t child;

	/* or both would print what is buffered */
	(void)fflush(NULL);
	child = fork();
	if (child == 0) {
		(void)close(fds[0]);
		child_main(t, args, fds[1]);
	}
	(void)close(fds[1]);
	res = child < 0 ? THEFT_TRIAL_ERROR : parent_main(child, t, fds[0]);
	(void)close(fds[0]);
	return res;
}

enum theft_trial_res trial_call_in_child(struct theft *t, struct args *args)
{
	struct journal *journal = journal_open();
	enum theft_trial_res res;
	int fds[2];

	if (!journal)
		return THEFT_TRIAL_ERROR;
	if (pipe(fds) != 0) {
		(void)munmap(journal, sizeof(*journal));
		return THEFT_TRIAL_ERROR;
	}
	t->journal = journal;
	res = fork_and_wait(t, args, fds);
	t->journal = NULL;
	journal_read(t, journal);
	(void)munmap(journal, sizeof(*journal));
	return res;
}
