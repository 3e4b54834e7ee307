/* SPDX-License-Identifier: MIT */
/*
 * frames: setting a block sets its bit on every level up to its order, then
 * climbs while the other half is set too, and of the same kind; taking does the
 * reverse.  What is larger than a pageblock is done pageblock by pageblock.
 */
#include "invariants/engine/frames.h"

#include "mm/bitmap.h"
#include "mm/gfp.h"

#include "invariants/engine/nodes.h"

#include <string.h>

static uint64_t level_bits(const struct mm_machine *m, unsigned int k)
{
	/* one to spare: a block at the edge may have a half past the end */
	return (m->max_pfn >> k) + 2;
}

size_t mm_frames_size(const struct mm_machine *m)
{
	size_t words = 0;
	unsigned int k;

	for (k = 0; k <= m->desc.max_order; k++)
		words += mm_bitmap_words(level_bits(m, k));
	words += level_bits(m, m->desc.pageblock_order) / sizeof(uint64_t) + 1;
	return words * sizeof(uint64_t);
}

enum mm_frames_kind mm_frames_kind_of(unsigned int migratetype)
{
	static const enum mm_frames_kind kinds[MM_MIGRATE_TYPES] = {
		[MM_MIGRATE_HIGHATOMIC] = MM_FRAMES_HIGHATOMIC,
		[MM_MIGRATE_CMA] = MM_FRAMES_CMA,
		[MM_MIGRATE_ISOLATE] = MM_FRAMES_ISOLATED,
	};

	return kinds[migratetype];
}

/* The next frame after pfn that may be of another zone; UINT64_MAX: none. */
static uint64_t next_end(const struct mm_machine *m, uint64_t pfn)
{
	const struct mm_machine_desc *d = &m->desc;
	uint64_t end = UINT64_MAX;
	int i;

	for (i = 0; i < d->nr_ram; i++)
		end = d->ram[i].end > pfn && d->ram[i].end < end ? d->ram[i].end : end;
	for (i = 0; i < MM_NR_ZONES; i++)
		end = d->zone_end[i] > pfn && d->zone_end[i] < end ? d->zone_end[i] : end;
	for (i = 0; i < d->nr_nodes; i++)
		end = m->movable_pfn[i] > pfn && m->movable_pfn[i] < end ? m->movable_pfn[i] : end;
	return end;
}

static void set_spans(struct mm_frames *f, const struct mm_machine *m)
{
	uint64_t pfn = 0;
	int i;

	for (i = 0; pfn != UINT64_MAX; i++) {
		MM_PRE(i < MM_FRAMES_SPANS);
		f->span[i].zone = mm_nodes_zone(m, pfn);
		pfn = next_end(m, pfn);
		f->span[i].end = pfn;
	}
}

void mm_frames_init(struct mm_frames *f, const struct mm_machine *m, void *mem)
{
	uint64_t *at = mem;
	unsigned int k;

	f->m = m;
	f->max_order = m->desc.max_order;
	f->pageblock_order = m->desc.pageblock_order;
	memset(f->count, 0, sizeof(f->count));
	memset(f->blocks, 0, sizeof(f->blocks));
	set_spans(f, m);
	for (k = 0; k < MM_NR_ORDERS; k++) {
		f->level[k] = NULL;
		if (k > f->max_order)
			continue;
		f->level[k] = at;
		at += mm_bitmap_words(level_bits(m, k));
	}
	f->kind = (uint8_t *)at;
}

static bool in_ranges(const struct mm_range *r, int nr, uint64_t pfn)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (pfn >= r[i].start && pfn < r[i].end)
			return true;
	}
	return false;
}

bool mm_frames_is_ram(const struct mm_machine *m, uint64_t pfn)
{
	return in_ranges(m->desc.ram, m->desc.nr_ram, pfn);
}

bool mm_frames_is_free_at_boot(const struct mm_machine *m, uint64_t pfn)
{
	const struct mm_machine_desc *d = &m->desc;

	return in_ranges(d->ram, d->nr_ram, pfn) && !in_ranges(d->reserved, d->nr_reserved, pfn);
}

uint64_t mm_frames_kept(const struct mm_machine *m)
{
	uint64_t n = 0;
	int i;

	if (!m->desc.deferred)
		return m->max_pfn;
	for (i = 0; i < m->desc.nr_ram; i++)
		n += m->desc.ram[i].end - m->desc.ram[i].start;
	return n;
}

void mm_frames_boot(struct mm_frames *f)
{
	const struct mm_machine_desc *d = &f->m->desc;
	uint64_t pfn;
	int i;

	for (i = 0; i < d->nr_ram; i++) {
		for (pfn = d->ram[i].start; pfn < d->ram[i].end; pfn++) {
			if (!in_ranges(d->reserved, d->nr_reserved, pfn))
				mm_frames_free(f, pfn, 0);
		}
	}
}

bool mm_frames_all_free(const struct mm_frames *f, uint64_t pfn, unsigned int order)
{
	return mm_bitmap_count_range(f->level[0], pfn, (uint64_t)1 << order) == (uint64_t)1
											<< order;
}

bool mm_frames_any_free(const struct mm_frames *f, uint64_t pfn, unsigned int order)
{
	return mm_bitmap_count_range(f->level[0], pfn, (uint64_t)1 << order) != 0;
}

/* May the halves of the block of order k at bit join? */
static bool halves_join(const struct mm_frames *f, uint64_t bit, unsigned int k)
{
	uint64_t first = bit << k;
	uint64_t half = (uint64_t)1 << (k - 1);
	unsigned int po = f->pageblock_order;

	return mm_bitmap_test(f->level[k - 1], bit * 2) &&
	       mm_bitmap_test(f->level[k - 1], bit * 2 + 1) &&
	       mm_frames_zone(f, first) == mm_frames_zone(f, first + 2 * half - 1) &&
	       (k <= po || f->kind[first >> po] == f->kind[(first + half) >> po]);
}

static void free_in_pageblock(struct mm_frames *f, uint64_t pfn, unsigned int order)
{
	int zone = mm_frames_zone(f, pfn);
	uint64_t *count = f->count[zone][f->kind[pfn >> f->pageblock_order]];
	uint64_t *blocks = f->blocks[zone];
	unsigned int k;

	for (k = 0; k <= order; k++) {
		uint64_t n = (uint64_t)1 << (order - k);

		mm_bitmap_set_range(f->level[k], pfn >> k, n);
		count[k] += n;
	}
	blocks[order]++;
	for (; k <= f->max_order && halves_join(f, pfn >> k, k); k++) {
		mm_bitmap_set(f->level[k], pfn >> k);
		count[k]++;
		blocks[k - 1] -= 2;
		blocks[k]++;
	}
}

static void take_in_pageblock(struct mm_frames *f, uint64_t pfn, unsigned int order)
{
	int zone = mm_frames_zone(f, pfn);
	uint64_t *count = f->count[zone][f->kind[pfn >> f->pageblock_order]];
	uint64_t *blocks = f->blocks[zone];
	unsigned int k;

	for (k = 0; k <= order; k++) {
		uint64_t n = (uint64_t)1 << (order - k);

		mm_bitmap_clear_range(f->level[k], pfn >> k, n);
		count[k] -= n;
	}
	for (; k <= f->max_order; k++) {
		if (!mm_bitmap_test(f->level[k], pfn >> k))
			break;
		mm_bitmap_clear(f->level[k], pfn >> k);
		count[k]--;
		blocks[k]--;
		blocks[k - 1] += 2;
	}
	blocks[order]--;
}

/* Blocks that begin at pfn, inside its pageblock, count by so much for its kind. */
static void count_frame(struct mm_frames *f, uint64_t pfn, int by)
{
	int zone = mm_frames_zone(f, pfn);
	uint64_t *count = f->count[zone][f->kind[pfn >> f->pageblock_order]];
	unsigned int k;

	for (k = 0; k <= f->pageblock_order && !(pfn & (((uint64_t)1 << k) - 1)); k++) {
		if (mm_bitmap_test(f->level[k], pfn >> k))
			count[k] += (uint64_t)(int64_t)by;
	}
}

static void each_part(struct mm_frames *f, uint64_t pfn, unsigned int order,
		      void (*do_part)(struct mm_frames *, uint64_t, unsigned int))
{
	unsigned int step = order < f->pageblock_order ? order : f->pageblock_order;
	uint64_t end = pfn + ((uint64_t)1 << order);

	for (; pfn < end; pfn += (uint64_t)1 << step)
		do_part(f, pfn, step);
}

void mm_frames_free(struct mm_frames *f, uint64_t pfn, unsigned int order)
{
	each_part(f, pfn, order, free_in_pageblock);
}

void mm_frames_take(struct mm_frames *f, uint64_t pfn, unsigned int order)
{
	each_part(f, pfn, order, take_in_pageblock);
}

void mm_frames_set_kind(struct mm_frames *f, uint64_t pfn, enum mm_frames_kind kind)
{
	unsigned int po = f->pageblock_order;
	uint64_t end = ((pfn >> po) + 1) << po;
	uint64_t at;

	pfn = (pfn >> po) << po;
	if (mm_bitmap_test(f->level[po], pfn >> po)) {
		take_in_pageblock(f, pfn, po);
		f->kind[pfn >> po] = (uint8_t)kind;
		free_in_pageblock(f, pfn, po);
		return;
	}
	/* frame by frame: what is free is so under the new kind */
	for (at = pfn; at < end; at++) {
		if (mm_bitmap_test(f->level[0], at))
			count_frame(f, at, -1);
	}
	f->kind[pfn >> po] = (uint8_t)kind;
	for (at = pfn; at < end; at++) {
		if (mm_bitmap_test(f->level[0], at))
			count_frame(f, at, 1);
	}
}
