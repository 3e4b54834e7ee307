/* SPDX-License-Identifier: MIT */
/*
 * contents: the bytes of a block when it is handed out, and when it is taken back.
 *
 *                      poison            init_on_free   init_on_alloc   none
 *     taken back       pattern           zero           -               -
 *     handed out       look for it;      -              zero            zero for
 *                      zero for __GFP_ZERO                              __GFP_ZERO
 *
 * Who poisons looks before it zeroes, or each zeroed page would pass.  It does not ask
 * for the others: the pattern is not zero, and a page that init_on_free trusts to be
 * zero would be handed out as it is.
 */
#include "mm/page_poison.h"
#include "mm/ram.h"

#include "parts.h"

static uint64_t frames(unsigned int order)
{
	return (uint64_t)1 << order;
}

void mm_page_alloc_contents_new(struct mm_ctx *x, const struct page *page, unsigned int order,
				uint32_t gfp)
{
	uint8_t rules = x->m->contents_rules;

	if (rules & MM_POISON)
		mm_page_poison_check(x, page, order);
	/* not where every free does it: then all that is free is zero */
	if (((gfp & MM_GFP_ZERO) || (rules & MM_INIT_ON_ALLOC)) && !(rules & MM_INIT_ON_FREE))
		mm_ram_zero(x, mm_page_pfn(x->m, page), frames(order));
}

void mm_page_alloc_contents_freed(struct mm_ctx *x, const struct page *page, unsigned int order)
{
	uint8_t rules = x->m->contents_rules;

	if (rules & MM_POISON)
		mm_page_poison_fill(x, page, order);
	else if (rules & MM_INIT_ON_FREE)
		mm_ram_zero(x, mm_page_pfn(x->m, page), frames(order));
}
