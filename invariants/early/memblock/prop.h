/* SPDX-License-Identifier: MIT */
/* memblock properties: what their files share. */
#ifndef MEMBLOCK_PROP_H
#define MEMBLOCK_PROP_H

#include "invariants/engine/prop.h"

/* A change that a full table refuses is announced as what it was, with its error. */
void memblock_failures_are_announced(struct mm_prop_run *p);
void memblock_no_room_below_a_limit(struct mm_prop_run *p);

#endif
