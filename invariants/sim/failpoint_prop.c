/* SPDX-License-Identifier: MIT */
/* failpoint properties: exactly the n-th, and a trace that survives each n. */
#include "mm/failpoint.h"

#include "mm/machine.h"

#include "fuzz/trace/arg.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

static void exactly_the_nth_fails(struct mm_prop_run *p)
{
	uint32_t n;

	for (n = 0; n <= 60; n++) {
		struct mm_ctx x = {.m = NULL};
		uint32_t i;

		mm_failpoint_arm(&x, n);
		PROP(p, mm_failpoint_left(&x) == n, "armed with %u", n);
		for (i = 1; i <= 70; i++) {
			PROP(p, mm_failpoint_ask(&x) == (i == n), "armed with %u, fail point %u", n,
			     i);
			PROP(p, mm_failpoint_left(&x) == (i < n ? n - i : 0),
			     "armed with %u, %u left after %u", n, mm_failpoint_left(&x), i);
		}
		PROP(p, x.fail_hits == n, "armed with %u, %u passed", n, x.fail_hits);
	}
}

/* Arming again replaces, 0 takes it back, and no other context is concerned. */
static void arming_is_a_contexts_own(struct mm_prop_run *p)
{
	struct mm_ctx x = {.m = NULL};
	struct mm_ctx y = {.m = NULL};

	mm_failpoint_arm(&x, 1);
	PROP(p, !mm_failpoint_ask(&y), "another context fails");
	mm_failpoint_arm(&x, 2);
	PROP(p, !mm_failpoint_ask(&x) && mm_failpoint_ask(&x), "the first arming counts");
	PROP(p, x.fail_hits == 2, "%u fail points passed, not 2", x.fail_hits);
	mm_failpoint_arm(&x, 3);
	PROP(p, x.fail_hits == 0 && !mm_failpoint_ask(&x) && x.fail_hits == 1,
	     "what was passed before is counted again");
	mm_failpoint_arm(&x, 1);
	mm_failpoint_arm(&x, 0);
	PROP(p, !mm_failpoint_ask(&x), "disarmed and fails");
}

/* `fail_nth n` and then body, whose own arming gives way to ticks. */
static bool arm_and_append(struct mm_trace *t, const struct mm_trace *body, uint64_t n)
{
	int arm = mm_optable_find("fail_nth", 8);
	int tick = mm_optable_find("tick", 4);
	struct mm_op op = {.op = (uint16_t)arm, .arg = {n}};
	size_t i;

	mm_trace_clear(t);
	if (arm < 0 || tick < 0 || mm_trace_add(t, &op))
		return false;
	for (i = 0; i < body->nr; i++) {
		const struct mm_arg_def *a = mm_optable_get(body->ops[i].op)->args;
		int k;

		op = body->ops[i];
		for (k = 0; a[k].kind != MM_ARG_END; k++) {
			bool handle = mm_arg_is_handle(a[k].kind);

			op.arg[k] += handle && op.arg[k];
		}
		if (op.op == (uint16_t)arm)
			op = (struct mm_op){.op = (uint16_t)tick, .arg = {1}};
		if (mm_trace_add(t, &op))
			return false;
	}
	return true;
}

/* A random trace, once for each n: no claim breaks, wherever it fails. */
static void sweep_breaks_no_claim(struct mm_prop_run *p)
{
	const struct mm_run_options o = mm_walk_options();
	struct mm_trace body;
	struct mm_trace t;
	struct mm_walk w;
	uint64_t n;

	if (!mm_walk_open(&w, p, mm_walk_machines[1]))
		return;
	mm_trace_init(&body);
	mm_trace_init(&t);
	mm_walk_trace(p, &body, mm_walk_machines[1], 80);
	for (n = 1; n <= 60; n++) {
		PROP(p, arm_and_append(&t, &body, n), "the trace is refused");
		mm_run_reset(w.run);
		PROP(p, mm_run_trace(w.run, &t, &o) == 0, "no host memory");
		PROP(p, w.run->finding != MM_FINDING_CLAIM, "n = %llu: %s: %s",
		     (unsigned long long)n, w.run->claim, w.run->text);
	}
	mm_trace_free(&body);
	mm_trace_free(&t);
	mm_walk_close(&w);
}

const struct mm_prop mm_failpoint_props[] = {
	{"failpoint.exactly_the_nth_fails", exactly_the_nth_fails, 1},
	{"failpoint.arming_is_a_contexts_own", arming_is_a_contexts_own, 1},
	{"failpoint.sweep_breaks_no_claim", sweep_breaks_no_claim, 2},
	{NULL, NULL, 0},
};
