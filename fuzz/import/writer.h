/* SPDX-License-Identifier: MIT */
/*
 * writer: the operations of a trace as text.  They wait in a temporary file,
 * because the machine line stands above them and is known only at the end;
 * so a pipe can be read and a refused recording writes nothing.
 */
#ifndef MM_IMPORT_WRITER_H
#define MM_IMPORT_WRITER_H

#include "mm/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MM_IMPORT_WRITER_BUF 65536

struct mm_import_writer {
	FILE *spool; /* NULL: nobody wants the text */
	size_t len;
	char buf[MM_IMPORT_WRITER_BUF];
};

/* All: 0, or -MM_EIO with the reason in e, without a place. */
int mm_import_writer_open(struct mm_import_writer *w, struct mm_error *e) MM_MUST_USE;
void mm_import_writer_close(struct mm_import_writer *w);

struct mm_import_alloc {
	uint64_t handle;
	unsigned int order;
	unsigned int cpu;
	const char *gfp; /* at most 256 bytes, len of them */
	size_t gfp_len;
};

int mm_import_writer_alloc(struct mm_import_writer *w, const struct mm_import_alloc *a,
			   struct mm_error *e) MM_MUST_USE;
int mm_import_writer_free(struct mm_import_writer *w, uint64_t handle, unsigned int cpu,
			  struct mm_error *e) MM_MUST_USE;

/* All operations so far, to out. */
int mm_import_writer_copy(struct mm_import_writer *w, FILE *out, struct mm_error *e) MM_MUST_USE;

#endif
