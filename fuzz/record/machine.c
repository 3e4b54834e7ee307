/* SPDX-License-Identifier: MIT */
/*
 * machine: zoneinfo as a description of a machine.
 *
 *     zoneinfo     Normal: start_pfn, spanned, present, managed
 *     /proc/iomem  where RAM is (root)
 *
 *     ram=         the parts of the span that are RAM, if they add up to present;
 *                  else present - 1 frames from the start, and the last one
 *     reserved=    present - managed frames of each zone
 *     dma= ...     where the next populated zone begins
 *
 * Spans follow from RAM and limits; what would come out otherwise is refused.
 */
#include "mm/machine.h"

#include "fuzz/record/host.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The order of a description's zones. */
static const char *const zone_names[MM_NR_ZONES] = {"DMA", "DMA32", "Normal", "HighMem", "Movable"};
static const char *const limit_names[MM_NR_ZONES] = {"dma", "dma32", "normal", "highmem", NULL};

struct range {
	uint64_t start;
	uint64_t end;
	unsigned int node;
};

struct ranges {
	struct range r[MM_RANGES_GIVEN_MAX];
	int nr;
};

struct text {
	const struct mm_record_host *h;
	unsigned int node[MM_NODES_MAX]; /* ids */
	int nr_nodes;
	struct ranges ram;
	struct ranges reserved;
	char *why;
};

static bool refuse(struct text *t, const char *fmt, ...) MM_PRINTF(2, 3);

static bool refuse(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(t->why, MM_RECORD_WHY_MAX, fmt, ap);
	va_end(ap);
	return false;
}

static bool add(struct ranges *to, uint64_t start, uint64_t end, unsigned int node)
{
	struct range *last = to->nr ? &to->r[to->nr - 1] : NULL;

	if (start >= end)
		return true;
	if (last && last->end == start && last->node == node) {
		last->end = end;
		return true;
	}
	if (to->nr == MM_RANGES_GIVEN_MAX)
		return false;
	to->r[to->nr++] = (struct range){start, end, node};
	return true;
}

/* ---- zones ---- */

static int zone_index(const struct mm_proc_zone *z)
{
	int i;

	for (i = 0; i < MM_NR_ZONES; i++) {
		if (strcmp(z->name, zone_names[i]) == 0)
			return i;
	}
	return -1;
}

static uint64_t zone_end(const struct mm_proc_zone *z)
{
	return z->start_pfn + z->pages[MM_PROC_SPANNED];
}

static uint64_t present(const struct mm_proc_zone *z)
{
	return z->pages[MM_PROC_PRESENT];
}

/* RAM of the firmware inside the zone; does it add up to what is present? */
static bool by_firmware(struct text *t, const struct mm_proc_zone *z, struct ranges *to)
{
	const struct mm_record_host *h = t->h;
	uint64_t pages = 0;
	int i;

	for (i = 0; i < h->nr_ram; i++) {
		uint64_t start = h->ram[i].start > z->start_pfn ? h->ram[i].start : z->start_pfn;
		uint64_t end = h->ram[i].end < zone_end(z) ? h->ram[i].end : zone_end(z);

		if (start >= end)
			continue;
		pages += end - start;
		if (!add(to, start, end, z->node))
			return false;
	}
	return pages == present(z);
}

static void by_sizes(const struct mm_proc_zone *z, struct ranges *to)
{
	bool hole = present(z) < z->pages[MM_PROC_SPANNED];

	to->nr = 0;
	(void)add(to, z->start_pfn, z->start_pfn + present(z) - (hole && present(z) > 1), z->node);
	if (hole && present(z) > 1)
		(void)add(to, zone_end(z) - 1, zone_end(z), z->node);
}

/* Frames that are never free, from the largest part of the zone on. */
static bool reserve(struct text *t, const struct mm_proc_zone *z, struct ranges *parts)
{
	uint64_t left = present(z) - z->pages[MM_PROC_MANAGED];

	while (left) {
		int largest = 0;
		uint64_t size;
		int i;

		for (i = 1; i < parts->nr; i++) {
			if (parts->r[i].end - parts->r[i].start >
			    parts->r[largest].end - parts->r[largest].start)
				largest = i;
		}
		size = parts->r[largest].end - parts->r[largest].start;
		size = size < left ? size : left;
		if (t->reserved.nr == MM_RANGES_GIVEN_MAX)
			return refuse(t, "reserved pages in more than %d places",
				      MM_RANGES_GIVEN_MAX);
		t->reserved.r[t->reserved.nr++] = (struct range){
			parts->r[largest].start, parts->r[largest].start + size, z->node};
		parts->r[largest].start += size;
		left -= size;
	}
	return true;
}

static bool take_zone(struct text *t, const struct mm_proc_zone *z, bool firmware)
{
	struct ranges parts = {.nr = 0};
	int i;

	if (!present(z))
		return true;
	if (zone_index(z) < 0)
		return refuse(t, "zone %s has pages, and a description has no such zone", z->name);
	if (present(z) > z->pages[MM_PROC_SPANNED] || z->pages[MM_PROC_MANAGED] > present(z))
		return refuse(t, "zone %s has more pages than it spans", z->name);
	if (!firmware || !by_firmware(t, z, &parts))
		by_sizes(z, &parts);
	for (i = 0; i < parts.nr; i++) {
		if (!add(&t->ram, parts.r[i].start, parts.r[i].end, z->node))
			return refuse(t, "RAM in more than %d ranges", MM_RANGES_GIVEN_MAX);
	}
	return reserve(t, z, &parts);
}

/* Where zones begin on the lowest node that has them, UINT64_MAX: no node has. */
static void zone_starts(const struct text *t, uint64_t start[MM_NR_ZONES])
{
	size_t i;

	memset(start, 0xff, MM_NR_ZONES * sizeof(*start));
	for (i = 0; i < t->h->zoneinfo.nr_zones; i++) {
		const struct mm_proc_zone *z = &t->h->zoneinfo.zone[i];
		int k = zone_index(z);

		if (k >= 0 && present(z) && z->start_pfn < start[k])
			start[k] = z->start_pfn;
	}
}

/* Where the next populated zone begins; UINT64_MAX: there is none. */
static uint64_t limit_of(const uint64_t start[MM_NR_ZONES], int zone)
{
	uint64_t above = UINT64_MAX;
	int k;

	for (k = zone + 1; k < MM_NR_ZONES; k++)
		above = start[k] < above ? start[k] : above;
	return above;
}

/* A zone spans what of its node lies between the limits: is it what zoneinfo says? */
static bool span_follows(struct text *t, const struct mm_proc_zone *z)
{
	uint64_t start[MM_NR_ZONES];
	uint64_t from = UINT64_MAX;
	uint64_t to = 0;
	uint64_t end;
	int k = zone_index(z);
	int i;

	zone_starts(t, start);
	for (i = 0; i < t->ram.nr; i++) {
		if (t->ram.r[i].node != z->node)
			continue;
		from = t->ram.r[i].start < from ? t->ram.r[i].start : from;
		to = t->ram.r[i].end > to ? t->ram.r[i].end : to;
	}
	from = start[k] > from ? start[k] : from;
	end = limit_of(start, k);
	return from == z->start_pfn && (end < to ? end : to) == zone_end(z);
}

static bool spans_follow(struct text *t)
{
	size_t i;

	for (i = 0; i < t->h->zoneinfo.nr_zones; i++) {
		const struct mm_proc_zone *z = &t->h->zoneinfo.zone[i];

		if (present(z) && !span_follows(t, z))
			return refuse(t, "node %u, zone %s: limits of zones do not tell its span",
				      z->node, z->name);
	}
	return true;
}

static bool take_zones(struct text *t, bool firmware)
{
	size_t i;

	t->ram.nr = 0;
	t->reserved.nr = 0;
	for (i = 0; i < t->h->zoneinfo.nr_zones; i++) {
		if (!take_zone(t, &t->h->zoneinfo.zone[i], firmware))
			return false;
	}
	if (!t->ram.nr)
		return refuse(t, "no zone has pages");
	return spans_follow(t);
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int by_start(const void *a, const void *b)
{
	const struct range *x = a;
	const struct range *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* ---- nodes ---- */

static int node_index(const struct text *t, unsigned int id)
{
	int i;

	for (i = 0; i < t->nr_nodes; i++) {
		if (t->node[i] == id)
			return i;
	}
	return -1;
}

static bool add_node(struct text *t, unsigned int id)
{
	if (node_index(t, id) >= 0)
		return true;
	if (t->nr_nodes == MM_NODES_MAX)
		return refuse(t, "more than %d nodes", MM_NODES_MAX);
	t->node[t->nr_nodes++] = id;
	return true;
}

static bool take_nodes(struct text *t)
{
	const struct mm_record_host *h = t->h;
	unsigned int c;
	size_t i;

	for (i = 0; i < h->zoneinfo.nr_zones; i++) {
		if (present(&h->zoneinfo.zone[i]) && !add_node(t, h->zoneinfo.zone[i].node))
			return false;
	}
	for (c = 0; c < h->nr_cpus; c++) {
		if (!add_node(t, h->cpu_node[c]))
			return false;
	}
	return true;
}

/* ---- printing ---- */

static void put_range(const struct range *r, const char *before, FILE *out)
{
	(void)fprintf(out, "%s0x%" PRIx64 "-0x%" PRIx64, before, r->start << MM_PAGE_SHIFT,
		      r->end << MM_PAGE_SHIFT);
}

static void put_ranges(const char *name, const struct ranges *r, FILE *out)
{
	int i;

	for (i = 0; i < r->nr; i++) {
		if (i == 0)
			(void)fprintf(out, "%s=", name);
		put_range(&r->r[i], i ? "," : "", out);
	}
	if (r->nr)
		(void)fprintf(out, "\n");
}

/* Normal and HighMem end at the end of RAM unless a zone above has pages. */
static void put_limits(const struct text *t, FILE *out)
{
	uint64_t start[MM_NR_ZONES];
	uint64_t top = 0;
	int k;

	zone_starts(t, start);
	for (k = 0; k < t->ram.nr; k++)
		top = t->ram.r[k].end > top ? t->ram.r[k].end : top;
	for (k = 0; limit_names[k]; k++) {
		uint64_t limit = limit_of(start, k);
		bool low = k == MM_ZONE_DMA || k == MM_ZONE_DMA32;

		if (low ? start[k] != UINT64_MAX : limit != UINT64_MAX)
			(void)fprintf(out, "%s=0x%" PRIx64 "\n", limit_names[k],
				      (limit < top ? limit : top) << MM_PAGE_SHIFT);
	}
}

static void put_nodes(const struct text *t, FILE *out)
{
	int n;
	int i;

	(void)fprintf(out, "nodes=");
	for (n = 0; n < t->nr_nodes; n++) {
		bool any = false;

		(void)fprintf(out, "%s", n ? "/" : "");
		for (i = 0; i < t->ram.nr; i++) {
			if (t->ram.r[i].node != t->node[n])
				continue;
			put_range(&t->ram.r[i], any ? "," : "", out);
			any = true;
		}
		(void)fprintf(out, "%s", any ? "" : "none");
	}
	(void)fprintf(out, "\n");
}

/* The rows of the kernel hold all nodes that are online, ours those that count. */
static void put_distance(const struct text *t, FILE *out)
{
	int n;

	for (n = 0; n < t->nr_nodes; n++) {
		const char *row = t->h->distance[t->node[n] % MM_PROC_NODES_MAX];
		unsigned int words = 0;
		const char *at;

		for (at = row; *at; at++)
			words += *at != ' ' && (at == row || at[-1] == ' ');
		if (words != (unsigned int)t->nr_nodes)
			return;
	}
	(void)fprintf(out, "distance=");
	for (n = 0; n < t->nr_nodes; n++) {
		const char *at = t->h->distance[t->node[n] % MM_PROC_NODES_MAX];

		(void)fprintf(out, "%s", n ? "/" : "");
		for (; *at; at++)
			(void)fputc(*at == ' ' ? ',' : *at, out);
	}
	(void)fprintf(out, "\n");
}

static void put_cpus(const struct text *t, FILE *out)
{
	unsigned int cpus = t->h->nr_cpus < MM_CPUS_MAX ? t->h->nr_cpus : MM_CPUS_MAX;
	unsigned int c;

	if (t->h->nr_cpus > cpus)
		(void)fprintf(out, "# of %u CPUs\n", t->h->nr_cpus);
	(void)fprintf(out, "cpus=%u\n", cpus ? cpus : 1);
	if (t->nr_nodes < 2)
		return;
	put_nodes(t, out);
	put_distance(t, out);
	for (c = 0; c < cpus; c++)
		(void)fprintf(out, "%s%d",
			      c ? "," : "cpu_nodes=", node_index(t, t->h->cpu_node[c]));
	(void)fprintf(out, "\n");
}

/* By place in zoneinfo's first node; zones that this kernel lacks: 0. */
static void put_ratios(const struct text *t, FILE *out)
{
	const struct mm_proc_zoneinfo *v = &t->h->zoneinfo;
	uint64_t ratio[MM_NR_ZONES] = {0};
	unsigned int i;
	int k;

	if (!t->h->nr_ratios)
		return;
	for (i = 0; i < t->h->nr_ratios && i < v->nr_zones && v->zone[i].node == v->zone[0].node;
	     i++) {
		k = zone_index(&v->zone[i]);
		if (k >= 0)
			ratio[k] = t->h->lowmem_reserve_ratio[i];
	}
	for (k = 0; k < MM_NR_ZONES; k++)
		(void)fprintf(out, "%s%" PRIu64, k ? "/" : "lowmem_reserve_ratio=", ratio[k]);
	(void)fprintf(out, "\n");
}

static void put_settings(const struct text *t, FILE *out)
{
	const struct mm_record_host *h = t->h;

	(void)fprintf(out, "max_order=%u\npageblock_order=%u\npcp=on\ncontents=none\n",
		      h->max_order, h->pageblock_order);
	if (h->min_free_kbytes)
		(void)fprintf(out, "min_free_kbytes=%" PRIu64 "\n", h->min_free_kbytes);
	if (h->watermark_scale_factor)
		(void)fprintf(out, "watermark_scale_factor=%" PRIu64 "\n",
			      h->watermark_scale_factor);
	put_ratios(t, out);
}

bool mm_record_describe(const struct mm_record_host *h, FILE *out, char why[MM_RECORD_WHY_MAX])
{
	struct text t = {.h = h};

	t.why = why;
	if (!take_zones(&t, true) && !take_zones(&t, false))
		return false;
	if (!take_nodes(&t))
		return false;
	qsort(t.ram.r, (size_t)t.ram.nr, sizeof(t.ram.r[0]), by_start);
	qsort(t.reserved.r, (size_t)t.reserved.nr, sizeof(t.reserved.r[0]), by_start);
	(void)fprintf(out, "# The machine this was recorded on: mmref show zones -m THIS\n");
	put_ranges("ram", &t.ram, out);
	put_limits(&t, out);
	put_ranges("reserved", &t.reserved, out);
	put_cpus(&t, out);
	put_settings(&t, out);
	return true;
}
