/* SPDX-License-Identifier: MIT */
/*
 * edit: operations that keep meaning each other while they are moved about.
 *
 * All memory is asked for at the start.  Ids are given anew with each load, and
 * an edit that would run out of them or of room does less or nothing.
 */
#include "fuzz/mutate/edit.h"

#include "fuzz/trace/arg.h"

#include <stdlib.h>
#include <string.h>

/* Ids for the operations of a trace and for those that edits add. */
#define IDS_PER_STEP 4

static size_t ids_max(const struct mm_edit *e)
{
	return e->cap * IDS_PER_STEP;
}

bool mm_edit_init(struct mm_edit *e, const struct mm_target *target, size_t cap)
{
	memset(e, 0, sizeof(*e));
	e->target = target;
	e->cap = cap;
	e->steps = calloc(cap, sizeof(*e->steps));
	e->room = calloc(cap, sizeof(*e->room));
	e->to = calloc(cap * IDS_PER_STEP, sizeof(*e->to));
	e->mark = calloc(cap * IDS_PER_STEP, sizeof(*e->mark));
	e->handles = mm_handles_create();
	return e->steps && e->room && e->to && e->mark && e->handles;
}

void mm_edit_fini(struct mm_edit *e)
{
	free(e->steps);
	free(e->room);
	free(e->to);
	free(e->mark);
	mm_handles_destroy(e->handles);
	memset(e, 0, sizeof(*e));
}

void mm_edit_load(struct mm_edit *e, const struct mm_trace *t)
{
	int machine = t->machine ? mm_bytes_machine(e->target, t->machine) : 0;
	size_t i;

	e->nr = t->nr < e->cap ? t->nr : e->cap;
	e->ids = (uint32_t)e->nr;
	e->machine = machine > 0 ? machine : 0;
	for (i = 0; i < e->nr; i++) {
		e->steps[i].id = (uint32_t)i;
		e->steps[i].op = t->ops[i];
	}
}

/* ---- handles ---- */

/* The maker of a kind that a handle whose own is gone takes, plus one; 0: none. */
static uint64_t newest(const struct mm_handles *h, enum mm_arg_kind kind)
{
	return mm_handles_nr_live(h, kind) ? (uint64_t)mm_handles_live(h, kind, 0) + 1 : 0;
}

/* Ids to positions, for the next operation of w. */
static void settle(const struct mm_edit *e, const struct mm_bytes *w, const struct mm_step *at,
		   struct mm_op *op)
{
	const struct mm_op_def *def = mm_optable_get(at->op.op);
	int i;

	*op = at->op;
	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		enum mm_arg_kind kind = def->args[i].kind;
		uint64_t id = op->arg[i] - 1;

		if (!mm_arg_is_handle(kind) || !op->arg[i])
			continue;
		if (id < e->ids && e->mark[id] == kind)
			op->arg[i] = e->to[id];
		else
			op->arg[i] = newest(w->handles, kind);
	}
}

size_t mm_edit_write(struct mm_edit *e, uint8_t *to, size_t max)
{
	struct mm_bytes w = {.cap = max, .target = e->target, .handles = e->handles};
	size_t i;

	w.to = to;
	memset(e->mark, 0, e->ids);
	mm_bytes_start(&w, e->machine);
	for (i = 0; i < e->nr; i++) {
		const struct mm_step *at = &e->steps[i];
		struct mm_op op;

		settle(e, &w, at, &op);
		if (mm_bytes_put(&w, &op))
			break;
		/* the kind stands for "it is there": 0 makes nothing */
		e->mark[at->id] = (uint8_t)mm_optable_get(op.op)->makes;
		e->to[at->id] = (uint32_t)w.ops;
	}
	return w.nr;
}

/* ---- edits ---- */

/* Make room for nr steps before step at. */
static bool open_gap(struct mm_edit *e, size_t at, size_t nr)
{
	if (at > e->nr || nr > e->cap - e->nr || nr > ids_max(e) - e->ids)
		return false;
	memmove(e->steps + at + nr, e->steps + at, (e->nr - at) * sizeof(*e->steps));
	e->nr += nr;
	return true;
}

void mm_edit_insert(struct mm_edit *e, size_t at, const struct mm_op *op)
{
	if (!open_gap(e, at, 1))
		return;
	e->steps[at].id = e->ids++;
	e->steps[at].op = *op;
}

static bool uses_marked(const struct mm_edit *e, const struct mm_op *op)
{
	const struct mm_op_def *def = mm_optable_get(op->op);
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		if (mm_arg_is_handle(def->args[i].kind) && op->arg[i] && op->arg[i] <= e->ids &&
		    e->mark[op->arg[i] - 1])
			return true;
	}
	return false;
}

void mm_edit_delete(struct mm_edit *e, size_t at, size_t nr, bool with_users)
{
	size_t kept = at;
	size_t i;

	if (at >= e->nr || nr > e->nr - at)
		return;
	memset(e->mark, 0, e->ids);
	for (i = at; i < e->nr; i++) {
		const struct mm_step *s = &e->steps[i];

		if (i < at + nr || (with_users && uses_marked(e, &s->op)))
			e->mark[s->id] = 1;
		else
			e->steps[kept++] = *s;
	}
	e->nr = kept;
}

void mm_edit_move(struct mm_edit *e, size_t at, size_t nr, size_t to)
{
	if (at >= e->nr || nr > e->nr - at || to > e->nr || (to >= at && to <= at + nr))
		return;
	memcpy(e->room, e->steps + at, nr * sizeof(*e->steps));
	if (to < at) {
		memmove(e->steps + to + nr, e->steps + to, (at - to) * sizeof(*e->steps));
	} else {
		memmove(e->steps + at, e->steps + at + nr, (to - at - nr) * sizeof(*e->steps));
		to -= nr;
	}
	memcpy(e->steps + to, e->room, nr * sizeof(*e->steps));
}

/*
 * Handles of a copied step.  A maker that was copied before it has its mark.
 * Nobody consumes twice by being copied: such a handle gets the id of nothing, and
 * so does each that names an operation of another trace.
 */
static void rename_handles(const struct mm_edit *e, struct mm_op *op, bool foreign)
{
	const struct mm_op_def *def = mm_optable_get(op->op);
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		uint64_t id = op->arg[i] - 1;

		if (!mm_arg_is_handle(def->args[i].kind) || !op->arg[i])
			continue;
		if (id < ids_max(e) && e->mark[id])
			op->arg[i] = (uint64_t)e->to[id] + 1;
		else if (foreign || def->args[i].flags & MM_ARGF_CONSUMES)
			op->arg[i] = MM_EDIT_NOBODY;
	}
}

/* The nr steps of room to before step to. */
static size_t put_copy(struct mm_edit *e, size_t nr, size_t to, bool foreign)
{
	size_t ids = e->ids;
	size_t i;

	if (!open_gap(e, to, nr))
		return 0;
	for (i = 0; i < nr; i++) {
		if (e->room[i].id >= ids)
			ids = (size_t)e->room[i].id + 1;
	}
	memset(e->mark, 0, ids);
	for (i = 0; i < nr; i++) {
		struct mm_step *s = &e->steps[to + i];
		uint32_t was = e->room[i].id;

		*s = e->room[i];
		rename_handles(e, &s->op, foreign);
		s->id = e->ids++;
		e->mark[was] = 1;
		e->to[was] = s->id;
	}
	return nr;
}

size_t mm_edit_copy(struct mm_edit *e, size_t at, size_t nr, size_t to)
{
	if (at >= e->nr || nr > e->nr - at)
		return 0;
	memcpy(e->room, e->steps + at, nr * sizeof(*e->steps));
	return put_copy(e, nr, to, false);
}

size_t mm_edit_splice(struct mm_edit *e, const struct mm_trace *t, size_t at, size_t nr, size_t to)
{
	size_t i;

	if (at >= t->nr || nr > t->nr - at || nr > e->cap || at + nr > ids_max(e))
		return 0;
	for (i = 0; i < nr; i++) {
		e->room[i].id = (uint32_t)(at + i);
		e->room[i].op = t->ops[at + i];
	}
	return put_copy(e, nr, to, true);
}
