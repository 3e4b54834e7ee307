/* SPDX-License-Identifier: MIT */
/*
 * args: a table says which keys an event must have and where each goes.
 */
#include "fuzz/import/args.h"

#include "mm/machine.h"

#include <string.h>

#define SYSTEM   "kmem:"
#define KEYS_MAX 5

enum type { WORD, NUMBER, PFN, GFP };

struct key {
	const char *name;
	enum type type;
	uint64_t max;
};

/* clang-format off */
#define PAGE          {"page", WORD, 0}, {"pfn", PFN, MM_IMPORT_PFN_MAX}
#define ORDER(name)   {name, NUMBER, MM_ORDER_LIMIT}
#define MIGRATE(name) {name, NUMBER, MM_MIGRATE_TYPES - 1}
#define SIZE(name)    {name, NUMBER, UINT64_MAX}
#define POINTER       {"ptr", WORD, 0}

/* Numbers in the order of enum mm_import_arg; what is left is empty and ends. */
static const struct key keys[MM_IMPORT_KIND_NR][KEYS_MAX + 1] = {
	[MM_IMPORT_ALLOC] = {PAGE, ORDER("order"), MIGRATE("migratetype"), {"gfp_flags", GFP, 0}},
	[MM_IMPORT_FREE] = {PAGE, ORDER("order")},
	[MM_IMPORT_BATCHED] = {PAGE},
	[MM_IMPORT_EXTFRAG] = {PAGE, ORDER("alloc_order"), ORDER("fallback_order"),
			       MIGRATE("alloc_migratetype")},
	[MM_IMPORT_LOCKED] = {PAGE, ORDER("order"), MIGRATE("migratetype")},
	[MM_IMPORT_DRAIN] = {PAGE, ORDER("order"), MIGRATE("migratetype")},
	[MM_IMPORT_KMALLOC] = {POINTER, SIZE("bytes_req"), SIZE("bytes_alloc")},
	[MM_IMPORT_KFREE] = {POINTER},
	[MM_IMPORT_CACHE_ALLOC] = {POINTER, SIZE("bytes_req"), SIZE("bytes_alloc")},
	[MM_IMPORT_CACHE_FREE] = {POINTER},
};
/* clang-format on */

bool mm_import_args_kind(struct mm_import_field name, enum mm_import_kind *kind)
{
	const size_t system = sizeof(SYSTEM) - 1;
	unsigned int k;

	if (name.len > system && memcmp(name.s, SYSTEM, system) == 0) {
		name.s += system;
		name.len -= system;
	}
	for (k = 0; k < MM_IMPORT_KIND_NR; k++) {
		if (mm_import_line_is(name, mm_import_kind_name((enum mm_import_kind)k))) {
			*kind = (enum mm_import_kind)k;
			return true;
		}
	}
	return false;
}

/* What follows key= in a word of the line; false: there is no such word. */
static bool find_value(const struct mm_import_cursor *at, const char *key,
		       struct mm_import_field *value)
{
	size_t len = strlen(key);
	const char *p = at->p;

	while (p < at->end) {
		const char *space = memchr(p, ' ', (size_t)(at->end - p));
		const char *stop = space ? space : at->end;

		if ((size_t)(stop - p) > len && p[len] == '=' && memcmp(p, key, len) == 0) {
			value->s = p + len + 1;
			value->len = (size_t)(stop - value->s);
			return true;
		}
		p = space ? space + 1 : at->end;
	}
	return false;
}

/* (null), (nil), 0x0, 000000000000000 */
static bool is_null(struct mm_import_field f)
{
	size_t i = f.len > 2 && f.s[0] == '0' && f.s[1] == 'x' ? 2 : 0;

	if (mm_import_line_is(f, "(null)") || mm_import_line_is(f, "(nil)"))
		return true;
	while (i < f.len && f.s[i] == '0')
		i++;
	return i == f.len;
}

static bool is_no_pfn(struct mm_import_field f)
{
	return is_null(f) || mm_import_line_is(f, "-1") ||
	       mm_import_line_is(f, "0xffffffffffffffff") ||
	       mm_import_line_is(f, "18446744073709551615");
}

static bool read_pfn(const struct mm_import_cursor *at, const struct key *key,
		     struct mm_import_field f, uint64_t *v)
{
	struct mm_import_column col = {key->name, 10, key->max};

	if (f.len > 2 && f.s[0] == '0' && f.s[1] == 'x') {
		f.s += 2;
		f.len -= 2;
		col.base = 16;
	}
	return mm_import_line_number(at, &col, f, v);
}

static bool read_value(const struct mm_import_cursor *at, const struct key *key,
		       struct mm_import_field f, uint64_t *v)
{
	const struct mm_import_column col = {key->name, 10, key->max};

	switch (key->type) {
	case NUMBER:
		return mm_import_line_number(at, &col, f, v);
	case PFN:
		return read_pfn(at, key, f, v);
	case WORD:
	case GFP:
	default:
		return true;
	}
}

/* The value of a key, which must be there. */
static bool need(const struct mm_import_cursor *at, const struct key *key, const char *event,
		 struct mm_import_field *f)
{
	struct mm_import_field end = {at->end, 0};

	if (!find_value(at, key->name, f))
		return mm_import_line_complain(at, end, "%s without %s=", event, key->name);
	if (!f->len)
		return mm_import_line_complain(at, *f, "nothing stands behind %s=", key->name);
	return true;
}

/* An allocation that got nothing has no page to read the number of. */
static bool read_failed(const struct mm_import_cursor *at, struct mm_import_event *ev)
{
	struct mm_import_field page;
	struct mm_import_field pfn;

	ev->failed = ev->kind == MM_IMPORT_ALLOC && find_value(at, "page", &page) &&
		     find_value(at, "pfn", &pfn) && pfn.len && (is_null(page) || is_no_pfn(pfn));
	return ev->failed;
}

bool mm_import_args_read(const struct mm_import_cursor *at, struct mm_import_event *ev,
			 uint64_t hints[MM_IMPORT_HINT_NR])
{
	const char *event = mm_import_kind_name(ev->kind);
	const struct key *key = keys[ev->kind];
	bool failed = read_failed(at, ev);
	size_t arg = MM_IMPORT_ARG_PFN;

	for (; key->name; key++) {
		struct mm_import_field f = {at->p, 0};
		uint64_t v = 0;

		if (!need(at, key, event, &f))
			return false;
		if (key->type == WORD || (key->type == PFN && failed)) {
			arg += key->type == PFN;
			continue;
		}
		if (!read_value(at, key, f, &v))
			return false;
		if (key->type != GFP)
			ev->arg[arg++] = v;
		else if (!mm_import_args_gfp(at, f, &ev->gfp, hints))
			return false;
		ev->gfp_col = (size_t)(f.s - at->start) + 1;
	}
	return true;
}
