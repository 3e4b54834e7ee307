/* SPDX-License-Identifier: MIT */
/*
 * isolate: look at each frame of a pageblock, then move its free blocks.
 *
 * What is free need not be moved; nor is what nobody refers to: it waits on a CPU's list,
 * or is the inside of a block whose first frame was, or will be, looked at.
 */
#include "mm/isolate.h"

#include "mm/lock.h"

struct span {
	uint64_t start;
	uint64_t end;
};

static struct span pageblock_of(const struct mm_machine *m, uint64_t pfn)
{
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t start = pfn & ~(size - 1);

	return (struct span){start, start + size};
}

/* A compound block that frame `at` is in: can it go as a whole?  Then *next is behind. */
static bool compound_moves(const struct mm_machine *m, const struct page *head,
			   const struct span *s, uint64_t *next)
{
	uint64_t first = pfn_raw(mm_page_pfn(m, head));

	*next = first + ((uint64_t)1 << head->order);
	return (head->flags & MM_PG_MOVABLE) && first >= s->start && *next <= s->end;
}

/* May the frame at `at` stay where it is for now?  *next: the one to look at then. */
static bool frame_moves(const struct mm_machine *m, const struct zone *z, const struct span *s,
			uint64_t at, uint64_t *next)
{
	struct page *page = &m->memmap[at];
	const struct page *head = mm_page_head(page);

	*next = at + 1;
	if (page->flags & (MM_PG_ABSENT | MM_PG_RESERVED))
		return false;
	if (head->flags & MM_PG_COMP)
		return compound_moves(m, head, s, next);
	if (page->flags & MM_PG_BUDDY)
		*next = at + ((uint64_t)1 << page->order);
	/* in a zone Movable there is nothing else */
	return !page->refcount || z->type == MM_ZONE_MOVABLE || (page->flags & MM_PG_MOVABLE);
}

/* Kernel: has_unmovable_pages. */
static bool all_moves(const struct mm_machine *m, const struct zone *z, const struct span *s)
{
	uint64_t at = s->start;

	while (at < s->end) {
		if (!frame_moves(m, z, s, at, &at))
			return false;
	}
	return true;
}

static int start(struct mm_ctx *x, struct zone *z, uint64_t pfn)
{
	const struct span s = pageblock_of(x->m, pfn);
	enum mm_migratetype type = mm_migratetype_get(x->m, pfn);

	if (type == MM_MIGRATE_ISOLATE || type == MM_MIGRATE_CMA ||
	    !mm_buddy_whole_pageblock(x->m, z, pfn) || !all_moves(x->m, z, &s))
		return -MM_EBUSY;
	if (type == MM_MIGRATE_HIGHATOMIC)
		z->nr_reserved_highatomic -= s.end - s.start;
	mm_buddy_move(x, z, pfn, MM_MIGRATE_ISOLATE, MM_BUDDY_ISOLATE);
	z->nr_isolated++;
	mm_touch(x, MM_OBJ_ZONE, z->id);
	return 0;
}

static int undo(struct mm_ctx *x, struct zone *z, uint64_t pfn)
{
	if (mm_migratetype_get(x->m, pfn) != MM_MIGRATE_ISOLATE)
		return -MM_EINVAL;
	mm_buddy_move(x, z, pfn, MM_MIGRATE_MOVABLE, MM_BUDDY_UNISOLATE);
	z->nr_isolated--;
	mm_touch(x, MM_OBJ_ZONE, z->id);
	return 0;
}

static int locked(struct mm_ctx *x, uint64_t pfn,
		  int (*act)(struct mm_ctx *, struct zone *, uint64_t), bool back)
{
	struct zone *z = &x->m->zones[x->m->memmap[pfn].zone];
	int err;

	mm_lock_acquire(x, &z->lock);
	err = act(x, z, pfn);
	mm_lock_release(x, &z->lock);
	mm_event(x, MM_EV_mm_isolate, pfn, back, (uint64_t)-err, z->id);
	return err;
}

int mm_isolate_start(struct mm_ctx *x, uint64_t pfn)
{
	return locked(x, pfn, start, false);
}

int mm_isolate_undo(struct mm_ctx *x, uint64_t pfn)
{
	return locked(x, pfn, undo, true);
}
