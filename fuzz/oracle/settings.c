/* SPDX-License-Identifier: MIT */
/*
 * settings: the four sysctls that sizes of zones and lists follow from, as
 * `sysctl vm` prints them.  A number that no kernel takes is refused: it would
 * only end as a difference that is none.
 */
#include "fuzz/import/cursor.h"
#include "fuzz/oracle/oracle.h"

#include <string.h>

static const struct {
	const char *name;
	uint64_t min;
	uint64_t max;
	unsigned int numbers; /* at most */
} sysctls[MM_ORACLE_NR_SYSCTLS] = {
	[MM_ORACLE_MIN_FREE_KBYTES] = {"min_free_kbytes", 0, INT32_MAX, 1},
	[MM_ORACLE_WATERMARK_SCALE_FACTOR] = {"watermark_scale_factor", 1, 3000, 1},
	[MM_ORACLE_LOWMEM_RESERVE_RATIO] = {"lowmem_reserve_ratio", 0, INT32_MAX,
					    MM_PROC_ZONES_MAX},
	[MM_ORACLE_HIGH_FRACTION] = {"percpu_pagelist_high_fraction", 0, INT32_MAX, 1},
};

const char *mm_oracle_sysctl_name(enum mm_oracle_sysctl s)
{
	return sysctls[s].name;
}

static bool blank_here(const struct mm_cursor *c)
{
	return mm_cursor_is(c, " ") || mm_cursor_is(c, "\t");
}

static void blanks(struct mm_cursor *c)
{
	while (blank_here(c))
		c->at++;
}

static void to_end_of_line(struct mm_cursor *c)
{
	while (!mm_cursor_at_end(c) && !mm_cursor_is(c, "\n"))
		c->at++;
}

static bool number(struct mm_cursor *c, enum mm_oracle_sysctl which, uint64_t *v)
{
	const char *start = c->at;

	if (!mm_cursor_number(c, 0, v, sysctls[which].max))
		return false;
	if (*v >= sysctls[which].min && (which != MM_ORACLE_HIGH_FRACTION || *v == 0 || *v >= 8))
		return true;
	c->at = start;
	if (which == MM_ORACLE_HIGH_FRACTION)
		return mm_cursor_refuse(c, 0, "0, or at least 8");
	return mm_cursor_refuse(c, 0, "a number from 1 to 3000");
}

/* Numbers up to the end of the line. */
static bool value(struct mm_cursor *c, enum mm_oracle_sysctl which, struct mm_oracle_setting *s)
{
	memset(s, 0, sizeof(*s));
	s->line = c->line;
	do {
		if (s->nr == sysctls[which].numbers)
			return mm_cursor_refuse(c, 0, "the end of the line");
		if (!number(c, which, &s->v[s->nr++]))
			return false;
		if (!blank_here(c) && !mm_cursor_at_end(c) && !mm_cursor_is(c, "\n"))
			return mm_cursor_refuse(c, 0, "the end of the number");
		blanks(c);
	} while (!mm_cursor_at_end(c) && !mm_cursor_is(c, "\n"));
	return true;
}

/* Which of ours begins here, with its prefix; MM_ORACLE_NR_SYSCTLS: none. */
static unsigned int name_here(struct mm_cursor *c)
{
	unsigned int i;

	for (i = 0; i < MM_ORACLE_NR_SYSCTLS; i++) {
		const char *start = c->at;

		if (mm_cursor_is(c, "vm."))
			c->at += strlen("vm.");
		if (mm_cursor_is(c, sysctls[i].name)) {
			c->at += strlen(sysctls[i].name);
			if (blank_here(c) || mm_cursor_is(c, "="))
				return i;
		}
		c->at = start;
	}
	return MM_ORACLE_NR_SYSCTLS;
}

static bool other_line(struct mm_cursor *c)
{
	const char *start = c->at;

	if (mm_cursor_is(c, "#") || mm_cursor_is(c, "\n"))
		return true;
	while (!mm_cursor_at_end(c) && !mm_cursor_is(c, "=") && !mm_cursor_is(c, "\n"))
		c->at++;
	if (mm_cursor_is(c, "=") && c->at != start)
		return true;
	c->at = start;
	return mm_cursor_refuse(c, 0, "vm.NAME = VALUE");
}

static bool line(struct mm_cursor *c, struct mm_oracle_settings *s)
{
	const char *start = c->at;
	unsigned int which = name_here(c);

	if (which < MM_ORACLE_NR_SYSCTLS) {
		if (s->s[which].nr) {
			c->at = start;
			return mm_cursor_refuse(c, 0, "each name once, and line %d has this one",
						s->s[which].line);
		}
		blanks(c);
		if (!mm_cursor_text(c, "="))
			return false;
		blanks(c);
		if (!value(c, which, &s->s[which]))
			return false;
	} else if (!other_line(c)) {
		return false;
	}
	to_end_of_line(c);
	return mm_cursor_at_end(c) || mm_cursor_text(c, "\n");
}

int mm_oracle_settings_parse(struct mm_oracle_settings *s, const struct mm_proc_text *t,
			     struct mm_error *e)
{
	struct mm_cursor c;

	memset(s, 0, sizeof(*s));
	mm_cursor_init(&c, t->file, t->bytes, t->len, e);
	while (!mm_cursor_at_end(&c)) {
		if (!line(&c, s))
			return c.err;
	}
	return 0;
}

int mm_oracle_setting_parse(struct mm_oracle_settings *s, enum mm_oracle_sysctl which,
			    const struct mm_proc_text *t, struct mm_error *e)
{
	struct mm_cursor c;

	mm_cursor_init(&c, t->file, t->bytes, t->len, e);
	if (!value(&c, which, &s->s[which]) || !mm_cursor_text(&c, "\n"))
		return c.err;
	return 0;
}

void mm_oracle_setting_print(const struct mm_oracle_settings *s, enum mm_oracle_sysctl which,
			     FILE *out)
{
	const struct mm_oracle_setting *v = &s->s[which];
	unsigned int i;

	(void)fprintf(out, "%s=", sysctls[which].name);
	for (i = 0; i < v->nr; i++)
		(void)fprintf(out, "%s%llu", i ? "," : "", (unsigned long long)v->v[i]);
	if (!v->nr)
		(void)fprintf(out, "?");
}
