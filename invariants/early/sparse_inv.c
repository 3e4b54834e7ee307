/* SPDX-License-Identifier: MIT */
/* sparse claims: a section's word and bits agree with each other. */
#include "mm/sparse.h"

#include "mm/check.h"

static void check_section(struct mm_report *r, const struct mm_machine *m, uint64_t nr)
{
	const struct mem_section *s = mm_sparse_section(m, nr);
	uint64_t first = nr << m->desc.section_order;
	uint64_t word = s ? s->section_mem_map : 0;
	bool has_map = (word & MM_SECTION_HAS_MAP) != 0;

	if (!s)
		return;
	MM_CHECK(r, "sparse.sections",
		 !(word & MM_SECTION_PRESENT) == !has_map && !s->subsections == !has_map,
		 "section %llu: word 0x%llx, subsections 0x%llx", (unsigned long long)nr,
		 (unsigned long long)word, (unsigned long long)s->subsections);
	MM_CHECK(r, "sparse.sections", has_map ? mm_sparse_decode(word, first) == first : !word,
		 "section %llu: its word 0x%llx leads elsewhere", (unsigned long long)nr,
		 (unsigned long long)word);
	MM_CHECK(r, "sparse.sections",
		 !(word & MM_SECTION_ONLINE) == !(word & MM_SECTION_EARLY) &&
			 (!(word & MM_SECTION_READY) || (word & MM_SECTION_EARLY)),
		 "section %llu: flags 0x%llx", (unsigned long long)nr,
		 (unsigned long long)(word & MM_SECTION_FLAGS));
}

const struct mm_inv mm_sparse_invs[] = {
	{"sparse.sections", "sections with memory have a map, a map leads to their struct pages",
	 MM_OBJ_SECTION, check_section, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
