/* SPDX-License-Identifier: MIT */
/*
 * kmem: the compact format.  Two header lines, then one event a line, read by
 * `line`; its GFP masks are numbers of the recorder's kernel.
 */
#include "fuzz/import/session.h"

#include <inttypes.h>
#include <string.h>

#define COMMAND ". cmd: "
#define COLUMNS "# columns: dt_us cpu pid EV "

/* ---- header ---- */

static int read_first_line(struct mm_import_session *s)
{
	const size_t at = sizeof(MM_IMPORT_KMEM_FIRST) - 1;
	const size_t cmd = sizeof(COMMAND) - 1;
	const char *line;
	size_t len;
	int got = mm_import_reader_next(&s->reader, &line, &len, s->e);

	if (got < 0)
		return got;
	if (!got || len < at || memcmp(line, MM_IMPORT_KMEM_FIRST, at) != 0)
		return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, 1,
					       "not a compact recording: one begins '%s1%s'",
					       MM_IMPORT_KMEM_FIRST, COMMAND);
	if (len <= at || line[at] != '1' || (len > at + 1 && line[at + 1] != '.'))
		return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, at + 1,
					       "unknown version of the format, this reads v1");
	if (len < at + 1 + cmd || memcmp(line + at + 1, COMMAND, cmd) != 0)
		return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, at + 2,
					       "the recorded command should follow as '%s'",
					       COMMAND);
	s->st->headers = 2;
	mm_import_session_take(s->st->command, sizeof(s->st->command), line + at + 1 + cmd,
			       len - at - 1 - cmd);
	return 0;
}

static int read_header(struct mm_import_session *s)
{
	const size_t len_wanted = sizeof(COLUMNS) - 1;
	const char *line;
	size_t len;
	int got = read_first_line(s);

	if (got)
		return got;
	got = mm_import_reader_next(&s->reader, &line, &len, s->e);
	if (got < 0)
		return got;
	if (!got || len < len_wanted || memcmp(line, COLUMNS, len_wanted) != 0) {
		s->reader.line = 2;
		return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, 1,
					       "the second line should begin '%s'", COLUMNS);
	}
	return 0;
}

/* ---- events ---- */

static int take_event(struct mm_import_session *s, struct mm_import_event *ev)
{
	struct mm_import_stats *st = s->st;
	uint64_t recorded = ev->arg[MM_IMPORT_ARG_GFP];
	uint64_t unknown;

	if (ev->dt_us > UINT64_MAX - st->duration)
		return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, 1,
					       "dt_us: the times add up to more than 2^64 us");
	st->duration += ev->dt_us;
	if (ev->kind == MM_IMPORT_ALLOC && !mm_import_line_gfp(recorded, &ev->gfp, &unknown))
		return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, ev->gfp_col,
					       "gfp '%" PRIx64 "' has bit 0x%" PRIx64
					       ", which names no flag in 6.18",
					       recorded, unknown & (~unknown + 1));
	return mm_import_session_event(s, ev);
}

static int read_events(struct mm_import_session *s)
{
	struct mm_import_complaint why;
	struct mm_import_event ev;
	const char *line;
	size_t len;
	int got;

	while ((got = mm_import_reader_next(&s->reader, &line, &len, s->e)) == 1) {
		int err;

		if (len && line[0] == '#') {
			s->st->comments++;
			continue;
		}
		if (!mm_import_line_parse(line, len, &ev, &why))
			return mm_import_session_refuse(s, &why);
		err = take_event(s, &ev);
		if (err)
			return err;
	}
	if (got == 0 && s->reader.line == s->st->headers + s->st->comments)
		return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, 0,
					       "the recording ends after its header");
	return got;
}

int mm_import_kmem_read(struct mm_import_session *s)
{
	int err = read_header(s);

	return err ? err : read_events(s);
}
