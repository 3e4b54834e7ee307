/* SPDX-License-Identifier: MIT */
/* pcp: limits of real kernels, lists under walks, planted corruptions. */
#include "mm/pcp.h"

#include "mm/watermark.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"
#include "invariants/engine/prop_stateful.h"

#include <string.h>

/* A running 6.18 with 2 CPUs and 24 GiB, and what was measured on it with the
 * sysctl set. */
static void limits_are_the_kernels(struct mm_prop_run *p)
{
	static const struct {
		uint64_t managed;
		uint64_t low;
		uint64_t fraction;
		int cpus;
		struct mm_pcp_limits want;
	} table[] = {
		{3840, 37, 0, 2, {1, 18, 240}},
		{772917, 7581, 0, 2, {63, 3790, 48307}},
		{1376256, 13502, 0, 2, {63, 6751, 86016}},
		{1376256, 13502, 8, 2, {63, 86016, 86016}},
		{1376256, 13502, 100000, 2, {63, 252, 252}},
		/* a machine of 4 MiB: a batch is one page */
		{1024, 40, 0, 2, {1, 20, 64}},
		{1024, 40, 0, 64, {1, 4, 4}},
		{4096, 80, 0, 1, {1, 80, 512}},
		{12288, 80, 0, 1, {3, 80, 1536}},
		/* 5 + 2 makes 4, 7 + 3 makes 8: less one */
		{20480, 80, 0, 1, {3, 80, 2560}},
		{28672, 80, 0, 1, {7, 80, 3584}},
		/* never below four batches; the low mark may be above an eighth */
		{1024, 400, 0, 1, {1, 400, 128}},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct mm_pcp_sizes sizes = {table[i].managed, table[i].low,
						   table[i].fraction, table[i].cpus};
		struct mm_pcp_limits l = mm_pcp_compute_limits(&sizes);

		PROP(p,
		     l.batch == table[i].want.batch && l.high_min == table[i].want.high_min &&
			     l.high_max == table[i].want.high_max,
		     "row %zu: batch %llu high_min %llu high_max %llu", i,
		     (unsigned long long)l.batch, (unsigned long long)l.high_min,
		     (unsigned long long)l.high_max);
	}
}

/* The formulas of 4.14, worked out by hand: a batch of none in a small zone, at most 31
 * pages; by a fraction of the zone, at most 96. */
static void hot_cold_limits_are_those_of_4_14(struct mm_prop_run *p)
{
	static const struct {
		uint64_t managed;
		uint64_t fraction;
		uint64_t batch;
		uint64_t high;
	} table[] = {
		{1024, 0, 1, 0},        {8191, 0, 1, 0},    {8192, 0, 1, 6},
		{16384, 0, 3, 18},      {65536, 0, 15, 90}, {131072, 0, 31, 186},
		{1u << 20, 0, 31, 186}, {1024, 8, 32, 128}, {1024, 300, 1, 3},
		{1024, 2000, 1, 0},     {4096, 8, 96, 512}, {3072, 8, 96, 384},
		{3040, 8, 95, 380},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct mm_pcp_sizes s = {table[i].managed, 50, table[i].fraction, 1 + (int)i};
		struct mm_pcp_limits l = mm_pcp_hot_cold_limits(&s);

		PROP(p,
		     l.batch == table[i].batch && l.high_min == table[i].high &&
			     l.high_max == table[i].high,
		     "row %zu: batch %llu high %llu", i, (unsigned long long)l.batch,
		     (unsigned long long)l.high_max);
	}
}

static const struct {
	int have[3]; /* pages by type */
	int nr;      /* sysctl's batch: so many go back */
	int left[3];
} turns[] = {
	{{0, 4, 0}, 1, {0, 3, 0}}, {{4, 0, 0}, 1, {3, 0, 0}},   {{1, 1, 2}, 1, {1, 0, 2}},
	{{0, 5, 3}, 2, {0, 4, 2}}, {{2, 5, 5}, 3, {1, 4, 4}},   {{6, 3, 3}, 3, {5, 2, 2}},
	{{8, 0, 8}, 4, {7, 0, 5}}, {{12, 0, 4}, 4, {11, 0, 1}}, {{15, 1, 0}, 4, {12, 0, 0}},
};

/* What goes back of lists of so many pages, by the text of free_pcppages_bulk: the first
 * list last. */
static void check_turn(struct mm_prop_run *p, size_t i)
{
	struct mm_machine *m =
		mm_boot("ram=4M max_order=6 pageblock_order=3 pcp=on pcp_lists=hot_cold", NULL);
	int sum = turns[i].have[0] + turns[i].have[1] + turns[i].have[2];
	struct page *held[3][16] = {{NULL}};
	struct per_cpu_pages *pcp;
	struct zone *z;
	struct mm_ctx x;
	int t;
	int k;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	z = &m->zones[MM_ZONE_NORMAL];
	pcp = &z->pageset[0];
	for (t = 0; t < 3; t++) {
		for (k = 0; k < turns[i].have[t]; k++)
			held[t][k] = mm_pcp_get(&x, z, 0, (enum mm_migratetype)t, 0);
	}
	mm_pcp_drain(&x, NULL, 0);
	pcp->high_min = pcp->high_max = sum;
	pcp->batch = turns[i].nr;
	for (t = 0; t < 3; t++) {
		for (k = 0; k < turns[i].have[t]; k++) {
			PROP(p, held[t][k] && mm_pcp_trylock(&x, z), "nothing to be had");
			mm_pcp_put(&x, z, held[t][k], 0);
		}
	}
	for (t = 0; t < 3; t++)
		PROP(p, mm_list_check(&pcp->lists[t], 64) == turns[i].left[t],
		     "row %zu, type %d: %d left", i, t, (int)mm_list_check(&pcp->lists[t], 64));
	mm_machine_destroy(m);
}

static void hot_cold_lists_give_in_turn(struct mm_prop_run *p)
{
	size_t i;

	for (i = 0; i < sizeof(turns) / sizeof(turns[0]); i++)
		check_turn(p, i);
}

static void numbers_of_lists_and_orders_agree(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 pcp=on thp=5", NULL);
	bool seen[MM_PCP_LISTS] = {false};
	unsigned int order;
	int t;

	PROP(p, m, "the machine does not boot");
	for (order = 0; order <= 14; order++) {
		PROP(p, mm_pcp_allowed(m, order) == (order <= 3 || order == 5), "order %u", order);
		for (t = 0; t < MM_MIGRATE_PCPTYPES && mm_pcp_allowed(m, order); t++) {
			unsigned int i = mm_pcp_index((enum mm_migratetype)t, order);

			PROP(p, i < MM_PCP_LISTS && mm_pcp_order(m, i) == order,
			     "order %u type %d: list %u", order, t, i);
			/* huge pages: what is not movable shares a list */
			PROP(p, !seen[i] || (order == 5 && t == MM_MIGRATE_RECLAIMABLE),
			     "order %u type %d shares list %u", order, t, i);
			seen[i] = true;
		}
	}
	mm_machine_destroy(m);
	m = mm_boot("ram=4M max_order=6 pcp=off", NULL);
	PROP(p, m && !m->pcp_orders, "lists without lists");
	mm_machine_destroy(m);
}

/* A CPU keeps a batch of larger blocks when its cache holds more than three. */
static void caches_larger_than_three_batches_keep_one(struct mm_prop_run *p)
{
	static const struct {
		const char *machine; /* a batch of 3 pages, 12 KiB */
		bool keeps;
	} table[] = {
		{"ram=64M contents=none", false},
		{"ram=64M contents=none cache=36K", false},
		{"ram=64M contents=none cache=40K", true},
		{"ram=64M contents=none cache=1M", true},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct mm_machine *m = mm_boot(table[i].machine, NULL);
		const struct per_cpu_pages *pcp = m ? m->zones[MM_ZONE_NORMAL].pageset : NULL;

		PROP(p, pcp && pcp->batch == 3, "%s: not as described", table[i].machine);
		PROP(p, !(pcp->flags & MM_PCPF_FREE_HIGH_BATCH) == !table[i].keeps, "%s: flags %u",
		     table[i].machine, pcp->flags);
		mm_machine_destroy(m);
	}
}

static void check_flags_in_digest(struct mm_prop_run *p, const struct mm_machine *m, struct zone *z,
				  struct per_cpu_pages *pcp)
{
	uint64_t boot = mm_machine_digest_sweep(m);

	pcp->alloc_factor ^= 1;
	PROP(p, mm_machine_digest_sweep(m) != boot, "alloc_factor is not in the digest");
	pcp->alloc_factor ^= 1;
	pcp->flags ^= MM_PCPF_PREV_FREE_HIGH_ORDER;
	PROP(p, mm_machine_digest_sweep(m) != boot, "flags are not in the digest");
	pcp->flags ^= MM_PCPF_PREV_FREE_HIGH_ORDER;
	z->flags ^= MM_ZONE_BELOW_HIGH;
	PROP(p, mm_machine_digest_sweep(m) != boot, "the zone's flags are not in the digest");
	z->flags ^= MM_ZONE_BELOW_HIGH;
	z->zonestats[0].diff[MM_NR_FREE_PAGES] ^= 1;
	PROP(p, mm_machine_digest_sweep(m) != boot, "deltas are not in the digest");
	z->zonestats[0].diff[MM_NR_FREE_PAGES] ^= 1;
	z->pageset_disabled ^= true;
	PROP(p, mm_machine_digest_sweep(m) != boot, "disabling is not in the digest");
	z->pageset_disabled ^= true;
}

/* Of each counter what a CPU holds back: nothing, one, two and one too much are four states. */
static void check_diffs_in_digest(struct mm_prop_run *p, struct mm_machine *m,
				  struct per_cpu_zonestat *s)
{
	static const int8_t held[] = {0, 1, 2, -1};
	uint64_t seen[4];
	size_t item;
	size_t i;

	for (item = 0; item < MM_NR_ZONE_STATS; item++) {
		for (i = 0; i < 4; i++) {
			s->diff[item] = held[i];
			mm_walk_another_digest(p, m, seen, i);
		}
		s->diff[item] = 0;
	}
}

/* Each number that is state moves the digest, and its way back moves it back. */
static void numbers_are_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 cpus=2 pcp=on", NULL);
	struct per_cpu_pages *pcp;
	struct zone *z;
	uint64_t boot;
	size_t i;

	PROP(p, m, "the machine does not boot");
	z = &m->zones[MM_ZONE_NORMAL];
	pcp = &z->pageset[1];
	boot = mm_machine_digest_sweep(m);
	for (i = 0; i < 6; i++) {
		int *number = (int *const[]){&pcp->count,    &pcp->high,     &pcp->free_count,
					     &pcp->high_min, &pcp->high_max, &pcp->batch}[i];

		++*number;
		PROP(p, mm_machine_digest_sweep(m) != boot, "number %zu is not in the digest", i);
		--*number;
	}
	for (i = 0; i < 7; i++) {
		uint64_t *count = (uint64_t *const[]){&z->zonestats[1].numa[MM_NUMA_HIT],
						      &z->zonestats[1].numa[MM_NUMA_LOCAL],
						      &m->vm_events[MM_VM_STRIDE + MM_VM_PGFREE],
						      &z->pageset_high_min,
						      &z->pageset_high_max,
						      &z->pageset_batch,
						      &z->percpu_drift_mark}[i];

		++*count;
		PROP(p, mm_machine_digest_sweep(m) != boot, "count %zu is not in the digest", i);
		--*count;
	}
	check_diffs_in_digest(p, m, &z->zonestats[1]);
	check_flags_in_digest(p, m, z, pcp);
	PROP(p, mm_machine_digest_sweep(m) == boot, "the way back gives another digest");
	mm_machine_destroy(m);
}

/* Two CPUs that exchange their lists are another state: frames do not say whose they are. */
static void lists_of_cpus_are_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 cpus=2 pcp=on", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	struct mm_list *list[2];
	struct mm_list *first[2];
	uint64_t before;
	struct mm_ctx x;
	int cpu;
	int i;

	PROP(p, m, "the machine does not boot");
	for (cpu = 0; cpu < 2; cpu++) {
		mm_ctx_init(&x, m, cpu);
		list[cpu] = &z->pageset[cpu].lists[MM_MIGRATE_UNMOVABLE];
		/* refills double: the second brings two and leaves one */
		for (i = 0; i < 2; i++)
			PROP(p, mm_pcp_get(&x, z, 0, MM_MIGRATE_UNMOVABLE, MM_ALLOC_WMARK_MIN),
			     "no page");
		first[cpu] = list[cpu]->next;
		PROP(p, z->pageset[cpu].count == 1 && first[cpu]->next == list[cpu], "not one");
	}
	before = mm_machine_digest_sweep(m);
	for (cpu = 0; cpu < 2; cpu++) {
		mm_list_del(first[cpu]);
		mm_list_add(first[cpu], list[!cpu]);
	}
	PROP(p, mm_machine_digest_sweep(m) != before, "whose list it is, is not in the digest");
	mm_machine_destroy(m);
}

/* A batch of one page is small against any cache: while lists are disabled the
 * flag stands, and goes with the batch that comes back. */
static void the_flag_follows_the_batch(struct mm_prop_run *p)
{
	struct mm_walk w;
	struct zone *z;
	struct mm_ctx *x;

	if (!mm_walk_open(&w, p, "ram=64M contents=none cache=36K"))
		return;
	z = &w.m->zones[MM_ZONE_NORMAL];
	x = &w.run->ctx[0];
	PROP(p, mm_pcp_disable(x, z) == 0 && (z->pageset->flags & MM_PCPF_FREE_HIGH_BATCH),
	     "a batch of one page does not fit three times");
	PROP(p, mm_checker_after_op(w.checker) && mm_checker_sweep(w.checker), "%s",
	     w.checker->report.first.text);
	PROP(p, mm_pcp_enable(x, z) == 0 && !(z->pageset->flags & MM_PCPF_FREE_HIGH_BATCH),
	     "the flag outlives the batch");
	PROP(p, mm_checker_after_op(w.checker) && mm_checker_sweep(w.checker), "%s",
	     w.checker->report.first.text);
	mm_walk_close(&w);
}

/* Small machines with lists, each with one thing that changes the rules. */
static const char *const machines[] = {
	"ram=4M max_order=6 pageblock_order=3 cpus=2 pcp=on",
	"ram=16M max_order=6 pageblock_order=4 cpus=2 pcp=on cache=1M",
	"ram=4M dma=1M dma32=2M max_order=6 pageblock_order=3 cpus=2 pcp=on thp=5",
	"ram=4M max_order=6 pageblock_order=1 cpus=1 pcp=on thp=4 min_free_kbytes=2000",
	"ram=32M max_order=9 cpus=3 pcp=on min_free_kbytes=64",
	"ram=4M dma=1M max_order=6 pageblock_order=3 cpus=2 pcp=on pcp_lists=hot_cold",
	NULL,
};

static const struct mm_stateful_cover cover[] = {
	{"a refill", 60, MM_EV_mm_pcp_refill, NULL, NULL},
	{"blocks of a list freed in bulk", 60, MM_EV_mm_pcp_bulk_free, NULL, NULL},
	{"a drain", 60, MM_EV_mm_page_pcpu_drain, NULL, NULL},
	{"a decay", 70, MM_EV_mm_pcp_decay, NULL, NULL},
	{"a contended list", 50, MM_EV_mm_pcp_contended, NULL, NULL},
	{"a failed request", 70, MM_EV_mm_page_alloc_failed, NULL, NULL},
	{NULL, 0, MM_EV_NR, NULL, NULL},
};

const struct mm_stateful mm_pcp_stateful = {
	.module = "pcp", .machines = machines, .cover = cover, .runs = 100, .ops = 700};

/* The most pages that a CPU keeps while 64 come back to its empty lists.  (Refills
 * are not bounded, and a trace may end on a run of allocations.) */
static int most_kept(struct mm_walk *w, int cpu)
{
	struct zone *z = &w->m->zones[MM_ZONE_NORMAL];
	struct mm_ctx *x = &w->run->ctx[cpu];
	struct page *held[64];
	int most = 0;
	int n = 0;

	x->pcp_contended = 0;
	while (n < 64 && (held[n] = mm_pcp_get(x, z, 0, MM_MIGRATE_MOVABLE, 0)) != NULL)
		n++;
	mm_pcp_drain(x, NULL, cpu);
	while (n-- > 0) {
		if (mm_pcp_trylock(x, z))
			mm_pcp_put(x, z, held[n], 0);
		if (z->pageset[cpu].count > most)
			most = z->pageset[cpu].count;
	}
	return most;
}

/* A flag that reclaim sets, which nothing here does yet. */
static void active_reclaim_keeps_lists_short(struct mm_prop_run *p)
{
	struct mm_walk w;
	struct mm_trace t;
	unsigned int i;

	if (!mm_walk_open(&w, p, machines[1]))
		return;
	w.m->zones[MM_ZONE_NORMAL].flags |= MM_ZONE_RECLAIM_ACTIVE;
	mm_machine_digest_rebuild(w.m);
	mm_trace_init(&t);
	mm_walk_trace(p, &t, machines[1], 600);
	PROP(p, mm_run_trace(w.run, &t, &(struct mm_run_options){.expect = true}) == 0,
	     "no memory");
	/* that nobody works for the zone is seen as soon as kswapd runs there */
	PROP(p,
	     !w.run->finding || w.run->finding == MM_FINDING_STOP ||
		     strcmp(w.run->claim, "kswapd.active") == 0,
	     "%s: %s", w.run->claim, w.run->text);
	for (i = 0; i < 2; i++) {
		int most = most_kept(&w, (int)i);

		PROP(p, most <= 4 * w.m->zones[MM_ZONE_NORMAL].pageset[i].batch,
		     "CPU %u keeps %d pages", i, most);
	}
	w.run->trace = NULL;
	mm_trace_free(&t);
	mm_walk_close(&w);
}

/* All that CPUs keep goes back, whoever asks, and no frame is lost. */
static void a_drain_leaves_nothing(struct mm_prop_run *p)
{
	struct mm_walk w;
	uint64_t free_before;
	uint64_t listed = 0;
	int cpu;
	int i;

	if (!mm_walk_open(&w, p, machines[0]))
		return;
	for (cpu = 0; cpu < 2; cpu++) {
		struct mm_ctx *x = &w.run->ctx[cpu];
		struct zone *z = &w.m->zones[MM_ZONE_NORMAL];
		struct page *page = mm_pcp_get(x, z, 0, MM_MIGRATE_MOVABLE, 0);

		PROP(p, page && mm_pcp_trylock(x, z), "nothing to be had");
		mm_pcp_put(x, z, page, 0);
	}
	free_before = mm_vmstat_free_exact(w.m);
	for (i = 0; i < MM_NR_ZONES; i++) {
		for (cpu = 0; cpu < 2; cpu++)
			listed += (uint64_t)w.m->zones[i].pageset[cpu].count;
	}
	PROP(p, listed, "no list holds anything");
	mm_pcp_drain_all(&w.run->ctx[0], NULL);
	PROP(p, mm_vmstat_free_exact(w.m) == free_before + listed, "frames were lost");
	for (i = 0; i < MM_NR_ZONES; i++) {
		for (cpu = 0; cpu < 2; cpu++)
			PROP(p, w.m->zones[i].pageset[cpu].count == 0, "a list still holds some");
	}
	mm_walk_close(&w);
}

/* A drain of one zone, or of one CPU, leaves the others alone. */
static void a_drain_takes_no_more_than_asked(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M dma=2M max_order=6 cpus=2 pcp=on", NULL);
	struct mm_ctx x[2];
	int zone;
	int cpu;

	PROP(p, m, "the machine does not boot");
	for (cpu = 0; cpu < 2; cpu++) {
		mm_ctx_init(&x[cpu], m, cpu);
		for (zone = 0; zone <= MM_ZONE_NORMAL; zone += MM_ZONE_NORMAL) {
			struct zone *z = &m->zones[zone];
			struct page *page = mm_pcp_get(&x[cpu], z, 1, MM_MIGRATE_MOVABLE, 0);

			PROP(p, page && mm_pcp_trylock(&x[cpu], z), "nothing to be had");
			mm_pcp_put(&x[cpu], z, page, 1);
		}
	}
	mm_pcp_drain(&x[0], &m->zones[MM_ZONE_DMA], 1);
	for (cpu = 0; cpu < 2; cpu++) {
		PROP(p, (m->zones[MM_ZONE_DMA].pageset[cpu].count == 0) == (cpu == 1),
		     "DMA, CPU %d", cpu);
		PROP(p, m->zones[MM_ZONE_NORMAL].pageset[cpu].count == 2, "Normal, CPU %d", cpu);
	}
	mm_pcp_drain(&x[1], NULL, 0);
	PROP(p, m->zones[MM_ZONE_DMA].pageset[0].count == 0, "DMA was not drained");
	PROP(p, m->zones[MM_ZONE_NORMAL].pageset[0].count == 0, "Normal was not drained");
	PROP(p, m->zones[MM_ZONE_NORMAL].pageset[1].count == 2, "CPU 1 was drained");
	mm_machine_destroy(m);
}

/* What decay and folding say there was to do. */
static void idle_lists_decay_to_their_minimum(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=16M max_order=6 pcp=on", NULL);
	struct per_cpu_pages *pcp = m ? m->zones[MM_ZONE_NORMAL].pageset : NULL;
	struct mm_ctx x;
	int rounds = 0;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	pcp->high = pcp->high_max;
	PROP(p, pcp->high_min < pcp->high_max, "nothing to decay");
	while (pcp->high > pcp->high_min) {
		int before = pcp->high;
		unsigned int todo = mm_pcp_decay(&x);

		PROP(p,
		     pcp->high == (before - before / 8 > pcp->high_min ? before - before / 8
								       : pcp->high_min),
		     "high %d after %d", pcp->high, before);
		PROP(p, todo == (pcp->high > pcp->high_min), "%u to do at high %d", todo,
		     pcp->high);
		PROP(p, ++rounds < 100, "high does not come down");
	}
	PROP(p, mm_pcp_decay(&x) == 0, "there was something to do");
	mm_machine_destroy(m);
}

/* Twice is refused, and the limits that come back are those of the settings. */
static void disabling_nests_not(struct mm_prop_run *p)
{
	struct mm_walk w;
	struct zone *z;
	struct mm_ctx *x;

	if (!mm_walk_open(&w, p, machines[2]))
		return;
	z = &w.m->zones[MM_ZONE_NORMAL];
	x = &w.run->ctx[1];
	PROP(p, mm_pcp_enable(x, z) == -MM_EINVAL, "enabled what is not disabled");
	PROP(p, mm_pcp_disable(x, z) == 0, "not disabled");
	PROP(p, mm_pcp_disable(x, z) == -MM_EBUSY, "disabled twice");
	PROP(p, z->pageset[0].high_max == 0 && z->pageset[1].batch == 1, "CPUs still keep pages");
	PROP(p, mm_checker_after_op(w.checker) && mm_checker_sweep(w.checker), "%s",
	     w.checker->report.first.text);
	PROP(p, mm_pcp_enable(x, z) == 0, "not enabled");
	PROP(p, mm_pcp_enable(x, z) == -MM_EINVAL, "enabled twice");
	PROP(p, mm_checker_after_op(w.checker) && mm_checker_sweep(w.checker), "%s",
	     w.checker->report.first.text);
	mm_walk_close(&w);
}

/* ---- plantings ---- */

/* d lies on a list of CPU 1 in the zone it came from. */
static struct page *listed_page(const struct mm_victim *v)
{
	return &v->m->memmap[mm_victim_held(v, VICTIM_D)];
}

static struct zone *its_zone(const struct mm_victim *v)
{
	return &v->m->zones[listed_page(v)->zone];
}

static struct per_cpu_pages *its_lists(const struct mm_victim *v)
{
	return &its_zone(v)->pageset[1];
}

static void touch_it(struct mm_victim *v, enum mm_obj kind)
{
	mm_touch(v->x, kind, mm_vmstat_pcp_id(v->m, its_zone(v), 1));
}

static void owner_left_on_a_list(struct mm_victim *v)
{
	listed_page(v)->mapping = 8;
	mm_page_touch(v->x, listed_page(v));
}

static void list_of_another_order(struct mm_victim *v)
{
	listed_page(v)->list = (uint8_t)mm_pcp_index(MM_MIGRATE_MOVABLE, 3);
	mm_page_touch(v->x, listed_page(v));
}

static void tail_in_use(struct mm_victim *v)
{
	/* of b, order 2 */
	v->m->memmap[mm_victim_held(v, VICTIM_B) + 3].mapcount = 0;
	mm_page_touch(v->x, &v->m->memmap[mm_victim_held(v, VICTIM_B)]);
	mm_page_touch(v->x, &v->m->memmap[mm_victim_held(v, VICTIM_B) + 3]);
}

static void miscounted_list(struct mm_victim *v)
{
	its_lists(v)->count++;
	touch_it(v, MM_OBJ_PCP);
}

static void batch_of_nothing(struct mm_victim *v)
{
	its_lists(v)->batch = 0;
	touch_it(v, MM_OBJ_PCP);
}

static void factor_without_bound(struct mm_victim *v)
{
	its_lists(v)->alloc_factor = 6;
	touch_it(v, MM_OBJ_TUNING);
}

static void limits_of_another_machine(struct mm_victim *v)
{
	its_lists(v)->high_max++;
	touch_it(v, MM_OBJ_PCP);
}

static void disabled_and_not_drained(struct mm_victim *v)
{
	its_zone(v)->pageset_disabled = true;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
	touch_it(v, MM_OBJ_PCP);
}

static void high_moves_by_itself(struct mm_victim *v)
{
	its_lists(v)->high++;
	touch_it(v, MM_OBJ_TUNING);
}

static void cold_end_handed_out(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_pcp_take, mm_victim_held(v, VICTIM_A), 0, listed_page(v)->list,
		 listed_page(v)->zone, 1);
}

static void refill_without_measure(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_pcp_refill, its_zone(v)->type, 0, 0, 77, 0);
}

static void excess_out_of_nothing(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_pcp_bulk_free, its_zone(v)->type, 1, 1, 0, MM_PCP_CAUSE_FREE);
}

static void freed_to_another_cpu(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_pcp_add, mm_victim_held(v, VICTIM_A), 3, mm_pcp_index(0, 3),
		 its_zone(v)->type, 1, 0);
}

static void freed_to_another_types_list(struct mm_victim *v)
{
	/* a's pageblock is Unmovable */
	v->x->cpu = 1;
	mm_event(v->x, MM_EV_mm_pcp_add, mm_victim_held(v, VICTIM_A), 3,
		 mm_pcp_index(MM_MIGRATE_MOVABLE, 3), its_zone(v)->type, 1, 0);
	v->x->cpu = 0;
}

static void cold_where_there_is_none(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_pcp_take, mm_victim_held(v, VICTIM_D), 0, listed_page(v)->list,
		 listed_page(v)->zone, 1, MM_PCP_TAKEN_COLD);
}

static void freed_to_the_wrong_end(struct mm_victim *v)
{
	/* a's pageblock is Unmovable */
	v->x->cpu = 1;
	mm_event(v->x, MM_EV_mm_page_cold, true, mm_victim_held(v, VICTIM_A));
	mm_event(v->x, MM_EV_mm_pcp_add, mm_victim_held(v, VICTIM_A), 3, mm_pcp_index(0, 3),
		 its_zone(v)->type, 1, MM_PCP_ADDED_FREED);
	v->x->cpu = 0;
}

static void high_mark_not_asked(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_zone_watermark, its_zone(v)->type, 0, 1, MM_ALLOC_WMARK_MIN,
		 MM_ZONE_MOVABLE, 0);
}

static const struct mm_plant plants[] = {
	{"pcp.page_state", owner_left_on_a_list, NULL, false},
	{"pcp.page_state", list_of_another_order, NULL, false},
	{"pcp.page_state", tail_in_use, NULL, false},
	{"pcp.count", miscounted_list, NULL, false},
	{"pcp.bounds", batch_of_nothing, "pcp.limits", false},
	{"pcp.alloc_factor", factor_without_bound, "pcp.tuning", false},
	{"pcp.limits", limits_of_another_machine, NULL, false},
	{"pcp.empty_when_disabled", disabled_and_not_drained, "pcp.limits", false},
	{"pcp.tuning", high_moves_by_itself, NULL, false},
	{"pcp.lifo", cold_end_handed_out, NULL, true},
	{"pcp.refill", refill_without_measure, NULL, true},
	{"pcp.bulk_free", excess_out_of_nothing, NULL, true},
	{"pcp.used", freed_to_another_cpu, NULL, true},
	{"pcp.list", freed_to_another_types_list, NULL, true},
	{"pcp.cold", cold_where_there_is_none, NULL, true},
	{"pcp.cold", freed_to_the_wrong_end, NULL, true},
	{"pcp.below_high", high_mark_not_asked, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_pcp(p, plants);
}

const struct mm_prop mm_pcp_props[] = {
	{"pcp.limits_are_the_kernels", limits_are_the_kernels, 1},
	{"pcp.hot_cold_limits_are_those_of_4_14", hot_cold_limits_are_those_of_4_14, 1},
	{"pcp.hot_cold_lists_give_in_turn", hot_cold_lists_give_in_turn, 1},
	{"pcp.numbers_of_lists_and_orders_agree", numbers_of_lists_and_orders_agree, 1},
	{"pcp.caches_larger_than_three_batches_keep_one", caches_larger_than_three_batches_keep_one,
	 1},
	{"pcp.the_flag_follows_the_batch", the_flag_follows_the_batch, 1},
	{"pcp.lists_of_cpus_are_in_the_digest", lists_of_cpus_are_in_the_digest, 1},
	{"pcp.numbers_are_in_the_digest", numbers_are_in_the_digest, 1},
	{"pcp.active_reclaim_keeps_lists_short", active_reclaim_keeps_lists_short, 5},
	{"pcp.a_drain_leaves_nothing", a_drain_leaves_nothing, 1},
	{"pcp.a_drain_takes_no_more_than_asked", a_drain_takes_no_more_than_asked, 1},
	{"pcp.idle_lists_decay_to_their_minimum", idle_lists_decay_to_their_minimum, 1},
	{"pcp.disabling_nests_not", disabling_nests_not, 1},
	{"pcp." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
