/* SPDX-License-Identifier: MIT */
/*
 * session: one import, whatever the format of the recording.  A format reads
 * lines and hands events over; here frames become handles, everything is
 * counted, and at the end the machine is chosen and the trace written.
 */
#ifndef MM_IMPORT_SESSION_H
#define MM_IMPORT_SESSION_H

#include "fuzz/import/frames.h"
#include "fuzz/import/gfps.h"
#include "fuzz/import/import.h"
#include "fuzz/import/line.h"
#include "fuzz/import/reader.h"
#include "fuzz/import/writer.h"

struct mm_import_session {
	struct mm_import_stats *st;
	struct mm_error *e;
	struct mm_import_reader reader;
	struct mm_import_writer writer;
	struct mm_import_frames live;
	struct mm_import_gfps gfps;
};

/* Where a compact recording begins; the number of its version follows. */
#define MM_IMPORT_KMEM_FIRST "# kernel-trace kmem v"

/* The formats: read all lines of an open recording. */
int mm_import_kmem_read(struct mm_import_session *s) MM_MUST_USE;
int mm_import_ftrace_read(struct mm_import_session *s) MM_MUST_USE;
int mm_import_perf_read(struct mm_import_session *s) MM_MUST_USE;

/* Refuse the line read last for the reason in c: -MM_EINVAL. */
int mm_import_session_refuse(struct mm_import_session *s,
			     const struct mm_import_complaint *c) MM_MUST_USE;

/* The same, for text about what stands at at. */
int mm_import_session_refuse_at(struct mm_import_session *s, const struct mm_import_cursor *at,
				const char *text) MM_MUST_USE;

/* Count an event and write what it becomes. */
int mm_import_session_event(struct mm_import_session *s,
			    const struct mm_import_event *ev) MM_MUST_USE;

/* Count an event that is not modelled by its name. */
void mm_import_session_other(struct mm_import_session *s, struct mm_import_field name,
			     unsigned int cpu);

/* Text from outside that goes into a comment: one line of plain ASCII. */
void mm_import_session_take(char *to, size_t size, const char *s, size_t len);

/* All lines were read: choose the machine, write the trace (out may be NULL). */
int mm_import_session_finish(struct mm_import_session *s, FILE *out) MM_MUST_USE;

#endif
