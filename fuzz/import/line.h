/* SPDX-License-Identifier: MIT */
/*
 * line: one event line of a compact recording, checked column by column.
 *
 *     dt_us cpu pid EV args       9 0 15609 A 1bd9cc 0 1 140dca
 *
 * One space between columns, decimal unless a column is hexadecimal, no
 * column missing and none surplus, for lines that are only counted as well:
 * a line that cannot be read is a damaged file, whatever its kind.
 */
#ifndef MM_IMPORT_LINE_H
#define MM_IMPORT_LINE_H

#include "fuzz/import/import.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MM_IMPORT_ARGS_MAX 6

/* x86-64 has 52 bits of physical address; a frame number is 40 of them. */
#define MM_IMPORT_PFN_MAX (((uint64_t)1 << 40) - 1)

/* Positions in arg[] of what becomes an operation. */
enum mm_import_arg {
	MM_IMPORT_ARG_PFN = 0,
	MM_IMPORT_ARG_ORDER = 1,
	MM_IMPORT_ARG_MIGRATETYPE = 2,
	MM_IMPORT_ARG_GFP = 3
};

struct mm_import_event {
	uint64_t dt_us; /* compact recordings only */
	unsigned int cpu;
	enum mm_import_kind kind;
	bool failed;                      /* an allocation that got nothing */
	uint64_t arg[MM_IMPORT_ARGS_MAX]; /* in the order of the line; words are 0 */
	uint32_t gfp;                     /* MM_GFP_* of an allocation */
	size_t gfp_col;                   /* where it stands, from 1 */
};

/* Why a line was refused. */
struct mm_import_complaint {
	size_t col; /* from 1 */
	char text[200];
};

/* A part of a line, and what of the line is left to read. */
struct mm_import_field {
	const char *s;
	size_t len;
};

struct mm_import_cursor {
	const char *start; /* columns count from here */
	const char *p;
	const char *end;
	struct mm_import_complaint *c;
};

/* What a number may be. */
struct mm_import_column {
	const char *name;  /* as in the recording */
	unsigned int base; /* 10, 16; 0: a word */
	uint64_t max;
};

/* Is f this word, all of it? */
bool mm_import_line_is(struct mm_import_field f, const char *word);

/* Fill the complaint of at, with the column where the field stands; false. */
bool mm_import_line_complain(const struct mm_import_cursor *at, struct mm_import_field where,
			     const char *fmt, ...) MM_PRINTF(3, 4);
/* All of f as a number; false after a complaint.  Nothing at all is 0. */
bool mm_import_line_number(const struct mm_import_cursor *at, const struct mm_import_column *col,
			   struct mm_import_field f, uint64_t *out);

/* false: c is filled, ev is not to be used. */
bool mm_import_line_parse(const char *s, size_t len, struct mm_import_event *ev,
			  struct mm_import_complaint *c);

/* Up to 24 bytes of s in quotes, unprintable ones as \x00; returns buf. */
#define MM_IMPORT_QUOTE_MAX 112
const char *mm_import_line_quote(char buf[MM_IMPORT_QUOTE_MAX], const char *s, size_t len);

/*
 * The mask of this kernel's numbers as MM_GFP_* bits.  false: *unknown holds
 * the bits that no flag of 6.18 has.
 */
bool mm_import_line_gfp(uint64_t recorded, uint32_t *gfp, uint64_t *unknown);

#endif
