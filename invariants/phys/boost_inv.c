/* SPDX-License-Identifier: MIT */
/* boost claims: all are about steps, the model's. */
#include "mm/boost.h"

#include "mm/check.h"

const struct mm_inv mm_boost_invs[] = {
	{"watermark.boost", "a zone's boost is what fallbacks gave it and kswapd left",
	 MM_OBJ_EVENT, NULL, false},
	{"watermark.boost_cap", "a step ends at the cap, and small zones have no boost",
	 MM_OBJ_EVENT, NULL, false},
	{"watermark.boost_wake", "who boosts and may wake kswapd does, and nobody else",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
