/* SPDX-License-Identifier: MIT */
/*
 * hot_cold: lists as they were up to 4.14, for single pages.
 *
 *     hot end   |p|p|p|p|p|p|   cold end
 *       freed here, and taken      freed here if its bytes are in no cache (what
 *       by who will write          reclaim freed); taken by who will not write itself
 *                                  (a device); given back from here
 *
 * A list is as long as it is: a batch comes when it is empty, and a batch of all three
 * goes back when they hold six.  Then lists take turns.  The second may give one page,
 * the next one more if it finds the lists between empty, so that full ones give more.
 *
 * The flag of the zone sends each free here, past the fast path, which then needs no
 * test of its own.
 */
#include "parts.h"

/* 512 KiB.  Kernel: zone_batchsize (4.14). */
#define BATCH_MAX ((uint64_t)(512 << 10) / MM_PAGE_SIZE)

/* Largest batch that a fraction of the zone makes.  Kernel: pageset_set_high (4.14). */
#define FRACTION_BATCH_MAX ((uint64_t)MM_PAGE_SHIFT * 8)

#define NR_LISTS MM_MIGRATE_PCPTYPES

static uint64_t power_below(uint64_t v)
{
	uint64_t p = 1;

	while (p * 2 <= v)
		p *= 2;
	return p;
}

struct mm_pcp_limits mm_pcp_hot_cold_limits(const struct mm_pcp_sizes *s)
{
	uint64_t b = s->managed / 1024 < BATCH_MAX ? s->managed / 1024 : BATCH_MAX;
	uint64_t high;

	if (s->fraction) {
		high = s->managed / s->fraction;
		b = high / 4 < FRACTION_BATCH_MAX ? high / 4 : FRACTION_BATCH_MAX;
	} else {
		b = b / 4 ? b / 4 : 1;
		b = power_below(b + b / 2) - 1;
		/* of none in a small zone: then nothing stays */
		high = 6 * b;
	}
	return (struct mm_pcp_limits){b ? b : 1, high, high};
}

/* ---- taking ---- */

static void refill_cold(struct mm_ctx *x, struct zone *z, enum mm_migratetype type,
			uint32_t alloc_flags)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	const struct mm_pcp_place at =
		mm_pcp_place_of(pcp, mm_pcp_index(type, 0), 0, MM_PCP_ADDED_REFILL_COLD);
	int wanted = mm_pcp_refill_blocks(pcp, z->flags, 0);
	int got;

	mm_lock_acquire(x, &z->lock);
	for (got = 0; got < wanted; got++) {
		struct page *page = mm_buddy_take(x, z, 0, type, alloc_flags);

		if (!page)
			break;
		mm_pcp_list(x, page, &at);
		pcp->count++;
	}
	mm_lock_release(x, &z->lock);
	mm_event(x, MM_EV_mm_pcp_refill, z->id, 0, type, (uint64_t)wanted, (uint64_t)got,
		 MM_PCP_TAKEN_COLD);
}

static struct page *take_cold(struct mm_ctx *x, struct zone *z, enum mm_migratetype type,
			      uint32_t alloc_flags)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	unsigned int index = mm_pcp_index(type, 0);
	const struct mm_list *list = &pcp->lists[index];
	struct page *page = NULL;

	if (mm_list_empty(list))
		refill_cold(x, z, type, alloc_flags);
	if (!mm_list_empty(list)) {
		page = mm_list_entry(list->prev, struct page, lru);
		mm_pcp_unlist(x, page);
		pcp->count--;
		mm_event(x, MM_EV_mm_pcp_take, pfn_raw(mm_page_pfn(x->m, page)), 0, index, z->id,
			 (uint64_t)x->cpu, MM_PCP_TAKEN_COLD);
	}
	mm_pcp_touch_lists(x, z, x->cpu);
	mm_pcp_touch_tuning(x, z, x->cpu);
	return page;
}

struct page *mm_pcp_get_rarely(struct mm_ctx *x, struct zone *z, unsigned int order,
			       enum mm_migratetype type, uint32_t alloc_flags)
{
	struct page *page;

	if (!mm_pcp_contended(x, z))
		return NULL;
	MM_PRE(!order);
	page = take_cold(x, z, type, alloc_flags);
	mm_pcp_unlock(x, z);
	return page;
}

/* ---- giving back ---- */

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): whose, and how many */
void mm_pcp_free_in_turn(struct mm_ctx *x, struct zone *z, int cpu, int nr)
{
	const struct per_cpu_pages *pcp = mm_pcp_of(z, cpu);
	unsigned int index = 0;
	int turn = 0; /* pages that the list whose turn it is may give */

	while (nr > 0) {
		do {
			turn++;
			index = (index + 1) % NR_LISTS;
		} while (mm_list_empty(&pcp->lists[index]));
		/* all others are empty, so far as it knows */
		if (turn == NR_LISTS)
			turn = nr;
		do {
			mm_pcp_give_back_one(x, z, cpu, index);
			nr--;
			turn--;
		} while (nr && turn && !mm_list_empty(&pcp->lists[index]));
	}
}

void mm_pcp_trim_hot_cold(struct mm_ctx *x, struct zone *z)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	int freed;

	/* runs of frees mean nothing here */
	pcp->free_count = 0;
	pcp->high = pcp->high_max;
	if (pcp->count < pcp->high)
		return;
	freed = mm_pcp_bulk_free(x, z, x->cpu, 0, pcp->batch);
	mm_pcp_clear_below_high(x, z);
	mm_event(x, MM_EV_mm_pcp_bulk_free, z->id, (uint64_t)x->cpu, (uint64_t)pcp->batch,
		 (uint64_t)freed, MM_PCP_CAUSE_FREE);
}

void mm_pcp_put_cold(struct mm_ctx *x, struct zone *z, struct page *page)
{
	struct per_cpu_pages *pcp = mm_pcp_of(z, x->cpu);
	unsigned int index = mm_pcp_index(mm_pcp_listed_type(x->m, page), 0);
	const struct mm_pcp_place cold = mm_pcp_place_of(pcp, index, 0, MM_PCP_ADDED_FREED_COLD);

	mm_pcp_list(x, page, &cold);
	pcp->count++;
	mm_pcp_touch_lists(x, z, x->cpu);
	mm_pcp_touch_tuning(x, z, x->cpu);
	mm_pcp_trim_hot_cold(x, z);
	mm_lock_release(x, &pcp->lock);
}
