/* SPDX-License-Identifier: MIT */
/* kswapd properties: how long it works, by what it can free, and what ends boosts. */
#include "mm/kswapd.h"

#include "mm/page_alloc.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

/* One that frees so many pages a call, and no more in all than it has. */
struct shrinker {
	struct mm_upcalls up;
	uint64_t per_call;
	uint64_t left;
	int calls;
};

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the upcall's own */
static uint64_t shrink(struct mm_ctx *x, int nid, enum mm_zone_type highest, uint64_t nr)
{
	struct shrinker *s = (struct shrinker *)x->m->upcalls;
	uint64_t freed = s->per_call < s->left ? s->per_call : s->left;
	uint64_t pfn;
	uint64_t n = 0;

	(void)nid;
	(void)highest;
	s->calls++;
	freed = freed < nr ? freed : nr;
	for (pfn = 0; pfn < x->m->max_pfn && n < freed; pfn++) {
		struct page *page = &x->m->memmap[pfn];

		if ((page->flags & MM_PG_HEAD) && page->order == 0) {
			mm_page_alloc_put(x, page, 0);
			n++;
		}
	}
	s->left -= n;
	return n;
}

/* A machine that this one serves. */
static bool boot(struct mm_ctx *x, struct shrinker *s)
{
	struct mm_machine *m =
		mm_boot("ram=1M max_order=5 pageblock_order=3 min_free_kbytes=64", NULL);

	if (!m)
		return false;
	s->up.wake_kswapd = mm_kswapd_wake;
	s->up.shrink_node = shrink;
	m->upcalls = &s->up;
	mm_ctx_init(x, m, 0);
	return true;
}

/* Rounds of a node from which nothing is to be had, and of one that has much. */
static void rounds_follow_what_is_freed(struct mm_prop_run *p)
{
	struct shrinker s = {.per_call = 0};
	struct mm_ctx x;
	const struct mm_kswapd *k;
	uint64_t freed;
	int i;

	PROP(p, boot(&x, &s), "the machine does not boot");
	k = mm_kswapd_of(x.m, 0);
	while (mm_page_alloc_get(&x, 0, MM_GFP_NOWAIT))
		p->checks++;
	PROP(p, k->awake, "an empty node does not wake kswapd");
	for (i = 1; i <= MM_KSWAPD_FAILURES_MAX; i++) {
		s.calls = 0;
		freed = mm_kswapd_run(&x, 0, 0);
		PROP(p, !freed && s.calls == MM_KSWAPD_PRIORITY && k->failures == i,
		     "nothing to free: %d rounds, failure %u", s.calls, k->failures);
		PROP(p, k->awake == (i < MM_KSWAPD_FAILURES_MAX), "after %d failures: awake %d", i,
		     k->awake);
	}
	PROP(p, !mm_page_alloc_get(&x, 0, MM_GFP_NOWAIT) && !k->awake,
	     "it is woken in a node that is beyond help");
	mm_machine_destroy(x.m);
}

/* It frees until a zone is above high, and sleeps. */
static void works_until_high(struct mm_prop_run *p)
{
	struct shrinker s = {.per_call = 3, .left = 1000};
	struct mm_ctx x;
	const struct mm_kswapd *k;
	const struct zone *z;
	uint64_t high;
	uint64_t start;
	uint64_t freed = 0;
	int runs = 0;

	PROP(p, boot(&x, &s), "the machine does not boot");
	z = &x.m->zones[MM_ZONE_NORMAL];
	k = mm_kswapd_of(x.m, 0);
	while (mm_page_alloc_get(&x, 0, MM_GFP_NOWAIT))
		p->checks++;
	start = mm_vmstat_zone(z, MM_NR_FREE_PAGES);
	high = z->wmark[MM_WMARK_HIGH];
	for (; k->awake && runs < 100; runs++)
		freed += mm_kswapd_run(&x, 0, 1);
	PROP(p, runs < 100 && start + freed == mm_vmstat_zone(z, MM_NR_FREE_PAGES),
	     "%d rounds, freed %llu", runs, (unsigned long long)freed);
	PROP(p, start + freed > high && start + freed <= high + 3, "%llu free, high is %llu",
	     (unsigned long long)(start + freed), (unsigned long long)high);
	mm_machine_destroy(x.m);
}

/* A boost is worked off gently, and what comes while it works stays. */
static void boost_ends_with_the_work(struct mm_prop_run *p)
{
	struct shrinker s = {.per_call = 4, .left = 1000};
	struct mm_ctx x;
	const struct mm_kswapd *k;
	unsigned int left = 20;
	uint64_t freed;
	struct zone *z;

	PROP(p, boot(&x, &s), "the machine does not boot");
	z = &x.m->zones[MM_ZONE_NORMAL];
	k = mm_kswapd_of(x.m, 0);
	while (left-- > 0)
		(void)mm_page_alloc_get(&x, 0, MM_GFP_KERNEL | MM_GFP_MOVABLE);
	z->boost = 16;
	mm_kswapd_wake(&x, z, 0, MM_ZONE_NORMAL);
	PROP(p, k->awake, "a boost does not wake kswapd");
	freed = mm_kswapd_run(&x, 0, 1);
	PROP(p, freed == 4 && k->boost_left == 12 && k->priority == 11, "first round: %llu, %llu",
	     (unsigned long long)freed, (unsigned long long)k->boost_left);
	freed = mm_kswapd_run(&x, 0, 1);
	PROP(p, freed == 4 && k->priority == 10, "second round: priority %u", k->priority);
	z->boost += 8;
	freed = mm_kswapd_run(&x, 0, 1);
	PROP(p, freed == 4 && k->priority == 10, "third round: priority %u", k->priority);
	freed = mm_kswapd_run(&x, 0, 0);
	PROP(p, freed == 4 && !k->awake && z->boost == 8, "end: freed %llu, boost %llu",
	     (unsigned long long)freed, (unsigned long long)z->boost);
	mm_machine_destroy(x.m);
}

/* Nothing freed for a boost: one round, and the boost is given up. */
static void boost_is_given_up_without_progress(struct mm_prop_run *p)
{
	struct shrinker s = {.per_call = 0};
	struct mm_ctx x;
	struct zone *z;

	PROP(p, boot(&x, &s), "the machine does not boot");
	z = &x.m->zones[MM_ZONE_NORMAL];
	z->boost = 16;
	mm_kswapd_wake(&x, z, 0, MM_ZONE_NORMAL);
	(void)mm_kswapd_run(&x, 0, 0);
	PROP(p, s.calls == 1 && !z->boost && !mm_kswapd_of(x.m, 0)->awake,
	     "%d rounds, boost %llu is left", s.calls, (unsigned long long)z->boost);
	mm_machine_destroy(x.m);
}

/* ---- plantings ---- */

static void touch(const struct mm_victim *v)
{
	mm_touch(v->x, MM_OBJ_KSWAPD, 0);
}

static void marked_without_work(struct mm_victim *v)
{
	const struct zone *z = &v->m->zones[MM_ZONE_NORMAL];

	v->m->zones[MM_ZONE_NORMAL].flags |= MM_ZONE_RECLAIM_ACTIVE;
	mm_touch(v->x, MM_OBJ_TUNING, mm_vmstat_flags_id(v->m, z));
	touch(v);
}

static void awake_for_nothing(struct mm_victim *v)
{
	v->m->kswapd[0].awake = true;
	touch(v);
}

static void failure_of_no_work(struct mm_victim *v)
{
	v->m->kswapd[0].failures++;
	touch(v);
}

static void round_without_work(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_kswapd_round, 0, 12, 0, 0);
}

static void goes_on_though_balanced(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_vmscan_kswapd_sleep, 0, 0, 0);
}

static const struct mm_plant plants[] = {
	{"kswapd.active", marked_without_work, NULL, false},
	{"kswapd.wake", awake_for_nothing, NULL, false},
	{"kswapd.round", failure_of_no_work, NULL, false},
	{"kswapd.round", round_without_work, NULL, true},
	{"kswapd.sleeps_balanced", goes_on_though_balanced, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

/* As one that frees nothing: all rounds, and a failure. */
static void no_reclaim_is_a_failure(struct mm_prop_run *p)
{
	struct shrinker s = {.per_call = 0};
	struct mm_ctx x;
	const struct mm_kswapd *k;

	PROP(p, boot(&x, &s), "the machine does not boot");
	s.up.shrink_node = NULL;
	k = mm_kswapd_of(x.m, 0);
	while (mm_page_alloc_get(&x, 0, MM_GFP_NOWAIT))
		p->checks++;
	PROP(p, k->awake, "an empty node does not wake kswapd");
	PROP(p, mm_kswapd_run(&x, 0, 0) == 0 && k->failures == 1 && !s.calls,
	     "failure %u with nobody to reclaim", k->failures);
	mm_machine_destroy(x.m);
}

/* One bit of a field, there and back. */
static bool in_digest(struct mm_machine *m, void *field, unsigned int bit)
{
	uint8_t *byte = (uint8_t *)field + bit / 8;
	uint64_t before = mm_machine_digest_sweep(m);
	bool moved;

	*byte ^= (uint8_t)(1u << bit % 8);
	moved = mm_machine_digest_sweep(m) != before;
	*byte ^= (uint8_t)(1u << bit % 8);
	return moved && mm_machine_digest_sweep(m) == before;
}

static void each_field_is_in_the_digest(struct mm_prop_run *p)
{
	struct shrinker s = {.per_call = 0};
	struct mm_kswapd *k;
	struct mm_ctx x;
	unsigned int bit;
	size_t i;

	PROP(p, boot(&x, &s), "the machine does not boot");
	k = &x.m->kswapd[0];
	for (i = 0; i < 3; i++) {
		bool *field = (bool *const[]){&k->awake, &k->working, &k->counts_closely}[i];

		PROP(p, in_digest(x.m, field, 0), "flag %zu is not in the digest", i);
	}
	for (i = 0; i < 6; i++) {
		uint8_t *field =
			(uint8_t *const[]){&k->order,      &k->highest,      &k->failures,
					   &k->work_order, &k->work_highest, &k->priority}[i];

		for (bit = 0; bit < 8; bit++)
			PROP(p, in_digest(x.m, field, bit), "bit %u of number %zu is not", bit, i);
	}
	for (i = 0; i < 2 + MM_NR_ZONES; i++) {
		uint64_t *field = i < 2 ? (uint64_t *const[]){&k->boost_left, &k->freed}[i]
					: &k->boost[i - 2];

		for (bit = 0; bit < 64; bit++)
			PROP(p, in_digest(x.m, field, bit), "bit %u of count %zu is not", bit, i);
	}
	mm_machine_destroy(x.m);
}

const struct mm_prop mm_kswapd_props[] = {
	{"kswapd.each_field_is_in_the_digest", each_field_is_in_the_digest, 1},
	{"kswapd.rounds_follow_what_is_freed", rounds_follow_what_is_freed, 1},
	{"kswapd.works_until_high", works_until_high, 1},
	{"kswapd.no_reclaim_is_a_failure", no_reclaim_is_a_failure, 1},
	{"kswapd.boost_ends_with_the_work", boost_ends_with_the_work, 1},
	{"kswapd.boost_is_given_up_without_progress", boost_is_given_up_without_progress, 1},
	{"kswapd." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
