/* SPDX-License-Identifier: MIT */
/*
 * desc_check: what the fields of a description say together, and defaults that
 * follow from the size of the machine.
 */
#include "desc.h"

#include <string.h>

/*
 * A machine below this size is made to show one thing: its free lists are exact
 * unless per-CPU lists are asked for.
 */
#define PCP_FRAMES_MIN ((uint64_t)1 << (26 - MM_PAGE_SHIFT))

/* Order of a huge page where pages are 4 KiB.  Kernel: HPAGE_PMD_ORDER. */
#define THP_ORDER 9

/* Larger machines get their struct pages when they are needed. */
#define DEFERRED_FRAMES_MIN ((uint64_t)16 << 20)

/* Take the holes out of the RAM ranges. */
static int cut_holes(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;
	int h;
	int i;

	for (h = 0; h < r->hole.nr; h++) {
		struct mm_range hole = r->hole.r[h];

		for (i = 0; i < d->nr_ram; i++) {
			if (hole.start >= d->ram[i].start && hole.end <= d->ram[i].end)
				break;
		}
		if (i == d->nr_ram)
			return mm_machine_desc_refuse_at(r, F_HOLE,
							 "a hole lies outside RAM or on its edge");
		if (hole.start == d->ram[i].start) {
			d->ram[i].start = hole.end;
		} else if (hole.end == d->ram[i].end) {
			d->ram[i].end = hole.start;
		} else {
			if (d->nr_ram == MM_RAM_RANGES_MAX)
				return mm_machine_desc_refuse_at(
					r, F_HOLE, "holes cut RAM into too many ranges");
			memmove(&d->ram[i + 1], &d->ram[i],
				(size_t)(d->nr_ram - i) * sizeof(d->ram[0]));
			d->nr_ram++;
			d->ram[i].end = hole.start;
			d->ram[i + 1].start = hole.end;
			continue;
		}
		if (d->ram[i].start == d->ram[i].end) {
			memmove(&d->ram[i], &d->ram[i + 1],
				(size_t)(d->nr_ram - i - 1) * sizeof(d->ram[0]));
			d->nr_ram--;
		}
	}
	return d->nr_ram ? 0 : mm_machine_desc_refuse_at(r, F_HOLE, "holes leave no RAM");
}

static int check_zones(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;
	uint64_t end = d->ram[d->nr_ram - 1].end;
	uint64_t below = 0;
	int z;

	if (!r->at[F_NORMAL].line)
		d->zone_end[MM_ZONE_NORMAL] =
			r->at[F_HIGHMEM].line ? d->zone_end[MM_ZONE_HIGHMEM] : end;
	if (!r->at[F_HIGHMEM].line)
		d->zone_end[MM_ZONE_HIGHMEM] =
			r->at[F_NORMAL].line ? d->zone_end[MM_ZONE_NORMAL] : end;
	d->zone_end[MM_ZONE_MOVABLE] = end;
	for (z = 0; z < MM_NR_ZONES; z++) {
		bool absent = z <= MM_ZONE_DMA32 && d->zone_end[z] == 0;

		if (!absent && d->zone_end[z] > end)
			d->zone_end[z] = end;
		if (!absent && d->zone_end[z] < below)
			return mm_machine_desc_refuse_at(
				r,
				(enum mm_machine_desc_field)(F_DMA + (z < MM_ZONE_MOVABLE ? z : 3)),
				"zone limits are out of order: dma <= dma32 <= normal <= "
				"highmem");
		if (absent)
			d->zone_end[z] = below;
		below = d->zone_end[z];
	}
	return 0;
}

static int check_reserved(struct mm_machine_desc_reader *r)
{
	const struct mm_machine_desc *d = r->d;
	int i;
	int k;

	for (i = 0; i < d->nr_reserved; i++) {
		for (k = 0; k < d->nr_ram; k++) {
			if (d->reserved[i].start >= d->ram[k].start &&
			    d->reserved[i].end <= d->ram[k].end)
				break;
		}
		if (k == d->nr_ram)
			return mm_machine_desc_refuse_at(r, F_RESERVED,
							 "a reserved range lies outside RAM");
	}
	return 0;
}

static bool overlap(const struct mm_range *a, const struct mm_range *b)
{
	return a->start < b->end && b->start < a->end;
}

static int check_cma(struct mm_machine_desc_reader *r)
{
	const struct mm_machine_desc *d = r->d;
	uint64_t size = (uint64_t)1 << d->pageblock_order;
	int i;
	int k;

	for (i = 0; i < d->nr_cma; i++) {
		const struct mm_range *c = &d->cma[i];

		if (c->start % size || c->end % size)
			return mm_machine_desc_refuse_at(r, F_CMA, "not whole pageblocks");
		for (k = 0; k < d->nr_ram; k++) {
			if (c->start >= d->ram[k].start && c->end <= d->ram[k].end)
				break;
		}
		if (k == d->nr_ram)
			return mm_machine_desc_refuse_at(r, F_CMA, "a range lies outside RAM");
		for (k = 0; k < d->nr_reserved; k++) {
			if (overlap(c, &d->reserved[k]))
				return mm_machine_desc_refuse_at(r, F_CMA, "reserved frames");
		}
	}
	if (d->nr_cma && d->deferred)
		return mm_machine_desc_refuse_at(r, F_CMA, "not where memory comes by section");
	return 0;
}

/* What follows from the size of the machine when it is not said. */
static int check_pcp(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;

	if (!r->at[F_PCP].line)
		d->pcp = d->ram[d->nr_ram - 1].end >= PCP_FRAMES_MIN;
	if (d->hot_cold && !d->pcp)
		return mm_machine_desc_refuse_at(r, F_PCP_LISTS, "there are none with pcp=off");
	if (d->hot_cold && d->thp_order)
		return mm_machine_desc_refuse_at(r, F_THP, "pcp_lists=hot_cold keep single pages");
	if (d->thp_order > d->max_order)
		return mm_machine_desc_refuse_at(r, F_THP, "larger than max_order");
	if (!r->at[F_THP].line && !d->hot_cold && d->max_order >= THP_ORDER &&
	    d->pageblock_order >= THP_ORDER)
		d->thp_order = THP_ORDER;
	return 0;
}

static int check_orders(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;

	if (!r->at[F_PAGEBLOCK_ORDER].line)
		d->pageblock_order = d->max_order < 9 ? d->max_order : 9;
	if (d->pageblock_order > d->max_order)
		return mm_machine_desc_refuse_at(r, F_PAGEBLOCK_ORDER, "larger than max_order");
	if (d->guard_minorder > d->max_order / 2)
		return mm_machine_desc_refuse_at(r, F_GUARD_MINORDER,
						 "larger than half of max_order");
	/* a guard lies in one pageblock, whose type is its own */
	if (d->guard_minorder > d->pageblock_order)
		return mm_machine_desc_refuse_at(r, F_GUARD_MINORDER,
						 "larger than pageblock_order");
	return 0;
}

/* Zone limits of an architecture, where the description does not give its own. */
static void apply_profile(struct mm_machine_desc_reader *r)
{
	static const uint64_t limits[][2] = {
		[MM_PROFILE_NONE] = {0, 0},
		[MM_PROFILE_X86_64] = {(uint64_t)16 << 20, (uint64_t)4 << 30},
		[MM_PROFILE_ARM64] = {(uint64_t)4 << 30, 0},
	};
	const uint64_t *l = limits[r->d->profile];

	if (!r->at[F_DMA].line)
		r->d->zone_end[MM_ZONE_DMA] = l[0] >> MM_PAGE_SHIFT;
	if (!r->at[F_DMA32].line)
		r->d->zone_end[MM_ZONE_DMA32] = l[1] >> MM_PAGE_SHIFT;
}

/* Bit of the owner among clients of page_ext: see enum mm_page_ext_client. */
#define PAGE_EXT_OWNER 1

/* Who keeps records has a part of page_ext, whether it is named there or not. */
static int check_records(struct mm_machine_desc_reader *r)
{
	if (r->d->page_owner)
		r->d->page_ext |= (uint32_t)1 << PAGE_EXT_OWNER;
	return 0;
}

static int check_model(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;
	uint64_t end = d->ram[d->nr_ram - 1].end;

	if (!r->at[F_DEFERRED].line)
		d->deferred = end > DEFERRED_FRAMES_MIN;
	if (d->deferred && d->memmodel == MM_MEMMODEL_FLAT)
		return mm_machine_desc_refuse_at(
			r, r->at[F_DEFERRED].line ? F_DEFERRED : F_MEMMODEL,
			"memory that comes by section needs memmodel=sparse or "
			"vmemmap");
	if (!d->deferred && end > DEFERRED_FRAMES_MIN)
		return mm_machine_desc_refuse_at(r, F_DEFERRED, "more than 64G need deferred=on");
	if (d->section_order < d->max_order)
		return mm_machine_desc_refuse_at(r, F_SECTION, "smaller than a block of max_order");
	return 0;
}

/* Zone Movable is given by its start, or by how much of RAM it gets. */
static int check_movable(struct mm_machine_desc_reader *r)
{
	const struct mm_machine_desc *d = r->d;
	bool by_start = d->zone_end[MM_ZONE_HIGHMEM] < d->ram[d->nr_ram - 1].end;
	enum mm_machine_desc_field f = r->at[F_KERNELCORE].line    ? F_KERNELCORE
				       : r->at[F_MOVABLECORE].line ? F_MOVABLECORE
								   : F_MOVABLE_NODE;

	if (by_start && r->at[f].line)
		return mm_machine_desc_refuse_at(r, f,
						 "normal= or highmem= already says where Movable "
						 "begins");
	return 0;
}

/* Two more may be needed where what is said of a part of one splits it. */
static int check_regions(struct mm_machine_desc_reader *r)
{
	int most = r->d->nr_ram > r->d->nr_reserved ? r->d->nr_ram : r->d->nr_reserved;

	if (r->d->memblock_regions < (unsigned int)most + 2)
		return mm_machine_desc_refuse_at(r, F_MEMBLOCK_REGIONS,
						 "less than two more than there are ranges");
	return 0;
}

int mm_machine_desc_check(struct mm_machine_desc_reader *r)
{
	static int (*const checks[])(struct mm_machine_desc_reader * r) = {
		check_orders,   cut_holes,     check_zones,
		check_pcp,      check_model,   check_records,
		check_reserved, check_cma,     mm_machine_desc_check_nodes,
		check_movable,  check_regions, mm_machine_desc_check_virt,
	};
	size_t i;
	int err = 0;

	apply_profile(r);
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]) && !err; i++)
		err = checks[i](r);
	return err;
}
