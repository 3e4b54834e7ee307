/* SPDX-License-Identifier: MIT */
/*
 * unmapped_area: the wish first, then the highest gap, then from the bottom up.
 *
 * The tree knows gaps between VMAs and nothing of the gap that a stack keeps below it.  So
 * a gap found may have to be looked for again, below it, until what is found keeps clear.
 */
#include "mm/unmapped_area.h"

#include "mm/process.h"

uint64_t mm_unmapped_area_start_gap(const struct mm_machine *m, const struct vm_area_struct *vma)
{
	uint64_t gap = m->sysctl.stack_guard_gap * MM_PAGE_SIZE;

	if (!(vma->vm_flags & MM_VM_GROWSDOWN))
		return vma->vm_start;
	return vma->vm_start > gap ? vma->vm_start - gap : 0;
}

/* Where mappings go when there is nothing below mmap_base.  Kernel: TASK_UNMAPPED_BASE. */
static uint64_t bottom_of(const struct mm_struct *mm)
{
	if (mm->bottom_up)
		return mm->mmap_base;
	return (mm->task_size / 3 + MM_PAGE_SIZE - 1) & ~(MM_PAGE_SIZE - 1);
}

/* The highest gap of len bytes in [low, high). */
static int search_down(const struct mm_machine *m, const struct mm_struct *mm, uint64_t low,
		       uint64_t high, uint64_t len, uint64_t *addr)
{
	while (high > low && high - low >= len) {
		const struct mm_maple_range within = {low, high - 1};
		const struct vm_area_struct *next;

		if (mm_maple_gap_high(&mm->tree, within, len, addr))
			return -MM_ENOMEM;
		next = mm_aspace_find(mm, *addr);
		if (!next || mm_unmapped_area_start_gap(m, next) >= *addr + len)
			return 0;
		high = mm_unmapped_area_start_gap(m, next);
	}
	return -MM_ENOMEM;
}

/* The lowest one. */
static int search_up(const struct mm_machine *m, const struct mm_struct *mm, uint64_t low,
		     uint64_t high, uint64_t len, uint64_t *addr)
{
	while (high > low && high - low >= len) {
		const struct mm_maple_range within = {low, high - 1};
		const struct vm_area_struct *next;

		if (mm_maple_gap_low(&mm->tree, within, len, addr))
			return -MM_ENOMEM;
		next = mm_aspace_find(mm, *addr);
		if (!next || mm_unmapped_area_start_gap(m, next) >= *addr + len)
			return 0;
		low = next->vm_end;
	}
	return -MM_ENOMEM;
}

static bool fits(const struct mm_machine *m, const struct mm_struct *mm, uint64_t addr,
		 uint64_t len)
{
	const struct vm_area_struct *vma;

	if (addr > mm->task_size - len)
		return false;
	vma = mm_aspace_find(mm, addr);
	return !vma || addr + len <= mm_unmapped_area_start_gap(m, vma);
}

/* Kernel: arch_get_unmapped_area_topdown, arch_get_unmapped_area. */
/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as mmap has them */
static int choose(const struct mm_machine *m, const struct mm_struct *mm, uint64_t hint,
		  uint64_t len, uint64_t *addr)
{
	*addr = hint & ~(MM_PAGE_SIZE - 1);
	if (*addr && fits(m, mm, *addr, len))
		return 0;
	if (!mm->bottom_up && !search_down(m, mm, MM_PAGE_SIZE, mm->mmap_base, len, addr))
		return 0;
	return search_up(m, mm, bottom_of(mm), mm->task_size, len, addr);
}

int mm_unmapped_area(struct mm_ctx *x, const struct mm_struct *mm, uint64_t hint, uint64_t len,
		     bool fixed, uint64_t *addr)
{
	const struct mm_machine *m = x->m;
	int err = 0;

	if (len > mm->task_size)
		return -MM_ENOMEM;
	if (fixed)
		*addr = hint;
	else
		err = choose(m, mm, hint, len, addr);
	if (err)
		return err;
	if (*addr > mm->task_size - len)
		return -MM_ENOMEM;
	if (*addr & (MM_PAGE_SIZE - 1))
		return -MM_EINVAL;
	if (*addr < m->sysctl.mmap_min_addr && !(mm->owner->caps & MM_CAP_SYS_RAWIO))
		return -MM_EPERM;
	return 0;
}
