/* SPDX-License-Identifier: MIT */
/*
 * ftrace: the text of /sys/kernel/tracing/trace and of trace-cmd report.
 *
 *     # tracer: nop                                         a comment, but named
 *     # entries-in-buffer/entries-written: 90/100   #P:2    10 were overwritten
 *     bash-9178 [001] ..... 4128.491756: mm_page_free: ...  an event
 *     CPU:0 [LOST 123 EVENTS]                               a loss
 *     bash-9178 [001] ..... 4128.491757: do_idle <-play_dead   a function call
 *      => do_syscall_64                                     of a stack
 *     CPU 3 is empty                                        trace-cmd says
 */
#include "fuzz/import/text.h"

#include <string.h>

#define TRACER  "# tracer: "
#define ENTRIES "# entries-in-buffer/entries-written: "

struct ftrace {
	struct mm_import_session *s;
	struct mm_import_clock clock;
	struct mm_import_complaint why;
};

static bool contains(const struct mm_import_cursor *at, const char *word)
{
	size_t len = strlen(word);
	const char *p;

	for (p = at->p; (size_t)(at->end - p) >= len; p++) {
		if (memcmp(p, word, len) == 0)
			return true;
	}
	return false;
}

/* ---- header ---- */

static int read_entries(struct ftrace *f, struct mm_import_cursor *at)
{
	struct mm_import_stats *st = f->s->st;
	uint64_t kept;
	uint64_t written;

	if (!mm_import_text_eat_number(at, &kept) || !mm_import_text_eat(at, "/"))
		return mm_import_session_refuse_at(
			f->s, at, "wanted are two numbers: entries in the buffer/written");
	if (!mm_import_text_eat_number(at, &written) || written < kept)
		return mm_import_session_refuse_at(
			f->s, at,
			"wanted is the number of entries written, not less than in "
			"the buffer");
	st->buffer_known = true;
	st->buffer_events = kept;
	st->lost.overwritten = written - kept;
	return 0;
}

static int take_comment(struct ftrace *f, struct mm_import_cursor *at)
{
	struct mm_import_stats *st = f->s->st;

	st->comments++;
	if (mm_import_text_eat(at, TRACER))
		mm_import_session_take(st->tracer, sizeof(st->tracer), at->p,
				       (size_t)(at->end - at->p));
	else if (mm_import_text_eat(at, ENTRIES))
		return read_entries(f, at);
	return 0;
}

/* ---- between the events ---- */

/*
 * CPU:0 [LOST 123 EVENTS], CPU:0 [LOST EVENTS] when the kernel lost count;
 * trace-cmd: CPU:0 [123 EVENTS DROPPED], CPU:0 [EVENTS DROPPED].
 */
static int take_loss(struct ftrace *f, struct mm_import_cursor *at)
{
	struct mm_import_loss *lost = &f->s->st->lost;
	uint64_t n = 0;
	bool kernel;
	bool number;

	if (!mm_import_text_eat_number(at, &n) || !mm_import_text_eat(at, " ["))
		return mm_import_session_refuse_at(
			f->s, at, "wanted is a notice of loss: CPU:N [LOST N EVENTS]");
	kernel = mm_import_text_eat(at, "LOST ");
	number = mm_import_text_eat_number(at, &n);
	if (number)
		(void)mm_import_text_eat(at, " ");
	if (!mm_import_text_eat(at, kernel ? "EVENTS]" : "EVENTS DROPPED]") || at->p != at->end ||
	    (number && n > UINT64_MAX - lost->reported))
		return mm_import_session_refuse_at(
			f->s, at, "wanted is a notice of loss: CPU:N [LOST N EVENTS]");
	f->s->st->asides[MM_IMPORT_LOSS]++;
	if (number)
		lost->reported += n;
	else
		lost->unnumbered++;
	return 0;
}

/* "CPU 3 is empty", "cpus=2", "version = 6" */
static bool is_notice(const struct mm_import_cursor *line)
{
	struct mm_import_cursor at = *line;
	uint64_t n;

	if (mm_import_text_eat(&at, "cpus=") || mm_import_text_eat(&at, "version = "))
		return mm_import_text_eat_number(&at, &n) && at.p == at.end;
	return mm_import_text_eat(&at, "CPU ") && mm_import_text_eat_number(&at, &n) &&
	       mm_import_text_eat(&at, " is empty") && at.p == at.end;
}

/* " 0)   1.234 us  |  do_idle();": events hide in it as comments */
static bool is_graph(const struct mm_import_cursor *line)
{
	struct mm_import_cursor at = *line;
	uint64_t cpu;

	mm_import_text_skip_spaces(&at);
	return mm_import_text_eat_number(&at, &cpu) && mm_import_text_eat(&at, ") ");
}

/* ---- events ---- */

/* What other tracers put where an event has its name. */
static int take_aside(struct ftrace *f, struct mm_import_cursor *at)
{
	struct mm_import_stats *st = f->s->st;
	bool tracer = st->tracer[0] && strcmp(st->tracer, "nop") != 0;

	if (contains(at, " <-"))
		st->asides[MM_IMPORT_FUNCTION]++;
	else if (contains(at, "stack trace>"))
		st->asides[MM_IMPORT_STACK]++;
	else if (tracer && at->p < at->end)
		st->asides[MM_IMPORT_TRACER]++;
	else
		return mm_import_session_refuse_at(f->s, at,
						   "no name of an event, which ends with ':'");
	return 0;
}

static int take_event(struct ftrace *f, struct mm_import_cursor *at)
{
	struct mm_import_stamp stamp;
	struct mm_import_field name;

	if (!mm_import_text_stamp(at, &stamp))
		return mm_import_session_refuse(f->s, at->c);
	name = mm_import_text_name(at);
	if (!name.len)
		return take_aside(f, at);
	return mm_import_text_event(f->s, &f->clock, &stamp, name, at);
}

static int take_line(struct ftrace *f, const char *line, size_t len)
{
	struct mm_import_cursor at = {line, line, line + len, &f->why};
	size_t cpu;

	if (!mm_import_text_printable(&at))
		return mm_import_session_refuse(f->s, &f->why);
	if (len && line[0] == '#')
		return take_comment(f, &at);
	cpu = mm_import_text_cpu(line, len, MM_IMPORT_FTRACE);
	if (cpu) {
		at.p += cpu;
		return take_event(f, &at);
	}
	if (mm_import_text_eat(&at, "CPU:"))
		return take_loss(f, &at);
	if (is_graph(&at))
		return mm_import_session_refuse_at(
			f->s, &at,
			"a line of the tracer function_graph, which hides events; "
			"record with the tracer nop");
	if (is_notice(&at)) {
		f->s->st->asides[MM_IMPORT_NOTICE]++;
		return 0;
	}
	mm_import_text_skip_spaces(&at);
	if (at.p == at.end)
		f->s->st->asides[MM_IMPORT_EMPTY]++;
	else if (mm_import_text_eat(&at, "=> "))
		f->s->st->asides[MM_IMPORT_STACK]++;
	else
		return mm_import_session_refuse_at(
			f->s, &at,
			"no event of ftrace: TASK-PID [CPU] TIME: EVENT: ..., as it "
			"prints them without the option latency-format");
	return 0;
}

int mm_import_ftrace_read(struct mm_import_session *s)
{
	struct ftrace f = {.s = s};
	const char *line;
	size_t len;
	int got;

	while ((got = mm_import_reader_next(&s->reader, &line, &len, s->e)) == 1) {
		int err = take_line(&f, line, len);

		if (err)
			return err;
	}
	return got ? got : mm_import_text_end(s, &f.clock);
}
