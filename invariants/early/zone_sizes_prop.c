/* SPDX-License-Identifier: MIT */
/*
 * zone_sizes properties: what kernelcore= promises, said without the rounds in
 * which the code spreads it.
 */
#include "mm/zone_sizes.h"

#include "invariants/engine/prop.h"

#include <string.h>

#define GRAIN ((uint64_t)8)

/* Nodes one after the other, of any size; DMA32 may take the lowest. */
static void any_nodes(struct mm_prop_run *p, struct mm_machine_desc *d)
{
	uint64_t at = 0;
	int i;

	memset(d, 0, sizeof(*d));
	d->max_order = 3;
	d->nr_nodes = 1 + (int)prop_below(p, 6);
	d->nr_ram = d->nr_nodes;
	for (i = 0; i < d->nr_nodes; i++) {
		uint64_t pages = GRAIN * (1 + prop_below(p, 100));

		at += GRAIN * prop_below(p, 3);
		d->ram[i] = (struct mm_range){at, at + pages, (uint8_t)i, 0};
		at += pages;
	}
	for (i = 0; i < MM_NR_ZONES; i++)
		d->zone_end[i] = i < MM_ZONE_NORMAL ? 0 : at;
	if (prop_below(p, 3) == 0)
		d->zone_end[MM_ZONE_DMA32] = prop_below(p, at);
}

static uint64_t all_ram(const struct mm_machine_desc *d)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < d->nr_ram; i++)
		sum += d->ram[i].end - d->ram[i].start;
	return sum;
}

/* Kernelcore of a node, and how much of that it had no choice about. */
static uint64_t core_of(const struct mm_machine_desc *d, const uint64_t *pfn, int i, uint64_t *low)
{
	const struct mm_range *r = &d->ram[i];
	uint64_t limit = d->zone_end[MM_ZONE_DMA32];

	*low = limit <= r->start ? 0 : (limit < r->end ? limit : r->end) - r->start;
	return (pfn[i] ? pfn[i] : r->end) - r->start;
}

static void check_spread(struct mm_prop_run *p, const struct mm_machine_desc *d,
			 const uint64_t *pfn, uint64_t want)
{
	/* shares are whole pages, and a node's border a whole block */
	uint64_t slack = GRAIN + (uint64_t)d->nr_nodes;
	uint64_t sum = 0;
	int i;
	int k;

	for (i = 0; i < d->nr_nodes; i++) {
		uint64_t low;
		uint64_t core = core_of(d, pfn, i, &low);

		sum += core;
		PROP(p, pfn[i] % GRAIN == 0, "node %d: Movable begins inside a block", i);
		PROP(p, !pfn[i] || (pfn[i] >= d->ram[i].start && pfn[i] < d->ram[i].end),
		     "node %d: Movable begins outside it", i);
		PROP(p, core >= low, "node %d: lowmem is Movable", i);
		/* lowmem is given where it is, and later rounds do not make up for it */
		if (!pfn[i] || d->zone_end[MM_ZONE_DMA32])
			continue;
		/* who has some left has given no less than any other */
		for (k = 0; k < d->nr_nodes; k++) {
			uint64_t other_low;
			uint64_t other = core_of(d, pfn, k, &other_low);

			PROP(p, core + slack >= other, "node %d gives %llu, node %d %llu", i,
			     (unsigned long long)core, k, (unsigned long long)other);
		}
	}
	PROP(p, sum + (uint64_t)d->nr_nodes >= want, "%llu kernelcore, wanted %llu",
	     (unsigned long long)sum, (unsigned long long)want);
}

static void kernelcore_is_spread(struct mm_prop_run *p)
{
	uint64_t pfn[MM_NODES_MAX];
	struct mm_machine_desc d;
	uint64_t want;
	uint64_t total;

	any_nodes(p, &d);
	total = all_ram(&d);
	want = 1 + prop_below(p, total - 1);
	d.kernelcore = (struct mm_core){true, 0, want};
	mm_zone_sizes_movable(&d, pfn);
	check_spread(p, &d, pfn, want);
}

/* A round that leaves a page for each node that is still asked, or less, is the last. */
static void a_rest_of_a_page_each_is_let_go(struct mm_prop_run *p)
{
	struct mm_machine_desc d;
	uint64_t pfn[MM_NODES_MAX];
	uint64_t share = 1 + prop_below(p, 900);
	uint64_t want = 3 * share + prop_below(p, 3);
	int i;

	PROP(p,
	     mm_machine_desc_parse(&d, "ram=12M nodes=3 max_order=0 pageblock_order=0", NULL) == 0,
	     "refused");
	d.kernelcore = (struct mm_core){true, 0, want};
	mm_zone_sizes_movable(&d, pfn);
	for (i = 0; i < 3; i++)
		PROP(p, pfn[i] == d.ram[i].start + share,
		     "%llu pages: node %d gives %llu, due: %llu", (unsigned long long)want, i,
		     (unsigned long long)(pfn[i] - d.ram[i].start), (unsigned long long)share);
}

/* Asking for movablecore is asking for the rest. */
static void movablecore_is_the_rest(struct mm_prop_run *p)
{
	uint64_t by_movable[MM_NODES_MAX];
	uint64_t by_kernel[MM_NODES_MAX];
	struct mm_machine_desc d;
	uint64_t total;
	uint64_t want;

	any_nodes(p, &d);
	total = all_ram(&d);
	want = GRAIN * (1 + prop_below(p, total / GRAIN));
	d.movablecore = (struct mm_core){true, 0, want};
	mm_zone_sizes_movable(&d, by_movable);
	d.movablecore = (struct mm_core){false, 0, 0};
	d.kernelcore = (struct mm_core){true, 0, total - want};
	mm_zone_sizes_movable(&d, by_kernel);
	PROP(p, memcmp(by_movable, by_kernel, sizeof(by_kernel)) == 0,
	     "%llu of %llu pages Movable: not what is left of kernelcore", (unsigned long long)want,
	     (unsigned long long)total);
}

/* All that can be unplugged, or is not mirrored, from the lowest of it up. */
static void flags_say_where_movable_begins(struct mm_prop_run *p)
{
	const uint64_t low = (uint64_t)1 << 20; /* 4 GiB */
	uint64_t pfn[MM_NODES_MAX];
	struct mm_machine_desc d;
	bool mirror = prop_below(p, 2);
	bool any = false;
	int i;

	any_nodes(p, &d);
	for (i = 0; i < d.nr_ram; i++) {
		d.ram[i].flags = (uint8_t)prop_below(p, 4);
		any |= (d.ram[i].flags & MM_RAM_MIRROR) != 0;
		if (mirror) {
			d.ram[i].start += low;
			d.ram[i].end += low;
		}
	}
	d.kernelcore_mirror = mirror;
	d.movable_node = !mirror;
	mm_zone_sizes_movable(&d, pfn);
	for (i = 0; i < d.nr_nodes; i++) {
		bool movable = mirror ? any && !(d.ram[i].flags & MM_RAM_MIRROR)
				      : (d.ram[i].flags & MM_RAM_HOTPLUG) != 0;
		/* pfn 0 says "none" */
		uint64_t due = movable ? d.ram[i].start : 0;

		PROP(p, pfn[i] == due, "node %d, flags %u: Movable from %llu, due %llu", i,
		     d.ram[i].flags, (unsigned long long)pfn[i], (unsigned long long)due);
	}
}

const struct mm_prop mm_zone_sizes_props[] = {
	{"zone_sizes.kernelcore_is_spread", kernelcore_is_spread, 2000},
	{"zone_sizes.a_rest_of_a_page_each_is_let_go", a_rest_of_a_page_each_is_let_go, 50},
	{"zone_sizes.movablecore_is_the_rest", movablecore_is_the_rest, 500},
	{"zone_sizes.flags_say_where_movable_begins", flags_say_where_movable_begins, 500},
	{NULL, NULL, 0},
};
