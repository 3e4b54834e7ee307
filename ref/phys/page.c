/* SPDX-License-Identifier: MIT */
/*
 * page: the memmap and its part in the digest.  Links go into the digest as
 * frame numbers: only `next`, because `prev` says the same seen from the other
 * side, and a change then touches two frames and not three.
 */
#include "mm/page.h"

#include "mm/page_ext.h"
#include "mm/ram.h"
#include "mm/rng.h"
#include "mm/zone_sizes.h"

#include <stdio.h>

#define NO_NEXT UINT64_MAX

/* The frame a block's list goes on to, or NO_NEXT at the end. */
static uint64_t next_pfn(const struct mm_machine *m, const struct page *page)
{
	const struct page *next = mm_page_of_link(m, page->lru.next);

	return next ? pfn_raw(mm_page_pfn(m, next)) : NO_NEXT;
}

/* The number of a tail's head, whatever stands there. */
static uint64_t tail_of(const struct mm_machine *m, const struct page *page)
{
	return (uint64_t)((page->compound_head - 1) - (uintptr_t)m->memmap) / sizeof(*page);
}

static uint64_t frame_count(const struct mm_machine *m)
{
	return m->max_pfn;
}

static uint64_t frame_hash(const struct mm_machine *m, uint64_t id)
{
	const struct page *p = &m->memmap[id];
	uint64_t h = (uint64_t)p->flags << 32 | (uint64_t)p->list << 16 | (uint64_t)p->zone << 8 |
		     p->order;

	h = mm_hash64_step(h, (uint64_t)(uint32_t)p->refcount << 32 | (uint32_t)p->mapcount);
	if (p->flags & (MM_PG_BUDDY | MM_PG_PCP | MM_PG_LRU))
		h = mm_hash64_step(h, next_pfn(m, p));
	if (mm_page_is_tail(p))
		h = mm_hash64_step(h, tail_of(m, p));
	if (p->mapping | p->private_data | p->memcg_data | p->index) {
		h = mm_hash64_step(h, p->mapping);
		h = mm_hash64_step(h, p->private_data);
		h = mm_hash64_step(h, p->memcg_data);
		h = mm_hash64_step(h, p->index);
	}
	if (m->page_ext)
		h += mm_page_ext_hash(m, id);
	return h + mm_ram_hash(m, pfn_of(id));
}

static const struct mm_kind_ops frame_kind = {"frame", frame_count, frame_hash,
					      mm_sparse_next_ready};

/* Set once: frames [pfn, end) of one zone. */
static void init_frames(struct mm_machine *m, uint64_t pfn, uint64_t end, uint8_t zone,
			uint32_t flags)
{
	for (; pfn < end; pfn++) {
		struct page *p = &m->memmap[pfn];

		p->flags = flags;
		p->zone = zone;
		p->mapcount = -1;
		mm_list_init(&p->lru);
	}
}

/* Frames [pfn, end) of one node, which may be of several zones. */
static void init_stretches(struct mm_machine *m, uint64_t pfn, uint64_t end,
			   const struct mm_range *of, uint32_t flags)
{
	while (pfn < end) {
		uint64_t stop = mm_zone_sizes_stretch(m, pfn, end, of->nid);

		init_frames(m, pfn, stop, mm_zone_sizes_id(m, pfn, of->nid, of->flags), flags);
		pfn = stop;
	}
}

static void mark_reserved(struct mm_machine *m, uint64_t start, uint64_t end)
{
	const struct mm_machine_desc *d = &m->desc;
	int i;

	for (i = 0; i < d->nr_reserved; i++) {
		uint64_t pfn = d->reserved[i].start > start ? d->reserved[i].start : start;
		uint64_t stop = d->reserved[i].end < end ? d->reserved[i].end : end;

		for (; pfn < stop; pfn++)
			m->memmap[pfn].flags = MM_PG_RESERVED;
	}
}

void mm_page_init_range(struct mm_machine *m, uint64_t start, uint64_t end)
{
	const struct mm_machine_desc *d = &m->desc;
	uint64_t pfn = start;
	int i;

	for (i = 0; i < d->nr_ram && pfn < end; i++) {
		const struct mm_range *r = &d->ram[i];
		uint64_t from = r->start < end ? r->start : end;
		uint64_t to = r->end < end ? r->end : end;

		if (to <= pfn)
			continue;
		/* a hole counts as the node's whose RAM comes next */
		if (pfn < from) {
			init_stretches(m, pfn, from, r, MM_PG_ABSENT);
			pfn = from;
		}
		init_stretches(m, pfn, to, r, 0);
		pfn = to;
	}
	/* the last frame is RAM: nothing is left */
	mark_reserved(m, start, end);
}

int mm_page_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;

	m->memmap = mm_machine_alloc_frames(m, 8 * sizeof(struct page), 0);
	if (!m->memmap)
		return -MM_ENOMEM;
	if (!m->desc.deferred)
		mm_page_init_range(m, 0, m->max_pfn);
	return mm_machine_kind_set(m, MM_OBJ_FRAME, &frame_kind);
}

const char *mm_page_flags_text(const struct page *page, char *buf, size_t len)
{
	static const char *const names[] = {"absent", "reserved",   "buddy",   "head",
					    "bad",    "pfmemalloc", "movable", "comp",
					    "pcp",    "guard",      "lru"};
	size_t at = 0;
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]) && at < len; i++) {
		if (page->flags & (1u << i))
			at += (size_t)snprintf(buf + at, len - at, "%s%s", at ? "|" : "", names[i]);
	}
	if (!at)
		(void)snprintf(buf, len, "none");
	return buf;
}
