/* SPDX-License-Identifier: MIT */
/*
 * proc_machine: each number of the four files against where the machine keeps
 * it.  Which zones a file names is part of what is judged.
 */
#include "invariants/engine/proc_machine.h"

#include "mm/migratetype.h"
#include "mm/pcp.h"
#include "mm/procfs.h"
#include "mm/sparse.h"

#include "invariants/engine/nodes.h"
#include "invariants/engine/proc_try.h"

#include <stdlib.h>
#include <string.h>

/* What m prints, parsed; it must come back to the byte. */
bool mm_proc_try_printed(struct mm_prop_run *p, struct mm_proc *v, enum mm_proc_kind kind,
			 const struct mm_machine *m)
{
	static void (*const render[MM_PROC_NR_KINDS])(const struct mm_machine *m, FILE *out) = {
		[MM_PROC_ZONEINFO] = mm_procfs_zoneinfo,
		[MM_PROC_BUDDYINFO] = mm_procfs_buddyinfo,
		[MM_PROC_PAGETYPEINFO] = mm_procfs_pagetypeinfo,
		[MM_PROC_VMSTAT] = mm_procfs_vmstat,
	};
	char *bytes = NULL;
	struct mm_proc_text t;
	size_t len = 0;
	FILE *out = open_memstream(&bytes, &len);
	bool ok;

	if (out)
		render[kind](m, out);
	if (!out || fclose(out)) {
		prop_fail(p, __FILE__, __LINE__, "no host memory");
		free(bytes);
		return false;
	}
	t = (struct mm_proc_text){mm_proc_kind_name(kind), bytes, len};
	ok = mm_proc_try(p, v, kind, &t);
	free(bytes);
	return ok;
}

/* Does any node have a zone HighMem? */
static bool has_highmem(const struct mm_machine *m)
{
	int i;

	for (i = MM_ZONE_HIGHMEM; i < m->nr_zones; i += MM_NR_ZONES) {
		if (m->zones[i].spanned)
			return true;
	}
	return false;
}

/* The zones a file names one after the other: those with frames, or all. */
static const struct zone *next_zone(const struct mm_machine *m, const struct zone *z, bool all)
{
	for (z = z ? z + 1 : m->zones; z < m->zones + m->nr_zones; z++) {
		if (z->present || (all && (z->type != MM_ZONE_HIGHMEM || has_highmem(m))))
			return z;
	}
	return NULL;
}

static void check_buddyinfo(struct mm_prop_run *p, const struct mm_machine *m,
			    const struct mm_proc_frees *f)
{
	const struct zone *z = NULL;
	unsigned int o;
	size_t i;

	PROP(p, f->nr_orders == m->desc.max_order + 1, "buddyinfo: %u orders", f->nr_orders);
	for (i = 0; i < f->nr; i++) {
		z = next_zone(m, z, false);
		PROP(p, z && strcmp(f->row[i].zone, z->name) == 0 && f->row[i].node == z->nid,
		     "buddyinfo: zone %s", f->row[i].zone);
		for (o = 0; o < f->nr_orders; o++)
			PROP(p, f->row[i].blocks[o] == z->free_area[o].nr_free,
			     "buddyinfo: %s order %u", z->name, o);
	}
	PROP(p, !next_zone(m, z, false), "buddyinfo: a zone is missing");
}

static void check_free_row(struct mm_prop_run *p, const struct mm_machine *m,
			   const struct mm_proc_free *r, const struct zone *z)
{
	uint64_t length;
	unsigned int o;
	int t;

	for (t = 0; t < MM_MIGRATE_TYPES; t++) {
		if (strcmp(mm_gfp_migratetype_name((enum mm_migratetype)t), r->type) == 0)
			break;
	}
	PROP(p, t < MM_MIGRATE_TYPES && strcmp(r->zone, z->name) == 0,
	     "pagetypeinfo: zone %s, type %s", r->zone, r->type);
	for (o = 0; o <= m->desc.max_order; o++) {
		length = (uint64_t)mm_list_check(&z->free_area[o].free_list[t], z->spanned);
		PROP(p, r->blocks[o] == length && !(r->capped >> o & 1),
		     "pagetypeinfo: %s type %d order %u", z->name, t, o);
	}
}

static bool is_ready(const struct mm_machine *m, uint64_t pfn)
{
	const struct mem_section *s = mm_sparse_section(m, pfn >> m->desc.section_order);

	return !m->desc.deferred || (s && (s->section_mem_map & MM_SECTION_READY));
}

/* Pageblocks of which the first frame inside the zone's span is the zone's. */
static uint64_t pageblocks_of(const struct mm_machine *m, const struct zone *z)
{
	uint64_t last = UINT64_MAX;
	uint64_t n = 0;
	uint64_t pfn;

	for (pfn = z->start_pfn; pfn < z->start_pfn + z->spanned; pfn++) {
		/* a section that is not ready has none */
		if (!is_ready(m, pfn)) {
			pfn |= mm_sparse_pages(m) - 1;
			continue;
		}
		if (mm_migratetype_block(m, pfn) == last)
			continue;
		last = mm_migratetype_block(m, pfn);
		n += mm_nodes_zone(m, pfn) == z->id;
	}
	return n;
}

static void check_pagetypeinfo(struct mm_prop_run *p, const struct mm_machine *m,
			       const struct mm_proc_pagetypeinfo *t)
{
	const struct zone *z = NULL;
	size_t i;
	int k;

	PROP(p,
	     t->block_order == m->desc.pageblock_order && t->block_pages == 1ull << t->block_order,
	     "pagetypeinfo: order %llu", (unsigned long long)t->block_order);
	PROP(p,
	     t->blocks.nr_types == MM_MIGRATE_TYPES - 1 &&
		     t->free.nr == t->blocks.nr * t->blocks.nr_types,
	     "pagetypeinfo: %zu rows of free blocks", t->free.nr);
	for (i = 0; i < t->blocks.nr; i++) {
		const struct mm_proc_blocks *r = &t->blocks.row[i];
		uint64_t sum = 0;

		z = next_zone(m, z, false);
		PROP(p, z && strcmp(r->zone, z->name) == 0, "pagetypeinfo: zone %s", r->zone);
		for (k = 0; k < MM_MIGRATE_TYPES - 1; k++) {
			sum += r->count[k];
			check_free_row(p, m, &t->free.row[i * (MM_MIGRATE_TYPES - 1) + (size_t)k],
				       z);
		}
		PROP(p, sum == pageblocks_of(m, z), "pagetypeinfo: pageblocks of %s", z->name);
	}
	PROP(p, !next_zone(m, z, false), "pagetypeinfo: a zone is missing");
}

static uint64_t stat_of(const struct mm_proc_stats *s, const char *name)
{
	const struct mm_proc_stat *stat = mm_proc_stat_find(s, name);

	return stat ? stat->value : UINT64_MAX;
}

static void check_zone_pages(struct mm_prop_run *p, const struct mm_proc_zone *r,
			     const struct zone *z)
{
	const uint64_t want[MM_PROC_NR_PAGES] = {
		[MM_PROC_FREE] = mm_vmstat_zone(z, MM_NR_FREE_PAGES),
		[MM_PROC_BOOST] = z->boost,
		[MM_PROC_MIN] = mm_zone_wmark(z, MM_WMARK_MIN),
		[MM_PROC_LOW] = mm_zone_wmark(z, MM_WMARK_LOW),
		[MM_PROC_HIGH] = mm_zone_wmark(z, MM_WMARK_HIGH),
		[MM_PROC_PROMO] = mm_zone_wmark(z, MM_WMARK_PROMO),
		[MM_PROC_SPANNED] = z->spanned,
		[MM_PROC_PRESENT] = z->present,
		[MM_PROC_MANAGED] = z->managed,
	};
	int i;

	PROP(p, strcmp(r->name, z->name) == 0 && r->node == z->nid, "zoneinfo: zone %s", r->name);
	PROP(p, r->has == (1u << MM_PROC_NR_PAGES) - 1, "zoneinfo: lines %x", r->has);
	for (i = 0; i < MM_PROC_NR_PAGES; i++)
		PROP(p, r->pages[i] == want[i], "zoneinfo: %s line %d", z->name, i);
}

static void check_pageset(struct mm_prop_run *p, const struct mm_proc_pageset *r,
			  const struct zone *z, size_t cpu)
{
	const struct per_cpu_pages *pcp = &z->pageset[cpu];
	const int want[MM_PROC_NR_PAGESET] = {
		[MM_PROC_COUNT] = pcp->count,
		[MM_PROC_PCP_HIGH] = pcp->high,
		[MM_PROC_BATCH] = pcp->batch,
		[MM_PROC_HIGH_MIN] = pcp->high_min,
		[MM_PROC_HIGH_MAX] = pcp->high_max,
		[MM_PROC_THRESHOLD] = z->zonestats[cpu].stat_threshold,
	};
	int i;

	PROP(p, r->cpu == cpu && r->has == (1u << MM_PROC_NR_PAGESET) - 1,
	     "zoneinfo: %s: pageset %zu", z->name, cpu);
	for (i = 0; i < MM_PROC_NR_PAGESET; i++)
		PROP(p, r->field[i] == (uint64_t)want[i], "zoneinfo: %s: pageset %zu line %d",
		     z->name, cpu, i);
}

static void check_zone_counters(struct mm_prop_run *p, const struct mm_machine *m,
				const struct mm_proc_zone *r, const struct zone *z)
{
	size_t cpu;
	size_t n = 0;

	PROP(p, (r->stats.nr != 0) == (z->present != 0), "zoneinfo: %s: counters", z->name);
	if (!z->present)
		return;
	PROP(p, stat_of(&r->stats, "nr_free_pages") == mm_vmstat_zone(z, MM_NR_FREE_PAGES),
	     "zoneinfo: %s", z->name);
	PROP(p, r->start_pfn == z->start_pfn && !r->unreclaimable, "zoneinfo: %s", z->name);
	PROP(p, r->nr_pagesets == (size_t)mm_machine_nr_online(m), "zoneinfo: %zu pagesets",
	     r->nr_pagesets);
	for (cpu = 0; cpu < (size_t)m->desc.cpus && n < r->nr_pagesets; cpu++) {
		if (mm_machine_cpu_online(m, (int)cpu))
			check_pageset(p, &r->pageset[n++], z, cpu);
	}
	PROP(p,
	     stat_of(&r->stats, "numa_hit") == mm_vmstat_numa_events(m, z, MM_NUMA_HIT) &&
		     stat_of(&r->stats, "numa_local") + stat_of(&r->stats, "numa_other") ==
			     stat_of(&r->stats, "numa_hit") + stat_of(&r->stats, "numa_miss"),
	     "zoneinfo: %s: numa", z->name);
}

static void check_zoneinfo(struct mm_prop_run *p, const struct mm_machine *m,
			   const struct mm_proc_zoneinfo *info)
{
	const struct zone *z = NULL;
	int shown = -1;
	unsigned int k;
	size_t i;

	for (i = 0; i < info->nr_zones; i++) {
		const struct mm_proc_zone *r = &info->zone[i];
		unsigned int column = 0;

		z = next_zone(m, z, true);
		PROP(p, z, "zoneinfo: one zone too many");
		check_zone_pages(p, r, z);
		check_zone_counters(p, m, r, z);
		PROP(p, (r->node_stats.nr != 0) == (shown != z->nid && z->present),
		     "zoneinfo: counters of the node in %s", z->name);
		shown = z->present ? z->nid : shown;
		for (k = 0; k < MM_NR_ZONES; k++) {
			if (k == MM_ZONE_HIGHMEM && !has_highmem(m))
				continue;
			PROP(p, r->protection[column++] == z->lowmem_reserve[k],
			     "zoneinfo: %s: protection", z->name);
		}
		PROP(p,
		     r->nr_protection == column &&
			     (size_t)column * (size_t)m->desc.nr_nodes == info->nr_zones,
		     "zoneinfo: %u columns of protection", column);
	}
	PROP(p, !next_zone(m, z, true), "zoneinfo: a zone is missing");
}

/* Counters that vmstat begins with: from there on, each of a list, summed. */
static void check_sums(struct mm_prop_run *p, const struct mm_proc_stat *vmstat,
		       const struct mm_proc_stats *sums)
{
	size_t i;

	for (i = 0; i < sums->nr; i++)
		PROP(p,
		     strcmp(vmstat[i].name, sums->stat[i].name) == 0 &&
			     vmstat[i].value == sums->stat[i].value,
		     "vmstat: %s %llu, but zoneinfo: %s %llu", vmstat[i].name,
		     (unsigned long long)vmstat[i].value, sums->stat[i].name,
		     (unsigned long long)sums->stat[i].value);
}

/* Add up the counters of all zones in those of the first that has some. */
static const struct mm_proc_zone *add_up(struct mm_proc_zoneinfo *info)
{
	struct mm_proc_zone *first = NULL;
	size_t i;
	size_t k;

	for (i = 0; i < info->nr_zones; i++) {
		struct mm_proc_zone *z = &info->zone[i];

		for (k = 0; first && k < z->stats.nr; k++)
			first->stats.stat[k].value += z->stats.stat[k].value;
		if (!first && z->stats.nr)
			first = z;
	}
	return first;
}

/* vmstat sums what zoneinfo says, under the same names, and then goes on. */
static void check_vmstat(struct mm_prop_run *p, const struct mm_machine *m,
			 const struct mm_proc_stats *vmstat, struct mm_proc_zoneinfo *info)
{
	bool high = has_highmem(m);
	const struct mm_proc_zone *sums = add_up(info);

	PROP(p, stat_of(vmstat, "nr_free_pages") == mm_vmstat_global(m, MM_NR_FREE_PAGES),
	     "vmstat: nr_free_pages");
	PROP(p,
	     stat_of(vmstat, "pgalloc_normal") ==
			     mm_vmstat_events(m, MM_VM_PGALLOC + MM_ZONE_NORMAL) &&
		     stat_of(vmstat, "pgfree") == mm_vmstat_events(m, MM_VM_PGFREE),
	     "vmstat: pages handed out or taken back");
	PROP(p, (mm_proc_stat_find(vmstat, "pgalloc_high") != NULL) == high, "vmstat: high");
	PROP(p, mm_proc_stat_find(vmstat, "allocstall_movable"), "vmstat: movable");
	PROP(p, sums && sums->stats.nr + sums->node_stats.nr < vmstat->nr, "vmstat: too short");
	check_sums(p, vmstat->stat, &sums->stats);
	check_sums(p, vmstat->stat + sums->stats.nr, &sums->node_stats);
}

void mm_proc_check_printed(struct mm_prop_run *p, const struct mm_machine *m)
{
	struct mm_proc vmstat;
	struct mm_proc v;

	if (mm_proc_try_printed(p, &v, MM_PROC_BUDDYINFO, m)) {
		check_buddyinfo(p, m, &v.u.buddyinfo);
		mm_proc_free(&v);
	}
	if (mm_proc_try_printed(p, &v, MM_PROC_PAGETYPEINFO, m)) {
		check_pagetypeinfo(p, m, &v.u.pagetypeinfo);
		mm_proc_free(&v);
	}
	if (!mm_proc_try_printed(p, &v, MM_PROC_ZONEINFO, m))
		return;
	check_zoneinfo(p, m, &v.u.zoneinfo);
	if (mm_proc_try_printed(p, &vmstat, MM_PROC_VMSTAT, m)) {
		check_vmstat(p, m, &vmstat.u.vmstat, &v.u.zoneinfo);
		mm_proc_free(&vmstat);
	}
	mm_proc_free(&v);
}
