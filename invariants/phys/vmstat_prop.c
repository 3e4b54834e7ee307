/* SPDX-License-Identifier: MIT */
/* vmstat: formulas, deltas against plain sums, planted miscounts. */
#include "mm/vmstat.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <string.h>

/* Values that kernels have been seen to show, and the formula by hand. */
static void thresholds_are_the_kernels(struct mm_prop_run *p)
{
	static const struct {
		int cpus;
		uint64_t managed;
		unsigned int threshold;
	} table[] = {
		/* a running 6.18: DMA, DMA32, Normal of a machine with 2 CPUs, 24 GiB */
		{2, 3840, 4},    {2, 772917, 24},     {2, 1376256, 28},
		{1, 1024, 2},    {1, 32767, 2},       {1, 32768, 4},
		{4, 262144, 30}, {64, 16777216, 125}, {8, 4194304, 72},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		PROP(p, mm_vmstat_threshold(table[i].cpus, table[i].managed) == table[i].threshold,
		     "%d CPUs, %llu pages: %u", table[i].cpus, (unsigned long long)table[i].managed,
		     mm_vmstat_threshold(table[i].cpus, table[i].managed));
}

/* What the kernel's documentation says of drift: any mix of changes on any CPU,
 * and after a fold of all the count is exact. */
struct shadow {
	int64_t exact;
	int64_t held[4];
};

static void change(struct mm_prop_run *p, struct mm_machine *m, struct shadow *s, int cpu)
{
	struct zone *z = &m->zones[MM_ZONE_NORMAL];
	int t = z->zonestats[cpu].stat_threshold;
	int64_t delta = (int64_t)prop_below(p, (uint64_t)t * 4) - (int64_t)t * 2;
	struct mm_ctx x;

	mm_ctx_init(&x, m, cpu);
	switch (prop_below(p, 4)) {
	case 0:
		mm_vmstat_inc(&x, z, MM_NR_FREE_PAGES);
		s->held[cpu]++;
		s->exact++;
		/* past the threshold: folded, and half of it ahead */
		if (s->held[cpu] > t)
			s->held[cpu] = -(t / 2);
		break;
	case 1:
		mm_vmstat_dec(&x, z, MM_NR_FREE_PAGES);
		s->held[cpu]--;
		s->exact--;
		if (s->held[cpu] < -t)
			s->held[cpu] = t / 2;
		break;
	case 2:
		mm_vmstat_mod(&x, z, MM_NR_FREE_PAGES, delta);
		s->exact += delta;
		s->held[cpu] += delta;
		if (s->held[cpu] > t || s->held[cpu] < -t)
			s->held[cpu] = 0;
		break;
	default:
		if (prop_below(p, 8) == 0) {
			PROP(p, mm_vmstat_fold(&x) == (s->held[cpu] != 0), "folded another number");
			s->held[cpu] = 0;
		}
	}
}

/* What changed is marked, whichever of the four changed it. */
static void changes_are_marked(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 cpus=4 pcp=on", NULL);
	struct mm_touched t;
	struct mm_ctx x;
	int i;

	PROP(p, m, "the machine does not boot");
	memset(&t, 0, sizeof(t));
	mm_ctx_init(&x, m, 3);
	x.touched = &t;
	for (i = 0; i < 40; i++) {
		struct zone *z = &m->zones[MM_ZONE_NORMAL];

		t.nr = 0;
		if (i % 10 < 8)
			(i < 20 ? mm_vmstat_inc : mm_vmstat_dec)(&x, z, MM_NR_FREE_PAGES);
		else if (i % 10 == 8)
			mm_vmstat_mod(&x, z, MM_NR_FREE_PAGES, i < 20 ? 1 : 9);
		else
			(void)mm_vmstat_fold(&x);
		mm_machine_digest_follow(m, &t);
		PROP(p, mm_machine_digest(m) == mm_machine_digest_sweep(m), "step %d left no mark",
		     i);
	}
	mm_machine_destroy(m);
}

static void deltas_follow_the_rule(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 cpus=4 pcp=on", NULL);
	const struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	struct shadow s = {0, {0, 0, 0, 0}};
	int i;
	int cpu;

	PROP(p, m, "the machine does not boot");
	s.exact = z->vm_stat[MM_NR_FREE_PAGES];
	PROP(p, z->zonestats[3].stat_threshold == 6, "threshold %u",
	     z->zonestats[3].stat_threshold);
	for (i = 0; i < 2000 && !p->failures; i++) {
		int64_t held = 0;

		change(p, m, &s, (int)prop_below(p, 4));
		for (cpu = 0; cpu < 4; cpu++) {
			PROP(p, z->zonestats[cpu].diff[MM_NR_FREE_PAGES] == s.held[cpu],
			     "CPU %d holds %d back, due are %lld", cpu,
			     z->zonestats[cpu].diff[MM_NR_FREE_PAGES], (long long)s.held[cpu]);
			held += s.held[cpu];
		}
		PROP(p, z->vm_stat[MM_NR_FREE_PAGES] == s.exact - held, "the count is %lld",
		     (long long)z->vm_stat[MM_NR_FREE_PAGES]);
		PROP(p, m->vm_stat[MM_NR_FREE_PAGES] == z->vm_stat[MM_NR_FREE_PAGES],
		     "the machine's count is another");
		PROP(p,
		     mm_vmstat_zone_exact(m, z, MM_NR_FREE_PAGES) ==
			     (uint64_t)(s.exact < 0 ? 0 : s.exact),
		     "the exact count is wrong");
	}
	mm_machine_destroy(m);
}

/* A count that has fallen below zero for lack of a fold reads as zero. */
static void negative_counts_read_as_zero(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 pcp=on", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;

	PROP(p, m, "the machine does not boot");
	z->vm_stat[MM_NR_FREE_PAGES] = -3;
	m->vm_stat[MM_NR_FREE_PAGES] = -3;
	PROP(p, mm_vmstat_zone(z, MM_NR_FREE_PAGES) == 0, "a zone has pages it has not");
	PROP(p, mm_vmstat_global(m, MM_NR_FREE_PAGES) == 0, "the machine has pages it has not");
	PROP(p, mm_vmstat_zone_exact(m, z, MM_NR_FREE_PAGES) == 0, "exactly zero, or less");
	mm_machine_destroy(m);
}

/* Only where all CPUs' deltas together could hide the distance from low to min. */
static void drift_marks_stand_where_drift_hides_min(struct mm_prop_run *p)
{
	static const struct {
		const char *machine;
		uint64_t mark;
	} table[] = {
		/* min 64 low 80 high 96; 2 CPUs hold back up to 4 each: 8 is not more than 16 */
		{"ram=4M max_order=6 cpus=2 pcp=on", 0},
		/* threshold 6, 4 CPUs: 24 > 16 */
		{"ram=4M max_order=6 cpus=4 pcp=on", 96 + 24},
		{"ram=4M max_order=6 cpus=4 pcp=off", 0},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct mm_machine *m = mm_boot(table[i].machine, NULL);

		PROP(p, m, "%s does not boot", table[i].machine);
		PROP(p, m->zones[MM_ZONE_NORMAL].percpu_drift_mark == table[i].mark, "%s: %llu",
		     table[i].machine,
		     (unsigned long long)m->zones[MM_ZONE_NORMAL].percpu_drift_mark);
		mm_machine_destroy(m);
	}
}

/* ---- plantings ---- */

static struct zone *normal(const struct mm_victim *v)
{
	return &v->m->zones[MM_ZONE_NORMAL];
}

static void miscounted_frames(struct mm_victim *v)
{
	/* in step with the machine's total, and with nothing else */
	normal(v)->vm_stat[MM_NR_FREE_PAGES]++;
	v->m->vm_stat[MM_NR_FREE_PAGES]++;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
}

static void cma_miscounted(struct mm_victim *v)
{
	normal(v)->vm_stat[MM_NR_FREE_CMA]++;
	v->m->vm_stat[MM_NR_FREE_CMA]++;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
}

static void highatomic_miscounted(struct mm_victim *v)
{
	normal(v)->nr_free_highatomic++;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
}

static void total_runs_away(struct mm_victim *v)
{
	v->m->vm_stat[MM_NR_FREE_PAGES]--;
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
}

static void touch_cpu(struct mm_victim *v, int cpu)
{
	mm_touch(v->x, MM_OBJ_PCP, mm_vmstat_pcp_id(v->m, normal(v), cpu));
}

/* A CPU that never folds: nothing is lost, but nobody else sees it. */
static void never_folded(struct mm_victim *v)
{
	struct per_cpu_zonestat *s = &normal(v)->zonestats[1];
	int excess = s->stat_threshold + 1 - s->diff[MM_NR_FREE_PAGES];

	s->diff[MM_NR_FREE_PAGES] = (int8_t)(s->diff[MM_NR_FREE_PAGES] + excess);
	normal(v)->vm_stat[MM_NR_FREE_PAGES] -= excess;
	v->m->vm_stat[MM_NR_FREE_PAGES] -= excess;
	touch_cpu(v, 1);
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
}

static void threshold_of_another_size(struct mm_victim *v)
{
	normal(v)->zonestats[1].stat_threshold++;
	touch_cpu(v, 1);
}

static void drift_mark_of_other_marks(struct mm_victim *v)
{
	normal(v)->percpu_drift_mark++;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
}

static void fold_that_forgets_a_zone(struct mm_victim *v)
{
	struct zone *z = &v->m->zones[MM_ZONE_MOVABLE];

	/* nothing is lost: the count is lower by what the CPU now holds */
	mm_vmstat_mod(v->x, z, MM_NR_FREE_PAGES, 1);
	z->vm_stat[MM_NR_FREE_PAGES]--;
	v->m->vm_stat[MM_NR_FREE_PAGES]--;
	mm_event(v->x, MM_EV_mm_vmstat_fold, 0);
}

static void hit_without_an_allocation(struct mm_victim *v)
{
	normal(v)->zonestats[1].numa[MM_NUMA_HIT]++;
	mm_touch(v->x, MM_OBJ_EVENTS, 1);
}

static void uncounted_free(struct mm_victim *v)
{
	v->m->vm_events[MM_VM_PGFREE]--;
	mm_touch(v->x, MM_OBJ_EVENTS, 0);
}

static void allocation_counted_elsewhere(struct mm_victim *v)
{
	v->m->vm_events[MM_VM_PGALLOC + MM_ZONE_NORMAL]--;
	v->m->vm_events[MM_VM_PGALLOC + MM_ZONE_DMA]++;
	mm_touch(v->x, MM_OBJ_EVENTS, 0);
}

static const struct mm_plant plants[] = {
	{"zone.free_count", miscounted_frames, "zone.conservation", false},
	{"zone.free_cma", cma_miscounted, NULL, false},
	{"zone.free_highatomic", highatomic_miscounted, NULL, false},
	{"vmstat.hierarchy", total_runs_away, NULL, false},
	{"vmstat.drift", never_folded, NULL, false},
	{"vmstat.threshold", threshold_of_another_size, NULL, false},
	{"vmstat.threshold", drift_mark_of_other_marks, NULL, false},
	{"vmstat.fold", fold_that_forgets_a_zone, NULL, true},
	{"vmstat.events", hit_without_an_allocation, NULL, false},
	{"vmstat.events", uncounted_free, NULL, false},
	{"vmstat.events", allocation_counted_elsewhere, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_pcp(p, plants);
}

const struct mm_prop mm_vmstat_props[] = {
	{"vmstat.thresholds_are_the_kernels", thresholds_are_the_kernels, 1},
	{"vmstat.changes_are_marked", changes_are_marked, 1},
	{"vmstat.deltas_follow_the_rule", deltas_follow_the_rule, 20},
	{"vmstat.negative_counts_read_as_zero", negative_counts_read_as_zero, 1},
	{"vmstat.drift_marks_stand_where_drift_hides_min", drift_marks_stand_where_drift_hides_min,
	 1},
	{"vmstat." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
