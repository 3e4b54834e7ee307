/* SPDX-License-Identifier: MIT */
/* aspace properties: what is found by address beside a walk over the table; plantings. */
#include "mm/aspace.h"

#include "mm/file.h"
#include "mm/pool.h"
#include "mm/process.h"
#include "mm/vma.h"

#include "invariants/engine/aspace_try.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#define PAGES 64

/* ---- by address ---- */

/* Of the table: the first that ends above addr, or the last that ends at or below it. */
static const struct vm_area_struct *by_table(const struct mm_aspace_try *t, uint64_t addr,
					     bool below)
{
	const struct vm_area_struct *best = NULL;
	uint64_t id;

	for (id = 0; id < mm_pool_max(t->m->vmas); id++) {
		const struct vm_area_struct *vma = mm_pool_at(t->m->vmas, id);

		if (!vma || (vma->vm_end <= addr) != below)
			continue;
		if (!best || (best->vm_start < vma->vm_start) == below)
			best = vma;
	}
	return best;
}

static void check_address(struct mm_prop_run *p, const struct mm_aspace_try *t, uint64_t addr)
{
	const struct vm_area_struct *above = by_table(t, addr, false);
	const struct vm_area_struct *below = by_table(t, addr, true);
	uint64_t end = addr + 3 * MM_PAGE_SIZE;
	bool in = above && above->vm_start < end;

	PROP(p, mm_aspace_find(t->mm, addr) == above, "find 0x%llx", (unsigned long long)addr);
	PROP(p, mm_aspace_find_below(t->mm, addr) == below, "below 0x%llx",
	     (unsigned long long)addr);
	PROP(p, mm_aspace_find_in(t->mm, addr, end) == (in ? above : NULL), "3 pages from 0x%llx",
	     (unsigned long long)addr);
	PROP(p, !above || mm_aspace_prev(t->mm, above) == by_table(t, above->vm_start, true),
	     "before the VMA above 0x%llx", (unsigned long long)addr);
	PROP(p, !above || mm_aspace_next(t->mm, above) == by_table(t, above->vm_end, false),
	     "after the VMA above 0x%llx", (unsigned long long)addr);
}

static void addresses_find_vmas(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	uint64_t i;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	while (t.mm->map_count < 40 && prop_below(p, 32)) {
		uint64_t page = prop_below(p, PAGES);
		uint64_t pages = 1 + prop_below(p, 4);

		prop_begin(p);
		if (mm_aspace_try_map(&t, page, pages, (uint32_t)prop_below(p, 4), 0))
			prop_fail(p, __FILE__, __LINE__, "nothing can be mapped");
		prop_end(p);
	}
	for (i = 0; i < (uint64_t)PAGES * 2 && !p->failures; i++)
		check_address(p, &t, MM_TRY_BASE + i * MM_PAGE_SIZE / 2);
	check_address(p, &t, 0);
	check_address(p, &t, UINT64_MAX - 4 * MM_PAGE_SIZE);
	mm_aspace_try_close(&t, p);
}

/* ---- limits ---- */

/* A page below a limit, at it, above it; of which pages. */
static void limits_are_exact(struct mm_prop_run *p)
{
	const uint64_t data = MM_VM_READ | MM_VM_WRITE;
	struct mm_aspace_try t;
	uint64_t pages = prop_any(p, 40);
	uint64_t had = prop_any(p, 40);

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	t.mm->total_vm = t.mm->data_vm = t.mm->locked_vm = had;
	t.p->rlimit[MM_RLIMIT_AS] = (had + pages) * MM_PAGE_SIZE;
	PROP(p, mm_aspace_may_expand(t.mm, 0, pages) && !mm_aspace_may_expand(t.mm, 0, pages + 1),
	     "%llu pages and %llu", (unsigned long long)had, (unsigned long long)pages);
	t.p->rlimit[MM_RLIMIT_AS] = MM_RLIM_INFINITY;
	/* a part of a page does not count */
	t.p->rlimit[MM_RLIMIT_DATA] = (had + pages) * MM_PAGE_SIZE + 4095;
	PROP(p,
	     mm_aspace_may_expand(t.mm, data, pages) &&
		     !mm_aspace_may_expand(t.mm, data, pages + 1),
	     "data: %llu pages and %llu", (unsigned long long)had, (unsigned long long)pages);
	PROP(p,
	     mm_aspace_may_expand(t.mm, data | MM_VM_SHARED, pages + 1) &&
		     mm_aspace_may_expand(t.mm, data | MM_VM_GROWSDOWN, pages + 1),
	     "shared memory and stacks are no data");
	t.p->rlimit[MM_RLIMIT_MEMLOCK] = (had + pages) * MM_PAGE_SIZE;
	PROP(p,
	     mm_aspace_may_lock(t.mm, MM_VM_LOCKED, pages * MM_PAGE_SIZE) &&
		     !mm_aspace_may_lock(t.mm, MM_VM_LOCKED, (pages + 1) * MM_PAGE_SIZE) &&
		     mm_aspace_may_lock(t.mm, 0, (pages + 1) * MM_PAGE_SIZE),
	     "locked: %llu pages and %llu", (unsigned long long)had, (unsigned long long)pages);
	t.p->caps = MM_CAP_IPC_LOCK;
	PROP(p, mm_aspace_may_lock(t.mm, MM_VM_LOCKED, (pages + 1) * MM_PAGE_SIZE),
	     "who may lock all is limited");
	t.mm->total_vm = t.mm->data_vm = t.mm->locked_vm = 0;
	mm_aspace_try_close(&t, p);
}

/* No two address spaces that differ in one number are summed up alike. */
static void numbers_are_in_the_digest(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	uint64_t seen[21];
	size_t nr;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	seen[0] = mm_machine_digest_sweep(t.m);
	for (nr = 1; nr < sizeof(seen) / sizeof(seen[0]); nr++) {
		uint64_t *const number[] = {&t.mm->task_size, &t.mm->mmap_base, &t.mm->start_brk,
					    &t.mm->brk,       &t.mm->def_flags, &t.mm->total_vm,
					    &t.mm->data_vm,   &t.mm->exec_vm,   &t.mm->stack_vm,
					    &t.mm->locked_vm};
		uint64_t more = 1 + nr % 2;

		*number[(nr - 1) / 2] += more;
		mm_walk_another_digest(p, t.m, seen, nr);
		*number[(nr - 1) / 2] -= more;
	}
	mm_aspace_try_close(&t, p);
}

static void counts_and_layouts_are_in_the_digest(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	uint64_t seen[8];
	int i;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	for (i = 0; i < 8; i++) {
		t.mm->map_count += i / 2;
		t.mm->bottom_up = i % 2 != 0;
		mm_walk_another_digest(p, t.m, seen, (size_t)i);
		t.mm->map_count -= i / 2;
	}
	t.mm->bottom_up = false;
	mm_aspace_try_close(&t, p);
}

/* Nor two VMAs. */
static void vmas_are_in_the_digest(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	struct vm_area_struct *vma;
	uint64_t seen[7];
	size_t i;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p,
	     !mm_aspace_try_map(&t, 0, 2, MM_TRY_RW, 0) && mm_file_create(&t.x, 1, MM_FILE_READ) &&
		     mm_file_create(&t.x, 1, MM_FILE_READ),
	     "no VMA, or no file");
	vma = mm_aspace_find(t.mm, MM_TRY_PAGE(0));
	for (i = 0; i < 7; i++) {
		const struct vm_area_struct was = *vma;

		vma->vm_start += i == 1;
		vma->vm_end += i == 2;
		vma->vm_flags += i == 3;
		vma->vm_pgoff += i == 4;
		vma->vm_file = i > 4 ? mm_file_at(t.m, i - 5) : NULL;
		mm_walk_another_digest(p, t.m, seen, i);
		*vma = was;
	}
	mm_aspace_try_close(&t, p);
}

/* ---- plantings ---- */

static struct mm_struct *touched(struct mm_victim *v)
{
	struct mm_struct *mm = v->m->processes[0].mm;

	mm_aspace_touch(v->x, mm);
	return mm;
}

static void flip(struct mm_victim *v, uint64_t page, uint64_t flags)
{
	struct vm_area_struct *vma = mm_victim_vma(v, page);

	vma->vm_flags ^= flags;
	mm_aspace_touch_vma(v->x, vma);
}

static void into_the_next(struct mm_victim *v)
{
	struct vm_area_struct *vma = mm_victim_vma(v, 0);

	vma->vm_end += MM_PAGE_SIZE;
	mm_aspace_touch_vma(v->x, vma);
}

static void the_tree_lacks_one(struct mm_victim *v)
{
	struct vm_area_struct *vma = mm_victim_vma(v, 8);
	struct mm_maple *tree = mm_aspace_tree(v->x, touched(v));

	if (mm_maple_reserve(tree, 1) == 0)
		mm_maple_store(tree, (struct mm_maple_range){vma->vm_start, vma->vm_end - 1}, NULL);
	mm_maple_release(tree);
	mm_aspace_touch_vma(v->x, vma);
}

static void beyond_the_end(struct mm_victim *v)
{
	touched(v)->task_size = MM_VICTIM_BASE + 9 * MM_PAGE_SIZE;
	mm_aspace_touch_vma(v->x, mm_victim_vma(v, 8));
}

static void more_than_it_may(struct mm_victim *v)
{
	flip(v, 8, MM_VM_MAYREAD);
}

static void half_shared(struct mm_victim *v)
{
	flip(v, 24, MM_VM_MAYSHARE);
}

static void a_stack_of_a_file(struct mm_victim *v)
{
	flip(v, 16, MM_VM_GROWSDOWN);
}

static void accounted_and_shared(struct mm_victim *v)
{
	flip(v, 24, MM_VM_ACCOUNT);
}

static void one_entry_too_many(struct mm_victim *v)
{
	touched(v)->tree.count++;
}

static void one_vma_too_many(struct mm_victim *v)
{
	touched(v)->map_count++;
}

static void pages_too_many(struct mm_victim *v)
{
	touched(v)->total_vm++;
}

static void data_too_much(struct mm_victim *v)
{
	touched(v)->data_vm++;
}

static void code_too_much(struct mm_victim *v)
{
	touched(v)->exec_vm++;
}

static void stack_too_small(struct mm_victim *v)
{
	touched(v)->stack_vm--;
}

static void locked_too_much(struct mm_victim *v)
{
	touched(v)->locked_vm++;
}

static void promised_and_not_released(struct mm_victim *v)
{
	PROP(v->p, !mm_vma_reserve(v->x, touched(v), 1), "nothing can be promised");
}

static const struct mm_plant plants[] = {
	{"vma.sorted_disjoint", into_the_next,
	 "vma.tree_agrees anon_vma.chain_symmetry mm.total_vm mm.data_exec_stack_vm "
	 "mm.committed_as mmap.pages",
	 false},
	{"vma.tree_agrees", the_tree_lacks_one, "mm.map_count", false},
	{"vma.addr_limits", beyond_the_end, NULL, false},
	{"vma.flags_closed", more_than_it_may, "mmap.pages", false},
	{"vma.flags_closed", half_shared, "mmap.pages", false},
	{"vma.flags_closed", a_stack_of_a_file, "mmap.pages mm.data_exec_stack_vm", false},
	{"vma.flags_closed", accounted_and_shared, "mmap.pages mm.committed_as", false},
	{"maple.structure", one_entry_too_many, "mm.map_count", false},
	{"mm.map_count", one_vma_too_many, NULL, false},
	{"mm.total_vm", pages_too_many, NULL, false},
	{"mm.data_exec_stack_vm", data_too_much, NULL, false},
	{"mm.data_exec_stack_vm", code_too_much, NULL, false},
	{"mm.data_exec_stack_vm", stack_too_small, NULL, false},
	{"mm.locked_vm", locked_too_much, NULL, false},
	{"mm.no_reserve", promised_and_not_released, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_aspace_props[] = {
	{"aspace.addresses_find_vmas", addresses_find_vmas, 20},
	{"aspace.limits_are_exact", limits_are_exact, 50},
	{"aspace.numbers_are_in_the_digest", numbers_are_in_the_digest, 1},
	{"aspace.counts_and_layouts_are_in_the_digest", counts_and_layouts_are_in_the_digest, 1},
	{"aspace.vmas_are_in_the_digest", vmas_are_in_the_digest, 1},
	{"aspace." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
