/* SPDX-License-Identifier: MIT */
/*
 * mmap: something is mapped: private or shared, a file or anonymous memory.
 *
 *     arguments -> checks -> where -> limits -> what lies there goes -> merge or new VMA
 *                                                                  -> populate
 *
 * Kernel: do_mmap, ksys_mmap_pgoff (mm/mmap.c), mmap_region (6.12); mmap(2).
 * Differs: no MAP_HUGETLB, MAP_32BIT, MAP_SYNC, MAP_DROPPABLE, protection keys.
 * State: as aspace says.
 * Invariants: those of aspace, vma, overcommit and file, and
 *   mmap.answer   the first error that there is, or what was asked for
 *   mmap.pages    what is mapped where, with which rights, is what calls have made
 */
#ifndef MM_MMAP_H
#define MM_MMAP_H

#include "mm/aspace.h"

/* Values of mmap(2) on x86-64. */
#define MM_PROT_READ      0x1u
#define MM_PROT_WRITE     0x2u
#define MM_PROT_EXEC      0x4u
#define MM_PROT_GROWSDOWN 0x01000000u
#define MM_PROT_GROWSUP   0x02000000u

#define MM_MAP_SHARED          0x1u
#define MM_MAP_PRIVATE         0x2u
#define MM_MAP_SHARED_VALIDATE 0x3u
#define MM_MAP_TYPE            0xfu
#define MM_MAP_FIXED           0x10u
#define MM_MAP_ANONYMOUS       0x20u
#define MM_MAP_GROWSDOWN       0x100u
#define MM_MAP_DENYWRITE       0x800u
#define MM_MAP_EXECUTABLE      0x1000u
#define MM_MAP_LOCKED          0x2000u
#define MM_MAP_NORESERVE       0x4000u
#define MM_MAP_POPULATE        0x8000u
#define MM_MAP_NONBLOCK        0x10000u
#define MM_MAP_STACK           0x20000u
#define MM_MAP_FIXED_NOREPLACE 0x100000u

struct mm_mmap_request {
	uint64_t addr;
	uint64_t len; /* bytes */
	uint32_t prot;
	uint32_t flags;
	struct mm_file *file; /* NULL: none given */
	uint64_t offset;      /* bytes */
};

/*
 * 0 and *addr.  In the order in which they are looked for: -MM_EINVAL (offset at no page),
 * -MM_EBADF (no file, and not anonymous), -MM_EINVAL (length 0), -MM_ENOMEM (length wraps),
 * -MM_EOVERFLOW (offset wraps), -MM_ENOMEM (too many VMAs), what unmapped_area says,
 * -MM_EEXIST, -MM_EPERM and -MM_EAGAIN (locking), what the file forbids (-MM_EACCES,
 * -MM_EPERM, -MM_ENODEV), -MM_EINVAL (no such kind), -MM_ENOMEM (limits, memory).
 * All is mapped as before then, though VMAs at the ends of the range may be split.
 */
int mm_mmap(struct mm_ctx *x, struct mm_struct *mm, const struct mm_mmap_request *q,
	    uint64_t *addr) MM_MUST_USE;

/* "READ|WRITE|PRIVATE|ANONYMOUS" and back live with the operations. */

#endif
