/* SPDX-License-Identifier: MIT */
/*
 * vmstat facts.  free_pages is what is free; nr_free_pages what most readers see,
 * which lacks what CPUs still hold back.
 */
#include "mm/vmstat.h"

#include "mm/ops.h"

static int fact_exact(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = mm_vmstat_zone_exact(m, &m->zones[key[0]], MM_NR_FREE_PAGES);
	return 0;
}

static int fact_seen(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = mm_vmstat_zone(&m->zones[key[0]], MM_NR_FREE_PAGES);
	return 0;
}

static int fact_cma(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = mm_vmstat_zone_exact(m, &m->zones[key[0]], MM_NR_FREE_CMA);
	return 0;
}

static int fact_highatomic(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = m->zones[key[0]].nr_free_highatomic;
	return 0;
}

static int fact_threshold(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = m->zones[key[0]].zonestats[0].stat_threshold;
	return 0;
}

static int fact_drift_mark(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = m->zones[key[0]].percpu_drift_mark;
	return 0;
}

static int fact_hit(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = mm_vmstat_numa_events(m, &m->zones[key[0]], MM_NUMA_HIT);
	return 0;
}

static int fact_machine_free(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = mm_vmstat_free_exact(m);
	return 0;
}

static int fact_pgalloc(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = mm_vmstat_events(m, MM_VM_PGALLOC + (unsigned int)key[0]);
	return 0;
}

static int fact_pgfree(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = mm_vmstat_events(m, MM_VM_PGFREE);
	return 0;
}

static const struct mm_fact facts[] = {
	{"zone.%z.free_pages", fact_exact, "free frames, exactly"},
	{"zone.%z.nr_free_pages", fact_seen, "free frames without what CPUs hold back"},
	{"zone.%z.free_cma", fact_cma, "those of them in CMA pageblocks, exactly"},
	{"zone.%z.free_highatomic", fact_highatomic, "those of them in HighAtomic pageblocks"},
	{"zone.%z.stat_threshold", fact_threshold, "largest delta a CPU may hold back"},
	{"zone.%z.drift_mark", fact_drift_mark, "below it only exact counts will do"},
	{"zone.%z.numa_hit", fact_hit, "allocations from the node they were meant for"},
	{"machine.free", fact_machine_free, "free frames of all zones, exactly"},
	{"vmstat.pgalloc.%z", fact_pgalloc, "frames of a zone handed out so far"},
	{"vmstat.pgfree", fact_pgfree, "frames taken back so far, those of boot too"},
	{NULL, NULL, NULL},
};

const struct mm_optable mm_vmstat_optable = {"vmstat", NULL, facts, NULL};
