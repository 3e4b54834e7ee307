/* SPDX-License-Identifier: MIT */
/*
 * guard_prop: guards beside blocks of every order, and what is left of them when all
 * is given back.
 */
#include "mm/buddy.h"
#include "mm/page_alloc.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <stdio.h>

#define HELD_MAX 48

extern const struct mm_prop mm_guard_props[];

/* Frames of guards, by their marks. */
static uint64_t frames_of_guards(const struct mm_machine *m)
{
	uint64_t n = 0;
	uint64_t pfn;

	for (pfn = 0; pfn < m->max_pfn; pfn++) {
		if (m->memmap[pfn].flags & MM_PG_GUARD)
			n += (uint64_t)1 << m->memmap[pfn].order;
	}
	return n;
}

/* No block below the minimum is on a list, but where memory ends; all come back. */
static void guards_come_and_go(struct mm_prop_run *p)
{
	unsigned int minorder = 1 + (unsigned int)prop_below(p, 3);
	struct page *held[HELD_MAX] = {NULL};
	unsigned int order[HELD_MAX] = {0};
	char machine[120];
	uint64_t most = 0;
	struct mm_walk w;
	int i;

	(void)snprintf(machine, sizeof(machine),
		       "ram=1M max_order=6 pageblock_order=3 min_free_kbytes=16 "
		       "debug_guardpage_minorder=%u",
		       minorder);
	if (!mm_walk_open(&w, p, machine))
		return;
	for (i = 0; i < 600; i++) {
		size_t at = (size_t)prop_below(p, HELD_MAX);
		unsigned int o;

		if (held[at]) {
			mm_page_alloc_put(&w.run->ctx[0], held[at], order[at]);
			held[at] = NULL;
		} else {
			order[at] = (unsigned int)prop_below(p, 4);
			held[at] = mm_page_alloc_get(&w.run->ctx[0], order[at], MM_GFP_KERNEL);
		}
		for (o = 0; o < minorder; o++)
			PROP(p, !w.m->zones[MM_ZONE_NORMAL].free_area[o].nr_free,
			     "a block of order %u is on a list", o);
		most = frames_of_guards(w.m) > most ? frames_of_guards(w.m) : most;
		PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
	}
	PROP(p, mm_checker_sweep(w.checker), "%s", w.checker->report.first.text);
	for (i = 0; i < HELD_MAX; i++) {
		if (held[i])
			mm_page_alloc_put(&w.run->ctx[0], held[i], order[i]);
	}
	PROP(p, most && !frames_of_guards(w.m), "%llu frames are guards, at most %llu were",
	     (unsigned long long)frames_of_guards(w.m), (unsigned long long)most);
	PROP(p, mm_vmstat_free_exact(w.m) == w.m->zones[MM_ZONE_NORMAL].managed,
	     "guards are back, and frames are missing");
	mm_walk_close(&w);
}

/* ---- plantings ---- */

static struct page *a_guard(const struct mm_victim *v)
{
	uint64_t pfn;

	for (pfn = 0; pfn < v->m->max_pfn; pfn++) {
		if (v->m->memmap[pfn].flags & MM_PG_GUARD)
			return &v->m->memmap[pfn];
	}
	prop_fail(v->p, __FILE__, __LINE__, "no guard to harm");
	return &v->m->memmap[0];
}

static void merged_and_not_counted(struct mm_victim *v)
{
	const struct page *g = a_guard(v);

	mm_event(v->x, MM_EV_mm_guard, pfn_raw(mm_page_pfn(v->m, g)), g->order, g->zone, 0, 100,
		 100);
}

static void the_mark_is_gone(struct mm_victim *v)
{
	struct page *g = a_guard(v);

	mm_page_flag_clear(v->x, g, MM_PG_GUARD);
	g->order = 0;
}

static void a_page_in_use_is_a_guard(struct mm_victim *v)
{
	mm_page_flag_set(v->x, &v->m->memmap[mm_victim_held(v, VICTIM_D)], MM_PG_GUARD);
}

static void a_half_stays_on_its_list(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_alloc_zone_locked, mm_victim_held(v, VICTIM_A) + 64, 0,
		 MM_MIGRATE_MOVABLE, 1, MM_ZONE_NORMAL);
}

static const struct mm_plant plants[] = {
	{"guard.accounting", merged_and_not_counted, NULL, true},
	{"guard.block", the_mark_is_gone, NULL, false},
	{"guard.block", a_page_in_use_is_a_guard, "page_owner.alloc_bit", false},
	{"guard.block", a_half_stays_on_its_list, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_debug(p, plants);
}

const struct mm_prop mm_guard_props[] = {
	{"guard.guards_come_and_go", guards_come_and_go, 20},
	{"guard." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
