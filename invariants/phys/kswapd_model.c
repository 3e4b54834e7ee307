/* SPDX-License-Identifier: MIT */
/*
 * kswapd model: what each node's kswapd knows and does, from requests that ask for it
 * and pages that are freed while it works.
 *
 *     wake, wake ... begin, round, frees, round, frees ... end
 */
#include "mm/kswapd.h"

#include "mm/check.h"
#include "mm/page.h"

struct worker {
	bool awake;
	int order;
	int highest; /* -1: nobody asked */
	int failures;
	bool working;
	int work_order;
	int work_highest;
	int priority;
	uint64_t boost_left;
	uint64_t freed;

	/* within a round */
	bool in_round;
	bool over; /* by what the last round freed */
	uint64_t target;
	uint64_t got;
};

struct model {
	struct worker at[MM_NODES_MAX];
	bool reclaim; /* on behalf of a request: what it frees is progress, too */
};

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;
	int nid;

	for (nid = 0; nid < m->desc.nr_nodes; nid++)
		md->at[nid].highest = -1;
}

/* ---- balance, from blocks and exact counts ---- */

static uint64_t high_of(const struct zone *z)
{
	return z->wmark[MM_WMARK_HIGH] + z->boost;
}

/*
 * Free pages as kswapd sees them: exactly where drift could hide the min mark.  CPUs that
 * took less than their threshold can leave the zone's own count below 0: it reads as 0.
 */
static int64_t seen(const struct mm_machine *m, const struct zone *z)
{
	int64_t n = z->vm_stat[MM_NR_FREE_PAGES];
	int cpu;

	if (n < 0 && !z->percpu_drift_mark)
		return 0;
	if (n >= (int64_t)z->percpu_drift_mark)
		return n;
	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		n += z->zonestats[cpu].diff[MM_NR_FREE_PAGES];
	return n;
}

/* What is for others: reserved for urgent blocks, or in CMA pageblocks. */
static int64_t kept(const struct zone *z)
{
	int64_t cma = z->vm_stat[MM_NR_FREE_CMA];

	return (int64_t)z->nr_free_highatomic + (cma > 0 ? cma : 0);
}

static bool has_block(const struct mm_machine *m, const struct zone *z, int order)
{
	int t;

	for (; order <= (int)m->desc.max_order; order++) {
		for (t = 0; t < MM_MIGRATE_PCPTYPES; t++) {
			if (!mm_list_empty(&z->free_area[order].free_list[t]))
				return true;
		}
	}
	return false;
}

static bool balanced(const struct mm_machine *m, uint64_t nid, int order, int highest)
{
	bool any = false;
	int i;

	for (i = 0; i <= highest; i++) {
		const struct zone *z = &m->zones[(int)nid * MM_NR_ZONES + i];
		int64_t left = seen(m, z) - (((int64_t)1 << order) - 1) - kept(z);

		if (!mm_zone_pages(z))
			continue;
		any = true;
		if (left > (int64_t)(high_of(z) + z->lowmem_reserve[highest]) &&
		    (!order || has_block(m, z, order)))
			return true;
	}
	return !any;
}

static uint64_t boosts(const struct mm_machine *m, uint64_t nid, int highest)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i <= highest; i++)
		sum += m->zones[(int)nid * MM_NR_ZONES + i].boost;
	return sum;
}

/* ---- steps ---- */

static void on_wake(struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	uint64_t nid = ev->f[0] / MM_NR_ZONES;
	struct worker *w = &md->at[nid];
	int order = (int)ev->f[1];
	int highest = (int)ev->f[2];

	w->order = order > w->order ? order : w->order;
	w->highest = highest > w->highest ? highest : w->highest;
	if (w->failures < 16 && (boosts(m, nid, highest) || !balanced(m, nid, order, highest)))
		w->awake = true;
}

static void on_begin(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	struct worker *w = &md->at[ev->f[0]];

	w->work_highest = w->highest < 0 ? w->work_highest : w->highest;
	w->work_order = w->order;
	MM_CHECK(r, "kswapd.wake",
		 w->awake && !w->working && (int)ev->f[1] == w->work_order &&
			 (int)ev->f[2] == w->work_highest,
		 "node %llu: work begins for order %llu up to zone %llu, due: order %d, zone %d",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1],
		 (unsigned long long)ev->f[2], w->work_order, w->work_highest);
	w->order = 0;
	w->highest = -1;
	w->working = true;
	w->over = false;
	w->priority = 12;
	w->freed = 0;
	w->boost_left = boosts(m, ev->f[0], w->work_highest);
}

/* What a round asks for: all high marks, 32 pages for a small one. */
static uint64_t target(const struct mm_machine *m, uint64_t nid, int highest)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i <= highest; i++) {
		const struct zone *z = &m->zones[(int)nid * MM_NR_ZONES + i];

		if (mm_zone_pages(z))
			sum += high_of(z) < 32 ? 32 : high_of(z);
	}
	return sum;
}

/* The round that ran is over: what follows from the pages that it freed. */
static void close_round(struct worker *w)
{
	bool harder = w->got < w->target && !(w->boost_left && w->priority == 10);

	if (!w->in_round)
		return;
	w->in_round = false;
	w->freed += w->got;
	w->failures = w->got ? 0 : w->failures;
	w->boost_left = w->boost_left > w->got ? w->boost_left - w->got : 0;
	if (w->boost_left && !w->got)
		w->over = true;
	else if (harder || !w->got)
		w->priority--;
	w->over |= w->priority == 0;
}

static void on_round(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	struct worker *w = &md->at[ev->f[0]];
	bool fine = balanced(m, ev->f[0], w->work_order, w->work_highest);

	close_round(w);
	if (!fine && w->boost_left) {
		w->boost_left = 0;
		w->priority = 12;
	}
	MM_CHECK(r, "kswapd.round",
		 w->working && !w->over && (int)ev->f[1] == w->priority &&
			 ev->f[2] == w->boost_left && (ev->f[3] != 0) == fine &&
			 !(fine && !w->boost_left),
		 "node %llu: priority %llu, %llu of boost to go, balanced %llu; due: %d, %llu, %d",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1],
		 (unsigned long long)ev->f[2], (unsigned long long)ev->f[3], w->priority,
		 (unsigned long long)w->boost_left, fine);
	w->in_round = true;
	w->got = 0;
	w->target = target(m, ev->f[0], w->work_highest);
}

static void on_end(struct model *md, struct mm_report *r, const struct mm_machine *m,
		   const struct mm_event *ev)
{
	struct worker *w = &md->at[ev->f[0]];
	bool ran = w->in_round;
	bool fine;

	close_round(w);
	w->failures += ran && w->over && !w->freed;
	fine = balanced(m, ev->f[0], w->work_order, w->work_highest);
	w->working = false;
	w->awake = !fine && w->failures < 16;
	MM_CHECK(r, "kswapd.round", ev->f[1] == w->freed, "node %llu: freed %llu, it says %llu",
		 (unsigned long long)ev->f[0], (unsigned long long)w->freed,
		 (unsigned long long)ev->f[1]);
	MM_CHECK(r, "kswapd.sleeps_balanced", (ev->f[2] != 0) == !w->awake,
		 "node %llu is %s after %d failures, and kswapd %s", (unsigned long long)ev->f[0],
		 fine ? "balanced" : "not balanced", w->failures,
		 ev->f[2] ? "sleeps" : "does not sleep");
}

static void on_free(struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	int nid = m->memmap[ev->f[0]].zone / MM_NR_ZONES;

	if (md->at[nid].in_round)
		md->at[nid].got += (uint64_t)1 << ev->f[1];
}

/* A cached page of a node is given up. */
static void on_given_up(struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	if (md->reclaim)
		md->at[m->memmap[ev->f[0]].zone / MM_NR_ZONES].failures = 0;
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	/* clang-format off */
	switch ((int)ev->kind) {
	case MM_EV_mm_page_alloc_wake:     on_wake(md, m, ev); break;
	case MM_EV_mm_vmscan_kswapd_wake:  on_begin(md, r, m, ev); break;
	case MM_EV_mm_kswapd_round:        on_round(md, r, m, ev); break;
	case MM_EV_mm_vmscan_kswapd_sleep: on_end(md, r, m, ev); break;
	case MM_EV_mm_vmscan_direct_reclaim_begin: md->reclaim = true; break;
	case MM_EV_mm_vmscan_direct_reclaim_end: md->reclaim = false; break;
	case MM_EV_mm_cache_del:           on_given_up(md, m, ev); break;
	case MM_EV_mm_node_reclaim:
		if (ev->f[5])
			md->at[ev->f[0] / MM_NR_ZONES].failures = 0;
		break;
	case MM_EV_mm_page_free:           on_free(md, m, ev); break;
	default: break;
	}
	/* clang-format on */
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	int nid;

	for (nid = 0; nid < m->desc.nr_nodes; nid++) {
		struct worker *w = &md->at[nid];
		const struct mm_kswapd *k = &m->kswapd[nid];

		close_round(w);
		MM_CHECK(r, "kswapd.wake",
			 k->awake == w->awake && k->order == w->order &&
				 k->highest == (w->highest < 0 ? MM_NR_ZONES : w->highest),
			 "node %d: awake %d for order %u up to zone %u, due: %d, order %d, zone %d",
			 nid, k->awake, k->order, k->highest, w->awake, w->order, w->highest);
		MM_CHECK(
			r, "kswapd.round",
			k->working == w->working && k->failures == w->failures &&
				(!w->working ||
				 (k->priority == w->priority && k->boost_left == w->boost_left &&
				  k->freed == w->freed)),
			"node %d: priority %u, %llu of boost to go, %u failures; due: %d, %llu, %d",
			nid, k->priority, (unsigned long long)k->boost_left, k->failures,
			w->priority, (unsigned long long)w->boost_left, w->failures);
	}
}

const struct mm_model mm_kswapd_model = {
	.name = "kswapd",
	.events = MM_EV_BIT(MM_EV_mm_page_alloc_wake) | MM_EV_BIT(MM_EV_mm_vmscan_kswapd_wake) |
		  MM_EV_BIT(MM_EV_mm_kswapd_round) | MM_EV_BIT(MM_EV_mm_vmscan_kswapd_sleep) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_begin) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_end) | MM_EV_BIT(MM_EV_mm_cache_del) |
		  MM_EV_BIT(MM_EV_mm_node_reclaim) | MM_EV_BIT(MM_EV_mm_page_free),
	.objects = MM_OBJ_BIT(MM_OBJ_KSWAPD),
	/* counted within a round, which has a beginning */
	.quiet = MM_EV_BIT(MM_EV_mm_page_free),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
};
