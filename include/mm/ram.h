/* SPDX-License-Identifier: MIT */
/*
 * ram: the bytes of page frames.  All reads and writes of frame contents go
 * through here, so that poisoning, KASAN and faults have one place to hook.
 * A machine keeps none of them, one byte for every 64 (a tag), or all 4096.
 *
 *     full   |b0 b1 b2 ...                                    b4095|
 *     tag    |t0        |t1        | ...                       |t63|
 *             64 bytes   64 bytes
 *
 * Kernel: clear_highpage, copy_highpage, kmap_local_page (6.12).
 * Differs: contents that nobody wrote are a hash of (seed, frame), never zero,
 *   so that a forgotten zeroing shows; with init_on_free=on they are zero, with
 *   page_poison=on the pattern, as the kernel writes to what it hands over at boot.  With tags, writing any of 64 bytes
 *   writes all of them; with none, reads give 0 and writes are lost.
 * State: the store is reserved at boot and outside the machine's image; the
 *   `written` bit of a frame, which is in it, says whether the store counts.
 * Invariants:
 *   ram.written_is_present   only frames that exist have ever been written
 *   ram.read_your_write      a frame holds what was last written to it
 */
#ifndef MM_RAM_H
#define MM_RAM_H

#include "mm/machine.h"

/* What a free page is filled with where it is poisoned.  Kernel: PAGE_POISON. */
#define MM_PAGE_POISON 0xaau

/* Bytes kept per frame: 0, 64 or 4096. */
unsigned int mm_ram_unit(const struct mm_machine *m);

int mm_ram_boot(struct mm_ctx *x);

/* One byte at offset (0 .. 4095) of a frame of the machine. */
uint8_t mm_ram_read(const struct mm_machine *m, pfn_t pfn, uint64_t offset);
/* All that is kept of a frame, mm_ram_unit(m) bytes. */
void mm_ram_read_all(const struct mm_machine *m, pfn_t pfn, uint8_t *bytes);
void mm_ram_write(struct mm_ctx *x, pfn_t pfn, uint64_t offset, uint8_t value);
/* All bytes of n frames become value. */
void mm_ram_fill(struct mm_ctx *x, pfn_t pfn, uint64_t n, uint8_t value);
/* Zero n frames.  Kernel: clear_highpages, called for __GFP_ZERO. */
static inline void mm_ram_zero(struct mm_ctx *x, pfn_t pfn, uint64_t n)
{
	mm_ram_fill(x, pfn, n, 0);
}

/* Offsets of the first and the last byte of a frame that is not value; false: all are,
 * or no contents are kept.  Kernel: memchr_inv. */
bool mm_ram_differs(const struct mm_machine *m, pfn_t pfn, uint8_t value, uint64_t *first,
		    uint64_t *last);
/* Is every byte of the frame zero?  True when no contents are kept. */
bool mm_ram_is_zero(const struct mm_machine *m, pfn_t pfn);
/* Hash of what the frame holds, for the digest; 0 when never written. */
uint64_t mm_ram_hash(const struct mm_machine *m, pfn_t pfn);

#endif
