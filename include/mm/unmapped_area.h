/* SPDX-License-Identifier: MIT */
/*
 * unmapped_area: where a mapping goes that does not say, or only wishes, where.
 *
 *     min_addr    |vma|      |vma|       |vma|  mmap_base
 *                                  here ^        the highest that fits; bottom up, the
 *                                                lowest above mmap_base
 *     below a stack (GROWSDOWN) a gap of stack_guard_gap pages stays free
 *
 * Kernel: get_unmapped_area, vm_unmapped_area (mm/vma.c), arch_get_unmapped_area_topdown
 *   of x86-64 (6.12), round_hint_to_min.
 * Differs: no randomness; nothing is aligned for huge pages; no MAP_32BIT.
 * State: none; it only looks.
 * Invariants:
 *   vma.unmapped_area   what it finds is free, aligned, and the highest (lowest) that is
 */
#ifndef MM_UNMAPPED_AREA_H
#define MM_UNMAPPED_AREA_H

#include "mm/aspace.h"

/*
 * len bytes (whole pages), wished for at hint (0: anywhere; fixed: there or nowhere).
 * 0 and *addr; -MM_ENOMEM: longer than the address space, or no gap; -MM_EINVAL: fixed, and
 * not at a page; -MM_EPERM: below mmap_min_addr, and not allowed to.
 */
int mm_unmapped_area(struct mm_ctx *x, const struct mm_struct *mm, uint64_t hint, uint64_t len,
		     bool fixed, uint64_t *addr) MM_MUST_USE;
/* The lowest address that a VMA claims: its start, or for a stack the end of the gap
 * below it.  Kernel: vm_start_gap. */
uint64_t mm_unmapped_area_start_gap(const struct mm_machine *m, const struct vm_area_struct *vma);

#endif
