/* SPDX-License-Identifier: MIT */
/* munmap properties: what a range leaves, what is refused, what failures leave. */
#include "mm/munmap.h"

#include "mm/failpoint.h"
#include "mm/process.h"

#include "invariants/engine/aspace_try.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#include <string.h>

/* Pages 0-4 rw, 4-8 r, 10-12 rw; a range; what is left. */
struct taking {
	uint64_t page;
	uint64_t pages;
	const char *after;
};

static const struct taking takings[] = {
	{0, 4, "4-8 r--p, 10-12 rw-p +"},
	{0, 1, "1-4 rw-p +, 4-8 r--p, 10-12 rw-p +"},
	{3, 1, "0-3 rw-p +, 4-8 r--p, 10-12 rw-p +"},
	{1, 2, "0-1 rw-p +, 3-4 rw-p +, 4-8 r--p, 10-12 rw-p +"},
	{2, 4, "0-2 rw-p +, 6-8 r--p, 10-12 rw-p +"},
	{2, 9, "0-2 rw-p +, 11-12 rw-p +"},
	{8, 2, "0-4 rw-p +, 4-8 r--p, 10-12 rw-p +"},
	{0, 200, ""},
};

static bool make(struct mm_aspace_try *t, struct mm_prop_run *p)
{
	if (!mm_aspace_try_open(t, p, MM_TRY_MACHINE))
		return false;
	if (mm_aspace_try_map(t, 0, 4, MM_TRY_RW, 0) || mm_aspace_try_map(t, 4, 4, MM_TRY_R, 0) ||
	    mm_aspace_try_map(t, 10, 2, MM_TRY_RW, 0))
		prop_fail(p, __FILE__, __LINE__, "nothing to take away");
	return true;
}

static void ranges_go(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	size_t i;

	for (i = 0; i < sizeof(takings) / sizeof(takings[0]); i++) {
		int err;

		if (!make(&t, p))
			return;
		err = mm_aspace_try_unmap(&t, takings[i].page, takings[i].pages);
		PROP(p, !err && !strcmp(mm_aspace_try_text(&t), takings[i].after),
		     "%d pages from %d: %d, \"%s\"; due: \"%s\"", (int)takings[i].pages,
		     (int)takings[i].page, err, t.text, takings[i].after);
		mm_aspace_try_close(&t, p);
	}
}

static void what_is_no_range(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	uint64_t end;

	if (!make(&t, p))
		return;
	end = t.mm->task_size;
	PROP(p, mm_munmap(&t.x, t.mm, MM_TRY_BASE + 1, 1) == -MM_EINVAL, "at no page");
	PROP(p, mm_munmap(&t.x, t.mm, MM_TRY_BASE, 0) == -MM_EINVAL, "empty");
	PROP(p, mm_munmap(&t.x, t.mm, MM_TRY_BASE, UINT64_MAX - 8191) == -MM_EINVAL, "wraps");
	PROP(p, mm_munmap(&t.x, t.mm, end - MM_PAGE_SIZE, 2 * MM_PAGE_SIZE) == -MM_EINVAL,
	     "beyond the end");
	PROP(p, !mm_munmap(&t.x, t.mm, end - MM_PAGE_SIZE, MM_PAGE_SIZE), "up to the end");
	PROP(p, !mm_munmap(&t.x, t.mm, MM_TRY_PAGE(8), 1), "nothing is there");
	/* the page that a byte is on goes as a whole */
	PROP(p,
	     !mm_munmap(&t.x, t.mm, MM_TRY_BASE, 1) &&
		     !strcmp(mm_aspace_try_text(&t), "1-4 rw-p +, 4-8 r--p, 10-12 rw-p +"),
	     "%s", t.text);
	mm_aspace_try_close(&t, p);
}

/* At the limit a hole is refused; ends may go, though they are split as well. */
static void holes_at_the_limit(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!make(&t, p))
		return;
	t.m->sysctl.max_map_count = 3;
	PROP(p, mm_aspace_try_unmap(&t, 1, 1) == -MM_ENOMEM, "a hole");
	PROP(p,
	     !mm_aspace_try_unmap(&t, 3, 2) && !mm_aspace_try_unmap(&t, 11, 1) &&
		     !strcmp(mm_aspace_try_text(&t), "0-3 rw-p +, 5-8 r--p, 10-11 rw-p +"),
	     "ends: %s", t.text);
	t.m->sysctl.max_map_count = 4;
	PROP(p, !mm_aspace_try_unmap(&t, 1, 1) && t.mm->map_count == 4, "a hole, and room for it");
	mm_aspace_try_close(&t, p);
}

/* All is mapped as before, whichever allocation fails. */
static void failures_unmap_nothing(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	uint32_t nth;
	bool done = false;

	for (nth = 1; !done && nth < 40; nth++) {
		int err;

		if (!make(&t, p))
			return;
		mm_failpoint_arm(&t.x, nth);
		err = mm_aspace_try_unmap(&t, 2, 4);
		mm_failpoint_arm(&t.x, 0);
		done = err == 0;
		PROP(p, done ? t.mm->total_vm == 6 : err == -MM_ENOMEM && t.mm->total_vm == 10,
		     "failure %u: error %d, %d pages", nth, err, (int)t.mm->total_vm);
		mm_aspace_try_close(&t, p);
	}
	PROP(p, done && nth > 3, "%u failures, and no success", nth);
}

/* ---- plantings ---- */

static void said(struct mm_victim *v, uint64_t addr, uint64_t len, int err)
{
	mm_aspace_enter(v->x, v->m->processes[0].mm, MM_CALL_MUNMAP, addr, len, 0);
	mm_aspace_answer(v->x, 0, MM_CALL_MUNMAP, 0, err);
}

static void from_the_midst_of_a_page(struct mm_victim *v)
{
	said(v, MM_VICTIM_BASE + 7, MM_PAGE_SIZE, 0);
}

static void refused_without_need(struct mm_victim *v)
{
	said(v, MM_VICTIM_BASE, MM_PAGE_SIZE, -MM_ENOMEM);
}

static const struct mm_plant plants[] = {
	{"munmap.answer", from_the_midst_of_a_page, NULL, true},
	{"munmap.answer", refused_without_need, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_munmap_props[] = {
	{"munmap.ranges_go", ranges_go, 1},
	{"munmap.what_is_no_range", what_is_no_range, 1},
	{"munmap.holes_at_the_limit", holes_at_the_limit, 1},
	{"munmap.failures_unmap_nothing", failures_unmap_nothing, 1},
	{"munmap." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
