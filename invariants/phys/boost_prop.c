/* SPDX-License-Identifier: MIT */
/* boost properties: the cap, who need not heed a boost, and what ends one. */
#include "mm/boost.h"

#include "mm/kswapd.h"
#include "mm/page_alloc.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#include <string.h>

/* Largest of pageblock and high * factor / 10000, both by counting up. */
static uint64_t cap_by_counting(const struct mm_boost_input *in)
{
	uint64_t most = 0;

	while ((most + 1) * 10000 <= in->high * in->factor)
		most++;
	if (in->pages < 4 * in->pageblock || most == 0)
		return 0;
	return most < in->pageblock ? in->pageblock : most;
}

static void check_factors(struct mm_prop_run *p, struct mm_boost_input *in)
{
	static const uint64_t factors[] = {0, 1, 100, 5000, 9999, 10000, 10001, 15000, 40000};
	size_t f;

	for (f = 0; f < sizeof(factors) / sizeof(factors[0]); f++) {
		in->factor = factors[f];
		PROP(p, mm_boost_cap(in) == cap_by_counting(in),
		     "%llu pages, high %llu, pageblock %llu, factor %llu",
		     (unsigned long long)in->pages, (unsigned long long)in->high,
		     (unsigned long long)in->pageblock, (unsigned long long)in->factor);
	}
}

static void cap_of_all_small_zones(struct mm_prop_run *p)
{
	struct mm_boost_input in;

	for (in.pages = 0; in.pages < 40; in.pages++) {
		for (in.high = 0; in.high < 20; in.high++) {
			for (in.pageblock = 1; in.pageblock <= 16; in.pageblock *= 2)
				check_factors(p, &in);
		}
	}
}

/* What kswapd saw may be more than what is left, or less than what came since. */
static void no_more_is_dropped_than_there_is(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 pageblock_order=3", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	struct mm_ctx x;
	uint64_t boost;
	uint64_t pages;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (boost = 0; boost < 6; boost++) {
		for (pages = 0; pages < 9; pages++) {
			z->boost = boost;
			mm_boost_drop(&x, z, pages);
			PROP(p, z->boost == (pages < boost ? boost - pages : 0),
			     "%llu of %llu: %llu are left", (unsigned long long)pages,
			     (unsigned long long)boost, (unsigned long long)z->boost);
		}
	}
	mm_machine_destroy(m);
}

/* The numbers of a kernel: 4 GiB Normal with a high mark of 16200, pageblocks of 512;
 * the same with the largest factor there is, where the product has 46 bits. */
static void cap_of_a_kernel(struct mm_prop_run *p)
{
	struct mm_boost_input in = {1376256, 16200, 512, 15000};

	PROP(p, mm_boost_cap(&in) == 24300, "default factor: %llu",
	     (unsigned long long)mm_boost_cap(&in));
	in.factor = INT32_MAX;
	PROP(p, mm_boost_cap(&in) == 3478923508u, "largest factor: %llu",
	     (unsigned long long)mm_boost_cap(&in));
	in.factor = 100;
	PROP(p, mm_boost_cap(&in) == 512, "a hundredth: %llu",
	     (unsigned long long)mm_boost_cap(&in));
}

/*
 * Which of all small requests pass with a boost: those that leave mark and boost, and
 * an urgent single page that leaves what it would have to without one.
 */
static void urgent_single_pages_ignore_it(struct mm_prop_run *p)
{
	static const uint32_t rights[] = {0, MM_ALLOC_MIN_RESERVE,
					  MM_ALLOC_MIN_RESERVE | MM_ALLOC_NON_BLOCK, MM_ALLOC_OOM,
					  MM_ALLOC_WMARK_LOW | MM_ALLOC_MIN_RESERVE};
	struct mm_machine *m = mm_boot("ram=1M max_order=5 pageblock_order=3", NULL);
	struct zone *z;
	unsigned int n;

	PROP(p, m, "the machine does not boot");
	z = &m->zones[MM_ZONE_NORMAL];
	for (n = 0; n < 5 * 2 * 8 * 80; n++) {
		const uint32_t flags = rights[n % 5];
		const unsigned int order = n / 5 % 2;
		const uint64_t with = z->wmark[flags & MM_ALLOC_WMARK_MASK] + n / 10 % 8;
		const int64_t seen = n / 80;
		bool want;

		z->boost = n / 10 % 8;
		z->vm_stat[MM_NR_FREE_PAGES] = seen;
		want = seen - (int64_t)order > (int64_t)mm_watermark_effective(with, flags);
		if (flags != MM_ALLOC_OOM && flags && !(flags & MM_ALLOC_WMARK_LOW) && !order)
			want |= seen > (int64_t)mm_watermark_effective(with - z->boost, flags);
		PROP(p, mm_watermark_fast(m, z, order, with, MM_ZONE_NORMAL, flags) == want,
		     "%lld free, order %u, mark and boost %llu, boost %llu, flags 0x%x",
		     (long long)seen, order, (unsigned long long)with, (unsigned long long)z->boost,
		     flags);
	}
	mm_machine_destroy(m);
}

/* Movable pages in all but three frames of one pageblock, and a kernel page there. */
static void mix(struct mm_ctx *x)
{
	static const unsigned int orders[] = {6, 5, 4, 3, 2, 0};
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		(void)mm_page_alloc_get(x, orders[i], MM_GFP_NOWAIT | MM_GFP_MOVABLE);
	(void)mm_page_alloc_get(x, 0, MM_GFP_NOWAIT);
}

/* Which sysctls take a boost back, and which only limit the next. */
static void sysctls_that_move_marks_end_it(struct mm_prop_run *p)
{
	static const struct {
		const char *name;
		uint64_t value;
		bool ends;
	} rows[] = {
		{"watermark_boost_factor", 0, false},        {"lowmem_reserve_ratio[2]", 7, false},
		{"percpu_pagelist_high_fraction", 8, false}, {"min_free_kbytes", 16, true},
		{"watermark_scale_factor", 11, true},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mm_machine *m =
			mm_boot("ram=512K max_order=6 pageblock_order=3 min_free_kbytes=4", NULL);
		const char *name = rows[i].name;
		struct mm_ctx x;
		uint64_t before;

		PROP(p, m, "the machine does not boot");
		mm_ctx_init(&x, m, 0);
		mix(&x);
		before = m->zones[MM_ZONE_NORMAL].boost;
		PROP(p, before, "mixing types does not boost");
		PROP(p,
		     mm_page_alloc_sysctl(&x, (size_t)mm_sysctl_find(name, strlen(name)),
					  rows[i].value) == 0,
		     "%s is refused", name);
		PROP(p, m->zones[MM_ZONE_NORMAL].boost == (rows[i].ends ? 0 : before),
		     "%s: boost %llu, was %llu", name,
		     (unsigned long long)m->zones[MM_ZONE_NORMAL].boost,
		     (unsigned long long)before);
		mm_machine_destroy(m);
	}
}

/* ---- plantings ---- */

static void pages_that_nothing_gives(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_DMA].boost = 1;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
}

static void step_beyond_the_cap(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_zone_boost, MM_ZONE_NORMAL, 0, 1000000, 1);
}

static void nobody_is_told(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_NORMAL].flags |= MM_ZONE_BOOSTED;
	mm_touch(v->x, MM_OBJ_TUNING, mm_vmstat_flags_id(v->m, &v->m->zones[MM_ZONE_NORMAL]));
}

static void told_of_no_boost(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_alloc_wake, MM_ZONE_NORMAL, 0, MM_ZONE_NORMAL, 1);
}

static const struct mm_plant plants[] = {
	{"watermark.boost", pages_that_nothing_gives, NULL, false},
	{"watermark.boost_cap", step_beyond_the_cap, "watermark.boost", true},
	{"watermark.boost_wake", nobody_is_told, NULL, false},
	{"watermark.boost_wake", told_of_no_boost, "kswapd.wake", true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_boost_props[] = {
	{"boost.cap_of_all_small_zones", cap_of_all_small_zones, 1},
	{"boost.cap_of_a_kernel", cap_of_a_kernel, 1},
	{"boost.no_more_is_dropped_than_there_is", no_more_is_dropped_than_there_is, 1},
	{"boost.urgent_single_pages_ignore_it", urgent_single_pages_ignore_it, 1},
	{"boost.sysctls_that_move_marks_end_it", sysctls_that_move_marks_end_it, 1},
	{"boost." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
