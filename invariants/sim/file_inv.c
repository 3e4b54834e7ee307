/* SPDX-License-Identifier: MIT */
/* file claims: the tree of a file, walked, beside its counts. */
#include "mm/file.h"

#include "mm/check.h"

static void check_file(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct mm_file *f = mm_file_at(m, id);
	const struct mm_interval_tree_node *n;
	uint64_t nodes = 0;

	if (!f)
		return;
	for (n = mm_interval_tree_iter_first(&f->i_mmap, 0, UINT64_MAX); n && nodes <= f->nr_vmas;
	     n = mm_interval_tree_iter_next(n, 0, UINT64_MAX))
		nodes++;
	MM_CHECK(r, "vma.i_mmap_tree", nodes == f->nr_vmas,
		 "file %llu: %llu in its tree, %u VMAs entered it", (unsigned long long)id,
		 (unsigned long long)nodes, f->nr_vmas);
	MM_CHECK(r, "vma.file_refs",
		 f->refs >= f->nr_vmas && f->refs - f->nr_vmas <= 1 &&
			 f->i_mmap_writable <= f->nr_vmas,
		 "file %llu: %u references, %u VMAs, %u of them shared and writable",
		 (unsigned long long)id, f->refs, f->nr_vmas, f->i_mmap_writable);
}

const struct mm_inv mm_file_invs[] = {
	{"vma.i_mmap_tree", "each VMA of a file is in its tree once", MM_OBJ_FILE, check_file,
	 false},
	{"vma.file_refs", "references to a file are its VMAs' and that of who opened it",
	 MM_OBJ_FILE, check_file, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
