/* SPDX-License-Identifier: MIT */
/*
 * vma: objects, and the places in which they are found: the tree of the address space,
 * the tree of the file, the trees of anon_vmas.  The latter two are in order of page
 * offsets, so that a VMA leaves them while its bounds change.
 */
#include "mm/anon_vma.h"
#include "mm/file.h"
#include "mm/overcommit.h"
#include "mm/pool.h"
#include "mm/vma.h"

#include "parts.h"

static bool counts_as_writable(uint64_t flags)
{
	return (flags & (MM_VM_SHARED | MM_VM_MAYWRITE)) == (MM_VM_SHARED | MM_VM_MAYWRITE);
}

/* ---- objects ---- */

struct vm_area_struct *mm_vma_create(struct mm_ctx *x, const struct mm_vma_range *r)
{
	struct vm_area_struct *vma = mm_pool_get(x, x->m->vmas);

	if (!vma)
		return NULL;
	vma->vm_mm = r->mm;
	vma->vm_start = r->start;
	vma->vm_end = r->end;
	vma->vm_pgoff = r->pgoff;
	vma->vm_flags = r->flags;
	vma->vm_file = r->file;
	if (r->file)
		mm_file_get(x, r->file);
	mm_list_init(&vma->anon_vma_chain);
	mm_interval_tree_node_init(&vma->shared, 0, 0);
	mm_aspace_touch_vma(x, vma);
	return vma;
}

void mm_vma_destroy(struct mm_ctx *x, struct vm_area_struct *vma)
{
	struct mm_file *f = vma->vm_file;

	mm_anon_vma_unlink(x, vma);
	mm_aspace_touch_vma(x, vma);
	mm_pool_put(x, x->m->vmas, vma);
	if (f)
		mm_vma_put_file(x, f);
}

/* Promised memory of a file that nobody has any more is promised no longer. */
void mm_vma_put_file(struct mm_ctx *x, struct mm_file *f)
{
	uint64_t accounted = f->accounted;

	if (mm_file_put(x, f) && accounted)
		mm_overcommit_uncharge(x, accounted);
}

int mm_vma_reserve(struct mm_ctx *x, struct mm_struct *mm, unsigned int changes)
{
	return mm_maple_reserve(mm_aspace_tree(x, mm), changes);
}

void mm_vma_release(struct mm_ctx *x, struct mm_struct *mm)
{
	mm_maple_release(mm_aspace_tree(x, mm));
}

/* ---- where it is found ---- */

static struct mm_maple_range bytes_of(const struct vm_area_struct *vma)
{
	return (struct mm_maple_range){vma->vm_start, vma->vm_end - 1};
}

static void enter_file(struct mm_ctx *x, struct vm_area_struct *vma)
{
	struct mm_file *f = vma->vm_file;

	if (!f)
		return;
	mm_interval_tree_node_init(&vma->shared, vma->vm_pgoff,
				   vma->vm_pgoff + mm_vma_pages(vma) - 1);
	mm_interval_tree_add(&f->i_mmap, &vma->shared);
	f->nr_vmas++;
	f->i_mmap_writable += counts_as_writable(vma->vm_flags);
	mm_touch(x, MM_OBJ_FILE, mm_file_id(x->m, f));
}

static void leave_file(struct mm_ctx *x, struct vm_area_struct *vma)
{
	struct mm_file *f = vma->vm_file;

	if (!f)
		return;
	mm_interval_tree_del(&f->i_mmap, &vma->shared);
	f->nr_vmas--;
	f->i_mmap_writable -= counts_as_writable(vma->vm_flags);
	mm_touch(x, MM_OBJ_FILE, mm_file_id(x->m, f));
}

void mm_vma_link(struct mm_ctx *x, struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;

	mm_maple_store(mm_aspace_tree(x, mm), bytes_of(vma), vma);
	enter_file(x, vma);
	mm->map_count++;
	mm_aspace_touch(x, mm);
	mm_aspace_touch_vma(x, vma);
}

void mm_vma_forget(struct mm_ctx *x, struct vm_area_struct *vma)
{
	leave_file(x, vma);
	vma->vm_mm->map_count--;
	mm_aspace_touch(x, vma->vm_mm);
	mm_vma_destroy(x, vma);
}

void mm_vma_set_bounds(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t start, uint64_t end)
{
	leave_file(x, vma);
	mm_anon_vma_before(vma);
	/* modulo 2^64: a start may go down as well */
	vma->vm_pgoff += (start >> MM_PAGE_SHIFT) - (vma->vm_start >> MM_PAGE_SHIFT);
	vma->vm_start = start;
	vma->vm_end = end;
	mm_anon_vma_after(vma);
	enter_file(x, vma);
	mm_aspace_touch_vma(x, vma);
}

void mm_vma_stretch(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t start, uint64_t end)
{
	mm_vma_set_bounds(x, vma, start, end);
	mm_maple_store(mm_aspace_tree(x, vma->vm_mm), bytes_of(vma), vma);
	mm_aspace_touch(x, vma->vm_mm);
}

void mm_vma_set_flags(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t flags)
{
	struct mm_file *f = vma->vm_file;

	if (f) {
		f->i_mmap_writable -= counts_as_writable(vma->vm_flags);
		f->i_mmap_writable += counts_as_writable(flags);
	}
	vma->vm_flags = flags;
	mm_aspace_touch_vma(x, vma);
}

void mm_vma_print_rights(uint64_t flags, char *buf)
{
	buf[0] = flags & MM_VM_READ ? 'r' : '-';
	buf[1] = flags & MM_VM_WRITE ? 'w' : '-';
	buf[2] = flags & MM_VM_EXEC ? 'x' : '-';
	buf[3] = flags & MM_VM_MAYSHARE ? 's' : 'p';
	buf[4] = '\0';
}
