/* SPDX-License-Identifier: MIT */
/* sparse operations: memory that comes and goes, without zones; and facts. */
#include "mm/sparse.h"

#include "mm/ops.h"

/* In whole frames; what is none is refused by being empty. */
static uint64_t pages_of(uint64_t bytes)
{
	return bytes % MM_PAGE_SIZE ? 0 : bytes / MM_PAGE_SIZE;
}

static void op_add(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	res->err = op->arg[0] % MM_PAGE_SIZE
			   ? -MM_EINVAL
			   : mm_sparse_add(mm_run_ctx(r, 0), op->arg[0] / MM_PAGE_SIZE,
					   pages_of(op->arg[1]));
}

static void op_remove(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	res->err = op->arg[0] % MM_PAGE_SIZE
			   ? -MM_EINVAL
			   : mm_sparse_remove(mm_run_ctx(r, 0), op->arg[0] / MM_PAGE_SIZE,
					      pages_of(op->arg[1]));
}

static int fact_flag(const struct mm_machine *m, const uint64_t *key, uint32_t flag,
		     uint64_t *value)
{
	const struct mem_section *s = mm_sparse_section(m, key[0]);

	if (key[0] >= m->nr_sections)
		return -MM_ENOENT;
	*value = s && (s->section_mem_map & flag) != 0;
	return 0;
}

static int fact_present(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	return fact_flag(m, key, MM_SECTION_PRESENT, value);
}

static int fact_early(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	return fact_flag(m, key, MM_SECTION_EARLY, value);
}

static int fact_online(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	return fact_flag(m, key, MM_SECTION_ONLINE, value);
}

static int fact_ready(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	return fact_flag(m, key, MM_SECTION_READY, value);
}

static int fact_subsections(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	const struct mem_section *s = mm_sparse_section(m, key[0]);

	if (key[0] >= m->nr_sections)
		return -MM_ENOENT;
	*value = s ? s->subsections : 0;
	return 0;
}

static int fact_valid(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = mm_sparse_valid(m, key[0]);
	return 0;
}

static int fact_ready_sections(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = m->nr_ready;
	return 0;
}

static const struct mm_fact facts[] = {
	{"section[%n].present", fact_present, "does a section have memory?"},
	{"section[%n].early", fact_early, "since boot?"},
	{"section[%n].online", fact_online, "may its frames be used?"},
	{"section[%n].ready", fact_ready, "are its struct pages written?"},
	{"section[%n].subsections", fact_subsections, "a bit per subsection that has memory"},
	{"sparse.ready", fact_ready_sections, "sections made ready by requests"},
	{"pfn[%n].valid", fact_valid, "has a frame a struct page?"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"section_add", MM_ARG_END, op_add, "memory comes: give its frames struct pages", {
		{"base", MM_ARG_SIZE, MM_ARGF_SHOW},
		{"size", MM_ARG_SIZE, MM_ARGF_SHOW}}},
	{"section_remove", MM_ARG_END, op_remove, "memory goes, with its struct pages", {
		{"base", MM_ARG_SIZE, MM_ARGF_SHOW},
		{"size", MM_ARG_SIZE, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_sparse_optable = {"sparse", ops, facts, NULL};
