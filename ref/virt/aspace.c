/* SPDX-License-Identifier: MIT */
/*
 * aspace: an empty one, VMAs by address, and what is counted of them.
 *
 * Each page of an address space is in at most one class, which follows from flags alone:
 *
 *     EXEC, not WRITE, not a stack      exec_vm
 *     GROWSDOWN                         stack_vm
 *     WRITE, not SHARED                 data_vm
 *     anything else                     only total_vm
 */
#include "mm/aspace.h"

#include "mm/pool.h"
#include "mm/process.h"
#include "mm/rng.h"

void mm_aspace_touch(struct mm_ctx *x, const struct mm_struct *mm)
{
	mm_touch(x, MM_OBJ_MM, mm_process_pid(x->m, mm->owner));
}

void mm_aspace_touch_vma(struct mm_ctx *x, const struct vm_area_struct *vma)
{
	mm_touch(x, MM_OBJ_VMA, mm_pool_id(x->m->vmas, vma));
}

/* ---- digest ---- */

static uint64_t aspace_count(const struct mm_machine *m)
{
	return m->desc.procs;
}

static uint64_t aspace_hash(const struct mm_machine *m, uint64_t pid)
{
	const struct mm_struct *mm = m->processes[pid].mm;
	uint64_t h;

	if (!mm)
		return 0;
	h = mm_hash64_step(pid, (uint64_t)mm->map_count << 1 | mm->bottom_up);
	h = mm_hash64_step(h, mm->task_size);
	h = mm_hash64_step(h, mm->mmap_base);
	h = mm_hash64_step(mm_hash64_step(h, mm->start_brk), mm->brk);
	h = mm_hash64_step(mm_hash64_step(h, mm->def_flags), mm->total_vm);
	h = mm_hash64_step(mm_hash64_step(h, mm->data_vm), mm->exec_vm);
	return mm_hash64_step(mm_hash64_step(h, mm->stack_vm), mm->locked_vm);
}

static const struct mm_kind_ops aspace_kind = {"address spaces", aspace_count, aspace_hash, NULL};

static uint64_t vma_count(const struct mm_machine *m)
{
	return mm_pool_max(m->vmas);
}

/* One that is being made belongs to nobody yet: it is in no address space. */
static uint64_t vma_hash(const struct mm_machine *m, uint64_t id)
{
	const struct vm_area_struct *vma = mm_pool_at(m->vmas, id);
	uint64_t h;

	if (!vma)
		return 0;
	h = mm_hash64_step(mm_process_pid(m, vma->vm_mm->owner), vma->vm_start);
	h = mm_hash64_step(mm_hash64_step(h, vma->vm_end), vma->vm_flags);
	h = mm_hash64_step(h, vma->vm_pgoff);
	h = mm_hash64_step(h, vma->vm_file ? 1 + mm_pool_id(m->files, vma->vm_file) : 0);
	return mm_hash64_step(h, vma->anon_vma ? 1 + mm_pool_id(m->anon_vmas, vma->anon_vma) : 0);
}

static const struct mm_kind_ops vma_kind = {"VMAs", vma_count, vma_hash, NULL};

/* ---- memory of trees ---- */

static struct mm_maple_node *node_get(void *env)
{
	struct mm_ctx *x = env;

	return mm_pool_get(x, x->m->maple_nodes);
}

static void node_put(void *env, struct mm_maple_node *node)
{
	struct mm_ctx *x = env;

	mm_pool_put(x, x->m->maple_nodes, node);
}

struct mm_maple *mm_aspace_tree(struct mm_ctx *x, struct mm_struct *mm)
{
	mm->tree.alloc.env = x;
	return &mm->tree;
}

int mm_aspace_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	int err;

	if (!m->desc.procs)
		return 0;
	m->mms = mm_pool_create(x, "mm_struct", sizeof(struct mm_struct), (uint32_t)m->desc.procs);
	m->maple_nodes = mm_pool_create(x, "maple_node", MM_MAPLE_NODE_SIZE, 64);
	m->vmas = mm_pool_create_table(x, "vm_area_struct", sizeof(struct vm_area_struct),
				       m->desc.vmas);
	if (!m->mms || !m->maple_nodes || !m->vmas)
		return -MM_ENOMEM;
	err = mm_machine_kind_set(m, MM_OBJ_MM, &aspace_kind);
	return err ? err : mm_machine_kind_set(m, MM_OBJ_VMA, &vma_kind);
}

/* ---- whole ones ---- */

int mm_aspace_create(struct mm_ctx *x, struct mm_process *p)
{
	const struct mm_machine_desc *d = &x->m->desc;
	const struct mm_maple_allocator alloc = {node_get, node_put, x};
	struct mm_struct *mm = mm_pool_get(x, x->m->mms);

	if (!mm)
		return -MM_ENOMEM;
	mm->owner = p;
	mm->task_size = d->task_size;
	mm->bottom_up = d->bottom_up;
	mm->mmap_base = d->mmap_base;
	mm->start_brk = d->start_brk;
	mm->brk = d->start_brk;
	mm_maple_init(&mm->tree, &alloc);
	p->mm = mm;
	mm_aspace_touch(x, mm);
	return 0;
}

void mm_aspace_destroy(struct mm_ctx *x, struct mm_struct *mm)
{
	MM_PRE(!mm->map_count && !mm->total_vm);
	mm_aspace_touch(x, mm);
	mm_maple_fini(mm_aspace_tree(x, mm));
	mm->owner->mm = NULL;
	mm_pool_put(x, x->m->mms, mm);
}

/* ---- calls ---- */

void mm_aspace_enter(struct mm_ctx *x, const struct mm_struct *mm, enum mm_call call, uint64_t addr,
		     uint64_t len, uint64_t prot_flags)
{
	mm_event(x, MM_EV_mm_sys_enter, call, mm_process_pid(x->m, mm->owner), addr, len,
		 prot_flags & UINT32_MAX, prot_flags >> 32);
}

void mm_aspace_answer(struct mm_ctx *x, uint64_t pid, enum mm_call call, uint64_t answer, int err)
{
	mm_event(x, MM_EV_mm_sys_exit, call, pid, answer, (uint64_t)(int64_t)err);
}

/* ---- VMAs by address ---- */

struct vm_area_struct *mm_aspace_find(const struct mm_struct *mm, uint64_t addr)
{
	return mm_maple_find_at_or_after(&mm->tree, addr, NULL);
}

struct vm_area_struct *mm_aspace_find_in(const struct mm_struct *mm, uint64_t start, uint64_t end)
{
	struct vm_area_struct *vma = mm_aspace_find(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

struct vm_area_struct *mm_aspace_find_below(const struct mm_struct *mm, uint64_t addr)
{
	struct mm_maple_cursor c;

	(void)mm_maple_seek(&c, &mm->tree, addr);
	return mm_maple_prev(&c);
}

struct vm_area_struct *mm_aspace_next(const struct mm_struct *mm, const struct vm_area_struct *vma)
{
	return mm_aspace_find(mm, vma->vm_end);
}

struct vm_area_struct *mm_aspace_prev(const struct mm_struct *mm, const struct vm_area_struct *vma)
{
	return mm_aspace_find_below(mm, vma->vm_start);
}

/* ---- counts and limits ---- */

static bool is_exec(uint64_t flags)
{
	return (flags & (MM_VM_EXEC | MM_VM_WRITE | MM_VM_GROWSDOWN)) == MM_VM_EXEC;
}

static bool is_data(uint64_t flags)
{
	return (flags & (MM_VM_WRITE | MM_VM_SHARED | MM_VM_GROWSDOWN)) == MM_VM_WRITE;
}

void mm_aspace_account(struct mm_ctx *x, struct mm_struct *mm, uint64_t flags, int64_t pages)
{
	mm->total_vm += (uint64_t)pages;
	if (is_exec(flags))
		mm->exec_vm += (uint64_t)pages;
	else if (flags & MM_VM_GROWSDOWN)
		mm->stack_vm += (uint64_t)pages;
	else if (is_data(flags))
		mm->data_vm += (uint64_t)pages;
	mm_aspace_touch(x, mm);
}

bool mm_aspace_may_expand(const struct mm_struct *mm, uint64_t flags, uint64_t pages)
{
	if (mm->total_vm + pages > mm_process_limit_pages(mm->owner, MM_RLIMIT_AS))
		return false;
	return !is_data(flags) ||
	       mm->data_vm + pages <= mm_process_limit_pages(mm->owner, MM_RLIMIT_DATA);
}

bool mm_aspace_may_lock(const struct mm_struct *mm, uint64_t flags, uint64_t bytes)
{
	if (!(flags & MM_VM_LOCKED) || (mm->owner->caps & MM_CAP_IPC_LOCK))
		return true;
	return (bytes >> MM_PAGE_SHIFT) + mm->locked_vm <=
	       mm_process_limit_pages(mm->owner, MM_RLIMIT_MEMLOCK);
}
