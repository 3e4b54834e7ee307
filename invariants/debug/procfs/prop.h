/* SPDX-License-Identifier: MIT */
/* procfs properties: what their files share. */
#ifndef PROCFS_PROP_H
#define PROCFS_PROP_H

#include "invariants/engine/prop.h"

/* maps and smaps of a process, each kind of mapping in it. */
void procfs_maps_to_the_letter(struct mm_prop_run *p);
/* After random operations: what maps says, parsed, is what is mapped. */
void procfs_used_processes_read_back(struct mm_prop_run *p);
/* The host's own maps, parsed, come back to the byte. */
void procfs_own_maps_come_back(struct mm_prop_run *p);
/* The same calls here and on the host: the same lines. */
void procfs_the_host_prints_the_same_lines(struct mm_prop_run *p);

#endif
