/* SPDX-License-Identifier: MIT */
/* cpu_hotplug: who may go, what is left of it, what the others get. */
#include "mm/cpu_hotplug.h"

#include "mm/page_alloc.h"
#include "mm/pcp.h"
#include "mm/vmstat.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"
#include "invariants/engine/prop_stateful.h"

static void who_may_go_and_come(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 cpus=3 pcp=on", NULL);
	struct mm_ctx x[2];
	uint64_t digest;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x[0], m, 0);
	mm_ctx_init(&x[1], m, 1);
	digest = mm_machine_digest_sweep(m);
	PROP(p, mm_cpu_hotplug_offline(&x[0], 0) == -MM_EBUSY, "CPU 0 goes");
	PROP(p, mm_cpu_hotplug_offline(&x[1], 0) == -MM_EBUSY, "CPU 0 goes when asked from afar");
	PROP(p, mm_cpu_hotplug_offline(&x[1], 1) == -MM_EBUSY, "a CPU takes itself away");
	PROP(p, mm_cpu_hotplug_offline(&x[0], 3) == -MM_EINVAL, "a CPU that is not there goes");
	PROP(p, mm_cpu_hotplug_offline(&x[0], UINT64_MAX) == -MM_EINVAL, "so does no number");
	PROP(p, mm_cpu_hotplug_online(&x[0], 1) == -MM_EINVAL, "a CPU that is here comes");
	PROP(p, mm_cpu_hotplug_online(&x[0], 3) == -MM_EINVAL, "a CPU that is not there comes");
	PROP(p, mm_machine_digest_sweep(m) == digest, "a refusal changed the machine");
	PROP(p, mm_cpu_hotplug_offline(&x[0], 1) == 0 && mm_machine_nr_online(m) == 2,
	     "CPU 1 does not go");
	PROP(p, mm_machine_digest_sweep(m) != digest, "who is offline is not in the digest");
	PROP(p, mm_cpu_hotplug_offline(&x[0], 1) == -MM_EINVAL, "CPU 1 goes twice");
	PROP(p, mm_cpu_hotplug_online(&x[0], 1) == 0 && mm_machine_nr_online(m) == 3,
	     "CPU 1 does not come");
	mm_machine_destroy(m);
}

/* CPUs by node, what goes and comes, and how many share a zone's part then: the kernel
 * counts one that comes for each node, until limits are set again. */
static void limits_follow_who_is_online(struct mm_prop_run *p)
{
	static const struct {
		const char *machine;
		int off[3]; /* 0: none */
		int on;
		uint64_t sharers[2]; /* of node 0 and 1 */
	} table[] = {
		{"ram=64M cpus=4 contents=none", {0}, 0, {4, 0}},
		{"ram=64M cpus=4 contents=none", {3}, 0, {3, 0}},
		{"ram=64M cpus=4 contents=none", {1, 2, 3}, 0, {1, 0}},
		{"ram=64M cpus=4 contents=none", {1, 2, 3}, 2, {2, 0}},
		{"ram=64M nodes=2 cpus=4 cpu_nodes=0,0,1,1 contents=none", {2}, 0, {2, 1}},
		{"ram=64M nodes=2 cpus=4 cpu_nodes=0,0,1,1 contents=none", {2, 3}, 0, {2, 2}},
		{"ram=64M nodes=2 cpus=4 cpu_nodes=0,0,1,1 contents=none", {2, 3}, 3, {3, 1}},
		{"ram=64M nodes=2 cpus=2 cpu_nodes=0,0 contents=none", {1}, 0, {1, 1}},
		{"ram=64M nodes=2 cpus=2 cpu_nodes=0,0 contents=none", {1}, 1, {2, 1}},
	};
	size_t i;
	int k;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct mm_machine *m = mm_boot(table[i].machine, NULL);
		struct mm_ctx x;

		PROP(p, m, "row %zu does not boot", i);
		mm_ctx_init(&x, m, 0);
		for (k = 0; k < 3 && table[i].off[k]; k++)
			PROP(p, !mm_cpu_hotplug_offline(&x, (uint64_t)table[i].off[k]), "row %zu",
			     i);
		if (table[i].on)
			PROP(p, !mm_cpu_hotplug_online(&x, (uint64_t)table[i].on), "row %zu", i);
		for (k = 0; k < m->desc.nr_nodes; k++) {
			const struct zone *z = &m->zones[k * MM_NR_ZONES + MM_ZONE_NORMAL];
			uint64_t due;

			PROP(p, table[i].sharers[k], "row %zu: node %d has nobody", i, k);
			due = mm_zone_pages(z) / 8 / table[i].sharers[k];

			PROP(p, z->pageset[0].high_max == (int)due,
			     "row %zu, node %d: high_max %d, due is %llu", i, k,
			     z->pageset[0].high_max, (unsigned long long)due);
		}
		mm_machine_destroy(m);
	}
}

/* Pages that a CPU kept are free, no count moves. */
static void what_it_kept_is_free_again(struct mm_prop_run *p)
{
	struct mm_walk w;
	struct mm_trace t;
	uint64_t listed = 0;
	uint64_t free_before;
	uint64_t handed_out;
	int z;

	if (!mm_walk_open(&w, p, "ram=4M dma=1M max_order=6 pageblock_order=3 cpus=2 pcp=on"))
		return;
	mm_trace_init(&t);
	mm_walk_trace(p, &t, "ram=4M dma=1M max_order=6 pageblock_order=3 cpus=2 pcp=on", 200);
	PROP(p, mm_run_trace(w.run, &t, &(struct mm_run_options){.expect = true}) == 0,
	     "no memory");
	w.run->trace = NULL;
	mm_trace_free(&t);
	if (mm_machine_cpu_online(w.m, 1)) {
		for (z = 0; z < w.m->nr_zones; z++)
			listed += (uint64_t)w.m->zones[z].pageset[1].count;
		free_before = mm_vmstat_free_exact(w.m);
		handed_out = mm_vmstat_events(w.m, MM_VM_PGALLOC + MM_ZONE_NORMAL);
		PROP(p, !mm_cpu_hotplug_offline(&w.run->ctx[0], 1), "CPU 1 stays");
		PROP(p, mm_vmstat_free_exact(w.m) == free_before + listed,
		     "%llu pages were on its lists", (unsigned long long)listed);
		PROP(p, mm_vmstat_events(w.m, MM_VM_PGALLOC + MM_ZONE_NORMAL) == handed_out,
		     "what it had counted is lost");
		PROP(p, mm_checker_after_op(w.checker) && mm_checker_sweep(w.checker), "%s",
		     w.checker->report.first.text);
	}
	prop_cover(p, 20, "pages on its lists", listed != 0);
	mm_walk_close(&w);
}

/* The operations of a CPU that is not there are refused, and it comes back empty. */
static void who_is_away_does_nothing(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 cpus=2 pcp=on", NULL);
	struct mm_run *r = m ? mm_run_create(m, NULL) : NULL;

	PROP(p, r, "no run");
	PROP(p, mm_run_ctx(r, 1) && !mm_run_ctx(r, 2), "CPUs that act");
	PROP(p, !mm_cpu_hotplug_offline(mm_run_ctx(r, 0), 1), "CPU 1 stays");
	PROP(p, !mm_run_ctx(r, 1) && mm_run_ctx(r, 0), "a CPU that is away acts");
	PROP(p, !mm_cpu_hotplug_online(mm_run_ctx(r, 0), 1), "CPU 1 does not come");
	PROP(p, mm_run_ctx(r, 1), "a CPU that is back does not act");
	mm_run_destroy(r);
	mm_machine_destroy(m);
}

static const char *const machines[] = {
	"ram=4M max_order=6 pageblock_order=3 cpus=4 pcp=on",
	"ram=4M nodes=2 cpus=3 dma32=1200K max_order=5 pageblock_order=3 pcp=on min_free_kbytes=512",
	NULL,
};

static const struct mm_stateful_cover cover[] = {
	{"a CPU that came or went", 25, MM_EV_mm_cpu_change, NULL, NULL},
	{NULL, 0, MM_EV_NR, NULL, NULL},
};

const struct mm_stateful mm_cpu_hotplug_stateful = {
	.module = "cpu_hotplug", .machines = machines, .cover = cover, .runs = 30, .ops = 400};

/* Who is away, who came last, and where nodes are reclaimed are state. */
static void who_is_away_is_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m =
		mm_boot("ram=4M nodes=2 cpus=4 pcp=on max_order=6 pageblock_order=3", NULL);
	uint64_t seen[6];
	size_t i;

	PROP(p, m, "the machine does not boot");
	for (i = 0; i < 6; i++) {
		m->cpus_offline = (const uint64_t[]){0, 2, 4, 0, 0, 0}[i];
		m->cpu_coming = i == 3 ? 2 : 0;
		m->node_reclaim_busy = i > 3 ? (uint32_t)i - 3 : 0;
		mm_walk_another_digest(p, m, seen, i);
	}
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

/* The victim's CPU 1 keeps pages; of these none is on CPU 1's lists of DMA. */
static void pages_on_a_dead_list(struct mm_victim *v)
{
	const struct zone *z = &v->m->zones[MM_ZONE_DMA];
	struct zone *normal = &v->m->zones[MM_ZONE_NORMAL];
	int cpu = z->pageset[1].count || normal->pageset[1].count ? 1 : 0;

	v->m->cpus_offline |= (uint64_t)1 << cpu;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
	mm_touch(v->x, MM_OBJ_PCP, mm_vmstat_pcp_id(v->m, z, cpu));
	mm_touch(v->x, MM_OBJ_PCP, mm_vmstat_pcp_id(v->m, normal, cpu));
}

static void events_of_a_dead_cpu(struct mm_victim *v)
{
	v->m->cpus_offline |= 2;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
	mm_touch(v->x, MM_OBJ_EVENTS, 1);
}

static void comes_though_it_is_here(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_cpu_change, 1, 1);
}

static void gone_without_a_word(struct mm_victim *v)
{
	v->m->cpus_offline |= 2;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
}

static void acts_though_it_is_dead(struct mm_victim *v)
{
	PROP(v->p, !mm_cpu_hotplug_offline(v->x, 1), "CPU 1 stays");
	v->x->cpu = 1;
	mm_event(v->x, MM_EV_mm_page_alloc_failed, 0, MM_GFP_KERNEL, 0, 0, 1);
	v->x->cpu = 0;
}

static void one_more_than_there_was(struct mm_victim *v)
{
	v->m->cpu_coming = 1;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
}

static void delta_above_its_threshold(struct mm_victim *v)
{
	struct zone *z = &v->m->zones[MM_ZONE_NORMAL];

	PROP(v->p, !mm_cpu_hotplug_offline(v->x, 1) && mm_checker_after_op(v->checker),
	     "CPU 1 stays");
	z->zonestats[0].diff[MM_NR_ZONE_CACHE] = (int8_t)(z->zonestats[0].stat_threshold + 1);
	z->vm_stat[MM_NR_ZONE_CACHE] -= z->zonestats[0].stat_threshold + 1;
	v->m->vm_stat[MM_NR_ZONE_CACHE] -= z->zonestats[0].stat_threshold + 1;
	mm_touch(v->x, MM_OBJ_ZONE, z->id);
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
	mm_touch(v->x, MM_OBJ_PCP, mm_vmstat_pcp_id(v->m, z, 0));
}

static const struct mm_plant plants[] = {
	{"cpu.offline_empty", pages_on_a_dead_list,
	 "cpu.online_set cpu.offline_events vmstat.threshold pcp.limits", false},
	{"cpu.offline_events", events_of_a_dead_cpu,
	 "cpu.online_set cpu.offline_empty vmstat.threshold pcp.limits", false},
	{"cpu.online_set", comes_though_it_is_here, "cpu.coming", true},
	{"cpu.online_set", gone_without_a_word, NULL, true},
	{"cpu.acts_online", acts_though_it_is_dead, NULL, true},
	{"cpu.coming", one_more_than_there_was, "pcp.limits", false},
	{"vmstat.drift", delta_above_its_threshold, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_pcp(p, plants);
}

const struct mm_prop mm_cpu_hotplug_props[] = {
	{"cpu_hotplug.who_may_go_and_come", who_may_go_and_come, 1},
	{"cpu_hotplug.limits_follow_who_is_online", limits_follow_who_is_online, 1},
	{"cpu_hotplug.what_it_kept_is_free_again", what_it_kept_is_free_again, 30},
	{"cpu_hotplug.who_is_away_is_in_the_digest", who_is_away_is_in_the_digest, 1},
	{"cpu_hotplug.who_is_away_does_nothing", who_is_away_does_nothing, 1},
	{"cpu_hotplug." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
