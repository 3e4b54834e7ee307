/* SPDX-License-Identifier: MIT */
/*
 * values: operators on expressions that have the shape of bugs Linux had.
 */
#include "fuzz/mutants/mutant.h"

#include <stdlib.h>
#include <string.h>

/* ---- unit ---- */

/* Does i lie in a count: what is added to something, or an argument? */
static bool in_count(const struct code *c, size_t i)
{
	size_t k;

	for (k = 0; k < c->nr_statements; k++) {
		const struct statement *s = &c->statements[k];

		if (s->first > i || s->end < i)
			continue;
		if (s->kind == STATEMENT_ASSIGNMENT)
			return token_among(c, s->key, " += -= ") && i > s->key;
		return s->kind == STATEMENT_CALL;
	}
	return false;
}

/* 1 << order, with its casts, is one block; nr_pages is one page. */
static void blocks_for_pages(struct mutants *ms, const struct code *c, size_t i)
{
	size_t last;

	if (token_is(c, i, "1") && token_is(c, i + 1, "<<") && in_count(c, i)) {
		last = operand_end(c, i + 2);
		if (token_has_word(c, last, " order ") || token_has_word(c, i + 2, " order ") ||
		    token_ends(c, i + 2, "order"))
			mutant_add(ms, c, OPERATOR_UNIT, i, last, "1");
	} else if (token_has_word(c, i, " pages ") && token_among(c, i - 1, " += -= ")) {
		mutant_add(ms, c, OPERATOR_UNIT, i, operand_end(c, i), "1");
	}
}

/* x++ counts pages where it counted blocks, if an order is known here. */
static void pages_for_blocks(struct mutants *ms, const struct code *c, const struct statement *s)
{
	char *what;
	size_t first = s->first;
	size_t last = s->key - 1;

	if (s->kind != STATEMENT_STEP || !name_known(c, s->first, "order"))
		return;
	if (s->key == s->first) {
		first++;
		last = s->end - 1;
	}
	if (token_is(c, last, "order"))
		return;
	what = text_of(c, first, last);
	mutant_add(ms, c, OPERATOR_UNIT, s->first, s->end, "%s %s 1 << order;", what,
		   token_is(c, s->key, "++") ? "+=" : "-=");
	free(what);
}

/* ---- rounding ---- */

static void round_otherwise(struct mutants *ms, const struct code *c, size_t i)
{
	size_t last;
	char *s;

	if (token_is(c, i, "&") && token_is(c, i + 1, "~") && token_is(c, i + 2, "(")) {
		last = c->tokens[i + 2].mate;
		if (token_is(c, last - 1, "1") && token_is(c, last - 2, "-"))
			mutant_add(ms, c, OPERATOR_ROUNDING, i, last, "%s", "");
	}
	/* x + align - 1) before & or /: what makes it round up */
	if (token_is(c, i, "+")) {
		last = operand_end(c, i + 1) + 2;
		if (token_is(c, last - 1, "-") && token_is(c, last, "1") &&
		    token_is(c, last + 1, ")") && token_among(c, last + 2, " & / >> "))
			mutant_add(ms, c, OPERATOR_ROUNDING, i, last, "%s", "");
	}
	if (!token_has_word(c, i, " round align roundup rounddown ") || !token_is(c, i + 1, "("))
		return;
	/* round_up(x, n) becomes x, and x cut down to n */
	last = operand_end(c, i + 2);
	s = text_of(c, i + 2, last);
	if (token_is(c, last + 1, ",")) {
		char *to = text_of(c, last + 2, c->tokens[i + 1].mate - 1);

		mutant_add(ms, c, OPERATOR_ROUNDING, i, c->tokens[i + 1].mate, "(%s)", s);
		if (token_has_word(c, i, " up roundup "))
			mutant_add(ms, c, OPERATOR_ROUNDING, i, c->tokens[i + 1].mate,
				   "((%s) / (%s) * (%s))", s, to, to);
		else
			mutant_add(ms, c, OPERATOR_ROUNDING, i, c->tokens[i + 1].mate,
				   "(((%s) + (%s) - 1) / (%s) * (%s))", s, to, to, to);
		free(to);
	}
	free(s);
}

/* ---- width ---- */

static void narrow(struct mutants *ms, const struct code *c, size_t i)
{
	bool is_signed = token_is(c, i, "int64_t");

	if (!is_signed && !token_is(c, i, "uint64_t"))
		return;
	/* (uint64_t)1 << n: the shift is done in 32 bits */
	if (token_is(c, i - 1, "(") && token_is(c, i + 1, ")") && token_is(c, i + 2, "1") &&
	    token_is(c, i + 3, "<<"))
		mutant_add(ms, c, OPERATOR_WIDTH, i - 1, i + 2, "1");
	else
		mutant_add(ms, c, OPERATOR_WIDTH, i, i, is_signed ? "int32_t" : "uint32_t");
}

/* ---- stale ---- */

static const char *const types[] = {"type", "migratetype", "from", "start_type"};

/* The type of a pageblock is not looked up: what the caller said is taken. */
static void believe_caller(struct mutants *ms, const struct code *c, size_t i)
{
	size_t k;

	if (!token_is(c, i + 1, "(") || c->tokens[i].kind != TOKEN_NAME ||
	    !(token_ends(c, i, "migratetype_get") || token_ends(c, i, "block_type")))
		return;
	for (k = 0; k < sizeof(types) / sizeof(types[0]); k++) {
		/* enum mm_migratetype type = look(...) is not known yet */
		if (name_known(c, i - 2, types[k]) && !token_is(c, i - 2, types[k]))
			mutant_add(ms, c, OPERATOR_STALE, i, c->tokens[i + 1].mate, "%s", types[k]);
	}
}

/* ---- head ---- */

static void wrong_head(struct mutants *ms, const struct code *c, size_t i)
{
	size_t close = token_is(c, i + 1, "(") ? c->tokens[i + 1].mate : NOWHERE;
	char *s;

	if (close == NOWHERE || c->tokens[i].kind != TOKEN_NAME || close == i + 2)
		return;
	if (token_has_word(c, i, " head ")) {
		s = text_of(c, i + 2, close - 1);
		if (operand_end(c, i + 2) == close - 1)
			mutant_add(ms, c, OPERATOR_HEAD, i, close, "%s", s);
		free(s);
		return;
	}
	/* the reverse, where compound pages are the matter: the first page that a
	 * call is given becomes its head */
	if (!name_known(c, i, "tail") && !name_known(c, i, "head") &&
	    !name_known(c, i, "mm_page_is_tail") && !name_known(c, i, "mm_page_head"))
		return;
	for (i += 2; i < close; i++) {
		if (token_among(c, i, " page tail p ") && token_among(c, i - 1, " ( , ") &&
		    token_among(c, i + 1, " , ) ")) {
			s = text_of(c, i, i);
			mutant_add(ms, c, OPERATOR_HEAD, i, i, "mm_page_head(%s)", s);
			free(s);
			return;
		}
	}
}

void mutate_values(struct mutants *ms, const struct code *c)
{
	size_t i;

	for (i = 0; i < c->nr_tokens; i++) {
		if (!mutable(c, i))
			continue;
		blocks_for_pages(ms, c, i);
		round_otherwise(ms, c, i);
		narrow(ms, c, i);
		believe_caller(ms, c, i);
		wrong_head(ms, c, i);
	}
	for (i = 0; i < c->nr_statements; i++) {
		if (mutable(c, c->statements[i].first))
			pages_for_blocks(ms, c, &c->statements[i]);
	}
}
