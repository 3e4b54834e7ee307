/* SPDX-License-Identifier: MIT */
/*
 * lines: from a pipe that never blocks to a gzip file, line by line.
 */
#ifndef MM_RECORD_LINES_H
#define MM_RECORD_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

/* A gzip file that remembers its first failure. */
struct mm_record_sink {
	gzFile gz;
	char path[4096];
	int err; /* errno of the first failure, 0: none */
};

/* Append to a file, which need not be there.  false: err says why. */
bool mm_record_sink_open(struct mm_record_sink *s, const char *dir, const char *name);
void mm_record_sink_put(struct mm_record_sink *s, const char *bytes, size_t len);
/* The last bytes are on their way to the disk; err is final. */
void mm_record_sink_close(struct mm_record_sink *s);

/* What came of a pipe and is no whole line yet. */
struct mm_record_lines {
	char *buf;
	size_t used;
	size_t size;
	uint64_t cut; /* lines that were too long, and are left out */
	bool skipping;
};

enum mm_record_read { MM_RECORD_LATER, MM_RECORD_MORE, MM_RECORD_END };

/* Read once and hand each whole line, without its end, to take. */
enum mm_record_read mm_record_lines_read(struct mm_record_lines *l, int fd,
					 void (*take)(void *env, const char *line, size_t len),
					 void *env);
void mm_record_lines_fini(struct mm_record_lines *l);

#endif
