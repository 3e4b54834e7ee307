/* SPDX-License-Identifier: MIT */
/*
 * zone_sizes: from addresses and nodes to zones.
 */
#include "mm/zone_sizes.h"

static enum mm_zone_type type_by_address(const struct mm_machine_desc *d, uint64_t pfn)
{
	int z;

	for (z = 0; z < MM_NR_ZONES - 1; z++) {
		if (pfn < d->zone_end[z])
			break;
	}
	return (enum mm_zone_type)z;
}

uint8_t mm_zone_sizes_id(const struct mm_machine *m, uint64_t pfn, int nid, uint8_t flags)
{
	bool movable = m->movable_pfn[nid] && pfn >= m->movable_pfn[nid] &&
		       !(m->desc.kernelcore_mirror && (flags & MM_RAM_MIRROR));
	enum mm_zone_type type = movable ? MM_ZONE_MOVABLE : type_by_address(&m->desc, pfn);

	return (uint8_t)(nid * MM_NR_ZONES + (int)type);
}

uint64_t mm_zone_sizes_stretch(const struct mm_machine *m, uint64_t pfn, uint64_t end, int nid)
{
	uint64_t limit = m->desc.zone_end[type_by_address(&m->desc, pfn)];

	if (pfn < limit && limit < end)
		end = limit;
	if (pfn < m->movable_pfn[nid] && m->movable_pfn[nid] < end)
		end = m->movable_pfn[nid];
	return end;
}

struct mm_range mm_zone_sizes_node(const struct mm_machine_desc *d, int nid)
{
	struct mm_range span = {0, 0, 0, 0};
	int i;

	for (i = 0; i < d->nr_ram; i++) {
		if (d->ram[i].nid != nid)
			continue;
		if (!span.end)
			span.start = d->ram[i].start;
		span.end = d->ram[i].end;
	}
	return span;
}

static uint64_t clamp_u64(uint64_t v, uint64_t lo, uint64_t hi)
{
	if (v < lo)
		return lo;
	return v > hi ? hi : v;
}

struct mm_range mm_zone_sizes_span(const struct mm_machine *m, int nid, enum mm_zone_type type)
{
	const uint64_t *zone_end = m->desc.zone_end;
	struct mm_range span = mm_zone_sizes_node(&m->desc, nid);
	uint64_t movable = m->movable_pfn[nid];
	uint64_t low = type ? zone_end[type - 1] : 0;

	if (movable && type == MM_ZONE_MOVABLE) {
		span.start = movable;
		return span;
	}
	span.start = clamp_u64(span.start, low, zone_end[type]);
	span.end = clamp_u64(span.end, low, zone_end[type]);
	if (movable && !m->desc.kernelcore_mirror) {
		span.start = span.start < movable ? span.start : movable;
		span.end = span.end < movable ? span.end : movable;
	}
	return span;
}

int mm_zone_sizes_boot(struct mm_ctx *x)
{
	mm_zone_sizes_movable(&x->m->desc, x->m->movable_pfn);
	return 0;
}
