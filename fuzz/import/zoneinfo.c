/* SPDX-License-Identifier: MIT */
/*
 * zoneinfo: one block per zone.  Two tables name the lines of a label and a
 * number; a kernel prints them in this order and may lack some.
 */
#include "fuzz/import/cursor.h"
#include "fuzz/import/proc.h"

#include <stdlib.h>
#include <string.h>

#define STAT_INDENT "      "
#define STAT_WIDTH  12
#define ZONES_MAX   ((size_t)MM_PROC_NODES_MAX * MM_PROC_ZONES_MAX)

struct label {
	const char *text;
	bool optional; /* some kernels have no such line */
};

static const struct label pages_label[MM_PROC_NR_PAGES] = {
	[MM_PROC_FREE] = {"  pages free     ", false},
	[MM_PROC_BOOST] = {"        boost    ", true},
	[MM_PROC_MIN] = {"        min      ", false},
	[MM_PROC_LOW] = {"        low      ", false},
	[MM_PROC_HIGH] = {"        high     ", false},
	[MM_PROC_PROMO] = {"        promo    ", true},
	[MM_PROC_SPANNED] = {"        spanned  ", false},
	[MM_PROC_PRESENT] = {"        present  ", false},
	[MM_PROC_MANAGED] = {"        managed  ", false},
	[MM_PROC_CMA] = {"        cma      ", true},
};

static const struct label pageset_label[MM_PROC_NR_PAGESET] = {
	[MM_PROC_COUNT] = {"              count:    ", false},
	[MM_PROC_PCP_HIGH] = {"              high:     ", false},
	[MM_PROC_BATCH] = {"              batch:    ", false},
	[MM_PROC_HIGH_MIN] = {"              high_min: ", true},
	[MM_PROC_HIGH_MAX] = {"              high_max: ", true},
	[MM_PROC_THRESHOLD] = {"  vm stats threshold: ", true},
};

const struct mm_proc_zone *mm_proc_zone_find(const struct mm_proc_zoneinfo *z, unsigned int node,
					     const char *name)
{
	size_t i;

	for (i = 0; i < z->nr_zones; i++) {
		if (z->zone[i].node == node && strcmp(z->zone[i].name, name) == 0)
			return &z->zone[i];
	}
	return NULL;
}

/* ---- reading ---- */

/* Lines "label number", a value and a bit in *has for each that is there. */
static bool read_lines(struct mm_cursor *c, const struct label *label, int nr, uint64_t *v,
		       unsigned int *has)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (label[i].optional && !mm_cursor_is(c, label[i].text))
			continue;
		if (!mm_cursor_text(c, label[i].text) ||
		    !mm_cursor_number(c, 0, &v[i], UINT64_MAX) || !mm_cursor_text(c, "\n"))
			return false;
		*has |= 1u << i;
	}
	return true;
}

static bool read_protection(struct mm_cursor *c, struct mm_proc_zone *z)
{
	if (!mm_cursor_text(c, "        protection: ("))
		return false;
	do {
		if (z->nr_protection == MM_PROC_ZONES_MAX)
			return mm_cursor_refuse(c, 0, "at most %d zones", MM_PROC_ZONES_MAX);
		if (z->nr_protection && !mm_cursor_text(c, ", "))
			return false;
		if (!mm_cursor_number(c, 0, &z->protection[z->nr_protection], UINT64_MAX))
			return false;
		z->nr_protection++;
	} while (mm_cursor_is(c, ","));
	return mm_cursor_text(c, ")\n");
}

static bool read_pageset(struct mm_cursor *c, struct mm_proc_pageset *s)
{
	uint64_t cpu;

	if (!mm_cursor_text(c, "    cpu: ") ||
	    !mm_cursor_number(c, 0, &cpu, MM_PROC_CPUS_MAX - 1) || !mm_cursor_text(c, "\n"))
		return false;
	s->cpu = (unsigned int)cpu;
	return read_lines(c, pageset_label, MM_PROC_NR_PAGESET, s->field, &s->has);
}

static bool read_pagesets(struct mm_cursor *c, struct mm_proc_zone *z)
{
	if (!mm_cursor_text(c, "  pagesets\n"))
		return false;
	do {
		struct mm_proc_pageset *s;

		if (z->nr_pagesets == MM_PROC_CPUS_MAX)
			return mm_cursor_refuse(c, 0, "at most %d CPUs", MM_PROC_CPUS_MAX);
		s = mm_proc_grow(c, z->nr_pagesets, z->pageset, sizeof(*s));
		if (!s)
			return false;
		z->pageset = s;
		if (!read_pageset(c, &s[z->nr_pagesets]))
			return false;
		z->nr_pagesets++;
	} while (mm_cursor_is(c, "    cpu: "));
	return true;
}

static bool read_head(struct mm_cursor *c, struct mm_proc_zone *z)
{
	struct mm_cursor_word name = {z->name, sizeof(z->name), 8};
	uint64_t node;

	if (!mm_cursor_text(c, "Node ") || !mm_cursor_number(c, 0, &node, MM_PROC_NODES_MAX - 1) ||
	    !mm_cursor_text(c, ", zone ") || !mm_cursor_right(c, name) || !mm_cursor_text(c, "\n"))
		return false;
	z->node = (unsigned int)node;
	return true;
}

static bool read_node_stats(struct mm_cursor *c, struct mm_proc_zone *z)
{
	if (!mm_cursor_is(c, "  per-node stats"))
		return true;
	return mm_cursor_text(c, "  per-node stats\n") &&
	       mm_proc_stats_read(c, STAT_INDENT, STAT_WIDTH, &z->node_stats);
}

static bool read_zone(struct mm_cursor *c, struct mm_proc_zone *z)
{
	if (!read_head(c, z) || !read_node_stats(c, z) ||
	    !read_lines(c, pages_label, MM_PROC_NR_PAGES, z->pages, &z->has) ||
	    !read_protection(c, z))
		return false;
	if (!z->pages[MM_PROC_PRESENT])
		return true;
	return mm_proc_stats_read(c, STAT_INDENT, STAT_WIDTH, &z->stats) && read_pagesets(c, z) &&
	       mm_cursor_text(c, "  node_unreclaimable:  ") &&
	       mm_cursor_number(c, 0, &z->unreclaimable, UINT64_MAX) && mm_cursor_text(c, "\n") &&
	       mm_cursor_text(c, "  start_pfn:           ") &&
	       mm_cursor_number(c, 0, &z->start_pfn, UINT64_MAX) && mm_cursor_text(c, "\n");
}

bool mm_proc_zoneinfo_read(struct mm_cursor *c, struct mm_proc_zoneinfo *z)
{
	do {
		struct mm_proc_zone *v;

		if (z->nr_zones == ZONES_MAX)
			return mm_cursor_refuse(c, 0, "at most %zu zones", ZONES_MAX);
		v = mm_proc_grow(c, z->nr_zones, z->zone, sizeof(*v));
		if (!v)
			return false;
		z->zone = v;
		/* counted first: a zone read in part owns lists too */
		z->nr_zones++;
		if (!read_zone(c, &v[z->nr_zones - 1]))
			return false;
	} while (!mm_cursor_at_end(c));
	return true;
}

void mm_proc_zoneinfo_free(struct mm_proc_zoneinfo *z)
{
	size_t i;

	for (i = 0; i < z->nr_zones; i++) {
		free(z->zone[i].node_stats.stat);
		free(z->zone[i].stats.stat);
		free(z->zone[i].pageset);
	}
	free(z->zone);
}

/* ---- printing ---- */

static void print_lines(const struct label *label, int nr, const uint64_t *v, unsigned int has,
			FILE *out)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (has & 1u << i)
			(void)fprintf(out, "%s%llu\n", label[i].text, (unsigned long long)v[i]);
	}
}

static void print_zone(const struct mm_proc_zone *z, FILE *out)
{
	size_t i;

	(void)fprintf(out, "Node %u, zone %8s\n", z->node, z->name);
	if (z->node_stats.nr) {
		(void)fprintf(out, "  per-node stats\n");
		mm_proc_stats_print(&z->node_stats, STAT_INDENT, STAT_WIDTH, out);
	}
	print_lines(pages_label, MM_PROC_NR_PAGES, z->pages, z->has, out);
	(void)fprintf(out, "        protection: (");
	for (i = 0; i < z->nr_protection; i++)
		(void)fprintf(out, "%s%llu", i ? ", " : "", (unsigned long long)z->protection[i]);
	(void)fprintf(out, ")\n");
	if (!z->pages[MM_PROC_PRESENT])
		return;
	mm_proc_stats_print(&z->stats, STAT_INDENT, STAT_WIDTH, out);
	(void)fprintf(out, "  pagesets\n");
	for (i = 0; i < z->nr_pagesets; i++) {
		(void)fprintf(out, "    cpu: %u\n", z->pageset[i].cpu);
		print_lines(pageset_label, MM_PROC_NR_PAGESET, z->pageset[i].field,
			    z->pageset[i].has, out);
	}
	(void)fprintf(out, "  node_unreclaimable:  %llu\n", (unsigned long long)z->unreclaimable);
	(void)fprintf(out, "  start_pfn:           %llu\n", (unsigned long long)z->start_pfn);
}

void mm_proc_zoneinfo_print(const struct mm_proc_zoneinfo *z, FILE *out)
{
	size_t i;

	for (i = 0; i < z->nr_zones; i++)
		print_zone(&z->zone[i], out);
}
