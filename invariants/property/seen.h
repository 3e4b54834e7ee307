/* SPDX-License-Identifier: MIT */
/*
 * seen: a set of fingerprints that only grows: which tapes were tried, which
 * arguments were run.  128 bits leave nothing to chance that matters, whereas a
 * filter that errs would leave out trials.
 */
#ifndef MM_PROPERTY_SEEN_H
#define MM_PROPERTY_SEEN_H

#include "invariants/property/tape.h"

struct seen {
	struct fingerprint *slots; /* all zero: free */
	size_t nr_slots;           /* a power of two, or 0 */
	size_t used;
};

/* Whether f was in the set.  Without memory it says no: a tape is tried twice. */
bool seen_add(struct seen *s, struct fingerprint f);
void seen_free(struct seen *s);

#endif
