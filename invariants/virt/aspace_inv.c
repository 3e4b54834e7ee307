/* SPDX-License-Identifier: MIT */
/*
 * aspace claims: each VMA beside its neighbours, and what is counted beside a recount.
 * VMAs are found here by the table of objects, not by the tree that is under test, but
 * where the claim is about the tree.
 */
#include "mm/aspace.h"

#include "mm/check.h"
#include "mm/pool.h"
#include "mm/process.h"

static void check_range(struct mm_report *r, const struct vm_area_struct *vma)
{
	MM_CHECK(r, "vma.sorted_disjoint",
		 vma->vm_start < vma->vm_end &&
			 !((vma->vm_start | vma->vm_end) & (MM_PAGE_SIZE - 1)),
		 "VMA 0x%llx-0x%llx", (unsigned long long)vma->vm_start,
		 (unsigned long long)vma->vm_end);
	MM_CHECK(r, "vma.addr_limits", vma->vm_end <= vma->vm_mm->task_size,
		 "VMA 0x%llx-0x%llx, the address space ends at 0x%llx",
		 (unsigned long long)vma->vm_start, (unsigned long long)vma->vm_end,
		 (unsigned long long)vma->vm_mm->task_size);
}

/* By the tree: what it says of the VMA's first and last byte, and of those beside it. */
static void check_tree(struct mm_report *r, const struct mm_machine *m,
		       const struct vm_area_struct *vma)
{
	struct mm_maple_cursor c;
	const struct vm_area_struct *found = mm_maple_seek(&c, &vma->vm_mm->tree, vma->vm_start);
	struct mm_maple_range at = c.range;
	const struct vm_area_struct *next;

	MM_CHECK(r, "vma.tree_agrees",
		 found == vma && at.first == vma->vm_start && at.last == vma->vm_end - 1,
		 "VMA 0x%llx-0x%llx: the tree has 0x%llx-0x%llx%s",
		 (unsigned long long)vma->vm_start, (unsigned long long)vma->vm_end,
		 (unsigned long long)at.first, (unsigned long long)at.last + 1,
		 found == vma ? "" : ", and it is another");
	if (found != vma)
		return;
	next = mm_maple_next(&c);
	if (next && mm_pool_at(m->vmas, mm_pool_id(m->vmas, next)) != next)
		return; /* it was given back: vma.detached says so */
	MM_CHECK(r, "vma.sorted_disjoint", !next || next->vm_start >= vma->vm_end,
		 "VMA 0x%llx-0x%llx and the next, from 0x%llx on",
		 (unsigned long long)vma->vm_start, (unsigned long long)vma->vm_end,
		 (unsigned long long)(next ? next->vm_start : 0));
}

static bool is_closed(const struct vm_area_struct *vma)
{
	uint64_t f = vma->vm_flags;

	if (f & ~(f >> 4) & MM_VM_ACCESS)
		return false; /* more than it may */
	if ((f & MM_VM_SHARED) && !(f & MM_VM_MAYSHARE))
		return false;
	if ((f & MM_VM_MAYSHARE) && !vma->vm_file)
		return false;
	if ((f & MM_VM_GROWSDOWN) && (vma->vm_file || (f & MM_VM_MAYSHARE)))
		return false;
	return !((f & MM_VM_ACCOUNT) && (f & MM_VM_SHARED));
}

static void check_vma(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct vm_area_struct *vma = mm_pool_at(m->vmas, id);

	if (!vma)
		return;
	check_range(r, vma);
	check_tree(r, m, vma);
	MM_CHECK(r, "vma.flags_closed", is_closed(vma), "VMA 0x%llx-0x%llx: flags 0x%llx%s",
		 (unsigned long long)vma->vm_start, (unsigned long long)vma->vm_end,
		 (unsigned long long)vma->vm_flags, vma->vm_file ? ", of a file" : "");
}

/* ---- counts ---- */

struct count {
	int vmas;
	uint64_t total;
	uint64_t data;
	uint64_t exec;
	uint64_t stack;
	uint64_t locked;
};

static void count_vma(struct count *n, const struct vm_area_struct *vma)
{
	uint64_t pages = (vma->vm_end - vma->vm_start) / MM_PAGE_SIZE;
	uint64_t f = vma->vm_flags;

	n->vmas++;
	n->total += pages;
	n->locked += f & MM_VM_LOCKED ? pages : 0;
	if (f & MM_VM_GROWSDOWN)
		n->stack += pages;
	else if ((f & MM_VM_EXEC) && !(f & MM_VM_WRITE))
		n->exec += pages;
	else if ((f & MM_VM_WRITE) && !(f & MM_VM_SHARED))
		n->data += pages;
}

static struct count recount(const struct mm_machine *m, const struct mm_struct *mm)
{
	struct count n = {0};
	uint64_t id;

	for (id = 0; id < mm_pool_max(m->vmas); id++) {
		const struct vm_area_struct *vma = mm_pool_at(m->vmas, id);

		if (vma && vma->vm_mm == mm)
			count_vma(&n, vma);
	}
	return n;
}

static void check_mm(struct mm_report *r, const struct mm_machine *m, uint64_t pid)
{
	const struct mm_struct *mm = m->processes[pid].mm;
	struct count n;

	if (!mm)
		return;
	mm_maple_check(&mm->tree, r);
	n = recount(m, mm);
	MM_CHECK(r, "mm.map_count",
		 mm->map_count == n.vmas && (uint64_t)mm->map_count == mm->tree.count,
		 "map_count %d, %d VMAs, %llu in the tree", mm->map_count, n.vmas,
		 (unsigned long long)mm->tree.count);
	MM_CHECK(r, "mm.total_vm", mm->total_vm == n.total, "total_vm %llu, VMAs have %llu pages",
		 (unsigned long long)mm->total_vm, (unsigned long long)n.total);
	MM_CHECK(r, "mm.data_exec_stack_vm",
		 mm->data_vm == n.data && mm->exec_vm == n.exec && mm->stack_vm == n.stack,
		 "data %llu, exec %llu, stack %llu; VMAs have %llu, %llu, %llu",
		 (unsigned long long)mm->data_vm, (unsigned long long)mm->exec_vm,
		 (unsigned long long)mm->stack_vm, (unsigned long long)n.data,
		 (unsigned long long)n.exec, (unsigned long long)n.stack);
	MM_CHECK(r, "mm.locked_vm", mm->locked_vm == n.locked,
		 "locked_vm %llu, locked VMAs have %llu pages", (unsigned long long)mm->locked_vm,
		 (unsigned long long)n.locked);
	MM_CHECK(r, "mm.no_reserve", !mm->tree.nr_reserved && !mm->tree.nr_promised,
		 "%u stores in the tree are promised, %u nodes kept", mm->tree.nr_promised,
		 mm->tree.nr_reserved);
}

const struct mm_inv mm_aspace_invs[] = {
	{"vma.sorted_disjoint", "VMAs are whole pages, in order, apart", MM_OBJ_VMA, check_vma,
	 false},
	{"vma.tree_agrees", "the tree has each VMA by exactly its range", MM_OBJ_VMA, check_vma,
	 false},
	{"vma.addr_limits", "VMAs end at task_size at the latest", MM_OBJ_VMA, check_vma, false},
	{"vma.flags_closed", "flags of a VMA go together as they may", MM_OBJ_VMA, check_vma,
	 false},
	{"maple.structure", "the range tree is sound", MM_OBJ_MM, check_mm, false},
	{"mm.map_count", "map_count is the number of VMAs, in the tree and out of it", MM_OBJ_MM,
	 check_mm, false},
	{"mm.total_vm", "total_vm is the sum of all pages of VMAs", MM_OBJ_MM, check_mm, false},
	{"mm.data_exec_stack_vm", "data_vm, exec_vm and stack_vm are those of their classes",
	 MM_OBJ_MM, check_mm, false},
	{"mm.locked_vm", "locked_vm is the sum of pages of locked VMAs", MM_OBJ_MM, check_mm,
	 false},
	{"mm.no_reserve", "between calls no node is kept for the tree, and no store promised",
	 MM_OBJ_MM, check_mm, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
