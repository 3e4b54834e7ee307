/* SPDX-License-Identifier: MIT */
/*
 * bytes: the spelling that fuzzers mutate.  README.md beside this file is the
 * specification; what is here reads and writes it.
 *
 * Decoding is one pass without lookahead: a byte >= 0x80 always starts an
 * operation, so an edit of one byte cannot change what comes two operations
 * later, except through handles.  Encoding picks the shortest spelling, and the
 * same one each time.
 */
#include "fuzz/trace/bytes.h"

#include "fuzz/trace/arg.h"

#include <stdlib.h>
#include <string.h>

#define START        0x80u   /* set: the byte starts an operation */
#define PAGE         128     /* codes in the first page, and in the second */
#define GROUPS_MAX   10      /* 7-bit groups that hold 64 bits */
#define RAW_CONSUMED 0x3ff8u /* raw handles from here name consumed makers */
#define LIT_NONE     UINT64_MAX

struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

/* Literals given for the operation that follows. */
struct literals {
	unsigned int given; /* bit per argument */
	uint64_t value[MM_OP_ARGS_MAX];
};

/* ---- bytes to operations ---- */

static unsigned int read_data(struct reader *r)
{
	return r->at < r->end && *r->at < START ? *r->at++ : 0;
}

static unsigned int read_raw(struct reader *r)
{
	unsigned int low = read_data(r);

	return low | read_data(r) << 7;
}

/* Pass over data to the next operation; false at the end. */
static bool read_code(struct reader *r, int *code)
{
	while (r->at < r->end && *r->at < START)
		r->at++;
	if (r->at == r->end)
		return false;
	*code = (int)(*r->at++ - START);
	if (*code == MM_CODE_PREFIX)
		*code = PAGE + (int)read_data(r);
	return true;
}

static void read_literal(struct reader *r, struct literals *lit)
{
	unsigned int arg = read_data(r);
	uint64_t value = 0;
	int i;

	for (i = 0; i < GROUPS_MAX; i++)
		value |= (uint64_t)read_data(r) << (7 * i);
	if (arg < MM_OP_ARGS_MAX) {
		lit->given |= 1u << arg;
		lit->value[arg] = value;
	}
}

/* The k-th newest of the live or the consumed makers as an argument. */
static uint64_t ranked(const struct mm_handles *h, enum mm_arg_kind kind, bool consumed, uint64_t k)
{
	if (consumed)
		return k < mm_handles_nr_consumed(h, kind)
			       ? (uint64_t)mm_handles_consumed(h, kind, (uint32_t)k) + 1
			       : 0;
	return k < mm_handles_nr_live(h, kind) ? (uint64_t)mm_handles_live(h, kind, (uint32_t)k) + 1
					       : 0;
}

static uint64_t handle_from_raw(const struct mm_handles *h, enum mm_arg_kind kind, unsigned int raw)
{
	bool consumed = raw >= RAW_CONSUMED;
	uint32_t nr = consumed ? mm_handles_nr_consumed(h, kind) : mm_handles_nr_live(h, kind);
	uint64_t k = consumed ? MM_ARG_RAW_NR - 1 - raw : raw;

	return ranked(h, kind, consumed, nr && k >= nr ? nr - 1 : k);
}

static uint64_t handle_from_literal(const struct mm_handles *h, enum mm_arg_kind kind, uint64_t lit)
{
	bool consumed = lit >= MM_LIT_CONSUMED;

	return ranked(h, kind, consumed, consumed ? lit - MM_LIT_CONSUMED : lit);
}

static uint64_t read_arg(struct reader *r, const struct mm_handles *h, enum mm_arg_kind kind,
			 const uint64_t *lit)
{
	unsigned int raw = read_raw(r);

	if (mm_arg_is_handle(kind))
		return lit ? handle_from_literal(h, kind, *lit) : handle_from_raw(h, kind, raw);
	return lit ? mm_arg_settle(kind, *lit) : mm_arg_from_raw(kind, raw);
}

/* What operation pos does to the handles, after its arguments were resolved. */
static int follow(struct mm_handles *h, const struct mm_op *op, uint32_t pos)
{
	const struct mm_op_def *def = mm_optable_get(op->op);
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		if (def->args[i].flags & MM_ARGF_CONSUMES && op->arg[i])
			mm_handles_consume(h, def->args[i].kind, (uint32_t)(op->arg[i] - 1));
	}
	if (def->makes == MM_ARG_END)
		return 0;
	return mm_handles_make(h, def->makes, pos);
}

static bool read_op(struct mm_trace *t, struct reader *r, int row, const struct literals *lit)
{
	const struct mm_op_def *def = mm_optable_get((size_t)row);
	struct mm_op op = {.op = (uint16_t)row};
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++)
		op.arg[i] = read_arg(r, t->handles, def->args[i].kind,
				     lit->given & 1u << i ? &lit->value[i] : NULL);
	if (mm_trace_add(t, &op))
		return false;
	if (follow(t->handles, &op, (uint32_t)t->nr - 1)) {
		t->oom = true;
		return false;
	}
	return true;
}

/* All operations; returns which of the target's machines was named. */
static unsigned int read_ops(struct mm_trace *t, struct reader *r, const struct mm_target *target)
{
	size_t max = target->ops_max ? target->ops_max : SIZE_MAX;
	struct literals lit = {0};
	unsigned int machine = 0;
	int code;

	while (t->nr < max && read_code(r, &code)) {
		int row = mm_optable_of_code(code);

		if (code == MM_CODE_LIT) {
			read_literal(r, &lit);
			continue;
		}
		if (code == MM_CODE_MACHINE && !t->nr)
			machine = read_data(r);
		else if (row >= 0 && target->selected[row] && !read_op(t, r, row, &lit))
			break;
		lit.given = 0;
	}
	return machine;
}

void mm_trace_decode(struct mm_trace *t, const uint8_t *bytes, size_t len,
		     const struct mm_target *target)
{
	struct reader r = {bytes, len ? bytes + len : bytes};
	unsigned int machine;
	const char *text;

	mm_trace_clear(t);
	if (!t->handles)
		t->handles = mm_handles_create();
	if (!t->handles) {
		t->oom = true;
		return;
	}
	mm_handles_clear(t->handles);
	machine = read_ops(t, &r, target);
	if (target->nr_machines) {
		text = target->machines[machine % (unsigned int)target->nr_machines];
		t->machine = mm_trace_keep(t, text, strlen(text));
	}
}

/* ---- operations to bytes ---- */

static void put(struct mm_bytes *w, unsigned int byte)
{
	w->to[w->nr++] = (uint8_t)byte;
}

static void put_code(struct mm_bytes *w, int code)
{
	if (code < PAGE) {
		put(w, START | (unsigned int)code);
	} else {
		put(w, START | MM_CODE_PREFIX);
		put(w, (unsigned int)(code - PAGE));
	}
}

static void put_literal(struct mm_bytes *w, unsigned int arg, uint64_t value)
{
	put_code(w, MM_CODE_LIT);
	put(w, arg);
	for (; value; value >>= 7)
		put(w, value & 0x7f);
}

/* The spelling of a handle: true and its raw number, else its literal. */
static bool handle_to_raw(const struct mm_handles *h, enum mm_arg_kind kind, uint64_t arg,
			  unsigned int *raw, uint64_t *lit)
{
	uint32_t k;

	*raw = 0;
	if (!arg) {
		*lit = LIT_NONE;
		return !mm_handles_nr_live(h, kind);
	}
	if (mm_handles_rank(h, kind, (uint32_t)(arg - 1), &k)) {
		*raw = k;
		*lit = k;
		return k < RAW_CONSUMED;
	}
	*raw = MM_ARG_RAW_NR - 1 - k;
	*lit = MM_LIT_CONSUMED + k;
	return k < MM_ARG_RAW_NR - RAW_CONSUMED;
}

/* Literals first, then the code, then the data without zeros at its end. */
static void put_op(struct mm_bytes *w, const struct mm_op *op)
{
	const struct mm_op_def *def = mm_optable_get(op->op);
	unsigned int raw[MM_OP_ARGS_MAX];
	size_t data;
	unsigned int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		enum mm_arg_kind kind = def->args[i].kind;
		uint64_t lit = op->arg[i];
		bool fits = mm_arg_is_handle(kind)
				    ? handle_to_raw(w->handles, kind, lit, &raw[i], &lit)
				    : mm_arg_to_raw(kind, lit, &raw[i]);

		if (!fits) {
			put_literal(w, i, lit);
			raw[i] = 0;
		}
	}
	put_code(w, mm_optable_code(op->op));
	data = w->nr;
	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		put(w, raw[i] & 0x7f);
		put(w, raw[i] >> 7);
	}
	while (w->nr > data && !w->to[w->nr - 1])
		w->nr--;
}

int mm_bytes_machine(const struct mm_target *target, const char *text)
{
	int i;

	for (i = 0; i < target->nr_machines; i++) {
		const char *a = target->machines[i];
		const char *b = text + strspn(text, " \t");

		while (*a && *b) {
			size_t blanks = strspn(b, " \t");

			if (*a != (blanks ? ' ' : *b))
				break;
			a++;
			b += blanks ? blanks : 1;
		}
		if (!*a && !b[strspn(b, " \t")])
			return i;
	}
	return -1;
}

void mm_bytes_start(struct mm_bytes *w, int machine)
{
	w->nr = 0;
	w->ops = 0;
	mm_handles_clear(w->handles);
	if (machine > 0 && w->cap >= 2) {
		put_code(w, MM_CODE_MACHINE);
		put(w, (unsigned int)machine);
	}
}

int mm_bytes_put(struct mm_bytes *w, const struct mm_op *op)
{
	uint8_t bytes[MM_BYTES_OP_MAX];
	struct mm_bytes one = *w;
	int err;

	if (!w->target->selected[op->op] || mm_optable_code(op->op) < 0)
		return -MM_EINVAL;
	if (w->target->ops_max && w->ops == w->target->ops_max)
		return -MM_E2BIG;
	one.to = bytes;
	one.nr = 0;
	put_op(&one, op);
	if (one.nr > w->cap - w->nr)
		return -MM_E2BIG;
	err = follow(w->handles, op, (uint32_t)w->ops);
	if (err)
		return err;
	memcpy(w->to + w->nr, bytes, one.nr);
	w->nr += one.nr;
	w->ops++;
	return 0;
}

static bool reserve(struct mm_bytes *w, size_t more)
{
	size_t cap = (w->nr + more) * 2;
	uint8_t *to;

	if (w->cap - w->nr >= more)
		return true;
	to = realloc(w->to, cap);
	if (!to)
		return false;
	w->to = to;
	w->cap = cap;
	return true;
}

static int write_trace(struct mm_bytes *w, const struct mm_trace *t)
{
	int machine = t->machine ? mm_bytes_machine(w->target, t->machine) : 0;
	int err = 0;
	size_t i;

	if (machine < 0)
		return -MM_EINVAL;
	if (!reserve(w, 2))
		return -MM_ENOMEM;
	mm_bytes_start(w, machine);
	for (i = 0; i < t->nr && !err; i++)
		err = reserve(w, MM_BYTES_OP_MAX) ? mm_bytes_put(w, &t->ops[i]) : -MM_ENOMEM;
	return err;
}

int mm_trace_encode(const struct mm_trace *t, const struct mm_target *target, uint8_t **out,
		    size_t *len)
{
	struct mm_bytes w = {.target = target, .handles = mm_handles_create()};
	int err = w.handles ? write_trace(&w, t) : -MM_ENOMEM;

	mm_handles_destroy(w.handles);
	if (err) {
		free(w.to);
		return err;
	}
	*out = w.to;
	*len = w.nr;
	return 0;
}
