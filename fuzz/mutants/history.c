/* SPDX-License-Identifier: MIT */
/*
 * history: operators on statements that have the shape of bugs Linux had.
 * README.md says in words what each of them looks for.
 */
#include "fuzz/mutants/mutant.h"

#include <stdlib.h>

static bool is_change(const struct statement *s)
{
	return s->kind == STATEMENT_CALL || s->kind == STATEMENT_ASSIGNMENT ||
	       s->kind == STATEMENT_STEP;
}

/* The statement that follows this one in the same block with nothing between;
 * NULL. */
static const struct statement *next_to(const struct code *c, const struct statement *s)
{
	const struct statement *next = s + 1;

	if (next == c->statements + c->nr_statements || next->first != s->end + 1)
		return NULL;
	return next;
}

/* Events and marks of what was touched are no steps of the machine. */
static bool only_tells(const struct code *c, const struct statement *s)
{
	return s->kind == STATEMENT_CALL &&
	       token_has_word(c, s->key, " event touch announce MM_PRE PRE ");
}

/* A name by which loops say how far they got. */
static bool is_cursor(const struct code *c, size_t i)
{
	return token_has_word(c, i,
			      " prev next cur cursor pos p page pfn start first last at i j k o n "
			      "lo hi index left end ");
}

/* ---- undo ---- */

/* return NULL, false, a negative error, err */
static bool returns_failure(const struct code *c, const struct statement *s)
{
	if (s->kind != STATEMENT_RETURN)
		return false;
	return token_among(c, s->first + 1, " NULL false err ") ||
	       (token_is(c, s->first + 1, "-") && c->tokens[s->first + 2].kind == TOKEN_NAME);
}

static bool undoes(const struct code *c, const struct statement *s)
{
	return s->kind == STATEMENT_CALL &&
	       token_has_word(c, s->key,
			      " put free release unlock del remove undo restore drop unlist "
			      "uncharge unreserve leave uncover clear cancel revert close ");
}

/* Is the block of s the body of an if or an else, or what follows a label? */
static bool in_branch(const struct code *c, const struct statement *s)
{
	size_t before = s->block - 1;

	if (token_is(c, before, "else"))
		return true;
	return token_is(c, before, ")") && token_is(c, c->tokens[before].mate - 1, "if");
}

static void forget_undo(struct mutants *ms, const struct code *c, size_t i)
{
	const struct statement *s = &c->statements[i];
	const struct statement *t;

	if (!is_change(s) || only_tells(c, s))
		return;
	for (t = s + 1; t < c->statements + c->nr_statements; t++) {
		if (t->block != s->block)
			break;
		if (returns_failure(c, t) && in_branch(c, s))
			break;
	}
	if ((t < c->statements + c->nr_statements && t->block == s->block) || undoes(c, s))
		mutant_add(ms, c, OPERATOR_UNDO, s->first, s->end, ";");
}

/* ---- advance ---- */

/* pfn = end;  pfn += step;  prev = p;  in a loop, and list->next = x; anywhere. */
static void stay_behind(struct mutants *ms, const struct code *c, size_t i)
{
	const struct statement *s = &c->statements[i];
	bool link;

	if (s->kind != STATEMENT_ASSIGNMENT && s->kind != STATEMENT_STEP)
		return;
	link = s->kind == STATEMENT_ASSIGNMENT && token_among(c, s->key - 1, " prev next ") &&
	       token_is(c, s->key - 2, "->");
	if (link || (in_loop(c, s->first) && is_cursor(c, s->first) &&
		     (s->kind == STATEMENT_STEP || s->key == s->first + 1)))
		mutant_add(ms, c, OPERATOR_ADVANCE, s->first, s->end, ";");
}

/* The third part of a for: nothing is done between two rounds. */
static void skip_round(struct mutants *ms, const struct code *c, size_t i)
{
	size_t close;
	size_t third;

	if (!token_is(c, i, "for") || !token_is(c, i + 1, "("))
		return;
	close = c->tokens[i + 1].mate;
	for (third = close; !token_is(c, third - 1, ";"); third--)
		;
	/* i++ is the loop's count; a longer step is how far the last round got */
	if (third < close && !token_is(c, close - 1, "++") && !token_is(c, close - 1, "--"))
		mutant_add(ms, c, OPERATOR_ADVANCE, third, close, ")");
}

/* ---- limit ---- */

static bool computes_limit(const struct code *c, const struct statement *s)
{
	if (s->kind == STATEMENT_CALL)
		return token_has_word(c, s->key,
				      " setup set update recompute compute refresh recalculate "
				      "resize tune calculate decide adjust reset ") &&
		       !token_has_word(c, s->key, " flag flags ");
	return s->kind == STATEMENT_ASSIGNMENT && s->key > s->first &&
	       token_has_word(c, s->key - 1,
			      " high low min max limit mark wmark batch threshold reserve total "
			      "ratio scale capacity ");
}

/* Left out; or exchanged with the statement before, whose result it then misses. */
static void miss_limit(struct mutants *ms, const struct code *c, size_t i)
{
	const struct statement *s = &c->statements[i];

	if (!is_change(s) || !computes_limit(c, s))
		return;
	mutant_add(ms, c, OPERATOR_LIMIT, s->first, s->end, ";");
	if (i && next_to(c, s - 1) == s && is_change(s - 1)) {
		char *a = text_of(c, s[-1].first, s[-1].end);
		char *b = text_of(c, s->first, s->end);

		mutant_add(ms, c, OPERATOR_LIMIT, s[-1].first, s->end, "%s %s", b, a);
		free(a);
		free(b);
	}
}

/* ---- pair ---- */

static bool is_count(const struct code *c, const struct statement *s)
{
	if (s->kind == STATEMENT_CALL)
		return token_has_word(c, s->key, " mod add sub inc dec account count note stat ");
	if (s->first + 2 >= s->end || (s->key == s->first + 1 && is_cursor(c, s->first)))
		return false; /* a local one */
	if (s->kind == STATEMENT_ASSIGNMENT)
		return token_among(c, s->key, " += -= ");
	return s->kind == STATEMENT_STEP;
}

/* By the same amount in the same direction? */
static bool same_count(const struct code *c, const struct statement *a, const struct statement *b)
{
	if (a->kind != b->kind || !tokens_equal(c, a->key, b->key))
		return false;
	if (a->kind == STATEMENT_ASSIGNMENT)
		return runs_equal(c, a->key, a->end, b->key, b->end);
	if (a->kind == STATEMENT_CALL)
		return tokens_equal(c, a->end - 2, b->end - 2); /* their last argument */
	return true;
}

/* Of two counts in one block of which no jump leads away. */
static void split_pair(struct mutants *ms, const struct code *c, size_t i)
{
	const struct statement *s = &c->statements[i];
	const struct statement *t;

	if (!is_count(c, s))
		return;
	for (t = s + 1; t < c->statements + c->nr_statements && t->block == s->block; t++) {
		if (t->kind == STATEMENT_RETURN || t->kind == STATEMENT_JUMP)
			break;
		if (!is_count(c, t) || !same_count(c, s, t))
			continue;
		mutant_add(ms, c, OPERATOR_PAIR, s->first, s->end, ";");
		mutant_add(ms, c, OPERATOR_PAIR, t->first, t->end, ";");
	}
}

/* ---- stale ---- */

/* x = look(...); where x had a value before: the new look is left out. */
static void keep_stale(struct mutants *ms, const struct code *c, size_t i)
{
	const struct statement *s = &c->statements[i];
	char *name;
	size_t t;

	if (s->kind != STATEMENT_ASSIGNMENT || s->key != s->first + 1 || !token_is(c, s->key, "="))
		return;
	if (c->tokens[s->key + 1].kind != TOKEN_NAME || s->key + 2 >= s->end)
		return;
	name = text_of(c, s->first, s->first);
	for (t = c->functions[c->tokens[s->first].function].open; t < s->first; t++) {
		/* a parameter, or assigned before */
		if (token_is(c, t, name) && token_among(c, t + 1, " = , ) ")) {
			mutant_add(ms, c, OPERATOR_STALE, s->first, s->end, ";");
			break;
		}
	}
	free(name);
}

void mutate_history(struct mutants *ms, const struct code *c)
{
	size_t i;

	for (i = 0; i < c->nr_statements; i++) {
		if (!mutable(c, c->statements[i].first))
			continue;
		split_pair(ms, c, i);
		keep_stale(ms, c, i);
		forget_undo(ms, c, i);
		stay_behind(ms, c, i);
		miss_limit(ms, c, i);
	}
	for (i = 0; i < c->nr_tokens; i++) {
		if (mutable(c, i))
			skip_round(ms, c, i);
	}
}
