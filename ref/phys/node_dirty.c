/* SPDX-License-Identifier: MIT */
/*
 * node_dirty: one number against another.
 *
 * The limit of each node is that of the machine, scaled down: so writers fill nodes
 * evenly, and no node is left with pages alone that cost a write to have back.
 */
#include "mm/node_dirty.h"

#include "mm/task.h"
#include "mm/watermark.h"

uint64_t mm_node_dirty_most(const struct mm_dirtyable *d)
{
	return (d->free > d->reserve ? d->free - d->reserve : 0) + d->file;
}

uint64_t mm_node_dirty_limit(const struct mm_dirtyable *d, uint64_t ratio, bool rt)
{
	const uint64_t limit = ratio * mm_node_dirty_most(d) / 100;

	return rt ? limit + limit / 4 : limit;
}

struct mm_dirtyable mm_node_dirty_memory(const struct mm_machine *m, int nid)
{
	struct mm_dirtyable d = {0, 0, 0};
	int i;

	for (i = 0; i < MM_NR_ZONES; i++) {
		const struct zone *z = mm_zone_at(m, nid, (enum mm_zone_type)i);

		d.free += mm_vmstat_zone(z, MM_NR_FREE_PAGES);
		d.reserve += mm_watermark_totalreserve(z);
		d.file += mm_vmstat_zone(z, MM_NR_ZONE_CACHE);
	}
	return d;
}

bool mm_node_dirty_ok(struct mm_ctx *x, int nid)
{
	const struct mm_dirtyable d = mm_node_dirty_memory(x->m, nid);
	const uint64_t limit = mm_node_dirty_limit(&d, x->m->sysctl.dirty_ratio,
						   (x->task_flags & MM_TASK_RT) != 0);
	const struct mm_dirty_pages *now = &x->m->node_dirty[nid];
	const bool ok = now->dirty + now->writeback <= limit;

	mm_event(x, MM_EV_mm_node_dirty_ok, (uint64_t)nid, now->dirty + now->writeback, limit, ok);
	return ok;
}

void mm_node_dirty_set(struct mm_ctx *x, int nid, uint64_t dirty, uint64_t writeback)
{
	x->m->node_dirty[nid] = (struct mm_dirty_pages){dirty, writeback};
	mm_touch(x, MM_OBJ_SETTINGS, 0);
}
