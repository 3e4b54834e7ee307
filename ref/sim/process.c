/* SPDX-License-Identifier: MIT */
/* process: a table of them, there from boot on, alive or not. */
#include "mm/process.h"

#include "mm/rng.h"

struct mm_process *mm_process_at(const struct mm_machine *m, uint64_t pid)
{
	return pid < m->desc.procs ? &m->processes[pid] : NULL;
}

uint64_t mm_process_pid(const struct mm_machine *m, const struct mm_process *p)
{
	return (uint64_t)(p - m->processes);
}

static void touch(struct mm_ctx *x, const struct mm_process *p)
{
	mm_touch(x, MM_OBJ_PROCESS, mm_process_pid(x->m, p));
}

/* ---- digest ---- */

static uint64_t process_count(const struct mm_machine *m)
{
	return m->desc.procs;
}

static uint64_t process_hash(const struct mm_machine *m, uint64_t pid)
{
	const struct mm_process *p = &m->processes[pid];
	uint64_t h = mm_hash64_step(pid, (uint64_t)p->caps << 1 | p->alive);
	int i;

	for (i = 0; i < MM_NR_RLIMITS; i++)
		h = mm_hash64_step(h, p->rlimit[i]);
	return h;
}

static const struct mm_kind_ops process_kind = {"processes", process_count, process_hash, NULL};

int mm_process_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;

	if (!m->desc.procs)
		return 0;
	m->processes = mm_machine_alloc(m, m->desc.procs * sizeof(struct mm_process), 64);
	return m->processes ? mm_machine_kind_set(m, MM_OBJ_PROCESS, &process_kind) : -MM_ENOMEM;
}

/* ---- what it may ---- */

/* Kernel: INIT_RLIMITS, and _STK_LIM for the stack. */
static void set_defaults(struct mm_process *p)
{
	int i;

	p->caps = 0;
	for (i = 0; i < MM_NR_RLIMITS; i++)
		p->rlimit[i] = MM_RLIM_INFINITY;
	p->rlimit[MM_RLIMIT_STACK] = (uint64_t)8 << 20;
	p->rlimit[MM_RLIMIT_MEMLOCK] = (uint64_t)8 << 20;
}

struct mm_process *mm_process_create(struct mm_ctx *x)
{
	uint64_t pid;

	for (pid = 0; pid < x->m->desc.procs; pid++) {
		struct mm_process *p = &x->m->processes[pid];

		if (p->alive)
			continue;
		set_defaults(p);
		p->alive = true;
		touch(x, p);
		return p;
	}
	return NULL;
}

void mm_process_destroy(struct mm_ctx *x, struct mm_process *p)
{
	MM_PRE(p->alive && !p->mm);
	*p = (struct mm_process){.alive = false};
	touch(x, p);
}

int mm_process_limit_set(struct mm_ctx *x, struct mm_process *p, uint64_t which, uint64_t bytes)
{
	if (which >= MM_NR_RLIMITS)
		return -MM_EINVAL;
	p->rlimit[which] = bytes;
	touch(x, p);
	return 0;
}

void mm_process_caps_set(struct mm_ctx *x, struct mm_process *p, uint32_t caps)
{
	p->caps = caps & MM_CAP_ALL;
	touch(x, p);
}
