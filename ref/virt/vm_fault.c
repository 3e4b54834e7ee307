/* SPDX-License-Identifier: MIT */
/*
 * vm_fault: what a touch asks of VMAs.
 *
 * A stack that is touched below its start grows by as much as it takes, if that leaves the
 * gap to what lies below, and if limits allow.  Then rights decide.  Only what will get a
 * page of its own needs an anon_vma: a write to private memory.
 */
#include "mm/vm_fault.h"

#include "mm/anon_vma.h"
#include "mm/file.h"
#include "mm/overcommit.h"
#include "mm/process.h"
#include "mm/unmapped_area.h"
#include "mm/vma.h"

/* ---- stacks ---- */

/* Kernel: acct_stack_growth. */
static int charge_growth(struct mm_ctx *x, const struct vm_area_struct *vma, uint64_t start)
{
	const struct mm_struct *mm = vma->vm_mm;
	uint64_t bytes = vma->vm_start - start;
	uint64_t pages = bytes >> MM_PAGE_SHIFT;

	if (!mm_aspace_may_expand(mm, vma->vm_flags, pages) ||
	    vma->vm_end - start > mm->owner->rlimit[MM_RLIMIT_STACK] ||
	    !mm_aspace_may_lock(mm, vma->vm_flags, bytes) || mm_overcommit_charge(x, mm, pages))
		return -MM_ENOMEM;
	/* promised all the same, and given back by flags: so never */
	if (!(vma->vm_flags & MM_VM_ACCOUNT))
		x->m->vm_committed_lost += (int64_t)pages;
	return 0;
}

static bool keeps_gap(const struct mm_machine *m, const struct vm_area_struct *vma, uint64_t start)
{
	const struct vm_area_struct *prev = mm_aspace_prev(vma->vm_mm, vma);

	if (!prev || (prev->vm_flags & MM_VM_GROWSDOWN) || !mm_vma_is_accessible(prev))
		return true;
	return start - prev->vm_end >= m->sysctl.stack_guard_gap * MM_PAGE_SIZE;
}

/* vma, a stack above addr, grows down to its page.  Kernel: expand_downwards. */
static int grow_stack(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t addr)
{
	struct mm_struct *mm = vma->vm_mm;
	uint64_t start = addr & ~(MM_PAGE_SIZE - 1);
	uint64_t pages = (vma->vm_start - start) >> MM_PAGE_SHIFT;

	if (start < x->m->sysctl.mmap_min_addr || !keeps_gap(x->m, vma, start))
		return -MM_ENOMEM;
	if (mm_anon_vma_prepare(x, vma) || pages > vma->vm_pgoff)
		return -MM_ENOMEM;
	if (mm_vma_reserve(x, mm, 1))
		return -MM_ENOMEM;
	if (charge_growth(x, vma, start)) {
		mm_vma_release(x, mm);
		return -MM_ENOMEM;
	}
	mm_vma_stretch(x, vma, start, vma->vm_end);
	mm_vma_release(x, mm);
	if (vma->vm_flags & MM_VM_LOCKED)
		mm->locked_vm += pages;
	mm_aspace_account(x, mm, vma->vm_flags, (int64_t)pages);
	return 0;
}

/* The VMA of addr, perhaps a stack that has just grown.  NULL: there is none. */
static struct vm_area_struct *find_or_grow(struct mm_ctx *x, struct mm_struct *mm, uint64_t addr)
{
	struct vm_area_struct *vma = mm_aspace_find(mm, addr);

	if (!vma || vma->vm_start <= addr)
		return vma;
	if (!(vma->vm_flags & MM_VM_GROWSDOWN) || grow_stack(x, vma, addr))
		return NULL;
	return vma;
}

/* ---- faults ---- */

static bool is_allowed(uint64_t flags, enum mm_access access)
{
	switch (access) {
	case MM_ACCESS_WRITE:
		return (flags & MM_VM_WRITE) != 0;
	case MM_ACCESS_EXEC:
	case MM_ACCESS_READ:
		break;
	}
	/* hardware that can forbid reading alone does not exist here, and whether it may be
	 * executed is seen when the page is there: see fault */
	return (flags & MM_VM_ACCESS) != 0;
}

/* What the page at addr will need of its VMA.  Kernel: handle_mm_fault. */
static enum mm_fault_result handle(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t addr,
				   bool write)
{
	uint64_t page = vma->vm_pgoff + ((addr - vma->vm_start) >> MM_PAGE_SHIFT);
	/* some kernels make it ready when the zero page is mapped */
	bool own = write || (!vma->vm_file && x->m->desc.read_prepares);

	if (own && !(vma->vm_flags & MM_VM_SHARED) && mm_anon_vma_prepare(x, vma))
		return MM_FAULT_OOM;
	if (vma->vm_file && page >= vma->vm_file->pages)
		return MM_FAULT_BUS_ADRERR;
	return MM_FAULT_OK;
}

static enum mm_fault_result fault(struct mm_ctx *x, struct mm_struct *mm, uint64_t addr,
				  enum mm_access access)
{
	struct vm_area_struct *vma = find_or_grow(x, mm, addr);
	enum mm_fault_result result;

	if (!vma)
		return MM_FAULT_SEGV_MAPERR;
	if (!is_allowed(vma->vm_flags, access))
		return MM_FAULT_SEGV_ACCERR;
	result = handle(x, vma, addr, access == MM_ACCESS_WRITE);
	/* the first fault brings the page, the second finds that it is not to be executed */
	if (result == MM_FAULT_OK && access == MM_ACCESS_EXEC && !(vma->vm_flags & MM_VM_EXEC))
		return MM_FAULT_SEGV_ACCERR;
	return result;
}

enum mm_fault_result mm_vm_fault(struct mm_ctx *x, struct mm_struct *mm, uint64_t addr,
				 enum mm_access access)
{
	enum mm_fault_result result;

	mm_aspace_enter(x, mm, MM_CALL_TOUCH, addr, 0, access);
	result = fault(x, mm, addr, access);
	mm_aspace_answer(x, mm_process_pid(x->m, mm->owner), MM_CALL_TOUCH, result, 0);
	return result;
}

/* ---- populating ---- */

/* Kernel: populate_vma_page_range. */
static bool populate_vma(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t start, uint64_t end)
{
	/* private pages that may be written to come as if they were */
	bool write = (vma->vm_flags & (MM_VM_WRITE | MM_VM_SHARED)) == MM_VM_WRITE;
	uint64_t addr;

	if (!mm_vma_is_accessible(vma))
		return false;
	for (addr = start; addr < end; addr += MM_PAGE_SIZE) {
		if (handle(x, vma, addr, write) != MM_FAULT_OK)
			return false;
		/* all that a further page of anonymous memory asks has been given */
		if (!vma->vm_file)
			break;
	}
	return true;
}

void mm_vm_fault_populate(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end)
{
	struct vm_area_struct *vma;

	for (vma = mm_aspace_find_in(mm, start, end); vma && vma->vm_start < end;
	     vma = mm_aspace_next(mm, vma)) {
		uint64_t from = vma->vm_start > start ? vma->vm_start : start;
		uint64_t to = vma->vm_end < end ? vma->vm_end : end;

		(void)populate_vma(x, vma, from, to);
	}
}
