/* SPDX-License-Identifier: MIT */
/*
 * text: the spelling that people and git see.
 *
 *     # mmref 1
 *     machine ram=4M max_order=6
 *     a = alloc order=0 gfp=KERNEL    ! ok
 *     free a
 *     expect zone.Normal.free[0] 1
 *
 * One line at a time, words from left to right, no lookahead past one word.
 * The first word that does not fit ends it, with its place, what it is and
 * what could have stood there.  A machine's description is stored, not read:
 * the machine module knows its fields.
 */
#include "fuzz/trace/arg.h"
#include "fuzz/trace/names.h"
#include "fuzz/trace/trace.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LANGUAGE_VERSION 1
#define LINE_MAX_LEN     4096
#define QUOTE_LEN        32 /* of what was found */
#define WORDS_LEN        200

struct word {
	const char *s;
	size_t len;
};

struct parser {
	struct mm_trace *t;
	struct mm_error *e;
	struct mm_names names;

	/* the line: [line, end), words before `at` are read */
	const char *line;
	const char *at;
	const char *end;
	uint32_t nr;
};

/* ---- words ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_name_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
}

static bool is_name(struct word w)
{
	size_t i;

	for (i = 0; i < w.len; i++) {
		if (!is_name_char(w.s[i], i == 0))
			return false;
	}
	return w.len > 0;
}

static bool word_is(struct word w, const char *text)
{
	return strlen(text) == w.len && memcmp(w.s, text, w.len) == 0;
}

static void skip_blanks(struct parser *p)
{
	while (p->at < p->end && is_blank(*p->at))
		p->at++;
}

/* Up to a blank, a comment or one of `stop`; empty at the end of the line. */
static struct word next_word_until(struct parser *p, const char *stop)
{
	struct word w;

	skip_blanks(p);
	w.s = p->at;
	while (p->at < p->end && !is_blank(*p->at) && *p->at != '#' && !strchr(stop, *p->at))
		p->at++;
	w.len = (size_t)(p->at - w.s);
	return w;
}

static struct word next_word(struct parser *p)
{
	return next_word_until(p, "");
}

static struct word peek_word(struct parser *p)
{
	struct word w = next_word(p);

	p->at = w.s;
	return w;
}

/* ---- complaints ---- */

static void quote(struct word w, char *buf, size_t len)
{
	size_t n = w.len < QUOTE_LEN ? w.len : QUOTE_LEN;
	size_t at = 0;
	size_t i;

	for (i = 0; i < n && at + 8 < len; i++) {
		unsigned char c = (unsigned char)w.s[i];

		if (c >= 0x20 && c < 0x7f)
			buf[at++] = (char)c;
		else
			at += (size_t)snprintf(buf + at, len - at, "\\x%02x", c);
	}
	(void)snprintf(buf + at, len - at, "%s", i < w.len ? "..." : "");
}

static int refuse(const struct parser *p, const char *at, const char *text)
{
	return mm_error_set(p->e, -MM_EINVAL, (int)p->nr, (int)(at - p->line) + 1, "%s", text);
}

/* Every complaint reads: found this, expected that. */
static int MM_PRINTF(3, 4) expected(const struct parser *p, struct word found, const char *fmt, ...)
{
	char text[sizeof(p->e->text)];
	char what[4 * QUOTE_LEN + 8];
	int at;
	va_list ap;

	quote(found, what, sizeof(what));
	if (found.len)
		at = snprintf(text, sizeof(text), "found \"%s\", expected ", what);
	else
		at = snprintf(text, sizeof(text), "found the end of the line, expected ");
	va_start(ap, fmt);
	(void)vsnprintf(text + at, sizeof(text) - (size_t)at, fmt, ap);
	va_end(ap);
	return refuse(p, found.s, text);
}

static int no_memory(const struct parser *p)
{
	p->t->oom = true;
	return mm_error_set(p->e, -MM_ENOMEM, (int)p->nr, 0, "out of memory");
}

/* ---- operations ---- */

static int unknown_op(const struct parser *p, struct word w)
{
	int near = w.len ? mm_names_nearest_op(w.s, w.len) : -1;

	if (near >= 0)
		return expected(p, w, "an operation; is \"%s\" meant?",
				mm_optable_get((size_t)near)->name);
	return expected(p, w, "an operation (mmref help lists them)");
}

/* `name =`, if the line starts so; else *name stays empty. */
static int read_assignment(struct parser *p, struct word *name)
{
	const char *start = p->at;
	struct word w = next_word_until(p, "=");
	int64_t pos;

	skip_blanks(p);
	if (p->at == p->end || *p->at != '=') {
		p->at = start;
		return 0;
	}
	p->at++;
	if (!is_name(w)) {
		w.len += !w.len; /* the = itself */
		return expected(p, w, "a handle name: letters, digits and _, no digit first");
	}
	pos = mm_names_find(&p->names, p->t, w.s, w.len);
	if (pos >= 0)
		return expected(p, w, "a new name; line %u has given it away",
				(unsigned int)p->t->ops[pos].line);
	*name = w;
	return 0;
}

static int read_handle(struct parser *p, enum mm_arg_kind kind, uint64_t *arg)
{
	const char *word = mm_arg_word(kind);
	struct word w = next_word(p);
	int64_t pos;

	if (!w.len || w.s[0] == '!' || memchr(w.s, '=', w.len))
		return expected(p, w, "%s", mm_arg_expected(kind));
	*arg = 0;
	if (word_is(w, "-"))
		return 0;
	pos = mm_names_find(&p->names, p->t, w.s, w.len);
	if (pos < 0)
		return expected(p, w, "the name of an earlier %s, or - for none", word);
	if (mm_optable_get(p->t->ops[pos].op)->makes != kind)
		return expected(p, w, "a %s, which line %u does not make", word,
				(unsigned int)p->t->ops[pos].line);
	*arg = (uint64_t)pos + 1;
	return 0;
}

/* "order=, gfp= or the end of the line": what may follow the operands. */
static int unknown_key(const struct parser *p, const struct mm_op_def *def, struct word w)
{
	char keys[WORDS_LEN];
	size_t at = 0;
	int i;

	keys[0] = '\0';
	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		if (!mm_arg_is_handle(def->args[i].kind) && at < sizeof(keys))
			at += (size_t)snprintf(keys + at, sizeof(keys) - at,
					       "%s%s=", at ? ", " : "", def->args[i].name);
	}
	return expected(p, w, "%s%s! or the end of the line", keys, at ? ", " : "");
}

static int read_key(struct parser *p, const struct mm_op_def *def, struct mm_op *op,
		    unsigned int *given)
{
	struct word w = next_word(p);
	const char *equals = memchr(w.s, '=', w.len);
	struct word key = {w.s, equals ? (size_t)(equals - w.s) : 0};
	struct word value;
	int i;

	if (!equals)
		return unknown_key(p, def, w);
	value.s = equals + 1;
	value.len = w.len - key.len - 1;
	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		if (!mm_arg_is_handle(def->args[i].kind) && word_is(key, def->args[i].name))
			break;
	}
	if (def->args[i].kind == MM_ARG_END)
		return unknown_key(p, def, w);
	if (*given & 1u << i)
		return expected(p, w, "%s= once", def->args[i].name);
	*given |= 1u << i;
	if (mm_arg_parse(def->args[i].kind, value.s, value.len, &op->arg[i]))
		return expected(p, value.len ? value : w, "%s", mm_arg_expected(def->args[i].kind));
	return 0;
}

static int read_args(struct parser *p, const struct mm_op_def *def, struct mm_op *op)
{
	unsigned int given = 0;
	struct word w;
	int err = 0;
	int i;

	for (i = 0; def->args[i].kind != MM_ARG_END && !err; i++) {
		if (mm_arg_is_handle(def->args[i].kind))
			err = read_handle(p, def->args[i].kind, &op->arg[i]);
		else
			op->arg[i] = mm_arg_default(def->args[i].kind);
	}
	for (w = peek_word(p); !err && w.len && w.s[0] != '!'; w = peek_word(p))
		err = read_key(p, def, op, &given);
	return err;
}

/* ---- expectations ---- */

static int end_of_line(struct parser *p)
{
	struct word w = next_word(p);

	return w.len ? expected(p, w, "the end of the line") : 0;
}

static int read_errno(struct parser *p, struct word w, struct mm_expect *x)
{
	char name[QUOTE_LEN];

	(void)snprintf(name, sizeof(name), "%.*s", (int)(w.len < QUOTE_LEN ? w.len : 0), w.s);
	x->is_err = true;
	x->err = mm_err_find(name);
	return x->err ? 0 : expected(p, w, "an error such as -ENOMEM");
}

/* After the !: ok, -ENOMEM, 0x41 or the word of an outcome. */
static int read_result(struct parser *p, struct mm_expect *x)
{
	struct word w = next_word(p);

	if (word_is(w, "ok"))
		x->is_err = true;
	else if (w.len && w.s[0] == '-')
		return read_errno(p, w, x);
	else if (is_name(w))
		x->note = mm_trace_keep(p->t, w.s, w.len);
	else if (!mm_arg_number(w.s, w.len, &x->value))
		return expected(p, w, "a result: ok, -ENOMEM, 0x41 or an outcome such as bad_page");
	return p->t->oom ? no_memory(p) : 0;
}

static int add_expect(struct parser *p, struct mm_expect *x)
{
	int err = end_of_line(p);

	if (err)
		return err;
	x->pos = (uint32_t)p->t->nr;
	x->line = p->nr;
	return mm_trace_add_expect(p->t, x) ? no_memory(p) : 0;
}

static int read_fact(struct parser *p)
{
	struct mm_expect x = {.fact = true};
	struct word path = next_word(p);
	struct word value = next_word(p);

	if (!path.len)
		return expected(p, path, "a fact such as zone.Normal.free[0]");
	if (!mm_arg_number(value.s, value.len, &x.value))
		return expected(p, value, "%s", mm_arg_expected(MM_ARG_COUNT));
	x.path = mm_trace_keep(p->t, path.s, path.len);
	return x.path ? add_expect(p, &x) : no_memory(p);
}

/* ---- lines ---- */

static int read_machine(struct parser *p, struct word w)
{
	const char *end;

	if (p->t->machine || p->t->nr || p->t->nr_expects)
		return expected(p, w, "one machine, before everything else");
	skip_blanks(p);
	for (end = p->at; end < p->end && *end != '#'; end++)
		continue;
	while (end > p->at && is_blank(end[-1]))
		end--;
	if (end == p->at)
		return expected(p, (struct word){end, 0}, "a description such as ram=4M cpus=2");
	p->t->machine = mm_trace_keep(p->t, p->at, (size_t)(end - p->at));
	p->t->machine_line = p->nr;
	p->t->machine_col = (uint32_t)(p->at - p->line) + 1;
	return p->t->machine ? 0 : no_memory(p);
}

/* Add the operation and what hangs off it: its name, its result. */
static int finish_op(struct parser *p, const struct mm_op *op, struct word name)
{
	struct mm_expect x = {0};
	uint32_t pos = (uint32_t)p->t->nr;
	struct word w = peek_word(p);
	int err;

	if (w.len) {
		p->at++; /* the ! */
		err = read_result(p, &x);
		if (err)
			return err;
	}
	if (mm_trace_add(p->t, op))
		return no_memory(p);
	if (name.len &&
	    (mm_trace_set_name(p->t, pos, name.s, name.len) || mm_names_add(&p->names, p->t, pos)))
		return no_memory(p);
	return w.len ? add_expect(p, &x) : 0;
}

static int read_op(struct parser *p, struct word name, struct word w)
{
	int row = mm_optable_find(w.s, w.len);
	const struct mm_op_def *def;
	struct mm_op op = {.op = (uint16_t)row, .line = p->nr};
	int err;

	if (row < 0)
		return unknown_op(p, w);
	def = mm_optable_get((size_t)row);
	if (name.len && def->makes == MM_ARG_END)
		return expected(p, name, "no name: %s makes nothing to name", def->name);
	err = read_args(p, def, &op);
	return err ? err : finish_op(p, &op, name);
}

static int read_line(struct parser *p)
{
	struct word name = {p->at, 0};
	struct word w = peek_word(p);
	int err;

	if (!w.len)
		return 0;
	err = read_assignment(p, &name);
	if (err)
		return err;
	w = next_word(p);
	if (!name.len && word_is(w, "machine"))
		return read_machine(p, w);
	if (!name.len && word_is(w, "expect"))
		return read_fact(p);
	return read_op(p, name, w);
}

/* `# mmref N` on the first line; any other comment is a comment. */
static int check_version(struct parser *p)
{
	struct word w;
	uint64_t version;

	if (p->nr != 1 || p->at == p->end || *p->at != '#')
		return 0;
	p->at++;
	w = next_word(p);
	if (!word_is(w, "mmref"))
		return 0;
	w = next_word(p);
	if (mm_arg_number(w.s, w.len, &version) && version != LANGUAGE_VERSION)
		return expected(p, w, "version %d of the language, the only one this reads",
				LANGUAGE_VERSION);
	return 0;
}

/* What no line may have, whatever it says. */
static int check_bytes(const struct parser *p)
{
	size_t len = (size_t)(p->end - p->line);
	const char *nul = memchr(p->line, '\0', len < LINE_MAX_LEN ? len : LINE_MAX_LEN);

	if (nul)
		return refuse(p, nul, "found a NUL byte, expected text");
	if (len > LINE_MAX_LEN)
		return refuse(p, p->line + LINE_MAX_LEN,
			      "found a line of more than 4096 bytes, expected a shorter one");
	return 0;
}

static int parse_line(struct parser *p)
{
	int err = check_bytes(p);

	if (!err)
		err = check_version(p);
	p->at = p->line;
	return err ? err : read_line(p);
}

int mm_trace_parse(struct mm_trace *t, const char *text, size_t len, const char *file,
		   struct mm_error *e)
{
	struct parser p = {.t = t, .e = e};
	const char *end = text + len;
	const char *next;
	int err = 0;

	mm_trace_clear(t);
	if (file)
		t->file = mm_trace_keep(t, file, strlen(file));
	if (t->oom)
		err = no_memory(&p);
	for (p.line = text; p.line < end && !err; p.line = next) {
		const char *newline = memchr(p.line, '\n', (size_t)(end - p.line));

		p.end = newline ? newline : end;
		next = newline ? newline + 1 : end;
		if (p.end > p.line && p.end[-1] == '\r')
			p.end--;
		p.at = p.line;
		p.nr++;
		err = parse_line(&p);
	}
	mm_names_fini(&p.names);
	if (err) {
		bool oom = t->oom;

		mm_trace_clear(t);
		t->oom = oom;
		if (e)
			e->file = file;
	}
	return err;
}
