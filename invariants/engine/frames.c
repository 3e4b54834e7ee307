/* SPDX-License-Identifier: MIT */
/*
 * frames: setting a block sets its bit on every level up to its order, then
 * climbs while the other half is set too; taking does the reverse.
 */
#include "invariants/engine/frames.h"

#include "mm/bitmap.h"

#include "invariants/engine/nodes.h"

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
	return words * sizeof(uint64_t);
}

void mm_frames_init(struct mm_frames *f, const struct mm_machine *m, void *mem)
{
	uint64_t *at = mem;
	unsigned int k;
	int z;

	f->m = m;
	f->max_order = m->desc.max_order;
	for (k = 0; k < MM_NR_ORDERS; k++) {
		f->level[k] = NULL;
		for (z = 0; z < MM_ZONES_MAX; z++)
			f->count[z][k] = 0;
		if (k > f->max_order)
			continue;
		f->level[k] = at;
		at += mm_bitmap_words(level_bits(m, k));
	}
}

int mm_frames_zone(const struct mm_frames *f, uint64_t pfn)
{
	return mm_nodes_zone(f->m, pfn);
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

void mm_frames_free(struct mm_frames *f, uint64_t pfn, unsigned int order)
{
	int zone = mm_frames_zone(f, pfn);
	unsigned int k;

	for (k = 0; k <= order; k++) {
		uint64_t n = (uint64_t)1 << (order - k);

		mm_bitmap_set_range(f->level[k], pfn >> k, n);
		f->count[zone][k] += n;
	}
	for (; k <= f->max_order; k++) {
		uint64_t bit = pfn >> k;
		uint64_t first = bit << k;
		uint64_t last = first + ((uint64_t)1 << k) - 1;

		if (!mm_bitmap_test(f->level[k - 1], bit * 2) ||
		    !mm_bitmap_test(f->level[k - 1], bit * 2 + 1) ||
		    mm_frames_zone(f, first) != zone || mm_frames_zone(f, last) != zone)
			break;
		mm_bitmap_set(f->level[k], bit);
		f->count[zone][k]++;
	}
}

void mm_frames_take(struct mm_frames *f, uint64_t pfn, unsigned int order)
{
	int zone = mm_frames_zone(f, pfn);
	unsigned int k;

	for (k = 0; k <= order; k++) {
		uint64_t n = (uint64_t)1 << (order - k);

		mm_bitmap_clear_range(f->level[k], pfn >> k, n);
		f->count[zone][k] -= n;
	}
	for (; k <= f->max_order; k++) {
		if (!mm_bitmap_test(f->level[k], pfn >> k))
			break;
		mm_bitmap_clear(f->level[k], pfn >> k);
		f->count[zone][k]--;
	}
}
