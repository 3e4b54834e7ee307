/* SPDX-License-Identifier: MIT */
/*
 * procfs: four renderers.  Column widths are the kernel's, because parsers
 * split on them.
 */
#include "mm/procfs.h"

#include "mm/migratetype.h"

static uint64_t list_length(const struct zone *z, unsigned int order, int type)
{
	const struct mm_list *head = &z->free_area[order].free_list[type];
	int64_t n = mm_list_check(head, z->spanned);

	return n < 0 ? 0 : (uint64_t)n;
}

void mm_procfs_buddyinfo(const struct mm_machine *m, FILE *out)
{
	unsigned int o;
	int i;

	for (i = 0; i < MM_NR_ZONES; i++) {
		const struct zone *z = &m->zones[i];

		if (!z->present)
			continue;
		(void)fprintf(out, "Node 0, zone %8s ", z->name);
		for (o = 0; o <= m->desc.max_order; o++)
			(void)fprintf(out, "%6llu ", (unsigned long long)z->free_area[o].nr_free);
		(void)fputc('\n', out);
	}
}

static bool type_shown(int type)
{
	return type != MM_MIGRATE_CMA;
}

static void pagetype_free(const struct mm_machine *m, const struct zone *z, FILE *out)
{
	unsigned int o;
	int t;

	for (t = 0; t < MM_MIGRATE_TYPES; t++) {
		if (!type_shown(t))
			continue;
		(void)fprintf(out, "Node %4d, zone %8s, type %12s ", 0, z->name,
			      mm_gfp_migratetype_name((enum mm_migratetype)t));
		for (o = 0; o <= m->desc.max_order; o++)
			(void)fprintf(out, "%6llu ", (unsigned long long)list_length(z, o, t));
		(void)fputc('\n', out);
	}
}

static void pagetype_blocks(const struct mm_machine *m, const struct zone *z, FILE *out)
{
	uint64_t count[MM_MIGRATE_TYPES] = {0};
	uint64_t end = z->start_pfn + z->spanned;
	uint64_t pfn;
	int t;

	/* a pageblock counts where its first frame in the zone lies */
	for (pfn = z->start_pfn; pfn < end;
	     pfn = (mm_migratetype_block(m, pfn) + 1) << m->desc.pageblock_order)
		count[mm_migratetype_get(m, pfn)]++;
	(void)fprintf(out, "Node %d, zone %8s ", 0, z->name);
	for (t = 0; t < MM_MIGRATE_TYPES; t++) {
		if (type_shown(t))
			(void)fprintf(out, "%12llu ", (unsigned long long)count[t]);
	}
	(void)fputc('\n', out);
}

void mm_procfs_pagetypeinfo(const struct mm_machine *m, FILE *out)
{
	unsigned int o;
	int i;

	(void)fprintf(out, "Page block order: %u\n", m->desc.pageblock_order);
	(void)fprintf(out, "Pages per block:  %llu\n\n", 1ull << m->desc.pageblock_order);
	(void)fprintf(out, "%-43s ", "Free pages count per migrate type at order");
	for (o = 0; o <= m->desc.max_order; o++)
		(void)fprintf(out, "%6u ", o);
	(void)fputc('\n', out);
	for (i = 0; i < MM_NR_ZONES; i++) {
		if (m->zones[i].present)
			pagetype_free(m, &m->zones[i], out);
	}
	(void)fprintf(out, "\n%-23s", "Number of blocks type ");
	for (i = 0; i < MM_MIGRATE_TYPES; i++) {
		if (type_shown(i))
			(void)fprintf(out, "%12s ",
				      mm_gfp_migratetype_name((enum mm_migratetype)i));
	}
	(void)fputc('\n', out);
	for (i = 0; i < MM_NR_ZONES; i++) {
		if (m->zones[i].present)
			pagetype_blocks(m, &m->zones[i], out);
	}
}

static void zone_line(FILE *out, const char *name, uint64_t v)
{
	(void)fprintf(out, "\n        %-8s %llu", name, (unsigned long long)v);
}

void mm_procfs_zoneinfo(const struct mm_machine *m, FILE *out)
{
	int i;
	int j;

	for (i = 0; i < MM_NR_ZONES; i++) {
		const struct zone *z = &m->zones[i];

		(void)fprintf(out, "Node %d, zone %8s", 0, z->name);
		(void)fprintf(out, "\n  pages free     %llu", (unsigned long long)z->nr_free_pages);
		zone_line(out, "boost", z->boost);
		zone_line(out, "min", mm_zone_wmark(z, MM_WMARK_MIN));
		zone_line(out, "low", mm_zone_wmark(z, MM_WMARK_LOW));
		zone_line(out, "high", mm_zone_wmark(z, MM_WMARK_HIGH));
		zone_line(out, "promo", mm_zone_wmark(z, MM_WMARK_PROMO));
		zone_line(out, "spanned", z->spanned);
		zone_line(out, "present", z->present);
		zone_line(out, "managed", z->managed);
		zone_line(out, "cma", 0);
		(void)fprintf(out, "\n        protection: (");
		for (j = 0; j < MM_NR_ZONES; j++)
			(void)fprintf(out, "%s%llu", j ? ", " : "",
				      (unsigned long long)z->lowmem_reserve[j]);
		(void)fputs(")\n", out);
		if (!z->present)
			continue;
		(void)fprintf(out, "      %-12s %llu\n", "nr_free_pages",
			      (unsigned long long)z->nr_free_pages);
		(void)fprintf(out, "  start_pfn:           %llu\n",
			      (unsigned long long)z->start_pfn);
	}
}

unsigned int mm_procfs_unusable(const struct mm_machine *m, const struct zone *z,
				unsigned int order)
{
	uint64_t suitable = 0;
	uint64_t free_pages = 0;
	unsigned int o;

	for (o = 0; o <= m->desc.max_order; o++) {
		uint64_t pages = z->free_area[o].nr_free << o;

		free_pages += pages;
		if (o >= order)
			suitable += pages;
	}
	if (!free_pages)
		return 1000;
	return (unsigned int)((free_pages - suitable) * 1000 / free_pages);
}

void mm_procfs_unusable_index(const struct mm_machine *m, FILE *out)
{
	unsigned int o;
	int i;

	for (i = 0; i < MM_NR_ZONES; i++) {
		const struct zone *z = &m->zones[i];

		if (!z->present)
			continue;
		(void)fprintf(out, "Node 0, zone %8s ", z->name);
		for (o = 0; o <= m->desc.max_order; o++) {
			unsigned int index = mm_procfs_unusable(m, z, o);

			(void)fprintf(out, "%u.%03u ", index / 1000, index % 1000);
		}
		(void)fputc('\n', out);
	}
}
