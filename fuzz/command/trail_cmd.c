/* SPDX-License-Identifier: MIT */
/*
 * trail_cmd: `mmref trail` shows the way of each operation through the code.
 * Findings get the trail of their last operations.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/trace/arg.h"
#include "fuzz/trace/trail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where a step's function and file begin; longer sentences push them. */
#define FUNCTION_COLUMN 76
#define FILE_COLUMN     100

/* Operations whose trail a finding keeps. */
#define KEPT_OPS 8

#define ALL_OPS UINT64_MAX

struct trail_args {
	const char *file;
	const char *machine;
	const char *target;
	uint64_t op;   /* only this one, by position */
	uint64_t line; /* only the one on this line, 0: see op */
	bool all;
	bool json;
	bool table;
};

struct printer {
	const struct trail_args *a;
	struct session *s;
	struct mm_trail *trail;
	FILE *out;
	FILE *echo; /* a memory stream: the run's line of the operation */
	char *echoed;
	size_t echoed_len;
	size_t from; /* first operation to print */
	size_t pos;  /* of the operation being printed */
	size_t printed;
	bool lost;
};

static void print_step(void *env, const struct mm_trail_step *st)
{
	const struct printer *p = env;
	const struct mm_trail_row *row = mm_trail_row(st->ev.kind);
	int at = fprintf(p->out, "%*s%s", (int)(2 * st->depth) + 2, "", st->says);

	if (st->alike)
		at += fprintf(p->out, ", and %" PRIu32 " more like this", st->alike);
	at += fprintf(p->out, "  %*s%s", at + 2 < FUNCTION_COLUMN ? FUNCTION_COLUMN - at - 2 : 0,
		      "", row->function);
	(void)fprintf(p->out, "  %*s%s\n", at + 2 < FILE_COLUMN ? FILE_COLUMN - at - 2 : 0, "",
		      row->file);
}

static void json_step(void *env, const struct mm_trail_step *st)
{
	const struct printer *p = env;
	const struct mm_trail_row *row = mm_trail_row(st->ev.kind);
	const char *const *fields = mm_event_fields(st->ev.kind);
	struct json j = json_begin("step");
	int i;

	json_number(&j, "operation", p->pos);
	json_number(&j, "depth", st->depth);
	json_text(&j, "event", mm_event_name(st->ev.kind));
	json_text(&j, "says", st->says);
	json_text(&j, "function", row->function);
	json_text(&j, "file", row->file);
	for (i = 0; i < MM_EVENT_FIELDS && fields[i][0]; i++)
		json_number(&j, fields[i], st->ev.f[i]);
	if (st->alike)
		json_number(&j, "alike", st->alike);
	json_end(&j);
}

static bool is_wanted(const struct printer *p, size_t pos)
{
	const struct trail_args *a = p->a;

	if (a->line)
		return p->s->run->trace->ops[pos].line == a->line;
	return pos >= p->from && (a->op == ALL_OPS || pos == a->op);
}

/* The operation that has just run: its line, then its steps. */
static void print_op(struct printer *p)
{
	if (p->a->json) {
		struct json j = json_begin("operation");

		p->echoed[strcspn(p->echoed, "\n")] = '\0';
		json_number(&j, "operation", p->pos);
		json_number(&j, "line", p->s->run->trace->ops[p->pos].line);
		json_text(&j, "text", p->echoed);
		json_end(&j);
	} else {
		(void)fputs(p->echoed, p->out);
	}
	p->lost |= !mm_trail_each(p->trail, p->a->all, p->a->json ? json_step : print_step, p);
	p->printed++;
	(void)fflush(p->out);
}

static void after_op(void *env, size_t done, size_t total)
{
	struct printer *p = env;

	(void)fflush(p->echo);
	p->echoed[ftell(p->echo)] = '\0'; /* what was longer before stays behind it */
	p->pos = done;
	if (done < total && is_wanted(p, done))
		print_op(p);
	mm_trail_clear(p->trail);
	rewind(p->echo);
}

static int run_printer(struct printer *p, const struct mm_trace *t)
{
	struct mm_run_options o;
	int status = STATUS_OK;

	memset(&o, 0, sizeof(o));
	p->trail = mm_trail_create(p->s->m);
	p->echo = open_memstream(&p->echoed, &p->echoed_len);
	if (p->trail && p->echo) {
		mm_run_reset(p->s->run); /* contexts take the mask */
		o.echo = p->echo;
		o.progress = after_op; /* each operation, for progress_every is 0 */
		o.env = p;
		if (mm_run_trace(p->s->run, t, &o))
			status = STATUS_OUR_FAULT;
	} else {
		status = STATUS_OUR_FAULT;
	}
	if (p->echo)
		(void)fclose(p->echo);
	free(p->echoed);
	mm_trail_destroy(p->trail);
	if (status || p->lost)
		(void)fprintf(stderr, "mmref: no host memory for the trail\n");
	return p->lost ? STATUS_OUR_FAULT : status;
}

static int trail_of(const struct trail_args *a, const struct mm_trace *t)
{
	struct session s;
	struct printer p = {.a = a, .s = &s, .out = stdout};
	int status = session_open(&s, t, a->machine, false);

	if (status)
		return status;
	death_watch(s.run);
	status = run_printer(&p, t);
	death_watch(NULL);
	if (!status && s.run->finding == MM_FINDING_STOP && !a->json)
		(void)printf("# Linux would stop here: %s\n", s.run->claim);
	session_close(&s);
	if (status || p.printed || !t->nr)
		return status;
	if (a->line)
		(void)fprintf(stderr, "mmref trail: %s:%" PRIu64 ": no operation was run there\n",
			      a->file, a->line);
	else
		(void)fprintf(stderr,
			      "mmref trail: %s: @%" PRIu64
			      ": no such operation was run; there are @0 "
			      "to @%zu\n",
			      a->file, a->op, t->nr - 1);
	return STATUS_BAD_INPUT;
}

/* "FILE:LINE" is a moment, unless a file has that name. */
static char *split_moment(const char *arg, uint64_t *line)
{
	char *file = strdup(arg);
	char *colon = file ? strrchr(file, ':') : NULL;

	if (colon && access(file, F_OK) && mm_arg_number(colon + 1, strlen(colon + 1), line) &&
	    *line)
		*colon = '\0';
	else
		*line = 0;
	return file;
}

static void print_table(void)
{
	int kind;

	for (kind = 0; kind < MM_EV_NR; kind++) {
		const struct mm_trail_row *row = mm_trail_row((enum mm_event_kind)kind);

		(void)printf("%-26s %-24s %s\n", mm_event_name((enum mm_event_kind)kind),
			     row->function, row->file);
	}
}

static const struct command_option options[] = {
	OPTION_NUMBER("op", "N", struct trail_args, op, 0, "only operation @N"),
	OPTION_FLAG("all", struct trail_args, all,
		    "every step; else of more than six of a kind three are shown"),
	OPTION_FLAG("json", struct trail_args, json, "a line of JSON per step"),
	OPTION_FLAG("table", struct trail_args, table, "kinds of steps with their functions"),
	OPTION_TEXT("m", "MACHINE", WORD_MACHINE, struct trail_args, machine,
		    "this machine, not the trace's"),
	OPTION_TEXT("bytes", "TARGET", WORD_TARGET, struct trail_args, target,
		    "TRACE holds a fuzzer's bytes"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_MAYBE("TRACE", WORD_TRACE, struct trail_args, file),
	WORD_END,
};

const struct command_form trail_form = {
	options, words,
	"A step per line: what happens, the function, its file; parts are indented.\n"
	"TRACE:LINE and --op show one operation.\n",
	"mmref trail corpus/phys/page_alloc/seed/an-allocation-splits-a-block-of-order-ten.ops\n"
	"see where an allocation goes\n"};

static int parse_args(struct trail_args *a, int argc, char **argv)
{
	int status;

	memset(a, 0, sizeof(*a));
	a->op = ALL_OPS;
	status = form_parse(&trail_form, a, argc, argv);
	if (!status && !a->file && !a->table)
		return usage_error("trail", "no trace given");
	return status;
}

int command_trail(int argc, char **argv)
{
	struct trail_args a;
	struct mm_trace t;
	char *file;
	int status = parse_args(&a, argc, argv);

	if (status)
		return status;
	if (a.table) {
		print_table();
		return STATUS_OK;
	}
	file = a.file ? split_moment(a.file, &a.line) : NULL;
	if (!file)
		return STATUS_OUR_FAULT;
	a.file = file;
	mm_trace_init(&t);
	status = load_trace(&t, a.file, a.target);
	if (!status)
		status = trail_of(&a, &t);
	mm_trace_free(&t);
	free(file);
	return status;
}

/* ---- findings ---- */

/* In a child: the trace may kill it, and what was printed until then stays. */
static void write_trail(const struct mm_trace *t, FILE *out)
{
	const struct trail_args a = {.op = ALL_OPS};
	struct session s;
	struct printer p = {.a = &a, .s = &s, .out = out};

	death_watch(NULL);
	death_timeout(5);
	p.from = t->nr > KEPT_OPS ? t->nr - KEPT_OPS : 0;
	if (!freopen("/dev/null", "w", stderr) || session_open(&s, t, NULL, false))
		_exit(STATUS_OUR_FAULT);
	_exit(run_printer(&p, t));
}

void finding_save_trail(const char *folder, const struct mm_trace *t)
{
	char path[512];
	FILE *out;
	pid_t pid;

	(void)snprintf(path, sizeof(path), "%s/trail.txt", folder);
	out = fopen(path, "w");
	if (!out)
		return;
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		write_trail(t, out);
	(void)fclose(out);
	(void)child_wait(pid);
}
