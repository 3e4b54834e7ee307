/* SPDX-License-Identifier: MIT */
/*
 * classic: the operators that mutation testing has always had.
 */
#include "fuzz/mutants/mutant.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct swap {
	const char *from;
	const char *to;
	enum mutant_op op;
	bool binary; /* only where it stands between two operands */
};

static const struct swap swaps[] = {
	{"<", "<=", OPERATOR_RELATION, true},
	{"<=", "<", OPERATOR_RELATION, true},
	{">", ">=", OPERATOR_RELATION, true},
	{">=", ">", OPERATOR_RELATION, true},
	{"==", "!=", OPERATOR_RELATION, true},
	{"!=", "==", OPERATOR_RELATION, true},
	{"&&", "||", OPERATOR_LOGIC, true},
	{"||", "&&", OPERATOR_LOGIC, true},
	{"+", "-", OPERATOR_ARITHMETIC, true},
	{"-", "+", OPERATOR_ARITHMETIC, true},
	{"*", "/", OPERATOR_ARITHMETIC, true},
	{"/", "*", OPERATOR_ARITHMETIC, true},
	{"%", "/", OPERATOR_ARITHMETIC, true},
	{"<<", ">>", OPERATOR_ARITHMETIC, true},
	{">>", "<<", OPERATOR_ARITHMETIC, true},
	{"&", "|", OPERATOR_ARITHMETIC, true},
	{"|", "&", OPERATOR_ARITHMETIC, true},
	{"^", "|", OPERATOR_ARITHMETIC, true},
	{"~", "", OPERATOR_ARITHMETIC, false},
	{"+=", "-=", OPERATOR_COMPOUND, false},
	{"-=", "+=", OPERATOR_COMPOUND, false},
	{"*=", "/=", OPERATOR_COMPOUND, false},
	{"/=", "*=", OPERATOR_COMPOUND, false},
	{"|=", "&=", OPERATOR_COMPOUND, false},
	{"&=", "|=", OPERATOR_COMPOUND, false},
	{"^=", "|=", OPERATOR_COMPOUND, false},
	{"<<=", ">>=", OPERATOR_COMPOUND, false},
	{">>=", "<<=", OPERATOR_COMPOUND, false},
	{"++", "--", OPERATOR_STEP, false},
	{"--", "++", OPERATOR_STEP, false},
	{"!", "", OPERATOR_LOGIC, false},
	{"true", "false", OPERATOR_CONSTANT, false},
	{"false", "true", OPERATOR_CONSTANT, false},
};

static void swap_mark(struct mutants *ms, const struct code *c, size_t i)
{
	size_t k;

	for (k = 0; k < sizeof(swaps) / sizeof(swaps[0]); k++) {
		const struct swap *s = &swaps[k];

		if (token_is(c, i, s->from) && (!s->binary || token_is_binary(c, i)))
			mutant_add(ms, c, s->op, i, i, "%s", s->to);
	}
}

/* Does a condition say the same, negated, as another operator makes of it? */
static bool negated_elsewhere(const struct code *c, size_t open)
{
	size_t close = c->tokens[open].mate;
	bool equality = false;
	size_t i;

	if (token_is(c, open + 1, "!") && operand_end(c, open + 2) == close - 1)
		return true;
	for (i = open + 1; i < close; i++) {
		if (token_among(c, i, " && || ? "))
			return false;
		equality = equality || token_among(c, i, " == != ");
		if (c->tokens[i].mate != NOWHERE)
			i = c->tokens[i].mate;
	}
	return equality;
}

/* if (x) becomes if (!(x)), and so does while. */
static void negate(struct mutants *ms, const struct code *c, size_t i)
{
	size_t open = i + 1;
	char *s;

	if (!token_among(c, i, " if while ") || !token_is(c, open, "(") ||
	    negated_elsewhere(c, open))
		return;
	s = text_of(c, open, c->tokens[open].mate);
	mutant_add(ms, c, OPERATOR_LOGIC, open, c->tokens[open].mate, "(!%s)", s);
	free(s);
}

static void put_number(struct mutants *ms, const struct code *c, size_t i, uint64_t v,
		       const char *suffix)
{
	if (strncmp(c->text + c->tokens[i].at, "0x", 2) == 0)
		mutant_add(ms, c, OPERATOR_CONSTANT, i, i, "0x%" PRIx64 "%s", v, suffix);
	else
		mutant_add(ms, c, OPERATOR_CONSTANT, i, i, "%" PRIu64 "%s", v, suffix);
}

static void change_number(struct mutants *ms, const struct code *c, size_t i)
{
	char *s = text_of(c, i, i);
	char *suffix;
	uint64_t v;

	errno = 0;
	v = strtoull(s, &suffix, 0);
	if (!errno && strspn(suffix, "uUlL") == strlen(suffix)) {
		put_number(ms, c, i, v + 1, suffix);
		if (v)
			put_number(ms, c, i, v - 1, suffix);
	}
	free(s);
}

static void change_result(struct mutants *ms, const struct code *c, const struct statement *s)
{
	char *value;

	if (s->first + 1 == s->end) {
		mutant_add(ms, c, OPERATOR_RETURN, s->first, s->end, ";");
		return;
	}
	if (s->end == s->first + 2 && (c->tokens[s->first + 1].kind == TOKEN_NUMBER ||
				       token_among(c, s->first + 1, " true false ")))
		return; /* a constant */
	value = text_of(c, s->first + 1, s->end - 1);
	if (token_is(c, s->first + 1, "NULL") || token_is(c, s->first + 1, "(")) {
		free(value);
		return;
	}
	mutant_add(ms, c, OPERATOR_RETURN, s->first, s->end, "return 0;");
	mutant_add(ms, c, OPERATOR_RETURN, s->first, s->end, "return !(%s);", value);
	free(value);
}

static void change_statement(struct mutants *ms, const struct code *c, const struct statement *s)
{
	switch (s->kind) {
	case STATEMENT_CALL:
	case STATEMENT_ASSIGNMENT:
	case STATEMENT_STEP:
	case STATEMENT_JUMP:
		mutant_add(ms, c, OPERATOR_DELETE, s->first, s->end, ";");
		break;
	case STATEMENT_RETURN:
		change_result(ms, c, s);
		break;
	case STATEMENT_DECLARATION:
	case STATEMENT_OTHER:
		break;
	}
}

/* Is it in the braces of a constant table outside of functions? */
static bool in_table(const struct code *c, size_t i)
{
	size_t open;

	if (c->tokens[i].function != NOWHERE)
		return false;
	for (open = i; open > 0; open--) {
		if (token_is(c, open, "{") && c->tokens[open].mate > i &&
		    token_is(c, open - 1, "="))
			return true;
	}
	return false;
}

void mutate_classic(struct mutants *ms, const struct code *c, const struct names *n)
{
	size_t i;

	for (i = 0; i < c->nr_tokens; i++) {
		const char *next;

		if (!mutable(c, i) && !in_table(c, i))
			continue;
		if (c->tokens[i].kind == TOKEN_NUMBER) {
			change_number(ms, c, i);
			continue;
		}
		next = names_next(n, c, i);
		if (next)
			mutant_add(ms, c, OPERATOR_ENUMERATOR, i, i, "%s", next);
		if (c->tokens[i].function == NOWHERE)
			continue;
		swap_mark(ms, c, i);
		negate(ms, c, i);
	}
	for (i = 0; i < c->nr_statements; i++) {
		if (mutable(c, c->statements[i].first) &&
		    !token_is(c, c->statements[i].first, "MM_PRE"))
			change_statement(ms, c, &c->statements[i]);
	}
}
