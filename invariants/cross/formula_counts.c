/* SPDX-License-Identifier: MIT */
/* formula_counts: 21 and 22: how much CPUs may hold back, and what that can
 * hide. */
#include "mm/vmstat.h"

#include "formula.h"

/* 21: twice the bits of the CPUs, times one more than the bits of the units
 * of 128 MiB, which are 32768 pages; at most 125. */
static unsigned int due_threshold(int cpus, uint64_t managed)
{
	unsigned int cpu_bits = 0;
	unsigned int unit_bits = 0;

	while (cpus >> cpu_bits)
		cpu_bits++;
	while (managed >= (uint64_t)32768 << unit_bits)
		unit_bits++;
	return 2 * cpu_bits * (1 + unit_bits) > 125 ? 125 : 2 * cpu_bits * (1 + unit_bits);
}

void formula_thresholds(struct mm_prop_run *p)
{
	int cpus = 1 + (int)(prop_below(p, 2) ? prop_below(p, 9) : prop_any(p, 13));
	uint64_t managed = prop_below(p, 2) ? formula_pages(p)
					    : formula_near(p, (uint64_t)32768 << prop_below(p, 20));
	uint64_t w[MM_NR_WMARK] = {prop_any(p, 34), 0, 0, 0};
	uint64_t per_cpu = prop_below(p, 2) ? formula_near(p, 125) : prop_below(p, 4);
	uint64_t rest = prop_below(p, (uint64_t)cpus);
	uint64_t due = per_cpu > 125 ? 125 : per_cpu;
	unsigned int t = mm_vmstat_threshold(cpus, managed);

	prop_cover(p, 5, "a threshold that is cut", t == 125);
	PROP(p, t == due_threshold(cpus, managed), "%d CPUs, %llu pages: %u", cpus,
	     (unsigned long long)managed, t);
	/* so much for each CPU, and a rest that is not enough for one more
	 * each */
	w[MM_WMARK_LOW] = w[MM_WMARK_MIN] + per_cpu * (uint64_t)cpus + rest;
	w[MM_WMARK_HIGH] = w[MM_WMARK_LOW] + prop_any(p, 34);
	t = mm_vmstat_pressure_threshold(cpus, w);
	PROP(p, t == (due ? due : 1), "%d CPUs, %llu between low and min: %u", cpus,
	     (unsigned long long)(w[MM_WMARK_LOW] - w[MM_WMARK_MIN]), t);
}

/* 22: as much drift as lies between low and min hides nothing, one page more
 * does. */
void formula_drift(struct mm_prop_run *p)
{
	uint64_t w[MM_NR_WMARK];
	uint64_t room = prop_below(p, 4) ? prop_any(p, 34) : 0;
	uint64_t drift = prop_below(p, 2) ? formula_near(p, room) : prop_any(p, 34);
	uint64_t have;

	w[MM_WMARK_MIN] = prop_any(p, 34);
	w[MM_WMARK_LOW] = w[MM_WMARK_MIN] + room;
	w[MM_WMARK_HIGH] = w[MM_WMARK_LOW] + prop_any(p, 34);
	w[MM_WMARK_PROMO] = UINT64_MAX;
	have = mm_vmstat_drift_mark(drift, w);
	prop_cover(p, 5, "a drift as large as the room", drift == room);
	PROP(p,
	     w[MM_WMARK_MIN] + drift > w[MM_WMARK_LOW] ? have - drift == w[MM_WMARK_HIGH]
						       : have == 0,
	     "drift %llu, %llu between low and min: %llu", (unsigned long long)drift,
	     (unsigned long long)room, (unsigned long long)have);
}
