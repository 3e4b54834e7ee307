/* SPDX-License-Identifier: MIT */
/*
 * movable: where zone Movable begins in each node.
 *
 * kernelcore= is an amount for the whole machine.  Every node with RAM is to give
 * the same share; one that has less gives all, and what it lacks is spread over
 * the others, round after round, until the amount is reached or nodes are full.
 * RAM below the zone that Movable is cut out of can only be kernelcore and counts.
 */
#include "mm/zone_sizes.h"

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t round_up(uint64_t v, uint64_t to)
{
	return (v + to - 1) / to * to;
}

/* Where the zone begins that Movable is cut out of: the highest that may have RAM.
 * Kernel: find_usable_zone_for_movable. */
static uint64_t usable_start(const struct mm_machine_desc *d)
{
	int z = MM_ZONE_HIGHMEM;

	while (z > 0 && d->zone_end[z] == d->zone_end[z - 1])
		z--;
	return z ? d->zone_end[z - 1] : 0;
}

static uint64_t total_pages(const struct mm_machine_desc *d)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < d->nr_ram; i++)
		sum += d->ram[i].end - d->ram[i].start;
	return sum;
}

static uint64_t amount(const struct mm_core *c, uint64_t total)
{
	return c->percent ? total * c->percent / 100 : c->pages;
}

/* Pages that must not be Movable; 0: no zone Movable. */
static uint64_t kernelcore_pages(const struct mm_machine_desc *d)
{
	uint64_t total = total_pages(d);
	uint64_t core = amount(&d->kernelcore, total);
	uint64_t movable = amount(&d->movablecore, total);

	if (movable) {
		uint64_t rest =
			total - min_u64(total, round_up(movable, (uint64_t)1 << d->max_order));

		core = core > rest ? core : rest;
	}
	return core < total ? core : 0;
}

/* The spreading: what is still to be given, and by how many nodes. */
struct spread {
	uint64_t pages;
	int nodes;
	uint64_t usable;
	uint64_t *pfn; /* of each node: all below is kernelcore */
};

static void give(struct spread *s, uint64_t *share, uint64_t pages)
{
	s->pages -= min_u64(pages, s->pages);
	*share -= min_u64(pages, *share);
}

/* A node gives its share, from where it stopped the round before. */
static void give_share(const struct mm_machine_desc *d, struct spread *s, int nid, uint64_t share)
{
	int i;

	for (i = 0; i < d->nr_ram && share; i++) {
		uint64_t start = d->ram[i].start;
		uint64_t end = d->ram[i].end;
		uint64_t n;

		start = start > s->pfn[nid] ? start : s->pfn[nid];
		if (d->ram[i].nid != nid || start >= end)
			continue;
		if (start < s->usable) {
			/* all of it, even above the share */
			uint64_t stop = min_u64(end, s->usable);

			give(s, &share, stop - start);
			s->pfn[nid] = stop;
			start = stop;
		}
		n = min_u64(end - start, share);
		give(s, &share, n);
		if (start < end)
			s->pfn[nid] = start + n;
	}
}

static uint32_t nodes_with_ram(const struct mm_machine_desc *d)
{
	uint32_t mask = 0;
	int i;

	for (i = 0; i < d->nr_ram; i++)
		mask |= (uint32_t)1 << d->ram[i].nid;
	return mask;
}

static void spread_kernelcore(const struct mm_machine_desc *d, uint64_t *pfn)
{
	uint32_t with_ram = nodes_with_ram(d);
	struct spread s = {kernelcore_pages(d), 0, usable_start(d), NULL};
	int nid;

	s.pfn = pfn;
	for (nid = 0; nid < d->nr_nodes; nid++)
		s.nodes += mm_numa_has(with_ram, nid);
	if (!s.pages)
		return;
	MM_PRE(s.nodes);
	do {
		uint64_t share = s.pages / (uint64_t)s.nodes;

		for (nid = 0; nid < d->nr_nodes; nid++) {
			if (!mm_numa_has(with_ram, nid))
				continue;
			if (s.pages < share)
				share = s.pages / (uint64_t)s.nodes;
			give_share(d, &s, nid, share);
		}
		/* fewer nodes have any left; a rest below a page each is let go */
		s.nodes--;
	} while (s.nodes && s.pages > (uint64_t)s.nodes);
}

/* The lowest RAM of each node that has, or lacks, a flag, from `from` on. */
static void first_with(const struct mm_machine_desc *d, uint8_t flag, uint8_t value, uint64_t from,
		       uint64_t *pfn)
{
	int i;

	for (i = 0; i < d->nr_ram; i++) {
		const struct mm_range *r = &d->ram[i];

		if ((r->flags & flag) == value && r->start >= from &&
		    (!pfn[r->nid] || r->start < pfn[r->nid]))
			pfn[r->nid] = r->start;
	}
}

static bool any_with(const struct mm_machine_desc *d, uint8_t flag)
{
	int i;

	for (i = 0; i < d->nr_ram; i++) {
		if (d->ram[i].flags & flag)
			return true;
	}
	return false;
}

void mm_zone_sizes_movable(const struct mm_machine_desc *d, uint64_t pfn[MM_NODES_MAX])
{
	/* Kernel: below 4 GiB nothing is made Movable for lack of a mirror */
	const uint64_t low = (uint64_t)4 << (30 - MM_PAGE_SHIFT);
	int nid;

	for (nid = 0; nid < MM_NODES_MAX; nid++)
		pfn[nid] = 0;
	if (d->movable_node)
		first_with(d, MM_RAM_HOTPLUG, MM_RAM_HOTPLUG, 0, pfn);
	else if (d->kernelcore_mirror && any_with(d, MM_RAM_MIRROR))
		first_with(d, MM_RAM_MIRROR, 0, low, pfn);
	else if (!d->kernelcore_mirror)
		spread_kernelcore(d, pfn);
	for (nid = 0; nid < d->nr_nodes; nid++) {
		pfn[nid] = round_up(pfn[nid], (uint64_t)1 << d->max_order);
		if (pfn[nid] >= mm_zone_sizes_node(d, nid).end)
			pfn[nid] = 0;
	}
}
