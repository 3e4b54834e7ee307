/* SPDX-License-Identifier: MIT */
/*
 * subject_host: a subject is started, filled and asked.
 *
 * It is a program of its own, linked to fixed addresses, because this one may be built
 * with sanitizers whose shadow lies where the window is.  All that is free in it but the
 * window is mapped by the driver, through its own system calls.
 */
#include "mm/process.h"

#include "fuzz/oracle/live/live.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_SECONDS    10
#define CAP_BIT_IPC_LOCK  14
#define CAP_BIT_SYS_RAWIO 17
#define CAP_BIT_SYS_ADMIN 21

/* ---- asking ---- */

static bool is_dead(struct mm_live_subject *s)
{
	int status;

	if (waitpid(s->pid, &status, WNOHANG) != s->pid)
		return false;
	s->pid = 0;
	return true;
}

/* Until it is our turn again. */
static void wait_answer(struct mm_live_subject *s)
{
	const struct timespec second = {1, 0};
	int waited = 0;

	while (__atomic_load_n(&s->slot->turn, __ATOMIC_ACQUIRE) != MM_LIVE_DRIVER) {
		if (syscall(SYS_futex, &s->slot->turn, FUTEX_WAIT, MM_LIVE_SUBJECT, &second, NULL,
			    0) &&
		    errno == ETIMEDOUT && (is_dead(s) || ++waited >= ANSWER_SECONDS)) {
			s->lost = true;
			return;
		}
	}
}

static void ask(struct mm_live_subject *s, enum mm_live_request what)
{
	if (s->lost)
		return;
	s->slot->request = what;
	__atomic_store_n(&s->slot->turn, MM_LIVE_SUBJECT, __ATOMIC_RELEASE);
	(void)syscall(SYS_futex, &s->slot->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
	wait_answer(s);
}

int64_t mm_live_call(struct mm_live_subject *s, long nr, const uint64_t *args)
{
	s->slot->arg[0] = (uint64_t)nr;
	memcpy(&s->slot->arg[1], args, 6 * sizeof(*args));
	ask(s, MM_LIVE_CALL);
	return s->slot->answer;
}

void mm_live_touch(struct mm_live_subject *s, uint64_t addr, uint64_t access)
{
	s->slot->arg[0] = addr;
	s->slot->arg[1] = access;
	ask(s, MM_LIVE_TOUCH);
}

/* ---- rights and limits ---- */

static uint64_t cap_bits(uint32_t caps)
{
	return (uint64_t)((caps & MM_CAP_IPC_LOCK) != 0) << CAP_BIT_IPC_LOCK |
	       (uint64_t)((caps & MM_CAP_SYS_RAWIO) != 0) << CAP_BIT_SYS_RAWIO |
	       (uint64_t)((caps & MM_CAP_SYS_ADMIN) != 0) << CAP_BIT_SYS_ADMIN;
}

int64_t mm_live_caps(struct mm_live_subject *s, const struct mm_live_host *h, uint32_t caps)
{
	s->slot->arg[0] = ((h->permitted & ~cap_bits(MM_CAP_ALL)) | cap_bits(caps)) & h->permitted;
	s->slot->arg[1] = h->permitted;
	ask(s, MM_LIVE_CAPS);
	return s->slot->answer;
}

int64_t mm_live_limit(struct mm_live_subject *s, enum mm_rlimit which, uint64_t bytes)
{
	static const int kernel[MM_NR_RLIMITS] = {RLIMIT_DATA, RLIMIT_STACK, RLIMIT_MEMLOCK,
						  RLIMIT_AS};
	uint64_t base = which == MM_RLIMIT_AS     ? s->base.total << MM_PAGE_SHIFT
			: which == MM_RLIMIT_DATA ? s->base.data << MM_PAGE_SHIFT
						  : 0;
	struct {
		uint64_t soft, hard;
	} limit;

	if (syscall(SYS_prlimit64, s->pid, kernel[which], NULL, &limit))
		return -errno;
	limit.soft = bytes > UINT64_MAX - base ? UINT64_MAX : bytes + base;
	if (limit.soft > limit.hard)
		limit.soft = limit.hard;
	return syscall(SYS_prlimit64, s->pid, kernel[which], &limit, NULL) ? -errno : 0;
}

/* ---- filling ---- */

static int fill(struct mm_live_subject *s, uint64_t from, uint64_t to)
{
	const uint64_t args[6] = {
		from, to - from, PROT_NONE, MAP_SHARED | MAP_FIXED, MM_LIVE_FILL_FD, 0};

	return from >= to || mm_live_call(s, SYS_mmap, args) == (int64_t)from ? 0 : -MM_EIO;
}

/* All of [from, to) but the window. */
static int fill_around(struct mm_live_subject *s, uint64_t from, uint64_t to)
{
	int err = 0;

	if (from < MM_LIVE_BASE)
		err = fill(s, from, to < MM_LIVE_BASE ? to : MM_LIVE_BASE);
	if (!err && to > MM_LIVE_END)
		err = fill(s, from > MM_LIVE_END ? from : MM_LIVE_END, to);
	return err;
}

/* Is anything in the window already? */
static bool overlaps(uint64_t start, uint64_t end)
{
	return start < MM_LIVE_END && end > MM_LIVE_BASE;
}

static int fill_all(struct mm_live_subject *s, uint64_t at)
{
	char line[512];
	char path[64];
	FILE *maps;
	/* what is mapped changes while it is filled: first all gaps, then the filling */
	uint64_t gap[64][2];
	unsigned int nr = 0;
	unsigned int i;

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)s->pid);
	maps = fopen(path, "r");
	if (!maps)
		return -MM_EIO;
	while (fgets(line, sizeof(line), maps) && nr < 63) {
		char *end_text;
		uint64_t start = strtoull(line, &end_text, 16);
		uint64_t end = *end_text == '-' ? strtoull(end_text + 1, NULL, 16) : 0;

		if (start >= MM_LIVE_TASK_SIZE)
			break;
		if (overlaps(start, end)) {
			(void)fclose(maps);
			return -MM_EIO;
		}
		gap[nr][0] = at;
		gap[nr++][1] = start;
		at = end > at ? end : at;
	}
	(void)fclose(maps);
	gap[nr][0] = at;
	gap[nr++][1] = MM_LIVE_TASK_SIZE;
	for (i = 0; i < nr; i++) {
		if (gap[i][0] < gap[i][1] && fill_around(s, gap[i][0], gap[i][1]))
			return -MM_EIO;
	}
	return 0;
}

/* Private memory up to what its last segment counted for: see slot.h. */
static int pad_data(struct mm_live_subject *s)
{
	uint64_t want = MM_LIVE_MARK >> MM_PAGE_SHIFT;
	struct mm_live_totals t;
	uint64_t args[6] = {0,          0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    UINT64_MAX, 0};

	if (mm_live_totals(s, &t) || t.data > want)
		return -MM_EIO;
	args[1] = (want - t.data) << MM_PAGE_SHIFT;
	return args[1] && mm_live_call(s, SYS_mmap, args) < 0 ? -MM_EIO : 0;
}

/* ---- starting ---- */

unsigned int mm_live_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return (unsigned int)CPU_COUNT(&set);
}

void mm_live_stay(unsigned int nth)
{
	cpu_set_t all;
	cpu_set_t one;
	size_t cpu;

	if (sched_getaffinity(0, sizeof(all), &all))
		return;
	CPU_ZERO(&one);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &all) && nth-- == 0)
			CPU_SET(cpu, &one);
	}
	(void)sched_setaffinity(0, sizeof(one), &one);
}

/* Which descriptors it keeps: its own two, and files of the trace above. */
static _Noreturn void become(const struct mm_live_host *h, int slot, int filler)
{
	char *const none[] = {NULL};
	struct rlimit stack;
	int low;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)personality(ADDR_NO_RANDOMIZE);
	if (!getrlimit(RLIMIT_STACK, &stack)) {
		/* without a limit mappings would go from the bottom up */
		stack.rlim_cur = (rlim_t)8 << 20;
		if (stack.rlim_cur > stack.rlim_max)
			stack.rlim_cur = stack.rlim_max;
		(void)setrlimit(RLIMIT_STACK, &stack);
	}
	/* out of the way of the numbers they will have */
	slot = fcntl(slot, F_DUPFD, MM_LIVE_FILES_FD + 4 * MM_LIVE_FILES_MAX);
	filler = fcntl(filler, F_DUPFD, MM_LIVE_FILES_FD + 4 * MM_LIVE_FILES_MAX);
	(void)dup2(slot, MM_LIVE_SLOT_FD);
	(void)dup2(filler, MM_LIVE_FILL_FD);
	(void)close(slot);
	(void)close(filler);
	for (low = MM_LIVE_FILL_FD + 1; low < MM_LIVE_FILES_FD; low++)
		(void)close(low);
	(void)execve(h->subject, none, none);
	_exit(127);
}

static int shared_page(struct mm_live_subject *s)
{
	int fd = memfd_create("mmref-slot", MFD_CLOEXEC);

	s->slot = NULL;
	if (fd < 0)
		return -1;
	if (ftruncate(fd, 4096) == 0)
		s->slot = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!s->slot || s->slot == MAP_FAILED) {
		s->slot = NULL;
		(void)close(fd);
		return -1;
	}
	return fd;
}

static int open_proc(const struct mm_live_subject *s, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)s->pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* It exists: the first request is a call that answers. */
static int first_words(struct mm_live_subject *s)
{
	const uint64_t none[6] = {0};

	if (mm_live_call(s, SYS_getpid, none) != (int64_t)s->pid || s->lost)
		return -MM_EIO;
	s->maps = open_proc(s, "maps");
	s->smaps = open_proc(s, "smaps");
	s->status = open_proc(s, "status");
	return s->maps < 0 || s->smaps < 0 || s->status < 0 ? -MM_EIO : 0;
}

static int settle(struct mm_live_subject *s, const struct mm_live_host *h)
{
	unsigned int which;

	memset(&s->base, 0, sizeof(s->base));
	if (pad_data(s) || fill_all(s, h->low) || mm_live_caps(s, h, 0) ||
	    mm_live_totals(s, &s->base))
		return -MM_EIO;
	for (which = 0; which < MM_NR_RLIMITS; which++) {
		bool endless = which == MM_RLIMIT_AS || which == MM_RLIMIT_DATA;

		if (mm_live_limit(s, (enum mm_rlimit)which,
				  endless ? UINT64_MAX : (uint64_t)8 << 20))
			return -MM_EIO;
	}
	return s->lost ? -MM_EIO : 0;
}

int mm_live_start(struct mm_live_subject *s, const struct mm_live_host *h, struct mm_error *e)
{
	int slot;
	int filler;

	memset(s, 0, sizeof(*s));
	s->maps = s->smaps = s->status = -1;
	s->procmap = h->procmap;
	slot = shared_page(s);
	filler = memfd_create("mmref-filler", MFD_CLOEXEC);
	s->pid = slot >= 0 && filler >= 0 ? fork() : -1;
	if (s->pid == 0)
		become(h, slot, filler);
	(void)close(slot);
	(void)close(filler);
	if (s->pid > 0 && !first_words(s) && !settle(s, h))
		return 0;
	mm_live_stop(s);
	e->file = h->subject;
	return mm_error_set(e, -MM_ENODEV, 0, 0,
			    "does not run as it must: it does not start, or this system hides "
			    "/proc/PID/maps, or refuses to fill an address space");
}

void mm_live_stop(struct mm_live_subject *s)
{
	if (s->pid > 0) {
		(void)kill(s->pid, SIGKILL);
		(void)waitpid(s->pid, NULL, 0);
	}
	if (s->slot)
		(void)munmap(s->slot, 4096);
	if (s->maps >= 0)
		(void)close(s->maps);
	if (s->smaps >= 0)
		(void)close(s->smaps);
	if (s->status >= 0)
		(void)close(s->status);
	s->pid = 0;
	s->slot = NULL;
	s->maps = s->smaps = s->status = -1;
}
