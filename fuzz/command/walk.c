/* SPDX-License-Identifier: MIT */
/*
 * walk: the traces that a command line names, one by one in name order.
 */
#include "fuzz/command/command.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Deeper folders than this are a loop. */
#define DEPTH_MAX 16

static bool is_trace_name(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".ops") == 0;
}

static int not_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static bool is_folder(const char *path)
{
	struct stat st;

	/* what is not there is for the reader to complain about */
	return strcmp(path, "-") != 0 && !stat(path, &st) && S_ISDIR(st.st_mode);
}

static int walk_folder(const char *folder, int depth, const struct trace_walk *w)
{
	struct dirent **names;
	int n = depth < DEPTH_MAX ? scandir(folder, &names, not_hidden, alphasort) : -1;
	int status = STATUS_OK;
	int i;

	if (n < 0) {
		(void)fprintf(stderr, "mmref: %s: cannot be read: %s\n", folder,
			      depth < DEPTH_MAX ? strerror(errno) : "too deep");
		return STATUS_BAD_INPUT;
	}
	for (i = 0; i < n; i++) {
		char path[4096];
		bool fits = snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name) <
			    (int)sizeof(path);

		if (fits && is_folder(path))
			status = walk_folder(path, depth + 1, w) ? STATUS_BAD_INPUT : status;
		else if (fits && (w->any_name || is_trace_name(path)))
			w->each(w->env, path);
		free(names[i]);
	}
	free(names);
	return status;
}

int each_trace(const char *path, const struct trace_walk *w)
{
	if (is_folder(path))
		return walk_folder(path, 0, w);
	w->each(w->env, path);
	return STATUS_OK;
}
