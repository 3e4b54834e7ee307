/* SPDX-License-Identifier: MIT */
/*
 * mutate_prop: what mutations promise.
 *
 * Any bytes become a trace that fits and that the encoder would have written; a
 * seed means one result, also in another mutator; handles go on meaning their
 * makers wherever both are moved; each kind of mutation is chosen and finds
 * something to do; a crossover has something of both.
 */
#include "fuzz/mutate/mutate.h"

#include "fuzz/trace/arg.h"
#include "fuzz/trace/embedded.h"
#include "fuzz/trace/exec.h"
#include "invariants/engine/prop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX 700

extern const struct mm_prop mm_mutate_props[];

static const char *any_target(struct mm_prop_run *p)
{
	size_t nr = 0;

	while (mm_embedded_targets[nr].name)
		nr++;
	return mm_embedded_targets[prop_below(p, nr)].name;
}

/* Bytes of all kinds, or mostly operations with small arguments. */
static size_t any_bytes(struct mm_prop_run *p, uint8_t *to, size_t max)
{
	size_t nr = prop_below(p, max + 1);
	bool noise = prop_below(p, 4) == 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (noise)
			to[i] = (uint8_t)prop_below(p, 256);
		else
			to[i] = (uint8_t)(prop_below(p, 3) ? prop_below(p, 8)
							   : 0x80 + prop_below(p, 64));
	}
	return nr;
}

/* Written again, the bytes are the same. */
static bool is_canonical(struct mm_mutator *m, const uint8_t *data, size_t size)
{
	uint8_t *again;
	size_t nr;
	bool same;

	mm_trace_decode(&m->trace, data, size, &m->target);
	if (mm_trace_encode(&m->trace, &m->target, &again, &nr))
		return false;
	same = nr == size && memcmp(again, data, size) == 0;
	/* an input that had no room for an operation is one no-op */
	same = same || (size == 1 && data[0] == (0x80 | MM_CODE_NOP));
	free(again);
	return same;
}

/* In a buffer of exactly max bytes, so that one more is seen. */
static void any_input_becomes_another(struct mm_prop_run *p)
{
	struct mm_mutator *m = mm_mutator_create(any_target(p), NULL, NULL);
	size_t max = 1 + prop_below(p, prop_below(p, 2) ? 16 : INPUT_MAX);
	uint8_t *data = malloc(max);
	size_t size = data ? any_bytes(p, data, max) : 0;
	uint64_t by_bytes;
	int i;

	PROP(p, m && data, "no memory");
	for (i = 0; i < 20; i++) {
		by_bytes = m->done_bytes;
		size = mm_mutate(m, prop_bits(p, 64), data, size, max);
		PROP(p, size >= 1 && size <= max, "%zu bytes, at most %zu", size, max);
		PROP(p, by_bytes != m->done_bytes || is_canonical(m, data, size),
		     "%zu bytes that the encoder would write otherwise", size);
	}
	free(data);
	mm_mutator_destroy(m);
}

/* One check for each byte: their number says whether another compiler's are as many. */
static void check_same(struct mm_prop_run *p, const uint8_t *a, const uint8_t *b, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		PROP(p, a[i] == b[i], "byte %zu of %zu: %d and %d", i, size, a[i], b[i]);
}

static void seed_means_one_result(struct mm_prop_run *p)
{
	const char *target = any_target(p);
	struct mm_mutator *m[2] = {mm_mutator_create(target, NULL, NULL),
				   mm_mutator_create(target, NULL, NULL)};
	uint8_t data[2][INPUT_MAX];
	size_t size = any_bytes(p, data[0], INPUT_MAX);
	size_t size2 = size;
	int i;

	PROP(p, m[0] && m[1], "no memory");
	memcpy(data[1], data[0], size);
	for (i = 0; i < 10; i++) {
		uint64_t seed = prop_bits(p, 64);
		uint8_t other[INPUT_MAX];

		/* the second mutator remembers something else */
		memcpy(other, data[1], size2);
		(void)mm_mutate(m[1], ~seed, other, size2, INPUT_MAX);
		size = mm_mutate(m[0], seed, data[0], size, INPUT_MAX);
		size2 = mm_mutate(m[1], seed, data[1], size2, INPUT_MAX);
		PROP(p, size == size2, "%zu and %zu bytes", size, size2);
		check_same(p, data[0], data[1], size);
	}
	mm_mutator_destroy(m[0]);
	mm_mutator_destroy(m[1]);
}

/* ---- handles ---- */

/* The step before `at` that its handle means, and that makes such a thing; at: none. */
static size_t maker_of(const struct mm_edit *e, size_t at, int arg)
{
	enum mm_arg_kind kind = mm_optable_get(e->steps[at].op.op)->args[arg].kind;
	uint64_t handle = e->steps[at].op.arg[arg];
	size_t k;

	for (k = 0; k < at; k++) {
		if (handle && e->steps[k].id == handle - 1)
			return mm_optable_get(e->steps[k].op.op)->makes == kind ? k : at;
	}
	return at;
}

/* What the handles of a step must mean once written: its maker's position, none, or
 * what was found for one whose maker is not there. */
static void check_handles(struct mm_prop_run *p, const struct mm_edit *e, size_t at,
			  const struct mm_op *op)
{
	const struct mm_op_def *def = mm_optable_get(op->op);
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		uint64_t handle = e->steps[at].op.arg[i];
		size_t k;

		if (!mm_arg_is_handle(def->args[i].kind))
			continue;
		k = maker_of(e, at, i);
		PROP(p, handle || !op->arg[i], "step %zu names something", at);
		PROP(p, k == at || op->arg[i] == k + 1, "step %zu means %d, not step %zu", at,
		     (int)op->arg[i] - 1, k);
	}
}

static void check_written(struct mm_prop_run *p, struct mm_mutator *m)
{
	uint8_t *bytes = malloc(1 << 16);
	size_t size = bytes ? mm_edit_write(&m->edit, bytes, 1 << 16) : 0;
	size_t i;

	mm_trace_decode(&m->trace, bytes, size, &m->target);
	free(bytes);
	PROP(p, m->trace.nr == m->edit.nr, "%zu steps, %zu operations", m->edit.nr, m->trace.nr);
	for (i = 0; i < m->trace.nr; i++) {
		PROP(p, m->trace.ops[i].op == m->edit.steps[i].op.op, "step %zu is another", i);
		check_handles(p, &m->edit, i, &m->trace.ops[i]);
	}
}

static void one_edit(struct mm_prop_run *p, struct mm_edit *e)
{
	size_t at = prop_below(p, e->nr + 1);
	size_t nr = 1 + prop_below(p, 6);
	size_t to = prop_below(p, e->nr + 1);
	bool with_users = prop_below(p, 2);

	switch (prop_below(p, 3)) {
	case 0:
		mm_edit_delete(e, at, nr, with_users);
		break;
	case 1:
		mm_edit_move(e, at, nr, to);
		break;
	default:
		(void)mm_edit_copy(e, at, nr, to);
	}
}

static void handles_mean_their_makers(struct mm_prop_run *p)
{
	struct mm_mutator *m = mm_mutator_create(any_target(p), NULL, NULL);
	uint8_t data[INPUT_MAX];
	size_t size = any_bytes(p, data, INPUT_MAX);
	int i;

	PROP(p, m, "no memory");
	mm_trace_decode(&m->trace, data, size, &m->target);
	mm_edit_load(&m->edit, &m->trace);
	check_written(p, m);
	for (i = 0; i < 8; i++) {
		one_edit(p, &m->edit);
		check_written(p, m);
	}
	mm_mutator_destroy(m);
}

/* What goes along when a maker goes, and what a copied pair means. */
static void users_follow_their_makers(struct mm_prop_run *p)
{
	/* alloc, alloc, free of the first */
	static const uint8_t pair[] = {0x83, 0x83, 0x84, 0x01};
	struct mm_mutator *m = mm_mutator_create("buddy", NULL, NULL);

	if (!m || mm_optable_find("alloc", 5) < 0) {
		mm_mutator_destroy(m);
		return; /* left out of this build */
	}
	mm_trace_decode(&m->trace, pair, sizeof(pair), &m->target);
	PROP(p, m->trace.nr == 3 && m->trace.ops[2].arg[0] == 1, "the pair is no pair");
	mm_edit_load(&m->edit, &m->trace);
	mm_edit_delete(&m->edit, 0, 1, true);
	PROP(p, m->edit.nr == 1, "%zu left: the user stayed", m->edit.nr);
	mm_edit_load(&m->edit, &m->trace);
	mm_edit_delete(&m->edit, 0, 1, false);
	PROP(p, m->edit.nr == 2, "%zu left: the user went", m->edit.nr);
	mm_edit_load(&m->edit, &m->trace);
	PROP(p, mm_edit_copy(&m->edit, 0, 3, 3) == 3, "no copy");
	check_written(p, m);
	PROP(p, m->trace.ops[5].arg[0] == 4, "the copy frees position %d",
	     (int)m->trace.ops[5].arg[0] - 1);
	/* the free alone: it takes the one that is left instead of freeing twice */
	mm_edit_load(&m->edit, &m->trace);
	mm_edit_delete(&m->edit, 3, 3, false);
	PROP(p, mm_edit_copy(&m->edit, 2, 1, 3) == 1, "no copy");
	check_written(p, m);
	PROP(p, m->trace.ops[3].arg[0] == 2, "the copy frees position %d",
	     (int)m->trace.ops[3].arg[0] - 1);
	mm_mutator_destroy(m);
}

/* ---- kinds ---- */

static void kinds_are_all_chosen(struct mm_prop_run *p)
{
	struct mm_mutator *m = mm_mutator_create(any_target(p), NULL, NULL);
	uint8_t data[INPUT_MAX];
	size_t size = any_bytes(p, data, INPUT_MAX);
	int i;

	PROP(p, m, "no memory");
	for (i = 0; i < 2000; i++)
		size = mm_mutate(m, prop_bits(p, 64), data, size, INPUT_MAX);
	for (i = 0; i < MM_MUTATION_NR; i++)
		PROP(p, m->done[i] || i == MM_MUTATE_SPLICE, "mutation %d was never chosen", i);
	PROP(p, m->done_bytes > 2000 / 5 && m->done_bytes < 2000 / 3,
	     "%d of 2000 mutations were of bytes", (int)m->done_bytes);
	mm_mutator_destroy(m);
}

/* A trace with makers, users and two machines is changed by each kind. */
static void check_kind(struct mm_prop_run *p, struct mm_mutator *m, enum mm_mutation kind)
{
	uint8_t before[INPUT_MAX];
	uint8_t after[INPUT_MAX];
	size_t nr[2] = {0, 0};
	int tries;

	for (tries = 0; tries < 40; tries++) {
		mm_edit_load(&m->edit, &m->other);
		nr[0] = mm_edit_write(&m->edit, before, INPUT_MAX);
		mm_mutate_apply(m, kind);
		nr[1] = mm_edit_write(&m->edit, after, INPUT_MAX);
		if (nr[0] != nr[1] || memcmp(before, after, nr[0]) != 0)
			break;
	}
	PROP(p, tries < 40, "mutation %d changed nothing in 40 tries", (int)kind);
}

static void kinds_change_something(struct mm_prop_run *p)
{
	/* alloc, alloc order 2, get, free of the first, put */
	static const uint8_t busy[] = {0x83, 0x83, 0x02, 0x85, 0x84, 0x01, 0x86};
	struct mm_mutator *m = mm_mutator_create("buddy", NULL, NULL);
	int kind;

	if (!m || mm_optable_find("alloc", 5) < 0) {
		mm_mutator_destroy(m);
		return; /* left out of this build */
	}
	mm_rng_init(&m->draw.rng, prop_bits(p, 64));
	mm_trace_decode(&m->other, busy, sizeof(busy), &m->target);
	for (kind = 0; kind < MM_MUTATION_NR; kind++)
		check_kind(p, m, (enum mm_mutation)kind);
	mm_mutator_destroy(m);
}

/* How far argument i went from one step to the next, by raw numbers. */
static unsigned int went(const struct mm_edit *e, size_t at, int i)
{
	return (unsigned int)(e->steps[at + 1].op.arg[i] - e->steps[at].op.arg[i]) % MM_ARG_RAW_NR;
}

/* One of four plain numbers goes on by the same power of two, the others stay. */
static void check_series(struct mm_prop_run *p, const struct mm_edit *e)
{
	unsigned int by[4] = {0};
	size_t at;
	int moved = 0;
	int i;

	for (i = 0; i < 4 && e->nr > 1; i++) {
		by[i] = went(e, 0, i);
		moved += by[i] != 0;
		PROP(p, !(by[i] & (by[i] - 1)) && by[i] <= 128, "argument %d went by %u", i, by[i]);
	}
	PROP(p, e->nr == 1 || moved == 1, "%d arguments went on", moved);
	for (at = 1; at + 1 < e->nr; at++) {
		for (i = 0; i < 4; i++)
			PROP(p, went(e, at, i) == by[i], "argument %d went by %u, then by %u", i,
			     by[i], went(e, at, i));
	}
}

static void series_go_step_by_step(struct mm_prop_run *p)
{
	struct mm_mutator *m = mm_mutator_create("memblock", NULL, NULL);
	int row = mm_optable_find("memblock_setup", 14);
	struct mm_op op = {.op = (uint16_t)row};
	size_t most = 0;
	int i;

	for (i = 0; m && row >= 0 && i < 64; i++) {
		m->edit.nr = 0;
		mm_edit_insert(&m->edit, 0, &op);
		mm_rng_init(&m->draw.rng, prop_bits(p, 64));
		mm_mutate_apply(m, MM_MUTATE_SERIES);
		most = m->edit.nr > most ? m->edit.nr : most;
		check_series(p, &m->edit);
	}
	PROP(p, !m || row < 0 || most > 4, "the longest of 64 has %zu steps", most);
	mm_mutator_destroy(m);
}

/* ---- crossover ---- */

/* Any bytes with one operation only, in code, which is the target's. */
static size_t bytes_of_one(struct mm_prop_run *p, uint8_t code, uint8_t *to)
{
	size_t nr = 1 + prop_below(p, 20);
	size_t i;

	for (i = 0; i < 2 * nr; i += 2) {
		to[i] = 0x80 | code;
		to[i + 1] = (uint8_t)prop_below(p, 8);
	}
	return 2 * nr;
}

static size_t count_ops(const struct mm_trace *t, int code)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < t->nr; i++)
		n += mm_optable_code(t->ops[i].op) == code;
	return n;
}

static void crossover_has_both(struct mm_prop_run *p)
{
	struct mm_mutator *m = mm_mutator_create(any_target(p), NULL, NULL);
	uint8_t data[3][64];
	size_t size[3];
	uint8_t codes[0x7f];
	size_t nr = 0;
	int code;

	PROP(p, m, "no memory");
	for (code = 0; code < 0x7f; code++) {
		int row = mm_optable_of_code(code);

		if (row >= 0 && m->target.selected[row])
			codes[nr++] = (uint8_t)code;
	}
	if (nr > 1) {
		size_t a = prop_below(p, nr);
		size_t b = (a + 1 + prop_below(p, nr - 1)) % nr;

		size[0] = bytes_of_one(p, codes[a], data[0]);
		size[1] = bytes_of_one(p, codes[b], data[1]);
		size[2] = mm_crossover(m, prop_bits(p, 64),
				       &(struct mm_mutate_input){data[0], size[0]},
				       &(struct mm_mutate_input){data[1], size[1]}, data[2], 64);
		PROP(p, size[2] <= 64, "%zu bytes", size[2]);
		PROP(p, is_canonical(m, data[2], size[2]), "not as the encoder writes");
		PROP(p, count_ops(&m->trace, codes[a]), "nothing of the first");
		PROP(p, count_ops(&m->trace, codes[b]) || size[2] > 54, "nothing of the second");
	}
	mm_mutator_destroy(m);
}

/* ---- weights ---- */

/* clang-format off */
static const struct target_case {
	const char *lines; /* after machine and modules */
	int line;          /* of the refusal, 0: none */
	const char *says;
} target_cases[] = {
	{"ops_max 5\nweight alloc 8\n", 0, ""},
	{"ops_max 5\nweight alloc 0\nweight free 255 # most of all\n", 0, ""},
	{"weight allocc 8\n", 3, "name of an operation"},
	{"weight alloc\n", 3, "a number below 256"},
	{"weight alloc 256\n", 3, "a number below 256"},
	{"weight alloc -1\n", 3, "a number below 256"},
	{"weight alloc 1 1\n", 3, "a number below 256"},
	{"weight\n", 3, "a number below 256"},
	{"weight nop 1\n", 3, "name of an operation"},
	{"ops_max 5\nweight memblock_add 8\n", 4, "of the modules"},
	{"weight alloc 8\n\nweight alloc 8\n", 5, "one weight"},
	{"wight alloc 8\n", 3, "weight"},
};
/* clang-format on */

static void check_target(struct mm_prop_run *p, const struct target_case *c)
{
	struct mm_error e = {0};
	struct mm_target t;
	char text[200];
	int err;

	(void)snprintf(text, sizeof(text), "machine ram=4M\nmodules page_alloc\n%s", c->lines);
	err = mm_target_parse(text, &t, "a.target", &e);
	PROP(p, (err != 0) == (c->line != 0), "%s: %s", c->lines, err ? e.text : "accepted");
	PROP(p, !err || (e.line == c->line && strstr(e.text, c->says)), "%s: %d: %s", c->lines,
	     e.line, e.text);
}

static void weights_are_judged(struct mm_prop_run *p)
{
	size_t i;

	if (mm_optable_find("alloc", 5) < 0)
		return; /* left out of this build */
	for (i = 0; i < sizeof(target_cases) / sizeof(target_cases[0]); i++)
		check_target(p, &target_cases[i]);
}

/* How often row is drawn in 4000 times that one of all is. */
static size_t drawn(struct mm_mutator *m, int row)
{
	size_t n = 0;
	int i;

	for (i = 0; i < 4000; i++)
		n += mm_draw_op(&m->draw, MM_ARG_END, false) == row;
	return n;
}

static void weights_are_heeded(struct mm_prop_run *p)
{
	struct mm_exec *x = mm_exec_create("buddy", NULL);
	struct mm_mutator *m = mm_mutator_create("buddy", NULL, NULL);
	int row = mm_optable_find("alloc", 5);
	uint8_t bytes[1024];
	struct mm_rng rng;
	size_t nr;

	if (row >= 0) {
		PROP(p, m && x, "no memory");
		mm_rng_init(&m->draw.rng, prop_bits(p, 64));
		memset(m->target.weight, 1, sizeof(m->target.weight));
		nr = drawn(m, row);
		m->target.weight[row] = 5;
		PROP(p, drawn(m, row) > 3 * nr, "weight 5 draws as weight 1");
		m->target.weight[row] = 0;
		PROP(p, drawn(m, row) == 0, "weight 0 is drawn");
		x->target.weight[row] = 0;
		prop_rng(p, &rng);
		nr = mm_exec_random(x, &rng, 64, bytes, sizeof(bytes));
		mm_trace_decode(&m->trace, bytes, nr, &m->target);
		PROP(p, !count_ops(&m->trace, mm_optable_code((size_t)row)),
		     "weight 0 is in a random walk");
	}
	mm_exec_destroy(x);
	mm_mutator_destroy(m);
}

const struct mm_prop mm_mutate_props[] = {
	{"mutate.any_input_becomes_another", any_input_becomes_another, 300},
	{"mutate.seed_means_one_result", seed_means_one_result, 50},
	{"mutate.handles_mean_their_makers", handles_mean_their_makers, 200},
	{"mutate.users_follow_their_makers", users_follow_their_makers, 1},
	{"mutate.kinds_are_all_chosen", kinds_are_all_chosen, 4},
	{"mutate.kinds_change_something", kinds_change_something, 4},
	{"mutate.series_go_step_by_step", series_go_step_by_step, 4},
	{"mutate.crossover_has_both", crossover_has_both, 100},
	{"mutate.weights_are_judged", weights_are_judged, 1},
	{"mutate.weights_are_heeded", weights_are_heeded, 2},
	{NULL, NULL, 0},
};
