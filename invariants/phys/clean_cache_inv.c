/* SPDX-License-Identifier: MIT */
/* clean_cache claims: pages of the cache, and how many there are. */
#include "mm/clean_cache.h"

#include "mm/check.h"

static void check_page(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct page *p = &m->memmap[pfn];
	const struct mm_list *l = &p->lru;

	if (!(p->flags & MM_PG_LRU))
		return;
	MM_CHECK(r, "reclaim.listed",
		 (p->flags & MM_PG_HEAD) && !p->order && p->refcount == 1 && l->next->prev == l &&
			 l->prev->next == l && l->next != l,
		 "pfn %llu is cached: flags 0x%x, order %u, %d references", (unsigned long long)pfn,
		 p->flags, p->order, p->refcount);
}

static int64_t counted(const struct mm_machine *m, const struct zone *z)
{
	int64_t sum = z->vm_stat[MM_NR_ZONE_CACHE];
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		sum += z->zonestats[cpu].diff[MM_NR_ZONE_CACHE];
	return sum;
}

/* The list of a node, page by page. */
static void check_node(struct mm_report *r, const struct mm_machine *m, uint64_t nid)
{
	const struct mm_clean_cache *c = &m->clean_cache[nid];
	int64_t by_zone[MM_NR_ZONES] = {0};
	const struct mm_list *l;
	uint64_t n = 0;
	int i;

	for (l = c->cache.next; l != &c->cache && n < m->max_pfn; l = l->next, n++) {
		const struct page *p = mm_list_entry_const(l, struct page, lru);

		MM_CHECK(r, "reclaim.listed",
			 (p->flags & MM_PG_LRU) && p->zone / MM_NR_ZONES == nid,
			 "node %llu lists a page of zone %u with flags 0x%x",
			 (unsigned long long)nid, p->zone, p->flags);
		by_zone[p->zone % MM_NR_ZONES]++;
	}
	MM_CHECK(r, "reclaim.counted", n == c->nr, "node %llu: %llu pages, it says %llu",
		 (unsigned long long)nid, (unsigned long long)n, (unsigned long long)c->nr);
	for (i = 0; i < MM_NR_ZONES; i++) {
		const struct zone *z = &m->zones[(int)nid * MM_NR_ZONES + i];

		MM_CHECK(r, "reclaim.counted", !z->present || counted(m, z) == by_zone[i],
			 "zone %s: %lld cached pages counted, %lld listed", z->name,
			 (long long)counted(m, z), (long long)by_zone[i]);
	}
}

const struct mm_inv mm_clean_cache_invs[] = {
	{"reclaim.listed", "a cached page is held once, and on its node's list", MM_OBJ_FRAME,
	 check_page, false},
	{"reclaim.counted", "a zone's count of cached pages is what is listed", MM_OBJ_CACHE,
	 check_node, false},
	{"reclaim.oldest_first", "what is given up is the oldest of the zones in question",
	 MM_OBJ_EVENT, NULL, false},
	{"alloc.reclaim", "a request has memory reclaimed as often as the rules say", MM_OBJ_EVENT,
	 NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
