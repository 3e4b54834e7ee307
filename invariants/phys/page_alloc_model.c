/* SPDX-License-Identifier: MIT */
/*
 * page_alloc model: which frames are free, who may have which, and what every
 * answer of the allocator must be.
 *
 * It starts from the machine's description, follows what was handed out and
 * taken back, and never asks the allocator's own lists how many blocks there
 * are.  From the picture of free frames it derives: whether a request had to
 * succeed and in which zone, how many blocks of each order must be on the
 * lists, whether a pageblock could be claimed.
 *
 *     in a zone's free blocks <-> in hand <-> on a CPU's list
 *                                    |
 *       <-> guards              taken -> dropped
 *
 * How many pages a watermark check sees is the zone's count, which lacks what
 * CPUs hold back: that count is the machine's, and vmstat.drift bounds it.
 */
#include "mm/page_alloc.h"

#include "mm/bitmap.h"
#include "mm/check.h"
#include "mm/ram.h"
#include "mm/task.h"

#include "invariants/engine/frames.h"
#include "invariants/engine/nodes.h"
#include "invariants/engine/pageblocks.h"
#include "invariants/engine/refusals.h"

#include <string.h>

/* Where a frame is; from ON_LISTS on: on the lists of that CPU. */
enum place { NOT_READY, IN_ZONE, GUARD, IN_HAND, TAKEN, DROPPED, ON_LISTS };

/* What a request finds in a zone. */
struct view {
	int64_t seen; /* free pages, as its count says */
	int64_t boost;
	int64_t cma;                 /* those of them in CMA pageblocks, likewise */
	int64_t highatomic;          /* and in reserved ones */
	bool block[MM_FRAMES_KINDS]; /* is there a free block of its order? */
	bool boosted;                /* its boost counts in any case */
};

/* What a block is, at its first frame: its order plus one; 0 at all others. */
#define UNIT_ORDER 0x1f
#define UNIT_COMP  0x20 /* allocated with __GFP_COMP */

struct model {
	struct mm_frames frames; /* those IN_ZONE */
	uint64_t *movable;       /* bit per frame: allocated with __GFP_MOVABLE */
	uint8_t *place;          /* of each frame */
	uint8_t *unit;           /* of each frame: UNIT_... */
	uint8_t *block;          /* type each pageblock must have */
	struct mm_pageblocks pageblocks;
	uint64_t *listed; /* blocks by zone, CPU and list */
	struct mm_node_order order[MM_NODES_MAX];
	uint64_t managed[MM_ZONES_MAX];
	uint64_t given[MM_ZONES_MAX];               /* what it has when all sections are ready */
	uint64_t count[MM_ZONES_MAX][ON_LISTS + 1]; /* frames by place */
	uint64_t allocated[MM_NR_ZONES];            /* so far, by type of zone */
	uint64_t freed;                             /* so far, those of boot too */
	uint64_t numa[MM_ZONES_MAX][MM_NUMA_NR];    /* blocks handed out so far */
	uint32_t task[MM_CPUS_MAX];                 /* flags of each CPU's task */
	uint32_t mems[MM_CPUS_MAX];                 /* nodes that cpusets allow; 0: all */

	/* within an operation */
	bool from;                    /* the caller named nodes: */
	uint64_t nid;                 /* where to start */
	uint32_t nodemask;            /* which it allows; 0: all */
	int asked;                    /* zone whose watermark said yes, or -1 */
	struct view found;            /* what it had then */
	bool contended[MM_ZONES_MAX]; /* lists not to be locked at the last attempt */
	bool excused[MM_ZONES_MAX];   /* or at an earlier one */
	int bulk;                     /* zone that serves a bulk request, or -1 */
	uint64_t bulk_empty;          /* slots it may fill */
	uint64_t bulk_got;            /* and has */
	enum mm_migratetype bulk_type;
	bool bulk_owes;           /* it got nothing: one page is to be asked for */
	bool tried[MM_ZONES_MAX]; /* since a section became ready there */
	uint64_t loose;           /* frames that an exact request must give back */
	bool helped;              /* reclaim was asked: what attempts before saw is gone */
	bool blurred;             /* and nothing was tried since */
	struct mm_refusals refusals;
	struct outer { /* the request that it was asked for */
		bool from;
		uint64_t nid;
		uint32_t nodemask;
		struct mm_event slow;
	} outer;

	/* special pageblocks */
	struct mm_event slow;     /* the request that the fast path did not serve */
	bool unreserved;          /* a pageblock was given up to it */
	uint64_t give_at;         /* and what is behind it must follow: from here */
	uint64_t give_left;       /* so many frames */
	uint64_t reserve_at;      /* frames that are to be reserved: the first */
	uint64_t reserve_left;    /* and how many */
	bool fell_back;           /* the block to be taken next is another type's */
	uint64_t took;            /* the last block that left a zone, not to a list */
	enum mm_frames_kind kind; /* of its pageblock */
};

static size_t model_size(const struct mm_machine *m)
{
	size_t words = mm_bitmap_words(m->max_pfn) * sizeof(uint64_t);
	size_t lists = (size_t)m->nr_zones * (size_t)m->desc.cpus * MM_PCP_LISTS;

	return sizeof(struct model) + mm_frames_size(m) + words + lists * sizeof(uint64_t) +
	       2 * (size_t)m->max_pfn + (size_t)m->nr_pageblocks;
}

/* Where frames of a range may begin to be of another zone. */
static uint64_t next_border(const struct mm_machine *m, uint64_t pfn, uint64_t end, int nid)
{
	int i;

	for (i = 0; i < MM_NR_ZONES; i++) {
		uint64_t at = m->desc.zone_end[i];

		end = at > pfn && at < end ? at : end;
	}
	return m->movable_pfn[nid] > pfn && m->movable_pfn[nid] < end ? m->movable_pfn[nid] : end;
}

/* RAM without what is reserved, between borders, by zone. */
static void count_given(struct model *md, const struct mm_machine *m)
{
	const struct mm_machine_desc *d = &m->desc;
	int i;
	int k;

	for (i = 0; i < d->nr_ram; i++) {
		uint64_t pfn = d->ram[i].start;

		while (pfn < d->ram[i].end) {
			uint64_t stop = next_border(m, pfn, d->ram[i].end, d->ram[i].nid);
			uint64_t *given = &md->given[mm_frames_zone(&md->frames, pfn)];

			*given += stop - pfn;
			for (k = 0; k < d->nr_reserved; k++) {
				const struct mm_range *r = &d->reserved[k];

				if (r->start < stop && r->end > pfn)
					*given -= (r->end < stop ? r->end : stop) -
						  (r->start > pfn ? r->start : pfn);
			}
			pfn = stop;
		}
	}
}

/* Pageblocks that the description says are CMA, but for those that zones share. */
static void set_cma(struct model *md, const struct mm_machine *m)
{
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t pfn;
	int i;

	for (i = 0; i < m->desc.nr_cma; i++) {
		for (pfn = m->desc.cma[i].start; pfn < m->desc.cma[i].end; pfn += size) {
			if (mm_pageblocks_may_move(&md->pageblocks,
						   mm_frames_zone(&md->frames, pfn), pfn))
				mm_pageblocks_set(&md->pageblocks, pfn, MM_MIGRATE_CMA);
		}
	}
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;
	uint8_t *at = (uint8_t *)state + sizeof(*md);
	size_t words = mm_bitmap_words(m->max_pfn) * sizeof(uint64_t);
	size_t lists = (size_t)m->nr_zones * (size_t)m->desc.cpus * MM_PCP_LISTS;
	int z;

	mm_frames_init(&md->frames, m, at);
	if (!m->desc.deferred)
		mm_frames_boot(&md->frames);
	at += mm_frames_size(m);
	md->movable = (uint64_t *)(void *)at;
	at += words;
	md->listed = (uint64_t *)(void *)at;
	at += lists * sizeof(uint64_t);
	md->place = at;
	md->unit = at + m->max_pfn;
	md->block = at + 2 * m->max_pfn;
	if (!m->desc.deferred) {
		memset(md->place, IN_ZONE, (size_t)m->max_pfn);
		memset(md->block, MM_MIGRATE_MOVABLE, (size_t)m->nr_pageblocks);
	}
	md->pageblocks.m = m;
	md->pageblocks.frames = &md->frames;
	md->pageblocks.type = md->block;
	md->took = UINT64_MAX;
	mm_nodes_order(&m->desc, md->order);
	count_given(md, m);
	set_cma(md, m);
	for (z = 0; z < m->nr_zones; z++) {
		md->managed[z] = mm_frames_nr_free(&md->frames, z);
		md->count[z][IN_ZONE] = md->managed[z];
		md->freed += md->managed[z];
	}
	md->asked = -1;
	md->bulk = -1;
	mm_refusals_forget(&md->refusals);
}

/* ---- what a request is owed ---- */

static bool zone_has_block(const struct model *md, int zone, enum mm_frames_kind kind,
			   unsigned int order)
{
	return md->frames.count[zone][kind][order] != 0;
}

/* Is there one that the watermark counts for such a request? */
static bool counts_block(const struct view *v, uint32_t flags)
{
	return v->block[MM_FRAMES_ORDINARY] ||
	       ((flags & MM_ALLOC_CMA) && v->block[MM_FRAMES_CMA]) ||
	       ((flags & (MM_ALLOC_HIGHATOMIC | MM_ALLOC_OOM)) && v->block[MM_FRAMES_HIGHATOMIC]);
}

/* Is there one that it may take? */
static bool may_take_block(const struct view *v, uint32_t flags)
{
	return counts_block(v, flags) ||
	       ((flags & MM_ALLOC_NON_BLOCK) && v->block[MM_FRAMES_HIGHATOMIC]);
}

static uint64_t *listed_at(const struct model *md, const struct mm_machine *m, uint64_t zone,
			   int cpu, uint64_t list)
{
	return &md->listed[(zone * (uint64_t)m->desc.cpus + (uint64_t)cpu) * MM_PCP_LISTS + list];
}

/* A request as the zones see it. */
struct wish {
	unsigned int order;
	enum mm_migratetype type;
	uint64_t highest;
	int cpu;
	uint32_t gfp;
};

static struct view view_of(const struct model *md, const struct mm_machine *m, int zone,
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
		v.block[k] = zone_has_block(md, zone, (enum mm_frames_kind)k, w->order);
	return v;
}

/* Is there a block for it, in the zone or on the CPU's list? */
static bool zone_can(const struct model *md, const struct mm_machine *m, int zone,
		     const struct wish *w, const struct view *v, uint32_t flags)
{
	bool listed = (m->pcp_orders >> w->order & 1) && !md->contended[zone] &&
		      *listed_at(md, m, (uint64_t)zone, w->cpu, mm_pcp_index(w->type, w->order));

	return listed || may_take_block(v, flags);
}

/* Free pages that are kept from requests with such rights. */
static int64_t kept_from(const struct view *v, uint32_t flags)
{
	bool reserves = (flags & (MM_ALLOC_OOM | MM_ALLOC_NON_BLOCK | MM_ALLOC_MIN_RESERVE |
				  MM_ALLOC_HIGHATOMIC)) != 0;

	return (reserves ? 0 : v->highatomic) + ((flags & MM_ALLOC_CMA) || v->cma < 0 ? 0 : v->cma);
}

/* The watermark test; for more than one page the zone itself must have a block. */
static bool zone_leaves(const struct zone *z, const struct wish *w, const struct view *v,
			uint32_t flags)
{
	int64_t left = v->seen - (((int64_t)1 << w->order) - 1) - kept_from(v, flags);
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
	return w->order == 0 || counts_block(v, flags);
}

/* Could the zone have served it?  The zone that did is judged by what it had. */
static bool zone_ok(const struct model *md, const struct mm_machine *m, int at,
		    const struct wish *w, uint32_t flags)
{
	struct view v = at == md->asked ? md->found : view_of(md, m, at, w);

	if (!md->managed[at] || !zone_can(md, m, at, w, &v, flags))
		return false;
	return (flags & MM_ALLOC_NO_WATERMARKS) || zone_leaves(&m->zones[at], w, &v, flags);
}

/* A request: its mask in effect, and who makes it. */
struct asker {
	uint32_t gfp;
	uint32_t task;
	unsigned int order;
};

static struct asker asker_of(const struct model *md, const struct mm_event *ev, uint64_t order,
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
static uint32_t slow_flags(const struct asker *a)
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
static uint32_t reserve_flags(const struct asker *a)
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

static enum mm_migratetype type_due(const struct mm_machine *m, uint32_t gfp)
{
	bool movable = (gfp & MM_GFP_MOVABLE) != 0;
	bool reclaimable = (gfp & MM_GFP_RECLAIMABLE) != 0;

	if (m->grouping_off || movable == reclaimable)
		return MM_MIGRATE_UNMOVABLE;
	return movable ? MM_MIGRATE_MOVABLE : MM_MIGRATE_RECLAIMABLE;
}

/* On a machine with CMA, pages that can move may lie there. */
static uint32_t cma_due(const struct mm_machine *m, enum mm_migratetype type)
{
	return m->desc.nr_cma && type == MM_MIGRATE_MOVABLE ? MM_ALLOC_CMA : 0;
}

static struct wish wish_of(const struct mm_machine *m, const struct mm_event *ev, uint64_t order,
			   uint32_t gfp)
{
	return (struct wish){(unsigned int)order, type_due(m, gfp), highest_zone(gfp), ev->cpu,
			     gfp};
}

/* The mask in effect.  Scopes do not reach the pages of a bulk request. */
static void check_gfp(const struct model *md, struct mm_report *r, const struct mm_machine *m,
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
static uint64_t start_of(const struct model *md, const struct mm_machine *m, const struct wish *w)
{
	return md->from ? md->nid : m->desc.cpu_node[w->cpu];
}

static uint32_t callers(const struct model *md)
{
	return md->from && md->nodemask ? md->nodemask : UINT32_MAX;
}

/* Urgent ones may leave their cpuset. */
static bool urgent(const struct wish *w)
{
	return (w->gfp & MM_GFP_HIGH) && !(w->gfp & MM_GFP_DIRECT_RECLAIM);
}

/* Nodes of the first attempt: a cpuset counts in any case, but not in interrupts. */
static uint32_t first_nodes(const struct model *md, const struct wish *w)
{
	bool interrupt = (md->task[w->cpu] & (MM_TASK_HARDIRQ | MM_TASK_SOFTIRQ)) != 0;
	uint32_t mems = interrupt ? 0 : md->mems[w->cpu];

	return mems ? callers(md) & mems : callers(md);
}

/* Of a later one: a cpuset counts for who is to be held to it. */
static uint32_t later_nodes(const struct model *md, const struct wish *w)
{
	bool victim = (md->task[w->cpu] & MM_TASK_VICTIM) != 0;

	return (w->gfp & MM_GFP_HARDWALL) && !urgent(w) && !victim ? first_nodes(md, w)
								   : callers(md);
}

static void walk_of(const struct model *md, const struct mm_machine *m, const struct wish *w,
		    uint32_t nodes, struct mm_walk_order *to)
{
	mm_nodes_walk(m, &md->order[start_of(md, m, w)], (w->gfp & MM_GFP_THISNODE) != 0,
		      w->highest, nodes, to);
	/* of a node without memory there is no own list */
	if ((w->gfp & MM_GFP_THISNODE) && to->nr &&
	    to->zone[0] / MM_NR_ZONES != (int)start_of(md, m, w))
		to->nr = 0;
}

/* The nodes of an attempt that was made with flags and reached zone `picked`. */
static uint32_t nodes_of(const struct model *md, const struct wish *w, uint32_t flags, int picked)
{
	if (flags & MM_ALLOC_WMARK_LOW)
		return first_nodes(md, w);
	if (flags & (MM_ALLOC_NO_WATERMARKS | MM_ALLOC_OOM))
		return UINT32_MAX;
	if (later_nodes(md, w) >> picked / MM_NR_ZONES & 1)
		return later_nodes(md, w);
	return urgent(w) ? UINT32_MAX : callers(md);
}

static int place_in(const struct mm_walk_order *walk, int zone)
{
	int i;

	for (i = 0; i < walk->nr; i++) {
		if (walk->zone[i] == zone)
			return i;
	}
	return -1;
}

/* ---- judging an answer ---- */

/* NOFRAGMENT is for Normal above a DMA32 of the same node, and stays on that node. */
static bool nofragment_due(const struct mm_machine *m, const struct mm_walk_order *walk, int picked)
{
	int first = walk->nr ? walk->zone[0] : -1;

	return first >= 0 && first % MM_NR_ZONES == MM_ZONE_NORMAL &&
	       mm_zone_pages(&m->zones[first - 1]) && first / MM_NR_ZONES == picked / MM_NR_ZONES;
}

/* Is an attempt with these flags one that a request of this mask makes? */
static bool flags_due(const struct mm_machine *m, const struct mm_walk_order *walk,
		      const struct asker *a, uint32_t flags, int picked)
{
	if ((a->gfp & MM_GFP_NOFAIL) && flags == MM_ALLOC_MIN_RESERVE)
		return true;
	/* CMA is for all attempts but that one, or for none */
	if ((flags & MM_ALLOC_CMA) != cma_due(m, type_due(m, a->gfp)))
		return false;
	flags &= ~MM_ALLOC_CMA;
	if (flags == slow_flags(a))
		return true;
	if (flags & MM_ALLOC_WMARK_LOW)
		return (flags & MM_ALLOC_KSWAPD) == (a->gfp & MM_GFP_KSWAPD_RECLAIM) &&
		       (flags & ~MM_ALLOC_KSWAPD) ==
			       (MM_ALLOC_WMARK_LOW |
				(nofragment_due(m, walk, picked) ? flags & MM_ALLOC_NOFRAGMENT
								 : 0));
	if (flags & (MM_ALLOC_NO_WATERMARKS | MM_ALLOC_OOM))
		return flags == reserve_flags(a);
	return false;
}

static void check_treatment(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			    const struct mm_event *ev, const struct mm_walk_order *walk)
{
	struct asker a = asker_of(md, ev, ev->f[1], ev->f[2]);
	uint64_t type = type_due(m, a.gfp);

	MM_CHECK(r, "alloc.treatment",
		 flags_due(m, walk, &a, (uint32_t)ev->f[4], (int)ev->f[5]) && ev->f[3] == type,
		 "gfp 0x%x by task %#x was treated as type %llu with flags 0x%llx", a.gfp, a.task,
		 (unsigned long long)ev->f[3], (unsigned long long)ev->f[4]);
}

/* No zone to stop at: all were asked, and then again with more rights. */
#define MORE_CAME (-2)

/* No zone of the walk before `stop` could have served it with these flags. */
static void check_walk(const struct model *md, struct mm_report *r, const struct mm_machine *m,
		       const struct wish *w, const struct mm_walk_order *walk, uint32_t flags,
		       int stop, const char *what)
{
	int i;

	/* the last help for who must not fail is none of CMA */
	if (!(w->gfp & MM_GFP_NOFAIL) || flags != MM_ALLOC_MIN_RESERVE)
		flags |= cma_due(m, w->type);
	for (i = 0; i < walk->nr && walk->zone[i] != stop; i++) {
		int z = walk->zone[i];

		if ((flags & MM_ALLOC_WMARK_LOW) && stop < 0 && md->excused[z])
			continue;
		if (stop == MORE_CAME && mm_refusals_was_locked(&md->refusals, z, flags))
			continue;
		/* judged when it refused, and pages were given up there since */
		if (mm_refusals_excuse(&md->refusals, z, flags))
			continue;
		MM_CHECK(r, "alloc.result", md->managed[z] == md->given[z],
			 "order %u gfp 0x%x %s although %llu frames of node %d zone %s are to come",
			 w->order, w->gfp, what,
			 (unsigned long long)(md->given[z] - md->managed[z]), m->zones[z].nid,
			 m->zones[z].name);
		/* which pageblocks a NOFRAGMENT attempt refuses is the lists' business */
		MM_CHECK(r, "alloc.result",
			 (flags & MM_ALLOC_NOFRAGMENT) || !zone_ok(md, m, z, w, flags),
			 "order %u gfp 0x%x %s although node %d zone %s could serve it", w->order,
			 w->gfp, what, m->zones[z].nid, m->zones[z].name);
	}
}

static void check_passed_over(const struct model *md, struct mm_report *r,
			      const struct mm_machine *m, const struct wish *w, uint32_t nodes,
			      uint32_t flags, int stop, const char *what)
{
	struct mm_walk_order walk;

	walk_of(md, m, w, nodes, &walk);
	check_walk(md, r, m, w, &walk, flags, stop, what);
}

static void check_zone_choice(const struct model *md, struct mm_report *r,
			      const struct mm_machine *m, const struct mm_event *ev,
			      const struct mm_walk_order *walk)
{
	struct wish w = wish_of(m, ev, ev->f[1], (uint32_t)ev->f[2]);
	struct asker a = asker_of(md, ev, ev->f[1], ev->f[2]);
	uint32_t flags = (uint32_t)ev->f[4];
	int picked = (int)ev->f[5];
	bool allowed = place_in(walk, picked) >= 0;

	check_treatment(md, r, m, ev, walk);
	MM_CHECK(r, "alloc.zone_allowed",
		 mm_frames_zone(&md->frames, ev->f[0]) == picked && allowed,
		 "pfn %llu of node %d zone %s for gfp 0x%x, which allows up to %s of nodes 0x%x",
		 (unsigned long long)ev->f[0], m->zones[picked].nid, m->zones[picked].name, w.gfp,
		 mm_gfp_zone_name((enum mm_zone_type)w.highest), nodes_of(md, &w, flags, picked));
	/* what the zone had before the block, and perhaps a batch of them, went */
	MM_CHECK(r, "watermark.respected",
		 md->asked == picked && ((flags & MM_ALLOC_NO_WATERMARKS) ||
					 zone_leaves(&m->zones[picked], &w, &md->found, flags)),
		 "zone %s had %lld free, order %u taken with flags 0x%x", m->zones[picked].name,
		 (long long)md->found.seen, w.order, flags);
	if (allowed)
		check_walk(md, r, m, &w, walk, flags, picked, "went past it");
	if (md->helped)
		return; /* earlier attempts were judged when reclaim was asked */
	if (!(flags & MM_ALLOC_WMARK_LOW) && !md->unreserved)
		check_passed_over(md, r, m, &w, first_nodes(md, &w), MM_ALLOC_WMARK_LOW, -1,
				  "took the slow path");
	if ((flags & (MM_ALLOC_NO_WATERMARKS | MM_ALLOC_OOM)) && !md->unreserved)
		check_passed_over(md, r, m, &w, later_nodes(md, &w), slow_flags(&a), MORE_CAME,
				  "took from the reserves");
}

/* The request is over. */
static void forget_attempts(struct model *md)
{
	md->asked = -1;
	md->from = false;
	md->unreserved = false;
	md->give_left = 0;
	md->slow.kind = MM_EV_NR;
	md->took = UINT64_MAX;
	memset(md->contended, 0, sizeof(md->contended));
	memset(md->excused, 0, sizeof(md->excused));
	memset(md->tried, 0, sizeof(md->tried));
	md->helped = false;
	md->blurred = false;
	mm_refusals_forget(&md->refusals);
}

/* All attempts of a request that may have been made so far were in vain. */
static void check_unserved(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			   const struct wish *w, const struct asker *a)
{
	struct mm_walk_order walk;

	walk_of(md, m, w, later_nodes(md, w), &walk);
	/* without a node to ask not even reserves are tried */
	if (!walk.nr)
		return;
	/* after reclaim, who was given reserves is held to their mark alone */
	if (!md->helped || !reserve_flags(a)) {
		check_passed_over(md, r, m, w, later_nodes(md, w), slow_flags(a),
				  reserve_flags(a) ? MORE_CAME : -1, "failed");
		/* who is urgent may leave its nodes, but with reserves only with those */
		if (urgent(w) && !reserve_flags(a))
			check_passed_over(md, r, m, w, UINT32_MAX, slow_flags(a), -1, "failed");
	}
	if (reserve_flags(a))
		check_passed_over(md, r, m, w, UINT32_MAX, reserve_flags(a), -1, "failed");
}

/* Nothing is to be had: reclaim may ask for pages of its own meanwhile. */
static void on_reclaim(struct model *md, struct mm_report *r, const struct mm_machine *m,
		       const struct mm_event *ev)
{
	struct asker a = asker_of(md, ev, ev->f[0], ev->f[1]);
	struct wish w = wish_of(m, ev, ev->f[0], a.gfp);

	md->asked = -1;
	if (!md->helped && !md->unreserved)
		check_passed_over(md, r, m, &w, first_nodes(md, &w), MM_ALLOC_WMARK_LOW, -1,
				  "had memory reclaimed");
	if (!md->blurred)
		check_unserved(md, r, m, &w, &a);
	md->outer = (struct outer){md->from, md->nid, md->nodemask, md->slow};
	forget_attempts(md);
}

static void on_reclaim_end(struct model *md)
{
	forget_attempts(md);
	md->from = md->outer.from;
	md->nid = md->outer.nid;
	md->nodemask = md->outer.nodemask;
	md->slow = md->outer.slow;
	md->helped = true;
	md->blurred = true;
}

/* Does it ask again and again before it fails? */
static bool insists(const struct asker *a)
{
	bool costly = a->order > 3;

	return (a->gfp & MM_GFP_DIRECT_RECLAIM) && !(a->gfp & MM_GFP_NORETRY) &&
	       (!costly || ((a->gfp & MM_GFP_RETRY_MAYFAIL) && (a->gfp & MM_GFP_IO))) &&
	       !(a->task & MM_TASK_MEMALLOC);
}

/* The nodes that it may use in the end. */
static uint32_t last_nodes(const struct model *md, const struct wish *w, const struct asker *a)
{
	return reserve_flags(a) ? UINT32_MAX : later_nodes(md, w);
}

/* The first zone it may use that has reserved pages to give up, or -1. */
static int reserving_zone(const struct model *md, const struct mm_machine *m, const struct wish *w,
			  const struct asker *a)
{
	struct mm_walk_order walk;
	int i;

	walk_of(md, m, w, last_nodes(md, w, a), &walk);
	for (i = 0; i < walk.nr; i++) {
		if (mm_frames_nr_kind(&md->frames, walk.zone[i], MM_FRAMES_HIGHATOMIC))
			return walk.zone[i];
	}
	return -1;
}

/* A reserved pageblock is given up: to a request that insists and was not served, of the
 * first zone that has one. */
static void check_unreserve(struct model *md, struct mm_report *r, const struct mm_machine *m,
			    const struct mm_event *ev)
{
	struct asker a = asker_of(md, &md->slow, md->slow.f[0], md->slow.f[1]);
	struct wish w = wish_of(m, &md->slow, md->slow.f[0], a.gfp);
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;

	/* the rest of a block goes with its first pageblock */
	if (md->give_left && ev->f[0] == md->give_at) {
		md->give_at += size;
		md->give_left -= size;
		return;
	}
	md->give_left = mm_pageblocks_unreserve_due(&md->pageblocks, (int)ev->f[3], ev->f[0]);
	MM_CHECK(r, "alloc.unreserve",
		 md->slow.kind == MM_EV_mm_page_alloc_slowpath && (insists(&a) || md->helped) &&
			 ev->f[2] == mm_pageblocks_stored(m, type_due(m, a.gfp)) &&
			 (int)ev->f[3] == reserving_zone(md, m, &w, &a) && md->give_left,
		 "pfn %llu of zone %s is given up to type %llu, by order %u gfp 0x%x",
		 (unsigned long long)ev->f[0], m->zones[ev->f[3]].name,
		 (unsigned long long)ev->f[2], a.order, a.gfp);
	if (!r->failures && !md->blurred)
		check_unserved(md, r, m, &w, &a);
	md->unreserved = true;
	md->give_at = ev->f[0] + size;
	md->give_left -= size;
}

/* After a block of the pageblock at reserve_at was taken by who may. */
static void check_reserve(struct model *md, struct mm_report *r, const struct mm_machine *m,
			  const struct mm_event *ev)
{
	MM_CHECK(r, "alloc.reserve",
		 md->reserve_left && ev->f[0] == md->reserve_at &&
			 ev->f[2] == MM_MIGRATE_HIGHATOMIC,
		 "pageblock of pfn %llu of zone %s is reserved against the rule",
		 (unsigned long long)ev->f[0], m->zones[ev->f[3]].name);
	md->reserve_at += (uint64_t)1 << m->desc.pageblock_order;
	md->reserve_left -= (uint64_t)1 << m->desc.pageblock_order;
}

static void check_reserved(struct model *md, struct mm_report *r)
{
	MM_CHECK(r, "alloc.reserve", !md->reserve_left,
		 "%llu frames from pfn %llu on are not reserved",
		 (unsigned long long)md->reserve_left, (unsigned long long)md->reserve_at);
	md->reserve_left = 0;
}

/* The block that a request takes from a zone itself, against what was there. */
static void check_special(const struct model *md, struct mm_report *r, const struct mm_event *ev)
{
	uint32_t flags = (uint32_t)ev->f[4];
	const bool *had = md->found.block;
	bool first = (flags & MM_ALLOC_HIGHATOMIC) && had[MM_FRAMES_HIGHATOMIC];

	MM_CHECK(r, "alloc.reserve", !first || md->kind == MM_FRAMES_HIGHATOMIC,
		 "pfn %llu order %llu was taken although a reserved block is there",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1]);
	MM_CHECK(
		r, "alloc.special_lists",
		md->kind != MM_FRAMES_HIGHATOMIC || first ||
			((flags & (MM_ALLOC_OOM | MM_ALLOC_NON_BLOCK)) && !had[MM_FRAMES_ORDINARY]),
		"pfn %llu order %llu of a reserved pageblock was taken with flags 0x%x",
		(unsigned long long)ev->f[0], (unsigned long long)ev->f[1], flags);
	MM_CHECK(r, "alloc.special_lists", md->kind != MM_FRAMES_CMA || (flags & MM_ALLOC_CMA),
		 "pfn %llu order %llu of a CMA pageblock was taken with flags 0x%x",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1], flags);
}

static void on_failed(struct model *md, struct mm_report *r, const struct mm_machine *m,
		      const struct mm_event *ev)
{
	struct asker a = asker_of(md, ev, ev->f[0], ev->f[1]);
	struct wish w = wish_of(m, ev, ev->f[0], a.gfp);
	struct mm_walk_order walk;

	if (ev->f[4])
		return; /* injected: a bulk request does not look at the task */
	check_gfp(md, r, m, ev->f[1], a.task);
	if (!md->blurred)
		check_unserved(md, r, m, &w, &a);
	walk_of(md, m, &w, later_nodes(md, &w), &walk);
	MM_CHECK(r, "alloc.unreserve",
		 !walk.nr || !insists(&a) || reserving_zone(md, m, &w, &a) < 0,
		 "order %u gfp 0x%x failed although zone %s keeps reserved pages", w.order, w.gfp,
		 m->zones[reserving_zone(md, m, &w, &a) & 0xff].name);
	if ((a.gfp & MM_GFP_NOFAIL) && (a.gfp & MM_GFP_DIRECT_RECLAIM))
		check_passed_over(md, r, m, &w, callers(md), MM_ALLOC_MIN_RESERVE, -1, "failed");
}

/* Hit or miss by the node the request preferred, local or other by the CPU's. */
static void count_numa(struct model *md, const struct mm_machine *m, const struct mm_event *ev,
		       const struct mm_walk_order *walk, int zone)
{
	int nid = zone / MM_NR_ZONES;

	if (!walk->nr)
		return; /* alloc.zone_allowed has seen it */
	if (walk->zone[0] / MM_NR_ZONES == nid) {
		md->numa[zone][MM_NUMA_HIT]++;
	} else {
		md->numa[zone][MM_NUMA_MISS]++;
		md->numa[walk->zone[0]][MM_NUMA_FOREIGN]++;
	}
	md->numa[zone][nid == m->desc.cpu_node[ev->cpu] ? MM_NUMA_LOCAL : MM_NUMA_OTHER]++;
}

/* ---- frames change hands ---- */

static bool all_at(const struct model *md, const struct mm_machine *m, uint64_t pfn, uint64_t order,
		   uint8_t place)
{
	uint64_t n = (uint64_t)1 << order;
	uint64_t i;

	if (order > m->desc.max_order || pfn + n > m->max_pfn || (pfn & (n - 1)))
		return false;
	for (i = 0; i < n; i++) {
		if (md->place[pfn + i] != place)
			return false;
	}
	return true;
}

/* A block, all of which is in one place, goes to another. */
static void move(struct model *md, uint64_t pfn, uint64_t order, uint8_t to)
{
	uint8_t from = md->place[pfn];
	int zone = mm_frames_zone(&md->frames, pfn);
	uint64_t n = (uint64_t)1 << order;

	if (from == IN_ZONE)
		mm_frames_take(&md->frames, pfn, (unsigned int)order);
	if (to == IN_ZONE)
		mm_frames_free(&md->frames, pfn, (unsigned int)order);
	memset(md->place + pfn, to, (size_t)n);
	md->count[zone][from < ON_LISTS ? from : ON_LISTS] -= n;
	md->count[zone][to < ON_LISTS ? to : ON_LISTS] += n;
}

static void set_movable(struct model *md, uint64_t pfn, uint64_t n, bool movable)
{
	if (movable)
		mm_bitmap_set_range(md->movable, pfn, n);
	else
		mm_bitmap_clear_range(md->movable, pfn, n);
}

/* ---- blocks ---- */

/*
 * Is the block that goes back one that was handed out?  Or the upper half of what is
 * left of one that is no compound: its first frame is held on, and the rest is freed
 * half by half.  Then it is no longer (all of) a block.
 */
static bool take_unit(struct model *md, uint64_t pfn, unsigned int order)
{
	uint64_t n = (uint64_t)1 << order;

	if (order > MM_ORDER_LIMIT)
		return false;
	if ((md->unit[pfn] & UNIT_ORDER) == order + 1) {
		md->unit[pfn] = 0;
		return true;
	}
	if (md->unit[pfn] || pfn < n || md->unit[pfn - n] != order + 2)
		return false;
	md->unit[pfn - n] = (uint8_t)(order + 1);
	return true;
}

/* Bytes of a block become pages of their own; what is beyond them goes back. */
static void on_split(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	uint64_t n = (uint64_t)1 << ev->f[1];
	uint64_t keep = ev->f[2] ? (ev->f[2] - 1) / MM_PAGE_SIZE + 1 : n;
	uint64_t i;

	MM_CHECK(r, "alloc.split", md->unit[pfn] == ev->f[1] + 1 && keep <= n && keep * 2 > n,
		 "pfn %llu order %llu is split for %llu bytes", (unsigned long long)pfn,
		 (unsigned long long)ev->f[1], (unsigned long long)ev->f[2]);
	if (r->failures)
		return;
	for (i = 0; i < n; i++) {
		const struct page *p = &m->memmap[pfn + i];

		md->unit[pfn + i] = 1;
		MM_CHECK(r, "alloc.split",
			 (i ? p->refcount == (i < keep) : p->refcount > 0) && !p->order &&
				 (p->flags & MM_PG_HEAD),
			 "page %llu of a split block has %d references, order %u, flags 0x%x",
			 (unsigned long long)i, p->refcount, p->order, p->flags);
	}
	md->loose += n - keep;
}

/* The flags of a new block's head; its other frames have none. */
static uint32_t new_flags(const struct mm_event *ev)
{
	return MM_PG_HEAD | (ev->f[2] & MM_GFP_MOVABLE ? MM_PG_MOVABLE : 0) |
	       (ev->f[2] & MM_GFP_COMP && ev->f[1] ? MM_PG_COMP : 0) |
	       (ev->f[4] & MM_ALLOC_NO_WATERMARKS ? MM_PG_PFMEMALLOC : 0);
}

/* A frame behind the first: of a compound block, it says so. */
static bool tail_ok(const struct page *head, uint64_t i, bool comp)
{
	const struct page *p = head + i;
	uintptr_t due = (uintptr_t)head + 1;

	if (p->flags || p->order || p->refcount)
		return false;
	return comp ? p->compound_head == due && p->mapping == 0x400 && !p->private_data
		    : !(p->compound_head % 2) && !p->mapping;
}

static void check_init_state(struct mm_report *r, const struct mm_machine *m,
			     const struct mm_event *ev)
{
	const struct page *head = &m->memmap[ev->f[0]];
	/* where frees zero, what was free is judged by page_poison's model */
	bool frees = m->desc.init_on_free && !m->desc.page_poison;
	bool zero = ((ev->f[2] & MM_GFP_ZERO) || (m->desc.init_on_alloc && !m->desc.page_poison)) &&
		    !frees;
	uint64_t n = (uint64_t)1 << ev->f[1];
	uint64_t i;

	MM_CHECK(r, "alloc.init_state",
		 head->refcount == 1 && !head->mapping && !head->private_data &&
			 head->flags == new_flags(ev) && head->order == ev->f[1],
		 "pfn %llu order %llu: refcount %d mapping 0x%llx flags 0x%x",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1], head->refcount,
		 (unsigned long long)head->mapping, head->flags);
	for (i = 0; i < n; i++) {
		const struct page *p = head + i;

		MM_CHECK(r, "alloc.init_state",
			 p->mapcount == -1 && !p->memcg_data &&
				 (!i || tail_ok(head, i, (new_flags(ev) & MM_PG_COMP) != 0)),
			 "frame %llu of %llu at pfn %llu: refcount %d mapcount %d flags 0x%x",
			 (unsigned long long)i, (unsigned long long)n, (unsigned long long)ev->f[0],
			 p->refcount, p->mapcount, p->flags);
		MM_CHECK(r, "alloc.init_state", !zero || mm_ram_is_zero(m, pfn_of(ev->f[0] + i)),
			 "pfn %llu is not zero, and should be", (unsigned long long)(ev->f[0] + i));
	}
}

/* A page of a bulk request: its zone was chosen for all of them. */
static void check_bulk_page(struct model *md, struct mm_report *r, const struct mm_machine *m,
			    const struct mm_event *ev)
{
	uint32_t gfp = (uint32_t)ev->f[2];

	md->bulk_got++;
	MM_CHECK(r, "alloc.bulk",
		 ev->f[5] == (uint64_t)md->bulk && !ev->f[1] && md->bulk_got <= md->bulk_empty,
		 "page %llu of %llu: pfn %llu order %llu of zone %s",
		 (unsigned long long)md->bulk_got, (unsigned long long)md->bulk_empty,
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1],
		 m->zones[ev->f[5]].name);
	MM_CHECK(r, "alloc.treatment",
		 ev->f[4] == (MM_ALLOC_WMARK_LOW | cma_due(m, type_due(m, gfp))) &&
			 ev->f[3] == type_due(m, gfp),
		 "bulk gfp 0x%x was treated as type %llu with flags 0x%llx", gfp,
		 (unsigned long long)ev->f[3], (unsigned long long)ev->f[4]);
}

/* Would z leave its low mark and what it keeps from requests for the preferred zone? */
static bool leaves_all(const struct zone *z, int64_t usable, uint64_t pages, int preferred)
{
	return usable >
	       (int64_t)(z->wmark[MM_WMARK_LOW] + z->boost + pages + z->lowmem_reserve[preferred]);
}

/* The zone that a bulk request is served from, or -1: of the preferred zone's node. */
static int bulk_zone(const struct model *md, const struct mm_machine *m, const struct mm_event *ev,
		     uint64_t gfp)
{
	struct wish w = wish_of(m, ev, 0, (uint32_t)gfp);
	struct mm_walk_order walk;
	int i;

	walk_of(md, m, &w, first_nodes(md, &w), &walk);
	for (i = 0; i < walk.nr; i++) {
		const struct zone *z = &m->zones[walk.zone[i]];
		struct view v = view_of(md, m, walk.zone[i], &w);

		if (z->nid != m->zones[walk.zone[0]].nid)
			break;
		if (leaves_all(z, v.seen - kept_from(&v, cma_due(m, w.type)), ev->f[1],
			       (int)m->zones[walk.zone[0]].type))
			return z->id;
	}
	return -1;
}

static void on_bulk(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	int due = bulk_zone(md, m, ev, ev->f[5]);

	MM_CHECK(r, "alloc.bulk", (int)ev->f[0] == due && ev->f[2] <= ev->f[1],
		 "%llu pages, %llu of them empty, from zone %s; due is zone %d",
		 (unsigned long long)ev->f[1], (unsigned long long)ev->f[2],
		 m->zones[ev->f[0]].name, due);
	md->bulk = (int)ev->f[0];
	md->bulk_empty = ev->f[2];
	md->bulk_got = 0;
	check_gfp(md, r, m, ev->f[5], 0);
	md->bulk_type = type_due(m, (uint32_t)ev->f[5]);
}

/* No zone has room for all, or its lists are another's at the moment. */
static void on_bulk_none(struct model *md, struct mm_report *r, const struct mm_machine *m,
			 const struct mm_event *ev)
{
	int due = bulk_zone(md, m, ev, ev->f[2]);
	int zone = ev->f[0] < MM_ZONES_MAX ? (int)ev->f[0] : -1;

	MM_CHECK(r, "alloc.bulk",
		 zone < 0 ? due < 0 || !m->desc.pcp : zone == due && md->contended[zone],
		 "%llu pages were not taken from zone %d; due is zone %d",
		 (unsigned long long)ev->f[1], zone, due);
	md->bulk_owes = true;
}

static void on_bulk_end(struct model *md, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct wish w = {0, md->bulk_type, 0, ev->cpu, 0};
	struct view v = view_of(md, m, md->bulk, &w);

	MM_CHECK(r, "alloc.bulk", ev->f[0] == md->bulk_got, "%llu pages came, it counts %llu",
		 (unsigned long long)md->bulk_got, (unsigned long long)ev->f[0]);
	MM_CHECK(r, "alloc.bulk",
		 md->bulk_got == md->bulk_empty ||
			 !zone_can(md, m, md->bulk, &w, &v, cma_due(m, w.type)),
		 "%llu of %llu pages came although zone %s has more",
		 (unsigned long long)md->bulk_got, (unsigned long long)md->bulk_empty,
		 m->zones[md->bulk].name);
	md->bulk = -1;
	md->bulk_owes = ev->f[0] == 0;
}

/* What must follow a success of who may use reserved pageblocks. */
static void owe_reserve(struct model *md, const struct mm_machine *m, uint64_t pfn,
			unsigned int order)
{
	int zone = mm_frames_zone(&md->frames, pfn);

	md->reserve_left =
		mm_pageblocks_reserve_due(&md->pageblocks, zone, pfn, order, md->given[zone]);
	md->reserve_at = pfn >> m->desc.pageblock_order << m->desc.pageblock_order;
}

static void on_alloc(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	unsigned int order = (unsigned int)ev->f[1];
	struct wish w = wish_of(m, ev, order, (uint32_t)ev->f[2]);
	struct mm_walk_order walk;
	int zone;

	MM_CHECK(r, "buddy.order_bound", order <= m->desc.max_order, "order %u", order);
	MM_CHECK(r, "alloc.no_double", all_at(md, m, pfn, order, IN_HAND),
		 "pfn %llu order %u handed out while not all of it was free",
		 (unsigned long long)pfn, order);
	if (r->failures)
		return; /* the picture is no longer true */
	check_gfp(md, r, m, ev->f[2], md->task[ev->cpu]);
	check_reserved(md, r);
	zone = mm_frames_zone(&md->frames, pfn);
	walk_of(md, m, &w, nodes_of(md, &w, (uint32_t)ev->f[4], (int)ev->f[5]), &walk);
	if (md->bulk < 0) {
		check_zone_choice(md, r, m, ev, &walk);
		md->bulk_owes = false;
		if (md->took == pfn)
			check_special(md, r, ev);
		if (ev->f[4] & MM_ALLOC_HIGHATOMIC)
			owe_reserve(md, m, pfn, order);
	} else {
		check_bulk_page(md, r, m, ev);
	}
	check_init_state(r, m, ev);
	move(md, pfn, order, TAKEN);
	md->unit[pfn] = (uint8_t)((order + 1) | (new_flags(ev) & MM_PG_COMP ? UNIT_COMP : 0));
	md->allocated[zone % MM_NR_ZONES] += (uint64_t)1 << order;
	count_numa(md, m, ev, &walk, zone);
	forget_attempts(md);
	set_movable(md, pfn, (uint64_t)1 << order, (ev->f[2] & MM_GFP_MOVABLE) != 0);
}

static void check_zeroed(struct mm_report *r, const struct mm_machine *m, uint64_t pfn, uint64_t n)
{
	for (; m->desc.init_on_free && !m->desc.page_poison && n > 0; pfn++, n--)
		MM_CHECK(r, "alloc.init_on_free", mm_ram_is_zero(m, pfn_of(pfn)),
			 "pfn %llu is taken back with contents", (unsigned long long)pfn);
}

static void on_free(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	unsigned int order = (unsigned int)ev->f[1];
	uint64_t n = (uint64_t)1 << order;

	MM_CHECK(r, "alloc.no_double", all_at(md, m, pfn, order, TAKEN),
		 "pfn %llu order %u freed while part of it is not allocated",
		 (unsigned long long)pfn, order);
	if (r->failures)
		return;
	MM_CHECK(r, "alloc.no_double", take_unit(md, pfn, order),
		 "pfn %llu order %u freed, which is not how it was allocated",
		 (unsigned long long)pfn, order);
	check_zeroed(r, m, pfn, n);
	if (ev->f[3] == MM_PCP_FREED_UNLISTED)
		md->loose--;
	/* the low bits of a mapping say anonymous or movable: the freer clears it */
	MM_CHECK(r, "alloc.free_checked", !ev->f[2] || (ev->f[2] & 3),
		 "pfn %llu order %u taken back with mapping 0x%llx", (unsigned long long)pfn, order,
		 (unsigned long long)ev->f[2]);
	if (r->failures)
		return;
	move(md, pfn, order, ev->f[3] == MM_PCP_FREED_TO_LIST ? IN_HAND : IN_ZONE);
	md->freed += n;
	set_movable(md, pfn, n, false);
}

static void on_bad(struct model *md, const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];

	if (!ev->f[2])
		return; /* reported only */
	(void)take_unit(md, pfn, (unsigned int)ev->f[1]);
	move(md, pfn, ev->f[1], DROPPED);
	set_movable(md, pfn, (uint64_t)1 << ev->f[1], false);
}

/* What lies in an isolated pageblock is for nobody. */
static void check_not_isolated(const struct model *md, struct mm_report *r,
			       const struct mm_machine *m, uint64_t pfn, uint64_t order,
			       const char *what)
{
	uint64_t at;

	for (at = pfn; at < pfn + ((uint64_t)1 << order);
	     at += (uint64_t)1 << m->desc.pageblock_order)
		MM_CHECK(r, "zone.isolated_never_allocated",
			 md->block[at >> m->desc.pageblock_order] != MM_MIGRATE_ISOLATE,
			 "pfn %llu order %llu of an isolated pageblock %s", (unsigned long long)pfn,
			 (unsigned long long)order, what);
}

/* In hand, to a list; off a list, into the hand; off a list, to the zone. */
static void on_list(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	bool drain = ev->kind == MM_EV_mm_page_pcpu_drain;
	bool add = ev->kind == MM_EV_mm_pcp_add;
	uint64_t pfn = ev->f[0];
	uint8_t lists = (uint8_t)(ON_LISTS + ev->f[4]);
	uint8_t from = add ? IN_HAND : lists;

	MM_CHECK(r, "alloc.no_double", all_at(md, m, pfn, ev->f[1], from),
		 "pfn %llu order %llu %s while not all of it was %s", (unsigned long long)pfn,
		 (unsigned long long)ev->f[1], add ? "listed" : "taken off a list",
		 add ? "on its way there" : "there");
	if (r->failures)
		return;
	if (drain) {
		move(md, pfn, ev->f[1], IN_ZONE);
		--*listed_at(md, m, ev->f[3], (int)ev->f[4], ev->f[5]);
		return;
	}
	md->contended[ev->f[3]] &= add;
	if (add)
		check_not_isolated(md, r, m, pfn, ev->f[1], "came onto a list");
	/* a refill takes no reserved block, and CMA for what can move alone */
	MM_CHECK(r, "alloc.special_lists",
		 !add || md->took != pfn || md->kind == MM_FRAMES_ORDINARY ||
			 (md->kind == MM_FRAMES_CMA &&
			  ev->f[2] == mm_pcp_index(MM_MIGRATE_MOVABLE, (unsigned int)ev->f[1])),
		 "pfn %llu order %llu of a special pageblock came with a refill",
		 (unsigned long long)pfn, (unsigned long long)ev->f[1]);
	if (r->failures)
		return;
	md->took = UINT64_MAX;
	move(md, pfn, ev->f[1], add ? lists : IN_HAND);
	*listed_at(md, m, ev->f[3], (int)ev->f[4], ev->f[2]) += add ? 1 : UINT64_MAX;
}

/* A section came: what of it is RAM and not reserved is free. */
static void on_grow(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	unsigned int po = m->desc.pageblock_order;
	uint64_t pfn;

	MM_CHECK(r, "alloc.grow", md->tried[ev->f[3]],
		 "zone %s gets section %llu, and was not asked after the one before",
		 m->zones[ev->f[3]].name, (unsigned long long)ev->f[0]);
	if (r->failures)
		return;
	md->tried[ev->f[3]] = false;
	memset(md->block + (ev->f[1] >> po), MM_MIGRATE_MOVABLE,
	       (size_t)(((ev->f[2] - 1) >> po) - (ev->f[1] >> po) + 1));
	for (pfn = ev->f[1]; pfn < ev->f[2]; pfn++) {
		int zone = mm_frames_zone(&md->frames, pfn);

		if (!mm_frames_is_free_at_boot(m, pfn))
			continue;
		mm_frames_free(&md->frames, pfn, 0);
		md->place[pfn] = IN_ZONE;
		md->managed[zone]++;
		md->count[zone][IN_ZONE]++;
		md->freed++;
	}
}

/* ---- pageblocks ---- */

/* The steal rule, from the model's picture of the pageblock. */
static bool may_claim(const struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	uint64_t fallback_order = ev->f[2];
	uint64_t type = ev->f[3];
	unsigned int po = m->desc.pageblock_order;
	uint64_t size = (uint64_t)1 << po;
	uint64_t start = pfn & ~(size - 1);
	uint64_t free_pages;
	uint64_t movable;
	const struct zone *z = &m->zones[mm_frames_zone(&md->frames, pfn)];

	if (fallback_order >= po)
		return true;
	if (fallback_order < po / 2 && type == MM_MIGRATE_MOVABLE && !m->grouping_off)
		return false;
	if (!mm_zone_spans(z, start) || !mm_zone_spans(z, start + size - 1))
		return false;
	if (m->grouping_off)
		return true;
	free_pages = mm_bitmap_count_range(md->frames.level[0], start, size);
	movable = mm_bitmap_count_range(md->movable, start, size);
	if (type == MM_MIGRATE_MOVABLE)
		return free_pages + movable >= size / 2;
	if (md->block[start >> po] == MM_MIGRATE_MOVABLE)
		return size - movable >= size / 2;
	return free_pages >= size / 2;
}

static bool own_list_has(const struct mm_machine *m, const struct zone *z, uint64_t order,
			 enum mm_migratetype type)
{
	uint64_t o;

	for (o = order; o <= m->desc.max_order; o++) {
		if (!mm_list_empty(&z->free_area[o].free_list[type]))
			return true;
	}
	return false;
}

/* Is there a block of this order on a list the type falls back to? */
static bool other_list_has(const struct zone *z, uint64_t order, enum mm_migratetype type)
{
	int t;

	for (t = 0; t < MM_MIGRATE_PCPTYPES; t++) {
		if (t != (int)type && !mm_list_empty(&z->free_area[order].free_list[t]))
			return true;
	}
	return false;
}

/* Largest first; for a movable request too small to steal, smallest first. */
static uint64_t due_fallback_order(const struct mm_machine *m, const struct zone *z, uint64_t order,
				   enum mm_migratetype type)
{
	unsigned int po = m->desc.pageblock_order;
	uint64_t largest = m->desc.max_order;

	while (largest > order && !other_list_has(z, largest, type))
		largest--;
	if (type != MM_MIGRATE_MOVABLE || m->grouping_off || largest >= po / 2)
		return largest;
	while (!other_list_has(z, order, type) && order < largest)
		order++;
	return order;
}

static void on_extfrag(struct model *md, struct mm_report *r, const struct mm_machine *m,
		       const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	uint64_t order = ev->f[1];
	uint64_t fallback = ev->f[2];
	enum mm_migratetype type = (enum mm_migratetype)ev->f[3];
	uint64_t from = ev->f[4];
	const struct zone *z = &m->zones[mm_frames_zone(&md->frames, pfn)];
	uint64_t at;

	MM_CHECK(r, "alloc.fallback_order",
		 !own_list_has(m, z, order, type) &&
			 fallback == due_fallback_order(m, z, order, type),
		 "order %llu of type %d took a block of order %llu; due: order %llu",
		 (unsigned long long)order, (int)type, (unsigned long long)fallback,
		 (unsigned long long)due_fallback_order(m, z, order, type));
	/* Reclaimable before Movable for kernel pages, and so on */
	MM_CHECK(r, "alloc.fallback_order",
		 from != (uint64_t)type && from < MM_MIGRATE_PCPTYPES &&
			 (from == MM_MIGRATE_RECLAIMABLE ||
			  (type == MM_MIGRATE_RECLAIMABLE && from == MM_MIGRATE_UNMOVABLE) ||
			  mm_list_empty(&z->free_area[fallback]
						 .free_list[type == MM_MIGRATE_RECLAIMABLE
								    ? MM_MIGRATE_UNMOVABLE
								    : MM_MIGRATE_RECLAIMABLE])),
		 "type %d fell back to %llu before its first choice", (int)type,
		 (unsigned long long)from);
	md->fell_back = true;
	MM_CHECK(r, "alloc.cma_turn",
		 !cma_due(m, type) || (md->slow.f[1] & MM_GFP_NOFAIL) ||
			 !zone_has_block(md, z->id, MM_FRAMES_CMA, (unsigned int)order),
		 "order %llu fell back while there is a CMA block", (unsigned long long)order);
	MM_CHECK(r, "alloc.fallback_claim", (ev->f[5] != 0) == may_claim(md, m, ev),
		 "pageblock of pfn %llu, block of order %llu, type %llu to %d: %s",
		 (unsigned long long)pfn, (unsigned long long)fallback, (unsigned long long)from,
		 (int)type, ev->f[5] ? "claimed" : "not claimed");
	if (!ev->f[5])
		return;
	for (at = pfn; at < pfn + ((uint64_t)1 << fallback);
	     at += (uint64_t)1 << m->desc.pageblock_order)
		md->block[at >> m->desc.pageblock_order] = (uint8_t)mm_pageblocks_stored(m, type);
}

/* A block above a pageblock has one type: that of the half that was freed. */
static void on_merge(struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	unsigned int po = m->desc.pageblock_order;
	uint64_t at;

	if (ev->f[1] <= po)
		return;
	for (at = ev->f[0]; at < ev->f[0] + ((uint64_t)1 << ev->f[1]); at += (uint64_t)1 << po)
		md->block[at >> po] = (uint8_t)ev->f[2];
}

/* A pageblock gets a type that is not for requests to give. */
static void on_pageblock(struct model *md, struct mm_report *r, const struct mm_machine *m,
			 const struct mm_event *ev)
{
	uint64_t block = ev->f[0] >> m->desc.pageblock_order;

	MM_CHECK(r, "alloc.fallback_claim", md->block[block] == ev->f[1],
		 "pageblock of pfn %llu goes from type %llu to %llu, and was of type %u",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1],
		 (unsigned long long)ev->f[2], md->block[block]);
	if (r->failures)
		return;
	if (ev->f[4] == MM_BUDDY_RESERVE)
		check_reserve(md, r, m, ev);
	if (ev->f[4] == MM_BUDDY_UNRESERVE)
		check_unreserve(md, r, m, ev);
	if (r->failures)
		return;
	mm_pageblocks_set(&md->pageblocks, ev->f[0], ev->f[2]);
}

/* CMA goes first while it is more than half of what is free, else when there is no other
 * block that can move; and before other types. */
static void check_cma_turn(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			   const struct mm_event *ev)
{
	const struct zone *z = &m->zones[ev->f[4]];
	int64_t cma = z->vm_stat[MM_NR_FREE_CMA] < 0 ? 0 : z->vm_stat[MM_NR_FREE_CMA];
	int64_t all = z->vm_stat[MM_NR_FREE_PAGES] < 0 ? 0 : z->vm_stat[MM_NR_FREE_PAGES];
	bool first = cma > all / 2;
	bool nofail =
		md->slow.kind == MM_EV_mm_page_alloc_slowpath && (md->slow.f[1] & MM_GFP_NOFAIL);

	if (ev->f[2] == MM_MIGRATE_CMA)
		MM_CHECK(r, "alloc.cma_turn",
			 first || !own_list_has(m, z, ev->f[1], MM_MIGRATE_MOVABLE),
			 "pfn %llu order %llu is CMA, of which %lld of %lld pages are",
			 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1], (long long)cma,
			 (long long)all);
	else if (ev->f[2] == MM_MIGRATE_MOVABLE && !md->fell_back && m->desc.nr_cma && !nofail)
		MM_CHECK(r, "alloc.cma_turn",
			 !first ||
				 !zone_has_block(md, z->id, MM_FRAMES_CMA, (unsigned int)ev->f[1]),
			 "pfn %llu order %llu is not CMA, of which %lld of %lld pages are",
			 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1], (long long)cma,
			 (long long)all);
}

/* The block was taken from the low end: its siblings follow, one per order. */
static void on_take(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	uint64_t k;

	for (k = ev->f[1]; k < ev->f[3]; k++) {
		const struct page *p = &m->memmap[ev->f[0] + ((uint64_t)1 << k)];

		MM_CHECK(r, "buddy.largest_first_split",
			 (p->flags & (MM_PG_BUDDY | MM_PG_GUARD)) && p->order == k,
			 "pfn %llu order %llu from %llu: no sibling of order %llu",
			 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1],
			 (unsigned long long)ev->f[3], (unsigned long long)k);
	}
	if (r->failures)
		return;
	MM_CHECK(r, "alloc.no_double", all_at(md, m, ev->f[0], ev->f[1], IN_ZONE),
		 "pfn %llu order %llu left the zone while not all of it was free",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1]);
	if (r->failures)
		return;
	check_not_isolated(md, r, m, ev->f[0], ev->f[1], "left the zone");
	if (r->failures)
		return;
	check_cma_turn(md, r, m, ev);
	if (r->failures)
		return;
	md->fell_back = false;
	md->took = ev->f[0];
	md->kind = mm_frames_kind_of(md->block[ev->f[0] >> m->desc.pageblock_order]);
	move(md, ev->f[0], ev->f[1], IN_HAND);
}

static void on_watermark(struct model *md, struct mm_report *r, const struct mm_machine *m,
			 const struct mm_event *ev)
{
	struct wish w = {(unsigned int)ev->f[1], MM_MIGRATE_UNMOVABLE, ev->f[4], ev->cpu, 0};

	(void)mm_refusals_asked(&md->refusals, (int)ev->f[0], (uint32_t)ev->f[3], false);
	md->blurred = false;
	md->tried[ev->f[0]] = true;
	md->asked = (int)ev->f[0];
	md->found = view_of(md, m, md->asked, &w);
	MM_CHECK(r, "watermark.order_suitable",
		 ev->f[1] == 0 || (ev->f[3] & MM_ALLOC_NO_WATERMARKS) ||
			 counts_block(&md->found, (uint32_t)ev->f[3]),
		 "zone %s said yes to order %llu without such a block", m->zones[ev->f[0]].name,
		 (unsigned long long)ev->f[1]);
}

/* A zone says no: as it must, by what it has at this moment. */
static void on_refused(struct model *md, struct mm_report *r, const struct mm_machine *m,
		       const struct mm_event *ev)
{
	struct wish w = {(unsigned int)ev->f[1], MM_MIGRATE_UNMOVABLE, ev->f[4], ev->cpu, 0};
	struct view v = view_of(md, m, (int)ev->f[0], &w);
	uint32_t flags = (uint32_t)ev->f[3];

	md->blurred = false;
	md->tried[ev->f[0]] = true;
	/* asked again after reclaim, boost counts even for who is urgent */
	v.boosted = mm_refusals_asked(&md->refusals, (int)ev->f[0], flags, true);
	MM_CHECK(r, "alloc.result",
		 !(flags & MM_ALLOC_NO_WATERMARKS) &&
			 !zone_leaves(&m->zones[ev->f[0]], &w, &v, flags),
		 "zone %s refuses order %u with flags 0x%x although it has %lld free",
		 m->zones[ev->f[0]].name, w.order, flags, (long long)v.seen);
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	if (r->failures)
		return;
	/* clang-format off */
	switch ((int)ev->kind) {
	case MM_EV_mm_page_alloc:             on_alloc(md, r, m, ev); break;
	case MM_EV_mm_page_free:              on_free(md, r, m, ev); break;
	case MM_EV_mm_page_alloc_failed:
		on_failed(md, r, m, ev);
		forget_attempts(md);
		md->bulk_owes = false;
		break;
	case MM_EV_mm_pcp_add:
	case MM_EV_mm_pcp_take:
	case MM_EV_mm_page_pcpu_drain:        on_list(md, r, m, ev); break;
	case MM_EV_mm_pcp_refill:             md->contended[ev->f[0]] = false; break;
	case MM_EV_mm_pcp_contended:
		md->contended[ev->f[0]] = true;
		md->excused[ev->f[0]] = true;
		mm_refusals_locked(&md->refusals, (int)ev->f[0]);
		break;
	case MM_EV_mm_bad_page:               on_bad(md, ev); break;
	case MM_EV_mm_guard:                  move(md, ev->f[0], ev->f[1], ev->f[3] ? GUARD : IN_ZONE); break;
	case MM_EV_mm_page_alloc_extfrag:     on_extfrag(md, r, m, ev); break;
	case MM_EV_mm_buddy_merge:            on_merge(md, m, ev); break;
	case MM_EV_mm_pageblock_move:         on_pageblock(md, r, m, ev); break;
	case MM_EV_mm_page_alloc_zone_locked: on_take(md, r, m, ev); break;
	case MM_EV_mm_zone_watermark:         on_watermark(md, r, m, ev); break;
	case MM_EV_mm_page_alloc_slowpath:    md->slow = *ev; break;
	case MM_EV_mm_task_flags:             md->task[ev->cpu] = (uint32_t)ev->f[1]; break;
	case MM_EV_mm_page_split:             on_split(md, r, m, ev); break;
	case MM_EV_mm_page_bulk:              on_bulk(md, r, m, ev); break;
	case MM_EV_mm_vmscan_direct_reclaim_begin: on_reclaim(md, r, m, ev); break;
	case MM_EV_mm_vmscan_direct_reclaim_end: on_reclaim_end(md); break;
	case MM_EV_mm_zone_refused:           on_refused(md, r, m, ev); break;
	case MM_EV_mm_node_dirty_ok:
		if (!ev->f[3])
			mm_refusals_left_out(&md->refusals, (int)ev->f[0]);
		break;
	case MM_EV_mm_node_reclaim:
		if (ev->f[4] >= MM_NODE_RECLAIM_SOME)
			mm_refusals_given_up(&md->refusals, m, (int)ev->f[0]);
		break;
	case MM_EV_mm_page_bulk_end:          on_bulk_end(md, r, m, ev); break;
	case MM_EV_mm_page_bulk_none:         on_bulk_none(md, r, m, ev); break;
	case MM_EV_mm_zone_grow:              on_grow(md, r, m, ev); break;
	case MM_EV_mm_cpuset_mems:            md->mems[ev->f[0]] = (uint32_t)ev->f[1]; break;
	case MM_EV_mm_page_alloc_from:
		md->from = true;
		md->nid = ev->f[0];
		md->nodemask = (uint32_t)ev->f[1];
		break;
	default: break;
	}
	/* clang-format on */
}

/* A count, with what CPUs hold back. */
static uint64_t exact_count(const struct mm_machine *m, const struct zone *z,
			    enum mm_zone_stat item)
{
	int64_t sum = z->vm_stat[item];
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		sum += z->zonestats[cpu].diff[item];
	return (uint64_t)sum;
}

static void check_kinds(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			const struct zone *z)
{
	uint64_t cma = mm_frames_nr_kind(&md->frames, z->id, MM_FRAMES_CMA);
	uint64_t highatomic = mm_frames_nr_kind(&md->frames, z->id, MM_FRAMES_HIGHATOMIC);

	MM_CHECK(r, "zone.free_cma", exact_count(m, z, MM_NR_FREE_CMA) == cma,
		 "zone %s: %llu free CMA pages counted, %llu are", z->name,
		 (unsigned long long)exact_count(m, z, MM_NR_FREE_CMA), (unsigned long long)cma);
	MM_CHECK(r, "zone.reserved_highatomic",
		 z->nr_reserved_highatomic == md->pageblocks.nr[z->id][MM_FRAMES_HIGHATOMIC]
						      << m->desc.pageblock_order,
		 "zone %s: nr_reserved_highatomic %llu, reserved are %llu pageblocks", z->name,
		 (unsigned long long)z->nr_reserved_highatomic,
		 (unsigned long long)md->pageblocks.nr[z->id][MM_FRAMES_HIGHATOMIC]);
	MM_CHECK(r, "zone.free_highatomic", z->nr_free_highatomic == highatomic,
		 "zone %s: %llu free HighAtomic pages counted, %llu are", z->name,
		 (unsigned long long)z->nr_free_highatomic, (unsigned long long)highatomic);
}

static void check_zone_counts(const struct model *md, struct mm_report *r,
			      const struct mm_machine *m, const struct zone *z)
{
	const uint64_t *count = md->count[z->id];
	uint64_t free_pages = exact_count(m, z, MM_NR_FREE_PAGES);
	uint64_t isolated = mm_frames_nr_kind(&md->frames, z->id, MM_FRAMES_ISOLATED);
	unsigned int o;

	for (o = 0; o <= m->desc.max_order; o++) {
		MM_CHECK(r, "buddy.nr_free",
			 z->free_area[o].nr_free == mm_frames_blocks(&md->frames, z->id, o),
			 "zone %s order %u: nr_free %llu, free frames make %llu", z->name, o,
			 (unsigned long long)z->free_area[o].nr_free,
			 (unsigned long long)mm_frames_blocks(&md->frames, z->id, o));
	}
	MM_CHECK(r, "zone.conservation", z->managed + z->deferred == md->given[z->id],
		 "zone %s: managed %llu and %llu to come, of %llu", z->name,
		 (unsigned long long)z->managed, (unsigned long long)z->deferred,
		 (unsigned long long)md->given[z->id]);
	MM_CHECK(r, "zone.conservation",
		 z->managed == md->managed[z->id] && !count[IN_HAND] &&
			 z->managed == free_pages + isolated + count[ON_LISTS] + count[TAKEN] +
					       count[DROPPED] + count[GUARD],
		 "zone %s: managed %llu, free %llu, isolated %llu, on lists %llu, allocated %llu, "
		 "dropped %llu, guards %llu",
		 z->name, (unsigned long long)z->managed, (unsigned long long)free_pages,
		 (unsigned long long)isolated, (unsigned long long)count[ON_LISTS],
		 (unsigned long long)count[TAKEN], (unsigned long long)count[DROPPED],
		 (unsigned long long)count[GUARD]);
	check_kinds(md, r, m, z);
}

static void check_numa(const struct model *md, struct mm_report *r, const struct mm_machine *m,
		       const struct zone *z)
{
	uint64_t sum[MM_NUMA_NR] = {0};
	int cpu;
	int i;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		for (i = 0; i < MM_NUMA_NR; i++)
			sum[i] += z->zonestats[cpu].numa[i];
	}
	for (i = 0; i < MM_NUMA_NR; i++) {
		MM_CHECK(r, "vmstat.events", sum[i] == md->numa[z->id][i],
			 "node %d zone %s: NUMA event %d counted %llu times, due are %llu", z->nid,
			 z->name, i, (unsigned long long)sum[i],
			 (unsigned long long)md->numa[z->id][i]);
	}
}

/* What CPUs have counted. */
static void check_events(const struct model *md, struct mm_report *r, const struct mm_machine *m)
{
	uint64_t sum[MM_VM_NR] = {0};
	int cpu;
	int i;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		for (i = 0; i < MM_VM_NR; i++)
			sum[i] += m->vm_events[cpu * (int)MM_VM_STRIDE + i];
	}
	for (i = 0; i < MM_NR_ZONES; i++)
		MM_CHECK(r, "vmstat.events", sum[MM_VM_PGALLOC + i] == md->allocated[i],
			 "zone %s: %llu pages counted as handed out, %llu were", m->zones[i].name,
			 (unsigned long long)sum[MM_VM_PGALLOC + i],
			 (unsigned long long)md->allocated[i]);
	MM_CHECK(r, "vmstat.events", sum[MM_VM_PGFREE] == md->freed,
		 "%llu pages counted as taken back, %llu were",
		 (unsigned long long)sum[MM_VM_PGFREE], (unsigned long long)md->freed);
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	int z;

	for (z = 0; z < m->nr_zones; z++) {
		if (!md->given[z])
			continue;
		check_zone_counts(md, r, m, &m->zones[z]);
		check_numa(md, r, m, &m->zones[z]);
	}
	check_events(md, r, m);
	check_reserved(md, r);
	forget_attempts(md);
	MM_CHECK(r, "alloc.bulk", !md->bulk_owes,
		 "a bulk request got no page, and asked for none in the ordinary way");
	md->bulk_owes = false;
	MM_CHECK(r, "alloc.exact_tail", !md->loose,
		 "%llu frames that an exact request did not ask for are not given back",
		 (unsigned long long)md->loose);
	md->loose = 0;
	MM_CHECK(r, "alloc.fallback_claim",
		 memcmp(md->block, m->pageblock, (size_t)m->nr_pageblocks) == 0,
		 "a pageblock changed its type outside the steal rule");
}

/* A frame as the machine has it, beside the block that it is in; head: the first frame
 * of the last compound block, all of which it may be in. */
static void check_frame(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			uint64_t pfn, uint64_t head)
{
	const struct page *p = &m->memmap[pfn];
	uint8_t unit = md->unit[pfn];
	bool tail = pfn > head && pfn - head < (uint64_t)1 << ((md->unit[head] & UNIT_ORDER) - 1);

	MM_CHECK(r, "alloc.no_double",
		 !(p->flags & MM_PG_HEAD) || !mm_bitmap_test(md->frames.level[0], pfn),
		 "pfn %llu is allocated, the model has it free", (unsigned long long)pfn);
	MM_CHECK(r, "zone.conservation", !(p->flags & MM_PG_BAD) == (md->place[pfn] != DROPPED),
		 "pfn %llu: dropped on one side only", (unsigned long long)pfn);
	MM_CHECK(r, "alloc.no_double",
		 !unit || (p->flags & MM_PG_BAD) ||
			 ((p->flags & MM_PG_HEAD) && p->order + 1 == (unit & UNIT_ORDER)),
		 "pfn %llu order %u: a block of order %d was allocated there",
		 (unsigned long long)pfn, p->order, (unit & UNIT_ORDER) - 1);
	MM_CHECK(r, "compound.tails",
		 mm_page_is_tail(p) == tail && !(p->flags & MM_PG_COMP) == !(unit & UNIT_COMP) &&
			 (!tail || mm_page_head((struct page *)p) == &m->memmap[head]),
		 "pfn %llu: tail or not, or of another head than pfn %llu", (unsigned long long)pfn,
		 (unsigned long long)head);
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t head = UINT64_MAX;
	uint64_t pfn;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); pfn < m->max_pfn;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1)) {
		if (md->unit[pfn])
			head = md->unit[pfn] & UNIT_COMP ? pfn : UINT64_MAX;
		check_frame(md, r, m, pfn, head);
	}
}

const struct mm_model mm_page_alloc_model = {
	.name = "page_alloc",
	.events = MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_page_free) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_failed) | MM_EV_BIT(MM_EV_mm_bad_page) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_extfrag) | MM_EV_BIT(MM_EV_mm_buddy_merge) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_zone_locked) | MM_EV_BIT(MM_EV_mm_zone_watermark) |
		  MM_EV_BIT(MM_EV_mm_pcp_add) | MM_EV_BIT(MM_EV_mm_pcp_take) |
		  MM_EV_BIT(MM_EV_mm_page_pcpu_drain) | MM_EV_BIT(MM_EV_mm_pcp_contended) |
		  MM_EV_BIT(MM_EV_mm_pcp_refill) | MM_EV_BIT(MM_EV_mm_task_flags) |
		  MM_EV_BIT(MM_EV_mm_page_split) | MM_EV_BIT(MM_EV_mm_page_bulk) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_begin) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_end) | MM_EV_BIT(MM_EV_mm_zone_refused) |
		  MM_EV_BIT(MM_EV_mm_page_bulk_end) | MM_EV_BIT(MM_EV_mm_page_bulk_none) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_from) | MM_EV_BIT(MM_EV_mm_cpuset_mems) |
		  MM_EV_BIT(MM_EV_mm_zone_grow) | MM_EV_BIT(MM_EV_mm_pageblock_move) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_slowpath) | MM_EV_BIT(MM_EV_mm_guard) |
		  MM_EV_BIT(MM_EV_mm_node_reclaim) | MM_EV_BIT(MM_EV_mm_node_dirty_ok),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
