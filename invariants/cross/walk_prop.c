/* SPDX-License-Identifier: MIT */
/*
 * walk: random traces on machines of all shapes, and where traces of operations on
 * pages must have been.  No claim of any module may break.
 */
#include "mm/failpoint.h"
#include "mm/page_alloc.h"

#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"
#include "invariants/engine/prop_stateful.h"

#define WALK_OPS 400

static void traces_on_any_machine(struct mm_prop_run *p)
{
	char machine[MM_WALK_MACHINE_LEN];

	mm_walk_any_machine(p, machine, sizeof(machine));
	mm_walk(p, machine, WALK_OPS);
}

/* ---- what traces must have met, or they prove little ---- */

static bool claims_a_pageblock(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[5] != 0;
}

static bool falls_back_without_claim(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[5] == 0;
}

static bool is_above_a_pageblock(const struct mm_machine *m, const struct mm_event *ev)
{
	return ev->f[1] > m->desc.pageblock_order;
}

static bool is_dropped(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[2] != 0;
}

static bool is_reported(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[2] == 0;
}

static bool is_injected(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[4] != 0;
}

static bool is_refused(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return ev->f[4] == 0;
}

static bool digs_into_the_reserve(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return (ev->f[4] & MM_ALLOC_MIN_RESERVE) != 0;
}

static bool ignores_watermarks(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return (ev->f[4] & MM_ALLOC_NO_WATERMARKS) != 0;
}

static bool avoids_fragments(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return (ev->f[4] & MM_ALLOC_NOFRAGMENT) != 0;
}

static bool is_from_a_lower_zone(const struct mm_machine *m, const struct mm_event *ev)
{
	enum mm_zone_type highest = MM_ZONE_NORMAL;

	(void)m;
	return mm_gfp_zone((uint32_t)ev->f[2], &highest) && ev->f[5] < (uint64_t)highest;
}

static bool has_used_what_is_given_up(const struct mm_machine *m)
{
	return m->outcomes[MM_OUTCOME_STALE_USE] != 0;
}

static const struct mm_stateful_cover rare[] = {
	{"a failed request", 50, MM_EV_mm_page_alloc_failed, is_refused, NULL},
	{"an injected failure", 20, MM_EV_mm_page_alloc_failed, is_injected, NULL},
	{"a claimed pageblock", 50, MM_EV_mm_page_alloc_extfrag, claims_a_pageblock, NULL},
	{"a fallback without claim", 4, MM_EV_mm_page_alloc_extfrag, falls_back_without_claim,
	 NULL},
	{"a merge above a pageblock", 50, MM_EV_mm_buddy_merge, is_above_a_pageblock, NULL},
	{"a dropped page", 10, MM_EV_mm_bad_page, is_dropped, NULL},
	{"a put without reference", 25, MM_EV_mm_bad_page, is_reported, NULL},
	{"half the minimum", 10, MM_EV_mm_page_alloc, digs_into_the_reserve, NULL},
	{"no watermark", 6, MM_EV_mm_page_alloc, ignores_watermarks, NULL},
	{"a NOFRAGMENT request", 10, MM_EV_mm_page_alloc, avoids_fragments, NULL},
	{"a lower zone", 50, MM_EV_mm_page_alloc, is_from_a_lower_zone, NULL},
	{"a refill", 20, MM_EV_mm_pcp_refill, NULL, NULL},
	{"a drain", 20, MM_EV_mm_page_pcpu_drain, NULL, NULL},
	{"a stale use", 20, MM_EV_NR, NULL, has_used_what_is_given_up},
	{NULL, 0, MM_EV_NR, NULL, NULL},
};

/* Beside the machines of the fuzz targets, those whose shapes differ in kind. */
const struct mm_stateful mm_page_alloc_stateful = {
	.module = "page_alloc", .machines = mm_walk_machines, .cover = rare, .runs = 250};

/* ---- every failure ---- */

/* The n-th request fails, for every n, and leaves no trace of itself. */
static void nth_failure_leaves_digest(struct mm_prop_run *p)
{
	struct mm_walk w;
	uint32_t n;

	if (!mm_walk_open(&w, p, mm_walk_machines[1]))
		return;
	for (n = 1; n <= 30 && !p->failures; n++) {
		struct mm_ctx *x = &w.run->ctx[0];
		uint64_t digest;
		uint32_t i;

		mm_run_reset(w.run);
		mm_failpoint_arm(x, n);
		for (i = 1; i < n; i++) {
			uint32_t gfp = i & 1 ? MM_GFP_HIGHUSER_MOVABLE : MM_GFP_KERNEL;

			PROP(p, mm_page_alloc_get(x, i % 4, gfp), "request %u of %u fails", i, n);
			/* who must not fail passes no fail point */
			PROP(p, mm_page_alloc_get(x, 0, MM_GFP_KERNEL | MM_GFP_NOFAIL), "NOFAIL");
		}
		PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
		digest = mm_machine_digest(w.m);
		PROP(p, !mm_page_alloc_get(x, n % 4, MM_GFP_KERNEL), "request %u does not fail", n);
		PROP(p, mm_checker_after_op(w.checker) && mm_machine_digest_sweep(w.m) == digest,
		     "request %u failed and changed something", n);
		PROP(p, mm_page_alloc_get(x, n % 4, MM_GFP_KERNEL), "one failure became two");
	}
	mm_walk_close(&w);
}

const struct mm_prop mm_walk_props[] = {
	{"walk.traces_on_any_machine_break_no_claim", traces_on_any_machine, 200},
	{"walk.nth_failure_leaves_the_digest", nth_failure_leaves_digest, 1},
	{NULL, NULL, 0},
};
