/* SPDX-License-Identifier: MIT */
/*
 * frames: linear probing with backward-shift deletion.
 *
 *     slot         5    6    7    8    9
 *     home of it   5    5    7    6    -      take the first:
 *                  5    6    7    -    -      what sat at 6 and 8 moves up,
 *                                             7 is at home and stays
 *
 * So a probe never steps over tombstones and ends at the first empty slot.
 */
#include "fuzz/import/frames.h"

#include <stdlib.h>

#define SLOTS_MIN 1024

/* Fibonacci hashing: neighbouring frames land far apart. */
static size_t home_of(const struct mm_import_frames *f, uint64_t key)
{
	return (size_t)((key * 0x9e3779b97f4a7c15u) >> 24) & f->mask;
}

static size_t probe(const struct mm_import_frames *f, uint64_t key)
{
	size_t i = home_of(f, key);

	while (f->slots[i].key && f->slots[i].key != key)
		i = (i + 1) & f->mask;
	return i;
}

void mm_import_frames_fini(struct mm_import_frames *f)
{
	free(f->slots);
	f->slots = NULL;
	f->mask = 0;
	f->used = 0;
}

static bool grow(struct mm_import_frames *f)
{
	struct mm_import_frames old = *f;
	size_t nr = old.slots ? 2 * (old.mask + 1) : SLOTS_MIN;
	size_t i;

	f->slots = calloc(nr, sizeof(*f->slots));
	if (!f->slots) {
		f->slots = old.slots;
		return false;
	}
	f->mask = nr - 1;
	for (i = 0; old.slots && i <= old.mask; i++) {
		if (old.slots[i].key)
			f->slots[probe(f, old.slots[i].key)] = old.slots[i];
	}
	free(old.slots);
	return true;
}

uint64_t *mm_import_frames_find_mut(struct mm_import_frames *f, uint64_t key)
{
	size_t i;

	if (!f->slots)
		return NULL;
	i = probe(f, key + 1);
	return f->slots[i].key ? &f->slots[i].value : NULL;
}

uint64_t *mm_import_frames_add(struct mm_import_frames *f, uint64_t key)
{
	size_t i;

	if ((!f->slots || f->used + 1 > (f->mask + 1) / 4 * 3) && !grow(f))
		return NULL;
	i = probe(f, key + 1);
	f->slots[i].key = key + 1;
	f->slots[i].value = 0;
	f->used++;
	return &f->slots[i].value;
}

bool mm_import_frames_take(struct mm_import_frames *f, uint64_t key, uint64_t *value)
{
	size_t hole;
	size_t i;

	if (!f->slots)
		return false;
	hole = probe(f, key + 1);
	if (!f->slots[hole].key)
		return false;
	*value = f->slots[hole].value;
	for (i = (hole + 1) & f->mask; f->slots[i].key; i = (i + 1) & f->mask) {
		size_t home = home_of(f, f->slots[i].key);

		/* i may move when its home is not in (hole, i] */
		if (((i - home) & f->mask) >= ((i - hole) & f->mask)) {
			f->slots[hole] = f->slots[i];
			hole = i;
		}
	}
	f->slots[hole].key = 0;
	f->used--;
	return true;
}
