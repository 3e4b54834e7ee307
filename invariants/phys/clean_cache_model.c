/* SPDX-License-Identifier: MIT */
/*
 * clean_cache model: cached pages in the order they came, and how often a request may
 * have memory reclaimed: once, and again while some zone could be above min and reclaim
 * has not failed too often.
 *
 *     begin, frees, end, zones looked at ... the last one ok: begin
 *                                            none ok, or none looked at: the request fails
 */
#include "mm/clean_cache.h"

#include "mm/check.h"
#include "mm/task.h"

#include <string.h>

struct model {
	uint64_t *cached; /* frames, the oldest first */
	uint64_t nr_cached;
	uint32_t task[MM_CPUS_MAX];
	uint32_t mems[MM_CPUS_MAX];

	/* of a request */
	bool inside;     /* reclaim works */
	bool again;      /* a zone could help: another round is due */
	bool gave;       /* or a reserved pageblock was given up: likewise */
	bool unsure;     /* it was for this round's try, or in the end */
	bool restricted; /* to some nodes */
	int rounds;
	int no_progress;
	int looked; /* zones, since the last round */
	uint64_t order;
	uint32_t gfp;
	uint64_t freed; /* in this round */
};

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + (size_t)m->max_pfn * sizeof(uint64_t);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;

	(void)m;
	md->cached = (uint64_t *)(void *)((uint8_t *)state + sizeof(*md));
}

/* ---- the order they came in ---- */

static void on_del(struct model *md, struct mm_report *r, const struct mm_machine *m,
		   const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	uint64_t highest = ev->f[1];
	int nid = m->memmap[pfn].zone / MM_NR_ZONES;
	uint64_t i;

	for (i = 0; i < md->nr_cached && md->cached[i] != pfn; i++) {
		int zone = m->memmap[md->cached[i]].zone;

		MM_CHECK(r, "reclaim.oldest_first",
			 zone / MM_NR_ZONES != nid || (uint64_t)(zone % MM_NR_ZONES) > highest,
			 "pfn %llu is given up before pfn %llu, which is older",
			 (unsigned long long)pfn, (unsigned long long)md->cached[i]);
	}
	MM_CHECK(r, "reclaim.oldest_first",
		 i < md->nr_cached && m->memmap[pfn].zone % MM_NR_ZONES <= highest,
		 "pfn %llu is given up, and is not cached or helps nobody",
		 (unsigned long long)pfn);
	if (i == md->nr_cached)
		return;
	md->nr_cached--;
	memmove(md->cached + i, md->cached + i + 1, (md->nr_cached - i) * sizeof(uint64_t));
}

/* ---- how often ---- */

static bool costly(const struct model *md)
{
	return md->order > 3;
}

/* May it have more than one round? */
static bool insists(const struct model *md)
{
	uint32_t both = MM_GFP_RETRY_MAYFAIL | MM_GFP_IO;

	return !(md->gfp & MM_GFP_NORETRY) && (!costly(md) || (md->gfp & both) == both);
}

static void on_begin(struct model *md, struct mm_report *r, const struct mm_event *ev)
{
	uint32_t gfp = (uint32_t)ev->f[1];

	MM_CHECK(r, "alloc.reclaim",
		 (gfp & MM_GFP_DIRECT_RECLAIM) && !(md->task[ev->cpu] & MM_TASK_MEMALLOC) &&
			 !md->inside,
		 "gfp 0x%x by task %#x has memory reclaimed", gfp, md->task[ev->cpu]);
	MM_CHECK(r, "alloc.reclaim",
		 !md->rounds || (insists(md) && (md->gave || (md->again && md->no_progress <= 16))),
		 "gfp 0x%x order %llu: another round after %d, %d of them without progress", gfp,
		 (unsigned long long)ev->f[0], md->rounds, md->no_progress);
	md->restricted = md->restricted || md->mems[ev->cpu] || (gfp & MM_GFP_THISNODE);
	md->inside = true;
	md->again = false;
	md->gave = false;
	md->unsure = false;
	md->looked = 0;
	md->order = ev->f[0];
	md->gfp = gfp;
	md->freed = 0;
	md->rounds++;
}

static void on_end(struct model *md, struct mm_report *r, const struct mm_event *ev)
{
	MM_CHECK(r, "alloc.reclaim", ev->f[0] == md->freed,
		 "reclaim says it freed %llu pages, and gave up %llu", (unsigned long long)ev->f[0],
		 (unsigned long long)md->freed);
	md->inside = false;
	md->no_progress = md->freed && !costly(md) ? 0 : md->no_progress + 1;
}

/* The rights of an attempt: reserves that mask and task open, and how much of min. */
struct rights {
	bool high; /* half of min, and what is reserved for urgent blocks */
	bool oom;
	bool cma; /* its pages can be moved away from there */
};

static struct rights rights_of(const struct mm_machine *m, uint32_t gfp, uint32_t task)
{
	bool moves = (gfp & MM_GFP_MOVABLE) && !(gfp & MM_GFP_RECLAIMABLE) && !m->grouping_off;
	bool interrupt = (task & MM_TASK_INTERRUPT) != 0;
	bool no_reserve = (gfp & MM_GFP_NOMEMALLOC) != 0;
	bool all = (gfp & MM_GFP_MEMALLOC) && !no_reserve;
	bool oom = (task & MM_TASK_VICTIM) && !no_reserve && !all && !interrupt;
	bool high = (gfp & MM_GFP_HIGH) || ((task & MM_TASK_RT) && !interrupt);

	return (struct rights){high && !all && !oom, oom, moves};
}

static bool has_block(const struct mm_machine *m, const struct zone *z, uint64_t order,
		      const struct rights *w)
{
	for (; order <= m->desc.max_order; order++) {
		const struct mm_list *list = z->free_area[order].free_list;

		if (!mm_list_empty(&list[MM_MIGRATE_UNMOVABLE]) ||
		    !mm_list_empty(&list[MM_MIGRATE_MOVABLE]) ||
		    !mm_list_empty(&list[MM_MIGRATE_RECLAIMABLE]) ||
		    (w->cma && !mm_list_empty(&list[MM_MIGRATE_CMA])) ||
		    (w->oom && !mm_list_empty(&list[MM_MIGRATE_HIGHATOMIC])))
			return true;
	}
	return false;
}

/* Would so many free pages leave min, with boost, and what is kept for others? */
static bool enough(const struct mm_machine *m, const struct zone *z, const struct mm_event *ev,
		   const struct rights *w, enum mm_zone_type highest)
{
	int64_t n = (int64_t)ev->f[3] - ((int64_t)1 << ev->f[1]) + 1;
	int64_t mark = (int64_t)(z->wmark[MM_WMARK_MIN] + z->boost);
	int64_t cma = z->vm_stat[MM_NR_FREE_CMA];

	if (!w->high && !w->oom)
		n -= (int64_t)z->nr_free_highatomic;
	if (cma > 0 && !w->cma)
		n -= cma;
	if (w->high || w->oom)
		mark -= mark / 2;
	return n > mark + (int64_t)z->lowmem_reserve[highest] &&
	       (!ev->f[1] || has_block(m, z, ev->f[1], w));
}

static uint64_t exact(const struct mm_machine *m, const struct zone *z, enum mm_zone_stat i)
{
	int64_t sum = z->vm_stat[i];
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		sum += z->zonestats[cpu].diff[i];
	return (uint64_t)sum;
}

/* A zone is looked at: is it right that it could help, or could not? */
static void on_zone(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	const struct zone *z = &m->zones[ev->f[0]];
	uint64_t cached = exact(m, z, MM_NR_ZONE_CACHE);
	struct rights w = rights_of(m, md->gfp, md->task[ev->cpu]);
	enum mm_zone_type highest;

	md->looked++;
	MM_CHECK(r, "alloc.reclaim",
		 ev->f[1] == md->order && ev->f[2] == cached &&
			 ev->f[3] == cached + exact(m, z, MM_NR_FREE_PAGES) &&
			 ev->f[4] == (uint64_t)md->no_progress && !md->again && insists(md),
		 "zone %s: %llu cached, %llu available after %llu vain rounds; due %llu, %d",
		 z->name, (unsigned long long)ev->f[2], (unsigned long long)ev->f[3],
		 (unsigned long long)ev->f[4], (unsigned long long)cached, md->no_progress);
	MM_CHECK(r, "alloc.reclaim",
		 mm_gfp_zone(md->gfp, &highest) && (ev->f[5] != 0) == enough(m, z, ev, &w, highest),
		 "zone %s with %llu pages available for order %llu %s", z->name,
		 (unsigned long long)ev->f[3], (unsigned long long)ev->f[1],
		 ev->f[5] ? "is to help" : "is of no help");
	md->again = ev->f[5] != 0;
}

/* Zones that an unrestricted request would have to look at. */
static int zones_due(const struct mm_machine *m, uint32_t gfp)
{
	enum mm_zone_type highest;
	int n = 0;
	int i;

	if (!mm_gfp_zone(gfp, &highest))
		return 0;
	for (i = 0; i < m->nr_zones; i++)
		n += i % MM_NR_ZONES <= (int)highest && mm_zone_pages(&m->zones[i]) != 0;
	return n;
}

static void forget(struct model *md)
{
	md->rounds = 0;
	md->no_progress = 0;
	md->again = false;
	md->gave = false;
	md->unsure = false;
	md->restricted = false;
}

/*
 * A reserved pageblock is given up: for the try after reclaim that helped, or in the end.
 * Which of both shows in that zones were looked at, unless none was.
 */
static void on_moved(struct model *md, const struct mm_event *ev)
{
	if (ev->f[4] != MM_BUDDY_UNRESERVE || md->inside)
		return;
	if (md->looked || md->no_progress > 16)
		md->gave = true;
	md->unsure |= md->no_progress > 16 && md->freed;
}

static void on_failed(struct model *md, struct mm_report *r, const struct mm_machine *m)
{
	if (md->inside)
		return; /* reclaim's own request */
	MM_CHECK(r, "alloc.reclaim", !md->again && (!md->gave || md->unsure),
		 "order %llu gfp 0x%x fails after %d rounds although a zone could help",
		 (unsigned long long)md->order, md->gfp, md->rounds);
	MM_CHECK(r, "alloc.reclaim",
		 !md->rounds || !insists(md) || md->no_progress > 16 || md->restricted ||
			 md->looked == zones_due(m, md->gfp),
		 "order %llu gfp 0x%x gives up after %d rounds and a look at %d zones of %d",
		 (unsigned long long)md->order, md->gfp, md->rounds, md->looked,
		 zones_due(m, md->gfp));
	forget(md);
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	/* clang-format off */
	switch ((int)ev->kind) {
	case MM_EV_mm_cache_add:
		MM_CHECK(r, "reclaim.listed", md->nr_cached < m->max_pfn,
			 "pfn %llu is cached, and more than there are", (unsigned long long)ev->f[0]);
		if (md->nr_cached < m->max_pfn)
			md->cached[md->nr_cached++] = ev->f[0];
		break;
	case MM_EV_mm_cache_del:
		on_del(md, r, m, ev);
		md->freed++;
		break;
	case MM_EV_mm_vmscan_direct_reclaim_begin: on_begin(md, r, ev); break;
	case MM_EV_mm_vmscan_direct_reclaim_end:   on_end(md, r, ev); break;
	case MM_EV_mm_pageblock_move:  on_moved(md, ev); break;
	case MM_EV_reclaim_retry_zone: on_zone(md, r, m, ev); break;
	case MM_EV_mm_page_alloc_from: md->restricted = true; break;
	case MM_EV_mm_page_alloc_failed: on_failed(md, r, m); break;
	case MM_EV_mm_page_alloc:
		if (!md->inside)
			forget(md);
		break;
	case MM_EV_mm_task_flags:  md->task[ev->cpu] = (uint32_t)ev->f[1]; break;
	case MM_EV_mm_cpuset_mems: md->mems[ev->f[0]] = (uint32_t)ev->f[1]; break;
	default: break;
	}
	/* clang-format on */
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	(void)r;
	(void)m;
	forget(state);
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t listed = 0;
	uint64_t i;

	for (i = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); i < m->max_pfn;
	     i = mm_machine_kind_next(m, MM_OBJ_FRAME, i + 1))
		listed += (m->memmap[i].flags & MM_PG_LRU) != 0;
	for (i = 0; i < md->nr_cached; i++)
		MM_CHECK(r, "reclaim.listed", m->memmap[md->cached[i]].flags & MM_PG_LRU,
			 "pfn %llu is cached and not listed", (unsigned long long)md->cached[i]);
	MM_CHECK(r, "reclaim.listed", listed == md->nr_cached, "%llu pages are listed, %llu cached",
		 (unsigned long long)listed, (unsigned long long)md->nr_cached);
}

const struct mm_model mm_clean_cache_model = {
	.name = "clean_cache",
	.events = MM_EV_BIT(MM_EV_mm_cache_add) | MM_EV_BIT(MM_EV_mm_cache_del) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_begin) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_end) |
		  MM_EV_BIT(MM_EV_reclaim_retry_zone) | MM_EV_BIT(MM_EV_mm_pageblock_move) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_from) | MM_EV_BIT(MM_EV_mm_page_alloc_failed) |
		  MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_task_flags) |
		  MM_EV_BIT(MM_EV_mm_cpuset_mems),
	/* nothing to judge, only to forget: what a request leaves when it ends, or reclaim
	 * on its behalf, which has a beginning */
	.objects = MM_OBJ_BIT(MM_OBJ_EVENT),
	.quiet = MM_EV_BIT(MM_EV_mm_page_alloc),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
