/* SPDX-License-Identifier: MIT */
/* extfrag: sums over orders, and quotients of them. */
#include "mm/extfrag.h"

struct mm_extfrag mm_extfrag_count(const uint64_t *nr, unsigned int nr_orders, unsigned int order)
{
	struct mm_extfrag f = {0, 0, 0};
	unsigned int o;

	for (o = 0; o < nr_orders; o++) {
		f.blocks += nr[o];
		f.pages += nr[o] << o;
		if (o >= order)
			f.suitable += nr[o] << (o - order);
	}
	return f;
}

struct mm_extfrag mm_extfrag_of(const struct mm_machine *m, const struct zone *z,
				unsigned int order)
{
	uint64_t nr[MM_NR_ORDERS];
	unsigned int o;

	for (o = 0; o <= m->desc.max_order; o++)
		nr[o] = z->free_area[o].nr_free;
	return mm_extfrag_count(nr, m->desc.max_order + 1, order);
}

int mm_extfrag_index(const struct mm_extfrag *f, unsigned int order)
{
	if (!f->blocks)
		return 0;
	if (f->suitable)
		return -1000;
	return 1000 - (int)((1000 + (f->pages * 1000 >> order)) / f->blocks);
}

/* Of so many parts. */
static unsigned int unusable(const struct mm_extfrag *f, unsigned int order, uint64_t parts)
{
	return (unsigned int)((f->pages - (f->suitable << order)) * parts / f->pages);
}

unsigned int mm_extfrag_unusable(const struct mm_extfrag *f, unsigned int order)
{
	return f->pages ? unusable(f, order, 1000) : 1000;
}

unsigned int mm_extfrag_percent(const struct mm_extfrag *f, unsigned int order)
{
	return f->pages ? unusable(f, order, 100) : 0;
}
