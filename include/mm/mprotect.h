/* SPDX-License-Identifier: MIT */
/*
 * mprotect: other rights for a range.
 *
 * Kernel: do_mprotect_pkey, mprotect_fixup (mm/mprotect.c, 6.12); mprotect(2).
 * Differs: no page tables to change, no protection keys, no sealed mappings.
 * State: as aspace says.
 * Invariants: those of aspace, vma and overcommit, and
 *   mprotect.answer   the first VMA that may not change ends it, and says why
 */
#ifndef MM_MPROTECT_H
#define MM_MPROTECT_H

#include "mm/aspace.h"

/*
 * start and len in bytes; prot is MM_PROT_...  -MM_EINVAL: both ways of growing, start at no
 * page, unknown rights, or GROWSDOWN and the first VMA does not; -MM_ENOMEM: the range wraps,
 * has a hole, is more than may be promised or than there is memory for; -MM_EACCES: a file
 * forbids it.  VMAs before the one that failed keep the new rights.
 */
int mm_mprotect(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t len,
		uint32_t prot) MM_MUST_USE;

#endif
