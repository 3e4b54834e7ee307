/* SPDX-License-Identifier: MIT */
/*
 * names: libc's search tree from bytes to numbers.
 */
#include "fuzz/record/names.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name {
	uint64_t id;
	size_t len;
	const char *bytes;
	char kind;
};

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int compare(const void *a, const void *b)
{
	const struct name *x = a;
	const struct name *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->bytes, y->bytes, x->len);
}

/* A copy that the tree can keep, its bytes behind it. */
static struct name *copy(const struct name *from)
{
	struct name *n = malloc(sizeof(*n) + from->len);

	if (!n)
		return NULL;
	*n = *from;
	n->bytes = memcpy(n + 1, from->bytes, from->len);
	return n;
}

static uint64_t number_of(struct mm_record_names *n, const struct name *wanted)
{
	void *found = tfind(wanted, &n->root, compare);
	struct name *fresh;

	if (found)
		return (*(struct name **)found)->id;
	fresh = copy(wanted);
	if (!fresh || !tsearch(fresh, &n->root, compare)) {
		free(fresh);
		return 0;
	}
	fresh->id = ++n->nr;
	return fresh->id;
}

void mm_record_name(struct mm_record_names *n, char kind, const char *s, size_t len,
		    char to[MM_RECORD_NAME_MAX])
{
	const struct name wanted = {0, len, s, kind};

	(void)snprintf(to, MM_RECORD_NAME_MAX, "%c-%" PRIu64, kind, number_of(n, &wanted));
}

void mm_record_names_fini(struct mm_record_names *n)
{
	tdestroy(n->root, free);
	n->root = NULL;
}
