/* SPDX-License-Identifier: MIT */
/*
 * tokens: a text cut into the tokens of C.  Trigraphs, and a backslash that
 * splits a token over two lines, are not looked for.
 */
#include "fuzz/mutants/code.h"

#include <ctype.h>
#include <string.h>

struct place {
	size_t at;
	unsigned int line;
	size_t line_start;
};

/* Longest first. */
static const char *const marks[] = {
	"<<=", ">>=", "...", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=",
	"&&",  "||",  "+=",  "-=", "*=", "/=", "%=", "&=", "|=", "^=", "##",
};

static void step_to(const struct code *c, struct place *p, size_t to)
{
	for (; p->at < to && p->at < c->len; p->at++) {
		if (c->text[p->at] == '\n') {
			p->line++;
			p->line_start = p->at + 1;
		}
	}
}

static bool starts(const struct code *c, size_t at, const char *with)
{
	return strncmp(c->text + at, with, strlen(with)) == 0;
}

/* Where the comment at this place ends. */
static size_t comment_end(const struct code *c, size_t at)
{
	const char *end = strstr(c->text + at + 2, starts(c, at, "//") ? "\n" : "*/");

	if (!end)
		return c->len;
	return (size_t)(end - c->text) + (starts(c, at, "//") ? 0 : 2);
}

static bool is_comment(const struct code *c, size_t at)
{
	return starts(c, at, "//") || starts(c, at, "/*");
}

/* A directive goes on after a backslash, and through a comment. */
static size_t directive_end(const struct code *c, size_t at)
{
	while (at < c->len && c->text[at] != '\n') {
		if (is_comment(c, at))
			at = comment_end(c, at);
		else if (c->text[at] == '\\' && c->text[at + 1] == '\n')
			at += 2;
		else
			at++;
	}
	return at;
}

/* Text and characters, with what a backslash protects. */
static size_t quoted_end(const struct code *c, size_t at)
{
	char quote = c->text[at++];

	while (at < c->len && c->text[at] != quote && c->text[at] != '\n')
		at += c->text[at] == '\\' && at + 1 < c->len ? 2 : 1;
	return at < c->len && c->text[at] == quote ? at + 1 : at;
}

static bool is_word(char ch)
{
	return isalnum((unsigned char)ch) || ch == '_';
}

/* Numbers as the preprocessor has them: 0x1fu, 1.5e-3. */
static size_t number_end(const struct code *c, size_t at)
{
	while (at < c->len) {
		char ch = c->text[at];
		bool sign = (ch == '+' || ch == '-') &&
			    (c->text[at - 1] == 'e' || c->text[at - 1] == 'E') &&
			    !memchr(c->text + at - (at > 8 ? 8 : at), 'x', at > 8 ? 8 : at);

		if (!is_word(ch) && ch != '.' && !sign)
			break;
		at++;
	}
	return at;
}

static size_t mark_len(const struct code *c, size_t at)
{
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (starts(c, at, marks[i]))
			return strlen(marks[i]);
	}
	return 1;
}

static void take(struct code *c, struct place *p, enum token_kind kind, size_t end)
{
	c->tokens = grown(c->tokens, c->nr_tokens, sizeof(*c->tokens));
	c->tokens[c->nr_tokens++] = (struct token){
		.kind = kind,
		.at = p->at,
		.len = end - p->at,
		.line = p->line,
		.column = (unsigned int)(p->at - p->line_start) + 1,
		.mate = NOWHERE,
		.function = NOWHERE,
	};
	step_to(c, p, end);
}

static void take_token(struct code *c, struct place *p)
{
	char ch = c->text[p->at];

	if (ch == '"' || ch == '\'')
		take(c, p, TOKEN_TEXT, quoted_end(c, p->at));
	else if (isdigit((unsigned char)ch))
		take(c, p, TOKEN_NUMBER, number_end(c, p->at));
	else if (is_word(ch)) {
		size_t end = p->at;

		while (end < c->len && is_word(c->text[end]))
			end++;
		take(c, p, TOKEN_NAME, end);
	} else {
		take(c, p, TOKEN_MARK, p->at + mark_len(c, p->at));
	}
}

void code_tokenise(struct code *c)
{
	struct place p = {0, 1, 0};
	bool fresh = true; /* nothing but blanks in this line so far */

	while (p.at < c->len) {
		char ch = c->text[p.at];

		if (isspace((unsigned char)ch)) {
			fresh = fresh || ch == '\n';
			step_to(c, &p, p.at + 1);
		} else if (is_comment(c, p.at)) {
			step_to(c, &p, comment_end(c, p.at));
		} else if (ch == '#' && fresh) {
			step_to(c, &p, directive_end(c, p.at));
		} else {
			fresh = false;
			take_token(c, &p);
		}
	}
}
