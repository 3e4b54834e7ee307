/* SPDX-License-Identifier: MIT */
/*
 * aspace_try: a process whose address space can be said in one line, for tables of
 * examples.
 *
 *     "0-4 rw-p *, 4-6 r--p"    pages from MM_TRY_BASE on; * it has an anon_vma, ~ it is a
 *                               stack, + its memory is promised
 */
#ifndef MM_ASPACE_TRY_H
#define MM_ASPACE_TRY_H

#include "mm/ctx.h"
#include "mm/machine.h"

#include "invariants/engine/prop.h"

struct mm_file;
struct mm_process;
struct mm_struct;

#define MM_TRY_BASE UINT64_C(0x100000000000)
#define MM_TRY_LEN  768

/* Two hundred and fifty-six pages, with gaps of four below stacks. */
#define MM_TRY_MACHINE                                                                             \
	"ram=4M max_order=6 procs=2 files=6 task_size=0x100000100000 "                             \
	"mmap_base=0x1000000f0000 start_brk=0x100000080000 stack_guard_gap=4 "

#define MM_TRY_PAGE(page) (MM_TRY_BASE + (uint64_t)(page)*4096)

/* Rights and kind of memory, in short. */
#define MM_TRY_R  0x1u
#define MM_TRY_RW 0x3u

struct mm_aspace_try {
	struct mm_machine *m;
	struct mm_ctx x;
	struct mm_process *p;
	struct mm_struct *mm;
	char text[MM_TRY_LEN];
};

/* False, and p has failed: there is no such machine. */
bool mm_aspace_try_open(struct mm_aspace_try *t, struct mm_prop_run *p, const char *machine);
/* What is mapped goes, and nothing may be left of it. */
void mm_aspace_try_close(struct mm_aspace_try *t, struct mm_prop_run *p);
/* Private anonymous memory, there and nowhere else; flags: MM_MAP_... besides.  An error. */
int mm_aspace_try_map(struct mm_aspace_try *t, uint64_t page, uint64_t pages, uint32_t prot,
		      uint32_t flags);
int mm_aspace_try_unmap(struct mm_aspace_try *t, uint64_t page, uint64_t pages);
int mm_aspace_try_protect(struct mm_aspace_try *t, uint64_t page, uint64_t pages, uint32_t prot);
/* enum mm_fault_result */
int mm_aspace_try_write(struct mm_aspace_try *t, uint64_t page);
/* The line that says it; good until the next. */
const char *mm_aspace_try_text(struct mm_aspace_try *t);

#endif
