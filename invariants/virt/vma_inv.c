/* SPDX-License-Identifier: MIT */
/*
 * vma claims.  That two VMAs which touch could be one is no mistake by itself: merging is
 * tried where something changed, and memory for it may have been refused.  So the model of
 * mmap judges vma.merged_maximal, which knows what was tried.
 */
#include "mm/vma.h"

#include "mm/check.h"
#include "mm/pool.h"
#include "mm/process.h"

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
	MM_CHECK(r, "vma.i_mmap_tree",
		 !vma->vm_file || (mm_interval_tree_linked(&vma->shared) &&
				   vma->shared.start == vma->vm_pgoff &&
				   vma->shared.last == vma->vm_pgoff + pages - 1),
		 "VMA from 0x%llx on: the file's tree has it as pages %llu-%llu",
		 (unsigned long long)vma->vm_start, (unsigned long long)vma->shared.start,
		 (unsigned long long)vma->shared.last);
	MM_CHECK(r, "vma.anon_pgoff",
		 vma->vm_file || vma->anon_vma || vma->vm_pgoff == vma->vm_start / MM_PAGE_SIZE,
		 "anonymous VMA from 0x%llx on, never touched: page offset 0x%llx",
		 (unsigned long long)vma->vm_start, (unsigned long long)vma->vm_pgoff);
}

/* By the tree: all that it has is in the table. */
static void check_attached(struct mm_report *r, const struct mm_machine *m, uint64_t pid)
{
	const struct mm_struct *mm = m->processes[pid].mm;
	uint64_t used = mm_pool_max(m->vmas) - m->vmas->nr_free;
	struct mm_maple_cursor c;
	const struct vm_area_struct *vma;
	uint64_t n = 0;

	if (!mm)
		return;
	for (vma = mm_maple_seek(&c, &mm->tree, 0); vma && n <= used; vma = mm_maple_next(&c)) {
		uint64_t id = mm_pool_id(m->vmas, vma);

		n++;
		MM_CHECK(r, "vma.detached", mm_pool_at(m->vmas, id) == vma,
			 "VMA %llu is in the tree, at 0x%llx, and was given back",
			 (unsigned long long)id, (unsigned long long)c.range.first);
	}
}

const struct mm_inv mm_vma_invs[] = {
	{"vma.pgoff_no_wrap", "offsets of a VMA's pages do not wrap", MM_OBJ_VMA, check_offsets,
	 false},
	{"vma.anon_pgoff", "an anonymous VMA without anon_vma has its address as offset",
	 MM_OBJ_VMA, check_offsets, false},
	{"vma.detached", "what is in the tree has not been given back", MM_OBJ_MM, check_attached,
	 false},
	{"vma.pgoff_linear", "a byte's place in its file is what it was when it was mapped",
	 MM_OBJ_EVENT, NULL, false},
	{"vma.merged_maximal", "where it was tried, no two VMAs that touch could be one",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
