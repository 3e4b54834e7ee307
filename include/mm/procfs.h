/* SPDX-License-Identifier: MIT */
/*
 * procfs: the machine as the kernel's own files print it.  People and scripts
 * know these layouts, names and orders; an old thing gets no new layout.
 *
 * Kernel: /proc/buddyinfo, /proc/pagetypeinfo, /proc/zoneinfo, /proc/vmstat
 *   (mm/vmstat.c), /sys/kernel/debug/extfrag/unusable_index and extfrag_index,
 *   /proc/PID/maps and smaps (fs/proc/task_mmu.c, 6.12).
 * Differs:
 *   One node, 0, and no zone for devices.  HighMem is named, in zoneinfo and
 *   vmstat, only by a machine that has one, as by a kernel built for 32 bits.
 *   A counter of what is not modelled is there, and is 0: it counts something
 *   that never happened.  Per-CPU pagesets are printed for every CPU.
 *   Names are 6.12's on x86-64 with NUMA, SMP, swap, zswap, KSM, huge pages and
 *   a balloon; which names there are depends on a kernel's configuration.
 *   Without: nr_unaccepted, cma_alloc_*, nr_tlb_*, vma_lock_*, kstack_*.
 *   Derived from a copy of 6.18's files (corpus/recordings/proc) less what came
 *   later: nr_free_pages_blocks, pgpromote_candidate_nrl, pgdemote_proactive,
 *   pgsteal_proactive, pgscan_proactive, nr_hugetlb, nr_balloon_pages,
 *   nr_kernel_file_pages, direct_map_level*_collapses; plus what went:
 *   nr_bounce, nr_writeback_temp.  No copy of 6.12's files confirms it; least
 *   sure are swpin_zero, swpout_zero and zone_reclaim_success (printed here).
 *   Files have no paths here: file N is /file/N, memory that is one /memfd:N
 *   (deleted).  smaps has of its lines those that follow from the mapping alone.
 * State: none; everything is computed when asked.
 * Invariants: none of its own; what it prints is checked where it lives.
 */
#ifndef MM_PROCFS_H
#define MM_PROCFS_H

#include "mm/buddy.h"
#include "mm/zone.h"

#include <stdio.h>

void mm_procfs_buddyinfo(const struct mm_machine *m, FILE *out);
/* Counts lists up to 100000 and then prints ">100000", as the kernel does. */
void mm_procfs_pagetypeinfo(const struct mm_machine *m, FILE *out);
/*
 * The node's counters stand in its first zone that has frames.  A zone without
 * frames ends after its protection.
 */
void mm_procfs_zoneinfo(const struct mm_machine *m, FILE *out);
/* Zones, NUMA, node, system, events: sums over zones, CPUs and the node. */
void mm_procfs_vmstat(const struct mm_machine *m, FILE *out);
void mm_procfs_unusable_index(const struct mm_machine *m, FILE *out);
void mm_procfs_extfrag_index(const struct mm_machine *m, FILE *out);
/* What a process has mapped, by address; nothing for one that does not live. */
void mm_procfs_maps(const struct mm_machine *m, uint64_t pid, FILE *out);
void mm_procfs_smaps(const struct mm_machine *m, uint64_t pid, FILE *out);

#endif
