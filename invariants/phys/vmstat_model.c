/* SPDX-License-Identifier: MIT */
/*
 * vmstat model: the drift marks that a machine must have from boot on, and that a
 * fold leaves nothing behind.
 */
#include "mm/vmstat.h"

#include "mm/check.h"

struct model {
	uint64_t cpus; /* that are online */
	uint64_t drift_mark[MM_ZONES_MAX];
};

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
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
 * Formula 22, from the marks of the moment: the kernel computes it again only when
 * memory or CPUs come or go.  A mark that is no longer due stays.
 */
static void due_marks(struct model *md, const struct mm_machine *m)
{
	uint64_t cpus = md->cpus;
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];
		uint64_t t = 2 * bits(cpus) * (1 + bits(mm_zone_pages(z) / 32768));
		uint64_t gap = z->wmark[MM_WMARK_LOW] - z->wmark[MM_WMARK_MIN];

		if (!m->desc.pcp || !z->present)
			continue;
		if (t > 125)
			t = 125;
		if (cpus * t > gap)
			md->drift_mark[i] = z->wmark[MM_WMARK_HIGH] + cpus * t;
	}
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;

	md->cpus = (uint64_t)m->desc.cpus;
	due_marks(md, m);
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;
	int item;
	int z;

	if (ev->kind == MM_EV_mm_cpu_change) {
		md->cpus += ev->f[1] ? 1 : UINT64_MAX;
		due_marks(md, m);
		return;
	}
	for (z = 0; z < m->nr_zones; z++) {
		for (item = 0; item < MM_NR_ZONE_STATS; item++)
			MM_CHECK(r, "vmstat.fold", !m->zones[z].zonestats[ev->f[0]].diff[item],
				 "zone %s: CPU %llu still holds %d of count %d back",
				 m->zones[z].name, (unsigned long long)ev->f[0],
				 m->zones[z].zonestats[ev->f[0]].diff[item], item);
	}
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	int z;

	for (z = 0; z < m->nr_zones; z++)
		MM_CHECK(r, "vmstat.threshold", m->zones[z].percpu_drift_mark == md->drift_mark[z],
			 "zone %s: drift mark %llu, due is %llu", m->zones[z].name,
			 (unsigned long long)m->zones[z].percpu_drift_mark,
			 (unsigned long long)md->drift_mark[z]);
}

const struct mm_model mm_vmstat_model = {
	.name = "vmstat",
	.events = MM_EV_BIT(MM_EV_mm_vmstat_fold) | MM_EV_BIT(MM_EV_mm_cpu_change),
	.objects = MM_OBJ_BIT(MM_OBJ_SETTINGS), /* drift marks */
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
};
