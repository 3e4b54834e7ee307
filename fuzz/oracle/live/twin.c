/* SPDX-License-Identifier: MIT */
/*
 * twin: a trace on both sides.  The run of the trace language leads; each operation that it
 * has done is then asked of the kernel, and what both have is compared before the next.
 */
#include "mm/event.h"
#include "mm/file.h"
#include "mm/mmap.h"
#include "mm/process.h"

#include "fuzz/oracle/live/live.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

struct twin {
	struct mm_live_twin *w;
	struct mm_run *r;
	const struct mm_trace *t; /* as given; the run has one with holes */
	struct mm_live_plan plan;
	struct mm_live_subject *subject; /* by process of the reference */
	uint64_t base[MM_LIVE_PROCS];    /* pages a process has in the reference at its start */
	uint64_t outcomes;
	uint64_t compared;
	struct mm_error *e;
	int err;

	/* of the operation */
	struct mm_live_answer kernel;
	struct mm_live_answer ours;
	struct mm_live_list kernel_list;
	struct mm_live_list our_list;
};

/* ---- processes ---- */

static int fill_ref(struct twin *w, struct mm_struct *mm, uint64_t low)
{
	struct mm_ctx *x = mm_run_ctx(w->r, 0);
	const uint64_t ends[2][2] = {{low, MM_LIVE_BASE}, {MM_LIVE_END, MM_LIVE_TASK_SIZE}};
	struct mm_file *f = mm_file_create(x, 1, MM_FILE_READ | MM_FILE_WRITE | MM_FILE_SHMEM);
	int err = f ? 0 : -MM_ENFILE;
	int i;

	mm_process_caps_set(x, mm->owner, MM_CAP_ALL);
	for (i = 0; i < 2 && !err; i++) {
		const struct mm_mmap_request q = {.addr = ends[i][0],
						  .len = ends[i][1] - ends[i][0],
						  .flags = MM_MAP_SHARED | MM_MAP_FIXED,
						  .file = f};
		uint64_t addr;

		err = mm_mmap(x, mm, &q, &addr);
	}
	mm_process_caps_set(x, mm->owner, 0);
	if (f)
		(void)mm_file_put(x, f);
	return err;
}

static void spawn(struct twin *w, uint64_t pid)
{
	struct mm_live_subject *s = &w->subject[pid];
	struct mm_struct *mm = mm_process_at(w->r->m, pid)->mm;

	if (!w->w->golden)
		w->err = mm_live_start(s, w->w->host, w->e);
	if (!w->err && fill_ref(w, mm, w->w->host->low))
		w->err = mm_error_set(w->e, -MM_ENOMEM, 0, 0, "the reference cannot be filled");
	w->base[pid] = mm->total_vm;
}

/* ---- the kernel's side ---- */

static int fd_of(const struct twin *w, uint64_t arg)
{
	if (!arg || w->r->handles[arg - 1].state != MM_HANDLE_LIVE)
		return -1;
	return w->plan.fd[arg - 1];
}

static void set_limit(struct twin *w, uint64_t pid, const struct mm_op *op)
{
	struct mm_process *p = mm_process_at(w->r->m, pid);
	uint64_t base = op->arg[1] == MM_RLIMIT_AS ? w->base[pid] << MM_PAGE_SHIFT : 0;

	/* a limit is of what the trace maps: what was there before comes on top */
	if (mm_process_limit_set(mm_run_ctx(w->r, 0), p, op->arg[1],
				 op->arg[2] > UINT64_MAX - base ? UINT64_MAX : op->arg[2] + base))
		return;
	if (!w->w->golden)
		w->kernel.err = (int)-mm_live_limit(&w->subject[pid], (enum mm_rlimit)op->arg[1],
						    op->arg[2]);
}

static void call(struct twin *w, uint64_t pid, long nr, const uint64_t *args)
{
	int64_t answer = mm_live_call(&w->subject[pid], nr, args);

	if (answer < 0 && answer >= -4095)
		w->kernel.err = (int)-answer;
	else
		w->kernel.value = (uint64_t)answer;
}

static void ask_kernel(struct twin *w, enum mm_live_op o, uint64_t pid, const struct mm_op *op)
{
	struct mm_live_subject *s = &w->subject[pid];
	uint64_t a[6] = {op->arg[1], op->arg[2], op->arg[3], 0, 0, 0};

	switch (o) {
	case MM_LIVE_MMAP:
		a[0] = op->arg[2];
		a[1] = op->arg[3];
		a[2] = op->arg[4];
		a[3] = op->arg[5];
		a[4] = (uint64_t)(int64_t)fd_of(w, op->arg[1]);
		a[5] = op->arg[6];
		call(w, pid, SYS_mmap, a);
		break;
	case MM_LIVE_MUNMAP:
		call(w, pid, SYS_munmap, a);
		break;
	case MM_LIVE_MPROTECT:
		call(w, pid, SYS_mprotect, a);
		break;
	case MM_LIVE_BRK:
		call(w, pid, SYS_brk, a);
		break;
	case MM_LIVE_TOUCH_OP:
		mm_live_touch(s, op->arg[1], op->arg[2]);
		w->kernel.signal = s->slot->signal;
		w->kernel.code = s->slot->code;
		break;
	case MM_LIVE_SETCAP:
		w->kernel.err = (int)-mm_live_caps(s, w->w->host, (uint32_t)op->arg[1]);
		break;
	case MM_LIVE_SPAWN:
	case MM_LIVE_EXIT:
	case MM_LIVE_OPEN:
	case MM_LIVE_CLOSE:
	case MM_LIVE_SETRLIMIT:
	case MM_LIVE_NR_OPS:
		break;
	}
}

/* ---- the reference's side ---- */

static void our_answer(struct twin *w)
{
	const struct mm_machine *m = w->r->m;
	struct mm_live_answer *a = &w->ours;

	*a = (struct mm_live_answer){.ran = true, .err = -w->r->result.err};
	if (!a->err && w->r->result.has_value)
		a->value = w->r->result.value;
	if (m->nr_outcomes == w->outcomes)
		return;
	a->signal = m->last_outcome == MM_OUTCOME_BUS_ADRERR ? SIGBUS : SIGSEGV;
	a->code = m->last_outcome == MM_OUTCOME_SEGV_MAPERR   ? SEGV_MAPERR
		  : m->last_outcome == MM_OUTCOME_SEGV_ACCERR ? SEGV_ACCERR
							      : BUS_ADRERR;
}

/* ---- differences ---- */

static void print_answer(const struct mm_live_answer *a, char *buf, size_t len)
{
	if (a->err)
		(void)snprintf(buf, len, "-%s", mm_err_name(-a->err));
	else if (a->signal)
		(void)snprintf(buf, len, "%s code %d", a->signal == SIGBUS ? "SIGBUS" : "SIGSEGV",
			       a->code);
	else
		(void)snprintf(buf, len, "0x%" PRIx64, a->value);
}

static void print_sides(const struct twin *w, FILE *out)
{
	unsigned int nr = w->our_list.nr > w->kernel_list.nr ? w->our_list.nr : w->kernel_list.nr;
	char ours[96];
	char kernels[96];
	unsigned int i;

	print_answer(&w->ours, ours, sizeof(ours));
	print_answer(&w->kernel, kernels, sizeof(kernels));
	(void)fprintf(out, "  %-40s   %s\n  %-40s   %s\n", "reference", "kernel", ours, kernels);
	if (w->w->golden) {
		(void)fprintf(out, "  %u VMAs%33s %u VMAs, hash %016" PRIx64 "\n", w->our_list.nr,
			      "", w->kernel.nr, w->kernel.hash);
		nr = w->our_list.nr;
	}
	for (i = 0; i < nr; i++) {
		mm_live_list_line(&w->our_list, i, ours, sizeof(ours));
		kernels[0] = '\0';
		if (!w->w->golden)
			mm_live_list_line(&w->kernel_list, i, kernels, sizeof(kernels));
		(void)fprintf(out, "%c %-40s   %s\n",
			      w->w->golden || strcmp(ours, kernels) == 0 ||
					      !w->kernel_list.has_flags
				      ? ' '
				      : '>',
			      ours, kernels);
	}
}

static void differ(struct twin *w, const char *what, const char *fmt, ...) MM_PRINTF(3, 4);

static void differ(struct twin *w, const char *what, const char *fmt, ...)
{
	struct mm_live_diff *d = &w->w->diff;
	size_t len;
	va_list ap;
	FILE *out;

	if (d->found)
		return;
	d->found = true;
	(void)snprintf(d->what, sizeof(d->what), "%s", what);
	va_start(ap, fmt);
	(void)vsnprintf(d->text, sizeof(d->text), fmt, ap);
	va_end(ap);
	out = open_memstream(&d->report, &len);
	if (out) {
		print_sides(w, out);
		(void)fclose(out);
	}
	mm_run_found(w->r, "oracle.linux", "%s: %s", what, d->text);
}

static void compare_answers(struct twin *w, enum mm_live_op o)
{
	const struct mm_live_answer *a = &w->ours;
	const struct mm_live_answer *k = &w->kernel;
	char ours[64];
	char kernels[64];
	char what[80];

	print_answer(a, ours, sizeof(ours));
	print_answer(k, kernels, sizeof(kernels));
	(void)snprintf(what, sizeof(what), "%s of %s",
		       a->err != k->err         ? "errno"
		       : a->signal != k->signal ? "signal"
		       : a->code != k->code     ? "si_code"
						: "answer",
		       mm_live_op_name(o));
	if (a->err != k->err || a->value != k->value || a->signal != k->signal ||
	    a->code != k->code)
		differ(w, what, "reference %s, kernel %s", ours, kernels);
}

static void compare_lists(struct twin *w, enum mm_live_op o, bool flags)
{
	char what[80];

	(void)snprintf(what, sizeof(what), "%s after %s", flags ? "flags" : "VMAs",
		       mm_live_op_name(o));
	if (w->w->golden ? w->ours.hash != w->kernel.hash || w->ours.nr != w->kernel.nr
			 : !mm_live_list_equal(&w->our_list, &w->kernel_list))
		differ(w, what, "reference %u VMAs, kernel %u", w->our_list.nr,
		       w->w->golden ? w->kernel.nr : w->kernel_list.nr);
}

static void compare_totals(struct twin *w, uint64_t pid, enum mm_live_op o)
{
	const struct mm_struct *mm = mm_process_at(w->r->m, pid)->mm;
	struct mm_live_totals t;
	char what[80];

	(void)snprintf(what, sizeof(what), "totals after %s", mm_live_op_name(o));
	if (mm_live_totals(&w->subject[pid], &t))
		w->subject[pid].lost = true;
	else if (t.total != mm->total_vm - w->base[pid] || t.data != mm->data_vm ||
		 t.stack != mm->stack_vm || t.locked != mm->locked_vm)
		differ(w, what,
		       "pages in all, data, stack, locked: reference %" PRIu64 " %" PRIu64
		       " %" PRIu64 " %" PRIu64 ", kernel %" PRIu64 " %" PRIu64 " %" PRIu64
		       " %" PRIu64,
		       mm->total_vm - w->base[pid], mm->data_vm, mm->stack_vm, mm->locked_vm,
		       t.total, t.data, t.stack, t.locked);
}

/* ---- one operation ---- */

static void look(struct twin *w, enum mm_live_op o, uint64_t pid)
{
	struct mm_live_subject *s = &w->subject[pid];
	unsigned int every = w->w->flags_every ? w->w->flags_every : MM_LIVE_FLAGS_EVERY;
	bool flags = w->compared % every == 0;

	mm_live_list_ref(&w->our_list, mm_process_at(w->r->m, pid)->mm);
	w->ours.nr = w->our_list.nr;
	if (w->w->golden || w->w->record)
		w->ours.hash = mm_live_list_hash(&w->our_list);
	if (!w->w->golden) {
		if (mm_live_list_kernel(s, &w->kernel_list, false))
			s->lost = true;
		w->kernel.nr = w->kernel_list.nr;
		if (w->w->record)
			w->kernel.hash = mm_live_list_hash(&w->kernel_list);
	}
	if (s->lost && !w->w->golden) {
		w->err = mm_error_set(w->e, -MM_ENODEV, 0, 0, "a subject was lost at @%zu",
				      w->r->pos);
		return;
	}
	compare_answers(w, o);
	compare_lists(w, o, false);
	if (!flags || w->w->golden || w->w->diff.found)
		return;
	if (mm_live_list_kernel(s, &w->kernel_list, true))
		s->lost = true;
	compare_lists(w, o, true);
	compare_totals(w, pid, o);
}

static void take_golden(struct twin *w)
{
	if (w->r->pos < w->w->nr_golden)
		w->kernel = w->w->golden[w->r->pos];
}

static void count(struct twin *w, enum mm_live_op o, const struct mm_op *op);

static void compare_op(struct twin *w, enum mm_live_op o, const struct mm_op *op)
{
	uint64_t pid = w->r->handles[op->arg[0] - 1].value;

	if (o == MM_LIVE_EXIT) {
		mm_live_stop(&w->subject[pid]);
		if (w->w->record)
			w->w->record(w->w->env, w->r->pos, &w->kernel);
		return;
	}
	our_answer(w);
	if (w->w->golden)
		take_golden(w);
	else
		ask_kernel(w, o, pid, op);
	if (o == MM_LIVE_SETRLIMIT)
		set_limit(w, pid, op);
	look(w, o, pid);
	w->compared++;
	if (w->w->record && !w->w->diff.found)
		w->w->record(w->w->env, w->r->pos, &w->kernel);
}

/* The run has done operation `done`. */
static void follow(void *env, size_t done, size_t total)
{
	struct twin *w = env;
	const struct mm_op *op = &w->t->ops[done];
	enum mm_live_op o;

	(void)total;
	if (w->err || w->plan.why[done] != MM_LIVE_RUNS || w->r->result.skipped)
		return;
	o = mm_live_op_of(op);
	w->kernel = (struct mm_live_answer){.ran = true};
	w->ours = w->kernel;
	if (o == MM_LIVE_SPAWN && !w->r->result.err)
		spawn(w, w->r->handles[done].value);
	else if (o != MM_LIVE_SPAWN && o != MM_LIVE_OPEN && o != MM_LIVE_CLOSE &&
		 w->r->result.err != -MM_ESRCH)
		compare_op(w, o, op);
	else if (w->w->record)
		w->w->record(w->w->env, done, &w->kernel);
	if (o == MM_LIVE_SPAWN && w->w->record)
		w->w->record(w->w->env, done, &w->kernel);
	count(w, o, op);
	w->outcomes = w->r->m->nr_outcomes;
	if (w->err && !w->r->finding)
		mm_run_found(w->r, "oracle.lost", "%s", w->e->text);
}

static void count(struct twin *w, enum mm_live_op o, const struct mm_op *op)
{
	struct mm_live_counts *c = w->w->counts;

	c->ops[o]++;
	c->errnos[o][w->r->result.err > -MM_LIVE_ERRNOS ? -w->r->result.err : 0]++;
	if (o == MM_LIVE_TOUCH_OP)
		c->signals[!w->ours.signal               ? 0
			   : w->ours.signal == SIGBUS    ? 3
			   : w->ours.code == SEGV_MAPERR ? 1
							 : 2]++;
	if (w->our_list.nr > c->vmas_max)
		c->vmas_max = w->our_list.nr;
	mm_live_count_args(c, o, op, !w->r->result.err);
}

/* ---- the run ---- */

static void on_event(void *env, const struct mm_event *ev)
{
	struct mm_live_counts *c = env;

	if (ev->kind == MM_EV_mm_vma_merge)
		c->merges[ev->f[3] & 1][ev->f[0] & 3]++;
}

/* A log says itself what ran. */
static int plan_by_log(struct twin *w)
{
	size_t i;

	w->plan = (struct mm_live_plan){calloc(w->t->nr + 1, 1), NULL, w->t->nr};
	for (i = 0; i < w->t->nr && w->plan.why; i++) {
		bool ran = i < w->w->nr_golden && w->w->golden[i].ran;

		w->plan.why[i] = ran ? MM_LIVE_RUNS : MM_LIVE_NO_CALL;
	}
	return w->plan.why ? 0 : -MM_ENOMEM;
}

/* What may not run becomes an operation that is passed over. */
static int cut_holes(struct twin *w, struct mm_trace *holed)
{
	int row = mm_live_op_row(MM_LIVE_MUNMAP);
	size_t i;

	*holed = *w->t;
	holed->nr_expects = 0;
	holed->ops = malloc((w->t->nr + 1) * sizeof(*holed->ops));
	if (!holed->ops || row < 0)
		return -MM_ENOMEM;
	for (i = 0; i < w->t->nr; i++) {
		holed->ops[i] = w->t->ops[i];
		w->w->counts->whys[w->plan.why[i]]++;
		if (w->plan.why[i] != MM_LIVE_RUNS)
			holed->ops[i] = (struct mm_op){.op = (uint16_t)row};
	}
	return 0;
}

static int run_both(struct twin *w)
{
	const struct mm_run_options o = {.progress = follow, .env = w, .progress_every = 0};
	struct mm_listener listener = {MM_EV_BIT(MM_EV_mm_vma_merge), on_event, w->w->counts};
	struct mm_trace holed;
	int err = cut_holes(w, &holed);
	int i;

	if (!err) {
		mm_run_reset(w->r);
		mm_live_switches(w->w->host, w->r->m);
		(void)mm_event_listen(w->r->m, &listener);
		w->r->ctx[0].events = mm_event_mask(w->r->m);
		err = mm_run_trace(w->r, &holed, &o);
		mm_event_unlisten(w->r->m, w->w->counts);
	}
	w->r->trace = w->t;
	free(holed.ops);
	for (i = 0; i < MM_LIVE_PROCS; i++)
		mm_live_stop(&w->subject[i]);
	w->w->counts->compared += w->compared;
	return err ? err : w->err;
}

int mm_live_run(struct mm_live_twin *twin, struct mm_run *r, const struct mm_trace *t,
		struct mm_error *e)
{
	struct mm_live_subject subjects[MM_LIVE_PROCS];
	struct twin *w = calloc(1, sizeof(*w));
	int err;
	int i;

	if (!w)
		return -MM_ENOMEM;
	memset(subjects, 0, sizeof(subjects));
	for (i = 0; i < MM_LIVE_PROCS; i++)
		subjects[i].maps = subjects[i].smaps = subjects[i].status = -1;
	w->w = twin;
	w->r = r;
	w->t = t;
	w->subject = subjects;
	w->e = e;
	twin->diff = (struct mm_live_diff){.found = false};
	err = twin->golden ? plan_by_log(w) : mm_live_plan(&w->plan, t, twin->host);
	if (!err)
		err = run_both(w);
	mm_live_plan_free(&w->plan);
	free(w);
	return err;
}
