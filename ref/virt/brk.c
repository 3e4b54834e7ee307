/* SPDX-License-Identifier: MIT */
/* brk: the heap is an anonymous mapping that ends with the page of mm->brk. */
#include "mm/brk.h"

#include "mm/munmap.h"
#include "mm/overcommit.h"
#include "mm/process.h"
#include "mm/unmapped_area.h"
#include "mm/vm_fault.h"
#include "mm/vma.h"

#define HEAP_FLAGS (MM_VM_READ | MM_VM_WRITE | MM_VM_MAY | MM_VM_ACCOUNT)

static uint64_t page_align(uint64_t bytes)
{
	return (bytes + MM_PAGE_SIZE - 1) & ~(MM_PAGE_SIZE - 1);
}

static int place(struct mm_ctx *x, struct mm_vma_range *r)
{
	struct mm_vma_plan plan;
	struct vm_area_struct *vma;

	if (mm_vma_reserve(x, r->mm, 1))
		return -MM_ENOMEM;
	plan = mm_vma_plan_left(x, r);
	if (plan.vma) {
		mm_vma_merge(x, plan, r);
	} else {
		vma = mm_vma_create(x, r);
		if (!vma) {
			mm_vma_release(x, r->mm);
			return -MM_ENOMEM;
		}
		mm_vma_link(x, vma);
	}
	mm_vma_release(x, r->mm);
	return 0;
}

/* Kernel: do_brk_flags. */
static int map_heap(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end)
{
	uint64_t pages = (end - start) >> MM_PAGE_SHIFT;
	struct mm_vma_range r = {
		.mm = mm,
		.start = start,
		.end = end,
		.pgoff = start >> MM_PAGE_SHIFT,
		.flags = HEAP_FLAGS | mm->def_flags,
	};

	if (!mm_aspace_may_expand(mm, r.flags, pages) ||
	    (uint64_t)mm->map_count > x->m->sysctl.max_map_count ||
	    mm_overcommit_charge(x, mm, pages))
		return -MM_ENOMEM;
	if (place(x, &r)) {
		mm_overcommit_uncharge(x, pages);
		return -MM_ENOMEM;
	}
	if (r.flags & MM_VM_LOCKED)
		mm->locked_vm += pages;
	mm_aspace_account(x, mm, r.flags, (int64_t)pages);
	return 0;
}

/* Does what lies above leave room, with the gap below a stack and a page besides? */
static bool keeps_clear(const struct mm_machine *m, const struct mm_struct *mm, uint64_t start,
			uint64_t end)
{
	const struct vm_area_struct *next =
		mm_aspace_find_in(mm, start, end + MM_PAGE_SIZE * (1 + m->sysctl.stack_guard_gap));

	return !next || end + MM_PAGE_SIZE <= mm_unmapped_area_start_gap(m, next);
}

static bool grow(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end)
{
	uint64_t addr;

	if (mm_unmapped_area(x, mm, start, end - start, true, &addr) ||
	    !mm_aspace_may_lock(mm, mm->def_flags, end - start) ||
	    !keeps_clear(x->m, mm, start, end))
		return false;
	return map_heap(x, mm, start, end) == 0;
}

static bool shrink(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end)
{
	const struct vm_area_struct *vma = mm_aspace_find_in(mm, start, end);

	return vma && mm_munmap_range(x, mm, start, end - start) == 0;
}

static uint64_t do_brk(struct mm_ctx *x, struct mm_struct *mm, uint64_t addr)
{
	uint64_t from = page_align(mm->brk);
	uint64_t to = page_align(addr);
	bool done;

	if (addr < mm->start_brk || to < addr ||
	    addr - mm->start_brk > mm->owner->rlimit[MM_RLIMIT_DATA])
		return mm->brk;
	if (to < from)
		done = shrink(x, mm, to, from);
	else
		done = to == from || grow(x, mm, from, to);
	if (!done)
		return mm->brk;
	mm->brk = addr;
	mm_aspace_touch(x, mm);
	if (to > from && (mm->def_flags & MM_VM_LOCKED))
		mm_vm_fault_populate(x, mm, from, to);
	return addr;
}

uint64_t mm_brk(struct mm_ctx *x, struct mm_struct *mm, uint64_t addr)
{
	uint64_t brk;

	mm_aspace_enter(x, mm, MM_CALL_BRK, addr, 0, 0);
	brk = do_brk(x, mm, addr);
	mm_aspace_answer(x, mm_process_pid(x->m, mm->owner), MM_CALL_BRK, brk, 0);
	return brk;
}
