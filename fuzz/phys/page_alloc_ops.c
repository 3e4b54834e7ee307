/* SPDX-License-Identifier: MIT */
/*
 * page_alloc operations.
 *
 * A handle may have been given up before (double free, use after free).  Where
 * its frame is free, the allocator is asked all the same: refusing is its job.
 * Where the frame has a new owner, Linux would free or change that owner's page
 * without noticing; this is recorded and not done, so that the trace goes on.
 */
#include "mm/page_alloc.h"

#include "mm/ops.h"

static struct page *page_of(struct mm_run *r, const struct mm_handle *h)
{
	return &mm_run_machine(r)->memmap[h->value];
}

/* Given up, and somebody else's by now? */
static bool is_stale(struct mm_ctx *x, const struct mm_handle *h, const struct page *page)
{
	if (h->state != MM_HANDLE_CONSUMED || page->refcount == 0)
		return false;
	mm_machine_outcome(x, MM_OUTCOME_STALE_USE, h->value);
	return true;
}

static void op_alloc(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[2]);
	uint64_t order = op->arg[0];
	struct page *page;

	if (!x) {
		res->err = -MM_EINVAL;
		return;
	}
	page = mm_page_alloc_get(x, order > UINT8_MAX ? UINT8_MAX : (unsigned int)order,
				 (uint32_t)op->arg[1]);
	mm_run_count_alloc(r, order, page != NULL);
	if (!page) {
		res->err = -MM_ENOMEM;
		return;
	}
	mm_run_make(r, pfn_raw(mm_page_pfn(x->m, page)), (uint8_t)order);
}

static void op_alloc_node(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[4]);
	uint64_t order = op->arg[0];
	struct page *page;

	/* the kernel's alloc_pages_node from a node that is not there is a VM_BUG_ON */
	if (!x || op->arg[2] > (uint64_t)x->m->desc.nr_nodes) {
		res->err = -MM_EINVAL;
		return;
	}
	page = mm_page_alloc_node(x, order > UINT8_MAX ? UINT8_MAX : (unsigned int)order,
				  (uint32_t)op->arg[1], (int)op->arg[2] - 1, (uint32_t)op->arg[3]);
	mm_run_count_alloc(r, order, page != NULL);
	if (!page) {
		res->err = -MM_ENOMEM;
		return;
	}
	mm_run_make(r, pfn_raw(mm_page_pfn(x->m, page)), (uint8_t)order);
}

static void op_cpuset_mems(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);

	res->err = x ? mm_page_alloc_set_mems(x, (uint32_t)op->arg[0]) : -MM_EINVAL;
}

static void free_handle(struct mm_run *r, struct mm_ctx *x, const struct mm_handle *h)
{
	struct page *page = page_of(r, h);

	if (is_stale(x, h, page))
		return;
	if (h->state == MM_HANDLE_LIVE)
		mm_run_count_free(r, h->order);
	mm_page_alloc_put(x, page, h->order);
}

static void op_free(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);

	if (x)
		free_handle(r, x, mm_run_handle(r, op->arg[0]));
	else
		res->err = -MM_EINVAL;
}

static void op_get(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	if (!x || h->state == MM_HANDLE_CONSUMED) {
		/* the kernel's get_page on a page without reference is a VM_BUG_ON */
		res->err = -MM_EINVAL;
		return;
	}
	mm_page_alloc_ref(x, page_of(r, h));
	mm_run_make(r, h->value, h->order);
}

static void op_put(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	if (!x)
		res->err = -MM_EINVAL;
	else if (!is_stale(x, h, page_of(r, h)))
		mm_page_alloc_unref(x, page_of(r, h));
}

static void op_sysctl(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	res->err = mm_page_alloc_sysctl(mm_run_ctx(r, 0), (size_t)op->arg[0], op->arg[1]);
}

static void op_set_mapping(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, 0);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	if (h->state == MM_HANDLE_CONSUMED) {
		res->err = -MM_EINVAL;
		return;
	}
	page_of(r, h)->mapping = op->arg[1];
	mm_page_touch(x, page_of(r, h));
}

static void give_back(struct mm_run *r, struct mm_handle *h)
{
	free_handle(r, mm_run_ctx(r, 0), h);
}

static void drop_ref(struct mm_run *r, struct mm_handle *h)
{
	mm_page_alloc_unref(mm_run_ctx(r, 0), page_of(r, h));
}

static void teardown(struct mm_run *r)
{
	mm_run_each_live(r, MM_ARG_PAGE, give_back);
	mm_run_each_live(r, MM_ARG_REF, drop_ref);
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"alloc", MM_ARG_PAGE, op_alloc, "allocate a block of 2^order frames", {
		{"order", MM_ARG_ORDER, MM_ARGF_SHOW},
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"free", MM_ARG_END, op_free, "drop the reference of an alloc (__free_pages)", {
		{"page", MM_ARG_PAGE, MM_ARGF_CONSUMES},
		{"cpu", MM_ARG_CPU, 0}}},
	{"get", MM_ARG_REF, op_get, "take a further reference (get_page)", {
		{"page", MM_ARG_PAGE, 0},
		{"cpu", MM_ARG_CPU, 0}}},
	{"put", MM_ARG_END, op_put, "drop the reference of a get (put_page)", {
		{"ref", MM_ARG_REF, MM_ARGF_CONSUMES},
		{"cpu", MM_ARG_CPU, 0}}},
	{"set_mapping", MM_ARG_END, op_set_mapping, "store VALUE in page->mapping, as an owner does", {
		{"page", MM_ARG_PAGE, 0},
		{"value", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{"sysctl", MM_ARG_END, op_sysctl, "write a sysctl of /proc/sys/vm", {
		{"name", MM_ARG_SYSCTL, MM_ARGF_SHOW},
		{"value", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{"alloc_node", MM_ARG_PAGE, op_alloc_node, "allocate from a node on, of some nodes only", {
		{"order", MM_ARG_ORDER, MM_ARGF_SHOW},
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"node", MM_ARG_NODE, 0},
		{"nodes", MM_ARG_NODES, 0},
		{"cpu", MM_ARG_CPU, 0}}},
	{"cpuset_mems", MM_ARG_END, op_cpuset_mems, "limit the task on a CPU to some nodes", {
		{"nodes", MM_ARG_NODES, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_page_alloc_optable = {"page_alloc", ops, NULL, teardown};
