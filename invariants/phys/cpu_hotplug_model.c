/* SPDX-License-Identifier: MIT */
/*
 * cpu_hotplug model: who is online, by what was announced; when lists' limits were
 * last set, and for how many.
 */
#include "mm/cpu_hotplug.h"

#include "mm/check.h"

struct model {
	bool offline[MM_CPUS_MAX];
	int coming; /* the CPU for which limits were set, or 0 */
};

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
}

static void on_change(struct model *md, struct mm_report *r, const struct mm_event *ev)
{
	bool online = ev->f[1] != 0;

	MM_CHECK(r, "cpu.online_set", md->offline[ev->f[0]] == online && ev->f[0],
		 "CPU %llu is to be %s, and is", (unsigned long long)ev->f[0],
		 online ? "online" : "offline");
	md->offline[ev->f[0]] = !online;
	md->coming = online ? (int)ev->f[0] : 0;
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

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		MM_CHECK(r, "cpu.online_set",
			 md->offline[cpu] == ((m->cpus_offline >> cpu & 1) != 0),
			 "CPU %d was taken %s", cpu, md->offline[cpu] ? "offline" : "online");
	}
	MM_CHECK(r, "cpu.coming", m->cpu_coming == md->coming,
		 "limits of lists were set for CPU %d, due is %d", m->cpu_coming, md->coming);
}

const struct mm_model mm_cpu_hotplug_model = {
	.name = "cpu_hotplug",
	.events = MM_EV_BIT(MM_EV_mm_cpu_change) | MM_EV_BIT(MM_EV_mm_sysctl) |
		  MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_page_alloc_failed) |
		  MM_EV_BIT(MM_EV_mm_page_free) | MM_EV_BIT(MM_EV_mm_pcp_decay) |
		  MM_EV_BIT(MM_EV_mm_page_frag) | MM_EV_BIT(MM_EV_mm_task_flags),
	.size = model_size,
	.on_event = model_event,
	.after_op = model_after_op,
};
