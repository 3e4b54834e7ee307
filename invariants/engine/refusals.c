/* SPDX-License-Identifier: MIT */
/* refusals: a byte for each zone, and another that says which bits are stale. */
#include "invariants/engine/refusals.h"

#include "mm/watermark.h"

#include <string.h>

static uint8_t attempt_of(uint32_t alloc_flags)
{
	if (alloc_flags & MM_ALLOC_WMARK_LOW)
		return MM_REFUSALS_FIRST;
	return alloc_flags & (MM_ALLOC_OOM | MM_ALLOC_NO_WATERMARKS) ? MM_REFUSALS_RESERVES
								     : MM_REFUSALS_LATER;
}

void mm_refusals_forget(struct mm_refusals *f)
{
	memset(f, 0, sizeof(*f));
	f->again = -1;
}

bool mm_refusals_asked(struct mm_refusals *f, int zone, uint32_t alloc_flags, bool refused)
{
	const uint8_t bit = attempt_of(alloc_flags);
	const bool again = f->again == zone;

	f->again = -1;
	f->stale[zone] &= (uint8_t)~bit;
	f->locked[zone] &= (uint8_t)~bit;
	f->asked[zone] |= bit;
	f->now = bit;
	/* by a test of its own, which forgives no boost: nobody can ask that way again */
	if (refused && again)
		f->stale[zone] |= bit;
	return again;
}

void mm_refusals_locked(struct mm_refusals *f, int zone)
{
	f->locked[zone] |= f->now;
}

bool mm_refusals_was_locked(const struct mm_refusals *f, int zone, uint32_t alloc_flags)
{
	return (f->locked[zone] & attempt_of(alloc_flags)) != 0;
}

void mm_refusals_given_up(struct mm_refusals *f, const struct mm_machine *m, int zone)
{
	const int first = zone / MM_NR_ZONES * MM_NR_ZONES;
	int z;

	for (z = first; z < first + MM_NR_ZONES && z < m->nr_zones; z++)
		f->stale[z] |= f->asked[z];
	f->again = zone;
}

void mm_refusals_left_out(struct mm_refusals *f, int nid)
{
	int z;

	for (z = nid * MM_NR_ZONES; z < (nid + 1) * MM_NR_ZONES; z++)
		f->stale[z] |= MM_REFUSALS_FIRST;
}

bool mm_refusals_excuse(const struct mm_refusals *f, int zone, uint32_t alloc_flags)
{
	return (f->stale[zone] & attempt_of(alloc_flags)) != 0;
}
