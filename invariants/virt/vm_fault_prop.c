/* SPDX-License-Identifier: MIT */
/* vm_fault properties: how far a stack grows, what rights allow; plantings. */
#include "mm/vm_fault.h"

#include "mm/file.h"
#include "mm/mmap.h"
#include "mm/process.h"

#include "invariants/engine/aspace_try.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#include <string.h>

/* ---- stacks ---- */

#define FREE UINT32_MAX

/* A stack of pages 20-24, below it pages 8-10 with some rights. */
struct growth {
	uint32_t prot; /* of what lies below; FREE: nothing */
	uint32_t flags;
	uint64_t limit; /* RLIMIT_STACK in pages */
	uint64_t page;  /* that is touched */
	int result;
	const char *after;
};

static const struct growth growths[] = {
	{FREE, 0, 100, 19, MM_FAULT_OK, "19-24 rw-p *~+"},
	{FREE, 0, 100, 3, MM_FAULT_OK, "3-24 rw-p *~+"},
	/* the limit is of the whole stack, and asked when all else is ready */
	{FREE, 0, 10, 14, MM_FAULT_OK, "14-24 rw-p *~+"},
	{FREE, 0, 10, 13, MM_FAULT_SEGV_MAPERR, "20-24 rw-p *~+"},
	/* four pages stay free */
	{MM_TRY_R, 0, 100, 14, MM_FAULT_OK, "8-10 r--p, 14-24 rw-p *~+"},
	{MM_TRY_R, 0, 100, 13, MM_FAULT_SEGV_MAPERR, "8-10 r--p, 20-24 rw-p ~+"},
	{MM_TRY_R, 0, 100, 10, MM_FAULT_SEGV_MAPERR, "8-10 r--p, 20-24 rw-p ~+"},
	/* not above what nobody can use, nor above another stack */
	{0, 0, 100, 10, MM_FAULT_OK, "8-10 ---p, 10-24 rw-p *~+"},
	{MM_TRY_R, MM_MAP_GROWSDOWN, 100, 10, MM_FAULT_OK, "8-10 r--p ~, 10-24 rw-p *~+"},
};

static void one_growth(struct mm_prop_run *p, const struct growth *g)
{
	struct mm_aspace_try t;
	int result;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	t.p->rlimit[MM_RLIMIT_STACK] = g->limit * MM_PAGE_SIZE;
	PROP(p,
	     !mm_aspace_try_map(&t, 20, 4, MM_TRY_RW, MM_MAP_GROWSDOWN) &&
		     (g->prot == FREE || !mm_aspace_try_map(&t, 8, 2, g->prot, g->flags)),
	     "no stack");
	result = mm_aspace_try_write(&t, g->page);
	PROP(p, result == g->result && !strcmp(mm_aspace_try_text(&t), g->after),
	     "page %d: result %d, \"%s\"; due: %d, \"%s\"", (int)g->page, result, t.text, g->result,
	     g->after);
	mm_aspace_try_close(&t, p);
}

static void stacks_grow_as_far_as_they_may(struct mm_prop_run *p)
{
	size_t i;

	for (i = 0; i < sizeof(growths) / sizeof(growths[0]) && !p->failures; i++)
		one_growth(p, &growths[i]);
}

/* Not even by a page below mmap_min_addr, with all rights there are. */
static void no_stack_below_the_minimum(struct mm_prop_run *p)
{
	const struct mm_mmap_request q = {
		.addr = 65536,
		.len = MM_PAGE_SIZE,
		.prot = MM_TRY_RW,
		.flags = MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED | MM_MAP_GROWSDOWN,
	};
	struct mm_aspace_try t;
	uint64_t addr;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	t.p->caps = MM_CAP_ALL;
	PROP(p, !mm_mmap(&t.x, t.mm, &q, &addr), "no stack");
	PROP(p,
	     mm_vm_fault(&t.x, t.mm, 65535, MM_ACCESS_WRITE) == MM_FAULT_SEGV_MAPERR &&
		     t.mm->stack_vm == 1,
	     "it grew to %d pages", (int)t.mm->stack_vm);
	mm_aspace_try_close(&t, p);
}

/* Growth counts: locked memory, promises, the address space as a whole. */
static void growth_counts(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	t.p->rlimit[MM_RLIMIT_MEMLOCK] = 6 * MM_PAGE_SIZE;
	PROP(p, !mm_aspace_try_map(&t, 20, 4, MM_TRY_RW, MM_MAP_GROWSDOWN | MM_MAP_LOCKED),
	     "no stack");
	PROP(p, !mm_aspace_try_write(&t, 18) && t.mm->locked_vm == 6 && t.m->vm_committed_as == 6,
	     "%d locked, %d promised", (int)t.mm->locked_vm, (int)t.m->vm_committed_as);
	PROP(p, mm_aspace_try_write(&t, 17) == MM_FAULT_SEGV_MAPERR, "more than may be locked");
	t.p->caps = MM_CAP_IPC_LOCK;
	t.p->rlimit[MM_RLIMIT_AS] = 7 * MM_PAGE_SIZE;
	PROP(p, mm_aspace_try_write(&t, 16) == MM_FAULT_SEGV_MAPERR, "more than may be mapped");
	PROP(p, !mm_aspace_try_write(&t, 17) && t.mm->total_vm == 7, "no page more");
	mm_aspace_try_close(&t, p);
}

/* What is not accounted is promised its growth all the same, and gives nothing back. */
static void growth_that_is_lost(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p, !mm_aspace_try_map(&t, 20, 4, MM_TRY_R, MM_MAP_GROWSDOWN), "no stack");
	PROP(p,
	     mm_vm_fault(&t.x, t.mm, MM_TRY_PAGE(18), MM_ACCESS_READ) == MM_FAULT_OK &&
		     t.mm->stack_vm == 6 && t.m->vm_committed_as == 2 &&
		     t.m->vm_committed_lost == 2,
	     "%d pages are promised, %d are lost", (int)t.m->vm_committed_as,
	     (int)t.m->vm_committed_lost);
	mm_aspace_try_close(&t, p);
}

/* ---- rights ---- */

/* Every kind of access to every set of rights: hardware reads what it may execute, and
 * what it may write to. */
static void rights_decide(struct mm_prop_run *p)
{
	static const char allowed[8][4] = {"---", "r--", "rw-", "rw-", "r-x", "r-x", "rwx", "rwx"};
	struct mm_aspace_try t;
	uint32_t prot;
	int access;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	for (prot = 0; prot < 8; prot++) {
		PROP(p, !mm_aspace_try_map(&t, 0, 1, prot, 0), "nothing to touch");
		for (access = MM_ACCESS_READ; access <= MM_ACCESS_EXEC; access++) {
			int due = allowed[prot][access] == '-' ? MM_FAULT_SEGV_ACCERR : MM_FAULT_OK;
			int result =
				(int)mm_vm_fault(&t.x, t.mm, MM_TRY_BASE, (enum mm_access)access);

			PROP(p, result == due, "rights %u, access %d: %d", prot, access, result);
		}
	}
	mm_aspace_try_close(&t, p);
}

/* The last page of a file can be touched, the next cannot; private memory is made ready
 * before that is seen. */
static void files_end(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	struct mm_mmap_request q = {
		.addr = MM_TRY_BASE,
		.len = 4 * MM_PAGE_SIZE,
		.prot = MM_TRY_RW,
		.flags = MM_MAP_PRIVATE | MM_MAP_FIXED,
		.offset = MM_PAGE_SIZE,
	};
	uint64_t addr;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	q.file = mm_file_create(&t.x, 3, MM_FILE_READ);
	PROP(p, q.file && !mm_mmap(&t.x, t.mm, &q, &addr), "no file");
	PROP(p,
	     mm_vm_fault(&t.x, t.mm, MM_TRY_PAGE(1), MM_ACCESS_READ) == MM_FAULT_OK &&
		     !strcmp(mm_aspace_try_text(&t), "0-4 rw-p +"),
	     "the last page");
	PROP(p, mm_vm_fault(&t.x, t.mm, MM_TRY_PAGE(2), MM_ACCESS_READ) == MM_FAULT_BUS_ADRERR,
	     "the page after it");
	PROP(p,
	     mm_vm_fault(&t.x, t.mm, MM_TRY_PAGE(2), MM_ACCESS_WRITE) == MM_FAULT_BUS_ADRERR &&
		     !strcmp(mm_aspace_try_text(&t), "0-4 rw-p *+"),
	     "the page after it, written to: %s", t.text);
	(void)mm_file_put(&t.x, q.file);
	mm_aspace_try_close(&t, p);
}

/* ---- plantings ---- */

static void touched(struct mm_victim *v, uint64_t page, enum mm_access access, int result)
{
	mm_aspace_enter(v->x, v->m->processes[0].mm, MM_CALL_TOUCH,
			MM_VICTIM_BASE + page * MM_PAGE_SIZE, 0, access);
	mm_aspace_answer(v->x, 0, MM_CALL_TOUCH, (uint64_t)result, 0);
}

static void nothing_is_there(struct mm_victim *v)
{
	touched(v, 60, MM_ACCESS_READ, MM_FAULT_OK);
}

static void not_to_be_written_to(struct mm_victim *v)
{
	touched(v, 4, MM_ACCESS_WRITE, MM_FAULT_OK);
}

/* Page 8 was never touched, and has no anon_vma afterwards either. */
static void a_page_that_cannot_be_found(struct mm_victim *v)
{
	touched(v, 8, MM_ACCESS_WRITE, MM_FAULT_OK);
}

static void no_memory_without_need(struct mm_victim *v)
{
	touched(v, 0, MM_ACCESS_WRITE, MM_FAULT_OOM);
}

static const struct mm_plant plants[] = {
	{"touch.answer", nothing_is_there, NULL, true},
	{"touch.answer", not_to_be_written_to, NULL, true},
	{"touch.answer", a_page_that_cannot_be_found, NULL, true},
	{"touch.answer", no_memory_without_need, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_vm_fault_props[] = {
	{"vm_fault.stacks_grow_as_far_as_they_may", stacks_grow_as_far_as_they_may, 1},
	{"vm_fault.no_stack_below_the_minimum", no_stack_below_the_minimum, 1},
	{"vm_fault.growth_counts", growth_counts, 1},
	{"vm_fault.growth_that_is_lost", growth_that_is_lost, 1},
	{"vm_fault.rights_decide", rights_decide, 1},
	{"vm_fault.files_end", files_end, 1},
	{"vm_fault." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
