/* SPDX-License-Identifier: MIT */
/*
 * print: operations as text.
 *
 * Canonical text is what mm_trace_print makes: the machine, then a line per
 * operation with every maker named a1, a2 ... in order, keys in the order of
 * the row, a key left out when its value is 0 and the row does not insist.
 */
#include "fuzz/trace/arg.h"
#include "fuzz/trace/trace.h"

#include <inttypes.h>
#include <string.h>

/* A generated name: a and 32 bits. */
#define NAME_MAX_LEN 16

/* Fits any line with generated names: four keys with the longest values. */
#define LINE_MAX_LEN 4096

/* Appends as snprintf does: counts on where the room ends. */
struct sink {
	char *buf;
	size_t len;
	size_t at;
};

static void put(struct sink *s, const char *text)
{
	size_t n = strlen(text);

	if (s->at < s->len) {
		size_t room = s->len - s->at - 1;

		memcpy(s->buf + s->at, text, n < room ? n : room);
		s->buf[s->at + (n < room ? n : room)] = '\0';
	}
	s->at += n;
}

static const char *generated_name(const struct mm_trace *t, size_t pos, char *buf, size_t len)
{
	(void)snprintf(buf, len, "a%" PRIu32, t->makers[pos]);
	return buf;
}

const char *mm_trace_name(const struct mm_trace *t, size_t pos, char *buf, size_t len)
{
	if (t->names && t->names[pos])
		return t->names[pos];
	return generated_name(t, pos, buf, len);
}

static const char *name_of(const struct mm_trace *t, size_t pos, bool canonical, char *buf)
{
	return canonical ? generated_name(t, pos, buf, NAME_MAX_LEN)
			 : mm_trace_name(t, pos, buf, NAME_MAX_LEN);
}

static void put_args(struct sink *s, const struct mm_trace *t, size_t pos, bool canonical)
{
	const struct mm_op *op = &t->ops[pos];
	const struct mm_op_def *def = mm_optable_get(op->op);
	char text[MM_ARG_TEXT_MAX];
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		if (!mm_arg_is_handle(def->args[i].kind))
			continue;
		put(s, " ");
		put(s, op->arg[i] ? name_of(t, (size_t)op->arg[i] - 1, canonical, text) : "-");
	}
	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		if (mm_arg_is_handle(def->args[i].kind) ||
		    (op->arg[i] == mm_arg_default(def->args[i].kind) &&
		     !(def->args[i].flags & MM_ARGF_SHOW)))
			continue;
		put(s, " ");
		put(s, def->args[i].name);
		put(s, "=");
		mm_arg_print(def->args[i].kind, op->arg[i], text, sizeof(text));
		put(s, text);
	}
}

static void put_op(struct sink *s, const struct mm_trace *t, size_t pos, bool canonical)
{
	const struct mm_op_def *def = mm_optable_get(t->ops[pos].op);
	char name[NAME_MAX_LEN];

	/* a trace with names leaves those makers unnamed that nobody uses */
	if (def->makes != MM_ARG_END && (canonical || !t->names || t->names[pos])) {
		put(s, name_of(t, pos, canonical, name));
		put(s, " = ");
	}
	put(s, def->name);
	put_args(s, t, pos, canonical);
}

int mm_trace_print_op(const struct mm_trace *t, size_t pos, char *buf, size_t len)
{
	struct sink s = {.len = len};

	s.buf = buf;
	put_op(&s, t, pos, false);
	return (int)s.at;
}

/* The description with single blanks. */
static bool print_machine(const char *text, FILE *out)
{
	bool ok = fputs("machine", out) >= 0;

	while (ok && *(text += strspn(text, " \t"))) {
		size_t n = strcspn(text, " \t");

		ok = fputc(' ', out) != EOF && fwrite(text, 1, n, out) == n;
		text += n;
	}
	return ok && fputc('\n', out) != EOF;
}

int mm_trace_print(const struct mm_trace *t, FILE *out)
{
	char line[LINE_MAX_LEN];
	size_t pos;

	if (t->machine && !print_machine(t->machine, out))
		return -MM_EIO;
	for (pos = 0; pos < t->nr; pos++) {
		struct sink s = {line, sizeof(line), 0};

		put_op(&s, t, pos, true);
		put(&s, "\n");
		if (fputs(line, out) < 0)
			return -MM_EIO;
	}
	return ferror(out) ? -MM_EIO : 0;
}

void mm_expect_print(const struct mm_expect *x, char *buf, size_t len)
{
	if (x->note)
		(void)snprintf(buf, len, "%s", x->note);
	else if (x->is_err && x->err)
		(void)snprintf(buf, len, "-%s", mm_err_name(x->err));
	else if (x->is_err)
		(void)snprintf(buf, len, "ok");
	else
		(void)snprintf(buf, len, "0x%" PRIx64, x->value);
}

/* What is expected after `after` operations; first: the result of the last. */
static size_t print_expects(const struct mm_trace *t, size_t at, size_t after, bool first,
			    FILE *out)
{
	char text[MM_ARG_TEXT_MAX];

	for (; at < t->nr_expects && t->expects[at].pos <= after; at++) {
		const struct mm_expect *x = &t->expects[at];

		if (x->fact && first)
			break;
		if (x->fact) {
			(void)fprintf(out, "expect %s %" PRIu64 "\n", x->path, x->value);
		} else {
			mm_expect_print(x, text, sizeof(text));
			(void)fprintf(out, " ! %s", text);
		}
	}
	return at;
}

int mm_trace_print_judged(const struct mm_trace *t, FILE *out)
{
	char line[LINE_MAX_LEN];
	size_t at;
	size_t pos;

	if (t->machine && !print_machine(t->machine, out))
		return -MM_EIO;
	at = print_expects(t, 0, 0, false, out);
	for (pos = 0; pos < t->nr; pos++) {
		struct sink s = {line, sizeof(line), 0};
		bool result =
			at < t->nr_expects && !t->expects[at].fact && t->expects[at].pos == pos + 1;

		put_op(&s, t, pos, false);
		(void)fprintf(out, result ? "%-31s" : "%s", line);
		at = print_expects(t, at, pos + 1, true, out);
		(void)fputc('\n', out);
		at = print_expects(t, at, pos + 1, false, out);
	}
	return ferror(out) ? -MM_EIO : 0;
}
