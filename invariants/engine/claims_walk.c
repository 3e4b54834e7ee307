/* SPDX-License-Identifier: MIT */
/*
 * claims_walk: the generator knows operations by name and what their arguments
 * mean to a page allocator; an operation that is not built is passed over.
 */
#include "invariants/engine/claims_walk.h"

#include "mm/failpoint.h"
#include "mm/page_alloc.h"

#include "fuzz/trace/arg.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static uint64_t below(struct mm_prop_run *p, uint64_t ceil)
{
	return prop_below(p, ceil);
}

/* ---- any trace ---- */

enum phase { FILL, EMPTY, CHURN, ANYTHING, OWN, PHASES };

/* Percent of allocations and frees in a phase; the rest is anything. */
static const struct {
	unsigned int alloc;
	unsigned int free;
} share[PHASES] = {{85, 8}, {8, 85}, {45, 45}, {20, 20}, {0, 0}};

static const char *const gfps[] = {
	"KERNEL",
	"KERNEL|ZERO",
	"ATOMIC",
	"NOWAIT",
	"USER",
	"HIGHUSER",
	"HIGHUSER_MOVABLE",
	"HIGHUSER_MOVABLE|ZERO",
	"MOVABLE",
	"KERNEL|MOVABLE",
	"KERNEL|RECLAIMABLE",
	"NOFS|RECLAIMABLE",
	"KERNEL|COMP",
	"KERNEL|DMA",
	"DMA32|KERNEL|MOVABLE",
	"KERNEL|MEMALLOC",
	"ATOMIC|NOMEMALLOC",
	"KERNEL|NORETRY",
	"HIGHMEM|KERNEL",
	"DMA|HIGHMEM",
	"KERNEL|HIGH",
	"NOWAIT|HIGH|ZERO",
	"NOWAIT|NOFAIL",
	"0",
	"KERNEL|NOMEMALLOC|MEMALLOC",
};

struct walker {
	struct mm_prop_run *p;
	struct mm_trace *t;
	const struct mm_walk_plan *plan;
	unsigned int max_order;
	enum phase phase;
	/* most phases repeat one kind of request: a zone full of one type is what
	 * makes others fall back */
	uint32_t favourite;
	bool small;       /* mostly order 0 */
	uint64_t loyalty; /* of 4 requests, how many are of that kind */
	/* positions of makers that the text has not consumed, oldest first */
	uint32_t *live;
	size_t nr_live;
	/* rows that may be drawn, the plan's own first */
	uint16_t rows[MM_OPS_MAX];
	size_t nr_own;
	size_t nr_rows;
};

static uint32_t any_gfp(struct walker *w)
{
	const char *name = gfps[below(w->p, sizeof(gfps) / sizeof(gfps[0]))];
	uint32_t gfp = 0;

	if (below(w->p, 4) < w->loyalty)
		return w->favourite;
	/* one in 400 may not fail: where it would loop, the trace ends */
	if (below(w->p, 400) == 399)
		return MM_GFP_KERNEL | MM_GFP_NOFAIL;
	if (below(w->p, 40) == 39)
		return (uint32_t)below(w->p, 0x2000000) & ~(0x200u | MM_GFP_NOFAIL);
	return mm_gfp_parse(name, strlen(name), &gfp) ? MM_GFP_KERNEL : gfp;
}

static void next_phase(struct walker *w)
{
	/* a module of the plan has a phase of its own */
	w->phase = (enum phase)below(w->p, w->nr_own ? PHASES : OWN);
	w->loyalty = 0;
	w->favourite = any_gfp(w);
	w->loyalty = below(w->p, 5);
	w->small = below(w->p, 2);
}

static uint64_t any_order(struct walker *w)
{
	if (w->small && below(w->p, 8) < 7)
		return 0;
	switch (below(w->p, 16)) {
	case 15:
		return below(w->p, 16);
	case 1:
	case 2:
		return w->max_order;
	case 3:
	case 4:
	case 5:
		return below(w->p, w->max_order + 1);
	case 6:
	case 7:
	case 8:
		return below(w->p, 3);
	default:
		return 0;
	}
}

static bool makes(const struct walker *w, size_t i, enum mm_arg_kind kind)
{
	return mm_optable_get(w->t->ops[w->live[i]].op)->makes == kind;
}

/* Position plus one of a live maker, counted from the newest: one operation less
 * leaves most others what they were. */
static uint64_t any_handle(struct walker *w, enum mm_arg_kind kind, bool consume)
{
	uint64_t nr = 0;
	uint64_t k;
	uint32_t pos;
	size_t i;

	for (i = 0; i < w->nr_live; i++)
		nr += makes(w, i, kind);
	if (!nr)
		return 0;
	k = below(w->p, nr);
	for (i = w->nr_live - 1; k || !makes(w, i, kind); i--)
		k -= makes(w, i, kind);
	pos = w->live[i];
	if (consume) {
		w->nr_live--;
		memmove(w->live + i, w->live + i + 1, (w->nr_live - i) * sizeof(*w->live));
	}
	return (uint64_t)pos + 1;
}

static uint64_t given_up_handle(struct walker *w, enum mm_arg_kind kind)
{
	uint64_t pos = w->t->nr ? below(w->p, w->t->nr) : 0;

	return w->t->nr && mm_optable_get(w->t->ops[pos].op)->makes == kind ? pos + 1 : 0;
}

/* Nothing, one of the sizes that matter (powers of two among them), or any. */
static uint64_t any_size(struct walker *w)
{
	switch (below(w->p, 4)) {
	case 0:
		return 0;
	case 1:
		return mm_arg_from_raw(MM_ARG_SIZE, (unsigned int)(4096 + below(w->p, 32)));
	case 2:
		return below(w->p, 2) == 0 ? (uint64_t)1 << below(w->p, 12)
					   : below(w->p, MM_PAGE_SIZE);
	default:
		return below(w->p, 20 * MM_PAGE_SIZE);
	}
}

/* A switch, a percentage, anything; a few are below 0. */
static uint64_t any_int(struct walker *w)
{
	uint64_t v;

	switch (below(w->p, 4)) {
	case 0:
		v = below(w->p, 2);
		break;
	case 1:
		v = 100;
		break;
	case 2:
		v = below(w->p, 120);
		break;
	default:
		v = below(w->p, 4000);
		break;
	}
	return below(w->p, 6) == 5 ? 0 - v : v;
}

/* Mostly pages that lie close together, so that mappings meet. */
static uint64_t any_address(struct walker *w)
{
	unsigned int raw = (unsigned int)below(w->p, below(w->p, 4) ? 48 : MM_ARG_ADDR_PAGES);

	return mm_arg_from_raw(MM_ARG_ADDR,
			       below(w->p, 30) ? raw : (unsigned int)below(w->p, 3000));
}

/* Mostly there or nowhere; of the rest of the bits few at a time. */
static uint64_t any_map(struct walker *w)
{
	unsigned int raw = (unsigned int)below(w->p, 8);
	int i;

	for (i = 0; i < 2 && below(w->p, 3) == 0; i++)
		raw |= 1u << below(w->p, 14);
	return mm_arg_from_raw(MM_ARG_MAP, raw);
}

static uint64_t any_argument(struct walker *w, const struct mm_arg_def *a)
{
	switch (a->kind) {
	case MM_ARG_ORDER:
		return any_order(w);
	case MM_ARG_GFP:
		return any_gfp(w);
	case MM_ARG_CPU:
		return below(w->p, 16) < 15 ? 0 : below(w->p, 4);
	case MM_ARG_NODE:
		return below(w->p, 2) == 0 ? 0 : below(w->p, 6);
	case MM_ARG_NODES:
		return below(w->p, 2) == 0 ? 0 : below(w->p, 16);
	case MM_ARG_COUNT:
		return below(w->p, 3) < 2 ? below(w->p, 8) : below(w->p, 4000);
	case MM_ARG_SIZE:
		return any_size(w);
	case MM_ARG_SYSCTL:
		return below(w->p, mm_sysctl_count());
	case MM_ARG_FAULT:
		return below(w->p, mm_failpoint_files());
	case MM_ARG_INT:
		return any_int(w);
	case MM_ARG_TASK:
		return below(w->p, 4) ? (uint64_t)1 << below(w->p, 8) : below(w->p, 256);
	case MM_ARG_ADDR:
		return any_address(w);
	case MM_ARG_LEN:
		return mm_arg_from_raw(a->kind,
				       (unsigned int)below(w->p, below(w->p, 20) ? 16 : 1100));
	case MM_ARG_PROT:
		return mm_arg_from_raw(a->kind,
				       (unsigned int)below(w->p, below(w->p, 20) ? 8 : 512));
	case MM_ARG_MAP:
		return any_map(w);
	case MM_ARG_ACCESS:
	case MM_ARG_MODE:
	case MM_ARG_RLIMIT:
	case MM_ARG_CAPS:
		return mm_arg_from_raw(a->kind, (unsigned int)below(w->p, 64));
	case MM_ARG_PROC:
	case MM_ARG_FILE:
	case MM_ARG_PAGE:
	case MM_ARG_REF:
	case MM_ARG_SCOPE:
	case MM_ARG_PAGES:
	case MM_ARG_EXACT:
	case MM_ARG_FRAG:
		if (below(w->p, 25) == 24)
			return given_up_handle(w, a->kind);
		return any_handle(w, a->kind, (a->flags & MM_ARGF_CONSUMES) != 0);
	case MM_ARG_END:
	case MM_ARG_KIND_NR:
		break;
	}
	return 0;
}

static bool is_selected(const struct mm_walk_plan *plan, int row)
{
	return row >= 0 && (!plan || plan->selected[row]);
}

/* The plan's own module, then all others. */
static void collect_rows(struct walker *w)
{
	const char *own = w->plan ? w->plan->module : "";
	size_t row;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (row = 0; row < mm_optable_count(); row++) {
			if (is_selected(w->plan, (int)row) &&
			    (strcmp(mm_optable_module(row), own) == 0) == (pass == 0))
				w->rows[w->nr_rows++] = (uint16_t)row;
		}
		if (pass == 0)
			w->nr_own = w->nr_rows;
	}
}

/* A row of w->rows; from both halves alike, however many rows they have. */
static int any_row(struct walker *w)
{
	if (w->nr_own && below(w->p, 2) == 0)
		return w->rows[below(w->p, w->nr_own)];
	return w->nr_rows ? w->rows[below(w->p, w->nr_rows)] : -1;
}

static int any_op(struct walker *w)
{
	uint64_t roll = below(w->p, 100);
	int row = -1;

	if (roll < share[w->phase].alloc)
		row = mm_optable_find("alloc", 5);
	else if (roll < share[w->phase].alloc + share[w->phase].free)
		row = mm_optable_find("free", 4);
	/* any row, so that an operation added tomorrow is walked too */
	return is_selected(w->plan, row) ? row : any_row(w);
}

static void add_op(struct walker *w, size_t nr)
{
	uint64_t changes = below(w->p, nr / 6 + 1);
	struct mm_op o = {.op = 0};
	int op;
	int i;

	if (changes == nr / 6)
		next_phase(w);
	op = any_op(w);
	if (op < 0)
		return;
	o.op = (uint16_t)op;
	for (i = 0; mm_optable_get(o.op)->args[i].kind != MM_ARG_END; i++)
		o.arg[i] = any_argument(w, &mm_optable_get(o.op)->args[i]);
	if (mm_trace_add(w->t, &o) == 0 && mm_optable_get(o.op)->makes != MM_ARG_END)
		w->live[w->nr_live++] = (uint32_t)(w->t->nr - 1);
}

/*
 * Before each operation: is there one more?  Chance hardly ever says no, the end
 * of a tape does, so that a tape without some operations is a trace without them.
 */
void mm_walk_plan_trace(struct mm_prop_run *p, const struct mm_walk_plan *plan, struct mm_trace *t,
			const char *machine, size_t nr)
{
	struct walker w = {.p = p, .t = t, .plan = plan};
	struct mm_machine_desc d;
	size_t tries;

	if (mm_machine_desc_parse(&d, machine, NULL))
		return;
	w.max_order = d.max_order;
	collect_rows(&w);
	next_phase(&w);
	w.phase = FILL;
	w.live = calloc(nr + 1, sizeof(*w.live));
	mm_trace_clear(t);
	t->machine = mm_trace_keep(t, machine, strlen(machine));
	for (tries = 0; w.live && t->nr < nr && tries < 4 * nr; tries++) {
		uint64_t goes_on;

		prop_begin(p);
		goes_on = prop_bits(p, 16);
		if (goes_on)
			add_op(&w, nr);
		prop_end(p);
		if (!goes_on)
			break;
	}
	free(w.live);
}

void mm_walk_trace(struct mm_prop_run *p, struct mm_trace *t, const char *machine, size_t nr)
{
	mm_walk_plan_trace(p, NULL, t, machine, nr);
}

/* ---- judging ---- */

void mm_walk_another_digest(struct mm_prop_run *p, const struct mm_machine *m, uint64_t *seen,
			    size_t nth)
{
	size_t i;

	seen[nth] = mm_machine_digest_sweep(m);
	for (i = 0; i < nth; i++)
		PROP(p, seen[i] != seen[nth], "states %zu and %zu have one digest", i, nth);
}

bool mm_walk_open(struct mm_walk *w, struct mm_prop_run *p, const char *machine)
{
	struct mm_error e = {NULL, 0, 0, ""};
	char why[300];

	*w = (struct mm_walk){NULL, NULL, NULL};
	w->m = mm_boot(machine, &e);
	w->checker = w->m ? mm_checker_create(w->m) : NULL;
	w->run = w->checker ? mm_run_create(w->m, w->checker) : NULL;
	if (w->run)
		return true;
	prop_fail(p, __FILE__, __LINE__, "%s: does not boot: %s", machine,
		  mm_error_text(&e, why, sizeof(why)));
	mm_walk_close(w);
	return false;
}

void mm_walk_close(struct mm_walk *w)
{
	mm_run_destroy(w->run);
	mm_checker_destroy(w->checker);
	mm_machine_destroy(w->m);
}

struct mm_run_options mm_walk_options(void)
{
	return (struct mm_run_options){.expect = true,
				       .atomic = true,
				       .sweep = true,
				       .sweep_every = 61,
				       .teardown = true,
				       .measure = true};
}

/* Run t; the claim that broke, or NULL. */
static const char *claim_of(struct mm_walk *w, const struct mm_trace *t)
{
	const struct mm_run_options o = mm_walk_options();

	if (mm_run_trace(w->run, t, &o))
		return "host memory";
	return w->run->finding == MM_FINDING_STOP ? NULL : w->run->claim;
}

/* The trace, for people and for the shrinker of traces. */
static void show(struct mm_prop_run *p, const struct mm_trace *t)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f;

	if (!prop_is_shown(p))
		return;
	f = open_memstream(&text, &len);
	if (!f)
		return;
	(void)mm_trace_print(t, f);
	if (fclose(f) == 0)
		prop_show(p, text);
	free(text);
}

static void say_finding(struct mm_prop_run *p, const struct mm_walk *w, const char *when)
{
	const struct mm_run *r = w->run;
	char op[300] = "at the end";

	if (r->finding_pos < r->trace->nr)
		(void)mm_trace_print_op(r->trace, r->finding_pos, op, sizeof(op));
	prop_class(p, r->claim);
	prop_fail(p, __FILE__, __LINE__, "%s%s: %s @%zu: %s", r->claim, when, r->text,
		  r->finding_pos, op);
}

static void judge_again(struct mm_prop_run *p, struct mm_walk *w, const struct mm_trace *t)
{
	uint64_t digest = mm_machine_digest(w->m);

	mm_run_reset(w->run);
	prop_class(p, "machine.reset_is_fresh");
	PROP(p, mm_checker_fresh(w->checker), "%s", w->checker->report.first.text);
	if (claim_of(w, t)) {
		say_finding(p, w, ", on a reset machine only");
		return;
	}
	PROP(p, digest == mm_machine_digest(w->m),
	     "the trace ends in another digest on a reset machine");
}

void mm_walk_judge_on(struct mm_prop_run *p, struct mm_walk *w, const struct mm_trace *t,
		      bool again)
{
	show(p, t);
	if (claim_of(w, t)) {
		say_finding(p, w, "");
		return;
	}
	p->checks += w->checker->report.checks;
	if (again)
		judge_again(p, w, t);
}

void mm_walk_judge(struct mm_prop_run *p, const struct mm_trace *t)
{
	struct mm_walk w;

	if (!mm_walk_open(&w, p, t->machine))
		return;
	mm_walk_judge_on(p, &w, t, true);
	mm_walk_close(&w);
}

void mm_walk(struct mm_prop_run *p, const char *machine, size_t nr)
{
	struct mm_trace t;

	mm_trace_init(&t);
	mm_walk_trace(p, &t, machine, nr);
	p->checks++;
	if (t.nr)
		mm_walk_judge(p, &t);
	mm_trace_free(&t);
}
