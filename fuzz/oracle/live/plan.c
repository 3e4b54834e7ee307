/* SPDX-License-Identifier: MIT */
/*
 * plan: which operations of a trace may become system calls, decided before any of them
 * runs and from the trace alone, so that a part of it decides alike.
 *
 * What would change anything outside the window is left out: it would hit the subject's
 * own code.  What the kernel refuses by looking at its arguments runs wherever it points.
 */
#include "mm/file.h"
#include "mm/mmap.h"
#include "mm/process.h"

#include "fuzz/oracle/live/live.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define PAGE_MASK (MM_PAGE_SIZE - 1)
/* No instruction that we execute is longer. */
#define CODE_BYTES 16u
/* MAP_HUGETLB, MAP_32BIT, MAP_SYNC, MAP_ABOVE4G, and a kind of 6.11. */
#define NOT_MODELLED       (0x40000u | 0x40u | 0x80000u | 0x80u)
#define MAP_DROPPABLE_KIND 8u

const char *mm_live_why(enum mm_live_why w)
{
	static const char *const why[MM_LIVE_NR_WHYS] = {
		[MM_LIVE_RUNS] = "compared",
		[MM_LIVE_NO_CALL] = "no system call of this layer",
		[MM_LIVE_OUTSIDE] = "reaches outside the window",
		[MM_LIVE_NO_FILE] = "no file of that mode can be had here",
		[MM_LIVE_NO_CAPS] = "capabilities that mmref does not hold",
		[MM_LIVE_NO_HEAP] = "the heap cannot be placed here",
		[MM_LIVE_NO_LIMIT] = "above the hard limit",
		[MM_LIVE_NO_FLAG] = "a flag of mmap that the reference does not have",
		[MM_LIVE_PKEY] = "EXEC alone takes a protection key here",
		[MM_LIVE_NO_PROCESS] = "more processes than are compared at a time",
		[MM_LIVE_NO_CODE] = "the instruction would reach the next page",
	};

	return why[w];
}

static const char *const names[MM_LIVE_NR_OPS] = {"spawn",    "exit",      "mmap",  "munmap",
						  "mprotect", "brk",       "touch", "open",
						  "close",    "setrlimit", "setcap"};

const char *mm_live_op_name(enum mm_live_op o)
{
	return names[o];
}

int mm_live_op_row(enum mm_live_op o)
{
	return mm_optable_find(names[o], strlen(names[o]));
}

enum mm_live_op mm_live_op_of(const struct mm_op *op)
{
	const char *name = mm_optable_get(op->op)->name;
	int i;

	for (i = 0; i < MM_LIVE_NR_OPS; i++) {
		if (strcmp(names[i], name) == 0)
			break;
	}
	return (enum mm_live_op)i;
}

/* ---- files ---- */

/* With a number that subjects keep. */
static int keep(int fd)
{
	int kept = fd < 0 ? -1 : fcntl(fd, F_DUPFD, MM_LIVE_FILES_FD);

	if (fd >= 0)
		(void)close(fd);
	return kept;
}

/* The same file, opened for less. */
static int reopen(int fd, int flags)
{
	char path[64];
	int again;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, flags | O_CLOEXEC);
	(void)close(fd);
	return again;
}

/* Something that cannot be mapped: a pipe's end or, for both, a counter. */
static int open_unmappable(uint32_t mode)
{
	int ends[2];
	int reads = (mode & MM_FILE_READ) != 0;

	if ((mode & (MM_FILE_READ | MM_FILE_WRITE)) == (MM_FILE_READ | MM_FILE_WRITE))
		return eventfd(0, EFD_CLOEXEC);
	if (pipe(ends))
		return -1;
	(void)close(ends[reads]);
	return ends[!reads];
}

static int open_file(const struct mm_live_host *h, uint64_t pages, uint32_t mode)
{
	static const int how[4] = {-1, O_RDONLY, O_WRONLY, O_RDWR};
	uint32_t rights = mode & (MM_FILE_READ | MM_FILE_WRITE);
	int flags = FS_APPEND_FL;
	int fd;

	if (!rights || pages > (uint64_t)1 << 40)
		return -1;
	if (mode & MM_FILE_NOMMAP)
		/* what cannot be mapped lies on mounts of the kernel's own, without execution */
		return (mode & (MM_FILE_APPEND | MM_FILE_NOEXEC)) == MM_FILE_NOEXEC
			       ? open_unmappable(mode)
			       : -1;
	if (mode & MM_FILE_NOEXEC)
		fd = h->noexec[0] ? open(h->noexec, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
	else
		fd = memfd_create("mmref-file", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	if (ftruncate(fd, (off_t)(pages << MM_PAGE_SHIFT)) ||
	    ((mode & MM_FILE_APPEND) && ioctl(fd, FS_IOC_SETFLAGS, &flags))) {
		(void)close(fd);
		return -1;
	}
	/* who may write to what only grows has to say so */
	return mode & MM_FILE_APPEND || rights != (MM_FILE_READ | MM_FILE_WRITE)
		       ? reopen(fd, how[rights] | (mode & MM_FILE_APPEND ? O_APPEND : 0))
		       : fd;
}

/* ---- ranges ---- */

struct planner {
	const struct mm_live_host *h;
	const struct mm_trace *t;
	struct mm_live_plan *p;
	unsigned int files;
	int live;       /* processes */
	uint8_t *alive; /* by position of their maker */
	uint32_t *caps;
};

static bool is_inside(uint64_t addr, uint64_t len)
{
	return addr >= MM_LIVE_BASE && addr < MM_LIVE_END && len <= MM_LIVE_END - addr;
}

static uint64_t page_align(uint64_t len)
{
	return (len + PAGE_MASK) & ~PAGE_MASK;
}

/* Beyond all addresses, so that it is refused unseen. */
static bool is_beyond(const struct planner *p, uint64_t addr, uint64_t len)
{
	return !p->h->wide && (len > MM_LIVE_TASK_SIZE || addr > MM_LIVE_TASK_SIZE - len);
}

static bool maps_safely(const struct planner *p, const struct mm_op *op)
{
	uint64_t addr = op->arg[2];
	uint64_t len = page_align(op->arg[3]);
	uint64_t flags = op->arg[5];

	if (p->h->wide && (addr | op->arg[3]) >= MM_LIVE_TASK_SIZE)
		return false;
	if (!op->arg[3] || !len)
		return true;
	/* where there is room, or nowhere */
	if (!(flags & MM_MAP_FIXED) || (flags & MM_MAP_FIXED_NOREPLACE))
		return true;
	if (is_inside(addr, len) || is_beyond(p, addr, len) || (addr & PAGE_MASK))
		return true;
	return addr < p->h->mmap_min_addr && !(p->caps[op->arg[0] - 1] & MM_CAP_SYS_RAWIO);
}

static bool unmaps_safely(const struct planner *p, const struct mm_op *op)
{
	uint64_t addr = op->arg[1];
	uint64_t len = op->arg[2];

	return (addr & PAGE_MASK) || !page_align(len) || is_beyond(p, addr, len) ||
	       is_inside(addr, page_align(len));
}

static bool protects_safely(const struct mm_op *op)
{
	uint64_t addr = op->arg[1];
	uint64_t len = page_align(op->arg[2]);
	uint32_t prot = (uint32_t)op->arg[3];

	if ((addr & PAGE_MASK) || !op->arg[2] || addr + len <= addr)
		return true;
	/* bits that no kernel knows are refused before a range is looked at */
	if (prot & ~(MM_PROT_READ | MM_PROT_WRITE | MM_PROT_EXEC | 0x8u | MM_PROT_GROWSDOWN |
		     MM_PROT_GROWSUP))
		return true;
	return is_inside(addr, len);
}

/* A read or a write needs one byte, code what an instruction may take. */
static enum mm_live_why judge_touch(const struct planner *p, const struct mm_op *op)
{
	uint64_t addr = op->arg[1];

	/* an address that no address is, is another exception */
	if (addr >= MM_LIVE_TASK_SIZE)
		return MM_LIVE_OUTSIDE;
	if (!is_inside(addr, 1) && addr >= p->h->mmap_min_addr)
		return MM_LIVE_OUTSIDE;
	if (op->arg[2] == 2 && (addr & PAGE_MASK) > MM_PAGE_SIZE - CODE_BYTES)
		return MM_LIVE_NO_CODE;
	return MM_LIVE_RUNS;
}

/* ---- operations ---- */

static bool is_pkey(const struct planner *p, uint64_t prot)
{
	return p->h->pkeys && (prot & MM_VM_ACCESS) == MM_PROT_EXEC;
}

static enum mm_live_why judge_open(struct planner *p, size_t pos)
{
	const struct mm_op *op = &p->t->ops[pos];

	if (p->files >= MM_LIVE_FILES_MAX)
		return MM_LIVE_NO_FILE;
	p->p->fd[pos] = keep(open_file(p->h, op->arg[0], (uint32_t)op->arg[1]));
	p->files += p->p->fd[pos] >= 0;
	return p->p->fd[pos] < 0 ? MM_LIVE_NO_FILE : MM_LIVE_RUNS;
}

static enum mm_live_why judge_limit(const struct mm_op *op)
{
	static const int kernel[MM_NR_RLIMITS] = {RLIMIT_DATA, RLIMIT_STACK, RLIMIT_MEMLOCK,
						  RLIMIT_AS};
	struct rlimit limit;

	if (op->arg[1] >= MM_NR_RLIMITS)
		return MM_LIVE_RUNS;
	if (getrlimit((__rlimit_resource_t)kernel[op->arg[1]], &limit))
		return MM_LIVE_NO_LIMIT;
	return limit.rlim_max == RLIM_INFINITY ||
			       (op->arg[2] < limit.rlim_max && op->arg[1] != MM_RLIMIT_AS &&
				op->arg[1] != MM_RLIMIT_DATA)
		       ? MM_LIVE_RUNS
		       : MM_LIVE_NO_LIMIT;
}

static enum mm_live_why judge_caps(struct planner *p, const struct mm_op *op)
{
	static const int bit[] = {14, 17, 21}; /* Kernel: CAP_IPC_LOCK, SYS_RAWIO, SYS_ADMIN */
	int i;

	for (i = 0; i < 3; i++) {
		if ((op->arg[1] >> i & 1) && !(p->h->permitted >> bit[i] & 1))
			return MM_LIVE_NO_CAPS;
	}
	p->caps[op->arg[0] - 1] = (uint32_t)op->arg[1];
	return MM_LIVE_RUNS;
}

/* Files that could not be opened are there in the reference alone. */
static bool lacks_file(const struct planner *p, uint64_t arg)
{
	return arg && p->p->fd[arg - 1] < 0;
}

/* What stands for a file that cannot be mapped is a pipe, whose offsets have no end. */
static bool lacks_end(const struct planner *p, const struct mm_op *op)
{
	return op->arg[1] && (p->t->ops[op->arg[1] - 1].arg[1] & MM_FILE_NOMMAP) &&
	       (op->arg[3] | op->arg[6]) >> 62;
}

static enum mm_live_why judge_map(const struct planner *p, const struct mm_op *op)
{
	if (lacks_file(p, op->arg[1]) || lacks_end(p, op))
		return MM_LIVE_NO_FILE;
	if ((op->arg[5] & NOT_MODELLED) || (op->arg[5] & MM_MAP_TYPE) == MAP_DROPPABLE_KIND)
		return MM_LIVE_NO_FLAG;
	if (is_pkey(p, op->arg[4]))
		return MM_LIVE_PKEY;
	return maps_safely(p, op) ? MM_LIVE_RUNS : MM_LIVE_OUTSIDE;
}

static enum mm_live_why judge_call(struct planner *p, size_t pos, enum mm_live_op o)
{
	const struct mm_op *op = &p->t->ops[pos];

	switch (o) {
	case MM_LIVE_EXIT:
		p->alive[op->arg[0] - 1] = 0;
		p->live--;
		return MM_LIVE_RUNS;
	case MM_LIVE_MMAP:
		return judge_map(p, op);
	case MM_LIVE_MUNMAP:
		return unmaps_safely(p, op) ? MM_LIVE_RUNS : MM_LIVE_OUTSIDE;
	case MM_LIVE_MPROTECT:
		if (is_pkey(p, op->arg[3]))
			return MM_LIVE_PKEY;
		return protects_safely(op) ? MM_LIVE_RUNS : MM_LIVE_OUTSIDE;
	case MM_LIVE_BRK:
		if (!p->h->heap)
			return MM_LIVE_NO_HEAP;
		return op->arg[1] <= MM_LIVE_HEAP || is_inside(op->arg[1] - 1, 1) ? MM_LIVE_RUNS
										  : MM_LIVE_OUTSIDE;
	case MM_LIVE_TOUCH_OP:
		return judge_touch(p, op);
	case MM_LIVE_SETRLIMIT:
		return judge_limit(op);
	case MM_LIVE_SETCAP:
		return judge_caps(p, op);
	case MM_LIVE_SPAWN:
	case MM_LIVE_OPEN:
	case MM_LIVE_CLOSE:
	case MM_LIVE_NR_OPS:
		break;
	}
	return MM_LIVE_NO_CALL;
}

static enum mm_live_why judge(struct planner *p, size_t pos)
{
	const struct mm_op *op = &p->t->ops[pos];
	enum mm_live_op o = mm_live_op_of(op);

	switch (o) {
	case MM_LIVE_NR_OPS:
		return MM_LIVE_NO_CALL;
	case MM_LIVE_SPAWN:
		if (p->live == MM_LIVE_PROCS)
			return MM_LIVE_NO_PROCESS;
		p->alive[pos] = 1;
		p->live++;
		return MM_LIVE_RUNS;
	case MM_LIVE_OPEN:
		return judge_open(p, pos);
	case MM_LIVE_CLOSE:
		return lacks_file(p, op->arg[0]) ? MM_LIVE_NO_FILE : MM_LIVE_RUNS;
	case MM_LIVE_EXIT:
	case MM_LIVE_MMAP:
	case MM_LIVE_MUNMAP:
	case MM_LIVE_MPROTECT:
	case MM_LIVE_BRK:
	case MM_LIVE_TOUCH_OP:
	case MM_LIVE_SETRLIMIT:
	case MM_LIVE_SETCAP:
		break;
	}
	/* a process that never came, or is gone */
	if (!op->arg[0] || !p->alive[op->arg[0] - 1])
		return MM_LIVE_NO_PROCESS;
	return judge_call(p, pos, o);
}

int mm_live_plan(struct mm_live_plan *plan, const struct mm_trace *t, const struct mm_live_host *h)
{
	struct planner p = {.h = h, .t = t, .p = plan};
	size_t i;

	*plan = (struct mm_live_plan){calloc(t->nr + 1, sizeof(*plan->why)),
				      calloc(t->nr + 1, sizeof(*plan->fd)), t->nr};
	p.alive = calloc(t->nr + 1, sizeof(*p.alive));
	p.caps = calloc(t->nr + 1, sizeof(*p.caps));
	for (i = 0; i < t->nr && plan->fd; i++)
		plan->fd[i] = -1;
	for (i = 0; i < t->nr && plan->why && plan->fd && p.alive && p.caps; i++)
		plan->why[i] = (uint8_t)judge(&p, i);
	free(p.alive);
	free(p.caps);
	if (i == t->nr && plan->why && plan->fd)
		return 0;
	mm_live_plan_free(plan);
	return -MM_ENOMEM;
}

void mm_live_plan_free(struct mm_live_plan *p)
{
	size_t i;

	for (i = 0; i < p->nr && p->fd; i++) {
		if (p->fd[i] >= 0)
			(void)close(p->fd[i]);
	}
	free(p->why);
	free(p->fd);
	*p = (struct mm_live_plan){NULL, NULL, 0};
}
