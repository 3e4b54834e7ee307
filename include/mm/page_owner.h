/* SPDX-License-Identifier: MIT */
/*
 * page_owner: who has a page, and since when: a record beside each frame, written
 * when a block is handed out, closed when it is taken back.  What leaks is found by
 * reading who still has it.
 *
 *     flags of the frame    bit 0 a record was written | bit 1 its page is in use
 *     64 bytes, low first   order 2 | reason of a migration 2 | mask 4 | handles 8 |
 *                           ns 8 | ns of the free 8 | command 16 | pid, tgid, at the
 *                           free 4 each
 *
 * Kernel: mm/page_owner.c (6.12): __set_page_owner, __reset_page_owner,
 *   __split_page_owner, read_page_owner; page_owner=on.
 * Differs: no stacks, so handles are 0; no command; ids of tasks are the CPU plus one.
 *   Times are the machine's clock, which moves when a trace says so.  Frames reserved
 *   at boot have no record, as the kernel's have none.  Without the line of page flags
 *   and the stack in what is printed.
 * State: the owner's part of page_ext, and its two bits of the shared flags; nobody
 *   else stores there while page_owner=on.
 * Invariants:
 *   page_owner.alloc_bit   a record says "in use" exactly while its frame is, with
 *                          the order it was handed out or split with
 *   page_owner.who_and_when  it names who took its frame, who gave it back, and when
 */
#ifndef MM_PAGE_OWNER_H
#define MM_PAGE_OWNER_H

#include "mm/page.h"

#include <stdio.h>

/* Bits of the shared flags.  Kernel: PAGE_EXT_OWNER, PAGE_EXT_OWNER_ALLOCATED. */
#define MM_PAGE_OWNER_WRITTEN 0x1u
#define MM_PAGE_OWNER_IN_USE  0x2u

/* Called where m->desc.page_owner is set: a block of 2^order frames is handed out
 * under this mask; is taken back; becomes blocks of order 0. */
void mm_page_owner_set(struct mm_ctx *x, const struct page *page, unsigned int order, uint32_t gfp);
void mm_page_owner_reset(struct mm_ctx *x, const struct page *page, unsigned int order);
void mm_page_owner_split(struct mm_ctx *x, const struct page *page, unsigned int order);

/* A record, as it reads. */
struct mm_page_owner {
	uint32_t flags; /* MM_PAGE_OWNER_..., 0: none */
	unsigned int order;
	uint32_t gfp;
	uint64_t ns;
	uint64_t free_ns;
	uint32_t pid;
	uint32_t tgid;
	uint32_t free_pid;
	uint32_t free_tgid;
};

/* That of a frame; without flags when it has none, or nobody keeps any. */
struct mm_page_owner mm_page_owner_get(const struct mm_machine *m, uint64_t pfn);

/* Each block in use: mask, owner, time, frame.  Kernel: /sys/kernel/debug/page_owner. */
void mm_page_owner_print(const struct mm_machine *m, FILE *out);

#endif
