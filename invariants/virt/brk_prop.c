/* SPDX-License-Identifier: MIT */
/* brk properties: how far the heap goes, and what is left when it comes back; plantings. */
#include "mm/brk.h"

#include "mm/mmap.h"
#include "mm/process.h"

#include "invariants/engine/aspace_try.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#include <string.h>

#define HEAP 128 /* the page where it begins */

static bool moves(struct mm_aspace_try *t, uint64_t addr)
{
	uint64_t old = t->mm->brk;
	uint64_t answer = mm_brk(&t->x, t->mm, addr);

	return answer == t->mm->brk && answer == (addr == answer ? addr : old) && addr == answer;
}

/* To the byte; pages follow. */
static void it_ends_where_it_says(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p, !moves(&t, 0) && !moves(&t, MM_TRY_PAGE(HEAP) - 1), "below its start");
	PROP(p,
	     moves(&t, MM_TRY_PAGE(HEAP) + 1) && !strcmp(mm_aspace_try_text(&t), "128-129 rw-p +"),
	     "a byte: %s", t.text);
	PROP(p, moves(&t, MM_TRY_PAGE(HEAP + 1)) && t.mm->total_vm == 1, "all of the page");
	PROP(p,
	     moves(&t, MM_TRY_PAGE(HEAP + 3) + 5) &&
		     !strcmp(mm_aspace_try_text(&t), "128-132 rw-p +"),
	     "three pages more: %s", t.text);
	PROP(p,
	     moves(&t, MM_TRY_PAGE(HEAP + 1)) && !strcmp(mm_aspace_try_text(&t), "128-129 rw-p +"),
	     "back again: %s", t.text);
	PROP(p, moves(&t, MM_TRY_PAGE(HEAP)) && !t.mm->total_vm, "to its start");
	mm_aspace_try_close(&t, p);
}

/* Where all that comes is to be locked, a heap is, and its pages are there at once. */
static void locked_heaps_are_counted(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	const struct vm_area_struct *vma;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	t.mm->def_flags |= MM_VM_LOCKED;
	PROP(p, moves(&t, MM_TRY_PAGE(HEAP + 3)) && t.mm->locked_vm == 3, "%llu pages are locked",
	     (unsigned long long)t.mm->locked_vm);
	vma = mm_aspace_find(t.mm, MM_TRY_PAGE(HEAP));
	PROP(p, vma && (vma->vm_flags & MM_VM_LOCKED) && vma->anon_vma, "no page is there");
	PROP(p, moves(&t, MM_TRY_PAGE(HEAP)) && !t.mm->locked_vm, "to its start");
	mm_aspace_try_close(&t, p);
}

/* A page, and below a stack its gap too, stays free to what is above. */
static void neighbours_keep_their_distance(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p, !mm_aspace_try_map(&t, HEAP + 4, 1, MM_TRY_RW, 0), "no neighbour");
	PROP(p, !moves(&t, MM_TRY_PAGE(HEAP + 4)) && moves(&t, MM_TRY_PAGE(HEAP + 3)),
	     "beside a mapping");
	PROP(p,
	     !mm_aspace_try_map(&t, HEAP + 14, 1, MM_TRY_RW, MM_MAP_GROWSDOWN) &&
		     !mm_aspace_try_unmap(&t, HEAP + 4, 1),
	     "no stack");
	PROP(p, !moves(&t, MM_TRY_PAGE(HEAP + 10)) && moves(&t, MM_TRY_PAGE(HEAP + 9)),
	     "below a stack");
	mm_aspace_try_close(&t, p);
}

static void limits_hold(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	t.p->rlimit[MM_RLIMIT_DATA] = 2 * MM_PAGE_SIZE + 7;
	PROP(p,
	     !moves(&t, MM_TRY_PAGE(HEAP + 2) + 8) && !moves(&t, MM_TRY_PAGE(HEAP + 2) + 7) &&
		     moves(&t, MM_TRY_PAGE(HEAP + 2)),
	     "data");
	t.p->rlimit[MM_RLIMIT_DATA] = MM_RLIM_INFINITY;
	t.p->rlimit[MM_RLIMIT_AS] = 3 * MM_PAGE_SIZE;
	PROP(p, !moves(&t, MM_TRY_PAGE(HEAP + 4)) && moves(&t, MM_TRY_PAGE(HEAP + 3)),
	     "the address space");
	t.p->rlimit[MM_RLIMIT_AS] = MM_RLIM_INFINITY;
	t.m->sysctl.max_map_count = 0;
	PROP(p, !moves(&t, MM_TRY_PAGE(HEAP + 4)), "VMAs, though it would be none more");
	PROP(p, !moves(&t, UINT64_MAX) && !moves(&t, t.mm->task_size + 4096), "beyond the end");
	mm_aspace_try_close(&t, p);
}

/* ---- plantings ---- */

static void said(struct mm_victim *v, uint64_t addr, uint64_t answer)
{
	mm_aspace_enter(v->x, v->m->processes[0].mm, MM_CALL_BRK, addr, 0, 0);
	mm_aspace_answer(v->x, 0, MM_CALL_BRK, answer, 0);
}

static void it_did_not_move(struct mm_victim *v)
{
	said(v, MM_VICTIM_BASE + 0x83000, MM_VICTIM_BASE + 0x82000);
}

static void it_moved_below_its_start(struct mm_victim *v)
{
	said(v, MM_VICTIM_BASE + 0x70000, MM_VICTIM_BASE + 0x70000);
}

static void moved_by_nobody(struct mm_victim *v)
{
	struct mm_struct *mm = v->m->processes[0].mm;

	mm->brk++;
	mm_aspace_touch(v->x, mm);
}

static void begins_behind_its_end(struct mm_victim *v)
{
	struct mm_struct *mm = v->m->processes[0].mm;

	mm->start_brk = mm->brk + 1;
	mm_aspace_touch(v->x, mm);
}

static const struct mm_plant plants[] = {
	{"brk.answer", it_did_not_move, "mm.brk", true},
	{"brk.answer", it_moved_below_its_start, "mm.brk", true},
	{"mm.brk", moved_by_nobody, NULL, false},
	{"mm.brk", begins_behind_its_end, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_brk_props[] = {
	{"brk.it_ends_where_it_says", it_ends_where_it_says, 1},
	{"brk.neighbours_keep_their_distance", neighbours_keep_their_distance, 1},
	{"brk.locked_heaps_are_counted", locked_heaps_are_counted, 1},
	{"brk.limits_hold", limits_hold, 1},
	{"brk." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
