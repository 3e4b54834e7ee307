/* SPDX-License-Identifier: MIT */
/*
 * lists: a block onto this CPU's lists, a block off them.
 *
 * The common case is a few plain stores.  What asks the zone, or moves a limit, is
 * kept out of its way.
 */
#include "mm/watermark.h"

#include "parts.h"

/* ---- blocks on lists ---- */

/* Where a block goes: list number index, at its cold end or its hot one. */
struct place {
	struct mm_list *list;
	unsigned int index;
	unsigned int order;
	bool cold;
};

static struct place place_of(struct per_cpu_pages *pcp, unsigned int index, unsigned int order,
			     bool cold)
{
	return (struct place){&pcp->lists[index], index, order, cold};
}

static void list_block(struct mm_ctx *x, struct page *page, const struct place *to)
{
	struct mm_list *prev = to->cold ? to->list->prev : to->list;

	mm_list_add_between(&page->lru, prev, prev->next);
	page->flags |= MM_PG_PCP;
	page->order = (uint8_t)to->order;
	page->list = (uint8_t)to->index;
	if (MM_UNLIKELY(x->touched)) {
		mm_pcp_touch_link(x, prev);
		mm_page_touch(x, page);
	}
	mm_event(x, MM_EV_mm_pcp_add, pfn_raw(mm_page_pfn(x->m, page)), to->order, to->index,
		 page->zone, (uint64_t)x->cpu, to->cold);
}

/* Whose list it may be on: what is CMA or HighAtomic goes to those whose pages can move,
 * and back to where it belongs when it is given back. */
static enum mm_migratetype listed_type(const struct mm_machine *m, const struct page *page)
{
	enum mm_migratetype type = mm_pcp_block_type(m, page);

	return MM_UNLIKELY(type >= MM_MIGRATE_PCPTYPES) ? MM_MIGRATE_MOVABLE : type;
}

/* ---- taking ---- */

/* Blocks from the zone to the end of a list, so that what the zone gave first
 * (and lies lowest) is handed out first.  Kernel: rmqueue_bulk. */
static void refill(struct mm_ctx *x, struct zone *z, unsigned int order, enum mm_migratetype type,
		   uint32_t alloc_flags, bool bulk)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	const struct place cold = place_of(pcp, mm_pcp_index(type, order), order, true);
	int wanted = mm_pcp_refill_blocks(pcp, z->flags, order);
	int got;

	mm_lock_acquire(x, &z->lock);
	for (got = 0; got < wanted; got++) {
		struct page *page = mm_buddy_take(x, z, order, type, alloc_flags);

		if (!page)
			break;
		list_block(x, page, &cold);
		pcp->count += 1 << order;
	}
	mm_lock_release(x, &z->lock);
	mm_event(x, MM_EV_mm_pcp_refill, z->id, order, type, (uint64_t)wanted, (uint64_t)got, bulk);
}

bool mm_pcp_contended(struct mm_ctx *x, const struct zone *z)
{
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

	if (!mm_pcp_trylock(x, z))
		return NULL;
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

static void clear_below_high(struct mm_ctx *x, struct zone *z)
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
	int high = mm_pcp_high_at_free(pcp, z->flags, free_high);
	int wanted;
	int freed;

	if (pcp->count < high)
		return;
	wanted = mm_pcp_excess(pcp, high, free_high);
	freed = mm_pcp_bulk_free(x, z, x->cpu, index, wanted);
	clear_below_high(x, z);
	mm_event(x, MM_EV_mm_pcp_bulk_free, z->id, (uint64_t)x->cpu, (uint64_t)wanted,
		 (uint64_t)freed, MM_PCP_CAUSE_FREE);
}

void mm_pcp_put(struct mm_ctx *x, struct zone *z, struct page *page, unsigned int order)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	unsigned int index = mm_pcp_index(listed_type(x->m, page), order);
	const struct place hot = place_of(pcp, index, order, false);
	bool free_high;

	pcp->alloc_factor >>= 1;
	list_block(x, page, &hot);
	pcp->count += 1 << order;
	free_high = note_free(pcp, order);
	mm_pcp_touch_lists(x, z, x->cpu);
	mm_pcp_touch_tuning(x, z, x->cpu);
	if (MM_UNLIKELY(free_high || !is_calm(z, pcp)))
		trim(x, z, index, free_high);
	mm_lock_release(x, &pcp->lock);
}
