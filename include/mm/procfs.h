/* SPDX-License-Identifier: MIT */
/*
 * procfs: the machine as the kernel's own files print it.  People and scripts
 * know these layouts; an old thing gets no new layout.
 *
 * Kernel: /proc/buddyinfo, /proc/pagetypeinfo, /proc/zoneinfo (mm/vmstat.c),
 *   /sys/kernel/debug/extfrag/unusable_index (6.12).
 * Differs: zoneinfo prints what is modelled (sizes, watermarks, protection,
 *   nr_free_pages); per-CPU pagesets come with per-CPU lists.
 * State: none; everything is computed when asked.
 * Invariants: none of its own; what it prints is checked where it lives.
 */
#ifndef MM_PROCFS_H
#define MM_PROCFS_H

#include "mm/buddy.h"
#include "mm/zone.h"

#include <stdio.h>

void mm_procfs_buddyinfo(const struct mm_machine *m, FILE *out);
void mm_procfs_pagetypeinfo(const struct mm_machine *m, FILE *out);
void mm_procfs_zoneinfo(const struct mm_machine *m, FILE *out);
void mm_procfs_unusable_index(const struct mm_machine *m, FILE *out);

/*
 * Share of free memory in z that an allocation of this order cannot use, in
 * thousandths, 0 .. 1000; 1000 when nothing is free.
 * Kernel: unusable_free_index.
 */
unsigned int mm_procfs_unusable(const struct mm_machine *m, const struct zone *z,
				unsigned int order);

#endif
