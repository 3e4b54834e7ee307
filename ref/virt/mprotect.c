/* SPDX-License-Identifier: MIT */
/*
 * mprotect: VMA by VMA, each wholly or not at all.  The first that cannot ends it, and
 * those before it keep what they got.
 */
#include "mm/mprotect.h"

#include "mm/mmap.h"
#include "mm/overcommit.h"
#include "mm/process.h"
#include "mm/vm_fault.h"
#include "mm/vma.h"

#define PAGE_MASK (MM_PAGE_SIZE - 1)

/* Kernel: PROT_SEM, which means nothing here. */
#define PROT_SEM   0x8u
#define PROT_KNOWN (MM_PROT_READ | MM_PROT_WRITE | MM_PROT_EXEC | PROT_SEM)

/* Flags that say: its pages are promised, or never will be. */
#define SETTLED (MM_VM_ACCOUNT | MM_VM_WRITE | MM_VM_SHARED | MM_VM_NORESERVE)

/*
 * Private memory that becomes writable has to be promised; what was never written to and
 * no longer can be needs no promise.  *flags gets or loses ACCOUNT; *charged: pages.
 */
static int settle_promise(struct mm_ctx *x, const struct vm_area_struct *vma, uint64_t pages,
			  uint64_t *flags, uint64_t *charged)
{
	uint64_t old = vma->vm_flags;

	*charged = 0;
	if (!(*flags & MM_VM_WRITE)) {
		if ((old & MM_VM_ACCOUNT) && mm_vma_is_anon(vma) && !vma->anon_vma)
			*flags &= ~(uint64_t)MM_VM_ACCOUNT;
		return 0;
	}
	/* what turns into data is held against the limit of data */
	if (!mm_aspace_may_expand(vma->vm_mm, *flags, pages) &&
	    mm_aspace_may_expand(vma->vm_mm, old, pages))
		return -MM_ENOMEM;
	if (old & SETTLED)
		return 0;
	if (mm_overcommit_charge(x, vma->vm_mm, pages))
		return -MM_ENOMEM;
	*charged = pages;
	*flags |= MM_VM_ACCOUNT;
	return 0;
}

/* [start, end) of vma gets flags.  Kernel: mprotect_fixup. */
static int change_part(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t start, uint64_t end,
		       uint64_t flags)
{
	struct mm_struct *mm = vma->vm_mm;
	uint64_t old = vma->vm_flags;
	uint64_t pages = (end - start) >> MM_PAGE_SHIFT;
	struct mm_vma_range r;
	uint64_t charged;

	if (flags == old)
		return 0;
	if (settle_promise(x, vma, pages, &flags, &charged))
		return -MM_ENOMEM;
	r = (struct mm_vma_range){
		.mm = mm,
		.start = start,
		.end = end,
		.flags = flags,
		.file = vma->vm_file,
		.pgoff = vma->vm_pgoff + ((start - vma->vm_start) >> MM_PAGE_SHIFT),
	};
	if (mm_vma_modify(x, vma, &r, &vma)) {
		mm_overcommit_uncharge(x, charged);
		return -MM_ENOMEM;
	}
	if ((old & MM_VM_ACCOUNT) && !(flags & MM_VM_ACCOUNT))
		mm_overcommit_uncharge(x, pages);
	mm_aspace_account(x, mm, old, -(int64_t)pages);
	mm_aspace_account(x, mm, flags, (int64_t)pages);
	/* locked memory that could not be written to has no pages of its own yet */
	if ((old & (MM_VM_WRITE | MM_VM_SHARED | MM_VM_LOCKED)) == MM_VM_LOCKED &&
	    (flags & MM_VM_WRITE))
		mm_vm_fault_populate(x, mm, start, end);
	return 0;
}

/* A file that may not be written to, say, has no MAYWRITE. */
static bool is_forbidden(uint64_t flags)
{
	return ((flags & ~(flags >> 4)) & MM_VM_ACCESS) != 0;
}

/* From the first VMA, which covers *start or, for a stack, decides it. */
static int find_first(struct vm_area_struct *vma, uint64_t *start, uint64_t end, uint32_t grows)
{
	if (grows & MM_PROT_GROWSDOWN) {
		if (vma->vm_start >= end)
			return -MM_ENOMEM;
		*start = vma->vm_start;
		return vma->vm_flags & MM_VM_GROWSDOWN ? 0 : -MM_EINVAL;
	}
	if (vma->vm_start > *start)
		return -MM_ENOMEM;
	/* nothing grows upwards on this architecture */
	return grows & MM_PROT_GROWSUP ? -MM_EINVAL : 0;
}

static int change_range(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end,
			uint32_t prot)
{
	while (start < end) {
		struct vm_area_struct *vma = mm_aspace_find(mm, start);
		uint64_t flags;
		uint64_t stop;
		int err;

		if (!vma || vma->vm_start > start)
			return -MM_ENOMEM;
		flags = (vma->vm_flags & ~(uint64_t)MM_VM_ACCESS) | (prot & MM_VM_ACCESS);
		if (is_forbidden(flags))
			return -MM_EACCES;
		stop = vma->vm_end < end ? vma->vm_end : end;
		err = change_part(x, vma, start, stop, flags);
		if (err)
			return err;
		start = stop;
	}
	return 0;
}

static int do_mprotect(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t len,
		       uint32_t prot)
{
	uint32_t grows = prot & (MM_PROT_GROWSDOWN | MM_PROT_GROWSUP);
	struct vm_area_struct *vma;
	uint64_t end;
	int err;

	prot &= ~grows;
	if (grows == (MM_PROT_GROWSDOWN | MM_PROT_GROWSUP) || (start & PAGE_MASK))
		return -MM_EINVAL;
	if (!len)
		return 0;
	end = start + ((len + PAGE_MASK) & ~PAGE_MASK);
	if (end <= start)
		return -MM_ENOMEM;
	if (prot & ~PROT_KNOWN)
		return -MM_EINVAL;
	vma = mm_aspace_find(mm, start);
	if (!vma)
		return -MM_ENOMEM;
	err = find_first(vma, &start, end, grows);
	return err ? err : change_range(x, mm, start, end, prot);
}

int mm_mprotect(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t len, uint32_t prot)
{
	int err;

	mm_aspace_enter(x, mm, MM_CALL_MPROTECT, start, len, prot);
	err = do_mprotect(x, mm, start, len, prot);
	mm_aspace_answer(x, mm_process_pid(x->m, mm->owner), MM_CALL_MPROTECT, 0, err);
	return err;
}
