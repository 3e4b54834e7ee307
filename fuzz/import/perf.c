/* SPDX-License-Identifier: MIT */
/*
 * perf: what perf script prints.
 *
 *     # cmdline : perf record -e kmem:* -a -g               of --header
 *     git  9191 [001]  4128.80: kmem:mm_page_free: ...       an event
 *     git  9191/9191 [001]  4128.80: 1 kmem:mm_page_free:    with -F pid, period
 *         ffffffff8125b0c0 free_unref_page+0x40 (...)        its stack
 *     git  9191 [001]  4128.81: PERF_RECORD_LOST lost 12     a loss
 *
 * What perf record and perf script say on standard error may stand between
 * the lines, since people write both into one file.
 */
#include "fuzz/import/text.h"

#define CMDLINE "# cmdline : "
#define RECORD  "PERF_RECORD_"

struct perf {
	struct mm_import_session *s;
	struct mm_import_clock clock;
	struct mm_import_complaint why;
};

/* ---- losses and notices ---- */

static int lose(struct perf *f, const struct mm_import_cursor *at, uint64_t n)
{
	struct mm_import_loss *lost = &f->s->st->lost;

	if (n > UINT64_MAX - lost->reported)
		return mm_import_session_refuse_at(f->s, at, "more than 2^64 events are lost");
	lost->reported += n;
	f->s->st->asides[MM_IMPORT_LOSS]++;
	return 0;
}

/* PERF_RECORD_LOST lost 12, PERF_RECORD_LOST_SAMPLES lost 3, and all others. */
static int take_record(struct perf *f, struct mm_import_cursor *at)
{
	uint64_t n;

	if (!mm_import_text_eat(at, "LOST")) {
		f->s->st->asides[MM_IMPORT_RECORD]++;
		return 0;
	}
	(void)mm_import_text_eat(at, "_SAMPLES");
	mm_import_text_skip_spaces(at);
	if (!mm_import_text_eat(at, "lost ") || !mm_import_text_eat_number(at, &n))
		return mm_import_session_refuse_at(f->s, at, "wanted is a loss: lost N");
	return lose(f, at, n);
}

/* "LOST 123 events!" and "Processed 9 events and lost 2 chunks!" */
static int take_loss(struct perf *f, const struct mm_import_cursor *line, bool *mine)
{
	struct mm_import_cursor at = *line;
	uint64_t n;

	*mine = true;
	if (mm_import_text_eat(&at, "LOST ") && mm_import_text_eat_number(&at, &n) &&
	    mm_import_text_eat(&at, " events!"))
		return lose(f, &at, n);
	at.p = line->p;
	if (mm_import_text_eat(&at, "Processed ") && mm_import_text_eat_number(&at, &n) &&
	    mm_import_text_eat(&at, " events and lost ") && mm_import_text_eat_number(&at, &n) &&
	    mm_import_text_eat(&at, " chunks!")) {
		f->s->st->lost.unnumbered++; /* nobody knows the size of a chunk */
		f->s->st->asides[MM_IMPORT_LOSS]++;
		return 0;
	}
	*mine = false;
	return 0;
}

static bool is_notice(const struct mm_import_cursor *line)
{
	static const char *const texts[] = {
		"[ perf record: ", "Warning:", "Check IO/CPU overload!"};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mm_import_cursor at = *line;

		if (mm_import_text_eat(&at, texts[i]))
			return true;
	}
	return false;
}

/* An address and what lies there, behind white space. */
static bool is_stack(const struct mm_import_cursor *line)
{
	struct mm_import_cursor at = *line;
	const char *from;

	mm_import_text_skip_spaces(&at);
	if (at.p == at.start)
		return false;
	from = at.p;
	while (at.p < at.end && ((*at.p >= '0' && *at.p <= '9') || (*at.p >= 'a' && *at.p <= 'f')))
		at.p++;
	return at.p > from && at.p - from <= 16 && (at.p == at.end || *at.p == ' ');
}

/* ---- events ---- */

static int take_event(struct perf *f, struct mm_import_cursor *at)
{
	struct mm_import_stamp stamp;
	struct mm_import_field name;
	uint64_t period;

	if (!mm_import_text_stamp(at, &stamp))
		return mm_import_session_refuse(f->s, at->c);
	if (mm_import_text_eat(at, RECORD))
		return take_record(f, at);
	if (mm_import_text_eat_number(at, &period))
		mm_import_text_skip_spaces(at);
	name = mm_import_text_name(at);
	if (!name.len)
		return mm_import_session_refuse_at(f->s, at,
						   "no name of an event, which ends with ':'");
	return mm_import_text_event(f->s, &f->clock, &stamp, name, at);
}

static int take_comment(struct perf *f, struct mm_import_cursor *at)
{
	struct mm_import_stats *st = f->s->st;

	st->comments++;
	if (mm_import_text_eat(at, CMDLINE))
		mm_import_session_take(st->command, sizeof(st->command), at->p,
				       (size_t)(at->end - at->p));
	return 0;
}

static int take_other_line(struct perf *f, struct mm_import_cursor *at)
{
	bool mine;
	int err;

	if (mm_import_text_eat(at, RECORD))
		return take_record(f, at);
	err = take_loss(f, at, &mine);
	if (err || mine)
		return err;
	if (is_stack(at)) {
		f->s->st->asides[MM_IMPORT_STACK]++;
		return 0;
	}
	if (is_notice(at)) {
		f->s->st->asides[MM_IMPORT_NOTICE]++;
		return 0;
	}
	mm_import_text_skip_spaces(at);
	if (at->p != at->end)
		return mm_import_session_refuse_at(
			f->s, at,
			"no event of perf script: COMM PID [CPU] TIME: EVENT: ...; "
			"its option -F +cpu,+time adds what is missing");
	f->s->st->asides[MM_IMPORT_EMPTY]++;
	return 0;
}

static int take_line(struct perf *f, const char *line, size_t len)
{
	struct mm_import_cursor at = {line, line, line + len, &f->why};
	size_t cpu;

	if (!mm_import_text_printable(&at))
		return mm_import_session_refuse(f->s, &f->why);
	if (len && line[0] == '#')
		return take_comment(f, &at);
	cpu = mm_import_text_cpu(line, len, MM_IMPORT_PERF);
	if (!cpu)
		return take_other_line(f, &at);
	at.p += cpu;
	return take_event(f, &at);
}

int mm_import_perf_read(struct mm_import_session *s)
{
	struct perf f = {.s = s};
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
