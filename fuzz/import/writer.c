/* SPDX-License-Identifier: MIT */
/*
 * writer: lines are put together by hand; printf would take most of the time
 * of an import.
 */
#include "fuzz/import/writer.h"

#include <errno.h>
#include <string.h>

/* No line is longer: two numbers, the words between, 256 bytes of names. */
#define LINE_MAX_BYTES 384

static int spool_failed(const char *what, struct mm_error *e)
{
	const char *why = errno ? strerror(errno) : "unknown reason";

	if (e)
		e->file = NULL;
	return mm_error_set(e, -MM_EIO, 0, 0, "%s: %s", what, why);
}

int mm_import_writer_open(struct mm_import_writer *w, struct mm_error *e)
{
	w->len = 0;
	errno = 0;
	w->spool = tmpfile();
	if (!w->spool)
		return spool_failed("cannot make a temporary file for the trace", e);
	return 0;
}

void mm_import_writer_close(struct mm_import_writer *w)
{
	if (w->spool)
		(void)fclose(w->spool);
	w->spool = NULL;
}

static int drain(struct mm_import_writer *w, struct mm_error *e)
{
	size_t len = w->len;

	w->len = 0;
	errno = 0;
	if (fwrite(w->buf, 1, len, w->spool) != len)
		return spool_failed("cannot write the temporary file of the trace", e);
	return 0;
}

static int make_room(struct mm_import_writer *w, struct mm_error *e)
{
	return sizeof(w->buf) - w->len < LINE_MAX_BYTES ? drain(w, e) : 0;
}

static void put(struct mm_import_writer *w, const char *s, size_t len)
{
	memcpy(w->buf + w->len, s, len);
	w->len += len;
}

static void put_number(struct mm_import_writer *w, uint64_t v)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	put(w, digits + i, sizeof(digits) - i);
}

#define PUT(w, literal) put((w), (literal), sizeof(literal) - 1)

/* CPU 0 is what the language assumes. */
static void put_cpu(struct mm_import_writer *w, unsigned int cpu)
{
	if (cpu) {
		PUT(w, " cpu=");
		put_number(w, cpu);
	}
}

int mm_import_writer_alloc(struct mm_import_writer *w, const struct mm_import_alloc *a,
			   struct mm_error *e)
{
	int err;

	if (!w->spool)
		return 0;
	err = make_room(w, e);
	if (err)
		return err;
	PUT(w, "a");
	put_number(w, a->handle);
	PUT(w, " = alloc order=");
	put_number(w, a->order);
	PUT(w, " gfp=");
	put(w, a->gfp, a->gfp_len);
	put_cpu(w, a->cpu);
	PUT(w, " ! ok\n"); /* in the kernel it succeeded */
	return 0;
}

int mm_import_writer_free(struct mm_import_writer *w, uint64_t handle, unsigned int cpu,
			  struct mm_error *e)
{
	int err;

	if (!w->spool)
		return 0;
	err = make_room(w, e);
	if (err)
		return err;
	PUT(w, "free a");
	put_number(w, handle);
	put_cpu(w, cpu);
	PUT(w, "\n");
	return 0;
}

int mm_import_writer_copy(struct mm_import_writer *w, FILE *out, struct mm_error *e)
{
	size_t n;
	int err;

	if (!w->spool)
		return 0;
	err = drain(w, e);
	if (err)
		return err;
	errno = 0;
	if (fflush(w->spool) || fseek(w->spool, 0, SEEK_SET))
		return spool_failed("cannot write the temporary file of the trace", e);
	while ((n = fread(w->buf, 1, sizeof(w->buf), w->spool)) > 0) {
		errno = 0;
		if (fwrite(w->buf, 1, n, out) != n)
			return spool_failed("cannot write the trace", e);
	}
	if (ferror(w->spool))
		return spool_failed("cannot read back the temporary file of the trace", e);
	return 0;
}
