/* SPDX-License-Identifier: MIT */
/*
 * names: from a handle's name to the operation that makes it, while a text is
 * parsed.  Recordings have 160,000 names, each looked up once or twice.
 */
#ifndef MM_NAMES_H
#define MM_NAMES_H

#include "fuzz/trace/trace.h"

/* Open addressing, at most half full; the names themselves are the trace's. */
struct mm_names {
	uint32_t *slots; /* 1 + position of the maker, 0: empty */
	size_t cap;      /* power of two, or 0 */
	size_t nr;
};

/* Position of the maker, or -1. */
int64_t mm_names_find(const struct mm_names *n, const struct mm_trace *t, const char *s,
		      size_t len);
/* Add the name that t has for pos.  0 or -MM_ENOMEM. */
int mm_names_add(struct mm_names *n, const struct mm_trace *t, uint32_t pos) MM_MUST_USE;
void mm_names_fini(struct mm_names *n);

/* The operation whose name is spelled most like s, -1 when none is close. */
int mm_names_nearest_op(const char *s, size_t len);

#endif
