/* SPDX-License-Identifier: MIT */
/*
 * event_truth: a row per kind of event, a line per field that no model reads.
 *
 * What a request is (order, mask, zones) is said by each of its events and by the one
 * that ends it, so those have to agree; the rest is compared with the machine.
 */
#include "invariants/engine/event_truth.h"

#include "mm/failpoint.h"
#include "mm/gfp.h"
#include "mm/kswapd.h"
#include "mm/memblock.h"
#include "mm/page_frag.h"
#include "mm/pcp.h"
#include "mm/process.h"
#include "mm/vma.h"
#include "mm/vmstat.h"
#include "mm/watermark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING UINT64_MAX

/* What has been said of the request under way. */
struct request {
	uint64_t order;
	uint64_t highest;
	uint64_t slow[4]; /* what mm_page_alloc_slowpath said */
	uint64_t fault;   /* what fault injection was told */
	uint64_t cold;    /* the mask of a request for a cold page */
};

static const struct request no_request = {
	NOTHING, NOTHING, {NOTHING, NOTHING, NOTHING, NOTHING}, NOTHING, NOTHING};

/* What was seen of a frame. */
struct frame {
	uint64_t mapping; /* that its owner stored */
	uint8_t list;     /* of a CPU, where it went last */
};

struct event_truth {
	const struct mm_run *run;
	const struct mm_machine *m;
	char lie[320];

	/* of the operation at pos */
	size_t pos;
	struct request rq;
	struct request outer;     /* while reclaim, which may need pages itself, is for it */
	struct mm_event grew;     /* mm_memblock_grow; kind MM_EV_NR: none */
	struct mm_event call;     /* the last mm_sys_enter */
	uint64_t reclaim_highest; /* between the begin of direct reclaim and its end */
	uint64_t gave_up_highest; /* of the last mm_cache_del outside */

	/* since boot */
	uint64_t boost[MM_ZONES_MAX];
	uint64_t threshold[MM_ZONES_MAX];
	struct frame *frames;
};

struct event_truth *event_truth_create(const struct mm_run *run)
{
	struct event_truth *t = calloc(1, sizeof(*t));
	int z;

	if (!t)
		return NULL;
	t->run = run;
	t->m = run->m;
	t->frames = calloc((size_t)run->m->max_pfn, sizeof(*t->frames));
	t->pos = SIZE_MAX;
	for (z = 0; z < t->m->nr_zones; z++)
		t->threshold[z] = (uint64_t)t->m->zones[z].zonestats[0].stat_threshold;
	if (t->frames)
		return t;
	free(t);
	return NULL;
}

void event_truth_destroy(struct event_truth *t)
{
	if (t)
		free(t->frames);
	free(t);
}

const char *event_truth_lie(const struct event_truth *t)
{
	return t->lie[0] ? t->lie : NULL;
}

/* ---- asking ---- */

/* A field has to be so; NOTHING: nobody knows. */
static void due(struct event_truth *t, const struct mm_event *ev, int field, uint64_t value)
{
	const struct mm_trace *trace = t->run->trace;
	char op[120] = "at the end";

	if (value == NOTHING || ev->f[field] == value || t->lie[0])
		return;
	if (t->run->pos < trace->nr)
		(void)mm_trace_print_op(trace, t->run->pos, op, sizeof(op));
	(void)snprintf(t->lie, sizeof(t->lie), "@%zu: %s: %s: %s is 0x%llx, due is 0x%llx",
		       t->run->pos, op, mm_event_name(ev->kind), mm_event_fields(ev->kind)[field],
		       (unsigned long long)ev->f[field], (unsigned long long)value);
}

/* The argument that the operation under way was given, if it is called so. */
static uint64_t told(const struct event_truth *t, const char *op, int arg)
{
	const struct mm_trace *trace = t->run->trace;

	if (t->run->pos >= trace->nr)
		return NOTHING;
	if (strcmp(mm_optable_get(trace->ops[t->run->pos].op)->name, op) != 0)
		return NOTHING;
	return trace->ops[t->run->pos].arg[arg];
}

/* The same of one of two operations. */
static uint64_t told_either(const struct event_truth *t, const char *op, int arg, const char *other,
			    int its)
{
	uint64_t a = told(t, op, arg);

	return a == NOTHING ? told(t, other, its) : a;
}

static bool is_frame(const struct event_truth *t, uint64_t pfn)
{
	return pfn < t->m->max_pfn;
}

static uint64_t zone_of(const struct event_truth *t, uint64_t pfn)
{
	return is_frame(t, pfn) ? t->m->memmap[pfn].zone : NOTHING;
}

static uint64_t type_of(const struct event_truth *t, uint64_t pfn)
{
	return is_frame(t, pfn) ? t->m->pageblock[pfn >> t->m->desc.pageblock_order] : NOTHING;
}

static const struct zone *zone_at(const struct event_truth *t, uint64_t id)
{
	return id < (uint64_t)t->m->nr_zones ? &t->m->zones[id] : NULL;
}

/* The highest zone that a mask allows, from what its four bits mean. */
static uint64_t highest_of(uint64_t gfp)
{
	if (gfp & MM_GFP_DMA)
		return MM_ZONE_DMA;
	if (gfp & MM_GFP_DMA32)
		return MM_ZONE_DMA32;
	if (!(gfp & MM_GFP_HIGHMEM))
		return MM_ZONE_NORMAL;
	return gfp & MM_GFP_MOVABLE ? MM_ZONE_MOVABLE : MM_ZONE_HIGHMEM;
}

static uint64_t mark_of(const struct zone *z, uint64_t alloc_flags)
{
	return z->wmark[alloc_flags & MM_ALLOC_WMARK_MASK] + z->boost;
}

/* ---- requests ---- */

static void part_of_request(struct event_truth *t, const struct mm_event *ev, int order,
			    int highest)
{
	due(t, ev, order, t->rq.order);
	due(t, ev, highest, t->rq.highest);
	t->rq.order = ev->f[order];
	t->rq.highest = ev->f[highest];
}

static void hear_mark(struct event_truth *t, const struct mm_event *ev)
{
	const struct zone *z = zone_at(t, ev->f[0]);
	int64_t free_pages;

	part_of_request(t, ev, 1, 4);
	if (!z)
		return;
	free_pages = z->vm_stat[MM_NR_FREE_PAGES];
	due(t, ev, 5, free_pages > 0 ? (uint64_t)free_pages : 0);
	/* the high mark is asked first; who may ignore marks is held to none */
	if (ev->kind == MM_EV_mm_zone_refused)
		due(t, ev, 2, mark_of(z, ev->f[3]));
	else if (ev->f[2] != mark_of(z, MM_WMARK_HIGH))
		due(t, ev, 2, ev->f[3] & MM_ALLOC_NO_WATERMARKS ? 0 : mark_of(z, ev->f[3]));
}

static void hear_slowpath(struct event_truth *t, const struct mm_event *ev)
{
	part_of_request(t, ev, 0, 3);
	due(t, ev, 3, highest_of(ev->f[1]));
	memcpy(t->rq.slow, ev->f, sizeof(t->rq.slow));
}

/* A request ends: its order, its mask and its zones have been said before. */
static void end_request(struct event_truth *t, const struct mm_event *ev, int order, int gfp)
{
	due(t, ev, order, t->rq.order);
	due(t, ev, gfp, t->rq.slow[1]);
	if (t->rq.highest != NOTHING && highest_of(ev->f[gfp]) != t->rq.highest)
		due(t, ev, gfp, ev->f[gfp] + 1);
	if (t->rq.fault != NOTHING &&
	    t->rq.fault != (ev->f[order] << 32 | (ev->f[gfp] & UINT32_MAX)))
		due(t, ev, gfp, t->rq.fault & UINT32_MAX);
	if (t->rq.cold != NOTHING && ev->f[gfp] >> 32 != t->rq.cold)
		due(t, ev, gfp, t->rq.cold << 32 | (ev->f[gfp] & UINT32_MAX));
	t->rq = no_request;
}

static void hear_alloc(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 5, zone_of(t, ev->f[0]));
	end_request(t, ev, 1, 2);
}

static void hear_failed(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 3, highest_of(ev->f[1]));
	due(t, ev, 2, ev->f[4] ? 0 : t->rq.slow[2]);
	end_request(t, ev, 0, 1);
}

static void hear_bulk(struct event_truth *t, const struct mm_event *ev)
{
	const struct zone *z = zone_at(t, ev->f[0]);
	const struct zone *preferred = zone_at(t, ev->f[4]);

	due(t, ev, 1, told_either(t, "bulk", 0, "bulk_fill", 1));
	due(t, ev, 3, z ? mark_of(z, MM_WMARK_LOW) + ev->f[1] : NOTHING);
	/* of one node, the preferred zone is the highest that has anything */
	if (t->m->desc.nr_nodes == 1 && z && preferred) {
		const struct zone *high = &t->m->zones[highest_of(ev->f[5])];

		while (!high->managed && high > t->m->zones)
			high--;
		due(t, ev, 4, high->id);
	}
}

static void hear_bulk_none(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 1, told_either(t, "bulk", 0, "bulk_fill", 1));
}

static void hear_fault_ask(struct event_truth *t, const struct mm_event *ev)
{
	/* the n-th failure is counted without a look at who asks */
	if (ev->f[0] == MM_FAILPOINT_SITES)
		due(t, ev, 1, 0);
	else
		t->rq.fault = ev->f[1];
}

static void hear_cold(struct event_truth *t, const struct mm_event *ev)
{
	if (!ev->f[0])
		t->rq.cold = ev->f[2];
}

static void hear_node_reclaim(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 1, t->rq.order);
	if (t->gave_up_highest != NOTHING && t->gave_up_highest != highest_of(ev->f[2]))
		due(t, ev, 2, ev->f[2] + 1);
	t->gave_up_highest = NOTHING;
}

/* ---- reclaim ---- */

static void hear_reclaim(struct event_truth *t, const struct mm_event *ev)
{
	const bool begins = ev->kind == MM_EV_mm_vmscan_direct_reclaim_begin;

	if (begins)
		t->outer = t->rq;
	t->rq = begins ? no_request : t->outer;
	t->reclaim_highest = begins ? highest_of(ev->f[1]) : NOTHING;
}

static void hear_cache_del(struct event_truth *t, const struct mm_event *ev)
{
	uint64_t z = zone_of(t, ev->f[0]);

	/* all that is dropped is dropped from all zones */
	due(t, ev, 1, told(t, "drop_caches", 0) == NOTHING ? NOTHING : MM_NR_ZONES - 1);
	due(t, ev, 1, t->reclaim_highest);
	if (z != NOTHING && t->m->zones[z].type > ev->f[1])
		due(t, ev, 1, t->m->zones[z].type);
	t->gave_up_highest = t->reclaim_highest == NOTHING ? ev->f[1] : NOTHING;
}

/* What kswapd gives up is of zones that it was woken for. */
static void hear_kswapd(struct event_truth *t, const struct mm_event *ev)
{
	const struct mm_kswapd *k;

	if (ev->f[0] >= (uint64_t)t->m->desc.nr_nodes) {
		due(t, ev, 0, (uint64_t)t->m->desc.nr_nodes - 1);
		return;
	}
	k = &t->m->kswapd[ev->f[0]];
	if (ev->kind == MM_EV_mm_vmscan_kswapd_wake) {
		due(t, ev, 1, k->work_order);
		due(t, ev, 2, k->work_highest);
	}
	t->reclaim_highest = ev->kind == MM_EV_mm_vmscan_kswapd_sleep ? NOTHING : k->work_highest;
}

static void hear_boost(struct event_truth *t, const struct mm_event *ev)
{
	const struct zone *z = zone_at(t, ev->f[0]);
	uint64_t pageblock = (uint64_t)1 << t->m->desc.pageblock_order;
	uint64_t cap;

	if (!z)
		return;
	due(t, ev, 1, t->boost[z->id]);
	due(t, ev, 2, z->boost);
	t->boost[z->id] = z->boost;
	cap = (uint64_t)((__extension__(unsigned __int128) z->wmark[MM_WMARK_HIGH]) *
			 t->m->sysctl.watermark_boost_factor / 10000);
	if (ev->f[2] > ev->f[1] || ev->f[3])
		due(t, ev, 3, cap < pageblock ? pageblock : cap);
}

/* ---- frames ---- */

static void hear_free(struct event_truth *t, const struct mm_event *ev)
{
	if (!is_frame(t, ev->f[0]))
		return;
	due(t, ev, 2, t->frames[ev->f[0]].mapping);
	t->frames[ev->f[0]].mapping = 0;
}

static void hear_zone_locked(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 2, type_of(t, ev->f[0]));
	due(t, ev, 4, zone_of(t, ev->f[0]));
}

/* Before it is taken: a free block of that order. */
static void hear_extfrag(struct event_truth *t, const struct mm_event *ev)
{
	const struct page *p = is_frame(t, ev->f[0]) ? &t->m->memmap[ev->f[0]] : NULL;

	if (!p || !(p->flags & MM_PG_BUDDY) || p->order != ev->f[2])
		due(t, ev, 0, ev->f[0] ^ 1);
}

static void hear_move(struct event_truth *t, const struct mm_event *ev)
{
	uint64_t why = NOTHING;

	due(t, ev, 3, zone_of(t, ev->f[0]));
	if (ev->f[2] == MM_MIGRATE_ISOLATE)
		why = MM_BUDDY_ISOLATE;
	else if (ev->f[1] == MM_MIGRATE_ISOLATE)
		why = MM_BUDDY_UNISOLATE;
	else if (ev->f[2] == MM_MIGRATE_HIGHATOMIC)
		why = MM_BUDDY_RESERVE;
	else if (ev->f[1] == MM_MIGRATE_HIGHATOMIC)
		why = MM_BUDDY_UNRESERVE;
	due(t, ev, 4, why);
}

static void hear_guard(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 2, zone_of(t, ev->f[0]));
}

static void hear_isolate(struct event_truth *t, const struct mm_event *ev)
{
	uint64_t base = told_either(t, "isolate", 0, "unisolate", 0);

	due(t, ev, 0, base == NOTHING ? NOTHING : base / 4096);
}

static void hear_grow(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 0, ev->f[1] >> t->m->desc.section_order);
}

/* ---- lists and counts of CPUs ---- */

static void hear_add(struct event_truth *t, const struct mm_event *ev)
{
	if (is_frame(t, ev->f[0]))
		t->frames[ev->f[0]].list = (uint8_t)ev->f[2];
}

static void hear_drain(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 2, type_of(t, ev->f[0]));
	if (is_frame(t, ev->f[0]))
		due(t, ev, 5, t->frames[ev->f[0]].list);
}

/* Blocks lie on the list of the type they were taken for. */
static void hear_refill(struct event_truth *t, const struct mm_event *ev)
{
	const struct zone *z = zone_at(t, ev->f[0]);
	const struct mm_list *last;
	uint64_t order = ev->f[1];
	uint64_t list = 3 * order + ev->f[2];

	if (!ev->f[4] || !z)
		return;
	if (order > 3)
		list = 12 + (ev->f[2] == MM_MIGRATE_MOVABLE);
	last = list < MM_PCP_LISTS ? &z->pageset[ev->cpu].lists[list] : NULL;
	if (!last || last->next == last)
		due(t, ev, 2, ev->f[2] + 1);
}

static void hear_cpuset(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 0, (uint64_t)ev->cpu);
}

static void hear_contended(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 1, (uint64_t)ev->cpu);
}

static void hear_threshold(struct event_truth *t, const struct mm_event *ev)
{
	if (!zone_at(t, ev->f[0]))
		return;
	due(t, ev, 1, t->threshold[ev->f[0]]);
	t->threshold[ev->f[0]] = ev->f[2];
}

/* ---- what is told, and early memory ---- */

static void hear_sysctl(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 0, told(t, "sysctl", 0));
	due(t, ev, 1, told(t, "sysctl", 1));
}

static void hear_memblock_alloc(struct event_truth *t, const struct mm_event *ev)
{
	const bool plain = told(t, "memblock_alloc", 0) != NOTHING;
	const uint64_t node = told(t, "memblock_alloc_node", 2);

	due(t, ev, 0, told_either(t, "memblock_alloc", 0, "memblock_phys_alloc", 0));
	due(t, ev, 2, told_either(t, "memblock_alloc", 2, "memblock_phys_alloc", 2));
	due(t, ev, 3, told_either(t, "memblock_alloc", 3, "memblock_phys_alloc", 3));
	if (plain || told(t, "memblock_phys_alloc", 0) != NOTHING)
		due(t, ev, 4, (uint64_t)MM_MEMBLOCK_NODES << 8 | plain);
	if (node < MM_MEMBLOCK_NODES)
		due(t, ev, 4,
		    node << 8 | (uint64_t)(told(t, "memblock_alloc_node", 3) != 0) << 1 | 1);
}

static void hear_memblock_grow(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 1, ev->f[0] < MM_MEMBLOCK_KINDS ? t->m->memblock->type[ev->f[0]].max : 0);
	t->grew = *ev;
}

/* The change that a table grew for: the table has grown, beside what is changed. */
static void after_growth(struct event_truth *t, const struct mm_event *ev)
{
	const struct mm_event *g = &t->grew;

	if (g->f[2] && ev->f[0] == MM_MEMBLOCK_RESERVE && ev->f[1] == g->f[2])
		return; /* the place of the table itself */
	if (g->f[2] && t->m->memblock->type[g->f[0]].max < 2 * g->f[1])
		due(t, g, 0, !g->f[0]);
	if (g->f[0] == MM_MEMBLOCK_RESERVED) {
		due(t, g, 3, ev->f[1]);
		due(t, g, 4, ev->f[2]);
	}
	t->grew.kind = MM_EV_NR;
}

static void hear_memblock_change(struct event_truth *t, const struct mm_event *ev)
{
	if (t->grew.kind != MM_EV_NR && t->grew.f[0] < MM_MEMBLOCK_KINDS)
		after_growth(t, ev);
	/* what is given back or cut off has neither node nor flags */
	if (ev->f[0] == MM_MEMBLOCK_FREE || ev->f[0] >= MM_MEMBLOCK_CAP) {
		due(t, ev, 3, 0);
		due(t, ev, 4, 0);
	}
	/* a limit and an alignment are one number */
	if (ev->f[0] == MM_MEMBLOCK_LIMIT || ev->f[0] == MM_MEMBLOCK_LIMIT_MAP ||
	    ev->f[0] == MM_MEMBLOCK_TRIM)
		due(t, ev, 2, 0);
}

static void hear_ram_fill(struct event_truth *t, const struct mm_event *ev)
{
	if (ev->f[1] > t->m->max_pfn - ev->f[0])
		due(t, ev, 1, t->m->max_pfn - ev->f[0]);
}

static void hear_frag(struct event_truth *t, const struct mm_event *ev)
{
	const struct page_frag_cache *c = &t->m->page_frag[ev->cpu];

	if (!ev->f[3] || (ev->f[3] & (ev->f[3] - 1)))
		due(t, ev, 3, 1);
	due(t, ev, 4, c->pfmemalloc);
	due(t, ev, 5, c->bias);
}

static void hear_frag_put(struct event_truth *t, const struct mm_event *ev)
{
	if (ev->f[1] == MM_FRAG_PUT_PIECE)
		due(t, ev, 2, 1);
}

/* ---- address spaces ---- */

static void hear_sys_enter(struct event_truth *t, const struct mm_event *ev)
{
	t->call = *ev;
}

static void hear_sys_exit(struct event_truth *t, const struct mm_event *ev)
{
	due(t, ev, 0, t->call.f[0]);
	due(t, ev, 1, t->call.f[1]);
}

/* The VMA is there already: it goes beyond the range where that joined something. */
static void hear_merge(struct event_truth *t, const struct mm_event *ev)
{
	const struct vm_area_struct *vma;
	bool left;

	due(t, ev, 4, t->call.f[1]);
	due(t, ev, 3, t->call.f[0] == MM_CALL_MPROTECT);
	if (t->lie[0])
		return;
	vma = mm_aspace_find(t->m->processes[ev->f[4]].mm, ev->f[1]);
	if (!vma || vma->vm_end < ev->f[2]) {
		due(t, ev, 2, vma ? vma->vm_end : ev->f[1]);
		return;
	}
	left = vma->vm_start < ev->f[1];
	due(t, ev, 0, (left ? MM_MERGE_LEFT : 0u) | (vma->vm_end > ev->f[2] ? MM_MERGE_RIGHT : 0u));
	due(t, ev, 1, ev->f[1] & ~(MM_PAGE_SIZE - 1));
}

/* ---- the rows ---- */

static void (*const hears[MM_EV_NR])(struct event_truth *, const struct mm_event *) = {
	[MM_EV_mm_page_alloc] = hear_alloc,
	[MM_EV_mm_page_alloc_failed] = hear_failed,
	[MM_EV_mm_page_alloc_slowpath] = hear_slowpath,
	[MM_EV_mm_zone_watermark] = hear_mark,
	[MM_EV_mm_zone_refused] = hear_mark,
	[MM_EV_mm_page_bulk] = hear_bulk,
	[MM_EV_mm_page_bulk_none] = hear_bulk_none,
	[MM_EV_mm_fault_ask] = hear_fault_ask,
	[MM_EV_mm_page_cold] = hear_cold,
	[MM_EV_mm_node_reclaim] = hear_node_reclaim,
	[MM_EV_mm_vmscan_direct_reclaim_begin] = hear_reclaim,
	[MM_EV_mm_vmscan_direct_reclaim_end] = hear_reclaim,
	[MM_EV_mm_vmscan_kswapd_wake] = hear_kswapd,
	[MM_EV_mm_kswapd_round] = hear_kswapd,
	[MM_EV_mm_vmscan_kswapd_sleep] = hear_kswapd,
	[MM_EV_mm_cache_del] = hear_cache_del,
	[MM_EV_mm_zone_boost] = hear_boost,
	[MM_EV_mm_page_free] = hear_free,
	[MM_EV_mm_page_alloc_zone_locked] = hear_zone_locked,
	[MM_EV_mm_page_alloc_extfrag] = hear_extfrag,
	[MM_EV_mm_pageblock_move] = hear_move,
	[MM_EV_mm_guard] = hear_guard,
	[MM_EV_mm_isolate] = hear_isolate,
	[MM_EV_mm_zone_grow] = hear_grow,
	[MM_EV_mm_pcp_add] = hear_add,
	[MM_EV_mm_page_pcpu_drain] = hear_drain,
	[MM_EV_mm_pcp_refill] = hear_refill,
	[MM_EV_mm_cpuset_mems] = hear_cpuset,
	[MM_EV_mm_pcp_contended] = hear_contended,
	[MM_EV_mm_vmstat_threshold] = hear_threshold,
	[MM_EV_mm_sysctl] = hear_sysctl,
	[MM_EV_mm_memblock_alloc] = hear_memblock_alloc,
	[MM_EV_mm_memblock_grow] = hear_memblock_grow,
	[MM_EV_mm_memblock_change] = hear_memblock_change,
	[MM_EV_mm_ram_fill] = hear_ram_fill,
	[MM_EV_mm_page_frag] = hear_frag,
	[MM_EV_mm_page_frag_put] = hear_frag_put,
	[MM_EV_mm_sys_enter] = hear_sys_enter,
	[MM_EV_mm_sys_exit] = hear_sys_exit,
	[MM_EV_mm_vma_merge] = hear_merge,
};

void event_truth_hear(void *env, const struct mm_event *ev)
{
	struct event_truth *t = env;

	if (t->pos != t->run->pos) {
		t->pos = t->run->pos;
		t->rq = no_request;
		t->grew.kind = MM_EV_NR;
		t->reclaim_highest = NOTHING;
		t->gave_up_highest = NOTHING;
	}
	if (hears[ev->kind])
		hears[ev->kind](t, ev);
}

void event_truth_after_op(void *env, size_t done, size_t total)
{
	struct event_truth *t = env;
	uint64_t maker = told(t, "set_mapping", 0);

	(void)done;
	(void)total;
	if (maker != NOTHING && maker && !t->run->result.err && !t->run->result.skipped)
		t->frames[t->run->handles[maker - 1].value].mapping = told(t, "set_mapping", 1);
}
