/* SPDX-License-Identifier: MIT */
/* page_frag claims about a cache at rest; those about pieces are the model's. */
#include "mm/page_frag.h"

#include "mm/check.h"

static bool in_memmap(const struct mm_machine *m, const struct page *page)
{
	return page >= m->memmap && page < m->memmap + m->max_pfn;
}

static void check_cache(struct mm_report *r, const struct mm_machine *m, uint64_t cpu)
{
	const struct page_frag_cache *c = &m->page_frag[cpu];
	const struct page *p = c->page;

	MM_CHECK(r, "frag.cache", p ? in_memmap(m, p) : !c->bias && !c->offset && !c->size,
		 "CPU %llu: without a chunk, and offset %u, size %u, bias %u",
		 (unsigned long long)cpu, c->offset, c->size, c->bias);
	if (!p || !in_memmap(m, p))
		return;
	MM_CHECK(r, "frag.cache",
		 (p->flags & MM_PG_HEAD) && c->size == MM_PAGE_SIZE << p->order &&
			 c->offset <= c->size && c->bias && c->bias <= MM_FRAG_BIAS &&
			 p->refcount >= (int32_t)c->bias,
		 "CPU %llu: chunk of order %u, refcount %d; offset %u of %u, bias %u",
		 (unsigned long long)cpu, p->order, p->refcount, c->offset, c->size, c->bias);
	MM_CHECK(r, "frag.cache", c->pfmemalloc == ((p->flags & MM_PG_PFMEMALLOC) != 0),
		 "CPU %llu: whether the chunk is of the reserves is forgotten",
		 (unsigned long long)cpu);
}

const struct mm_inv mm_page_frag_invs[] = {
	{"frag.cache", "a cache's chunk is a held block, offset and bias are within it",
	 MM_OBJ_FRAG, check_cache, false},
	{"frag.references", "a chunk has as many references as bias and pieces say", MM_OBJ_EVENT,
	 NULL, false},
	{"frag.piece", "a piece lies in its chunk, aligned, apart from all others", MM_OBJ_EVENT,
	 NULL, false},
	{"frag.reuse", "a chunk is cut anew only when no piece is held, none of the reserves",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
