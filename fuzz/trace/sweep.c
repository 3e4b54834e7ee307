/* SPDX-License-Identifier: MIT */
/*
 * sweep: many runs of one trace.  The watch is asked after each operation, so a run
 * needs no more than the loop has.
 */
#include "fuzz/trace/sweep.h"

#include "fuzz/trace/arg.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct mm_run_options all = {
	.atomic = true,
	.sweep = true,
	.teardown = true,
};

/* An operation has run. */
static void after_op(void *env, size_t pos, size_t total)
{
	struct mm_sweep *s = env;

	(void)total;
	if (!s->watch.fail)
		s->upto[pos + 1] = s->watch.passed;
	if (!s->watch.told || s->told)
		return;
	s->told = true;
	s->told_pos = pos;
	s->refused += s->run->result.err != 0;
}

static int run_once(struct mm_sweep *s, uint64_t fail, bool expect)
{
	struct mm_run_options o = all;
	int err;

	o.expect = expect;
	o.progress = after_op;
	o.env = s;
	s->told = false;
	s->watch = (struct mm_failpoint_watch){.fail = fail};
	mm_run_reset(s->run);
	mm_failpoint_set_watch(s->run->m, &s->watch);
	err = mm_run_trace(s->run, s->trace, &o);
	mm_failpoint_set_watch(s->run->m, NULL);
	return err;
}

static bool has_finding(const struct mm_run *r)
{
	return r->finding && r->finding != MM_FINDING_STOP;
}

int mm_sweep_begin(struct mm_sweep *s, struct mm_run *run, const struct mm_trace *t)
{
	size_t i;
	int err;

	memset(s, 0, sizeof(*s));
	s->run = run;
	s->trace = t;
	s->upto = calloc(t->nr + 1, sizeof(*s->upto));
	if (!s->upto)
		return -MM_ENOMEM;
	err = run_once(s, 0, true);
	s->points = s->watch.passed;
	/* a trace that Linux ends does so in the middle of an operation */
	for (i = run->finding ? run->finding_pos : t->nr; i < t->nr; i++)
		s->upto[i + 1] = s->points;
	return err;
}

size_t mm_sweep_pos(const struct mm_sweep *s, uint64_t n)
{
	size_t low = 0;
	size_t high = s->trace->nr;

	while (low + 1 < high) {
		size_t mid = low + (high - low) / 2;

		if (s->upto[mid] < n)
			low = mid;
		else
			high = mid;
	}
	return low;
}

int mm_sweep_one(struct mm_sweep *s, uint64_t n)
{
	size_t due = mm_sweep_pos(s, n);
	int err = run_once(s, n, false);

	s->runs++;
	if (err || has_finding(s->run))
		return err;
	if (!s->told)
		s->told_pos = s->run->pos; /* in the operation that ended the trace */
	if (!s->watch.told)
		mm_run_found(s->run, "sweep.complete",
			     "fail point %" PRIu64 " of %" PRIu64 " is not passed again", n,
			     s->points);
	else if (s->told_pos != due)
		mm_run_found(s->run, "sweep.complete",
			     "fail point %" PRIu64 " is passed in operation %zu, and in %zu before",
			     n, s->told_pos, due);
	return 0;
}

/* Makers from `from` on have moved one place. */
static void move_handles(struct mm_op *op, size_t from)
{
	const struct mm_arg_def *a = mm_optable_get(op->op)->args;
	int i;

	for (i = 0; i < MM_OP_ARGS_MAX && a[i].kind != MM_ARG_END; i++) {
		if (mm_arg_is_handle(a[i].kind) && op->arg[i] > from)
			op->arg[i]++;
	}
}

int mm_sweep_as_trace(const struct mm_sweep *s, uint64_t n, struct mm_trace *to)
{
	const struct mm_trace *t = s->trace;
	size_t pos = mm_sweep_pos(s, n);
	size_t end = s->run->finding_pos < t->nr ? s->run->finding_pos + 1 : t->nr;
	int row = mm_optable_find("fail_nth", 8);
	struct mm_op arm = {.op = (uint16_t)row, .arg = {n - s->upto[pos], (uint64_t)s->watch.cpu}};
	size_t i;

	if (row < 0)
		return -MM_ENOENT;
	to->machine = t->machine ? mm_trace_keep(to, t->machine, strlen(t->machine)) : NULL;
	for (i = 0; i < end; i++) {
		struct mm_op op = t->ops[i];

		if (i == pos && mm_trace_add(to, &arm))
			return -MM_ENOMEM;
		move_handles(&op, pos);
		if (mm_trace_add(to, &op))
			return -MM_ENOMEM;
	}
	return to->oom ? -MM_ENOMEM : 0;
}

void mm_sweep_end(struct mm_sweep *s)
{
	free(s->upto);
	s->upto = NULL;
}
