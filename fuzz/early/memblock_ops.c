/* SPDX-License-Identifier: MIT */
/*
 * memblock operations.  They act on memblock's own tables; the zones were filled
 * at boot and do not follow.
 *
 * When a table cannot grow where Linux stops, the outcome is the answer, and the
 * trace ends there.
 */
#include "mm/memblock.h"

#include "mm/ops.h"

static struct mm_memblock_span span_of(const struct mm_op *op)
{
	return (struct mm_memblock_span){op->arg[0], op->arg[1]};
}

static void answer(struct mm_run *r, struct mm_op_result *res, int err)
{
	if (!mm_run_machine(r)->outcomes[MM_OUTCOME_MEMBLOCK_FULL])
		res->err = err;
}

/* A number that is no node's means no node. */
static int node_of(uint64_t arg)
{
	return arg < MM_MEMBLOCK_NODES ? (int)arg : MM_MEMBLOCK_NO_NODE;
}

/* A number with more bits than there are flags is no flag. */
static uint32_t flag_of(uint64_t arg)
{
	return arg > MM_MEMBLOCK_FLAGS ? UINT32_MAX : (uint32_t)arg;
}

static void op_add(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	answer(r, res,
	       mm_memblock_add(mm_run_ctx(r, 0), span_of(op), node_of(op->arg[2]),
			       flag_of(op->arg[3])));
}

static void op_remove(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	answer(r, res, mm_memblock_remove(mm_run_ctx(r, 0), span_of(op)));
}

static void op_reserve(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	answer(r, res, mm_memblock_reserve(mm_run_ctx(r, 0), span_of(op)));
}

static void op_free(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	answer(r, res, mm_memblock_free(mm_run_ctx(r, 0), span_of(op)));
}

static void op_mark(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	answer(r, res, mm_memblock_mark(mm_run_ctx(r, 0), span_of(op), flag_of(op->arg[2])));
}

static void op_clear(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	answer(r, res, mm_memblock_clear(mm_run_ctx(r, 0), span_of(op), flag_of(op->arg[2])));
}

static void op_set_node(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	enum mm_memblock_kind kind = op->arg[3] ? MM_MEMBLOCK_RESERVED : MM_MEMBLOCK_MEMORY;

	answer(r, res,
	       mm_memblock_set_node(mm_run_ctx(r, 0), span_of(op), kind, node_of(op->arg[2])));
}

static void answer_address(struct mm_run *r, struct mm_op_result *res, int err, uint64_t pa)
{
	answer(r, res, err);
	res->has_value = !err;
	res->value = pa;
}

static void op_alloc(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	const struct mm_memblock_request q = {op->arg[0], op->arg[1],          op->arg[2],
					      op->arg[3], MM_MEMBLOCK_NO_NODE, false};
	uint64_t pa = 0;
	int err = mm_memblock_alloc(mm_run_ctx(r, 0), &q, &pa);

	answer_address(r, res, err, pa);
}

static void op_alloc_node(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	const struct mm_memblock_request q = {op->arg[0], op->arg[1],          0,
					      0,          node_of(op->arg[2]), op->arg[3] != 0};
	uint64_t pa = 0;
	int err = mm_memblock_alloc(mm_run_ctx(r, 0), &q, &pa);

	answer_address(r, res, err, pa);
}

static void op_phys_alloc(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	const struct mm_memblock_request q = {op->arg[0], op->arg[1],          op->arg[2],
					      op->arg[3], MM_MEMBLOCK_NO_NODE, false};
	uint64_t pa = 0;
	int err = mm_memblock_phys_alloc(mm_run_ctx(r, 0), &q, &pa);

	answer_address(r, res, err, pa);
}

static void op_setup(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct memblock s = *mm_run_machine(r)->memblock;

	(void)res;
	s.bottom_up = op->arg[0] != 0;
	s.can_resize = op->arg[1] != 0;
	s.movable_node = op->arg[2] != 0;
	s.mirrored_kernelcore = op->arg[3] != 0;
	mm_memblock_set(mm_run_ctx(r, 0), &s);
}

static void op_reach(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct memblock s = *mm_run_machine(r)->memblock;

	(void)res;
	s.current_limit = op->arg[0];
	mm_memblock_set(mm_run_ctx(r, 0), &s);
}

static void op_cap(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	answer(r, res, mm_memblock_cap(mm_run_ctx(r, 0), span_of(op)));
}

static void op_limit(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	answer(r, res, mm_memblock_limit(mm_run_ctx(r, 0), op->arg[0], op->arg[1] != 0));
}

static void op_trim(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	answer(r, res, mm_memblock_trim(mm_run_ctx(r, 0), op->arg[0]));
}

/* ---- facts ---- */

static const struct memblock_type *table(const struct mm_machine *m, enum mm_memblock_kind kind)
{
	return &m->memblock->type[kind];
}

#define TABLE_FACT(name, kind, field)                                                              \
	static int fact_##name(const struct mm_machine *m, const uint64_t *key, uint64_t *value)   \
	{                                                                                          \
		(void)key;                                                                         \
		*value = table(m, kind)->field;                                                    \
		return 0;                                                                          \
	}

#define REGION_FACT(name, kind, field)                                                             \
	static int fact_##name(const struct mm_machine *m, const uint64_t *key, uint64_t *value)   \
	{                                                                                          \
		if (key[0] >= table(m, kind)->cnt)                                                 \
			return -MM_ENOENT;                                                         \
		*value = (uint64_t)table(m, kind)->regions[key[0]].field;                          \
		return 0;                                                                          \
	}

TABLE_FACT(memory_cnt, MM_MEMBLOCK_MEMORY, cnt)
TABLE_FACT(memory_max, MM_MEMBLOCK_MEMORY, max)
TABLE_FACT(memory_size, MM_MEMBLOCK_MEMORY, total_size)
TABLE_FACT(reserved_cnt, MM_MEMBLOCK_RESERVED, cnt)
TABLE_FACT(reserved_max, MM_MEMBLOCK_RESERVED, max)
TABLE_FACT(reserved_size, MM_MEMBLOCK_RESERVED, total_size)
REGION_FACT(memory_region_base, MM_MEMBLOCK_MEMORY, base)
REGION_FACT(memory_region_size, MM_MEMBLOCK_MEMORY, size)
REGION_FACT(memory_region_flags, MM_MEMBLOCK_MEMORY, flags)
REGION_FACT(memory_region_node, MM_MEMBLOCK_MEMORY, nid)
REGION_FACT(reserved_region_base, MM_MEMBLOCK_RESERVED, base)
REGION_FACT(reserved_region_size, MM_MEMBLOCK_RESERVED, size)
REGION_FACT(reserved_region_flags, MM_MEMBLOCK_RESERVED, flags)
REGION_FACT(reserved_region_node, MM_MEMBLOCK_RESERVED, nid)

static int fact_start(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = mm_memblock_start_of_dram(m);
	return 0;
}

static int fact_end(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	(void)key;
	*value = mm_memblock_end_of_dram(m);
	return 0;
}

static const struct mm_fact facts[] = {
	{"memblock.memory.cnt", fact_memory_cnt, "regions of memory"},
	{"memblock.memory.max", fact_memory_max, "regions that its table has room for"},
	{"memblock.memory.size", fact_memory_size, "bytes of memory"},
	{"memblock.memory[%n].base", fact_memory_region_base, "first byte of a region"},
	{"memblock.memory[%n].size", fact_memory_region_size, "its bytes"},
	{"memblock.memory[%n].flags", fact_memory_region_flags,
	 "1 hotplug, 2 mirror, 4 no map, 8 driver managed"},
	{"memblock.memory[%n].node", fact_memory_region_node, "its node, 2^64 - 1: none"},
	{"memblock.reserved.cnt", fact_reserved_cnt, "reserved regions"},
	{"memblock.reserved.max", fact_reserved_max, "regions that their table has room for"},
	{"memblock.reserved.size", fact_reserved_size, "reserved bytes"},
	{"memblock.reserved[%n].base", fact_reserved_region_base, "first byte of a region"},
	{"memblock.reserved[%n].size", fact_reserved_region_size, "its bytes"},
	{"memblock.reserved[%n].flags", fact_reserved_region_flags, "16: no struct pages"},
	{"memblock.reserved[%n].node", fact_reserved_region_node, "its node, 2^64 - 1: none"},
	{"memblock.start_of_dram", fact_start, "lowest byte of memory"},
	{"memblock.end_of_dram", fact_end, "first byte above all memory"},
	{NULL, NULL, NULL},
};

/* clang-format off */
#define SPAN {"base", MM_ARG_SIZE, MM_ARGF_SHOW}, {"size", MM_ARG_SIZE, MM_ARGF_SHOW}

static const struct mm_op_def ops[] = {
	{"memblock_add", MM_ARG_END, op_add, "there is memory, on a node, of a kind (memblock_add_node)", {
		SPAN, {"node", MM_ARG_COUNT, 0}, {"flags", MM_ARG_COUNT, 0}}},
	{"memblock_remove", MM_ARG_END, op_remove, "there is none after all (memblock_remove)", {SPAN}},
	{"memblock_reserve", MM_ARG_END, op_reserve, "it is taken (memblock_reserve)", {SPAN}},
	{"memblock_free", MM_ARG_END, op_free, "it is taken no more (memblock_phys_free)", {SPAN}},
	{"memblock_mark", MM_ARG_END, op_mark, "set flag 1 hotplug, 2 mirror, 4 no map, 16 no struct pages", {
		SPAN, {"flag", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{"memblock_clear", MM_ARG_END, op_clear, "clear flag 1 or 4", {
		SPAN, {"flag", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{"memblock_set_node", MM_ARG_END, op_set_node, "memory, or what is reserved, is on a node", {
		SPAN, {"node", MM_ARG_COUNT, MM_ARGF_SHOW}, {"reserved", MM_ARG_COUNT, 0}}},
	{"memblock_alloc", MM_ARG_END, op_alloc, "bytes in reach of the linear map, above min if possible", {
		{"size", MM_ARG_SIZE, MM_ARGF_SHOW}, {"align", MM_ARG_SIZE, 0},
		{"min", MM_ARG_SIZE, 0}, {"max", MM_ARG_SIZE, 0}}},
	{"memblock_alloc_node", MM_ARG_END, op_alloc_node, "bytes on a node, with exact=1 on no other", {
		{"size", MM_ARG_SIZE, MM_ARGF_SHOW}, {"align", MM_ARG_SIZE, 0},
		{"node", MM_ARG_COUNT, MM_ARGF_SHOW}, {"exact", MM_ARG_COUNT, 0}}},
	{"memblock_phys_alloc", MM_ARG_END, op_phys_alloc, "bytes between min and max (memblock_phys_alloc_range)", {
		{"size", MM_ARG_SIZE, MM_ARGF_SHOW}, {"align", MM_ARG_SIZE, 0},
		{"min", MM_ARG_SIZE, 0}, {"max", MM_ARG_SIZE, 0}}},
	{"memblock_setup", MM_ARG_END, op_setup, "bottom-up, tables may grow, movable_node, kernelcore=mirror", {
		{"bottom_up", MM_ARG_COUNT, 0}, {"resize", MM_ARG_COUNT, 0},
		{"movable_node", MM_ARG_COUNT, 0}, {"mirror", MM_ARG_COUNT, 0}}},
	{"memblock_reach", MM_ARG_END, op_reach, "the linear map ends there (memblock_set_current_limit)", {
		{"limit", MM_ARG_SIZE, MM_ARGF_SHOW}}},
	{"memblock_cap", MM_ARG_END, op_cap, "leave out what lies outside (memblock_cap_memory_range)", {SPAN}},
	{"memblock_limit", MM_ARG_END, op_limit, "leave out all but the lowest bytes (mem=), nomap=1: not what has no map", {
		{"limit", MM_ARG_SIZE, MM_ARGF_SHOW}, {"nomap", MM_ARG_COUNT, 0}}},
	{"memblock_trim", MM_ARG_END, op_trim, "cut each region to multiples of align (memblock_trim_memory)", {
		{"align", MM_ARG_SIZE, MM_ARGF_SHOW}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_memblock_optable = {"memblock", ops, facts, NULL};
