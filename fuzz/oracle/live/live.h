/* SPDX-License-Identifier: MIT */
/*
 * live: the same operations in the reference and, as real system calls, in processes of
 * the running kernel; compared after each of them.
 *
 *     trace --plan--> operations that may run here, and why others may not
 *       |
 *       +--> reference: a machine with the host's switches and limits ---+
 *       |                                                                | equal?
 *       +--> subjects: a process per `spawn`, on one CPU with us --------+
 *
 *     0   min   window: 256 pages from MM_ARG_ADDR_BASE        task_size
 *     |    |FFFFFFF|................heap->.....|FFFFFFFFFFFFFFFFF|
 *                 F: one mapping that nobody may touch, there and here
 *
 * Nothing but the window is free, so that also where the kernel puts what may lie anywhere
 * is compared exactly.  Heaps begin in the window (see slot.h).
 *
 * Compared after each operation: errno, answer, signal and si_code, all VMAs of the window
 * with bounds, rights, sharing and offset.  Every sixteenth also their VmFlags, and
 * VmSize, VmData, VmStk and VmLck less what a process has when it starts.
 */
#ifndef MM_LIVE_H
#define MM_LIVE_H

#include "mm/aspace.h"
#include "mm/process.h"

#include "fuzz/oracle/live/slot.h"
#include "fuzz/trace/run.h"

#include <sys/types.h>

#define MM_LIVE_BASE        MM_ARG_ADDR_BASE
#define MM_LIVE_PAGES       MM_ARG_ADDR_PAGES
#define MM_LIVE_END         (MM_LIVE_BASE + (uint64_t)MM_LIVE_PAGES * MM_PAGE_SIZE)
#define MM_LIVE_TASK_SIZE   ((uint64_t)0x7ffffffff000)
#define MM_LIVE_PROCS       8 /* at the same time */
#define MM_LIVE_FILES_MAX   256
#define MM_LIVE_FLAGS_EVERY 16

/* ---- VMAs ---- */

#define MM_LIVE_VMAS_MAX (MM_LIVE_PAGES + 2)

struct mm_live_vma {
	uint64_t start, end;
	uint64_t rights; /* MM_VM_READ, WRITE, EXEC, and MM_VM_SHARED where maps has an s */
	uint64_t offset; /* bytes, of files */
	uint64_t flags;  /* MM_VM_..., when they were asked for */
};

/* Those that lie in the window. */
struct mm_live_list {
	struct mm_live_vma v[MM_LIVE_VMAS_MAX];
	unsigned int nr;
	bool has_flags;
};

/* In pages, less what the process had when it started. */
struct mm_live_totals {
	uint64_t total, data, stack, locked;
};

void mm_live_list_ref(struct mm_live_list *l, const struct mm_struct *mm);
bool mm_live_list_equal(const struct mm_live_list *a, const struct mm_live_list *b);
uint64_t mm_live_list_hash(const struct mm_live_list *l);
/* "  128..131 rw-p 0x0 ac mr" into buf; index nr and above: empty. */
void mm_live_list_line(const struct mm_live_list *l, unsigned int i, char *buf, size_t len);

/* ---- what the host has ---- */

struct mm_live_host {
	bool procmap;       /* PROCMAP_QUERY; else maps is read */
	bool heap;          /* heaps begin at MM_LIVE_HEAP */
	bool read_prepares; /* switches of the reference */
	bool merge_unfaulted;
	bool pkeys; /* PROT_EXEC alone takes a protection key: not modelled */
	bool wide;  /* addresses beyond 47 bits */
	bool bottom_up;
	uint64_t permitted; /* capabilities that this process holds */
	uint64_t low;       /* what is filled begins there */
	uint64_t mmap_min_addr, stack_guard_gap, max_map_count, overcommit;
	char kernel[200];   /* release and version */
	char sandbox[64];   /* "" or what we seem to run in */
	char noexec[64];    /* a folder on a mount without execution, or "" */
	char subject[4096]; /* the program */
};

/*
 * Ask the kernel.  0; -MM_ENODEV and the reason in e: no comparison can be made here;
 * -MM_ENOMEM.
 */
int mm_live_probe(struct mm_live_host *h, struct mm_error *e) MM_MUST_USE;
void mm_live_host_print(const struct mm_live_host *h, FILE *out);
/* Its machine: "ram=64M procs=8 ... kernel=6.18 read_prepares=off". */
void mm_live_machine(const struct mm_live_host *h, char *buf, size_t len);
/* Switches into a machine that is booted. */
void mm_live_switches(const struct mm_live_host *h, struct mm_machine *m);
/* What of /proc/sys/vm and of transparent huge pages must stay as it is; 0: unknown. */
uint64_t mm_live_settings(void);

/* ---- subjects ---- */

struct mm_live_subject {
	pid_t pid; /* 0: there is none */
	struct mm_live_slot *slot;
	int maps, smaps, status;
	bool procmap;
	bool lost; /* it died, or does not answer */
	struct mm_live_totals base;
};

/* How many CPUs this process may run on. */
unsigned int mm_live_cpus(void);
/* From here on this process and its subjects have one CPU, the nth of those: to wake
 * another one would cost ten times what most operations do. */
void mm_live_stay(unsigned int nth);
/* A process that has the window free and nothing else.  -MM_ENODEV and why in e. */
int mm_live_start(struct mm_live_subject *s, const struct mm_live_host *h,
		  struct mm_error *e) MM_MUST_USE;
void mm_live_stop(struct mm_live_subject *s);
/* System call nr; what it answers, below 0 for an errno. */
int64_t mm_live_call(struct mm_live_subject *s, long nr, const uint64_t *args);
/* Touch; s->slot->signal and code say how it went. */
void mm_live_touch(struct mm_live_subject *s, uint64_t addr, uint64_t access);
/* MM_CAP_... of the effective ones, of those that are permitted. */
int64_t mm_live_caps(struct mm_live_subject *s, const struct mm_live_host *h, uint32_t caps);
/* Soft limit, in bytes more than it has at its start where that counts. */
int64_t mm_live_limit(struct mm_live_subject *s, enum mm_rlimit which, uint64_t bytes);
/* VMAs of the window, with flags or without.  -MM_EIO. */
int mm_live_list_kernel(struct mm_live_subject *s, struct mm_live_list *l, bool flags);
int mm_live_totals(struct mm_live_subject *s, struct mm_live_totals *t);

/* ---- what may run ---- */

enum mm_live_why {
	MM_LIVE_RUNS,
	MM_LIVE_NO_CALL,    /* an operation that is no system call of this layer */
	MM_LIVE_OUTSIDE,    /* it would change what lies outside the window */
	MM_LIVE_NO_FILE,    /* a file of that mode cannot be had here */
	MM_LIVE_NO_CAPS,    /* capabilities that this process does not hold */
	MM_LIVE_NO_HEAP,    /* heaps cannot be placed */
	MM_LIVE_NO_LIMIT,   /* above the hard limit */
	MM_LIVE_NO_FLAG,    /* a flag that mm/mmap.h leaves out */
	MM_LIVE_PKEY,       /* PROT_EXEC alone, with protection keys */
	MM_LIVE_NO_PROCESS, /* more processes at a time than there are */
	MM_LIVE_NO_CODE,    /* execution at the end of a page, which reaches the next */
	MM_LIVE_NR_WHYS
};

const char *mm_live_why(enum mm_live_why w);

/* The calls that are compared. */
enum mm_live_op {
	MM_LIVE_SPAWN,
	MM_LIVE_EXIT,
	MM_LIVE_MMAP,
	MM_LIVE_MUNMAP,
	MM_LIVE_MPROTECT,
	MM_LIVE_BRK,
	MM_LIVE_TOUCH_OP,
	MM_LIVE_OPEN,
	MM_LIVE_CLOSE,
	MM_LIVE_SETRLIMIT,
	MM_LIVE_SETCAP,
	MM_LIVE_NR_OPS
};

const char *mm_live_op_name(enum mm_live_op o);
/* Row of the trace language; -1: left out of the build. */
int mm_live_op_row(enum mm_live_op o);
/* MM_LIVE_NR_OPS: another one. */
enum mm_live_op mm_live_op_of(const struct mm_op *op);

struct mm_live_plan {
	uint8_t *why; /* enum mm_live_why by position */
	int *fd;      /* of `open`, by position; -1 */
	size_t nr;
};

/* Judge each operation, and open the files.  -MM_ENOMEM. */
int mm_live_plan(struct mm_live_plan *p, const struct mm_trace *t,
		 const struct mm_live_host *h) MM_MUST_USE;
void mm_live_plan_free(struct mm_live_plan *p);

/* ---- counts ---- */

#define MM_LIVE_ERRNOS 134

/* What occurred, of operations that were compared. */
struct mm_live_counts {
	uint64_t ops[MM_LIVE_NR_OPS];
	uint64_t errnos[MM_LIVE_NR_OPS][MM_LIVE_ERRNOS]; /* 0: it went well */
	uint64_t flags[32];                              /* of mmap that succeeded, by bit */
	uint64_t prots[32];                              /* of mmap and mprotect */
	uint64_t types[16];                              /* of mmap: what is under MM_MAP_TYPE */
	uint64_t signals[4];   /* none, SEGV_MAPERR, SEGV_ACCERR, BUS_ADRERR */
	uint64_t merges[2][4]; /* of new ranges and of parts; enum mm_vma_merge */
	uint64_t where[3];     /* mmap anywhere, wished, fixed */
	uint64_t grown;        /* touches that made a stack grow */
	uint64_t whys[MM_LIVE_NR_WHYS];
	uint64_t vmas_max;
	uint64_t compared;
};

/* Flags, rights and place of what was asked. */
void mm_live_count_args(struct mm_live_counts *c, enum mm_live_op o, const struct mm_op *op,
			bool ok);
void mm_live_counts_print(const struct mm_live_counts *c, FILE *out);

/* ---- twins ---- */

struct mm_live_diff {
	bool found;
	char what[80];  /* "errno of mmap": the class */
	char text[320]; /* one line */
	char *report;   /* both sides, malloc'ed */
};

/* What a golden log has of one operation. */
struct mm_live_answer {
	bool ran;
	int err;
	uint64_t value;
	int signal, code;
	unsigned int nr;
	uint64_t hash;
};

struct mm_live_twin {
	const struct mm_live_host *host;
	struct mm_live_counts *counts;
	/* told each answer of the kernel; may be NULL */
	void (*record)(void *env, size_t pos, const struct mm_live_answer *a);
	/* answers of a kernel that was asked before, instead of subjects; may be NULL */
	const struct mm_live_answer *golden;
	size_t nr_golden;
	void *env;
	unsigned int flags_every; /* 0: MM_LIVE_FLAGS_EVERY */

	/* results */
	struct mm_live_diff diff;
};

/*
 * Run a trace on both sides to its end or to the first difference, which is r's finding
 * too.  0; -MM_ENOMEM; -MM_ENODEV and e: a subject was lost, or refused to start.
 * r is of a machine as mm_live_machine has it, with no checker; it is reset before.
 */
int mm_live_run(struct mm_live_twin *w, struct mm_run *r, const struct mm_trace *t,
		struct mm_error *e) MM_MUST_USE;

/* ---- traces ---- */

/* So many operations that follow from the seed alone.  -MM_ENOMEM. */
int mm_live_generate(struct mm_trace *t, uint64_t seed, const struct mm_live_host *h,
		     size_t ops) MM_MUST_USE;

/* ---- golden logs: a trace, and in its comments what a kernel answered ---- */

struct mm_live_golden {
	struct mm_live_host host;
	struct mm_trace trace;
	struct mm_live_answer *answer; /* by position */
};

/* gzip or plain.  -MM_EIO, -MM_EINVAL with the place in e, -MM_ENOMEM. */
int mm_live_golden_load(struct mm_live_golden *g, const char *path, struct mm_error *e) MM_MUST_USE;
int mm_live_golden_save(const struct mm_live_golden *g, const char *path) MM_MUST_USE;
void mm_live_golden_free(struct mm_live_golden *g);

#endif
