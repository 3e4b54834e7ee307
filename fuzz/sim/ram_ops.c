/* SPDX-License-Identifier: MIT */
/* ram operations: bytes of frames that a handle holds. */
#include "mm/ram.h"

#include "mm/ops.h"

/* The frame and the byte in it; false when the handle does not hold it. */
static bool locate(struct mm_run *r, const struct mm_op *op, pfn_t *pfn, uint64_t *offset)
{
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);
	uint64_t pages = op->arg[1] / MM_PAGE_SIZE;

	if (h->state != MM_HANDLE_LIVE || pages >= (uint64_t)1 << h->order)
		return false;
	*pfn = pfn_of(h->value + pages);
	*offset = op->arg[1] % MM_PAGE_SIZE;
	return true;
}

static void op_poke(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[3]);
	uint64_t offset;
	pfn_t pfn;

	if (!x || op->arg[2] > UINT8_MAX)
		res->err = -MM_EINVAL;
	else if (!locate(r, op, &pfn, &offset))
		res->err = -MM_EFAULT;
	else
		mm_ram_write(x, pfn, offset, (uint8_t)op->arg[2]);
}

static void op_peek(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	uint64_t offset;
	pfn_t pfn;

	if (!mm_run_ctx(r, op->arg[2])) {
		res->err = -MM_EINVAL;
	} else if (!locate(r, op, &pfn, &offset)) {
		res->err = -MM_EFAULT;
	} else {
		res->has_value = true;
		res->value = mm_ram_read(mm_run_machine(r), pfn, offset);
	}
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"poke", MM_ARG_END, op_poke, "write one byte at an offset into a block", {
		{"page", MM_ARG_PAGE, 0},
		{"offset", MM_ARG_SIZE, MM_ARGF_SHOW},
		{"value", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"peek", MM_ARG_END, op_peek, "read one byte at an offset into a block", {
		{"page", MM_ARG_PAGE, 0},
		{"offset", MM_ARG_SIZE, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_ram_optable = {"ram", ops, NULL, NULL};
