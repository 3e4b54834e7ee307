/* SPDX-License-Identifier: MIT */
/*
 * seen: open addressing, at most half full.
 */
#include "invariants/property/seen.h"

#include <stdlib.h>

#define SLOTS_MIN 256

static bool is_free(const struct fingerprint *slot)
{
	return slot->half[0] == 0 && slot->half[1] == 0;
}

/* The slot that holds f, or the one where it belongs. */
static struct fingerprint *slot_of(struct fingerprint *slots, size_t nr_slots, struct fingerprint f)
{
	size_t at = (size_t)f.half[0] & (nr_slots - 1);

	while (!is_free(&slots[at]) &&
	       (slots[at].half[0] != f.half[0] || slots[at].half[1] != f.half[1]))
		at = (at + 1) & (nr_slots - 1);
	return &slots[at];
}

static bool grow(struct seen *s)
{
	size_t more = s->nr_slots ? s->nr_slots * 2 : SLOTS_MIN;
	struct fingerprint *slots = calloc(more, sizeof(*slots));
	size_t i;

	if (!slots)
		return false;
	for (i = 0; i < s->nr_slots; i++) {
		if (!is_free(&s->slots[i]))
			*slot_of(slots, more, s->slots[i]) = s->slots[i];
	}
	free(s->slots);
	s->slots = slots;
	s->nr_slots = more;
	return true;
}

bool seen_add(struct seen *s, struct fingerprint f)
{
	struct fingerprint *slot;

	/* the mark of a free slot is no fingerprint */
	if (is_free(&f))
		f.half[0] = 1;
	if (s->used * 2 >= s->nr_slots && !grow(s))
		return false;
	slot = slot_of(s->slots, s->nr_slots, f);
	if (!is_free(slot))
		return true;
	*slot = f;
	s->used++;
	return false;
}

void seen_free(struct seen *s)
{
	free(s->slots);
	*s = (struct seen){.used = 0};
}
