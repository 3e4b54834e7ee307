/* SPDX-License-Identifier: MIT */
/*
 * bitmap: a range is a first word, whole words, and a last word; one mask
 * function serves all of them.
 */
#include "mm/bitmap.h"

/* The bits of word w that lie in [start, end). */
static uint64_t word_mask(uint64_t w, uint64_t start, uint64_t end)
{
	uint64_t mask = ~(uint64_t)0;

	if (w == start / 64)
		mask &= ~(uint64_t)0 << (start % 64);
	if (w == end / 64)
		mask &= ((uint64_t)1 << (end % 64)) - 1;
	return mask;
}

static uint64_t last_word(uint64_t end)
{
	return (end + 63) / 64;
}

void mm_bitmap_set_range(uint64_t *map, uint64_t start, uint64_t n)
{
	uint64_t w;

	for (w = start / 64; n && w < last_word(start + n); w++)
		map[w] |= word_mask(w, start, start + n);
}

void mm_bitmap_clear_range(uint64_t *map, uint64_t start, uint64_t n)
{
	uint64_t w;

	for (w = start / 64; n && w < last_word(start + n); w++)
		map[w] &= ~word_mask(w, start, start + n);
}

uint64_t mm_bitmap_count_range(const uint64_t *map, uint64_t start, uint64_t n)
{
	uint64_t sum = 0;
	uint64_t w;

	for (w = start / 64; n && w < last_word(start + n); w++)
		sum += (uint64_t)__builtin_popcountll(map[w] & word_mask(w, start, start + n));
	return sum;
}

/* flip turns "find a clear bit" into "find a set bit". */
static uint64_t find(const uint64_t *map, uint64_t start, uint64_t end, uint64_t flip)
{
	uint64_t w;

	for (w = start / 64; start < end && w < last_word(end); w++) {
		uint64_t bits = (map[w] ^ flip) & word_mask(w, start, end);

		if (bits)
			return w * 64 + (uint64_t)__builtin_ctzll(bits);
	}
	return end;
}

uint64_t mm_bitmap_find_set(const uint64_t *map, uint64_t start, uint64_t end)
{
	return find(map, start, end, 0);
}

uint64_t mm_bitmap_find_clear(const uint64_t *map, uint64_t start, uint64_t end)
{
	return find(map, start, end, ~(uint64_t)0);
}
