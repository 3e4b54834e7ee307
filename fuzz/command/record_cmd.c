/* SPDX-License-Identifier: MIT */
/*
 * record_cmd: `mmref record -- CMD` runs a command, writes what it asked the
 * kernel for, and ends with the command that makes a trace of it.  Standard input,
 * output and error are CMD's, so what is said here goes to standard error.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/record/meta.h"
#include "fuzz/record/record.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

struct record_args {
	const char *dir;
	bool events;
	bool strace;
	bool both;
	bool system;
	bool clear;
	uint64_t buffer_kib;
	uint64_t max_seconds;
	struct words command;
};

static const struct command_option options[] = {
	OPTION_TEXT("o", "DIR", WORD_FILE, struct record_args, dir,
		    "the folder to write, new or empty; mmref-record"),
	OPTION_FLAG("events", struct record_args, events, "page events (root, tracefs)"),
	OPTION_FLAG("strace", struct record_args, strace,
		    "memory system calls (the program strace)"),
	OPTION_FLAG("both", struct record_args, both, "both, as far as they can be had"),
	OPTION_FLAG("system", struct record_args, system,
		    "page events of all processes, not only of CMD and its children"),
	OPTION_NUMBER("buffer", "KIB", struct record_args, buffer_kib, MM_RECORD_BUFFER_KIB_MAX,
		      "buffer per CPU for page events; 8192"),
	OPTION_FLAG("clear-names", struct record_args, clear,
		    "keep names of processes, paths and arguments, not numbers for them"),
	OPTION_NUMBER("max-seconds", "N", struct record_args, max_seconds, 31536000,
		      "then CMD gets SIGTERM, and 3 s later SIGKILL; 0: never"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_MANY("-- CMD", WORD_FILE, struct record_args, command, "record which command?"),
	WORD_END,
};

const struct command_form record_form = {
	options, words,
	"Without --events, --strace or --both: page events, or where they cannot be had, strace.\n"
	"DIR gets events.txt.gz, strace.txt.gz, machine (for -m), meta, and copies of zoneinfo,\n"
	"buddyinfo, vmstat and the vm sysctls, from before and (in after/) from afterwards.\n"
	"CMD's own status is printed and kept in meta.  Exit: 0 CMD ran, whatever its status;\n"
	"3 there is no CMD, or DIR cannot be written; 4 nothing can be recorded here, CMD did\n"
	"not run; 5 the instance of tracefs could not be removed.  SIGINT, SIGTERM, SIGHUP and\n"
	"SIGQUIT go on to CMD (3 s later SIGKILL), the files are completed, then it ends by it.\n",
	"mmref record -o ls.rec -- ls -R /usr/include\nwhat the kernel was asked for while it ran\n"};

/* ---- what is said at the end ---- */

static void say_events(const struct mm_record_events *ev)
{
	unsigned int i;

	(void)fprintf(stderr, "events: %" PRIu64, ev->total);
	for (i = 0; i < MM_IMPORT_KIND_NR; i++) {
		if (ev->count[i])
			(void)fprintf(stderr, "  %s %" PRIu64,
				      mm_import_kind_name((enum mm_import_kind)i), ev->count[i]);
	}
	(void)fprintf(stderr, "\nlost: %" PRIu64 " events", ev->lost);
	for (i = 0; i < ev->nr_cpus; i++) {
		const struct mm_record_loss *l = &ev->cpu[i];

		if (l->overrun || l->dropped || l->left)
			(void)fprintf(stderr,
				      "; CPU %u: overrun %" PRIu64 " dropped %" PRIu64
				      " left %" PRIu64,
				      i, l->overrun, l->dropped, l->left);
	}
	if (ev->withheld)
		(void)fprintf(stderr, "; lines withheld: %" PRIu64, ev->withheld);
	(void)fprintf(stderr, "%s\n", ev->lost ? " (a larger --buffer loses less)" : "");
}

static void say_files(const struct record_args *a, const struct mm_record_result *r)
{
	const char *dir = a->dir;

	(void)fprintf(stderr, "files in %s:", dir);
	if (r->did & MM_RECORD_EVENTS)
		(void)fprintf(stderr, " events.txt.gz");
	if (r->did & MM_RECORD_STRACE)
		(void)fprintf(stderr, " strace.txt.gz");
	(void)fprintf(stderr, "%s meta sysctl zoneinfo buddyinfo vmstat after/\n",
		      r->why_no_machine[0] ? "" : " machine");
	if (r->why_no_machine[0])
		(void)fprintf(stderr, "no machine: %s\n", r->why_no_machine);
	if (r->events.total)
		(void)fprintf(stderr,
			      "next: mmref import %s/events.txt.gz -o %s/events.ops && "
			      "mmref check %s/events.ops\n",
			      dir, dir, dir);
}

static void say(const struct record_args *a, const struct mm_record_result *r)
{
	char status[40];

	mm_record_status_text(r->status, status, sizeof(status));
	(void)fprintf(stderr, "recorded %.3f s, command ended: %s%s\n", r->seconds, status,
		      r->end == MM_RECORD_MAX_SECONDS ? " (--max-seconds)" : "");
	if (r->did & MM_RECORD_EVENTS)
		say_events(&r->events);
	if (r->did & MM_RECORD_STRACE)
		(void)fprintf(stderr, "strace: %" PRIu64 " lines\n", r->strace_lines);
	say_files(a, r);
}

/* What was wanted and cannot be had. */
static void say_why(const struct mm_record_result *r)
{
	if (r->why_no_events[0])
		(void)fprintf(stderr, "mmref record: no events: %s\n", r->why_no_events);
	if (r->why_no_strace[0])
		(void)fprintf(stderr, "mmref record: no strace: %s\n", r->why_no_strace);
}

static int status_of(int err)
{
	switch (err) {
	case 0:
		return STATUS_OK;
	case -MM_ENODEV:
		return STATUS_NOTHING;
	case -MM_ENOMEM:
		return STATUS_OUR_FAULT;
	default:
		return STATUS_BAD_INPUT;
	}
}

static int record(const struct record_args *a, const struct mm_record_options *o)
{
	struct mm_record_result *r = &(struct mm_record_result){0};
	struct mm_error e;
	int err = mm_record_run(o, r, &e);
	int status = status_of(err);

	say_why(r);
	if (err)
		(void)bad_input(&e);
	if (r->did)
		say(a, r);
	if (!status && r->did && !r->events.total && !r->strace_lines)
		status = STATUS_NOTHING;
	if (!r->removed) {
		(void)fprintf(stderr,
			      "mmref record: the instance is still there; by hand: rmdir "
			      "/sys/kernel/tracing/instances/%s\n",
			      r->instance);
		status = STATUS_OUR_FAULT;
	}
	if (r->signal) {
		(void)fflush(NULL);
		(void)signal(r->signal, SIG_DFL);
		(void)raise(r->signal);
	}
	return status;
}

int command_record(int argc, char **argv)
{
	struct record_args a = {.dir = "mmref-record", .buffer_kib = MM_RECORD_BUFFER_KIB};
	struct mm_record_options o = {0};
	int status = form_parse(&record_form, &a, argc, argv);

	if (status)
		return status;
	if (a.events + a.strace + a.both > 1)
		return usage_error("record", "one of --events, --strace and --both");
	if (!a.buffer_kib)
		return usage_error("record", "--buffer 0: a buffer has at least 1 KiB");
	if (a.system && a.strace)
		return usage_error("record", "--system is of page events, --strace records none");
	o.dir = a.dir;
	o.want = a.events ? MM_RECORD_EVENTS : a.strace ? MM_RECORD_STRACE : 0;
	if (a.both)
		o.want = MM_RECORD_EVENTS | MM_RECORD_STRACE;
	o.system = a.system;
	o.clear_names = a.clear;
	o.buffer_kib = a.buffer_kib;
	o.max_seconds = a.max_seconds;
	o.command = a.command.word;
	o.nr_words = a.command.nr;
	return record(&a, &o);
}
