/* SPDX-License-Identifier: MIT */
/*
 * page_alloc properties: what a mask means in full truth tables, what is left
 * of each zone when nothing more can be had, references, the way up to reclaim.
 */
#include "mm/page_alloc.h"

#include "mm/failpoint.h"
#include "mm/ram.h"
#include "mm/task.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <stdio.h>
#include <string.h>

static uint64_t pfn_of_page(const struct mm_ctx *x, const struct page *page)
{
	return pfn_raw(mm_page_pfn(x->m, page));
}

/* ---- masks ---- */

/* By highest zone: where a request looks first (-1: nowhere); and whether Normal
 * is spared fragmentation because DMA32 is there. */
static const struct {
	const char *machine;
	int preferred[MM_NR_ZONES];
	bool spared;
} zone_table[] = {
	{"ram=4M max_order=6", {-1, -1, 2, 2, 2}, false},
	{"ram=4M max_order=6 dma=1M", {0, 0, 2, 2, 2}, false},
	{"ram=4M max_order=6 dma=4M", {0, 0, 0, 0, 0}, false},
	{"ram=4M max_order=6 dma=1M dma32=2M", {0, 1, 2, 2, 2}, true},
	{"ram=4M max_order=6 dma32=2M normal=2M highmem=3M", {-1, 1, 1, 3, 4}, true},
	{"ram=4M max_order=6 dma=1M reserved=1M-4M", {0, 0, 0, 0, 0}, false},
	{"ram=4M max_order=6 dma32=2M reserved=0-2M", {-1, -1, 2, 2, 2}, false},
};

static void check_zone(struct mm_prop_run *p, const struct mm_machine *m, size_t row,
		       enum mm_zone_type type)
{
	int want = zone_table[row].preferred[type];
	uint32_t flags = MM_ALLOC_WMARK_LOW;

	if (type == MM_ZONE_NORMAL && zone_table[row].spared)
		flags |= MM_ALLOC_NOFRAGMENT;
	PROP(p, mm_page_alloc_preferred(m, 0, type) == (want < 0 ? NULL : &m->zones[want]),
	     "%s, up to %s: another zone than %d", zone_table[row].machine, mm_gfp_zone_name(type),
	     want);
	PROP(p, mm_page_alloc_fast_flags(m, &m->zones[type]) == flags, "%s, from %s: flags 0x%x",
	     zone_table[row].machine, mm_gfp_zone_name(type),
	     mm_page_alloc_fast_flags(m, &m->zones[type]));
}

static void zones_are_tried_from_the_top(struct mm_prop_run *p)
{
	size_t i;
	int z;

	for (i = 0; i < sizeof(zone_table) / sizeof(zone_table[0]); i++) {
		struct mm_machine *m = mm_boot(zone_table[i].machine, NULL);

		PROP(p, m, "%s does not boot", zone_table[i].machine);
		for (z = 0; z < MM_NR_ZONES; z++)
			check_zone(p, m, i, (enum mm_zone_type)z);
		mm_machine_destroy(m);
	}
}

/* Refused before anything is tried: an outcome, and no fail point is passed. */
static void impossible_requests_are_outcomes(struct mm_prop_run *p)
{
	static const struct {
		unsigned int order;
		uint32_t gfp;
		bool served;
		uint64_t warn_order;
		uint64_t bad_zone;
	} table[] = {
		{6, MM_GFP_KERNEL, true, 0, 0},
		{7, MM_GFP_KERNEL, false, 1, 0},
		{255, MM_GFP_KERNEL, false, 1, 0},
		{7, MM_GFP_KERNEL | MM_GFP_NOWARN, false, 0, 0},
		{0, MM_GFP_DMA | MM_GFP_HIGHMEM, false, 0, 1},
		{0, MM_GFP_DMA32 | MM_GFP_DMA | MM_GFP_NOWARN, false, 0, 1},
	};
	struct mm_machine *m = mm_boot(mm_walk_machines[0], NULL);
	size_t i;

	PROP(p, m, "the machine does not boot");
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct mm_ctx x;

		mm_machine_reset(m);
		mm_ctx_init(&x, m, 0);
		mm_failpoint_arm(&x, 2);
		PROP(p,
		     (mm_page_alloc_get(&x, table[i].order, table[i].gfp) != NULL) ==
			     table[i].served,
		     "request %zu is served or not", i);
		PROP(p, mm_failpoint_left(&x) == (table[i].served ? 1 : 2),
		     "request %zu and its fail point", i);
		PROP(p,
		     m->outcomes[MM_OUTCOME_WARN_ORDER] == table[i].warn_order &&
			     m->outcomes[MM_OUTCOME_BAD_ZONE] == table[i].bad_zone,
		     "request %zu is warned of or not", i);
	}
	mm_machine_destroy(m);
}

/* ---- what is left when nothing more can be had ---- */

static const struct {
	const char *name;
	uint32_t gfp;
	enum mm_zone_type highest;
	/* the mark that holds: minimum with halves and quarters taken off */
	bool half;
	bool quarter;
	bool none;
} exhausts[] = {
	{"KERNEL", MM_GFP_KERNEL, MM_ZONE_NORMAL, false, false, false},
	{"NOWAIT", MM_GFP_NOWAIT, MM_ZONE_NORMAL, false, false, false},
	{"ATOMIC", MM_GFP_ATOMIC, MM_ZONE_NORMAL, true, true, false},
	{"KERNEL|HIGH", MM_GFP_KERNEL | MM_GFP_HIGH, MM_ZONE_NORMAL, true, false, false},
	{"ATOMIC|NOMEMALLOC", MM_GFP_ATOMIC | MM_GFP_NOMEMALLOC, MM_ZONE_NORMAL, true, false,
	 false},
	{"KERNEL|MEMALLOC", MM_GFP_KERNEL | MM_GFP_MEMALLOC, MM_ZONE_NORMAL, false, false, true},
	{"MEMALLOC|NOMEMALLOC", MM_GFP_KERNEL | MM_GFP_MEMALLOC | MM_GFP_NOMEMALLOC, MM_ZONE_NORMAL,
	 false, false, false},
	{"KERNEL|NOFAIL", MM_GFP_KERNEL | MM_GFP_NOFAIL, MM_ZONE_NORMAL, true, false, false},
	/* who may not wait gets nothing for it */
	{"NOWAIT|NOFAIL", MM_GFP_NOWAIT | MM_GFP_NOFAIL, MM_ZONE_NORMAL, false, false, false},
	{"DMA", MM_GFP_KERNEL | MM_GFP_DMA, MM_ZONE_DMA, false, false, false},
	{"DMA32", MM_GFP_KERNEL | MM_GFP_DMA32, MM_ZONE_DMA32, false, false, false},
	{"HIGHUSER", MM_GFP_HIGHUSER, MM_ZONE_HIGHMEM, false, false, false},
	{"HIGHUSER_MOVABLE", MM_GFP_HIGHUSER_MOVABLE, MM_ZONE_MOVABLE, false, false, false},
};

static void exhaust_one(struct mm_prop_run *p, struct mm_ctx *x, size_t row)
{
	uint64_t before[MM_NR_ZONES];
	int z;

	for (z = 0; z < MM_NR_ZONES; z++)
		before[z] = mm_vmstat_zone(&x->m->zones[z], MM_NR_FREE_PAGES);
	while (mm_page_alloc_get(x, 0, exhausts[row].gfp))
		p->checks++;
	for (z = 0; z < MM_NR_ZONES; z++) {
		const struct zone *zone = &x->m->zones[z];
		uint64_t keeps = zone->wmark[MM_WMARK_MIN];

		if (exhausts[row].half)
			keeps -= keeps / 2;
		if (exhausts[row].quarter)
			keeps -= keeps / 4;
		keeps += zone->lowmem_reserve[exhausts[row].highest];
		if (exhausts[row].none)
			keeps = 0;
		if (z > (int)exhausts[row].highest || keeps > before[z])
			keeps = before[z];
		PROP(p, mm_vmstat_zone(zone, MM_NR_FREE_PAGES) == keeps,
		     "%s leaves %llu pages of %s, wanted %llu of %llu", exhausts[row].name,
		     (unsigned long long)mm_vmstat_zone(zone, MM_NR_FREE_PAGES), zone->name,
		     (unsigned long long)keeps, (unsigned long long)before[z]);
	}
}

/* Each zone keeps what it owes others and not a page more. */
static void exhausted_zones_keep_their_reserve(struct mm_prop_run *p)
{
	struct mm_machine *m =
		mm_boot("ram=8M dma=1M dma32=2M normal=5M highmem=6M max_order=6 pageblock_order=3 "
			"min_free_kbytes=320 lowmem_reserve_ratio=20/30/10/9/0",
			NULL);
	size_t row;

	PROP(p, m, "the machine does not boot");
	for (row = 0; row < sizeof(exhausts) / sizeof(exhausts[0]) && !p->failures; row++) {
		struct mm_ctx x;
		bool nofail;
		bool waits;

		mm_machine_reset(m);
		mm_ctx_init(&x, m, 0);
		exhaust_one(p, &x, row);
		/* a request that may not fail says that it does, and how */
		nofail = (exhausts[row].gfp & MM_GFP_NOFAIL) != 0;
		waits = (exhausts[row].gfp & MM_GFP_DIRECT_RECLAIM) != 0;
		PROP(p, m->outcomes[MM_OUTCOME_NOFAIL_STALL] == (nofail && waits), "%s: stalls",
		     exhausts[row].name);
		PROP(p, m->outcomes[MM_OUTCOME_WARN_NOFAIL] == (nofail && !waits), "%s: warns",
		     exhausts[row].name);
	}
	mm_machine_destroy(m);
}

/* ---- references ---- */

static void check_tail_freed(struct mm_prop_run *p, struct mm_ctx *x, bool comp)
{
	unsigned int order = 1 + (unsigned int)prop_below(p, 5);
	uint64_t size = (uint64_t)1 << order;
	struct page *page = mm_page_alloc_get(x, order, MM_GFP_KERNEL | (comp ? MM_GFP_COMP : 0));
	uint64_t before;

	PROP(p, page, "order %u cannot be had", order);
	before = mm_vmstat_free_exact(x->m);
	page->private_data = 77; /* its holder's */
	mm_page_alloc_ref(x, page);
	PROP(p, page->refcount == 2 && mm_vmstat_free_exact(x->m) == before,
	     "a reference costs frames");
	mm_page_alloc_put(x, page, order);
	PROP(p, mm_vmstat_free_exact(x->m) == before + (comp ? 0 : size - 1),
	     "order %u, compound %d: %llu frames came back while the first is held", order, comp,
	     (unsigned long long)(mm_vmstat_free_exact(x->m) - before));
	PROP(p, page->refcount == 1 && (page->flags & MM_PG_HEAD), "the first frame went as well");
	mm_page_alloc_unref(x, page);
	PROP(p, mm_vmstat_free_exact(x->m) == before + size, "order %u: not all came back", order);
	PROP(p, page->private_data == 0, "what its holder left is still there");
}

/* __free_pages frees the tail of what somebody else still holds, unless the
 * block is compound. */
static void last_reference_frees(struct mm_prop_run *p)
{
	struct mm_walk w;
	int i;

	if (!mm_walk_open(&w, p, mm_walk_machines[0]))
		return;
	for (i = 0; i < 40 && !p->failures; i++) {
		check_tail_freed(p, &w.run->ctx[0], i & 1);
		PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
	}
	PROP(p, mm_checker_sweep(w.checker), "%s", w.checker->report.first.text);
	PROP(p, !w.m->nr_outcomes, "a good use of references was complained about");
	mm_walk_close(&w);
}

/* ---- bad pages ---- */

/* Traces of an owner, each of which makes a page bad. */
static void leave_trace(struct page *page, unsigned int n)
{
	switch (n) {
	case 0:
		page->mapping = 0x1000;
		break;
	case 1:
		page->mapcount = 0;
		break;
	case 2:
		page->memcg_data = 1;
		break;
	default:
		page->refcount++;
		break;
	}
}

#define NR_TRACES 4

/* A free block with traces of an owner goes to nobody; the next one is taken. */
static void check_bad_not_handed_out(struct mm_prop_run *p, const char *machine)
{
	struct mm_machine *m = mm_boot(machine, NULL);
	unsigned int n;

	PROP(p, m, "the machine does not boot");
	for (n = 0; n < NR_TRACES * 3; n++) {
		unsigned int order = n / NR_TRACES;
		uint64_t bad;
		struct page *page;
		struct mm_ctx x;
		uint64_t before;

		mm_machine_reset(m);
		mm_ctx_init(&x, m, 0);
		before = mm_walk_unused(m);
		/* the block that is next: what was just freed */
		page = mm_page_alloc_get(&x, order, MM_GFP_KERNEL);
		PROP(p, page, "order %u cannot be had", order);
		mm_page_alloc_put(&x, page, order);
		bad = pfn_of_page(&x, page);
		leave_trace(page + prop_below(p, 1u << order), n % NR_TRACES);
		page = mm_page_alloc_get(&x, order, MM_GFP_KERNEL);
		PROP(p, page && page != &m->memmap[bad], "trace %u: a bad page is handed out", n);
		PROP(p, m->outcomes[MM_OUTCOME_BAD_PAGE] == 1 && (m->memmap[bad].flags & MM_PG_BAD),
		     "trace %u is not complained about", n);
		PROP(p, mm_walk_unused(m) == before - (2u << order), "trace %u: other frames went",
		     n);
	}
	mm_machine_destroy(m);
}

/* Neither from the zone nor from a CPU's list. */
static void bad_page_is_not_handed_out(struct mm_prop_run *p)
{
	check_bad_not_handed_out(p, mm_walk_machines[0]);
	check_bad_not_handed_out(p, "ram=4M max_order=6 pageblock_order=3 cpus=2 pcp=on");
}

/* A block with traces of an owner in any of its frames is not taken back. */
static void bad_page_is_not_taken_back(struct mm_prop_run *p)
{
	struct mm_walk w;
	unsigned int n;

	if (!mm_walk_open(&w, p, mm_walk_machines[0]))
		return;
	for (n = 0; n < NR_TRACES * 4; n++) {
		struct mm_ctx *x = &w.run->ctx[0];
		unsigned int order = n / NR_TRACES;
		uint64_t at = prop_below(p, 1u << order);
		struct page *page = mm_page_alloc_get(x, order, MM_GFP_USER);
		uint64_t before = mm_vmstat_free_exact(w.m);

		PROP(p, page, "order %u cannot be had", order);
		/* a further reference on the first frame is no trace but a use */
		if (n % NR_TRACES == 3 && at == 0)
			at = (1u << order) - 1;
		leave_trace(page + at, order || n % NR_TRACES < 3 ? n % NR_TRACES : 0);
		mm_page_alloc_put(x, page, order);
		PROP(p, mm_vmstat_free_exact(w.m) == before && (page->flags & MM_PG_BAD),
		     "trace %u of order %u is taken back", n % NR_TRACES, order);
		PROP(p, w.m->outcomes[MM_OUTCOME_BAD_PAGE] == n + 1, "and not complained about");
	}
	mm_walk_close(&w);
}

/* Who marks a mapping as anonymous or movable leaves it to the freer. */
static void marked_mappings_are_the_freers(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(mm_walk_machines[0], NULL);
	struct mm_ctx x;
	uint64_t mark;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (mark = 1; mark < 4; mark++) {
		struct page *page = mm_page_alloc_get(&x, 0, MM_GFP_USER);

		PROP(p, page, "order 0 cannot be had");
		page->mapping = 0x1000 | mark;
		mm_page_alloc_put(&x, page, 0);
		PROP(p, !page->mapping && !m->nr_outcomes && !(page->flags & MM_PG_BAD),
		     "a mapping marked %llu is complained about", (unsigned long long)mark);
	}
	mm_machine_destroy(m);
}

/* ---- sysctls ---- */

static void refused_sysctl_changes_nothing(struct mm_prop_run *p)
{
	struct mm_walk w;
	size_t i;

	if (!mm_walk_open(&w, p, mm_walk_machines[1]))
		return;
	for (i = 0; i <= mm_sysctl_count(); i++) {
		uint64_t digest = mm_machine_digest(w.m);
		struct mm_ctx *x = &w.run->ctx[0];

		PROP(p, mm_page_alloc_sysctl(x, i, UINT64_MAX) == -MM_EINVAL,
		     "sysctl %zu takes all", i);
		PROP(p, mm_machine_digest_sweep(w.m) == digest, "sysctl %zu refuses and stores", i);
		if (i == mm_sysctl_count())
			break;
		PROP(p, mm_page_alloc_sysctl(x, i, 8 + prop_below(p, 93)) == 0,
		     "sysctl %zu refuses", i);
		PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
		PROP(p, mm_machine_digest(w.m) != digest, "sysctl %zu is not in the digest", i);
	}
	mm_walk_close(&w);
}

/* ---- plantings ---- */

/* A request served but not announced: that comes later. */
static uint64_t served(struct mm_victim *v, unsigned int order, uint32_t gfp)
{
	struct page *page;

	v->x->events &= ~MM_EV_BIT(MM_EV_mm_page_alloc);
	page = mm_page_alloc_get(v->x, order, gfp);
	v->x->events = mm_event_mask(v->m);
	if (!page) {
		prop_fail(v->p, __FILE__, __LINE__, "order %u cannot be had", order);
		return 0;
	}
	return pfn_of_page(v->x, page);
}

/* The field of an event for a mask that nothing was taken from. */
static uint64_t both(uint32_t gfp)
{
	return (uint64_t)gfp << 32 | gfp;
}

/* Flags of a first attempt with MM_GFP_KERNEL. */
#define FIRST_TRY (MM_ALLOC_WMARK_LOW | MM_ALLOC_KSWAPD)

static void announce(struct mm_victim *v, uint64_t pfn, uint32_t gfp, uint32_t flags)
{
	mm_event(v->x, MM_EV_mm_page_alloc, pfn, v->m->memmap[pfn].order, both(gfp),
		 mm_migratetype_of_gfp(v->m, gfp), flags, v->m->memmap[pfn].zone);
}

static void wrong_zone(struct mm_victim *v)
{
	announce(v, served(v, 0, MM_GFP_KERNEL), MM_GFP_KERNEL | MM_GFP_DMA, FIRST_TRY);
}

static void zone_of_another_frame(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	mm_event(v->x, MM_EV_mm_page_alloc, pfn, 0, both(MM_GFP_KERNEL), 0, FIRST_TRY, MM_ZONE_DMA);
}

static void handed_out_twice(struct mm_victim *v)
{
	announce(v, mm_victim_held(v, VICTIM_B), MM_GFP_KERNEL, FIRST_TRY);
}

static void taken_back_twice(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_D);

	mm_page_alloc_put(v->x, &v->m->memmap[pfn], 0);
	mm_event(v->x, MM_EV_mm_page_free, pfn, 0);
}

static void taken_back_with_a_neighbour(struct mm_victim *v)
{
	/* the block that e's half belongs to is larger than what is held */
	mm_event(v->x, MM_EV_mm_page_free, mm_victim_held(v, VICTIM_E) & ~(uint64_t)31, 5);
}

/* Serve, spoil one field, announce. */
static void spoiled_mapping(struct mm_victim *v)
{
	uint64_t pfn = served(v, 1, MM_GFP_KERNEL);

	v->m->memmap[pfn + 1].mapping = 4;
	announce(v, pfn, MM_GFP_KERNEL, FIRST_TRY);
}

static void two_references(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	v->m->memmap[pfn].refcount = 2;
	announce(v, pfn, MM_GFP_KERNEL, FIRST_TRY);
}

static void forgotten_zeroing(struct mm_victim *v)
{
	announce(v, served(v, 2, MM_GFP_KERNEL), MM_GFP_KERNEL | MM_GFP_ZERO, FIRST_TRY);
}

static void failed_for_nothing(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_alloc_failed, 3, both(MM_GFP_KERNEL), 0, MM_ZONE_NORMAL, 0);
}

static void lower_zone_for_nothing(struct mm_victim *v)
{
	announce(v, served(v, 0, MM_GFP_KERNEL | MM_GFP_DMA), MM_GFP_KERNEL, FIRST_TRY);
}

static void slow_for_nothing(struct mm_victim *v)
{
	announce(v, served(v, 0, MM_GFP_KERNEL), MM_GFP_KERNEL,
		 MM_ALLOC_WMARK_MIN | MM_ALLOC_KSWAPD);
}

static void reserves_for_nothing(struct mm_victim *v)
{
	announce(v, served(v, 0, MM_GFP_KERNEL | MM_GFP_MEMALLOC), MM_GFP_KERNEL | MM_GFP_MEMALLOC,
		 MM_ALLOC_NO_WATERMARKS | MM_ALLOC_KSWAPD);
}

static void treated_as_another_type(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	mm_event(v->x, MM_EV_mm_page_alloc, pfn, 0, both(MM_GFP_KERNEL), MM_MIGRATE_MOVABLE,
		 FIRST_TRY, v->m->memmap[pfn].zone);
}

static void right_it_does_not_have(struct mm_victim *v)
{
	/* there is no DMA32 that could be fragmented instead */
	announce(v, served(v, 0, MM_GFP_KERNEL), MM_GFP_KERNEL, FIRST_TRY | MM_ALLOC_NOFRAGMENT);
}

static void lost_reference(struct mm_victim *v)
{
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_A)];

	page->refcount = 0;
	mm_page_touch(v->x, page);
}

static void referenced_tail(struct mm_victim *v)
{
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_A) + 5];

	page->refcount = 1;
	mm_page_touch(v->x, page);
}

static void managed_shrinks(struct mm_victim *v)
{
	/* Movable memory has no part in the sums of lowmem */
	v->m->zones[MM_ZONE_MOVABLE].managed--;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_MOVABLE);
}

static void dropped_in_silence(struct mm_victim *v)
{
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_D)];

	page->flags |= MM_PG_BAD;
	mm_page_touch(v->x, page);
}

static void taken_back_with_a_mapping(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_free, mm_victim_held(v, VICTIM_D), 0, 0x1000);
}

static void flagged_tail(struct mm_victim *v)
{
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_A)];

	page[6].flags |= MM_PG_MOVABLE;
	mm_page_touch(v->x, page);
	mm_page_touch(v->x, page + 6);
}

/* The last pageblock of Normal's first half that is free; it gets another type. */
static uint64_t move_free_pageblock(struct mm_victim *v, enum mm_migratetype type,
				    enum mm_buddy_why why)
{
	struct zone *z = &v->m->zones[MM_ZONE_NORMAL];
	uint64_t size = (uint64_t)1 << v->m->desc.pageblock_order;
	uint64_t pfn = 512 - size;

	while (!(v->m->memmap[pfn].flags & MM_PG_BUDDY) ||
	       v->m->memmap[pfn].order < v->m->desc.pageblock_order)
		pfn -= size;
	mm_lock_acquire(v->x, &z->lock);
	mm_buddy_move(v->x, z, pfn, type, why);
	if (type == MM_MIGRATE_HIGHATOMIC)
		z->nr_reserved_highatomic += size;
	mm_lock_release(v->x, &z->lock);
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
	return pfn;
}

static void reserved_for_no_request(struct mm_victim *v)
{
	(void)move_free_pageblock(v, MM_MIGRATE_HIGHATOMIC, MM_BUDDY_RESERVE);
}

static void given_up_for_no_request(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_A);

	mm_event(v->x, MM_EV_mm_pageblock_move, pfn, mm_migratetype_get(v->m, pfn),
		 MM_MIGRATE_MOVABLE, MM_ZONE_NORMAL, MM_BUDDY_UNRESERVE);
}

static void reserved_count_off_by_one(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_NORMAL].nr_reserved_highatomic++;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
}

/* Of a machine that has no CMA. */
static void cma_out_of_turn(struct mm_victim *v)
{
	const struct mm_list *list = v->m->zones[MM_ZONE_NORMAL].free_area[6].free_list;
	const struct page *page =
		mm_list_entry_const(list[MM_MIGRATE_MOVABLE].next, struct page, lru);

	mm_event(v->x, MM_EV_mm_page_alloc_zone_locked, pfn_of_page(v->x, page), 0, MM_MIGRATE_CMA,
		 0, MM_ZONE_NORMAL);
}

/* An ordinary request is served from what is reserved, all else as it should be. */
static void reserved_block_for_anybody(struct mm_victim *v)
{
	struct zone *z = &v->m->zones[MM_ZONE_NORMAL];
	struct page *page;

	(void)move_free_pageblock(v, MM_MIGRATE_HIGHATOMIC, MM_BUDDY_OTHER);
	mm_event(v->x, MM_EV_mm_zone_watermark, z->id, 0, mm_zone_wmark(z, MM_WMARK_HIGH),
		 FIRST_TRY, MM_ZONE_NORMAL, mm_vmstat_zone(z, MM_NR_FREE_PAGES));
	mm_lock_acquire(v->x, &z->lock);
	page = mm_buddy_take_special(v->x, z, 0, MM_MIGRATE_HIGHATOMIC);
	mm_lock_release(v->x, &z->lock);
	page->flags = MM_PG_HEAD;
	page->refcount = 1;
	mm_page_touch(v->x, page);
	mm_vmstat_count(v->x, MM_VM_PGALLOC + MM_ZONE_NORMAL, 1);
	mm_vmstat_numa(v->x, z, z);
	announce(v, pfn_of_page(v->x, page), MM_GFP_KERNEL, FIRST_TRY);
}

/* A free pageblock of Normal is isolated, and something takes of it all the same. */
static void isolated_block_leaves(struct mm_victim *v)
{
	const struct zone *z = &v->m->zones[MM_ZONE_NORMAL];
	uint64_t pfn = move_free_pageblock(v, MM_MIGRATE_ISOLATE, MM_BUDDY_ISOLATE);

	mm_event(v->x, MM_EV_mm_page_alloc_zone_locked, pfn, 0, MM_MIGRATE_ISOLATE, 0, z->id);
}

/* ---- plantings: blocks of pages ---- */

static struct page *compound_of(struct mm_victim *v)
{
	return &v->m->memmap[mm_victim_held(v, VICTIM_E)];
}

static void tail_of_the_neighbour(struct mm_victim *v)
{
	struct page *head = compound_of(v);

	head[3].compound_head = (uintptr_t)(head + 1) | 1;
	mm_page_touch(v->x, head + 3);
}

static void tail_without_a_head(struct mm_victim *v)
{
	struct page *head = compound_of(v);

	mm_list_init(&head[5].lru);
	mm_page_touch(v->x, head);
	mm_page_touch(v->x, head + 5);
}

/* Frames of a block that is no compound point to their first. */
static void tail_of_no_compound(struct mm_victim *v)
{
	struct page *first = &v->m->memmap[mm_victim_held(v, VICTIM_A)];

	first[2].compound_head = (uintptr_t)first | 1;
	mm_page_touch(v->x, first + 2);
}

/* All of it is a compound block now, but nobody asked for one. */
static void compound_unasked(struct mm_victim *v)
{
	struct page *first = &v->m->memmap[mm_victim_held(v, VICTIM_A)];
	unsigned int i;

	first->flags |= MM_PG_COMP;
	for (i = 1; i < 8; i++) {
		first[i].compound_head = (uintptr_t)first | 1;
		first[i].mapping = MM_TAIL_MAPPING;
		mm_page_touch(v->x, first + i);
	}
	mm_page_touch(v->x, first);
}

static void freed_as_another_order(struct mm_victim *v)
{
	/* a is of order 3; its lower half is no block */
	mm_event(v->x, MM_EV_mm_page_free, mm_victim_held(v, VICTIM_A), 2);
}

static void scope_without_effect(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	(void)!mm_task_enter(v->x, MM_TASK_NOFS);
	announce(v, pfn, MM_GFP_KERNEL, FIRST_TRY);
}

static void mask_edited_for_nothing(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_NOIO);

	mm_event(v->x, MM_EV_mm_page_alloc, pfn, 0, (uint64_t)MM_GFP_KERNEL << 32 | MM_GFP_NOIO, 0,
		 FIRST_TRY, v->m->memmap[pfn].zone);
}

static void taken_back_with_contents(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_B);

	mm_ram_write(v->x, pfn_of(pfn + 1), 17, 1);
	v->m->desc.init_on_free = true;
	mm_event(v->x, MM_EV_mm_page_free, pfn, 2);
}

static void part_without_reference(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_A);

	v->x->events = 0;
	mm_page_alloc_split(v->x, &v->m->memmap[pfn]);
	v->x->events = mm_event_mask(v->m);
	v->m->memmap[pfn + 4].refcount = 0;
	mm_event(v->x, MM_EV_mm_page_split, pfn, 3, 0);
}

static void split_of_a_compound(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_split, mm_victim_held(v, VICTIM_E), 4, 0);
}

static void split_for_too_little(struct mm_victim *v)
{
	/* four of eight pages would have been a block of order 2 */
	mm_event(v->x, MM_EV_mm_page_split, mm_victim_held(v, VICTIM_A), 3, 16384);
}

/* A block becomes six pages, and the other two are forgotten. */
static void tail_is_kept(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_A);
	unsigned int i;

	v->x->events = 0;
	mm_page_alloc_split(v->x, &v->m->memmap[pfn]);
	v->x->events = mm_event_mask(v->m);
	for (i = 6; i < 8; i++)
		v->m->memmap[pfn + i].refcount = 0;
	mm_event(v->x, MM_EV_mm_page_split, pfn, 3, 6 * 4096 - 5);
	for (i = 6; i < 8; i++)
		v->m->memmap[pfn + i].flags = 0;
}

static void begin_bulk(struct mm_victim *v, uint64_t pages, uint64_t zone)
{
	mm_event(v->x, MM_EV_mm_page_bulk, zone, pages, pages, 0, MM_ZONE_NORMAL,
		 both(MM_GFP_KERNEL));
}

static void bulk_of_the_wrong_zone(struct mm_victim *v)
{
	begin_bulk(v, 4, MM_ZONE_DMA);
}

static void section_comes_unasked(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_zone_grow, 0, 0, 1, MM_ZONE_NORMAL);
}

/* Nothing is in its way: zone Normal has room for both. */
static void bulk_finds_no_zone(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_bulk_none, MM_ZONES_MAX, 2, both(MM_GFP_KERNEL));
}

/* More than there are; and no single page is asked for. */
static void bulk_asks_no_further(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_bulk_none, MM_ZONES_MAX, 1u << 20, both(MM_GFP_KERNEL));
}

static void bulk_miscounts(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	begin_bulk(v, 1, MM_ZONE_NORMAL);
	announce(v, pfn, MM_GFP_KERNEL, MM_ALLOC_WMARK_LOW);
	mm_event(v->x, MM_EV_mm_page_bulk_end, 2);
}

static void bulk_gives_up_early(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	begin_bulk(v, 3, MM_ZONE_NORMAL);
	announce(v, pfn, MM_GFP_KERNEL, MM_ALLOC_WMARK_LOW);
	mm_event(v->x, MM_EV_mm_page_bulk_end, 1);
}

static void bulk_takes_one_more(struct mm_victim *v)
{
	uint64_t pfn = served(v, 0, MM_GFP_KERNEL);

	begin_bulk(v, 0, MM_ZONE_NORMAL);
	announce(v, pfn, MM_GFP_KERNEL, MM_ALLOC_WMARK_LOW);
	mm_event(v->x, MM_EV_mm_page_bulk_end, 1);
}

static const struct mm_plant plants[] = {
	{"zone.isolated_never_allocated", isolated_block_leaves, NULL, true},
	{"zone.reserved_highatomic", reserved_count_off_by_one, NULL, false},
	{"alloc.reserve", reserved_for_no_request, NULL, true},
	{"alloc.unreserve", given_up_for_no_request, NULL, true},
	{"alloc.cma_turn", cma_out_of_turn, NULL, true},
	{"alloc.special_lists", reserved_block_for_anybody, NULL, true},
	{"compound.tails", tail_of_the_neighbour, NULL, false},
	{"compound.tails", tail_without_a_head, NULL, false},
	{"compound.tails", tail_of_no_compound, NULL, false},
	{"compound.tails", compound_unasked, NULL, false},
	{"alloc.no_double", freed_as_another_order, NULL, true},
	{"alloc.gfp_context", scope_without_effect, NULL, true},
	{"alloc.gfp_context", mask_edited_for_nothing, NULL, true},
	{"alloc.init_on_free", taken_back_with_contents, NULL, true},
	{"alloc.split", part_without_reference, "alloc.head_referenced", true},
	{"alloc.split", split_of_a_compound, NULL, true},
	{"alloc.split", split_for_too_little, NULL, true},
	{"alloc.exact_tail", tail_is_kept, NULL, true},
	{"alloc.grow", section_comes_unasked, NULL, true},
	{"alloc.bulk", bulk_of_the_wrong_zone, NULL, true},
	{"alloc.bulk", bulk_miscounts, NULL, true},
	{"alloc.bulk", bulk_gives_up_early, NULL, true},
	{"alloc.bulk", bulk_takes_one_more, NULL, true},
	{"alloc.bulk", bulk_finds_no_zone, NULL, true},
	{"alloc.bulk", bulk_asks_no_further, NULL, true},
	{"alloc.zone_allowed", wrong_zone, NULL, true},
	{"alloc.zone_allowed", zone_of_another_frame, "watermark.respected alloc.result", true},
	{"alloc.no_double", handed_out_twice, NULL, true},
	{"alloc.no_double", taken_back_twice, NULL, true},
	{"alloc.no_double", taken_back_with_a_neighbour, NULL, true},
	{"alloc.free_checked", taken_back_with_a_mapping, NULL, true},
	{"alloc.init_state", spoiled_mapping, NULL, true},
	{"alloc.init_state", two_references, NULL, true},
	{"alloc.init_state", forgotten_zeroing, NULL, true},
	{"alloc.result", failed_for_nothing, NULL, true},
	{"alloc.result", lower_zone_for_nothing, NULL, true},
	{"alloc.result", slow_for_nothing, NULL, true},
	{"alloc.result", reserves_for_nothing, "alloc.init_state", true},
	{"alloc.treatment", treated_as_another_type, NULL, true},
	{"alloc.treatment", right_it_does_not_have, NULL, true},
	{"alloc.head_referenced", lost_reference, NULL, false},
	{"alloc.head_referenced", referenced_tail, "alloc.block_whole", false},
	{"alloc.block_whole", flagged_tail, NULL, false},
	{"zone.conservation", managed_shrinks, NULL, true},
	{"zone.conservation", dropped_in_silence, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

/* ---- memory that comes by section ---- */

static void same_frames(struct mm_prop_run *p, const struct mm_machine *a,
			const struct mm_machine *b)
{
	uint64_t pfn;

	for (pfn = 0; pfn < a->max_pfn; pfn++) {
		const struct page *x = &a->memmap[pfn];
		const struct page *y = &b->memmap[pfn];

		/* sections without RAM have no struct pages to compare */
		if (!mm_sparse_valid(a, pfn))
			continue;
		PROP(p,
		     x->flags == y->flags && x->order == y->order && x->zone == y->zone &&
			     x->list == y->list,
		     "pfn %llu: flags 0x%x order %u zone %u, all at once 0x%x %u %u",
		     (unsigned long long)pfn, x->flags, x->order, x->zone, y->flags, y->order,
		     y->zone);
	}
}

static void same_zones(struct mm_prop_run *p, const struct mm_machine *a,
		       const struct mm_machine *b)
{
	int z;
	int i;

	for (z = 0; z < a->nr_zones; z++) {
		const struct zone *x = &a->zones[z];
		const struct zone *y = &b->zones[z];

		PROP(p, x->managed == y->managed && !x->deferred, "%s: %llu frames, %llu", x->name,
		     (unsigned long long)x->managed, (unsigned long long)y->managed);
		for (i = 0; i < MM_NR_WMARK; i++)
			PROP(p, x->wmark[i] == y->wmark[i], "%s: mark %d", x->name, i);
		for (i = 0; i < MM_NR_ORDERS; i++)
			PROP(p, x->free_area[i].nr_free == y->free_area[i].nr_free,
			     "%s: blocks of order %d", x->name, i);
	}
}

/* What comes by section is, in the end, what comes at once. */
static void sections_add_up_to_an_eager_machine(struct mm_prop_run *p)
{
	static const char *const machines[] = {
		"ram=8M section=1M max_order=6 pageblock_order=3",
		("ram=1M-5M,6M-8M reserved=2M-2100K,4M-5M section=512K dma32=2300K max_order=5 "
		 "pageblock_order=3 nodes=2"),
		"ram=0-3M,5M-8M section=256K max_order=6 pageblock_order=4 nodes=3 kernelcore=3M",
		"ram=1028K-8M section=4M max_order=10 memmodel=sparse",
	};
	char machine[256];
	size_t i;

	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct mm_machine *eager = mm_boot(machines[i], NULL);
		struct mm_machine *lazy;

		(void)snprintf(machine, sizeof(machine), "%s deferred=on", machines[i]);
		lazy = mm_boot(machine, NULL);
		if (eager && lazy) {
			mm_walk_make_ready(lazy);
			same_frames(p, lazy, eager);
			same_zones(p, lazy, eager);
		} else {
			prop_fail(p, __FILE__, __LINE__, "%s: does not boot", machines[i]);
		}
		mm_machine_destroy(eager);
		mm_machine_destroy(lazy);
	}
}

const struct mm_prop mm_page_alloc_props[] = {
	{"page_alloc.refused_sysctl_changes_nothing", refused_sysctl_changes_nothing, 1},
	{"page_alloc.zones_are_tried_from_the_top", zones_are_tried_from_the_top, 1},
	{"page_alloc.impossible_requests_are_outcomes", impossible_requests_are_outcomes, 1},
	{"page_alloc.exhausted_zones_keep_their_reserve", exhausted_zones_keep_their_reserve, 1},
	{"page_alloc.the_last_reference_frees", last_reference_frees, 5},
	{"page_alloc.a_bad_page_is_not_handed_out", bad_page_is_not_handed_out, 2},
	{"page_alloc.a_bad_page_is_not_taken_back", bad_page_is_not_taken_back, 2},
	{"page_alloc.marked_mappings_are_the_freers", marked_mappings_are_the_freers, 1},
	{"page_alloc.sections_add_up_to_an_eager_machine", sections_add_up_to_an_eager_machine, 1},
	{"page_alloc." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
