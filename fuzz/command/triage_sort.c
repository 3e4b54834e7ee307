/* SPDX-License-Identifier: MIT */
/*
 * triage_sort: outcomes become buckets and lists, in an order that follows from
 * the outcomes alone.
 */
#include "mm/rng.h"

#include "fuzz/command/triage.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *triage_list_name(enum triage_list list)
{
	static const char *const names[LIST_NR] = {"not judged",  "fails",   "does not fail",
						   "flaky",       "refused", "unreadable",
						   "unattributed"};

	return names[list];
}

size_t triage_count(const struct triage *t, enum triage_list list)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < t->nr; i++)
		n += !t->artefacts[i].known && t->outcomes[i].list == list;
	return n;
}

size_t triage_total(const struct triage *t)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < t->nr; i++)
		n += !t->artefacts[i].known;
	return n;
}

/* ---- buckets ---- */

/* A failing artefact, with what it is sorted by. */
struct failing {
	size_t i;
	const struct outcome *o;
	const char *name;
};

/* By bucket; in it the shortest first. */
/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int by_bucket(const void *a, const void *b)
{
	const struct failing *x = a;
	const struct failing *y = b;
	int order = strcmp(x->o->bucket, y->o->bucket);

	if (order)
		return order;
	if (x->o->ops != y->o->ops)
		return x->o->ops < y->o->ops ? -1 : 1;
	if (x->o->size != y->o->size)
		return x->o->size < y->o->size ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int by_members(const void *a, const void *b)
{
	const struct bucket *x = a;
	const struct bucket *y = b;

	if (x->nr != y->nr)
		return x->nr > y->nr ? -1 : 1;
	return strcmp(x->key, y->key);
}

/* A name for a folder, of letters, digits and ". _ -"; what is cut off is hashed. */
static void name_of_key(const char *key, bool hashed, char *name)
{
	uint64_t h = 0;
	size_t at = 0;
	const char *c;

	for (c = key; *c; c++) {
		bool keeps = isalnum((unsigned char)*c) || *c == '.' || *c == '_';

		h = mm_hash64(h ^ (uint64_t)(unsigned char)*c);
		if (at < TRIAGE_NAME_MAX - 6 && (keeps || (at && name[at - 1] != '-')))
			name[at++] = *(keeps ? c : "-");
		hashed |= at == TRIAGE_NAME_MAX - 6;
	}
	while (at && name[at - 1] == '-')
		at--;
	name[at] = '\0';
	if (hashed || !at)
		(void)snprintf(name + at, 8, "-%04x", (unsigned int)(h & 0xffff));
}

static void name_buckets(struct triage *t)
{
	size_t i;
	size_t j;

	for (i = 0; i < t->nr_buckets; i++)
		name_of_key(t->buckets[i].key, false, t->buckets[i].name);
	for (i = 0; i < t->nr_buckets; i++) {
		for (j = 0; j < i; j++) {
			if (strcmp(t->buckets[i].name, t->buckets[j].name) == 0)
				name_of_key(t->buckets[i].key, true, t->buckets[i].name);
		}
	}
}

static bool is_known(const struct triage *t, const char *key)
{
	size_t i;

	for (i = 0; i < t->nr_known; i++) {
		if (strcmp(t->known[i], key) == 0)
			return true;
	}
	for (i = 0; i < t->nr; i++) {
		if (t->artefacts[i].known && t->outcomes[i].list == LIST_FAILS &&
		    strcmp(t->outcomes[i].bucket, key) == 0)
			return true;
	}
	return false;
}

static int add_bucket(struct triage *t, const struct failing *f, size_t nr)
{
	struct bucket *b = &t->buckets[t->nr_buckets++];
	size_t i;

	b->key = f->o->bucket;
	b->nr = nr;
	b->fresh = !is_known(t, b->key);
	b->members = malloc(nr * sizeof(*b->members));
	for (i = 0; b->members && i < nr; i++)
		b->members[i] = f[i].i;
	return b->members ? STATUS_OK : STATUS_OUR_FAULT;
}

static int make_buckets(struct triage *t, struct failing *f, size_t nr)
{
	int status = STATUS_OK;
	size_t start = 0;
	size_t i;

	for (i = 1; i <= nr && !status; i++) {
		if (i < nr && strcmp(f[i].o->bucket, f[start].o->bucket) == 0)
			continue;
		status = add_bucket(t, f + start, i - start);
		start = i;
	}
	if (t->nr_buckets)
		qsort(t->buckets, t->nr_buckets, sizeof(*t->buckets), by_members);
	name_buckets(t);
	return status;
}

int triage_sort(struct triage *t)
{
	struct failing *f = calloc(t->nr + 1, sizeof(*f));
	int status = STATUS_OUR_FAULT;
	size_t nr = 0;
	size_t i;

	t->buckets = calloc(t->nr + 1, sizeof(*t->buckets));
	for (i = 0; f && i < t->nr; i++) {
		if (!t->artefacts[i].known && t->outcomes[i].list == LIST_FAILS)
			f[nr++] = (struct failing){i, &t->outcomes[i], t->artefacts[i].name};
	}
	if (f && nr)
		qsort(f, nr, sizeof(*f), by_bucket);
	if (f && t->buckets)
		status = make_buckets(t, f, nr);
	free(f);
	return status;
}

bool triage_adds_up(const struct triage *t)
{
	unsigned char *seen = calloc(t->nr + 1, 1);
	bool once = seen != NULL;
	size_t rows = 0;
	size_t list;
	size_t i;
	size_t j;

	for (i = 0; seen && i < t->nr_buckets; i++) {
		rows += t->buckets[i].nr;
		for (j = 0; j < t->buckets[i].nr; j++)
			seen[t->buckets[i].members[j]]++;
	}
	for (list = 0; list < LIST_NR; list++)
		rows += list == LIST_FAILS ? 0 : triage_count(t, (enum triage_list)list);
	for (i = 0; seen && i < t->nr; i++) {
		if (!t->artefacts[i].known)
			once &= seen[i] + (t->outcomes[i].list != LIST_FAILS) == 1;
	}
	free(seen);
	return once && rows == triage_total(t);
}
