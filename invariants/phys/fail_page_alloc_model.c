/* SPDX-License-Identifier: MIT */
/*
 * fail_page_alloc model: requests seen from outside.  Each ends in a page, in none, or
 * in many at once; while something is armed, a question has to come before.
 */
#include "mm/fail_page_alloc.h"

#include "mm/check.h"
#include "mm/event.h"

struct model {
	uint64_t min_order;
	bool spare_waiters; /* attributes do not concern who may wait */
	bool spare_highmem; /* nor who asks for HighMem */
	uint64_t probability;
	uint64_t nth[MM_CPUS_MAX]; /* left to count */
	bool asked;                /* since a request ended */
	bool outer;                /* of that for which memory is reclaimed */
	bool bulk;                 /* between its two ends, pages come without a question */
};

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	(void)m;
	*(struct model *)state =
		(struct model){.min_order = 1, .spare_waiters = true, .spare_highmem = true};
}

static void on_write(struct model *md, const struct mm_event *ev)
{
	static const uint64_t first = (uint64_t)MM_FAILPOINT_PAGE_ALLOC * MM_FAILPOINT_ATTRS;
	uint64_t v = ev->f[2];

	if (ev->f[0] == MM_FAILPOINT_NTH)
		md->nth[ev->cpu] = v;
	if (ev->f[0] != MM_FAILPOINT_FILE || ev->f[3])
		return;
	if (ev->f[1] == first + MM_FAILPOINT_MIN_ORDER)
		md->min_order = v;
	else if (ev->f[1] == first + MM_FAILPOINT_IGNORE_GFP_WAIT)
		md->spare_waiters = v != 0;
	else if (ev->f[1] == first + MM_FAILPOINT_IGNORE_GFP_HIGHMEM)
		md->spare_highmem = v != 0;
	else if (ev->f[1] == first + MM_FAILPOINT_PROBABILITY)
		md->probability = v;
}

static void on_ask(struct model *md, struct mm_report *r, const struct mm_event *ev)
{
	uint64_t order = ev->f[1] >> 32;
	uint32_t gfp = (uint32_t)ev->f[1];
	bool spared = order < md->min_order ||
		      (md->spare_waiters && (gfp & MM_GFP_DIRECT_RECLAIM)) ||
		      (md->spare_highmem && (gfp & MM_GFP_HIGHMEM));

	if (md->nth[ev->cpu] && ev->f[5] != MM_FAILPOINT_TOLD)
		md->nth[ev->cpu]--;
	if (ev->f[0] != MM_FAILPOINT_PAGE_ALLOC)
		return;
	md->asked = true;
	MM_CHECK(r, "fault.nofail", !(gfp & MM_GFP_NOFAIL), "order %llu for 0x%x is asked",
		 (unsigned long long)order, gfp);
	MM_CHECK(r, "fault.left_out", (ev->f[3] != 0) == spared && ev->f[2] == (uint64_t)1 << order,
		 "order %llu for 0x%x is %s, as %llu pages", (unsigned long long)order, gfp,
		 ev->f[3] ? "left out" : "concerned", (unsigned long long)ev->f[2]);
}

/* A request ends, with or without a page. */
static void on_end(struct model *md, struct mm_report *r, const struct mm_machine *m,
		   const struct mm_event *ev, uint32_t gfp)
{
	bool armed = md->probability || md->nth[ev->cpu] || m->fault_watch;

	MM_CHECK(r, "fault.asked", md->asked || !armed || (gfp & MM_GFP_NOFAIL),
		 "CPU %d: a request for 0x%x passes no fail point", ev->cpu, gfp);
	md->asked = false;
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	if (ev->kind == MM_EV_mm_fault_write) {
		on_write(md, ev);
	} else if (ev->kind == MM_EV_mm_fault_ask) {
		on_ask(md, r, ev);
	} else if (ev->kind == MM_EV_mm_page_bulk) {
		on_end(md, r, m, ev, (uint32_t)ev->f[5]);
		md->bulk = true;
	} else if (ev->kind == MM_EV_mm_page_bulk_end) {
		md->bulk = false;
	} else if (ev->kind == MM_EV_mm_vmscan_direct_reclaim_begin) {
		md->outer = md->asked;
		md->asked = false;
	} else if (ev->kind == MM_EV_mm_vmscan_direct_reclaim_end) {
		md->asked = md->outer;
	} else if (ev->kind == MM_EV_mm_page_alloc && !md->bulk) {
		on_end(md, r, m, ev, (uint32_t)ev->f[2]);
	} else if (ev->kind == MM_EV_mm_page_alloc_failed) {
		MM_CHECK(r, "fault.nofail", !ev->f[4] || !(ev->f[1] & MM_GFP_NOFAIL),
			 "order %llu for 0x%x is told to fail", (unsigned long long)ev->f[0],
			 (uint32_t)ev->f[1]);
		on_end(md, r, m, ev, (uint32_t)ev->f[1]);
	}
}

static void model_after(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;

	(void)r;
	(void)m;
	md->asked = false;
}

const struct mm_model mm_fail_page_alloc_model = {
	.name = "fail_page_alloc",
	.events = MM_EV_BIT(MM_EV_mm_fault_write) | MM_EV_BIT(MM_EV_mm_fault_ask) |
		  MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_page_alloc_failed) |
		  MM_EV_BIT(MM_EV_mm_page_bulk) | MM_EV_BIT(MM_EV_mm_page_bulk_end) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_begin) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_end),
	/* nothing to judge, only to forget: a question, which a request's end forgets too */
	.objects = MM_OBJ_BIT(MM_OBJ_EVENT),
	.quiet = MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_page_alloc_failed),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after,
	.sweep = model_after,
};
