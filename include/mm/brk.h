/* SPDX-License-Identifier: MIT */
/*
 * brk: the end of the heap.
 *
 * Kernel: SYSCALL brk, do_brk_flags (mm/mmap.c, mm/vma.c, 6.12); brk(2).
 * Differs: nothing but what aspace leaves out.
 * State: mm->brk, in bytes; the heap's VMA ends at the page after it.
 *   A mapping that ends where the heap begins is not extended by it.
 * Invariants:
 *   mm.brk       start_brk <= brk, which is what brk last answered
 *   brk.answer   it moves where limits, promises and neighbours allow, and else stays
 */
#ifndef MM_BRK_H
#define MM_BRK_H

#include "mm/aspace.h"

/* The heap is to end at addr: where it ends now, which is where it did when that cannot
 * be. */
uint64_t mm_brk(struct mm_ctx *x, struct mm_struct *mm, uint64_t addr);

#endif
