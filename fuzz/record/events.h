/* SPDX-License-Identifier: MIT */
/*
 * events: the text of trace_pipe on its way to events.txt.gz.
 *
 *                  gcc-9183  [001] ..... 4128.491756: mm_page_free: page=...
 *     |--- 16 ------|                                 one of ours, else withheld
 *
 * What is kept of a line is only what the kernel's layout puts where no name can
 * be; the task in front is 16 columns wide, whatever stands in it.
 */
#ifndef MM_RECORD_EVENTS_H
#define MM_RECORD_EVENTS_H

#include "fuzz/record/lines.h"
#include "fuzz/record/names.h"
#include "fuzz/record/record.h"

struct mm_record_event_text {
	struct mm_record_events *ev;
	struct mm_record_names *names; /* NULL: as they are */
	struct mm_record_sink *sink;   /* NULL: only count */
};

/* A line of trace_pipe; env is a struct mm_record_event_text. */
void mm_record_event_line(void *env, const char *line, size_t len);

/*
 * The header, whose numbers are known at the end: a gzip member of its own and of
 * constant size in front of the others.  Write it first, and again at last.
 * 0, or errno.
 */
int mm_record_event_header(const char *path, const struct mm_record_events *ev,
			   const char *command);

#endif
