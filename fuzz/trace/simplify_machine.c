/* SPDX-License-Identifier: MIT */
/*
 * simplify_machine: the pass over the words of a machine description.
 *
 * A description is taken as words NAME=NUMBER with an optional unit; the engine
 * does not know what they mean.  A word less is simpler (the field has its
 * default), and so is a smaller number.  What does not boot does not fail.
 */
#include "fuzz/trace/candidate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Where word number n of the description lies; false: there are fewer. */
static bool find_word(const char *text, size_t n, size_t *start, size_t *len)
{
	size_t at = strspn(text, " \t");

	while (text[at]) {
		*start = at;
		*len = strcspn(text + at, " \t");
		if (!n--)
			return true;
		at += *len;
		at += strspn(text + at, " \t");
	}
	return false;
}

/* Put new_text in place of len bytes at start; no blank stays at the end. */
static void replace(struct mm_candidate *c, size_t start, size_t len, const char *new_text)
{
	char text[MM_CANDIDATE_MACHINE_LEN];

	(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)start, c->machine, new_text,
		       c->machine + start + len);
	for (len = strlen(text); len && strchr(" \t", text[len - 1]); len--)
		text[len - 1] = '\0';
	(void)snprintf(c->machine, sizeof(c->machine), "%s", text);
}

static bool drop_words(struct mm_candidate *c)
{
	bool smaller = false;
	size_t start;
	size_t len;
	size_t n = 0;

	while (find_word(c->machine, n, &start, &len) && mm_candidate_goes_on(c)) {
		len += strspn(c->machine + start + len, " \t");
		replace(c, start, len, "");
		if (!c->machine[strspn(c->machine, " \t")]) {
			/* no description at all would mean another machine */
			(void)snprintf(c->machine, sizeof(c->machine), "%s", c->best.machine);
			break;
		}
		if (mm_candidate_try(c))
			smaller = true;
		else
			n++;
	}
	return smaller;
}

/* "ram=4M": 4, from byte 4 of the word, "M". */
struct number {
	uint64_t value;
	size_t at;
	char unit[2];
};

/* False for anything that is no single number. */
static bool read_number(const char *word, size_t len, struct number *n)
{
	const char *equals = memchr(word, '=', len);
	char digits[24];
	size_t nr;

	if (!equals)
		return false;
	n->at = (size_t)(equals - word) + 1;
	nr = strspn(word + n->at, "0123456789");
	if (!nr || nr >= sizeof(digits) || n->at + nr + 1 < len)
		return false;
	memset(n->unit, 0, sizeof(n->unit));
	if (n->at + nr < len)
		n->unit[0] = word[n->at + nr];
	memcpy(digits, word + n->at, nr);
	digits[nr] = '\0';
	n->value = strtoull(digits, NULL, 10);
	return !n->unit[0] || strchr("KMGTp", n->unit[0]);
}

static bool try_number(struct mm_candidate *c, size_t word, uint64_t value)
{
	struct number old;
	char text[48];
	size_t start;
	size_t len;

	if (!find_word(c->machine, word, &start, &len) ||
	    !read_number(c->machine + start, len, &old) || value >= old.value)
		return false;
	(void)snprintf(text, sizeof(text), "%" PRIu64 "%s", value, old.unit);
	replace(c, start + old.at, len - old.at, text);
	return mm_candidate_try(c);
}

/* Half as much while that fails; then one less. */
static bool lower_word(struct mm_candidate *c, size_t n, uint64_t value)
{
	bool smaller = try_number(c, n, 0);

	if (smaller)
		return true;
	while (value && try_number(c, n, value / 2)) {
		value /= 2;
		smaller = true;
	}
	while (value && try_number(c, n, value - 1)) {
		value--;
		smaller = true;
	}
	return smaller;
}

bool mm_simplify_machine(struct mm_candidate *c)
{
	bool smaller = drop_words(c);
	struct number number;
	size_t start;
	size_t len;
	size_t n;

	for (n = 0; find_word(c->machine, n, &start, &len) && mm_candidate_goes_on(c); n++) {
		if (read_number(c->machine + start, len, &number))
			smaller |= lower_word(c, n, number.value);
	}
	return smaller;
}
