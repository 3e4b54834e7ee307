/* SPDX-License-Identifier: MIT */
/*
 * aspace: the address space of a process: which ranges of addresses are mapped, to
 * what, with which rights, and what is counted of them.
 *
 *     0     min_addr                     heap       mmap_base        task_size
 *     |  -  |   . . .  |vma|vma|   ....  |vma| ->    <- |vma|   |vma|stack|
 *                                start_brk  brk
 *     a range tree of struct vm_area_struct: [vm_start, vm_end) in bytes, whole pages
 *
 * Kernel: struct mm_struct, struct vm_area_struct (include/linux/mm_types.h), VM_... of
 *   include/linux/mm.h, vm_stat_account, may_expand_vm, mm_init (6.12).
 * Differs: no page tables and no counts of pages in memory yet; one task each, so that
 *   there are no users to count.
 * State: address spaces, VMAs and nodes of trees are drawn from pools of the machine.
 *   map_count and the totals follow each change of a VMA.
 * Invariants:
 *   vma.sorted_disjoint     VMAs are whole pages, in order, apart
 *   vma.tree_agrees         the tree has each VMA by exactly its range
 *   mm.map_count            is the number of VMAs
 *   mm.total_vm             is the sum of their pages
 *   mm.data_exec_stack_vm   are those of the three classes
 *   mm.locked_vm            are those of VMAs that are locked
 *   mm.no_reserve           between calls nothing is promised to the tree or kept for it
 *   vma.flags_closed        flags go together as they may
 *   vma.addr_limits         VMAs end at task_size at the latest
 *   maple.structure         the range tree is sound
 */
#ifndef MM_ASPACE_H
#define MM_ASPACE_H

#include "mm/interval_tree.h"
#include "mm/list.h"
#include "mm/machine.h"
#include "mm/maple.h"

struct anon_vma;
struct mm_file;
struct mm_process;

/* Kernel: VM_..., with its values. */
#define MM_VM_READ       0x1u
#define MM_VM_WRITE      0x2u
#define MM_VM_EXEC       0x4u
#define MM_VM_SHARED     0x8u
#define MM_VM_MAYREAD    0x10u
#define MM_VM_MAYWRITE   0x20u
#define MM_VM_MAYEXEC    0x40u
#define MM_VM_MAYSHARE   0x80u
#define MM_VM_GROWSDOWN  0x100u
#define MM_VM_LOCKED     0x2000u
#define MM_VM_ACCOUNT    0x100000u
#define MM_VM_NORESERVE  0x200000u
#define MM_VM_NOHUGEPAGE 0x40000000u

#define MM_VM_ACCESS (MM_VM_READ | MM_VM_WRITE | MM_VM_EXEC)
#define MM_VM_MAY    (MM_VM_MAYREAD | MM_VM_MAYWRITE | MM_VM_MAYEXEC)

struct vm_area_struct {
	uint64_t vm_start; /* bytes; whole pages */
	uint64_t vm_end;   /* first byte after it */
	struct mm_struct *vm_mm;
	uint64_t vm_flags; /* MM_VM_... */
	/* of its first page: in the file, or for anonymous memory the number of the page at
	 * which it would lie had it never moved */
	uint64_t vm_pgoff;
	struct mm_file *vm_file; /* NULL: anonymous */

	/* its anonymous pages are found from here; NULL: it has none */
	struct anon_vma *anon_vma;
	struct mm_list anon_vma_chain; /* all anon_vmas that its pages may be in */

	struct mm_interval_tree_node shared; /* in its file's tree, by pages of the file */
};

struct mm_struct {
	struct mm_maple tree; /* of VMAs, by their bytes */
	int map_count;
	struct mm_process *owner;

	/* where things lie; set when it is made */
	uint64_t task_size;
	uint64_t mmap_base; /* mappings go below it, downwards */
	bool bottom_up;     /* or above it.  Kernel: MMF_TOPDOWN */
	uint64_t start_brk;
	uint64_t brk;       /* end of the heap, in bytes */
	uint64_t def_flags; /* of new mappings: 0 or MM_VM_LOCKED */

	/* in pages */
	uint64_t total_vm;
	uint64_t data_vm;
	uint64_t exec_vm;
	uint64_t stack_vm;
	uint64_t locked_vm;
	uint64_t hiwater_vm;
};

/* What a process asks for: field of the events mm_sys_enter and mm_sys_exit. */
enum mm_call {
	MM_CALL_MMAP,
	MM_CALL_MUNMAP,
	MM_CALL_MPROTECT,
	MM_CALL_BRK,
	MM_CALL_TOUCH, /* prot: enum mm_access; answers enum mm_fault_result */
	MM_CALL_EXIT,
	MM_CALL_NR
};

int mm_aspace_boot(struct mm_ctx *x);

/* An empty address space for a process.  -MM_ENOMEM. */
int mm_aspace_create(struct mm_ctx *x, struct mm_process *p) MM_MUST_USE;
/* Give back one that has no VMAs. */
void mm_aspace_destroy(struct mm_ctx *x, struct mm_struct *mm);
void mm_aspace_touch(struct mm_ctx *x, const struct mm_struct *mm);
void mm_aspace_touch_vma(struct mm_ctx *x, const struct vm_area_struct *vma);
/* Its tree, to be changed: nodes come and go in the name of x. */
struct mm_maple *mm_aspace_tree(struct mm_ctx *x, struct mm_struct *mm);

/* Announce a call and its answer.  Kernel: raw_syscalls:sys_enter, sys_exit. */
void mm_aspace_enter(struct mm_ctx *x, const struct mm_struct *mm, enum mm_call call, uint64_t addr,
		     uint64_t len, uint64_t prot_flags);
void mm_aspace_answer(struct mm_ctx *x, uint64_t pid, enum mm_call call, uint64_t answer, int err);

/* ---- VMAs by address ---- */

/* The first VMA that ends above addr; NULL: none.  Kernel: find_vma. */
struct vm_area_struct *mm_aspace_find(const struct mm_struct *mm, uint64_t addr);
/* The first VMA that has a byte of [start, end); NULL.  Kernel: find_vma_intersection. */
struct vm_area_struct *mm_aspace_find_in(const struct mm_struct *mm, uint64_t start, uint64_t end);
/* The last VMA that ends at or below addr; NULL.  Kernel: find_vma_prev. */
struct vm_area_struct *mm_aspace_find_below(const struct mm_struct *mm, uint64_t addr);
struct vm_area_struct *mm_aspace_next(const struct mm_struct *mm, const struct vm_area_struct *vma);
struct vm_area_struct *mm_aspace_prev(const struct mm_struct *mm, const struct vm_area_struct *vma);

/* ---- counts and limits ---- */

static inline uint64_t mm_vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> MM_PAGE_SHIFT;
}

/* Kernel: vma_is_anonymous; a shared anonymous mapping has a file. */
static inline bool mm_vma_is_anon(const struct vm_area_struct *vma)
{
	return !vma->vm_file;
}

/* Kernel: vma_is_accessible. */
static inline bool mm_vma_is_accessible(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & MM_VM_ACCESS) != 0;
}

/* So many pages of a VMA with such flags came (or, below 0, went).  Kernel:
 * vm_stat_account. */
void mm_aspace_account(struct mm_ctx *x, struct mm_struct *mm, uint64_t flags, int64_t pages);
/* May it have so many more pages with such flags?  Kernel: may_expand_vm. */
bool mm_aspace_may_expand(const struct mm_struct *mm, uint64_t flags, uint64_t pages);
/* May so many bytes more be locked, if the flags say that they will?  Kernel:
 * mlock_future_ok. */
bool mm_aspace_may_lock(const struct mm_struct *mm, uint64_t flags, uint64_t bytes);

#endif
