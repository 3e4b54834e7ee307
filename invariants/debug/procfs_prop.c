/* SPDX-License-Identifier: MIT */
/*
 * procfs properties: given a real kernel's numbers, the text is that kernel's
 * to the letter; given any machine, the
 * text parsed is the machine.
 */
#include "mm/procfs.h"

#include "mm/page.h"
#include "mm/page_alloc.h"
#include "mm/pcp.h"

#include "fuzz/import/proc.h"
#include "invariants/debug/procfs/prop.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/proc_machine.h"
#include "invariants/engine/proc_try.h"
#include "invariants/engine/prop.h"

#include <stdlib.h>
#include <string.h>

/* Where the tree lies; without it, the folder the program runs in. */
#ifndef MM_SOURCE_DIR
#define MM_SOURCE_DIR "."
#endif

#define SAVED_VMSTAT MM_SOURCE_DIR "/corpus/recordings/proc/linux-6.18-2cpu-24g/vmstat"

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

static const char *const zoneinfo_dma32[] = {
	"Node 0, zone    DMA32\n"
	"  per-node stats\n"
	"      nr_inactive_anon 0\n",
	"      pgdemote_khugepaged 0\n"
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
	"        protection: (0, 0, 5376, 5376)\n"
	"      nr_free_pages 772791\n"
	"      nr_zone_inactive_anon 0\n",
	"      nr_free_cma  0\n"
	"      numa_hit     5\n"
	"      numa_miss    0\n"
	"      numa_foreign 0\n"
	"      numa_interleave 0\n"
	"      numa_local   5\n"
	"      numa_other   0\n"
	"  pagesets\n"
	"    cpu: 0\n"
	"              count:    63\n"
	"              high:     3790\n"
	"              batch:    63\n"
	"              high_min: 3790\n"
	"              high_max: 48307\n"
	"  vm stats threshold: 24\n"
	"    cpu: 1\n"
	"              count:    63\n"
	"              high:     3790\n"
	"              batch:    63\n"
	"              high_min: 3790\n"
	"              high_max: 48307\n"
	"  vm stats threshold: 24\n"
	"  node_unreclaimable:  0\n"
	"  start_pfn:           4096\n"
	"Node 0, zone   Normal\n"
	"  pages free     0\n",
};

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
				       "        protection: (0, 0, 0, 0)\n";

/* A machine that is nothing but numbers to print. */
struct paper {
	struct mm_machine m;
	struct zone zones[MM_NR_ZONES];
	struct per_cpu_pages pageset[MM_NR_ZONES][2];
	struct per_cpu_zonestat zonestats[MM_NR_ZONES][2];
	uint64_t vm_events[2 * MM_VM_STRIDE];
	uint8_t pageblock[8];
	struct mm_list link[11][11];
	struct page memmap[4096]; /* of zone DMA, all of them */
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
	pa->m.nr_zones = MM_NR_ZONES;
	pa->m.memmap = pa->memmap;
	pa->m.desc.nr_nodes = 1;
	pa->m.pageblock = pa->pageblock;
	pa->m.nr_pageblocks = 8;
	pa->m.desc.max_order = 10;
	pa->m.desc.pageblock_order = 9;
	pa->m.desc.cpus = 2;
	pa->m.vm_events = pa->vm_events;
	for (z = 0; z < MM_NR_ZONES; z++) {
		pa->zones[z].name = mm_gfp_zone_name((enum mm_zone_type)z);
		pa->zones[z].type = (enum mm_zone_type)z;
		pa->zones[z].id = (uint8_t)z;
		pa->zones[z].pageset = pa->pageset[z];
		pa->zones[z].zonestats = pa->zonestats[z];
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
	size_t k;
	int i;

	if (!pa)
		return;
	z = &pa->zones[MM_ZONE_DMA32];
	z->start_pfn = 4096;
	z->spanned = 1044480;
	z->present = 782336;
	z->managed = 772917;
	z->vm_stat[MM_NR_FREE_PAGES] = 772791;
	for (i = 0; i < 2; i++) {
		z->pageset[i].count = 63;
		z->pageset[i].high = 3790;
		z->pageset[i].batch = 63;
		z->pageset[i].high_min = 3790;
		z->pageset[i].high_max = 48307;
		z->zonestats[i].stat_threshold = 24;
	}
	z->zonestats[0].numa[MM_NUMA_HIT] = 3;
	z->zonestats[1].numa[MM_NUMA_HIT] = 2;
	z->zonestats[1].numa[MM_NUMA_LOCAL] = 5;
	memcpy(z->wmark, wmark, sizeof(wmark));
	for (i = MM_ZONE_NORMAL; i < MM_NR_ZONES; i++)
		z->lowmem_reserve[i] = 5376;
	for (i = 0; i < MM_NR_WMARK; i++)
		pa->zones[MM_ZONE_MOVABLE].wmark[i] = 32;
	text = text_of(mm_procfs_zoneinfo, &pa->m);
	for (k = 0; k < sizeof(zoneinfo_dma32) / sizeof(zoneinfo_dma32[0]); k++)
		PROP(p, text && strstr(text, zoneinfo_dma32[k]), "no lines\n%sin\n%s",
		     zoneinfo_dma32[k], text);
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

static void used_machines_read_back(struct mm_prop_run *p)
{
	struct mm_walk w;

	if (!used_machine(p, &w))
		return;
	mm_proc_check_printed(p, w.m);
	mm_walk_close(&w);
}

static void machines_of_all_shapes_read_back(struct mm_prop_run *p)
{
	static const char *const more[] = {
		"ram=8M dma=1M dma32=2M normal=4M highmem=6M cpus=64",
		"ram=64M dma=16M cpus=2",
		"ram=1M-2M,6M-8M dma=4M normal=5M cpus=3",
		NULL,
	};
	const char *const *lists[] = {more, mm_walk_machines};
	struct mm_walk w;
	size_t list;
	size_t i;

	for (list = 0; list < 2; list++) {
		for (i = 0; lists[list][i] && p->failures == 0; i++) {
			if (!mm_walk_open(&w, p, lists[list][i]))
				return;
			mm_proc_check_printed(p, w.m);
			mm_walk_close(&w);
		}
	}
}

/* Names of 6.18 that came after 6.12, or belong to a zone for devices. */
static const char *const later[] = {
	"nr_free_pages_blocks",
	"pgpromote_candidate_nrl",
	"pgdemote_proactive",
	"nr_hugetlb",
	"nr_balloon_pages",
	"nr_kernel_file_pages",
	"pgalloc_device",
	"allocstall_device",
	"pgskip_device",
	"pgsteal_proactive",
	"pgscan_proactive",
	"direct_map_level2_collapses",
	"direct_map_level3_collapses",
	NULL,
};
static const char *const gone[] = {"nr_bounce", "nr_writeback_temp", NULL};

static bool is_one_of(const char *const *list, const char *name)
{
	while (*list && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

/* All names of the saved copy but the later ones, in its order. */
static void check_names(struct mm_prop_run *p, const struct mm_proc_stats *ours,
			const struct mm_proc_stats *theirs)
{
	size_t k = 0;
	size_t i;

	for (i = 0; i <= ours->nr; i++) {
		while (k < theirs->nr && is_one_of(later, theirs->stat[k].name))
			k++;
		if (i == ours->nr || is_one_of(gone, ours->stat[i].name))
			continue;
		PROP(p, k < theirs->nr && strcmp(theirs->stat[k].name, ours->stat[i].name) == 0,
		     "vmstat: %s is out of order", ours->stat[i].name);
		k++;
	}
	PROP(p, k == theirs->nr, "vmstat: no %s", theirs->stat[k].name);
}

static void names_follow_the_saved_copy(struct mm_prop_run *p)
{
	struct mm_error e = {0};
	struct mm_proc_text t;
	struct mm_proc theirs;
	struct mm_proc ours;
	struct mm_walk w;
	bool ok;

	PROP(p, !mm_proc_load(&t, SAVED_VMSTAT, &e), "%s", e.text);
	ok = mm_proc_try(p, &theirs, MM_PROC_VMSTAT, &t);
	free((char *)t.bytes);
	if (!ok)
		return;
	if (mm_walk_open(&w, p, "ram=64M dma=16M")) {
		if (mm_proc_try_printed(p, &ours, MM_PROC_VMSTAT, w.m)) {
			check_names(p, &ours.u.vmstat, &theirs.u.vmstat);
			mm_proc_free(&ours);
		}
		mm_walk_close(&w);
	}
	mm_proc_free(&theirs);
}

/* A list of 100000 blocks and more is not counted to its end. */
static void long_lists_are_capped(struct mm_prop_run *p)
{
	struct paper *pa = paper_create(p);
	struct mm_list *link = calloc(100000, sizeof(*link));
	struct mm_list *head;
	struct mm_proc v;
	size_t i;

	if (pa && link) {
		pa->zones[MM_ZONE_DMA].present = 1;
		pa->zones[MM_ZONE_DMA].spanned = 4096 << 5;
		pa->m.desc.pageblock_order = 20;
		head = &pa->zones[MM_ZONE_DMA].free_area[0].free_list[0];
		for (i = 0; i < 100000; i++)
			mm_list_add(&link[i], head);
		for (i = 0; i < 2 && mm_proc_try_printed(p, &v, MM_PROC_PAGETYPEINFO, &pa->m);
		     i++) {
			const struct mm_proc_free *r = v.u.pagetypeinfo.free.row;

			/* the second time there is one block less */
			if (r->blocks[0] != 100000 - i || r->capped != 1 - i)
				prop_fail(p, __FILE__, __LINE__, "100000 - %zu blocks", i);
			mm_proc_free(&v);
			mm_list_del(&link[0]);
		}
	}
	free(link);
	free(pa);
}

/* ---- fragmentation ---- */

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

static void extfrag_index_is_printed(struct mm_prop_run *p)
{
	struct paper *pa = paper_create(p);
	char *text;

	if (!pa)
		return;
	pa->m.desc.max_order = 3;
	pa->zones[MM_ZONE_DMA].present = 1;
	pa->zones[MM_ZONE_DMA].free_area[0].nr_free = 1;
	pa->zones[MM_ZONE_NORMAL].present = 1;
	pa->zones[MM_ZONE_NORMAL].free_area[0].nr_free = 3;
	pa->zones[MM_ZONE_NORMAL].free_area[2].nr_free = 1;
	pa->zones[MM_ZONE_MOVABLE].present = 1;
	text = text_of(mm_procfs_extfrag_index, &pa->m);
	PROP(p,
	     text && strcmp(text, "Node 0, zone      DMA -1.000  0.-500  0.-250  0.-125 \n"
				  "Node 0, zone   Normal -1.000 -1.000 -1.000  0.532 \n"
				  "Node 0, zone  Movable  0.000  0.000  0.000  0.000 \n") == 0,
	     "printed as\n%s", text);
	free(text);
	free(pa);
}

/* A kernel with CMA names it, and counts what is free there. */
static void cma_is_named_where_it_is(struct mm_prop_run *p)
{
	static const struct {
		render_fn render;
		const char *says;
	} rows[] = {
		{mm_procfs_zoneinfo, "\n        cma      256\n"},
		{mm_procfs_zoneinfo, "\n      nr_free_cma  192\n"},
		{mm_procfs_vmstat, "\nnr_free_cma 192\n"},
		{mm_procfs_pagetypeinfo,
		 "Normal, type          CMA      0      0      0      0      0 "
		 "     0      3 \n"},
		{mm_procfs_pagetypeinfo, "  HighAtomic          CMA      Isolate \n"},
	};
	struct mm_machine *m = mm_boot("ram=4M max_order=6 pageblock_order=3 cma=1M-2M", NULL);
	struct mm_ctx x;
	size_t i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	/* until more than half of what is free is CMA, and once more */
	while (mm_vmstat_zone(&m->zones[MM_ZONE_NORMAL], MM_NR_FREE_CMA) == 256)
		PROP(p, mm_page_alloc_get(&x, 6, MM_GFP_KERNEL | MM_GFP_MOVABLE), "a block");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = text_of(rows[i].render, m);

		PROP(p, text && strstr(text, rows[i].says), "row %zu is not in\n%s", i, text);
		free(text);
	}
	mm_machine_destroy(m);
}

const struct mm_prop mm_procfs_props[] = {
	{"procfs.cma_is_named_where_it_is", cma_is_named_where_it_is, 1},
	{"procfs.buddyinfo_to_the_letter", buddyinfo_to_the_letter, 1},
	{"procfs.pagetypeinfo_to_the_letter", pagetypeinfo_to_the_letter, 1},
	{"procfs.zoneinfo_to_the_letter", zoneinfo_to_the_letter, 1},
	{"procfs.vmstat_names_follow_the_saved_copy", names_follow_the_saved_copy, 1},
	{"procfs.used_machines_read_back", used_machines_read_back, 30},
	{"procfs.machines_of_all_shapes_read_back", machines_of_all_shapes_read_back, 1},
	{"procfs.long_lists_are_capped", long_lists_are_capped, 1},
	{"procfs.unusable_index_is_printed", unusable_index_is_printed, 1},
	{"procfs.extfrag_index_is_printed", extfrag_index_is_printed, 1},
	{"procfs.maps_to_the_letter", procfs_maps_to_the_letter, 1},
	{"procfs.used_processes_read_back", procfs_used_processes_read_back, 30},
	{"procfs.own_maps_come_back", procfs_own_maps_come_back, 1},
	{"procfs.the_host_prints_the_same_lines", procfs_the_host_prints_the_same_lines, 1},
	{NULL, NULL, 0},
};
