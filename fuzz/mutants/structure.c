/* SPDX-License-Identifier: MIT */
/*
 * structure: pairs of brackets, functions, and the statements in them.
 */
#include "fuzz/mutants/code.h"

#include <stdlib.h>
#include <string.h>

static bool pairs(char open, char close)
{
	return (open == '(' && close == ')') || (open == '[' && close == ']') ||
	       (open == '{' && close == '}');
}

static void pair_brackets(struct code *c)
{
	size_t *stack = NULL;
	size_t depth = 0;
	size_t i;

	for (i = 0; i < c->nr_tokens; i++) {
		char ch = ' ';

		if (c->tokens[i].len == 1)
			ch = c->text[c->tokens[i].at];
		if (strchr("([{", ch)) {
			stack = grown(stack, depth, sizeof(*stack));
			stack[depth++] = i;
		} else if (strchr(")]}", ch)) {
			if (!depth || !pairs(c->text[c->tokens[stack[depth - 1]].at], ch))
				give_up(3, "%s:%u:%u: \"%c\" closes nothing", c->path,
					c->tokens[i].line, c->tokens[i].column, ch);
			depth--;
			c->tokens[i].mate = stack[depth];
			c->tokens[stack[depth]].mate = i;
		}
	}
	if (depth)
		give_up(3, "%s:%u:%u: is never closed", c->path, c->tokens[stack[depth - 1]].line,
			c->tokens[stack[depth - 1]].column);
	free(stack);
}

/* At the outermost level, NAME ( ... ) { is a function. */
static void find_functions(struct code *c)
{
	size_t i = 0;

	while (i + 1 < c->nr_tokens) {
		size_t close = token_is(c, i + 1, "(") ? c->tokens[i + 1].mate : NOWHERE;
		size_t t;

		if (c->tokens[i].kind == TOKEN_NAME && close != NOWHERE &&
		    token_is(c, close + 1, "{")) {
			size_t end = c->tokens[close + 1].mate;

			c->functions = grown(c->functions, c->nr_functions, sizeof(*c->functions));
			for (t = close + 1; t <= end; t++)
				c->tokens[t].function = c->nr_functions;
			c->functions[c->nr_functions++] = (struct function){i, i + 1, close + 1};
			i = end + 1;
		} else if (token_is(c, i, "{") && !token_is(c, i - 1, "\"C\"")) {
			i = c->tokens[i].mate + 1;
		} else {
			i++;
		}
	}
}

/* The next token at the level of i that is TEXT, before end. */
static size_t find_at_level(const struct code *c, size_t i, size_t end, const char *text)
{
	for (; i < end; i++) {
		if (token_is(c, i, text))
			return i;
		if (c->tokens[i].mate != NOWHERE && c->tokens[i].mate > i)
			i = c->tokens[i].mate;
	}
	return end;
}

static size_t find_assignment(const struct code *c, size_t i, size_t end)
{
	for (; i < end; i++) {
		if (token_among(c, i, " = += -= *= /= %= &= |= ^= <<= >>= "))
			return i;
		if (c->tokens[i].mate != NOWHERE && c->tokens[i].mate > i)
			i = c->tokens[i].mate;
	}
	return NOWHERE;
}

static bool is_declaration(const struct code *c, size_t first)
{
	if (c->tokens[first].kind != TOKEN_NAME)
		return false;
	return token_begins_type(c, first) || c->tokens[first + 1].kind == TOKEN_NAME;
}

static void classify(const struct code *c, struct statement *s)
{
	size_t call = s->first;

	if (token_is(c, call, "(") && cast_open(c, c->tokens[call].mate) == call)
		call = c->tokens[call].mate + 1;
	s->key = find_assignment(c, s->first, s->end);
	if (token_is(c, s->first, "return"))
		s->kind = STATEMENT_RETURN;
	else if (token_among(c, s->first, " break continue "))
		s->kind = STATEMENT_JUMP;
	else if (token_is(c, s->first, "goto"))
		s->kind = STATEMENT_OTHER;
	else if (is_declaration(c, s->first))
		s->kind = STATEMENT_DECLARATION;
	else if (s->key != NOWHERE)
		s->kind = STATEMENT_ASSIGNMENT;
	else if (token_among(c, s->first, " ++ -- ") || token_among(c, s->end - 1, " ++ -- ")) {
		s->kind = STATEMENT_STEP;
		s->key = token_among(c, s->first, " ++ -- ") ? s->first : s->end - 1;
	} else if (c->tokens[call].kind == TOKEN_NAME && token_is(c, call + 1, "(") &&
		   c->tokens[call + 1].mate + 1 == s->end) {
		s->kind = STATEMENT_CALL;
		s->key = call;
	}
}

/* Past what may stand before a statement; i itself when it begins one. */
static size_t pass_head(const struct code *c, size_t i, size_t end)
{
	if (token_among(c, i, " { } ; else do ") || token_is(c, i, "default"))
		return i + 1;
	if (token_among(c, i, " if for while switch ") ||
	    (token_has_word(c, i, " each ") && token_is(c, i + 1, "(")))
		return c->tokens[i + 1].mate + 1;
	if (token_is(c, i, "case"))
		return find_at_level(c, i, end, ":") + 1;
	if (token_is(c, i, ":"))
		return i + 1;
	if (c->tokens[i].kind == TOKEN_NAME && token_is(c, i + 1, ":"))
		return i + 2;
	return i;
}

static void find_statements(struct code *c, const struct function *f)
{
	size_t end = c->tokens[f->body].mate;
	size_t block = f->body;
	size_t i = f->body + 1;

	while (i < end) {
		size_t next = pass_head(c, i, end);
		struct statement s;

		if (token_is(c, i, "{")) {
			block = i;
		} else if (token_is(c, i, "}")) {
			/* to the brace around the one that closes here */
			block = c->tokens[i].mate;
			do
				block--;
			while (!token_is(c, block, "{") || c->tokens[block].mate < i);
		}
		if (next != i) {
			i = next;
			continue;
		}
		s = (struct statement){STATEMENT_OTHER, i, find_at_level(c, i, end, ";"), NOWHERE,
				       block};
		classify(c, &s);
		c->statements = grown(c->statements, c->nr_statements, sizeof(*c->statements));
		c->statements[c->nr_statements++] = s;
		i = s.end + 1;
	}
}

void code_structure(struct code *c)
{
	size_t i;

	pair_brackets(c);
	find_functions(c);
	for (i = 0; i < c->nr_functions; i++)
		find_statements(c, &c->functions[i]);
}
