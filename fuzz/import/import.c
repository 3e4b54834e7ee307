/* SPDX-License-Identifier: MIT */
/*
 * import: from a file to a trace: open, see which format it is, let that read
 * the lines, finish.
 *
 * The first line that tells decides.  A task in front of a CPU in brackets is
 * `comm-pid` in ftrace text and `comm pid` in perf script, so the two are told
 * apart even when somebody cut the header off.
 */
#include "fuzz/import/import.h"

#include "fuzz/import/session.h"
#include "fuzz/import/text.h"

#include <stdlib.h>
#include <string.h>

#define MM_IMPORT_OPTION(name, option, text) option,
static const char *const options[] = {MM_IMPORT_FORMATS(MM_IMPORT_OPTION)};
#undef MM_IMPORT_OPTION

/* How a file begins whose first line is enough. */
static const struct {
	const char *text;
	enum mm_import_format format;
} beginnings[] = {
	{MM_IMPORT_KMEM_FIRST, MM_IMPORT_KMEM}, /* */
	{"# tracer: ", MM_IMPORT_FTRACE},       {"# ========", MM_IMPORT_PERF},
	{"version = ", MM_IMPORT_FTRACE},       {"cpus=", MM_IMPORT_FTRACE},
};

bool mm_import_format_find(const char *name, enum mm_import_format *format)
{
	unsigned int i;

	for (i = 0; i < MM_IMPORT_FORMAT_NR; i++) {
		if (strcmp(name, options[i]) == 0) {
			*format = (enum mm_import_format)i;
			return true;
		}
	}
	return false;
}

static enum mm_import_format format_of_line(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		size_t n = strlen(beginnings[i].text);

		if (len >= n && memcmp(s, beginnings[i].text, n) == 0)
			return beginnings[i].format;
	}
	if (len && s[0] == '#')
		return MM_IMPORT_ANY;
	if (mm_import_text_cpu(s, len, MM_IMPORT_FTRACE))
		return MM_IMPORT_FTRACE;
	return mm_import_text_cpu(s, len, MM_IMPORT_PERF) ? MM_IMPORT_PERF : MM_IMPORT_ANY;
}

/* Look at the lines that were read ahead until one tells. */
static enum mm_import_format format_of(const char *s, size_t len)
{
	const char *end = s + len;
	enum mm_import_format format = MM_IMPORT_ANY;

	while (s < end && format == MM_IMPORT_ANY) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		const char *stop = nl ? nl : end;

		format = format_of_line(s, (size_t)(stop - s));
		s = nl ? nl + 1 : end;
	}
	return format;
}

/* No format; but when the file was cut, then that is what to say. */
static int refuse_unknown(struct mm_import_session *s)
{
	const char *line;
	size_t len;
	int got = 1;

	while (s->reader.cut && got == 1)
		got = mm_import_reader_next(&s->reader, &line, &len, s->e);
	if (got < 0)
		return got;
	s->reader.line = 1;
	return mm_import_reader_refuse(
		&s->reader, s->e, -MM_EINVAL, 1,
		"not a recording: one begins '%s1. cmd: ', '# tracer: ' or 'TASK-PID [CPU] TIME: "
		"EVENT:' (ftrace text), 'COMM PID [CPU] TIME: EVENT:' (perf script)",
		MM_IMPORT_KMEM_FIRST);
}

static int read_lines(struct mm_import_session *s)
{
	const struct mm_import_options *o = s->reader.options;
	enum mm_import_format format = o ? o->format : MM_IMPORT_ANY;
	const char *ahead;
	size_t len;
	int err = mm_import_reader_peek(&s->reader, &ahead, &len, s->e);

	if (err)
		return err;
	if (format == MM_IMPORT_ANY)
		format = format_of(ahead, len);
	s->st->format = format;
	switch (format) {
	case MM_IMPORT_KMEM:
		return mm_import_kmem_read(s);
	case MM_IMPORT_FTRACE:
		return mm_import_ftrace_read(s);
	case MM_IMPORT_PERF:
		return mm_import_perf_read(s);
	case MM_IMPORT_ANY:
	case MM_IMPORT_FORMAT_NR:
	default:
		return refuse_unknown(s);
	}
}

static int import_all(struct mm_import_session *s, FILE *out)
{
	int err;

	if (out) {
		err = mm_import_writer_open(&s->writer, s->e);
		if (err)
			return err;
	}
	err = read_lines(s);
	s->st->lines = s->reader.line;
	mm_import_gfps_top(&s->gfps, s->st);
	return err ? err : mm_import_session_finish(s, out);
}

int mm_import_recording(const char *path, FILE *out, const struct mm_import_options *o,
			struct mm_import_stats *st, struct mm_error *e)
{
	struct mm_import_stats *own = st ? NULL : malloc(sizeof(*own));
	struct mm_import_session *s = calloc(1, sizeof(*s));
	int err;

	if (!s || (!st && !own)) {
		free(own);
		free(s);
		if (e)
			e->file = path;
		return mm_error_set(e, -MM_ENOMEM, 0, 0, "no memory to import it");
	}
	s->st = st ? st : own;
	s->e = e;
	memset(s->st, 0, sizeof(*s->st));
	err = mm_import_reader_open(&s->reader, path, o, e);
	if (!err) {
		err = import_all(s, out);
		mm_import_reader_close(&s->reader);
	}
	mm_import_writer_close(&s->writer);
	mm_import_frames_fini(&s->live);
	mm_import_gfps_fini(&s->gfps);
	free(s);
	free(own);
	return err;
}
