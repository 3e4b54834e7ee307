/* SPDX-License-Identifier: MIT */
/*
 * reader: a file, gzip or plain, as lines.  Memory is one buffer whatever the
 * size of the file.
 *
 * A line that ends with the file instead of a newline is refused: a recorder
 * ends every line, so the file was cut and its last number may be too.
 */
#ifndef MM_IMPORT_READER_H
#define MM_IMPORT_READER_H

#include "fuzz/import/import.h"

#include <stdbool.h>
#include <zlib.h>

#define MM_IMPORT_LINE_MAX 4096
#define MM_IMPORT_CHUNK    65536

struct mm_import_reader {
	gzFile gz;
	const char *name; /* for errors; borrowed */
	const struct mm_import_options *options;
	uint64_t total; /* bytes on disk, 0 when unknown */
	uint64_t line;  /* number of the line handed out last */

	/* text [at, end) was read and not handed out */
	size_t at;
	size_t end;
	bool eof;
	bool cut; /* the gzip data ended early */
	char buf[MM_IMPORT_LINE_MAX + MM_IMPORT_CHUNK];
};

/* 0, or -MM_EIO with the reason; then there is nothing to close. */
int mm_import_reader_open(struct mm_import_reader *r, const char *path,
			  const struct mm_import_options *o, struct mm_error *e) MM_MUST_USE;
void mm_import_reader_close(struct mm_import_reader *r);

/*
 * What was read ahead and not handed out, without handing it out: up to a
 * chunk, at the start at least a line unless the file is cut.  0 or an error;
 * an empty file is one.
 */
int mm_import_reader_peek(struct mm_import_reader *r, const char **s, size_t *len,
			  struct mm_error *e) MM_MUST_USE;

/*
 * The next line without its newline, valid until the next call: 1; 0 at the
 * end; -MM_EINVAL or -MM_EIO.
 */
int mm_import_reader_next(struct mm_import_reader *r, const char **s, size_t *len,
			  struct mm_error *e) MM_MUST_USE;

/* Refuse: fill e with the reader's file and line, return err. */
int mm_import_reader_refuse(const struct mm_import_reader *r, struct mm_error *e, int err,
			    size_t col, const char *fmt, ...) MM_PRINTF(5, 6);

#endif
