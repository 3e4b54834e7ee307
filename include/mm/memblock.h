/* SPDX-License-Identifier: MIT */
/*
 * memblock: which memory there is and which of it is taken, before there are
 * frames.  Two sorted tables of regions, memory and reserved; an allocation is a
 * search in memory minus reserved, and a region more in reserved.  A table that
 * is full doubles in memory that it allocates from itself.
 *
 *     memory    |=======A node 0=======|--B node 1--|     |===C hotplug===|
 *     reserved      |##|       |####|                        |#|
 *     free      |A1|  |---A2--|    |A3-|-----B------|     |C1-| |---C2----|
 *
 * Kernel: mm/memblock.c and Documentation/core-api/boot-time-mm.rst (6.12).
 * Differs: no physmem (s390), memblock_free_late, memblock_discard, tables from
 *   slab, kmemleak, accepting of memory; nothing is zeroed, for zones are filled
 *   from the description.  An empty type has no region (before 6.10 one of size 0);
 *   no flag "reserved for the kernel" (6.16); bottom-up begins at the lower bound
 *   and has no fallback to top-down (5.11).  One "no node" stands for NUMA_NO_NODE
 *   and MAX_NUMNODES.  Uncertain of 6.12: whether flags of 0 over others warn (here
 *   they do not), and a table full before it may grow panics (here it does).
 *   On purpose: an allocation of 0 bytes is refused; tables end at 8192 regions; a
 *   new table is reserved before the old is given back (Linux frees first, and the
 *   other table, growing in between, could take the same place); no table lies in
 *   the range it grows for (Linux reads a bound of 0 as none); what cannot be
 *   reserved ends a request (Linux tries its fallbacks); trimming keeps the total
 *   true and a cap joins what it split (Linux's do not); a table's own memory is
 *   not given back (-MM_EBUSY).
 * State: struct memblock of the machine, made from ram= (node 0) and reserved= at
 *   boot.  Nobody else reads it yet: zones are filled from the description.
 * Invariants:
 *   memblock.sorted       regions of a type ascend strictly
 *   memblock.nonoverlap   no region reaches into the next
 *   memblock.merged       no two that touch agree in node and flags
 *   memblock.totals       the total of a type is the sum of its sizes
 *   memblock.no_empty     no region is empty or passes the top
 *   memblock.capacity     cnt <= max == 128 << n, a table's memory is reserved
 *   memblock.alloc_result an allocation is the fit that the rules name
 *   memblock.growth       a table that doubles goes where the rules say
 *   memblock.reserve_idempotent  regions are exactly what all changes add up to
 */
#ifndef MM_MEMBLOCK_H
#define MM_MEMBLOCK_H

#include "mm/machine.h"

#define MM_MEMBLOCK_REGIONS_MAX 8192
#define MM_MEMBLOCK_NODES       64 /* Kernel: MAX_NUMNODES */
#define MM_MEMBLOCK_NO_NODE     (-1)
#define MM_MEMBLOCK_ALIGN       64 /* of requests that name none: SMP_CACHE_BYTES */

/* Upper bounds of requests that mean something else. */
#define MM_MEMBLOCK_ACCESSIBLE  0 /* the current limit */
#define MM_MEMBLOCK_NOLEAKTRACE 1 /* the same, and kmemleak is not told */
#define MM_MEMBLOCK_ANYWHERE    UINT64_MAX

/* Flags of a region. */
#define MM_MEMBLOCK_HOTPLUG        0x1u
#define MM_MEMBLOCK_MIRROR         0x2u
#define MM_MEMBLOCK_NOMAP          0x4u /* has no place in the linear map */
#define MM_MEMBLOCK_DRIVER_MANAGED 0x8u
#define MM_MEMBLOCK_RSRV_NOINIT    0x10u /* reserved: its struct pages are not made */
#define MM_MEMBLOCK_FLAGS          0x1fu

enum mm_memblock_kind { MM_MEMBLOCK_MEMORY, MM_MEMBLOCK_RESERVED, MM_MEMBLOCK_KINDS };

/* Bytes [base, base + size); what passes the top is cut off. */
struct mm_memblock_span {
	uint64_t base;
	uint64_t size;
};

struct memblock_region {
	uint64_t base;
	uint64_t size;
	uint32_t flags; /* MM_MEMBLOCK_... */
	int32_t nid;
};

/* total_size == sum of sizes; regions[cnt .. max - 1] are unused */
struct memblock_type {
	uint64_t cnt;
	uint64_t max;
	uint64_t total_size;
	struct memblock_region *regions;
	struct mm_memblock_span home; /* of regions, once it has doubled; else size 0 */
};

struct memblock {
	struct memblock_type type[MM_MEMBLOCK_KINDS];

	/* settings */
	uint64_t current_limit;
	bool bottom_up;
	bool can_resize;          /* Kernel: memblock_allow_resize was called */
	bool movable_node;        /* hotplug memory is left alone */
	bool mirrored_kernelcore; /* kernelcore=mirror */

	/* set when memory was marked as mirrored */
	bool has_mirror;
};

/* Why a table changed: first field of the event mm_memblock_change. */
enum mm_memblock_what {
	MM_MEMBLOCK_ADD,
	MM_MEMBLOCK_REMOVE,
	MM_MEMBLOCK_RESERVE,
	MM_MEMBLOCK_FREE,
	MM_MEMBLOCK_MARK,
	MM_MEMBLOCK_CLEAR,
	MM_MEMBLOCK_NODE,
	MM_MEMBLOCK_CAP,
	MM_MEMBLOCK_LIMIT,     /* of all memory */
	MM_MEMBLOCK_LIMIT_MAP, /* of mapped memory */
	MM_MEMBLOCK_TRIM
};

/* What is asked for. */
struct mm_memblock_request {
	uint64_t size;
	uint64_t align; /* a power of two, 0: MM_MEMBLOCK_ALIGN */
	uint64_t min;   /* never below the second page */
	uint64_t max;
	int nid;
	bool exact_nid; /* no other node will do */
};

static inline uint64_t mm_memblock_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

int mm_memblock_boot(struct mm_ctx *x);

/*
 * Changes.  -MM_ENOMEM: a table had to grow and could not, and nothing changed, or
 * the outcome memblock_full says that Linux stops here.  -MM_EINVAL: no such flag,
 * type or alignment.  Nothing to do is success.
 */
/* Kernel: memblock_add_node; without a node memblock_add. */
int mm_memblock_add(struct mm_ctx *x, struct mm_memblock_span s, int nid, uint32_t flags);
int mm_memblock_remove(struct mm_ctx *x, struct mm_memblock_span s);
int mm_memblock_reserve(struct mm_ctx *x, struct mm_memblock_span s);
/* -MM_EBUSY: a table lies there.  Kernel: memblock_phys_free. */
int mm_memblock_free(struct mm_ctx *x, struct mm_memblock_span s);
/* Set one flag.  Kernel: memblock_mark_hotplug, _mirror (nothing without
 * kernelcore=mirror), _nomap, memblock_reserved_mark_noinit. */
int mm_memblock_mark(struct mm_ctx *x, struct mm_memblock_span s, uint32_t flag);
/* Kernel: memblock_clear_hotplug, memblock_clear_nomap; there are no others. */
int mm_memblock_clear(struct mm_ctx *x, struct mm_memblock_span s, uint32_t flag);
int mm_memblock_set_node(struct mm_ctx *x, struct mm_memblock_span s, enum mm_memblock_kind kind,
			 int nid);

/* Leave only [base, base + size) and what has no map.  Kernel:
 * memblock_cap_memory_range.  -MM_EBUSY: a table lies outside. */
int mm_memblock_cap(struct mm_ctx *x, struct mm_memblock_span s);
/* Leave only the lowest limit bytes of memory; 0 and too many: all.  keep_nomap: and
 * what has no map.  Kernel: memblock_enforce_memory_limit, _mem_limit_remove_map. */
int mm_memblock_limit(struct mm_ctx *x, uint64_t limit, bool keep_nomap);
/* Cut each region of memory to multiples of align.  Kernel: memblock_trim_memory. */
int mm_memblock_trim(struct mm_ctx *x, uint64_t align);

/* The first address that fits, 0 for none, without fallbacks; filter: flags that
 * memory has to have (mirror) or may have.  Kernel: memblock_find_in_range_node. */
uint64_t mm_memblock_find(const struct mm_machine *m, const struct mm_memblock_request *q,
			  uint32_t filter);
/*
 * Find, then reserve.  In vain on the node: on any node unless exact_nid; then both
 * again without asking for mirrored memory.  -MM_ENOMEM.  Kernel:
 * memblock_alloc_range_nid.
 */
int mm_memblock_phys_alloc(struct mm_ctx *x, const struct mm_memblock_request *q, uint64_t *pa);
/* The same below the current limit; and if all is in vain, all again without min.
 * Kernel: memblock_alloc_internal. */
int mm_memblock_alloc(struct mm_ctx *x, const struct mm_memblock_request *q, uint64_t *pa);

/* Walks; begin with mm_memblock_first or _last. */
struct mm_memblock_iter {
	int nid;        /* or MM_MEMBLOCK_NO_NODE */
	uint32_t flags; /* the filter */
	uint64_t memory;
	uint64_t reserved;
	uint64_t at;
	/* what it stands on */
	struct mm_memblock_span span;
	int span_nid;
};

struct mm_memblock_iter mm_memblock_first(int nid, uint32_t flags);
struct mm_memblock_iter mm_memblock_last(const struct mm_machine *m, int nid, uint32_t flags);
/* Memory minus reserved, upwards and downwards.  Kernel: for_each_free_mem_range. */
bool mm_memblock_next_free(const struct mm_machine *m, struct mm_memblock_iter *it);
bool mm_memblock_prev_free(const struct mm_machine *m, struct mm_memblock_iter *it);
/* Whole frames of memory, in frames.  Kernel: for_each_mem_pfn_range. */
bool mm_memblock_next_frames(const struct mm_machine *m, struct mm_memblock_iter *it);

/* The region that an address is in, or NULL.  Kernel: memblock_search. */
const struct memblock_region *mm_memblock_search(const struct mm_machine *m,
						 enum mm_memblock_kind kind, uint64_t addr);
/* Does a part of the span lie in a region?  Kernel: memblock_overlaps_region. */
bool mm_memblock_overlaps(const struct mm_machine *m, enum mm_memblock_kind kind,
			  struct mm_memblock_span s);
/* Does one region of memory hold it all?  Kernel: memblock_is_region_memory. */
bool mm_memblock_is_region_memory(const struct mm_machine *m, struct mm_memblock_span s);
/* Kernel: memblock_phys_mem_size, memblock_reserved_size. */
uint64_t mm_memblock_size(const struct mm_machine *m, enum mm_memblock_kind kind);
uint64_t mm_memblock_start_of_dram(const struct mm_machine *m);
uint64_t mm_memblock_end_of_dram(const struct mm_machine *m);

/* Copy all settings, but not has_mirror, from s. */
void mm_memblock_set(struct mm_ctx *x, const struct memblock *s);

/* As memblock=debug prints it.  Kernel: memblock_dump_all. */
void mm_memblock_dump(const struct mm_machine *m, FILE *out);

#endif
