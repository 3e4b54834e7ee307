/* SPDX-License-Identifier: MIT */
/*
 * load: a trace from a file or from standard input.
 */
#include "fuzz/trace/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A text that long is no trace: stop before an endless file eats the host. */
#define FILE_MAX ((size_t)256 << 20)

struct content {
	char *bytes;
	size_t nr;
	size_t cap;
};

/* 0, or a positive errno of the host. */
static int read_all(FILE *f, struct content *c)
{
	while (c->nr < FILE_MAX) {
		size_t got;

		if (c->nr == c->cap) {
			size_t cap = c->cap ? c->cap * 2 : 65536;
			char *bytes = realloc(c->bytes, cap);

			if (!bytes)
				return ENOMEM;
			c->bytes = bytes;
			c->cap = cap;
		}
		errno = 0;
		got = fread(c->bytes + c->nr, 1, c->cap - c->nr, f);
		c->nr += got;
		if (!got)
			return ferror(f) ? (errno ? errno : EIO) : 0;
	}
	return EFBIG;
}

static int read_path(const char *path, struct content *c)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(path, "rb");
	int err;

	if (!f)
		return errno;
	err = read_all(f, c);
	if (!is_stdin)
		(void)fclose(f); /* read only: nothing can be lost */
	return err;
}

int mm_trace_load(struct mm_trace *t, const char *path, struct mm_error *e)
{
	const char *file = strcmp(path, "-") == 0 ? "<stdin>" : path;
	struct content c = {0};
	int err = read_path(path, &c);

	if (err) {
		mm_trace_clear(t);
		if (e)
			e->file = file;
		err = mm_error_set(e, err == ENOMEM ? -MM_ENOMEM : -MM_EIO, 0, 0,
				   "cannot be read: %s", strerror(err));
	} else {
		err = mm_trace_parse(t, c.bytes ? c.bytes : "", c.nr, file, e);
	}
	free(c.bytes);
	return err;
}
