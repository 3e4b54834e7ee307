/* SPDX-License-Identifier: MIT */
/*
 * pages properties: what callers make of blocks.  Every size an exact request can
 * have, arrays with every pattern of holes, tails that lead to their head, contents
 * that are zero when they have to be.
 */
#include "mm/failpoint.h"
#include "mm/page_alloc.h"
#include "mm/ram.h"
#include "mm/task.h"

#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <string.h>

/* Lists and counters of CPUs, so that a bulk request has lists to take from. */
#define MACHINE "ram=4M max_order=6 pageblock_order=3 cpus=2 pcp=on"

#define SLOTS 40

static uint64_t pfn_of_page(const struct mm_ctx *x, const struct page *page)
{
	return pfn_raw(mm_page_pfn(x->m, page));
}

/* ---- compound blocks ---- */

/* Through whichever frame: one count, on the head. */
static void any_frame_leads_to_the_head(struct mm_prop_run *p)
{
	struct mm_walk w;
	unsigned int order;

	if (!mm_walk_open(&w, p, MACHINE))
		return;
	for (order = 0; order <= 6; order++) {
		struct mm_ctx *x = &w.run->ctx[0];
		struct page *head = mm_page_alloc_get(x, order, MM_GFP_KERNEL | MM_GFP_COMP);
		uint64_t n = (uint64_t)1 << order;
		uint64_t before = mm_walk_unused(w.m);
		uint64_t i;

		PROP(p, head, "order %u cannot be had", order);
		for (i = 0; i < n; i++) {
			PROP(p,
			     mm_page_head(head + i) == head && mm_page_is_tail(head + i) == (i > 0),
			     "order %u: frame %llu leads elsewhere", order, (unsigned long long)i);
			mm_page_alloc_ref(x, head + i);
		}
		PROP(p, head->refcount == (int32_t)n + 1,
		     "%llu references were taken, %d are there", (unsigned long long)n,
		     head->refcount);
		mm_page_alloc_put(x, head, order);
		for (i = 0; i < n; i++) {
			PROP(p, mm_walk_unused(w.m) == before,
			     "a reference is left, and frames go");
			mm_page_alloc_unref(x, head + (n - 1 - i));
		}
		PROP(p, mm_walk_unused(w.m) == before + n, "the last reference frees not all");
		for (i = 0; i < n; i++)
			PROP(p, !mm_page_is_tail(head + i) && !head[i].mapping,
			     "frame %llu is freed as a tail", (unsigned long long)i);
		PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
	}
	mm_walk_close(&w);
}

/* What an owner can do to a tail: each is found when the block is freed. */
static void damage(struct page *head, uint64_t tail, unsigned int how)
{
	struct page *p = head + tail;

	switch (how) {
	case 0:
		p->mapping = 0;
		break;
	case 1:
		p->mapping = MM_TAIL_MAPPING | 1;
		break;
	case 2:
		p->compound_head = ((uintptr_t)head + sizeof(*head)) | 1;
		break;
	case 3:
		mm_list_init(&p->lru);
		break;
	default:
		p->refcount = 1;
		break;
	}
}

static void damaged_tails_are_found(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(MACHINE, NULL);
	unsigned int how;

	PROP(p, m, "the machine does not boot");
	for (how = 0; how < 25; how++) {
		unsigned int order = 1 + how / 5;
		struct page *head;
		struct mm_ctx x;
		uint64_t before;
		uint64_t i;

		mm_machine_reset(m);
		mm_ctx_init(&x, m, 0);
		head = mm_page_alloc_get(&x, order, MM_GFP_KERNEL | MM_GFP_COMP);
		PROP(p, head, "order %u cannot be had", order);
		before = mm_walk_unused(m);
		damage(head, 1 + prop_below(p, ((uint64_t)1 << order) - 1), how % 5);
		mm_page_alloc_put(&x, head, order);
		PROP(p, m->outcomes[MM_OUTCOME_BAD_PAGE] == 1 && mm_walk_unused(m) == before,
		     "order %u, damage %u: taken back", order, how % 5);
		for (i = 0; i < (uint64_t)1 << order; i++)
			PROP(p, (head[i].flags & MM_PG_BAD) && !mm_page_is_tail(head + i),
			     "order %u, damage %u: frame %llu is not dropped", order, how % 5,
			     (unsigned long long)i);
	}
	mm_machine_destroy(m);
}

/* ---- split and exact ---- */

static void split_pages_are_freed_one_by_one(struct mm_prop_run *p)
{
	struct mm_walk w;
	unsigned int order;

	if (!mm_walk_open(&w, p, MACHINE))
		return;
	for (order = 0; order <= 6; order++) {
		struct mm_ctx *x = &w.run->ctx[0];
		struct page *page = mm_page_alloc_get(x, order, MM_GFP_KERNEL | MM_GFP_MOVABLE);
		uint64_t n = (uint64_t)1 << order;
		uint64_t before = mm_walk_unused(w.m);
		uint64_t first = prop_below(p, n);
		uint64_t i;

		PROP(p, page, "order %u cannot be had", order);
		mm_page_alloc_split(x, page);
		for (i = 0; i < n; i++)
			PROP(p, page[i].refcount == 1 && !page[i].order, "page %llu of %llu: %d",
			     (unsigned long long)i, (unsigned long long)n, page[i].refcount);
		for (i = 0; i < n; i++) {
			PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
			PROP(p, mm_walk_unused(w.m) == before + i,
			     "%llu pages are freed, %llu came back", (unsigned long long)i,
			     (unsigned long long)(mm_walk_unused(w.m) - before));
			mm_page_alloc_put(x, page + (first + i) % n, 0);
		}
		PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
	}
	PROP(p, mm_checker_sweep(w.checker), "%s", w.checker->report.first.text);
	mm_walk_close(&w);
}

static void check_exact(struct mm_prop_run *p, struct mm_walk *w, uint64_t size, uint64_t want)
{
	struct mm_ctx *x = &w->run->ctx[0];
	uint64_t before = mm_walk_unused(w->m);
	struct page *page = mm_page_alloc_exact(x, size, MM_GFP_KERNEL);
	uint64_t i;

	PROP(p, page, "%llu bytes cannot be had", (unsigned long long)size);
	PROP(p, mm_walk_unused(w->m) == before - want, "%llu bytes cost %llu pages, not %llu",
	     (unsigned long long)size, (unsigned long long)(before - mm_walk_unused(w->m)),
	     (unsigned long long)want);
	for (i = 0; i < want; i++)
		PROP(p, page[i].refcount == 1, "page %llu of %llu has %d references",
		     (unsigned long long)i, (unsigned long long)want, page[i].refcount);
	PROP(p, mm_checker_after_op(w->checker), "%s", w->checker->report.first.text);
	mm_page_alloc_exact_free(x, page, size);
	PROP(p, mm_walk_unused(w->m) == before, "%llu bytes do not come back",
	     (unsigned long long)size);
	PROP(p, mm_checker_after_op(w->checker), "%s", w->checker->report.first.text);
}

static void exact_is_exact(struct mm_prop_run *p)
{
	struct mm_machine *m;
	struct mm_walk w;
	uint64_t n;

	if (!mm_walk_open(&w, p, MACHINE))
		return;
	for (n = 1; n <= 64 && !p->failures; n++) {
		check_exact(p, &w, n * 4096, n);
		check_exact(p, &w, n * 4096 - 4095, n);
		check_exact(p, &w, n * 4096 - prop_below(p, 4096), n);
	}
	m = w.m;
	PROP(p, !m->nr_outcomes, "a good request is complained about");
	PROP(p,
	     !mm_page_alloc_exact(&w.run->ctx[0], 0, MM_GFP_KERNEL) &&
		     !mm_page_alloc_exact(&w.run->ctx[0], 64 * 4096 + 1, MM_GFP_KERNEL) &&
		     !mm_page_alloc_exact(&w.run->ctx[0], UINT64_MAX, MM_GFP_KERNEL) &&
		     m->outcomes[MM_OUTCOME_WARN_ORDER] == 3,
	     "nothing, too much and far too much are served");
	PROP(p,
	     mm_page_alloc_exact(&w.run->ctx[0], 8192, MM_GFP_HIGHUSER | MM_GFP_COMP) &&
		     m->outcomes[MM_OUTCOME_WARN_GFP] == 1,
	     "COMP and HIGHMEM are not complained about");
	mm_walk_close(&w);
}

/* ---- by address ---- */

static void addresses_lead_back(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M normal=2M highmem=3M max_order=6", NULL);
	uint64_t before = m ? mm_walk_unused(m) : 0;
	struct mm_ctx x;
	uint64_t a;
	uint64_t b;
	int i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (i = 0; i < 100; i++) {
		a = mm_page_alloc_pages(&x, 1, MM_GFP_HIGHUSER_MOVABLE);
		PROP(p, a % 8192 == 0 && mm_page_alloc_at(m, a)->zone == MM_ZONE_NORMAL,
		     "an address in HighMem: 0x%llx", (unsigned long long)a);
		b = mm_page_alloc_zeroed(&x, MM_GFP_KERNEL);
		PROP(p, b && mm_ram_is_zero(m, mm_page_pfn(m, mm_page_alloc_at(m, b))),
		     "a zeroed page is not");
		mm_page_alloc_pages_free(&x, a, 1);
		mm_page_alloc_pages_free(&x, b, 0);
		mm_page_alloc_pages_free(&x, 0, 3);
	}
	PROP(p, mm_walk_unused(m) == before && !m->nr_outcomes,
	     "not all came back, or with complaints");
	PROP(p, !mm_page_alloc_pages(&x, 7, MM_GFP_KERNEL | MM_GFP_NOWARN), "an order too large");
	mm_machine_destroy(m);
}

/* ---- bulk ---- */

/* An array with a random pattern of holes, filled and compared with what it was. */
static void check_fill(struct mm_prop_run *p, struct mm_ctx *x, struct page **slots,
		       unsigned int nr)
{
	struct page *was[SLOTS];
	unsigned int filled;
	unsigned int i;
	unsigned int k;

	memcpy(was, slots, sizeof(was));
	filled = mm_page_alloc_bulk(x, MM_GFP_KERNEL | MM_GFP_MOVABLE, nr, slots);
	PROP(p, filled <= nr, "%u of %u slots", filled, nr);
	for (i = 0; i < SLOTS; i++) {
		PROP(p, !was[i] || slots[i] == was[i], "slot %u was full and has another page", i);
		PROP(p, i < filled || slots[i] == was[i], "slot %u is beyond the answer %u", i,
		     filled);
		PROP(p, i >= filled || slots[i], "slot %u is empty, the answer is %u", i, filled);
		for (k = 0; k < i && slots[i]; k++)
			PROP(p, slots[k] != slots[i], "slots %u and %u have one page", k, i);
	}
}

static void holes_are_filled(struct mm_prop_run *p)
{
	struct page *slots[SLOTS] = {NULL};
	struct mm_walk w;
	unsigned int i;
	int turn;

	if (!mm_walk_open(&w, p, MACHINE))
		return;
	for (turn = 0; turn < 60 && !p->failures; turn++) {
		struct mm_ctx *x = &w.run->ctx[turn & 1];

		if (prop_below(p, 8) == 0)
			x->pcp_contended = 1;
		check_fill(p, x, slots, (unsigned int)prop_below(p, SLOTS + 1));
		PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
		for (i = 0; i < SLOTS; i++) {
			if (!slots[i] || prop_below(p, 3))
				continue;
			mm_page_alloc_put(x, slots[i], 0);
			slots[i] = NULL;
		}
		PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
	}
	PROP(p, mm_checker_sweep(w.checker), "%s", w.checker->report.first.text);
	mm_walk_close(&w);
}

/* The number that comes, with so many free pages above the low mark: all, or one. */
static void marks_hold_for_all_of_them(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(MACHINE, NULL);
	unsigned int spare;

	PROP(p, m, "the machine does not boot");
	for (spare = 0; spare < 24; spare++) {
		struct page *slots[8] = {NULL};
		const struct zone *z = &m->zones[MM_ZONE_NORMAL];
		unsigned int got;
		struct mm_ctx x;

		mm_machine_reset(m);
		mm_ctx_init(&x, m, 0);
		while (mm_vmstat_zone(z, MM_NR_FREE_PAGES) >
		       z->wmark[MM_WMARK_LOW] + z->lowmem_reserve[MM_ZONE_NORMAL] + spare) {
			struct page *page =
				mm_page_alloc_get(&x, 0, MM_GFP_KERNEL | MM_GFP_MEMALLOC);

			PROP(p, page, "the zone does not run dry");
			mm_pcp_drain(&x, NULL, 0);
		}
		got = mm_page_alloc_bulk(&x, MM_GFP_KERNEL, 8, slots);
		PROP(p, got == (spare > 8 ? 8 : 1), "%u above low: %u pages came", spare, got);
	}
	mm_machine_destroy(m);
}

static void told_to_fail(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(MACHINE, NULL);
	struct page *slots[4] = {NULL};
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	mm_failpoint_arm(&x, 1);
	PROP(p, mm_page_alloc_bulk(&x, MM_GFP_KERNEL, 4, slots) == 0 && !slots[0],
	     "told to fail, and pages came");
	PROP(p, mm_page_alloc_bulk(&x, MM_GFP_KERNEL, 4, slots) == 4, "one failure became two");
	PROP(p,
	     mm_page_alloc_bulk(&x, MM_GFP_KERNEL, 4, slots) == 4 &&
		     mm_page_alloc_bulk(&x, MM_GFP_KERNEL, 0, slots) == 0,
	     "a full array, and none");
	mm_machine_destroy(m);
}

/* ---- contents ---- */

static void dirty(struct mm_ctx *x, const struct page *page, unsigned int order)
{
	uint64_t pfn = pfn_of_page(x, page);
	uint64_t i;

	for (i = 0; i < (uint64_t)1 << order; i++)
		mm_ram_write(x, pfn_of(pfn + i), 4000, 0x5a);
}

static bool all_zero(const struct mm_ctx *x, const struct page *page, unsigned int order)
{
	uint64_t i;

	for (i = 0; i < (uint64_t)1 << order; i++) {
		if (!mm_ram_is_zero(x->m, pfn_of(pfn_of_page(x, page) + i)))
			return false;
	}
	return true;
}

/* By switches of the machine and the bit: is a new block zero, is a freed one? */
static void zero_when_it_has_to_be(struct mm_prop_run *p)
{
	static const char *const kinds[] = {"tag", "full"};
	int i;

	for (i = 0; i < 32; i++) {
		bool on_alloc = i & 1;
		bool on_free = i & 2;
		bool bit = i & 4;
		unsigned int order = i & 8 ? 2 : 0;
		char text[160];
		struct mm_machine *m;
		struct page *page;
		struct mm_ctx x;

		(void)snprintf(text, sizeof(text),
			       "%s contents=%s init_on_alloc=%s init_on_free=%s", MACHINE,
			       kinds[i >> 4 & 1], on_alloc ? "on" : "off", on_free ? "on" : "off");
		m = mm_boot(text, NULL);
		PROP(p, m, "%s does not boot", text);
		mm_ctx_init(&x, m, 0);
		page = mm_page_alloc_get(&x, order, MM_GFP_KERNEL | (bit ? MM_GFP_ZERO : 0));
		PROP(p, page && all_zero(&x, page, order) == (on_alloc || on_free || bit),
		     "%s, ZERO %d: a new block is zero or not", text, bit);
		dirty(&x, page, order);
		mm_page_alloc_put(&x, page, order);
		PROP(p, all_zero(&x, page, order) == on_free, "%s: a freed block is zero or not",
		     text);
		page = mm_page_alloc_get(&x, order, MM_GFP_KERNEL | (bit ? MM_GFP_ZERO : 0));
		PROP(p, page && all_zero(&x, page, order) == (on_alloc || on_free || bit),
		     "%s, ZERO %d: a used block is zero or not", text, bit);
		mm_machine_reset(m);
		PROP(p, mm_ram_is_zero(m, pfn_of(5)) == on_free, "%s: after a reset", text);
		mm_machine_destroy(m);
	}
}

const struct mm_prop mm_pages_props[] = {
	{"pages.any_frame_leads_to_the_head", any_frame_leads_to_the_head, 1},
	{"pages.damaged_tails_are_found", damaged_tails_are_found, 2},
	{"pages.split_pages_are_freed_one_by_one", split_pages_are_freed_one_by_one, 3},
	{"pages.exact_is_exact", exact_is_exact, 1},
	{"pages.addresses_lead_back", addresses_lead_back, 1},
	{"pages.holes_are_filled", holes_are_filled, 10},
	{"pages.marks_hold_for_all_of_them", marks_hold_for_all_of_them, 1},
	{"pages.bulk_fails_when_told_to", told_to_fail, 1},
	{"pages.zero_when_it_has_to_be", zero_when_it_has_to_be, 1},
	{NULL, NULL, 0},
};
