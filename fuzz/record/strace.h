/* SPDX-License-Identifier: MIT */
/*
 * strace: the program, which calls are wanted of it, and names taken out of what
 * it writes.
 */
#ifndef MM_RECORD_STRACE_H
#define MM_RECORD_STRACE_H

#include "fuzz/record/lines.h"
#include "fuzz/record/names.h"

#include <sys/types.h>

/* An executable of this name as execvp would find it; false: there is none. */
bool mm_record_find(const char *name, char *path, size_t size);

/*
 * Words that run `command` under strace so that it is still our child, and what
 * it writes goes to the file `to`.  malloc'ed at once, its words are borrowed; or
 * NULL.
 */
char **mm_record_strace_words(const char *strace, char *const *command, int nr, const char *to);

struct mm_record_strace_text {
	struct mm_record_names *names; /* NULL: as they are */
	struct mm_record_sink *sink;
	uint64_t lines;
	uint64_t withheld; /* lines with a text that does not end */
};

/* A line of strace; env is a struct mm_record_strace_text. */
void mm_record_strace_line(void *env, const char *line, size_t len);

/* Who traces this process, 0: nobody yet. */
pid_t mm_record_tracer_of(pid_t pid);

#endif
