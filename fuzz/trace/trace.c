/* SPDX-License-Identifier: MIT */
/*
 * trace: the array of operations and what hangs off it.
 *
 * A fuzzer decodes thousands of inputs a second into one struct mm_trace.  So
 * clearing keeps all memory, and strings (handle names, paths, the machine)
 * come from chunks that are filled again from the start.
 */
#include "fuzz/trace/trace.h"

#include "fuzz/trace/arg.h"
#include "fuzz/trace/handles.h"

#include <stdlib.h>
#include <string.h>

#define STRINGS_CHUNK ((size_t)64 << 10)

/* Positions plus one fit 32 bits. */
#define TRACE_OPS_MAX (UINT32_MAX - 1)

struct chunk {
	struct chunk *next;
	size_t used;
	size_t size;
	char bytes[];
};

/* Chunks before `at` are full, `at` is being filled, later ones are empty. */
struct mm_trace_strings {
	struct chunk *first;
	struct chunk *at;
};

void mm_trace_init(struct mm_trace *t)
{
	memset(t, 0, sizeof(*t));
}

void mm_trace_clear(struct mm_trace *t)
{
	t->nr = 0;
	t->nr_expects = 0;
	t->machine = NULL;
	t->machine_line = 0;
	t->machine_col = 0;
	t->file = NULL;
	t->oom = false;
	free(t->names);
	t->names = NULL;
	if (t->strings) {
		t->strings->at = t->strings->first;
		t->strings->at->used = 0;
	}
}

void mm_trace_free(struct mm_trace *t)
{
	struct chunk *c = t->strings ? t->strings->first : NULL;

	while (c) {
		struct chunk *next = c->next;

		free(c);
		c = next;
	}
	free(t->strings);
	mm_handles_destroy(t->handles);
	free(t->ops);
	free(t->makers);
	free(t->names);
	free(t->expects);
	mm_trace_init(t);
}

static int no_memory(struct mm_trace *t)
{
	t->oom = true;
	return -MM_ENOMEM;
}

/* A chunk with room for len bytes after `at`, NULL when memory is gone. */
static struct chunk *next_chunk(struct chunk *at, size_t len)
{
	struct chunk *next = at ? at->next : NULL;
	size_t size = len > STRINGS_CHUNK ? len : STRINGS_CHUNK;

	if (next && next->size >= len) {
		next->used = 0;
		return next;
	}
	next = malloc(sizeof(*next) + size);
	if (!next)
		return NULL;
	next->used = 0;
	next->size = size;
	next->next = at ? at->next : NULL;
	if (at)
		at->next = next;
	return next;
}

static struct mm_trace_strings *strings_create(void)
{
	struct mm_trace_strings *s = malloc(sizeof(*s));

	if (!s)
		return NULL;
	s->first = next_chunk(NULL, 0);
	s->at = s->first;
	if (!s->first) {
		free(s);
		return NULL;
	}
	return s;
}

char *mm_trace_keep(struct mm_trace *t, const char *s, size_t len)
{
	struct chunk *c;
	char *kept;

	if (!t->strings)
		t->strings = strings_create();
	c = t->strings ? t->strings->at : NULL;
	if (c && c->size - c->used <= len)
		c = next_chunk(c, len + 1);
	if (!c) {
		t->oom = true;
		return NULL;
	}
	t->strings->at = c;
	kept = c->bytes + c->used;
	memcpy(kept, s, len);
	kept[len] = '\0';
	c->used += len + 1;
	return kept;
}

/* Room for one more operation, and for its entry in the arrays beside. */
static bool grow(struct mm_trace *t)
{
	size_t cap = t->cap ? t->cap * 2 : 256;
	struct mm_op *ops;
	uint32_t *makers;
	char **names;

	if (t->nr < t->cap)
		return true;
	ops = realloc(t->ops, cap * sizeof(*ops));
	if (!ops)
		return false;
	t->ops = ops;
	makers = realloc(t->makers, cap * sizeof(*makers));
	if (!makers)
		return false;
	t->makers = makers;
	if (t->names) {
		names = realloc(t->names, cap * sizeof(*names));
		if (!names)
			return false;
		memset(names + t->cap, 0, (cap - t->cap) * sizeof(*names));
		t->names = names;
	}
	t->cap = cap;
	return true;
}

static bool is_well_formed(const struct mm_trace *t, const struct mm_op *op)
{
	const struct mm_arg_def *a;
	const uint64_t *v = op->arg;

	if (op->op >= mm_optable_count() || t->nr >= TRACE_OPS_MAX)
		return false;
	for (a = mm_optable_get(op->op)->args; a->kind != MM_ARG_END; a++, v++) {
		if (!mm_arg_is_handle(a->kind)) {
			if (mm_arg_settle(a->kind, *v) != *v)
				return false;
		} else if (*v) {
			if (*v > t->nr || mm_optable_get(t->ops[*v - 1].op)->makes != a->kind)
				return false;
		}
	}
	return true;
}

int mm_trace_add(struct mm_trace *t, const struct mm_op *op)
{
	uint32_t makers = t->nr ? t->makers[t->nr - 1] : 0;

	if (!is_well_formed(t, op))
		return -MM_EINVAL;
	if (!grow(t))
		return no_memory(t);
	t->ops[t->nr] = *op;
	t->makers[t->nr] = makers + (mm_optable_get(op->op)->makes != MM_ARG_END);
	t->nr++;
	return 0;
}

int mm_trace_set_name(struct mm_trace *t, size_t pos, const char *name, size_t len)
{
	if (!t->names)
		t->names = calloc(t->cap, sizeof(*t->names));
	if (!t->names)
		return no_memory(t);
	t->names[pos] = mm_trace_keep(t, name, len);
	return t->names[pos] ? 0 : -MM_ENOMEM;
}

int mm_trace_add_expect(struct mm_trace *t, const struct mm_expect *x)
{
	if (t->nr_expects == t->cap_expects) {
		size_t cap = t->cap_expects ? t->cap_expects * 2 : 64;
		struct mm_expect *expects = realloc(t->expects, cap * sizeof(*expects));

		if (!expects)
			return no_memory(t);
		t->expects = expects;
		t->cap_expects = cap;
	}
	t->expects[t->nr_expects++] = *x;
	return 0;
}
