/* SPDX-License-Identifier: MIT */
/* table: what the files of memblock share.  Nothing here grows a table, save
 * mm_memblock_room. */
#ifndef MM_MEMBLOCK_TABLE_H
#define MM_MEMBLOCK_TABLE_H

#include "mm/memblock.h"

/* Regions [first, last) of a table. */
struct mm_memblock_slice {
	uint64_t first;
	uint64_t last;
};

/* What a table needs room for: the gaps in a span, or a split at both its ends. */
enum mm_memblock_need { MM_MEMBLOCK_NEED_GAPS, MM_MEMBLOCK_NEED_SPLITS };

static inline struct memblock_type *mm_memblock_type(const struct mm_machine *m,
						     enum mm_memblock_kind kind)
{
	return &m->memblock->type[kind];
}

static inline uint64_t mm_memblock_span_end(struct mm_memblock_span s)
{
	return s.base + s.size;
}

static inline bool mm_memblock_meet(struct mm_memblock_span a, struct mm_memblock_span b)
{
	return a.base < mm_memblock_span_end(b) && b.base < mm_memblock_span_end(a);
}

/* The span without what lies past the top.  Kernel: memblock_cap_size. */
struct mm_memblock_span mm_memblock_clip(struct mm_memblock_span s);
void mm_memblock_touch(struct mm_ctx *x, enum mm_memblock_kind kind);

/* How many regions it takes to cover what no region of t covers of s. */
uint64_t mm_memblock_gaps(const struct memblock_type *t, struct mm_memblock_span s);
/* Fill the gaps in s; there is room for them. */
void mm_memblock_cover(struct mm_ctx *x, enum mm_memblock_kind kind,
		       const struct memblock_region *r);
/* Split at both ends of s; the regions inside.  There is room for two more. */
struct mm_memblock_slice mm_memblock_isolate(struct memblock_type *t, struct mm_memblock_span s);
/* Join what touches and agrees among first - 1 .. last. */
void mm_memblock_join(struct memblock_type *t, struct mm_memblock_slice s);
void mm_memblock_drop(struct memblock_type *t, uint64_t i);
/* Take s out; there is room for two more. */
void mm_memblock_uncover(struct mm_ctx *x, enum mm_memblock_kind kind, struct mm_memblock_span s);

/* Cover and uncover in reserved, announced. */
void mm_memblock_take_span(struct mm_ctx *x, struct mm_memblock_span s);
void mm_memblock_give_span(struct mm_ctx *x, struct mm_memblock_span s);

/* Make room for what is to be done with s. */
int mm_memblock_room(struct mm_ctx *x, enum mm_memblock_kind kind, struct mm_memblock_span s,
		     enum mm_memblock_need need) MM_MUST_USE;
/* Is the memory of a table in s? */
bool mm_memblock_home_in(const struct mm_machine *m, struct mm_memblock_span s);

#endif
