/* SPDX-License-Identifier: MIT */
/*
 * vma: one becomes two.
 *
 *     |------ vma ------|         a copy takes the part that vma gives up; both keep all
 *     |-- new --|- vma -|         anon_vmas, since a page of either half may be in any
 */
#include "mm/anon_vma.h"
#include "mm/file.h"
#include "mm/vma.h"

#include "parts.h"

bool mm_vma_may_split(const struct mm_ctx *x, const struct mm_struct *mm)
{
	return (uint64_t)mm->map_count < x->m->sysctl.max_map_count;
}

/* A copy of vma for [start, end), with its anon_vmas.  NULL: no memory. */
static struct vm_area_struct *copy(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t start,
				   uint64_t end)
{
	const struct mm_vma_range r = {
		.mm = vma->vm_mm,
		.start = start,
		.end = end,
		.pgoff = vma->vm_pgoff + ((start - vma->vm_start) >> MM_PAGE_SHIFT),
		.flags = vma->vm_flags,
		.file = vma->vm_file,
	};
	struct vm_area_struct *new_vma = mm_vma_create(x, &r);

	if (new_vma && mm_anon_vma_clone(x, new_vma, vma)) {
		mm_vma_destroy(x, new_vma);
		return NULL;
	}
	return new_vma;
}

int mm_vma_split(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t addr, bool upper)
{
	uint64_t start = vma->vm_start;
	uint64_t end = vma->vm_end;
	struct vm_area_struct *new_vma;

	MM_PRE(start < addr && addr < end);
	if (mm_vma_reserve(x, vma->vm_mm, 1))
		return -MM_ENOMEM;
	new_vma = upper ? copy(x, vma, start, addr) : copy(x, vma, addr, end);
	if (!new_vma) {
		mm_vma_release(x, vma->vm_mm);
		return -MM_ENOMEM;
	}
	if (upper)
		mm_vma_set_bounds(x, vma, addr, end);
	else
		mm_vma_set_bounds(x, vma, start, addr);
	mm_vma_link(x, new_vma);
	x->m->nr_vma_changes++;
	mm_vma_release(x, vma->vm_mm);
	return 0;
}
