/* SPDX-License-Identifier: MIT */
/*
 * exec: booted machines waiting for inputs.
 */
#include "fuzz/trace/exec.h"

#include <stdlib.h>
#include <string.h>

/* Data bytes of an operation, for targets whose operations have few arguments. */
#define DATA_MIN ((size_t)10)

/* What a random walk is long at most. */
#define BLIND_OPS   64
#define BLIND_BYTES 1024

struct mm_exec *mm_exec_create(const char *target, struct mm_error *e)
{
	struct mm_exec *x = calloc(1, sizeof(*x));
	int i;

	if (!x) {
		(void)mm_error_set(e, -MM_ENOMEM, 0, 0, "no host memory for the target");
		return NULL;
	}
	mm_trace_init(&x->trace);
	if (mm_target_find(target, &x->target, e)) {
		mm_exec_destroy(x);
		return NULL;
	}
	for (i = 0; i < x->target.nr_machines; i++) {
		x->m[i] = mm_boot(x->target.machines[i], e);
		x->checker[i] = x->m[i] ? mm_checker_create(x->m[i]) : NULL;
		x->run[i] = x->checker[i] ? mm_run_create(x->m[i], x->checker[i]) : NULL;
		if (!x->run[i]) {
			mm_exec_destroy(x);
			return NULL;
		}
	}
	return x;
}

void mm_exec_destroy(struct mm_exec *x)
{
	int i;

	if (!x)
		return;
	for (i = 0; i < MM_TARGET_MACHINES_MAX; i++) {
		mm_run_destroy(x->run[i]);
		mm_checker_destroy(x->checker[i]);
		mm_machine_destroy(x->m[i]);
	}
	mm_trace_free(&x->trace);
	free(x);
}

static uint64_t hash_input(const uint8_t *data, size_t len)
{
	uint64_t h = len;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ data[i]) * 0x100000001b3u;
	return mm_hash64(h);
}

/* Which of the target's machines the trace names. */
static int machine_of(const struct mm_exec *x)
{
	int i;

	for (i = 0; x->trace.machine && i < x->target.nr_machines; i++) {
		if (strcmp(x->trace.machine, x->target.machines[i]) == 0)
			return i;
	}
	return 0;
}

const struct mm_run *mm_exec_input(struct mm_exec *x, const uint8_t *data, size_t len, bool full)
{
	struct mm_run_options o;
	int i;

	memset(&o, 0, sizeof(o));
	full |= hash_input(data, len) % MM_EXEC_SAMPLE == 0;
	o.atomic = full;
	o.sweep = full;
	o.teardown = full;
	mm_trace_clear(&x->trace);
	mm_trace_decode(&x->trace, data, len, &x->target);
	i = machine_of(x);
	x->checker[i]->follow_digest = full;
	mm_run_reset(x->run[i]);
	x->executions++;
	x->operations += x->trace.nr;
	return mm_run_trace(x->run[i], &x->trace, &o) ? NULL : x->run[i];
}

/*
 * The codes that inputs of the target may use, in their order, each as often as it
 * weighs: what is drawn does not change with rows that the target does not select.
 */
struct codes {
	uint64_t weight;
	size_t data; /* bytes an operation gets at most: enough for all its arguments */
	size_t nr;
	uint8_t code[0x7f];
	uint8_t weighs[0x7f];
};

static size_t nr_args(const struct mm_op_def *def)
{
	size_t n = 0;

	while (n < MM_OP_ARGS_MAX && def->args[n].kind != MM_ARG_END)
		n++;
	return n;
}

static void find_codes(const struct mm_target *t, struct codes *c)
{
	int code;

	*c = (struct codes){.data = DATA_MIN};
	for (code = 0; code < 0x7f; code++) {
		int op = mm_optable_of_code(code);

		if (op < 0 || !t->selected[op])
			continue;
		c->code[c->nr] = (uint8_t)code;
		c->weighs[c->nr++] = t->weight[op];
		c->weight += t->weight[op];
		if (c->data < 2 * nr_args(mm_optable_get((size_t)op)))
			c->data = 2 * nr_args(mm_optable_get((size_t)op));
	}
}

static uint8_t draw_code(const struct codes *c, struct mm_rng *rng)
{
	uint64_t at = mm_rng_below(rng, c->weight);
	size_t i;

	for (i = 0; at >= c->weighs[i]; i++)
		at -= c->weighs[i];
	return c->code[i];
}

size_t mm_exec_random(const struct mm_exec *x, struct mm_rng *rng, unsigned int ops, uint8_t *buf,
		      size_t len)
{
	struct codes codes;
	size_t at = 0;

	find_codes(&x->target, &codes);
	if (mm_rng_below(rng, 2) && at + 2 < len) {
		buf[at++] = 0x81; /* machine */
		buf[at++] = (uint8_t)mm_rng_below(rng, (uint64_t)x->target.nr_machines);
	}
	while (codes.weight && ops-- > 0 && at + 1 + codes.data <= len) {
		uint8_t code = draw_code(&codes, rng);
		uint64_t data = mm_rng_below(rng, codes.data + 1);

		buf[at++] = (uint8_t)(0x80 | code);
		while (data-- > 0) {
			/* mostly small numbers: near handles, low orders */
			uint64_t ceil = mm_rng_below(rng, 4) ? 8 : 128;

			buf[at++] = (uint8_t)mm_rng_below(rng, ceil);
		}
	}
	return at;
}

const struct mm_run *mm_exec_blind(struct mm_exec *x, uint64_t seed, uint64_t n)
{
	uint8_t buf[BLIND_BYTES];
	struct mm_rng rng;
	unsigned int ops;
	size_t len;

	mm_rng_init(&rng, seed + mm_hash64(n + 1));
	ops = 1 + (unsigned int)mm_rng_below(&rng, BLIND_OPS);
	len = mm_exec_random(x, &rng, ops, buf, sizeof(buf));
	return mm_exec_input(x, buf, len, false);
}
