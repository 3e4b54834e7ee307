/* SPDX-License-Identifier: MIT */
/* fail_page_alloc claims: judged by the model, all of them speak of steps. */
#include "mm/fail_page_alloc.h"

#include "mm/check.h"

const struct mm_inv mm_fail_page_alloc_invs[] = {
	{"fault.left_out", "attributes concern exactly the requests that they name", MM_OBJ_EVENT,
	 NULL, false},
	{"fault.nofail", "a request that must not fail is never told to", MM_OBJ_EVENT, NULL,
	 false},
	{"fault.asked", "while something is armed, each request passes the fail point",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
