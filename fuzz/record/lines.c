/* SPDX-License-Identifier: MIT */
/*
 * lines: the buffer grows with its longest line, up to a limit that only a
 * command line of absurd length reaches.
 */
#include "fuzz/record/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK    ((size_t)64 << 10)
#define LONGEST  ((size_t)4 << 20)
#define GZ_CHUNK (256u << 10)

/* ---- the file ---- */

static void sink_failed(struct mm_record_sink *s, int err)
{
	if (!s->err)
		s->err = err ? err : EIO;
}

bool mm_record_sink_open(struct mm_record_sink *s, const char *dir, const char *name)
{
	s->err = 0;
	s->gz = NULL;
	if (snprintf(s->path, sizeof(s->path), "%s/%s", dir, name) >= (int)sizeof(s->path)) {
		s->err = ENAMETOOLONG;
		return false;
	}
	errno = 0;
	s->gz = gzopen(s->path, "ab1e");
	if (!s->gz)
		sink_failed(s, errno ? errno : ENOMEM);
	else
		(void)gzbuffer(s->gz, GZ_CHUNK);
	return s->gz != NULL;
}

void mm_record_sink_put(struct mm_record_sink *s, const char *bytes, size_t len)
{
	errno = 0;
	if (s->gz && !s->err && len && gzwrite(s->gz, bytes, (unsigned int)len) != (int)len)
		sink_failed(s, errno);
}

void mm_record_sink_close(struct mm_record_sink *s)
{
	errno = 0;
	if (s->gz && gzclose(s->gz) != Z_OK)
		sink_failed(s, errno);
	s->gz = NULL;
}

/* ---- the pipe ---- */

static bool make_room(struct mm_record_lines *l)
{
	size_t size = l->size ? 2 * l->size : 2 * CHUNK;
	char *buf;

	if (l->size - l->used >= CHUNK)
		return true;
	if (size > LONGEST)
		return false;
	buf = realloc(l->buf, size);
	if (!buf)
		return false;
	l->buf = buf;
	l->size = size;
	return true;
}

/* All whole lines; what is left moves to the front. */
static void hand_out(struct mm_record_lines *l, void (*take)(void *, const char *, size_t),
		     void *env)
{
	char *at = l->buf;
	char *end = l->buf + l->used;
	char *nl;

	while ((nl = memchr(at, '\n', (size_t)(end - at)))) {
		if (!l->skipping)
			take(env, at, (size_t)(nl - at));
		l->skipping = false;
		at = nl + 1;
	}
	l->used = (size_t)(end - at);
	memmove(l->buf, at, l->used);
}

enum mm_record_read mm_record_lines_read(struct mm_record_lines *l, int fd,
					 void (*take)(void *, const char *, size_t), void *env)
{
	ssize_t n;

	if (!make_room(l)) {
		if (!l->buf)
			return MM_RECORD_END;
		l->cut += !l->skipping;
		l->skipping = true;
		l->used = 0;
	}
	n = read(fd, l->buf + l->used, CHUNK);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? MM_RECORD_LATER : MM_RECORD_END;
	if (n == 0)
		return MM_RECORD_END;
	l->used += (size_t)n;
	hand_out(l, take, env);
	return MM_RECORD_MORE;
}

void mm_record_lines_fini(struct mm_record_lines *l)
{
	free(l->buf);
	memset(l, 0, sizeof(*l));
}
