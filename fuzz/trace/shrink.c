/* SPDX-License-Identifier: MIT */
/*
 * shrink: the passes over operations, and the order of all passes.
 */
#include "fuzz/trace/shrink.h"

#include "fuzz/trace/arg.h"
#include "fuzz/trace/candidate.h"

#include <stdlib.h>
#include <string.h>

/* Windows up to this size are tried at every start, not only at multiples. */
#define WINDOW_MAX 8

/* Pairs grow with the square: tried only when so few operations are left. */
#define PAIRS_MAX 100

/* Drop operations start .. start + n - 1. */
static bool try_without(struct mm_candidate *c, size_t start, size_t n)
{
	memset(c->keep + start, 0, n * sizeof(*c->keep));
	return mm_candidate_try(c);
}

/* One round over chunks of n operations, from the end; they overlap: one begins at
 * each operation. */
static bool delete_chunks(struct mm_candidate *c, size_t n, bool overlap)
{
	size_t step = overlap ? 1 : n;
	bool smaller = false;
	size_t end = c->best.nr;

	while (end && mm_candidate_goes_on(c)) {
		size_t start = end > n ? end - n : 0;

		smaller |= try_without(c, start, end - start);
		end = end > step ? end - step : 0;
		if (end > c->best.nr)
			end = c->best.nr;
	}
	return smaller;
}

static bool delete_ops(struct mm_candidate *c)
{
	bool smaller = false;
	size_t n;

	for (n = c->best.nr; n > WINDOW_MAX; n /= 2) {
		smaller |= delete_chunks(c, n, false);
		if (n > c->best.nr)
			n = c->best.nr + 1;
	}
	for (n = WINDOW_MAX; n; n--)
		smaller |= delete_chunks(c, n, true);
	return smaller;
}

/* Two operations that lie apart and balance each other. */
static bool delete_pairs(struct mm_candidate *c)
{
	bool smaller = false;
	size_t i;
	size_t j;

	for (j = c->best.nr; j-- > 1;) {
		for (i = j; i-- > 0 && c->best.nr <= PAIRS_MAX && mm_candidate_goes_on(c);) {
			if (j >= c->best.nr)
				break;
			c->keep[i] = false;
			c->keep[j] = false;
			smaller |= mm_candidate_try(c);
		}
	}
	return smaller;
}

static bool drop_expects(struct mm_candidate *c)
{
	size_t nr = c->best.nr_expects;
	bool smaller;
	size_t i;

	if (!nr)
		return false;
	memset(c->keep_expect, 0, nr * sizeof(*c->keep_expect));
	smaller = mm_candidate_try(c);
	for (i = c->best.nr_expects; i-- > 0 && mm_candidate_goes_on(c);) {
		c->keep_expect[i] = false;
		smaller |= mm_candidate_try(c);
	}
	return smaller;
}

static bool one_round(struct mm_candidate *c)
{
	bool smaller = drop_expects(c);

	smaller |= delete_ops(c);
	smaller |= mm_simplify_args(c);
	smaller |= mm_simplify_machine(c);
	return smaller || delete_pairs(c);
}

/* Fails, and twice in the same way? */
static bool is_steady(struct mm_shrink *s, const struct mm_trace *t)
{
	s->calls += 2;
	s->id = s->fails(s->env, t);
	if (!s->id)
		s->end = MM_SHRINK_PASSES;
	else if (s->fails(s->env, t) != s->id)
		s->end = MM_SHRINK_FLAKY;
	return s->end == MM_SHRINK_DONE;
}

/* The name that in gives to the maker on this line; NULL: none. */
static const char *name_on_line(const struct mm_trace *in, uint32_t line, size_t *at)
{
	while (*at < in->nr && in->ops[*at].line < line)
		(*at)++;
	return *at < in->nr && in->ops[*at].line == line ? in->names[*at] : NULL;
}

static char *keep_string(struct mm_trace *t, const char *s)
{
	return s ? mm_trace_keep(t, s, strlen(s)) : NULL;
}

/* Does each handle that is used have a name?  One may have moved to a maker that
 * nobody used before. */
static bool all_named(const struct mm_trace *t)
{
	size_t i;
	int a;

	for (i = 0; i < t->nr; i++) {
		const struct mm_op_def *def = mm_optable_get(t->ops[i].op);

		for (a = 0; def->args[a].kind != MM_ARG_END; a++) {
			if (mm_arg_is_handle(def->args[a].kind) && t->ops[i].arg[a] &&
			    !t->names[t->ops[i].arg[a] - 1])
				return false;
		}
	}
	return true;
}

/* Given names, or generated ones for all. */
static int copy_names(const struct mm_trace *in, struct mm_trace *out)
{
	size_t at = 0;
	size_t i;

	for (i = 0; in->names && i < out->nr; i++) {
		const char *name = name_on_line(in, out->ops[i].line, &at);

		if (name && mm_trace_set_name(out, i, name, strlen(name)))
			return -MM_ENOMEM;
	}
	if (out->names && !all_named(out)) {
		free(out->names);
		out->names = NULL;
	}
	return 0;
}

/* With strings of its own, so that in and the candidates may go. */
static int copy_out(const struct mm_trace *best, struct mm_trace *out, const struct mm_trace *in)
{
	size_t i;

	mm_trace_clear(out);
	out->machine = keep_string(out, best->machine);
	out->machine_line = in->machine_line;
	out->machine_col = in->machine_col;
	out->file = keep_string(out, in->file);
	for (i = 0; i < best->nr && !out->oom; i++)
		(void)mm_trace_add(out, &best->ops[i]);
	for (i = 0; i < best->nr_expects && !out->oom; i++) {
		struct mm_expect x = best->expects[i];

		x.path = keep_string(out, x.path);
		x.note = keep_string(out, x.note);
		(void)mm_trace_add_expect(out, &x);
	}
	if (!out->oom)
		(void)copy_names(in, out);
	return out->oom ? -MM_ENOMEM : 0;
}

int mm_shrink(struct mm_shrink *s, const struct mm_trace *in, struct mm_trace *out)
{
	struct mm_candidate c;
	int err;

	s->end = MM_SHRINK_DONE;
	s->calls = 0;
	s->others = 0;
	err = mm_candidate_init(&c, s, in);
	if (!err && is_steady(s, &c.best)) {
		while (mm_candidate_goes_on(&c) && one_round(&c))
			continue;
		s->calls++;
		if (s->fails(s->env, &c.best) != s->id)
			s->end = MM_SHRINK_FLAKY;
	}
	if (!err)
		err = c.oom ? -MM_ENOMEM : copy_out(&c.best, out, in);
	mm_candidate_fini(&c);
	return err;
}
