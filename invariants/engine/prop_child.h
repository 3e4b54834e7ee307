/* SPDX-License-Identifier: MIT */
/*
 * prop_child: one run of a property in a process of its own.
 */
#ifndef MM_PROP_CHILD_H
#define MM_PROP_CHILD_H

#include "invariants/engine/prop_trial.h"

/*
 * Run in a child, and make the parent's tape what the child's was.  True: the
 * child died, and the report says of what.
 */
bool prop_child_run(struct prop_trial *r, struct prop_draws *draws);

#endif
