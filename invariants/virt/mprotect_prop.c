/* SPDX-License-Identifier: MIT */
/* mprotect properties: promises that come and go, how far it gets; plantings. */
#include "mm/mprotect.h"

#include "mm/file.h"
#include "mm/mmap.h"
#include "mm/process.h"

#include "invariants/engine/aspace_try.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#include <string.h>

/* What becomes writable is promised; what never was and cannot be written to is not. */
static void promises_follow_rights(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p, !mm_aspace_try_map(&t, 0, 4, MM_TRY_R, 0) && t.m->vm_committed_as == 0,
	     "memory to read is promised");
	PROP(p, !mm_aspace_try_protect(&t, 0, 4, MM_TRY_RW) && t.m->vm_committed_as == 4,
	     "memory to write to is not");
	PROP(p, !mm_aspace_try_protect(&t, 0, 2, MM_TRY_R) && t.m->vm_committed_as == 2,
	     "a promise for what was never touched stays");
	PROP(p,
	     !mm_aspace_try_write(&t, 3) && !mm_aspace_try_protect(&t, 2, 2, MM_TRY_R) &&
		     t.m->vm_committed_as == 2 &&
		     !strcmp(mm_aspace_try_text(&t), "0-2 r--p, 2-4 r--p *+"),
	     "a promise for what was touched goes: %s", t.text);
	PROP(p,
	     !mm_aspace_try_map(&t, 8, 2, MM_TRY_R, MM_MAP_NORESERVE) &&
		     !mm_aspace_try_protect(&t, 8, 2, MM_TRY_RW) && t.m->vm_committed_as == 2,
	     "memory that is not to count counts");
	mm_aspace_try_close(&t, p);
}

/* VMAs before the one that cannot keep what they got. */
static void it_goes_as_far_as_it_gets(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p,
	     !mm_aspace_try_map(&t, 0, 2, MM_TRY_R, 0) && !mm_aspace_try_map(&t, 2, 2, 0, 0) &&
		     !mm_aspace_try_map(&t, 6, 2, MM_TRY_R, 0),
	     "three VMAs cannot be had");
	PROP(p,
	     mm_aspace_try_protect(&t, 1, 6, MM_TRY_RW) == -MM_ENOMEM &&
		     !strcmp(mm_aspace_try_text(&t), "0-1 r--p, 1-4 rw-p +, 6-8 r--p"),
	     "up to a hole: %s", t.text);
	PROP(p, mm_aspace_try_protect(&t, 4, 3, MM_TRY_RW) == -MM_ENOMEM, "from a hole on");
	/* as much as may be data: six pages, five of them are to be */
	t.p->rlimit[MM_RLIMIT_DATA] = 5 * MM_PAGE_SIZE;
	PROP(p,
	     !mm_aspace_try_map(&t, 4, 2, MM_TRY_R, 0) && t.mm->data_vm == 3 &&
		     mm_aspace_try_protect(&t, 0, 8, MM_TRY_RW) == -MM_ENOMEM &&
		     !strcmp(mm_aspace_try_text(&t), "0-4 rw-p +, 4-8 r--p"),
	     "up to a limit: %s", t.text);
	mm_aspace_try_close(&t, p);
}

static void no_more_than_the_file_allows(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	struct mm_mmap_request q = {
		.addr = MM_TRY_BASE,
		.len = 4 * MM_PAGE_SIZE,
		.prot = MM_TRY_R,
		.flags = MM_MAP_SHARED | MM_MAP_FIXED,
	};
	uint64_t addr;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	q.file = mm_file_create(&t.x, 8, MM_FILE_READ | MM_FILE_NOEXEC);
	PROP(p, q.file && !mm_mmap(&t.x, t.mm, &q, &addr), "no file");
	PROP(p, mm_aspace_try_protect(&t, 0, 4, MM_TRY_RW) == -MM_EACCES, "it is written to");
	PROP(p, mm_aspace_try_protect(&t, 0, 4, 5) == -MM_EACCES, "it is executed");
	PROP(p, !mm_aspace_try_protect(&t, 0, 4, 0), "it may be nothing");
	/* private memory may be written to; who executes it asks its mount */
	q.flags = MM_MAP_PRIVATE | MM_MAP_FIXED;
	PROP(p,
	     !mm_mmap(&t.x, t.mm, &q, &addr) && !mm_aspace_try_protect(&t, 0, 4, MM_TRY_RW) &&
		     mm_aspace_try_protect(&t, 0, 4, 5) == -MM_EACCES,
	     "private memory of it");
	(void)mm_file_put(&t.x, q.file);
	mm_aspace_try_close(&t, p);
}

/* Two errors at once: the one that is looked for first. */
static void the_first_error(struct mm_prop_run *p)
{
	const uint32_t down = MM_PROT_GROWSDOWN;
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p, mm_mprotect(&t.x, t.mm, 5, 0, 0) == -MM_EINVAL, "at no page, and empty");
	PROP(p, mm_mprotect(&t.x, t.mm, 4096, 0, 0x80) == 0, "empty, with unknown rights");
	PROP(p, mm_mprotect(&t.x, t.mm, 4096, UINT64_MAX, 0x80) == -MM_ENOMEM,
	     "it wraps, with unknown rights");
	PROP(p, mm_mprotect(&t.x, t.mm, 4096, 4096, 0x80) == -MM_EINVAL,
	     "unknown rights, and nothing there");
	PROP(p, mm_mprotect(&t.x, t.mm, 4096, 4096, 1) == -MM_ENOMEM, "nothing there");
	PROP(p, mm_mprotect(&t.x, t.mm, 5, 4096, down | MM_PROT_GROWSUP) == -MM_EINVAL,
	     "both ways");
	PROP(p,
	     !mm_aspace_try_map(&t, 4, 4, MM_TRY_RW, MM_MAP_GROWSDOWN) &&
		     !mm_aspace_try_map(&t, 8, 2, MM_TRY_RW, 0),
	     "no stack");
	PROP(p, mm_aspace_try_protect(&t, 8, 1, MM_TRY_R | down) == -MM_EINVAL, "no stack");
	PROP(p,
	     !mm_aspace_try_protect(&t, 2, 3, MM_TRY_R | down) &&
		     !strcmp(mm_aspace_try_text(&t), "4-5 r--p ~, 5-8 rw-p ~+, 8-10 rw-p +"),
	     "from the start of a stack: %s", t.text);
	mm_aspace_try_close(&t, p);
}

/* ---- plantings ---- */

static void said(struct mm_victim *v, uint64_t page, uint64_t pages, uint32_t prot, int err)
{
	mm_aspace_enter(v->x, v->m->processes[0].mm, MM_CALL_MPROTECT,
			MM_VICTIM_BASE + page * MM_PAGE_SIZE, pages * MM_PAGE_SIZE, prot);
	mm_aspace_answer(v->x, 0, MM_CALL_MPROTECT, 0, err);
}

static void over_a_hole(struct mm_victim *v)
{
	said(v, 4, 6, MM_TRY_RW, 0);
}

static void refused_without_need(struct mm_victim *v)
{
	said(v, 8, 4, MM_TRY_R, -MM_EACCES);
}

static const struct mm_plant plants[] = {
	{"mprotect.answer", over_a_hole, NULL, true},
	{"mprotect.answer", refused_without_need, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_mprotect_props[] = {
	{"mprotect.promises_follow_rights", promises_follow_rights, 1},
	{"mprotect.it_goes_as_far_as_it_gets", it_goes_as_far_as_it_gets, 1},
	{"mprotect.no_more_than_the_file_allows", no_more_than_the_file_allows, 1},
	{"mprotect.the_first_error", the_first_error, 1},
	{"mprotect." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
