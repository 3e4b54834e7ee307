/* SPDX-License-Identifier: MIT */
/*
 * text: an event line from its CPU on.
 *
 *     Web Content-345   (  345) [001] d..1.  4128.491756: mm_page_free: ...
 *                  ^-pid       ^ first, then to the left: is this a task?
 *                                and then to the right, column by column
 */
#include "fuzz/import/text.h"

#include "mm/machine.h"

#include "fuzz/import/args.h"

#include <string.h>

#define NS_PER_S  1000000000u
#define NS_DIGITS 9

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* ---- the task ---- */

/* s[..at) without its last digits; at itself when there are none. */
static size_t before_digits(const char *s, size_t at)
{
	while (at && is_digit(s[at - 1]))
		at--;
	return at;
}

static size_t before_spaces(const char *s, size_t at)
{
	while (at && s[at - 1] == ' ')
		at--;
	return at;
}

/* s[..at) without a thread group "( 9178)" or "(-----)" at its end. */
static size_t before_tgid(const char *s, size_t at)
{
	size_t i = at;

	if (!i || s[i - 1] != ')')
		return at;
	for (i--; i && (is_digit(s[i - 1]) || s[i - 1] == ' ' || s[i - 1] == '-'); i--)
		;
	return i && s[i - 1] == '(' ? before_spaces(s, i - 1) : at;
}

/* Is s[pid..at) the pid -1 of a task that perf does not know? */
static bool is_minus_one(const char *s, size_t pid, size_t at)
{
	return at - pid == 1 && s[pid] == '1' && pid > 1 && s[pid - 1] == '-' && s[pid - 2] == ' ';
}

/* Does s[..at) end with a task as ftrace writes it, comm-pid? */
static bool is_dash_task(const char *s, size_t at)
{
	size_t pid;

	at = before_tgid(s, before_spaces(s, at));
	pid = before_digits(s, at);
	return pid < at && pid && s[pid - 1] == '-' && !is_minus_one(s, pid, at);
}

/* As perf does: pid, -1 or pid/tid, behind a space or alone. */
static bool is_space_task(const char *s, size_t at)
{
	size_t pid;

	at = before_spaces(s, at);
	pid = before_digits(s, at);
	if (pid == at)
		return false;
	if (pid && s[pid - 1] == '/' && before_digits(s, pid - 1) < pid - 1)
		pid = before_digits(s, pid - 1);
	else if (is_minus_one(s, pid, at))
		pid--;
	return !pid || s[pid - 1] == ' ' || s[pid - 1] == '\t';
}

/* Is the "[" at i one of "[001] ", behind a space? */
static bool is_cpu(const char *s, size_t len, size_t i)
{
	size_t end = i + 1;

	while (end < len && is_digit(s[end]))
		end++;
	return i && s[i - 1] == ' ' && end > i + 1 && end + 1 < len && s[end] == ']' &&
	       s[end + 1] == ' ';
}

size_t mm_import_text_cpu(const char *s, size_t len, enum mm_import_format format)
{
	size_t i;

	for (i = 1; i < len; i++) {
		if (s[i] != '[' || !is_cpu(s, len, i))
			continue;
		if (format == MM_IMPORT_FTRACE ? is_dash_task(s, i) : is_space_task(s, i))
			return i;
	}
	return 0;
}

/* ---- the stamp ---- */

bool mm_import_text_eat(struct mm_import_cursor *at, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(at->end - at->p) < len || memcmp(at->p, word, len) != 0)
		return false;
	at->p += len;
	return true;
}

/* The digits that come next, perhaps none. */
static struct mm_import_field digits(struct mm_import_cursor *at)
{
	struct mm_import_field f = {at->p, 0};

	while (at->p < at->end && is_digit(*at->p))
		at->p++;
	f.len = (size_t)(at->p - f.s);
	return f;
}

bool mm_import_text_eat_number(struct mm_import_cursor *at, uint64_t *v)
{
	static const struct mm_import_column any = {"the number", 10, UINT64_MAX};
	struct mm_import_cursor next = *at;
	struct mm_import_field f = digits(&next);

	if (!f.len || !mm_import_line_number(at, &any, f, v))
		return false;
	at->p = next.p;
	return true;
}

void mm_import_text_skip_spaces(struct mm_import_cursor *at)
{
	while (at->p < at->end && (*at->p == ' ' || *at->p == '\t'))
		at->p++;
}

static struct mm_import_field word(struct mm_import_cursor *at)
{
	struct mm_import_field f = {at->p, 0};

	while (at->p < at->end && *at->p != ' ')
		at->p++;
	f.len = (size_t)(at->p - f.s);
	return f;
}

/* "d..1." and its older and newer forms of four and six characters. */
static bool is_flags(struct mm_import_field f)
{
	size_t i;

	for (i = 0; i < f.len; i++) {
		char ch = f.s[i];
		char low = (char)(ch | 0x20);

		if (!is_digit(ch) && !(low >= 'a' && low <= 'z') && ch != '.' && ch != '#')
			return false;
	}
	return f.len >= 4 && f.len <= 6;
}

/* f is digits behind a dot: as many ns. */
static uint64_t fraction(struct mm_import_field f)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < NS_DIGITS; i++)
		v = v * 10 + (i < f.len ? (unsigned int)(f.s[i] - '0') : 0);
	return v;
}

static bool read_time(struct mm_import_cursor *at, struct mm_import_field f,
		      struct mm_import_stamp *stamp)
{
	static const struct mm_import_column seconds = {"the time", 10, UINT64_MAX / NS_PER_S - 1};
	static const struct mm_import_column counter = {"the time", 10, UINT64_MAX};
	struct mm_import_cursor in = {at->start, f.s, f.s + f.len, at->c};
	struct mm_import_field whole = digits(&in);
	struct mm_import_field rest = {in.p, 0};
	char q[MM_IMPORT_QUOTE_MAX];

	stamp->time_col = (size_t)(f.s - at->start) + 1;
	stamp->ticks = !mm_import_text_eat(&in, ".");
	if (!stamp->ticks)
		rest = digits(&in);
	if (!whole.len || !mm_import_text_eat(&in, ":") || in.p != in.end ||
	    (!stamp->ticks && (!rest.len || rest.len > NS_DIGITS)))
		return mm_import_line_complain(
			at, f, "the time is %s, wanted is SECONDS.FRACTION: or TICKS:",
			mm_import_line_quote(q, f.s, f.len));
	if (!mm_import_line_number(at, stamp->ticks ? &counter : &seconds, whole, &stamp->time))
		return false;
	if (!stamp->ticks)
		stamp->time = stamp->time * NS_PER_S + fraction(rest);
	return true;
}

bool mm_import_text_stamp(struct mm_import_cursor *at, struct mm_import_stamp *stamp)
{
	static const struct mm_import_column cpu = {"cpu", 10, MM_CPUS_MAX - 1};
	struct mm_import_field f;
	uint64_t v;

	at->p++;
	f = digits(at);
	if (!mm_import_line_number(at, &cpu, f, &v))
		return false;
	stamp->cpu = (unsigned int)v;
	at->p++;
	mm_import_text_skip_spaces(at);
	f = word(at);
	if (is_flags(f) && f.s[f.len - 1] != ':') {
		mm_import_text_skip_spaces(at);
		f = word(at);
	}
	if (!f.len)
		return mm_import_line_complain(at, f, "the line ends where the time should be");
	if (!read_time(at, f, stamp))
		return false;
	mm_import_text_skip_spaces(at);
	return true;
}

struct mm_import_field mm_import_text_name(struct mm_import_cursor *at)
{
	struct mm_import_cursor next = *at;
	struct mm_import_field f = word(&next);

	if (f.len < 2 || f.s[f.len - 1] != ':')
		return (struct mm_import_field){at->p, 0};
	at->p = next.p;
	f.len--;
	return f;
}

bool mm_import_text_printable(const struct mm_import_cursor *at)
{
	const char *p;

	for (p = at->p; p < at->end; p++) {
		unsigned char b = (unsigned char)*p;
		struct mm_import_field f = {p, 1};

		if (b < 0x20 ? b != '\t' : b == 0x7f)
			return mm_import_line_complain(
				at, f, "byte 0x%02x: a recording is text, one event a line",
				(unsigned int)b);
	}
	return true;
}

/* ---- the event ---- */

static int tick(struct mm_import_session *s, struct mm_import_clock *clock,
		const struct mm_import_stamp *stamp)
{
	if (!clock->started) {
		clock->started = true;
		clock->ticks = stamp->ticks;
		clock->first = stamp->time;
		clock->last = stamp->time;
	}
	if (stamp->ticks != clock->ticks)
		return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, stamp->time_col,
					       "the time has %s here, unlike before",
					       stamp->ticks ? "no dot" : "a dot");
	if (stamp->time < clock->first)
		clock->first = stamp->time; /* the buffers of CPUs are merged loosely */
	if (stamp->time > clock->last)
		clock->last = stamp->time;
	return 0;
}

int mm_import_text_event(struct mm_import_session *s, struct mm_import_clock *clock,
			 const struct mm_import_stamp *stamp, struct mm_import_field name,
			 struct mm_import_cursor *at)
{
	struct mm_import_event ev = {.cpu = stamp->cpu};
	int err = tick(s, clock, stamp);

	if (err)
		return err;
	if (!mm_import_args_kind(name, &ev.kind)) {
		mm_import_session_other(s, name, stamp->cpu);
		return 0;
	}
	if (!mm_import_args_read(at, &ev, s->st->hints))
		return mm_import_session_refuse(s, at->c);
	return mm_import_session_event(s, &ev);
}

int mm_import_text_end(struct mm_import_session *s, const struct mm_import_clock *clock)
{
	struct mm_import_stats *st = s->st;

	if (!clock->started)
		return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, 0,
					       "the recording holds no event");
	st->ticks = clock->ticks;
	st->duration = clock->last - clock->first;
	if (!st->ticks)
		st->duration /= 1000;
	return 0;
}
