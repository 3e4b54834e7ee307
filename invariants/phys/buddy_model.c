/* SPDX-License-Identifier: MIT */
/*
 * buddy model: which halves are guards.
 *
 * A split says which order it cut from which: all upper halves in between that are
 * below the minimum have become guards just before, no others have, and the free count
 * fell by each.  A merge says what became whole: neither half is a guard any more.
 */
#include "mm/buddy.h"

#include "mm/check.h"

struct model {
	uint64_t marked; /* since the last split */
	uint8_t guard[]; /* of each frame: order plus one of the guard there, or 0 */
};

/* Without a minimum order no half becomes a guard: guard.block judges the frames. */
static bool has_guards(const struct mm_machine *m)
{
	return m->desc.guard_minorder != 0;
}

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + (size_t)m->max_pfn;
}

static void on_guard(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	uint8_t *at = &md->guard[ev->f[0]];
	uint8_t mark = (uint8_t)(ev->f[1] + 1);
	uint64_t pages = (uint64_t)1 << ev->f[1];

	/* what comes back to an isolated pageblock counts for nobody */
	if (m->pageblock[ev->f[0] >> m->desc.pageblock_order] == MM_MIGRATE_ISOLATE)
		pages = 0;
	MM_CHECK(r, "guard.accounting",
		 ev->f[3] ? ev->f[4] == ev->f[5] + pages : ev->f[4] + pages == ev->f[5],
		 "guard of order %llu at pfn %llu %s: %llu free pages were counted, now %llu",
		 (unsigned long long)ev->f[1], (unsigned long long)ev->f[0],
		 ev->f[3] ? "set" : "merged back", (unsigned long long)ev->f[4],
		 (unsigned long long)ev->f[5]);
	MM_CHECK(r, "guard.block", *at == (ev->f[3] ? 0 : mark),
		 "pfn %llu order %llu: %s, and was one of order %d", (unsigned long long)ev->f[0],
		 (unsigned long long)ev->f[1], ev->f[3] ? "becomes a guard" : "is none any more",
		 *at - 1);
	*at = ev->f[3] ? mark : 0;
	md->marked += ev->f[3];
}

static void on_split(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	uint64_t due = 0;
	uint64_t o;

	for (o = ev->f[1]; o < ev->f[3] && o < m->desc.guard_minorder; o++, due++) {
		MM_CHECK(r, "guard.block", md->guard[ev->f[0] + ((uint64_t)1 << o)] == o + 1,
			 "order %llu at pfn %llu was cut from order %llu: its half of order %llu "
			 "is no guard",
			 (unsigned long long)ev->f[1], (unsigned long long)ev->f[0],
			 (unsigned long long)ev->f[3], (unsigned long long)o);
	}
	MM_CHECK(r, "guard.block", md->marked == due, "%llu guards are set by a split, due: %llu",
		 (unsigned long long)md->marked, (unsigned long long)due);
	md->marked = 0;
}

static void on_merge(const struct model *md, struct mm_report *r, const struct mm_event *ev)
{
	uint64_t half = ev->f[0] + (((uint64_t)1 << ev->f[1]) >> 1);

	MM_CHECK(r, "guard.block", !md->guard[ev->f[0]] && !md->guard[half],
		 "order %llu at pfn %llu became whole, and a half of it is a guard",
		 (unsigned long long)ev->f[1], (unsigned long long)ev->f[0]);
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	if (ev->kind == MM_EV_mm_guard)
		on_guard(state, r, m, ev);
	else if (ev->kind == MM_EV_mm_page_alloc_zone_locked)
		on_split(state, r, m, ev);
	else
		on_merge(state, r, ev);
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t pfn;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); pfn < m->max_pfn;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1)) {
		const struct page *p = &m->memmap[pfn];

		MM_CHECK(r, "guard.block",
			 md->guard[pfn] == (p->flags & MM_PG_GUARD ? p->order + 1 : 0),
			 "pfn %llu: flags 0x%x, order %u; due is a guard of order %d",
			 (unsigned long long)pfn, p->flags, p->order, md->guard[pfn] - 1);
	}
}

const struct mm_model mm_buddy_model = {
	.name = "buddy",
	.events = MM_EV_BIT(MM_EV_mm_guard) | MM_EV_BIT(MM_EV_mm_page_alloc_zone_locked) |
		  MM_EV_BIT(MM_EV_mm_buddy_merge),
	.concerns = has_guards,
	.size = model_size,
	.on_event = model_event,
	.sweep = model_sweep,
};
