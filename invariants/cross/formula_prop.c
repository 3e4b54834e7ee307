/* SPDX-License-Identifier: MIT */
/*
 * formula properties: each formula against itself, worked out in another way.
 * They bear the names of the modules that have the functions, and run with
 * those.
 */
#include "formula.h"

const struct mm_prop mm_formula_props[] = {
	{"formula.products_hold_128_bits", formula_products, 500},
	{"watermark.min_free_kbytes_is_a_root", formula_min_free, 400},
	{"watermark.marks_are_shares", formula_marks, 2000},
	{"zone.boost_lies_on_every_mark", formula_boost, 20},
	{"watermark.reserves_are_parts_of_what_lies_above", formula_reserves, 600},
	{"watermark.total_is_capped_zone_by_zone", formula_total, 600},
	{"watermark.rights_are_taken_off_in_turn", formula_rights, 1000},
	{"watermark.exactly_what_is_due_is_too_few", formula_question, 2000},
	{"watermark.urgent_single_pages_owe_no_boost", formula_unboosted, 1000},
	{"watermark.compaction_needs_twice_the_block", formula_compaction, 600},
	{"pcp.batches_are_a_power_less_one", formula_batches, 100},
	{"pcp.limits_are_shares_of_cpus", formula_limits, 1000},
	{"pcp.refills_by_counting", formula_refills, 2000},
	{"pcp.excess_by_counting", formula_excess, 1000},
	{"pcp.high_by_counting", formula_high, 2000},
	{"vmstat.thresholds_by_bits", formula_thresholds, 600},
	{"vmstat.drift_as_large_as_the_room_hides_nothing", formula_drift, 400},
	{"buddy.half_a_pageblock_is_worth_it", formula_worth, 1000},
	{"buddy.fallback_by_all_orders_at_once", formula_search, 2000},
	{"buddy.halves_make_their_parent", formula_buddies, 200},
	{"buddy.likely_merges_by_frames", formula_likely, 200},
	{"buddy.pageblocks_join_by_type", formula_joins, 1},
	{NULL, NULL, 0},
};
