/* SPDX-License-Identifier: MIT */
/*
 * near: a zone is below its mark, and the next may be farther away.
 *
 *     near enough to the preferred zone? --no--> next zone
 *        | yes
 *     have pages of its node given up --nothing done--> next zone
 *        | some
 *     above the mark now? --no--> next zone
 *        | yes
 *     take from it
 *
 * And a node may be too near: one with more dirty pages than its share gets no more of
 * those that will be written to, as long as another has room.
 */
#include "parts.h"

bool mm_page_alloc_near(const struct mm_machine *m, int from, int nid)
{
	const uint64_t modes = MM_RECLAIM_ZONE | MM_RECLAIM_WRITE | MM_RECLAIM_UNMAP;

	return (m->sysctl.zone_reclaim_mode & modes) &&
	       mm_numa_distance(m, from, nid) <= MM_NODE_RECLAIM_DISTANCE;
}

/* By the plain test: who is urgent is not let below a boosted mark this time. */
static bool has_enough_now(struct mm_ctx *x, const struct zone *z, const struct request *rq,
			   uint32_t alloc_flags)
{
	const uint64_t mark = mm_zone_wmark(z, (enum mm_wmark)(alloc_flags & MM_ALLOC_WMARK_MASK));
	const bool ok = mm_watermark_ok(x->m, z, rq->order, mark, rq->highest, alloc_flags);

	if (ok)
		mm_event(x, MM_EV_mm_zone_watermark, z->id, rq->order, mark, alloc_flags,
			 rq->highest, mm_vmstat_zone(z, MM_NR_FREE_PAGES));
	else
		mm_event(x, MM_EV_mm_zone_refused, z->id, rq->order, mark, alloc_flags, rq->highest,
			 mm_vmstat_zone(z, MM_NR_FREE_PAGES));
	return ok;
}

static enum mm_node_reclaim ask(struct mm_ctx *x, struct zone *z, const struct request *rq)
{
	if (!x->m->upcalls->node_reclaim)
		return MM_NODE_RECLAIM_FULL;
	return x->m->upcalls->node_reclaim(x, z, rq->order, rq->gfp, rq->highest);
}

bool mm_page_alloc_reclaim_near(struct mm_ctx *x, struct zone *z, const struct request *rq,
				uint32_t alloc_flags)
{
	const uint64_t before = x->m->nr_reclaimed;
	enum mm_node_reclaim answer;

	if (!mm_page_alloc_near(x->m, rq->preferred->nid, z->nid))
		return false;
	answer = ask(x, z, rq);
	mm_event(x, MM_EV_mm_node_reclaim, z->id, rq->order, mm_page_alloc_masks(rq),
		 rq->preferred->id, answer, x->m->nr_reclaimed - before);
	return answer >= MM_NODE_RECLAIM_SOME && has_enough_now(x, z, rq, alloc_flags);
}

bool mm_page_alloc_may_dirty(struct mm_ctx *x, struct mm_page_alloc_spread *s, int nid)
{
	if (!x->m->upcalls->node_dirty_ok)
		return true;
	if (s->nid != nid) {
		s->nid = nid;
		s->ok = x->m->upcalls->node_dirty_ok(x, nid);
	}
	return s->ok;
}
