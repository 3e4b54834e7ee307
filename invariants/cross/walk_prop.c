/* SPDX-License-Identifier: MIT */
/*
 * walk: random traces on machines of all shapes.  No claim of any module may
 * break, and the traces must have been where it is dangerous.
 */
#include "mm/failpoint.h"
#include "mm/page_alloc.h"

#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#define WALK_OPS 400

static void traces_on_known_machines(struct mm_prop_run *p)
{
	int i;

	for (i = 0; mm_walk_machines[i] && !p->failures; i++)
		mm_walk(p, mm_walk_machines[i], WALK_OPS);
}

static void traces_on_any_machine(struct mm_prop_run *p)
{
	char machine[MM_WALK_MACHINE_LEN];

	mm_walk_any_machine(p, machine, sizeof(machine));
	mm_walk(p, machine, WALK_OPS);
}

/* What random traces must have met, or they prove little. */
enum rare {
	RARE_CLAIM,
	RARE_NO_CLAIM,
	RARE_BIG_MERGE,
	RARE_DROPPED,
	RARE_REPORTED,
	RARE_INJECTED,
	RARE_FAILED,
	RARE_RESERVE,
	RARE_NO_WATERMARK,
	RARE_NOFRAGMENT,
	RARE_LOWER_ZONE,
	RARE_STALE,
	RARE_NR
};

struct rares {
	const struct mm_machine *m;
	uint64_t n[RARE_NR];
};

static void count_rare(void *env, const struct mm_event *ev)
{
	struct rares *r = env;
	enum mm_zone_type highest = MM_ZONE_NORMAL;

	if (ev->kind == MM_EV_mm_page_alloc_extfrag)
		r->n[ev->f[5] ? RARE_CLAIM : RARE_NO_CLAIM]++;
	else if (ev->kind == MM_EV_mm_buddy_merge)
		r->n[RARE_BIG_MERGE] += ev->f[1] > r->m->desc.pageblock_order;
	else if (ev->kind == MM_EV_mm_bad_page)
		r->n[ev->f[2] ? RARE_DROPPED : RARE_REPORTED]++;
	else if (ev->kind == MM_EV_mm_page_alloc_failed)
		r->n[ev->f[4] ? RARE_INJECTED : RARE_FAILED]++;
	if (ev->kind != MM_EV_mm_page_alloc)
		return;
	r->n[RARE_RESERVE] += (ev->f[4] & MM_ALLOC_MIN_RESERVE) != 0;
	r->n[RARE_NO_WATERMARK] += (ev->f[4] & MM_ALLOC_NO_WATERMARKS) != 0;
	r->n[RARE_NOFRAGMENT] += (ev->f[4] & MM_ALLOC_NOFRAGMENT) != 0;
	r->n[RARE_LOWER_ZONE] +=
		mm_gfp_zone((uint32_t)ev->f[2], &highest) && ev->f[5] < (uint64_t)highest;
}

static void walk_and_count(struct mm_prop_run *p, const char *machine, struct rares *r)
{
	const struct mm_run_options o = mm_walk_options();
	const struct mm_listener l = {MM_EV_BIT(MM_EV_NR) - 1, count_rare, r};
	struct mm_trace t;
	struct mm_walk w;

	if (!mm_walk_open(&w, p, machine))
		return;
	r->m = w.m;
	mm_trace_init(&t);
	mm_walk_trace(p, &t, machine, WALK_OPS);
	PROP(p, mm_event_listen(w.m, &l) == 0, "one listener too many");
	mm_run_reset(w.run);
	PROP(p, mm_run_trace(w.run, &t, &o) == 0, "no host memory");
	r->n[RARE_STALE] += w.m->outcomes[MM_OUTCOME_STALE_USE];
	mm_trace_free(&t);
	mm_walk_close(&w);
}

static void walks_meet_what_is_rare(struct mm_prop_run *p)
{
	static const char *const names[RARE_NR] = {"a claimed pageblock",
						   "a fallback without claim",
						   "a merge above a pageblock",
						   "a dropped page",
						   "a put without reference",
						   "an injected failure",
						   "a failed request",
						   "half the minimum",
						   "no watermark",
						   "a NOFRAGMENT request",
						   "a lower zone",
						   "a stale use"};
	struct rares r = {.m = NULL};
	int round;
	int i;

	for (round = 0; round < 2; round++) {
		for (i = 0; mm_walk_machines[i]; i++)
			walk_and_count(p, mm_walk_machines[i], &r);
	}
	for (i = 0; i < RARE_NR; i++)
		PROP(p, r.n[i] > 4, "random traces met %s %llu times", names[i],
		     (unsigned long long)r.n[i]);
}

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
	{"walk.traces_on_known_machines_break_no_claim", traces_on_known_machines, 8},
	{"walk.traces_on_any_machine_break_no_claim", traces_on_any_machine, 200},
	{"walk.traces_meet_what_is_rare", walks_meet_what_is_rare, 1},
	{"walk.nth_failure_leaves_the_digest", nth_failure_leaves_digest, 1},
	{NULL, NULL, 0},
};
