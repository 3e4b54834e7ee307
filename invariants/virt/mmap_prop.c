/* SPDX-License-Identifier: MIT */
/*
 * mmap properties: all calls on one small stretch of addresses, on machines whose limits
 * are near.
 */
#include "mm/mmap.h"

#include "mm/vma.h"

#include "invariants/engine/prop.h"
#include "invariants/engine/prop_stateful.h"

#define STRETCH                                                                                    \
	"ram=4M max_order=6 pageblock_order=3 procs=2 files=8 task_size=0x100000100000 "           \
	"mmap_base=0x1000000f0000 start_brk=0x100000080000 stack_guard_gap=4 "

static const char *const machines[] = {
	STRETCH "vmas=64",
	STRETCH "vmas=64 kernel=6.18",
	/* VMAs run out before they are too many, and after */
	STRETCH "vmas=12 kernel=6.18",
	STRETCH "vmas=64 max_map_count=10",
	/* a hundred pages may be promised */
	STRETCH "vmas=64 overcommit_memory=2 overcommit_kbytes=400 admin_reserve_kbytes=64",
	STRETCH "vmas=64 legacy_va_layout=1",
	NULL,
};

static bool joined_both(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[0] == MM_MERGE_BOTH;
}

static bool joined_part(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[0] != MM_MERGE_NONE && ev->f[3];
}

static const struct mm_stateful_cover cover[] = {
	{"three VMAs become one", 5, MM_EV_mm_vma_merge, joined_both, NULL},
	{"a part of a VMA goes to a neighbour", 10, MM_EV_mm_vma_merge, joined_part, NULL},
	{NULL, 0, MM_EV_NR, NULL, NULL},
};

const struct mm_stateful mm_mmap_stateful = {
	.module = "mmap",
	.machines = machines,
	.modules = "mmap munmap mprotect brk vm_fault aspace process file failpoint watermark",
	.cover = cover,
	.runs = 60,
	.ops = 200,
};

static void none(struct mm_prop_run *p)
{
	PROP(p, true, "-");
}

const struct mm_prop mm_mmap_props[] = {
	{"mmap.none", none, 1},
	{NULL, NULL, 0},
};
