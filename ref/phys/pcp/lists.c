/* SPDX-License-Identifier: MIT */
/*
 * lists: a block onto this CPU's lists, a block off them.
 *
 * The common case is a few plain stores.  What asks the zone, or moves a limit, is
 * kept out of its way.
 */
#include "mm/watermark.h"

#include "parts.h"

/* ---- taking ---- */

/* Blocks from the zone to the end of a list, so that what the zone gave first
 * (and lies lowest) is handed out first.  Kernel: rmqueue_bulk. */
static void refill(struct mm_ctx *x, struct zone *z, unsigned int order, enum mm_migratetype type,
		   uint32_t alloc_flags, bool bulk)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	const struct mm_pcp_place cold =
		mm_pcp_place_of(pcp, mm_pcp_index(type, order), order, MM_PCP_ADDED_REFILL);
	int wanted = mm_pcp_refill_blocks(pcp, z->flags, order);
	int got;

	mm_lock_acquire(x, &z->lock);
	for (got = 0; got < wanted; got++) {
		struct page *page = mm_buddy_take(x, z, order, type, alloc_flags);

		if (!page)
			break;
		mm_pcp_list(x, page, &cold);
		pcp->count += 1 << order;
	}
	mm_lock_release(x, &z->lock);
	mm_event(x, MM_EV_mm_pcp_refill, z->id, order, type, (uint64_t)wanted, (uint64_t)got, bulk);
}

bool mm_pcp_contended(struct mm_ctx *x, struct zone *z)
{
	if (x->pcp_contended == MM_CTX_PCP_COLD) {
		mm_lock_acquire(x, &mm_pcp_of(z, x->cpu)->lock);
		return true;
	}
	x->pcp_contended--;
	mm_event(x, MM_EV_mm_pcp_contended, z->id, (uint64_t)x->cpu);
	return false;
}

/* The hottest block of a list, which is filled first if need be; bulk: one of several
 * under one lock.  Kernel: __rmqueue_pcplist. */
static MM_ALWAYS_INLINE struct page *take_listed(struct mm_ctx *x, struct zone *z,
						 unsigned int order, enum mm_migratetype type,
						 uint32_t alloc_flags, bool bulk)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	unsigned int index = mm_pcp_index(type, order);
	const struct mm_list *list = &pcp->lists[index];
	struct page *page = NULL;

	if (mm_list_empty(list))
		refill(x, z, order, type, alloc_flags, bulk);
	if (!mm_list_empty(list)) {
		page = mm_list_entry(list->next, struct page, lru);
		mm_pcp_unlist(x, page);
		pcp->count -= 1 << order;
		mm_event(x, MM_EV_mm_pcp_take, pfn_raw(mm_page_pfn(x->m, page)), order, index,
			 z->id, (uint64_t)x->cpu, bulk);
	}
	mm_pcp_touch_lists(x, z, x->cpu);
	mm_pcp_touch_tuning(x, z, x->cpu);
	return page;
}

struct page *mm_pcp_get(struct mm_ctx *x, struct zone *z, unsigned int order,
			enum mm_migratetype type, uint32_t alloc_flags)
{
	struct page *page;

	if (MM_UNLIKELY(x->pcp_contended))
		return mm_pcp_get_rarely(x, z, order, type, alloc_flags);
	mm_lock_acquire(x, &mm_pcp_of(z, x->cpu)->lock);
	/* an allocation breaks the run of frees */
	mm_pcp_of(z, x->cpu)->free_count >>= 1;
	page = take_listed(x, z, order, type, alloc_flags, false);
	mm_pcp_unlock(x, z);
	return page;
}

struct page *mm_pcp_take(struct mm_ctx *x, struct zone *z, unsigned int order,
			 enum mm_migratetype type, uint32_t alloc_flags)
{
	return take_listed(x, z, order, type, alloc_flags, true);
}

/* ---- putting ---- */

/* Blocks of several pages that are freed in a row fragment the zone if they stay:
 * then all of them go back.  Also counts the run. */
static bool note_free(struct per_cpu_pages *pcp, unsigned int order)
{
	bool free_high = false;

	if (order && order <= MM_PCP_COSTLY_ORDER) {
		free_high = pcp->free_count >= pcp->batch &&
			    (pcp->flags & MM_PCPF_PREV_FREE_HIGH_ORDER) &&
			    (!(pcp->flags & MM_PCPF_FREE_HIGH_BATCH) || pcp->count >= pcp->batch);
		pcp->flags |= MM_PCPF_PREV_FREE_HIGH_ORDER;
	} else {
		pcp->flags &= (uint8_t)~MM_PCPF_PREV_FREE_HIGH_ORDER;
	}
	if (pcp->free_count < pcp->batch << MM_PCP_BATCH_SCALE_MAX)
		pcp->free_count += 1 << order;
	return free_high;
}

static void touch_zone_flags(struct mm_ctx *x, const struct zone *z)
{
	mm_touch(x, MM_OBJ_TUNING, mm_vmstat_flags_id(x->m, z));
}

void mm_pcp_note_below_high(struct mm_ctx *x, struct zone *z)
{
	z->flags |= MM_ZONE_BELOW_HIGH;
	touch_zone_flags(x, z);
}

void mm_pcp_clear_below_high(struct mm_ctx *x, struct zone *z)
{
	if (!(z->flags & MM_ZONE_BELOW_HIGH) ||
	    !mm_watermark_ok(x->m, z, 0, mm_zone_wmark(z, MM_WMARK_HIGH), MM_ZONE_MOVABLE, 0))
		return;
	z->flags &= ~MM_ZONE_BELOW_HIGH;
	touch_zone_flags(x, z);
}

/* Most frees: the zone is well, the list within limits that need not move. */
static bool is_calm(const struct zone *z, const struct per_cpu_pages *pcp)
{
	return !z->flags && pcp->count < pcp->high && pcp->high >= pcp->high_min &&
	       pcp->high <= pcp->high_max;
}

/* All others: move the limit, and give back what is above it. */
static void trim(struct mm_ctx *x, struct zone *z, unsigned int index, bool free_high)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	int high;
	int wanted;
	int freed;

	if (z->flags & MM_ZONE_HOT_COLD) {
		mm_pcp_trim_hot_cold(x, z);
		return;
	}
	high = mm_pcp_high_at_free(pcp, z->flags, free_high);
	if (pcp->count < high)
		return;
	wanted = mm_pcp_excess(pcp, high, free_high);
	freed = mm_pcp_bulk_free(x, z, x->cpu, index, wanted);
	mm_pcp_clear_below_high(x, z);
	mm_event(x, MM_EV_mm_pcp_bulk_free, z->id, (uint64_t)x->cpu, (uint64_t)wanted,
		 (uint64_t)freed, MM_PCP_CAUSE_FREE);
}

void mm_pcp_put(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	unsigned int index = mm_pcp_index(mm_pcp_listed_type(x->m, page), order);
	const struct mm_pcp_place hot = mm_pcp_place_of(pcp, index, order, MM_PCP_ADDED_FREED);
	bool free_high;

	pcp->alloc_factor >>= 1;
	mm_pcp_list(x, page, &hot);
	pcp->count += 1 << order;
	free_high = note_free(pcp, order);
	mm_pcp_touch_lists(x, z, x->cpu);
	mm_pcp_touch_tuning(x, z, x->cpu);
	if (MM_UNLIKELY(free_high || !is_calm(z, pcp)))
		trim(x, z, index, free_high);
	mm_lock_release(x, &pcp->lock);
}
