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
#include "invariants/phys/page_alloc/prop.h"

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
	case 3:
		page->refcount++;
		break;
	default:
		page->flags |= MM_PG_LRU;
		break;
	}
}

#define NR_TRACES         4
#define NR_TRACES_AND_LRU 5

/* A free block with traces of an owner goes to nobody; the next one is taken. */
static void check_bad_not_handed_out(struct mm_prop_run *p, const char *machine)
{
	struct mm_machine *m = mm_boot(machine, NULL);
	unsigned int n;

	PROP(p, m, "the machine does not boot");
	for (n = 0; n < NR_TRACES_AND_LRU * 3; n++) {
		unsigned int order = n / NR_TRACES_AND_LRU;
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
		leave_trace(page + prop_below(p, 1u << order), n % NR_TRACES_AND_LRU);
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

/* Nor to who asks for many. */
static void bad_page_is_not_among_many(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 pageblock_order=3 cpus=2 pcp=on", NULL);
	unsigned int n;

	PROP(p, m, "the machine does not boot");
	for (n = 0; n < NR_TRACES_AND_LRU; n++) {
		struct page *pages[4] = {NULL};
		struct page *bad;
		struct mm_ctx x;
		unsigned int i;

		mm_machine_reset(m);
		mm_ctx_init(&x, m, 0);
		bad = mm_page_alloc_get(&x, 0, MM_GFP_KERNEL);
		PROP(p, bad, "no page");
		mm_page_alloc_put(&x, bad, 0);
		leave_trace(bad, n);
		PROP(p, mm_page_alloc_bulk(&x, MM_GFP_KERNEL, 4, pages) == 4, "not all pages came");
		for (i = 0; i < 4; i++)
			PROP(p, pages[i] && pages[i] != bad && pages[i]->refcount == 1,
			     "trace %u: slot %u has what is bad, or nobody's", n, i);
		PROP(p, m->outcomes[MM_OUTCOME_BAD_PAGE] == 1 && (bad->flags & MM_PG_BAD),
		     "trace %u is not complained about", n);
	}
	mm_machine_destroy(m);
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
		uint32_t comp = order && prop_below(p, 2) ? MM_GFP_COMP : 0;
		struct page *page = mm_page_alloc_get(x, order, MM_GFP_USER | comp);
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

/* A page in use whose flags say that it is not: somebody wrote over them. */
static void page_that_is_no_head_is_not_taken_back(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(mm_walk_machines[0], NULL);
	struct page *page;
	uint64_t before;
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	page = mm_page_alloc_get(&x, 0, MM_GFP_KERNEL);
	PROP(p, page, "no page");
	before = mm_vmstat_free_exact(m);
	page->flags &= ~(uint32_t)MM_PG_HEAD;
	mm_page_alloc_put(&x, page, 0);
	PROP(p, mm_vmstat_free_exact(m) == before && (page->flags & MM_PG_BAD), "it is taken back");
	PROP(p, m->outcomes[MM_OUTCOME_BAD_PAGE] == 1, "and not complained about");
	mm_machine_destroy(m);
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
		/* below 8, fractions are refused */
		PROP(p,
		     mm_page_alloc_sysctl(x, i,
					  mm_sysctl_max(i) < 100
						  ? 1 + prop_below(p, mm_sysctl_max(i))
						  : 8 + prop_below(p, 93)) == 0,
		     "sysctl %zu refuses", i);
		PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
		PROP(p, mm_machine_digest(w.m) != digest, "sysctl %zu is not in the digest", i);
	}
	mm_walk_close(&w);
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
	{"page_alloc.a_bad_page_is_not_among_many", bad_page_is_not_among_many, 1},
	{"page_alloc.no_head_is_not_taken_back", page_that_is_no_head_is_not_taken_back, 1},
	{"page_alloc.a_bad_page_is_not_taken_back", bad_page_is_not_taken_back, 8},
	{"page_alloc.marked_mappings_are_the_freers", marked_mappings_are_the_freers, 1},
	{"page_alloc.sections_add_up_to_an_eager_machine", sections_add_up_to_an_eager_machine, 1},
	{"page_alloc." MM_PLANTS_PROPERTY, page_alloc_planted, 1},
	{NULL, NULL, 0},
};
