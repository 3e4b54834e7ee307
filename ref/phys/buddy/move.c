/* SPDX-License-Identifier: MIT */
/*
 * move: a pageblock gets a type that only itself decides on: reserved, isolated,
 * CMA, or ordinary again.
 *
 * Its free blocks follow, and so do counts: pages of an isolated pageblock are not
 * free for anybody.  Only whole pageblocks have a type, so a block larger than one is
 * cut first, and what is left of it joins again as far as types let it:
 *
 *     order 5  |       Movable       |
 *     order 4  |  Isolate |  Movable |     the second pageblock stays as it was
 */
#include "mm/buddy.h"

static void account(struct mm_ctx *x, struct zone *z, int64_t pages, enum mm_migratetype type)
{
	if (type < MM_MIGRATE_PCPTYPES)
		mm_vmstat_mod(x, z, MM_NR_FREE_PAGES, pages);
	else
		mm_buddy_account_special(x, z, pages, type);
}

bool mm_buddy_whole_pageblock(const struct mm_machine *m, const struct zone *z, uint64_t pfn)
{
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t start = pfn & ~(size - 1);

	return mm_zone_spans(z, start) && mm_zone_spans(z, start + size - 1);
}

/* The free block that covers the pageblock at start, or NULL. */
static struct page *covering_block(const struct mm_machine *m, uint64_t start)
{
	unsigned int o;

	for (o = m->desc.pageblock_order; o <= m->desc.max_order; o++) {
		struct page *p = &m->memmap[start & ~(((uint64_t)1 << o) - 1)];

		if ((p->flags & MM_PG_BUDDY) && p->order >= o)
			return p;
	}
	return NULL;
}

/* All of the pageblock is free: cut it out, and put all back under what types are. */
static void move_covered(struct mm_ctx *x, struct zone *z, struct page *block, uint64_t start,
			 enum mm_migratetype type)
{
	unsigned int order = block->order;

	account(x, z, -((int64_t)1 << order), (enum mm_migratetype)block->list);
	mm_buddy_list_del(x, z, block, order);
	mm_migratetype_set(x, start, type);
	/* what was not touched is not to be taken soon */
	mm_buddy_put(x, z, block, order,
		     order > x->m->desc.pageblock_order ? MM_BUDDY_AUTO : MM_BUDDY_TAIL);
}

/* Only pieces of it are. */
static void move_pieces(struct mm_ctx *x, struct zone *z, uint64_t start, enum mm_migratetype type)
{
	uint64_t end = start + ((uint64_t)1 << x->m->desc.pageblock_order);
	uint64_t at = start;

	while (at < end) {
		struct page *p = &x->m->memmap[at];
		unsigned int order = p->order;

		if (!(p->flags & MM_PG_BUDDY)) {
			at++;
			continue;
		}
		account(x, z, -((int64_t)1 << order), (enum mm_migratetype)p->list);
		mm_buddy_list_del(x, z, p, order);
		mm_buddy_list_add(x, z, p, order, type, true);
		account(x, z, (int64_t)1 << order, type);
		at += (uint64_t)1 << order;
	}
}

void mm_buddy_move(struct mm_ctx *x, struct zone *z, uint64_t pfn, enum mm_migratetype type,
		   enum mm_buddy_why why)
{
	uint64_t start = pfn & ~(((uint64_t)1 << x->m->desc.pageblock_order) - 1);
	struct page *block = covering_block(x->m, start);

	MM_PRE(mm_buddy_whole_pageblock(x->m, z, pfn));
	mm_lock_assert_held(x, &z->lock);
	mm_event(x, MM_EV_mm_pageblock_move, start, mm_migratetype_get(x->m, start), type, z->id,
		 why);
	if (block) {
		move_covered(x, z, block, start, type);
	} else {
		mm_migratetype_set(x, start, type);
		/* without grouping, ordinary types are all the same */
		move_pieces(x, z, start, mm_migratetype_get(x->m, start));
	}
}
