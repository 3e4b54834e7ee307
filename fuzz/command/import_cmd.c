/* SPDX-License-Identifier: MIT */
/*
 * import_cmd: `mmref import` turns a recording into a trace and says what it
 * counted.  Output to a file goes to a temporary name first, so that a refused
 * recording or a full disk leaves no half trace behind.
 */
#include "fuzz/command/command.h"
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

int command_import(int argc, char **argv)
{
	enum mm_import_format format = MM_IMPORT_ANY;
	struct mm_import_stats st;
	const char *path = NULL;
	const char *to = NULL;
	int status;
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-o") == 0 && i + 1 < argc) {
			to = argv[++i];
		} else if (strcmp(argv[i], "--format") == 0 && i + 1 < argc) {
			if (!mm_import_format_find(argv[++i], &format))
				return usage_error("import", "unknown format %s", argv[i]);
		} else if (argv[i][0] == '-' && argv[i][1]) {
			return usage_error("import", "unknown or incomplete option %s", argv[i]);
		} else if (path) {
			return usage_error("import", "one recording at a time");
		} else {
			path = argv[i];
		}
	}
	if (!path)
		return usage_error("import", "no recording given");
	status = to && strcmp(to, "-") != 0 ? import_to(path, format, to, &st)
					    : import(path, format, stdout, &st);
	if (!status && mm_import_stats_print(&st, "", stderr))
		status = STATUS_BAD_INPUT;
	return status;
}
