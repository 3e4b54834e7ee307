/* SPDX-License-Identifier: MIT */
/* aspace operations: a process with an empty address space, and what is in one. */
#include "mm/aspace.h"

#include "mm/ops.h"
#include "mm/process.h"

static void op_spawn(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, 0);
	struct mm_process *p = mm_process_create(x);

	(void)op;
	res->err = p ? mm_aspace_create(x, p) : -MM_EAGAIN;
	if (!res->err)
		mm_run_make(r, mm_process_pid(x->m, p), 0);
	else if (p)
		mm_process_destroy(x, p);
}

/* ---- facts ---- */

static const struct mm_struct *mm_of(const struct mm_machine *m, uint64_t pid)
{
	const struct mm_process *p = mm_process_at(m, pid);

	return p ? p->mm : NULL;
}

#define FACT(name)                                                                                 \
	static int fact_##name(const struct mm_machine *m, const uint64_t *key, uint64_t *value)   \
	{                                                                                          \
		const struct mm_struct *mm = mm_of(m, key[0]);                                     \
                                                                                                   \
		*value = mm ? (uint64_t)mm->name : 0;                                              \
		return mm ? 0 : -MM_ENOENT;                                                        \
	}

FACT(map_count)
FACT(total_vm)
FACT(data_vm)
FACT(exec_vm)
FACT(stack_vm)
FACT(locked_vm)
FACT(brk)

/* The n-th VMA from below. */
static const struct vm_area_struct *vma_of(const struct mm_machine *m, const uint64_t *key)
{
	const struct mm_struct *mm = mm_of(m, key[0]);
	const struct vm_area_struct *vma = mm ? mm_aspace_find(mm, 0) : NULL;
	uint64_t i;

	for (i = 0; i < key[1] && vma; i++)
		vma = mm_aspace_next(mm, vma);
	return vma;
}

#define VMA_FACT(name)                                                                             \
	static int fact_##name(const struct mm_machine *m, const uint64_t *key, uint64_t *value)   \
	{                                                                                          \
		const struct vm_area_struct *vma = vma_of(m, key);                                 \
                                                                                                   \
		*value = vma ? vma->name : 0;                                                      \
		return vma ? 0 : -MM_ENOENT;                                                       \
	}

VMA_FACT(vm_start)
VMA_FACT(vm_end)
VMA_FACT(vm_flags)
VMA_FACT(vm_pgoff)

static int fact_anon_vma(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct vm_area_struct *vma = vma_of(m, key);

	*value = vma && vma->anon_vma;
	return vma ? 0 : -MM_ENOENT;
}

static int fact_committed(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = (uint64_t)m->vm_committed_as;
	return 0;
}

static const struct mm_fact facts[] = {
	{"mm[%n].map_count", fact_map_count, "VMAs of a process"},
	{"mm[%n].total_vm", fact_total_vm, "pages of them"},
	{"mm[%n].data_vm", fact_data_vm, "pages that are private and writable"},
	{"mm[%n].exec_vm", fact_exec_vm, "pages that are executable and not writable"},
	{"mm[%n].stack_vm", fact_stack_vm, "pages of stacks"},
	{"mm[%n].locked_vm", fact_locked_vm, "pages that are locked"},
	{"mm[%n].brk", fact_brk, "end of the heap"},
	{"mm[%n].vma[%n].start", fact_vm_start, "first byte of the n-th VMA from below"},
	{"mm[%n].vma[%n].end", fact_vm_end, "the byte after it"},
	{"mm[%n].vma[%n].flags", fact_vm_flags, "its VM_... flags"},
	{"mm[%n].vma[%n].pgoff", fact_vm_pgoff, "its page offset"},
	{"mm[%n].vma[%n].anon_vma", fact_anon_vma, "1: it has an anon_vma"},
	{"vm.committed_as", fact_committed, "pages that are promised"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"spawn", MM_ARG_PROC, op_spawn, "a process with an empty address space", {
		{NULL, MM_ARG_END, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_aspace_optable = {"aspace", ops, facts, NULL};
