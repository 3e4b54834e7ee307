/* SPDX-License-Identifier: MIT */
/*
 * session: from the words of a command line to a machine that can run.
 */
#include "fuzz/command/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A description or a byte trace is small; more is not what was meant. */
#define FILE_MAX ((size_t)64 << 20)

char *read_file(const char *path, size_t *len, struct mm_error *e)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	char *buf = NULL;
	size_t cap = 0;
	size_t n = 0;

	e->file = path;
	if (!f) {
		(void)mm_error_set(e, -MM_EIO, 0, 0, "cannot be read: %s", strerror(errno));
		return NULL;
	}
	for (;;) {
		if (n + 1 >= cap) {
			char *more = cap < FILE_MAX ? realloc(buf, cap * 2 + 4096) : NULL;

			if (!more)
				break;
			buf = more;
			cap = cap * 2 + 4096;
		}
		errno = 0;
		*len = fread(buf + n, 1, cap - n - 1, f);
		n += *len;
		if (!*len)
			break;
	}
	if (!buf || ferror(f) || !feof(f)) {
		(void)mm_error_set(e, -MM_EIO, 0, 0, "cannot be read: %s",
				   errno ? strerror(errno) : "too large");
		free(buf);
		buf = NULL;
	} else {
		buf[n] = '\0';
		*len = n;
	}
	if (f != stdin)
		(void)fclose(f);
	return buf;
}

char *machine_argument(const char *arg, struct mm_error *e)
{
	size_t len;

	/* a description has a field, a file name seldom has an equals sign */
	if (strchr(arg, '='))
		return strdup(arg);
	return read_file(arg, &len, e);
}

static int boot(struct session *s, const struct mm_trace *t, struct mm_error *e, bool check)
{
	s->m = mm_boot(s->description, e);
	if (!s->m) {
		if (t && t->machine_line && t->machine && e->line) {
			/* the description starts inside a line of the trace */
			e->col += e->line == 1 ? (int)t->machine_col - 1 : 0;
			e->line += (int)t->machine_line - 1;
			e->file = t->file;
		}
		return bad_input(e);
	}
	if (check)
		s->checker = mm_checker_create(s->m);
	s->run = !check || s->checker ? mm_run_create(s->m, s->checker) : NULL;
	if (!s->run) {
		(void)fprintf(stderr, "mmref: no host memory for the run\n");
		return STATUS_OUR_FAULT;
	}
	return STATUS_OK;
}

int session_open(struct session *s, const struct mm_trace *t, const char *machine, bool check)
{
	struct mm_error e = {NULL, 0, 0, ""};
	int status;

	memset(s, 0, sizeof(*s));
	if (machine) {
		s->description = machine_argument(machine, &e);
		if (!s->description)
			return bad_input(&e);
		e.file = strchr(machine, '=') ? "-m" : machine;
		t = NULL;
	} else {
		s->description = strdup(t && t->machine ? t->machine : SMALL_MACHINE);
	}
	status = s->description ? boot(s, t, &e, check) : STATUS_OUR_FAULT;
	if (status)
		session_close(s);
	return status;
}

void session_close(struct session *s)
{
	mm_run_destroy(s->run);
	mm_checker_destroy(s->checker);
	mm_machine_destroy(s->m);
	free(s->description);
	memset(s, 0, sizeof(*s));
}

int read_trace(struct mm_trace *t, const char *path, const char *target, bool as_fuzzed,
	       struct mm_error *e)
{
	struct mm_target tg;
	char *bytes;
	size_t len;

	e->file = path;
	if (!target)
		return mm_trace_load(t, path, e);
	if (mm_target_find(target, &tg, e)) {
		e->file = NULL;
		return -MM_ENOENT;
	}
	bytes = read_file(path, &len, e);
	if (!bytes)
		return -MM_EIO;
	if (!as_fuzzed)
		tg.ops_max = 0; /* the limit is for fuzzing; a file runs to its end */
	mm_trace_decode(t, (const uint8_t *)bytes, len, &tg);
	free(bytes);
	if (!t->file)
		t->file = mm_trace_keep(t, path, strlen(path));
	if (t->oom)
		return mm_error_set(e, -MM_ENOMEM, 0, 0, "no host memory for the trace");
	return 0;
}

int load_trace(struct mm_trace *t, const char *path, const char *target)
{
	struct mm_error e = {path, 0, 0, ""};
	int err = read_trace(t, path, target, false, &e);

	if (!err)
		return STATUS_OK;
	(void)bad_input(&e);
	return err == -MM_ENOENT   ? STATUS_USAGE
	       : err == -MM_ENOMEM ? STATUS_OUR_FAULT
				   : STATUS_BAD_INPUT;
}

struct mm_run_options judge_all_options(void)
{
	struct mm_run_options o;

	memset(&o, 0, sizeof(o));
	o.expect = true;
	o.atomic = true;
	o.sweep = true;
	o.sweep_every = 1u << 16;
	o.teardown = true;
	o.measure = true;
	return o;
}

static int judge_once(struct session *s, const struct mm_trace *t, uint64_t *digest)
{
	struct mm_run_options o = judge_all_options();

	death_watch(s->run);
	if (mm_run_trace(s->run, t, &o))
		return STATUS_OUR_FAULT;
	death_watch(NULL);
	*digest = mm_machine_digest(s->m);
	return s->run->finding && s->run->finding != MM_FINDING_STOP ? STATUS_FINDING : STATUS_OK;
}

int session_judge(struct session *s, const struct mm_trace *t, uint64_t *digest)
{
	uint64_t again;
	int status = judge_once(s, t, digest);

	if (status)
		return status;
	mm_run_reset(s->run);
	if (!mm_checker_fresh(s->checker)) {
		mm_run_found(s->run, s->checker->report.first.id, "%s",
			     s->checker->report.first.text);
		return STATUS_FINDING;
	}
	status = judge_once(s, t, &again);
	if (status || again == *digest)
		return status;
	mm_run_found(s->run, "machine.reset_is_fresh",
		     "the trace ends in digest 0x%016" PRIx64 " on a reset machine, 0x%016" PRIx64
		     " on a fresh one",
		     again, *digest);
	return STATUS_FINDING;
}
