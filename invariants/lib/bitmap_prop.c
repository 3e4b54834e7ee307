/* SPDX-License-Identifier: MIT */
/* bitmap properties: ranges against an array with a byte per bit. */
#include "mm/bitmap.h"

#include "invariants/engine/prop.h"

#include <stdlib.h>
#include <string.h>

#define BITS_MAX 400

struct picture {
	uint64_t bits;
	uint64_t *map; /* exactly as long as it must be, so that overruns show */
	uint8_t bit[BITS_MAX];
};

/* Bounds at words' edges and everywhere else. */
static uint64_t any_bound(struct mm_prop_run *p, uint64_t max)
{
	uint64_t at = prop_below(p, max + 1);

	if (prop_below(p, 3) == 0)
		at = at / 64 * 64;
	return prop_below(p, 8) ? at : max;
}

static bool start(struct mm_prop_run *p, struct picture *pic)
{
	memset(pic->bit, 0, sizeof(pic->bit));
	pic->bits = 1 + any_bound(p, BITS_MAX - 1);
	pic->map = calloc(mm_bitmap_words(pic->bits), sizeof(uint64_t));
	if (!pic->map)
		prop_fail(p, __FILE__, __LINE__, "no host memory");
	return pic->map != NULL;
}

static void change(struct mm_prop_run *p, struct picture *pic)
{
	uint64_t from = any_bound(p, pic->bits - 1);
	uint64_t n = any_bound(p, pic->bits - from);

	switch (prop_below(p, 4)) {
	case 0:
		mm_bitmap_set_range(pic->map, from, n);
		memset(pic->bit + from, 1, (size_t)n);
		break;
	case 1:
		mm_bitmap_clear_range(pic->map, from, n);
		memset(pic->bit + from, 0, (size_t)n);
		break;
	case 2:
		mm_bitmap_set(pic->map, from);
		pic->bit[from] = 1;
		break;
	default:
		mm_bitmap_clear(pic->map, from);
		pic->bit[from] = 0;
		break;
	}
}

static void check_bits(struct mm_prop_run *p, const struct picture *pic)
{
	uint64_t words = mm_bitmap_words(pic->bits);
	uint64_t i;

	for (i = 0; i < words * 64; i++)
		PROP(p,
		     ((pic->map[i / 64] >> i % 64) & 1) == (i < pic->bits && pic->bit[i]) &&
			     (i >= pic->bits || mm_bitmap_test(pic->map, i) == pic->bit[i]),
		     "bit %llu of %llu", (unsigned long long)i, (unsigned long long)pic->bits);
}

static void check_questions(struct mm_prop_run *p, const struct picture *pic)
{
	uint64_t from = any_bound(p, pic->bits);
	uint64_t n = any_bound(p, pic->bits - from);
	uint64_t end = from + n;
	uint64_t count = 0;
	uint64_t first[2] = {end, end};
	uint64_t i;

	for (i = end; i-- > from;) {
		count += pic->bit[i];
		first[pic->bit[i]] = i;
	}
	PROP(p, mm_bitmap_count_range(pic->map, from, n) == count, "[%llu, %llu): count",
	     (unsigned long long)from, (unsigned long long)end);
	PROP(p, mm_bitmap_find_set(pic->map, from, end) == first[1], "[%llu, %llu): first set",
	     (unsigned long long)from, (unsigned long long)end);
	PROP(p, mm_bitmap_find_clear(pic->map, from, end) == first[0], "[%llu, %llu): first clear",
	     (unsigned long long)from, (unsigned long long)end);
}

static void follows_a_byte_array(struct mm_prop_run *p)
{
	struct picture pic;
	int i;

	if (!start(p, &pic))
		return;
	for (i = 0; i < 60 && !p->failures; i++) {
		change(p, &pic);
		check_bits(p, &pic);
		check_questions(p, &pic);
		check_questions(p, &pic);
	}
	free(pic.map);
}

static void words_hold_their_bits(struct mm_prop_run *p)
{
	uint64_t bits;

	for (bits = 0; bits < 200; bits++)
		PROP(p,
		     mm_bitmap_words(bits) * 64 >= bits && mm_bitmap_words(bits) * 64 < bits + 64,
		     "%llu bits in %zu words", (unsigned long long)bits, mm_bitmap_words(bits));
}

const struct mm_prop mm_bitmap_props[] = {
	{"bitmap.ranges_follow_a_byte_array", follows_a_byte_array, 200},
	{"bitmap.words_hold_their_bits", words_hold_their_bits, 1},
	{NULL, NULL, 0},
};
