/* SPDX-License-Identifier: MIT */
/* mmap properties: what its files share. */
#ifndef MMAP_PROP_H
#define MMAP_PROP_H

#include "invariants/engine/prop.h"

/* Fields of a machine whose address spaces are 256 pages, so that what is mapped meets. */
#define MMAP_STRETCH                                                                               \
	"ram=4M max_order=6 pageblock_order=3 procs=2 files=6 task_size=0x100000100000 "           \
	"mmap_base=0x1000000f0000 start_brk=0x100000080000 stack_guard_gap=4 "

/* Machines whose limits are near; NULL-terminated. */
extern const char *const mm_mmap_machines[];

/* Calls that meet on a few pages, all judged (prop_walk.c). */
void mm_mmap_walk(struct mm_prop_run *p);

#endif
