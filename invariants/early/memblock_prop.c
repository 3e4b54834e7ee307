/* SPDX-License-Identifier: MIT */
/*
 * memblock: against bytes, against the model at the edges of 64 bits, with tables
 * that double, and planted corruptions.
 */
#include "mm/memblock.h"

#include "invariants/early/memblock/prop.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <stdio.h>
#include <string.h>

#define NO_NODE MM_MEMBLOCK_NO_NODE

static struct mm_memblock_span span(uint64_t base, uint64_t size)
{
	return (struct mm_memblock_span){base, size};
}

static struct mm_memblock_request request(uint64_t size, uint64_t align, int nid)
{
	return (struct mm_memblock_request){size, align, 0, 0, nid, false};
}

/* ---- bytes: a universe small enough to look at each ---- */

#define BYTES 400
#define LOW   4000 /* the first page is never found, and ends inside */

struct byte {
	bool in;
	int nid;
	uint32_t flags;
};

struct bytes {
	struct mm_prop_run *p;
	struct mm_machine *m;
	struct mm_ctx x;
	struct byte at[MM_MEMBLOCK_KINDS][BYTES];
	uint64_t base; /* of the last change */
	uint64_t size;
};

static uint64_t any(const struct bytes *b, uint64_t ceil)
{
	return prop_below(b->p, ceil);
}

static bool open_bytes(struct bytes *b, struct mm_prop_run *p)
{
	memset(b, 0, sizeof(*b));
	b->p = p;
	b->m = mm_boot("ram=64K", NULL);
	if (!b->m ||
	    (mm_ctx_init(&b->x, b->m, 0), mm_memblock_remove(&b->x, span(0, UINT64_MAX)) != 0)) {
		prop_fail(p, __FILE__, __LINE__, "no machine");
		return false;
	}
	return true;
}

static void set_bytes(struct bytes *b, enum mm_memblock_kind kind, bool in, int nid, uint32_t flags)
{
	uint64_t i;

	for (i = b->base; i < b->base + b->size && i < BYTES; i++) {
		if (!in)
			b->at[kind][i] = (struct byte){false, 0, 0};
		else if (!b->at[kind][i].in)
			b->at[kind][i] = (struct byte){true, nid, flags};
	}
}

static void set_flag(struct bytes *b, enum mm_memblock_kind kind, uint32_t flag, bool set)
{
	uint64_t i;

	for (i = b->base; i < b->base + b->size && i < BYTES; i++) {
		struct byte *at = &b->at[kind][i];

		if (at->in)
			at->flags = set ? at->flags | flag : at->flags & ~flag;
	}
}

static void set_node(struct bytes *b, int nid)
{
	uint64_t i;

	for (i = b->base; i < b->base + b->size && i < BYTES; i++) {
		if (b->at[MM_MEMBLOCK_MEMORY][i].in)
			b->at[MM_MEMBLOCK_MEMORY][i].nid = nid;
	}
}

/* One random change, to both. */
static int change(struct bytes *b)
{
	static const uint32_t flags[] = {
		0, 0, 0, MM_MEMBLOCK_HOTPLUG, MM_MEMBLOCK_NOMAP, MM_MEMBLOCK_DRIVER_MANAGED};
	struct mm_memblock_span s;
	uint32_t flag = flags[any(b, 6)];
	int nid = (int)any(b, 3) - 1;

	b->base = any(b, BYTES);
	b->size = any(b, BYTES - b->base + 1);
	if (any(b, 3) && b->size > 60)
		b->size = any(b, 60);
	s = span(LOW + b->base, b->size);
	switch (any(b, 10)) {
	case 0:
	case 1:
		set_bytes(b, MM_MEMBLOCK_MEMORY, true, nid, flag);
		return mm_memblock_add(&b->x, s, nid, flag);
	case 2:
		set_bytes(b, MM_MEMBLOCK_MEMORY, false, 0, 0);
		return mm_memblock_remove(&b->x, s);
	case 3:
	case 4:
		set_bytes(b, MM_MEMBLOCK_RESERVED, true, NO_NODE, 0);
		return mm_memblock_reserve(&b->x, s);
	case 5:
		set_bytes(b, MM_MEMBLOCK_RESERVED, false, 0, 0);
		return mm_memblock_free(&b->x, s);
	case 6:
		set_flag(b, MM_MEMBLOCK_RESERVED, MM_MEMBLOCK_RSRV_NOINIT, true);
		return mm_memblock_mark(&b->x, s, MM_MEMBLOCK_RSRV_NOINIT);
	case 7:
		set_flag(b, MM_MEMBLOCK_MEMORY, MM_MEMBLOCK_NOMAP, true);
		return mm_memblock_mark(&b->x, s, MM_MEMBLOCK_NOMAP);
	case 8:
		set_flag(b, MM_MEMBLOCK_MEMORY, MM_MEMBLOCK_NOMAP, false);
		return mm_memblock_clear(&b->x, s, MM_MEMBLOCK_NOMAP);
	default:
		set_node(b, nid);
		return mm_memblock_set_node(&b->x, s, MM_MEMBLOCK_MEMORY, nid);
	}
}

static void check_bytes(struct bytes *b)
{
	struct mm_prop_run *p = b->p;
	int kind;
	uint64_t i;

	for (kind = 0; kind < MM_MEMBLOCK_KINDS; kind++) {
		uint64_t sum = 0;

		for (i = 0; i < BYTES; i++) {
			const struct byte *at = &b->at[kind][i];
			const struct memblock_region *r =
				mm_memblock_search(b->m, (enum mm_memblock_kind)kind, LOW + i);

			PROP(p, (r != NULL) == at->in, "byte %llu of %d", (unsigned long long)i,
			     kind);
			PROP(p, !r || (r->nid == at->nid && r->flags == at->flags),
			     "byte %llu of %d: node or flags", (unsigned long long)i, kind);
			sum += at->in;
		}
		PROP(p, mm_memblock_size(b->m, (enum mm_memblock_kind)kind) == sum,
		     "size of %d is not %llu", kind, (unsigned long long)sum);
	}
}

/* Memory that a search may use, at byte i. */
static bool usable(const struct bytes *b, uint64_t i, int nid)
{
	const struct byte *mem = &b->at[MM_MEMBLOCK_MEMORY][i];

	return mem->in && !b->at[MM_MEMBLOCK_RESERVED][i].in &&
	       !(mem->flags & (MM_MEMBLOCK_NOMAP | MM_MEMBLOCK_DRIVER_MANAGED)) &&
	       (nid == NO_NODE || mem->nid == nid);
}

/* May [i, i + size) be given?  All of it of one kind. */
static bool fits(const struct bytes *b, uint64_t i, const struct mm_memblock_request *q)
{
	const struct byte *mem = b->at[MM_MEMBLOCK_MEMORY];
	uint64_t k;

	if ((LOW + i) % q->align || LOW + i < MM_PAGE_SIZE || i + q->size > BYTES)
		return false;
	for (k = i; k < i + q->size; k++) {
		if (!usable(b, k, q->nid) || mem[k].nid != mem[i].nid ||
		    mem[k].flags != mem[i].flags)
			return false;
	}
	return true;
}

static void check_search(struct bytes *b)
{
	struct mm_memblock_request q = {.size = 1 + any(b, 40)};
	struct mm_prop_run *p = b->p;
	uint64_t low = 0;
	uint64_t high = 0;
	uint64_t i;

	q.align = (uint64_t)1 << any(b, 6);
	q.nid = (int)any(b, 3) - 1;
	for (i = 0; i < BYTES; i++) {
		if (!fits(b, i, &q))
			continue;
		low = low ? low : LOW + i;
		high = LOW + i;
	}
	b->m->memblock->bottom_up = true;
	PROP(p, mm_memblock_find(b->m, &q, 0) == low, "bottom-up: 0x%llx, due is 0x%llx",
	     (unsigned long long)mm_memblock_find(b->m, &q, 0), (unsigned long long)low);
	b->m->memblock->bottom_up = false;
	PROP(p, mm_memblock_find(b->m, &q, 0) == high, "top-down: 0x%llx, due is 0x%llx",
	     (unsigned long long)mm_memblock_find(b->m, &q, 0), (unsigned long long)high);
}

/* Walks meet each free byte once, in order, and agree. */
static void check_walks(struct bytes *b)
{
	struct mm_memblock_iter up = mm_memblock_first(NO_NODE, MM_MEMBLOCK_NOMAP);
	struct mm_memblock_iter down = mm_memblock_last(b->m, NO_NODE, MM_MEMBLOCK_NOMAP);
	struct mm_prop_run *p = b->p;
	uint64_t forward = 0;
	uint64_t backward = 0;
	uint64_t due = 0;
	uint64_t last = 0;
	uint64_t i;

	for (i = 0; i < BYTES; i++)
		due += b->at[0][i].in && !b->at[1][i].in &&
		       !(b->at[0][i].flags & MM_MEMBLOCK_DRIVER_MANAGED);
	while (mm_memblock_next_free(b->m, &up)) {
		PROP(p, up.span.base >= last && up.span.size, "a walk up goes back or stands");
		last = up.span.base + up.span.size;
		forward += up.span.size;
		PROP(p, b->at[0][up.span.base - LOW].nid == up.span_nid, "node of a free range");
	}
	last = UINT64_MAX;
	while (mm_memblock_prev_free(b->m, &down)) {
		PROP(p, down.span.base + down.span.size <= last && down.span.size,
		     "a walk down goes up or stands");
		last = down.span.base;
		backward += down.span.size;
	}
	PROP(p, forward == due && backward == due, "%llu bytes up, %llu down, due are %llu",
	     (unsigned long long)forward, (unsigned long long)backward, (unsigned long long)due);
}

static void check_questions(struct bytes *b)
{
	uint64_t base = any(b, BYTES);
	uint64_t size = 1 + any(b, BYTES - base);
	const struct byte *mem = b->at[MM_MEMBLOCK_MEMORY];
	struct mm_prop_run *p = b->p;
	bool one = mem[base].in;
	bool some = false;
	uint64_t i;

	for (i = base; i < base + size; i++) {
		some = some || mem[i].in;
		one = one && mem[i].in && mem[i].nid == mem[base].nid &&
		      mem[i].flags == mem[base].flags;
	}
	PROP(p, mm_memblock_overlaps(b->m, MM_MEMBLOCK_MEMORY, span(LOW + base, size)) == some,
	     "overlap of %llu bytes at %llu", (unsigned long long)size, (unsigned long long)base);
	/* a span that is too long ends where addresses do */
	PROP(p,
	     mm_memblock_overlaps(b->m, MM_MEMBLOCK_MEMORY, span(LOW + base, UINT64_MAX)) ==
		     mm_memblock_overlaps(b->m, MM_MEMBLOCK_MEMORY,
					  span(LOW + base, UINT64_MAX - LOW - base)),
	     "overlap of all above %llu", (unsigned long long)base);
	PROP(p, mm_memblock_is_region_memory(b->m, span(LOW + base, size)) == one,
	     "one region for %llu bytes at %llu", (unsigned long long)size,
	     (unsigned long long)base);
}

/* Fewer regions than double a table: 400 bytes have at most 200 of them. */
static void tables_are_what_bytes_say(struct mm_prop_run *p)
{
	struct bytes b;
	int i;

	if (!open_bytes(&b, p))
		return;
	for (i = 0; i < 150 && !p->failures; i++) {
		int err = change(&b);

		if (err || b.m->outcomes[MM_OUTCOME_MEMBLOCK_FULL])
			prop_fail(p, __FILE__, __LINE__, "a change answers %d", err);
		check_bytes(&b);
		check_search(&b);
		check_walks(&b);
		check_questions(&b);
	}
	mm_machine_destroy(b.m);
}

/* ---- traces of memblock alone, judged by the model ---- */

static const char *const machines[] = {
	"ram=4M max_order=6",
	"ram=4M hole=1M-1292K,2764K-3M reserved=0-64K,2M-2100K max_order=6",
	"ram=64K",
	"ram=1028K-2M,3100K-4M max_order=6",
};

/* Where things get interesting: pages, odd bytes, the machine's RAM, the top. */
static uint64_t any_address(struct mm_prop_run *p)
{
	switch (prop_below(p, 8)) {
	case 0:
		return UINT64_MAX - prop_below(p, 9000);
	case 1:
		return prop_below(p, 9000);
	case 2:
		return prop_any(p, 64);
	default:
		return prop_below(p, 1100) * MM_PAGE_SIZE;
	}
}

static uint64_t any_size(struct mm_prop_run *p)
{
	switch (prop_below(p, 8)) {
	case 0:
		return prop_any(p, 64);
	case 1:
		return prop_below(p, 5000);
	default:
		return prop_below(p, 40) * MM_PAGE_SIZE;
	}
}

static uint64_t any_of(struct mm_prop_run *p, const struct mm_arg_def *a)
{
	static const uint64_t counts[] = {0, 0, 0, 1, 1, 2, 4, 8, 16, 63, 64};

	if (a->kind == MM_ARG_COUNT)
		return counts[prop_below(p, 11)];
	if (strcmp(a->name, "align") == 0)
		return prop_below(p, 9) ? (uint64_t)1 << prop_below(p, 22) : prop_any(p, 64);
	if (strcmp(a->name, "base") == 0)
		return any_address(p);
	if (strcmp(a->name, "min") == 0 || strcmp(a->name, "max") == 0)
		return prop_below(p, 2) ? 0 : any_address(p);
	if (strcmp(a->name, "limit") == 0)
		return prop_below(p, 3) ? UINT64_MAX : any_address(p);
	return any_size(p);
}

/* Changes often, limits seldom: they leave little. */
static const char *const often[] = {"memblock_add",   "memblock_reserve",    "memblock_free",
				    "memblock_alloc", "memblock_alloc_node", "memblock_mark"};
static const char *const seldom[] = {
	"memblock_remove",     "memblock_clear", "memblock_set_node", "memblock_phys_alloc",
	"memblock_phys_alloc", "memblock_setup", "memblock_reach",    "memblock_cap",
	"memblock_limit",      "memblock_trim",
};

static void add_op(struct mm_prop_run *p, struct mm_trace *t)
{
	const char *name;
	struct mm_op op = {0};
	int row;
	int i;

	prop_begin(p);
	name = prop_below(p, 5) < 4 ? often[prop_below(p, 6)] : seldom[prop_below(p, 10)];
	row = mm_optable_find(name, strlen(name));
	if (row < 0)
		return; /* the end of the run closes the mark */
	op.op = (uint16_t)row;
	for (i = 0; mm_optable_get(op.op)->args[i].kind != MM_ARG_END; i++)
		op.arg[i] = any_of(p, &mm_optable_get(op.op)->args[i]);
	(void)mm_trace_add(t, &op);
	prop_end(p);
}

static void add_named(struct mm_trace *t, const char *name, uint64_t a, uint64_t b)
{
	int row = mm_optable_find(name, strlen(name));
	struct mm_op op = {.op = (uint16_t)row, .arg = {a, b, 0, 0}};

	if (row >= 0)
		(void)mm_trace_add(t, &op);
}

/* Fill tables up to their last entries, with room to grow or without. */
static void crowd(struct mm_prop_run *p, struct mm_trace *t)
{
	uint64_t memory = 118 + prop_below(p, 12);
	uint64_t reserved = prop_below(p, 2) ? 118 + prop_below(p, 12) : 0;
	/* one after the other: compilers draw arguments in different orders */
	uint64_t bottom_up = prop_below(p, 2);
	uint64_t resize = prop_below(p, 8) != 0;
	uint64_t i;

	add_named(t, "memblock_setup", bottom_up, resize);
	t->ops[t->nr - 1].arg[3] = prop_below(p, 2);
	if (t->ops[t->nr - 1].arg[3]) {
		add_named(t, "memblock_mark", 0x200000, 0x8000);
		t->ops[t->nr - 1].arg[2] = MM_MEMBLOCK_MIRROR;
	}
	for (i = 0; i < memory; i++)
		add_named(t, "memblock_add", 0x1000000 + i * 0x2000, 64);
	for (i = 0; i < reserved; i++)
		add_named(t, "memblock_reserve", 0x1000000 + i * 0x2000, 64);
	if (prop_below(p, 4) == 0)
		add_named(t, "memblock_reserve", 0, 0x400000 - 0x1000 * prop_below(p, 5));
}

static void full_tables_agree_with_the_model(struct mm_prop_run *p)
{
	struct mm_trace t;
	int i;

	mm_trace_init(&t);
	t.machine = mm_trace_keep(&t, machines[0], strlen(machines[0]));
	crowd(p, &t);
	for (i = 0; i < 60 && prop_bits(p, 16); i++)
		add_op(p, &t);
	mm_walk_judge(p, &t);
	mm_trace_free(&t);
}

/* Tables with an entry or two left, or none, and little memory for others: the step that
 * needs one more finds room, makes room, or stops where the model says. */
static void brim(struct mm_prop_run *p, struct mm_trace *t)
{
	static const char *const last[] = {
		"memblock_mark",  "memblock_clear",  "memblock_set_node", "memblock_cap",
		"memblock_limit", "memblock_remove", "memblock_add",      "memblock_reach",
	};
	uint64_t resize = prop_below(p, 4) != 0;
	uint64_t left = prop_below(p, 3) ? prop_below(p, 9) : 1024;
	/* the table of memory has a place of its own, to give back when it doubles again */
	uint64_t grown = prop_below(p, 3) ? 0 : 128;
	uint64_t memory = grown + 122 + prop_below(p, 6);
	uint64_t reserved = grown + 122 + prop_below(p, 6);
	uint64_t steps = 1 + prop_below(p, 12);
	uint64_t i;

	add_named(t, "memblock_setup", prop_below(p, 2), resize);
	add_named(t, "memblock_reserve", 0, 0x400000 - 0x1000 * left);
	for (i = 0; i < reserved; i++)
		add_named(t, "memblock_reserve", 0x1000000 + i * 0x2000, 64);
	for (i = 0; i < memory; i++)
		add_named(t, "memblock_add", 0x1000000 + i * 0x2000, 64);
	for (i = 0; i < steps; i++) {
		const char *name = last[prop_below(p, 8)];
		uint64_t base = prop_below(p, 3) ? 0x1000010 + prop_below(p, 120) * 0x2000
						 : prop_below(p, 1024) * MM_PAGE_SIZE;
		uint64_t size = prop_below(p, 2) ? 16 : 1 + prop_below(p, 0x400000);
		bool short_of = strcmp(name, "memblock_limit") == 0;
		uint64_t third = prop_below(p, 3);

		add_named(t, name, short_of ? 0x400000 - prop_below(p, 0x10000) : base, size);
		t->ops[t->nr - 1].arg[2] = third ? third : MM_MEMBLOCK_NOMAP;
		if (short_of)
			t->ops[t->nr - 1].arg[1] = third & 1;
	}
}

static void the_last_entry_agrees_with_the_model(struct mm_prop_run *p)
{
	struct mm_trace t;

	mm_trace_init(&t);
	t.machine = mm_trace_keep(&t, machines[0], strlen(machines[0]));
	brim(p, &t);
	mm_walk_judge(p, &t);
	mm_trace_free(&t);
}

static void changes_agree_with_the_model(struct mm_prop_run *p)
{
	const char *machine = machines[prop_below(p, sizeof(machines) / sizeof(machines[0]))];
	struct mm_trace t;
	int i;

	mm_trace_init(&t);
	t.machine = mm_trace_keep(&t, machine, strlen(machine));
	for (i = 0; i < 300 && prop_bits(p, 16); i++)
		add_op(p, &t);
	mm_walk_judge(p, &t);
	mm_trace_free(&t);
}

/* ---- tables that double ---- */

static void judge(struct mm_prop_run *p, struct mm_walk *w)
{
	PROP(p, mm_checker_after_op(w->checker), "%s: %s", w->checker->report.first.id,
	     w->checker->report.first.text);
}

static bool open_growing(struct mm_walk *w, struct mm_prop_run *p, bool bottom_up)
{
	struct memblock s;

	if (!mm_walk_open(w, p, "ram=4M max_order=6"))
		return false;
	s = *w->m->memblock;
	s.can_resize = true;
	s.bottom_up = bottom_up;
	mm_memblock_set(&w->run->ctx[0], &s);
	return true;
}

static uint64_t room(const struct mm_walk *w, enum mm_memblock_kind kind)
{
	return w->m->memblock->type[kind].max;
}

/* Both tables fill up together, so that each growth finds the other nearly full. */
static void tables_double_as_regions_come(struct mm_prop_run *p)
{
	struct mm_walk w;
	uint64_t i;

	if (!open_growing(&w, p, prop_below(p, 2)))
		return;
	for (i = 0; i < 1500 && !p->failures; i++) {
		struct mm_ctx *x = &w.run->ctx[0];
		int err = mm_memblock_reserve(x, span(((uint64_t)1 << 41) + i * 64, 1 + (i & 31)));

		err = err ? err : mm_memblock_add(x, span(((uint64_t)1 << 40) + i * 8192, 1), 1, 0);
		if (err)
			prop_fail(p, __FILE__, __LINE__, "region %llu: %d", (unsigned long long)i,
				  err);
		judge(p, &w);
	}
	PROP(p, room(&w, MM_MEMBLOCK_MEMORY) == 2048 && room(&w, MM_MEMBLOCK_RESERVED) == 2048,
	     "room for %llu and %llu regions", (unsigned long long)room(&w, MM_MEMBLOCK_MEMORY),
	     (unsigned long long)room(&w, MM_MEMBLOCK_RESERVED));
	PROP(p, mm_checker_sweep(w.checker), "%s", w.checker->report.first.text);
	mm_walk_close(&w);
}

/* One span over 128 regions leaves 129 gaps: the table doubles before any is filled. */
static void a_span_over_many_regions_doubles_first(struct mm_prop_run *p)
{
	struct mm_walk w;
	uint64_t i;

	if (!open_growing(&w, p, false))
		return;
	for (i = 0; i < 128; i++)
		PROP(p, mm_memblock_reserve(&w.run->ctx[0], span(8192 + i * 128, 64)) == 0,
		     "region %llu", (unsigned long long)i);
	PROP(p, room(&w, MM_MEMBLOCK_RESERVED) == 128, "doubled too early");
	PROP(p, mm_memblock_reserve(&w.run->ctx[0], span(4096, 65536)) == 0, "refused");
	judge(p, &w);
	PROP(p,
	     room(&w, MM_MEMBLOCK_RESERVED) == 512 &&
		     w.m->memblock->type[MM_MEMBLOCK_RESERVED].cnt == 2,
	     "room for %llu", (unsigned long long)room(&w, MM_MEMBLOCK_RESERVED));
	mm_walk_close(&w);
}

/* Growth ends where the contract says, or where there is no memory. */
static void tables_end_somewhere(struct mm_prop_run *p)
{
	struct mm_walk w;
	uint64_t i;
	int err = 0;

	if (!open_growing(&w, p, false))
		return;
	for (i = 0; i < 9000 && !err; i++)
		err = mm_memblock_reserve(&w.run->ctx[0], span(((uint64_t)1 << 40) + i * 64, 1));
	judge(p, &w);
	PROP(p, err == -MM_ENOMEM && room(&w, MM_MEMBLOCK_RESERVED) == MM_MEMBLOCK_REGIONS_MAX,
	     "%d with room for %llu", err, (unsigned long long)room(&w, MM_MEMBLOCK_RESERVED));
	PROP(p, w.m->nr_outcomes == 0, "a failure with nothing changed is no outcome");
	mm_walk_close(&w);
	if (!open_growing(&w, p, false))
		return;
	PROP(p, mm_memblock_reserve(&w.run->ctx[0], span(0, UINT64_MAX)) == 0, "refused");
	for (i = 0, err = 0; i < 200 && !err; i++)
		err = mm_memblock_add(&w.run->ctx[0], span(((uint64_t)1 << 40) + i * 64, 1), 0, 0);
	judge(p, &w);
	PROP(p, err == -MM_ENOMEM && i == 128, "%d after %llu regions", err, (unsigned long long)i);
	mm_walk_close(&w);
}

/* ---- the rest ---- */

static void flip_settings(struct memblock *mb, size_t which)
{
	bool *const flags[] = {&mb->bottom_up, &mb->can_resize, &mb->movable_node,
			       &mb->mirrored_kernelcore, &mb->has_mirror};
	size_t i;

	for (i = 0; i < 5; i++)
		*flags[i] ^= which >> i & 1;
	mb->current_limit ^= which >> 5;
}

static void settings_are_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6", NULL);
	struct memblock *mb = m ? m->memblock : NULL;
	uint64_t seen[64];
	uint64_t boot;
	size_t i;
	size_t k;

	PROP(p, m, "the machine does not boot");
	boot = mm_machine_digest_sweep(m);
	/* no two of all combinations are alike */
	for (i = 0; i < 64; i++) {
		flip_settings(mb, i);
		seen[i] = mm_machine_digest_sweep(m);
		flip_settings(mb, i);
		for (k = 0; k < i; k++)
			PROP(p, seen[i] != seen[k], "settings 0x%zx and 0x%zx have one digest", i,
			     k);
	}
	for (i = 0; i < 4; i++) {
		uint64_t *number =
			(uint64_t *const[]){&mb->type[0].regions[0].base, &mb->type[0].max,
					    &mb->type[1].home.base, &mb->type[1].total_size}[i];

		++*number;
		PROP(p, mm_machine_digest_sweep(m) != boot, "number %zu is not in the digest", i);
		--*number;
	}
	PROP(p, mm_machine_digest_sweep(m) == boot, "the way back gives another digest");
	mm_machine_destroy(m);
}

/* Frames: parts of pages do not count, and a node's are its own. */
static void frames_are_whole_pages(struct mm_prop_run *p)
{
	struct mm_memblock_iter it = mm_memblock_first(1, 0);
	struct mm_machine *m = mm_boot("ram=64K", NULL);
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	PROP(p, mm_memblock_start_of_dram(m) == 0 && mm_memblock_end_of_dram(m) == 0x10000,
	     "the ends of memory");
	PROP(p, mm_memblock_add(&x, span(0x100001, 0x2fff), 1, 0) == 0, "refused");
	PROP(p, mm_memblock_add(&x, span(0x200001, 0x1ffe), 1, 0) == 0, "refused");
	PROP(p, mm_memblock_add(&x, span(0x300000, 0x2000), 1, 0) == 0, "refused");
	PROP(p, mm_memblock_next_frames(m, &it) && it.span.base == 0x101 && it.span.size == 2,
	     "0x%llx frames at 0x%llx", (unsigned long long)it.span.size,
	     (unsigned long long)it.span.base);
	PROP(p, mm_memblock_next_frames(m, &it) && it.span.base == 0x300 && it.span.size == 2,
	     "0x%llx whole frames at 0x%llx", (unsigned long long)it.span.size,
	     (unsigned long long)it.span.base);
	PROP(p, !mm_memblock_next_frames(m, &it), "a frame out of two halves");
	it = mm_memblock_first(NO_NODE, 0);
	PROP(p, mm_memblock_next_frames(m, &it) && it.span.size == 16 && it.span_nid == 0,
	     "the machine's own frames");
	/* a node that there cannot be is none */
	PROP(p,
	     !mm_memblock_set_node(&x, span(0, 0x10000), MM_MEMBLOCK_MEMORY, MM_MEMBLOCK_NODES) &&
		     m->memblock->type[MM_MEMBLOCK_MEMORY].regions[0].nid == NO_NODE,
	     "memory of node %d", m->memblock->type[MM_MEMBLOCK_MEMORY].regions[0].nid);
	mm_machine_destroy(m);
}

/* What is outside of what a request may ask for. */
static void bad_requests_are_refused(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=64K", NULL);
	struct mm_memblock_request q = request(0, 0, NO_NODE);
	struct mm_ctx x;
	uint64_t pa;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	PROP(p, mm_memblock_alloc(&x, &q, &pa) == -MM_EINVAL, "nothing");
	q = request(1, 24, NO_NODE);
	PROP(p, mm_memblock_alloc(&x, &q, &pa) == -MM_EINVAL, "24 is no power of two");
	PROP(p, mm_memblock_phys_alloc(&x, &q, &pa) == -MM_EINVAL, "24 is no power of two");
	PROP(p, mm_memblock_trim(&x, 0) == -MM_EINVAL, "0 is no alignment");
	PROP(p, mm_memblock_add(&x, span(0, 1), 0, 0x20) == -MM_EINVAL, "no such flag");
	PROP(p, mm_memblock_mark(&x, span(0, 1), MM_MEMBLOCK_DRIVER_MANAGED) == -MM_EINVAL,
	     "only added as such");
	PROP(p, mm_memblock_clear(&x, span(0, 1), MM_MEMBLOCK_MIRROR) == -MM_EINVAL,
	     "mirrored stays mirrored");
	PROP(p,
	     mm_memblock_mark(&x, span(0, 4096), MM_MEMBLOCK_MIRROR) == 0 &&
		     !m->memblock->has_mirror,
	     "without kernelcore=mirror nothing is mirrored");
	mm_machine_destroy(m);
}

/* The kernel's layout, byte by byte. */
static void the_dump_is_the_kernels(struct mm_prop_run *p)
{
	static const char due[] =
		"MEMBLOCK configuration:\n"
		" memory size = 0x0000000000012000 reserved size = 0x0000000000001000\n"
		" memory.cnt  = 0x2\n"
		" memory[0x0]\t[0x0000000000000000-0x000000000000ffff], 0x0000000000010000 bytes "
		"on node 0 flags: 0x0\n"
		" memory[0x1]\t[0x0000000000100000-0x0000000000101fff], 0x0000000000002000 bytes "
		"flags: 0x4\n"
		" reserved.cnt  = 0x1\n"
		" reserved[0x0]\t[0x0000000000000000-0x0000000000000fff], 0x0000000000001000 bytes "
		"flags: 0x0\n";
	struct mm_machine *m = mm_boot("ram=64K reserved=0-4K", NULL);
	FILE *f = tmpfile();
	char text[sizeof(due) + 64];
	struct mm_ctx x;
	size_t n;

	PROP(p, m && f, "no machine or no file");
	mm_ctx_init(&x, m, 0);
	PROP(p, mm_memblock_add(&x, span(0x100000, 0x2000), NO_NODE, MM_MEMBLOCK_NOMAP) == 0,
	     "refused");
	mm_memblock_dump(m, f);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	PROP(p, fclose(f) == 0 && strcmp(text, due) == 0, "%s", text);
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

static struct memblock_type *reserved(const struct mm_victim *v)
{
	return &v->m->memblock->type[MM_MEMBLOCK_RESERVED];
}

static struct memblock_type *memory(const struct mm_victim *v)
{
	return &v->m->memblock->type[MM_MEMBLOCK_MEMORY];
}

static void touch(const struct mm_victim *v, enum mm_memblock_kind kind)
{
	mm_touch(v->x, MM_OBJ_MEMBLOCK, kind);
}

static void regions_out_of_order(struct mm_victim *v)
{
	struct memblock_region *r = memory(v)->regions;
	struct memblock_region first = r[0];

	r[0] = r[1];
	r[1] = first;
	touch(v, MM_MEMBLOCK_MEMORY);
}

static void region_reaches_into_the_next(struct mm_victim *v)
{
	memory(v)->regions[0].size += MM_PAGE_SIZE * 100;
	memory(v)->total_size += MM_PAGE_SIZE * 100;
	touch(v, MM_MEMBLOCK_MEMORY);
}

static void region_in_two_pieces(struct mm_victim *v)
{
	struct memblock_type *t = reserved(v);

	t->regions[1] = t->regions[0];
	t->regions[0].size = MM_PAGE_SIZE;
	t->regions[1].base += MM_PAGE_SIZE;
	t->regions[1].size -= MM_PAGE_SIZE;
	t->cnt = 2;
	touch(v, MM_MEMBLOCK_RESERVED);
}

static void total_not_kept(struct mm_victim *v)
{
	memory(v)->total_size++;
	touch(v, MM_MEMBLOCK_MEMORY);
}

static void region_of_nothing(struct mm_victim *v)
{
	struct memblock_type *t = reserved(v);

	t->regions[t->cnt] = (struct memblock_region){UINT64_MAX, 0, 0, NO_NODE};
	t->cnt++;
	touch(v, MM_MEMBLOCK_RESERVED);
}

static void more_regions_than_room(struct mm_victim *v)
{
	reserved(v)->max = 200;
	touch(v, MM_MEMBLOCK_RESERVED);
}

static void table_in_memory_nobody_reserved(struct mm_victim *v)
{
	memory(v)->max = 256;
	memory(v)->home = span(4096, 8192);
	touch(v, MM_MEMBLOCK_RESERVED);
	touch(v, MM_MEMBLOCK_MEMORY);
}

static void allocated_below_the_highest(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_memblock_alloc, 4096, 4096, 0, 0, MM_MEMBLOCK_NODES << 8 | 1, 8192);
}

static void refused_what_there_is(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_memblock_alloc, 4096, 4096, 0, 0, MM_MEMBLOCK_NODES << 8 | 1, 0);
}

static void table_in_what_it_grows_for(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_memblock_grow, MM_MEMBLOCK_RESERVED, 128, 0x300000, 0x300000,
		 0x1000);
}

static void reserved_but_not_entered(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_memblock_change, MM_MEMBLOCK_RESERVE, 0x300000, 0x1000, UINT64_MAX,
		 0, 0);
}

static void node_of_another(struct mm_victim *v)
{
	memory(v)->regions[0].nid = 1;
	touch(v, MM_MEMBLOCK_MEMORY);
}

static const struct mm_plant plants[] = {
	{"memblock.sorted", regions_out_of_order, "memblock.reserve_idempotent", false},
	{"memblock.nonoverlap", region_reaches_into_the_next, "memblock.reserve_idempotent", false},
	{"memblock.merged", region_in_two_pieces, "memblock.reserve_idempotent", false},
	{"memblock.totals", total_not_kept, NULL, false},
	{"memblock.no_empty", region_of_nothing, "memblock.reserve_idempotent", false},
	{"memblock.capacity", more_regions_than_room, NULL, false},
	{"memblock.capacity", table_in_memory_nobody_reserved, NULL, false},
	{"memblock.alloc_result", allocated_below_the_highest, "memblock.reserve_idempotent", true},
	{"memblock.alloc_result", refused_what_there_is, "memblock.reserve_idempotent", true},
	{"memblock.growth", table_in_what_it_grows_for, NULL, true},
	{"memblock.reserve_idempotent", reserved_but_not_entered, NULL, false},
	{"memblock.reserve_idempotent", node_of_another, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_memblock_props[] = {
	{"memblock.tables_are_what_bytes_say", tables_are_what_bytes_say, 40},
	{"memblock.changes_agree_with_the_model", changes_agree_with_the_model, 60},
	{"memblock.full_tables_agree_with_the_model", full_tables_agree_with_the_model, 150},
	{"memblock.the_last_entry_agrees_with_the_model", the_last_entry_agrees_with_the_model,
	 150},
	{"memblock.tables_double_as_regions_come", tables_double_as_regions_come, 2},
	{"memblock.a_span_over_many_regions_doubles_first", a_span_over_many_regions_doubles_first,
	 1},
	{"memblock.tables_end_somewhere", tables_end_somewhere, 1},
	{"memblock.settings_are_in_the_digest", settings_are_in_the_digest, 1},
	{"memblock.frames_are_whole_pages", frames_are_whole_pages, 1},
	{"memblock.failures_are_announced", memblock_failures_are_announced, 1},
	{"memblock.no_room_below_a_limit", memblock_no_room_below_a_limit, 1},
	{"memblock.bad_requests_are_refused", bad_requests_are_refused, 1},
	{"memblock.the_dump_is_the_kernels", the_dump_is_the_kernels, 1},
	{"memblock." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
