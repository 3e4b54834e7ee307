/* SPDX-License-Identifier: MIT */
/*
 * memblock model: a map of every byte of the address space.
 *
 * Bytes in a row that are alike share an entry, so the map is short; an entry says
 * of memory and of reserved whether the byte is in it, on which node and with
 * which flags.  A change cuts entries at its ends and rewrites what lies between:
 * it knows no regions, no room and no order of steps.  What tables must be, and
 * the address that an allocation must get, is then read off the map:
 *
 *     start   0      4K        64K       80K    1M           4M
 *     memory  | -    | node 0  | node 0  | ...               | -
 *     reserv. | -    | -       | yes     | -                 | -
 */
#include "mm/memblock.h"

#include "mm/check.h"

#include <string.h>

/* Each region of either table is at most two borders. */
#define ENTRIES_MAX ((uint64_t)4 * MM_MEMBLOCK_REGIONS_MAX + 8)
#define BOOT_MAX    ((uint64_t)4 * MM_RAM_RANGES_MAX + 2)

struct side {
	int32_t nid;
	uint16_t flags;
	bool in;
};

/* All bytes from start to the next entry. */
struct entry {
	uint64_t start;
	struct side of[MM_MEMBLOCK_KINDS];
};

struct model {
	bool has_mirror;
	bool boot_mirror;
	bool changed;

	/* a cap or a limit was announced: these spans must leave reserved */
	struct mm_memblock_span owed[2];
	int nr_owed;

	/* an allocation was announced: this span must be reserved */
	struct mm_memblock_span due;

	/* the map at boot */
	uint64_t nr_boot;
	struct entry boot[BOOT_MAX];

	uint64_t nr;
	struct entry map[ENTRIES_MAX];
};

/* ---- the map ---- */

static uint64_t end_of(const struct model *md, uint64_t i)
{
	return i + 1 < md->nr ? md->map[i + 1].start : UINT64_MAX;
}

/* The entry that begins at addr, made if need be. */
static uint64_t cut(struct model *md, uint64_t addr)
{
	uint64_t lo = 0;
	uint64_t hi = md->nr;

	if (addr == UINT64_MAX)
		return md->nr;
	while (hi - lo > 1) {
		uint64_t mid = (lo + hi) / 2;

		if (md->map[mid].start <= addr)
			lo = mid;
		else
			hi = mid;
	}
	if (md->map[lo].start == addr)
		return lo;
	MM_PRE(md->nr < ENTRIES_MAX);
	memmove(&md->map[lo + 2], &md->map[lo + 1], (size_t)(md->nr - lo - 1) * sizeof(md->map[0]));
	md->map[lo + 1] = md->map[lo];
	md->map[lo + 1].start = addr;
	md->nr++;
	return lo + 1;
}

static bool same_side(const struct side *a, const struct side *b)
{
	return a->in == b->in && a->nid == b->nid && a->flags == b->flags;
}

/* Neighbours that are alike become one entry. */
static void squash(struct model *md)
{
	uint64_t kept = 0;
	uint64_t i;

	for (i = 1; i < md->nr; i++) {
		const struct entry *e = &md->map[i];

		if (same_side(&e->of[0], &md->map[kept].of[0]) &&
		    same_side(&e->of[1], &md->map[kept].of[1]))
			continue;
		md->map[++kept] = *e;
	}
	md->nr = kept + 1;
}

/* What happens to each byte of a span. */
struct deed {
	enum mm_memblock_what what;
	enum mm_memblock_kind kind;
	int32_t nid;
	uint16_t flags;
};

static void act(struct side *s, const struct deed *d)
{
	switch (d->what) {
	case MM_MEMBLOCK_ADD:
	case MM_MEMBLOCK_RESERVE:
		if (!s->in)
			*s = (struct side){d->nid, d->flags, true};
		break;
	case MM_MEMBLOCK_MARK:
		if (s->in)
			s->flags |= d->flags;
		break;
	case MM_MEMBLOCK_CLEAR:
		if (s->in)
			s->flags &= (uint16_t)~d->flags;
		break;
	case MM_MEMBLOCK_NODE:
		if (s->in)
			s->nid = d->nid;
		break;
	case MM_MEMBLOCK_CAP:
	case MM_MEMBLOCK_LIMIT_MAP:
		if (!(s->flags & MM_MEMBLOCK_NOMAP))
			*s = (struct side){0, 0, false};
		break;
	case MM_MEMBLOCK_REMOVE:
	case MM_MEMBLOCK_FREE:
	case MM_MEMBLOCK_LIMIT:
	case MM_MEMBLOCK_TRIM:
		*s = (struct side){0, 0, false};
		break;
	}
}

static void change(struct model *md, uint64_t start, uint64_t end, const struct deed *d)
{
	uint64_t i = cut(md, start);
	uint64_t stop = cut(md, end);

	for (; i < stop; i++)
		act(&md->map[i].of[d->kind], d);
	squash(md);
	md->changed = true;
}

/* ---- runs: what a table has a region for ---- */

struct run {
	uint64_t start;
	uint64_t end;
	struct side side;
};

/* The next run from entry *i on. */
static bool next_run(const struct model *md, enum mm_memblock_kind kind, uint64_t *i,
		     struct run *run)
{
	while (*i < md->nr && !md->map[*i].of[kind].in)
		++*i;
	if (*i == md->nr)
		return false;
	*run = (struct run){md->map[*i].start, 0, md->map[*i].of[kind]};
	do
		run->end = end_of(md, (*i)++);
	while (*i < md->nr && same_side(&md->map[*i].of[kind], &run->side));
	return true;
}

static bool is_free(const struct model *md, uint64_t i)
{
	return md->map[i].of[MM_MEMBLOCK_MEMORY].in && !md->map[i].of[MM_MEMBLOCK_RESERVED].in;
}

static bool next_free_run(const struct model *md, uint64_t *i, struct run *run)
{
	while (*i < md->nr && !is_free(md, *i))
		++*i;
	if (*i == md->nr)
		return false;
	*run = (struct run){md->map[*i].start, 0, md->map[*i].of[MM_MEMBLOCK_MEMORY]};
	do
		run->end = end_of(md, (*i)++);
	while (*i < md->nr && is_free(md, *i) &&
	       same_side(&md->map[*i].of[MM_MEMBLOCK_MEMORY], &run->side));
	return true;
}

/* ---- what a search must find ---- */

struct search {
	uint64_t size;
	uint64_t align;
	uint64_t start;
	uint64_t end;
	uint64_t nid; /* MM_MEMBLOCK_NODES: any */
	bool mirror;
};

static bool may_use(const struct mm_machine *m, const struct search *q, const struct side *s)
{
	if (q->nid < MM_MEMBLOCK_NODES && s->nid != (int32_t)q->nid)
		return false;
	if (s->flags & (MM_MEMBLOCK_NOMAP | MM_MEMBLOCK_DRIVER_MANAGED))
		return false;
	if (m->memblock->movable_node && (s->flags & MM_MEMBLOCK_HOTPLUG))
		return false;
	return !q->mirror || (s->flags & MM_MEMBLOCK_MIRROR);
}

/* The best place in [lo, hi): its lowest or its highest; 0: none. */
static uint64_t place_in(uint64_t lo, uint64_t hi, const struct search *q, bool lowest)
{
	uint64_t pa;

	if (hi < lo || hi - lo < q->size)
		return 0;
	pa = hi - q->size;
	if (lowest)
		pa = lo % q->align ? lo - lo % q->align + q->align : lo;
	else
		pa -= pa % q->align;
	return pa >= lo && pa <= hi && hi - pa >= q->size ? pa : 0;
}

static uint64_t search(const struct model *md, const struct mm_machine *m, const struct search *q)
{
	uint64_t start = q->start > 4096 ? q->start : 4096;
	uint64_t end = q->end < 2 ? m->memblock->current_limit : q->end;
	uint64_t best = 0;
	struct run run;
	uint64_t i = 0;

	while (next_free_run(md, &i, &run)) {
		uint64_t pa;

		if (!may_use(m, q, &run.side))
			continue;
		pa = place_in(run.start > start ? run.start : start, run.end < end ? run.end : end,
			      q, m->memblock->bottom_up);
		if (pa && (!best || !m->memblock->bottom_up))
			best = pa;
	}
	return best;
}

/* Mirrored first where there is some; on the node first where there may be others. */
static uint64_t search_widening(const struct model *md, const struct mm_machine *m, struct search q,
				bool exact)
{
	const uint64_t node = q.nid;
	int mirror;

	for (mirror = md->has_mirror; mirror >= 0; mirror--) {
		uint64_t pa;

		q.mirror = mirror;
		q.nid = node;
		pa = search(md, m, &q);
		q.nid = MM_MEMBLOCK_NODES;
		if (!pa && !exact)
			pa = search(md, m, &q);
		if (pa)
			return pa;
	}
	return 0;
}

/* ---- events ---- */

static void owe(struct model *md, uint64_t start, uint64_t end)
{
	md->owed[md->nr_owed++] = (struct mm_memblock_span){start, end - start};
}

/* What is mapped leaves memory outside [start, end), all leaves reserved there. */
static void on_cap(struct model *md, uint64_t start, uint64_t end)
{
	const struct deed d = {MM_MEMBLOCK_CAP, MM_MEMBLOCK_MEMORY, 0, 0};

	change(md, 0, start, &d);
	change(md, end, UINT64_MAX, &d);
	owe(md, 0, start);
	owe(md, end, UINT64_MAX);
}

/* Where the first bytes of memory end; the top when there are fewer. */
static uint64_t end_of_bytes(const struct model *md, uint64_t bytes)
{
	struct run run;
	uint64_t i = 0;

	while (next_run(md, MM_MEMBLOCK_MEMORY, &i, &run)) {
		if (bytes <= run.end - run.start)
			return run.start + bytes;
		bytes -= run.end - run.start;
	}
	return UINT64_MAX;
}

static void on_limit(struct model *md, uint64_t bytes, bool keeps_nomap)
{
	const struct deed d = {MM_MEMBLOCK_LIMIT, MM_MEMBLOCK_MEMORY, 0, 0};
	uint64_t end = end_of_bytes(md, bytes);

	if (keeps_nomap) {
		on_cap(md, 0, end);
		return;
	}
	change(md, end, UINT64_MAX, &d);
	owe(md, end, UINT64_MAX);
}

static void on_trim(struct model *md, uint64_t align)
{
	const struct deed d = {MM_MEMBLOCK_TRIM, MM_MEMBLOCK_MEMORY, 0, 0};
	struct run run;
	uint64_t i = 0;

	while (next_run(md, MM_MEMBLOCK_MEMORY, &i, &run)) {
		uint64_t start = run.start + (align - run.start % align) % align;
		uint64_t end = run.end - run.end % align;

		if (start < run.start || start >= end) {
			start = run.end;
			end = run.end;
		}
		change(md, run.start, start, &d);
		change(md, end, run.end, &d);
		/* go on behind it: entries have moved */
		i = cut(md, run.end);
	}
	squash(md);
}

static bool is_span(struct mm_memblock_span s, const struct mm_event *ev)
{
	return s.size && s.base == ev->f[1] && s.size == ev->f[2];
}

/* A debt is paid by the change itself, or by its failure. */
static void settle(struct model *md, const struct mm_event *ev)
{
	int i;

	for (i = 0; i < md->nr_owed && ev->f[0] == MM_MEMBLOCK_FREE; i++) {
		if (is_span(md->owed[i], ev))
			md->owed[i].size = 0;
	}
	if (ev->f[0] == MM_MEMBLOCK_RESERVE && is_span(md->due, ev))
		md->due.size = 0;
}

static enum mm_memblock_kind kind_of(const struct mm_event *ev)
{
	switch ((enum mm_memblock_what)ev->f[0]) {
	case MM_MEMBLOCK_RESERVE:
	case MM_MEMBLOCK_FREE:
		return MM_MEMBLOCK_RESERVED;
	case MM_MEMBLOCK_NODE:
		return (enum mm_memblock_kind)ev->f[4];
	case MM_MEMBLOCK_MARK:
		return ev->f[4] == MM_MEMBLOCK_RSRV_NOINIT ? MM_MEMBLOCK_RESERVED
							   : MM_MEMBLOCK_MEMORY;
	case MM_MEMBLOCK_ADD:
	case MM_MEMBLOCK_REMOVE:
	case MM_MEMBLOCK_CLEAR:
	case MM_MEMBLOCK_CAP:
	case MM_MEMBLOCK_LIMIT:
	case MM_MEMBLOCK_LIMIT_MAP:
	case MM_MEMBLOCK_TRIM:
		break;
	}
	return MM_MEMBLOCK_MEMORY;
}

static void on_change(struct model *md, const struct mm_event *ev)
{
	const struct deed d = {(enum mm_memblock_what)ev->f[0], kind_of(ev),
			       (int32_t)(int64_t)ev->f[3], (uint16_t)ev->f[4]};

	/* what passes the top is cut off: the last byte is in nothing */
	uint64_t end = ev->f[2] > UINT64_MAX - ev->f[1] ? UINT64_MAX : ev->f[1] + ev->f[2];

	settle(md, ev);
	if (ev->f[5])
		return;
	if (d.what == MM_MEMBLOCK_CAP)
		on_cap(md, ev->f[1], end);
	else if (d.what == MM_MEMBLOCK_LIMIT || d.what == MM_MEMBLOCK_LIMIT_MAP)
		on_limit(md, ev->f[1], d.what == MM_MEMBLOCK_LIMIT_MAP);
	else if (d.what == MM_MEMBLOCK_TRIM)
		on_trim(md, ev->f[1]);
	else
		change(md, ev->f[1], end, &d);
	if (d.what == MM_MEMBLOCK_MARK && (d.flags & MM_MEMBLOCK_MIRROR))
		md->has_mirror = true;
}

static void on_alloc(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	struct search q = {ev->f[0], ev->f[1] ? ev->f[1] : 64, ev->f[2], ev->f[3], ev->f[4] >> 8,
			   false};
	bool exact = (ev->f[4] & 2) != 0;
	uint64_t pa;

	/* the request of the linear map: never above the limit, min is only a wish */
	if ((ev->f[4] & 1) && q.end > m->memblock->current_limit)
		q.end = m->memblock->current_limit;
	pa = search_widening(md, m, q, exact);
	if ((ev->f[4] & 1) && !pa) {
		q.start = 0;
		pa = search_widening(md, m, q, exact);
	}
	MM_CHECK(r, "memblock.alloc_result", ev->f[5] == pa,
		 "0x%llx bytes aligned to 0x%llx: at 0x%llx, due is 0x%llx",
		 (unsigned long long)q.size, (unsigned long long)q.align,
		 (unsigned long long)ev->f[5], (unsigned long long)pa);
	if (pa)
		md->due = (struct mm_memblock_span){pa, q.size};
}

/* A table goes above the span that is being changed, else below it. */
static void on_grow(const struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	uint64_t bytes = 2 * ev->f[1] * sizeof(struct memblock_region);
	uint64_t avoid = ev->f[3];
	uint64_t avoid_end = ev->f[3] + ev->f[4];
	struct search q = {
		(bytes + 4095) / 4096 * 4096, 4096, avoid_end, 0, MM_MEMBLOCK_NODES, false};
	uint64_t pa = 0;

	q.end = m->memblock->current_limit;
	if (ev->f[1] < MM_MEMBLOCK_REGIONS_MAX && q.end > 1)
		pa = search_widening(md, m, q, true);
	q.start = 0;
	q.end = avoid < q.end ? avoid : q.end;
	if (ev->f[1] < MM_MEMBLOCK_REGIONS_MAX && !pa && ev->f[4] && q.end > 1)
		pa = search_widening(md, m, q, true);
	MM_CHECK(r, "memblock.growth", ev->f[2] == pa,
		 "a table of %llu goes to 0x%llx, due is 0x%llx", (unsigned long long)ev->f[1] * 2,
		 (unsigned long long)ev->f[2], (unsigned long long)pa);
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	if (r->failures)
		return;
	if (ev->kind == MM_EV_mm_memblock_change)
		on_change(md, ev);
	else if (ev->kind == MM_EV_mm_memblock_alloc)
		on_alloc(md, r, m, ev);
	else
		on_grow(md, r, m, ev);
}

/* ---- comparing ---- */

static void check_table(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			enum mm_memblock_kind kind)
{
	const struct memblock_type *t = &m->memblock->type[kind];
	struct run run;
	uint64_t n = 0;
	uint64_t i = 0;

	while (next_run(md, kind, &i, &run)) {
		const struct memblock_region *g = &t->regions[n];

		MM_CHECK(r, "memblock.reserve_idempotent",
			 n < t->cnt && n < t->max && g->base == run.start &&
				 g->size == run.end - run.start && g->nid == run.side.nid &&
				 g->flags == run.side.flags,
			 "%s[%llu] is not 0x%llx-0x%llx on node %d with flags 0x%x",
			 kind == MM_MEMBLOCK_MEMORY ? "memory" : "reserved", (unsigned long long)n,
			 (unsigned long long)run.start, (unsigned long long)run.end, run.side.nid,
			 run.side.flags);
		if (r->failures)
			return;
		n++;
	}
	MM_CHECK(r, "memblock.reserve_idempotent", n == t->cnt,
		 "table %d has %llu regions, due are %llu", (int)kind, (unsigned long long)t->cnt,
		 (unsigned long long)n);
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	bool paid = !md->owed[0].size && !md->owed[1].size && !md->due.size;

	if (!md->changed && paid)
		return;
	MM_CHECK(r, "memblock.reserve_idempotent", paid || m->outcomes[MM_OUTCOME_MEMBLOCK_FULL],
		 "what was announced was not done: 0x%llx bytes at 0x%llx",
		 (unsigned long long)md->due.size, (unsigned long long)md->due.base);
	memset(md->owed, 0, sizeof(md->owed));
	md->nr_owed = 0;
	md->due.size = 0;
	md->changed = false;
	check_table(md, r, m, MM_MEMBLOCK_MEMORY);
	check_table(md, r, m, MM_MEMBLOCK_RESERVED);
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	check_table(state, r, m, MM_MEMBLOCK_MEMORY);
	check_table(state, r, m, MM_MEMBLOCK_RESERVED);
}

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
}

static void model_reset(void *state)
{
	struct model *md = state;

	md->has_mirror = md->boot_mirror;
	md->changed = false;
	memset(md->owed, 0, sizeof(md->owed));
	md->nr_owed = 0;
	md->due.size = 0;
	memcpy(md->map, md->boot, (size_t)md->nr_boot * sizeof(md->map[0]));
	md->nr = md->nr_boot;
}

static void model_boot(void *state, const struct mm_machine *m)
{
	const struct deed taken = {MM_MEMBLOCK_RESERVE, MM_MEMBLOCK_RESERVED, -1, 0};
	struct model *md = state;
	int i;

	md->nr = 1;
	for (i = 0; i < m->desc.nr_ram; i++) {
		const struct mm_range *ram = &m->desc.ram[i];
		/* a mirror is looked at for kernelcore=mirror only */
		bool mirror = m->desc.kernelcore_mirror && (ram->flags & MM_RAM_MIRROR);
		uint32_t flags = (ram->flags & MM_RAM_HOTPLUG ? MM_MEMBLOCK_HOTPLUG : 0) |
				 (mirror ? MM_MEMBLOCK_MIRROR : 0);
		const struct deed there = {MM_MEMBLOCK_ADD, MM_MEMBLOCK_MEMORY, ram->nid,
					   (uint16_t)flags};

		change(md, ram->start * 4096, ram->end * 4096, &there);
		md->boot_mirror |= mirror;
	}
	for (i = 0; i < m->desc.nr_reserved; i++)
		change(md, m->desc.reserved[i].start * 4096, m->desc.reserved[i].end * 4096,
		       &taken);
	MM_PRE(md->nr <= BOOT_MAX);
	memcpy(md->boot, md->map, (size_t)md->nr * sizeof(md->map[0]));
	md->nr_boot = md->nr;
	model_reset(md);
}

const struct mm_model mm_memblock_model = {
	.name = "memblock",
	.events = MM_EV_BIT(MM_EV_mm_memblock_change) | MM_EV_BIT(MM_EV_mm_memblock_alloc) |
		  MM_EV_BIT(MM_EV_mm_memblock_grow),
	.objects = MM_OBJ_BIT(MM_OBJ_MEMBLOCK),
	.size = model_size,
	.boot = model_boot,
	.reset = model_reset,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
