/* SPDX-License-Identifier: MIT */
/*
 * mmap properties: all calls, on machines whose limits are near; which error comes first;
 * what follows from a file's mode; plantings.
 */
#include "mm/mmap.h"

#include "mm/failpoint.h"
#include "mm/file.h"
#include "mm/pool.h"
#include "mm/process.h"

#include "invariants/engine/aspace_try.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop_stateful.h"
#include "mmap/prop.h"

#include <string.h>

const struct mm_stateful mm_mmap_stateful = {
	.module = "mmap",
	.machines = mm_mmap_machines,
	.modules = "mmap munmap mprotect brk vm_fault aspace process file failpoint",
	.runs = 40,
	.ops = 200,
};

/* ---- errors ---- */

#define ANON   (MM_MAP_PRIVATE | MM_MAP_ANONYMOUS)
#define FIXED  (ANON | MM_MAP_FIXED)
#define NOBODY UINT32_MAX /* no file */
#define RDWR   (MM_FILE_READ | MM_FILE_WRITE)

struct asking {
	uint64_t addr;
	uint64_t len;
	uint32_t prot;
	uint32_t flags;
	uint32_t mode; /* of a file */
	uint64_t offset;
	int err;
};

/* Two things are wrong in most rows: the first that is looked for is what it says. */
static const struct asking askings[] = {
	{0, 0, 0, MM_MAP_PRIVATE, NOBODY, 5, MM_EINVAL},
	{0, 0, 0, MM_MAP_PRIVATE, NOBODY, 0, MM_EBADF},
	{0, 0, 0, ANON, NOBODY, 0, MM_EINVAL},
	{0, UINT64_MAX, 0, ANON, NOBODY, UINT64_MAX - 4095, MM_ENOMEM},
	{5, (uint64_t)1 << 62, 0, FIXED, NOBODY, 0, MM_ENOMEM},
	{5, 4096, 0, FIXED, NOBODY, 0, MM_EINVAL},
	{4096, 4096, 0, FIXED | MM_MAP_LOCKED, NOBODY, 0, MM_EPERM},
	{MM_TRY_PAGE(255), 8192, 0, FIXED, NOBODY, 0, MM_ENOMEM},
	/* page 8 is mapped */
	{MM_TRY_PAGE(7), 8192, 0, 0xf | MM_MAP_ANONYMOUS | MM_MAP_FIXED_NOREPLACE, NOBODY, 0,
	 MM_EEXIST},
	{MM_TRY_PAGE(6), 8192, 0, ANON | MM_MAP_FIXED_NOREPLACE, NOBODY, 0, 0},
	/* 16 pages may be locked */
	{0, (uint64_t)17 * 4096, 0, 0xf | MM_MAP_ANONYMOUS | MM_MAP_LOCKED, NOBODY, 0, MM_EAGAIN},
	{0, 4096, 0, 0xf | MM_MAP_ANONYMOUS, NOBODY, 0, MM_EINVAL},
	{0, 4096, 0, MM_MAP_SHARED_VALIDATE | MM_MAP_ANONYMOUS, NOBODY, 0, MM_EINVAL},
	{0, 4096, 0, MM_MAP_SHARED | MM_MAP_ANONYMOUS | MM_MAP_GROWSDOWN, NOBODY, 0, MM_EINVAL},
	/* what a file forbids */
	{0, 8192, 3, MM_MAP_SHARED, MM_FILE_READ, INT64_MAX - 4095, MM_EOVERFLOW},
	{0, 4096, 2, MM_MAP_SHARED_VALIDATE | 0x200, MM_FILE_READ, 0, MM_EOPNOTSUPP},
	{0, 4096, 2, MM_MAP_SHARED | 0x200, MM_FILE_READ, 0, MM_EACCES},
	{0, 4096, 2, MM_MAP_SHARED | 0x200, RDWR, 0, 0},
	{0, 4096, 1, MM_MAP_SHARED, RDWR | MM_FILE_APPEND, 0, MM_EACCES},
	{0, 4096, 1, MM_MAP_SHARED, MM_FILE_READ | MM_FILE_APPEND, 0, 0},
	{0, 4096, 1, MM_MAP_PRIVATE, RDWR | MM_FILE_APPEND, 0, 0},
	{0, 4096, 4, MM_MAP_PRIVATE, MM_FILE_WRITE | MM_FILE_NOEXEC, 0, MM_EACCES},
	{0, 4096, 4, MM_MAP_PRIVATE, RDWR | MM_FILE_NOEXEC | MM_FILE_NOMMAP, 0, MM_EPERM},
	{0, 4096, 1, MM_MAP_PRIVATE | MM_MAP_GROWSDOWN, RDWR | MM_FILE_NOMMAP, 0, MM_ENODEV},
	{0, 4096, 1, MM_MAP_PRIVATE | MM_MAP_GROWSDOWN, RDWR, 0, MM_EINVAL},
	{0, 4096, 1, 0xf, RDWR, 0, MM_EINVAL},
};

static void the_first_error(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	size_t i;

	for (i = 0; i < sizeof(askings) / sizeof(askings[0]) && !p->failures; i++) {
		const struct asking *a = &askings[i];
		struct mm_mmap_request q = {a->addr, a->len, a->prot, a->flags, NULL, a->offset};
		uint64_t addr;
		int err;

		if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
			return;
		t.p->rlimit[MM_RLIMIT_MEMLOCK] = a->addr == 4096 ? 0 : 16 * MM_PAGE_SIZE;
		if (a->mode != NOBODY)
			q.file = mm_file_create(&t.x, 8, a->mode);
		PROP(p, !mm_aspace_try_map(&t, 8, 1, MM_TRY_RW, 0), "no page");
		err = mm_mmap(&t.x, t.mm, &q, &addr);
		PROP(p, err == -a->err, "row %d: error %d; due: %d", (int)i, -err, a->err);
		PROP(p, (t.mm->map_count == 1) == (err != 0), "row %d: %d VMAs", (int)i,
		     t.mm->map_count);
		if (q.file)
			(void)mm_file_put(&t.x, q.file);
		mm_aspace_try_close(&t, p);
	}
}

/* ---- what follows ---- */

/* Each piece of shared anonymous memory is promised, is a file, and is gone with its
 * last VMA. */
static void shared_memory_is_a_file(struct mm_prop_run *p)
{
	struct mm_mmap_request q = {MM_TRY_BASE, 4 * MM_PAGE_SIZE,
				    MM_TRY_RW,   MM_MAP_SHARED | MM_MAP_ANONYMOUS | MM_MAP_FIXED,
				    NULL,        0};
	struct mm_aspace_try t;
	uint64_t addr;
	int i;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p, !mm_mmap(&t.x, t.mm, &q, &addr), "no memory");
	q.addr += 4 * MM_PAGE_SIZE;
	PROP(p,
	     !mm_mmap(&t.x, t.mm, &q, &addr) && t.m->files->nr_used == 2 &&
		     t.m->vm_committed_as == 8 &&
		     !strcmp(mm_aspace_try_text(&t), "0-4 rw-s, 4-8 rw-s"),
	     "two beside each other: %s", t.text);
	/* a part of it keeps all of it */
	PROP(p, !mm_aspace_try_unmap(&t, 1, 5) && t.m->vm_committed_as == 8, "parts go");
	PROP(p,
	     !mm_aspace_try_unmap(&t, 0, 1) && t.m->vm_committed_as == 4 &&
		     t.m->files->nr_used == 1,
	     "the last part goes");
	/* there may be six files, and there is one */
	for (i = 0; i < 6; i++) {
		q.addr += 4 * MM_PAGE_SIZE;
		PROP(p, mm_mmap(&t.x, t.mm, &q, &addr) == (i < 5 ? 0 : -MM_ENOMEM), "file %d", i);
	}
	PROP(p, t.m->vm_committed_as == 24, "%d pages are promised", (int)t.m->vm_committed_as);
	mm_aspace_try_close(&t, p);
}

/* A mapping over others takes their promises over, and asks for the rest. */
static void promises_are_taken_over(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p,
				MM_TRY_MACHINE "overcommit_memory=2 overcommit_kbytes=40 "
					       "admin_reserve_kbytes=0 user_reserve_kbytes=0"))
		return;
	PROP(p, !mm_aspace_try_map(&t, 0, 9, MM_TRY_RW, 0), "nine of ten pages");
	PROP(p, mm_aspace_try_map(&t, 9, 1, MM_TRY_RW, 0) == -MM_ENOMEM, "the tenth");
	PROP(p, !mm_aspace_try_map(&t, 0, 9, 7, 0) && t.m->vm_committed_as == 9, "all anew");
	PROP(p,
	     mm_aspace_try_map(&t, 1, 9, MM_TRY_RW, 0) == -MM_ENOMEM && t.m->vm_committed_as == 9 &&
		     t.mm->total_vm == 9,
	     "one besides: %s", mm_aspace_try_text(&t));
	PROP(p, !mm_aspace_try_map(&t, 0, 5, MM_TRY_R, 0) && t.m->vm_committed_as == 4,
	     "some are given back");
	mm_aspace_try_close(&t, p);
}

/* Whatever allocation fails, what was mapped is. */
static void failures_map_nothing(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	uint32_t nth;
	bool done = false;

	for (nth = 1; !done && nth < 40; nth++) {
		int err;

		if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
			return;
		PROP(p, !mm_aspace_try_map(&t, 0, 8, MM_TRY_R, 0), "nothing is there");
		mm_failpoint_arm(&t.x, nth);
		err = mm_aspace_try_map(&t, 2, 4, MM_TRY_RW, 0);
		mm_failpoint_arm(&t.x, 0);
		done = err == 0;
		PROP(p, done ? t.mm->data_vm == 4 : err == -MM_ENOMEM && !t.mm->data_vm,
		     "failure %u: error %d", nth, err);
		PROP(p, t.mm->total_vm == 8 && t.m->vm_committed_as == (done ? 4 : 0),
		     "failure %u: %d pages, %d promised", nth, (int)t.mm->total_vm,
		     (int)t.m->vm_committed_as);
		mm_aspace_try_close(&t, p);
	}
	PROP(p, done && nth > 4, "%u failures, and no success", nth);
}

/* ---- plantings ---- */

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as mmap has them */
static void said(struct mm_victim *v, uint64_t page, uint64_t len, uint32_t flags, int err)
{
	uint64_t addr = MM_VICTIM_BASE + page * MM_PAGE_SIZE;

	mm_aspace_enter(v->x, v->m->processes[0].mm, MM_CALL_MMAP, addr, len,
			(uint64_t)flags << 32 | MM_TRY_RW);
	mm_event(v->x, MM_EV_mm_sys_file, 0, 0);
	mm_aspace_answer(v->x, 0, MM_CALL_MMAP, err ? 0 : addr, err);
}

static void nothing_at_all(struct mm_victim *v)
{
	said(v, 60, 0, FIXED, 0);
}

static void refused_without_need(struct mm_victim *v)
{
	said(v, 60, MM_PAGE_SIZE, FIXED, -MM_ENOMEM);
}

static void populated_and_empty(struct mm_victim *v)
{
	said(v, 8, MM_PAGE_SIZE, FIXED | MM_MAP_POPULATE, 0);
}

/* It says that it mapped, and did not. */
static void nothing_came_of_it(struct mm_victim *v)
{
	said(v, 60, MM_PAGE_SIZE, FIXED, 0);
}

static void a_flag_of_nobodys(struct mm_victim *v)
{
	struct vm_area_struct *vma = mm_victim_vma(v, 8);

	vma->vm_flags |= MM_VM_NOHUGEPAGE;
	mm_aspace_touch_vma(v->x, vma);
}

static const struct mm_plant plants[] = {
	{"mmap.answer", nothing_at_all, NULL, true},
	{"mmap.answer", refused_without_need, NULL, true},
	{"mmap.answer", populated_and_empty, NULL, true},
	{"mmap.pages", nothing_came_of_it, NULL, false},
	{"mmap.pages", a_flag_of_nobodys, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_mmap_props[] = {
	{"mmap.calls_that_meet", mm_mmap_walk, 40},
	{"mmap.the_first_error", the_first_error, 1},
	{"mmap.shared_memory_is_a_file", shared_memory_is_a_file, 1},
	{"mmap.promises_are_taken_over", promises_are_taken_over, 1},
	{"mmap.failures_map_nothing", failures_map_nothing, 1},
	{"mmap." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
