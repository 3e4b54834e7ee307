/* SPDX-License-Identifier: MIT */
/* zone properties: sizes counted frame by frame, and the digest. */
#include "mm/zone.h"

#include "mm/page.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool in_ranges(const struct mm_range *r, int nr, uint64_t pfn)
{
	bool in = false;
	int i;

	for (i = 0; i < nr; i++)
		in |= pfn >= r[i].start && pfn < r[i].end;
	return in;
}

/* Node, type and kind of each frame, found frame by frame. */
static bool is_of(const struct mm_machine *m, uint64_t pfn, const struct zone *z)
{
	const struct mm_machine_desc *d = &m->desc;
	uint64_t below = z->type ? d->zone_end[z->type - 1] : 0;
	bool cut;
	int i;

	for (i = 0; i < d->nr_ram; i++) {
		if (pfn >= d->ram[i].start && pfn < d->ram[i].end)
			break;
	}
	if (i == d->nr_ram || d->ram[i].nid != z->nid)
		return false;
	cut = m->movable_pfn[z->nid] && pfn >= m->movable_pfn[z->nid] &&
	      !(d->kernelcore_mirror && (d->ram[i].flags & MM_RAM_MIRROR));
	if (cut)
		return z->type == MM_ZONE_MOVABLE;
	return pfn >= below && pfn < d->zone_end[z->type];
}

static void check_zone(struct mm_prop_run *p, const struct mm_machine *m, int id)
{
	const struct mm_machine_desc *d = &m->desc;
	const struct zone *z = &m->zones[id];
	uint64_t present = 0;
	uint64_t managed = 0;
	uint64_t pfn;

	for (pfn = 0; pfn < m->max_pfn; pfn++) {
		if (!is_of(m, pfn, z))
			continue;
		present++;
		managed += !in_ranges(d->reserved, d->nr_reserved, pfn);
		PROP(p, mm_zone_spans(z, pfn), "%s: pfn %llu lies outside", z->name,
		     (unsigned long long)pfn);
	}
	PROP(p, z->present == present && z->managed == managed, "%s: present %llu managed %llu",
	     z->name, (unsigned long long)z->present, (unsigned long long)z->managed);
	PROP(p, !z->deferred, "%s: %llu frames never come", z->name,
	     (unsigned long long)z->deferred);
	PROP(p, m->desc.deferred || z->vm_stat[MM_NR_FREE_PAGES] == (int64_t)managed,
	     "%s: %lld free at boot", z->name, (long long)z->vm_stat[MM_NR_FREE_PAGES]);
	PROP(p,
	     !mm_zone_spans(z, z->start_pfn + z->spanned) &&
		     (!z->start_pfn || !mm_zone_spans(z, z->start_pfn - 1)),
	     "%s: past its edges", z->name);
	PROP(p, z->lock.rank == MM_LOCK_RANK_ZONE && strcmp(z->lock.name, "zone->lock") == 0,
	     "%s: its lock", z->name);
	PROP(p,
	     mm_zone_managed(z) == (managed != 0) && z->id == id &&
		     mm_zone_at(m, z->nid, z->type) == z &&
		     strcmp(z->name, mm_gfp_zone_name(z->type)) == 0,
	     "%s: its name", z->name);
}

/* A node's zones reach from its first frame to its last, holes at zone borders too:
 * DMA32 of a PC ends at 4 GiB, not where RAM below it ends. */
static void spans_keep_holes_at_limits(struct mm_prop_run *p)
{
	struct mm_machine *m =
		mm_boot("ram=1M-3M,5M-8M dma32=4M max_order=6 pageblock_order=3", NULL);
	const struct zone *dma32 = m ? &m->zones[MM_ZONE_DMA32] : NULL;
	const struct zone *normal = m ? &m->zones[MM_ZONE_NORMAL] : NULL;

	PROP(p, m, "the machine does not boot");
	PROP(p, dma32->start_pfn == 256 && dma32->spanned == 768 && dma32->present == 512,
	     "DMA32 spans %llu from %llu", (unsigned long long)dma32->spanned,
	     (unsigned long long)dma32->start_pfn);
	PROP(p, normal->start_pfn == 1024 && normal->spanned == 1024 && normal->present == 768,
	     "Normal spans %llu from %llu", (unsigned long long)normal->spanned,
	     (unsigned long long)normal->start_pfn);
	mm_machine_destroy(m);
}

static void sizes_are_what_was_described(struct mm_prop_run *p)
{
	char machine[MM_WALK_MACHINE_LEN];
	struct mm_machine *m;
	int64_t sum = 0;
	int z;

	mm_walk_any_machine(p, machine, sizeof(machine));
	m = mm_boot(machine, NULL);
	PROP(p, m, "%s does not boot", machine);
	mm_walk_make_ready(m);
	for (z = 0; z < m->nr_zones && !p->failures; z++) {
		check_zone(p, m, z);
		sum += m->zones[z].vm_stat[MM_NR_FREE_PAGES];
	}
	PROP(p, m->vm_stat[MM_NR_FREE_PAGES] == sum, "the machine's total is %lld, not %lld",
	     (long long)m->vm_stat[MM_NR_FREE_PAGES], (long long)sum);
	mm_machine_destroy(m);
}

/* ---- what the kernel says at boot ---- */

/* dmesg of Linux 6.18 on a PC with 24 GiB, less the lines about zone Device and where
 * memory is; it has one page below the first range that has a struct page, and 97 in
 * the hole of the BIOS. */
static const char boot_log[] = "Zone ranges:\n"
			       "  DMA      [mem 0x0000000000001000-0x0000000000ffffff]\n"
			       "  DMA32    [mem 0x0000000001000000-0x00000000ffffffff]\n"
			       "  Normal   [mem 0x0000000100000000-0x000000063fffffff]\n"
			       "Movable zone start for each node\n"
			       "Early memory node ranges\n"
			       "  node   0: [mem 0x0000000000001000-0x000000000009efff]\n"
			       "  node   0: [mem 0x0000000000100000-0x00000000bfffffff]\n"
			       "  node   0: [mem 0x0000000100000000-0x000000063fffffff]\n"
			       "Initmem setup node 0 [mem 0x0000000000001000-0x000000063fffffff]\n"
			       "On node 0, zone DMA: 1 pages in unavailable ranges\n"
			       "On node 0, zone DMA: 97 pages in unavailable ranges\n"
			       "Fallback order for Node 0: 0 \n"
			       "Built 1 zonelists, mobility grouping on.  Total pages: 6291358\n"
			       "Policy zone: Normal\n";

/* Sizes of its /proc/zoneinfo: start, spanned, present. */
static const uint64_t boot_sizes[3][3] = {
	{1, 4095, 3998}, {4096, 1044480, 782336}, {1048576, 5505024, 5505024}};

/* The caller's to free; NULL: no host memory. */
static char *boot_says(const struct mm_machine *m)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	mm_zone_print_boot(m, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static void a_pc_boots_as_it_says(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4K-636K,1M-3G,4G-25G profile=x86-64 cpus=2 "
				       "contents=none deferred=on",
				       NULL);
	char *text = m ? boot_says(m) : NULL;
	int z;

	PROP(p, text, "no machine, or no host memory");
	PROP(p, strncmp(text, boot_log, strlen(boot_log)) == 0, "not what Linux says:\n%s", text);
	for (z = 0; z < 3; z++) {
		const struct zone *zone = &m->zones[z];

		PROP(p,
		     zone->start_pfn == boot_sizes[z][0] && zone->spanned == boot_sizes[z][1] &&
			     zone->present == boot_sizes[z][2],
		     "%s: start %llu spanned %llu present %llu", zone->name,
		     (unsigned long long)zone->start_pfn, (unsigned long long)zone->spanned,
		     (unsigned long long)zone->present);
	}
	free(text);
	mm_machine_destroy(m);
}

static void check_boot_says(struct mm_prop_run *p, const char *machine, const char *const *lines,
			    size_t nr)
{
	struct mm_machine *m = mm_boot(machine, NULL);
	char *text = m ? boot_says(m) : NULL;
	size_t i;

	PROP(p, text, "no machine, or no host memory");
	for (i = 0; i < nr; i++)
		PROP(p, strstr(text, lines[i]), "no lines\n%sin\n%s", lines[i], text);
	free(text);
	mm_machine_destroy(m);
}

/* Nodes and what is Movable of them. */
static void nodes_are_said_at_boot(struct mm_prop_run *p)
{
	static const char *const lines[] = {
		"Movable zone start for each node\n  Node 0: 0x0000000000200000\n"
		"  Node 1: 0x0000000000600000\nEarly",
		"  node   1: [mem 0x0000000000400000-0x00000000007fffff]\n",
		"Initmem setup node 2 as memoryless\n",
		"Fallback order for Node 2: 0 1 \n",
		"Built 3 zonelists, mobility grouping on.  Total pages: 2048\n"
		"Policy zone: Normal\n",
		"Memory: 8128K/8192K available (64K reserved, 0K cma-reserved)\n",
	};

	check_boot_says(p,
			"ram=8M nodes=0-4M/4M-8M/none cpus=3 kernelcore=4M reserved=0-64K "
			"max_order=6 pageblock_order=3",
			lines, sizeof(lines) / sizeof(lines[0]));
}

/* The last hole ends with its section, though part of the section could be left out. */
static void the_last_hole_is_said_at_boot(struct mm_prop_run *p)
{
	static const char *const lines[] = {
		"On node 0, zone Normal: 768 pages in unavailable ranges\n"};

	check_boot_says(p, "ram=5M section=4M memmodel=sparse max_order=6 pageblock_order=3", lines,
			1);
}

static void all_zones_are_summed_up_at_boot(struct mm_prop_run *p)
{
	static const char *const lines[] = {
		"Total pages: 1024\nPolicy zone: Normal\n",
		"Memory: 4080K/4096K available (16K reserved, 0K cma-reserved)\n"};

	check_boot_says(p, "ram=4M dma=1M dma32=2M reserved=0-16K max_order=6 pageblock_order=3",
			lines, 2);
}

/* A hole of terabytes, whose last megabyte has struct pages. */
static void far_holes_are_said_at_boot(struct mm_prop_run *p)
{
	static const char *const lines[] = {
		"On node 0, zone Normal: 256 pages in unavailable ranges\n"};

	p->checks++;
	if (mm_walk_has_far())
		check_boot_says(p,
				"ram=0-4M,20971521M-20971524M section=4M memmodel=sparse "
				"deferred=on max_order=6 pageblock_order=3",
				lines, 1);
}

/* The order of a list and the counts are state; the digest sees them. */
static void lists_are_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(mm_walk_machines[0], NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	struct mm_list *list;
	struct mm_list *moved;
	uint64_t boot;
	uint64_t i;

	PROP(p, m, "the machine does not boot");
	boot = mm_machine_digest_sweep(m);
	list = &z->free_area[6].free_list[MM_MIGRATE_MOVABLE];
	moved = list->next;
	for (i = prop_below(p, 15); i > 0; i--)
		moved = moved->next;
	/* one place on at a time; 15 times would lead back to where it was */
	for (i = 0; i < 14; i++) {
		struct mm_list *after = moved->next == list ? list->next : moved->next;

		mm_list_del(moved);
		mm_list_add_between(moved, after, after->next);
		PROP(p, mm_machine_digest_sweep(m) != boot,
		     "the order of a list is not in the digest");
	}
	mm_machine_reset(m);
	for (i = 0; i <= m->desc.max_order; i++) {
		z->free_area[i].nr_free ^= 1;
		PROP(p, mm_machine_digest_sweep(m) != boot, "nr_free is not in the digest");
		z->free_area[i].nr_free ^= 1;
	}
	PROP(p, mm_machine_digest_sweep(m) == boot, "the way back gives another digest");
	mm_machine_destroy(m);
}

/* Each count of a zone, from what it is at boot and from another. */
static void counts_are_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(mm_walk_machines[0], NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	size_t i;

	PROP(p, m, "the machine does not boot");
	for (i = 0; i < 6; i++) {
		uint64_t *count = (uint64_t *const[]){(uint64_t *)&z->vm_stat[MM_NR_FREE_PAGES],
						      (uint64_t *)&z->vm_stat[MM_NR_FREE_CMA],
						      (uint64_t *)&z->vm_stat[MM_NR_ZONE_CACHE],
						      &z->nr_isolated,
						      &z->nr_reserved_highatomic,
						      &z->nr_free_highatomic}[i];
		uint64_t boot = mm_machine_digest_sweep(m);
		uint64_t more;

		*count += 1;
		more = mm_machine_digest_sweep(m);
		PROP(p, more != boot, "count %zu is not in the digest", i);
		*count += 1;
		PROP(p, mm_machine_digest_sweep(m) != more && mm_machine_digest_sweep(m) != boot,
		     "of count %zu only that it is not 0 is in the digest", i);
		*count -= 2;
		PROP(p, mm_machine_digest_sweep(m) == boot, "the way back gives another digest");
	}
	mm_machine_destroy(m);
}

/* HighMem is part of the memory there is, and said apart. */
static void highmem_is_said_at_boot(struct mm_prop_run *p)
{
	static const char *const lines[] = {
		"Memory: 3584K/4096K available (0K reserved, 512K cma-reserved, 1024K highmem)\n"};

	check_boot_says(p, "ram=4M normal=2M highmem=3M cma=2560K-3M max_order=6 pageblock_order=3",
			lines, 1);
}

/* ---- plantings ---- */

static struct zone *normal(const struct mm_victim *v)
{
	return &v->m->zones[MM_ZONE_NORMAL];
}

static void more_than_it_spans(struct mm_victim *v)
{
	normal(v)->present = normal(v)->spanned + 1;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
}

static void over_its_limit(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_MOVABLE].spanned++;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_MOVABLE);
}

static void before_its_limit(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_MOVABLE].start_pfn--;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_MOVABLE);
}

static void frames_of_another_node(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_DMA].present++;
	v->m->zones[MM_ZONE_DMA].spanned++;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_DMA);
}

static void span_beyond_its_zones(struct mm_victim *v)
{
	struct zone *z = normal(v);

	z->spanned--;
	z->present--;
	z->managed--;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
}

static void walk_skips_a_zone(struct mm_victim *v)
{
	struct zonelist *l = mm_zone_list_of(v->m, 0, MM_ZONELIST_FALLBACK, MM_ZONE_MOVABLE);

	l->zone[0] = l->zone[1];
}

static void own_list_goes_on(struct mm_victim *v)
{
	struct zonelist *l = mm_zone_list_of(v->m, 0, MM_ZONELIST_NOFALLBACK, MM_ZONE_NORMAL);

	l->zone[1] = l->zone[0];
	l->zone[2] = NULL;
}

static const struct mm_plant plants[] = {
	{"node.spanned", frames_of_another_node, "zone.size_order", false},
	{"node.spanned", span_beyond_its_zones, "zone.conservation touched.complete", false},
	{"zone.lists_order", walk_skips_a_zone, NULL, false},
	{"zone.lists_order", own_list_goes_on, NULL, false},
	{"zone.size_order", more_than_it_spans, "node.spanned", false},
	{"zone.size_order", over_its_limit, "node.spanned", false},
	{"zone.size_order", before_its_limit, "node.spanned", false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

static void what_is_deferred_is_said_at_boot(struct mm_prop_run *p)
{
	static const char *const lines[] = {"deferred: 1024 pages left to be made ready\n"};

	check_boot_says(p, "ram=4M max_order=6 pageblock_order=3 section=1M deferred=on", lines, 1);
}

/* A machine with HighMem, too small to group by mobility. */
static void grouping_off_is_said_at_boot(struct mm_prop_run *p)
{
	static const char *const lines[] = {
		"  HighMem  [mem 0x0000000000020000-0x000000000003ffff]\n",
		"mobility grouping off.  Total pages: 64\nPolicy zone: HighMem\n",
		"K/256K available (0K reserved, 0K cma-reserved, 128K highmem)\n",
	};

	check_boot_says(p, "ram=256K normal=128K highmem=256K max_order=5 pageblock_order=5", lines,
			sizeof(lines) / sizeof(lines[0]));
}

const struct mm_prop mm_zone_props[] = {
	{"zone.what_is_deferred_is_said_at_boot", what_is_deferred_is_said_at_boot, 1},
	{"zone.grouping_off_is_said_at_boot", grouping_off_is_said_at_boot, 1},
	{"zone.sizes_are_what_was_described", sizes_are_what_was_described, 80},
	{"zone.spans_keep_holes_at_limits", spans_keep_holes_at_limits, 1},
	{"zone.a_pc_boots_as_it_says", a_pc_boots_as_it_says, 1},
	{"zone.the_last_hole_is_said_at_boot", the_last_hole_is_said_at_boot, 1},
	{"zone.all_zones_are_summed_up_at_boot", all_zones_are_summed_up_at_boot, 1},
	{"zone.far_holes_are_said_at_boot", far_holes_are_said_at_boot, 1},
	{"zone.nodes_are_said_at_boot", nodes_are_said_at_boot, 1},
	{"zone.counts_are_in_the_digest", counts_are_in_the_digest, 1},
	{"zone.highmem_is_said_at_boot", highmem_is_said_at_boot, 1},
	{"zone.lists_are_in_the_digest", lists_are_in_the_digest, 10},
	{"zone." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
