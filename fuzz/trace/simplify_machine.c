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

/* "ram=4M" is 4, "M"; false for anything that is no single number. */
static bool read_number(const char *word, size_t len, uint64_t *value, size_t *at, char *unit)
{
	const char *equals = memchr(word, '=', len);
	char digits[24];
	size_t n;

	if (!equals)
		return false;
	*at = (size_t)(equals - word) + 1;
	n = strspn(word + *at, "0123456789");
	if (!n || n >= sizeof(digits) || *at + n + 1 < len)
		return false;
	*unit = *at + n < len ? word[*at + n] : '\0';
	memcpy(digits, word + *at, n);
	digits[n] = '\0';
	*value = strtoull(digits, NULL, 10);
	return !*unit || strchr("KMGTp", *unit);
}

static bool try_number(struct mm_candidate *c, size_t n, uint64_t value)
{
	char text[48];
	uint64_t old;
	size_t start;
	size_t len;
	size_t at;
	char unit;

	if (!find_word(c->machine, n, &start, &len) ||
	    !read_number(c->machine + start, len, &old, &at, &unit) || value >= old)
		return false;
	(void)snprintf(text, sizeof(text), "%" PRIu64 "%.*s", value, unit != '\0', &unit);
	replace(c, start + at, len - at, text);
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
	uint64_t value;
	size_t start;
	size_t len;
	size_t at;
	size_t n;
	char unit;

	for (n = 0; find_word(c->machine, n, &start, &len) && mm_candidate_goes_on(c); n++) {
		if (read_number(c->machine + start, len, &value, &at, &unit))
			smaller |= lower_word(c, n, value);
	}
	return smaller;
}
