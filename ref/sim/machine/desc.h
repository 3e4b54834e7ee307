/* SPDX-License-Identifier: MIT */
/*
 * desc: what the parts of the description's reader share.  One part knows the
 * fields, one reads numbers and ranges, one the nodes, one judges what the fields
 * say together.
 */
#ifndef MM_MACHINE_DESC_H
#define MM_MACHINE_DESC_H

#include "mm/machine.h"

struct mm_machine_desc_ranges {
	struct mm_range r[MM_RANGES_GIVEN_MAX];
	int nr;
};

/* Where a field stood, for complaints about fields together. */
struct mm_machine_desc_place {
	int line;
	int col;
};

enum mm_machine_desc_field {
	F_RAM,
	F_HOLE,
	F_RESERVED,
	F_CMA,
	F_DMA,
	F_DMA32,
	F_NORMAL,
	F_HIGHMEM,
	F_KERNELCORE,
	F_MOVABLECORE,
	F_MOVABLE_NODE,
	F_HOTPLUG,
	F_MIRROR,
	F_NODES,
	F_DISTANCE,
	F_CPU_NODES,
	F_MEMMODEL,
	F_SECTION,
	F_DEFERRED,
	F_PROFILE,
	F_MEMBLOCK_REGIONS,
	F_PAGE_EXT,
	F_PAGE_OWNER,
	F_MAX_ORDER,
	F_PAGEBLOCK_ORDER,
	F_GUARD_MINORDER,
	F_CPUS,
	F_CONTENTS,
	F_SEED,
	F_KERNEL,
	F_PCP,
	F_PCP_LISTS,
	F_THP,
	F_CACHE,
	F_INIT_ON_ALLOC,
	F_INIT_ON_FREE,
	F_PAGE_POISON,
	F_MIN_FREE_KBYTES,
	F_WATERMARK_SCALE_FACTOR,
	F_WATERMARK_BOOST_FACTOR,
	F_ZONE_RECLAIM_MODE,
	F_MIN_UNMAPPED_RATIO,
	F_DIRTY_RATIO,
	F_LOWMEM_RESERVE_RATIO,
	F_PROCS,
	F_VMAS,
	F_FILES,
	F_TASK_SIZE,
	F_MMAP_BASE,
	F_START_BRK,
	F_LEGACY_VA_LAYOUT,
	F_READ_PREPARES,
	F_OVERCOMMIT_MEMORY,
	F_OVERCOMMIT_RATIO,
	F_OVERCOMMIT_KBYTES,
	F_ADMIN_RESERVE_KBYTES,
	F_USER_RESERVE_KBYTES,
	F_MAX_MAP_COUNT,
	F_MMAP_MIN_ADDR,
	F_STACK_GUARD_GAP,
	F_NR
};

struct mm_machine_desc_reader {
	struct mm_machine_desc *d;
	struct mm_error *e;
	struct mm_machine_desc_place at[F_NR]; /* line 0: field not given */
	struct mm_machine_desc_ranges hole;
	struct mm_machine_desc_ranges hotplug;
	struct mm_machine_desc_ranges mirror;
	struct mm_machine_desc_ranges node; /* with nid; none when RAM is split evenly */
	int nr_distances;                   /* rows given, and columns of each */
	int distances[MM_NODES_MAX];
	int nr_cpu_nodes;
	struct mm_machine_desc_place here; /* the field being read */
	enum mm_machine_desc_field field;
	const char *val;
	size_t len;
};

struct mm_machine_desc_def {
	const char *name;
	int (*read)(struct mm_machine_desc_reader *r);
	uint64_t min;
	uint64_t max;
	const char *form; /* for help and complaints */
	const char *help;
};

const struct mm_machine_desc_def *mm_machine_desc_def(enum mm_machine_desc_field f);

/* Complaints: about the field being read, and about field f when all were. */
int mm_machine_desc_refuse(const struct mm_machine_desc_reader *r, const char *why);
int mm_machine_desc_refuse_at(const struct mm_machine_desc_reader *r, enum mm_machine_desc_field f,
			      const char *why);

bool mm_machine_desc_number(const char *s, size_t len, uint64_t *out);
/* The field's value as a number inside the field's limits. */
int mm_machine_desc_ranged(struct mm_machine_desc_reader *r, uint64_t *v);
int mm_machine_desc_pages(struct mm_machine_desc_reader *r, const char *s, size_t len,
			  uint64_t *pages);
/* START-END[,START-END...] or one SIZE, which starts at 0, of s[0 .. len). */
int mm_machine_desc_ranges_read(struct mm_machine_desc_reader *r, const char *s, size_t len,
				struct mm_machine_desc_ranges *to);
bool mm_machine_desc_is(const struct mm_machine_desc_reader *r, const char *word);

/* Readers of fields about nodes and zone Movable. */
int mm_machine_desc_read_nodes(struct mm_machine_desc_reader *r);
int mm_machine_desc_read_distance(struct mm_machine_desc_reader *r);
int mm_machine_desc_read_cpu_nodes(struct mm_machine_desc_reader *r);
int mm_machine_desc_read_core(struct mm_machine_desc_reader *r);

/* Readers of fields about address spaces. */
int mm_machine_desc_read_virt(struct mm_machine_desc_reader *r);
int mm_machine_desc_read_address(struct mm_machine_desc_reader *r);
void mm_machine_desc_virt_defaults(struct mm_machine_desc *d);
int mm_machine_desc_check_virt(struct mm_machine_desc_reader *r);

/* After all fields: nodes and flags of RAM; what fields say together. */
int mm_machine_desc_check_nodes(struct mm_machine_desc_reader *r);
int mm_machine_desc_check(struct mm_machine_desc_reader *r);

#endif
