/* SPDX-License-Identifier: MIT */
/* page_poison properties: which rule holds, what is reported, plantings. */
#include "mm/page_poison.h"

#include "mm/page_alloc.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <string.h>

#define MACHINE "ram=1M max_order=5 pageblock_order=3"

static bool all_are(const struct mm_machine *m, uint64_t pfn, unsigned int order, uint8_t value)
{
	uint64_t end = pfn + ((uint64_t)1 << order);
	uint64_t at;

	for (; pfn < end; pfn++) {
		for (at = 0; at < MM_PAGE_SIZE; at++) {
			if (mm_ram_read(m, pfn_of(pfn), at) != value)
				return false;
		}
	}
	return true;
}

/* Poisoning takes the place of what is said of zeroing, but for who asks for zeroes. */
static void poison_comes_before_zeroing(struct mm_prop_run *p)
{
	static const char *const text[] = {
		MACHINE " page_poison=on contents=full",
		MACHINE " page_poison=on contents=full init_on_free=on",
		MACHINE " page_poison=on contents=full init_on_alloc=on",
		MACHINE " page_poison=on contents=tag init_on_alloc=on init_on_free=on",
		MACHINE " page_poison=on pcp=on contents=tag init_on_free=on"};
	uint32_t gfp = MM_GFP_KERNEL | (prop_below(p, 2) ? MM_GFP_ZERO : 0);
	unsigned int order = (unsigned int)prop_below(p, 4);
	uint8_t fresh = gfp & MM_GFP_ZERO ? 0 : 0xaa;
	struct mm_machine *m = mm_boot(text[prop_below(p, 5)], NULL);
	struct mm_ctx x;
	int i;

	PROP(p, m, "no machine");
	mm_ctx_init(&x, m, 0);
	for (i = 0; i < 3; i++) {
		struct page *page = mm_page_alloc_get(&x, order, gfp);
		uint64_t pfn = page ? pfn_raw(mm_page_pfn(m, page)) : 0;

		PROP(p, page && all_are(m, pfn, order, fresh), "round %d: a new block is not 0x%x",
		     i, fresh);
		mm_ram_write(&x, pfn_of(pfn), prop_below(p, MM_PAGE_SIZE), 7);
		mm_page_alloc_put(&x, page, order);
		PROP(p, all_are(m, pfn, order, 0xaa), "round %d: a freed block is not 0xaa", i);
	}
	PROP(p, !m->nr_outcomes, "%llu outcomes, and nobody wrote where he should not",
	     (unsigned long long)m->nr_outcomes);
	mm_machine_destroy(m);
}

static unsigned int nr_bits(unsigned int v)
{
	unsigned int n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

/* Some writes to one free page: what differs in the end is told, and nothing else. */
static void each_change_is_told_once(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(MACHINE " page_poison=on contents=full", NULL);
	uint8_t byte[MM_PAGE_SIZE];
	uint64_t nr = 1 + prop_below(p, 3);
	unsigned int changed = 0;
	unsigned int bits = 0;
	struct page *page;
	struct mm_ctx x;
	uint64_t pfn;
	uint64_t i;

	PROP(p, m, "no machine");
	mm_ctx_init(&x, m, 0);
	page = mm_page_alloc_get(&x, 0, MM_GFP_KERNEL);
	pfn = pfn_raw(mm_page_pfn(m, page));
	PROP(p, mm_page_poison_scribble(&x, pfn, 0, 1) == -MM_EBUSY, "it is not free");
	PROP(p, mm_page_poison_scribble(&x, pfn, MM_PAGE_SIZE, 1) == -MM_EINVAL, "no such byte");
	mm_page_alloc_put(&x, page, 0);
	memset(byte, 0xaa, sizeof(byte));
	while (nr-- > 0) {
		uint64_t at = prop_below(p, 4);
		uint64_t change = prop_below(p, 3);
		uint8_t v = (uint8_t)(0xaa ^ (change << prop_below(p, 7)));

		PROP(p, !mm_page_poison_scribble(&x, pfn, at, v), "it is free");
		byte[at] = v;
	}
	for (i = 0; i < sizeof(byte); i++) {
		changed += byte[i] != 0xaa;
		bits += nr_bits((unsigned int)byte[i] ^ 0xaa);
	}
	PROP(p, mm_page_alloc_get(&x, 0, MM_GFP_KERNEL | MM_GFP_ZERO) == page, "another page");
	PROP(p,
	     m->nr_outcomes == (changed != 0) && m->outcomes[MM_OUTCOME_BIT_ERROR] == (bits == 1) &&
		     m->outcomes[MM_OUTCOME_CORRUPTION] == (bits > 1),
	     "%u bytes changed, %u bits: %llu outcomes", changed, bits,
	     (unsigned long long)m->nr_outcomes);
	PROP(p, mm_ram_is_zero(m, pfn_of(pfn)), "who asked for zeroes has none");
	prop_cover(p, 10, "one bit", bits == 1);
	prop_cover(p, 10, "more", bits > 1);
	prop_cover(p, 10, "as it was", !changed);
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

static uint64_t free_pfn(const struct mm_machine *m)
{
	uint64_t pfn = 0;

	while (!(m->memmap[pfn].flags & MM_PG_BUDDY))
		pfn++;
	return pfn;
}

/* A free page is filled with something else, by nobody who took it. */
static void a_free_page_changes(struct mm_victim *v)
{
	mm_ram_fill(v->x, pfn_of(free_pfn(v->m)), 1, 0x55);
}

/* Taken back, and nobody wrote the pattern. */
static void freed_without_the_pattern(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_D);

	mm_ram_fill(v->x, pfn_of(pfn), 1, 0);
	mm_page_alloc_put(v->x, &v->m->memmap[pfn], 0);
	mm_ram_fill(v->x, pfn_of(pfn), 1, 0);
}

static void told_of_a_sound_page(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_poison, free_pfn(v->m), 0, 63, 0);
}

static void told_of_other_bytes(struct mm_victim *v)
{
	uint64_t pfn = free_pfn(v->m);

	mm_ram_write(v->x, pfn_of(pfn), 100, 1);
	mm_event(v->x, MM_EV_mm_page_poison, pfn, 0, 127, 0);
}

/* Looked at by nobody when it is handed out. */
static void changed_and_not_told(struct mm_victim *v)
{
	uint64_t pfn;

	for (pfn = 0; pfn < v->m->max_pfn; pfn++) {
		if (mm_page_valid(v->m, pfn_of(pfn)) && mm_page_poison_is_free(v->m, pfn))
			mm_ram_write(v->x, pfn_of(pfn), 100, 1);
	}
	v->m->contents_rules = 0;
	(void)mm_page_alloc_get(v->x, 0, MM_GFP_KERNEL);
}

static const struct mm_plant plants[] = {
	{"poison.free_content", a_free_page_changes, NULL, false},
	{"poison.free_content", freed_without_the_pattern, NULL, false},
	{"poison.report", told_of_a_sound_page, NULL, true},
	{"poison.report", told_of_other_bytes, NULL, true},
	{"poison.report", changed_and_not_told, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_debug(p, plants);
}

const struct mm_prop mm_page_poison_props[] = {
	{"page_poison.poison_comes_before_zeroing", poison_comes_before_zeroing, 20},
	{"page_poison.each_change_is_told_once", each_change_is_told_once, 60},
	{"page_poison." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
