/* SPDX-License-Identifier: MIT */
/*
 * page_poison: fill, and look.
 *
 * Memory that fails by itself turns over a bit; who writes through a stale pointer writes
 * at least a byte, of which a single bit rarely is all that differs.  So a report says
 * which of the two it looks like.
 */
#include "mm/page_poison.h"

static uint64_t first_of(const struct mm_ctx *x, const struct page *page)
{
	return pfn_raw(mm_page_pfn(x->m, page));
}

void mm_page_poison_fill(struct mm_ctx *x, const struct page *page, unsigned int order)
{
	mm_ram_fill(x, mm_page_pfn(x->m, page), (uint64_t)1 << order, MM_PAGE_POISON);
}

/* Do two bytes differ in one bit? */
static bool one_bit(uint8_t a, uint8_t b)
{
	unsigned int d = (unsigned int)a ^ b;

	return d && !(d & (d - 1));
}

static void check_frame(struct mm_ctx *x, uint64_t pfn)
{
	uint64_t first = 0;
	uint64_t last = 0;
	bool single;

	if (!mm_ram_differs(x->m, pfn_of(pfn), MM_PAGE_POISON, &first, &last))
		return;
	single = first == last && one_bit(mm_ram_read(x->m, pfn_of(pfn), first), MM_PAGE_POISON);
	mm_event(x, MM_EV_mm_page_poison, pfn, first, last, single);
	mm_machine_outcome(x, single ? MM_OUTCOME_BIT_ERROR : MM_OUTCOME_CORRUPTION, pfn);
}

void mm_page_poison_check(struct mm_ctx *x, const struct page *page, unsigned int order)
{
	uint64_t pfn = first_of(x, page);
	uint64_t end = pfn + ((uint64_t)1 << order);

	for (; pfn < end; pfn++)
		check_frame(x, pfn);
}

bool mm_page_poison_is_free(const struct mm_machine *m, uint64_t pfn)
{
	unsigned int o;

	for (o = 0; o <= m->desc.max_order; o++) {
		const struct page *head = &m->memmap[pfn & ~(((uint64_t)1 << o) - 1)];

		if ((head->flags & (MM_PG_BUDDY | MM_PG_PCP | MM_PG_GUARD)) && head->order >= o)
			return true;
	}
	return false;
}

int mm_page_poison_scribble(struct mm_ctx *x, uint64_t pfn, uint64_t offset, uint8_t value)
{
	if (offset >= MM_PAGE_SIZE || !mm_page_valid(x->m, pfn_of(pfn)))
		return -MM_EINVAL;
	if (!mm_page_poison_is_free(x->m, pfn))
		return -MM_EBUSY;
	mm_ram_write(x, pfn_of(pfn), offset, value);
	return 0;
}
