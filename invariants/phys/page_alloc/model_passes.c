/* SPDX-License-Identifier: MIT */
/*
 * page_alloc model, passes: which zones a request asked, in what order and with what
 * rights.  What a zone had is judged while it has it, for all of it may be gone or come
 * back before the request is over: a refusal when it is made, a yes that led to nothing
 * when the request goes on.
 *
 *     asked, low mark:  A refuses   B says yes, has no block   C refuses      pass 1
 *     asked, min mark:  A refuses   B says yes --> taken from B               pass 2
 *                       judged      judged when C was asked    judged
 *
 * Zones come in the order of distance from where the request starts.  One that is not
 * behind the zone before it begins another pass, unless it is asked once more on purpose:
 * after reclaim near by, or when a section became ready.
 */
#include "invariants/phys/page_alloc/model.h"

#include <string.h>

static enum pass_kind kind_of(uint32_t flags)
{
	if (flags == MM_ALLOC_MIN_RESERVE)
		return PASS_LAST_HELP;
	if (flags & MM_ALLOC_WMARK_LOW)
		return flags & MM_ALLOC_NOFRAGMENT ? PASS_NOFRAGMENT : PASS_FIRST;
	return flags & (MM_ALLOC_OOM | MM_ALLOC_NO_WATERMARKS) ? PASS_RESERVES : PASS_LATER;
}

/* Zones by the order in which a request that starts at a node asks them. */
static int rank_of(const struct mm_node_order *order, int zone)
{
	int i = 0;

	while (i < order->nr && order->nid[i] != zone / MM_NR_ZONES)
		i++;
	return (i + 1) * MM_NR_ZONES - zone % MM_NR_ZONES;
}

/* Of which types the zone that said yes has a block: a bit each. */
static uint8_t could_serve(const struct model *md, const struct mm_machine *m)
{
	const struct passes *p = &md->passes;
	const struct wish any = {p->order, MM_MIGRATE_UNMOVABLE, 0, p->cpu, 0};
	const struct view v = page_alloc_view_of(md, m, p->open, &any);
	struct wish w = any;
	uint8_t types = 0;

	for (; w.type < MM_MIGRATE_PCPTYPES; w.type++) {
		if (page_alloc_zone_can(md, m, p->open, &w, &v, p->flags[p->now]))
			types |= (uint8_t)(1u << w.type);
	}
	return types;
}

void page_alloc_passes_forget(struct passes *p)
{
	memset(p->last, 0, sizeof(p->last));
	p->left_out = 0;
	p->again = -1;
	p->open = -1;
}

void page_alloc_passes_go_on(struct model *md, const struct mm_machine *m)
{
	struct passes *p = &md->passes;

	if (p->open < 0)
		return;
	p->could[p->now][p->open] = could_serve(md, m);
	p->open = -1;
}

bool page_alloc_passes_ask(struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	struct passes *p = &md->passes;
	const int zone = (int)ev->f[0];
	const uint32_t flags = (uint32_t)ev->f[3];
	const enum pass_kind kind = kind_of(flags);
	const int rank = rank_of(&md->order[page_alloc_start_of(md, m, ev->cpu)], zone);
	const bool near = p->again == zone;
	const bool once_more = near || !md->tried[zone];

	page_alloc_passes_go_on(md, m);
	if (p->last[kind] != p->nr || p->now != kind || p->flags[kind] != flags || rank < p->rank ||
	    (rank == p->rank && !once_more)) {
		p->last[kind] = ++p->nr;
		p->flags[kind] = flags;
		p->first[kind] = zone;
	}
	p->now = kind;
	p->rank = rank;
	p->again = -1;
	p->asked[kind][zone] = p->nr;
	p->could[kind][zone] = 0;
	md->contended[zone] = false;
	md->tried[zone] = true;
	/* the last help is no attempt with what it has a right to */
	md->blurred &= kind == PASS_LAST_HELP;
	if (ev->kind != MM_EV_mm_zone_watermark)
		return near;
	p->open = zone;
	p->order = (unsigned int)ev->f[1];
	p->cpu = ev->cpu;
	return near;
}

int page_alloc_passes_first(const struct passes *p, uint32_t flags)
{
	const enum pass_kind kind = kind_of(flags);

	return p->last[kind] ? p->first[kind] : -1;
}

enum zone_answer page_alloc_passes_answer(const struct passes *p, int zone, uint32_t flags,
					  enum mm_migratetype type)
{
	const enum pass_kind kind = kind_of(flags);

	if ((flags & MM_ALLOC_WMARK_LOW) && (p->left_out >> zone / MM_NR_ZONES & 1))
		return ANSWER_LEFT_OUT;
	if (!p->last[kind] || p->flags[kind] != flags || p->asked[kind][zone] != p->last[kind])
		return ANSWER_NONE;
	/* which pageblocks a NOFRAGMENT attempt refuses is the lists' business */
	if (flags & MM_ALLOC_NOFRAGMENT)
		return ANSWER_NO;
	return p->could[kind][zone] >> type & 1 ? ANSWER_YES : ANSWER_NO;
}
