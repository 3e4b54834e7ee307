/* SPDX-License-Identifier: MIT */
/*
 * reader: zlib's gzread under a line splitter.
 *
 * The buffer holds one chunk and, in front of it, the rest of a line that the
 * chunk before did not end:
 *
 *     |rest|------- chunk -------|      at       end
 *     |....|line\nline\nline\nlin|       ^--------^
 *
 * zlib reads plain text as it is, so the caller need not know which it has.
 */
#include "fuzz/import/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int mm_import_reader_refuse(const struct mm_import_reader *r, struct mm_error *e, int err,
			    size_t col, const char *fmt, ...)
{
	char text[sizeof(e->text)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (e)
		e->file = r->name;
	return mm_error_set(e, err, r->line > INT_MAX ? INT_MAX : (int)r->line,
			    col > INT_MAX ? INT_MAX : (int)col, "%s", text);
}

static int open_fd(struct mm_import_reader *r, const char *path, struct mm_error *e)
{
	bool std = strcmp(path, "-") == 0;
	int fd = std ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return mm_import_reader_refuse(r, e, -MM_EIO, 0, "cannot open: %s",
					       strerror(errno));
	if (fstat(fd, &st) == 0) {
		if (S_ISDIR(st.st_mode)) {
			(void)close(fd);
			return mm_import_reader_refuse(r, e, -MM_EIO, 0,
						       "is a directory, not a recording");
		}
		if (S_ISREG(st.st_mode) && st.st_size > 0)
			r->total = (uint64_t)st.st_size;
	}
	return fd;
}

int mm_import_reader_open(struct mm_import_reader *r, const char *path,
			  const struct mm_import_options *o, struct mm_error *e)
{
	int fd;

	r->name = strcmp(path, "-") == 0 ? "standard input" : path;
	r->options = o;
	r->total = 0;
	r->line = 0;
	r->at = 0;
	r->end = 0;
	r->eof = false;
	r->cut = false;
	fd = open_fd(r, path, e);
	if (fd < 0)
		return fd;
	r->gz = gzdopen(fd, "rb");
	if (!r->gz) {
		(void)close(fd);
		return mm_import_reader_refuse(r, e, -MM_ENOMEM, 0, "no memory to read it");
	}
	(void)gzbuffer(r->gz, MM_IMPORT_CHUNK);
	return 0;
}

void mm_import_reader_close(struct mm_import_reader *r)
{
	(void)gzclose(r->gz);
	r->gz = NULL;
}

static void report_progress(const struct mm_import_reader *r)
{
	z_off_t done;

	if (!r->options || !r->options->progress)
		return;
	done = gzoffset(r->gz);
	r->options->progress(r->options->env, done < 0 ? 0 : (uint64_t)done, r->total);
}

static int read_failed(struct mm_import_reader *r, struct mm_error *e)
{
	int code;
	const char *why = gzerror(r->gz, &code);
	const char *colon = strstr(why, ">: "); /* behind zlib's "<fd:3>" */

	if (colon)
		why = colon + 3;
	r->line++;
	if (code == Z_ERRNO)
		return mm_import_reader_refuse(r, e, -MM_EIO, 0, "cannot read on: %s", why);
	if (code == Z_MEM_ERROR)
		return mm_import_reader_refuse(r, e, -MM_ENOMEM, 0, "no memory to unpack it");
	return mm_import_reader_refuse(r, e, -MM_EINVAL, 0,
				       "the gzip data from about here on is damaged: %s", why);
}

/* Move the rest to the front and read one chunk behind it. */
static int refill(struct mm_import_reader *r, struct mm_error *e)
{
	int code;
	int n;

	memmove(r->buf, r->buf + r->at, r->end - r->at);
	r->end -= r->at;
	r->at = 0;
	n = gzread(r->gz, r->buf + r->end, MM_IMPORT_CHUNK);
	if (n < 0)
		return read_failed(r, e);
	r->end += (size_t)n;
	if (n < MM_IMPORT_CHUNK) {
		r->eof = true;
		(void)gzerror(r->gz, &code);
		r->cut = code == Z_BUF_ERROR;
	}
	report_progress(r);
	return 0;
}

int mm_import_reader_peek(struct mm_import_reader *r, const char **s, size_t *len,
			  struct mm_error *e)
{
	int err = !r->end && !r->eof ? refill(r, e) : 0;

	if (err)
		return err;
	if (!r->end && !r->cut) {
		r->line = 1;
		return mm_import_reader_refuse(r, e, -MM_EINVAL, 1, "the file is empty");
	}
	*s = r->buf + r->at;
	*len = r->end - r->at;
	return 0;
}

static int at_end(struct mm_import_reader *r, struct mm_error *e)
{
	size_t rest = r->end - r->at;

	if (!rest && !r->cut)
		return 0;
	r->line++;
	return mm_import_reader_refuse(r, e, -MM_EINVAL, rest + 1,
				       r->cut ? "the gzip data ends here: the file is cut"
					      : "no newline: the file is cut here");
}

int mm_import_reader_next(struct mm_import_reader *r, const char **s, size_t *len,
			  struct mm_error *e)
{
	for (;;) {
		const char *from = r->buf + r->at;
		const char *nl = memchr(from, '\n', r->end - r->at);
		size_t rest = nl ? (size_t)(nl - from) : r->end - r->at;
		int err;

		if (rest >= MM_IMPORT_LINE_MAX) {
			r->line++;
			return mm_import_reader_refuse(r, e, -MM_EINVAL, MM_IMPORT_LINE_MAX,
						       "no line is this long in a recording");
		}
		if (nl) {
			*s = from;
			*len = rest;
			r->at += rest + 1;
			r->line++;
			return 1;
		}
		if (r->eof)
			return at_end(r, e);
		err = refill(r, e);
		if (err)
			return err;
	}
}
