/* SPDX-License-Identifier: MIT */
/*
 * vmstat: deltas, folds and thresholds.
 *
 * A threshold grows with the logarithm of CPUs and of memory: folding costs a
 * shared cache line, drift costs precision, and both scale so.  When drift alone
 * could hide that a zone has fallen below its min mark, the zone gets a drift
 * mark: below it, who has to know counts exactly.  Marks that a sysctl moves later
 * do not move it; the kernel computes it when memory or CPUs come and go.
 */
#include "mm/vmstat.h"

#include "mm/rng.h"

/* A delta is a signed byte. */
#define THRESHOLD_MAX 125

_Static_assert(MM_VM_NR <= MM_VM_STRIDE, "events of a CPU have room");

/* Kernel: fls.  Number of the highest bit set, from 1; 0 for 0. */
static unsigned int fls64(uint64_t v)
{
	unsigned int n = 0;

	for (; v; v >>= 1)
		n++;
	return n;
}

static uint64_t events_count(const struct mm_machine *m)
{
	return (uint64_t)m->desc.cpus;
}

static uint64_t events_hash(const struct mm_machine *m, uint64_t id)
{
	const uint64_t *e = &m->vm_events[id * MM_VM_STRIDE];
	uint64_t h = id;
	int i;
	int z;

	for (i = 0; i < MM_VM_NR; i++) {
		if (e[i])
			h = mm_hash64_step(h, e[i] * MM_VM_NR + (uint64_t)i);
	}
	for (z = 0; z < m->nr_zones; z++) {
		const uint64_t *numa = m->zones[z].zonestats[id].numa;

		for (i = 0; i < MM_NUMA_NR && mm_zone_managed(&m->zones[z]); i++) {
			if (numa[i])
				h = mm_hash64_step(h, (numa[i] * MM_NUMA_NR + (uint64_t)i) *
								      (uint64_t)m->nr_zones +
							      (uint64_t)z);
		}
	}
	return h;
}

static const struct mm_kind_ops events_kind = {"events", events_count, events_hash, NULL};

int mm_vmstat_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	size_t cpus = (size_t)m->desc.cpus;
	struct per_cpu_zonestat *none = NULL;
	int z;

	m->vm_events = mm_machine_alloc(m, cpus * MM_VM_STRIDE * sizeof(uint64_t), 64);
	if (!m->vm_events)
		return -MM_ENOMEM;
	for (z = 0; z < m->nr_zones; z++) {
		/* zones without frames count nothing, and share where they would */
		if (!m->zones[z].present && none) {
			m->zones[z].zonestats = none;
			continue;
		}
		m->zones[z].zonestats =
			mm_machine_alloc(m, cpus * sizeof(struct per_cpu_zonestat), 64);
		if (!m->zones[z].zonestats)
			return -MM_ENOMEM;
		if (!m->zones[z].present)
			none = m->zones[z].zonestats;
	}
	return mm_machine_kind_set(m, MM_OBJ_EVENTS, &events_kind);
}

unsigned int mm_vmstat_threshold(int cpus, uint64_t managed)
{
	uint64_t units = managed >> (27 - MM_PAGE_SHIFT); /* of 128 MiB */
	unsigned int t = 2 * fls64((uint64_t)cpus) * (1 + fls64(units));

	return t > THRESHOLD_MAX ? THRESHOLD_MAX : t;
}

unsigned int mm_vmstat_pressure_threshold(int cpus, const uint64_t wmark[MM_NR_WMARK])
{
	uint64_t t = (wmark[MM_WMARK_LOW] - wmark[MM_WMARK_MIN]) / (uint64_t)cpus;

	if (t > THRESHOLD_MAX)
		return THRESHOLD_MAX;
	return t ? (unsigned int)t : 1;
}

uint64_t mm_vmstat_drift_mark(uint64_t drift, const uint64_t wmark[MM_NR_WMARK])
{
	uint64_t room = wmark[MM_WMARK_LOW] - wmark[MM_WMARK_MIN];

	return drift > room ? wmark[MM_WMARK_HIGH] + drift : 0;
}

/* That of each CPU that is online; of the others it stays. */
static void set_threshold(struct mm_ctx *x, struct zone *z, unsigned int t)
{
	int cpu;

	mm_event(x, MM_EV_mm_vmstat_threshold, z->id, z->zonestats[0].stat_threshold, t);
	for (cpu = 0; cpu < x->m->desc.cpus; cpu++) {
		if (!mm_machine_cpu_online(x->m, cpu))
			continue;
		z->zonestats[cpu].stat_threshold = (uint8_t)t;
		mm_touch(x, MM_OBJ_PCP, mm_vmstat_pcp_id(x->m, z, cpu));
	}
}

void mm_vmstat_refresh_thresholds(struct mm_ctx *x)
{
	const struct mm_machine *m = x->m;
	int cpus = mm_machine_nr_online(m);
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];
		unsigned int t =
			m->desc.pcp && z->present ? mm_vmstat_threshold(cpus, mm_zone_pages(z)) : 0;
		uint64_t mark = mm_vmstat_drift_mark((uint64_t)cpus * t, z->wmark);

		set_threshold(x, z, t);
		/* one that stands stays, as in the kernel */
		if (mark)
			z->percpu_drift_mark = mark;
	}
	mm_touch(x, MM_OBJ_SETTINGS, 0);
}

void mm_vmstat_set_pressure(struct mm_ctx *x, int nid, bool pressure)
{
	int cpus = mm_machine_nr_online(x->m);
	int i;

	for (i = 0; i < MM_NR_ZONES; i++) {
		struct zone *z = mm_zone_at(x->m, nid, (enum mm_zone_type)i);

		/* elsewhere drift does not hide much */
		if (z->percpu_drift_mark)
			set_threshold(x, z,
				      pressure ? mm_vmstat_pressure_threshold(cpus, z->wmark)
					       : mm_vmstat_threshold(cpus, mm_zone_pages(z)));
	}
}

/* Into the zone's and the machine's counts. */
static void fold(struct mm_ctx *x, struct zone *z, enum mm_zone_stat i, int64_t delta)
{
	z->vm_stat[i] += delta;
	x->m->vm_stat[i] += delta;
	mm_touch(x, MM_OBJ_ZONE, z->id);
	mm_touch(x, MM_OBJ_MACHINE, 0);
}

static void touch_deltas_of(struct mm_ctx *x, const struct zone *z, int cpu)
{
	if (MM_UNLIKELY(x->touched))
		mm_touched_add(x->touched, MM_OBJ_PCP, mm_vmstat_pcp_id(x->m, z, cpu));
}

static void touch_deltas(struct mm_ctx *x, const struct zone *z)
{
	touch_deltas_of(x, z, x->cpu);
}

void mm_vmstat_mod(struct mm_ctx *x, struct zone *z, enum mm_zone_stat i, int64_t delta)
{
	struct per_cpu_zonestat *s = &z->zonestats[x->cpu];
	int64_t sum = s->diff[i] + delta;

	if (sum > s->stat_threshold || -sum > s->stat_threshold) {
		fold(x, z, i, sum);
		sum = 0;
	}
	s->diff[i] = (int8_t)sum;
	touch_deltas(x, z);
}

void mm_vmstat_inc(struct mm_ctx *x, struct zone *z, enum mm_zone_stat i)
{
	struct per_cpu_zonestat *s = &z->zonestats[x->cpu];
	int half = s->stat_threshold / 2;

	s->diff[i]++;
	if (s->diff[i] > s->stat_threshold) {
		fold(x, z, i, s->diff[i] + half);
		s->diff[i] = (int8_t)-half;
	}
	touch_deltas(x, z);
}

void mm_vmstat_dec(struct mm_ctx *x, struct zone *z, enum mm_zone_stat i)
{
	struct per_cpu_zonestat *s = &z->zonestats[x->cpu];
	int half = s->stat_threshold / 2;

	s->diff[i]--;
	if (-s->diff[i] > s->stat_threshold) {
		fold(x, z, i, s->diff[i] - half);
		s->diff[i] = (int8_t)half;
	}
	touch_deltas(x, z);
}

static unsigned int fold_deltas(struct mm_ctx *x, int cpu)
{
	unsigned int changes = 0;
	int zone;
	int i;

	for (zone = 0; zone < x->m->nr_zones; zone++) {
		struct zone *z = &x->m->zones[zone];
		struct per_cpu_zonestat *s = &z->zonestats[cpu];

		for (i = 0; i < MM_NR_ZONE_STATS; i++) {
			if (!s->diff[i])
				continue;
			fold(x, z, (enum mm_zone_stat)i, s->diff[i]);
			s->diff[i] = 0;
			touch_deltas_of(x, z, cpu);
			changes++;
		}
	}
	mm_event(x, MM_EV_mm_vmstat_fold, (uint64_t)cpu);
	return changes;
}

unsigned int mm_vmstat_fold(struct mm_ctx *x)
{
	return fold_deltas(x, x->cpu);
}

/* What is counted by CPU alone changes hands: sums over CPUs stay. */
static void hand_over(uint64_t *to, uint64_t *from, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		to[i] += from[i];
		from[i] = 0;
	}
}

void mm_vmstat_take_over(struct mm_ctx *x, int cpu)
{
	struct mm_machine *m = x->m;
	int z;

	MM_PRE(cpu != x->cpu);
	hand_over(&m->vm_events[(size_t)x->cpu * MM_VM_STRIDE],
		  &m->vm_events[(size_t)cpu * MM_VM_STRIDE], MM_VM_NR);
	for (z = 0; z < m->nr_zones; z++)
		hand_over(m->zones[z].zonestats[x->cpu].numa, m->zones[z].zonestats[cpu].numa,
			  MM_NUMA_NR);
	mm_touch(x, MM_OBJ_EVENTS, (uint64_t)x->cpu);
	mm_touch(x, MM_OBJ_EVENTS, (uint64_t)cpu);
	(void)fold_deltas(x, cpu);
}

uint64_t mm_vmstat_zone_exact(const struct mm_machine *m, const struct zone *z, enum mm_zone_stat i)
{
	int64_t sum = z->vm_stat[i];
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		sum += z->zonestats[cpu].diff[i];
	return sum < 0 ? 0 : (uint64_t)sum;
}

uint64_t mm_vmstat_free_exact(const struct mm_machine *m)
{
	uint64_t sum = 0;
	int z;

	for (z = 0; z < m->nr_zones; z++)
		sum += mm_vmstat_zone_exact(m, &m->zones[z], MM_NR_FREE_PAGES);
	return sum;
}

uint64_t mm_vmstat_events(const struct mm_machine *m, unsigned int event)
{
	uint64_t sum = 0;
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		sum += m->vm_events[(unsigned int)cpu * MM_VM_STRIDE + event];
	return sum;
}

uint64_t mm_vmstat_numa_events(const struct mm_machine *m, const struct zone *z,
			       enum mm_numa_event e)
{
	uint64_t sum = 0;
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		sum += z->zonestats[cpu].numa[e];
	return sum;
}
