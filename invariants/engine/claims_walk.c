/* SPDX-License-Identifier: MIT */
/*
 * claims_walk: the generator knows operations by name and what their arguments
 * mean to a page allocator; an operation that is not built is passed over.
 */
#include "invariants/engine/claims_walk.h"

#include "mm/page_alloc.h"

#include "fuzz/trace/arg.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Runs that shrinking one finding may take. */
#define SHRINK_RUNS_MAX 3000

static const char reserves_matter[] =
	"ram=4M dma=1M dma32=2M max_order=6 pageblock_order=3 min_free_kbytes=400 "
	"lowmem_reserve_ratio=2/3/4/5/6 watermark_scale_factor=300";

const char *const mm_walk_machines[] = {
	/* the plain one, and one with every zone */
	"ram=4M max_order=6 pageblock_order=3 cpus=2",
	"ram=4M dma=512K dma32=1M normal=2M highmem=3M max_order=6 pageblock_order=3 cpus=3",
	/* zone limits and holes inside pageblocks */
	"ram=4M dma=1028K dma32=2052K normal=3076K highmem=3332K max_order=5 pageblock_order=4",
	"ram=4M hole=1M-1292K,2764K-3M max_order=6 pageblock_order=3 cpus=2",
	/* reserved frames, RAM that starts late, a zone that is all reserved */
	"ram=4M reserved=0-64K,1M-1100K,3M-3080K max_order=6 pageblock_order=3",
	"ram=1028K-2M,3100K-4M dma=512K max_order=7 pageblock_order=3",
	"ram=2M dma=64K reserved=0-64K max_order=4 pageblock_order=2",
	/* hardly any watermark: zones can be emptied */
	"ram=2M max_order=5 pageblock_order=3 min_free_kbytes=8 watermark_scale_factor=1",
	/* orders at their edges */
	"ram=2M dma=512K max_order=4 pageblock_order=4 contents=full",
	"ram=2M dma=512K max_order=0 pageblock_order=0",
	"ram=2M max_order=5 pageblock_order=0 cpus=2",
	"ram=8M max_order=10 pageblock_order=2 contents=none",
	"ram=4M dma=1M max_order=3 pageblock_order=3",
	/* tiny ones, where grouping by mobility is off */
	"ram=64K",
	"ram=1p",
	"ram=8M dma=37p max_order=10 pageblock_order=9",
	"ram=1M dma=512K max_order=8 pageblock_order=6",
	reserves_matter,
	/* several nodes: in order, interleaved, without memory, with zones of their own */
	"ram=6M nodes=0-2M/2M-4M/4M-6M cpus=3 max_order=6 pageblock_order=3",
	"ram=8M nodes=0-1M,4M-8M/1M-4M/none cpus=3 dma32=2M max_order=6 pageblock_order=3",
	"ram=8M nodes=4 cpus=4 pcp=on max_order=5 pageblock_order=3 kernelcore=4M "
	"distance=10,40,20,30/40,10,30,20/20,30,10,40/30,20,40,10",
	"ram=6M nodes=3 cpus=2 hotplug=4M-6M movable_node=on dma=512K max_order=4",
	/* memory that comes by section, some of it reserved, of two zones or two nodes */
	"ram=8M section=1M deferred=on max_order=6 pageblock_order=3 cpus=2",
	"ram=1M-5M,6M-8M reserved=2M-2100K,4M-5M section=512K deferred=on dma32=2300K max_order=5 "
	"pageblock_order=3 cpus=3 nodes=2 pcp=on min_free_kbytes=512",
	/* lists and counters by CPU: little memory, huge pages, every zone, big caches */
	"ram=4M max_order=6 pageblock_order=3 cpus=2 pcp=on",
	"ram=4M max_order=6 pageblock_order=5 cpus=2 pcp=on thp=5 min_free_kbytes=64",
	"ram=4M dma=512K dma32=1M normal=2M highmem=3M max_order=6 pageblock_order=3 cpus=3 pcp=on",
	"ram=16M max_order=6 pageblock_order=4 cpus=2 pcp=on cache=1M",
	/* contents that are always zero */
	"ram=2M max_order=5 pageblock_order=3 cpus=2 pcp=on contents=full init_on_free=on",
	NULL,
};

static uint64_t below(struct mm_prop_run *p, uint64_t ceil)
{
	return mm_rng_below(&p->rng, ceil);
}

/* ---- any machine ---- */

struct text {
	char *buf;
	size_t len;
	size_t at;
};

MM_PRINTF(2, 3) static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->at, t->len - t->at, fmt, ap);
	va_end(ap);
	MM_PRE(n >= 0 && (size_t)n < t->len - t->at);
	t->at += (size_t)n;
}

static int compare(const void *a, const void *b)
{
	uint64_t x;
	uint64_t y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* nr numbers in [lo, hi], ascending; half of them multiples of 8. */
static void cuts(struct mm_prop_run *p, uint64_t *cut, size_t nr, uint64_t lo, uint64_t hi)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		cut[i] = lo + below(p, hi - lo + 1);
		if (below(p, 2) && (cut[i] & ~(uint64_t)7) >= lo)
			cut[i] &= ~(uint64_t)7;
	}
	qsort(cut, nr, sizeof(cut[0]), compare);
}

static void add_zones(struct mm_prop_run *p, struct text *t, uint64_t end)
{
	static const char *const name[] = {"dma", "dma32", "normal", "highmem"};
	uint64_t cut[4];
	int i;

	cuts(p, cut, 4, 0, end + end / 4);
	for (i = 0; i < 4; i++) {
		/* a limit of 0 means no such zone below normal */
		if (below(p, 2) && (cut[i] || i < 2))
			add(t, " %s=%" PRIu64 "p", name[i], cut[i]);
	}
}

/* Lists and counters by CPU, with huge pages where a block can be one. */
static void add_pcp(struct mm_prop_run *p, struct text *t, uint64_t max_order)
{
	add(t, " pcp=on");
	if (max_order > MM_PCP_COSTLY_ORDER && below(p, 2))
		add(t, " thp=%" PRIu64,
		    MM_PCP_COSTLY_ORDER + 1 + below(p, max_order - MM_PCP_COSTLY_ORDER));
	if (below(p, 3) == 0)
		add(t, " cache=%" PRIu64 "K", below(p, 200));
}

/* Take the words added since `at` back if the description is none with them. */
static void keep_if_good(struct text *t, size_t at)
{
	struct mm_machine_desc d;

	if (!mm_machine_desc_parse(&d, t->buf, NULL))
		return;
	t->at = at;
	t->buf[at] = '\0';
}

static void add_nodes(struct mm_prop_run *p, struct text *t, uint64_t end)
{
	size_t at = t->at;
	uint64_t share = below(p, end);

	add(t, " nodes=%" PRIu64, 1 + below(p, 5));
	keep_if_good(t, at);
	at = t->at;
	if (below(p, 2))
		add(t, " kernelcore=%" PRIu64 "p", share);
	else if (below(p, 2))
		add(t, " movablecore=%" PRIu64 "%%", share % 100);
	keep_if_good(t, at);
}

/* All at once in sections of any size, or one by one. */
static void add_sections(struct mm_prop_run *p, struct text *t, uint64_t max_order)
{
	static const char *const models[] = {"flat", "sparse", "vmemmap"};
	size_t at = t->at;

	add(t, " section=%" PRIu64 "p", (uint64_t)1 << (max_order + below(p, 3)));
	add(t, " memmodel=%s", models[below(p, 3)]);
	keep_if_good(t, at);
	at = t->at;
	add(t, " deferred=on");
	keep_if_good(t, at);
}

void mm_walk_any_machine(struct mm_prop_run *p, char *buf, size_t len)
{
	static const char *const contents[] = {"none", "tag", "full"};
	struct text t;
	uint64_t end = below(p, 4) ? 64 + below(p, 1984) : 1 + below(p, 64);
	uint64_t max_order = below(p, below(p, 4) ? 8 : 12);
	uint64_t cut[4];

	t.buf = buf;
	t.len = len;
	t.at = 0;
	cuts(p, cut, 4, 0, end - 1);
	add(&t, "ram=");
	if (below(p, 2) && cut[0] < cut[1])
		add(&t, "%" PRIu64 "p-%" PRIu64 "p,", cut[0], cut[1]);
	add(&t, "%" PRIu64 "p-%" PRIu64 "p", cut[1], end);
	if (below(p, 3) == 0 && cut[1] < cut[2] && cut[2] < cut[3])
		add(&t, " hole=%" PRIu64 "p-%" PRIu64 "p", cut[2], cut[3]);
	else if (below(p, 2) && cut[2] < cut[3])
		add(&t, " reserved=%" PRIu64 "p-%" PRIu64 "p", cut[2], cut[3]);
	if (below(p, 4))
		add_zones(p, &t, end);
	add(&t, " max_order=%" PRIu64, max_order);
	/* one draw a call: C leaves the order of arguments open */
	add(&t, " pageblock_order=%" PRIu64, below(p, max_order + 1));
	add(&t, " cpus=%" PRIu64, 1 + below(p, 3));
	add(&t, " contents=%s", contents[below(p, 3)]);
	if (below(p, 2))
		add_pcp(p, &t, max_order);
	if (below(p, 8) == 0)
		add(&t, " init_on_alloc=on");
	if (below(p, 8) == 0)
		add(&t, " init_on_free=on");
	if (below(p, 3) == 0)
		add(&t, " min_free_kbytes=%" PRIu64, below(p, end * 2));
	if (below(p, 3) == 0)
		add(&t, " watermark_scale_factor=%" PRIu64, 1 + below(p, 3000));
	if (below(p, 3) == 0) {
		add(&t, " lowmem_reserve_ratio=%" PRIu64, below(p, 9));
		add(&t, "/%" PRIu64, below(p, 9));
		add(&t, "/%" PRIu64, below(p, 300));
	}
	if (below(p, 2))
		add_nodes(p, &t, end);
	if (below(p, 4) == 0)
		add_sections(p, &t, max_order);
}

uint64_t mm_walk_unused(const struct mm_machine *m)
{
	uint64_t sum = mm_vmstat_free_exact(m);
	int cpu;
	int z;

	for (z = 0; z < m->nr_zones; z++) {
		for (cpu = 0; cpu < m->desc.cpus; cpu++)
			sum += (uint64_t)m->zones[z].pageset[cpu].count;
	}
	return sum;
}

void mm_walk_make_ready(struct mm_machine *m)
{
	struct mm_ctx x;
	int z;

	mm_ctx_init(&x, m, 0);
	for (z = 0; z < m->nr_zones; z++) {
		while (mm_page_alloc_grow(&x, &m->zones[z]))
			;
	}
}

/* ---- any trace ---- */

enum phase { FILL, EMPTY, CHURN, ANYTHING, PHASES };

/* Percent of allocations and frees in a phase; the rest is anything. */
static const struct {
	unsigned int alloc;
	unsigned int free;
} share[PHASES] = {{85, 8}, {8, 85}, {45, 45}, {20, 20}};

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
	unsigned int max_order;
	enum phase phase;
	/* most phases repeat one kind of request: a zone full of one type is what
	 * makes others fall back */
	uint32_t favourite;
	bool small;       /* mostly order 0 */
	uint64_t loyalty; /* of 4 requests, how many are of that kind */
	/* positions of makers that the text has not consumed */
	uint32_t *live;
	size_t nr_live;
};

static uint32_t any_gfp(struct walker *w)
{
	const char *name = gfps[below(w->p, sizeof(gfps) / sizeof(gfps[0]))];
	uint32_t gfp = 0;

	if (below(w->p, 4) < w->loyalty)
		return w->favourite;
	/* one in 400 may not fail: where it would loop, the trace ends */
	if (below(w->p, 400) == 0)
		return MM_GFP_KERNEL | MM_GFP_NOFAIL;
	if (below(w->p, 40) == 0)
		return (uint32_t)below(w->p, 0x2000000) & ~(0x200u | MM_GFP_NOFAIL);
	return mm_gfp_parse(name, strlen(name), &gfp) ? MM_GFP_KERNEL : gfp;
}

static void next_phase(struct walker *w)
{
	w->phase = (enum phase)below(w->p, PHASES);
	w->loyalty = 0;
	w->favourite = any_gfp(w);
	w->loyalty = below(w->p, 5);
	w->small = below(w->p, 2);
}

static uint64_t any_order(struct walker *w)
{
	if (w->small && below(w->p, 8))
		return 0;
	switch (below(w->p, 16)) {
	case 0:
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

/* Position plus one of a maker: mostly one that is live, sometimes any. */
static uint64_t any_handle(struct walker *w, enum mm_arg_kind kind, bool consume)
{
	int tries;

	for (tries = 0; tries < 8 && w->nr_live; tries++) {
		size_t i = below(w->p, w->nr_live);
		uint32_t pos = w->live[i];

		if (mm_optable_get(w->t->ops[pos].op)->makes != kind)
			continue;
		if (consume)
			w->live[i] = w->live[--w->nr_live];
		return (uint64_t)pos + 1;
	}
	return 0;
}

static uint64_t given_up_handle(struct walker *w, enum mm_arg_kind kind)
{
	uint64_t pos = w->t->nr ? below(w->p, w->t->nr) : 0;

	return w->t->nr && mm_optable_get(w->t->ops[pos].op)->makes == kind ? pos + 1 : 0;
}

static uint64_t any_argument(struct walker *w, const struct mm_arg_def *a)
{
	switch (a->kind) {
	case MM_ARG_ORDER:
		return any_order(w);
	case MM_ARG_GFP:
		return any_gfp(w);
	case MM_ARG_CPU:
		return below(w->p, 16) ? 0 : below(w->p, 4);
	case MM_ARG_NODE:
		return below(w->p, 2) ? 0 : below(w->p, 6);
	case MM_ARG_NODES:
		return below(w->p, 2) ? 0 : below(w->p, 16);
	case MM_ARG_COUNT:
		return below(w->p, 3) ? below(w->p, 8) : below(w->p, 4000);
	case MM_ARG_SIZE:
		return below(w->p, 2) ? below(w->p, MM_PAGE_SIZE) : below(w->p, 20 * MM_PAGE_SIZE);
	case MM_ARG_SYSCTL:
		return below(w->p, mm_sysctl_count());
	case MM_ARG_TASK:
		return below(w->p, 4) ? (uint64_t)1 << below(w->p, 8) : below(w->p, 256);
	case MM_ARG_PAGE:
	case MM_ARG_REF:
	case MM_ARG_SCOPE:
	case MM_ARG_PAGES:
	case MM_ARG_EXACT:
	case MM_ARG_FRAG:
		if (below(w->p, 25) == 0)
			return given_up_handle(w, a->kind);
		return any_handle(w, a->kind, (a->flags & MM_ARGF_CONSUMES) != 0);
	case MM_ARG_END:
	case MM_ARG_KIND_NR:
		break;
	}
	return 0;
}

static int any_op(struct walker *w)
{
	uint64_t roll = below(w->p, 100);

	if (roll < share[w->phase].alloc)
		return mm_optable_find("alloc", 5);
	if (roll < share[w->phase].alloc + share[w->phase].free)
		return mm_optable_find("free", 4);
	/* any row, so that an operation added tomorrow is walked too */
	return (int)below(w->p, mm_optable_count());
}

void mm_walk_trace(struct mm_prop_run *p, struct mm_trace *t, const char *machine, size_t nr)
{
	struct walker w = {.p = p, .t = t};
	struct mm_machine_desc d;
	size_t tries;

	if (mm_machine_desc_parse(&d, machine, NULL))
		return;
	w.max_order = d.max_order;
	next_phase(&w);
	w.phase = FILL;
	w.live = calloc(nr + 1, sizeof(*w.live));
	mm_trace_clear(t);
	t->machine = mm_trace_keep(t, machine, strlen(machine));
	for (tries = 0; w.live && t->nr < nr && tries < 4 * nr; tries++) {
		int op = any_op(&w);
		struct mm_op o = {.op = (uint16_t)(op < 0 ? 0 : op)};
		int i;

		if (below(p, nr / 6 + 1) == 0)
			next_phase(&w);
		if (op < 0)
			continue;
		for (i = 0; mm_optable_get(o.op)->args[i].kind != MM_ARG_END; i++)
			o.arg[i] = any_argument(&w, &mm_optable_get(o.op)->args[i]);
		if (mm_trace_add(t, &o) == 0 && mm_optable_get(o.op)->makes != MM_ARG_END)
			w.live[w.nr_live++] = (uint32_t)(t->nr - 1);
	}
	free(w.live);
}

/* ---- judging ---- */

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

/* t without operations [at, at + nr); handles that they made become none. */
static bool cut_out(struct mm_trace *out, const struct mm_trace *t, size_t at, size_t nr)
{
	size_t i;

	mm_trace_clear(out);
	out->machine = mm_trace_keep(out, t->machine, strlen(t->machine));
	for (i = 0; i < t->nr; i++) {
		struct mm_op op = t->ops[i];
		const struct mm_arg_def *a = mm_optable_get(op.op)->args;
		int k;

		if (i >= at && i < at + nr)
			continue;
		for (k = 0; a[k].kind != MM_ARG_END; k++) {
			bool handle = mm_arg_is_handle(a[k].kind);

			if (handle && op.arg[k] > at + nr)
				op.arg[k] -= nr;
			else if (handle && op.arg[k] > at)
				op.arg[k] = 0;
		}
		if (mm_trace_add(out, &op))
			return false;
	}
	return true;
}

/* One pass over t, last operations first; what still breaks the claim stays
 * out.  Returns how many runs it took. */
static int shrink_by(struct mm_walk *w, struct mm_trace *t, size_t chunk, const char *claim)
{
	struct mm_trace other;
	size_t at;
	int runs = 0;

	mm_trace_init(&other);
	for (at = t->nr; at-- > 0 && runs < SHRINK_RUNS_MAX;) {
		const char *found;

		if (at + chunk > t->nr || !cut_out(&other, t, at, chunk))
			continue;
		mm_run_reset(w->run);
		found = claim_of(w, &other);
		runs++;
		if (found && strcmp(found, claim) == 0) {
			struct mm_trace swap = *t;

			*t = other;
			other = swap;
		}
	}
	mm_trace_free(&other);
	return runs;
}

/* Take out what is not needed for the claim to break. */
static void shrink(struct mm_walk *w, struct mm_trace *t, const char *claim)
{
	size_t chunk = t->nr / 2;
	int runs = 0;
	size_t before;

	for (; chunk > 1; chunk /= 2)
		runs += shrink_by(w, t, chunk, claim);
	do {
		before = t->nr;
		runs += shrink_by(w, t, 1, claim);
	} while (t->nr < before && runs < SHRINK_RUNS_MAX);
}

static void say_finding(struct mm_prop_run *p, struct mm_walk *w, const struct mm_trace *t)
{
	const char *claim = w->run->claim;
	struct mm_trace small;

	prop_fail(p, __FILE__, __LINE__, "%s: %s\n  the least trace that breaks it:", claim,
		  w->run->text);
	mm_trace_init(&small);
	if (cut_out(&small, t, t->nr, 0)) {
		shrink(w, &small, claim);
		(void)mm_trace_print(&small, stderr);
	}
	mm_trace_free(&small);
}

void mm_walk_judge(struct mm_prop_run *p, const struct mm_trace *t)
{
	struct mm_walk w;
	uint64_t digest;

	if (!mm_walk_open(&w, p, t->machine))
		return;
	if (claim_of(&w, t)) {
		say_finding(p, &w, t);
		mm_walk_close(&w);
		return;
	}
	p->checks += w.checker->report.checks;
	digest = mm_machine_digest(w.m);
	mm_run_reset(w.run);
	PROP(p, mm_checker_fresh(w.checker), "%s", w.checker->report.first.text);
	PROP(p, !claim_of(&w, t), "%s, on a reset machine only: %s", w.run->claim, w.run->text);
	PROP(p, digest == mm_machine_digest(w.m),
	     "the trace ends in another digest on a reset machine");
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
