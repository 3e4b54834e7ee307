/* SPDX-License-Identifier: MIT */
/*
 * page_alloc model, blocks: who has each frame, as events say it changes hands.
 */
#include "mm/bitmap.h"
#include "mm/ram.h"

#include "invariants/phys/page_alloc/model.h"

#include <string.h>

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
void page_alloc_move(struct model *md, uint64_t pfn, uint64_t order, uint8_t to)
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
void page_alloc_on_split(struct model *md, struct mm_report *r, const struct mm_machine *m,
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
		 ev->f[4] == (MM_ALLOC_WMARK_LOW |
			      page_alloc_cma_due(m, page_alloc_type_due(m, gfp))) &&
			 ev->f[3] == page_alloc_type_due(m, gfp),
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
	struct wish w = page_alloc_wish_of(m, ev, 0, (uint32_t)gfp);
	struct mm_walk_order walk;
	int i;

	page_alloc_walk_of(md, m, &w, page_alloc_first_nodes(md, &w), &walk);
	for (i = 0; i < walk.nr; i++) {
		const struct zone *z = &m->zones[walk.zone[i]];
		struct view v = page_alloc_view_of(md, m, walk.zone[i], &w);

		if (z->nid != m->zones[walk.zone[0]].nid)
			break;
		if (leaves_all(z, v.seen - page_alloc_kept_from(&v, page_alloc_cma_due(m, w.type)),
			       ev->f[1], (int)m->zones[walk.zone[0]].type))
			return z->id;
	}
	return -1;
}

void page_alloc_on_bulk(struct model *md, struct mm_report *r, const struct mm_machine *m,
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
	page_alloc_check_gfp(md, r, m, ev->f[5], 0);
	md->bulk_type = page_alloc_type_due(m, (uint32_t)ev->f[5]);
}

/* No zone has room for all, or its lists are another's at the moment. */
void page_alloc_on_bulk_none(struct model *md, struct mm_report *r, const struct mm_machine *m,
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

void page_alloc_on_bulk_end(struct model *md, struct mm_report *r, const struct mm_machine *m,
			    const struct mm_event *ev)
{
	struct wish w = {0, md->bulk_type, 0, ev->cpu, 0};
	struct view v = page_alloc_view_of(md, m, md->bulk, &w);

	MM_CHECK(r, "alloc.bulk", ev->f[0] == md->bulk_got, "%llu pages came, it counts %llu",
		 (unsigned long long)md->bulk_got, (unsigned long long)ev->f[0]);
	MM_CHECK(r, "alloc.bulk",
		 md->bulk_got == md->bulk_empty ||
			 !page_alloc_zone_can(md, m, md->bulk, &w, &v,
					      page_alloc_cma_due(m, w.type)),
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

void page_alloc_on_alloc(struct model *md, struct mm_report *r, const struct mm_machine *m,
			 const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	unsigned int order = (unsigned int)ev->f[1];
	struct wish w = page_alloc_wish_of(m, ev, order, (uint32_t)ev->f[2]);
	struct mm_walk_order walk;
	int zone;

	MM_CHECK(r, "buddy.order_bound", order <= m->desc.max_order, "order %u", order);
	MM_CHECK(r, "alloc.no_double", all_at(md, m, pfn, order, IN_HAND),
		 "pfn %llu order %u handed out while not all of it was free",
		 (unsigned long long)pfn, order);
	if (r->failures)
		return; /* the picture is no longer true */
	page_alloc_check_gfp(md, r, m, ev->f[2], md->task[ev->cpu]);
	page_alloc_check_reserved(md, r);
	zone = mm_frames_zone(&md->frames, pfn);
	page_alloc_walk_of(md, m, &w,
			   page_alloc_nodes_of(md, m, &w, (uint32_t)ev->f[4], (int)ev->f[5]),
			   &walk);
	if (md->bulk < 0) {
		page_alloc_check_zone_choice(md, r, m, ev, &walk);
		md->bulk_owes = false;
		if (md->took == pfn)
			page_alloc_check_special(md, r, ev);
		if (ev->f[4] & MM_ALLOC_HIGHATOMIC)
			owe_reserve(md, m, pfn, order);
	} else {
		check_bulk_page(md, r, m, ev);
	}
	check_init_state(r, m, ev);
	page_alloc_move(md, pfn, order, TAKEN);
	md->unit[pfn] = (uint8_t)((order + 1) | (new_flags(ev) & MM_PG_COMP ? UNIT_COMP : 0));
	md->allocated[zone % MM_NR_ZONES] += (uint64_t)1 << order;
	page_alloc_count_numa(md, m, ev, &walk, zone);
	page_alloc_forget_attempts(md);
	set_movable(md, pfn, (uint64_t)1 << order, (ev->f[2] & MM_GFP_MOVABLE) != 0);
}

static void check_zeroed(struct mm_report *r, const struct mm_machine *m, uint64_t pfn, uint64_t n)
{
	for (; m->desc.init_on_free && !m->desc.page_poison && n > 0; pfn++, n--)
		MM_CHECK(r, "alloc.init_on_free", mm_ram_is_zero(m, pfn_of(pfn)),
			 "pfn %llu is taken back with contents", (unsigned long long)pfn);
}

void page_alloc_on_free(struct model *md, struct mm_report *r, const struct mm_machine *m,
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
	page_alloc_move(md, pfn, order, ev->f[3] == MM_PCP_FREED_TO_LIST ? IN_HAND : IN_ZONE);
	md->freed += n;
	set_movable(md, pfn, n, false);
}

void page_alloc_on_bad(struct model *md, const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];

	if (!ev->f[2])
		return; /* reported only */
	(void)take_unit(md, pfn, (unsigned int)ev->f[1]);
	page_alloc_move(md, pfn, ev->f[1], DROPPED);
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
void page_alloc_on_list(struct model *md, struct mm_report *r, const struct mm_machine *m,
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
		page_alloc_move(md, pfn, ev->f[1], IN_ZONE);
		--*page_alloc_listed_at(md, m, ev->f[3], (int)ev->f[4], ev->f[5]);
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
	page_alloc_move(md, pfn, ev->f[1], add ? lists : IN_HAND);
	*page_alloc_listed_at(md, m, ev->f[3], (int)ev->f[4], ev->f[2]) += add ? 1 : UINT64_MAX;
}

/* A section came: what of it is RAM and not reserved is free. */
void page_alloc_on_grow(struct model *md, struct mm_report *r, const struct mm_machine *m,
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

/* The block was taken from the low end: its siblings follow, one per order. */
void page_alloc_on_take(struct model *md, struct mm_report *r, const struct mm_machine *m,
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
	page_alloc_check_cma_turn(md, r, m, ev);
	if (r->failures)
		return;
	md->fell_back = false;
	md->took = ev->f[0];
	md->kind = mm_frames_kind_of(md->block[ev->f[0] >> m->desc.pageblock_order]);
	page_alloc_move(md, ev->f[0], ev->f[1], IN_HAND);
}
