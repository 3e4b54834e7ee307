/* SPDX-License-Identifier: MIT */
/*
 * candidate: building, judging and remembering attempts.
 */
#include "fuzz/trace/candidate.h"

#include "mm/rng.h"

#include "fuzz/trace/arg.h"

#include <stdlib.h>
#include <string.h>

bool mm_candidate_goes_on(const struct mm_candidate *c)
{
	return c->s->end != MM_SHRINK_STOPPED && !c->oom;
}

/* keep, ops and machine as the best has them. */
static void back_to_best(struct mm_candidate *c)
{
	memset(c->keep, 1, c->best.nr * sizeof(*c->keep));
	memset(c->keep_expect, 1, c->best.nr_expects * sizeof(*c->keep_expect));
	if (c->best.nr)
		memcpy(c->ops, c->best.ops, c->best.nr * sizeof(*c->ops));
	(void)snprintf(c->machine, sizeof(c->machine), "%s",
		       c->best.machine ? c->best.machine : "");
}

/* The operation with its handles where they stand now; false: a maker went. */
static bool move_handles(const struct mm_candidate *c, struct mm_op *op)
{
	const struct mm_arg_def *a = mm_optable_get(op->op)->args;
	int i;

	for (i = 0; i < MM_OP_ARGS_MAX && a[i].kind != MM_ARG_END; i++) {
		if (!mm_arg_is_handle(a[i].kind) || !op->arg[i])
			continue;
		if (!c->moved[op->arg[i] - 1])
			return false;
		op->arg[i] = c->moved[op->arg[i] - 1];
	}
	return true;
}

static int add_ops(struct mm_candidate *c)
{
	size_t i;

	for (i = 0; i < c->best.nr; i++) {
		struct mm_op op = c->ops[i];
		int err;

		c->moved[i] = 0;
		if (!c->keep[i] || !move_handles(c, &op))
			continue;
		err = mm_trace_add(&c->trial, &op);
		if (err)
			return err;
		c->moved[i] = (uint32_t)c->trial.nr;
	}
	return 0;
}

/* A result goes with its operation, a fact to where those before it end. */
static int add_expects(struct mm_candidate *c)
{
	uint32_t after = 0;
	size_t at = 0;
	size_t i;

	for (i = 0; i < c->best.nr_expects; i++) {
		struct mm_expect x = c->best.expects[i];

		for (; at < x.pos; at++)
			after = c->moved[at] ? c->moved[at] : after;
		if (!c->keep_expect[i] || (!x.fact && (!x.pos || !c->moved[x.pos - 1])))
			continue;
		x.pos = after;
		if (mm_trace_add_expect(&c->trial, &x))
			return -MM_ENOMEM;
	}
	return 0;
}

static int build(struct mm_candidate *c)
{
	int err;

	mm_trace_clear(&c->trial);
	if (c->machine[0]) {
		c->trial.machine = mm_trace_keep(&c->trial, c->machine, strlen(c->machine));
		if (!c->trial.machine)
			return -MM_ENOMEM;
	}
	err = add_ops(c);
	return err ? err : add_expects(c);
}

static uint64_t hash_of(const struct mm_trace *t)
{
	uint64_t h = mm_hash64(t->nr + 1);
	const char *m;
	size_t i;
	int a;

	for (m = t->machine ? t->machine : ""; *m; m++)
		h = (h ^ (uint64_t)(unsigned char)*m) * 0x100000001b3u;
	for (i = 0; i < t->nr; i++) {
		h = mm_hash64(h ^ t->ops[i].op);
		for (a = 0; a < MM_OP_ARGS_MAX; a++)
			h = mm_hash64(h + t->ops[i].arg[a]);
	}
	for (i = 0; i < t->nr_expects; i++)
		h = mm_hash64(h ^ t->expects[i].pos ^ ((uint64_t)t->expects[i].line << 32));
	return h + !h;
}

static bool grow_seen(struct mm_candidate *c)
{
	size_t cap = c->seen_cap ? c->seen_cap * 2 : 1024;
	uint64_t *seen = calloc(cap, sizeof(*seen));
	size_t i;

	if (!seen)
		return false;
	for (i = 0; i < c->seen_cap; i++) {
		size_t at = c->seen[i] & (cap - 1);

		while (seen[at])
			at = (at + 1) & (cap - 1);
		if (c->seen[i])
			seen[at] = c->seen[i];
	}
	free(c->seen);
	c->seen = seen;
	c->seen_cap = cap;
	return true;
}

/* Note an attempt; true when it was made before. */
static bool was_seen(struct mm_candidate *c)
{
	uint64_t h = hash_of(&c->trial);
	size_t at;

	if (c->seen_nr * 2 >= c->seen_cap && !grow_seen(c)) {
		c->oom = true;
		return true;
	}
	for (at = h & (c->seen_cap - 1); c->seen[at]; at = (at + 1) & (c->seen_cap - 1)) {
		if (c->seen[at] == h)
			return true;
	}
	c->seen[at] = h;
	c->seen_nr++;
	return false;
}

static bool judge(struct mm_candidate *c)
{
	struct mm_shrink *s = c->s;
	uint64_t id;

	if (s->enough && s->enough(s->env, s)) {
		s->end = MM_SHRINK_STOPPED;
		return false;
	}
	s->calls++;
	id = s->fails(s->env, &c->trial);
	if (id == s->id)
		return true;
	if (id) {
		s->others++;
		if (s->other)
			s->other(s->env, id, &c->trial);
	}
	return false;
}

bool mm_candidate_try(struct mm_candidate *c)
{
	bool better = false;
	int err;

	if (!mm_candidate_goes_on(c))
		return false;
	err = build(c);
	c->oom |= err == -MM_ENOMEM;
	if (!err && !was_seen(c) && judge(c)) {
		struct mm_trace t = c->best;

		c->best = c->trial;
		c->trial = t;
		c->s->ops = c->best.nr;
		better = true;
	}
	back_to_best(c);
	return better;
}

/* The trace itself, without names: they are put back at the end. */
static int copy_in(struct mm_candidate *c, const struct mm_trace *in)
{
	size_t i;

	if (in->machine) {
		c->best.machine = mm_trace_keep(&c->best, in->machine, strlen(in->machine));
		if (!c->best.machine)
			return -MM_ENOMEM;
	}
	for (i = 0; i < in->nr; i++) {
		if (mm_trace_add(&c->best, &in->ops[i]))
			return -MM_ENOMEM;
	}
	for (i = 0; i < in->nr_expects; i++) {
		if (mm_trace_add_expect(&c->best, &in->expects[i]))
			return -MM_ENOMEM;
	}
	return 0;
}

int mm_candidate_init(struct mm_candidate *c, struct mm_shrink *s, const struct mm_trace *in)
{
	memset(c, 0, sizeof(*c));
	c->s = s;
	mm_trace_init(&c->best);
	mm_trace_init(&c->trial);
	c->keep = calloc(in->nr + 1, sizeof(*c->keep));
	c->keep_expect = calloc(in->nr_expects + 1, sizeof(*c->keep_expect));
	c->ops = calloc(in->nr + 1, sizeof(*c->ops));
	c->moved = calloc(in->nr + 1, sizeof(*c->moved));
	if (!c->keep || !c->keep_expect || !c->ops || !c->moved || copy_in(c, in))
		return -MM_ENOMEM;
	back_to_best(c);
	s->ops = in->nr;
	if (build(c))
		return -MM_ENOMEM;
	(void)was_seen(c); /* what changes nothing is no attempt */
	return c->oom ? -MM_ENOMEM : 0;
}

void mm_candidate_fini(struct mm_candidate *c)
{
	mm_trace_free(&c->best);
	mm_trace_free(&c->trial);
	free(c->keep);
	free(c->keep_expect);
	free(c->ops);
	free(c->moved);
	free(c->seen);
}
