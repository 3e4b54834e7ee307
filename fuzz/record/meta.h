/* SPDX-License-Identifier: MIT */
/*
 * meta: what was recorded, and how it ended, as lines of `name: value`.
 */
#ifndef MM_RECORD_META_H
#define MM_RECORD_META_H

#include "fuzz/record/names.h"
#include "fuzz/record/record.h"

/* The command's words, or what stands for them. */
void mm_record_command_text(const struct mm_record_options *o, struct mm_record_names *names,
			    char *to, size_t size);

/* Copies of /proc after it, and DIR/meta.  0, or errno. */
int mm_record_meta(const struct mm_record_options *o, const struct mm_record_result *r,
		   const char *command);

/* "status 0", "killed by signal 9". */
void mm_record_status_text(int status, char *to, size_t size);

#endif
