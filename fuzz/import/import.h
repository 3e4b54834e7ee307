/* SPDX-License-Identifier: MIT */
/*
 * import: recordings of real programs become traces.
 *
 *     recording (.txt.gz)            trace (.ops)
 *     9 0 15609 A 1bd9cc 0 1 140dca  a7 = alloc order=0 gfp=HIGHUSER_MOVABLE|ZERO|COMP ! ok
 *     4 1 15628 F 1bd9cc 0           free a7 cpu=1
 *
 * Three formats are read: the compact one (above), the kernel's own ftrace
 * text, and what perf script prints.  The content says which one a file is.
 *
 * An allocation that is in a recording succeeded, so the trace expects it to;
 * one that the recording says to have failed is only counted.  Frame numbers
 * become handles; order, GFP by name and CPU are kept.  Only mm_page_alloc and
 * mm_page_free are operations.  Everything else is counted, and what is counted
 * adds up:
 *
 *     ops_alloc = events[ALLOC] - failed_allocs
 *     ops_free  = events[FREE] - foreign_frees + restarted.count
 *     ops_alloc = ops_free + live_handles
 *     lines     = headers + comments + all of events, others, asides
 */
#ifndef MM_IMPORT_H
#define MM_IMPORT_H

#include "mm/err.h"
#include "mm/types.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Events that are known: letter in a compact recording, kernel tracepoint. */
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

/* Formats: name as an option, name for people. */
#define MM_IMPORT_FORMATS(F)                                                                       \
	F(ANY, "any", "recognised by its content")                                                 \
	F(KMEM, "kmem", "compact")                                                                 \
	F(FTRACE, "ftrace", "ftrace text")                                                         \
	F(PERF, "perf", "perf script")

#define MM_IMPORT_ENUM(name, option, text) MM_IMPORT_##name,
enum mm_import_format { MM_IMPORT_FORMATS(MM_IMPORT_ENUM) MM_IMPORT_FORMAT_NR };
#undef MM_IMPORT_ENUM

/* false: there is no format of this (option's) name. */
bool mm_import_format_find(const char *name, enum mm_import_format *format);

/* Lines of text recordings that are no events. */
#define MM_IMPORT_ASIDES(A)                                                                        \
	A(FUNCTION, "function calls")                                                              \
	A(STACK, "stack lines")                                                                    \
	A(TRACER, "lines of another tracer")                                                       \
	A(LOSS, "notices of loss")                                                                 \
	A(NOTICE, "notices of the tool")                                                           \
	A(RECORD, "records of perf")                                                               \
	A(EMPTY, "empty lines")

#define MM_IMPORT_ENUM(name, text) MM_IMPORT_##name,
enum mm_import_aside { MM_IMPORT_ASIDES(MM_IMPORT_ENUM) MM_IMPORT_ASIDE_NR };
#undef MM_IMPORT_ENUM

/*
 * GFP names of text recordings that change nothing of what the model is asked
 * for: hints about caches and statistics, and debugging aids.
 */
#define MM_IMPORT_HINTS(H)                                                                         \
	H(COLD, "__GFP_COLD")                                                                      \
	H(NOTRACK, "__GFP_NOTRACK")                                                                \
	H(OTHER_NODE, "__GFP_OTHER_NODE")                                                          \
	H(NOLOCKDEP, "__GFP_NOLOCKDEP")                                                            \
	H(SKIP_ZERO, "__GFP_SKIP_ZERO")                                                            \
	H(SKIP_KASAN, "__GFP_SKIP_KASAN")                                                          \
	H(SKIP_KASAN_POISON, "__GFP_SKIP_KASAN_POISON")                                            \
	H(SKIP_KASAN_UNPOISON, "__GFP_SKIP_KASAN_UNPOISON")

#define MM_IMPORT_ENUM(name, text) MM_IMPORT_HINT_##name,
enum mm_import_hint { MM_IMPORT_HINTS(MM_IMPORT_ENUM) MM_IMPORT_HINT_NR };
#undef MM_IMPORT_ENUM

#define MM_IMPORT_GFP_TOP     16
#define MM_IMPORT_COMMAND_MAX 200
#define MM_IMPORT_OTHERS      128
#define MM_IMPORT_NAME_MAX    64

struct mm_import_gfp {
	uint32_t gfp;   /* MM_GFP_* */
	uint64_t count; /* allocations */
};

struct mm_import_odd {
	uint64_t count;
	uint64_t line; /* the first one, 0 when there is none */
};

/* An event that is not modelled, by the name it has in the recording. */
struct mm_import_other {
	char name[MM_IMPORT_NAME_MAX];
	uint64_t count;
};

/* What the recorder says it could not keep. */
struct mm_import_loss {
	uint64_t overwritten; /* by younger events, from ftrace's header */
	uint64_t reported;    /* by notices between the events */
	uint64_t unnumbered;  /* notices that do not say how many */
};

struct mm_import_stats {
	/* the recording */
	enum mm_import_format format;
	char tracer[MM_IMPORT_NAME_MAX];     /* of ftrace text, "" when it names none */
	char command[MM_IMPORT_COMMAND_MAX]; /* what was recorded, cut to fit */
	uint64_t lines;                      /* header lines too */
	uint64_t headers;                    /* of a compact recording */
	uint64_t comments;                   /* # lines after the header */
	bool ticks;                          /* the clock of the recording has no unit */
	uint64_t duration;                   /* us or ticks, first to last */
	uint64_t events[MM_IMPORT_KIND_NR];
	uint64_t asides[MM_IMPORT_ASIDE_NR];
	uint64_t allocs[MM_NR_ORDERS]; /* mm_page_alloc by order, without failed */
	uint64_t frees[MM_NR_ORDERS];  /* mm_page_free by order */
	unsigned int highest_order;    /* of both */
	unsigned int highest_cpu;      /* of all lines */

	/* what the model does not know */
	struct mm_import_other others[MM_IMPORT_OTHERS]; /* in the order of appearance */
	size_t nr_others;
	uint64_t more_others; /* events of names that found no room there */
	uint64_t hints[MM_IMPORT_HINT_NR];

	/* what was odd */
	struct mm_import_loss lost;
	bool buffer_known;                        /* ftrace's header says how many */
	uint64_t buffer_events;                   /* are in its buffer */
	uint64_t failed_allocs;                   /* the kernel had no page */
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
	enum mm_import_format format; /* ANY: look at the content */
	/*
	 * Called after each 64 KiB of text and at the end, may be NULL.  done and
	 * total are bytes of the file as it lies on disk; total is 0 for a pipe.
	 */
	void (*progress)(void *env, uint64_t done, uint64_t total);
	void *env;
};

/*
 * Read a recording, gzip or plain, from path ("-": standard input) and write it
 * to out as a trace (NULL: only count).  o, st and e may be NULL.
 *
 * 0; -MM_EINVAL when the recording is refused, with file, line, column and
 * reason in e; -MM_EIO when it cannot be read or the trace not written;
 * -MM_ENOMEM.  A refused recording leaves out untouched: the operations are
 * held in a temporary file until the last line was read.  out is flushed, so
 * a full disk is reported here.  On failure *st holds what was counted so far.
 */
int mm_import_recording(const char *path, FILE *out, const struct mm_import_options *o,
			struct mm_import_stats *st, struct mm_error *e) MM_MUST_USE;

/* The counts for people, each line after prefix.  0 or -MM_EIO. */
int mm_import_stats_print(const struct mm_import_stats *st, const char *prefix,
			  FILE *out) MM_MUST_USE;

#endif
