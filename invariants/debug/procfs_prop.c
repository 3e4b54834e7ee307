/* SPDX-License-Identifier: MIT */
/*
 * procfs properties: given a real kernel's numbers, the text is that kernel's
 * to the letter; given any machine, the text read back is the machine.
 */
#include "mm/procfs.h"

#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <stdlib.h>
#include <string.h>

typedef void (*render_fn)(const struct mm_machine *m, FILE *out);

/* What a renderer prints; NULL when host memory is gone. */
static char *text_of(render_fn render, const struct mm_machine *m)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	render(m, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* ---- to the letter ---- */

/* Linux 6.18, 2 CPUs, 24 GiB: what its files said at one moment. */
static const char buddyinfo[] =
	"Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      "
	"1      3 \n"
	"Node 0, zone    DMA32      1      3      4      2      5      4      3      4      5      "
	"3    751 \n"
	"Node 0, zone   Normal   1824   2198    973    716    467    783    542    380    203    "
	"189    930 \n";

static const char *const pagetypeinfo[] = {
	"Page block order: 9\nPages per block:  512\n\n",
	"Free pages count per migrate type at order       0      1      2      3      4      5      "
	"6      7      8      9     10 \n",
	"Node    0, zone   Normal, type    Unmovable      0      1      2      3      4      5      "
	"6      7      8      9     10 \n",
	"Node    0, zone   Normal, type      Movable      0      0      0      0      0      0      "
	"0      0      0      0      0 \n",
	"\nNumber of blocks type     Unmovable      Movable  Reclaimable   HighAtomic      Isolate "
	"\n",
	"Node 0, zone      DMA            1            7            0            0            0 \n",
};

static const char zoneinfo_dma32[] = "Node 0, zone    DMA32\n"
				     "  pages free     772791\n"
				     "        boost    0\n"
				     "        min      6065\n"
				     "        low      7581\n"
				     "        high     9097\n"
				     "        promo    10613\n"
				     "        spanned  1044480\n"
				     "        present  782336\n"
				     "        managed  772917\n"
				     "        cma      0\n"
				     "        protection: (0, 0, 5376, 5376, 5376)\n"
				     "      nr_free_pages 772791\n"
				     "  start_pfn:           4096\n";

static const char zoneinfo_movable[] = "Node 0, zone  Movable\n"
				       "  pages free     0\n"
				       "        boost    0\n"
				       "        min      32\n"
				       "        low      32\n"
				       "        high     32\n"
				       "        promo    32\n"
				       "        spanned  0\n"
				       "        present  0\n"
				       "        managed  0\n"
				       "        cma      0\n"
				       "        protection: (0, 0, 0, 0, 0)\n";

/* A machine that is nothing but numbers to print. */
struct paper {
	struct mm_machine m;
	struct zone zones[MM_NR_ZONES];
	uint8_t pageblock[8];
	struct mm_list link[11][11];
};

static struct paper *paper_create(struct mm_prop_run *p)
{
	struct paper *pa = calloc(1, sizeof(*pa));
	unsigned int o;
	int z;
	int t;

	if (!pa) {
		prop_fail(p, __FILE__, __LINE__, "no host memory");
		return NULL;
	}
	pa->m.zones = pa->zones;
	pa->m.pageblock = pa->pageblock;
	pa->m.nr_pageblocks = 8;
	pa->m.desc.max_order = 10;
	pa->m.desc.pageblock_order = 9;
	for (z = 0; z < MM_NR_ZONES; z++) {
		pa->zones[z].name = mm_gfp_zone_name((enum mm_zone_type)z);
		for (o = 0; o < MM_NR_ORDERS; o++) {
			for (t = 0; t < MM_MIGRATE_TYPES; t++)
				mm_list_init(&pa->zones[z].free_area[o].free_list[t]);
		}
	}
	return pa;
}

static void buddyinfo_to_the_letter(struct mm_prop_run *p)
{
	static const uint64_t nr_free[3][11] = {
		{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 3},
		{1, 3, 4, 2, 5, 4, 3, 4, 5, 3, 751},
		{1824, 2198, 973, 716, 467, 783, 542, 380, 203, 189, 930},
	};
	struct paper *pa = paper_create(p);
	char *text;
	int z;
	int o;

	if (!pa)
		return;
	for (z = 0; z < 3; z++) {
		pa->zones[z].present = 1;
		for (o = 0; o < 11; o++)
			pa->zones[z].free_area[o].nr_free = nr_free[z][o];
	}
	text = text_of(mm_procfs_buddyinfo, &pa->m);
	PROP(p, text && strcmp(text, buddyinfo) == 0, "not what Linux prints:\n%s", text);
	free(text);
	free(pa);
}

static void pagetypeinfo_to_the_letter(struct mm_prop_run *p)
{
	struct paper *pa = paper_create(p);
	char *text;
	size_t i;
	int o;
	int n;

	if (!pa)
		return;
	/* Normal: as many Unmovable blocks of an order as its number */
	pa->zones[MM_ZONE_NORMAL].present = 1;
	pa->zones[MM_ZONE_NORMAL].spanned = 4096;
	for (o = 0; o < 11; o++) {
		struct free_area *area = &pa->zones[MM_ZONE_NORMAL].free_area[o];

		for (n = 0; n < o; n++)
			mm_list_add(&pa->link[o][n], &area->free_list[MM_MIGRATE_UNMOVABLE]);
	}
	/* DMA: eight pageblocks, the first begins at frame 1 */
	pa->zones[MM_ZONE_DMA].present = 3998;
	pa->zones[MM_ZONE_DMA].start_pfn = 1;
	pa->zones[MM_ZONE_DMA].spanned = 4095;
	memset(pa->pageblock, MM_MIGRATE_MOVABLE, sizeof(pa->pageblock));
	pa->pageblock[0] = MM_MIGRATE_UNMOVABLE;
	text = text_of(mm_procfs_pagetypeinfo, &pa->m);
	for (i = 0; i < sizeof(pagetypeinfo) / sizeof(pagetypeinfo[0]); i++)
		PROP(p, text && strstr(text, pagetypeinfo[i]), "no line\n%sin\n%s", pagetypeinfo[i],
		     text);
	PROP(p, !strstr(text, "CMA"), "a type that this kernel does not print");
	free(text);
	free(pa);
}

static void zoneinfo_to_the_letter(struct mm_prop_run *p)
{
	static const uint64_t wmark[MM_NR_WMARK] = {6065, 7581, 9097, 10613};
	struct paper *pa = paper_create(p);
	struct zone *z;
	char *text;
	int i;

	if (!pa)
		return;
	z = &pa->zones[MM_ZONE_DMA32];
	z->start_pfn = 4096;
	z->spanned = 1044480;
	z->present = 782336;
	z->managed = 772917;
	z->nr_free_pages = 772791;
	memcpy(z->wmark, wmark, sizeof(wmark));
	for (i = MM_ZONE_NORMAL; i < MM_NR_ZONES; i++)
		z->lowmem_reserve[i] = 5376;
	for (i = 0; i < MM_NR_WMARK; i++)
		pa->zones[MM_ZONE_MOVABLE].wmark[i] = 32;
	text = text_of(mm_procfs_zoneinfo, &pa->m);
	PROP(p, text && strstr(text, zoneinfo_dma32), "not what Linux prints:\n%s", text);
	PROP(p, strstr(text, zoneinfo_movable), "an empty zone, not as Linux prints it:\n%s", text);
	free(text);
	free(pa);
}

/* ---- read back ---- */

/* A machine after a random trace; false, and p has failed, when there is none. */
static bool used_machine(struct mm_prop_run *p, struct mm_walk *w)
{
	const struct mm_run_options o = {.measure = false};
	char machine[MM_WALK_MACHINE_LEN];
	struct mm_trace t;
	int err;

	mm_walk_any_machine(p, machine, sizeof(machine));
	if (!mm_walk_open(w, p, machine))
		return false;
	mm_trace_init(&t);
	mm_walk_trace(p, &t, machine, 100);
	err = mm_run_trace(w->run, &t, &o);
	mm_trace_free(&t);
	w->run->trace = NULL;
	if (!err)
		return true;
	prop_fail(p, __FILE__, __LINE__, "no host memory");
	mm_walk_close(w);
	return false;
}

/* The numbers behind `head` in the text, as many as there are on its line. */
static int numbers_after(const char *text, const char *head, uint64_t *to, int max)
{
	const char *at = strstr(text, head);
	int n = 0;

	if (!at)
		return -1;
	at += strlen(head);
	while (n < max && *at != '\n') {
		char *end;

		to[n] = strtoull(at, &end, 10);
		if (end == at)
			break;
		n++;
		at = end;
	}
	return n;
}

static void check_zone(struct mm_prop_run *p, const struct mm_machine *m, const struct zone *z,
		       const char *text)
{
	uint64_t n[MM_NR_ORDERS + 1];
	int nr = (int)m->desc.max_order + 1;
	char head[80];
	int o;
	int t;

	(void)snprintf(head, sizeof(head), "Node 0, zone %8s ", z->name);
	PROP(p, numbers_after(text, head, n, MM_NR_ORDERS + 1) == nr, "buddyinfo: columns");
	for (o = 0; o < nr; o++)
		PROP(p, n[o] == z->free_area[o].nr_free, "buddyinfo: %s order %d", z->name, o);
	text = strstr(text, "Free pages count");
	for (t = 0; t < MM_MIGRATE_TYPES; t++) {
		(void)snprintf(head, sizeof(head), "zone %8s, type %12s ", z->name,
			       mm_gfp_migratetype_name((enum mm_migratetype)t));
		if (t == MM_MIGRATE_CMA)
			continue;
		PROP(p, numbers_after(text, head, n, MM_NR_ORDERS + 1) == nr,
		     "pagetypeinfo: columns of %s", head);
		for (o = 0; o < nr; o++)
			PROP(p,
			     (int64_t)n[o] ==
				     mm_list_check(&z->free_area[o].free_list[t], z->spanned),
			     "pagetypeinfo: %s type %d order %d", z->name, t, o);
	}
	/* every pageblock that begins in the zone, or holds its first frame */
	text = strstr(text, "Number of blocks");
	(void)snprintf(head, sizeof(head), "Node 0, zone %8s ", z->name);
	PROP(p, numbers_after(text, head, n, 6) == 5, "pagetypeinfo: columns of types");
	PROP(p,
	     n[0] + n[1] + n[2] + n[3] + n[4] ==
		     mm_migratetype_block(m, z->start_pfn + z->spanned - 1) -
			     mm_migratetype_block(m, z->start_pfn) + 1,
	     "pagetypeinfo: pageblocks of %s", z->name);
}

static void buddyinfo_and_pagetypeinfo(const struct mm_machine *m, FILE *out)
{
	mm_procfs_buddyinfo(m, out);
	mm_procfs_pagetypeinfo(m, out);
}

static void buddyinfo_reads_back(struct mm_prop_run *p)
{
	struct mm_walk w;
	char head[40];
	char *text;
	int z;

	if (!used_machine(p, &w))
		return;
	text = text_of(buddyinfo_and_pagetypeinfo, w.m);
	for (z = 0; z < MM_NR_ZONES && text; z++) {
		const struct zone *zone = &w.m->zones[z];

		(void)snprintf(head, sizeof(head), "zone %8s", zone->name);
		PROP(p, (strstr(text, head) != NULL) == (zone->present != 0), "%s: printed or not",
		     zone->name);
		if (zone->present)
			check_zone(p, w.m, zone, text);
	}
	free(text);
	mm_walk_close(&w);
}

static void check_number(struct mm_prop_run *p, const char *text, const char *head, uint64_t want)
{
	uint64_t n = 0;

	PROP(p, numbers_after(text, head, &n, 1) == 1 && n == want, "zoneinfo: %s %llu, not %llu",
	     head, (unsigned long long)n, (unsigned long long)want);
}

static void zoneinfo_reads_back(struct mm_prop_run *p)
{
	struct mm_walk w;
	const char *at;
	char *text;
	int z;

	if (!used_machine(p, &w))
		return;
	text = text_of(mm_procfs_zoneinfo, w.m);
	PROP(p, text, "no host memory");
	at = text;
	for (z = 0; z < MM_NR_ZONES && at; z++) {
		const struct zone *zone = &w.m->zones[z];

		at = strstr(at, zone->name);
		PROP(p, at, "zoneinfo: no zone %s", zone->name);
		check_number(p, at, "pages free", zone->nr_free_pages);
		check_number(p, at, "min", mm_zone_wmark(zone, MM_WMARK_MIN));
		check_number(p, at, "low", mm_zone_wmark(zone, MM_WMARK_LOW));
		check_number(p, at, "high", mm_zone_wmark(zone, MM_WMARK_HIGH));
		check_number(p, at, "promo", mm_zone_wmark(zone, MM_WMARK_PROMO));
		check_number(p, at, "spanned", zone->spanned);
		check_number(p, at, "present", zone->present);
		check_number(p, at, "managed", zone->managed);
		check_number(p, at, "protection: (", zone->lowmem_reserve[0]);
		if (zone->present)
			check_number(p, at, "start_pfn:", zone->start_pfn);
	}
	free(text);
	mm_walk_close(&w);
}

/* ---- the unusable index ---- */

static void unusable_is_a_share(struct mm_prop_run *p)
{
	struct mm_walk w;
	int z;

	if (!used_machine(p, &w))
		return;
	for (z = 0; z < MM_NR_ZONES; z++) {
		const struct zone *zone = &w.m->zones[z];
		uint64_t small = 0;
		unsigned int o;

		for (o = 0; o <= w.m->desc.max_order; o++) {
			/* frames in blocks below the order, of all that are free */
			uint64_t want =
				zone->nr_free_pages ? small * 1000 / zone->nr_free_pages : 1000;

			PROP(p, mm_procfs_unusable(w.m, zone, o) == want, "%s order %u: %u",
			     zone->name, o, mm_procfs_unusable(w.m, zone, o));
			small += zone->free_area[o].nr_free << o;
		}
	}
	mm_walk_close(&w);
}

static void unusable_index_is_printed(struct mm_prop_run *p)
{
	struct paper *pa = paper_create(p);
	char *text;

	if (!pa)
		return;
	pa->m.desc.max_order = 4;
	pa->zones[MM_ZONE_NORMAL].present = 1;
	pa->zones[MM_ZONE_NORMAL].free_area[0].nr_free = 3;
	pa->zones[MM_ZONE_NORMAL].free_area[2].nr_free = 1;
	pa->zones[MM_ZONE_MOVABLE].present = 1;
	text = text_of(mm_procfs_unusable_index, &pa->m);
	PROP(p,
	     text && strcmp(text, "Node 0, zone   Normal 0.000 0.428 0.428 1.000 1.000 \n"
				  "Node 0, zone  Movable 1.000 1.000 1.000 1.000 1.000 \n") == 0,
	     "printed as\n%s", text);
	free(text);
	free(pa);
}

const struct mm_prop mm_procfs_props[] = {
	{"procfs.buddyinfo_to_the_letter", buddyinfo_to_the_letter, 1},
	{"procfs.pagetypeinfo_to_the_letter", pagetypeinfo_to_the_letter, 1},
	{"procfs.zoneinfo_to_the_letter", zoneinfo_to_the_letter, 1},
	{"procfs.buddyinfo_and_pagetypeinfo_read_back", buddyinfo_reads_back, 30},
	{"procfs.zoneinfo_reads_back", zoneinfo_reads_back, 30},
	{"procfs.unusable_is_a_share", unusable_is_a_share, 30},
	{"procfs.unusable_index_is_printed", unusable_index_is_printed, 1},
	{NULL, NULL, 0},
};
