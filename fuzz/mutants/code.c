/* SPDX-License-Identifier: MIT */
/*
 * code: reading a file, and questions about its tokens.
 */
#include "fuzz/mutants/code.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void give_up(int status, const char *fmt, ...)
{
	va_list ap;

	(void)fflush(stdout);
	(void)fputs("mmref-mutants: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	/* without the search for leaks: nothing is freed on this way */
	(void)fflush(stderr);
	_Exit(status);
}

/* Doubled when nr is a power of two. */
void *grown(void *vector, size_t nr, size_t size)
{
	if (nr & (nr - 1) || (nr && !vector))
		return vector;
	vector = realloc(vector, (nr ? 2 * nr : 1) * size);
	if (!vector)
		give_up(5, "out of memory");
	return vector;
}

static void load(struct code *c)
{
	FILE *f = fopen(c->path, "rb");
	size_t room = 1 << 16;

	if (!f)
		give_up(3, "%s: %s", c->path, strerror(errno));
	c->text = malloc(room);
	while (c->text) {
		c->len += fread(c->text + c->len, 1, room - c->len - 1, f);
		if (c->len < room - 1)
			break;
		room *= 2;
		c->text = realloc(c->text, room);
	}
	if (!c->text)
		give_up(5, "out of memory");
	c->text[c->len] = '\0';
	if (ferror(f))
		give_up(3, "%s: %s", c->path, strerror(errno));
	(void)fclose(f);
	if (strlen(c->text) != c->len)
		give_up(3, "%s: is no text: it holds a zero byte", c->path);
}

void code_read(struct code *c, const char *path)
{
	*c = (struct code){.path = path};
	load(c);
	code_tokenise(c);
	code_structure(c);
}

void code_free(struct code *c)
{
	free(c->text);
	free(c->tokens);
	free(c->functions);
	free(c->statements);
}

bool token_is(const struct code *c, size_t i, const char *text)
{
	return i < c->nr_tokens && c->tokens[i].len == strlen(text) &&
	       strncmp(c->text + c->tokens[i].at, text, c->tokens[i].len) == 0;
}

static bool listed(const char *word, size_t len, const char *list)
{
	const char *p;

	for (p = strchr(list, ' '); p && p[1]; p = strchr(p + 1, ' ')) {
		if (strncmp(p + 1, word, len) == 0 && p[1 + len] == ' ')
			return true;
	}
	return false;
}

bool token_among(const struct code *c, size_t i, const char *texts)
{
	return i < c->nr_tokens && listed(c->text + c->tokens[i].at, c->tokens[i].len, texts);
}

bool token_has_word(const struct code *c, size_t i, const char *words)
{
	const char *p;
	const char *end;

	if (i >= c->nr_tokens || c->tokens[i].kind != TOKEN_NAME)
		return false;
	p = c->text + c->tokens[i].at;
	end = p + c->tokens[i].len;
	while (p < end) {
		const char *stop = memchr(p, '_', (size_t)(end - p));

		if (!stop)
			stop = end;
		if (stop > p && listed(p, (size_t)(stop - p), words))
			return true;
		p = stop + 1;
	}
	return false;
}

bool token_ends(const struct code *c, size_t i, const char *ending)
{
	size_t len = strlen(ending);
	const struct token *t = &c->tokens[i];

	return i < c->nr_tokens && t->len >= len &&
	       strncmp(c->text + t->at + t->len - len, ending, len) == 0;
}

bool runs_equal(const struct code *c, size_t a, size_t a_end, size_t b, size_t b_end)
{
	if (a_end - a != b_end - b)
		return false;
	for (; a < a_end; a++, b++) {
		const struct token *t = &c->tokens[a];
		const struct token *u = &c->tokens[b];

		if (t->len != u->len || strncmp(c->text + t->at, c->text + u->at, t->len) != 0)
			return false;
	}
	return true;
}

bool tokens_equal(const struct code *c, size_t a, size_t b)
{
	return runs_equal(c, a, a + 1, b, b + 1);
}

bool token_begins_type(const struct code *c, size_t i)
{
	if (i >= c->nr_tokens || c->tokens[i].kind != TOKEN_NAME)
		return false;
	return token_among(c, i,
			   " struct enum union const static extern unsigned signed int char bool "
			   "void short long float double FILE va_list ") ||
	       token_ends(c, i, "_t");
}

size_t cast_open(const struct code *c, size_t close)
{
	size_t open;
	size_t i;

	if (!token_is(c, close, ")"))
		return NOWHERE;
	open = c->tokens[close].mate;
	if (open == NOWHERE || open + 1 == close || !token_begins_type(c, open + 1))
		return NOWHERE;
	if (open && (c->tokens[open - 1].kind == TOKEN_NAME && !token_is(c, open - 1, "return")))
		return NOWHERE; /* sizeof, or parameters of a function */
	for (i = open + 1; i < close; i++) {
		if (c->tokens[i].kind != TOKEN_NAME && !token_is(c, i, "*"))
			return NOWHERE;
	}
	return open;
}

static bool ends_operand(const struct code *c, size_t i)
{
	switch (c->tokens[i].kind) {
	case TOKEN_NUMBER:
	case TOKEN_TEXT:
		return true;
	case TOKEN_NAME:
		return !token_among(c, i, " return case sizeof else do goto ") &&
		       !token_begins_type(c, i);
	case TOKEN_MARK:
		break;
	}
	return token_is(c, i, "]") || (token_is(c, i, ")") && cast_open(c, i) == NOWHERE);
}

bool token_is_binary(const struct code *c, size_t i)
{
	if (!i || !ends_operand(c, i - 1))
		return false;
	/* struct page *p */
	return !(i > 1 && c->tokens[i - 1].kind == TOKEN_NAME &&
		 token_among(c, i - 2, " struct enum union "));
}

size_t operand_end(const struct code *c, size_t i)
{
	size_t end;

	for (;;) {
		if (token_is(c, i, "(") && cast_open(c, c->tokens[i].mate) == i)
			i = c->tokens[i].mate + 1;
		else if (token_among(c, i, " - ~ ! * & "))
			i++;
		else
			break;
	}
	end = token_is(c, i, "(") ? c->tokens[i].mate : i;
	while (end + 1 < c->nr_tokens) {
		if (token_is(c, end + 1, "->") || token_is(c, end + 1, "."))
			end += 2;
		else if (token_is(c, end + 1, "[") || token_is(c, end + 1, "("))
			end = c->tokens[end + 1].mate;
		else
			break;
	}
	return end;
}

bool name_known(const struct code *c, size_t i, const char *name)
{
	size_t function = c->tokens[i].function;
	size_t t;

	if (function == NOWHERE)
		return false;
	for (t = c->functions[function].open; t < i; t++) {
		if (token_is(c, t, name) && !token_is(c, t - 1, "->") && !token_is(c, t - 1, "."))
			return true;
	}
	return false;
}

/* Where the body of the loop whose word is at i ends. */
static size_t loop_end(const struct code *c, size_t i)
{
	size_t body = c->tokens[i + 1].mate;

	if (body == NOWHERE)
		return i;
	body++;
	while (body < c->nr_tokens && !token_is(c, body, "{") && !token_is(c, body, ";"))
		body = token_is(c, body, "(") ? c->tokens[body].mate + 1 : body + 1;
	return token_is(c, body, "{") ? c->tokens[body].mate : body;
}

bool in_loop(const struct code *c, size_t token)
{
	size_t function = c->tokens[token].function;
	size_t i;

	if (function == NOWHERE)
		return false;
	for (i = c->functions[function].body; i < token; i++) {
		if (token_among(c, i, " for while mm_list_for_each ") && loop_end(c, i) > token)
			return true;
	}
	return false;
}
