/* SPDX-License-Identifier: MIT */
/*
 * cma: pageblocks for blocks that are larger than any, one day.  Until somebody asks for
 * such a block, pages that can move may use them: who asks moves them away.
 *
 * They are handed over last, pageblock by pageblock, as the kernel does when it has
 * booted.
 */
#include "parts.h"

void mm_page_alloc_cma_types(struct mm_ctx *x)
{
	const struct mm_machine *m = x->m;
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t pfn;
	int i;

	for (i = 0; i < m->desc.nr_cma; i++) {
		for (pfn = m->desc.cma[i].start; pfn < m->desc.cma[i].end; pfn += size) {
			/* one that a zone's limit cuts is like any other */
			if (mm_buddy_whole_pageblock(m, &m->zones[m->memmap[pfn].zone], pfn))
				mm_migratetype_set(x, pfn, MM_MIGRATE_CMA);
		}
	}
}

static void hand_over(struct mm_ctx *x, struct page *page)
{
	const unsigned int order = x->m->desc.pageblock_order;
	struct zone *z = &x->m->zones[page->zone];

	mm_lock_acquire(x, &z->lock);
	mm_buddy_put(x, z, page, order, MM_BUDDY_AUTO);
	mm_lock_release(x, &z->lock);
	mm_vmstat_count(x, MM_VM_PGFREE, (uint64_t)1 << order);
	z->managed += (uint64_t)1 << order;
	z->cma_pages += (uint64_t)1 << order;
}

void mm_page_alloc_cma_boot(struct mm_ctx *x)
{
	const struct mm_machine *m = x->m;
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t pfn;
	int i;

	for (i = 0; i < m->desc.nr_cma; i++) {
		for (pfn = m->desc.cma[i].start; pfn < m->desc.cma[i].end; pfn += size) {
			if (mm_migratetype_get(m, pfn) == MM_MIGRATE_CMA)
				hand_over(x, &m->memmap[pfn]);
		}
	}
}
