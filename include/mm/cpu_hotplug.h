/* SPDX-License-Identifier: MIT */
/*
 * cpu_hotplug: CPUs that go and come back while the machine runs.  What a CPU keeps to
 * itself nobody else can reach, so it is taken from one that goes: pages on its lists go
 * back to their zones, deltas into the counts.  Those that stay share what it could keep.
 *
 *     CPU 1  lists |p|p|p|  deltas +3   -- offline -->   lists | |   deltas 0
 *                     v           v
 *     zone         free lists   count                    limits of CPU 0 grow
 *
 * Kernel: page_alloc_cpu_dead, page_alloc_cpu_online, zone_pcp_update (mm/page_alloc.c),
 *   vmstat_cpu_dead, vmstat_cpu_online, cpu_vm_stats_fold, vm_events_fold_cpu
 *   (mm/vmstat.c), all 6.12.
 * Differs: CPU 0 never goes, as on x86 since 6.5, and does the work for the others; the
 *   kernel lets any other do it.  A context of a trace is bound to its CPU: what it was about
 *   waits until the CPU is back, where tasks would move to another.  There are no pages on
 *   their way to an LRU to be drained.  Chunks of page_frag stay with their CPU, as the
 *   network's do.
 * State: cpus_offline and cpu_coming of the machine; thresholds and limits follow.
 * Invariants:
 *   cpu.offline_empty   a CPU that is offline has no pages on lists and no deltas
 *   cpu.offline_events  and has counted nothing that others have not taken over
 *   cpu.online_set      CPUs are offline exactly when they were taken offline
 *   cpu.acts_online     nothing happens on a CPU that is offline
 *   cpu.coming          limits count one CPU more from when one came until they are set again
 */
#ifndef MM_CPU_HOTPLUG_H
#define MM_CPU_HOTPLUG_H

#include "mm/machine.h"

/*
 * Nothing happens on this CPU from now on, and it keeps nothing.  -MM_EINVAL: there is no
 * such CPU, or it is offline; -MM_EBUSY: CPU 0, or the CPU that asks.  Nothing changed then.
 */
int mm_cpu_hotplug_offline(struct mm_ctx *x, uint64_t cpu) MM_MUST_USE;

/* It is back, with empty lists.  -MM_EINVAL: there is no such CPU, or it is online. */
int mm_cpu_hotplug_online(struct mm_ctx *x, uint64_t cpu) MM_MUST_USE;

#endif
