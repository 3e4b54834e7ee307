/* SPDX-License-Identifier: MIT */
/* page_ext operations: what a client would keep with the first frame of a block. */
#include "mm/page_ext.h"

#include "mm/ops.h"

static int client_of(uint64_t arg, enum mm_page_ext_client *c)
{
	*c = (enum mm_page_ext_client)(arg < MM_PAGE_EXT_CLIENTS ? arg : 0);
	return arg < MM_PAGE_EXT_CLIENTS ? 0 : -MM_ENODEV;
}

static void op_store(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);
	enum mm_page_ext_client c;

	res->err = client_of(op->arg[1], &c);
	if (!res->err)
		res->err = mm_page_ext_store(mm_run_ctx(r, 0), h->value, c, op->arg[2]);
}

static void op_load(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);
	const unsigned char *part;
	enum mm_page_ext_client c;
	int i;

	res->err = client_of(op->arg[1], &c);
	part = res->err ? NULL : mm_page_ext_of(mm_run_machine(r), h->value, c);
	if (!part) {
		res->err = -MM_ENODEV;
		return;
	}
	for (i = 7; i >= 0; i--)
		res->value = res->value << 8 | part[i];
	res->has_value = true;
}

static int fact_size(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = mm_page_ext_size(m);
	return 0;
}

static int fact_offset(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	if (key[0] >= MM_PAGE_EXT_CLIENTS ||
	    mm_page_ext_offset(m, (enum mm_page_ext_client)key[0]) == SIZE_MAX)
		return -MM_ENOENT;
	*value = mm_page_ext_offset(m, (enum mm_page_ext_client)key[0]);
	return 0;
}

static const struct mm_fact facts[] = {
	{"page_ext.size", fact_size, "bytes of a record beside each struct page"},
	{"page_ext.offset[%n]", fact_offset,
	 "where a client's part begins; 1 owner, 3 table_check"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"ext_store", MM_ARG_END, op_store, "a client of page_ext keeps VALUE with a frame", {
		{"page", MM_ARG_PAGE, 0},
		{"client", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"value", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{"ext_load", MM_ARG_END, op_load, "what a client of page_ext kept with a frame", {
		{"page", MM_ARG_PAGE, 0},
		{"client", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_page_ext_optable = {"page_ext", ops, facts, NULL};
