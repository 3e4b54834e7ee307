/* SPDX-License-Identifier: MIT */
/* anon_vma properties: whose is taken over, what failures leave, and plantings. */
#include "mm/anon_vma.h"

#include "mm/failpoint.h"
#include "mm/mmap.h"
#include "mm/pool.h"
#include "mm/vm_fault.h"

#include "invariants/engine/aspace_try.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

static const struct anon_vma *anon_at(const struct mm_aspace_try *t, uint64_t page)
{
	const struct vm_area_struct *vma = mm_aspace_find(t->mm, MM_TRY_PAGE(page));

	return vma ? vma->anon_vma : NULL;
}

/* Neighbours that only their rights keep apart share one; others do not. */
static void neighbours_lend(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	/* 0-2 rw, 2-4 rwx, 4-6 rw: all accounted */
	PROP(p,
	     !mm_aspace_try_map(&t, 0, 2, MM_TRY_RW, 0) && !mm_aspace_try_map(&t, 2, 2, 7, 0) &&
		     !mm_aspace_try_map(&t, 4, 2, MM_TRY_RW, 0) &&
		     !mm_aspace_try_map(&t, 6, 2, MM_TRY_RW, MM_MAP_NORESERVE),
	     "four VMAs cannot be had");
	PROP(p, !mm_aspace_try_write(&t, 0) && !mm_aspace_try_write(&t, 4), "no touch");
	PROP(p, anon_at(&t, 0) && anon_at(&t, 4) && anon_at(&t, 0) != anon_at(&t, 4),
	     "what is apart shares an anon_vma");
	/* both would lend: the one above is asked first */
	PROP(p, !mm_aspace_try_write(&t, 2) && anon_at(&t, 2) == anon_at(&t, 4),
	     "the neighbour above does not lend");
	/* other flags than rights */
	PROP(p, !mm_aspace_try_write(&t, 6) && anon_at(&t, 6) && anon_at(&t, 6) != anon_at(&t, 4),
	     "memory that is not accounted shares with what is");
	PROP(p, anon_at(&t, 4)->num_active_vmas == 2 && anon_at(&t, 4)->refcount == 2,
	     "two VMAs: %u active, %u references", anon_at(&t, 4)->num_active_vmas,
	     anon_at(&t, 4)->refcount);
	mm_aspace_try_close(&t, p);
}

/* From below, where nothing above lends. */
static void the_one_below_lends(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p,
	     !mm_aspace_try_map(&t, 0, 2, MM_TRY_RW, 0) && !mm_aspace_try_map(&t, 2, 2, 7, 0) &&
		     !mm_aspace_try_write(&t, 1) && !mm_aspace_try_write(&t, 3),
	     "no touch");
	PROP(p, anon_at(&t, 0) == anon_at(&t, 2), "the neighbour below does not lend");
	/* not even a page apart */
	PROP(p,
	     !mm_aspace_try_map(&t, 5, 2, MM_TRY_RW, 0) && !mm_aspace_try_write(&t, 5) &&
		     anon_at(&t, 5) != anon_at(&t, 2),
	     "a gap is no border");
	mm_aspace_try_close(&t, p);
}

/* A touch that finds no memory leaves nothing, and the next is as the first. */
static void failed_touches_leave_nothing(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	uint32_t nth;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p, !mm_aspace_try_map(&t, 0, 2, MM_TRY_RW, 0), "nothing to touch");
	for (nth = 1; nth <= 2; nth++) {
		mm_failpoint_arm(&t.x, nth);
		PROP(p,
		     mm_aspace_try_write(&t, 0) == MM_FAULT_OOM && !anon_at(&t, 0) &&
			     !t.m->anon_vmas->nr_used && !t.m->anon_vma_chains->nr_used,
		     "failure %u leaves something", nth);
		mm_failpoint_arm(&t.x, 0);
	}
	PROP(p, !mm_aspace_try_write(&t, 0) && anon_at(&t, 0), "no touch");
	mm_aspace_try_close(&t, p);
}

/* One more of each count, and two more, are states of their own. */
static void counts_are_in_the_digest(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	struct anon_vma *av;
	uint64_t seen[7];
	size_t i;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p, !mm_aspace_try_map(&t, 0, 2, MM_TRY_RW, 0) && !mm_aspace_try_write(&t, 0),
	     "no anon_vma");
	av = mm_aspace_find(t.mm, MM_TRY_PAGE(0))->anon_vma;
	for (i = 0; i < 7; i++) {
		const struct anon_vma was = *av;
		uint32_t more = i < 6 ? 1 + (uint32_t)i / 3 : 0;

		av->refcount += i % 3 == 0 ? more : 0;
		av->num_active_vmas += i % 3 == 1 ? more : 0;
		av->num_children += i % 3 == 2 ? more : 0;
		mm_walk_another_digest(p, t.m, seen, i);
		*av = was;
	}
	mm_aspace_try_close(&t, p);
}

/* ---- plantings ---- */

static struct anon_vma *anon(struct mm_victim *v, uint64_t page)
{
	struct anon_vma *av = mm_victim_vma(v, page)->anon_vma;

	mm_touch(v->x, MM_OBJ_ANON_VMA, mm_pool_id(v->m->anon_vmas, av));
	mm_aspace_touch_vma(v->x, mm_victim_vma(v, page));
	return av;
}

static void another_vmas(struct mm_victim *v)
{
	mm_victim_vma(v, 48)->anon_vma = anon(v, 0);
	mm_aspace_touch_vma(v->x, mm_victim_vma(v, 48));
}

static void links_and_none_of_its_own(struct mm_victim *v)
{
	(void)anon(v, 48);
	mm_victim_vma(v, 48)->anon_vma = NULL;
}

static struct anon_vma_chain *link_of(struct mm_victim *v, uint64_t page)
{
	(void)anon(v, page);
	return mm_list_entry(mm_victim_vma(v, page)->anon_vma_chain.next, struct anon_vma_chain,
			     same_vma);
}

static void keyed_otherwise(struct mm_victim *v)
{
	link_of(v, 48)->node.start--;
}

static void of_another_vma(struct mm_victim *v)
{
	link_of(v, 48)->vma = mm_victim_vma(v, 0);
}

static void active_twice(struct mm_victim *v)
{
	anon(v, 48)->num_active_vmas++;
}

static void one_reference_too_many(struct mm_victim *v)
{
	anon(v, 48)->refcount++;
}

/* While somebody touches something else. */
static void lost_on_the_way(struct mm_victim *v)
{
	struct vm_area_struct *vma = mm_victim_vma(v, 48);

	mm_aspace_enter(v->x, vma->vm_mm, MM_CALL_TOUCH, MM_VICTIM_BASE + 4 * MM_PAGE_SIZE, 0,
			MM_ACCESS_READ);
	(void)anon(v, 48);
	mm_anon_vma_unlink(v->x, vma);
	mm_aspace_answer(v->x, 0, MM_CALL_TOUCH, MM_FAULT_OK, 0);
}

/* The VMA above it could be one with it but for rights, and is touched while it looks as if
 * it were of another kind. */
static void not_taken_over(struct mm_victim *v)
{
	struct vm_area_struct *vma = mm_victim_vma(v, 48);
	uint64_t above = vma->vm_end;
	const struct mm_mmap_request q = {.addr = above,
					  .len = MM_PAGE_SIZE,
					  .prot = MM_PROT_READ | MM_PROT_WRITE | MM_PROT_EXEC,
					  .flags =
						  MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED};
	uint64_t addr;

	(void)anon(v, 48);
	if (mm_mmap(v->x, vma->vm_mm, &q, &addr))
		return;
	vma = mm_aspace_find(vma->vm_mm, above);
	mm_aspace_enter(v->x, vma->vm_mm, MM_CALL_TOUCH, above, 0, MM_ACCESS_READ);
	mm_victim_vma(v, 48)->vm_flags ^= MM_VM_LOCKED;
	if (mm_anon_vma_prepare(v->x, vma))
		return;
	mm_victim_vma(v, 48)->vm_flags ^= MM_VM_LOCKED;
	mm_aspace_answer(v->x, 0, MM_CALL_TOUCH, MM_FAULT_OK, 0);
}

static const struct mm_plant plants[] = {
	{"anon_vma.root", another_vmas, "anon_vma.num_active", false},
	{"anon_vma.root", links_and_none_of_its_own, "anon_vma.num_active", false},
	{"anon_vma.chain_symmetry", keyed_otherwise, NULL, false},
	{"anon_vma.chain_symmetry", of_another_vma, NULL, false},
	{"anon_vma.num_active", active_twice, NULL, false},
	{"anon_vma.refcount", one_reference_too_many, NULL, false},
	{"anon_vma.lent", not_taken_over, NULL, true},
	{"anon_vma.kept", lost_on_the_way, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_anon_vma_props[] = {
	{"anon_vma.neighbours_lend", neighbours_lend, 1},
	{"anon_vma.the_one_below_lends", the_one_below_lends, 1},
	{"anon_vma.failed_touches_leave_nothing", failed_touches_leave_nothing, 1},
	{"anon_vma.counts_are_in_the_digest", counts_are_in_the_digest, 1},
	{"anon_vma." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
