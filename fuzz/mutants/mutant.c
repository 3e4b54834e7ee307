/* SPDX-License-Identifier: MIT */
/*
 * mutant: the list that the operators write to.
 */
#include "fuzz/mutants/mutant.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const operator_names[OPERATORS] = {
	[OPERATOR_UNDO] = "undo",
	[OPERATOR_UNIT] = "unit",
	[OPERATOR_SIBLING] = "sibling",
	[OPERATOR_ADVANCE] = "advance",
	[OPERATOR_ROUNDING] = "rounding",
	[OPERATOR_WIDTH] = "width",
	[OPERATOR_STALE] = "stale",
	[OPERATOR_HEAD] = "head",
	[OPERATOR_LIMIT] = "limit",
	[OPERATOR_PAIR] = "pair",
	[OPERATOR_RELATION] = "relation",
	[OPERATOR_LOGIC] = "logic",
	[OPERATOR_ARITHMETIC] = "arithmetic",
	[OPERATOR_COMPOUND] = "compound",
	[OPERATOR_STEP] = "step",
	[OPERATOR_CONSTANT] = "constant",
	[OPERATOR_ENUMERATOR] = "enumerator",
	[OPERATOR_RETURN] = "return",
	[OPERATOR_DELETE] = "delete",
};

const char *const operator_titles[OPERATORS] = {
	[OPERATOR_UNDO] = "an error path forgets one step",
	[OPERATOR_UNIT] = "a count in blocks where it is in pages, or the reverse",
	[OPERATOR_SIBLING] = "the helper of another state with the same signature",
	[OPERATOR_ADVANCE] = "a cursor of a loop stays where it is",
	[OPERATOR_ROUNDING] = "an address rounded the other way, or not at all",
	[OPERATOR_WIDTH] = "32 bits where 64 are needed",
	[OPERATOR_STALE] = "an earlier value, or the caller's, instead of a new look",
	[OPERATOR_HEAD] = "a tail taken for its head, or the reverse",
	[OPERATOR_LIMIT] = "a limit not computed again, or a step too early",
	[OPERATOR_PAIR] = "one of two counters that move together stays",
	[OPERATOR_RELATION] = "< and <=, == and !=",
	[OPERATOR_LOGIC] = "&& and ||, a negation more or less",
	[OPERATOR_ARITHMETIC] = "+ and -, * and /, << and >>, & and |",
	[OPERATOR_COMPOUND] = "+= and -=, |= and &=",
	[OPERATOR_STEP] = "++ and --",
	[OPERATOR_CONSTANT] = "a number one more or less",
	[OPERATOR_ENUMERATOR] = "the next name in its enum or list of flags",
	[OPERATOR_RETURN] = "another result",
	[OPERATOR_DELETE] = "a statement missing",
};

static size_t length_of(const struct token *first, const struct token *last)
{
	return last->at + last->len - first->at;
}

char *text_of(const struct code *c, size_t first, size_t last)
{
	size_t at = c->tokens[first].at;
	size_t len = length_of(&c->tokens[first], &c->tokens[last]);
	char *s = malloc(len + 1);

	if (!s)
		give_up(5, "out of memory");
	memcpy(s, c->text + at, len);
	s[len] = '\0';
	return s;
}

/* Blanks run together, for one line of a table. */
static char *squeezed(const char *s)
{
	char *copy = malloc(strlen(s) + 2);
	char *out = copy;

	if (!copy)
		give_up(5, "out of memory");
	for (; *s; s++) {
		if (strchr(" \t\n", *s)) {
			if (out > copy && out[-1] != ' ')
				*out++ = ' ';
		} else {
			*out++ = *s;
		}
	}
	while (out > copy && out[-1] == ' ')
		out--;
	*out = '\0';
	return copy;
}

/* text with as many line breaks as stood there. */
static char *of_equal_lines(const struct code *c, size_t first, size_t last, const char *text)
{
	size_t missing = c->tokens[last].line - c->tokens[first].line;
	size_t len = strlen(text);
	const char *p;
	char *s;

	for (p = text; *p; p++)
		missing -= *p == '\n' && missing ? 1 : 0;
	s = malloc(len + missing + 1);
	if (!s)
		give_up(5, "out of memory");
	memcpy(s, text, len);
	memset(s + len, '\n', missing);
	s[len + missing] = '\0';
	return s;
}

/* Assertions judge callers; what they say is no step of the machine. */
bool mutable(const struct code *c, size_t i)
{
	size_t t;

	if (c->tokens[i].function == NOWHERE)
		return false;
	for (t = c->functions[c->tokens[i].function].body; t <= i; t++) {
		if (token_among(c, t, " MM_PRE _Static_assert static_assert sizeof ") &&
		    token_is(c, t + 1, "(") && c->tokens[t + 1].mate >= i)
			return false;
	}
	return true;
}

static bool said_already(const struct mutants *ms, const struct mutant *m)
{
	size_t i;

	for (i = ms->of_file; i < ms->nr; i++) {
		const struct mutant *o = &ms->m[i];

		if (o->at == m->at && o->len == m->len && strcmp(o->text, m->text) == 0)
			return true;
	}
	return false;
}

static void name_it(const struct mutants *ms, struct mutant *m, const char *path)
{
	unsigned int nr = 1;
	size_t i;
	int len;

	for (i = ms->of_file; i < ms->nr; i++) {
		const struct mutant *o = &ms->m[i];

		nr += o->op == m->op && o->line == m->line && o->column == m->column;
	}
	len = snprintf(m->id, sizeof(m->id), "%s:%u:%u:%s", path, m->line, m->column,
		       operator_names[m->op]);
	if (len < 0 || (size_t)len + 8 > sizeof(m->id))
		give_up(3, "%s: this path is too long", path);
	if (nr > 1)
		(void)snprintf(m->id + len, sizeof(m->id) - (size_t)len, ".%u", nr);
}

static char *printed(const char *fmt, va_list ap)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out || vfprintf(out, fmt, ap) < 0 || fclose(out) != 0)
		give_up(5, "out of memory");
	return text;
}

static void name_function(const struct code *c, size_t function, char *name, size_t room)
{
	const struct token *t;

	if (function == NOWHERE) {
		(void)snprintf(name, room, "-");
		return;
	}
	t = &c->tokens[c->functions[function].name];
	(void)snprintf(name, room, "%.*s", (int)t->len, c->text + t->at);
}

void mutant_add(struct mutants *ms, const struct code *c, enum mutant_op op, size_t first,
		size_t last, const char *fmt, ...)
{
	const struct token *t = &c->tokens[first];
	struct mutant m = {.op = op, .line = t->line, .column = t->column, .at = t->at};
	char *was = text_of(c, first, last);
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = printed(fmt, ap);
	va_end(ap);
	m.len = strlen(was);
	m.before = squeezed(was);
	m.after = squeezed(text);
	m.text = of_equal_lines(c, first, last, text);
	name_function(c, t->function, m.function, sizeof(m.function));
	free(text);
	if (strcmp(m.before, m.after) == 0 || said_already(ms, &m)) {
		free(m.before);
		free(m.after);
		free(m.text);
	} else {
		name_it(ms, &m, c->path);
		ms->m = grown(ms->m, ms->nr, sizeof(*ms->m));
		ms->m[ms->nr++] = m;
	}
	free(was);
}

void mutants_free(struct mutants *ms)
{
	size_t i;

	for (i = 0; i < ms->nr; i++) {
		free(ms->m[i].before);
		free(ms->m[i].after);
		free(ms->m[i].text);
	}
	free(ms->m);
}

/* History first, so that an edit with two names goes by the more telling one. */
void mutants_of_file(struct mutants *ms, const struct code *c, const struct names *n)
{
	ms->of_file = ms->nr;
	mutate_history(ms, c);
	mutate_values(ms, c);
	mutate_siblings(ms, c, n);
	mutate_classic(ms, c, n);
}
