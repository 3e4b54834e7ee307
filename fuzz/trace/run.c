/* SPDX-License-Identifier: MIT */
/*
 * run: the loop.  Fast path first: without checker, echo and expectations an
 * operation costs its function, the test of its handles and one counter.
 */
#include "fuzz/trace/run.h"

#include "mm/failpoint.h"
#include "mm/page.h"
#include "mm/process.h"
#include "mm/vmstat.h"

#include "fuzz/trace/arg.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct loop {
	struct mm_run *r;
	const struct mm_run_options *o;
	size_t next_expect;
	uint64_t outcomes; /* recorded before the operation */
	uint64_t digest;
	uint64_t lasting; /* before the operation */
	bool told;        /* a fail point was told to fail, before the operation */
};

struct mm_run *mm_run_create(struct mm_machine *m, struct mm_checker *c)
{
	struct mm_run *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->m = m;
	r->checker = c;
	mm_run_reset(r);
	return r;
}

void mm_run_destroy(struct mm_run *r)
{
	if (!r)
		return;
	free(r->handles);
	free(r);
}

void mm_run_reset(struct mm_run *r)
{
	int cpu;

	mm_machine_reset(r->m);
	if (r->checker)
		mm_checker_reset(r->checker);
	for (cpu = 0; cpu < r->m->desc.cpus; cpu++) {
		mm_ctx_init(&r->ctx[cpu], r->m, cpu);
		if (r->checker)
			mm_checker_attach(r->checker, &r->ctx[cpu]);
	}
	memset(&r->stats, 0, sizeof(r->stats));
	r->finding = MM_FINDING_NONE;
	r->claim = NULL;
	r->finding_line = 0;
}

struct mm_ctx *mm_run_ctx(struct mm_run *r, uint64_t cpu)
{
	bool acts = cpu < (uint64_t)r->m->desc.cpus && mm_machine_cpu_online(r->m, (int)cpu);

	return acts ? &r->ctx[cpu] : NULL;
}

struct mm_machine *mm_run_machine(struct mm_run *r)
{
	return r->m;
}

struct mm_handle *mm_run_handle(struct mm_run *r, uint64_t arg)
{
	return &r->handles[arg - 1];
}

struct mm_process *mm_run_process(struct mm_run *r, uint64_t arg)
{
	const struct mm_handle *h = mm_run_handle(r, arg);

	return h->state == MM_HANDLE_LIVE ? mm_process_at(r->m, h->value) : NULL;
}

void mm_run_make(struct mm_run *r, uint64_t value, uint8_t order)
{
	r->handles[r->pos] = (struct mm_handle){value, order, MM_HANDLE_LIVE};
}

void mm_run_each_live(struct mm_run *r, enum mm_arg_kind kind,
		      void (*fn)(struct mm_run *r, struct mm_handle *h))
{
	size_t i;

	for (i = 0; i < r->pos; i++) {
		if (r->handles[i].state != MM_HANDLE_LIVE ||
		    mm_optable_get(r->trace->ops[i].op)->makes != kind)
			continue;
		fn(r, &r->handles[i]);
		r->handles[i].state = MM_HANDLE_CONSUMED;
	}
}

static size_t order_slot(uint64_t order)
{
	return order < MM_NR_ORDERS ? (size_t)order : MM_NR_ORDERS;
}

void mm_run_count_alloc(struct mm_run *r, uint64_t order, bool ok)
{
	if (!r->measure)
		return;
	if (!ok) {
		r->stats.failed[order_slot(order)]++;
		return;
	}
	r->stats.allocs[order_slot(order)]++;
	r->stats.live += (uint64_t)1 << order;
	if (r->stats.live > r->stats.peak_live)
		r->stats.peak_live = r->stats.live;
}

void mm_run_count_free(struct mm_run *r, uint64_t order)
{
	if (!r->measure)
		return;
	r->stats.frees[order_slot(order)]++;
	r->stats.live -= (uint64_t)1 << order;
}

static void found(struct mm_run *r, enum mm_finding kind, const char *claim)
{
	r->finding = kind;
	r->finding_pos = r->pos;
	r->claim = claim;
}

void mm_run_found(struct mm_run *r, const char *claim, const char *fmt, ...)
{
	va_list ap;

	found(r, MM_FINDING_CLAIM, claim);
	va_start(ap, fmt);
	(void)vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
}

/* A claim broke: copy the first failure of the report. */
static void found_claim(struct mm_run *r)
{
	const struct mm_failure *f = &r->checker->report.first;

	mm_run_found(r, f->id, "%s", f->text);
}

/* Do all handles of the operation stand for something, perhaps given up? */
static bool handles_ready(struct mm_run *r, const struct mm_op_def *def, const struct mm_op *op)
{
	int i;

	for (i = 0; i < MM_OP_ARGS_MAX && def->args[i].kind != MM_ARG_END; i++) {
		if (!mm_arg_is_handle(def->args[i].kind))
			continue;
		if (!op->arg[i] && mm_arg_is_optional(def->args[i].kind))
			continue;
		if (!op->arg[i] || r->handles[op->arg[i] - 1].state == MM_HANDLE_NONE)
			return false;
	}
	return true;
}

static void consume_handles(struct mm_run *r, const struct mm_op_def *def, const struct mm_op *op)
{
	int i;

	for (i = 0; i < MM_OP_ARGS_MAX && def->args[i].kind != MM_ARG_END; i++) {
		if (def->args[i].flags & MM_ARGF_CONSUMES)
			r->handles[op->arg[i] - 1].state = MM_HANDLE_CONSUMED;
	}
}

static void run_op(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	const struct mm_op_def *def = mm_optable_get(op->op);

	r->handles[r->pos].state = MM_HANDLE_NONE;
	*res = (struct mm_op_result){0, false, false, 0};
	r->stats.ops++;
	r->stats.by_op[op->op]++;
	if (!def->run || !handles_ready(r, def, op)) {
		res->skipped = true;
		r->stats.skipped++;
		return;
	}
	def->run(r, op, res);
	if (!res->err)
		consume_handles(r, def, op);
	else if (def->makes == MM_ARG_END)
		r->stats.other_failed++;
}

/* ---- results ---- */

static void result_text(const struct loop *l, const struct mm_op_result *res, char *buf, size_t len)
{
	const struct mm_run *r = l->r;

	if (res->skipped)
		(void)snprintf(buf, len, "skip");
	else if (res->err)
		(void)snprintf(buf, len, "-%s", mm_err_name(res->err));
	else if (r->m->nr_outcomes != l->outcomes)
		(void)snprintf(buf, len, "%s", mm_machine_outcome_name(r->m->last_outcome));
	else if (res->has_value)
		(void)snprintf(buf, len, "0x%" PRIx64, res->value);
	else
		(void)snprintf(buf, len, "ok");
}

/* Does the operation make a handle whose value is a frame? */
static bool is_block(uint16_t op)
{
	enum mm_arg_kind kind = mm_optable_get(op)->makes;

	return kind == MM_ARG_PAGE || kind == MM_ARG_REF || kind == MM_ARG_EXACT;
}

static void echo(const struct loop *l, const struct mm_op_result *res)
{
	const struct mm_run *r = l->r;
	char text[512];
	char result[64];

	(void)mm_trace_print_op(r->trace, r->pos, text, sizeof(text));
	result_text(l, res, result, sizeof(result));
	(void)fprintf(l->o->echo, "%-47s ! %s", text, result);
	if (r->handles[r->pos].state == MM_HANDLE_LIVE && is_block(r->trace->ops[r->pos].op))
		(void)fprintf(l->o->echo, "\t# pfn %" PRIu64, r->handles[r->pos].value);
	(void)fputc('\n', l->o->echo);
}

static bool result_matches(const struct loop *l, const struct mm_expect *x,
			   const struct mm_op_result *res)
{
	const struct mm_run *r = l->r;
	bool outcome = r->m->nr_outcomes != l->outcomes;

	if (x->note) {
		if (res->skipped)
			return strcmp(x->note, "skip") == 0;
		return outcome && strcmp(x->note, mm_machine_outcome_name(r->m->last_outcome)) == 0;
	}
	if (res->skipped)
		return false;
	if (x->is_err)
		return x->err ? res->err == -x->err : !res->err && !outcome;
	return !res->err && res->has_value && res->value == x->value;
}

static void missed(struct mm_run *r, const struct mm_expect *x)
{
	found(r, MM_FINDING_EXPECT, "expect");
	r->finding_line = x->line;
}

static void judge_fact(struct mm_run *r, const struct mm_expect *x)
{
	struct mm_error e = {NULL, 0, 0, ""};
	uint64_t value;

	if (mm_run_fact(r->m, x->path, &value, &e)) {
		missed(r, x);
		(void)snprintf(r->text, sizeof(r->text), "%s", e.text);
	} else if (value != x->value) {
		missed(r, x);
		(void)snprintf(r->text, sizeof(r->text), "%s is %" PRIu64 ", expected %" PRIu64,
			       x->path, value, x->value);
	}
}

static void judge_expects(struct loop *l, const struct mm_op_result *res)
{
	struct mm_run *r = l->r;
	const struct mm_trace *t = r->trace;
	size_t ran = res ? r->pos + 1 : 0;

	for (; l->next_expect < t->nr_expects && t->expects[l->next_expect].pos <= ran;
	     l->next_expect++) {
		const struct mm_expect *x = &t->expects[l->next_expect];

		if (r->finding)
			return;
		if (x->fact) {
			judge_fact(r, x);
		} else if (res && !result_matches(l, x, res)) {
			char got[64];
			char want[64];

			result_text(l, res, got, sizeof(got));
			mm_expect_print(x, want, sizeof(want));
			missed(r, x);
			(void)snprintf(r->text, sizeof(r->text), "result is %s, expected %s", got,
				       want);
		}
	}
}

/* ---- judging one operation ---- */

static bool is_told(const struct mm_machine *m)
{
	return m->fault_watch && m->fault_watch->told;
}

/* What a request may have changed for good before it failed: sections that it made
 * ready, pageblocks that were reserved and are not, VMAs that were split. */
static uint64_t lasting(const struct mm_machine *m)
{
	return m->nr_ready + m->nr_unreserved + m->nr_reclaimed + m->nr_vma_changes;
}

static void judge_op(struct loop *l, const struct mm_op_result *res)
{
	struct mm_run *r = l->r;
	struct mm_checker *c = r->checker;

	if (!mm_checker_after_op(c)) {
		found_claim(r);
		return;
	}
	if (!l->o->atomic)
		return;
	if (res->err && lasting(r->m) == l->lasting && mm_machine_digest_firm(r->m) != l->digest)
		mm_run_found(r,
			     is_told(r->m) && !l->told ? "failure.no_effect"
						       : "op.atomicity_on_failure",
			     "the operation failed with -%s and changed %s %" PRIu64,
			     mm_err_name(res->err),
			     mm_checker_object_name(mm_touched_kind(r->m->digest_changed)),
			     mm_touched_id(r->m->digest_changed));
	l->digest = mm_machine_digest_firm(r->m);
	l->lasting = lasting(r->m);
}

static void one_op(struct loop *l)
{
	struct mm_run *r = l->r;

	l->outcomes = r->m->nr_outcomes;
	l->told = is_told(r->m);
	run_op(r, &r->trace->ops[r->pos], &r->result);
	if (l->o->echo)
		echo(l, &r->result);
	if (r->checker)
		judge_op(l, &r->result);
	if (l->o->expect && !r->finding)
		judge_expects(l, &r->result);
	if (!r->finding && r->m->outcomes[MM_OUTCOME_NOFAIL_STALL])
		found(r, MM_FINDING_STOP, "nofail_stall");
	else if (!r->finding && r->m->outcomes[MM_OUTCOME_MEMBLOCK_FULL])
		found(r, MM_FINDING_STOP, "memblock_full");
	if (r->finding || !r->checker)
		return;
	if (l->o->sweep_every && (r->pos + 1) % l->o->sweep_every == 0 &&
	    !mm_checker_sweep(r->checker))
		found_claim(r);
}

/* Frames that nobody holds and no count has: dropped ones, and guards beside them. */
static uint64_t left_out(const struct mm_machine *m)
{
	uint64_t n = 0;
	uint64_t pfn;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); pfn < m->max_pfn;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1)) {
		const struct page *p = &m->memmap[pfn];

		n += (p->flags & MM_PG_BAD) != 0;
		n += p->flags & MM_PG_GUARD ? (uint64_t)1 << p->order : 0;
	}
	return n;
}

/* Give back what handles still hold, module by module, and count frames. */
static void teardown(struct mm_run *r)
{
	uint64_t free_pages;
	uint64_t managed = 0;
	uint64_t dropped;
	size_t i;
	int z;

	for (i = mm_all_optables[0] ? 1 : 0; mm_all_optables[i]; i++)
		;
	while (i-- > 0) {
		if (mm_all_optables[i]->teardown)
			mm_all_optables[i]->teardown(r);
	}
	if (!mm_checker_after_op(r->checker) || !mm_checker_sweep(r->checker)) {
		found_claim(r);
		return;
	}
	free_pages = mm_vmstat_free_exact(r->m);
	dropped = left_out(r->m);
	for (z = 0; z < r->m->nr_zones; z++)
		managed += r->m->zones[z].managed;
	if (free_pages + dropped != managed)
		mm_run_found(r, "teardown.zero",
			     "%" PRIu64 " of %" PRIu64 " frames are free, %" PRIu64
			     " dropped or guards",
			     free_pages, managed, dropped);
}

static int room_for_handles(struct mm_run *r, size_t n)
{
	struct mm_handle *h;

	if (n <= r->cap_handles)
		return 0;
	h = realloc(r->handles, n * sizeof(*h));
	if (!h)
		return -MM_ENOMEM;
	r->handles = h;
	r->cap_handles = n;
	return 0;
}

static void tell(const struct mm_run *r)
{
	if (r->told)
		*(volatile size_t *)r->told = r->pos;
}

int mm_run_trace(struct mm_run *r, const struct mm_trace *t, const struct mm_run_options *o)
{
	struct loop l = {r, o, 0, 0, mm_machine_digest_firm(r->m), lasting(r->m), false};
	size_t next_progress = o->progress ? o->progress_every : SIZE_MAX;

	if (room_for_handles(r, t->nr))
		return -MM_ENOMEM;
	r->trace = t;
	r->measure = o->measure;
	r->pos = 0;
	if (o->expect)
		judge_expects(&l, NULL);
	for (; r->pos < t->nr && !r->finding; r->pos++) {
		tell(r);
		one_op(&l);
		if (r->finding)
			break;
		if (o->progress && r->pos >= next_progress) {
			o->progress(o->env, r->pos, t->nr);
			next_progress = r->pos + o->progress_every;
		}
	}
	tell(r);
	r->stats.end_live = r->stats.live;
	if (!r->checker || (r->finding && r->finding != MM_FINDING_STOP))
		return 0;
	if (o->sweep && !mm_checker_sweep(r->checker))
		found_claim(r);
	else if (o->teardown && !r->finding)
		teardown(r);
	return 0;
}
