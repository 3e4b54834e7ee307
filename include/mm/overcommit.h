/* SPDX-License-Identifier: MIT */
/*
 * overcommit: how much memory may be promised.  Mappings that can come to need memory
 * of their own (private and writable, or shared anonymous) count against one number of
 * the machine when they are made, not when they are touched.
 *
 *     mode 0  a request that exceeds all RAM and swap is refused, any other granted
 *     mode 1  every request is granted
 *     mode 2  committed < (RAM * overcommit_ratio% or overcommit_kbytes) + swap
 *                         - admin_reserve (unless administrator)
 *                         - min(total_vm / 32, user_reserve)
 *
 * Kernel: __vm_enough_memory, vm_commit_limit, vm_acct_memory (mm/util.c, 6.12);
 *   Documentation/mm/overcommit-accounting.rst.
 * Differs: the number is exact; the kernel's drifts by a batch per CPU.
 * State: vm_committed_as in the machine; it goes up here and when a process grows, and
 *   down when what was promised is given back.  A stack that does not count as promised
 *   (read-only, NORESERVE) is promised its growth, as in the kernel, and gives nothing
 *   back: vm_committed_lost.
 * Invariants:
 *   mm.committed_as   is the sum of all pages of accounted VMAs and files, and what is lost
 */
#ifndef MM_OVERCOMMIT_H
#define MM_OVERCOMMIT_H

#include "mm/machine.h"

struct mm_struct;

/* Values of overcommit_memory. */
enum mm_overcommit { MM_OVERCOMMIT_GUESS, MM_OVERCOMMIT_ALWAYS, MM_OVERCOMMIT_NEVER };

/*
 * Promise so many pages to mm (its total_vm and its owner's rights count).  0, or
 * -MM_ENOMEM and nothing is promised.  Kernel: security_vm_enough_memory_mm.
 */
int mm_overcommit_charge(struct mm_ctx *x, const struct mm_struct *mm, uint64_t pages) MM_MUST_USE;
/* Give a promise back.  Kernel: vm_unacct_memory. */
void mm_overcommit_uncharge(struct mm_ctx *x, uint64_t pages);
/* In pages.  Kernel: vm_commit_limit. */
uint64_t mm_overcommit_limit(const struct mm_machine *m);

#endif
