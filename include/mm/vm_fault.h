/* SPDX-License-Identifier: MIT */
/*
 * vm_fault: a task touches an address: is it mapped, may it, and does the VMA have what
 * its page will need?
 *
 *     find VMA -> below a stack? grow it -> rights -> within the file? -> anon_vma
 *
 * Kernel: do_user_addr_fault and access_error of x86-64, lock_mm_and_find_vma,
 *   expand_downwards (mm/vma.c, 6.12), what do_anonymous_page, do_cow_fault and
 *   populate_vma_page_range do to VMAs.
 * Differs: no page tables and no pages yet: what remains of a fault is what it does to the
 *   VMA.  A touch of a page that is there already asks for nothing new.
 * State: as aspace says.
 * Invariants:
 *   vma.addr_limits   a stack grows neither below mmap_min_addr nor into the guard gap
 *   touch.answer      it ends as rights, file and limits say
 */
#ifndef MM_VM_FAULT_H
#define MM_VM_FAULT_H

#include "mm/aspace.h"

enum mm_access { MM_ACCESS_READ, MM_ACCESS_WRITE, MM_ACCESS_EXEC };

/* What a touch ends in.  Kernel: si_signo and si_code. */
enum mm_fault_result {
	MM_FAULT_OK,
	MM_FAULT_SEGV_MAPERR, /* nothing is mapped there */
	MM_FAULT_SEGV_ACCERR, /* it may not */
	MM_FAULT_BUS_ADRERR,  /* beyond the end of the file */
	MM_FAULT_OOM          /* no memory */
};

enum mm_fault_result mm_vm_fault(struct mm_ctx *x, struct mm_struct *mm, uint64_t addr,
				 enum mm_access access);

/*
 * Touch all of [start, end) that can be touched, as for locked memory; errors end it and
 * are nobody's.  Kernel: mm_populate.
 */
void mm_vm_fault_populate(struct mm_ctx *x, struct mm_struct *mm, uint64_t start, uint64_t end);

#endif
