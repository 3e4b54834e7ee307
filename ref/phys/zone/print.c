/* SPDX-License-Identifier: MIT */
/*
 * print: what the kernel says at boot about nodes and zones, line by line as it says
 * it.  Ends of ranges are the last byte.
 */
#include "mm/sparse.h"
#include "mm/zone.h"

#include <inttypes.h>
#include <stdio.h>

static void print_mem(FILE *out, uint64_t start, uint64_t end)
{
	(void)fprintf(out, "[mem 0x%016" PRIx64 "-0x%016" PRIx64 "]\n", start * MM_PAGE_SIZE,
		      end * MM_PAGE_SIZE - 1);
}

/* Limits of zones, without RAM that has no frames below or above; Movable is said
 * node by node. */
static void print_ranges(const struct mm_machine *m, FILE *out)
{
	const struct mm_machine_desc *d = &m->desc;
	uint64_t low = d->ram[0].start;
	int z;

	(void)fprintf(out, "Zone ranges:\n");
	for (z = 0; z < MM_ZONE_MOVABLE; z++) {
		uint64_t end = d->zone_end[z];
		uint64_t start = z && d->zone_end[z - 1] > low ? d->zone_end[z - 1] : low;

		/* a kernel of 64 bits has no HighMem to speak of */
		if (z == MM_ZONE_HIGHMEM && end <= start)
			continue;
		(void)fprintf(out, "  %-8s ", mm_gfp_zone_name((enum mm_zone_type)z));
		if (end <= start)
			(void)fprintf(out, "empty\n");
		else
			print_mem(out, start, end);
	}
}

/* Kernel: zone_movable_pfn; or the zone's own limit. */
static void print_movable(const struct mm_machine *m, FILE *out)
{
	int nid;

	(void)fprintf(out, "Movable zone start for each node\n");
	for (nid = 0; nid < m->desc.nr_nodes; nid++) {
		const struct zone *z = mm_zone_at(m, nid, MM_ZONE_MOVABLE);

		if (z->spanned)
			(void)fprintf(out, "  Node %d: 0x%016" PRIx64 "\n", nid,
				      z->start_pfn * MM_PAGE_SIZE);
	}
}

static void print_nodes(const struct mm_machine *m, FILE *out)
{
	const struct mm_machine_desc *d = &m->desc;
	int nid;
	int i;

	(void)fprintf(out, "Early memory node ranges\n");
	for (i = 0; i < d->nr_ram; i++) {
		(void)fprintf(out, "  node %3d: ", d->ram[i].nid);
		print_mem(out, d->ram[i].start, d->ram[i].end);
	}
	for (nid = 0; nid < d->nr_nodes; nid++) {
		struct mm_range span = mm_zone_sizes_node(d, nid);

		if (span.end) {
			(void)fprintf(out, "Initmem setup node %d ", nid);
			print_mem(out, span.start, span.end);
		} else {
			(void)fprintf(out, "Initmem setup node %d as memoryless\n", nid);
		}
	}
}

/* Frames of [pfn, end) that have a struct page and nothing behind it. */
static uint64_t unavailable(const struct mm_machine *m, uint64_t pfn, uint64_t end)
{
	uint64_t step = mm_sparse_subsection_pages(m);
	uint64_t n = 0;

	while (pfn < end) {
		uint64_t stop = (pfn / step + 1) * step;

		stop = stop < end ? stop : end;
		if (mm_sparse_valid(m, pfn))
			n += stop - pfn;
		pfn = stop;
	}
	return n;
}

/* Kernel: init_unavailable_range.  A hole is said where RAM goes on after it; the last
 * one ends with its section. */
static void print_holes(const struct mm_machine *m, FILE *out)
{
	const struct mm_machine_desc *d = &m->desc;
	uint64_t hole = 0;
	int i;

	for (i = 0; i <= d->nr_ram; i++) {
		const struct mm_range *r = &d->ram[i < d->nr_ram ? i : i - 1];
		uint64_t pages = mm_sparse_pages(m);
		uint64_t end = i < d->nr_ram ? r->start : (hole + pages - 1) / pages * pages;
		uint64_t at = i < d->nr_ram ? r->start : r->end - 1;
		const struct zone *z = &m->zones[mm_zone_sizes_id(m, at, r->nid, r->flags)];
		uint64_t n = d->memmodel == MM_MEMMODEL_FLAT && i == d->nr_ram
				     ? 0
				     : unavailable(m, hole, end);

		if (n)
			(void)fprintf(out,
				      "On node %d, zone %s: %" PRIu64
				      " pages in unavailable ranges\n",
				      z->nid, z->name, n);
		hole = r->end;
	}
}

static void print_orders(const struct mm_machine *m, FILE *out)
{
	struct mm_numa_order order;
	enum mm_zone_type policy = MM_ZONE_DMA;
	uint64_t total = 0;
	int nid;
	int i;

	mm_numa_fallback_order(m, &order);
	for (nid = 0; nid < m->desc.nr_nodes; nid++) {
		(void)fprintf(out, "Fallback order for Node %d: ", nid);
		for (i = 0; i < order.nr; i++)
			(void)fprintf(out, "%d ", order.nid[nid][i]);
		(void)fputc('\n', out);
	}
	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		total += z->present;
		/* Movable is no zone that a policy is for */
		if (mm_zone_managed(z) && z->type != MM_ZONE_MOVABLE && z->type > policy)
			policy = z->type;
	}
	(void)fprintf(out, "Built %d zonelists, mobility grouping %s.  Total pages: %" PRIu64 "\n",
		      m->desc.nr_nodes, m->grouping_off ? "off" : "on", total);
	(void)fprintf(out, "Policy zone: %s\n", mm_gfp_zone_name(policy));
}

static void print_memory(const struct mm_machine *m, FILE *out)
{
	const uint64_t k = MM_PAGE_SIZE / 1024;
	uint64_t present = 0;
	uint64_t pages = 0;
	uint64_t deferred = 0;
	uint64_t cma = 0;
	uint64_t high = 0;
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		present += z->present;
		pages += z->managed;
		cma += z->cma_pages;
		deferred += z->deferred;
		high += z->type == MM_ZONE_HIGHMEM ? z->managed : 0;
	}
	if (m->desc.deferred)
		(void)fprintf(out, "deferred: %" PRIu64 " pages left to be made ready\n", deferred);
	(void)fprintf(out,
		      "Memory: %" PRIu64 "K/%" PRIu64 "K available (%" PRIu64 "K reserved, %" PRIu64
		      "K cma-reserved",
		      (pages - cma) * k, present * k, (present - pages - deferred) * k, cma * k);
	if (high)
		(void)fprintf(out, ", %" PRIu64 "K highmem", high * k);
	(void)fprintf(out, ")\n");
}

void mm_zone_print_boot(const struct mm_machine *m, FILE *out)
{
	print_ranges(m, out);
	print_movable(m, out);
	print_nodes(m, out);
	print_holes(m, out);
	print_orders(m, out);
	print_memory(m, out);
}
