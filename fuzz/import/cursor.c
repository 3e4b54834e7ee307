/* SPDX-License-Identifier: MIT */
/*
 * cursor: a field padded to a width is read as C's printf would have written
 * it, and in no other way: a number has no leading zero, and a field that is as
 * wide as its column or wider has no padding.
 */
#include "fuzz/import/cursor.h"

#include "fuzz/import/line.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void mm_cursor_init(struct mm_cursor *c, const char *name, const char *text, size_t len,
		    struct mm_error *e)
{
	c->end = text + len;
	c->e = e;
	c->at = text;
	c->line_start = text;
	c->line = 1;
	c->err = 0;
	if (e)
		e->file = name;
}

static size_t rest(const struct mm_cursor *c)
{
	return (size_t)(c->end - c->at);
}

/* What stands there, for a message: up to the end of its line. */
static const char *found(const struct mm_cursor *c, const char *at, char buf[MM_IMPORT_QUOTE_MAX])
{
	const char *nl;

	if (at == c->end)
		return "the end of the file";
	if (*at == '\n')
		return "the end of the line";
	nl = memchr(at, '\n', (size_t)(c->end - at));
	return mm_import_line_quote(buf, at, (size_t)((nl ? nl : c->end) - at));
}

bool mm_cursor_refuse(struct mm_cursor *c, size_t ahead, const char *fmt, ...)
{
	const char *at = c->at + (ahead < rest(c) ? ahead : rest(c));
	size_t col = (size_t)(at - c->line_start) + 1;
	char quote[MM_IMPORT_QUOTE_MAX];
	char text[120];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->err = mm_error_set(c->e, -MM_EINVAL, c->line, col > INT_MAX ? INT_MAX : (int)col,
			      "found %s, expected %s", found(c, at, quote), text);
	return false;
}

bool mm_cursor_no_memory(struct mm_cursor *c)
{
	c->err = mm_error_set(c->e, -MM_ENOMEM, c->line, 0, "no memory to keep what was read");
	return false;
}

bool mm_cursor_is(const struct mm_cursor *c, const char *literal)
{
	size_t len = strlen(literal);

	return rest(c) >= len && memcmp(c->at, literal, len) == 0;
}

bool mm_cursor_at_end(const struct mm_cursor *c)
{
	return c->at == c->end;
}

static bool newline(struct mm_cursor *c)
{
	if (c->at == c->end || *c->at != '\n')
		return mm_cursor_refuse(c, 0, "the end of the line");
	c->at++;
	c->line++;
	c->line_start = c->at;
	return true;
}

/* A piece without newlines. */
static bool piece(struct mm_cursor *c, const char *s, size_t len)
{
	size_t same = 0;

	while (same < len && same < rest(c) && c->at[same] == s[same])
		same++;
	if (same < len)
		return mm_cursor_refuse(c, same, "\"%.*s\"", (int)(len - same), s + same);
	c->at += len;
	return true;
}

bool mm_cursor_text(struct mm_cursor *c, const char *literal)
{
	while (*literal) {
		size_t len = strcspn(literal, "\n");

		if (!piece(c, literal, len))
			return false;
		literal += len;
		if (!*literal)
			break;
		if (!newline(c))
			return false;
		literal++;
	}
	return true;
}

static size_t spaces_at(const struct mm_cursor *c, size_t ahead)
{
	size_t n = 0;

	while (ahead + n < rest(c) && c->at[ahead + n] == ' ')
		n++;
	return n;
}

static bool is_digit(char b)
{
	return b >= '0' && b <= '9';
}

static bool is_word(char b)
{
	return is_digit(b) || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_';
}

static size_t run_of(const struct mm_cursor *c, size_t ahead, bool (*is)(char b))
{
	size_t n = 0;

	while (ahead + n < rest(c) && is(c->at[ahead + n]))
		n++;
	return n;
}

/* printf's padding: as much as the column lacks. */
static bool padded(size_t pad, size_t len, size_t width)
{
	return pad == (len < width ? width - len : 0);
}

bool mm_cursor_number(struct mm_cursor *c, size_t width, uint64_t *v, uint64_t max)
{
	size_t pad = spaces_at(c, 0);
	size_t len = run_of(c, pad, is_digit);
	uint64_t sum = 0;
	size_t i;

	if (!len || (len > 1 && c->at[pad] == '0'))
		return mm_cursor_refuse(c, pad, "a number");
	if (!padded(pad, len, width) && !width)
		return mm_cursor_refuse(c, 0, "a number without spaces");
	if (!padded(pad, len, width))
		return mm_cursor_refuse(c, 0, "a number in a column of %zu", width);
	for (i = 0; i < len; i++) {
		uint64_t d = (uint64_t)(c->at[pad + i] - '0');

		if (sum > max / 10 || sum * 10 > max - d)
			return mm_cursor_refuse(c, pad, "a number of at most %llu",
						(unsigned long long)max);
		sum = sum * 10 + d;
	}
	*v = sum;
	c->at += pad + len;
	return true;
}

static bool is_hex(char b)
{
	return is_digit(b) || (b >= 'a' && b <= 'f');
}

bool mm_cursor_hex(struct mm_cursor *c, size_t width, uint64_t *v, uint64_t max)
{
	size_t len = run_of(c, 0, is_hex);
	uint64_t sum = 0;
	size_t i;

	if (len < width)
		return mm_cursor_refuse(c, 0, "a hexadecimal number of at least %zu digits", width);
	if (len > width && *c->at == '0')
		return mm_cursor_refuse(c, 0, "a hexadecimal number of %zu digits", width);
	for (i = 0; i < len; i++) {
		char b = c->at[i];
		uint64_t d = (uint64_t)(is_digit(b) ? b - '0' : b - 'a' + 10);

		if (sum > (max - d) >> 4)
			return mm_cursor_refuse(c, 0, "a hexadecimal number of at most %llx",
						(unsigned long long)max);
		sum = sum << 4 | d;
	}
	*v = sum;
	c->at += len;
	return true;
}

static bool keep_word(struct mm_cursor *c, size_t ahead, size_t len, struct mm_cursor_word w)
{
	if (!len)
		return mm_cursor_refuse(c, ahead, "a name");
	if (len >= w.size)
		return mm_cursor_refuse(c, ahead, "a name of at most %zu bytes", w.size - 1);
	memcpy(w.buf, c->at + ahead, len);
	w.buf[len] = '\0';
	return true;
}

bool mm_cursor_right(struct mm_cursor *c, struct mm_cursor_word w)
{
	size_t pad = spaces_at(c, 0);
	size_t len = run_of(c, pad, is_word);

	if (!keep_word(c, pad, len, w))
		return false;
	if (!padded(pad, len, w.width))
		return mm_cursor_refuse(c, 0, "a name in a column of %zu", w.width);
	c->at += pad + len;
	return true;
}

bool mm_cursor_left(struct mm_cursor *c, struct mm_cursor_word w)
{
	size_t len = run_of(c, 0, is_word);
	size_t want = len < w.width ? w.width - len : 0;

	if (!keep_word(c, 0, len, w))
		return false;
	/* spaces behind the column belong to what follows */
	if (spaces_at(c, len) < want)
		return mm_cursor_refuse(c, len + spaces_at(c, len), "a name in a column of %zu",
					w.width);
	c->at += len + want;
	return true;
}
