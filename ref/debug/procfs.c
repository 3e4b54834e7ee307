/* SPDX-License-Identifier: MIT */
/*
 * procfs: renderers of the kernel's files.  Column widths are the kernel's,
 * because parsers split on them; names and their order are the kernel's too,
 * because people look for them.  What the model does not have is a counter of
 * something that never happened: 0.
 */
#include "mm/procfs.h"

#include "mm/aspace.h"
#include "mm/extfrag.h"
#include "mm/file.h"
#include "mm/migratetype.h"
#include "mm/pcp.h"
#include "mm/process.h"
#include "mm/vma.h"

#include <string.h>

#define NR_OF(table) (sizeof(table) / sizeof((table)[0]))

/* ---- what is counted: the one place that knows where numbers live ---- */

/* What a zone keeps for a CPU, and how far that CPU's counters may drift. */
struct pageset {
	uint64_t count;
	uint64_t high;
	uint64_t batch;
	uint64_t high_min;
	uint64_t high_max;
	uint64_t stat_threshold;
};

/* Events that a zone has of its own. */
enum zone_event { EVENT_PGALLOC, EVENT_ALLOCSTALL, EVENT_PGSKIP, EVENT_NR };

/* Without what CPUs hold back, as the kernel's own files. */
static uint64_t free_of(const struct zone *z)
{
	return mm_vmstat_zone(z, MM_NR_FREE_PAGES);
}

static struct pageset pageset_of(const struct zone *z, int cpu)
{
	const struct per_cpu_pages *pcp = &z->pageset[cpu];

	return (struct pageset){.count = (uint64_t)pcp->count,
				.high = (uint64_t)pcp->high,
				.batch = (uint64_t)pcp->batch,
				.high_min = (uint64_t)pcp->high_min,
				.high_max = (uint64_t)pcp->high_max,
				.stat_threshold = z->zonestats[cpu].stat_threshold};
}

/* Nothing here reclaims, so nothing stalls or is skipped. */
static uint64_t event_of(const struct mm_machine *m, const struct zone *z, enum zone_event event)
{
	return event == EVENT_PGALLOC ? mm_vmstat_events(m, MM_VM_PGALLOC + z->type) : 0;
}

/* ---- names, in the order of 6.12 ---- */
/* clang-format off */

/* Kernel: enum zone_stat_item; the model has the first and the last. */
static const char *const zone_items[] = {
	"nr_free_pages", "nr_zone_inactive_anon", "nr_zone_active_anon",
	"nr_zone_inactive_file", "nr_zone_active_file", "nr_zone_unevictable",
	"nr_zone_write_pending", "nr_mlock", "nr_bounce", "nr_zspages", "nr_free_cma",
};

/* Kernel: enum numa_stat_item. */
static const char *const numa_items[MM_NUMA_NR] = {
	[MM_NUMA_HIT] = "numa_hit",         [MM_NUMA_MISS] = "numa_miss",
	[MM_NUMA_FOREIGN] = "numa_foreign", [MM_NUMA_INTERLEAVE] = "numa_interleave",
	[MM_NUMA_LOCAL] = "numa_local",     [MM_NUMA_OTHER] = "numa_other",
};

/* Kernel: enum node_stat_item. */
static const char *const node_items[] = {
	"nr_inactive_anon", "nr_active_anon", "nr_inactive_file", "nr_active_file",
	"nr_unevictable", "nr_slab_reclaimable", "nr_slab_unreclaimable",
	"nr_isolated_anon", "nr_isolated_file", "workingset_nodes",
	"workingset_refault_anon", "workingset_refault_file", "workingset_activate_anon",
	"workingset_activate_file", "workingset_restore_anon", "workingset_restore_file",
	"workingset_nodereclaim", "nr_anon_pages", "nr_mapped", "nr_file_pages", "nr_dirty",
	"nr_writeback", "nr_writeback_temp", "nr_shmem", "nr_shmem_hugepages",
	"nr_shmem_pmdmapped", "nr_file_hugepages", "nr_file_pmdmapped",
	"nr_anon_transparent_hugepages", "nr_vmscan_write", "nr_vmscan_immediate_reclaim",
	"nr_dirtied", "nr_written", "nr_throttled_written", "nr_kernel_misc_reclaimable",
	"nr_foll_pin_acquired", "nr_foll_pin_released", "nr_kernel_stack",
	"nr_page_table_pages", "nr_sec_page_table_pages", "nr_iommu_pages", "nr_swapcached",
	"pgpromote_success", "pgpromote_candidate", "pgdemote_kswapd", "pgdemote_direct",
	"pgdemote_khugepaged",
};

/* Kernel: enum vm_stat_item, then what precedes the events of zones. */
static const char *const system_items[] = {
	"nr_dirty_threshold", "nr_dirty_background_threshold", "nr_memmap_pages",
	"nr_memmap_boot_pages", "pgpgin", "pgpgout", "pswpin", "pswpout",
};

/* Kernel: enum vm_event_item behind those; the first is the one that the model has. */
static const char *const event_items[] = {
	"pgfree", "pgactivate", "pgdeactivate", "pglazyfree", "pgfault", "pgmajfault",
	"pglazyfreed", "pgrefill", "pgreuse", "pgsteal_kswapd", "pgsteal_direct",
	"pgsteal_khugepaged", "pgscan_kswapd", "pgscan_direct", "pgscan_khugepaged",
	"pgscan_direct_throttle", "pgscan_anon", "pgscan_file", "pgsteal_anon",
	"pgsteal_file", "zone_reclaim_success", "zone_reclaim_failed", "pginodesteal",
	"slabs_scanned", "kswapd_inodesteal", "kswapd_low_wmark_hit_quickly",
	"kswapd_high_wmark_hit_quickly", "pageoutrun", "pgrotated", "drop_pagecache",
	"drop_slab", "oom_kill", "numa_pte_updates", "numa_huge_pte_updates",
	"numa_hint_faults", "numa_hint_faults_local", "numa_pages_migrated",
	"pgmigrate_success", "pgmigrate_fail", "thp_migration_success",
	"thp_migration_fail", "thp_migration_split", "compact_migrate_scanned",
	"compact_free_scanned", "compact_isolated", "compact_stall", "compact_fail",
	"compact_success", "compact_daemon_wake", "compact_daemon_migrate_scanned",
	"compact_daemon_free_scanned", "htlb_buddy_alloc_success", "htlb_buddy_alloc_fail",
	"unevictable_pgs_culled", "unevictable_pgs_scanned", "unevictable_pgs_rescued",
	"unevictable_pgs_mlocked", "unevictable_pgs_munlocked", "unevictable_pgs_cleared",
	"unevictable_pgs_stranded", "thp_fault_alloc", "thp_fault_fallback",
	"thp_fault_fallback_charge", "thp_collapse_alloc", "thp_collapse_alloc_failed",
	"thp_file_alloc", "thp_file_fallback", "thp_file_fallback_charge",
	"thp_file_mapped", "thp_split_page", "thp_split_page_failed",
	"thp_deferred_split_page", "thp_underused_split_page", "thp_split_pmd",
	"thp_scan_exceed_none_pte", "thp_scan_exceed_swap_pte", "thp_scan_exceed_share_pte",
	"thp_split_pud", "thp_zero_page_alloc", "thp_zero_page_alloc_failed", "thp_swpout",
	"thp_swpout_fallback", "balloon_inflate", "balloon_deflate", "balloon_migrate",
	"swap_ra", "swap_ra_hit", "swpin_zero", "swpout_zero", "ksm_swpin_copy", "cow_ksm",
	"zswpin", "zswpout", "zswpwb", "direct_map_level2_splits",
	"direct_map_level3_splits", "nr_unstable",
};

/* clang-format on */

/* How the names of a zone's events end. */
static const char *const zone_endings[MM_NR_ZONES] = {
	[MM_ZONE_DMA] = "dma",      [MM_ZONE_DMA32] = "dma32",     [MM_ZONE_NORMAL] = "normal",
	[MM_ZONE_HIGHMEM] = "high", [MM_ZONE_MOVABLE] = "movable",
};

static const char *const zone_events[EVENT_NR] = {
	[EVENT_PGALLOC] = "pgalloc",
	[EVENT_ALLOCSTALL] = "allocstall",
	[EVENT_PGSKIP] = "pgskip",
};

/* A kernel of 64 bits is built without HighMem, and its files do not name it. */
static bool zone_built(const struct mm_machine *m, int type)
{
	int nid;

	for (nid = 0; nid < m->desc.nr_nodes && type == MM_ZONE_HIGHMEM; nid++) {
		if (mm_zone_at(m, nid, MM_ZONE_HIGHMEM)->spanned)
			return true;
	}
	return type != MM_ZONE_HIGHMEM;
}

/* Without what CPUs hold back, too. */
static uint64_t item_of(const struct zone *z, size_t i)
{
	if (i == NR_OF(zone_items) - 1)
		return mm_vmstat_zone(z, MM_NR_FREE_CMA);
	return i ? 0 : free_of(z);
}

/* ---- buddyinfo and pagetypeinfo ---- */

/* Longer lists are not counted to their end: ">100000". */
#define LIST_SHOWN_MAX 100000

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

	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		if (!z->present)
			continue;
		(void)fprintf(out, "Node %d, zone %8s ", z->nid, z->name);
		for (o = 0; o <= m->desc.max_order; o++)
			(void)fprintf(out, "%6llu ", (unsigned long long)z->free_area[o].nr_free);
		(void)fputc('\n', out);
	}
}

/* A kernel that is built without CMA does not name it. */
static bool type_shown(const struct mm_machine *m, int type)
{
	return type != MM_MIGRATE_CMA || m->desc.nr_cma;
}

static void print_list(const struct zone *z, unsigned int order, int type, FILE *out)
{
	uint64_t n = list_length(z, order, type);

	if (n < LIST_SHOWN_MAX)
		(void)fprintf(out, "%6llu ", (unsigned long long)n);
	else
		(void)fprintf(out, ">%6d ", LIST_SHOWN_MAX);
}

static void pagetype_free(const struct mm_machine *m, const struct zone *z, FILE *out)
{
	unsigned int o;
	int t;

	for (t = 0; t < MM_MIGRATE_TYPES; t++) {
		if (!type_shown(m, t))
			continue;
		(void)fprintf(out, "Node %4d, zone %8s, type %12s ", z->nid, z->name,
			      mm_gfp_migratetype_name((enum mm_migratetype)t));
		for (o = 0; o <= m->desc.max_order; o++)
			print_list(z, o, t, out);
		(void)fputc('\n', out);
	}
}

static uint64_t next_block(const struct mm_machine *m, uint64_t pfn)
{
	return (mm_migratetype_block(m, pfn) + 1) << m->desc.pageblock_order;
}

static void pagetype_blocks(const struct mm_machine *m, const struct zone *z, FILE *out)
{
	uint64_t count[MM_MIGRATE_TYPES] = {0};
	uint64_t end = z->start_pfn + z->spanned;
	uint64_t pfn;
	int t;

	/* a pageblock counts where its first frame in the zone lies */
	for (pfn = mm_sparse_next_ready(m, z->start_pfn); pfn < end;
	     pfn = mm_sparse_next_ready(m, next_block(m, pfn))) {
		if (mm_page_of(m, pfn_of(pfn))->zone == z->id)
			count[mm_migratetype_get(m, pfn)]++;
	}
	(void)fprintf(out, "Node %d, zone %8s ", z->nid, z->name);
	for (t = 0; t < MM_MIGRATE_TYPES; t++) {
		if (type_shown(m, t))
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
	for (i = 0; i < m->nr_zones; i++) {
		if (m->zones[i].present)
			pagetype_free(m, &m->zones[i], out);
	}
	(void)fprintf(out, "\n%-23s", "Number of blocks type ");
	for (i = 0; i < MM_MIGRATE_TYPES; i++) {
		if (type_shown(m, i))
			(void)fprintf(out, "%12s ",
				      mm_gfp_migratetype_name((enum mm_migratetype)i));
	}
	(void)fputc('\n', out);
	for (i = 0; i < m->nr_zones; i++) {
		if (m->zones[i].present)
			pagetype_blocks(m, &m->zones[i], out);
	}
}

/* ---- zoneinfo ---- */

static void pages_line(FILE *out, const char *name, uint64_t v)
{
	(void)fprintf(out, "\n        %-8s %llu", name, (unsigned long long)v);
}

static void stat_line(FILE *out, const char *name, uint64_t v)
{
	(void)fprintf(out, "\n      %-12s %llu", name, (unsigned long long)v);
}

/* What every zone says, an empty one too. */
static void zone_pages(const struct mm_machine *m, const struct zone *z, FILE *out)
{
	const char *comma = "";
	int i;

	(void)fprintf(out, "\n  pages free     %llu", (unsigned long long)free_of(z));
	pages_line(out, "boost", z->boost);
	pages_line(out, "min", mm_zone_wmark(z, MM_WMARK_MIN));
	pages_line(out, "low", mm_zone_wmark(z, MM_WMARK_LOW));
	pages_line(out, "high", mm_zone_wmark(z, MM_WMARK_HIGH));
	pages_line(out, "promo", mm_zone_wmark(z, MM_WMARK_PROMO));
	pages_line(out, "spanned", z->spanned);
	pages_line(out, "present", z->present);
	pages_line(out, "managed", z->managed);
	pages_line(out, "cma", z->cma_pages);
	(void)fprintf(out, "\n        protection: (");
	for (i = 0; i < MM_NR_ZONES; i++) {
		if (!zone_built(m, i))
			continue;
		(void)fprintf(out, "%s%llu", comma, (unsigned long long)z->lowmem_reserve[i]);
		comma = ", ";
	}
	(void)fputc(')', out);
}

static void zone_pagesets(const struct mm_machine *m, const struct zone *z, FILE *out)
{
	int cpu;

	(void)fprintf(out, "\n  pagesets");
	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		struct pageset s = pageset_of(z, cpu);

		if (!mm_machine_cpu_online(m, cpu))
			continue;
		(void)fprintf(out, "\n    cpu: %d", cpu);
		(void)fprintf(out, "\n              count:    %llu", (unsigned long long)s.count);
		(void)fprintf(out, "\n              high:     %llu", (unsigned long long)s.high);
		(void)fprintf(out, "\n              batch:    %llu", (unsigned long long)s.batch);
		(void)fprintf(out, "\n              high_min: %llu",
			      (unsigned long long)s.high_min);
		(void)fprintf(out, "\n              high_max: %llu",
			      (unsigned long long)s.high_max);
		(void)fprintf(out, "\n  vm stats threshold: %llu",
			      (unsigned long long)s.stat_threshold);
	}
}

/* What only a zone with frames says. */
static void zone_counters(const struct mm_machine *m, const struct zone *z, FILE *out)
{
	size_t i;

	for (i = 0; i < NR_OF(zone_items); i++)
		stat_line(out, zone_items[i], item_of(z, i));
	for (i = 0; i < NR_OF(numa_items); i++)
		stat_line(out, numa_items[i], mm_vmstat_numa_events(m, z, (enum mm_numa_event)i));
	zone_pagesets(m, z, out);
	(void)fprintf(out, "\n  node_unreclaimable:  %u", 0);
	(void)fprintf(out, "\n  start_pfn:           %llu", (unsigned long long)z->start_pfn);
}

static void node_stats(FILE *out)
{
	size_t k;

	(void)fprintf(out, "\n  per-node stats");
	for (k = 0; k < NR_OF(node_items); k++)
		stat_line(out, node_items[k], 0);
}

void mm_procfs_zoneinfo(const struct mm_machine *m, FILE *out)
{
	int shown = -1; /* the node whose statistics stand above */
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		if (!zone_built(m, (int)z->type))
			continue;
		(void)fprintf(out, "Node %d, zone %8s", z->nid, z->name);
		if (z->present && shown != z->nid) {
			node_stats(out);
			shown = z->nid;
		}
		zone_pages(m, z, out);
		if (z->present)
			zone_counters(m, z, out);
		(void)fputc('\n', out);
	}
}

/* ---- vmstat ---- */

static void vmstat_line(FILE *out, const char *name, uint64_t v)
{
	(void)fprintf(out, "%s %llu\n", name, (unsigned long long)v);
}

static void vmstat_zones(const struct mm_machine *m, FILE *out)
{
	uint64_t numa[MM_NUMA_NR] = {0};
	uint64_t items[NR_OF(zone_items)] = {0};
	size_t i;
	int z;

	for (z = 0; z < m->nr_zones; z++) {
		for (i = 0; i < NR_OF(zone_items); i++)
			items[i] += item_of(&m->zones[z], i);
		for (i = 0; i < NR_OF(numa_items); i++)
			numa[i] += mm_vmstat_numa_events(m, &m->zones[z], (enum mm_numa_event)i);
	}
	for (i = 0; i < NR_OF(zone_items); i++)
		vmstat_line(out, zone_items[i], items[i]);
	for (i = 0; i < NR_OF(numa_items); i++)
		vmstat_line(out, numa_items[i], numa[i]);
}

static void vmstat_zone_events(const struct mm_machine *m, FILE *out)
{
	char name[32];
	int e;
	int z;

	for (e = 0; e < EVENT_NR; e++) {
		for (z = 0; z < MM_NR_ZONES; z++) {
			if (!zone_built(m, z))
				continue;
			(void)snprintf(name, sizeof(name), "%s_%s", zone_events[e],
				       zone_endings[z]);
			vmstat_line(out, name, event_of(m, &m->zones[z], (enum zone_event)e));
		}
	}
}

/* An event that is of no zone; 0: not counted here. */
static uint64_t count_of(const struct mm_machine *m, const char *event)
{
	if (strcmp(event, "pgfree") == 0)
		return mm_vmstat_events(m, MM_VM_PGFREE);
	if (strcmp(event, "zone_reclaim_success") == 0)
		return mm_vmstat_events(m, MM_VM_ZONE_RECLAIM_SUCCESS);
	if (strcmp(event, "zone_reclaim_failed") == 0)
		return mm_vmstat_events(m, MM_VM_ZONE_RECLAIM_FAILED);
	return 0;
}

void mm_procfs_vmstat(const struct mm_machine *m, FILE *out)
{
	size_t i;

	vmstat_zones(m, out);
	for (i = 0; i < NR_OF(node_items); i++)
		vmstat_line(out, node_items[i], 0);
	for (i = 0; i < NR_OF(system_items); i++)
		vmstat_line(out, system_items[i], 0);
	vmstat_zone_events(m, out);
	for (i = 0; i < NR_OF(event_items); i++)
		vmstat_line(out, event_items[i], count_of(m, event_items[i]));
}

/* ---- fragmentation ---- */

void mm_procfs_unusable_index(const struct mm_machine *m, FILE *out)
{
	unsigned int o;
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		if (!z->present)
			continue;
		(void)fprintf(out, "Node %d, zone %8s ", z->nid, z->name);
		for (o = 0; o <= m->desc.max_order; o++) {
			const struct mm_extfrag f = mm_extfrag_of(m, z, o);
			unsigned int index = mm_extfrag_unusable(&f, o);

			(void)fprintf(out, "%u.%03u ", index / 1000, index % 1000);
		}
		(void)fputc('\n', out);
	}
}

void mm_procfs_extfrag_index(const struct mm_machine *m, FILE *out)
{
	unsigned int o;
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		if (!z->present)
			continue;
		(void)fprintf(out, "Node %d, zone %8s ", z->nid, z->name);
		for (o = 0; o <= m->desc.max_order; o++) {
			const struct mm_extfrag f = mm_extfrag_of(m, z, o);
			int index = mm_extfrag_index(&f, o);

			/* both halves keep the sign, as the kernel's do: "-1.000", " 0.-500" */
			(void)fprintf(out, "%2d.%03d ", index / 1000, index % 1000);
		}
		(void)fputc('\n', out);
	}
}

/* ---- maps and smaps of a process ---- */

/* Columns before a name; a longer line goes on behind it. */
#define MAPS_NAME_AT 73

/* Kernel: get_vma_name.  Memory that is a file has no name in any folder any more. */
static void name_of(const struct mm_machine *m, const struct vm_area_struct *vma, char *buf,
		    size_t len)
{
	const struct mm_file *f = vma->vm_file;

	buf[0] = '\0';
	if (f && (f->mode & MM_FILE_ANON))
		(void)snprintf(buf, len, "/dev/zero (deleted)");
	else if (f)
		(void)snprintf(buf, len,
			       f->mode & MM_FILE_SHMEM ? "/memfd:%llu (deleted)" : "/file/%llu",
			       (unsigned long long)mm_file_id(m, f));
	else if (vma->vm_start < vma->vm_mm->brk && vma->vm_end > vma->vm_mm->start_brk)
		(void)snprintf(buf, len, "[heap]");
}

/* Kernel: show_map_vma. */
static void map_line(const struct mm_machine *m, const struct vm_area_struct *vma, FILE *out)
{
	const struct mm_file *f = vma->vm_file;
	char rights[5];
	char name[48];
	int n;

	mm_vma_print_rights(vma->vm_flags, rights);
	name_of(m, vma, name, sizeof(name));
	/* memory lies on the kernel's own mount, all else on one disk */
	n = fprintf(out, "%08llx-%08llx %s %08llx %02x:%02x %llu ",
		    (unsigned long long)vma->vm_start, (unsigned long long)vma->vm_end, rights,
		    (unsigned long long)(f ? vma->vm_pgoff << MM_PAGE_SHIFT : 0),
		    f && !(f->mode & MM_FILE_SHMEM) ? 8u : 0u, f ? 1u : 0u,
		    (unsigned long long)(f ? mm_file_id(m, f) + 1 : 0));
	if (name[0])
		(void)fprintf(out, "%*s%s", n < MAPS_NAME_AT ? MAPS_NAME_AT - n : 1, "", name);
	(void)fputc('\n', out);
}

/* Kernel: mnemonics of show_smap_vma_flags, by bit. */
static const char *const flag_letters[64] = {
	[0] = "rd", [1] = "wr", [2] = "ex",  [3] = "sh",  [4] = "mr",  [5] = "mw",  [6] = "me",
	[7] = "ms", [8] = "gd", [13] = "lo", [20] = "ac", [21] = "nr", [30] = "nh",
};

static void smap_lines(const struct vm_area_struct *vma, FILE *out)
{
	unsigned int bit;

	(void)fprintf(out, "Size:           %8llu kB\n",
		      (unsigned long long)(vma->vm_end - vma->vm_start) >> 10);
	(void)fprintf(out, "KernelPageSize: %8u kB\nMMUPageSize:    %8u kB\nVmFlags: ",
		      (unsigned int)(MM_PAGE_SIZE >> 10), (unsigned int)(MM_PAGE_SIZE >> 10));
	for (bit = 0; bit < 64; bit++) {
		if (flag_letters[bit] && (vma->vm_flags >> bit & 1))
			(void)fprintf(out, "%s ", flag_letters[bit]);
	}
	(void)fputc('\n', out);
}

static void print_maps(const struct mm_machine *m, uint64_t pid, bool smaps, FILE *out)
{
	const struct mm_process *p = mm_process_at(m, pid);
	const struct vm_area_struct *vma = p && p->mm ? mm_aspace_find(p->mm, 0) : NULL;

	for (; vma; vma = mm_aspace_next(p->mm, vma)) {
		map_line(m, vma, out);
		if (smaps)
			smap_lines(vma, out);
	}
}

void mm_procfs_maps(const struct mm_machine *m, uint64_t pid, FILE *out)
{
	print_maps(m, pid, false, out);
}

void mm_procfs_smaps(const struct mm_machine *m, uint64_t pid, FILE *out)
{
	print_maps(m, pid, true, out);
}
