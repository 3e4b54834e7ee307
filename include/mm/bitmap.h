/* SPDX-License-Identifier: MIT */
/*
 * bitmap: bits in an array of 64-bit words, with ranges set, cleared and
 * tested a word at a time.  Bit i is bit i % 64 of word i / 64 on every host.
 *
 * Kernel: lib/bitmap.c, include/linux/find.h, studied at 6.12.
 * Differs: words are 64 bits on every host, so that images are comparable.
 * State: the caller owns the words (mm_bitmap_words() of them, zeroed).
 * Invariants: bits at or above the caller's size stay 0.
 */
#ifndef MM_BITMAP_H
#define MM_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t mm_bitmap_words(uint64_t bits)
{
	return (size_t)((bits + 63) / 64);
}

static inline bool mm_bitmap_test(const uint64_t *map, uint64_t bit)
{
	return (map[bit / 64] >> (bit % 64)) & 1;
}

static inline void mm_bitmap_set(uint64_t *map, uint64_t bit)
{
	map[bit / 64] |= (uint64_t)1 << (bit % 64);
}

static inline void mm_bitmap_clear(uint64_t *map, uint64_t bit)
{
	map[bit / 64] &= ~((uint64_t)1 << (bit % 64));
}

/* Set or clear n bits from start. */
void mm_bitmap_set_range(uint64_t *map, uint64_t start, uint64_t n);
void mm_bitmap_clear_range(uint64_t *map, uint64_t start, uint64_t n);
/* How many of the n bits from start are set. */
uint64_t mm_bitmap_count_range(const uint64_t *map, uint64_t start, uint64_t n);
/* First set (clear) bit in [start, end), or end when there is none. */
uint64_t mm_bitmap_find_set(const uint64_t *map, uint64_t start, uint64_t end);
uint64_t mm_bitmap_find_clear(const uint64_t *map, uint64_t start, uint64_t end);

#endif
