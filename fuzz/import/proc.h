/* SPDX-License-Identifier: MIT */
/*
 * proc: /proc/zoneinfo, buddyinfo, pagetypeinfo, vmstat and PID/maps as values.
 *
 * Layout is judged to the byte: what parses prints as it was, and what would
 * not is refused with line, column and what was expected there.  Names are not
 * judged: kernels have come and gone with other counters and zones.
 *
 *   zoneinfo      zone { node counters?  pages  protection
 *                        ( counters  pagesets  start_pfn )? } ...
 *   buddyinfo     zone { free blocks by order } ...
 *   pagetypeinfo  { zone, type: free blocks by order } ... ,
 *                 zone { pageblocks by type } ... , the same of mixed blocks?
 *   vmstat        { name, value } ...
 *   maps          { range, rights, place in a file, name? } ...
 *
 * Lines that older kernels lack, and how a value says so: in a zone's `has`
 * (boost, promo, cma), in a pageset's (high_min and high_max, and the threshold
 * of a kernel without SMP).  Zones and their counters were laid out differently
 * before counters were kept by node; such files are refused.
 */
#ifndef MM_IMPORT_PROC_H
#define MM_IMPORT_PROC_H

#include "mm/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MM_PROC_NODES_MAX  64
#define MM_PROC_CPUS_MAX   512
#define MM_PROC_ZONES_MAX  8 /* of a node */
#define MM_PROC_ORDERS_MAX 24
#define MM_PROC_TYPES_MAX  8
#define MM_PROC_STATS_MAX  1024
#define MM_PROC_BYTES_MAX  ((size_t)64 << 20) /* of a file */

/* ---- counters with names ---- */

struct mm_proc_stat {
	char name[48];
	uint64_t value;
};

struct mm_proc_stats {
	struct mm_proc_stat *stat; /* in the order of the file */
	size_t nr;
};

/* NULL when there is none of this name. */
const struct mm_proc_stat *mm_proc_stat_find(const struct mm_proc_stats *s, const char *name);

/* ---- zoneinfo ---- */

/* Lines between "pages free" and the protection, in pages; in this order. */
enum mm_proc_pages {
	MM_PROC_FREE,
	MM_PROC_BOOST,
	MM_PROC_MIN, /* as printed: the boost is in it */
	MM_PROC_LOW,
	MM_PROC_HIGH,
	MM_PROC_PROMO,
	MM_PROC_SPANNED,
	MM_PROC_PRESENT,
	MM_PROC_MANAGED,
	MM_PROC_CMA,
	MM_PROC_NR_PAGES
};

enum mm_proc_pageset_field {
	MM_PROC_COUNT,
	MM_PROC_PCP_HIGH,
	MM_PROC_BATCH,
	MM_PROC_HIGH_MIN,
	MM_PROC_HIGH_MAX,
	MM_PROC_THRESHOLD, /* "vm stats threshold" */
	MM_PROC_NR_PAGESET
};

/* What a zone keeps for one CPU. */
struct mm_proc_pageset {
	unsigned int cpu;
	unsigned int has; /* bit per field */
	uint64_t field[MM_PROC_NR_PAGESET];
};

/*
 * The rest of a zone is printed exactly when it has present pages; a node's
 * counters stand in its first such zone and in no other.
 */
struct mm_proc_zone {
	unsigned int node;
	char name[16];
	struct mm_proc_stats node_stats; /* nr 0 in other zones than the first */
	unsigned int has;                /* bit per line of pages */
	uint64_t pages[MM_PROC_NR_PAGES];
	uint64_t protection[MM_PROC_ZONES_MAX]; /* against who could do with zone i */
	unsigned int nr_protection;

	/* only when present */
	struct mm_proc_stats stats; /* the numa_ ones last */
	struct mm_proc_pageset *pageset;
	size_t nr_pagesets;
	uint64_t unreclaimable; /* of the node: 0 or 1 */
	uint64_t start_pfn;
};

struct mm_proc_zoneinfo {
	struct mm_proc_zone *zone; /* by node, then by address limit */
	size_t nr_zones;
};

/* NULL when there is none of this node and name. */
const struct mm_proc_zone *mm_proc_zone_find(const struct mm_proc_zoneinfo *z, unsigned int node,
					     const char *name);

/* ---- buddyinfo and pagetypeinfo ---- */

/* A line of free blocks; `type` is "" in buddyinfo. */
struct mm_proc_free {
	unsigned int node;
	char zone[16];
	char type[16];
	uint64_t blocks[MM_PROC_ORDERS_MAX];
	uint64_t capped; /* bit per order: "at least", printed with a > */
};

struct mm_proc_frees {
	struct mm_proc_free *row;
	size_t nr;
	unsigned int nr_orders; /* of every row */
};

/* A line of pageblocks, in the order of the table's types. */
struct mm_proc_blocks {
	unsigned int node;
	char zone[16];
	uint64_t count[MM_PROC_TYPES_MAX];
};

struct mm_proc_block_table {
	char type[MM_PROC_TYPES_MAX][16];
	unsigned int nr_types;
	struct mm_proc_blocks *row;
	size_t nr;
};

struct mm_proc_pagetypeinfo {
	uint64_t block_order;
	uint64_t block_pages;
	struct mm_proc_frees free;
	struct mm_proc_block_table blocks;
	struct mm_proc_block_table mixed; /* nr_types 0 without page_owner */
};

/* ---- maps of a process ---- */

struct mm_proc_map {
	uint64_t start; /* bytes */
	uint64_t end;
	uint64_t offset; /* of its first byte in the file */
	uint64_t inode;  /* 0: no file */
	uint32_t major;
	uint32_t minor;
	char rights[5];  /* "rw-p" */
	char name[1024]; /* "": none */
};

struct mm_proc_maps {
	struct mm_proc_map *map; /* in the order of the file */
	size_t nr;
};

/* ---- any of them ---- */

enum mm_proc_kind {
	MM_PROC_ZONEINFO,
	MM_PROC_BUDDYINFO,
	MM_PROC_PAGETYPEINFO,
	MM_PROC_VMSTAT,
	MM_PROC_MAPS,
	MM_PROC_NR_KINDS
};

const char *mm_proc_kind_name(enum mm_proc_kind kind);

struct mm_proc {
	enum mm_proc_kind kind;
	union {
		struct mm_proc_zoneinfo zoneinfo;
		struct mm_proc_frees buddyinfo;
		struct mm_proc_pagetypeinfo pagetypeinfo;
		struct mm_proc_stats vmstat;
		struct mm_proc_maps maps;
	} u;
};

/* A file's bytes; they need no final 0. */
struct mm_proc_text {
	const char *file; /* for messages */
	const char *bytes;
	size_t len;
};

/*
 * Read a file as a whole; the bytes are the caller's to free.  -MM_EIO when it
 * cannot be read, -MM_E2BIG above MM_PROC_BYTES_MAX, -MM_ENOMEM; then there are
 * no bytes.
 */
int mm_proc_load(struct mm_proc_text *t, const char *path, struct mm_error *e) MM_MUST_USE;

/*
 * 0, and p is to be freed; -MM_EINVAL with file, line and column in e, or
 * -MM_ENOMEM, and p holds nothing.
 */
int mm_proc_parse(struct mm_proc *p, enum mm_proc_kind kind, const struct mm_proc_text *t,
		  struct mm_error *e) MM_MUST_USE;
void mm_proc_free(struct mm_proc *p);

/* The bytes it was parsed from. */
void mm_proc_print(const struct mm_proc *p, FILE *out);

/* ---- what the files of the importer share ---- */

struct mm_cursor;

/*
 * Make room behind nr elements of v for one more, zeroed; NULL, and c has
 * refused, when host memory is gone.
 */
void *mm_proc_grow(struct mm_cursor *c, size_t nr, void *v, size_t size);
/* Lines of `indent`, a name padded to `width`, a number; none is refused. */
bool mm_proc_stats_read(struct mm_cursor *c, const char *indent, size_t width,
			struct mm_proc_stats *s);
void mm_proc_stats_print(const struct mm_proc_stats *s, const char *indent, int width, FILE *out);

bool mm_proc_zoneinfo_read(struct mm_cursor *c, struct mm_proc_zoneinfo *z);
void mm_proc_zoneinfo_print(const struct mm_proc_zoneinfo *z, FILE *out);
void mm_proc_zoneinfo_free(struct mm_proc_zoneinfo *z);
bool mm_proc_buddyinfo_read(struct mm_cursor *c, struct mm_proc_frees *f);
void mm_proc_buddyinfo_print(const struct mm_proc_frees *f, FILE *out);
bool mm_proc_pagetypeinfo_read(struct mm_cursor *c, struct mm_proc_pagetypeinfo *t);
void mm_proc_pagetypeinfo_print(const struct mm_proc_pagetypeinfo *t, FILE *out);
bool mm_proc_maps_read(struct mm_cursor *c, struct mm_proc_maps *s);
void mm_proc_maps_print(const struct mm_proc_maps *s, FILE *out);

#endif
