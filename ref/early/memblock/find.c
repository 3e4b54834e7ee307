/* SPDX-License-Identifier: MIT */
/*
 * find: free memory, walked upwards or downwards, and what a request makes of it.
 *
 * A free range never spans two regions of memory, even when they touch: they
 * differ in node or flags.  From each range top-down takes the highest aligned
 * address that fits, bottom-up the lowest; the first range with one decides.
 */
#include "table.h"

static uint64_t least(uint64_t a, uint64_t b)
{
	return b < a ? b : a;
}

static uint64_t most(uint64_t a, uint64_t b)
{
	return b > a ? b : a;
}

static bool is_node(int nid)
{
	return nid >= 0 && nid < MM_MEMBLOCK_NODES;
}

/* ---- walks ---- */

/* Kernel: should_skip_region. */
static bool is_skipped(const struct memblock *mb, const struct memblock_region *r, int nid,
		       uint32_t filter)
{
	if (is_node(nid) && r->nid != nid)
		return true;
	if (mb->movable_node && (r->flags & MM_MEMBLOCK_HOTPLUG) && !(filter & MM_MEMBLOCK_HOTPLUG))
		return true;
	if ((filter & MM_MEMBLOCK_MIRROR) && !(r->flags & MM_MEMBLOCK_MIRROR))
		return true;
	/* what may be there only when it is asked for */
	return (r->flags & ~filter & (MM_MEMBLOCK_NOMAP | MM_MEMBLOCK_DRIVER_MANAGED)) != 0;
}

struct mm_memblock_iter mm_memblock_first(int nid, uint32_t flags)
{
	return (struct mm_memblock_iter){.nid = nid, .flags = flags};
}

struct mm_memblock_iter mm_memblock_last(const struct mm_machine *m, int nid, uint32_t flags)
{
	return (struct mm_memblock_iter){.nid = nid,
					 .flags = flags,
					 .memory = m->memblock->type[MM_MEMBLOCK_MEMORY].cnt,
					 .reserved = m->memblock->type[MM_MEMBLOCK_RESERVED].cnt,
					 .at = UINT64_MAX};
}

static bool stand_on(struct mm_memblock_iter *it, const struct memblock_region *r, uint64_t start,
		     uint64_t end)
{
	it->span = (struct mm_memblock_span){start, end - start};
	it->span_nid = r->nid;
	return true;
}

bool mm_memblock_next_free(const struct mm_machine *m, struct mm_memblock_iter *it)
{
	const struct memblock_type *mem = mm_memblock_type(m, MM_MEMBLOCK_MEMORY);
	const struct memblock_type *res = mm_memblock_type(m, MM_MEMBLOCK_RESERVED);

	while (it->memory < mem->cnt) {
		const struct memblock_region *r = &mem->regions[it->memory];
		uint64_t start = most(r->base, it->at);
		uint64_t end = mm_memblock_end(r);

		if (end <= it->at || is_skipped(m->memblock, r, it->nid, it->flags)) {
			it->memory++;
			continue;
		}
		while (it->reserved < res->cnt &&
		       mm_memblock_end(&res->regions[it->reserved]) <= start)
			it->reserved++;
		if (it->reserved < res->cnt) {
			const struct memblock_region *taken = &res->regions[it->reserved];

			it->at = mm_memblock_end(taken);
			if (taken->base <= start)
				continue;
			end = least(end, taken->base);
		}
		it->at = end;
		return stand_on(it, r, start, end);
	}
	return false;
}

bool mm_memblock_prev_free(const struct mm_machine *m, struct mm_memblock_iter *it)
{
	const struct memblock_type *mem = mm_memblock_type(m, MM_MEMBLOCK_MEMORY);
	const struct memblock_type *res = mm_memblock_type(m, MM_MEMBLOCK_RESERVED);

	while (it->memory) {
		const struct memblock_region *r = &mem->regions[it->memory - 1];
		uint64_t start = r->base;
		uint64_t end = least(mm_memblock_end(r), it->at);

		if (start >= it->at || is_skipped(m->memblock, r, it->nid, it->flags)) {
			it->memory--;
			continue;
		}
		while (it->reserved && res->regions[it->reserved - 1].base >= end)
			it->reserved--;
		if (it->reserved) {
			const struct memblock_region *taken = &res->regions[it->reserved - 1];

			it->at = taken->base;
			if (mm_memblock_end(taken) >= end)
				continue;
			start = most(start, mm_memblock_end(taken));
		}
		it->at = start;
		return stand_on(it, r, start, end);
	}
	return false;
}

bool mm_memblock_next_frames(const struct mm_machine *m, struct mm_memblock_iter *it)
{
	const struct memblock_type *mem = mm_memblock_type(m, MM_MEMBLOCK_MEMORY);

	while (it->memory < mem->cnt) {
		const struct memblock_region *r = &mem->regions[it->memory++];
		uint64_t start = r->base / MM_PAGE_SIZE + (r->base % MM_PAGE_SIZE != 0);
		uint64_t end = mm_memblock_end(r) / MM_PAGE_SIZE;

		if (start < end && (!is_node(it->nid) || it->nid == r->nid))
			return stand_on(it, r, start, end);
	}
	return false;
}

/* ---- searching ---- */

/* The part of a free range that lies within bounds; empty when there is none. */
static struct mm_memblock_span within(struct mm_memblock_span s, uint64_t start, uint64_t end)
{
	uint64_t a = most(least(s.base, end), start);
	uint64_t b = most(least(mm_memblock_span_end(s), end), start);

	return (struct mm_memblock_span){a, b - a};
}

/* The lowest aligned address in s that has size bytes above it there; 0: none. */
static uint64_t low_fit(struct mm_memblock_span s, uint64_t size, uint64_t align)
{
	uint64_t pa = (s.base + align - 1) & ~(align - 1);

	return pa >= s.base && pa - s.base <= s.size && s.size - (pa - s.base) >= size ? pa : 0;
}

static uint64_t high_fit(struct mm_memblock_span s, uint64_t size, uint64_t align)
{
	uint64_t pa;

	if (s.size < size)
		return 0;
	pa = (mm_memblock_span_end(s) - size) & ~(align - 1);
	return pa >= s.base ? pa : 0;
}

uint64_t mm_memblock_find(const struct mm_machine *m, const struct mm_memblock_request *q,
			  uint32_t filter)
{
	bool up = m->memblock->bottom_up;
	struct mm_memblock_iter it =
		up ? mm_memblock_first(q->nid, filter) : mm_memblock_last(m, q->nid, filter);
	uint64_t start = most(q->min, MM_PAGE_SIZE);
	uint64_t end = q->max <= MM_MEMBLOCK_NOLEAKTRACE ? m->memblock->current_limit : q->max;
	uint64_t align = q->align ? q->align : MM_MEMBLOCK_ALIGN;

	end = most(start, end);
	while (up ? mm_memblock_next_free(m, &it) : mm_memblock_prev_free(m, &it)) {
		struct mm_memblock_span s = within(it.span, start, end);
		uint64_t pa = up ? low_fit(s, q->size, align) : high_fit(s, q->size, align);

		if (pa)
			return pa;
	}
	return 0;
}

/* ---- requests ---- */

static bool is_bad(const struct mm_memblock_request *q)
{
	return !q->size || (q->align & (q->align - 1));
}

/* On the node, then on any, with one filter. */
static uint64_t find_on_nodes(const struct mm_machine *m, struct mm_memblock_request q,
			      uint32_t filter)
{
	uint64_t pa = mm_memblock_find(m, &q, filter);

	if (pa || !is_node(q.nid) || q.exact_nid)
		return pa;
	q.nid = MM_MEMBLOCK_NO_NODE;
	return mm_memblock_find(m, &q, filter);
}

static uint64_t find_with_fallbacks(const struct mm_machine *m, const struct mm_memblock_request *q)
{
	uint64_t pa = 0;

	if (m->memblock->has_mirror)
		pa = find_on_nodes(m, *q, MM_MEMBLOCK_MIRROR);
	return pa ? pa : find_on_nodes(m, *q, 0);
}

/* Announce what was found for a request, and reserve it.  drops_min: the request
 * is one that gives up its lower bound when all else is in vain. */
static int take(struct mm_ctx *x, const struct mm_memblock_request *q, bool drops_min,
		uint64_t found)
{
	uint64_t node = is_node(q->nid) ? (uint64_t)q->nid : MM_MEMBLOCK_NODES;
	uint64_t how = node << 8 | (uint64_t)q->exact_nid << 1 | (uint64_t)drops_min;

	mm_event(x, MM_EV_mm_memblock_alloc, q->size, q->align, q->min, q->max, how, found);
	if (!found)
		return -MM_ENOMEM;
	return mm_memblock_reserve(x, (struct mm_memblock_span){found, q->size});
}

int mm_memblock_phys_alloc(struct mm_ctx *x, const struct mm_memblock_request *q, uint64_t *pa)
{
	if (is_bad(q))
		return -MM_EINVAL;
	*pa = find_with_fallbacks(x->m, q);
	return take(x, q, false, *pa);
}

int mm_memblock_alloc(struct mm_ctx *x, const struct mm_memblock_request *q, uint64_t *pa)
{
	struct mm_memblock_request below = *q;

	if (is_bad(q))
		return -MM_EINVAL;
	below.max = least(q->max, x->m->memblock->current_limit);
	*pa = find_with_fallbacks(x->m, &below);
	if (!*pa && q->min) {
		below.min = 0;
		*pa = find_with_fallbacks(x->m, &below);
	}
	return take(x, q, true, *pa);
}
