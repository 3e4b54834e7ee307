/* SPDX-License-Identifier: MIT */
/* ram properties: contents against a map of bytes, in each way of keeping them. */
#include "mm/ram.h"

#include "mm/bitmap.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES 16

static const char *const machines[] = {"ram=16p max_order=2 contents=none",
				       "ram=16p max_order=2 contents=tag",
				       "ram=16p max_order=2 contents=full"};

/* What each byte must read as; unwritten frames are asked once and believed. */
struct picture {
	struct mm_machine *m;
	struct mm_ctx x;
	uint64_t span; /* bytes that one write changes */
	bool written[FRAMES];
	uint8_t *byte; /* FRAMES * MM_PAGE_SIZE */
};

static void stop(struct picture *pic)
{
	free(pic->byte);
	mm_machine_destroy(pic->m);
}

static bool start(struct mm_prop_run *p, struct picture *pic, enum mm_contents contents)
{
	static const uint64_t span[] = {0, 64, 1};
	uint64_t i;

	memset(pic, 0, sizeof(*pic));
	pic->m = mm_boot(machines[contents], NULL);
	pic->byte = malloc(FRAMES * MM_PAGE_SIZE);
	if (!pic->m || !pic->byte) {
		prop_fail(p, __FILE__, __LINE__, "no machine");
		stop(pic);
		return false;
	}
	pic->span = span[contents];
	mm_ctx_init(&pic->x, pic->m, 0);
	for (i = 0; i < FRAMES * MM_PAGE_SIZE; i++)
		pic->byte[i] = mm_ram_read(pic->m, pfn_of(i / MM_PAGE_SIZE), i % MM_PAGE_SIZE);
	return true;
}

static void change(struct mm_prop_run *p, struct picture *pic)
{
	uint64_t frame = prop_below(p, FRAMES);
	uint64_t offset = prop_below(p, MM_PAGE_SIZE);
	uint8_t value = (uint8_t)prop_below(p, 3);

	if (prop_below(p, 10) == 0) {
		uint64_t n = 1 + prop_below(p, FRAMES - frame);

		mm_ram_zero(&pic->x, pfn_of(frame), n);
		memset(pic->byte + frame * MM_PAGE_SIZE, 0, (size_t)(n * MM_PAGE_SIZE));
		while (n-- > 0)
			pic->written[frame + n] = pic->span != 0;
		return;
	}
	mm_ram_write(&pic->x, pfn_of(frame), offset, value);
	if (!pic->span)
		return;
	pic->written[frame] = true;
	offset -= offset % pic->span;
	memset(pic->byte + frame * MM_PAGE_SIZE + offset, value, (size_t)pic->span);
}

static void check_frame(struct mm_prop_run *p, const struct picture *pic, uint64_t frame)
{
	const uint8_t *byte = pic->byte + frame * MM_PAGE_SIZE;
	bool zero = true;
	uint64_t i;

	for (i = 0; i < MM_PAGE_SIZE; i++) {
		uint8_t have = mm_ram_read(pic->m, pfn_of(frame), i);

		PROP(p, have == byte[i], "frame %llu byte %llu is %u, not %u",
		     (unsigned long long)frame, (unsigned long long)i, have, byte[i]);
		zero &= !byte[i];
	}
	PROP(p, mm_ram_is_zero(pic->m, pfn_of(frame)) == zero, "frame %llu is zero or not",
	     (unsigned long long)frame);
	PROP(p, (mm_ram_hash(pic->m, pfn_of(frame)) != 0) == pic->written[frame],
	     "frame %llu has a hash or not", (unsigned long long)frame);
}

static void bytes_follow_a_map(struct mm_prop_run *p)
{
	struct picture pic;
	int contents;
	uint64_t i;

	for (contents = MM_CONTENTS_NONE; contents <= MM_CONTENTS_FULL; contents++) {
		if (!start(p, &pic, (enum mm_contents)contents))
			return;
		for (i = 0; i < 120; i++)
			change(p, &pic);
		for (i = 0; i < FRAMES; i++)
			check_frame(p, &pic, i);
		stop(&pic);
	}
}

/* All was lost and reads as on the first day, though the store is not copied. */
static void reset_forgets_contents(struct mm_prop_run *p)
{
	struct picture pic;
	struct picture first;
	int contents;
	uint64_t i;

	for (contents = MM_CONTENTS_TAG; contents <= MM_CONTENTS_FULL; contents++) {
		if (!start(p, &pic, (enum mm_contents)contents) ||
		    !start(p, &first, (enum mm_contents)contents))
			return;
		for (i = 0; i < 60; i++)
			change(p, &pic);
		mm_machine_reset(pic.m);
		first.m = pic.m;
		for (i = 0; i < FRAMES; i++)
			check_frame(p, &first, i);
		first.m = NULL;
		stop(&pic);
		free(first.byte);
	}
}

/* Whoever forgets to zero reads something, and something else elsewhere. */
static void unwritten_is_never_zero(struct mm_prop_run *p)
{
	static const char *const seeds[] = {"ram=2M contents=full", "ram=2M contents=full seed=2",
					    "ram=2M contents=tag", "ram=2M contents=tag seed=2"};
	uint64_t same[4] = {0};
	int s;

	for (s = 0; s < 4; s++) {
		struct mm_machine *m = mm_boot(seeds[s], NULL);
		struct mm_machine *other = mm_boot(seeds[s ^ 1], NULL);
		uint64_t i;

		PROP(p, m && other, "no machine");
		for (i = 0; i < 4096; i++) {
			pfn_t pfn = pfn_of(prop_below(p, 511));
			uint64_t at = prop_below(p, MM_PAGE_SIZE);
			uint8_t v = mm_ram_read(m, pfn, at);

			PROP(p, v, "pfn %llu byte %llu", (unsigned long long)pfn_raw(pfn),
			     (unsigned long long)at);
			same[0] += v == mm_ram_read(m, pfn_add(pfn, 1), at);
			same[1] += v == mm_ram_read(other, pfn, at);
			same[2] += v == mm_ram_read(m, pfn, (at + 64) % MM_PAGE_SIZE);
		}
		mm_machine_destroy(m);
		mm_machine_destroy(other);
	}
	/* 128 values: one in 128 is equal by chance, 128 of 16384 */
	for (s = 0; s < 3; s++)
		PROP(p, same[s] < 256, "%llu of 16384 bytes are as their neighbour %d",
		     (unsigned long long)same[s], s);
}

/* Two zeroed frames, a byte at a time made different and equal again. */
static void check_hashes(struct mm_prop_run *p, struct picture *pic)
{
	uint64_t a = prop_below(p, FRAMES);
	uint64_t b = (a + 1) % FRAMES;
	int i;

	mm_ram_zero(&pic->x, pfn_of(a), 1);
	mm_ram_zero(&pic->x, pfn_of(b), 1);
	for (i = 0; i < 20; i++) {
		uint8_t v = (uint8_t)(1 + prop_below(p, 255));
		uint64_t at = prop_below(p, MM_PAGE_SIZE);

		mm_ram_write(&pic->x, pfn_of(a), at, v);
		PROP(p,
		     mm_ram_hash(pic->m, pfn_of(a)) != mm_ram_hash(pic->m, pfn_of(b)) ||
			     mm_ram_read(pic->m, pfn_of(b), at) == v,
		     "byte %llu has no part in the hash", (unsigned long long)at);
		mm_ram_write(&pic->x, pfn_of(b), at, v);
		PROP(p, mm_ram_hash(pic->m, pfn_of(a)) == mm_ram_hash(pic->m, pfn_of(b)),
		     "equal contents, two hashes");
	}
}

/* Equal contents have one hash; one byte changes it. */
static void hash_is_of_contents(struct mm_prop_run *p)
{
	struct picture pic;
	int contents;

	for (contents = MM_CONTENTS_TAG; contents <= MM_CONTENTS_FULL; contents++) {
		if (!start(p, &pic, (enum mm_contents)contents))
			return;
		check_hashes(p, &pic);
		stop(&pic);
	}
}

/* ---- plantings ---- */

static void written_hole(struct mm_victim *v)
{
	mm_bitmap_set(v->m->written, 513);
	mm_touch(v->x, MM_OBJ_FRAME, 513);
}

static void lost_byte(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_D);

	mm_ram_write(v->x, pfn_of(pfn), 0, 5);
	v->m->contents.base[pfn * mm_ram_unit(v->m) + 3] ^= 1;
	mm_touch(v->x, MM_OBJ_FRAME, pfn);
}

static const struct mm_plant plants[] = {
	{"ram.written_is_present", written_hole, NULL, false},
	{"ram.read_your_write", lost_byte, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_ram_props[] = {
	{"ram.bytes_follow_a_map", bytes_follow_a_map, 5},
	{"ram.reset_forgets_contents", reset_forgets_contents, 3},
	{"ram.unwritten_is_never_zero", unwritten_is_never_zero, 1},
	{"ram.hash_is_of_contents", hash_is_of_contents, 5},
	{"ram." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
