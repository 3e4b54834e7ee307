/* SPDX-License-Identifier: MIT */
/*
 * facts: `expect PATH VALUE` and where PATH leads.
 *
 * A pattern is walked beside the path.  %z takes a zone name, with @N that of node
 * N ("Normal@1"), %t a migratetype name, %n a number; all else must be equal.
 */
#include "mm/gfp.h"

#include "fuzz/trace/arg.h"
#include "fuzz/trace/run.h"

#include <inttypes.h>
#include <string.h>

#define KEYS_MAX 4

/* Length of the word at s: up to a dot, a bracket or the end. */
static size_t word(const char *s)
{
	return strcspn(s, ".[]");
}

static const char *zone_name(int i)
{
	return mm_gfp_zone_name((enum mm_zone_type)i);
}

static const char *type_name(int i)
{
	return mm_gfp_migratetype_name((enum mm_migratetype)i);
}

static bool name_of(const char *(*name)(int i), int nr, const char *s, size_t len, uint64_t *key)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (strlen(name(i)) == len && memcmp(name(i), s, len) == 0) {
			*key = (uint64_t)i;
			return true;
		}
	}
	return false;
}

/* A zone's number, perhaps one that the machine lacks. */
static bool zone_of(const char *s, size_t len, uint64_t *key)
{
	const char *at = memchr(s, '@', len);
	uint64_t nid = 0;

	if (at && !mm_arg_number(at + 1, (size_t)(s + len - at - 1), &nid))
		return false;
	if (!name_of(zone_name, MM_NR_ZONES, s, at ? (size_t)(at - s) : len, key))
		return false;
	*key += (nid < MM_NODES_MAX ? nid : MM_NODES_MAX) * MM_NR_ZONES;
	return true;
}

static bool key_of(char kind, const char *s, size_t len, uint64_t *key)
{
	if (kind == 'n')
		return mm_arg_number(s, len, key);
	return kind == 'z' ? zone_of(s, len, key)
			   : name_of(type_name, MM_MIGRATE_TYPES, s, len, key);
}

static bool match(const char *pattern, const char *path, uint64_t *key)
{
	int n = 0;

	while (*pattern) {
		if (*pattern == '%') {
			size_t len = word(path);

			if (n == KEYS_MAX || !len || !key_of(pattern[1], path, len, &key[n++]))
				return false;
			pattern += 2;
			path += len;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return !*path;
}

/* Zones are the only keys that getters do not judge. */
static bool has_zones(const struct mm_machine *m, const char *pattern, const uint64_t *key)
{
	const char *at = pattern;
	int n = 0;

	while ((at = strchr(at, '%')) != NULL) {
		if (at[1] == 'z' && key[n] >= (uint64_t)m->nr_zones)
			return false;
		at++;
		n++;
	}
	return true;
}

int mm_run_fact(const struct mm_machine *m, const char *path, uint64_t *value, struct mm_error *e)
{
	uint64_t key[KEYS_MAX] = {0};
	size_t i;

	for (i = 0; mm_all_optables[i]; i++) {
		const struct mm_fact *f = mm_all_optables[i]->facts;

		for (; f && f->pattern; f++) {
			if (!match(f->pattern, path, key))
				continue;
			if (has_zones(m, f->pattern, key) && !f->get(m, key, value))
				return 0;
			return mm_error_set(e, -MM_ENOENT, 0, 0, "%s: this machine has none", path);
		}
	}
	return mm_error_set(e, -MM_ENOENT, 0, 0,
			    "no fact is called \"%s\"; `mmref help facts` lists them", path);
}

void mm_run_facts_help(FILE *out)
{
	size_t i;

	for (i = 0; mm_all_optables[i]; i++) {
		const struct mm_fact *f = mm_all_optables[i]->facts;

		for (; f && f->pattern; f++)
			(void)fprintf(out, "  %-26s %s\n", f->pattern, f->help);
	}
}
