/* SPDX-License-Identifier: MIT */
/*
 * import_cmd: `mmref import` turns a recording into a trace and says what it
 * counted.  Output to a file goes to a temporary name first, so that a refused
 * recording or a full disk leaves no half trace behind.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/import/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void step(void *env, uint64_t done, uint64_t total)
{
	progress_step(env, done, total);
}

static int import(const char *path, enum mm_import_format format, FILE *out,
		  struct mm_import_stats *st)
{
	struct mm_error e = {path, 0, 0, ""};
	struct progress p;
	struct mm_import_options o = {format, step, &p};
	int err;

	progress_start(&p, path);
	err = mm_import_recording(path, out, &o, st, &e);
	progress_end(&p);
	return err ? bad_input(&e) : STATUS_OK;
}

/* Only a plain file may be replaced; a device or a pipe is written to. */
static bool is_plain(const char *to)
{
	struct stat st;

	return stat(to, &st) || S_ISREG(st.st_mode);
}

static int import_to(const char *path, enum mm_import_format format, const char *to,
		     struct mm_import_stats *st)
{
	bool plain = is_plain(to);
	char temp[4096];
	FILE *out;
	int status;

	if (snprintf(temp, sizeof(temp), "%s%s", to, plain ? ".part" : "") >= (int)sizeof(temp))
		return usage_error("import", "the output name is too long");
	out = fopen(temp, "w");
	if (!out) {
		(void)fprintf(stderr, "mmref: %s: cannot be written: %s\n", temp, strerror(errno));
		return STATUS_BAD_INPUT;
	}
	status = import(path, format, out, st);
	if (fclose(out) && !status) {
		(void)fprintf(stderr, "mmref: %s: cannot be written: %s\n", temp, strerror(errno));
		status = STATUS_BAD_INPUT;
	}
	if (!plain)
		return status;
	if (!status && rename(temp, to)) {
		(void)fprintf(stderr, "mmref: %s: cannot be written: %s\n", to, strerror(errno));
		status = STATUS_BAD_INPUT;
	}
	if (status)
		(void)remove(temp);
	return status;
}

struct import_args {
	const char *recording;
	const char *to;
	const char *format;
};

static const struct command_option options[] = {
	OPTION_TEXT("o", "FILE", WORD_FILE, struct import_args, to,
		    "write the trace there, not to standard output"),
	OPTION_LISTED("format", "FORMAT", struct import_args, format, "kmem ftrace perf",
		      "what the recording is; without, its beginning says it"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_ONE("RECORDING", WORD_FILE, struct import_args, recording, "no recording given"),
	WORD_END,
};

const struct command_form import_form = {
	options, words,
	"RECORDING: compact (kmem), ftrace text, or perf script; gzip or plain, - for a pipe.\n"
	"A FILE that cannot be written whole is not left behind in part.\n",
	"mmref import git_log.txt.gz -o git_log.ops\na trace of what a kernel was asked for\n"};

int command_import(int argc, char **argv)
{
	enum mm_import_format format = MM_IMPORT_ANY;
	struct import_args a = {NULL, NULL, NULL};
	struct mm_import_stats st;
	int status = form_parse(&import_form, &a, argc, argv);

	if (status)
		return status;
	if (a.format && !mm_import_format_find(a.format, &format))
		return usage_error("import", "unknown format %s", a.format);
	status = a.to && strcmp(a.to, "-") != 0 ? import_to(a.recording, format, a.to, &st)
						: import(a.recording, format, stdout, &st);
	if (!status && mm_import_stats_print(&st, "", stderr))
		status = STATUS_BAD_INPUT;
	return status;
}
