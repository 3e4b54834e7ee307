/* SPDX-License-Identifier: MIT */
/*
 * vmstat: counters that CPUs change without taking turns.  A CPU adds to a small
 * delta of its own; only when that passes a threshold is it folded into the
 * zone's and the machine's count.  Readers of the count alone may be off by what
 * is still in the deltas.
 *
 *     cpu 0  |+3|   cpu 1  |-2|   ...      deltas, each within the threshold
 *               \        /
 *     zone        |  812  |                what most readers see
 *     machine     | 1630  |                813 and 1631 are the exact values
 *
 * Kernel: mm/vmstat.c, include/linux/vmstat.h and zone_statistics (6.12).
 * Differs: zones count free pages and those that can be reclaimed, nothing else.
 *   A CPU's deltas fold when vmstat_update runs there, which
 *   is an operation of a trace; the kernel does so once per second.  With pcp=off
 *   thresholds are 0 and every count is exact, as in a kernel still booting.  Zones have
 *   no NUMA events of their own: those of a CPU that goes are taken over by who sees to it.
 * State: deltas, thresholds and NUMA events of a (zone, CPU) in its struct
 *   per_cpu_zonestat, counts in the zone and the machine, events by CPU in the
 *   machine; all written by their CPU only, but for folding.
 * Invariants:
 *   vmstat.hierarchy    the machine's counts are the sums over zones
 *   vmstat.drift        what a CPU holds back is within the threshold of when it was
 *                       written, and a count's exact value is never negative
 *   vmstat.threshold    thresholds and drift marks follow from CPUs and sizes; while
 *                       kswapd works, those of zones with a drift mark from low and min
 *   vmstat.fold         after its fold a CPU holds nothing back, in any zone
 *   vmstat.events       what was counted as allocated and freed is what was
 */
#ifndef MM_VMSTAT_H
#define MM_VMSTAT_H

#include "mm/zone.h"

/* Kernel: enum vm_event_item. */
enum mm_vm_event {
	MM_VM_PGALLOC,                              /* pages handed out, + zone */
	MM_VM_PGFREE = MM_VM_PGALLOC + MM_NR_ZONES, /* pages taken back, at boot too */
	MM_VM_ZONE_RECLAIM_SUCCESS,                 /* a node was reclaimed, enough */
	MM_VM_ZONE_RECLAIM_FAILED,                  /* or not enough */
	MM_VM_NR
};

/* Room for one CPU's events: a cache line. */
#define MM_VM_STRIDE 8u

/* Kernel: enum numa_stat_item. */
enum mm_numa_event {
	MM_NUMA_HIT,     /* allocated in the node that was intended */
	MM_NUMA_MISS,    /* allocated here, intended elsewhere */
	MM_NUMA_FOREIGN, /* intended here, allocated elsewhere */
	MM_NUMA_INTERLEAVE,
	MM_NUMA_LOCAL, /* allocated by a CPU of this node */
	MM_NUMA_OTHER,
	MM_NUMA_NR
};

/* -stat_threshold <= diff[i] <= stat_threshold, but for deltas from before it was lowered */
struct per_cpu_zonestat {
	int8_t diff[MM_NR_ZONE_STATS];
	uint8_t stat_threshold;
	uint64_t numa[MM_NUMA_NR];
};

int mm_vmstat_boot(struct mm_ctx *x);

/* The objects of claims and digests that belong to (zone, CPU). */
static inline uint64_t mm_vmstat_pcp_id(const struct mm_machine *m, const struct zone *z, int cpu)
{
	return (uint64_t)z->id * (uint64_t)m->desc.cpus + (uint64_t)cpu;
}

/* And to a zone's flags, which lists follow. */
static inline uint64_t mm_vmstat_flags_id(const struct mm_machine *m, const struct zone *z)
{
	return (uint64_t)m->nr_zones * (uint64_t)m->desc.cpus + z->id;
}

/* Thresholds of CPUs that are online and drift marks, when sizes are known, and when CPUs
 * come or go.  Kernel: refresh_zone_stat_thresholds. */
void mm_vmstat_refresh_thresholds(struct mm_ctx *x);
/* Deltas of one (zone, CPU) that may stand before they are folded, in pages.
 * Kernel: calculate_normal_threshold. */
unsigned int mm_vmstat_threshold(int cpus, uint64_t managed);
/* The same where little is left of a zone with these marks: what all CPUs
 * hold back then is not more than lies between low and min.  Kernel:
 * calculate_pressure_threshold. */
unsigned int mm_vmstat_pressure_threshold(int cpus, const uint64_t wmark[MM_NR_WMARK]);
/* The count below which a zone with these marks is to be counted exactly,
 * because so much drift could hide that it is below min; 0: it could not. */
uint64_t mm_vmstat_drift_mark(uint64_t drift, const uint64_t wmark[MM_NR_WMARK]);

/* Lower the thresholds of zones of a node that have a drift mark, while its kswapd works,
 * or raise them again; deltas that stand are left alone.  Kernel:
 * set_pgdat_percpu_threshold. */
void mm_vmstat_set_pressure(struct mm_ctx *x, int nid, bool pressure);

/* Add to a counter on this CPU.  Kernel: __mod_zone_page_state. */
void mm_vmstat_mod(struct mm_ctx *x, struct zone *z, enum mm_zone_stat i, int64_t delta);
/* Add one, subtract one; a fold leaves half a threshold of room in the same
 * direction.  Kernel: __inc_zone_state, __dec_zone_state. */
void mm_vmstat_inc(struct mm_ctx *x, struct zone *z, enum mm_zone_stat i);
void mm_vmstat_dec(struct mm_ctx *x, struct zone *z, enum mm_zone_stat i);
/* Fold what this CPU still holds back, in all zones; how many deltas there were.
 * Kernel: refresh_cpu_vm_stats without its part about page lists. */
unsigned int mm_vmstat_fold(struct mm_ctx *x);
/* All that another CPU counted, which is offline: its deltas are folded, its events are
 * this CPU's.  Kernel: vm_events_fold_cpu, cpu_vm_stats_fold. */
void mm_vmstat_take_over(struct mm_ctx *x, int cpu);

/* The count as most readers see it.  Kernel: zone_page_state. */
static inline uint64_t mm_vmstat_zone(const struct zone *z, enum mm_zone_stat i)
{
	return z->vm_stat[i] < 0 ? 0 : (uint64_t)z->vm_stat[i];
}

/* Kernel: global_zone_page_state. */
static inline uint64_t mm_vmstat_global(const struct mm_machine *m, enum mm_zone_stat i)
{
	return m->vm_stat[i] < 0 ? 0 : (uint64_t)m->vm_stat[i];
}

/* With what CPUs still hold back.  Kernel: zone_page_state_snapshot. */
uint64_t mm_vmstat_zone_exact(const struct mm_machine *m, const struct zone *z,
			      enum mm_zone_stat i);
/* The exact number of free pages of the machine. */
uint64_t mm_vmstat_free_exact(const struct mm_machine *m);

/* Count n events on this CPU.  Kernel: __count_vm_events. */
static inline void mm_vmstat_count(struct mm_ctx *x, unsigned int event, uint64_t n)
{
	x->m->vm_events[(unsigned int)x->cpu * MM_VM_STRIDE + event] += n;
	mm_touch(x, MM_OBJ_EVENTS, (uint64_t)x->cpu);
}

/* Sum over CPUs.  Kernel: all_vm_events. */
uint64_t mm_vmstat_events(const struct mm_machine *m, unsigned int event);

/*
 * A block of z was handed out on this CPU to a request that preferred the zone
 * `preferred`: a hit when z is on that one's node, else a miss here and foreign
 * there; local or other by the node of the CPU.  Kernel: zone_statistics.
 */
static inline void mm_vmstat_numa(struct mm_ctx *x, const struct zone *preferred, struct zone *z)
{
	struct per_cpu_zonestat *s = &z->zonestats[x->cpu];

	if (MM_LIKELY(z->nid == preferred->nid)) {
		s->numa[MM_NUMA_HIT]++;
	} else {
		s->numa[MM_NUMA_MISS]++;
		preferred->zonestats[x->cpu].numa[MM_NUMA_FOREIGN]++;
	}
	s->numa[z->nid == x->m->desc.cpu_node[x->cpu] ? MM_NUMA_LOCAL : MM_NUMA_OTHER]++;
	mm_touch(x, MM_OBJ_EVENTS, (uint64_t)x->cpu);
}

/* Sum over CPUs of a zone.  Kernel: zone_numa_event_state after a fold. */
uint64_t mm_vmstat_numa_events(const struct mm_machine *m, const struct zone *z,
			       enum mm_numa_event e);

#endif
