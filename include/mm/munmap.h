/* SPDX-License-Identifier: MIT */
/*
 * munmap: nothing is mapped in a range any more.
 *
 *     before   |-- a --|-- b --|   |-- c --|
 *     range        [-----------------)
 *     split    |a' |a''|-- b --|   |c'|c'' |     first what may fail
 *     after    |a' |                  |c'' |     then a'', b and c' go at once
 *
 * Kernel: do_vmi_munmap, vms_gather_munmap_vmas, vms_complete_munmap_vmas, exit_mmap
 *   (mm/vma.c, mm/mmap.c, 6.12).
 * Differs: no page tables to take down.
 * State: as aspace says.
 * Invariants: those of aspace and vma, and
 *   munmap.answer   errors are those of the contract, and there are no others
 */
#ifndef MM_MUNMAP_H
#define MM_MUNMAP_H

#include "mm/aspace.h"

/*
 * start and len in bytes.  -MM_EINVAL: start is at no page, the range is empty, wraps or
 * leaves the address space.  -MM_ENOMEM: a hole in the middle would make too many VMAs, or
 * there is no memory; all is mapped as before, though VMAs may be split.
 */
int mm_munmap(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t len) MM_MUST_USE;
/* The same in the midst of another call, unannounced.  Kernel: do_vmi_munmap. */
int mm_munmap_range(struct mm_ctx *x, struct mm_struct *mm, uint64_t start,
		    uint64_t len) MM_MUST_USE;
/*
 * The first half for a range of whole pages: VMAs are split at its ends, and there is room
 * for the second.  *accounted: pages in it that count as promised.
 */
int mm_munmap_prepare(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end,
		      uint64_t *accounted) MM_MUST_USE;
/* The second, which cannot fail; promises are given back unless keep_promises. */
void mm_munmap_complete(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end,
			bool keep_promises);
/* Everything goes, and the address space with it.  Kernel: exit_mmap. */
void mm_munmap_exit(struct mm_ctx *x, struct mm_struct *mm);

#endif
