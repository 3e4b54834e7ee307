/* SPDX-License-Identifier: MIT */
/*
 * meta: for who finds the folder later.
 */
#include "fuzz/record/meta.h"

#include "fuzz/record/host.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>

void mm_record_command_text(const struct mm_record_options *o, struct mm_record_names *names,
			    char *to, size_t size)
{
	size_t at = 0;
	size_t i;
	int w;

	to[0] = '\0';
	for (w = 0; w < o->nr_words && at + 1 < size; w++) {
		char stands[MM_RECORD_NAME_MAX];
		const char *text = o->command[w];

		if (!o->clear_names) {
			mm_record_name(names, 's', text, strlen(text), stands);
			text = stands;
		}
		at += (size_t)snprintf(to + at, size - at, "%s%s", w ? " " : "", text);
	}
	for (i = 0; to[i]; i++) {
		if ((unsigned char)to[i] < 0x20 || (unsigned char)to[i] >= 0x7f)
			to[i] = '?';
	}
}

void mm_record_status_text(int status, char *to, size_t size)
{
	if (WIFSIGNALED(status))
		(void)snprintf(to, size, "killed by signal %d", WTERMSIG(status));
	else
		(void)snprintf(to, size, "status %d", WEXITSTATUS(status));
}

static void put_end(const struct mm_record_result *r, FILE *out)
{
	char status[40];

	mm_record_status_text(r->status, status, sizeof(status));
	(void)fprintf(out, "command-ended: %s\n", status);
	if (r->end == MM_RECORD_SIGNAL)
		(void)fprintf(out, "ended-by: signal %d to the recorder\n", r->signal);
	else
		(void)fprintf(out, "ended-by: %s\n",
			      r->end == MM_RECORD_MAX_SECONDS ? "--max-seconds" : "itself");
	(void)fprintf(out, "seconds: %.6f\n", r->seconds);
}

static void put_events(const struct mm_record_options *o, const struct mm_record_result *r,
		       FILE *out)
{
	const struct mm_record_events *ev = &r->events;
	unsigned int i;

	(void)fprintf(out, "events-of: %s\nclock: %s\nbuffer-kib-per-cpu: %" PRIu64 "\n",
		      o->system ? "the whole system" : "the command and its children", r->clock,
		      o->buffer_kib);
	(void)fprintf(out, "events: %" PRIu64 "\n", ev->total);
	for (i = 0; i < MM_IMPORT_KIND_NR; i++) {
		if (ev->count[i])
			(void)fprintf(out, "event-%s: %" PRIu64 "\n",
				      mm_import_kind_name((enum mm_import_kind)i), ev->count[i]);
	}
	(void)fprintf(out, "events-lost: %" PRIu64 "\nlines-withheld: %" PRIu64 "\n", ev->lost,
		      ev->withheld);
	(void)fprintf(out, "loss-notices: %" PRIu64 " of %" PRIu64 " events\n", ev->notices,
		      ev->reported);
	for (i = 0; i < ev->nr_cpus; i++)
		(void)fprintf(out,
			      "cpu-%u: overrun %" PRIu64 " dropped %" PRIu64 " left %" PRIu64 "\n",
			      i, ev->cpu[i].overrun, ev->cpu[i].dropped, ev->cpu[i].left);
}

static void put_all(const struct mm_record_options *o, const struct mm_record_result *r,
		    const char *command, FILE *out)
{
	struct utsname u;

	(void)fprintf(out, "mmref-record: 1\ncommand: %s\nnames: %s\n", command,
		      o->clear_names ? "clear" : "numbered");
	if (uname(&u) == 0)
		(void)fprintf(out, "kernel: %s %s\n", u.release, u.machine);
	put_end(r, out);
	if (r->did & MM_RECORD_EVENTS)
		put_events(o, r, out);
	else
		(void)fprintf(out, "events: none%s%s\n", r->why_no_events[0] ? ", " : "",
			      r->why_no_events);
	if (r->did & MM_RECORD_STRACE)
		(void)fprintf(out, "strace-lines: %" PRIu64 "\nstrace-withheld: %" PRIu64 "\n",
			      r->strace_lines, r->strace_withheld);
	if (r->why_no_machine[0])
		(void)fprintf(out, "machine: none, %s\n", r->why_no_machine);
}

int mm_record_meta(const struct mm_record_options *o, const struct mm_record_result *r,
		   const char *command)
{
	char path[4096];
	FILE *out;
	int err;

	if (snprintf(path, sizeof(path), "%s/after", o->dir) >= (int)sizeof(path))
		return ENAMETOOLONG;
	if (mkdir(path, 0777))
		return errno;
	err = mm_record_host_save(path);
	if (err)
		return err;
	(void)snprintf(path, sizeof(path), "%s/meta", o->dir);
	out = fopen(path, "we");
	if (!out)
		return errno;
	put_all(o, r, command, out);
	err = ferror(out) ? EIO : 0;
	errno = 0;
	if (fclose(out) && !err)
		err = errno ? errno : EIO;
	return err;
}
