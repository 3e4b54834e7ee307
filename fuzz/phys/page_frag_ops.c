/* SPDX-License-Identifier: MIT */
/*
 * page_frag operations.  A request that gets nothing may still have given up the old
 * chunk, as in the kernel: it answers 0 and is no failed operation.
 */
#include "mm/page_frag.h"

#include "mm/ops.h"

static void op_frag(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[3]);
	uint64_t size = op->arg[0];
	uint64_t align = op->arg[1] ? op->arg[1] : 1;
	uint64_t at;

	if (!x || !size || size > UINT32_MAX || align > MM_FRAG_CHUNK_SIZE || (align & (align - 1)))
		res->err = -MM_EINVAL;
	else if (mm_page_frag_get(x, (uint32_t)size, (uint32_t)align, (uint32_t)op->arg[2], &at))
		res->has_value = true; /* 0: NULL */
	else
		mm_run_make(r, at, 0);
}

static void op_frag_free(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	/* the kernel would take a reference from whoever has the page now */
	if (!x || h->state == MM_HANDLE_CONSUMED)
		res->err = -MM_EINVAL;
	else
		mm_page_frag_put(x, h->value);
}

static void op_frag_drain(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[0]);

	if (x)
		mm_page_frag_drain(x);
	else
		res->err = -MM_EINVAL;
}

static int fact_offset(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (key[0] >= (uint64_t)m->desc.cpus)
		return -MM_ENOENT;
	*value = mm_page_frag_cache(m, (int)key[0])->offset;
	return 0;
}

static int fact_bias(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (key[0] >= (uint64_t)m->desc.cpus)
		return -MM_ENOENT;
	*value = mm_page_frag_cache(m, (int)key[0])->bias;
	return 0;
}

static const struct mm_fact facts[] = {
	{"frag.offset[%n]", fact_offset, "bytes of a CPU's chunk that are not cut yet"},
	{"frag.bias[%n]", fact_bias, "references to it that no piece has"},
	{NULL, NULL, NULL},
};

static void give_back(struct mm_run *r, struct mm_handle *h)
{
	mm_page_frag_put(mm_run_ctx(r, 0), h->value);
}

static void teardown(struct mm_run *r)
{
	int cpu;

	mm_run_each_live(r, MM_ARG_FRAG, give_back);
	for (cpu = 0; cpu < mm_run_machine(r)->desc.cpus; cpu++)
		mm_page_frag_drain(mm_run_ctx(r, (uint64_t)cpu));
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"frag", MM_ARG_FRAG, op_frag, "cut a piece off this CPU's chunk (page_frag_alloc_align)", {
		{"size", MM_ARG_SIZE, MM_ARGF_SHOW},
		{"align", MM_ARG_SIZE, 0},
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"frag_free", MM_ARG_END, op_frag_free, "give a piece back (page_frag_free)", {
		{"frag", MM_ARG_FRAG, MM_ARGF_CONSUMES},
		{"cpu", MM_ARG_CPU, 0}}},
	{"frag_drain", MM_ARG_END, op_frag_drain, "give up this CPU's chunk (page_frag_cache_drain)", {
		{"cpu", MM_ARG_CPU, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_page_frag_optable = {"page_frag", ops, facts, teardown};
