/* SPDX-License-Identifier: MIT */
/*
 * memblock: changes, settings, questions, and how it begins.
 *
 * Every change follows one pattern: cut the span off at the top, make room, act on
 * the table, announce.  What fails is announced too, so that a reader knows that a
 * change it waits for will not come.
 */
#include "mm/rng.h"

#include "table.h"

#include <inttypes.h>
#include <string.h>

/* ---- digest ---- */

static uint64_t memblock_count(const struct mm_machine *m)
{
	(void)m;
	return MM_MEMBLOCK_KINDS + 1;
}

static uint64_t table_hash(const struct memblock_type *t)
{
	uint64_t h = mm_hash64_step(mm_hash64_step(0, t->cnt), t->max);
	uint64_t i;

	h = mm_hash64_step(mm_hash64_step(h, t->total_size), t->home.base);
	for (i = 0; i < t->cnt; i++) {
		const struct memblock_region *r = &t->regions[i];

		h = mm_hash64_step(mm_hash64_step(h, r->base), r->size);
		h = mm_hash64_step(h, (uint64_t)r->flags << 32 | (uint32_t)r->nid);
	}
	return h;
}

static uint64_t memblock_hash(const struct mm_machine *m, uint64_t id)
{
	const struct memblock *mb = m->memblock;

	if (id < MM_MEMBLOCK_KINDS)
		return table_hash(&mb->type[id]);
	return mm_hash64_step(mm_hash64_step(id, mb->current_limit),
			      (uint64_t)mb->bottom_up << 4 | (uint64_t)mb->can_resize << 3 |
				      (uint64_t)mb->movable_node << 2 |
				      (uint64_t)mb->mirrored_kernelcore << 1 |
				      (uint64_t)mb->has_mirror);
}

static const struct mm_kind_ops memblock_kind = {"memblock", memblock_count, memblock_hash, NULL};

static void touch_settings(struct mm_ctx *x)
{
	mm_touch(x, MM_OBJ_MEMBLOCK, MM_MEMBLOCK_KINDS);
}

/* ---- boot ---- */

static struct mm_memblock_span span_of(const struct mm_range *r)
{
	return (struct mm_memblock_span){r->start * MM_PAGE_SIZE,
					 (r->end - r->start) * MM_PAGE_SIZE};
}

/* What firmware says of a range is marked after it was added. */
static int add_ram(struct mm_ctx *x, const struct mm_range *r)
{
	int err = mm_memblock_add(x, span_of(r), r->nid, 0);

	if (!err && (r->flags & MM_RAM_HOTPLUG))
		err = mm_memblock_mark(x, span_of(r), MM_MEMBLOCK_HOTPLUG);
	if (!err && (r->flags & MM_RAM_MIRROR))
		err = mm_memblock_mark(x, span_of(r), MM_MEMBLOCK_MIRROR);
	return err;
}

static int fill(struct mm_ctx *x)
{
	const struct mm_machine_desc *d = &x->m->desc;
	int err = 0;
	int i;

	for (i = 0; i < d->nr_ram && !err; i++)
		err = add_ram(x, &d->ram[i]);
	for (i = 0; i < d->nr_reserved && !err; i++)
		err = mm_memblock_reserve(x, span_of(&d->reserved[i]));
	return err;
}

int mm_memblock_boot(struct mm_ctx *x)
{
	struct memblock *mb = mm_machine_alloc(x->m, sizeof(*mb), 64);
	size_t max = x->m->desc.memblock_regions;
	int kind;
	int err;

	if (!mb)
		return -MM_ENOMEM;
	for (kind = 0; kind < MM_MEMBLOCK_KINDS; kind++) {
		mb->type[kind].max = max;
		mb->type[kind].regions =
			mm_machine_alloc(x->m, max * sizeof(struct memblock_region), 64);
		if (!mb->type[kind].regions)
			return -MM_ENOMEM;
	}
	mb->current_limit = MM_MEMBLOCK_ANYWHERE;
	mb->movable_node = x->m->desc.movable_node;
	mb->mirrored_kernelcore = x->m->desc.kernelcore_mirror;
	x->m->memblock = mb;
	err = mm_machine_kind_set(x->m, MM_OBJ_MEMBLOCK, &memblock_kind);
	return err ? err : fill(x);
}

/* ---- changes ---- */

static int announce(struct mm_ctx *x, enum mm_memblock_what what, struct mm_memblock_span s,
		    uint64_t with, uint64_t flags, int err)
{
	mm_event(x, MM_EV_mm_memblock_change, what, s.base, s.size, with, flags, (uint64_t)-err);
	return err;
}

/* No number that is not a node's is kept. */
static int settle_node(int nid)
{
	return nid >= 0 && nid < MM_MEMBLOCK_NODES ? nid : MM_MEMBLOCK_NO_NODE;
}

/* r as it was asked for: what passes the top is cut off here. */
static int cover(struct mm_ctx *x, enum mm_memblock_kind kind, struct memblock_region r)
{
	const struct mm_memblock_span asked = {r.base, r.size};
	const struct mm_memblock_span s = mm_memblock_clip(asked);
	enum mm_memblock_what what =
		kind == MM_MEMBLOCK_MEMORY ? MM_MEMBLOCK_ADD : MM_MEMBLOCK_RESERVE;
	int err = s.size ? mm_memblock_room(x, kind, s, MM_MEMBLOCK_NEED_GAPS) : 0;

	r.size = s.size;
	if (!err && s.size)
		mm_memblock_cover(x, kind, &r);
	return announce(x, what, asked, (uint64_t)(int64_t)r.nid, r.flags, err);
}

static int uncover(struct mm_ctx *x, enum mm_memblock_kind kind, struct mm_memblock_span asked)
{
	const struct mm_memblock_span s = mm_memblock_clip(asked);
	enum mm_memblock_what what =
		kind == MM_MEMBLOCK_MEMORY ? MM_MEMBLOCK_REMOVE : MM_MEMBLOCK_FREE;
	int err = s.size ? mm_memblock_room(x, kind, s, MM_MEMBLOCK_NEED_SPLITS) : 0;

	if (!err && s.size)
		mm_memblock_uncover(x, kind, s);
	return announce(x, what, asked, 0, 0, err);
}

int mm_memblock_add(struct mm_ctx *x, struct mm_memblock_span s, int nid, uint32_t flags)
{
	if (flags & ~MM_MEMBLOCK_FLAGS)
		return -MM_EINVAL;
	return cover(x, MM_MEMBLOCK_MEMORY,
		     (struct memblock_region){s.base, s.size, flags, settle_node(nid)});
}

int mm_memblock_remove(struct mm_ctx *x, struct mm_memblock_span s)
{
	return uncover(x, MM_MEMBLOCK_MEMORY, s);
}

int mm_memblock_reserve(struct mm_ctx *x, struct mm_memblock_span s)
{
	return cover(x, MM_MEMBLOCK_RESERVED,
		     (struct memblock_region){s.base, s.size, 0, MM_MEMBLOCK_NO_NODE});
}

int mm_memblock_free(struct mm_ctx *x, struct mm_memblock_span s)
{
	if (mm_memblock_home_in(x->m, mm_memblock_clip(s)))
		return -MM_EBUSY;
	return uncover(x, MM_MEMBLOCK_RESERVED, s);
}

/* Room, borders at both ends, and the regions in between; size 0: none. */
static int enter(struct mm_ctx *x, enum mm_memblock_kind kind, struct mm_memblock_span s,
		 struct mm_memblock_slice *in)
{
	int err;

	s = mm_memblock_clip(s);
	err = s.size ? mm_memblock_room(x, kind, s, MM_MEMBLOCK_NEED_SPLITS) : 0;

	*in = (struct mm_memblock_slice){0, 0};
	if (!err && s.size)
		*in = mm_memblock_isolate(mm_memblock_type(x->m, kind), s);
	return err;
}

static void leave(struct mm_ctx *x, enum mm_memblock_kind kind, struct mm_memblock_slice in)
{
	mm_memblock_join(mm_memblock_type(x->m, kind), in);
	mm_memblock_touch(x, kind);
}

static enum mm_memblock_kind kind_of_flag(uint32_t flag)
{
	return flag == MM_MEMBLOCK_RSRV_NOINIT ? MM_MEMBLOCK_RESERVED : MM_MEMBLOCK_MEMORY;
}

int mm_memblock_mark(struct mm_ctx *x, struct mm_memblock_span s, uint32_t flag)
{
	enum mm_memblock_kind kind = kind_of_flag(flag);
	struct mm_memblock_slice in;
	uint64_t i;
	int err;

	if (flag != MM_MEMBLOCK_HOTPLUG && flag != MM_MEMBLOCK_MIRROR &&
	    flag != MM_MEMBLOCK_NOMAP && flag != MM_MEMBLOCK_RSRV_NOINIT)
		return -MM_EINVAL;
	if (flag == MM_MEMBLOCK_MIRROR && !x->m->memblock->mirrored_kernelcore)
		return 0;
	err = enter(x, kind, s, &in);
	if (err)
		return announce(x, MM_MEMBLOCK_MARK, s, 0, flag, err);
	if (flag == MM_MEMBLOCK_MIRROR) {
		x->m->memblock->has_mirror = true;
		touch_settings(x);
	}
	for (i = in.first; i < in.last; i++)
		mm_memblock_type(x->m, kind)->regions[i].flags |= flag;
	leave(x, kind, in);
	return announce(x, MM_MEMBLOCK_MARK, s, 0, flag, 0);
}

int mm_memblock_clear(struct mm_ctx *x, struct mm_memblock_span s, uint32_t flag)
{
	struct mm_memblock_slice in;
	uint64_t i;
	int err;

	if (flag != MM_MEMBLOCK_HOTPLUG && flag != MM_MEMBLOCK_NOMAP)
		return -MM_EINVAL;
	err = enter(x, MM_MEMBLOCK_MEMORY, s, &in);
	if (err)
		return announce(x, MM_MEMBLOCK_CLEAR, s, 0, flag, err);
	for (i = in.first; i < in.last; i++)
		mm_memblock_type(x->m, MM_MEMBLOCK_MEMORY)->regions[i].flags &= ~flag;
	leave(x, MM_MEMBLOCK_MEMORY, in);
	return announce(x, MM_MEMBLOCK_CLEAR, s, 0, flag, 0);
}

int mm_memblock_set_node(struct mm_ctx *x, struct mm_memblock_span s, enum mm_memblock_kind kind,
			 int nid)
{
	struct mm_memblock_slice in;
	uint64_t i;
	int err;

	nid = settle_node(nid);
	err = enter(x, kind, s, &in);
	if (err)
		return announce(x, MM_MEMBLOCK_NODE, s, (uint64_t)(int64_t)nid, kind, err);
	for (i = in.first; i < in.last; i++)
		mm_memblock_type(x->m, kind)->regions[i].nid = nid;
	leave(x, kind, in);
	return announce(x, MM_MEMBLOCK_NODE, s, (uint64_t)(int64_t)nid, kind, 0);
}

/* ---- questions ---- */

const struct memblock_region *mm_memblock_search(const struct mm_machine *m,
						 enum mm_memblock_kind kind, uint64_t addr)
{
	const struct memblock_type *t = mm_memblock_type(m, kind);
	uint64_t lo = 0;
	uint64_t hi = t->cnt;

	while (lo < hi) {
		uint64_t mid = (lo + hi) / 2;

		if (addr < t->regions[mid].base)
			hi = mid;
		else if (addr >= mm_memblock_end(&t->regions[mid]))
			lo = mid + 1;
		else
			return &t->regions[mid];
	}
	return NULL;
}

bool mm_memblock_overlaps(const struct mm_machine *m, enum mm_memblock_kind kind,
			  struct mm_memblock_span s)
{
	const struct memblock_type *t = mm_memblock_type(m, kind);
	uint64_t i;

	s = mm_memblock_clip(s);
	for (i = 0; i < t->cnt; i++) {
		const struct memblock_region *r = &t->regions[i];

		if (mm_memblock_meet(s, (struct mm_memblock_span){r->base, r->size}))
			return true;
	}
	return false;
}

bool mm_memblock_is_region_memory(const struct mm_machine *m, struct mm_memblock_span s)
{
	const struct memblock_region *r = mm_memblock_search(m, MM_MEMBLOCK_MEMORY, s.base);

	return r && mm_memblock_end(r) >= mm_memblock_span_end(mm_memblock_clip(s));
}

uint64_t mm_memblock_size(const struct mm_machine *m, enum mm_memblock_kind kind)
{
	return mm_memblock_type(m, kind)->total_size;
}

uint64_t mm_memblock_start_of_dram(const struct mm_machine *m)
{
	const struct memblock_type *t = mm_memblock_type(m, MM_MEMBLOCK_MEMORY);

	return t->cnt ? t->regions[0].base : 0;
}

uint64_t mm_memblock_end_of_dram(const struct mm_machine *m)
{
	const struct memblock_type *t = mm_memblock_type(m, MM_MEMBLOCK_MEMORY);

	return t->cnt ? mm_memblock_end(&t->regions[t->cnt - 1]) : 0;
}

void mm_memblock_set(struct mm_ctx *x, const struct memblock *s)
{
	struct memblock *mb = x->m->memblock;

	mb->current_limit = s->current_limit;
	mb->bottom_up = s->bottom_up;
	mb->can_resize = s->can_resize;
	mb->movable_node = s->movable_node;
	mb->mirrored_kernelcore = s->mirrored_kernelcore;
	touch_settings(x);
}

/* ---- dump ---- */

static const char *const names[MM_MEMBLOCK_KINDS] = {"memory", "reserved"};

static void dump_region(FILE *out, const struct memblock_region *r, const char *name, uint64_t i)
{
	(void)fprintf(out,
		      " %s[0x%" PRIx64 "]\t[0x%016" PRIx64 "-0x%016" PRIx64 "], 0x%016" PRIx64
		      " bytes",
		      name, i, r->base, mm_memblock_end(r) - 1, r->size);
	if (r->nid != MM_MEMBLOCK_NO_NODE)
		(void)fprintf(out, " on node %d", r->nid);
	(void)fprintf(out, " flags: 0x%" PRIx32 "\n", r->flags);
}

void mm_memblock_dump(const struct mm_machine *m, FILE *out)
{
	int kind;

	(void)fprintf(out,
		      "MEMBLOCK configuration:\n memory size = 0x%016" PRIx64
		      " reserved size = 0x%016" PRIx64 "\n",
		      mm_memblock_size(m, MM_MEMBLOCK_MEMORY),
		      mm_memblock_size(m, MM_MEMBLOCK_RESERVED));
	for (kind = 0; kind < MM_MEMBLOCK_KINDS; kind++) {
		const struct memblock_type *t = &m->memblock->type[kind];
		uint64_t i;

		(void)fprintf(out, " %s.cnt  = 0x%" PRIx64 "\n", names[kind], t->cnt);
		for (i = 0; i < t->cnt; i++)
			dump_region(out, &t->regions[i], names[kind], i);
	}
}
