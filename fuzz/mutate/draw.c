/* SPDX-License-Identifier: MIT */
/*
 * draw: operations, values, handles.  Numbers are drawn one after the other, so
 * that a seed means the same to every compiler.
 */
#include "fuzz/mutate/draw.h"

#include "mm/types.h"

#include "fuzz/trace/arg.h"

#include <stdlib.h>
#include <string.h>

/* An operation whose maker needs a maker: no table goes deeper. */
#define MAKERS_DEEP 3

bool mm_draw_init(struct mm_draw *d, struct mm_edit *edit)
{
	memset(d, 0, sizeof(*d));
	d->edit = edit;
	d->makers = calloc(edit->cap, sizeof(*d->makers));
	return d->makers != NULL;
}

void mm_draw_fini(struct mm_draw *d)
{
	free(d->makers);
	memset(d, 0, sizeof(*d));
}

size_t mm_draw_few(struct mm_draw *d, size_t max)
{
	size_t n = 1;

	while (n < max && mm_draw_below(d, 2))
		n++;
	return n;
}

/* ---- values ---- */

/* Which argument of an operation is of that kind, -1: none. */
static int find_arg(const struct mm_op_def *def, enum mm_arg_kind kind)
{
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		if (def->args[i].kind == kind)
			return i;
	}
	return -1;
}

/* A value of that kind from somewhere in the trace. */
static bool value_from_trace(struct mm_draw *d, enum mm_arg_kind kind, uint64_t *value)
{
	const struct mm_edit *e = d->edit;
	int tries;

	for (tries = 0; tries < 4 && e->nr; tries++) {
		const struct mm_op *op = &e->steps[mm_draw_below(d, e->nr)].op;
		int i = find_arg(mm_optable_get(op->op), kind);

		if (i >= 0) {
			*value = op->arg[i];
			return true;
		}
	}
	return false;
}

/* Small numbers, numbers around powers of two, any numbers. */
static unsigned int draw_raw(struct mm_draw *d, enum mm_arg_kind kind)
{
	unsigned int shift = (unsigned int)mm_draw_below(d, 14);
	unsigned int near = (unsigned int)mm_draw_below(d, 3);
	size_t how = mm_draw_below(d, 4);

	/* kinds whose raw numbers go through a table */
	if ((kind == MM_ARG_SIZE && how > 1) || (kind == MM_ARG_GFP && how > 0))
		return (unsigned int)mm_draw_below(d, MM_ARG_RAW_NR);
	switch (how) {
	case 0:
		return (unsigned int)mm_draw_below(d, 2);
	case 1:
		return (unsigned int)mm_draw_below(d, 8);
	case 2:
		return (1u << shift) + near - 1;
	default:
		return (unsigned int)mm_draw_below(d, MM_ARG_RAW_NR);
	}
}

/* Where a range of the trace begins or ends, or a few pages from there: ranges that do not
 * meet have nothing to do with each other. */
static bool address_from_trace(struct mm_draw *d, uint64_t *value)
{
	const struct mm_edit *e = d->edit;
	size_t page = mm_draw_below(d, 4);
	int tries;

	for (tries = 0; tries < 4 && e->nr; tries++) {
		const struct mm_op *op = &e->steps[mm_draw_below(d, e->nr)].op;
		const struct mm_op_def *def = mm_optable_get(op->op);
		int at = find_arg(def, MM_ARG_ADDR);
		int len = find_arg(def, MM_ARG_LEN);

		if (at < 0 || op->arg[at] < MM_ARG_ADDR_BASE)
			continue;
		*value = op->arg[at];
		if (len >= 0 && mm_draw_below(d, 2))
			*value += op->arg[len];
		*value += mm_draw_below(d, 2) ? page * MM_PAGE_SIZE : 0 - page * MM_PAGE_SIZE;
		return *value >= MM_ARG_ADDR_BASE &&
		       *value < MM_ARG_ADDR_BASE + MM_ARG_ADDR_PAGES * MM_PAGE_SIZE;
	}
	return false;
}

/* A page at the beginning of the stretch or in its middle, any, or one of the limits. */
static uint64_t draw_address(struct mm_draw *d)
{
	size_t how = mm_draw_below(d, 16);
	uint64_t value;
	unsigned int raw;

	if (how < 10 && address_from_trace(d, &value))
		return value;
	if (how == 15)
		raw = (unsigned int)mm_draw_below(d, MM_ARG_RAW_NR);
	else if (how == 14)
		raw = (unsigned int)mm_draw_below(d, 1 + MM_ARG_ADDR_PAGES);
	else if (how == 13)
		raw = 1 + MM_ARG_ADDR_PAGES / 2 + (unsigned int)mm_draw_below(d, 8);
	else
		raw = (unsigned int)mm_draw_below(d, 17);
	return mm_arg_from_raw(MM_ARG_ADDR, raw);
}

/* A few pages, mostly. */
static uint64_t draw_length(struct mm_draw *d)
{
	size_t how = mm_draw_below(d, 16);
	unsigned int raw;

	if (how == 15)
		raw = (unsigned int)mm_draw_below(d, MM_ARG_RAW_NR);
	else if (how > 11)
		raw = (unsigned int)mm_draw_below(d, MM_ARG_ADDR_PAGES);
	else
		raw = 1 + (unsigned int)mm_draw_below(d, 4);
	return mm_arg_from_raw(MM_ARG_LEN, raw);
}

/* Rights and flags are bits of their raw numbers, those that matter most the lowest; half
 * of all are the usual ones, or few VMAs would be alike. */
static uint64_t draw_bits(struct mm_draw *d, enum mm_arg_kind kind)
{
	size_t how = mm_draw_below(d, 16);
	unsigned int raw = 0;

	if (how == 15)
		raw = (unsigned int)mm_draw_below(d, MM_ARG_RAW_NR);
	else if (how > 7)
		raw = (unsigned int)mm_draw_below(d, 8);
	else if (how == 7)
		raw = 1u << mm_draw_below(d, 14);
	if (kind == MM_ARG_MAP && how < 12)
		raw |= 1; /* fixed */
	return mm_arg_from_raw(kind, raw);
}

uint64_t mm_draw_value(struct mm_draw *d, enum mm_arg_kind kind)
{
	uint64_t value;

	if (kind == MM_ARG_ADDR)
		return draw_address(d);
	if (kind == MM_ARG_LEN)
		return draw_length(d);
	if (kind == MM_ARG_MAP || kind == MM_ARG_PROT)
		return draw_bits(d, kind);
	if (mm_draw_below(d, 3) == 0 && value_from_trace(d, kind, &value))
		return value;
	if (mm_draw_below(d, 64) == 0) {
		value = mm_rng_next(&d->rng);
		return mm_arg_settle(kind, value >> mm_draw_below(d, 64));
	}
	return mm_arg_from_raw(kind, draw_raw(d, kind));
}

/* ---- handles ---- */

static void mark_consumed(struct mm_edit *e, const struct mm_op *op)
{
	const struct mm_op_def *def = mm_optable_get(op->op);
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		if (def->args[i].flags & MM_ARGF_CONSUMES && op->arg[i] && op->arg[i] <= e->ids)
			e->mark[op->arg[i] - 1] = 1;
	}
}

void mm_draw_find(struct mm_draw *d, size_t at, enum mm_arg_kind kind, bool spent)
{
	struct mm_edit *e = d->edit;
	size_t i;

	memset(e->mark, 0, e->ids);
	for (i = 0; i < at && !spent; i++)
		mark_consumed(e, &e->steps[i].op);
	d->nr_makers = 0;
	for (i = 0; i < at; i++) {
		const struct mm_step *s = &e->steps[i];

		if (mm_optable_get(s->op.op)->makes == kind && !e->mark[s->id])
			d->makers[d->nr_makers++] = s->id;
	}
}

uint64_t mm_draw_handle(struct mm_draw *d, size_t at, enum mm_arg_kind kind)
{
	size_t back;

	mm_draw_find(d, at, kind, mm_draw_below(d, 16) == 0);
	if (!d->nr_makers)
		return 0;
	if (mm_draw_below(d, 3) == 0)
		back = mm_draw_below(d, d->nr_makers);
	else
		back = mm_draw_few(d, d->nr_makers) - 1;
	return (uint64_t)d->makers[d->nr_makers - 1 - back] + 1;
}

/* ---- operations ---- */

static bool consumes_kind(const struct mm_op_def *def, enum mm_arg_kind kind)
{
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		if (def->args[i].kind == kind && def->args[i].flags & MM_ARGF_CONSUMES)
			return true;
	}
	return false;
}

static unsigned int weight_of(const struct mm_target *t, size_t row, enum mm_arg_kind kind,
			      bool consumes)
{
	const struct mm_op_def *def = mm_optable_get(row);

	if (!t->selected[row] || mm_optable_code(row) < 0)
		return 0;
	if (kind != MM_ARG_END && !(consumes ? consumes_kind(def, kind) : def->makes == kind))
		return 0;
	return t->weight[row];
}

int mm_draw_op(struct mm_draw *d, enum mm_arg_kind kind, bool consumes)
{
	const struct mm_target *t = d->edit->target;
	size_t nr = mm_optable_count();
	size_t all = 0;
	size_t at;
	size_t row;

	for (row = 0; row < nr; row++)
		all += weight_of(t, row, kind, consumes);
	if (!all)
		return -1;
	at = mm_draw_below(d, all);
	for (row = 0; at >= weight_of(t, row, kind, consumes); row++)
		at -= weight_of(t, row, kind, consumes);
	return (int)row;
}

/* A handle, and if there is no maker, one before step *at. */
static uint64_t handle_or_maker(struct mm_draw *d, size_t *at, enum mm_arg_kind kind, int deep);

static size_t insert_deep(struct mm_draw *d, int row, size_t at, int deep)
{
	const struct mm_op_def *def = mm_optable_get((size_t)row);
	struct mm_op op = {.op = (uint16_t)row};
	size_t nr = d->edit->nr;
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		enum mm_arg_kind kind = def->args[i].kind;

		op.arg[i] = mm_arg_is_handle(kind) ? handle_or_maker(d, &at, kind, deep)
						   : mm_draw_value(d, kind);
	}
	mm_edit_insert(d->edit, at, &op);
	return d->edit->nr - nr;
}

static uint64_t handle_or_maker(struct mm_draw *d, size_t *at, enum mm_arg_kind kind, int deep)
{
	uint64_t handle = mm_draw_handle(d, *at, kind);
	int row;

	if (handle || deep == MAKERS_DEEP)
		return handle;
	row = mm_draw_op(d, kind, false);
	if (row >= 0)
		*at += insert_deep(d, row, *at, deep + 1);
	return mm_draw_handle(d, *at, kind);
}

size_t mm_draw_insert(struct mm_draw *d, size_t at, int row)
{
	return insert_deep(d, row, at, 0);
}
