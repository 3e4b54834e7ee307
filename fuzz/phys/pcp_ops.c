/* SPDX-License-Identifier: MIT */
/*
 * pcp operations: what happens to a CPU's lists other than by allocating and
 * freeing, which go through them on machines with pcp=on.
 */
#include "mm/pcp.h"

#include "mm/ops.h"

static void op_drain(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[0]);

	if (x)
		mm_pcp_drain(x, NULL, x->cpu);
	else
		res->err = -MM_EINVAL;
}

static void op_drain_all(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[0]);

	if (x)
		mm_pcp_drain_all(x, NULL);
	else
		res->err = -MM_EINVAL;
}

static void op_vmstat_update(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[0]);

	if (!x) {
		res->err = -MM_EINVAL;
		return;
	}
	(void)mm_vmstat_fold(x);
	(void)mm_pcp_decay(x);
}

/* The zone an argument means; NULL when the machine has none such. */
static struct zone *zone_of(struct mm_run *r, uint64_t arg)
{
	struct mm_machine *m = mm_run_machine(r);

	return arg < (uint64_t)m->nr_zones && mm_zone_managed(&m->zones[arg]) ? &m->zones[arg]
									      : NULL;
}

static void op_disable(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct zone *z = zone_of(r, op->arg[0]);

	res->err = z ? mm_pcp_disable(mm_run_ctx(r, 0), z) : -MM_ENODEV;
}

static void op_enable(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct zone *z = zone_of(r, op->arg[0]);

	res->err = z ? mm_pcp_enable(mm_run_ctx(r, 0), z) : -MM_ENODEV;
}

static void op_contend(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);

	/* hot and cold lists had no lock that could be taken: interrupts were off */
	if (x && !x->m->desc.hot_cold)
		x->pcp_contended =
			op->arg[0] >= MM_CTX_PCP_COLD ? MM_CTX_PCP_COLD - 1 : (uint32_t)op->arg[0];
	else
		res->err = -MM_EINVAL;
}

static void teardown(struct mm_run *r)
{
	mm_pcp_drain_all(mm_run_ctx(r, 0), NULL);
}

/* ---- facts ---- */

static const struct per_cpu_pages *lists_of(const struct mm_machine *m, const uint64_t *key)
{
	return key[1] < (uint64_t)m->desc.cpus ? &m->zones[key[0]].pageset[key[1]] : NULL;
}

static int fact_of(int number, uint64_t *value)
{
	*value = (uint64_t)number;
	return 0;
}

#define PCP_FACT(field)                                                                            \
	static int fact_##field(const struct mm_machine *m, const uint64_t *key, uint64_t *value)  \
	{                                                                                          \
		const struct per_cpu_pages *pcp = lists_of(m, key);                                \
                                                                                                   \
		return pcp ? fact_of(pcp->field, value) : -MM_ENOENT;                              \
	}

PCP_FACT(count)
PCP_FACT(high)
PCP_FACT(high_min)
PCP_FACT(high_max)
PCP_FACT(batch)
PCP_FACT(alloc_factor)
PCP_FACT(free_count)

static int fact_below_high(const struct mm_machine *m, const uint64_t *key, uint64_t *value)
{
	*value = (m->zones[key[0]].flags & MM_ZONE_BELOW_HIGH) != 0;
	return 0;
}

static const struct mm_fact facts[] = {
	{"zone.%z.pcp[%n].count", fact_count, "pages on the lists of CPU n"},
	{"zone.%z.pcp[%n].high", fact_high, "pages above which CPU n gives some back"},
	{"zone.%z.pcp[%n].high_min", fact_high_min, "least value of high"},
	{"zone.%z.pcp[%n].high_max", fact_high_max, "largest value of high"},
	{"zone.%z.pcp[%n].batch", fact_batch, "pages moved at a time"},
	{"zone.%z.pcp[%n].alloc_factor", fact_alloc_factor, "log2 of batches in the next refill"},
	{"zone.%z.pcp[%n].free_count", fact_free_count, "pages freed without allocations between"},
	{"zone.%z.below_high", fact_below_high, "1 while lists are to shrink"},
	{NULL, NULL, NULL},
};

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"drain", MM_ARG_END, op_drain, "give back what a CPU's lists hold (drain_local_pages)", {
		{"cpu", MM_ARG_CPU, 0}}},
	{"drain_all", MM_ARG_END, op_drain_all, "the same for all CPUs (drain_all_pages)", {
		{"cpu", MM_ARG_CPU, 0}}},
	{"vmstat_update", MM_ARG_END, op_vmstat_update, "a CPU's work of each second: fold counters, shrink lists", {
		{"cpu", MM_ARG_CPU, 0}}},
	{"pcp_disable", MM_ARG_END, op_disable, "keep nothing per CPU in zone number ZONE (zone_pcp_disable)", {
		{"zone", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{"pcp_enable", MM_ARG_END, op_enable, "keep pages per CPU again (zone_pcp_enable)", {
		{"zone", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{"pcp_contend", MM_ARG_END, op_contend, "N attempts at a CPU's lists find their lock taken", {
		{"n", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_pcp_optable = {"pcp", ops, facts, teardown};
