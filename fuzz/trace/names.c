/* SPDX-License-Identifier: MIT */
/*
 * names: a hash table of handle names, and the guess at a misspelt operation.
 */
#include "fuzz/trace/names.h"

#include <stdlib.h>
#include <string.h>

/* Longest word a guess is made for. */
#define GUESS_LEN 40

static size_t hash(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return (size_t)(h ^ (h >> 32));
}

int64_t mm_names_find(const struct mm_names *n, const struct mm_trace *t, const char *s, size_t len)
{
	size_t i;

	if (!n->cap)
		return -1;
	for (i = hash(s, len) & (n->cap - 1); n->slots[i]; i = (i + 1) & (n->cap - 1)) {
		const char *name = t->names[n->slots[i] - 1];

		if (strncmp(name, s, len) == 0 && !name[len])
			return (int64_t)n->slots[i] - 1;
	}
	return -1;
}

static void insert(struct mm_names *n, const struct mm_trace *t, uint32_t pos)
{
	const char *name = t->names[pos];
	size_t i = hash(name, strlen(name)) & (n->cap - 1);

	while (n->slots[i])
		i = (i + 1) & (n->cap - 1);
	n->slots[i] = pos + 1;
}

int mm_names_add(struct mm_names *n, const struct mm_trace *t, uint32_t pos)
{
	if (2 * (n->nr + 1) > n->cap) {
		struct mm_names more = {.cap = n->cap ? n->cap * 2 : 64, .nr = n->nr};
		size_t i;

		more.slots = calloc(more.cap, sizeof(*more.slots));
		if (!more.slots)
			return -MM_ENOMEM;
		for (i = 0; i < n->cap; i++) {
			if (n->slots[i])
				insert(&more, t, n->slots[i] - 1);
		}
		free(n->slots);
		*n = more;
	}
	insert(n, t, pos);
	n->nr++;
	return 0;
}

void mm_names_fini(struct mm_names *n)
{
	free(n->slots);
	memset(n, 0, sizeof(*n));
}

/* Insertions, deletions and replacements that lead from one to the other. */
static size_t edits(const char *s, size_t len, const char *name)
{
	size_t row[GUESS_LEN + 1];
	size_t n = strlen(name);
	size_t i;
	size_t j;

	if (n > GUESS_LEN)
		return SIZE_MAX;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 0; i < len; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (j = 0; j < n; j++) {
			size_t least = diagonal + (s[i] != name[j]);

			diagonal = row[j + 1];
			if (diagonal + 1 < least)
				least = diagonal + 1;
			if (row[j] + 1 < least)
				least = row[j] + 1;
			row[j + 1] = least;
		}
	}
	return row[n];
}

int mm_names_nearest_op(const char *s, size_t len)
{
	size_t best = len / 2 + 2; /* more edits than that is another word */
	int nearest = -1;
	size_t op;

	if (len > GUESS_LEN)
		return -1;
	for (op = 0; op < mm_optable_count(); op++) {
		size_t d = edits(s, len, mm_optable_get(op)->name);

		if (d < best) {
			best = d;
			nearest = (int)op;
		}
	}
	return nearest;
}
