/* SPDX-License-Identifier: MIT */
/* fail_page_alloc properties: who is concerned, and plantings. */
#include "mm/fail_page_alloc.h"

#include "mm/page_alloc.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

static int write_attr(struct mm_ctx *x, enum mm_failpoint_attr a, int64_t value)
{
	return mm_failpoint_write(x, (size_t)MM_FAILPOINT_PAGE_ALLOC * MM_FAILPOINT_ATTRS + a,
				  value);
}

/* Everything fails that is concerned at all, without end. */
static int fail_all(struct mm_ctx *x)
{
	int err = write_attr(x, MM_FAILPOINT_TIMES, -1);

	return err ? err : write_attr(x, MM_FAILPOINT_PROBABILITY, 100);
}

/* Each order and mask against the words of fault-injection.rst. */
static void those_named_are_concerned(struct mm_prop_run *p)
{
	static const uint32_t masks[] = {MM_GFP_ATOMIC, MM_GFP_NOWAIT, MM_GFP_KERNEL,
					 MM_GFP_HIGHUSER, MM_GFP_NOWAIT | MM_GFP_HIGHMEM};
	int64_t min = (int64_t)prop_below(p, 4);
	bool wait = prop_below(p, 2) != 0;
	bool high = prop_below(p, 2) != 0;
	struct mm_walk w;
	struct mm_ctx *x;
	unsigned int order;
	size_t i;

	if (!mm_walk_open(&w, p, mm_walk_machines[0]))
		return;
	x = &w.run->ctx[0];
	PROP(p,
	     !fail_all(x) && !write_attr(x, MM_FAILPOINT_MIN_ORDER, min) &&
		     !write_attr(x, MM_FAILPOINT_IGNORE_GFP_WAIT, wait) &&
		     !write_attr(x, MM_FAILPOINT_IGNORE_GFP_HIGHMEM, high),
	     "an attribute is refused");
	for (i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		for (order = 0; order < 4; order++) {
			bool spared = order < min || (wait && (masks[i] & MM_GFP_DIRECT_RECLAIM)) ||
				      (high && (masks[i] & MM_GFP_HIGHMEM));
			struct page *page = mm_page_alloc_get(x, order, masks[i]);

			PROP(p, (page != NULL) == spared, "order %u for 0x%x, min-order %lld",
			     order, masks[i], (long long)min);
			if (page)
				mm_page_alloc_put(x, page, order);
			page = mm_page_alloc_get(x, order, masks[i] | MM_GFP_NOFAIL);
			if (page)
				mm_page_alloc_put(x, page, order);
		}
	}
	PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
	mm_walk_close(&w);
}

/* ---- plantings ---- */

static void who_waits_is_concerned(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_fault_ask, MM_FAILPOINT_PAGE_ALLOC,
		 (uint64_t)2 << 32 | MM_GFP_KERNEL, 4, 0, 0, MM_FAILPOINT_PASSED);
}

static void nobody_is_concerned(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_fault_ask, MM_FAILPOINT_PAGE_ALLOC,
		 (uint64_t)2 << 32 | MM_GFP_ATOMIC, 4, 1, 0, MM_FAILPOINT_PASSED);
}

static void bytes_and_not_pages(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_fault_ask, MM_FAILPOINT_PAGE_ALLOC,
		 (uint64_t)2 << 32 | MM_GFP_ATOMIC, 4096, 0, 0, MM_FAILPOINT_PASSED);
}

static void nofail_is_asked(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_fault_ask, MM_FAILPOINT_PAGE_ALLOC,
		 (uint64_t)1 << 32 | MM_GFP_ATOMIC | MM_GFP_NOFAIL, 2, 0, 0, MM_FAILPOINT_PASSED);
}

/* Armed behind the back of who asks. */
static void a_request_without_a_question(struct mm_victim *v)
{
	struct page *page;

	mm_failpoint_arm(v->x, 5);
	v->x->fail_nth = 0;
	page = mm_page_alloc_get(v->x, 0, MM_GFP_KERNEL);
	if (page)
		mm_page_alloc_put(v->x, page, 0);
}

static const struct mm_plant plants[] = {
	{"fault.left_out", who_waits_is_concerned, NULL, true},
	{"fault.left_out", nobody_is_concerned, NULL, true},
	{"fault.left_out", bytes_and_not_pages, NULL, true},
	{"fault.nofail", nofail_is_asked, NULL, true},
	{"fault.asked", a_request_without_a_question, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_fail_page_alloc_props[] = {
	{"fail_page_alloc.those_named_are_concerned", those_named_are_concerned, 16},
	{"fail_page_alloc." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
