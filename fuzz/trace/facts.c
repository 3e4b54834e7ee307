/* SPDX-License-Identifier: MIT */
/*
 * facts: `expect PATH VALUE` and where PATH leads.
 *
 * A pattern is walked beside the path.  %z takes a zone name, %t a migratetype
 * name, %n a number; all else must be equal.
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

static bool key_of(char kind, const char *s, size_t len, uint64_t *key)
{
	int max = kind == 'z' ? MM_NR_ZONES : MM_MIGRATE_TYPES;
	int i;

	if (kind == 'n')
		return mm_arg_number(s, len, key);
	for (i = 0; i < max; i++) {
		const char *name = kind == 'z' ? mm_gfp_zone_name((enum mm_zone_type)i)
					       : mm_gfp_migratetype_name((enum mm_migratetype)i);

		if (strlen(name) == len && memcmp(name, s, len) == 0) {
			*key = (uint64_t)i;
			return true;
		}
	}
	return false;
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

int mm_run_fact(const struct mm_machine *m, const char *path, uint64_t *value, struct mm_error *e)
{
	uint64_t key[KEYS_MAX] = {0};
	size_t i;

	for (i = 0; mm_all_optables[i]; i++) {
		const struct mm_fact *f = mm_all_optables[i]->facts;

		for (; f && f->pattern; f++) {
			if (!match(f->pattern, path, key))
				continue;
			if (!f->get(m, key, value))
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
