/* SPDX-License-Identifier: MIT */
/* arena properties: what is handed out is zero, apart, aligned, and the image
 * comes back to the byte. */
#include "mm/arena.h"

#include "invariants/engine/prop.h"

#include <stdbool.h>
#include <string.h>

#define ARENA_SIZE ((size_t)1 << 20)

static bool is_zero(const unsigned char *b, size_t len)
{
	size_t i;

	for (i = 0; i < len && !b[i]; i++)
		;
	return i == len;
}

/* Hand out pieces until `until` bytes are used; each is judged, then filled. */
static void hand_out(struct mm_prop_run *p, struct mm_arena *a, size_t until)
{
	while (a->used < until) {
		size_t before = a->used;
		size_t align = (size_t)1 << prop_below(p, 9);
		size_t size = prop_below(p, 5) ? prop_below(p, 300) : prop_below(p, 20000);
		unsigned char *b = mm_arena_alloc(a, size, align);

		PROP(p, b, "%zu bytes do not fit", size);
		PROP(p, ((size_t)b & (align - 1)) == 0, "not aligned to %zu", align);
		PROP(p, b >= a->base + before && b + size == a->base + a->used,
		     "%zu bytes overlap what was handed out", size);
		PROP(p, is_zero(b, size), "%zu bytes at %zu are not zero", size,
		     (size_t)(b - a->base));
		memset(b, (int)(1 + prop_below(p, 255)), size);
	}
}

static void pieces_are_zero_and_apart(struct mm_prop_run *p)
{
	struct mm_arena a;

	PROP(p, mm_arena_init(&a, ARENA_SIZE) == 0, "the host refuses 1 MiB");
	hand_out(p, &a, ARENA_SIZE / 2);
	mm_arena_fini(&a);
}

/* Reset brings the image back; later pieces are zero though they were used. */
static void reset_brings_the_image_back(struct mm_prop_run *p)
{
	static unsigned char copy[ARENA_SIZE];
	struct mm_arena a;
	size_t used;
	int round;

	PROP(p, mm_arena_init(&a, ARENA_SIZE) == 0, "the host refuses 1 MiB");
	hand_out(p, &a, 1 + prop_below(p, 50000));
	used = a.used;
	PROP(p, mm_arena_image(&a) == 0, "no host memory");
	memcpy(copy, a.base, used);
	for (round = 0; round < 4 && !p->failures; round++) {
		hand_out(p, &a, used + prop_below(p, 200000));
		memset(a.base, 0x5a, used);
		mm_arena_reset(&a);
		PROP(p, a.used == used, "%zu bytes used after a reset, %zu in the image", a.used,
		     used);
		PROP(p, memcmp(a.base, copy, used) == 0, "a reset arena differs from its image");
	}
	mm_arena_fini(&a);
}

static void full_arena_says_no(struct mm_prop_run *p)
{
	static const size_t sizes[] = {ARENA_SIZE + 1, SIZE_MAX, SIZE_MAX - 4096, SIZE_MAX / 2};
	struct mm_arena a;
	size_t used;
	size_t i;

	PROP(p, mm_arena_init(&a, ARENA_SIZE) == 0, "the host refuses 1 MiB");
	hand_out(p, &a, prop_below(p, ARENA_SIZE / 2));
	used = a.used;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		PROP(p, !mm_arena_alloc(&a, sizes[i], 64), "%zu bytes of 1 MiB", sizes[i]);
	PROP(p, !mm_arena_alloc(&a, ARENA_SIZE - used + 1, 1), "one byte too many");
	PROP(p, a.used == used, "a refusal took %zu bytes", a.used - used);
	PROP(p, mm_arena_alloc(&a, ARENA_SIZE - used, 1), "the last byte cannot be had");
	PROP(p, !mm_arena_alloc(&a, 1, 1), "a full arena gives more");
	mm_arena_fini(&a);
}

static void host_may_refuse(struct mm_prop_run *p)
{
	struct mm_arena a;

	PROP(p, mm_arena_init(&a, SIZE_MAX / 2) == -MM_ENOMEM, "half of all addresses were given");
}

/* Parts keep what the image had, later ones are forgotten, the rest is never copied. */
static void sparse_parts_come_back(struct mm_prop_run *p)
{
	const size_t size = (size_t)1 << 32;
	struct mm_arena a;
	unsigned char *dense;
	unsigned char *s;
	size_t early;
	size_t late;
	int k;

	PROP(p, mm_arena_init(&a, size + 8 * ARENA_SIZE) == 0,
	     "the host refuses 4 GiB of addresses");
	dense = mm_arena_alloc(&a, 100, 8);
	s = mm_arena_reserve(&a, size, 8);
	PROP(p, dense && s && mm_arena_alloc(&a, 50, 1), "no room");
	early = prop_below(p, size / 2 - 200000);
	late = size / 2 + prop_below(p, size / 2 - 200000);
	PROP(p, mm_arena_populate(&a, s + early, 100000) == 0, "a part");
	memset(s + early, 1, 100000);
	dense[99] = 1;
	PROP(p, mm_arena_image(&a) == 0, "no image");
	for (k = 0; k < 2; k++) {
		PROP(p, mm_arena_populate(&a, s + late, 150000) == 0, "a later part");
		PROP(p, s[late] == 0 && s[late + 149999] == 0, "a part that is not zero");
		memset(s + late, 2, 150000);
		memset(s + early, 3, 100000);
		dense[99] = 3;
		mm_arena_reset(&a);
		PROP(p, dense[99] == 1 && s[early] == 1 && s[early + 99999] == 1, "the image");
		PROP(p, s[late] == 0 && s[late + 149999] == 0 && s[early + 100000] == 0,
		     "what came after the image");
	}
	mm_arena_fini(&a);
}

const struct mm_prop mm_arena_props[] = {
	{"arena.pieces_are_zero_aligned_and_apart", pieces_are_zero_and_apart, 10},
	{"arena.reset_brings_the_image_back", reset_brings_the_image_back, 20},
	{"arena.a_full_arena_says_no", full_arena_says_no, 5},
	{"arena.the_host_may_refuse", host_may_refuse, 1},
	{"arena.sparse_parts_come_back", sparse_parts_come_back, 20},
	{NULL, NULL, 0},
};
