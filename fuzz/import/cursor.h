/* SPDX-License-Identifier: MIT */
/*
 * cursor: reads text whose layout is fixed to the byte: literal pieces, numbers
 * and words padded to a width.
 *
 *     Node 0, zone    DMA32      1      3
 *     ^text   ^text^right 8  ^number 6 each
 *
 * What was read can be printed again with the same widths and gives the same
 * bytes; everything else is refused where it stands.  Each function returns
 * false when it refused, so reads are chained with &&.
 */
#ifndef MM_IMPORT_CURSOR_H
#define MM_IMPORT_CURSOR_H

#include "mm/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mm_cursor {
	/* set once */
	const char *end;
	struct mm_error *e; /* may be NULL */

	const char *at;
	const char *line_start;
	int line; /* from 1 */
	int err;  /* why the last read failed */
};

/* name is the file's, borrowed for messages. */
void mm_cursor_init(struct mm_cursor *c, const char *name, const char *text, size_t len,
		    struct mm_error *e);

/* Does this stand here?  Reads nothing. */
bool mm_cursor_is(const struct mm_cursor *c, const char *literal);
bool mm_cursor_at_end(const struct mm_cursor *c);

/* This must stand here; newlines in it count lines. */
bool mm_cursor_text(struct mm_cursor *c, const char *literal);

/* A decimal number of at most max, padded with spaces on the left: "%*llu". */
bool mm_cursor_number(struct mm_cursor *c, size_t width, uint64_t *v, uint64_t max);

/* A hexadecimal number, padded with zeroes on the left: "%0*llx". */
bool mm_cursor_hex(struct mm_cursor *c, size_t width, uint64_t *v, uint64_t max);

/*
 * A word of letters, digits and _ that fits into buf: "%*s" and "%-*s" of a
 * width.  A longer word is not padded.
 */
struct mm_cursor_word {
	char *buf;
	size_t size; /* of buf, with the final 0 */
	size_t width;
};
bool mm_cursor_right(struct mm_cursor *c, struct mm_cursor_word w);
bool mm_cursor_left(struct mm_cursor *c, struct mm_cursor_word w);

/* Refuse what stands `ahead` bytes from here; returns false. */
bool mm_cursor_refuse(struct mm_cursor *c, size_t ahead, const char *fmt, ...) MM_PRINTF(3, 4);
/* No host memory to keep what was read; returns false. */
bool mm_cursor_no_memory(struct mm_cursor *c);

#endif
