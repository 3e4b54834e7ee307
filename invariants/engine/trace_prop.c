/* SPDX-License-Identifier: MIT */
/*
 * trace_prop: the two spellings of the trace language are one language.
 *
 * Every byte string is a trace; going through text and back changes neither
 * the trace nor, from the second time on, the bytes.  Canonical text comes back
 * letter by letter.  Handles by rank are compared with a count that scans the
 * trace each time.  Garbage as text is refused at a place that exists.
 */
#include "fuzz/trace/trace.h"

#include "fuzz/trace/arg.h"
#include "fuzz/trace/embedded.h"
#include "invariants/engine/prop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX   512
#define COUNTED_OPS 64

extern const struct mm_prop mm_trace_props[];

/* ---- random inputs ---- */

static uint64_t below(struct mm_prop_run *p, uint64_t ceil)
{
	return prop_below(p, ceil);
}

/* A target that takes all operations and has two machines. */
static void make_target(struct mm_target *t)
{
	size_t op;

	memset(t, 0, sizeof(*t));
	t->nr_machines = 2;
	(void)snprintf(t->machines[0], MM_TARGET_MACHINE_LEN, "ram=4M max_order=6");
	(void)snprintf(t->machines[1], MM_TARGET_MACHINE_LEN, "ram=8M max_order=10 cpus=2");
	for (op = 0; op < mm_optable_count(); op++)
		t->selected[op] = 1;
}

/* Small numbers, numbers around powers of two, any numbers. */
static uint64_t any_value(struct mm_prop_run *p)
{
	uint64_t shift = below(p, 64);

	switch (below(p, 4)) {
	case 0:
		return below(p, 20);
	case 1:
		return (uint64_t)1 << shift;
	case 2:
		return ((uint64_t)1 << shift) - 1;
	default:
		return prop_bits(p, 64) >> shift;
	}
}

/* A maker among the operations of t as an argument: mostly late, or none. */
static uint64_t any_maker(struct mm_prop_run *p, const struct mm_trace *t, enum mm_arg_kind kind)
{
	int tries;

	for (tries = 0; tries < 8 && t->nr; tries++) {
		uint64_t window = below(p, 2) ? t->nr : (t->nr < 10 ? t->nr : 10);
		uint64_t pos = t->nr - 1 - below(p, window);

		if (mm_optable_get(t->ops[pos].op)->makes == kind)
			return pos + 1;
	}
	return 0;
}

/* An operation that has a code; one without is lock_matches' business. */
static size_t any_op(struct mm_prop_run *p)
{
	size_t op;

	do {
		op = below(p, mm_optable_count());
	} while (mm_optable_code(op) < 0);
	return op;
}

/* Append an operation with any arguments; makers_only for long traces. */
static bool add_any_op(struct mm_prop_run *p, struct mm_trace *t, bool makers_only)
{
	struct mm_op op = {.op = (uint16_t)any_op(p)};
	const struct mm_op_def *def = mm_optable_get(op.op);
	int i;

	if (makers_only && (def->makes == MM_ARG_END || mm_arg_is_handle(def->args[0].kind)))
		return true;
	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		enum mm_arg_kind kind = def->args[i].kind;

		if (mm_arg_is_handle(kind))
			op.arg[i] = below(p, 8) ? any_maker(p, t, kind) : 0;
		else if (below(p, 2))
			op.arg[i] = mm_arg_from_raw(kind, (unsigned int)below(p, MM_ARG_RAW_NR));
		else
			op.arg[i] = mm_arg_settle(kind, any_value(p));
	}
	return mm_trace_add(t, &op) == 0;
}

enum flavour { ANY_BYTES, SMALL_DATA, WITH_LITERALS, TOP_HANDLES, MIXED, FLAVOURS };

static size_t put_code(uint8_t *to, int code)
{
	if (code < MM_CODE_PREFIX) {
		to[0] = (uint8_t)(0x80 | code);
		return 1;
	}
	to[0] = 0x80 | MM_CODE_PREFIX;
	to[1] = (uint8_t)(code - MM_CODE_PREFIX - 1);
	return 2;
}

static size_t put_data(struct mm_prop_run *p, uint8_t *to, enum flavour f)
{
	size_t nr = below(p, 2 * MM_OP_ARGS_MAX + 2);
	size_t i;

	for (i = 0; i < nr; i++) {
		if (f == TOP_HANDLES)
			to[i] = (uint8_t)(i & 1 ? 0x7f : 0x70 + below(p, 16));
		else
			to[i] = (uint8_t)below(p, f == SMALL_DATA && !(i & 1) ? 6 : 128);
	}
	return nr;
}

static size_t put_literal(struct mm_prop_run *p, uint8_t *to)
{
	size_t nr = 2 + below(p, 13);
	size_t i;

	to[0] = 0x80 | MM_CODE_LIT;
	to[1] = (uint8_t)below(p, MM_OP_ARGS_MAX + 1);
	for (i = 2; i < nr; i++)
		to[i] = (uint8_t)below(p, below(p, 4) ? 3 : 128);
	return nr;
}

/* Fill an input of at most INPUT_MAX bytes. */
static size_t any_bytes(struct mm_prop_run *p, uint8_t *to)
{
	enum flavour f = (enum flavour)below(p, FLAVOURS);
	size_t nr = below(p, INPUT_MAX);
	size_t at = 0;

	while (at + 64 < nr) {
		enum flavour now = f == MIXED ? (enum flavour)below(p, MIXED) : f;
		size_t op = any_op(p);

		if (now == ANY_BYTES) {
			to[at++] = (uint8_t)below(p, 256);
			continue;
		}
		while (now == WITH_LITERALS && below(p, 3) && at + 64 < nr)
			at += put_literal(p, to + at);
		/* one in 16: an operation that is not one */
		if (below(p, 16))
			at += put_code(to + at, mm_optable_code(op));
		else
			to[at++] = (uint8_t)(0x80 + below(p, 128));
		at += put_data(p, to + at, now);
	}
	return at;
}

static char *text_of(const struct mm_trace *t, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f)
		return NULL;
	if (mm_trace_print(t, f) || fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static bool same_ops(const struct mm_trace *a, const struct mm_trace *b)
{
	size_t i;

	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++) {
		if (a->ops[i].op != b->ops[i].op ||
		    memcmp(a->ops[i].arg, b->ops[i].arg, sizeof(a->ops[i].arg)) != 0)
			return false;
	}
	return true;
}

/* ---- properties ---- */

static void check_code(struct mm_prop_run *p, size_t op)
{
	const char *name = mm_optable_get(op)->name;

	PROP(p, mm_optable_of_code(mm_optable_code(op)) == (int)op, "%s: code does not lead back",
	     name);
	PROP(p, mm_optable_find(name, strlen(name)) == (int)op, "%s: not found", name);
}

static void lock_matches(struct mm_prop_run *p)
{
	struct mm_error e = {0};
	char text[400];
	size_t op;

	PROP(p, mm_optable_check_lock(&e) == 0, "%s", mm_error_text(&e, text, sizeof(text)));
	for (op = 0; op < mm_optable_count(); op++)
		check_code(p, op);
}

static void check_target(struct mm_prop_run *p, const char *name)
{
	struct mm_target t;
	struct mm_error e = {0};
	char text[400];

	PROP(p, mm_target_find(name, &t, &e) == 0, "%s", mm_error_text(&e, text, sizeof(text)));
}

static void targets_parse(struct mm_prop_run *p)
{
	const struct mm_embedded *i;

	for (i = mm_embedded_targets; i->name; i++)
		check_target(p, i->name);
}

static void check_raw(struct mm_prop_run *p, enum mm_arg_kind kind, unsigned int raw)
{
	uint64_t v = mm_arg_from_raw(kind, raw);
	unsigned int again;

	PROP(p, mm_arg_to_raw(kind, v, &again) && again <= raw,
	     "%s: raw %u means a value that has no raw", mm_arg_word(kind), raw);
	PROP(p, mm_arg_from_raw(kind, again) == v, "%s: raw %u and %u differ in value",
	     mm_arg_word(kind), raw, again);
	PROP(p, mm_arg_settle(kind, v) == v, "%s: raw %u is no value", mm_arg_word(kind), raw);
}

static void raw_values_return(struct mm_prop_run *p)
{
	unsigned int raw;
	unsigned int kind;

	for (kind = MM_ARG_END + 1; kind < MM_ARG_KIND_NR; kind++) {
		for (raw = 0; raw < MM_ARG_RAW_NR && !mm_arg_is_handle(kind); raw++)
			check_raw(p, (enum mm_arg_kind)kind, raw);
	}
}

/* x -> f(x): through the trace and its text back to bytes. */
static bool through_text(const struct mm_trace *t, const struct mm_target *target,
			 struct mm_trace *reread, uint8_t **bytes, size_t *len)
{
	size_t text_len;
	char *text = text_of(t, &text_len);
	bool ok = text && mm_trace_parse(reread, text, text_len, NULL, NULL) == 0 &&
		  mm_trace_encode(reread, target, bytes, len) == 0;

	free(text);
	return ok;
}

static void bytes_text_bytes(struct mm_prop_run *p)
{
	uint8_t input[INPUT_MAX];
	size_t nr = any_bytes(p, input);
	struct mm_target target;
	struct mm_trace t[2];
	struct mm_trace reread;
	uint8_t *once = NULL;
	uint8_t *twice = NULL;
	size_t once_nr = 0;
	size_t twice_nr = 0;

	make_target(&target);
	target.ops_max = below(p, 2) ? 0 : (unsigned int)below(p, 30);
	mm_trace_init(&t[0]);
	mm_trace_init(&t[1]);
	mm_trace_init(&reread);

	mm_trace_decode(&t[0], input, nr, &target);
	PROP(p, through_text(&t[0], &target, &reread, &once, &once_nr), "no way back to bytes");
	PROP(p, same_ops(&t[0], &reread), "text says something else than the bytes");
	mm_trace_decode(&t[1], once, once_nr, &target);
	PROP(p, same_ops(&t[0], &t[1]), "the written bytes are another trace");
	PROP(p, strcmp(t[0].machine, t[1].machine) == 0, "the written bytes are another machine");
	PROP(p, through_text(&t[1], &target, &reread, &twice, &twice_nr), "no way back, twice");
	PROP(p, once_nr == twice_nr && memcmp(once, twice, once_nr) == 0,
	     "bytes change when they are written a second time");

	free(once);
	free(twice);
	mm_trace_free(&t[0]);
	mm_trace_free(&t[1]);
	mm_trace_free(&reread);
}

/* Text -> bytes -> text of any operations; one run in 64 has far handles. */
static void text_bytes_text(struct mm_prop_run *p)
{
	bool is_long = below(p, 64) == 0;
	size_t want = is_long ? 18000 : below(p, 80);
	struct mm_target target;
	struct mm_trace t;
	struct mm_trace reread;
	char *text[2];
	size_t text_nr[2];
	uint8_t *bytes = NULL;
	size_t nr;

	make_target(&target);
	mm_trace_init(&t);
	mm_trace_init(&reread);
	t.machine = target.machines[below(p, 2)];
	while (t.nr < want)
		PROP(p, add_any_op(p, &t, is_long && t.nr + 200 < want), "an op is refused");

	text[0] = text_of(&t, &text_nr[0]);
	PROP(p, text[0], "text cannot be printed");
	PROP(p, mm_trace_parse(&reread, text[0], text_nr[0], NULL, NULL) == 0,
	     "canonical text is refused");
	PROP(p, same_ops(&t, &reread), "text says something else than the operations");
	PROP(p, mm_trace_encode(&reread, &target, &bytes, &nr) == 0, "canonical text has no bytes");
	mm_trace_decode(&reread, bytes, nr, &target);
	PROP(p, same_ops(&t, &reread), "bytes say something else than the text");
	text[1] = text_of(&reread, &text_nr[1]);
	PROP(p, text[1] && text_nr[0] == text_nr[1] && memcmp(text[0], text[1], text_nr[0]) == 0,
	     "canonical text changes on its way through bytes");

	free(text[0]);
	free(text[1]);
	free(bytes);
	mm_trace_free(&t);
	mm_trace_free(&reread);
}

/* What a handle's rank means, by going through the whole trace. */
static uint64_t counted(const struct mm_trace *t, enum mm_arg_kind kind, bool consumed, uint64_t k)
{
	uint64_t found = 0;
	uint32_t order[COUNTED_OPS] = {0}; /* by position: when it was consumed, from 1 */
	uint32_t nr = 0;
	size_t i;
	int a;

	for (i = 0; i < t->nr; i++) {
		const struct mm_op_def *def = mm_optable_get(t->ops[i].op);

		for (a = 0; def->args[a].kind != MM_ARG_END; a++) {
			if (def->args[a].kind == kind && def->args[a].flags & MM_ARGF_CONSUMES &&
			    t->ops[i].arg[a] && !order[t->ops[i].arg[a] - 1])
				order[t->ops[i].arg[a] - 1] = ++nr;
		}
	}
	for (i = t->nr; i-- > 0 && !consumed;) {
		if (mm_optable_get(t->ops[i].op)->makes != kind || order[i])
			continue;
		found = i + 1; /* the oldest so far: what k is clamped to */
		if (!k--)
			break;
	}
	for (i = 0; i < t->nr && consumed; i++) {
		if (order[i] == (nr > k ? nr - k : 1))
			found = i + 1;
	}
	return found;
}

/* 64 operations, all handles of each at one rank: rank[] by position. */
static size_t ranked_bytes(struct mm_prop_run *p, uint8_t *bytes, uint64_t *rank)
{
	size_t nr = 0;
	size_t pos;
	size_t i;

	for (pos = 0; pos < COUNTED_OPS; pos++) {
		size_t op = any_op(p);
		const struct mm_op_def *def = mm_optable_get(op);

		rank[pos] = below(p, 3) ? below(p, 12) : MM_ARG_RAW_NR - 1 - below(p, 12);
		nr += put_code(bytes + nr, mm_optable_code(op));
		for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
			bytes[nr++] = rank[pos] & 0x7f;
			bytes[nr++] = (uint8_t)(rank[pos] >> 7);
		}
	}
	return nr;
}

/* The handles of op, which follows `before`, against the count. */
static void check_handles(struct mm_prop_run *p, const struct mm_trace *before,
			  const struct mm_op *op, uint64_t rank)
{
	const struct mm_op_def *def = mm_optable_get(op->op);
	bool consumed = rank >= MM_ARG_RAW_NR - 8;
	uint64_t k = consumed ? MM_ARG_RAW_NR - 1 - rank : rank;
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		uint64_t want = mm_arg_is_handle(def->args[i].kind)
					? counted(before, def->args[i].kind, consumed, k)
					: op->arg[i];

		p->checks++;
		if (op->arg[i] != want)
			prop_fail(p, __FILE__, __LINE__,
				  "operation %zu, rank %" PRIu64 ": maker %" PRIu64
				  ", counted %" PRIu64,
				  before->nr, rank, op->arg[i], want);
	}
}

static void handles_as_counted(struct mm_prop_run *p)
{
	struct mm_target target;
	struct mm_trace t;
	struct mm_trace prefix;
	uint8_t bytes[COUNTED_OPS * (2 + 2 * MM_OP_ARGS_MAX)];
	uint64_t rank[COUNTED_OPS];
	size_t nr = ranked_bytes(p, bytes, rank);
	size_t pos;
	int err = 0;

	make_target(&target);
	mm_trace_init(&t);
	mm_trace_init(&prefix);
	mm_trace_decode(&t, bytes, nr, &target);
	PROP(p, t.nr == COUNTED_OPS, "%d operations became %zu", COUNTED_OPS, t.nr);
	for (pos = 0; pos < t.nr && !err && !p->failures; pos++) {
		check_handles(p, &prefix, &t.ops[pos], rank[pos]);
		err = mm_trace_add(&prefix, &t.ops[pos]);
	}
	PROP(p, !err, "operation %zu is refused", pos - 1);
	mm_trace_free(&t);
	mm_trace_free(&prefix);
}

/* Canonical text with some bytes changed, or plain noise. */
static char *any_text(struct mm_prop_run *p, size_t *len)
{
	struct mm_trace t;
	size_t want = below(p, 30);
	char *text;
	size_t i;

	mm_trace_init(&t);
	while (t.nr < want && add_any_op(p, &t, false))
		continue;
	text = text_of(&t, len);
	mm_trace_free(&t);
	for (i = below(p, 4); text && *len && i > 0; i--) {
		size_t at = below(p, *len);

		text[at] = " \t\n\r#!=-ap0x\xff"[below(p, 14)];
	}
	for (i = 0; text && below(p, 4) == 0 && i < *len; i++)
		text[i] = (char)below(p, 256);
	return text;
}

/* What was accepted can be printed, and is accepted again as it is. */
static void check_reprint(struct mm_prop_run *p, struct mm_trace *t)
{
	struct mm_error e = {0};
	size_t len;
	char *text = text_of(t, &len);
	char *again;

	PROP(p, text && mm_trace_parse(t, text, len, NULL, &e) == 0, "printed text is refused: %s",
	     e.text);
	again = text_of(t, &len);
	PROP(p, again && strcmp(text, again) == 0, "printed text changes");
	free(text);
	free(again);
}

static void check_refusal(struct mm_prop_run *p, const struct mm_trace *t, const struct mm_error *e)
{
	PROP(p, e->line > 0 && e->col > 0, "refused without a place: %s", e->text);
	PROP(p, strstr(e->text, "found") && strstr(e->text, "expected"),
	     "refused without found and expected: %s", e->text);
	PROP(p, t->nr == 0 && t->nr_expects == 0, "refused, but something stays");
}

static void text_is_judged(struct mm_prop_run *p)
{
	struct mm_error e = {0};
	struct mm_trace t;
	size_t len;
	char *text = any_text(p, &len);
	int err;

	PROP(p, text, "text cannot be printed");
	mm_trace_init(&t);
	err = mm_trace_parse(&t, text, len, "FILE", &e);
	PROP(p, err == 0 || err == -MM_EINVAL, "neither accepted nor refused: %d", err);
	if (err)
		check_refusal(p, &t, &e);
	else
		check_reprint(p, &t);
	free(text);
	mm_trace_free(&t);
}

/* clang-format off */
static const struct refused {
	const char *text;
	int line, col;
	const char *says;
} refused[] = {
	{"# mmref 2\n", 1, 9, "version 1"},
	{"alloc order=0\nalloq order=0\n", 2, 1, "is \"alloc\" meant?"},
	{"alloc order=x\n", 1, 13, "an order"},
	{"alloc order=18446744073709551616\n", 1, 13, "below 2^64"},
	{"alloc order=0 gfp=KERNAL\n", 1, 19, "a GFP mask"},
	{"alloc order=0 order=0\n", 1, 15, "order= once"},
	{"alloc colour=0\n", 1, 7, "order=, gfp=, cpu="},
	{"a = alloc\r\na = alloc\r\n", 2, 1, "line 1 has given it away"},
	{"a = alloc\nb = free a\n", 2, 1, "no name"},
	{"a = alloc\nfree\n", 2, 5, "end of the line"},
	{"a = alloc\nfree cpu=1\n", 2, 6, "a page handle"},
	{"free a\n", 1, 6, "an earlier page"},
	{"a = alloc\nfree a a\n", 2, 8, "cpu="},
	{"a = alloc\nr = get a\nfree r\n", 3, 6, "a page, which line 2 does not make"},
	{"1a = alloc\n", 1, 1, "a handle name"},
	{"\t = alloc\n", 1, 3, "a handle name"},
	{"alloc ! -EWHAT\n", 1, 9, "-ENOMEM"},
	{"alloc ! ok ok\n", 1, 12, "the end of the line"},
	{"alloc !\n", 1, 8, "a result"},
	{"alloc\nmachine ram=4M\n", 2, 1, "before everything"},
	{"machine\n", 1, 8, "a description"},
	{"expect zone.Normal.free[0]\n", 1, 27, "a number"},
	{"expect a 1 1\n", 1, 12, "the end of the line"},
	{"a = alloc\npoke a offset=17179869184G\n", 2, 15, "a size"},
};
/* clang-format on */

static void check_complaint(struct mm_prop_run *p, struct mm_trace *t, const struct refused *r)
{
	struct mm_error e = {0};
	int err = mm_trace_parse(t, r->text, strlen(r->text), NULL, &e);

	PROP(p, err == -MM_EINVAL, "accepted: %s", r->text);
	PROP(p, e.line == r->line && e.col == r->col, "%d:%d: %s, wanted at %d:%d for: %s", e.line,
	     e.col, e.text, r->line, r->col, r->text);
	PROP(p, strstr(e.text, r->says), "%s does not say %s", e.text, r->says);
}

static void complaints_have_places(struct mm_prop_run *p)
{
	struct mm_trace t;
	size_t i;

	if (mm_optable_find("alloc", 5) < 0 || mm_optable_find("poke", 4) < 0)
		return; /* left out of this build */
	mm_trace_init(&t);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		check_complaint(p, &t, &refused[i]);
	mm_trace_free(&t);
}

const struct mm_prop mm_trace_props[] = {
	{"trace.lock_matches", lock_matches, 1},
	{"trace.targets_parse", targets_parse, 1},
	{"trace.raw_values_return", raw_values_return, 1},
	{"trace.bytes_text_bytes", bytes_text_bytes, 500},
	{"trace.text_bytes_text", text_bytes_text, 300},
	{"trace.handles_as_counted", handles_as_counted, 200},
	{"trace.text_is_judged", text_is_judged, 500},
	{"trace.complaints_have_places", complaints_have_places, 1},
	{NULL, NULL, 0},
};
