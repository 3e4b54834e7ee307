/* SPDX-License-Identifier: MIT */
/* unmapped_area properties: gaps beside a picture of pages, with stacks; plantings. */
#include "mm/unmapped_area.h"

#include "mm/mmap.h"
#include "mm/process.h"

#include "invariants/engine/aspace_try.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#include <string.h>

#define PAGES     256
#define BASE_PAGE 240 /* mappings go below it */
#define GAP       4

/* Of each page: is it mapped, and does a stack begin there? */
struct picture {
	bool used[PAGES + 1];
	bool stack[PAGES + 1];
};

static bool is_free(const struct picture *pic, int page, int len)
{
	while (len-- > 0) {
		if (pic->used[page + len])
			return false;
	}
	return true;
}

/* The first that is mapped from a page on; PAGES: none. */
static int next_used(const struct picture *pic, int page)
{
	while (page < PAGES && !pic->used[page])
		page++;
	return page;
}

static bool is_clear(const struct picture *pic, int page, int len)
{
	int next = next_used(pic, page + len);

	return next == PAGES || !pic->stack[next] || next - GAP >= page + len;
}

/* Page by page from the top; whoever meets a stack's gap goes on below that gap. */
static int highest(const struct picture *pic, int len, bool *met)
{
	int top = BASE_PAGE;
	int page;

	for (page = BASE_PAGE - len; page >= 0; page--) {
		if (page + len > top || !is_free(pic, page, len))
			continue;
		if (is_clear(pic, page, len))
			return page;
		*met = true;
		top = next_used(pic, page + len) - GAP;
	}
	return -1;
}

static int lowest(const struct picture *pic, int lo, int len)
{
	int page;

	for (page = lo; page + len <= PAGES; page++) {
		if (is_free(pic, page, len) && is_clear(pic, page, len))
			return page;
		/* where a stack is near, all of the gap up to it is no use */
		if (is_free(pic, page, len))
			page = next_used(pic, page + len);
	}
	return -1;
}

/* All that lies below the stretch is mapped, so that it is as good as alone. */
static int fill_below(struct mm_aspace_try *t)
{
	const struct mm_mmap_request q = {
		.addr = MM_PAGE_SIZE,
		.len = MM_TRY_BASE - MM_PAGE_SIZE,
		.flags = MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED,
	};
	uint64_t addr;

	t->p->caps = MM_CAP_SYS_RAWIO;
	return mm_mmap(&t->x, t->mm, &q, &addr);
}

static void draw_layout(struct mm_prop_run *p, struct mm_aspace_try *t, struct picture *pic)
{
	memset(pic, 0, sizeof(*pic));
	while (t->mm->map_count < 50 && prop_below(p, 48)) {
		uint64_t page = prop_below(p, PAGES - 20);
		uint64_t len = 1 + prop_below(p, prop_below(p, 4) ? 6 : 20);
		bool stack = prop_below(p, 4) == 3;

		prop_begin(p);
		if (is_free(pic, (int)page, (int)len) &&
		    !mm_aspace_try_map(t, page, len, (uint32_t)prop_below(p, 4),
				       stack ? MM_MAP_GROWSDOWN : 0)) {
			memset(pic->used + page, 1, len);
			/* a stack above another goes on in it, with the same rights */
			memset(pic->stack + page, stack, len);
		}
		prop_end(p);
	}
}

static void check_length(struct mm_prop_run *p, struct mm_aspace_try *t, const struct picture *pic,
			 int len, bool *met)
{
	bool up = t->m->desc.bottom_up;
	int due = up ? lowest(pic, BASE_PAGE, len) : highest(pic, len, met);
	uint64_t addr = 0;
	int err;

	if (due < 0 && !up)
		due = lowest(pic, 0, len);
	err = mm_unmapped_area(&t->x, t->mm, 0, (uint64_t)len * MM_PAGE_SIZE, false, &addr);
	PROP(p, due >= 0 ? !err && addr == MM_TRY_PAGE(due) : err == -MM_ENOMEM,
	     "%d pages: error %d, page %lld; due: %d; %s", len, err,
	     ((long long)addr - (long long)MM_TRY_BASE) / 4096, due, mm_aspace_try_text(t));
}

static void gaps_are_those_of_the_picture(struct mm_prop_run *p)
{
	static const char *const machines[] = {
		MM_TRY_MACHINE,
		MM_TRY_MACHINE "legacy_va_layout=on",
	};
	struct mm_aspace_try t;
	struct picture pic;
	bool met = false;
	int len;

	if (!mm_aspace_try_open(&t, p, machines[prop_below(p, 4) == 3]))
		return;
	PROP(p, !fill_below(&t), "the rest cannot be filled");
	draw_layout(p, &t, &pic);
	for (len = 1; len < 40 && !p->failures; len++)
		check_length(p, &t, &pic, len, &met);
	mm_aspace_try_close(&t, p);
	prop_cover(p, 30, "a gap below a stack is passed over", met);
}

/* A wish is granted where it is free and clear, and else as if there were none. */
static void wishes(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	uint64_t addr;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p, !mm_aspace_try_map(&t, 20, 4, MM_TRY_RW, MM_MAP_GROWSDOWN), "no stack");
	PROP(p,
	     !mm_unmapped_area(&t.x, t.mm, MM_TRY_PAGE(12) + 5, 4 * MM_PAGE_SIZE, false, &addr) &&
		     addr == MM_TRY_PAGE(12),
	     "up to the gap: 0x%llx", (unsigned long long)addr);
	PROP(p,
	     !mm_unmapped_area(&t.x, t.mm, MM_TRY_PAGE(13), 4 * MM_PAGE_SIZE, false, &addr) &&
		     addr == MM_TRY_PAGE(BASE_PAGE - 4),
	     "a page into the gap: 0x%llx", (unsigned long long)addr);
	PROP(p,
	     mm_unmapped_area(&t.x, t.mm, MM_TRY_PAGE(13) + 5, MM_PAGE_SIZE, true, &addr) ==
		     -MM_EINVAL,
	     "fixed, and at no page");
	PROP(p, mm_unmapped_area(&t.x, t.mm, 4096, MM_PAGE_SIZE, true, &addr) == -MM_EPERM,
	     "below mmap_min_addr");
	PROP(p,
	     mm_unmapped_area(&t.x, t.mm, MM_TRY_PAGE(255), 2 * MM_PAGE_SIZE, true, &addr) ==
		     -MM_ENOMEM,
	     "beyond the end");
	mm_aspace_try_close(&t, p);
}

/* ---- plantings ---- */

/* A page that is free, and not the first in order. */
static void not_the_highest(struct mm_victim *v)
{
	mm_aspace_enter(v->x, v->m->processes[0].mm, MM_CALL_MMAP, 0, MM_PAGE_SIZE,
			(uint64_t)0x22 << 32 | MM_TRY_RW);
	mm_event(v->x, MM_EV_mm_sys_file, 0, 0);
	mm_aspace_answer(v->x, 0, MM_CALL_MMAP, MM_VICTIM_BASE + 60 * MM_PAGE_SIZE, 0);
}

static const struct mm_plant plants[] = {
	{"vma.unmapped_area", not_the_highest, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_unmapped_area_props[] = {
	{"unmapped_area.gaps_are_those_of_the_picture", gaps_are_those_of_the_picture, 100},
	{"unmapped_area.wishes", wishes, 1},
	{"unmapped_area." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
