/* SPDX-License-Identifier: MIT */
/*
 * sparse: which frames have a struct page.  A flat machine has one for each frame it
 * spans, holes too.  A sparse one is cut into sections, of which only those with RAM
 * have struct pages; memory that is added later comes in subsections, when struct
 * pages are virtually mapped (vmemmap).
 *
 *     section    |   0   |   1   |   2   |   3   |
 *     RAM        |####   |       |  ##   |       |   boot: 0 and 2, whole
 *     added      |       |   +   |       |       |   later: one subsection of 1
 *     root       |<-- 256 sections, made when the first is needed -->|
 *
 * Kernel: mm/sparse.c, struct mem_section, pfn_valid (include/linux/mmzone.h),
 *   SECTION_SIZE_BITS and SUBSECTION_SHIFT of x86-64 and arm64 (6.12);
 *   Documentation/mm/memory-model.rst.
 * Differs: all models keep struct pages in one array by frame number, which is a
 *   virtually mapped memmap in its own right; classic sparse therefore stores the
 *   same value for all sections.  Memory added later gets no zone: that is hotplug's.
 *   An addition or removal is all or nothing; the kernel stops at the section that
 *   fails.  A subsection is 2 MiB, or a 64th of a section that is larger than 128 MiB,
 *   or a whole one that is smaller.
 * State: a mem_section belongs to this module; roots are never given back.
 * Invariants:
 *   sparse.sections   present and online sections are those that have a map; their
 *                     subsections are those that boot or additions gave; early ones
 *                     are whole
 */
#ifndef MM_SPARSE_H
#define MM_SPARSE_H

#include "mm/machine.h"

/* Flags in the low bits of section_mem_map.  Kernel: SECTION_... */
#define MM_SECTION_PRESENT   0x1u
#define MM_SECTION_HAS_MAP   0x2u
#define MM_SECTION_ONLINE    0x4u
#define MM_SECTION_EARLY     0x8u
#define MM_SECTION_READY     0x10u /* its struct pages are written: see page_alloc.h */
#define MM_SECTION_FLAGS     0x3fu
#define MM_SECTIONS_PER_ROOT 256u

struct mem_section {
	uint64_t section_mem_map; /* see mm_sparse_encode */
	uint64_t subsections;     /* bit per subsection that has struct pages */
};

int mm_sparse_boot(struct mm_ctx *x);

/*
 * A section's word: where its first struct page is in the memmap (an index), less its
 * first frame number, so that adding a frame number gives that frame's; flags below.
 * Kernel: sparse_encode_mem_map, sparse_decode_mem_map.
 */
uint64_t mm_sparse_encode(uint64_t map_index, uint64_t first_pfn, uint32_t flags);
uint64_t mm_sparse_decode(uint64_t word, uint64_t first_pfn);

/* Frames of a section, and of a subsection. */
static inline uint64_t mm_sparse_pages(const struct mm_machine *m)
{
	return (uint64_t)1 << m->desc.section_order;
}

uint64_t mm_sparse_subsection_pages(const struct mm_machine *m);

/* The section of a number; NULL when its root was never made or it is beyond. */
static inline struct mem_section *mm_sparse_section(const struct mm_machine *m, uint64_t nr)
{
	struct mem_section *root;

	if (nr >= m->nr_sections)
		return NULL;
	root = m->section_root[nr / MM_SECTIONS_PER_ROOT];
	return root ? &root[nr % MM_SECTIONS_PER_ROOT] : NULL;
}

/* Has the frame a struct page?  In a section of boot all have, holes too.  Kernel:
 * pfn_valid. */
bool mm_sparse_valid(const struct mm_machine *m, uint64_t pfn);
/* Is the frame's struct page written?  Where memory does not come by section, all are. */
bool mm_sparse_ready(const struct mm_machine *m, uint64_t pfn);
/* The first section from nr on whose word has the flag; at least nr_sections: none.  What
 * is far apart costs no more than the roots in between. */
uint64_t mm_sparse_next_section(const struct mm_machine *m, uint64_t nr, uint32_t flag);
/* The first frame from pfn on whose struct page is written; UINT64_MAX: none.  Walks
 * over all sections in between: who asks about one frame calls mm_sparse_ready. */
uint64_t mm_sparse_next_ready(const struct mm_machine *m, uint64_t pfn);
/* Its struct pages are written from now on. */
void mm_sparse_set_ready(struct mm_ctx *x, uint64_t nr);

/*
 * Give frames [pfn, pfn + pages) struct pages, or take them.  -MM_EINVAL: empty, not
 * whole subsections, or beyond the span; -MM_EOPNOTSUPP: flat, or less than sections
 * where struct pages are not virtually mapped; adding: -MM_EEXIST when some have them,
 * -MM_ENOMEM; removing: -MM_ENOENT when some have none, -MM_EBUSY when some are RAM of
 * the machine.  Nothing changed then.  Kernel: sparse_add_section,
 * sparse_remove_section.
 */
int mm_sparse_add(struct mm_ctx *x, uint64_t pfn, uint64_t pages) MM_MUST_USE;
int mm_sparse_remove(struct mm_ctx *x, uint64_t pfn, uint64_t pages) MM_MUST_USE;

#endif
