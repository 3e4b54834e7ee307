/* SPDX-License-Identifier: MIT */
/*
 * node_dirty model: which nodes were asked on behalf of a request, what they had to answer,
 * and who may have been served then.
 *
 *     asked: over     left out ---+
 *     asked: within   may serve --+--> first attempt served, or slow path: nobody asks
 */
#include "mm/node_dirty.h"

#include "mm/check.h"
#include "mm/task.h"
#include "mm/watermark.h"

#include <string.h>

enum answer { UNASKED, WITHIN, OVER };

struct model {
	uint32_t task[MM_CPUS_MAX];
	uint8_t answer[MM_NODES_MAX]; /* for this request */
	bool any;
	bool slow; /* the first attempt is over */
	bool bulk;
};

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
}

static void forget(struct model *md)
{
	memset(md->answer, UNASKED, sizeof(md->answer));
	md->any = false;
	md->slow = false;
}

static int64_t positive(int64_t n)
{
	return n > 0 ? n : 0;
}

/* What a zone keeps from all caches: its high mark, and what it keeps from who could
 * have gone higher; all it has, if that is less. */
static int64_t kept(const struct zone *z)
{
	uint64_t keeps = 0;
	int i;

	for (i = 0; i < MM_NR_ZONES; i++)
		keeps = z->lowmem_reserve[i] > keeps ? z->lowmem_reserve[i] : keeps;
	keeps += z->wmark[MM_WMARK_HIGH];
	return (int64_t)(keeps < z->managed + z->deferred ? keeps : z->managed + z->deferred);
}

/* In hundredths and fifths of hundredths, so that each step rounds as it must. */
static int64_t limit_due(const struct mm_machine *m, int nid, bool rt)
{
	int64_t memory = 0;
	int64_t file = 0;
	int64_t limit;
	int i;

	for (i = nid * MM_NR_ZONES; i < (nid + 1) * MM_NR_ZONES; i++) {
		const struct zone *z = &m->zones[i];

		memory += positive(z->vm_stat[MM_NR_FREE_PAGES]) - kept(z);
		file += positive(z->vm_stat[MM_NR_ZONE_CACHE]);
	}
	limit = (positive(memory) + file) * (int64_t)m->sysctl.dirty_ratio / 100;
	return rt ? limit * 5 / 4 : limit;
}

static void on_ask(struct model *md, struct mm_report *r, const struct mm_machine *m,
		   const struct mm_event *ev)
{
	int nid = (int)ev->f[0];
	int64_t due = limit_due(m, nid, (md->task[ev->cpu] & MM_TASK_RT) != 0);
	int64_t now = (int64_t)(m->node_dirty[nid].dirty + m->node_dirty[nid].writeback);

	MM_CHECK(r, "dirty.limit",
		 (int64_t)ev->f[1] == now && (int64_t)ev->f[2] == due &&
			 (ev->f[3] != 0) == (now <= due),
		 "node %d: %lld dirty, limit %lld; it says %llu of %llu: %llu", nid, (long long)now,
		 (long long)due, (unsigned long long)ev->f[1], (unsigned long long)ev->f[2],
		 (unsigned long long)ev->f[3]);
	MM_CHECK(r, "alloc.spread_dirty", !md->slow, "node %d is asked in the slow path", nid);
	md->answer[nid] = ev->f[3] ? WITHIN : OVER;
	md->any = true;
}

/* A block of a node was handed out in the first attempt or later. */
static void on_alloc(const struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	bool writes = (ev->f[2] & MM_GFP_WRITE) && m->upcalls->node_dirty_ok;
	int nid = m->zones[ev->f[5]].nid;

	MM_CHECK(r, "alloc.spread_dirty", writes || !md->any,
		 "gfp 0x%llx asks whether nodes have too many dirty pages",
		 (unsigned long long)(uint32_t)ev->f[2]);
	MM_CHECK(r, "alloc.spread_dirty",
		 !writes || !(ev->f[4] & MM_ALLOC_WMARK_LOW) || md->answer[nid] == WITHIN,
		 "gfp 0x%llx is served by node %d, which %s",
		 (unsigned long long)(uint32_t)ev->f[2], nid,
		 md->answer[nid] == OVER ? "is over its limit" : "was not asked");
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	/* clang-format off */
	switch ((int)ev->kind) {
	case MM_EV_mm_node_dirty_ok: on_ask(md, r, m, ev); break;
	case MM_EV_mm_page_alloc_slowpath: md->slow = true; break;
	case MM_EV_mm_page_alloc:
		/* many pages at once are not spread */
		if (!md->bulk)
			on_alloc(md, r, m, ev);
		forget(md);
		break;
	case MM_EV_mm_page_alloc_failed:
	/* what reclaim asks for is another request */
	case MM_EV_mm_vmscan_direct_reclaim_begin: forget(md); break;
	case MM_EV_mm_vmscan_direct_reclaim_end:
		forget(md);
		md->slow = true;
		break;
	case MM_EV_mm_page_bulk:     md->bulk = true; break;
	case MM_EV_mm_page_bulk_end: md->bulk = false; break;
	case MM_EV_mm_task_flags:    md->task[ev->cpu] = (uint32_t)ev->f[1]; break;
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

const struct mm_model mm_node_dirty_model = {
	.name = "node_dirty",
	.events = MM_EV_BIT(MM_EV_mm_node_dirty_ok) | MM_EV_BIT(MM_EV_mm_page_alloc_slowpath) |
		  MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_page_alloc_failed) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_begin) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_end) | MM_EV_BIT(MM_EV_mm_page_bulk) |
		  MM_EV_BIT(MM_EV_mm_page_bulk_end) | MM_EV_BIT(MM_EV_mm_task_flags),
	/* nothing to judge, only to forget */
	.objects = MM_OBJ_BIT(MM_OBJ_EVENT),
	.size = model_size,
	.on_event = model_event,
	.after_op = model_after_op,
};
