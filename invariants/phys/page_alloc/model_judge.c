/* SPDX-License-Identifier: MIT */
/*
 * page_alloc model, judging an answer: no zone that comes before the one that served
 * could have, and none could when the request failed.
 */
#include "mm/task.h"

#include "invariants/phys/page_alloc/model.h"

#include <string.h>

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
	if ((flags & MM_ALLOC_CMA) != page_alloc_cma_due(m, page_alloc_type_due(m, a->gfp)))
		return false;
	flags &= ~MM_ALLOC_CMA;
	if (flags == page_alloc_slow_flags(a))
		return true;
	if (flags & MM_ALLOC_WMARK_LOW)
		return (flags & MM_ALLOC_KSWAPD) == (a->gfp & MM_GFP_KSWAPD_RECLAIM) &&
		       (flags & ~MM_ALLOC_KSWAPD) ==
			       (MM_ALLOC_WMARK_LOW |
				(nofragment_due(m, walk, picked) ? flags & MM_ALLOC_NOFRAGMENT
								 : 0));
	if (flags & (MM_ALLOC_NO_WATERMARKS | MM_ALLOC_OOM))
		return flags == page_alloc_reserve_flags(a);
	return false;
}

static void check_treatment(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			    const struct mm_event *ev, const struct mm_walk_order *walk)
{
	struct asker a = page_alloc_asker_of(md, ev, ev->f[1], ev->f[2]);
	uint64_t type = page_alloc_type_due(m, a.gfp);

	MM_CHECK(r, "alloc.treatment",
		 flags_due(m, walk, &a, (uint32_t)ev->f[4], (int)ev->f[5]) && ev->f[3] == type,
		 "gfp 0x%x by task %#x was treated as type %llu with flags 0x%llx", a.gfp, a.task,
		 (unsigned long long)ev->f[3], (unsigned long long)ev->f[4]);
}

/* How a request went through its zones. */
struct attempt {
	uint32_t flags;
	int stop;         /* the zone that ended it, or -1 */
	const char *what; /* became of it */
};

/* Each zone of the walk before `stop` was asked with these flags, and could not serve it. */
static void check_walk(const struct model *md, struct mm_report *r, const struct mm_machine *m,
		       const struct wish *w, const struct mm_walk_order *walk,
		       const struct attempt *a)
{
	int i;

	for (i = 0; i < walk->nr && walk->zone[i] != a->stop; i++) {
		int z = walk->zone[i];
		enum zone_answer answer =
			page_alloc_passes_answer(&md->passes, z, a->flags, w->type);

		if (answer == ANSWER_LEFT_OUT)
			continue;
		MM_CHECK(r, "alloc.result", answer != ANSWER_NONE,
			 "order %u gfp 0x%x %s although node %d zone %s was not asked with flags "
			 "0x%x",
			 w->order, w->gfp, a->what, m->zones[z].nid, m->zones[z].name, a->flags);
		MM_CHECK(r, "alloc.result", md->managed[z] == md->given[z],
			 "order %u gfp 0x%x %s although %llu frames of node %d zone %s are to come",
			 w->order, w->gfp, a->what,
			 (unsigned long long)(md->given[z] - md->managed[z]), m->zones[z].nid,
			 m->zones[z].name);
		MM_CHECK(r, "alloc.result", answer != ANSWER_YES,
			 "order %u gfp 0x%x %s although node %d zone %s could serve it", w->order,
			 w->gfp, a->what, m->zones[z].nid, m->zones[z].name);
	}
}

/* The same of the first attempt, which is held to the low mark. */
static void check_first(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			const struct wish *w, const char *what)
{
	uint32_t kswapd = w->gfp & MM_GFP_KSWAPD_RECLAIM ? MM_ALLOC_KSWAPD : 0;
	const struct attempt a = {MM_ALLOC_WMARK_LOW | kswapd | page_alloc_cma_due(m, w->type), -1,
				  what};
	struct mm_walk_order walk;

	page_alloc_walk_of(md, m, w, page_alloc_first_nodes(md, w), &walk);
	check_walk(md, r, m, w, &walk, &a);
}

static void check_passed_over(const struct model *md, struct mm_report *r,
			      const struct mm_machine *m, const struct wish *w, uint32_t nodes,
			      const struct attempt *a)
{
	struct mm_walk_order walk;

	page_alloc_walk_of(md, m, w, nodes, &walk);
	check_walk(md, r, m, w, &walk, a);
}

void page_alloc_check_zone_choice(const struct model *md, struct mm_report *r,
				  const struct mm_machine *m, const struct mm_event *ev,
				  const struct mm_walk_order *walk)
{
	struct wish w = page_alloc_wish_of(m, ev, ev->f[1], (uint32_t)ev->f[2]);
	struct asker a = page_alloc_asker_of(md, ev, ev->f[1], ev->f[2]);
	uint32_t flags = (uint32_t)ev->f[4];
	int picked = (int)ev->f[5];
	bool allowed = page_alloc_place_in(walk, picked) >= 0;

	check_treatment(md, r, m, ev, walk);
	MM_CHECK(r, "alloc.zone_allowed",
		 mm_frames_zone(&md->frames, ev->f[0]) == picked && allowed,
		 "pfn %llu of node %d zone %s for gfp 0x%x, which allows up to %s of nodes 0x%x",
		 (unsigned long long)ev->f[0], m->zones[picked].nid, m->zones[picked].name, w.gfp,
		 mm_gfp_zone_name((enum mm_zone_type)w.highest),
		 page_alloc_nodes_of(md, m, &w, flags, picked));
	/* what the zone had before the block, and perhaps a batch of them, went */
	MM_CHECK(r, "watermark.respected",
		 md->asked == picked &&
			 ((flags & MM_ALLOC_NO_WATERMARKS) ||
			  page_alloc_zone_leaves(&m->zones[picked], &w, &md->found, flags)),
		 "zone %s had %lld free, order %u taken with flags 0x%x", m->zones[picked].name,
		 (long long)md->found.seen, w.order, flags);
	if (allowed)
		check_walk(md, r, m, &w, walk,
			   &(const struct attempt){flags, picked, "went past it"});
	if (md->helped)
		return; /* earlier attempts were judged when reclaim was asked */
	if (!(flags & MM_ALLOC_WMARK_LOW))
		check_first(md, r, m, &w, "took the slow path");
	if (flags & (MM_ALLOC_NO_WATERMARKS | MM_ALLOC_OOM))
		check_passed_over(md, r, m, &w, page_alloc_later_nodes(md, &w),
				  &(const struct attempt){page_alloc_slow_flags(&a) |
								  page_alloc_cma_due(m, w.type),
							  -1, "took from the reserves"});
}

/* The request is over. */
void page_alloc_forget_attempts(struct model *md)
{
	md->asked = -1;
	md->from = false;
	md->give_left = 0;
	md->slow.kind = MM_EV_NR;
	md->took = UINT64_MAX;
	memset(md->contended, 0, sizeof(md->contended));
	memset(md->tried, 0, sizeof(md->tried));
	md->helped = false;
	md->blurred = false;
	page_alloc_passes_forget(&md->passes);
}

/* All attempts of a request that may have been made so far were in vain. */
static void check_unserved(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			   const struct wish *w, const struct asker *a)
{
	uint32_t cma = page_alloc_cma_due(m, w->type);
	struct mm_walk_order walk;

	page_alloc_walk_of(md, m, w, page_alloc_later_nodes(md, w), &walk);
	/* without a node to ask not even reserves are tried */
	if (!walk.nr)
		return;
	/* after reclaim, who was given reserves is held to their mark alone */
	if (!md->helped || !page_alloc_reserve_flags(a)) {
		check_passed_over(
			md, r, m, w, page_alloc_later_nodes(md, w),
			&(const struct attempt){page_alloc_slow_flags(a) | cma, -1, "failed"});
		/* who is urgent may leave its nodes, but with reserves only with those */
		if (page_alloc_urgent(w) && !page_alloc_reserve_flags(a))
			check_passed_over(md, r, m, w, UINT32_MAX,
					  &(const struct attempt){page_alloc_slow_flags(a) | cma,
								  -1, "failed"});
	}
	if (page_alloc_reserve_flags(a))
		check_passed_over(
			md, r, m, w, UINT32_MAX,
			&(const struct attempt){page_alloc_reserve_flags(a) | cma, -1, "failed"});
}

/* Nothing is to be had: reclaim may ask for pages of its own meanwhile. */
void page_alloc_on_reclaim(struct model *md, struct mm_report *r, const struct mm_machine *m,
			   const struct mm_event *ev)
{
	struct asker a = page_alloc_asker_of(md, ev, ev->f[0], ev->f[1]);
	struct wish w = page_alloc_wish_of(m, ev, ev->f[0], a.gfp);

	md->asked = -1;
	if (!md->helped)
		check_first(md, r, m, &w, "had memory reclaimed");
	if (!md->blurred)
		check_unserved(md, r, m, &w, &a);
	md->outer = (struct outer){md->from, md->nid, md->nodemask, md->slow};
	page_alloc_forget_attempts(md);
}

void page_alloc_on_reclaim_end(struct model *md, const struct mm_event *ev)
{
	page_alloc_forget_attempts(md);
	md->from = md->outer.from;
	md->nid = md->outer.nid;
	md->nodemask = md->outer.nodemask;
	md->slow = md->outer.slow;
	md->helped = true;
	md->blurred = !ev->f[0]; /* what was freed must be tried for */
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
	return page_alloc_reserve_flags(a) ? UINT32_MAX : page_alloc_later_nodes(md, w);
}

/* The first zone it may use that has reserved pages to give up, or -1. */
static int reserving_zone(const struct model *md, const struct mm_machine *m, const struct wish *w,
			  const struct asker *a)
{
	struct mm_walk_order walk;
	int i;

	page_alloc_walk_of(md, m, w, last_nodes(md, w, a), &walk);
	for (i = 0; i < walk.nr; i++) {
		if (mm_frames_nr_kind(&md->frames, walk.zone[i], MM_FRAMES_HIGHATOMIC))
			return walk.zone[i];
	}
	return -1;
}

/* A reserved pageblock is given up: to a request that insists and was not served, of the
 * first zone that has one. */
void page_alloc_check_unreserve(struct model *md, struct mm_report *r, const struct mm_machine *m,
				const struct mm_event *ev)
{
	struct asker a = page_alloc_asker_of(md, &md->slow, md->slow.f[0], md->slow.f[1]);
	struct wish w = page_alloc_wish_of(m, &md->slow, md->slow.f[0], a.gfp);
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
			 ev->f[2] == mm_pageblocks_stored(m, page_alloc_type_due(m, a.gfp)) &&
			 (int)ev->f[3] == reserving_zone(md, m, &w, &a) && md->give_left,
		 "pfn %llu of zone %s is given up to type %llu, by order %u gfp 0x%x",
		 (unsigned long long)ev->f[0], m->zones[ev->f[3]].name,
		 (unsigned long long)ev->f[2], a.order, a.gfp);
	if (!r->failures && !md->blurred)
		check_unserved(md, r, m, &w, &a);
	md->give_at = ev->f[0] + size;
	md->give_left -= size;
}

/* After a block of the pageblock at reserve_at was taken by who may. */
void page_alloc_check_reserve(struct model *md, struct mm_report *r, const struct mm_machine *m,
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

void page_alloc_check_reserved(struct model *md, struct mm_report *r)
{
	MM_CHECK(r, "alloc.reserve", !md->reserve_left,
		 "%llu frames from pfn %llu on are not reserved",
		 (unsigned long long)md->reserve_left, (unsigned long long)md->reserve_at);
	md->reserve_left = 0;
}

/* The block that a request takes from a zone itself, against what was there. */
void page_alloc_check_special(const struct model *md, struct mm_report *r,
			      const struct mm_event *ev)
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

void page_alloc_on_failed(struct model *md, struct mm_report *r, const struct mm_machine *m,
			  const struct mm_event *ev)
{
	struct asker a = page_alloc_asker_of(md, ev, ev->f[0], ev->f[1]);
	struct wish w = page_alloc_wish_of(m, ev, ev->f[0], a.gfp);
	struct mm_walk_order walk;

	if (ev->f[4])
		return; /* injected: a bulk request does not look at the task */
	page_alloc_check_gfp(md, r, m, ev->f[1], a.task);
	if (!md->blurred)
		check_unserved(md, r, m, &w, &a);
	page_alloc_walk_of(md, m, &w, page_alloc_later_nodes(md, &w), &walk);
	MM_CHECK(r, "alloc.unreserve",
		 !walk.nr || !insists(&a) || reserving_zone(md, m, &w, &a) < 0,
		 "order %u gfp 0x%x failed although zone %s keeps reserved pages", w.order, w.gfp,
		 m->zones[reserving_zone(md, m, &w, &a) & 0xff].name);
	if ((a.gfp & MM_GFP_NOFAIL) && (a.gfp & MM_GFP_DIRECT_RECLAIM))
		check_passed_over(md, r, m, &w, page_alloc_callers(md),
				  &(const struct attempt){MM_ALLOC_MIN_RESERVE, -1, "failed"});
}

/* Hit or miss by the node the request preferred, local or other by the CPU's. */
void page_alloc_count_numa(struct model *md, const struct mm_machine *m, const struct mm_event *ev,
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

void page_alloc_on_watermark(struct model *md, struct mm_report *r, const struct mm_machine *m,
			     const struct mm_event *ev)
{
	struct wish w = {(unsigned int)ev->f[1], MM_MIGRATE_UNMOVABLE, ev->f[4], ev->cpu, 0};
	bool again = page_alloc_passes_ask(md, m, ev);

	md->asked = (int)ev->f[0];
	md->found = page_alloc_view_of(md, m, md->asked, &w);
	/* asked again after reclaim, boost counts even for who is urgent */
	md->found.boosted = again;
	MM_CHECK(r, "watermark.order_suitable",
		 ev->f[1] == 0 || (ev->f[3] & MM_ALLOC_NO_WATERMARKS) ||
			 page_alloc_counts_block(&md->found, (uint32_t)ev->f[3]),
		 "zone %s said yes to order %llu without such a block", m->zones[ev->f[0]].name,
		 (unsigned long long)ev->f[1]);
}

/* A zone says no: as it must, by what it has at this moment. */
void page_alloc_on_refused(struct model *md, struct mm_report *r, const struct mm_machine *m,
			   const struct mm_event *ev)
{
	struct wish w = {(unsigned int)ev->f[1], MM_MIGRATE_UNMOVABLE, ev->f[4], ev->cpu, 0};
	struct view v = page_alloc_view_of(md, m, (int)ev->f[0], &w);
	uint32_t flags = (uint32_t)ev->f[3];

	v.boosted = page_alloc_passes_ask(md, m, ev);
	MM_CHECK(r, "alloc.result",
		 !(flags & MM_ALLOC_NO_WATERMARKS) &&
			 !page_alloc_zone_leaves(&m->zones[ev->f[0]], &w, &v, flags),
		 "zone %s refuses order %u with flags 0x%x although it has %lld free",
		 m->zones[ev->f[0]].name, w.order, flags, (long long)v.seen);
}
