/* SPDX-License-Identifier: MIT */
/*
 * desc_number: numbers, sizes and ranges of a description, and complaints with
 * their place.
 */
#include "desc.h"

#include <stdio.h>
#include <string.h>

int mm_machine_desc_refuse(const struct mm_machine_desc_reader *r, const char *why)
{
	return mm_error_set(r->e, -MM_EINVAL, r->here.line, r->here.col,
			    "machine: %s=%.*s: %s; expected %s",
			    mm_machine_desc_def(r->field)->name, (int)(r->len < 40 ? r->len : 40),
			    r->val, why, mm_machine_desc_def(r->field)->form);
}

/* A complaint about field f after all were read. */
int mm_machine_desc_refuse_at(const struct mm_machine_desc_reader *r, enum mm_machine_desc_field f,
			      const char *why)
{
	struct mm_machine_desc_place p = r->at[f].line ? r->at[f] : r->at[F_RAM];

	return mm_error_set(r->e, -MM_EINVAL, p.line, p.col, "machine: %s: %s",
			    mm_machine_desc_def(f)->name, why);
}

bool mm_machine_desc_number(const char *s, size_t len, uint64_t *out)
{
	uint64_t base = 10;
	uint64_t v = 0;
	size_t i = 0;

	if (len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		i = 2;
	}
	if (i == len)
		return false;
	for (; i < len; i++) {
		uint64_t digit;

		if (s[i] >= '0' && s[i] <= '9')
			digit = (uint64_t)(s[i] - '0');
		else if (s[i] >= 'a' && s[i] <= 'f')
			digit = (uint64_t)(s[i] - 'a') + 10;
		else if (s[i] >= 'A' && s[i] <= 'F')
			digit = (uint64_t)(s[i] - 'A') + 10;
		else
			return false;
		if (digit >= base || v > (UINT64_MAX - digit) / base)
			return false;
		v = v * base + digit;
	}
	*out = v;
	return true;
}

bool mm_machine_size_parse(const char *s, size_t len, uint64_t *bytes)
{
	static const char suffix[] = "KMGT";
	uint64_t unit = 1;
	const char *k;

	if (len && s[len - 1] == 'p') {
		unit = MM_PAGE_SIZE;
		len--;
	} else if (len) {
		k = strchr(suffix, s[len - 1]);
		if (k && *k) {
			unit = (uint64_t)1 << (10 * (k - suffix + 1));
			len--;
		}
	}
	if (!mm_machine_desc_number(s, len, bytes) || *bytes > UINT64_MAX / unit)
		return false;
	*bytes *= unit;
	return true;
}

int mm_machine_desc_pages(struct mm_machine_desc_reader *r, const char *s, size_t len,
			  uint64_t *pages)
{
	uint64_t bytes;

	if (!mm_machine_size_parse(s, len, &bytes))
		return mm_machine_desc_refuse(r, "not a size that fits 64 bits");
	if (bytes % MM_PAGE_SIZE)
		return mm_machine_desc_refuse(r, "not a multiple of the page size, 4K");
	*pages = bytes / MM_PAGE_SIZE;
	if (*pages > MM_SPANNED_MAX)
		return mm_machine_desc_refuse(r, "more than the 64T a machine may span");
	return 0;
}

int mm_machine_desc_ranges_read(struct mm_machine_desc_reader *r, const char *s, size_t len,
				struct mm_machine_desc_ranges *to)
{
	const char *end = s + len;

	to->nr = 0;
	while (s <= end) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		const char *stop = comma ? comma : end;
		const char *dash = memchr(s, '-', (size_t)(stop - s));
		struct mm_range range = {0, 0, 0, 0};
		int err = 0;

		if (to->nr == MM_RANGES_GIVEN_MAX)
			return mm_machine_desc_refuse(r, "more than 16 ranges");
		if (dash)
			err = mm_machine_desc_pages(r, s, (size_t)(dash - s), &range.start);
		s = dash ? dash + 1 : s;
		if (!err)
			err = mm_machine_desc_pages(r, s, (size_t)(stop - s), &range.end);
		if (err)
			return err;
		if (range.start >= range.end)
			return mm_machine_desc_refuse(r, "an empty or backward range");
		if (to->nr && range.start < to->r[to->nr - 1].end)
			return mm_machine_desc_refuse(r, "ranges overlap or do not ascend");
		to->r[to->nr++] = range;
		s = stop + 1;
	}
	return 0;
}

int mm_machine_desc_ranged(struct mm_machine_desc_reader *r, uint64_t *v)
{
	const struct mm_machine_desc_def *def = mm_machine_desc_def(r->field);

	if (!mm_machine_desc_number(r->val, r->len, v))
		return mm_machine_desc_refuse(r, "not a number");
	if (*v < def->min || *v > def->max)
		return mm_machine_desc_refuse(r, "out of range");
	return 0;
}

bool mm_machine_desc_is(const struct mm_machine_desc_reader *r, const char *word)
{
	return strlen(word) == r->len && memcmp(r->val, word, r->len) == 0;
}
