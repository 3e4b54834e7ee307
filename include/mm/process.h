/* SPDX-License-Identifier: MIT */
/*
 * process: whose address space it is, what it may do, and how much it may have.
 *
 * Kernel: struct task_struct and signal_struct, as far as mm/ asks them: rlimits,
 *   capabilities, mm (include/linux/sched.h, sched/signal.h, 6.12).
 * Differs: one thread each; signals are results of operations and kill nobody; limits are
 *   soft ones only (below a hard one, RLIMIT_DATA of 0 is none to a kernel).
 * State: a table in the machine.  A process owns its address space until it exits.
 * Invariants:
 *   process.owns_mm   a process that lives has an address space, one that does not has none
 */
#ifndef MM_PROCESS_H
#define MM_PROCESS_H

#include "mm/machine.h"

struct mm_struct;

/* Limits that memory management asks.  Kernel: RLIMIT_..., in bytes. */
enum mm_rlimit { MM_RLIMIT_DATA, MM_RLIMIT_STACK, MM_RLIMIT_MEMLOCK, MM_RLIMIT_AS, MM_NR_RLIMITS };

#define MM_RLIM_INFINITY UINT64_MAX

/* Kernel: CAP_... */
#define MM_CAP_IPC_LOCK  0x1u /* locks memory without limit */
#define MM_CAP_SYS_RAWIO 0x2u /* maps below mmap_min_addr */
#define MM_CAP_SYS_ADMIN 0x4u /* has the reserve of administrators */
#define MM_CAP_ALL       0x7u

struct mm_process {
	bool alive;
	uint32_t caps; /* MM_CAP_... */
	uint64_t rlimit[MM_NR_RLIMITS];
	struct mm_struct *mm;
};

int mm_process_boot(struct mm_ctx *x);

/* The process of that number, below desc.procs. */
struct mm_process *mm_process_at(const struct mm_machine *m, uint64_t pid);
uint64_t mm_process_pid(const struct mm_machine *m, const struct mm_process *p);

/* The lowest number that is free, with the kernel's defaults and no address space yet.
 * NULL: all are taken. */
struct mm_process *mm_process_create(struct mm_ctx *x);
/* It ended; its address space went before. */
void mm_process_destroy(struct mm_ctx *x, struct mm_process *p);

/* -MM_EINVAL: no such limit. */
int mm_process_limit_set(struct mm_ctx *x, struct mm_process *p, uint64_t which,
			 uint64_t bytes) MM_MUST_USE;
void mm_process_caps_set(struct mm_ctx *x, struct mm_process *p, uint32_t caps);

static inline uint64_t mm_process_limit_pages(const struct mm_process *p, enum mm_rlimit which)
{
	return p->rlimit[which] >> MM_PAGE_SHIFT;
}

#endif
