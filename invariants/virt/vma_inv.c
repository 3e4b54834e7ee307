/* SPDX-License-Identifier: MIT */
/*
 * vma claims.  That two VMAs which touch could be one is no mistake by itself: merging is
 * tried where something changed, and memory for it may have been refused.  So the model of
 * mmap judges vma.merged_maximal, which knows what was tried.
 */
#include "mm/vma.h"

#include "mm/check.h"
#include "mm/pool.h"

static void check_offsets(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct vm_area_struct *vma = mm_pool_at(m->vmas, id);
	uint64_t pages;

	if (!vma)
		return;
	pages = (vma->vm_end - vma->vm_start) / MM_PAGE_SIZE;
	MM_CHECK(r, "vma.pgoff_no_wrap", vma->vm_pgoff + pages > vma->vm_pgoff,
		 "VMA from 0x%llx on: page offset %llu and %llu pages",
		 (unsigned long long)vma->vm_start, (unsigned long long)vma->vm_pgoff,
		 (unsigned long long)pages);
	MM_CHECK(r, "vma.anon_pgoff",
		 vma->vm_file || vma->anon_vma || vma->vm_pgoff == vma->vm_start / MM_PAGE_SIZE,
		 "anonymous VMA from 0x%llx on, never touched: page offset 0x%llx",
		 (unsigned long long)vma->vm_start, (unsigned long long)vma->vm_pgoff);
}

const struct mm_inv mm_vma_invs[] = {
	{"vma.pgoff_no_wrap", "offsets of a VMA's pages do not wrap", MM_OBJ_VMA, check_offsets,
	 false},
	{"vma.anon_pgoff", "an anonymous VMA without anon_vma has its address as offset",
	 MM_OBJ_VMA, check_offsets, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
