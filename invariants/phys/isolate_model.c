/* SPDX-License-Identifier: MIT */
/*
 * isolate model: which pageblocks are isolated, and whether one may be.
 *
 * Nothing but its type, lists and counts changes with an answer, so what frames say
 * after it is what they said before.
 */
#include "mm/isolate.h"

#include "mm/bitmap.h"
#include "mm/check.h"

#include "invariants/engine/frames.h"

struct model {
	uint64_t nr[MM_ZONES_MAX]; /* isolated pageblocks by zone */
	uint64_t *isolated;        /* bit per pageblock */
};

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + mm_bitmap_words((size_t)m->nr_pageblocks) * sizeof(uint64_t);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;

	(void)m;
	md->isolated = (uint64_t *)(void *)(md + 1);
}

/* Can what is at pfn go away, or is nothing there?  By zone and the frame's own words. */
static bool can_go(const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = &m->memmap[pfn];
	bool tail = (p->compound_head & 1) != 0;
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t head = pfn;

	if (!mm_frames_is_free_at_boot(m, pfn))
		return false;
	while (tail && (m->memmap[head].compound_head & 1))
		head--;
	/* of a compound block all must be here */
	if (m->memmap[head].flags & MM_PG_COMP)
		return (m->memmap[head].flags & MM_PG_MOVABLE) &&
		       head / size == (head + ((uint64_t)1 << m->memmap[head].order) - 1) / size;
	return p->refcount == 0 || p->zone % MM_NR_ZONES == MM_ZONE_MOVABLE ||
	       (p->flags & MM_PG_MOVABLE);
}

static bool may_isolate(const struct mm_machine *m, uint64_t block, const struct zone *z)
{
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t at;
	int i;

	/* CMA is for who asks for it by its own name */
	for (i = 0; i < m->desc.nr_cma; i++) {
		if (block * size >= m->desc.cma[i].start && block * size < m->desc.cma[i].end)
			return false;
	}
	for (at = block * size; at < (block + 1) * size; at++) {
		if (at < z->start_pfn || at >= z->start_pfn + z->spanned ||
		    m->memmap[at].zone != z->id || !can_go(m, at))
			return false;
	}
	return true;
}

static void on_isolate(struct model *md, struct mm_report *r, const struct mm_machine *m,
		       const struct mm_event *ev)
{
	uint64_t block = ev->f[0] >> m->desc.pageblock_order;
	bool was = mm_bitmap_test(md->isolated, block);
	bool due = ev->f[1] ? was : !was && may_isolate(m, block, &m->zones[ev->f[3]]);

	MM_CHECK(r, "isolate.answer", (ev->f[2] == 0) == due,
		 "the pageblock of pfn %llu, %s, is to be %s: error %llu",
		 (unsigned long long)ev->f[0], was ? "isolated" : "not isolated",
		 ev->f[1] ? "so no longer" : "so", (unsigned long long)ev->f[2]);
	if (ev->f[2] || r->failures)
		return;
	if (ev->f[1]) {
		mm_bitmap_clear_range(md->isolated, block, 1);
		md->nr[ev->f[3]]--;
	} else {
		mm_bitmap_set(md->isolated, block);
		md->nr[ev->f[3]]++;
	}
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	if (!r->failures && ev->kind == MM_EV_mm_isolate)
		on_isolate(state, r, m, ev);
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	int z;

	for (z = 0; z < m->nr_zones; z++)
		MM_CHECK(r, "zone.isolate_count", m->zones[z].nr_isolated == md->nr[z],
			 "zone %s: nr_isolated %llu, isolated were %llu", m->zones[z].name,
			 (unsigned long long)m->zones[z].nr_isolated,
			 (unsigned long long)md->nr[z]);
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t b;

	for (b = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, 0); b < m->nr_pageblocks;
	     b = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, b + 1))
		MM_CHECK(r, "isolate.answer",
			 (m->pageblock[b] == MM_MIGRATE_ISOLATE) == mm_bitmap_test(md->isolated, b),
			 "pageblock %llu: isolated on one side only", (unsigned long long)b);
}

const struct mm_model mm_isolate_model = {
	.name = "isolate",
	.events = MM_EV_BIT(MM_EV_mm_isolate),
	.objects = MM_OBJ_BIT(MM_OBJ_ZONE), /* their nr_isolated */
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
