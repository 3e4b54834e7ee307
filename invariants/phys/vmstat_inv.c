/* SPDX-License-Identifier: MIT */
/*
 * vmstat claims: counts, what CPUs hold back of them, and the blocks they stand
 * for.  The exact value is summed up here, not asked for.
 */
#include "mm/vmstat.h"

#include "mm/check.h"

/* What CPUs have not folded yet. */
static int64_t held_back(const struct mm_machine *m, const struct zone *z, int item)
{
	int64_t sum = 0;
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		sum += z->zonestats[cpu].diff[item];
	return sum;
}

/* Pages on the lists of a type, which for special ones are short. */
static int64_t pages_of_type(const struct zone *z, enum mm_migratetype type)
{
	int64_t sum = 0;
	unsigned int o;

	for (o = 0; o < MM_NR_ORDERS; o++) {
		const struct mm_list *head = &z->free_area[o].free_list[type];

		if (!mm_list_empty(head))
			sum += mm_list_check(head, z->spanned) << o;
	}
	return sum;
}

static void check_free_count(struct mm_report *r, const struct mm_machine *m, uint64_t zone)
{
	const struct zone *z = &m->zones[zone];
	int64_t exact = z->vm_stat[MM_NR_FREE_PAGES] + held_back(m, z, MM_NR_FREE_PAGES);
	int64_t sum = 0;
	unsigned int o;

	for (o = 0; o < MM_NR_ORDERS; o++)
		sum += (int64_t)(z->free_area[o].nr_free << o);
	sum -= pages_of_type(z, MM_MIGRATE_ISOLATE);
	MM_CHECK(r, "zone.free_count", sum == exact,
		 "zone %s: %lld free pages counted, blocks hold %lld", z->name, (long long)exact,
		 (long long)sum);
}

static void check_free_special(struct mm_report *r, const struct mm_machine *m, uint64_t zone)
{
	const struct zone *z = &m->zones[zone];
	int64_t cma = z->vm_stat[MM_NR_FREE_CMA] + held_back(m, z, MM_NR_FREE_CMA);

	MM_CHECK(r, "zone.free_cma", cma == pages_of_type(z, MM_MIGRATE_CMA),
		 "zone %s: %lld free CMA pages counted, the lists hold %lld", z->name,
		 (long long)cma, (long long)pages_of_type(z, MM_MIGRATE_CMA));
	MM_CHECK(r, "zone.free_highatomic",
		 (int64_t)z->nr_free_highatomic == pages_of_type(z, MM_MIGRATE_HIGHATOMIC),
		 "zone %s: %lld free HighAtomic pages counted, the lists hold %lld", z->name,
		 (long long)z->nr_free_highatomic,
		 (long long)pages_of_type(z, MM_MIGRATE_HIGHATOMIC));
}

static void check_hierarchy(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	int item;
	int z;

	(void)id;
	for (item = 0; item < MM_NR_ZONE_STATS; item++) {
		int64_t sum = 0;

		for (z = 0; z < m->nr_zones; z++)
			sum += m->zones[z].vm_stat[item];
		MM_CHECK(r, "vmstat.hierarchy", sum == m->vm_stat[item],
			 "count %d of the machine is %lld, of its zones %lld", item,
			 (long long)m->vm_stat[item], (long long)sum);
	}
}

/* Bits that a number needs, by trying powers. */
static unsigned int bits(uint64_t v)
{
	unsigned int n = 0;

	while (n < 64 && v >= (uint64_t)1 << n)
		n++;
	return n;
}

/* Formula 21. */
static uint64_t due_threshold(const struct mm_machine *m, const struct zone *z, int cpus)
{
	uint64_t bytes = mm_zone_pages(z) * MM_PAGE_SIZE;
	uint64_t t = (uint64_t)2 * bits((uint64_t)cpus) * (1 + bits(bytes / 134217728));

	if (!m->desc.pcp || !z->present)
		return 0;
	return t > 125 ? 125 : t;
}

/* Where thresholds move, with a drift mark, the model says what a CPU may hold back. */
static void check_drift(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct zone *z = &m->zones[id / (uint64_t)m->desc.cpus];
	const struct per_cpu_zonestat *s = &z->zonestats[id % (uint64_t)m->desc.cpus];
	/* a delta that stood when a CPU went may be as large as it was allowed to be then */
	int64_t t =
		m->cpus_offline ? (int64_t)due_threshold(m, z, m->desc.cpus) : s->stat_threshold;
	bool moves = z->percpu_drift_mark != 0;
	int item;

	for (item = 0; item < MM_NR_ZONE_STATS; item++) {
		int64_t off = held_back(m, z, item);
		int64_t most = (int64_t)m->desc.cpus * t;

		MM_CHECK(r, "vmstat.drift", moves || (s->diff[item] <= t && -s->diff[item] <= t),
			 "zone %s: a CPU holds back %d of count %d, its threshold is %u", z->name,
			 s->diff[item], item, s->stat_threshold);
		MM_CHECK(r, "vmstat.drift",
			 (moves || (off <= most && -off <= most)) && z->vm_stat[item] + off >= 0,
			 "zone %s: count %d is %lld and off by %lld", z->name, item,
			 (long long)z->vm_stat[item], (long long)off);
	}
}

static void check_threshold(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	uint64_t cpu = id % (uint64_t)m->desc.cpus;
	const struct zone *z = &m->zones[id / (uint64_t)m->desc.cpus];
	const struct per_cpu_zonestat *s = &z->zonestats[cpu];
	int online = 0;
	uint64_t t;
	int i;

	/* of one that is offline it stays */
	if (m->cpus_offline >> cpu & 1)
		return;
	for (i = 0; i < m->desc.cpus; i++)
		online += !(m->cpus_offline & (uint64_t)1 << i);
	t = due_threshold(m, z, online);
	MM_CHECK(r, "vmstat.threshold", z->percpu_drift_mark || s->stat_threshold == t,
		 "zone %s: threshold %u, %d CPUs and %llu pages make %llu", z->name,
		 s->stat_threshold, online, (unsigned long long)mm_zone_pages(z),
		 (unsigned long long)t);
}

const struct mm_inv mm_vmstat_invs[] = {
	{"zone.free_count",
	 "the count of free pages is what free blocks that are not isolated hold", MM_OBJ_ZONE,
	 check_free_count, false},
	{"zone.free_cma", "the count of free CMA pages is what CMA's lists hold", MM_OBJ_ZONE,
	 check_free_special, false},
	{"zone.free_highatomic", "nr_free_highatomic is what HighAtomic's lists hold", MM_OBJ_ZONE,
	 check_free_special, false},
	{"vmstat.hierarchy", "a count of the machine is the sum over zones", MM_OBJ_MACHINE,
	 check_hierarchy, false},
	{"vmstat.drift", "CPUs hold back no more than they once might, and no count is negative",
	 MM_OBJ_PCP, check_drift, false},
	{"vmstat.threshold", "thresholds and drift marks follow from CPUs and sizes", MM_OBJ_PCP,
	 check_threshold, true},
	{"vmstat.fold", "after its fold a CPU holds nothing back", MM_OBJ_EVENT, NULL, false},
	{"vmstat.events", "pages counted as handed out and taken back are those that were",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
