/* SPDX-License-Identifier: MIT */
/*
 * proc: the files behind one pair of functions, and what they share:
 * lists of named counters.  vmstat is nothing but such a list.
 */
#include "fuzz/import/proc.h"

#include "fuzz/import/cursor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *mm_proc_kind_name(enum mm_proc_kind kind)
{
	static const char *const names[MM_PROC_NR_KINDS] = {"zoneinfo", "buddyinfo", "pagetypeinfo",
							    "vmstat", "maps"};

	return names[kind];
}

/* ---- lists ---- */

void *mm_proc_grow(struct mm_cursor *c, size_t nr, void *v, size_t size)
{
	/* full exactly when nr is a power of two, or there is nothing yet */
	if (!(nr & (nr - 1)) || !nr) {
		v = realloc(v, (nr ? nr * 2 : 1) * size);
		if (!v) {
			(void)mm_cursor_no_memory(c);
			return NULL;
		}
	}
	memset((char *)v + nr * size, 0, size);
	return v;
}

const struct mm_proc_stat *mm_proc_stat_find(const struct mm_proc_stats *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->nr; i++) {
		if (strcmp(s->stat[i].name, name) == 0)
			return &s->stat[i];
	}
	return NULL;
}

static bool read_stat(struct mm_cursor *c, const char *indent, size_t width, struct mm_proc_stat *s)
{
	struct mm_cursor_word name = {s->name, sizeof(s->name), width};

	return mm_cursor_text(c, indent) && mm_cursor_left(c, name) && mm_cursor_text(c, " ") &&
	       mm_cursor_number(c, 0, &s->value, UINT64_MAX) && mm_cursor_text(c, "\n");
}

bool mm_proc_stats_read(struct mm_cursor *c, const char *indent, size_t width,
			struct mm_proc_stats *s)
{
	do {
		struct mm_proc_stat *v;

		if (s->nr == MM_PROC_STATS_MAX)
			return mm_cursor_refuse(c, 0, "at most %d counters", MM_PROC_STATS_MAX);
		v = mm_proc_grow(c, s->nr, s->stat, sizeof(*v));
		if (!v)
			return false;
		s->stat = v;
		if (!read_stat(c, indent, width, &v[s->nr]))
			return false;
		s->nr++;
	} while (!mm_cursor_at_end(c) && mm_cursor_is(c, indent));
	return true;
}

void mm_proc_stats_print(const struct mm_proc_stats *s, const char *indent, int width, FILE *out)
{
	size_t i;

	for (i = 0; i < s->nr; i++)
		(void)fprintf(out, "%s%-*s %llu\n", indent, width, s->stat[i].name,
			      (unsigned long long)s->stat[i].value);
}

/* ---- files ---- */

static char *read_all(FILE *in, size_t *len, int *err)
{
	size_t room = 1 << 16;
	char *bytes = malloc(room);
	char *more;

	*len = 0;
	*err = -MM_ENOMEM;
	while (bytes) {
		*len += fread(bytes + *len, 1, room - *len, in);
		if (*len < room)
			break;
		if (room >= MM_PROC_BYTES_MAX)
			*err = -MM_E2BIG;
		more = room < MM_PROC_BYTES_MAX ? realloc(bytes, room * 2) : NULL;
		if (!more)
			free(bytes);
		bytes = more;
		room *= 2;
	}
	if (bytes && ferror(in)) {
		free(bytes);
		bytes = NULL;
		*err = -MM_EIO;
	}
	return bytes;
}

int mm_proc_load(struct mm_proc_text *t, const char *path, struct mm_error *e)
{
	FILE *in = fopen(path, "rb");
	char *bytes;
	int err;

	if (e)
		e->file = path;
	if (!in)
		return mm_error_set(e, -MM_EIO, 0, 0, "cannot be read: %s", strerror(errno));
	bytes = read_all(in, &t->len, &err);
	(void)fclose(in);
	if (!bytes && err == -MM_E2BIG)
		return mm_error_set(e, err, 0, 0, "no file of /proc is this long");
	if (!bytes && err == -MM_ENOMEM)
		return mm_error_set(e, err, 0, 0, "no memory to read it");
	if (!bytes)
		return mm_error_set(e, err, 0, 0, "cannot be read to its end");
	t->file = path;
	t->bytes = bytes;
	return 0;
}

/* ---- any of them ---- */

static bool read_kind(struct mm_cursor *c, struct mm_proc *p)
{
	switch (p->kind) {
	case MM_PROC_ZONEINFO:
		return mm_proc_zoneinfo_read(c, &p->u.zoneinfo);
	case MM_PROC_BUDDYINFO:
		return mm_proc_buddyinfo_read(c, &p->u.buddyinfo);
	case MM_PROC_PAGETYPEINFO:
		return mm_proc_pagetypeinfo_read(c, &p->u.pagetypeinfo);
	case MM_PROC_VMSTAT:
		return mm_proc_stats_read(c, "", 0, &p->u.vmstat);
	case MM_PROC_MAPS:
		return mm_proc_maps_read(c, &p->u.maps);
	case MM_PROC_NR_KINDS:
		break;
	}
	return false;
}

int mm_proc_parse(struct mm_proc *p, enum mm_proc_kind kind, const struct mm_proc_text *t,
		  struct mm_error *e)
{
	struct mm_cursor c;

	MM_PRE(kind < MM_PROC_NR_KINDS);
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	mm_cursor_init(&c, t->file, t->bytes, t->len, e);
	if (read_kind(&c, p) &&
	    (mm_cursor_at_end(&c) || mm_cursor_refuse(&c, 0, "the end of the file")))
		return 0;
	mm_proc_free(p);
	return c.err;
}

void mm_proc_free(struct mm_proc *p)
{
	switch (p->kind) {
	case MM_PROC_ZONEINFO:
		mm_proc_zoneinfo_free(&p->u.zoneinfo);
		break;
	case MM_PROC_BUDDYINFO:
		free(p->u.buddyinfo.row);
		break;
	case MM_PROC_PAGETYPEINFO:
		free(p->u.pagetypeinfo.free.row);
		free(p->u.pagetypeinfo.blocks.row);
		free(p->u.pagetypeinfo.mixed.row);
		break;
	case MM_PROC_VMSTAT:
		free(p->u.vmstat.stat);
		break;
	case MM_PROC_MAPS:
		free(p->u.maps.map);
		break;
	case MM_PROC_NR_KINDS:
		break;
	}
	memset(&p->u, 0, sizeof(p->u));
}

void mm_proc_print(const struct mm_proc *p, FILE *out)
{
	switch (p->kind) {
	case MM_PROC_ZONEINFO:
		mm_proc_zoneinfo_print(&p->u.zoneinfo, out);
		break;
	case MM_PROC_BUDDYINFO:
		mm_proc_buddyinfo_print(&p->u.buddyinfo, out);
		break;
	case MM_PROC_PAGETYPEINFO:
		mm_proc_pagetypeinfo_print(&p->u.pagetypeinfo, out);
		break;
	case MM_PROC_VMSTAT:
		mm_proc_stats_print(&p->u.vmstat, "", 0, out);
		break;
	case MM_PROC_MAPS:
		mm_proc_maps_print(&p->u.maps, out);
		break;
	case MM_PROC_NR_KINDS:
		break;
	}
}
