/* SPDX-License-Identifier: MIT */
/* page_alloc properties: what their files share. */
#ifndef PAGE_ALLOC_PROP_H
#define PAGE_ALLOC_PROP_H

#include "invariants/engine/prop.h"

/* Plants each mistake and sees the claim fire; fails where one is silent. */
void page_alloc_planted(struct mm_prop_run *p);

#endif
