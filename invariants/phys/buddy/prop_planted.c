/* SPDX-License-Identifier: MIT */
/*
 * buddy properties: what must be seen, planted: lists, heads and counts of blocks as no
 * step may leave them, each with the claim that says so.
 */
#include "mm/buddy.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/phys/buddy/prop.h"

/* The n-th free block of at least this order and no more than that. */
static struct page *free_block(const struct mm_victim *v, unsigned int low, unsigned int high)
{
	uint64_t pfn;

	/* not the first blocks: those share pageblocks with other zones */
	for (pfn = 300; pfn < v->m->max_pfn; pfn++) {
		struct page *page = &v->m->memmap[pfn];

		if ((page->flags & MM_PG_BUDDY) && page->order >= low && page->order <= high)
			return page;
	}
	prop_fail(v->p, __FILE__, __LINE__, "no free block of order %u .. %u", low, high);
	return v->m->memmap;
}

/* List a block as a free one, and keep books. */
static void enlist(struct mm_victim *v, struct page *page, unsigned int order,
		   enum mm_migratetype type)
{
	struct zone *z = &v->m->zones[page->zone];

	mm_buddy_list_add(v->x, z, page, order, type, false);
	mm_vmstat_mod(v->x, z, MM_NR_FREE_PAGES, (int64_t)1 << order);
}

/* Take a free block off its list, keep books, and list another in its place. */
static void relist(struct mm_victim *v, struct page *page, uint64_t ahead, unsigned int order)
{
	struct zone *z = &v->m->zones[page->zone];
	enum mm_migratetype type = (enum mm_migratetype)page->list;

	mm_vmstat_mod(v->x, z, MM_NR_FREE_PAGES, -((int64_t)1 << page->order));
	mm_buddy_list_del(v->x, z, page, page->order);
	enlist(v, page + ahead, order, type);
}

static void halves_stay_apart(struct mm_victim *v)
{
	struct page *page = free_block(v, 1, 6);
	unsigned int order = page->order;

	relist(v, page, 0, order - 1);
	enlist(v, page + ((uint64_t)1 << (order - 1)), order - 1, (enum mm_migratetype)page->list);
}

static void block_off_its_place(struct mm_victim *v)
{
	relist(v, free_block(v, 3, 6), 1, 1);
}

static void block_over_the_limit(struct mm_victim *v)
{
	/* the last DMA frame, 256, is a block of order 0 at the limit */
	relist(v, &v->m->memmap[256], 0, 1);
}

static void block_over_a_hole(struct mm_victim *v)
{
	/* 512 .. 514 are not there */
	enlist(v, &v->m->memmap[513], 0, MM_MIGRATE_MOVABLE);
}

static void frame_in_use_inside(struct mm_victim *v)
{
	struct page *page = free_block(v, 2, 6) + 1;

	page->flags |= MM_PG_HEAD;
	page->refcount = 1;
	mm_page_touch(v->x, page);
}

static void head_inside_a_block(struct mm_victim *v)
{
	struct page *page = free_block(v, 3, 6);

	enlist(v, page + 1, 0, (enum mm_migratetype)page->list);
}

static void head_on_no_list(struct mm_victim *v)
{
	/* inside a, whose pageblock is Unmovable as the frame's list field says */
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_A) + 2];

	page->flags |= MM_PG_BUDDY;
	mm_page_touch(v->x, page);
}

static void order_without_block(struct mm_victim *v)
{
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_E) + 2];

	page->order = 1;
	mm_page_touch(v->x, page);
}

static void wrong_list_field(struct mm_victim *v)
{
	struct page *page = free_block(v, 0, 6);

	page->list = MM_MIGRATE_RECLAIMABLE;
	mm_page_touch(v->x, page);
}

static void pageblock_leaves_its_blocks(struct mm_victim *v)
{
	struct page *page = free_block(v, 0, 6);
	uint64_t block = mm_migratetype_block(v->m, pfn_raw(mm_page_pfn(v->m, page)));

	v->m->pageblock[block] = MM_MIGRATE_RECLAIMABLE;
	mm_touch(v->x, MM_OBJ_PAGEBLOCK, block);
}

/* The block itself looks right; only a walk of the list meets it. */
static void block_on_another_list(struct mm_victim *v)
{
	struct page *page = free_block(v, 0, 6);
	struct free_area *area = &v->m->zones[page->zone].free_area[page->order];

	mm_list_del(&page->lru);
	mm_list_add(&page->lru, &area->free_list[MM_MIGRATE_RECLAIMABLE]);
	v->checker->touched.all = true;
}

static void mapping_left_behind(struct mm_victim *v)
{
	struct page *page = free_block(v, 1, 6) + 1;

	page->mapping = 8;
	mm_page_touch(v->x, page);
}

static void mapcount_left_behind(struct mm_victim *v)
{
	struct page *page = free_block(v, 0, 6);

	page->mapcount = 0;
	mm_page_touch(v->x, page);
}

static void order_above_all(struct mm_victim *v)
{
	struct page *page = &v->m->memmap[mm_victim_held(v, VICTIM_A)];

	page->order = 7;
	mm_page_touch(v->x, page);
}

static void order_above_all_announced(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_alloc, 0, 7, 0, 0, 1, MM_ZONE_DMA);
}

static void links_disagree(struct mm_victim *v)
{
	struct page *page = free_block(v, 0, 6);

	page->lru.prev = &page->lru;
	mm_page_touch(v->x, page);
}

static void miscounted_blocks(struct mm_victim *v)
{
	struct page *page = free_block(v, 3, 6);
	struct free_area *area = v->m->zones[page->zone].free_area;

	/* one block fewer and two halves more: the sum of frames is the same */
	area[page->order].nr_free--;
	area[page->order - 1].nr_free += 2;
	mm_touch(v->x, MM_OBJ_ZONE, page->zone);
}

static void split_without_siblings(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_alloc_zone_locked, mm_victim_held(v, VICTIM_E), 0,
		 MM_MIGRATE_UNMOVABLE, 4, MM_ZONE_NORMAL);
}

static const struct mm_plant plants[] = {
	{"buddy.no_mergeable_pair", halves_stay_apart, NULL, false},
	{"buddy.aligned", block_off_its_place, NULL, false},
	{"buddy.in_zone", block_over_the_limit, NULL, false},
	{"buddy.in_zone", block_over_a_hole, "buddy.page_clean", false},
	{"buddy.disjoint", frame_in_use_inside, "buddy.page_clean", false},
	{"buddy.head_marked_only", head_inside_a_block, NULL, false},
	{"buddy.head_marked_only", head_on_no_list, NULL, false},
	{"buddy.head_marked_only", order_without_block, NULL, false},
	{"buddy.list_migratetype", wrong_list_field, NULL, false},
	{"buddy.list_migratetype", pageblock_leaves_its_blocks, NULL, false},
	{"buddy.list_migratetype", block_on_another_list, NULL, false},
	{"buddy.page_clean", mapping_left_behind, NULL, false},
	{"buddy.page_clean", mapcount_left_behind, NULL, false},
	{"buddy.order_bound", order_above_all, NULL, false},
	{"buddy.order_bound", order_above_all_announced, "alloc.no_double", true},
	{"buddy.list_links", links_disagree, NULL, false},
	{"buddy.nr_free", miscounted_blocks, NULL, false},
	{"buddy.largest_first_split", split_without_siblings, NULL, true},
	{NULL, NULL, NULL, false},
};

void buddy_planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}
