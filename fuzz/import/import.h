/* SPDX-License-Identifier: MIT */
/*
 * import: recordings of real programs become traces.
 *
 *     recording (.txt.gz)            trace (.ops)
 *     9 0 15609 A 1bd9cc 0 1 140dca  a7 = alloc order=0 gfp=HIGHUSER_MOVABLE|ZERO|COMP ! ok
 *     4 1 15628 F 1bd9cc 0           free a7 cpu=1
 *
 * An allocation that is in a recording succeeded, so the trace expects it to.
 * Frame numbers become handles; order, GFP by name and CPU are kept.  Only
 * mm_page_alloc and mm_page_free are operations.  Everything else is counted,
 * and what is counted adds up:
 *
 *     ops_alloc = events[ALLOC]
 *     ops_free  = events[FREE] - foreign_frees + restarted.count
 *     ops_alloc = ops_free + live_handles
 */
#ifndef MM_IMPORT_H
#define MM_IMPORT_H

#include "mm/err.h"
#include "mm/types.h"

#include <stdint.h>
#include <stdio.h>

/* Kinds of line in a compact recording, by letter and kernel tracepoint. */
#define MM_IMPORT_KINDS(K)                                                                         \
	K(ALLOC, 'A', "mm_page_alloc")                                                             \
	K(FREE, 'F', "mm_page_free")                                                               \
	K(BATCHED, 'B', "mm_page_free_batched")                                                    \
	K(EXTFRAG, 'X', "mm_page_alloc_extfrag")                                                   \
	K(LOCKED, 'Z', "mm_page_alloc_zone_locked")                                                \
	K(DRAIN, 'D', "mm_page_pcpu_drain")                                                        \
	K(KMALLOC, 'M', "kmalloc")                                                                 \
	K(KFREE, 'm', "kfree")                                                                     \
	K(CACHE_ALLOC, 'C', "kmem_cache_alloc")                                                    \
	K(CACHE_FREE, 'c', "kmem_cache_free")

#define MM_IMPORT_ENUM(name, letter, event) MM_IMPORT_##name,
enum mm_import_kind { MM_IMPORT_KINDS(MM_IMPORT_ENUM) MM_IMPORT_KIND_NR };
#undef MM_IMPORT_ENUM

char mm_import_kind_letter(enum mm_import_kind k);
/* The kernel's tracepoint: "mm_page_alloc". */
const char *mm_import_kind_name(enum mm_import_kind k);

#define MM_IMPORT_GFP_TOP     16
#define MM_IMPORT_COMMAND_MAX 200

struct mm_import_gfp {
	uint32_t gfp;   /* MM_GFP_* */
	uint64_t count; /* allocations */
};

struct mm_import_odd {
	uint64_t count;
	uint64_t line; /* the first one, 0 when there is none */
};

struct mm_import_stats {
	/* the recording */
	char command[MM_IMPORT_COMMAND_MAX]; /* what was recorded, cut to fit */
	uint64_t lines;                      /* header lines too */
	uint64_t comments;                   /* # lines after the header */
	uint64_t duration_us;
	uint64_t events[MM_IMPORT_KIND_NR];
	uint64_t allocs[MM_NR_ORDERS]; /* mm_page_alloc by order */
	uint64_t frees[MM_NR_ORDERS];  /* mm_page_free by order */
	unsigned int highest_order;    /* of both */
	unsigned int highest_cpu;      /* of all lines */

	/* what was odd */
	uint64_t foreign_frees;                   /* of frames allocated before the start */
	struct mm_import_odd restarted;           /* allocation of a frame believed live */
	struct mm_import_odd order_differs;       /* free of another order than allocated */
	struct mm_import_odd migratetype_differs; /* from what the GFP says */

	/* the trace */
	uint64_t ops_alloc;
	uint64_t ops_free;
	uint64_t live_handles; /* at the end */
	uint64_t live_frames;
	uint64_t peak_frames;
	uint64_t ram_mib; /* of the machine that fits */
	unsigned int max_order;
	unsigned int cpus;

	/* GFP masks, most frequent first */
	uint64_t nr_gfps; /* different masks */
	size_t nr_gfp_top;
	struct mm_import_gfp gfp_top[MM_IMPORT_GFP_TOP];
};

struct mm_import_options {
	/*
	 * Called after each 64 KiB of text and at the end, may be NULL.  done and
	 * total are bytes of the file as it lies on disk; total is 0 for a pipe.
	 */
	void (*progress)(void *env, uint64_t done, uint64_t total);
	void *env;
};

/*
 * Read a compact recording, gzip or plain, from path ("-": standard input) and
 * write it to out as a trace (NULL: only count).  o, st and e may be NULL.
 *
 * 0; -MM_EINVAL when the recording is refused, with file, line, column and
 * reason in e; -MM_EIO when it cannot be read or the trace not written;
 * -MM_ENOMEM.  A refused recording leaves out untouched: the operations are
 * held in a temporary file until the last line was read.  out is flushed, so
 * a full disk is reported here.  On failure *st holds what was counted so far.
 */
int mm_import_kmem(const char *path, FILE *out, const struct mm_import_options *o,
		   struct mm_import_stats *st, struct mm_error *e) MM_MUST_USE;

/* The counts for people, each line after prefix.  0 or -MM_EIO. */
int mm_import_stats_print(const struct mm_import_stats *st, const char *prefix,
			  FILE *out) MM_MUST_USE;

#endif
