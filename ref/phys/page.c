/* SPDX-License-Identifier: MIT */
/*
 * page: the memmap and its part in the digest.  Links go into the digest as
 * frame numbers: only `next`, because `prev` says the same seen from the other
 * side, and a change then touches two frames and not three.
 */
#include "mm/page.h"

#include "mm/ram.h"
#include "mm/rng.h"

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

	h = mm_hash64_add(h, (uint64_t)(uint32_t)p->refcount << 32 | (uint32_t)p->mapcount);
	if (p->flags & (MM_PG_BUDDY | MM_PG_PCP))
		h = mm_hash64_add(h, next_pfn(m, p));
	if (mm_page_is_tail(p))
		h = mm_hash64_add(h, tail_of(m, p));
	if (p->mapping | p->private_data | p->memcg_data | p->index) {
		h = mm_hash64_add(h, p->mapping);
		h = mm_hash64_add(h, p->private_data);
		h = mm_hash64_add(h, p->memcg_data);
		h = mm_hash64_add(h, p->index);
	}
	return h + mm_ram_hash(m, pfn_of(id));
}

static const struct mm_kind_ops frame_kind = {"frame", frame_count, frame_hash};

static enum mm_zone_type zone_of(const struct mm_machine_desc *d, uint64_t pfn)
{
	int z;

	for (z = 0; z < MM_NR_ZONES - 1; z++) {
		if (pfn < d->zone_end[z])
			break;
	}
	return (enum mm_zone_type)z;
}

/* Frames of the ranges carry this flag and no other. */
static void mark_ranges(struct mm_machine *m, const struct mm_range *r, int nr, uint32_t flag)
{
	uint64_t pfn;
	int i;

	for (i = 0; i < nr; i++) {
		for (pfn = r[i].start; pfn < r[i].end; pfn++) {
			m->memmap[pfn].flags = flag;
		}
	}
}

int mm_page_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	uint64_t pfn;

	m->memmap = mm_machine_alloc(m, (size_t)m->max_pfn * sizeof(struct page), 64);
	if (!m->memmap)
		return -MM_ENOMEM;
	for (pfn = 0; pfn < m->max_pfn; pfn++) {
		struct page *p = &m->memmap[pfn];

		p->flags = MM_PG_ABSENT;
		p->zone = (uint8_t)zone_of(&m->desc, pfn);
		p->mapcount = -1;
		mm_list_init(&p->lru);
	}
	mark_ranges(m, m->desc.ram, m->desc.nr_ram, 0);
	mark_ranges(m, m->desc.reserved, m->desc.nr_reserved, MM_PG_RESERVED);
	return mm_machine_kind_set(m, MM_OBJ_FRAME, &frame_kind);
}

const char *mm_page_flags_text(const struct page *page, char *buf, size_t len)
{
	static const char *const names[] = {"absent",     "reserved", "buddy", "head", "bad",
					    "pfmemalloc", "movable",  "comp",  "pcp"};
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
