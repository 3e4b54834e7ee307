/* SPDX-License-Identifier: MIT */
/*
 * summary: what happened in a run, in shapes a kernel developer knows.
 */
#include "mm/pcp.h"
#include "mm/procfs.h"

#include "fuzz/command/command.h"

#include <inttypes.h>

static void print_ops(const struct mm_run *r, FILE *out)
{
	size_t i;

	(void)fprintf(out, "operations        %10" PRIu64, r->stats.ops);
	for (i = 0; i < mm_optable_count(); i++) {
		if (r->stats.by_op[i])
			(void)fprintf(out, "  %s %" PRIu64, mm_optable_get(i)->name,
				      r->stats.by_op[i]);
	}
	if (r->stats.skipped)
		(void)fprintf(out, "  (skipped %" PRIu64 ")", r->stats.skipped);
	(void)fputc('\n', out);
}

static void print_by_order(const struct mm_run *r, const char *what, const uint64_t *count,
			   FILE *out)
{
	unsigned int o;

	(void)fprintf(out, "%-17s ", what);
	for (o = 0; o <= r->m->desc.max_order; o++)
		(void)fprintf(out, "%9" PRIu64, count[o]);
	(void)fputc('\n', out);
}

static uint64_t managed(const struct mm_machine *m)
{
	uint64_t sum = 0;
	int z;

	for (z = 0; z < m->nr_zones; z++)
		sum += m->zones[z].managed;
	return sum;
}

/* What CPUs keep to themselves, on machines where they do. */
static void print_kept(const struct mm_machine *m, FILE *out)
{
	int cpu;
	int z;

	if (!m->desc.pcp)
		return;
	(void)fprintf(out, "kept per CPU     ");
	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		int count = 0;

		for (z = 0; z < m->nr_zones; z++)
			count += m->zones[z].pageset[cpu].count;
		(void)fprintf(out, " %d", count);
	}
	(void)fprintf(out, " frames; free %" PRIu64 "\n", mm_vmstat_free_exact(m));
}

static void print_outcomes(const struct mm_machine *m, FILE *out)
{
	bool any = false;
	int i;

	for (i = 0; i < MM_OUTCOME_NR; i++) {
		if (!m->outcomes[i])
			continue;
		(void)fprintf(out, "%s%s %" PRIu64, any ? "  " : "outcomes          ",
			      mm_machine_outcome_name((enum mm_outcome)i), m->outcomes[i]);
		any = true;
	}
	if (any)
		(void)fputc('\n', out);
}

void print_summary(const struct mm_run *r, double seconds, FILE *out)
{
	const struct mm_machine *m = r->m;
	unsigned int o;

	print_ops(r, out);
	(void)fprintf(out, "%-17s ", "order");
	for (o = 0; o <= m->desc.max_order; o++)
		(void)fprintf(out, "%9u", o);
	(void)fputc('\n', out);
	print_by_order(r, "  allocated", r->stats.allocs, out);
	print_by_order(r, "  freed", r->stats.frees, out);
	print_by_order(r, "  failed", r->stats.failed, out);
	print_outcomes(m, out);
	(void)fprintf(out,
		      "use               peak %" PRIu64 " frames (%" PRIu64 " MiB) of %" PRIu64
		      " managed; held at the end %" PRIu64 "\n",
		      r->stats.peak_live, r->stats.peak_live >> 8, managed(m), r->stats.end_live);
	print_kept(m, out);
	(void)fprintf(out, "\nbuddyinfo\n");
	mm_procfs_buddyinfo(m, out);
	(void)fprintf(out, "\npagetypeinfo\n");
	mm_procfs_pagetypeinfo(m, out);
	(void)fprintf(out, "\nunusable free space index\n");
	mm_procfs_unusable_index(m, out);
	(void)fputc('\n', out);
	if (r->checker)
		(void)fprintf(out, "checks            %10" PRIu64 "  sweeps %" PRIu64 "\n",
			      r->checker->report.checks, r->checker->sweeps);
	(void)fprintf(out, "speed             %10.0f operations/s\n",
		      seconds > 0 ? (double)r->stats.ops / seconds : 0.0);
	(void)fprintf(out, "digest            0x%016" PRIx64 "\n",
		      r->checker ? mm_machine_digest(m) : mm_machine_digest_sweep(m));
}
