/* SPDX-License-Identifier: MIT */
/*
 * tracefs: files written and read relative to the descriptor of a folder, so
 * that a detached mount does as well as /sys/kernel/tracing.
 */
#include "fuzz/record/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char *const events[] = {
	"mm_page_alloc",        "mm_page_free",
	"mm_page_free_batched", "mm_page_alloc_zone_locked",
	"mm_page_pcpu_drain",   "mm_page_alloc_extfrag",
};

#define NR_EVENTS (sizeof(events) / sizeof(events[0]))

/* What the text of an event is made of; an instance inherits what others set. */
static const struct {
	const char *name;
	const char *value;
} settings[] = {
	{"options/context-info", "1"},
	{"options/irq-info", "1"},
	{"options/latency-format", "0"},
	{"options/record-tgid", "0"},
	{"options/verbose", "0"},
	{"options/raw", "0"},
	{"options/hex", "0"},
	{"options/bin", "0"},
	{"options/fields", "0"},
	{"options/stacktrace", "0"},
	{"options/overwrite", "1"},
	{"options/print-tgid", "0"},
	{"options/userstacktrace", "0"},
	{"options/annotate", "0"},
	{"options/event-fork", "0"},
	{"options/delta", "0"},
	{"options/pause-on-trace", "0"},
};

/* ---- files ---- */

static bool put(int folder, const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd = openat(folder, path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, len) == (ssize_t)len;
	if (!ok) {
		int err = errno;

		(void)close(fd);
		errno = err;
		return false;
	}
	return close(fd) == 0;
}

static bool get(int folder, const char *path, char *text, size_t size)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, size - 1);
	(void)close(fd);
	if (n < 0)
		return false;
	text[n] = '\0';
	return true;
}

static bool refuse(char *why, const char *what)
{
	int err = errno;
	char lock[64] = "";
	bool forbidden = (err == EPERM || err == EACCES) &&
			 get(AT_FDCWD, "/sys/kernel/security/lockdown", lock, sizeof(lock)) &&
			 strstr(lock, "[confidentiality]");

	(void)snprintf(why, MM_RECORD_WHY_MAX, "tracefs: %s: %s%s", what, strerror(err),
		       forbidden ? " (the kernel is locked down: confidentiality)" : "");
	return false;
}

/* ---- where it is ---- */

/* A mount without a place: nobody else sees it, and nobody has to unmount it. */
static int detached(void)
{
#if defined(SYS_fsopen) && defined(SYS_fsconfig) && defined(SYS_fsmount)
	const unsigned int cloexec = 1;
	const unsigned int create = 6;
	int fs = (int)syscall(SYS_fsopen, "tracefs", cloexec);
	int mount = -1;
	int err;

	if (fs < 0)
		return -1;
	if (syscall(SYS_fsconfig, fs, create, NULL, NULL, 0) == 0)
		mount = (int)syscall(SYS_fsmount, fs, cloexec, 0);
	err = errno;
	(void)close(fs);
	errno = err;
	return mount;
#else
	errno = ENOSYS;
	return -1;
#endif
}

static int mounted(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && faccessat(fd, "instances", F_OK, 0)) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

bool mm_record_tracefs_open(struct mm_record_tracefs *t, char why[MM_RECORD_WHY_MAX])
{
	*t = (struct mm_record_tracefs){-1, -1, -1, "", ""};
	if (geteuid() != 0) {
		(void)snprintf(why, MM_RECORD_WHY_MAX,
			       "page events are shown to root only: sudo mmref record ...");
		return false;
	}
	t->root = mounted("/sys/kernel/tracing");
	if (t->root < 0)
		t->root = mounted("/sys/kernel/debug/tracing");
	if (t->root < 0)
		t->root = detached();
	if (t->root < 0)
		return refuse(why, "cannot be reached (mount -t tracefs tracefs "
				   "/sys/kernel/tracing)");
	if (faccessat(t->root, "events/kmem/mm_page_alloc", F_OK, 0)) {
		(void)refuse(why, "no events of pages (CONFIG_FTRACE?)");
		mm_record_tracefs_close(t);
		return false;
	}
	return true;
}

void mm_record_tracefs_close(struct mm_record_tracefs *t)
{
	mm_record_tracefs_release(t);
	if (t->root >= 0)
		(void)close(t->root);
	t->root = -1;
}

/* ---- the instance ---- */

/* Steps of one clock for all CPUs; "mono" is what other tools can be set to. */
static void choose_clock(struct mm_record_tracefs *t)
{
	static const char *const clocks[] = {"mono", "global"};
	char there[256] = "";
	size_t i;

	(void)snprintf(t->clock, sizeof(t->clock), "local");
	(void)get(t->instance, "trace_clock", there, sizeof(there));
	for (i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		if (strstr(there, clocks[i]) && put(t->instance, "trace_clock", clocks[i])) {
			(void)snprintf(t->clock, sizeof(t->clock), "%s", clocks[i]);
			return;
		}
	}
}

/* Kernels differ in which events they have; one is enough, mm_page_alloc. */
static bool enable_events(struct mm_record_tracefs *t)
{
	char path[80];
	size_t i;

	for (i = 0; i < NR_EVENTS; i++) {
		(void)snprintf(path, sizeof(path), "events/kmem/%s/enable", events[i]);
		if (!put(t->instance, path, "1") && (i == 0 || errno != ENOENT))
			return false;
	}
	return true;
}

static bool set_up(struct mm_record_tracefs *t, uint64_t buffer_kib, char *why)
{
	char text[32];
	size_t i;

	if (!put(t->instance, "tracing_on", "0"))
		return refuse(why, "tracing_on");
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		(void)put(t->instance, settings[i].name, settings[i].value);
	choose_clock(t);
	(void)snprintf(text, sizeof(text), "%" PRIu64, buffer_kib);
	if (!put(t->instance, "buffer_size_kb", text))
		return refuse(why, "buffer_size_kb");
	if (!enable_events(t))
		return refuse(why, "an event cannot be switched on");
	t->pipe = openat(t->instance, "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return t->pipe >= 0 || refuse(why, "trace_pipe");
}

bool mm_record_tracefs_make(struct mm_record_tracefs *t, uint64_t buffer_kib,
			    char why[MM_RECORD_WHY_MAX])
{
	char path[64];

	(void)snprintf(path, sizeof(path), "instances/%s", t->name);
	if (mkdirat(t->root, path, 0700))
		return refuse(why, path);
	t->instance = openat(t->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->instance < 0)
		return refuse(why, path);
	return set_up(t, buffer_kib, why);
}

bool mm_record_tracefs_follow(struct mm_record_tracefs *t, pid_t pid, char why[MM_RECORD_WHY_MAX])
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ld", (long)pid);
	if (!put(t->instance, "options/event-fork", "1") ||
	    !put(t->instance, "set_event_pid", text))
		return refuse(why, "set_event_pid");
	return true;
}

void mm_record_tracefs_leave_out(struct mm_record_tracefs *t, pid_t pid)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ld", (long)pid);
	(void)put(t->instance, "set_event_notrace_pid", text);
}

bool mm_record_tracefs_switch(struct mm_record_tracefs *t, bool on)
{
	return put(t->instance, "tracing_on", on ? "1" : "0");
}

/* ---- losses ---- */

static uint64_t number_after(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

void mm_record_tracefs_losses(const struct mm_record_tracefs *t, struct mm_record_events *ev)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	uint64_t lost = 0;
	unsigned int i;

	ev->nr_cpus =
		cpus > 0 && cpus < MM_RECORD_CPUS_MAX ? (unsigned int)cpus : MM_RECORD_CPUS_MAX;
	for (i = 0; i < ev->nr_cpus; i++) {
		struct mm_record_loss *l = &ev->cpu[i];
		char path[48];
		char text[512];

		(void)snprintf(path, sizeof(path), "per_cpu/cpu%u/stats", i);
		if (!get(t->instance, path, text, sizeof(text)))
			continue;
		l->overrun = number_after(text, "\noverrun: ");
		l->dropped = number_after(text, "\ndropped events: ") +
			     number_after(text, "\ncommit overrun: ");
		l->left = number_after(text, "entries: ");
		lost += l->overrun + l->dropped + l->left;
	}
	/* notices repeat what is counted here, but outlive a buffer that was reset */
	ev->lost = (lost > ev->reported ? lost : ev->reported) + ev->withheld;
}

/* ---- the end ---- */

void mm_record_tracefs_release(struct mm_record_tracefs *t)
{
	if (t->pipe >= 0)
		(void)close(t->pipe);
	if (t->instance >= 0)
		(void)close(t->instance);
	t->pipe = -1;
	t->instance = -1;
}

bool mm_record_tracefs_remove(int root, const char *name, unsigned int ms)
{
	static const struct timespec nap = {0, 10000000};
	char path[80];
	unsigned int waited;

	(void)snprintf(path, sizeof(path), "instances/%s/tracing_on", name);
	(void)put(root, path, "0");
	(void)snprintf(path, sizeof(path), "instances/%s", name);
	for (waited = 0;; waited += 10) {
		if (unlinkat(root, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return true;
		if (waited >= ms)
			return false;
		(void)nanosleep(&nap, NULL);
	}
}
