/* SPDX-License-Identifier: MIT */
/*
 * maps: /proc/PID/maps, a line per mapping.
 *
 *     7f1c00000000-7f1c00021000 rw-p 00000000 00:00 0                  NAME
 *     %08lx-%08lx %4s %08lx %02x:%02x %lu, a blank; a name in column 74 or, when
 *     numbers are longer than that, behind a further blank
 *
 * A process of the kernel has none, so that an empty file is right.
 */
#include "fuzz/import/cursor.h"
#include "fuzz/import/proc.h"

#include <stdlib.h>
#include <string.h>

#define NAME_AT 73

static bool read_rights(struct mm_cursor *c, char *rights)
{
	static const char *const letters[4] = {"r-", "w-", "x-", "sp"};
	int i;

	for (i = 0; i < 4; i++) {
		char b = '\n';

		if (c->at != c->end)
			b = *c->at;
		if (b != letters[i][0] && b != letters[i][1])
			return mm_cursor_refuse(c, 0, "one of \"%s\"", letters[i]);
		rights[i] = b;
		c->at++;
	}
	rights[4] = '\0';
	return mm_cursor_text(c, " ");
}

/* A blank and a name where there is one; the end of the line. */
static bool read_name(struct mm_cursor *c, char *name, size_t size)
{
	size_t col = (size_t)(c->at - c->line_start);
	size_t pad = col < NAME_AT ? NAME_AT - col : 1;
	size_t len = 0;
	size_t i;

	if (mm_cursor_is(c, "\n"))
		return mm_cursor_text(c, "\n");
	for (i = 0; i < pad; i++) {
		if (!mm_cursor_text(c, " "))
			return false;
	}
	while (c->at + len < c->end && c->at[len] != '\n')
		len++;
	if (!len || *c->at == ' ' || memchr(c->at, '\0', len))
		return mm_cursor_refuse(c, 0, "a name");
	if (len >= size)
		return mm_cursor_refuse(c, 0, "a name of at most %zu bytes", size - 1);
	memcpy(name, c->at, len);
	name[len] = '\0';
	c->at += len;
	return mm_cursor_text(c, "\n");
}

static bool read_map(struct mm_cursor *c, struct mm_proc_map *v)
{
	uint64_t major = 0;
	uint64_t minor = 0;

	if (!mm_cursor_hex(c, 8, &v->start, UINT64_MAX) || !mm_cursor_text(c, "-") ||
	    !mm_cursor_hex(c, 8, &v->end, UINT64_MAX) || !mm_cursor_text(c, " ") ||
	    !read_rights(c, v->rights) || !mm_cursor_hex(c, 8, &v->offset, UINT64_MAX) ||
	    !mm_cursor_text(c, " ") || !mm_cursor_hex(c, 2, &major, UINT32_MAX) ||
	    !mm_cursor_text(c, ":") || !mm_cursor_hex(c, 2, &minor, UINT32_MAX) ||
	    !mm_cursor_text(c, " ") || !mm_cursor_number(c, 0, &v->inode, UINT64_MAX) ||
	    !mm_cursor_text(c, " "))
		return false;
	v->major = (uint32_t)major;
	v->minor = (uint32_t)minor;
	return read_name(c, v->name, sizeof(v->name));
}

bool mm_proc_maps_read(struct mm_cursor *c, struct mm_proc_maps *s)
{
	while (!mm_cursor_at_end(c)) {
		struct mm_proc_map *v = mm_proc_grow(c, s->nr, s->map, sizeof(*v));

		if (!v)
			return false;
		s->map = v;
		if (!read_map(c, &v[s->nr]))
			return false;
		s->nr++;
	}
	return true;
}

void mm_proc_maps_print(const struct mm_proc_maps *s, FILE *out)
{
	size_t i;

	for (i = 0; i < s->nr; i++) {
		const struct mm_proc_map *v = &s->map[i];
		int n = fprintf(out, "%08llx-%08llx %s %08llx %02x:%02x %llu ",
				(unsigned long long)v->start, (unsigned long long)v->end, v->rights,
				(unsigned long long)v->offset, v->major, v->minor,
				(unsigned long long)v->inode);

		if (v->name[0])
			(void)fprintf(out, "%*s%s", n < NAME_AT ? NAME_AT - n : 1, "", v->name);
		(void)fputc('\n', out);
	}
}
