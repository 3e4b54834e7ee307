/* SPDX-License-Identifier: MIT */
/*
 * clean_cache operations: fill the cache, empty it, and make reclaim need memory itself.
 * Cached pages have no handle: reclaim may give them up at any time.
 */
#include "mm/clean_cache.h"

#include "mm/ops.h"

/* What one operation reads at most: a large readahead. */
#define CACHE_MAX 64

/* Answers how many there was memory for; memory is reclaimed for them, too. */
static void op_cache(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[2]);
	uint64_t left = op->arg[0] < CACHE_MAX ? op->arg[0] : CACHE_MAX;

	if (!x) {
		res->err = -MM_EINVAL;
		return;
	}
	for (; left > 0 && mm_clean_cache_add(x, (uint32_t)op->arg[1]); left--)
		res->value++;
	res->has_value = true;
}

static void op_drop_caches(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[0]);

	if (!x) {
		res->err = -MM_EINVAL;
		return;
	}
	res->value = mm_clean_cache_drop_all(x);
	res->has_value = true;
}

static void op_needs(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	(void)res;
	mm_clean_cache_set_needs(mm_run_ctx(r, 0), op->arg[0]);
}

static int fact_cached(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = mm_vmstat_zone_exact(m, &m->zones[key[0]], MM_NR_ZONE_CACHE);
	return 0;
}

static int fact_needs(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = m->reclaim_needs;
	return 0;
}

static const struct mm_fact facts[] = {
	{"zone.%z.cached", fact_cached, "frames of the cache, which can be reclaimed"},
	{"machine.reclaim_needs", fact_needs, "pages that reclaim will ask for itself"},
	{NULL, NULL, NULL},
};

static void teardown(struct mm_run *r)
{
	(void)mm_clean_cache_drop_all(mm_run_ctx(r, 0));
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"cache", MM_ARG_END, op_cache, "fill the cache with so many pages, at most 64 (filemap_alloc_folio)", {
		{"nr", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"drop_caches", MM_ARG_END, op_drop_caches, "give up all that is cached (vm.drop_caches)", {
		{"cpu", MM_ARG_CPU, 0}}},
	{"reclaim_needs", MM_ARG_END, op_needs, "the next n calls of reclaim ask for a page themselves (PF_MEMALLOC)", {
		{"n", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_clean_cache_optable = {"clean_cache", ops, facts, teardown};
