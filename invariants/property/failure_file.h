/* SPDX-License-Identifier: MIT */
/*
 * failure_file: a counterexample as text, and what becomes of it.
 *
 *     mmref property failure 1
 *     property sorting.keeps_all
 *     seed 0x53a61f0c2b07d4e9
 *     types 2
 *     draw 0 4 1          argument, bits, value
 *     draw 1 32 0x2a
 *     end
 *     # argument 0: ...   for people; not read
 */
#ifndef MM_PROPERTY_FAILURE_FILE_H
#define MM_PROPERTY_FAILURE_FILE_H

#include "invariants/property/engine.h"

/* The tape that FOLDER/NAME.failure holds, and the seed of the trial it came
 * from; false: there is none, or it is not of this property, which is said. */
bool failure_file_read(struct theft *t, struct tape *tape, theft_seed *seed);

/* Keep t->failing, unless a simpler one is kept that still fails. */
void failure_file_keep(struct theft *t);

/* The kept one was run and did not fail: say so, and how to remove it. */
void failure_file_passes(struct theft *t, const struct tape *tape);

#endif
