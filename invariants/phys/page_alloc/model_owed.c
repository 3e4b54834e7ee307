/* SPDX-License-Identifier: MIT */
/*
 * page_alloc model, what a request is owed: what its mask and task entitle it to, which
 * nodes it may use, what it finds in a zone and whether that must do.
 */
#include "mm/task.h"

#include "invariants/phys/page_alloc/model.h"

/* ---- what a request is owed ---- */

bool page_alloc_zone_has_block(const struct model *md, int zone, enum mm_frames_kind kind,
			       unsigned int order)
{
	return md->frames.count[zone][kind][order] != 0;
}

/* Is there one that the watermark counts for such a request? */
bool page_alloc_counts_block(const struct view *v, uint32_t flags)
{
	return v->block[MM_FRAMES_ORDINARY] ||
	       ((flags & MM_ALLOC_CMA) && v->block[MM_FRAMES_CMA]) ||
	       ((flags & (MM_ALLOC_HIGHATOMIC | MM_ALLOC_OOM)) && v->block[MM_FRAMES_HIGHATOMIC]);
}

/* Is there one that it may take? */
static bool may_take_block(const struct view *v, uint32_t flags)
{
	return page_alloc_counts_block(v, flags) ||
	       ((flags & MM_ALLOC_NON_BLOCK) && v->block[MM_FRAMES_HIGHATOMIC]);
}

uint64_t *page_alloc_listed_at(const struct model *md, const struct mm_machine *m, uint64_t zone,
			       int cpu, uint64_t list)
{
	return &md->listed[(zone * (uint64_t)m->desc.cpus + (uint64_t)cpu) * MM_PCP_LISTS + list];
}

struct view page_alloc_view_of(const struct model *md, const struct mm_machine *m, int zone,
			       const struct wish *w)
{
	struct view v = {m->zones[zone].vm_stat[MM_NR_FREE_PAGES],
			 (int64_t)m->zones[zone].boost,
			 m->zones[zone].vm_stat[MM_NR_FREE_CMA],
			 (int64_t)mm_frames_nr_kind(&md->frames, zone, MM_FRAMES_HIGHATOMIC),
			 {false},
			 false};
	int k;

	for (k = 0; k < MM_FRAMES_KINDS; k++)
		v.block[k] = page_alloc_zone_has_block(md, zone, (enum mm_frames_kind)k, w->order);
	return v;
}

/* Is there a block for it, in the zone or on the CPU's list? */
bool page_alloc_zone_can(const struct model *md, const struct mm_machine *m, int zone,
			 const struct wish *w, const struct view *v, uint32_t flags)
{
	bool listed = (m->pcp_orders >> w->order & 1) && !md->contended[zone] &&
		      *page_alloc_listed_at(md, m, (uint64_t)zone, w->cpu,
					    mm_pcp_index(w->type, w->order));

	return listed || may_take_block(v, flags);
}

/* Free pages that are kept from requests with such rights. */
int64_t page_alloc_kept_from(const struct view *v, uint32_t flags)
{
	bool reserves = (flags & (MM_ALLOC_OOM | MM_ALLOC_NON_BLOCK | MM_ALLOC_MIN_RESERVE |
				  MM_ALLOC_HIGHATOMIC)) != 0;

	return (reserves ? 0 : v->highatomic) + ((flags & MM_ALLOC_CMA) || v->cma < 0 ? 0 : v->cma);
}

/* The watermark test; for more than one page the zone itself must have a block. */
bool page_alloc_zone_leaves(const struct zone *z, const struct wish *w, const struct view *v,
			    uint32_t flags)
{
	int64_t left = v->seen - (((int64_t)1 << w->order) - 1) - page_alloc_kept_from(v, flags);
	int64_t mark;

	mark = (int64_t)z->wmark[flags & MM_ALLOC_WMARK_MASK];
	/* what mixing types added counts for all but urgent single pages held to min */
	if (v->boosted || w->order || !(flags & MM_ALLOC_MIN_RESERVE) ||
	    (flags & MM_ALLOC_WMARK_MASK))
		mark += v->boost;
	if (flags & MM_ALLOC_MIN_RESERVE)
		mark -= mark / 2;
	if ((flags & MM_ALLOC_MIN_RESERVE) && (flags & MM_ALLOC_NON_BLOCK))
		mark -= mark / 4;
	if (flags & MM_ALLOC_OOM)
		mark -= mark / 2;
	if (left <= mark + (int64_t)z->lowmem_reserve[w->highest])
		return false;
	return w->order == 0 || page_alloc_counts_block(v, flags);
}

struct asker page_alloc_asker_of(const struct model *md, const struct mm_event *ev, uint64_t order,
				 uint64_t masks)
{
	return (struct asker){(uint32_t)masks, md->task[ev->cpu], (unsigned int)order};
}

/* What ignores watermarks: the bit, or freeing memory oneself, in one's own name or
 * in a soft interrupt; but never who says not to. */
static bool ignores_marks(const struct asker *a)
{
	bool interrupted = (a->task & (MM_TASK_HARDIRQ | MM_TASK_SOFTIRQ)) != 0;
	bool serves = (a->task & MM_TASK_SOFTIRQ) != 0;

	if (a->gfp & MM_GFP_NOMEMALLOC)
		return false;
	return (a->gfp & MM_GFP_MEMALLOC) ||
	       ((a->task & MM_TASK_MEMALLOC) && (!interrupted || serves));
}

/* What the mask and the task entitle to after the fast path, from the kernel's rules. */
uint32_t page_alloc_slow_flags(const struct asker *a)
{
	bool waits = (a->gfp & MM_GFP_DIRECT_RECLAIM) != 0;
	bool no_reserve = (a->gfp & MM_GFP_NOMEMALLOC) != 0;
	bool in_task = !(a->task & (MM_TASK_HARDIRQ | MM_TASK_SOFTIRQ));
	bool urgent = (a->gfp & MM_GFP_HIGH) || (waits && in_task && (a->task & MM_TASK_RT));
	uint32_t flags = urgent ? MM_ALLOC_MIN_RESERVE : 0;

	if (!waits && !no_reserve)
		flags |= MM_ALLOC_NON_BLOCK | (a->order ? MM_ALLOC_HIGHATOMIC : 0);
	return flags | (a->gfp & MM_GFP_KSWAPD_RECLAIM ? MM_ALLOC_KSWAPD : 0);
}

/* And to when that fails; 0: nothing more. */
uint32_t page_alloc_reserve_flags(const struct asker *a)
{
	uint32_t kswapd = a->gfp & MM_GFP_KSWAPD_RECLAIM ? MM_ALLOC_KSWAPD : 0;

	if (ignores_marks(a))
		return MM_ALLOC_NO_WATERMARKS | kswapd;
	if ((a->task & MM_TASK_VICTIM) && !(a->gfp & MM_GFP_NOMEMALLOC) &&
	    !(a->task & (MM_TASK_HARDIRQ | MM_TASK_SOFTIRQ)))
		return MM_ALLOC_OOM | kswapd;
	return 0;
}

/* What is left of a mask that was asked for. */
static uint32_t gfp_due(const struct mm_machine *m, const struct asker *a)
{
	uint32_t task = a->task;
	uint32_t io = MM_GFP_IO | MM_GFP_FS;
	uint32_t gone = ~m->gfp_allowed_mask;

	gone |= task & MM_TASK_NOIO ? io : 0;
	gone |= task & MM_TASK_NOFS ? MM_GFP_FS : 0;
	gone |= task & MM_TASK_PIN ? MM_GFP_MOVABLE : 0;
	return a->gfp & ~gone;
}

static uint64_t highest_zone(uint32_t gfp)
{
	if (gfp & MM_GFP_DMA)
		return MM_ZONE_DMA;
	if (gfp & MM_GFP_DMA32)
		return MM_ZONE_DMA32;
	if (gfp & MM_GFP_HIGHMEM)
		return gfp & MM_GFP_MOVABLE ? MM_ZONE_MOVABLE : MM_ZONE_HIGHMEM;
	return MM_ZONE_NORMAL;
}

enum mm_migratetype page_alloc_type_due(const struct mm_machine *m, uint32_t gfp)
{
	bool movable = (gfp & MM_GFP_MOVABLE) != 0;
	bool reclaimable = (gfp & MM_GFP_RECLAIMABLE) != 0;

	if (m->grouping_off || movable == reclaimable)
		return MM_MIGRATE_UNMOVABLE;
	return movable ? MM_MIGRATE_MOVABLE : MM_MIGRATE_RECLAIMABLE;
}

/* On a machine with CMA, pages that can move may lie there. */
uint32_t page_alloc_cma_due(const struct mm_machine *m, enum mm_migratetype type)
{
	return m->desc.nr_cma && type == MM_MIGRATE_MOVABLE ? MM_ALLOC_CMA : 0;
}

struct wish page_alloc_wish_of(const struct mm_machine *m, const struct mm_event *ev,
			       uint64_t order, uint32_t gfp)
{
	return (struct wish){(unsigned int)order, page_alloc_type_due(m, gfp), highest_zone(gfp),
			     ev->cpu, gfp};
}

/* The mask in effect.  Scopes do not reach the pages of a bulk request. */
void page_alloc_check_gfp(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			  uint64_t masks, uint32_t task)
{
	struct asker a = {(uint32_t)(masks >> 32), md->bulk < 0 ? task : 0, 0};
	uint32_t due = gfp_due(m, &a);

	MM_CHECK(r, "alloc.gfp_context", (uint32_t)masks == due,
		 "gfp 0x%x by task %#x went on as 0x%x, due is 0x%x", a.gfp, task, (uint32_t)masks,
		 due);
}

/* ---- nodes ---- */

/* Where a request starts, and which nodes its caller allows. */
uint64_t page_alloc_start_of(const struct model *md, const struct mm_machine *m, int cpu)
{
	return md->from ? md->nid : m->desc.cpu_node[cpu];
}

uint32_t page_alloc_callers(const struct model *md)
{
	return md->from && md->nodemask ? md->nodemask : UINT32_MAX;
}

/* Urgent ones may leave their cpuset. */
bool page_alloc_urgent(const struct wish *w)
{
	return (w->gfp & MM_GFP_HIGH) && !(w->gfp & MM_GFP_DIRECT_RECLAIM);
}

/* Nodes of the first attempt: a cpuset counts in any case, but not in interrupts. */
uint32_t page_alloc_first_nodes(const struct model *md, const struct wish *w)
{
	bool interrupt = (md->task[w->cpu] & (MM_TASK_HARDIRQ | MM_TASK_SOFTIRQ)) != 0;
	uint32_t mems = interrupt ? 0 : md->mems[w->cpu];

	return mems ? page_alloc_callers(md) & mems : page_alloc_callers(md);
}

/* Of a later one: a cpuset counts for who is to be held to it. */
uint32_t page_alloc_later_nodes(const struct model *md, const struct wish *w)
{
	bool victim = (md->task[w->cpu] & MM_TASK_VICTIM) != 0;

	return (w->gfp & MM_GFP_HARDWALL) && !page_alloc_urgent(w) && !victim
		       ? page_alloc_first_nodes(md, w)
		       : page_alloc_callers(md);
}

void page_alloc_walk_of(const struct model *md, const struct mm_machine *m, const struct wish *w,
			uint32_t nodes, struct mm_walk_order *to)
{
	mm_nodes_walk(m, &md->order[page_alloc_start_of(md, m, w->cpu)],
		      (w->gfp & MM_GFP_THISNODE) != 0, w->highest, nodes, to);
	/* of a node without memory there is no own list */
	if ((w->gfp & MM_GFP_THISNODE) && to->nr &&
	    to->zone[0] / MM_NR_ZONES != (int)page_alloc_start_of(md, m, w->cpu))
		to->nr = 0;
}

/* May that be the nodes of the pass that reached zone `picked`?  It began with their first. */
static bool fits(const struct model *md, const struct mm_machine *m, const struct wish *w,
		 uint32_t nodes, uint32_t flags, int picked)
{
	struct mm_walk_order walk;

	page_alloc_walk_of(md, m, w, nodes, &walk);
	return page_alloc_place_in(&walk, picked) >= 0 &&
	       walk.zone[0] == page_alloc_passes_first(&md->passes, flags);
}

/* The fewest that fit: where more do, all of them were asked up to there. */
uint32_t page_alloc_nodes_of(const struct model *md, const struct mm_machine *m,
			     const struct wish *w, uint32_t flags, int picked)
{
	const struct asker a = {w->gfp, md->task[w->cpu], w->order};
	bool last_help = (w->gfp & MM_GFP_NOFAIL) && flags == MM_ALLOC_MIN_RESERVE;
	bool anywhere = page_alloc_urgent(w) || (last_help && page_alloc_reserve_flags(&a));

	if (flags & MM_ALLOC_WMARK_LOW)
		return page_alloc_first_nodes(md, w);
	if (flags & (MM_ALLOC_NO_WATERMARKS | MM_ALLOC_OOM))
		return UINT32_MAX;
	if (fits(md, m, w, page_alloc_later_nodes(md, w), flags, picked))
		return page_alloc_later_nodes(md, w);
	if (last_help && fits(md, m, w, page_alloc_callers(md), flags, picked))
		return page_alloc_callers(md);
	return anywhere ? UINT32_MAX : page_alloc_later_nodes(md, w);
}

int page_alloc_place_in(const struct mm_walk_order *walk, int zone)
{
	int i;

	for (i = 0; i < walk->nr; i++) {
		if (walk->zone[i] == zone)
			return i;
	}
	return -1;
}
