/* SPDX-License-Identifier: MIT */
/* overcommit claims. */
#include "mm/overcommit.h"

#include "mm/aspace.h"
#include "mm/check.h"
#include "mm/file.h"
#include "mm/pool.h"

static void check_committed(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	uint64_t pages = 0;
	uint64_t i;

	(void)id;
	if (!m->desc.procs)
		return;
	for (i = 0; i < mm_pool_max(m->vmas); i++) {
		const struct vm_area_struct *vma = mm_pool_at(m->vmas, i);

		if (vma && (vma->vm_flags & MM_VM_ACCOUNT))
			pages += (vma->vm_end - vma->vm_start) / MM_PAGE_SIZE;
	}
	for (i = 0; i < m->desc.files; i++) {
		const struct mm_file *f = mm_file_at(m, i);

		pages += f ? f->accounted : 0;
	}
	MM_CHECK(r, "mm.committed_as", m->vm_committed_as == (int64_t)pages + m->vm_committed_lost,
		 "vm_committed_as %lld, accounted are %llu pages, lost %lld",
		 (long long)m->vm_committed_as, (unsigned long long)pages,
		 (long long)m->vm_committed_lost);
}

const struct mm_inv mm_overcommit_invs[] = {
	{"mm.committed_as",
	 "what is promised is the sum of accounted VMAs and files, and what growth lost",
	 MM_OBJ_MACHINE, check_committed, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
