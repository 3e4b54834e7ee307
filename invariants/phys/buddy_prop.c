/* SPDX-License-Identifier: MIT */
/*
 * buddy properties: splitting and joining against a picture that is an array
 * of owners, one per frame, and the decisions of the fallback in full tables.
 */
#include "mm/buddy.h"

#include "mm/check.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"
#include "invariants/phys/buddy/prop.h"

#include <string.h>

extern const struct mm_inv mm_buddy_invs[];
extern const struct mm_inv mm_zone_invs[];
extern const struct mm_inv mm_vmstat_invs[];

static uint64_t pfn_of_page(const struct mm_machine *m, const struct page *page)
{
	return pfn_raw(mm_page_pfn(m, page));
}

/* What a caller of the buddy allocator does around it. */
static struct page *take(struct mm_ctx *x, struct zone *z, unsigned int order,
			 enum mm_migratetype type)
{
	struct page *page;

	mm_lock_acquire(x, &z->lock);
	page = mm_buddy_take(x, z, order, type, 0);
	mm_lock_release(x, &z->lock);
	if (page) {
		page->order = (uint8_t)order;
		page->refcount = 1;
		mm_page_flag_set(x, page, MM_PG_HEAD);
	}
	return page;
}

static void put(struct mm_ctx *x, struct page *page)
{
	struct zone *z = &x->m->zones[page->zone];
	unsigned int order = page->order;

	page->order = 0;
	page->refcount = 0;
	mm_page_flag_clear(x, page, MM_PG_HEAD);
	mm_lock_acquire(x, &z->lock);
	mm_buddy_put(x, z, page, order, MM_BUDDY_AUTO);
	mm_lock_release(x, &z->lock);
}

/* Judge all frames, pageblocks and zones by the claims that need no model. */
static void check_claims(struct mm_prop_run *p, const struct mm_machine *m)
{
	const struct mm_inv *const tables[] = {mm_buddy_invs, mm_zone_invs, mm_vmstat_invs};
	struct mm_report r;
	size_t t;

	mm_report_init(&r);
	for (t = 0; t < 3; t++) {
		const struct mm_inv *inv;
		uint64_t id;

		for (inv = tables[t]; inv->id; inv++) {
			for (id = 0; inv->check && id < mm_machine_kind_count(m, inv->kind); id++)
				inv->check(&r, m, id);
		}
	}
	p->checks += r.checks;
	PROP(p, !r.failures, "%s: %s", r.first.id, r.first.text);
}

/* ---- split and join ---- */

/* One block from a zone that is one block: a sibling stays for each order. */
static void split_leaves_siblings(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=1M max_order=8 pageblock_order=8", NULL);
	unsigned int order;

	PROP(p, m, "the machine does not boot");
	for (order = 0; order <= 8; order++) {
		struct zone *z = &m->zones[MM_ZONE_NORMAL];
		struct page *page;
		struct mm_ctx x;
		unsigned int o;

		mm_machine_reset(m);
		mm_ctx_init(&x, m, 0);
		page = take(&x, z, order, MM_MIGRATE_MOVABLE);
		PROP(p, page && page == m->memmap, "order %u does not start at the low end", order);
		for (o = 0; o <= 8; o++) {
			const struct page *half = &m->memmap[o < 8 ? (uint64_t)1 << o : 0];
			bool split = o >= order && o < 8;

			PROP(p, z->free_area[o].nr_free == split, "order %u: %llu of order %u left",
			     order, (unsigned long long)z->free_area[o].nr_free, o);
			PROP(p, !split || ((half->flags & MM_PG_BUDDY) && half->order == o),
			     "order %u: no sibling of order %u", order, o);
		}
		put(&x, page);
		PROP(p, z->free_area[8].nr_free == 1 && m->memmap[0].order == 8,
		     "order %u: what was split is not joined", order);
	}
	mm_machine_destroy(m);
}

#define HELD_MAX   512
#define FRAMES_MAX 2048

/* Blocks that were taken, and an owner's mark for each of their frames. */
struct holder {
	struct mm_ctx x;
	uint8_t owned[FRAMES_MAX];
	struct page *held[HELD_MAX];
	size_t nr;
};

static void take_any(struct mm_prop_run *p, struct holder *h)
{
	const struct mm_machine *m = h->x.m;
	enum mm_migratetype type = (enum mm_migratetype)prop_below(p, MM_MIGRATE_PCPTYPES);
	struct zone *z = &m->zones[prop_below(p, MM_NR_ZONES)];
	unsigned int order = (unsigned int)prop_below(p, m->desc.max_order + 1);
	struct page *page = h->nr < HELD_MAX ? take(&h->x, z, order, type) : NULL;
	uint64_t i;

	if (!page)
		return;
	h->held[h->nr++] = page;
	for (i = 0; i < (uint64_t)1 << order; i++) {
		uint64_t pfn = pfn_of_page(m, page) + i;

		PROP(p, mm_zone_spans(z, pfn) && !h->owned[pfn], "pfn %llu is given again",
		     (unsigned long long)pfn);
		h->owned[pfn] = 1;
	}
}

static void put_any(struct mm_prop_run *p, struct holder *h)
{
	size_t i = prop_below(p, h->nr);
	struct page *page = h->held[i];

	memset(h->owned + pfn_of_page(h->x.m, page), 0, (size_t)1 << page->order);
	put(&h->x, page);
	h->held[i] = h->held[--h->nr];
}

/* No two blocks overlap; when all are back, the lists are as long as at boot. */
static void blocks_do_not_overlap(struct mm_prop_run *p)
{
	const char *machine = mm_walk_machines[prop_below(p, 12)];
	struct mm_machine *m = mm_boot(machine, NULL);
	struct holder h = {.nr = 0};
	struct zone before[MM_NR_ZONES];
	int step;
	int z;

	PROP(p, m && m->max_pfn <= FRAMES_MAX, "%s: does not boot", machine);
	memcpy(before, m->zones, sizeof(before));
	mm_ctx_init(&h.x, m, 0);
	for (step = 0; step < 600 && !p->failures; step++) {
		if (!h.nr || prop_below(p, 5) < 3)
			take_any(p, &h);
		else
			put_any(p, &h);
		if (step % 100 == 0)
			check_claims(p, m);
	}
	while (h.nr)
		put_any(p, &h);
	check_claims(p, m);
	for (z = 0; z < MM_NR_ZONES; z++) {
		unsigned int o;

		for (o = 0; o <= m->desc.max_order; o++)
			PROP(p, m->zones[z].free_area[o].nr_free == before[z].free_area[o].nr_free,
			     "zone %s order %u: not the blocks of boot", m->zones[z].name, o);
	}
	mm_machine_destroy(m);
}

/* The block at the head of its list is the one that is taken; a block whose
 * parent may soon be whole is taken last. */
static void likely_merges_wait_at_the_tail(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=128p max_order=5 pageblock_order=5", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	const struct mm_list *list;
	struct page *half[4];
	struct mm_ctx x;
	int i;

	PROP(p, m, "the machine does not boot");
	list = &z->free_area[0].free_list[MM_MIGRATE_MOVABLE];
	mm_ctx_init(&x, m, 0);
	for (i = 0; i < 16; i++)
		(void)take(&x, z, 0, MM_MIGRATE_MOVABLE);
	/* 8: its parent 8-9 has no free buddy 10-11: head.  4 and 5 free make
	 * 4-5; then 6 lies beside a free order 1: tail. */
	put(&x, &m->memmap[8]);
	put(&x, &m->memmap[4]);
	put(&x, &m->memmap[5]);
	put(&x, &m->memmap[6]);
	PROP(p, list->next == &m->memmap[8].lru && list->prev == &m->memmap[6].lru,
	     "a block that may soon be joined is not last");
	put(&x, &m->memmap[12]);
	PROP(p, list->next == &m->memmap[12].lru, "the block freed last is not first");
	PROP(p, take(&x, z, 0, MM_MIGRATE_MOVABLE) == &m->memmap[12], "the first is not taken");
	/* one below the largest: the parent of 16-31 has nothing to merge into,
	 * though 32-63 beside it is free */
	list = &z->free_area[4].free_list[MM_MIGRATE_MOVABLE];
	for (i = 0; i < 4; i++)
		half[i] = take(&x, z, 4, MM_MIGRATE_MOVABLE);
	put(&x, half[1]);
	put(&x, half[2]);
	put(&x, half[0]);
	PROP(p, list->next == &m->memmap[16].lru && list->prev == &m->memmap[80].lru,
	     "a block waits for a merge that cannot be");
	mm_machine_destroy(m);
}

/* ---- decisions ---- */

static void can_steal_table(struct mm_prop_run *p)
{
	unsigned int po;

	for (po = 0; po <= 10; po++) {
		struct mm_machine m = {.desc = {.max_order = 10, .pageblock_order = po}};
		unsigned int n;

		/* order, type, grouping */
		for (n = 0; n < 11 * MM_MIGRATE_PCPTYPES * 2; n++) {
			unsigned int order = n % 11;
			enum mm_migratetype type =
				(enum mm_migratetype)(n / 11 % MM_MIGRATE_PCPTYPES);
			/* half a pageblock, rounded down in the exponent */
			bool want = 2 * order + 1 >= po || type != MM_MIGRATE_MOVABLE || n >= 33;

			m.grouping_off = n >= 33;
			PROP(p, mm_buddy_can_steal(&m, order, type) == want,
			     "pageblock %u, order %u, type %d, grouping %d", po, order, (int)type,
			     n < 33);
		}
	}
}

/* Frame by frame, from flags and orders alone. */
static struct mm_buddy_counts counted(const struct mm_machine *m, uint64_t pfn)
{
	struct mm_buddy_counts n = {0, 0};
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t start = pfn / size * size;
	uint64_t i;

	for (i = start; i < start + size; i++) {
		uint64_t head = i;
		unsigned int o;

		for (o = 0; o <= m->desc.max_order; o++) {
			uint64_t at = i >> o << o;

			if ((m->memmap[at].flags & (MM_PG_BUDDY | MM_PG_HEAD)) &&
			    m->memmap[at].order >= o)
				head = at;
		}
		n.free += (m->memmap[head].flags & MM_PG_BUDDY) != 0;
		n.movable += (m->memmap[head].flags & MM_PG_MOVABLE) != 0;
	}
	return n;
}

/* Does one block cover more than the pageblock? */
static bool in_giant(const struct mm_machine *m, uint64_t pfn)
{
	unsigned int o;

	for (o = m->desc.pageblock_order + 1; o <= m->desc.max_order; o++) {
		const struct page *head = &m->memmap[pfn >> o << o];

		if ((head->flags & (MM_PG_BUDDY | MM_PG_HEAD)) && head->order >= o)
			return true;
	}
	return false;
}

static void pageblocks_are_counted(struct mm_prop_run *p)
{
	const struct mm_run_options o = {.measure = false};
	struct mm_trace t;
	struct mm_walk w;
	uint64_t block;

	if (!mm_walk_open(&w, p, mm_walk_machines[prop_below(p, 2)]))
		return;
	mm_trace_init(&t);
	mm_walk_trace(p, &t, "ram=4M max_order=6 pageblock_order=3", 300);
	PROP(p, mm_run_trace(w.run, &t, &o) == 0, "no host memory");
	PROP(p, w.run->finding != MM_FINDING_CLAIM, "%s: %s", w.run->claim, w.run->text);
	for (block = 0; block < w.m->nr_pageblocks; block++) {
		uint64_t pfn = block << w.m->desc.pageblock_order;
		struct mm_buddy_counts want = counted(w.m, pfn);
		struct mm_buddy_counts have = mm_buddy_count_pageblock(w.m, pfn + 3);

		if (in_giant(w.m, pfn))
			continue;
		PROP(p, have.free == want.free && have.movable == want.movable,
		     "pageblock %llu: %llu free and %llu movable, counted %llu and %llu",
		     (unsigned long long)block, (unsigned long long)have.free,
		     (unsigned long long)have.movable, (unsigned long long)want.free,
		     (unsigned long long)want.movable);
	}
	mm_trace_free(&t);
	mm_walk_close(&w);
}

/* All free blocks of two pageblocks change their lists, and no others do. */
static void retype_moves_all_free_blocks(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=512p max_order=5 pageblock_order=5", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	uint64_t free_before;
	struct mm_ctx x;
	uint64_t pfn;
	int i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (i = 0; i < 100; i++)
		(void)take(&x, z, 0, MM_MIGRATE_MOVABLE);
	for (pfn = 0; pfn < 100; pfn += 1 + prop_below(p, 3)) {
		if (m->memmap[pfn].flags & MM_PG_HEAD)
			put(&x, &m->memmap[pfn]);
	}
	free_before = mm_vmstat_zone(z, MM_NR_FREE_PAGES);
	mm_lock_acquire(&x, &z->lock);
	mm_buddy_retype(&x, z, 40, MM_MIGRATE_RECLAIMABLE);
	mm_buddy_retype(&x, z, 64, MM_MIGRATE_RECLAIMABLE);
	mm_lock_release(&x, &z->lock);
	PROP(p, mm_vmstat_zone(z, MM_NR_FREE_PAGES) == free_before,
	     "retyping changed what is free");
	for (pfn = 0; pfn < 512; pfn++) {
		const struct page *page = &m->memmap[pfn];
		bool mine = pfn >= 32 && pfn < 96;

		if (!(page->flags & MM_PG_BUDDY))
			continue;
		PROP(p, page->list == (mine ? MM_MIGRATE_RECLAIMABLE : MM_MIGRATE_MOVABLE),
		     "pfn %llu is on list %u", (unsigned long long)pfn, page->list);
		/* moved to the tail: what was there first is lower */
		PROP(p,
		     !mine || page->lru.prev < &page->lru ||
			     page->lru.prev == &z->free_area[page->order].free_list[page->list],
		     "pfn %llu came before what was there", (unsigned long long)pfn);
	}
	check_claims(p, m);
	mm_machine_destroy(m);
}

/* Where there is too little memory to group it, all ordinary types are one. */
static void without_grouping_types_are_one(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=64K max_order=5 pageblock_order=3", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	struct mm_ctx x;
	uint64_t pfn;

	PROP(p, m && m->grouping_off, "no machine without grouping");
	mm_ctx_init(&x, m, 0);
	PROP(p, take(&x, z, 0, MM_MIGRATE_UNMOVABLE), "nothing is free");
	mm_lock_acquire(&x, &z->lock);
	mm_buddy_move(&x, z, 0, MM_MIGRATE_MOVABLE, MM_BUDDY_OTHER);
	mm_lock_release(&x, &z->lock);
	for (pfn = 0; pfn < m->max_pfn; pfn++) {
		const struct page *page = &m->memmap[pfn];

		PROP(p, !(page->flags & MM_PG_BUDDY) || page->list == MM_MIGRATE_UNMOVABLE,
		     "pfn %llu is on list %u", (unsigned long long)pfn, page->list);
	}
	check_claims(p, m);
	mm_machine_destroy(m);
}

/* Above a pageblock, a block goes back pageblock by pageblock. */
static void giants_return_by_pageblock(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=256p max_order=6 pageblock_order=3", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	struct page *page;
	struct mm_ctx x;
	uint64_t block;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	page = take(&x, z, 6, MM_MIGRATE_MOVABLE);
	block = mm_migratetype_block(m, pfn_of_page(m, page));
	m->pageblock[block + 1 + prop_below(p, 6)] = MM_MIGRATE_ISOLATE;
	put(&x, page);
	/* an isolated pageblock joins with nobody, the rest stay apart around it */
	PROP(p, z->free_area[6].nr_free == 3, "pageblocks of several types were joined");
	PROP(p,
	     z->free_area[3].nr_free == 2 && z->free_area[4].nr_free == 1 &&
		     z->free_area[5].nr_free == 1,
	     "free pageblocks beside an isolated one were not joined");
	mm_machine_destroy(m);
}

/* ---- pageblocks of all types ---- */

/* As its callers do, who count what is reserved, and CMA. */
static void move_to(struct mm_ctx *x, struct zone *z, uint64_t pfn, enum mm_migratetype type)
{
	uint64_t size = (uint64_t)1 << x->m->desc.pageblock_order;

	mm_lock_acquire(x, &z->lock);
	if (mm_migratetype_get(x->m, pfn) == MM_MIGRATE_HIGHATOMIC)
		z->nr_reserved_highatomic -= size;
	if (mm_migratetype_get(x->m, pfn) == MM_MIGRATE_CMA)
		z->cma_pages -= size;
	mm_buddy_move(x, z, pfn, type, MM_BUDDY_OTHER);
	if (type == MM_MIGRATE_HIGHATOMIC)
		z->nr_reserved_highatomic += size;
	if (type == MM_MIGRATE_CMA)
		z->cma_pages += size;
	mm_lock_release(x, &z->lock);
}

/* What changes its type comes after what the list has: that is taken first. */
static void moved_pieces_wait_at_the_tail(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=256p max_order=6 pageblock_order=3", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	const struct mm_list *list;
	struct page *own;
	struct page *moved;
	struct mm_ctx x;
	uint64_t pfn;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	own = take(&x, z, 0, MM_MIGRATE_MOVABLE);
	PROP(p, own, "no page");
	/* its buddy is free, and of a pageblock that becomes reclaimable before the rest */
	pfn = pfn_raw(mm_page_pfn(m, own));
	move_to(&x, z, pfn, MM_MIGRATE_RECLAIMABLE);
	moved = take(&x, z, 3, MM_MIGRATE_MOVABLE);
	PROP(p, moved, "no pageblock");
	moved->refcount = 0;
	mm_page_flag_clear(&x, moved, MM_PG_HEAD);
	mm_lock_acquire(&x, &z->lock);
	mm_buddy_put(&x, z, moved + 1, 0, MM_BUDDY_AUTO);
	mm_lock_release(&x, &z->lock);
	moved++;
	pfn = pfn_raw(mm_page_pfn(m, moved));
	move_to(&x, z, pfn, MM_MIGRATE_RECLAIMABLE);
	list = &z->free_area[0].free_list[MM_MIGRATE_RECLAIMABLE];
	PROP(p, list->prev == &moved->lru && list->next != &moved->lru,
	     "what was moved stands before what was there");
	mm_machine_destroy(m);
}

/* Pageblocks in use, and free ones, go through all types and back: what claims say holds
 * on the way, and at its end all is as it was. */
static void moved_pageblocks_take_their_pages_along(struct mm_prop_run *p)
{
	struct mm_machine *m =
		mm_boot("ram=256p max_order=6 pageblock_order=3 pcp=on cpus=2", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	struct page *held[40];
	struct mm_ctx x;
	uint64_t block;
	int nr = 0;

	PROP(p, m && m->nr_pageblocks == 32, "not the machine that was meant");
	mm_ctx_init(&x, m, 0);
	while (nr < 40 && prop_below(p, 8)) {
		held[nr] = take(&x, z, (unsigned int)prop_below(p, 5), MM_MIGRATE_MOVABLE);
		nr += held[nr] != NULL;
	}
	while (prop_below(p, 30)) {
		uint64_t pfn = prop_below(p, 256);
		enum mm_migratetype type = (enum mm_migratetype)prop_below(p, MM_MIGRATE_TYPES);

		if (nr && !prop_below(p, 4)) {
			put(&x, held[--nr]);
			continue;
		}
		move_to(&x, z, pfn, type);
		/* joined pageblocks of ordinary types are all of one */
		PROP(p,
		     mm_migratetype_get(m, pfn) == type ||
			     (mm_migratetype_mergeable(type) &&
			      mm_migratetype_mergeable(mm_migratetype_get(m, pfn))),
		     "the type is another");
		check_claims(p, m);
	}
	for (block = 0; block < 32; block++)
		move_to(&x, z, block * 8, MM_MIGRATE_MOVABLE);
	while (nr)
		put(&x, held[--nr]);
	check_claims(p, m);
	PROP(p,
	     mm_vmstat_zone_exact(m, z, MM_NR_FREE_PAGES) == 256 && z->free_area[6].nr_free == 4 &&
		     !mm_vmstat_zone_exact(m, z, MM_NR_FREE_CMA) && !z->nr_free_highatomic,
	     "what came back is not what there was");
	mm_machine_destroy(m);
}

const struct mm_prop mm_buddy_props[] = {
	{"buddy.split_leaves_siblings", split_leaves_siblings, 1},
	{"buddy.blocks_do_not_overlap_and_join_again", blocks_do_not_overlap, 40},
	{"buddy.likely_merges_wait_at_the_tail", likely_merges_wait_at_the_tail, 1},
	{"buddy.can_steal_in_full", can_steal_table, 1},
	{"buddy.pageblocks_are_counted", pageblocks_are_counted, 10},
	{"buddy.retype_moves_all_free_blocks", retype_moves_all_free_blocks, 10},
	{"buddy.without_grouping_types_are_one", without_grouping_types_are_one, 1},
	{"buddy.giants_return_by_pageblock", giants_return_by_pageblock, 6},
	{"buddy.moved_pieces_wait_at_the_tail", moved_pieces_wait_at_the_tail, 1},
	{"buddy.moved_pageblocks_take_their_pages_along", moved_pageblocks_take_their_pages_along,
	 30},
	{"buddy." MM_PLANTS_PROPERTY, buddy_planted, 1},
	{NULL, NULL, 0},
};
