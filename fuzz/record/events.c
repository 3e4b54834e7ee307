/* SPDX-License-Identifier: MIT */
/*
 * events: a strict reader.  A task may call itself "x-1 [000] secret"; only
 * columns tell such a name from what the kernel says.
 */
#include "fuzz/record/events.h"

#include "fuzz/import/args.h"
#include "fuzz/import/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define TASK_COLUMNS 16
#define HEADER_BYTES 1024
#define MEMBER_MAX   (HEADER_BYTES + 128)

static bool digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* The "[" of the CPU behind "TASK-PID"; 0: the line has another layout. */
static size_t cpu_column(const char *line, size_t len)
{
	size_t at = TASK_COLUMNS;

	if (len <= at || line[at++] != '-')
		return 0;
	if (at == len || !digit(line[at]))
		return 0;
	while (at < len && digit(line[at]))
		at++;
	while (at < len && line[at] == ' ')
		at++;
	return at < len && line[at] == '[' ? at : 0;
}

/* Behind the CPU: "] d..1.  4128.491756: " and the name of an event we know. */
static bool read_event(const char *line, size_t len, enum mm_import_kind *kind)
{
	struct mm_import_complaint why;
	struct mm_import_cursor at = {line, line, line + len, &why};
	struct mm_import_field name;
	unsigned int words;
	uint64_t cpu;

	at.p += cpu_column(line, len);
	if (at.p == line || !mm_import_text_printable(&at))
		return false;
	at.p++;
	if (!mm_import_text_eat_number(&at, &cpu) || !mm_import_text_eat(&at, "] "))
		return false;
	for (words = 0; words < 2; words++) {
		while (at.p < at.end && *at.p != ' ')
			at.p++;
		mm_import_text_skip_spaces(&at);
	}
	name = mm_import_text_name(&at);
	return name.len && mm_import_args_kind(name, kind);
}

/* The name of the task without the blanks in front of it. */
static void put_task(const struct mm_record_event_text *t, const char *line)
{
	char task[TASK_COLUMNS + MM_RECORD_NAME_MAX];
	char stands[MM_RECORD_NAME_MAX];
	size_t skip = 0;
	size_t i;

	while (skip < TASK_COLUMNS && line[skip] == ' ')
		skip++;
	memcpy(task, line, TASK_COLUMNS);
	task[TASK_COLUMNS] = '\0';
	if (t->names && strcmp(task + skip, "<...>") != 0 && strcmp(task + skip, "<idle>") != 0) {
		mm_record_name(t->names, 'c', task + skip, TASK_COLUMNS - skip, stands);
		(void)snprintf(task, sizeof(task), "%*s", TASK_COLUMNS, stands);
	}
	for (i = 0; task[i]; i++) {
		if ((unsigned char)task[i] < 0x20 || task[i] == 0x7f)
			task[i] = '?';
	}
	mm_record_sink_put(t->sink, task, strlen(task));
}

/* "CPU:0 [LOST 123 EVENTS]": a number, or that it is unknown. */
static bool read_loss(const char *line, size_t len, uint64_t *lost)
{
	struct mm_import_complaint why;
	struct mm_import_cursor at = {line, line, line + len, &why};
	uint64_t cpu;

	*lost = 0;
	if (!mm_import_text_eat(&at, "CPU:") || !mm_import_text_eat_number(&at, &cpu) ||
	    !mm_import_text_eat(&at, " [LOST "))
		return false;
	if (mm_import_text_eat_number(&at, lost))
		(void)mm_import_text_eat(&at, " ");
	return mm_import_text_eat(&at, "EVENTS]") && at.p == at.end;
}

void mm_record_event_line(void *env, const char *line, size_t len)
{
	const struct mm_record_event_text *t = env;
	enum mm_import_kind kind;
	uint64_t lost;

	if (read_event(line, len, &kind)) {
		t->ev->count[kind]++;
		t->ev->total++;
		if (!t->sink)
			return;
		put_task(t, line);
		mm_record_sink_put(t->sink, line + TASK_COLUMNS, len - TASK_COLUMNS);
		mm_record_sink_put(t->sink, "\n", 1);
	} else if (read_loss(line, len, &lost)) {
		t->ev->notices++;
		t->ev->reported += lost;
		if (!t->sink)
			return;
		mm_record_sink_put(t->sink, line, len);
		mm_record_sink_put(t->sink, "\n", 1);
	} else if (len) {
		t->ev->withheld++;
	}
}

/* ---- the header ---- */

/*
 * Entries written minus entries here is what an importer calls overwritten; the
 * notices between the events it counts itself.
 */
static void compose(char text[HEADER_BYTES], const struct mm_record_events *ev, const char *command)
{
	uint64_t more = ev->lost > ev->reported ? ev->lost - ev->reported : 0;
	int at = snprintf(text, HEADER_BYTES,
			  "# tracer: nop\n"
			  "# mmref record 1\n"
			  "# entries-in-buffer/entries-written: %" PRIu64 "/%" PRIu64 "   #P:%u\n"
			  "# lost: %" PRIu64 "\n"
			  "# command: %.600s\n#",
			  ev->total, ev->total + more, ev->nr_cpus, ev->lost, command);

	if (at < 0 || at >= HEADER_BYTES)
		at = HEADER_BYTES - 1;
	memset(text + at, ' ', (size_t)(HEADER_BYTES - at));
	text[HEADER_BYTES - 1] = '\n';
}

/* Stored, not compressed: as long as it was before.  0: not made. */
static size_t member(const char text[HEADER_BYTES], unsigned char to[MEMBER_MAX])
{
	z_stream z;
	int end;

	memset(&z, 0, sizeof(z));
	if (deflateInit2(&z, Z_NO_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	z.next_in = (unsigned char *)(uintptr_t)text;
	z.avail_in = HEADER_BYTES;
	z.next_out = to;
	z.avail_out = MEMBER_MAX;
	end = deflate(&z, Z_FINISH);
	(void)deflateEnd(&z);
	return end == Z_STREAM_END ? MEMBER_MAX - z.avail_out : 0;
}

int mm_record_event_header(const char *path, const struct mm_record_events *ev, const char *command)
{
	char text[HEADER_BYTES];
	unsigned char bytes[MEMBER_MAX];
	size_t len;
	int err = 0;
	int fd;

	compose(text, ev, command);
	len = member(text, bytes);
	if (!len)
		return ENOMEM;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return errno;
	errno = 0;
	if (pwrite(fd, bytes, len, 0) != (ssize_t)len)
		err = errno ? errno : EIO;
	if (close(fd) && !err)
		err = errno;
	return err;
}
