/* SPDX-License-Identifier: MIT */
/*
 * page_poison: who writes to memory that was given back is found out.  What is freed is
 * filled with a pattern; when it is handed out again, bytes that are not the pattern were
 * written in between.
 *
 *     free      |aa aa aa aa aa aa|
 *     a bug     |aa aa 41 41 aa aa|
 *     alloc      reports bytes 2-3, hands the page out all the same
 *
 * Kernel: mm/page_poison.c (6.12): __kernel_poison_pages, __kernel_unpoison_pages,
 *   check_poison_mem, single_bit_flip; page_poison=on; which of page_poison, init_on_alloc
 *   and init_on_free holds: mem_debugging_and_hardening_init.
 * Differs: each page that was changed is reported, where the kernel prints at most ten in
 *   five seconds.  With contents=tag one byte stands for 64, so that no change is one of a
 *   single bit.  Pages are not unmapped (debug_pagealloc).
 * State: none of its own: contents of free frames.
 * Invariants:
 *   poison.free_content  a free page holds the pattern, or zero where frees zero, and
 *                        what was written to it since
 *   poison.report        a page is reported when it is handed out, and was changed; as a
 *                        single bit when that is all
 */
#ifndef MM_PAGE_POISON_H
#define MM_PAGE_POISON_H

#include "mm/page.h"
#include "mm/ram.h"

/* Called where the machine poisons: a block of 2^order frames was taken back. */
void mm_page_poison_fill(struct mm_ctx *x, const struct page *page, unsigned int order);

/* One is to be handed out: an outcome for each of its frames that was changed. */
void mm_page_poison_check(struct mm_ctx *x, const struct page *page, unsigned int order);

/* Is the frame free: in a block of a zone, on a list of a CPU, or a guard's?  Pure. */
bool mm_page_poison_is_free(const struct mm_machine *m, uint64_t pfn);

/*
 * The bug that all this is for: write a byte of a page that is free.  -MM_EINVAL: no such
 * frame or byte; -MM_EBUSY: it is not free.
 */
int mm_page_poison_scribble(struct mm_ctx *x, uint64_t pfn, uint64_t offset,
			    uint8_t value) MM_MUST_USE;

#endif
