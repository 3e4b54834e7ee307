/* SPDX-License-Identifier: MIT */
/*
 * args: the arguments of the events that are known, as `key=value` words.
 *
 *     page=000000003527187d pfn=0x1b0887 order=0 migratetype=0 gfp_flags=GFP_NOWAIT
 *
 * Keys are found by name, so that what other kernels add does not disturb; what
 * an event needs must be there and in range, for those that are only counted
 * as well.
 */
#ifndef MM_IMPORT_ARGS_H
#define MM_IMPORT_ARGS_H

#include "fuzz/import/line.h"

/* The event of this name, with or without "kmem:" in front; false: another. */
bool mm_import_args_kind(struct mm_import_field name, enum mm_import_kind *kind);

/*
 * Read what ev->kind needs from the rest of the line.  A failed allocation has
 * no page: the kernel prints page=(null) pfn=0, or a number of all ones.
 * hints counts GFP names that change nothing.  false: a complaint.
 */
bool mm_import_args_read(const struct mm_import_cursor *at, struct mm_import_event *ev,
			 uint64_t hints[MM_IMPORT_HINT_NR]);

/*
 * "GFP_KERNEL|__GFP_ZERO" as MM_GFP_* bits.  Names only: a bit by number means
 * something else in the next kernel.  false: a complaint about the first name
 * that is unknown, or known to have no counterpart.
 */
bool mm_import_args_gfp(const struct mm_import_cursor *at, struct mm_import_field f, uint32_t *gfp,
			uint64_t hints[MM_IMPORT_HINT_NR]);

#endif
