/* SPDX-License-Identifier: MIT */
/*
 * counts: what a comparison has seen, so that a rule which was never reached shows.
 */
#include "mm/mmap.h"
#include "mm/vma.h"

#include "fuzz/oracle/live/live.h"

#include <inttypes.h>

static const struct {
	const char *name;
	uint32_t bit;
} map_flags[] =
	{
		{"FIXED", MM_MAP_FIXED},
		{"ANONYMOUS", MM_MAP_ANONYMOUS},
		{"GROWSDOWN", MM_MAP_GROWSDOWN},
		{"DENYWRITE", MM_MAP_DENYWRITE},
		{"EXECUTABLE", MM_MAP_EXECUTABLE},
		{"LOCKED", MM_MAP_LOCKED},
		{"NORESERVE", MM_MAP_NORESERVE},
		{"POPULATE", MM_MAP_POPULATE},
		{"NONBLOCK", MM_MAP_NONBLOCK},
		{"STACK", MM_MAP_STACK},
		{"FIXED_NOREPLACE", MM_MAP_FIXED_NOREPLACE},
},
  prot_flags[] = {
	  {"READ", MM_PROT_READ}, {"WRITE", MM_PROT_WRITE},         {"EXEC", MM_PROT_EXEC},
	  {"SEM", 0x8},           {"GROWSDOWN", MM_PROT_GROWSDOWN}, {"GROWSUP", MM_PROT_GROWSUP},
};

static void count_bits(uint64_t *to, uint64_t bits)
{
	int i;

	for (i = 0; i < 32; i++)
		to[i] += bits >> i & 1;
}

void mm_live_count_args(struct mm_live_counts *c, enum mm_live_op o, const struct mm_op *op,
			bool ok)
{
	uint64_t fixed = MM_MAP_FIXED | MM_MAP_FIXED_NOREPLACE;

	if (o == MM_LIVE_MPROTECT)
		count_bits(c->prots, op->arg[3]);
	if (o != MM_LIVE_MMAP)
		return;
	count_bits(c->prots, op->arg[4]);
	c->types[op->arg[5] & MM_MAP_TYPE]++;
	if (!ok)
		return;
	count_bits(c->flags, op->arg[5]);
	c->where[op->arg[5] & fixed ? 2 : op->arg[2] ? 1 : 0]++;
}

/* ---- printing ---- */

static void print_ops(const struct mm_live_counts *c, FILE *out)
{
	int o;
	int e;

	(void)fprintf(out, "\n%-10s %10s  %s\n", "operation", "times", "answers");
	for (o = 0; o < MM_LIVE_NR_OPS; o++) {
		(void)fprintf(out, "%-10s %10" PRIu64 " ", mm_live_op_name((enum mm_live_op)o),
			      c->ops[o]);
		for (e = 0; e < MM_LIVE_ERRNOS; e++) {
			if (c->errnos[o][e])
				(void)fprintf(out, " %s %" PRIu64, e ? mm_err_name(-e) : "ok",
					      c->errnos[o][e]);
		}
		(void)fputc('\n', out);
	}
}

static void print_args(const struct mm_live_counts *c, FILE *out)
{
	size_t i;
	int bit;

	(void)fprintf(out, "\nmmap, of what was mapped:");
	for (i = 0; i < sizeof(map_flags) / sizeof(map_flags[0]); i++) {
		for (bit = 0; map_flags[i].bit >> bit != 1; bit++)
			;
		(void)fprintf(out, " %s %" PRIu64, map_flags[i].name, c->flags[bit]);
	}
	(void)fprintf(out,
		      "\nmmap, kinds asked for: SHARED %" PRIu64 " PRIVATE %" PRIu64
		      " SHARED_VALIDATE %" PRIu64 " none %" PRIu64 " other %" PRIu64 "\n",
		      c->types[1], c->types[2], c->types[3], c->types[0],
		      c->types[4] + c->types[5] + c->types[6] + c->types[7] + c->types[8]);
	(void)fprintf(out,
		      "mmap, where: anywhere %" PRIu64 " wished %" PRIu64 " fixed %" PRIu64
		      "\nrights asked for:",
		      c->where[0], c->where[1], c->where[2]);
	for (i = 0; i < sizeof(prot_flags) / sizeof(prot_flags[0]); i++) {
		for (bit = 0; prot_flags[i].bit >> bit != 1; bit++)
			;
		(void)fprintf(out, " %s %" PRIu64, prot_flags[i].name, c->prots[bit]);
	}
	(void)fputc('\n', out);
}

void mm_live_counts_print(const struct mm_live_counts *c, FILE *out)
{
	static const char *const range[2] = {"new range", "part"};
	int i;

	print_ops(c, out);
	print_args(c, out);
	(void)fprintf(out,
		      "touches: went well %" PRIu64 " SEGV_MAPERR %" PRIu64 " SEGV_ACCERR %" PRIu64
		      " BUS_ADRERR %" PRIu64 "\n",
		      c->signals[0], c->signals[1], c->signals[2], c->signals[3]);
	for (i = 0; i < 2; i++)
		(void)fprintf(out,
			      "a %s became one with: none %" PRIu64 ", before %" PRIu64
			      ", after %" PRIu64 ", both %" PRIu64 "\n",
			      range[i], c->merges[i][MM_MERGE_NONE], c->merges[i][MM_MERGE_LEFT],
			      c->merges[i][MM_MERGE_RIGHT], c->merges[i][MM_MERGE_BOTH]);
	(void)fprintf(out, "most VMAs at a time: %" PRIu64 "\n", c->vmas_max);
	for (i = MM_LIVE_RUNS + 1; i < MM_LIVE_NR_WHYS; i++) {
		if (c->whys[i])
			(void)fprintf(out, "not compared: %" PRIu64 ", %s\n", c->whys[i],
				      mm_live_why((enum mm_live_why)i));
	}
}
