/* SPDX-License-Identifier: MIT */
/*
 * cpu_hotplug model: who is online, by what was announced; when lists' limits were
 * last set, and for how many; which deltas stood when thresholds fell.
 */
#include "mm/cpu_hotplug.h"

#include "mm/check.h"
#include "mm/vmstat.h"

struct model {
	bool offline[MM_CPUS_MAX];
	int coming;   /* the CPU for which limits were set, or 0 */
	bool changed; /* a CPU came or went in the operation under way */
	/* by zone, CPU and item: what stood when a CPU came or went last */
	int8_t *stood;
};

static size_t nr_deltas(const struct mm_machine *m)
{
	return (size_t)m->nr_zones * (size_t)m->desc.cpus * MM_NR_ZONE_STATS;
}

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + nr_deltas(m);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;

	(void)m;
	md->stood = (int8_t *)(md + 1);
}

static void on_change(struct model *md, struct mm_report *r, const struct mm_event *ev)
{
	bool online = ev->f[1] != 0;

	MM_CHECK(r, "cpu.online_set", md->offline[ev->f[0]] == online && ev->f[0],
		 "CPU %llu is to be %s, and is", (unsigned long long)ev->f[0],
		 online ? "online" : "offline");
	md->offline[ev->f[0]] = !online;
	md->coming = online ? (int)ev->f[0] : 0;
	md->changed = true;
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	(void)m;
	MM_CHECK(r, "cpu.acts_online", !md->offline[ev->cpu], "CPU %d is offline and acts",
		 ev->cpu);
	if (r->failures)
		return;
	if (ev->kind == MM_EV_mm_cpu_change)
		on_change(md, r, ev);
	else if (ev->kind == MM_EV_mm_sysctl)
		md->coming = 0;
}

/* Above its threshold only as it was when that fell. */
static void check_deltas(struct model *md, struct mm_report *r, const struct mm_machine *m,
			 int zone, int cpu)
{
	const struct per_cpu_zonestat *s = &m->zones[zone].zonestats[cpu];
	int8_t *stood = &md->stood[(zone * m->desc.cpus + cpu) * MM_NR_ZONE_STATS];
	int i;

	for (i = 0; i < MM_NR_ZONE_STATS; i++) {
		bool above = s->diff[i] > s->stat_threshold || -s->diff[i] > s->stat_threshold;

		if (md->changed)
			stood[i] = s->diff[i];
		MM_CHECK(r, "cpu.old_deltas", !above || s->diff[i] == stood[i],
			 "zone %s: CPU %d holds %d of count %d back, its threshold is %u",
			 m->zones[zone].name, cpu, s->diff[i], i, s->stat_threshold);
	}
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	bool any = md->changed;
	int cpu;
	int z;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		any |= md->offline[cpu];
		MM_CHECK(r, "cpu.online_set",
			 md->offline[cpu] == ((m->cpus_offline >> cpu & 1) != 0),
			 "CPU %d was taken %s", cpu, md->offline[cpu] ? "offline" : "online");
	}
	MM_CHECK(r, "cpu.coming", m->cpu_coming == md->coming,
		 "limits of lists were set for CPU %d, due is %d", m->cpu_coming, md->coming);
	for (z = 0; z < m->nr_zones && any && m->desc.pcp; z++) {
		for (cpu = 0; cpu < m->desc.cpus; cpu++)
			check_deltas(md, r, m, z, cpu);
	}
	md->changed = false;
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	(void)state;
	(void)r;
	(void)m;
}

const struct mm_model mm_cpu_hotplug_model = {
	.name = "cpu_hotplug",
	.events = MM_EV_BIT(MM_EV_mm_cpu_change) | MM_EV_BIT(MM_EV_mm_sysctl) |
		  MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_page_alloc_failed) |
		  MM_EV_BIT(MM_EV_mm_page_free) | MM_EV_BIT(MM_EV_mm_pcp_decay) |
		  MM_EV_BIT(MM_EV_mm_page_frag) | MM_EV_BIT(MM_EV_mm_task_flags),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
