/* SPDX-License-Identifier: MIT */
/* page_poison claims: the model beside this file judges them. */
#include "mm/page_poison.h"

#include "mm/check.h"

const struct mm_inv mm_page_poison_invs[] = {
	{"poison.free_content",
	 "a free page holds the pattern, or zero, and what was written since", MM_OBJ_EVENT, NULL,
	 false},
	{"poison.report",
	 "a page that changed while free is reported when handed out, and no other", MM_OBJ_EVENT,
	 NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
