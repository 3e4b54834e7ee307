/* SPDX-License-Identifier: MIT */
/*
 * strace: -D makes the tracer a grandchild, so that the command stays the
 * recorder's own child: its pid, its status, its signals.  What the tracer writes
 * goes through /proc/PID/fd, because a descriptor passed on would stay open in the
 * command.
 */
#include "fuzz/record/strace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Address spaces, their sharing and their ends.  `?`: not on every machine. */
#define CALLS                                                                                      \
	"trace=%memory,?memfd_create,?memfd_secret,?userfaultfd,?process_madvise,"                 \
	"?process_mrelease,?remap_file_pages,?mseal,?shmget,?shmctl,?fork,?vfork,clone,?clone3,"   \
	"execve,?execveat,exit,exit_group"

/* Enough for any path; longer texts end in "...". */
#define TEXT_BYTES "4096"

static const char *const fixed[] = {"-D", "-f", "-tt", "-T", "-q", "-s", TEXT_BYTES, "-e"};

#define NR_FIXED (sizeof(fixed) / sizeof(fixed[0]))

static bool executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool mm_record_find(const char *name, char *path, size_t size)
{
	const char *at = getenv("PATH");

	if (strchr(name, '/'))
		return (size_t)snprintf(path, size, "%s", name) < size && executable(path);
	if (!at || !*at)
		at = "/usr/local/bin:/usr/bin:/bin";
	while (*name && at) {
		const char *colon = strchr(at, ':');
		int len = colon ? (int)(colon - at) : (int)strlen(at);

		if ((size_t)snprintf(path, size, "%.*s%s%s", len, at, len ? "/" : "./", name) <
			    size &&
		    executable(path))
			return true;
		at = colon ? colon + 1 : NULL;
	}
	return false;
}

char **mm_record_strace_words(const char *strace, char *const *command, int nr, const char *to)
{
	const size_t words = 1 + NR_FIXED + 4 + (size_t)nr + 1;
	char **w = malloc(words * sizeof(*w));
	size_t at = 0;
	size_t i;

	if (!w)
		return NULL;
	w[at++] = (char *)(uintptr_t)strace;
	for (i = 0; i < NR_FIXED; i++)
		w[at++] = (char *)(uintptr_t)fixed[i];
	w[at++] = (char *)(uintptr_t)CALLS;
	w[at++] = (char *)(uintptr_t) "-o";
	w[at++] = (char *)(uintptr_t)to;
	w[at++] = (char *)(uintptr_t) "--";
	for (i = 0; i < (size_t)nr; i++)
		w[at++] = command[i];
	w[at] = NULL;
	return w;
}

/* The end of a text that begins at line[at], a quote; len: it has none. */
static size_t text_end(const char *line, size_t at, size_t len)
{
	for (at++; at < len && line[at] != '"'; at++) {
		if (line[at] == '\\')
			at++;
	}
	return at < len ? at : len;
}

static void put_text(const struct mm_record_strace_text *t, const char *s, size_t len)
{
	char stands[MM_RECORD_NAME_MAX];

	mm_record_sink_put(t->sink, "\"", 1);
	mm_record_name(t->names, 's', s, len, stands);
	mm_record_sink_put(t->sink, stands, strlen(stands));
	mm_record_sink_put(t->sink, "\"", 1);
}

void mm_record_strace_line(void *env, const char *line, size_t len)
{
	struct mm_record_strace_text *t = env;
	size_t from = 0;
	size_t at;

	t->lines++;
	for (at = 0; t->names && at < len; at++) {
		size_t end;

		if (line[at] != '"')
			continue;
		end = text_end(line, at, len);
		mm_record_sink_put(t->sink, line + from, at - from);
		put_text(t, line + at + 1, end - at - 1);
		t->withheld += end == len;
		from = end == len ? len : end + 1;
		at = end;
	}
	mm_record_sink_put(t->sink, line + from, len - from);
	mm_record_sink_put(t->sink, "\n", 1);
}

pid_t mm_record_tracer_of(pid_t pid)
{
	char path[48];
	char text[2048];
	const char *at;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	at = strstr(text, "\nTracerPid:");
	return at ? (pid_t)strtol(at + strlen("\nTracerPid:"), NULL, 10) : 0;
}
