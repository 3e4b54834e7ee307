/* SPDX-License-Identifier: MIT */
/*
 * bulk: many single pages for one look at the zones and one lock.
 *
 *     slots   |p|p| |p| | |      full at the start 2; empty 3
 *              skip ^ fill ^ ^   from the list of this CPU, refilled as it runs empty
 *
 * All come from one zone: the first that would be above its low mark after all of
 * them, or none does and one page is asked for in the ordinary way, which may
 * reclaim.  Scopes of the task do not reach here, only to that single page.
 */
#include "mm/fail_page_alloc.h"

#include "parts.h"

struct bulk {
	struct request rq;
	unsigned int nr;
	unsigned int full; /* slots before the first that is empty */
	struct page **pages;
};

static uint32_t rights_of(const struct mm_machine *m, const struct request *rq)
{
	return MM_ALLOC_WMARK_LOW | mm_page_alloc_cma_right(m, rq->type);
}

static void skip_full(struct bulk *b)
{
	while (b->full < b->nr && b->pages[b->full])
		b->full++;
}

static unsigned int nr_empty(const struct bulk *b)
{
	unsigned int n = 0;
	unsigned int i;

	for (i = 0; i < b->nr; i++)
		n += !b->pages[i];
	return n;
}

/* The mark that all of them must leave in z. */
static uint64_t mark_of(const struct bulk *b, const struct zone *z)
{
	return mm_zone_wmark(z, MM_WMARK_LOW) + b->nr;
}

/* Judged, as in the kernel, by what is kept from requests for the preferred zone. */
static struct zone *zone_for_all(const struct mm_ctx *x, const struct bulk *b)
{
	const struct zone *preferred = b->rq.preferred;
	int i;

	for (i = 0; b->rq.list->zone[i]; i++) {
		struct zone *z = b->rq.list->zone[i];

		if (!mm_numa_has(b->rq.nodes, z->nid))
			continue;
		/* another node's pages are not worth taking many of */
		if (z->nid != preferred->nid)
			return NULL;
		if (mm_watermark_fast(x->m, z, 0, mark_of(b, z), preferred->type,
				      rights_of(x->m, &b->rq)))
			return z;
	}
	return NULL;
}

static struct page *take_one(struct mm_ctx *x, struct zone *z, const struct request *rq)
{
	for (;;) {
		struct page *page = mm_pcp_take(x, z, 0, rq->type, rights_of(x->m, rq));

		if (!page || mm_page_alloc_new_ok(page, 0))
			return page;
		mm_page_alloc_drop(x, page, 0);
	}
}

/* Caller: this CPU's lists of z are locked.  Returns how many it took. */
static unsigned int fill(struct mm_ctx *x, struct zone *z, struct bulk *b)
{
	unsigned int got = 0;

	for (skip_full(b); b->full < b->nr; skip_full(b)) {
		struct page *page = take_one(x, z, &b->rq);

		if (!page)
			break;
		mm_page_alloc_hand_out(x, z, page, &b->rq, rights_of(x->m, &b->rq));
		b->pages[b->full] = page;
		got++;
	}
	return got;
}

/* False: not one, and one may be asked for in the ordinary way. */
static bool fill_from_list(struct mm_ctx *x, struct bulk *b)
{
	struct zone *z;
	unsigned int got;

	(void)mm_page_alloc_start(x, &b->rq, mm_numa_of_cpu(x->m, x->cpu), 0);
	z = mm_pcp_allowed(x->m, 0) ? zone_for_all(x, b) : NULL;
	if (!z || !mm_pcp_trylock(x, z)) {
		mm_event(x, MM_EV_mm_page_bulk_none, z ? z->id : MM_ZONES_MAX, b->nr,
			 mm_page_alloc_masks(&b->rq));
		return false;
	}
	mm_event(x, MM_EV_mm_page_bulk, z->id, b->nr, nr_empty(b), mark_of(b, z),
		 b->rq.preferred->id, mm_page_alloc_masks(&b->rq));
	got = fill(x, z, b);
	mm_event(x, MM_EV_mm_page_bulk_end, got);
	mm_pcp_unlock(x, z);
	return got != 0;
}

/* Is the request a good one, and not told to fail? */
static bool may_ask(struct mm_ctx *x, struct request *rq)
{
	if (!mm_page_alloc_decode(x, rq))
		return false;
	mm_page_alloc_might_wait(x, rq->gfp);
	if (!mm_fail_page_alloc(x, 0, rq->gfp))
		return true;
	mm_event(x, MM_EV_mm_page_alloc_failed, 0, mm_page_alloc_masks(rq), 0, rq->highest, 1);
	return false;
}

unsigned int mm_page_alloc_bulk(struct mm_ctx *x, uint32_t gfp, unsigned int nr,
				struct page **pages)
{
	struct bulk b = {{.gfp = gfp & x->m->gfp_allowed_mask, .asked = gfp}, nr, 0, pages};

	skip_full(&b);
	if (b.full == nr)
		return nr;
	/* one page is had in the ordinary way */
	if (nr - b.full > 1 && (!may_ask(x, &b.rq) || fill_from_list(x, &b)))
		return b.full;
	pages[b.full] = mm_page_alloc_get(x, 0, gfp);
	return b.full + (pages[b.full] != NULL);
}
