/* SPDX-License-Identifier: MIT */
/*
 * page_frag model: which pieces are held, counted by chunk, and how far each cache
 * has cut its own.
 *
 * Cutting goes downwards, so one number per cache says that pieces do not overlap;
 * a cache that begins at the end again must have all of them back.  How many
 * references a chunk has to have follows from both.
 */
#include "mm/page_frag.h"

#include "mm/check.h"

#include <string.h>

#define NONE UINT64_MAX

/* More than 32 KiB can hold. */
#define ALL_REFERENCES 32769u

struct cache {
	uint64_t chunk; /* its first frame, or NONE */
	uint32_t top;   /* bytes from here on are cut */
	uint32_t cut;   /* pieces, since it was last whole */
	bool anew;      /* within an operation: it may begin at the end */
};

struct model {
	struct cache cache[MM_CPUS_MAX];
	bool used;      /* there has been a chunk */
	bool drained;   /* by the operation under way, which then cuts nothing */
	uint16_t *held; /* pieces, by the chunk's first frame */
};

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + (size_t)m->max_pfn * sizeof(uint16_t);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;
	int cpu;

	(void)m;
	md->held = (uint16_t *)(void *)(md + 1);
	for (cpu = 0; cpu < MM_CPUS_MAX; cpu++)
		md->cache[cpu].chunk = NONE;
}

static uint32_t chunk_bytes(const struct mm_machine *m, uint64_t chunk)
{
	return (uint32_t)4096 << m->memmap[chunk].order;
}

/* What the count of a chunk has to be. */
static uint32_t due_references(const struct model *md, const struct mm_machine *m, uint64_t chunk)
{
	uint32_t due = md->held[chunk];
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		if (md->cache[cpu].chunk == chunk)
			due += ALL_REFERENCES - md->cache[cpu].cut;
	}
	return due;
}

static void check_references(const struct model *md, struct mm_report *r,
			     const struct mm_machine *m, uint64_t chunk)
{
	uint32_t due = due_references(md, m, chunk);

	MM_CHECK(r, "frag.references", m->memmap[chunk].refcount == (int32_t)due,
		 "chunk at pfn %llu has %d references, %u pieces are held: due are %u",
		 (unsigned long long)chunk, m->memmap[chunk].refcount, md->held[chunk], due);
}

static void on_piece(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	struct cache *c = &md->cache[ev->cpu];
	uint64_t chunk = ev->f[0];
	uint64_t size = ev->f[2];
	uint64_t align = ev->f[3];
	uint64_t due;

	MM_CHECK(r, "frag.reuse", !md->drained, "chunk at pfn %llu is cut by who only gave one up",
		 (unsigned long long)chunk);
	md->used = true;
	if (c->chunk != chunk || c->anew) {
		c->chunk = chunk;
		c->top = chunk_bytes(m, chunk);
		c->cut = 0;
		c->anew = false;
	}
	due = size > c->top ? NONE : (c->top - size) / align * align;
	MM_CHECK(r, "frag.piece", ev->f[1] == due,
		 "pfn %llu: %llu bytes at offset %llu, cut down to %u: due is %llu",
		 (unsigned long long)chunk, (unsigned long long)size, (unsigned long long)ev->f[1],
		 c->top, (unsigned long long)due);
	if (r->failures)
		return;
	c->top = (uint32_t)due;
	c->cut++;
	md->held[chunk]++;
	check_references(md, r, m, chunk);
}

static void on_cache(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	struct cache *c = &md->cache[ev->cpu];
	uint64_t chunk = ev->f[0];
	bool again = ev->f[1] == MM_FRAG_PUT_REUSE;

	/* a chunk that no piece was cut from is known here for the first time */
	MM_CHECK(r, "frag.references",
		 ev->f[2] == ALL_REFERENCES - (c->chunk == chunk ? c->cut : 0),
		 "chunk at pfn %llu: %llu references given up, %u pieces were cut",
		 (unsigned long long)chunk, (unsigned long long)ev->f[2], c->cut);
	MM_CHECK(r, "frag.reuse",
		 !again || (!md->held[chunk] && !(m->memmap[chunk].flags & MM_PG_PFMEMALLOC)),
		 "chunk at pfn %llu is cut anew with %u pieces held, flags 0x%x",
		 (unsigned long long)chunk, md->held[chunk], m->memmap[chunk].flags);
	MM_CHECK(r, "frag.reuse",
		 again || md->held[chunk] || (m->memmap[chunk].flags & MM_PG_PFMEMALLOC) ||
			 ev->f[1] == MM_FRAG_PUT_DRAIN,
		 "chunk at pfn %llu is given up with all its pieces back",
		 (unsigned long long)chunk);
	md->used = true;
	md->drained = ev->f[1] == MM_FRAG_PUT_DRAIN;
	c->cut = 0;
	c->anew = again;
	if (!again) {
		c->chunk = NONE;
		check_references(md, r, m, chunk);
	}
}

static void on_put(struct model *md, struct mm_report *r, const struct mm_machine *m,
		   const struct mm_event *ev)
{
	uint64_t chunk = ev->f[0];

	if (ev->f[1] != MM_FRAG_PUT_PIECE) {
		on_cache(md, r, m, ev);
		return;
	}
	MM_CHECK(r, "frag.piece", md->held[chunk], "pfn %llu: a piece that nobody holds comes back",
		 (unsigned long long)chunk);
	if (r->failures)
		return;
	md->held[chunk]--;
	check_references(md, r, m, chunk);
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	if (r->failures)
		return;
	if (ev->kind == MM_EV_mm_page_frag)
		on_piece(state, r, m, ev);
	else
		on_put(state, r, m, ev);
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	int cpu;

	md->drained = false;
	for (cpu = 0; cpu < m->desc.cpus && md->used; cpu++) {
		md->cache[cpu].anew = false;
		if (md->cache[cpu].chunk != NONE)
			check_references(md, r, m, md->cache[cpu].chunk);
	}
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t pfn;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); pfn < m->max_pfn;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1)) {
		if (md->held[pfn])
			check_references(md, r, m, pfn);
	}
}

const struct mm_model mm_page_frag_model = {
	.name = "page_frag",
	.events = MM_EV_BIT(MM_EV_mm_page_frag) | MM_EV_BIT(MM_EV_mm_page_frag_put),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
