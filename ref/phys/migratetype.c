/* SPDX-License-Identifier: MIT */
/*
 * migratetype: pageblocks and the fallback table.
 *
 * Every pageblock boots Movable, so the first kernel allocation of a machine
 * always falls back and claims a block.  A machine too small to give each type
 * a pageblock would only lose by grouping; there it is switched off.
 */
#include "mm/migratetype.h"

#include "mm/rng.h"
#include "mm/sparse.h"
#include "mm/zone.h"

#include <string.h>

static uint64_t block_count(const struct mm_machine *m)
{
	return m->nr_pageblocks;
}

static uint64_t block_hash(const struct mm_machine *m, uint64_t id)
{
	return mm_hash64_step(id, m->pageblock[id]);
}

/* Of a section that is not ready, pageblocks have no type yet. */
static uint64_t block_next(const struct mm_machine *m, uint64_t id)
{
	uint64_t pfn = mm_sparse_next_ready(m, id << m->desc.pageblock_order);

	return pfn == UINT64_MAX ? m->nr_pageblocks : pfn >> m->desc.pageblock_order;
}

static const struct mm_kind_ops block_kind = {"pageblock", block_count, block_hash, block_next};

void mm_migratetype_init_range(struct mm_machine *m, uint64_t start, uint64_t end)
{
	uint64_t first = mm_migratetype_block(m, start);

	memset(m->pageblock + first, MM_MIGRATE_MOVABLE,
	       (size_t)(mm_migratetype_block(m, end - 1) - first + 1));
}

int mm_migratetype_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	uint64_t last = m->max_pfn - 1;

	m->nr_pageblocks = mm_migratetype_block(m, last) + 1;
	m->pageblock = mm_machine_alloc_frames(m, 8, m->desc.pageblock_order);
	if (!m->pageblock)
		return -MM_ENOMEM;
	if (!m->desc.deferred)
		mm_migratetype_init_range(m, 0, m->max_pfn);
	return mm_machine_kind_set(m, MM_OBJ_PAGEBLOCK, &block_kind);
}

void mm_migratetype_set(struct mm_ctx *x, uint64_t pfn, enum mm_migratetype type)
{
	uint64_t block = mm_migratetype_block(x->m, pfn);

	if (x->m->grouping_off && type < MM_MIGRATE_PCPTYPES)
		type = MM_MIGRATE_UNMOVABLE;
	x->m->pageblock[block] = (uint8_t)type;
	mm_touch(x, MM_OBJ_PAGEBLOCK, block);
}

enum mm_migratetype mm_migratetype_fallback(enum mm_migratetype type, unsigned int n)
{
	static const enum mm_migratetype order[MM_MIGRATE_PCPTYPES][MM_MIGRATE_FALLBACKS] = {
		[MM_MIGRATE_UNMOVABLE] = {MM_MIGRATE_RECLAIMABLE, MM_MIGRATE_MOVABLE},
		[MM_MIGRATE_MOVABLE] = {MM_MIGRATE_RECLAIMABLE, MM_MIGRATE_UNMOVABLE},
		[MM_MIGRATE_RECLAIMABLE] = {MM_MIGRATE_UNMOVABLE, MM_MIGRATE_MOVABLE},
	};

	if (type >= MM_MIGRATE_PCPTYPES || n >= MM_MIGRATE_FALLBACKS)
		return MM_MIGRATE_TYPES;
	return order[type][n];
}

void mm_migratetype_decide_grouping(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	uint64_t managed = 0;
	int z;

	for (z = 0; z < m->nr_zones; z++)
		managed += mm_zone_pages(&m->zones[z]);
	m->grouping_off = managed < (uint64_t)MM_MIGRATE_TYPES << m->desc.pageblock_order;
}
