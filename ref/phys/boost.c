/* SPDX-License-Identifier: MIT */
/*
 * boost: up by a pageblock with each fallback, down all at once when kswapd is done.
 *
 * A step does not look at what is free.  It says that a block was missing although
 * frames were there, which no watermark sees: only more free frames make it likelier
 * that whole pageblocks come together.
 */
#include "mm/boost.h"

/* v * num / den without overflow.  Kernel: mult_frac. */
static uint64_t part_of(uint64_t v, uint64_t num, uint64_t den)
{
	return v / den * num + v % den * num / den;
}

uint64_t mm_boost_cap(const struct mm_boost_input *in)
{
	uint64_t max = part_of(in->high, in->factor, 10000);

	if (!max || in->pages < MM_BOOST_PAGEBLOCKS_MIN * in->pageblock)
		return 0;
	return max < in->pageblock ? in->pageblock : max;
}

/* Marks of lists per CPU and this one are of the same word. */
static void touch_flags(struct mm_ctx *x, const struct zone *z)
{
	mm_touch(x, MM_OBJ_TUNING, mm_vmstat_flags_id(x->m, z));
}

void mm_boost_step(struct mm_ctx *x, struct zone *z, uint32_t alloc_flags)
{
	const struct mm_boost_input in = {mm_zone_pages(z), z->wmark[MM_WMARK_HIGH],
					  (uint64_t)1 << x->m->desc.pageblock_order,
					  x->m->sysctl.watermark_boost_factor};
	uint64_t cap = mm_boost_cap(&in);
	uint64_t before = z->boost;

	if (!cap)
		return;
	z->boost = before + in.pageblock < cap ? before + in.pageblock : cap;
	if (alloc_flags & MM_ALLOC_KSWAPD) {
		z->flags |= MM_ZONE_BOOSTED;
		touch_flags(x, z);
	}
	mm_touch(x, MM_OBJ_SETTINGS, 0);
	mm_event(x, MM_EV_mm_zone_boost, z->id, before, z->boost, cap);
}

void mm_boost_drop(struct mm_ctx *x, struct zone *z, uint64_t pages)
{
	uint64_t before = z->boost;

	mm_lock_acquire(x, &z->lock);
	z->boost -= pages < z->boost ? pages : z->boost;
	mm_lock_release(x, &z->lock);
	mm_touch(x, MM_OBJ_SETTINGS, 0);
	mm_event(x, MM_EV_mm_zone_boost, z->id, before, z->boost, 0);
}

void mm_boost_take_mark(struct mm_ctx *x, struct zone *z)
{
	z->flags &= ~MM_ZONE_BOOSTED;
	touch_flags(x, z);
}
