/* SPDX-License-Identifier: MIT */
/*
 * munmap: what can fail comes first.  The ends of the range become ends of VMAs; then all
 * that lies inside leaves the tree with one change, and is given back one by one.
 */
#include "mm/munmap.h"

#include "mm/overcommit.h"
#include "mm/process.h"
#include "mm/vma.h"

/* The range must not begin inside a VMA. */
static int split_start(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end)
{
	struct vm_area_struct *vma = mm_aspace_find_in(mm, start, end);

	if (!vma || vma->vm_start >= start)
		return 0;
	/* a hole makes one more; what is cut off at an end does not */
	if (end < vma->vm_end && !mm_vma_may_split(x, mm))
		return -MM_ENOMEM;
	return mm_vma_split(x, vma, start, true);
}

static int split_end(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end)
{
	struct vm_area_struct *vma = mm_aspace_find_in(mm, end - 1, end);

	(void)start;
	if (!vma || vma->vm_end == end)
		return 0;
	return mm_vma_split(x, vma, end, true);
}

static uint64_t count_accounted(const struct mm_struct *mm, uint64_t start, uint64_t end)
{
	const struct vm_area_struct *vma;
	uint64_t pages = 0;

	for (vma = mm_aspace_find_in(mm, start, end); vma && vma->vm_start < end;
	     vma = mm_aspace_next(mm, vma)) {
		if (vma->vm_flags & MM_VM_ACCOUNT)
			pages += mm_vma_pages(vma);
	}
	return pages;
}

int mm_munmap_prepare(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end,
		      uint64_t *accounted)
{
	if (split_start(x, mm, start, end) || split_end(x, mm, start, end))
		return -MM_ENOMEM;
	*accounted = count_accounted(mm, start, end);
	return 0;
}

/* One that is no longer in the tree. */
static void give_back(struct mm_ctx *x, struct mm_struct *mm, struct vm_area_struct *vma,
		      bool keep_promises)
{
	uint64_t pages = mm_vma_pages(vma);

	if (vma->vm_flags & MM_VM_LOCKED)
		mm->locked_vm -= pages;
	mm_aspace_account(x, mm, vma->vm_flags, -(int64_t)pages);
	if ((vma->vm_flags & MM_VM_ACCOUNT) && !keep_promises)
		mm_overcommit_uncharge(x, pages);
	mm_vma_forget(x, vma);
}

void mm_munmap_complete(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end,
			bool keep_promises)
{
	const struct mm_maple_range r = {start, end - 1};
	struct vm_area_struct *vma = mm_aspace_find_in(mm, start, end);

	if (mm->hiwater_vm < mm->total_vm)
		mm->hiwater_vm = mm->total_vm;
	while (vma && vma->vm_start < end) {
		struct vm_area_struct *next = mm_aspace_next(mm, vma);

		give_back(x, mm, vma, keep_promises);
		vma = next;
	}
	mm_maple_store(mm_aspace_tree(x, mm), r, NULL);
}

int mm_munmap_range(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t len)
{
	uint64_t end;
	uint64_t accounted;
	int err;

	if ((start & (MM_PAGE_SIZE - 1)) || start > mm->task_size || len > mm->task_size - start)
		return -MM_EINVAL;
	end = start + ((len + MM_PAGE_SIZE - 1) & ~(MM_PAGE_SIZE - 1));
	if (end == start)
		return -MM_EINVAL;
	if (!mm_aspace_find_in(mm, start, end))
		return 0;
	err = mm_munmap_prepare(x, mm, start, end, &accounted);
	if (!err)
		err = mm_vma_reserve(x, mm, 1);
	if (err)
		return err;
	mm_munmap_complete(x, mm, start, end, false);
	mm_vma_release(x, mm);
	return 0;
}

int mm_munmap(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t len)
{
	int err;

	mm_aspace_enter(x, mm, MM_CALL_MUNMAP, start, len, 0);
	err = mm_munmap_range(x, mm, start, len);
	mm_aspace_answer(x, mm_process_pid(x->m, mm->owner), MM_CALL_MUNMAP, 0, err);
	return err;
}

/* The tree goes as a whole: no change of it can want for memory. */
void mm_munmap_exit(struct mm_ctx *x, struct mm_struct *mm)
{
	uint64_t pid = mm_process_pid(x->m, mm->owner);
	struct mm_maple_cursor c;
	struct vm_area_struct *vma = mm_maple_seek(&c, &mm->tree, 0);

	mm_aspace_enter(x, mm, MM_CALL_EXIT, 0, 0, 0);
	while (vma) {
		struct vm_area_struct *next = mm_maple_next(&c);

		give_back(x, mm, vma, false);
		vma = next;
	}
	mm_aspace_destroy(x, mm);
	mm_aspace_answer(x, pid, MM_CALL_EXIT, 0, 0);
}
