/* SPDX-License-Identifier: MIT */
/* page_owner properties: what is printed is what is held, and plantings. */
#include "mm/page_owner.h"

#include "mm/page_alloc.h"
#include "mm/page_ext.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <stdlib.h>
#include <string.h>

#define HELD_MAX 24

/* Lines that begin so in what is printed. */
static unsigned int lines_printed(const struct mm_machine *m, const char *start)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	unsigned int n = 0;
	const char *at;

	if (!f)
		return UINT32_MAX;
	mm_page_owner_print(m, f);
	(void)fclose(f);
	for (at = text; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		n += strncmp(at, start, strlen(start)) == 0;
	free(text);
	return n;
}

/* A line for each block that is held, by order; none when all is back. */
static void each_block_has_a_line(struct mm_prop_run *p)
{
	struct page *held[HELD_MAX] = {NULL};
	unsigned int nr[4] = {0};
	struct mm_walk w;
	unsigned int o;
	int i;

	if (!mm_walk_open(&w, p, "ram=2M max_order=6 pageblock_order=3 pcp=on page_owner=on"))
		return;
	for (i = 0; i < HELD_MAX; i++) {
		o = (unsigned int)prop_below(p, 4);
		held[i] = mm_page_alloc_get(&w.run->ctx[0], o, MM_GFP_KERNEL);
		nr[o] += held[i] != NULL;
	}
	for (o = 0; o < 4; o++) {
		char start[40];

		(void)snprintf(start, sizeof(start), "Page allocated via order %u, ", o);
		PROP(p, lines_printed(w.m, start) == nr[o], "order %u: %u blocks are held", o,
		     nr[o]);
	}
	PROP(p, lines_printed(w.m, "PFN 0x") == HELD_MAX, "not a frame for each");
	PROP(p, mm_checker_after_op(w.checker) && mm_checker_sweep(w.checker), "%s",
	     w.checker->report.first.text);
	for (i = 0; i < HELD_MAX; i++) {
		if (held[i])
			mm_page_alloc_put(&w.run->ctx[0], held[i], held[i]->order);
	}
	PROP(p, lines_printed(w.m, "Page") == 0, "all is back, and somebody has a page");
	mm_walk_close(&w);
}

/* ---- plantings ---- */

static void a_free_page_is_in_use(struct mm_victim *v)
{
	uint64_t pfn = 0;

	while (!(v->m->memmap[pfn].flags & MM_PG_BUDDY))
		pfn++;
	*(unsigned char *)mm_page_ext_of(v->m, pfn, MM_PAGE_EXT_FLAGS) |= MM_PAGE_OWNER_IN_USE;
	mm_touch(v->x, MM_OBJ_FRAME, pfn);
}

static void a_held_page_is_not(struct mm_victim *v)
{
	mm_page_owner_reset(v->x, &v->m->memmap[mm_victim_held(v, VICTIM_D)], 0);
}

static void half_of_a_block_is_split(struct mm_victim *v)
{
	mm_page_owner_split(v->x, &v->m->memmap[mm_victim_held(v, VICTIM_A)], 2);
}

static void another_mask(struct mm_victim *v)
{
	mm_page_owner_set(v->x, &v->m->memmap[mm_victim_held(v, VICTIM_B)], 2, MM_GFP_ATOMIC);
}

/* The same mask and order, by a task on another CPU. */
static void taken_by_another(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_B);
	struct mm_page_owner o = mm_page_owner_get(v->m, pfn);
	struct mm_ctx x = *v->x;

	x.cpu = 1;
	mm_page_owner_set(&x, &v->m->memmap[pfn], o.order, o.gfp);
}

/* It is back, and nobody gave it. */
static void freed_without_a_giver(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_B);
	unsigned char *r = mm_page_ext_of(v->m, pfn, MM_PAGE_EXT_OWNER);

	memset(r + mm_page_ext_part(MM_PAGE_EXT_OWNER) - 8, 0xff, 8);
	mm_touch(v->x, MM_OBJ_FRAME, pfn);
}

static const struct mm_plant plants[] = {
	{"page_owner.alloc_bit", a_free_page_is_in_use, NULL, false},
	{"page_owner.alloc_bit", a_held_page_is_not, NULL, false},
	{"page_owner.alloc_bit", half_of_a_block_is_split, NULL, false},
	{"page_owner.alloc_bit", another_mask, NULL, false},
	{"page_owner.who_and_when", taken_by_another, NULL, false},
	{"page_owner.who_and_when", freed_without_a_giver, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_debug(p, plants);
}

/* Years after boot a time has all its bytes. */
static void times_are_kept_whole(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=1M max_order=5 pageblock_order=3 page_owner=on", NULL);
	const uint64_t then = UINT64_C(0x8123456789abcdef);
	struct mm_page_owner o;
	struct page *page;
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	m->clock_ns = then;
	page = mm_page_alloc_get(&x, 0, MM_GFP_KERNEL);
	PROP(p, page, "there is no page");
	m->clock_ns = then + 1;
	mm_page_alloc_put(&x, page, 0);
	o = mm_page_owner_get(m, pfn_raw(mm_page_pfn(m, page)));
	PROP(p, o.ns == then && o.free_ns == then + 1, "from 0x%llx to 0x%llx",
	     (unsigned long long)o.ns, (unsigned long long)o.free_ns);
	mm_machine_destroy(m);
}

/* There may be a record for an owner that nobody keeps. */
static void nothing_is_known_without_records(struct mm_prop_run *p)
{
	static const char *const machines[] = {
		"ram=1M max_order=5 pageblock_order=3",
		"ram=1M max_order=5 pageblock_order=3 page_ext=owner"};
	static const struct mm_page_owner none;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct mm_machine *m = mm_boot(machines[i], NULL);
		struct mm_page_owner o;
		struct page *page;
		struct mm_ctx x;

		PROP(p, m, "%s does not boot", machines[i]);
		mm_ctx_init(&x, m, 0);
		page = mm_page_alloc_get(&x, 0, MM_GFP_KERNEL);
		PROP(p, page, "%s has no page", machines[i]);
		o = mm_page_owner_get(m, pfn_raw(mm_page_pfn(m, page)));
		PROP(p, o.flags == none.flags && o.gfp == none.gfp && o.ns == none.ns,
		     "%s: an owner with mask 0x%x", machines[i], o.gfp);
		mm_machine_destroy(m);
	}
}

const struct mm_prop mm_page_owner_props[] = {
	{"page_owner.each_block_has_a_line", each_block_has_a_line, 10},
	{"page_owner.times_are_kept_whole", times_are_kept_whole, 1},
	{"page_owner.nothing_is_known_without_records", nothing_is_known_without_records, 1},
	{"page_owner." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
