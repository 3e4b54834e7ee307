/* SPDX-License-Identifier: MIT */
/*
 * vmstat model: the thresholds and drift marks that a machine must have, what CPUs may
 * hold back, and that a fold leaves nothing behind.
 *
 *     threshold  28 ----+            +---- kswapd sleeps
 *                        \          /
 *                 4       +--------+       kswapd works
 *     a delta of 20:  stays, and may only shrink, until it folds
 */
#include "mm/vmstat.h"

#include "mm/check.h"

struct model {
	uint64_t cpus; /* that are online */
	bool moved;    /* one came or went, once */
	uint64_t drift_mark[MM_ZONES_MAX];
	uint64_t normal[MM_ZONES_MAX]; /* threshold while kswapd sleeps */
	uint64_t due[MM_ZONES_MAX];    /* and now */
	bool works[MM_NODES_MAX];      /* kswapd, since it slept last */
	/* by zone, CPU and count: a delta from before its threshold was lowered; 0: none */
	uint8_t *old;
};

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + (size_t)m->nr_zones * (size_t)m->desc.cpus * MM_NR_ZONE_STATS;
}

/* Bits that a number needs. */
static uint64_t bits(uint64_t v)
{
	uint64_t n = 0;

	for (; v; v /= 2)
		n++;
	return n;
}

/*
 * Formulas 21 and 22, from the marks of the moment: the kernel computes them again only
 * when memory or CPUs come or go.  A drift mark that is no longer due stays; thresholds
 * are normal again, even if kswapd works.
 */
static void refresh(struct model *md, const struct mm_machine *m)
{
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];
		uint64_t t = 2 * bits(md->cpus) * (1 + bits(mm_zone_pages(z) / 32768));
		uint64_t gap = z->wmark[MM_WMARK_LOW] - z->wmark[MM_WMARK_MIN];

		if (!m->desc.pcp || !z->present)
			continue;
		if (t > 125)
			t = 125;
		md->normal[i] = t;
		md->due[i] = t;
		if (md->cpus * t > gap)
			md->drift_mark[i] = z->wmark[MM_WMARK_HIGH] + md->cpus * t;
	}
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;

	md->old = (uint8_t *)state + sizeof(*md);
	md->cpus = (uint64_t)m->desc.cpus;
	refresh(md, m);
}

static void check_fold(struct mm_report *r, const struct mm_machine *m, const struct mm_event *ev)
{
	int item;
	int z;

	for (z = 0; z < m->nr_zones; z++) {
		for (item = 0; item < MM_NR_ZONE_STATS; item++)
			MM_CHECK(r, "vmstat.fold", !m->zones[z].zonestats[ev->f[0]].diff[item],
				 "zone %s: CPU %llu still holds %d of count %d back",
				 m->zones[z].name, (unsigned long long)ev->f[0],
				 m->zones[z].zonestats[ev->f[0]].diff[item], item);
	}
}

/* Deltas of a zone, under a threshold; what is beyond the next one is old then. */
static void check_deltas(struct model *md, struct mm_report *r, const struct mm_machine *m,
			 int zone, uint64_t now, uint64_t next)
{
	uint8_t *old = &md->old[(size_t)zone * (size_t)m->desc.cpus * MM_NR_ZONE_STATS];
	int i;

	for (i = 0; i < m->desc.cpus * MM_NR_ZONE_STATS; i++) {
		int cpu = i / MM_NR_ZONE_STATS;
		int item = i % MM_NR_ZONE_STATS;
		int8_t diff = m->zones[zone].zonestats[cpu].diff[item];
		uint64_t d = (uint64_t)(diff < 0 ? -diff : diff);
		bool allowed = d <= now || d <= old[i];

		MM_CHECK(r, "vmstat.drift", allowed,
			 "zone %s: CPU %d holds back %d of count %d; its threshold is %llu, and "
			 "from before it had %u",
			 m->zones[zone].name, cpu, diff, item, (unsigned long long)now, old[i]);
		old[i] = allowed && d > next ? (uint8_t)d : 0;
	}
}

/* While it works, all CPUs together hold back no more than lies between low and min. */
static void on_kswapd(struct model *md, const struct mm_machine *m, int nid, bool works)
{
	int z;

	if (md->works[nid] == works)
		return;
	md->works[nid] = works;
	for (z = nid * MM_NR_ZONES; z < (nid + 1) * MM_NR_ZONES; z++) {
		uint64_t gap = m->zones[z].wmark[MM_WMARK_LOW] - m->zones[z].wmark[MM_WMARK_MIN];
		uint64_t t = gap / md->cpus;

		if (!md->drift_mark[z])
			continue;
		t = t > 125 ? 125 : t;
		md->due[z] = works ? (t ? t : 1) : md->normal[z];
	}
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	if (ev->kind == MM_EV_mm_cpu_change) {
		md->cpus += ev->f[1] ? 1 : UINT64_MAX;
		md->moved = true;
		refresh(md, m);
	} else if (ev->kind == MM_EV_mm_vmstat_fold)
		check_fold(r, m, ev);
	else if (ev->kind == MM_EV_mm_vmstat_threshold)
		check_deltas(md, r, m, (int)ev->f[0], ev->f[1], ev->f[2]);
	else if (ev->kind == MM_EV_mm_vmscan_kswapd_wake)
		on_kswapd(md, m, (int)ev->f[0], true);
	else if (ev->f[2])
		on_kswapd(md, m, (int)ev->f[0], false);
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	int cpu;
	int z;

	for (z = 0; z < m->nr_zones; z++) {
		MM_CHECK(r, "vmstat.threshold", m->zones[z].percpu_drift_mark == md->drift_mark[z],
			 "zone %s: drift mark %llu, due is %llu", m->zones[z].name,
			 (unsigned long long)m->zones[z].percpu_drift_mark,
			 (unsigned long long)md->drift_mark[z]);
		/* elsewhere thresholds stand still, and claims know them */
		if (!md->drift_mark[z] && !md->moved)
			continue;
		/* of one that is offline it stays */
		for (cpu = 0; cpu < m->desc.cpus; cpu++)
			MM_CHECK(r, "vmstat.threshold",
				 (m->cpus_offline >> cpu & 1) ||
					 m->zones[z].zonestats[cpu].stat_threshold == md->due[z],
				 "zone %s: threshold %u of CPU %d, due is %llu", m->zones[z].name,
				 m->zones[z].zonestats[cpu].stat_threshold, cpu,
				 (unsigned long long)md->due[z]);
		check_deltas(md, r, m, z, md->due[z], md->due[z]);
	}
}

const struct mm_model mm_vmstat_model = {
	.name = "vmstat",
	.events = MM_EV_BIT(MM_EV_mm_vmstat_fold) | MM_EV_BIT(MM_EV_mm_vmstat_threshold) |
		  MM_EV_BIT(MM_EV_mm_cpu_change) | MM_EV_BIT(MM_EV_mm_vmscan_kswapd_wake) |
		  MM_EV_BIT(MM_EV_mm_vmscan_kswapd_sleep),
	/* drift marks; thresholds and what CPUs hold back */
	.objects = MM_OBJ_BIT(MM_OBJ_SETTINGS) | MM_OBJ_BIT(MM_OBJ_PCP),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_after_op,
};
