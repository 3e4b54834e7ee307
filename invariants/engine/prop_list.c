/* SPDX-License-Identifier: MIT */
/*
 * prop_list: rows become items, and names are looked up.
 */
#include "invariants/engine/prop_list.h"

#include "invariants/engine/prop_stateful.h"

#include <stdlib.h>
#include <string.h>

struct prop_list {
	struct stateful_suites *stateful;
	struct prop_item *item;
	size_t nr;
	size_t cap;
};

static void run_row(struct mm_prop_run *p, void *env)
{
	const struct mm_prop *row = env;

	row->fn(p);
}

static bool add(struct prop_list *l, struct prop_item item)
{
	if (l->nr == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		struct prop_item *more = realloc(l->item, cap * sizeof(*more));

		if (!more)
			return false;
		l->item = more;
		l->cap = cap;
	}
	l->item[l->nr++] = item;
	return true;
}

static bool add_row(struct prop_list *l, const struct mm_prop *row)
{
	struct prop_item item = {
		.name = row->name, .fn = run_row, .runs = row->runs ? row->runs : 1};

	/* what is handed through, and not written to */
	memcpy(&item.env, &row, sizeof(item.env));
	return add(l, item);
}

static bool add_all(struct prop_list *l)
{
	const struct mm_prop *const *suite;
	const struct mm_prop *row;
	struct prop_item item;
	size_t i;

	for (suite = mm_all_props; *suite; suite++) {
		for (row = *suite; row->name; row++) {
			if (!add_row(l, row))
				return false;
		}
	}
	for (i = 0; stateful_suites_get(l->stateful, i, &item); i++) {
		if (!add(l, item))
			return false;
	}
	return true;
}

struct prop_list *prop_list_create(void)
{
	struct prop_list *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->stateful = stateful_suites_create();
	if (l->stateful && add_all(l))
		return l;
	prop_list_destroy(l);
	return NULL;
}

void prop_list_destroy(struct prop_list *l)
{
	if (!l)
		return;
	stateful_suites_destroy(l->stateful);
	free(l->item);
	free(l);
}

size_t prop_list_count(const struct prop_list *l)
{
	return l->nr;
}

const struct prop_item *prop_list_get(const struct prop_list *l, size_t i)
{
	return &l->item[i];
}

const struct prop_item *prop_list_find(const struct prop_list *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->nr; i++) {
		if (strcmp(l->item[i].name, name) == 0)
			return &l->item[i];
	}
	return NULL;
}

bool prop_list_selects(const struct prop_list *l, const char *name, const struct prop_item *item)
{
	const struct prop_item *exact = prop_list_find(l, name);
	size_t len = strlen(name);

	if (exact)
		return exact == item;
	if (strncmp(name, item->name, len) != 0)
		return false;
	return strchr(name, '.') != NULL || item->name[len] == '.';
}
