/* SPDX-License-Identifier: MIT */
/*
 * kswapd: rounds.
 *
 * A boost is worked off only while the node is balanced otherwise: as soon as it is
 * not, there is real work to do, and what was boosted no longer counts.  Working off
 * stays cheap: no harder than priority 10, and over when a round frees nothing.  Either
 * way boosts end with the work; those that came meanwhile stay for the next time.
 */
#include "mm/kswapd.h"

#include "mm/numa.h"
#include "mm/rng.h"

#define NONE ((uint8_t)MM_NR_ZONES)

static struct mm_kswapd *kswapd_at(const struct mm_machine *m, int nid)
{
	return &m->kswapd[nid];
}

const struct mm_kswapd *mm_kswapd_of(const struct mm_machine *m, int nid)
{
	return kswapd_at(m, nid);
}

static void touch(struct mm_ctx *x, int nid)
{
	mm_touch(x, MM_OBJ_KSWAPD, (uint64_t)nid);
}

/* ---- digest ---- */

static uint64_t kswapd_count(const struct mm_machine *m)
{
	return (uint64_t)m->desc.nr_nodes;
}

static uint64_t kswapd_hash(const struct mm_machine *m, uint64_t id)
{
	const struct mm_kswapd *k = &m->kswapd[id];
	uint64_t h = mm_hash64_step(id, (uint64_t)k->order << 16 | (uint64_t)k->highest << 8 |
						(uint64_t)k->failures << 24 | k->awake);
	int i;

	h = mm_hash64_step(h, (uint64_t)k->work_order << 24 | (uint64_t)k->work_highest << 16 |
				      (uint64_t)k->priority << 8 |
				      (uint64_t)k->counts_closely << 1 | k->working);
	h = mm_hash64_step(mm_hash64_step(h, k->boost_left), k->freed);
	for (i = 0; i < MM_NR_ZONES; i++)
		h = mm_hash64_step(h, k->boost[i]);
	return h;
}

static const struct mm_kind_ops kswapd_kind = {"kswapd", kswapd_count, kswapd_hash, NULL};

static const struct mm_upcalls upcalls = {.wake_kswapd = mm_kswapd_wake};

int mm_kswapd_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	int nid;

	m->kswapd = mm_machine_alloc(m, (size_t)m->desc.nr_nodes * sizeof(struct mm_kswapd), 64);
	if (!m->kswapd)
		return -MM_ENOMEM;
	for (nid = 0; nid < m->desc.nr_nodes; nid++)
		m->kswapd[nid].highest = NONE;
	m->upcalls = &upcalls;
	return mm_machine_kind_set(m, MM_OBJ_KSWAPD, &kswapd_kind);
}

/* ---- is there something to do? ---- */

bool mm_kswapd_balanced(const struct mm_machine *m, int nid, unsigned int order,
			enum mm_zone_type highest)
{
	bool any = false;
	int i;

	for (i = 0; i <= (int)highest; i++) {
		const struct zone *z = mm_zone_at(m, nid, (enum mm_zone_type)i);

		if (!mm_zone_managed(z))
			continue;
		any = true;
		if (mm_watermark_ok_safe(m, z, order, mm_zone_wmark(z, MM_WMARK_HIGH), highest, 0))
			return true;
	}
	return !any;
}

/* Kernel: pgdat_watermark_boosted. */
static bool is_boosted(const struct mm_machine *m, int nid, enum mm_zone_type highest)
{
	int i;

	for (i = 0; i <= (int)highest; i++) {
		if (mm_zone_at(m, nid, (enum mm_zone_type)i)->boost)
			return true;
	}
	return false;
}

void mm_kswapd_wake(struct mm_ctx *x, struct zone *z, unsigned int order, enum mm_zone_type highest)
{
	struct mm_kswapd *k = kswapd_at(x->m, z->nid);

	/* remembered in any case: who wakes it later wakes it for this too */
	if (k->highest == NONE || k->highest < highest)
		k->highest = (uint8_t)highest;
	if (k->order < order)
		k->order = (uint8_t)order;
	touch(x, z->nid);
	if (k->awake || k->failures >= MM_KSWAPD_FAILURES_MAX)
		return;
	k->awake = !mm_kswapd_balanced(x->m, z->nid, order, highest) ||
		   is_boosted(x->m, z->nid, highest);
}

void mm_kswapd_progress(struct mm_ctx *x, int nid)
{
	if (!kswapd_at(x->m, nid)->failures)
		return;
	kswapd_at(x->m, nid)->failures = 0;
	touch(x, nid);
}

/* ---- work ---- */

static void mark_zones(struct mm_ctx *x, int nid, enum mm_zone_type highest, bool active)
{
	int i;

	for (i = 0; i <= (int)highest; i++) {
		struct zone *z = mm_zone_at(x->m, nid, (enum mm_zone_type)i);

		if (!mm_zone_managed(z))
			continue;
		if (active)
			z->flags |= MM_ZONE_RECLAIM_ACTIVE;
		else
			z->flags &= ~MM_ZONE_RECLAIM_ACTIVE;
		mm_touch(x, MM_OBJ_TUNING, mm_vmstat_flags_id(x->m, z));
	}
}

static void begin(struct mm_ctx *x, int nid, struct mm_kswapd *k)
{
	int i;

	k->working = true;
	k->work_order = k->order;
	if (k->highest != NONE)
		k->work_highest = k->highest;
	k->order = 0;
	k->highest = NONE;
	k->priority = MM_KSWAPD_PRIORITY;
	k->boost_left = 0;
	k->freed = 0;
	for (i = 0; i < MM_NR_ZONES; i++) {
		const struct zone *z = mm_zone_at(x->m, nid, (enum mm_zone_type)i);

		k->boost[i] = i <= (int)k->work_highest ? z->boost : 0;
		k->boost_left += k->boost[i];
	}
	mark_zones(x, nid, (enum mm_zone_type)k->work_highest, true);
	if (!k->counts_closely)
		mm_vmstat_set_pressure(x, nid, true);
	k->counts_closely = true;
	mm_event(x, MM_EV_mm_vmscan_kswapd_wake, (uint64_t)nid, k->work_order, k->work_highest);
}

/* Work is over, with success or without. */
static void end(struct mm_ctx *x, int nid, struct mm_kswapd *k)
{
	int i;

	mark_zones(x, nid, (enum mm_zone_type)k->work_highest, false);
	for (i = 0; i <= (int)k->work_highest; i++) {
		if (k->boost[i])
			mm_boost_drop(x, mm_zone_at(x->m, nid, (enum mm_zone_type)i), k->boost[i]);
	}
	k->working = false;
	k->awake =
		k->failures < MM_KSWAPD_FAILURES_MAX &&
		!mm_kswapd_balanced(x->m, nid, k->work_order, (enum mm_zone_type)k->work_highest);
	if (!k->awake)
		mm_vmstat_set_pressure(x, nid, false);
	k->counts_closely = k->awake;
	mm_event(x, MM_EV_mm_vmscan_kswapd_sleep, (uint64_t)nid, k->freed, !k->awake);
}

/* Free what the high marks ask for, at least a cluster a zone.  Kernel:
 * kswapd_shrink_node. */
static uint64_t target(const struct mm_machine *m, int nid, const struct mm_kswapd *k)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i <= (int)k->work_highest; i++) {
		const struct zone *z = mm_zone_at(m, nid, (enum mm_zone_type)i);
		uint64_t high = mm_zone_wmark(z, MM_WMARK_HIGH);

		if (mm_zone_managed(z))
			sum += high > MM_KSWAPD_CLUSTER ? high : MM_KSWAPD_CLUSTER;
	}
	return sum;
}

static uint64_t shrink(struct mm_ctx *x, int nid, const struct mm_kswapd *k, uint64_t nr)
{
	if (!x->m->upcalls->shrink_node)
		return 0;
	return x->m->upcalls->shrink_node(x, nid, (enum mm_zone_type)k->work_highest, nr);
}

/* False: there is no round to come, and what was done did not help. */
static bool free_some(struct mm_ctx *x, int nid, struct mm_kswapd *k)
{
	const bool gentle = k->boost_left && k->priority == MM_KSWAPD_PRIORITY - 2;
	const uint64_t nr = target(x->m, nid, k);
	const uint64_t freed = shrink(x, nid, k, nr);

	k->freed += freed;
	if (freed)
		k->failures = 0;
	k->boost_left -= freed < k->boost_left ? freed : k->boost_left;
	if (k->boost_left && !freed)
		return false;
	if (!freed || (!gentle && freed < nr))
		k->priority--;
	return k->priority > 0;
}

/* One round; false: work is over. */
static bool round_of(struct mm_ctx *x, int nid, struct mm_kswapd *k)
{
	const bool balanced =
		mm_kswapd_balanced(x->m, nid, k->work_order, (enum mm_zone_type)k->work_highest);

	if (!balanced && k->boost_left) {
		k->boost_left = 0;
		k->priority = MM_KSWAPD_PRIORITY;
	}
	if (balanced && !k->boost_left)
		return false;
	mm_event(x, MM_EV_mm_kswapd_round, (uint64_t)nid, k->priority, k->boost_left, balanced);
	if (free_some(x, nid, k))
		return true;
	if (!k->freed)
		k->failures++;
	return false;
}

uint64_t mm_kswapd_run(struct mm_ctx *x, int nid, uint64_t rounds)
{
	struct mm_kswapd *k = kswapd_at(x->m, nid);
	uint64_t before;

	if (!k->awake)
		return 0;
	touch(x, nid);
	before = k->working ? k->freed : 0;
	if (!k->working)
		begin(x, nid, k);
	while (round_of(x, nid, k)) {
		if (rounds && !--rounds)
			return k->freed - before;
	}
	end(x, nid, k);
	return k->freed - before;
}
