/* SPDX-License-Identifier: MIT */
/*
 * file: an open file, as far as mapping it asks.  One object stands for the open
 * file, its inode and what of the file is mapped where: the mapping's tree has each
 * VMA of the file, by the pages of the file that it shows.
 *
 *     pages of the file   0 1 2 3 4 5 6 7 8
 *     VMA of one process      |-----|           [2, 4]
 *     VMA of another      |-------------|       [0, 6]
 *     size                            ^ beyond it a touch is SIGBUS
 *
 * Kernel: struct file, struct inode, struct address_space (include/linux/fs.h, 6.12),
 *   in so far as mm/mmap.c and mm/filemap.c ask them.
 * Differs: file, inode and mapping are one, so that each is opened once; contents come
 *   with the page cache.
 * State: a table in the machine.  References: one of who opened it, one of each VMA.
 * Invariants:
 *   vma.file_refs     references are those of its VMAs and of who opened it
 *   vma.i_mmap_tree   each VMA of it is in its tree once, and nothing else is
 */
#ifndef MM_FILE_H
#define MM_FILE_H

#include "mm/interval_tree.h"
#include "mm/machine.h"

/* How it was opened, and what it is. */
#define MM_FILE_READ   0x1u  /* Kernel: FMODE_READ */
#define MM_FILE_WRITE  0x2u  /* Kernel: FMODE_WRITE */
#define MM_FILE_APPEND 0x4u  /* the inode only grows.  Kernel: S_APPEND */
#define MM_FILE_NOEXEC 0x8u  /* its mount has nothing to execute.  Kernel: MNT_NOEXEC */
#define MM_FILE_NOMMAP 0x10u /* it cannot be mapped.  Kernel: f_op->mmap == NULL */
#define MM_FILE_SHMEM  0x20u /* memory of its own: memfd, tmpfs, shared anonymous */
#define MM_FILE_ANON   0x40u /* made by mapping shared anonymous memory: nobody opened it */
#define MM_FILE_ALL    0x7fu

struct mm_file {
	uint32_t mode; /* MM_FILE_... */
	uint32_t refs;
	uint64_t pages; /* size */

	/* what maps it */
	struct mm_interval_tree i_mmap; /* of vm_area_struct.shared */
	uint32_t i_mmap_writable;       /* VMAs that are shared and may be written to */
	uint32_t nr_vmas;

	/* of its size, pages charged against the commit limit; given back with it */
	uint64_t accounted;
};

int mm_file_boot(struct mm_ctx *x);

/* A file of so many pages with a reference; NULL: there are desc.files of them, or an
 * injected failure. */
struct mm_file *mm_file_create(struct mm_ctx *x, uint64_t pages, uint32_t mode);
void mm_file_get(struct mm_ctx *x, struct mm_file *f);
/* Drop a reference: true when it was the last, and the file is gone. */
bool mm_file_put(struct mm_ctx *x, struct mm_file *f);
/* Its number in the table, below desc.files. */
uint64_t mm_file_id(const struct mm_machine *m, const struct mm_file *f);
/* NULL: no such file. */
struct mm_file *mm_file_at(const struct mm_machine *m, uint64_t id);

#endif
