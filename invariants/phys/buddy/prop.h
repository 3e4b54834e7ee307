/* SPDX-License-Identifier: MIT */
/* buddy properties: what their files share. */
#ifndef BUDDY_PROP_H
#define BUDDY_PROP_H

#include "invariants/engine/prop.h"

/* Plants each mistake and sees the claim fire; fails where one is silent. */
void buddy_planted(struct mm_prop_run *p);

#endif
