/* SPDX-License-Identifier: MIT */
/* isolate operations: of the pageblock that an address lies in. */
#include "mm/isolate.h"

#include "mm/ops.h"

/* The first frame at an address that has RAM; false: it has none. */
static bool frame_at(struct mm_run *r, uint64_t address, uint64_t *pfn)
{
	*pfn = address / MM_PAGE_SIZE;
	return mm_page_valid(mm_run_machine(r), pfn_of(*pfn));
}

static void op_isolate(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	uint64_t pfn;

	res->err = frame_at(r, op->arg[0], &pfn) ? mm_isolate_start(mm_run_ctx(r, 0), pfn)
						 : -MM_EINVAL;
}

static void op_unisolate(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	uint64_t pfn;

	res->err =
		frame_at(r, op->arg[0], &pfn) ? mm_isolate_undo(mm_run_ctx(r, 0), pfn) : -MM_EINVAL;
}

/* What was isolated is free for all again. */
static void teardown(struct mm_run *r)
{
	const struct mm_machine *m = mm_run_machine(r);
	uint64_t b;

	for (b = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, 0); b < m->nr_pageblocks;
	     b = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, b + 1)) {
		uint64_t pfn = b << m->desc.pageblock_order;

		if (mm_page_valid(m, pfn_of(pfn)) &&
		    mm_migratetype_get(m, pfn) == MM_MIGRATE_ISOLATE &&
		    mm_isolate_undo(mm_run_ctx(r, 0), pfn))
			return;
	}
}

static int fact_isolated(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = m->zones[key[0]].nr_isolated;
	return 0;
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"isolate", MM_ARG_END, op_isolate, "hand out nothing of the pageblock at BASE any more", {
		{"base", MM_ARG_SIZE, MM_ARGF_SHOW}}},
	{"unisolate", MM_ARG_END, op_unisolate, "hand it out again, as Movable", {
		{"base", MM_ARG_SIZE, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};

static const struct mm_fact facts[] = {
	{"zone.%z.isolated", fact_isolated, "isolated pageblocks"},
	{NULL, NULL, NULL},
};
/* clang-format on */

const struct mm_optable mm_isolate_optable = {"isolate", ops, facts, teardown};
