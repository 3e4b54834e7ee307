/* SPDX-License-Identifier: MIT */
/* file operations. */
#include "mm/file.h"

#include "mm/ops.h"

/* Kernel: MAX_LFS_FILESIZE, in pages. */
#define PAGES_MAX ((uint64_t)INT64_MAX >> MM_PAGE_SHIFT)

static void op_open(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_file *f = NULL;

	if (op->arg[0] > PAGES_MAX)
		res->err = -MM_EINVAL;
	else
		f = mm_file_create(mm_run_ctx(r, 0), op->arg[0], (uint32_t)op->arg[1]);
	if (f)
		mm_run_make(r, mm_file_id(mm_run_machine(r), f), 0);
	else if (!res->err)
		res->err = -MM_ENFILE;
}

static void close_handle(struct mm_run *r, struct mm_handle *h)
{
	(void)mm_file_put(mm_run_ctx(r, 0), mm_file_at(mm_run_machine(r), h->value));
}

static void op_close(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_handle *h = op->arg[0] ? mm_run_handle(r, op->arg[0]) : NULL;

	if (!h || h->state != MM_HANDLE_LIVE)
		res->err = -MM_EBADF;
	else
		close_handle(r, h);
}

static const struct mm_file *file_of(const struct mm_machine *m, const uint64_t *key)
{
	return mm_file_at(m, key[0]);
}

static int fact_refs(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct mm_file *f = file_of(m, key);

	*value = f ? f->refs : 0;
	return 0;
}

static int fact_vmas(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct mm_file *f = file_of(m, key);

	*value = f ? f->nr_vmas : 0;
	return f ? 0 : -MM_ENOENT;
}

static int fact_writable(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct mm_file *f = file_of(m, key);

	*value = f ? f->i_mmap_writable : 0;
	return f ? 0 : -MM_ENOENT;
}

static const struct mm_fact facts[] = {
	{"file[%n].refs", fact_refs, "who has the file: who opened it and its VMAs; 0: nobody"},
	{"file[%n].vmas", fact_vmas, "VMAs of it"},
	{"file[%n].i_mmap_writable", fact_writable, "those that are shared and may be written to"},
	{NULL, NULL, NULL},
};

static void teardown(struct mm_run *r)
{
	mm_run_each_live(r, MM_ARG_FILE, close_handle);
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"open", MM_ARG_FILE, op_open, "a file of so many pages, open in that mode", {
		{"pages", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"mode", MM_ARG_MODE, MM_ARGF_SHOW}}},
	{"close", MM_ARG_END, op_close, "close it; what is mapped stays (close(2))", {
		{"file", MM_ARG_FILE, MM_ARGF_CONSUMES}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_file_optable = {"file", ops, facts, teardown};
