/* SPDX-License-Identifier: MIT */
/*
 * shrink_prop: the shrinker finds the smallest trace of failures whose smallest
 * trace is known, because they are no bugs but sentences about a trace.
 *
 * Each predicate reads the trace itself and shares nothing with the engine.
 */
#include "fuzz/trace/shrink.h"

#include "fuzz/trace/arg.h"
#include "invariants/engine/prop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_OPS 200
#define CHAIN     12

extern const struct mm_prop mm_shrink_props[];

/* What a predicate needs to know; the engine hands it through. */
struct case_env {
	uint16_t chain[CHAIN]; /* kinds of operations, in order */
	uint64_t order, count; /* least values that fail */
	uint64_t calls;
	uint64_t calls_max; /* enough() says so from here on */
	uint64_t others;
};

static uint64_t below(struct mm_prop_run *p, uint64_t ceil)
{
	return prop_below(p, ceil);
}

static uint16_t op_named(const char *name)
{
	return (uint16_t)mm_optable_find(name, strlen(name));
}

/* Operations of modules that are left out of the build: nothing to show. */
static bool have_ops(void)
{
	return mm_optable_find("alloc", 5) >= 0 && mm_optable_find("poke", 4) >= 0 &&
	       mm_optable_find("tick", 4) >= 0 && mm_optable_find("drain", 5) >= 0;
}

static uint64_t any_maker(struct mm_prop_run *p, const struct mm_trace *t, enum mm_arg_kind kind)
{
	int tries;

	for (tries = 0; tries < 8 && t->nr; tries++) {
		uint64_t pos = below(p, t->nr);

		if (mm_optable_get(t->ops[pos].op)->makes == kind)
			return pos + 1;
	}
	return 0;
}

static bool add_op(struct mm_prop_run *p, struct mm_trace *t, uint16_t row)
{
	struct mm_op op = {.op = row};
	const struct mm_op_def *def = mm_optable_get(row);
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		enum mm_arg_kind kind = def->args[i].kind;

		if (mm_arg_is_handle(kind))
			op.arg[i] = any_maker(p, t, kind);
		else
			op.arg[i] = mm_arg_from_raw(kind, (unsigned int)below(p, MM_ARG_RAW_NR));
	}
	return mm_trace_add(t, &op) == 0;
}

static bool add_any(struct mm_prop_run *p, struct mm_trace *t, size_t nr)
{
	bool ok = true;

	while (nr-- > 0 && ok)
		ok = add_op(p, t, (uint16_t)below(p, mm_optable_count()));
	return ok;
}

static bool enough(void *env, const struct mm_shrink *s)
{
	const struct case_env *e = env;

	return s->calls >= e->calls_max;
}

static void other(void *env, uint64_t id, const struct mm_trace *t)
{
	struct case_env *e = env;

	(void)id;
	(void)t;
	e->others++;
}

/* Shrink t with a predicate; what must hold of any result is judged here. */
static void shrink(struct mm_prop_run *p, struct mm_trace *t, struct mm_shrink *s,
		   struct mm_trace *out)
{
	struct case_env *e = s->env;

	s->enough = enough;
	s->other = other;
	mm_trace_init(out);
	PROP(p, mm_shrink(s, t, out) == 0, "shrinking runs out of memory");
	PROP(p, out->nr <= t->nr && out->nr == s->ops, "from %zu operations to %zu, said %zu",
	     t->nr, out->nr, s->ops);
	PROP(p, s->others == e->others, "%" PRIu64 " of another class, told of %" PRIu64, s->others,
	     e->others);
}

/* ---- an operation before another on the same handle ---- */

static uint64_t poked_then_freed(void *env, const struct mm_trace *t)
{
	uint16_t poke = op_named("poke");
	uint16_t given = op_named("free");
	size_t i;
	size_t j;

	(void)env;
	for (i = 0; i < t->nr; i++) {
		for (j = i + 1; t->ops[i].op == poke && t->ops[i].arg[0] && j < t->nr; j++) {
			if (t->ops[j].op == given && t->ops[j].arg[0] == t->ops[i].arg[0])
				return 1;
		}
	}
	return 0;
}

/* Is every argument that is no handle the mildest of its kind? */
static void check_mildest(struct mm_prop_run *p, const struct mm_trace *t)
{
	size_t i;
	int a;

	for (i = 0; i < t->nr; i++) {
		const struct mm_op_def *def = mm_optable_get(t->ops[i].op);

		for (a = 0; def->args[a].kind != MM_ARG_END; a++) {
			uint64_t v = t->ops[i].arg[a];

			PROP(p,
			     mm_arg_is_handle(def->args[a].kind) ||
				     v == mm_arg_default(def->args[a].kind),
			     "%s of %s stays at %" PRIu64, def->args[a].name, def->name, v);
		}
	}
}

static void same_handle(struct mm_prop_run *p)
{
	struct case_env e = {.calls_max = UINT64_MAX};
	struct mm_shrink s = {.fails = poked_then_freed, .env = &e};
	struct mm_trace t;
	struct mm_trace out;
	struct mm_op op = {0};
	bool ok;

	if (!have_ops())
		return;
	mm_trace_init(&t);
	ok = add_any(p, &t, below(p, TRACE_OPS)) && add_op(p, &t, op_named("alloc"));
	op.arg[0] = t.nr;
	op.op = op_named("poke");
	ok = ok && add_any(p, &t, below(p, TRACE_OPS)) && mm_trace_add(&t, &op) == 0;
	op.op = op_named("free");
	ok = ok && add_any(p, &t, below(p, TRACE_OPS)) && mm_trace_add(&t, &op) == 0;
	PROP(p, ok && add_any(p, &t, below(p, TRACE_OPS)), "no trace");
	shrink(p, &t, &s, &out);
	PROP(p, s.end == MM_SHRINK_DONE && out.nr == 3 && poked_then_freed(&e, &out),
	     "%zu operations stay of %zu, 3 are enough", out.nr, t.nr);
	check_mildest(p, &out);
	mm_trace_free(&t);
	mm_trace_free(&out);
}

/* ---- twelve kinds of operations in order ---- */

static uint64_t has_chain(void *env, const struct mm_trace *t)
{
	const struct case_env *e = env;
	size_t at = 0;
	size_t i;

	for (i = 0; i < t->nr && at < CHAIN; i++)
		at += t->ops[i].op == e->chain[at];
	return at == CHAIN;
}

/* A row that needs no maker: its operation never goes with another. */
static uint16_t any_free_row(struct mm_prop_run *p)
{
	uint16_t row;

	do {
		row = (uint16_t)below(p, mm_optable_count());
	} while (mm_arg_is_handle(mm_optable_get(row)->args[0].kind));
	return row;
}

static void chain(struct mm_prop_run *p)
{
	struct case_env e = {.calls_max = UINT64_MAX};
	struct mm_shrink s = {.fails = has_chain, .env = &e};
	struct mm_trace t;
	struct mm_trace out;
	bool ok = true;
	int i;

	mm_trace_init(&t);
	for (i = 0; i < CHAIN && ok; i++) {
		e.chain[i] = any_free_row(p);
		ok = add_any(p, &t, below(p, 2 * TRACE_OPS / CHAIN)) && add_op(p, &t, e.chain[i]);
	}
	PROP(p, ok && add_any(p, &t, below(p, TRACE_OPS)), "no trace");
	shrink(p, &t, &s, &out);
	PROP(p, s.end == MM_SHRINK_DONE && out.nr == CHAIN, "%zu operations stay of %zu, not %d",
	     out.nr, t.nr, CHAIN);
	PROP(p, s.calls < 20000, "%" PRIu64 " calls for %zu operations", s.calls, t.nr);
	check_mildest(p, &out);
	mm_trace_free(&t);
	mm_trace_free(&out);
}

/* ---- least values, alone and together ---- */

static uint64_t large_enough(void *env, const struct mm_trace *t)
{
	const struct case_env *e = env;
	uint64_t ticks[2] = {0, 0};
	uint64_t order = 0;
	size_t at = 0;
	size_t i;

	for (i = 0; i < t->nr; i++) {
		if (t->ops[i].op == op_named("alloc") && t->ops[i].arg[0] > order)
			order = t->ops[i].arg[0];
		if (t->ops[i].op == op_named("tick") && at < 2)
			ticks[at++] = t->ops[i].arg[0];
	}
	return order >= e->order && at == 2 && ticks[0] == ticks[1] && ticks[0] >= e->count;
}

static void least_values(struct mm_prop_run *p)
{
	struct case_env e = {.calls_max = UINT64_MAX};
	struct mm_shrink s = {.fails = large_enough, .env = &e};
	struct mm_op tick = {.op = op_named("tick")};
	struct mm_op alloc = {.op = op_named("alloc")};
	struct mm_trace t;
	struct mm_trace out;

	if (!have_ops())
		return;
	e.order = 1 + below(p, 10);
	e.count = 1 + below(p, 5000);
	tick.arg[0] = e.count + below(p, 9000);
	alloc.arg[0] = e.order + below(p, 5);
	mm_trace_init(&t);
	PROP(p,
	     mm_trace_add(&t, &tick) == 0 && mm_trace_add(&t, &tick) == 0 &&
		     add_any(p, &t, TRACE_OPS) && mm_trace_add(&t, &alloc) == 0,
	     "no trace");
	shrink(p, &t, &s, &out);
	PROP(p,
	     out.nr == 3 && out.ops[2].arg[0] == e.order && out.ops[0].arg[0] == e.count &&
		     out.ops[1].arg[0] == e.count,
	     "%zu operations with %" PRIu64 " %" PRIu64 " %" PRIu64 ", least are %" PRIu64
	     " twice and order %" PRIu64,
	     out.nr, out.ops[0].arg[0], out.ops[1].arg[0], out.ops[2].arg[0], e.count, e.order);
	mm_trace_free(&t);
	mm_trace_free(&out);
}

/* ---- two that balance each other ---- */

static size_t count_of(const struct mm_trace *t, const char *name)
{
	size_t nr = 0;
	size_t i;

	for (i = 0; i < t->nr; i++)
		nr += t->ops[i].op == op_named(name);
	return nr;
}

static uint64_t balanced(void *env, const struct mm_trace *t)
{
	(void)env;
	return count_of(t, "alloc") && count_of(t, "tick") == count_of(t, "drain");
}

static void pairs(struct mm_prop_run *p)
{
	struct case_env e = {.calls_max = UINT64_MAX};
	struct mm_shrink s = {.fails = balanced, .env = &e};
	struct mm_trace t;
	struct mm_trace out;
	bool ok = true;
	size_t i;

	if (!have_ops())
		return;
	mm_trace_init(&t);
	for (i = 1 + below(p, 20); i-- > 0 && ok;)
		ok = add_op(p, &t, op_named("tick")) && add_op(p, &t, op_named("alloc"));
	while (ok && count_of(&t, "tick") > count_of(&t, "drain"))
		ok = add_op(p, &t, op_named("alloc")) && add_op(p, &t, op_named("drain"));
	PROP(p, ok, "no trace");
	shrink(p, &t, &s, &out);
	PROP(p, out.nr == 1, "%zu operations stay of %zu, 1 is enough", out.nr, t.nr);
	mm_trace_free(&t);
	mm_trace_free(&out);
}

/* ---- classes ---- */

static uint64_t how_many(void *env, const struct mm_trace *t)
{
	(void)env;
	return count_of(t, "alloc") >= 3 ? 7 : count_of(t, "alloc") ? 8 : 0;
}

static void keeps_class(struct mm_prop_run *p)
{
	struct case_env e = {.calls_max = UINT64_MAX};
	struct mm_shrink s = {.fails = how_many, .env = &e};
	struct mm_trace t;
	struct mm_trace out;
	bool ok = true;
	int i;

	if (!have_ops())
		return;
	mm_trace_init(&t);
	for (i = 0; i < 3 && ok; i++)
		ok = add_op(p, &t, op_named("alloc")) && add_any(p, &t, below(p, TRACE_OPS));
	PROP(p, ok, "no trace");
	shrink(p, &t, &s, &out);
	PROP(p, s.id == 7 && out.nr == 3 && how_many(&e, &out) == 7,
	     "class %" PRIu64 " with %zu operations, not 7 with 3", s.id, out.nr);
	PROP(p, s.others > 0, "the other class was never met");
	mm_trace_free(&t);
	mm_trace_free(&out);
}

/* ---- machine and expectations ---- */

static uint64_t two_cpus_and_fact(void *env, const struct mm_trace *t)
{
	bool fact = false;
	size_t i;

	(void)env;
	for (i = 0; i < t->nr_expects; i++)
		fact |= t->expects[i].fact && strcmp(t->expects[i].path, "it") == 0;
	return fact && t->machine && strstr(t->machine, "ram=") &&
	       (strstr(t->machine, "cpus=2") || strstr(t->machine, "cpus=3"));
}

static void machine_and_expects(struct mm_prop_run *p)
{
	static const char text[] = "machine ram=64M max_order=6  cpus=3 pcp=off\n"
				   "a = alloc ! ok\nexpect other 1\nb = alloc ! ok\n"
				   "expect it 2\nfree a ! ok\nexpect other 3\n";
	struct case_env e = {.calls_max = UINT64_MAX};
	struct mm_shrink s = {.fails = two_cpus_and_fact, .env = &e};
	struct mm_error err;
	struct mm_trace t;
	struct mm_trace out;

	if (!have_ops())
		return;
	mm_trace_init(&t);
	PROP(p, mm_trace_parse(&t, text, strlen(text), NULL, &err) == 0, "no trace");
	shrink(p, &t, &s, &out);
	PROP(p, out.machine && strcmp(out.machine, "ram=0M cpus=2") == 0, "machine %s stays",
	     out.machine);
	PROP(p,
	     out.nr == 0 && out.nr_expects == 1 && strcmp(out.expects[0].path, "it") == 0 &&
		     out.expects[0].line == 5 && out.expects[0].value == 2,
	     "%zu operations and %zu expectations stay", out.nr, out.nr_expects);
	mm_trace_free(&t);
	mm_trace_free(&out);
}

/* ---- budgets, flakiness ---- */

static bool same_ops(const struct mm_trace *a, const struct mm_trace *b)
{
	return a->nr == b->nr && (!a->nr || !memcmp(a->ops, b->ops, a->nr * sizeof(*a->ops)));
}

static void budget(struct mm_prop_run *p)
{
	struct case_env e = {0};
	struct mm_shrink s = {.fails = how_many, .env = &e};
	struct mm_trace t;
	struct mm_trace out;

	if (!have_ops())
		return;
	mm_trace_init(&t);
	PROP(p, add_op(p, &t, op_named("alloc")) && add_any(p, &t, TRACE_OPS), "no trace");
	shrink(p, &t, &s, &out);
	PROP(p, s.end == MM_SHRINK_STOPPED && same_ops(&t, &out),
	     "without a budget %zu of %zu operations stay", out.nr, t.nr);
	mm_trace_free(&out);
	e = (struct case_env){.calls_max = 3 + below(p, 200)};
	shrink(p, &t, &s, &out);
	PROP(p, s.calls <= e.calls_max + 1, "%" PRIu64 " calls, %" PRIu64 " allowed", s.calls,
	     e.calls_max);
	PROP(p, how_many(&e, &out) == s.id, "the best so far does not fail");
	mm_trace_free(&t);
	mm_trace_free(&out);
}

static uint64_t ever_new(void *env, const struct mm_trace *t)
{
	struct case_env *e = env;

	(void)t;
	return ++e->calls;
}

static uint64_t never(void *env, const struct mm_trace *t)
{
	(void)env;
	(void)t;
	return 0;
}

/* Steady until it has been asked so often, then something else. */
static uint64_t turns(void *env, const struct mm_trace *t)
{
	struct case_env *e = env;

	(void)t;
	return ++e->calls < e->count ? 1 : 2;
}

static void flaky(struct mm_prop_run *p)
{
	struct case_env e = {.calls_max = UINT64_MAX};
	struct mm_shrink s = {.fails = ever_new, .env = &e};
	struct mm_trace t;
	struct mm_trace out;

	mm_trace_init(&t);
	PROP(p, add_any(p, &t, TRACE_OPS), "no trace");
	shrink(p, &t, &s, &out);
	PROP(p, s.end == MM_SHRINK_FLAKY && same_ops(&t, &out), "ends with %d", s.end);
	mm_trace_free(&out);
	e = (struct case_env){.calls_max = UINT64_MAX, .count = 3 + below(p, 2)};
	s.fails = turns;
	shrink(p, &t, &s, &out);
	PROP(p, s.end == MM_SHRINK_FLAKY, "ends with %d after it turned", s.end);
	mm_trace_free(&out);
	e = (struct case_env){.calls_max = UINT64_MAX};
	s.fails = never;
	shrink(p, &t, &s, &out);
	PROP(p, s.end == MM_SHRINK_PASSES && same_ops(&t, &out), "ends with %d", s.end);
	mm_trace_free(&t);
	mm_trace_free(&out);
}

const struct mm_prop mm_shrink_props[] = {
	{"shrink.same_handle", same_handle, 100},
	{"shrink.chain", chain, 100},
	{"shrink.least_values", least_values, 100},
	{"shrink.pairs", pairs, 100},
	{"shrink.keeps_class", keeps_class, 100},
	{"shrink.machine_and_expects", machine_and_expects, 1},
	{"shrink.budget", budget, 100},
	{"shrink.flaky", flaky, 5},
	{NULL, NULL, 0},
};
