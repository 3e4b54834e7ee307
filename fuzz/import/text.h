/* SPDX-License-Identifier: MIT */
/*
 * text: the event line that ftrace and perf script print, and what to do with
 * the event once the line is read.
 *
 *     ftrace   bash-9178 (9178) [001] .....  4128.491756: mm_page_free: page=...
 *     perf     bash  9178       [001]        4128.491756: kmem:mm_page_free: ...
 *              comm  pid  tgid  cpu   flags  time         name          args
 *
 * A comm may hold anything, spaces and brackets too.  So the line is read
 * from the CPU: the first number in brackets that has a task before it.
 */
#ifndef MM_IMPORT_TEXT_H
#define MM_IMPORT_TEXT_H

#include "fuzz/import/session.h"

/* Time of the first and last event. */
struct mm_import_clock {
	bool started;
	bool ticks; /* no dot: a counter, whose unit nobody tells */
	uint64_t first;
	uint64_t last; /* ns unless ticks */
};

/* What stands in front of an event. */
struct mm_import_stamp {
	unsigned int cpu;
	uint64_t time;
	bool ticks;
	size_t time_col;
};

/*
 * Where the "[" of the CPU stands after a task written as the format does it:
 * an offset > 0.  0: there is none.
 */
size_t mm_import_text_cpu(const char *s, size_t len, enum mm_import_format format);

/* at is on that "[": read up to what follows the time.  false: a complaint. */
bool mm_import_text_stamp(struct mm_import_cursor *at, struct mm_import_stamp *stamp);

/*
 * at is behind the stamp: the name of an event and its ":", empty when none
 * stands there.  Then at is behind it, else it has not moved.
 */
struct mm_import_field mm_import_text_name(struct mm_import_cursor *at);

/* Small steps: all return whether it was there, and step over it if so. */
bool mm_import_text_eat(struct mm_import_cursor *at, const char *word);
bool mm_import_text_eat_number(struct mm_import_cursor *at, uint64_t *v);
void mm_import_text_skip_spaces(struct mm_import_cursor *at);

/* No bytes that text cannot have; false: a complaint. */
bool mm_import_text_printable(const struct mm_import_cursor *at);

/*
 * Take the event `name` of a line whose arguments are what is left in at: known
 * ones go to the session, others are counted by name.
 */
int mm_import_text_event(struct mm_import_session *s, struct mm_import_clock *clock,
			 const struct mm_import_stamp *stamp, struct mm_import_field name,
			 struct mm_import_cursor *at) MM_MUST_USE;

/* The last line was read: the duration; a recording without events is refused. */
int mm_import_text_end(struct mm_import_session *s,
		       const struct mm_import_clock *clock) MM_MUST_USE;

#endif
