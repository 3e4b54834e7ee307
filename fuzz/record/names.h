/* SPDX-License-Identifier: MIT */
/*
 * names: a number in place of each name, the same for the same name, in the
 * order in which they came.  Nothing of the name is in it, so nothing can be
 * computed back from a recording.
 *
 *     gcc -> c-1   cc1 -> c-2   gcc -> c-1      "dir/x.c" -> s-3
 */
#ifndef MM_RECORD_NAMES_H
#define MM_RECORD_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MM_RECORD_NAME_MAX 24 /* of what stands for one, with its 0 */

struct mm_record_names {
	void *root; /* search.h */
	uint64_t nr;
};

/*
 * What stands for s into to.  kind: 'c' a process, 's' another text; the same
 * bytes of another kind have another number.  Without memory: KIND-0.
 */
void mm_record_name(struct mm_record_names *n, char kind, const char *s, size_t len,
		    char to[MM_RECORD_NAME_MAX]);
void mm_record_names_fini(struct mm_record_names *n);

#endif
