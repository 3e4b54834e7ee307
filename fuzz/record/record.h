/* SPDX-License-Identifier: MIT */
/*
 * record: a command runs, and what the kernel was asked for on its behalf is
 * written to a folder: page events through an instance of tracefs that is ours
 * alone, memory system calls through strace, and the machine it ran on.
 *
 *     recorder --- fork --- guard     waits on a pipe; removes the instance when
 *        |                            told to, or when the recorder is gone
 *        +------- fork --- command    waits for "go", then CMD (or strace -D CMD)
 *        |
 *        trace_pipe, strace's pipe --> lines --> names taken out --> *.txt.gz
 *
 * The recorder is one loop over signals, both pipes and the clock.
 */
#ifndef MM_RECORD_H
#define MM_RECORD_H

#include "mm/err.h"

#include "fuzz/import/import.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What to record, as bits. */
#define MM_RECORD_EVENTS 0x1u
#define MM_RECORD_STRACE 0x2u

#define MM_RECORD_BUFFER_KIB     8192    /* per CPU, unless told otherwise */
#define MM_RECORD_BUFFER_KIB_MAX 4194304 /* per CPU */
#define MM_RECORD_WHY_MAX        320

struct mm_record_options {
	const char *dir;      /* made; or empty */
	unsigned int want;    /* MM_RECORD_*; 0: events, without them strace */
	bool system;          /* events of all processes, not of the command's only */
	bool clear_names;     /* names and paths as they are, not numbered */
	uint64_t buffer_kib;  /* per CPU */
	uint64_t max_seconds; /* then the command is ended; 0: never */
	char **command;       /* words, NULL at the end */
	int nr_words;
};

/* What a CPU's buffer could not keep. */
struct mm_record_loss {
	uint64_t overrun; /* overwritten by younger events */
	uint64_t dropped; /* by the kernel before they reached the buffer */
	uint64_t left;    /* in the buffer when reading ended */
};

#define MM_RECORD_CPUS_MAX 512

struct mm_record_events {
	uint64_t count[MM_IMPORT_KIND_NR];
	uint64_t total;
	uint64_t notices;  /* of loss, between the events */
	uint64_t reported; /* events that those say were lost */
	uint64_t withheld; /* lines that are no event as the kernel prints it */
	struct mm_record_loss cpu[MM_RECORD_CPUS_MAX];
	unsigned int nr_cpus;
	uint64_t lost; /* all in all */
};

/* Why the command is over. */
enum mm_record_end {
	MM_RECORD_BY_ITSELF,
	MM_RECORD_SIGNAL,     /* to the recorder, passed on */
	MM_RECORD_MAX_SECONDS /* --max-seconds */
};

struct mm_record_result {
	unsigned int did; /* MM_RECORD_* */
	char why_no_events[MM_RECORD_WHY_MAX];
	char why_no_strace[MM_RECORD_WHY_MAX];
	char why_no_machine[MM_RECORD_WHY_MAX];
	struct mm_record_events events;
	uint64_t strace_lines;
	uint64_t strace_withheld;
	enum mm_record_end end;
	int signal; /* that ended the recorder, 0: none */
	int status; /* of the command, as waitpid has it */
	double seconds;
	bool removed; /* the instance is gone, or never was */
	char instance[48];
	char clock[16]; /* of the events */
};

/*
 * Run and record.  0; -MM_ENODEV: nothing can be recorded here, and the reasons
 * are in r; -MM_EINVAL: the command or the folder is refused; -MM_EIO: something
 * could not be written, the rest was; -MM_ENOMEM.  With e in all cases.  The
 * command has not run when r->did is 0.
 */
int mm_record_run(const struct mm_record_options *o, struct mm_record_result *r,
		  struct mm_error *e) MM_MUST_USE;

#endif
