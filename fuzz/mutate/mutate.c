/* SPDX-License-Identifier: MIT */
/*
 * mutate: the kinds of mutations, and how often each is chosen.
 *
 * A state that is reached by many dependent operations is reached from inputs
 * that already do some of them.  So most mutations add: an operation that acts on
 * what there is, a block once more, a block many times, the end of what was made.
 * Those that take away keep inputs from drowning in what does nothing.
 */
#include "fuzz/mutate/mutate.h"

#include "fuzz/trace/arg.h"

#include <stdlib.h>
#include <string.h>

/* Operations an input may become, where the target sets no limit. */
#define OPS_MAX 4096

/* Edits on top of each other in one mutation, at most. */
#define STACKED_MAX 6

/* A block that is copied or moved has seldom more operations. */
#define BLOCK_MAX 16

/* One in BYTES_SHARE mutations is the engine's. */
#define BYTES_SHARE 4

struct block {
	size_t at;
	size_t nr;
};

/* ---- places ---- */

static size_t below(struct mm_mutator *m, size_t ceil)
{
	return mm_draw_below(&m->draw, ceil);
}

/* Where something is put in: half of the time at the end, for the state that was
 * built up is there. */
static size_t any_place(struct mm_mutator *m)
{
	size_t at = below(m, m->edit.nr + 1);

	return below(m, 2) ? m->edit.nr : at;
}

/* A block of a trace of nr operations, nr > 0. */
static struct block any_block(struct mm_mutator *m, size_t nr)
{
	struct block b;
	size_t most;

	b.at = below(m, nr);
	most = nr - b.at < BLOCK_MAX ? nr - b.at : BLOCK_MAX;
	b.nr = below(m, 4) ? mm_draw_few(&m->draw, most) : 1 + below(m, most);
	return b;
}

/* ---- kinds ---- */

static void insert(struct mm_mutator *m)
{
	int row = mm_draw_op(&m->draw, MM_ARG_END, false);
	size_t at = any_place(m);

	if (row >= 0)
		(void)mm_draw_insert(&m->draw, at, row);
}

static void delete (struct mm_mutator *m)
{
	struct block b;

	if (!m->edit.nr)
		return;
	b = any_block(m, m->edit.nr);
	mm_edit_delete(&m->edit, b.at, b.nr, below(m, 2));
}

static void copy(struct mm_mutator *m)
{
	struct block b;

	if (!m->edit.nr)
		return;
	b = any_block(m, m->edit.nr);
	(void)mm_edit_copy(&m->edit, b.at, b.nr, any_place(m));
}

static void swap(struct mm_mutator *m)
{
	size_t at;

	if (m->edit.nr < 2)
		return;
	at = below(m, m->edit.nr - 1);
	mm_edit_move(&m->edit, at, 1, at + 2);
}

static void move(struct mm_mutator *m)
{
	struct block b;

	if (m->edit.nr < 2)
		return;
	b = any_block(m, m->edit.nr);
	mm_edit_move(&m->edit, b.at, b.nr, any_place(m));
}

/* The arguments of another row, those of one kind in their order as they were. */
static void carry_args(struct mm_mutator *m, size_t at, struct mm_op *op, const struct mm_op *from)
{
	const struct mm_op_def *def = mm_optable_get(op->op);
	const struct mm_op_def *was = mm_optable_get(from->op);
	unsigned int taken = 0;
	int i;
	int k;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		enum mm_arg_kind kind = def->args[i].kind;

		for (k = 0; was->args[k].kind != MM_ARG_END; k++) {
			if (was->args[k].kind == kind && !(taken & 1u << k))
				break;
		}
		taken |= 1u << k;
		if (was->args[k].kind != MM_ARG_END)
			op->arg[i] = from->arg[k];
		else if (mm_arg_is_handle(kind))
			op->arg[i] = mm_draw_handle(&m->draw, at, kind);
		else
			op->arg[i] = mm_draw_value(&m->draw, kind);
	}
}

static void replace(struct mm_mutator *m)
{
	int row = mm_draw_op(&m->draw, MM_ARG_END, false);
	struct mm_op op = {.op = (uint16_t)row};
	size_t at;

	if (row < 0 || !m->edit.nr)
		return;
	at = below(m, m->edit.nr);
	carry_args(m, at, &op, &m->edit.steps[at].op);
	m->edit.steps[at].op = op;
}

/* An argument of a random step, a handle or not; false when none was met. */
static bool any_arg(struct mm_mutator *m, bool handle, size_t *at, int *arg)
{
	int tries;

	for (tries = 0; tries < 8 && m->edit.nr; tries++) {
		const struct mm_op_def *def;
		int nr = 0;

		*at = below(m, m->edit.nr);
		def = mm_optable_get(m->edit.steps[*at].op.op);
		while (def->args[nr].kind != MM_ARG_END)
			nr++;
		*arg = (int)below(m, (size_t)nr);
		if (nr && mm_arg_is_handle(def->args[*arg].kind) == handle)
			return true;
	}
	return false;
}

static void nudge(struct mm_mutator *m)
{
	enum mm_arg_kind kind;
	struct mm_op *op;
	unsigned int raw;
	size_t at;
	int arg;

	if (!any_arg(m, false, &at, &arg))
		return;
	op = &m->edit.steps[at].op;
	kind = mm_optable_get(op->op)->args[arg].kind;
	if (below(m, 2) && mm_arg_to_raw(kind, op->arg[arg], &raw)) {
		raw = (raw + (below(m, 2) ? 1 : MM_ARG_RAW_NR - 1)) % MM_ARG_RAW_NR;
		op->arg[arg] = mm_arg_from_raw(kind, raw);
	} else {
		op->arg[arg] = mm_draw_value(&m->draw, kind);
	}
}

/* Half of the time what another operation names, else any maker. */
static void unify(struct mm_mutator *m)
{
	enum mm_arg_kind kind;
	struct mm_op *op;
	size_t with;
	size_t at;
	int arg;
	int other;

	if (!any_arg(m, true, &at, &arg))
		return;
	op = &m->edit.steps[at].op;
	kind = mm_optable_get(op->op)->args[arg].kind;
	if (below(m, 2) && any_arg(m, true, &with, &other) &&
	    mm_optable_get(m->edit.steps[with].op.op)->args[other].kind == kind)
		op->arg[arg] = m->edit.steps[with].op.arg[other];
	else
		op->arg[arg] = mm_draw_handle(&m->draw, at, kind);
}

/* How often a block is repeated: often enough to fill lists and zones. */
static size_t times(struct mm_mutator *m)
{
	size_t shift = mm_draw_few(&m->draw, 8);
	size_t more = below(m, (size_t)1 << shift);

	return ((size_t)1 << shift) - 1 + more;
}

static void repeat(struct mm_mutator *m)
{
	struct block b;
	size_t n = times(m);

	if (!m->edit.nr)
		return;
	b = any_block(m, m->edit.nr);
	while (n-- > 0 && mm_edit_copy(&m->edit, b.at, b.nr, b.at + b.nr) > 0)
		b.at += b.nr;
}

/* An argument one step further: through the table where the kind has one. */
static uint64_t further(enum mm_arg_kind kind, uint64_t value, uint64_t stride)
{
	unsigned int raw;

	if (!mm_arg_to_raw(kind, value, &raw))
		return mm_arg_settle(kind, value + stride);
	return mm_arg_from_raw(kind, (unsigned int)((raw + stride) % MM_ARG_RAW_NR));
}

/* An operation again and again, on something else each time: places that do not
 * touch, slots, sysctls.  What fills a table of distinct things. */
static void series(struct mm_mutator *m)
{
	uint64_t stride = (uint64_t)1 << (mm_draw_few(&m->draw, 8) - 1);
	size_t n = times(m);
	size_t at;
	int arg;

	if (!any_arg(m, false, &at, &arg))
		return;
	for (; n > 0 && mm_edit_copy(&m->edit, at, 1, at + 1) > 0; n--) {
		struct mm_op *op = &m->edit.steps[++at].op;
		enum mm_arg_kind kind = mm_optable_get(op->op)->args[arg].kind;

		op->arg[arg] = further(kind, op->arg[arg], stride);
	}
}

/* An operation that consumes what the step with that id makes; its other arguments
 * may be the maker's. */
static bool consumer(struct mm_mutator *m, const struct mm_op *maker, struct mm_op *op)
{
	enum mm_arg_kind kind = mm_optable_get(maker->op)->makes;
	int row = mm_draw_op(&m->draw, kind, true);

	if (row < 0)
		return false;
	memset(op, 0, sizeof(*op));
	op->op = (uint16_t)row;
	carry_args(m, m->edit.nr, op, maker);
	return true;
}

/* Give the consumed argument of op its maker. */
static void consume(struct mm_op *op, enum mm_arg_kind kind, uint32_t id)
{
	const struct mm_op_def *def = mm_optable_get(op->op);
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		if (def->args[i].kind == kind && def->args[i].flags & MM_ARGF_CONSUMES)
			op->arg[i] = (uint64_t)id + 1;
	}
}

/* A step before `at` that makes something. */
static const struct mm_op *any_maker(struct mm_mutator *m, size_t at)
{
	int tries;

	for (tries = 0; tries < 8 && at; tries++) {
		const struct mm_op *op = &m->edit.steps[below(m, at)].op;

		if (mm_optable_get(op->op)->makes != MM_ARG_END)
			return op;
	}
	return NULL;
}

/* One or more live makers of a kind consumed at a place: newest first, oldest
 * first, or every other. */
static void inverse(struct mm_mutator *m)
{
	size_t at = any_place(m);
	const struct mm_op *maker = any_maker(m, at);
	size_t n = below(m, 2) ? 1 : times(m);
	size_t step = 1 + (below(m, 4) == 0);
	bool oldest = below(m, 2);
	enum mm_arg_kind kind;
	struct mm_op op;
	size_t first;
	size_t i;

	if (!maker || !consumer(m, maker, &op))
		return;
	kind = mm_optable_get(maker->op)->makes;
	mm_draw_find(&m->draw, at, kind, false);
	first = n == 1 ? below(m, m->draw.nr_makers) : 0;
	for (i = first; n > 0 && i < m->draw.nr_makers; i += step, n--) {
		size_t k = oldest ? i : m->draw.nr_makers - 1 - i;

		consume(&op, kind, m->draw.makers[k]);
		mm_edit_insert(&m->edit, at++, &op);
	}
}

static void cut(struct mm_mutator *m)
{
	size_t at = below(m, m->edit.nr + 1);

	mm_edit_delete(&m->edit, at, m->edit.nr - at, false);
}

static void machine(struct mm_mutator *m)
{
	m->edit.machine = (int)below(m, (size_t)m->target.nr_machines);
}

static void splice(struct mm_mutator *m)
{
	struct block b;

	if (!m->other.nr)
		return;
	b = any_block(m, m->other.nr);
	if (below(m, 4) == 0)
		b.nr = m->other.nr - b.at;
	(void)mm_edit_splice(&m->edit, &m->other, b.at, b.nr, any_place(m));
}

/* Chosen in proportion to the weight; a splice only where there is another input. */
static const struct kind {
	void (*apply)(struct mm_mutator *m);
	unsigned int weight;
} kinds[MM_MUTATION_NR] = {
	[MM_MUTATE_INSERT] = {insert, 30},  [MM_MUTATE_DELETE] = {delete, 6},
	[MM_MUTATE_COPY] = {copy, 8},       [MM_MUTATE_SWAP] = {swap, 2},
	[MM_MUTATE_MOVE] = {move, 2},       [MM_MUTATE_REPLACE] = {replace, 6},
	[MM_MUTATE_NUDGE] = {nudge, 14},    [MM_MUTATE_UNIFY] = {unify, 5},
	[MM_MUTATE_REPEAT] = {repeat, 16},  [MM_MUTATE_INVERSE] = {inverse, 10},
	[MM_MUTATE_SERIES] = {series, 6},   [MM_MUTATE_CUT] = {cut, 2},
	[MM_MUTATE_MACHINE] = {machine, 2}, [MM_MUTATE_SPLICE] = {splice, 0},
};

void mm_mutate_apply(struct mm_mutator *m, enum mm_mutation kind)
{
	m->done[kind]++;
	kinds[kind].apply(m);
}

static enum mm_mutation any_kind(struct mm_mutator *m)
{
	size_t all = 0;
	size_t at;
	int k;

	for (k = 0; k < MM_MUTATION_NR; k++)
		all += kinds[k].weight;
	at = below(m, all);
	for (k = 0; at >= kinds[k].weight; k++)
		at -= kinds[k].weight;
	return (enum mm_mutation)k;
}

/* ---- one mutation ---- */

/* What an engine without mutations of its own gets: bytes changed, put in, left out. */
static size_t plain_bytes(struct mm_mutator *m, uint8_t *data, size_t size, size_t max)
{
	size_t n = mm_draw_few(&m->draw, STACKED_MAX);

	while (n-- > 0) {
		size_t how = below(m, 4);
		size_t at = below(m, size);

		if (how == 0 && size < max) {
			memmove(data + at + 1, data + at, size - at);
			data[at] = (uint8_t)below(m, 256);
			size++;
		} else if (how == 1 && size > 1) {
			memmove(data + at, data + at + 1, size - at - 1);
			size--;
		} else if (how == 2) {
			data[at] ^= (uint8_t)(1u << below(m, 8));
		} else {
			data[at] = (uint8_t)below(m, 256);
		}
	}
	return size;
}

static size_t mutate_bytes(struct mm_mutator *m, uint8_t *data, size_t size, size_t max)
{
	m->done_bytes++;
	if (!size || size > max)
		return 0;
	return m->bytes ? m->bytes(data, size, max) : plain_bytes(m, data, size, max);
}

/* An operation alone, when nothing else is left: one byte always fits. */
static size_t write_something(struct mm_mutator *m, uint8_t *to, size_t max)
{
	size_t nr = mm_edit_write(&m->edit, to, max);
	int row = nr || !max ? -1 : mm_draw_op(&m->draw, MM_ARG_END, false);
	struct mm_op op = {.op = (uint16_t)row};
	struct mm_bytes w = {
		.to = to, .cap = max, .target = &m->target, .handles = m->edit.handles};

	if (nr || !max)
		return nr;
	to[0] = 0x80 | MM_CODE_NOP;
	mm_bytes_start(&w, 0);
	if (row < 0 || mm_bytes_put(&w, &op))
		return 1;
	return w.nr;
}

static void start(struct mm_mutator *m, uint64_t seed)
{
	mm_rng_init(&m->draw.rng, seed);
}

size_t mm_mutate(struct mm_mutator *m, uint64_t seed, uint8_t *data, size_t size, size_t max)
{
	size_t n;
	size_t nr;

	start(m, seed);
	if (below(m, BYTES_SHARE) == 0) {
		nr = mutate_bytes(m, data, size, max);
		if (nr)
			return nr;
	}
	mm_trace_decode(&m->trace, data, size, &m->target);
	mm_edit_load(&m->edit, &m->trace);
	for (n = 1 + below(m, STACKED_MAX); n > 0; n--)
		mm_mutate_apply(m, any_kind(m));
	return write_something(m, data, max);
}

size_t mm_crossover(struct mm_mutator *m, uint64_t seed, const struct mm_mutate_input *a,
		    const struct mm_mutate_input *b, uint8_t *to, size_t max)
{
	start(m, seed);
	mm_trace_decode(&m->trace, a->data, a->size, &m->target);
	mm_trace_decode(&m->other, b->data, b->size, &m->target);
	mm_edit_load(&m->edit, &m->trace);
	mm_mutate_apply(m, MM_MUTATE_SPLICE);
	return write_something(m, to, max);
}

/* ---- the mutator ---- */

struct mm_mutator *mm_mutator_create(const char *target, mm_mutate_bytes *bytes, struct mm_error *e)
{
	struct mm_mutator *m = calloc(1, sizeof(*m));

	if (!m) {
		(void)mm_error_set(e, -MM_ENOMEM, 0, 0, "no host memory for the mutator");
		return NULL;
	}
	m->bytes = bytes;
	mm_trace_init(&m->trace);
	mm_trace_init(&m->other);
	if (mm_target_find(target, &m->target, e)) {
		mm_mutator_destroy(m);
		return NULL;
	}
	if (!mm_edit_init(&m->edit, &m->target, m->target.ops_max ? m->target.ops_max : OPS_MAX) ||
	    !mm_draw_init(&m->draw, &m->edit)) {
		(void)mm_error_set(e, -MM_ENOMEM, 0, 0, "no host memory for the mutator");
		mm_mutator_destroy(m);
		return NULL;
	}
	return m;
}

void mm_mutator_destroy(struct mm_mutator *m)
{
	if (!m)
		return;
	mm_draw_fini(&m->draw);
	mm_edit_fini(&m->edit);
	mm_trace_free(&m->trace);
	mm_trace_free(&m->other);
	free(m);
}
