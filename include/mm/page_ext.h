/* SPDX-License-Identifier: MIT */
/*
 * page_ext: a record beside each struct page, for who needs to remember more of a
 * frame and only sometimes (an owner's stack, an idle mark).  Each client that is
 * switched on at boot has a part of it; with no client there are no records.
 *
 *     record of a frame   | shared flags | owner ........ | table check |
 *                         0              offset of owner   ...            size
 *
 * Kernel: mm/page_ext.c (6.12): page_ext_get, page_ext_data, struct page_ext_operations;
 *   clients page_owner, page_idle (32 bits), page_table_check.
 * Differs: there is no RCU, records never go away while a machine lives; a record is
 *   asked for by frame number.  Sizes of clients are those of 64-bit kernels.  Of
 *   the clients only page_owner is modelled; for others traces store and load what they
 *   would.
 * State: belongs to this module; a record's part to its client.
 * Invariants:
 *   page_ext.record   a client finds what it stored; what nobody stored is zero
 *   page_ext.total    frames whose section is ready have a record, and no others
 */
#ifndef MM_PAGE_EXT_H
#define MM_PAGE_EXT_H

#include "mm/machine.h"

/* Who may have a part, in the order of parts. */
enum mm_page_ext_client {
	MM_PAGE_EXT_FLAGS, /* shared flags: only when a client needs them */
	MM_PAGE_EXT_OWNER,
	MM_PAGE_EXT_IDLE, /* has bits in the shared flags and nothing else */
	MM_PAGE_EXT_TABLE_CHECK,
	MM_PAGE_EXT_CLIENTS
};

int mm_page_ext_boot(struct mm_ctx *x);

/* "owner"; the name that page_ext= in a description has. */
const char *mm_page_ext_name(enum mm_page_ext_client c);
/* Bytes of a client's part. */
size_t mm_page_ext_part(enum mm_page_ext_client c);
/* Bytes of a record; 0: no client is on. */
size_t mm_page_ext_size(const struct mm_machine *m);
/* Where a client's part begins in a record; SIZE_MAX when it is off. */
size_t mm_page_ext_offset(const struct mm_machine *m, enum mm_page_ext_client c);

/*
 * A client's part of a frame's record; NULL when the client is off or has none, or the
 * frame has no struct page yet.  Kernel: page_ext_get, page_ext_data.
 */
void *mm_page_ext_of(const struct mm_machine *m, uint64_t pfn, enum mm_page_ext_client c);

/* The same, to write value into the first 8 bytes; -MM_ENODEV for NULL, -MM_EBUSY for
 * what page_owner keeps. */
int mm_page_ext_store(struct mm_ctx *x, uint64_t pfn, enum mm_page_ext_client c,
		      uint64_t value) MM_MUST_USE;

/* The record's part in its frame's digest; 0 for a record of zeros. */
uint64_t mm_page_ext_hash(const struct mm_machine *m, uint64_t pfn);

#endif
