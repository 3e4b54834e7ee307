/* SPDX-License-Identifier: MIT */
/* formula_blocks: 24 and 25: what a request falls back to, and which blocks
 * join. */
#include "mm/buddy.h"
#include "mm/watermark.h"

#include "formula.h"

#include <string.h>

/* ---- fallback ---- */

/* 24, second half: of a pageblock's frames, those that are free or of the
 * requester's kind are at least as many as the others. */
void formula_worth(struct mm_prop_run *p)
{
	unsigned int po = (unsigned int)prop_below(p, 11);
	struct mm_machine m = {.desc = {.max_order = 10, .pageblock_order = po}};
	enum mm_migratetype type = (enum mm_migratetype)prop_below(p, MM_MIGRATE_PCPTYPES);
	enum mm_migratetype from = (enum mm_migratetype)prop_below(p, MM_MIGRATE_PCPTYPES);
	uint64_t size = (uint64_t)1 << po;
	struct mm_buddy_counts n;
	uint64_t others;
	bool due;

	n.free = prop_below(p, size + 1);
	n.movable = prop_below(p, size - n.free + 1);
	m.grouping_off = prop_below(p, 8) == 7;
	if (type == MM_MIGRATE_MOVABLE)
		others = size - n.free - n.movable; /* the kernel's */
	else if (from == MM_MIGRATE_MOVABLE)
		others = n.movable;
	else
		others = size - n.free; /* whose they are is not known */
	due = size - others >= others || m.grouping_off;
	/* half of a pageblock of one frame is none */
	due = due || po == 0;
	prop_cover(p, 20, "a pageblock that is worth it", due);
	prop_cover(p, 10, "a pageblock that is not", !due);
	PROP(p, mm_buddy_worth_claiming(&m, type, &n, from) == due,
	     "%llu of %llu free, %llu movable, from type %d to %d: %d", (unsigned long long)n.free,
	     (unsigned long long)size, (unsigned long long)n.movable, (int)from, (int)type, !due);
}

/* Lists of which any may hold a block. */
struct lists {
	struct mm_machine m;
	struct zone z;
	unsigned int top; /* none is larger */
	struct mm_list block[MM_NR_ORDERS][MM_MIGRATE_TYPES];
	bool there[MM_NR_ORDERS][MM_MIGRATE_TYPES];
};

static void lists_init(struct mm_prop_run *p, struct lists *l)
{
	uint64_t few = 1 + prop_below(p, 4);
	unsigned int o;
	int t;

	memset(l, 0, sizeof(*l));
	l->m.desc.max_order = 1 + (unsigned int)prop_below(p, 10);
	l->m.desc.pageblock_order = l->m.desc.max_order;
	if (prop_below(p, 2))
		l->m.desc.pageblock_order = (unsigned int)prop_below(p, l->m.desc.max_order + 1);
	l->m.grouping_off = prop_below(p, 8) == 7;
	l->top = (unsigned int)prop_below(p, l->m.desc.max_order + 1);
	for (o = 0; o <= l->m.desc.max_order; o++) {
		for (t = 0; t < MM_MIGRATE_TYPES; t++) {
			mm_list_init(&l->z.free_area[o].free_list[t]);
			if (prop_below(p, few + 1) < few || o > l->top)
				continue;
			mm_list_add(&l->block[o][t], &l->z.free_area[o].free_list[t]);
			l->z.free_area[o].nr_free++;
			l->there[o][t] = true;
		}
	}
}

/* The type that a request for type falls back to at this order; -1: none has
 * a block. */
static int from_at(const struct lists *l, unsigned int order, enum mm_migratetype type)
{
	/* kernel pages mix with kernel pages first */
	static const enum mm_migratetype second[MM_MIGRATE_PCPTYPES][2] = {
		[MM_MIGRATE_UNMOVABLE] = {MM_MIGRATE_RECLAIMABLE, MM_MIGRATE_MOVABLE},
		[MM_MIGRATE_MOVABLE] = {MM_MIGRATE_RECLAIMABLE, MM_MIGRATE_UNMOVABLE},
		[MM_MIGRATE_RECLAIMABLE] = {MM_MIGRATE_UNMOVABLE, MM_MIGRATE_MOVABLE},
	};

	if (l->there[order][second[type][0]])
		return (int)second[type][0];
	return l->there[order][second[type][1]] ? (int)second[type][1] : -1;
}

/* 24, first half: by all orders at once. */
static bool due_fallback(const struct lists *l, unsigned int order, enum mm_migratetype type,
			 bool whole, struct mm_buddy_fallback *f)
{
	unsigned int po = l->m.desc.pageblock_order;
	int smallest = -1;
	int largest = -1;
	unsigned int o;

	for (o = order; o <= l->m.desc.max_order; o++) {
		if (from_at(l, o, type) < 0 || (whole && o < po))
			continue;
		smallest = smallest < 0 ? (int)o : smallest;
		largest = (int)o;
	}
	if (largest < 0)
		return false;
	f->can_steal = type != MM_MIGRATE_MOVABLE || l->m.grouping_off ||
		       2 * (unsigned int)largest + 1 >= po;
	/* what may not be stolen is taken where it hurts least */
	f->order = (unsigned int)(f->can_steal ? largest : smallest);
	f->from = (enum mm_migratetype)from_at(l, f->order, type);
	return true;
}

void formula_search(struct mm_prop_run *p)
{
	struct mm_buddy_fallback have = {MM_NR_ORDERS, MM_MIGRATE_TYPES, false};
	struct mm_buddy_fallback due = have;
	enum mm_migratetype type;
	unsigned int order;
	struct lists l;
	bool whole;
	bool found;

	lists_init(p, &l);
	type = (enum mm_migratetype)prop_below(p, MM_MIGRATE_PCPTYPES);
	order = (unsigned int)prop_below(p,
					 prop_below(p, 2) ? l.m.desc.max_order + 1 : l.top / 2 + 1);
	whole = prop_below(p, 4) == 3;
	found = due_fallback(&l, order, type, whole, &due);
	prop_cover(p, 1, "the smallest block", found && !due.can_steal);
	prop_cover(p, 20, "the largest block", found && due.can_steal);
	PROP(p,
	     mm_buddy_find_fallback(&l.m, &l.z, order, type, whole ? MM_ALLOC_NOFRAGMENT : 0,
				    &have) == found,
	     "order %u type %d: found %d", order, (int)type, !found);
	PROP(p,
	     !found || (have.order == due.order && have.from == due.from &&
			have.can_steal == due.can_steal),
	     "order %u type %d: order %u of type %d, due are order %u of type %d", order, (int)type,
	     have.order, (int)have.from, due.order, (int)due.from);
}

/* ---- buddies ---- */

/* 25: the frames of a block and of its buddy are those of the block of twice
 * the size that lies on a multiple of it. */
void formula_buddies(struct mm_prop_run *p)
{
	unsigned int order = (unsigned int)prop_below(p, MM_NR_ORDERS);
	uint64_t pair = (prop_below(p, 2) ? prop_any(p, 36) : prop_below(p, 9));
	uint64_t size = (uint64_t)1 << order;
	uint64_t low = pair * size + pair * size;
	uint64_t high = low + size;

	PROP(p, mm_buddy_pfn(low, order) == high, "order %u: %llu of %llu", order,
	     (unsigned long long)mm_buddy_pfn(low, order), (unsigned long long)low);
	PROP(p, mm_buddy_pfn(high, order) == low, "order %u: %llu of %llu", order,
	     (unsigned long long)mm_buddy_pfn(high, order), (unsigned long long)high);
	PROP(p, mm_buddy_parent(low, order) == low && mm_buddy_parent(high, order) == low,
	     "order %u: %llu and %llu do not make %llu", order, (unsigned long long)low,
	     (unsigned long long)high, (unsigned long long)low);
}

#define SPAN 64u

/* 25: the block that this one and its buddy make has a buddy that is free,
 * whole, and of the zone; the largest block is not waited for. */
void formula_likely(struct mm_prop_run *p)
{
	struct page map[SPAN];
	struct mm_machine m = {.desc = {.max_order = (unsigned int)prop_below(p, 7)}};
	struct zone z = {.id = 1};
	unsigned int order;
	uint64_t pfn;
	unsigned int i;

	memset(map, 0, sizeof(map));
	m.memmap = map;
	m.max_pfn = SPAN;
	z.start_pfn = prop_below(p, 4) ? 0 : prop_below(p, SPAN);
	z.spanned = prop_below(p, 4) ? SPAN - z.start_pfn : prop_below(p, SPAN - z.start_pfn + 1);
	for (i = 0; i < SPAN; i++) {
		map[i].flags = prop_below(p, 4) ? MM_PG_BUDDY : MM_PG_PCP;
		map[i].order = (uint8_t)prop_below(p, 4);
		map[i].zone = (uint8_t)(prop_below(p, 8) != 7);
	}
	for (order = 0; order < 6 && order <= m.desc.max_order; order++) {
		for (pfn = 0; pfn < SPAN; pfn += (uint64_t)1 << order) {
			uint64_t parent = pfn / 2 >> order; /* the how manieth of its size */
			uint64_t other = (parent % 2 ? parent - 1 : parent + 1) * 2 << order;
			bool due = order + 1 < m.desc.max_order && other >= z.start_pfn &&
				   other < z.start_pfn + z.spanned &&
				   map[other].flags == MM_PG_BUDDY &&
				   map[other].order == order + 1 && map[other].zone == 1;

			PROP(p, mm_buddy_merge_likely(&m, &z, pfn, order) == due,
			     "order %u at %llu: %d", order, (unsigned long long)pfn, !due);
		}
	}
}

/* ---- joining pageblocks ---- */

/* Two pageblocks side by side, the lower one free, the upper one given back. */
static void put_pair(struct mm_prop_run *p, struct mm_machine *m, uint64_t pfn, int lower,
		     int upper)
{
	uint64_t half = (uint64_t)1 << m->desc.pageblock_order;
	bool ordinary = lower < MM_MIGRATE_PCPTYPES && upper < MM_MIGRATE_PCPTYPES;
	bool joins = lower == upper || ordinary;
	const struct page *page = &m->memmap[pfn];
	struct zone *z = &m->zones[page->zone];
	struct mm_ctx x;

	mm_ctx_init(&x, m, 0);
	m->pageblock[pfn / half] = (uint8_t)lower;
	m->pageblock[pfn / half + 1] = (uint8_t)upper;
	mm_lock_acquire(&x, &z->lock);
	mm_buddy_put(&x, z, &m->memmap[pfn], m->desc.pageblock_order, MM_BUDDY_AUTO);
	mm_buddy_put(&x, z, &m->memmap[pfn + half], m->desc.pageblock_order, MM_BUDDY_AUTO);
	mm_lock_release(&x, &z->lock);
	PROP(p, page->order == m->desc.pageblock_order + joins,
	     "types %d and %d: a block of order %u", lower, upper, page->order);
	PROP(p, !(page[half].flags & MM_PG_BUDDY) == joins, "types %d and %d: the upper half",
	     lower, upper);
	/* what joins goes by the type of what was given back */
	PROP(p,
	     m->pageblock[pfn / half] == (joins ? upper : lower) &&
		     m->pageblock[pfn / half + 1] == upper && page->list == (joins ? upper : lower),
	     "types %d and %d: %u and %u, on list %u", lower, upper, m->pageblock[pfn / half],
	     m->pageblock[pfn / half + 1], page->list);
}

/* 25: above a pageblock ordinary types join, and special ones with their
 * like only. */
void formula_joins(struct mm_prop_run *p)
{
	int n;

	for (n = 0; n < MM_MIGRATE_TYPES * MM_MIGRATE_TYPES; n++) {
		struct mm_machine *m = mm_boot("ram=4M max_order=6 pageblock_order=3", NULL);
		struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
		const struct page *page;
		struct mm_ctx x;

		PROP(p, m, "the machine does not boot");
		mm_ctx_init(&x, m, 0);
		mm_lock_acquire(&x, &z->lock);
		page = mm_buddy_take(&x, z, 6, MM_MIGRATE_MOVABLE, 0);
		mm_lock_release(&x, &z->lock);
		PROP(p, page, "no block of the largest order");
		put_pair(p, m, (uint64_t)(page - m->memmap), n % MM_MIGRATE_TYPES,
			 n / MM_MIGRATE_TYPES);
		mm_machine_destroy(m);
	}
}
