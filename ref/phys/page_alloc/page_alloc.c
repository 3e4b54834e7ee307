/* SPDX-License-Identifier: MIT */
/*
 * page_alloc: the walk over zones.
 *
 * Fast path first: one attempt held to the low watermark.  Only when that
 * fails the request's rights are worked out, kswapd is told, and the attempt is
 * repeated with what the request may use: the minimum, parts of it, or nothing
 * held back.  Then reclaim is asked through the upcall.
 */
#include "mm/fail_page_alloc.h"
#include "mm/page_owner.h"
#include "mm/task.h"

#include "parts.h"

_Static_assert(MM_ALLOC_KSWAPD == MM_GFP_KSWAPD_RECLAIM && MM_PAGE_ALLOC_SPREAD == MM_GFP_WRITE,
	       "masks hand them on as they are");

static void bad_page(struct mm_ctx *x, struct page *page, unsigned int order, bool dropped)
{
	uint64_t pfn = pfn_raw(mm_page_pfn(x->m, page));

	mm_event(x, MM_EV_mm_bad_page, pfn, order, dropped);
	mm_machine_outcome(x, MM_OUTCOME_BAD_PAGE, pfn);
}

void mm_page_alloc_drop(struct mm_ctx *x, struct page *page, unsigned int order)
{
	uint64_t i;

	bad_page(x, page, order, true);
	for (i = 0; i < (uint64_t)1 << order; i++) {
		struct page *p = page + i;

		p->flags = (p->flags & ~(MM_PG_HEAD | MM_PG_MOVABLE | MM_PG_COMP)) | MM_PG_BAD;
		p->order = 0;
		mm_page_touch(x, p);
	}
}

/* ---- handing out ---- */

/*
 * Neither referenced nor mapped?  Joined by hand: a compiler that reads both
 * counts at once waits for the store of one of them just before.
 */
static bool nobodys(const struct page *p)
{
	return !(p->refcount | (p->mapcount + 1)) && !(p->mapping | p->memcg_data);
}

/* Kernel: check_new_page. */
static bool new_page_ok(const struct page *p)
{
	return !(p->flags & MM_PG_CHECK_AT_PREP) && nobodys(p);
}

bool mm_page_alloc_new_ok(const struct page *page, unsigned int order)
{
	uint64_t i;

	for (i = 0; i < (uint64_t)1 << order; i++) {
		if (!new_page_ok(page + i))
			return false;
	}
	return true;
}

/* Kernel: prep_new_page. */
static MM_ALWAYS_INLINE void prepare_new(struct mm_ctx *x, struct page *page,
					 const struct request *rq, uint32_t alloc_flags)
{
	uint32_t flags = MM_PG_HEAD;

	if (rq->gfp & MM_GFP_MOVABLE)
		flags |= MM_PG_MOVABLE;
	if ((rq->gfp & MM_GFP_COMP) && rq->order) {
		flags |= MM_PG_COMP;
		mm_page_alloc_prep_tails(x, page, rq->order);
	}
	if (alloc_flags & MM_ALLOC_NO_WATERMARKS)
		flags |= MM_PG_PFMEMALLOC;
	page->flags |= flags;
	page->private_data = 0;
	page->refcount = 1;
	page->order = (uint8_t)rq->order;
	if ((rq->gfp & MM_GFP_ZERO) || x->m->contents_rules)
		mm_page_alloc_contents_new(x, page, rq->order, rq->gfp);
}

/* A block with traces of an owner is dropped and the next one tried, as often as
 * there are blocks. */
static struct page *take_from_pcp(struct mm_ctx *x, struct zone *z, const struct request *rq,
				  uint32_t alloc_flags)
{
	for (;;) {
		struct page *page = mm_pcp_get(x, z, rq->order, rq->type, alloc_flags);

		if (!page || mm_page_alloc_new_ok(page, rq->order))
			return page;
		mm_page_alloc_drop(x, page, rq->order);
	}
}

/* What is kept for the like of a request comes first.  For who is in need it comes last:
 * its failure now is worse than that of a large request in future. */
static struct page *take_locked(struct mm_ctx *x, struct zone *z, const struct request *rq,
				uint32_t alloc_flags)
{
	struct page *page = NULL;

	if (alloc_flags & MM_ALLOC_HIGHATOMIC)
		page = mm_buddy_take_special(x, z, rq->order, MM_MIGRATE_HIGHATOMIC);
	if (!page)
		page = mm_buddy_take(x, z, rq->order, rq->type, alloc_flags);
	if (!page && (alloc_flags & (MM_ALLOC_OOM | MM_ALLOC_NON_BLOCK)))
		page = mm_buddy_take_special(x, z, rq->order, MM_MIGRATE_HIGHATOMIC);
	return page;
}

static struct page *take_from_buddy(struct mm_ctx *x, struct zone *z, const struct request *rq,
				    uint32_t alloc_flags)
{
	struct page *page;

	for (;;) {
		mm_lock_acquire(x, &z->lock);
		page = take_locked(x, z, rq, alloc_flags);
		mm_lock_release(x, &z->lock);
		if (!page || mm_page_alloc_new_ok(page, rq->order))
			return page;
		mm_page_alloc_drop(x, page, rq->order);
	}
}

/* A checked block of one zone.  Kernel: rmqueue. */
static MM_ALWAYS_INLINE struct page *take_from(struct mm_ctx *x, struct zone *z,
					       const struct request *rq, uint32_t alloc_flags)
{
	struct page *page = NULL;

	if (mm_pcp_allowed(x->m, rq->order))
		page = take_from_pcp(x, z, rq, alloc_flags);
	if (!page)
		page = take_from_buddy(x, z, rq, alloc_flags);
	if (MM_UNLIKELY(z->flags & MM_ZONE_BOOSTED) && (alloc_flags & MM_ALLOC_KSWAPD))
		mm_page_alloc_wake_boosted(x, z);
	return page;
}

/*
 * Is enough left in z?  The high mark is asked first, though the request is held
 * to a lower one: a zone below it is to keep less per CPU, and frees should not
 * have to find that out.
 */
static MM_ALWAYS_INLINE bool zone_has_enough(struct mm_ctx *x, struct zone *z,
					     const struct request *rq, uint32_t alloc_flags,
					     bool may_ignore)
{
	uint64_t mark = mm_zone_wmark(z, MM_WMARK_HIGH);
	bool ok = false;

	if (!(z->flags & MM_ZONE_BELOW_HIGH)) {
		ok = mm_watermark_fast(x->m, z, rq->order, mark, rq->highest, alloc_flags);
		if (!ok)
			mm_pcp_note_below_high(x, z);
	}
	if (may_ignore && (alloc_flags & MM_ALLOC_NO_WATERMARKS)) {
		mark = 0;
		ok = true;
	}
	if (!ok) {
		mark = mm_zone_wmark(z, (enum mm_wmark)(alloc_flags & MM_ALLOC_WMARK_MASK));
		ok = mm_watermark_fast(x->m, z, rq->order, mark, rq->highest, alloc_flags);
	}
	if (ok)
		mm_event(x, MM_EV_mm_zone_watermark, z->id, rq->order, mark, alloc_flags,
			 rq->highest, mm_vmstat_zone(z, MM_NR_FREE_PAGES));
	else
		mm_event(x, MM_EV_mm_zone_refused, z->id, rq->order, mark, alloc_flags, rq->highest,
			 mm_vmstat_zone(z, MM_NR_FREE_PAGES));
	return ok;
}

static MM_ALWAYS_INLINE void hand_out(struct mm_ctx *x, struct zone *z, struct page *page,
				      const struct request *rq, uint32_t alloc_flags)
{
	mm_vmstat_count(x, MM_VM_PGALLOC + z->type, (uint64_t)1 << rq->order);
	mm_vmstat_numa(x, rq->preferred, z);
	prepare_new(x, page, rq, alloc_flags);
	if (MM_UNLIKELY(x->m->desc.page_owner))
		mm_page_owner_set(x, page, rq->order, rq->gfp);
	mm_event(x, MM_EV_mm_page_alloc, pfn_raw(mm_page_pfn(x->m, page)), rq->order,
		 mm_page_alloc_masks(rq), rq->type, alloc_flags, z->id);
}

void mm_page_alloc_hand_out(struct mm_ctx *x, struct zone *z, struct page *page,
			    const struct request *rq, uint32_t alloc_flags)
{
	hand_out(x, z, page, rq, alloc_flags);
}

/* Nothing was taken, for z is below its mark: memory near is worth some reclaim. */
static struct page *take_reclaimed(struct mm_ctx *x, struct zone *z, const struct request *rq,
				   uint32_t alloc_flags)
{
	if (!x->m->sysctl.zone_reclaim_mode || !mm_page_alloc_reclaim_near(x, z, rq, alloc_flags))
		return NULL;
	return take_from(x, z, rq, alloc_flags);
}

static MM_ALWAYS_INLINE struct page *try_zone(struct mm_ctx *x, struct zone *z,
					      const struct request *rq, uint32_t alloc_flags,
					      bool may_ignore)
{
	struct page *page = NULL;
	bool enough;

	do {
		enough = zone_has_enough(x, z, rq, alloc_flags, may_ignore);
		if (enough)
			page = take_from(x, z, rq, alloc_flags);
	} while (!page && MM_UNLIKELY(z->deferred) && mm_page_alloc_grow(x, z));
	if (!page)
		page = enough ? NULL : take_reclaimed(x, z, rq, alloc_flags);
	if (!page)
		return NULL;
	hand_out(x, z, page, rq, alloc_flags);
	if (MM_UNLIKELY(alloc_flags & MM_ALLOC_HIGHATOMIC))
		mm_page_alloc_reserve(x, z, page, rq->order);
	return page;
}

/*
 * Kernel: get_page_from_freelist, from the zone at place `i` of the list on.  Better
 * two types in a pageblock than memory of another node, and better that than no memory.
 */
static struct page *try_zones_from(struct mm_ctx *x, const struct request *rq, uint32_t alloc_flags,
				   int i)
{
	struct mm_page_alloc_spread spread = {(alloc_flags & MM_PAGE_ALLOC_SPREAD) != 0, -1, false};

	alloc_flags &= ~MM_PAGE_ALLOC_SPREAD;
	for (;; i = 0) {
		for (; rq->list->zone[i]; i++) {
			struct zone *z = rq->list->zone[i];
			struct page *page;

			if (!mm_numa_has(rq->nodes, z->nid))
				continue;
			if (MM_UNLIKELY(spread.on) && !mm_page_alloc_may_dirty(x, &spread, z->nid))
				continue;
			/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a list has a first */
			if (z->nid != rq->preferred->nid && (alloc_flags & MM_ALLOC_NOFRAGMENT))
				break;
			page = try_zone(x, z, rq, alloc_flags, true);
			if (page)
				return page;
		}
		if (!(alloc_flags & MM_ALLOC_NOFRAGMENT))
			return NULL;
		alloc_flags &= ~MM_ALLOC_NOFRAGMENT;
	}
}

static struct page *try_zones(struct mm_ctx *x, const struct request *rq, uint32_t alloc_flags)
{
	return try_zones_from(x, rq, alloc_flags, 0);
}

/* The first attempt: the preferred zone, where it is the first of all, has most of what
 * is asked for. */
static MM_ALWAYS_INLINE struct page *first_try(struct mm_ctx *x, const struct request *rq,
					       uint32_t alloc_flags)
{
	struct zone *z = rq->list->zone[0];
	struct page *page;

	if (MM_UNLIKELY(!z || z != rq->preferred || (alloc_flags & MM_PAGE_ALLOC_SPREAD)))
		return try_zones(x, rq, alloc_flags);
	page = try_zone(x, z, rq, alloc_flags, false);
	return MM_LIKELY(page != NULL) ? page : try_zones_from(x, rq, alloc_flags, 1);
}

int mm_page_alloc_sysctl(struct mm_ctx *x, size_t i, uint64_t value)
{
	int err = mm_sysctl_store(x, i, value);

	if (err)
		return err;
	/* the kernel's too end boost only when they move the marks */
	if (mm_sysctl_moves_marks(i))
		mm_watermark_setup(x);
	else
		mm_watermark_setup_reserve(x);
	mm_pcp_setup(x);
	mm_event(x, MM_EV_mm_sysctl, i, value);
	return 0;
}

struct page *mm_page_alloc_try(struct mm_ctx *x, const struct request *rq, uint32_t alloc_flags)
{
	return try_zones(x, rq, alloc_flags);
}

/* Give the request all that it has a right to; false: it has that already. */
static bool open_reserves(struct mm_ctx *x, struct request *rq, uint32_t *flags)
{
	uint32_t reserve = mm_page_alloc_reserve_flags(x, rq->gfp);

	if (reserve)
		*flags = reserve | (*flags & (MM_ALLOC_KSWAPD | MM_ALLOC_CMA));
	else if (!mm_page_alloc_leaves_cpuset(rq->gfp) || rq->nodes == MM_PAGE_ALLOC_ALL_NODES)
		return false;
	mm_page_alloc_restrict_to(rq, MM_PAGE_ALLOC_ALL_NODES);
	return true;
}

static struct page *reserve_attempts(struct mm_ctx *x, struct request *rq, uint32_t *flags)
{
	return open_reserves(x, rq, flags) ? try_zones(x, rq, *flags) : NULL;
}

struct page *mm_page_alloc_retry(struct mm_ctx *x, struct request *rq, uint32_t *flags)
{
	(void)open_reserves(x, rq, flags);
	return try_zones(x, rq, *flags);
}

/* The kernel helps with a part of the reserve, then loops. */
static struct page *nofail_attempts(struct mm_ctx *x, struct request *rq)
{
	const uint32_t flags = MM_ALLOC_WMARK_MIN | MM_ALLOC_MIN_RESERVE;
	struct page *page = try_zones(x, rq, flags);

	if (!page && rq->nodes != rq->nodemask) {
		mm_page_alloc_restrict_to(rq, rq->nodemask);
		page = try_zones(x, rq, flags);
	}
	if (!page)
		mm_machine_outcome(x, MM_OUTCOME_NOFAIL_STALL, rq->order);
	return page;
}

/* Kernel: __alloc_pages_slowpath. */
static struct page *slow_path(struct mm_ctx *x, struct request *rq)
{
	uint32_t flags = mm_page_alloc_slow_flags(x, rq->order, rq->gfp);
	struct page *page = NULL;

	mm_event(x, MM_EV_mm_page_alloc_slowpath, rq->order, mm_page_alloc_masks(rq), flags,
		 rq->highest);
	mm_page_alloc_restrict_slow(x, rq);
	if (rq->preferred) {
		if (flags & MM_ALLOC_KSWAPD)
			mm_page_alloc_wake_all(x, rq);
		page = try_zones(x, rq, flags);
		if (!page)
			page = reserve_attempts(x, rq, &flags);
	}
	if (page)
		return page;
	if ((rq->gfp & MM_GFP_NOFAIL) && !(rq->gfp & MM_GFP_DIRECT_RECLAIM)) {
		/* who may not wait cannot be promised anything */
		mm_machine_outcome(x, MM_OUTCOME_WARN_NOFAIL, rq->order);
		return NULL;
	}
	if ((rq->gfp & MM_GFP_DIRECT_RECLAIM) && rq->preferred) {
		mm_lock_might_sleep(x);
		page = mm_page_alloc_reclaim(x, rq, &flags);
	}
	return page || !(rq->gfp & MM_GFP_NOFAIL) ? page : nofail_attempts(x, rq);
}

static MM_ALWAYS_INLINE struct page *get_pages(struct mm_ctx *x, unsigned int order, uint32_t gfp,
					       int nid, uint32_t nodemask)
{
	struct request rq = {.order = order, .asked = gfp};
	struct page *page;
	uint32_t flags;

	rq.gfp = gfp & x->m->gfp_allowed_mask;
	if (MM_UNLIKELY(x->task_flags))
		mm_page_alloc_heed_task(x, &rq);
	if (!mm_page_alloc_decode(x, &rq))
		return NULL;
	if (mm_fail_page_alloc(x, order, rq.gfp)) {
		mm_event(x, MM_EV_mm_page_alloc_failed, order, mm_page_alloc_masks(&rq), 0,
			 rq.highest, 1);
		return NULL;
	}
	flags = mm_page_alloc_start(x, &rq, nid, nodemask) | mm_page_alloc_cma_right(x->m, rq.type);
	flags |= rq.gfp & (MM_GFP_KSWAPD_RECLAIM | MM_GFP_WRITE);
	page = first_try(x, &rq, flags);
	if (!page)
		page = slow_path(x, &rq);
	if (!page)
		mm_event(x, MM_EV_mm_page_alloc_failed, order, mm_page_alloc_masks(&rq),
			 mm_page_alloc_slow_flags(x, order, rq.gfp), rq.highest, 0);
	return page;
}

struct page *mm_page_alloc_get(struct mm_ctx *x, unsigned int order, uint32_t gfp)
{
	return get_pages(x, order, gfp, mm_numa_of_cpu(x->m, x->cpu), 0);
}

struct page *mm_page_alloc_node(struct mm_ctx *x, unsigned int order, uint32_t gfp, int nid,
				uint32_t nodemask)
{
	MM_PRE(nid < x->m->desc.nr_nodes);
	if (nid == MM_NODE_LOCAL)
		nid = mm_page_alloc_local_node(x);
	mm_event(x, MM_EV_mm_page_alloc_from, (uint64_t)nid, nodemask);
	return get_pages(x, order, gfp, nid, nodemask);
}

/* ---- giving back ---- */

/* Kernel: free_page_is_bad. */
static bool free_page_ok(const struct page *p, bool head)
{
	uint32_t refused = head ? MM_PG_CHECK_AT_FREE : MM_PG_CHECK_AT_FREE | MM_PG_HEAD;

	return !(p->flags & refused) && nobodys(p);
}

/* Kernel: free_pages_prepare.  False: something of an owner is left. */
static MM_ALWAYS_INLINE bool prepare_free(struct mm_ctx *x, struct page *page, unsigned int order)
{
	bool ok = true;
	uint64_t i;

	/* low bits say anonymous or movable: the freer's to clear, others are not */
	if (page->mapping & 3)
		page->mapping = 0;
	if (!(page->flags & MM_PG_HEAD))
		return false;
	if (page->flags & MM_PG_COMP)
		ok = mm_page_alloc_clear_tails(x, page, order);
	for (i = 0; i < (uint64_t)1 << order; i++) {
		if (!free_page_ok(page + i, i == 0))
			return false;
	}
	return ok;
}

/* Is any of the block's pageblocks? */
static bool any_isolated(const struct mm_machine *m, const struct page *page, unsigned int order)
{
	uint64_t pfn = pfn_raw(mm_page_pfn(m, page));
	uint64_t end = pfn + ((uint64_t)1 << order);

	for (; pfn < end; pfn += (uint64_t)1 << m->desc.pageblock_order) {
		if (mm_migratetype_get(m, pfn) == MM_MIGRATE_ISOLATE)
			return true;
	}
	return false;
}

static inline bool is_isolated(const struct mm_machine *m, const struct zone *z,
			       const struct page *page, unsigned int order)
{
	return MM_UNLIKELY(z->nr_isolated) && any_isolated(m, page, order);
}

static MM_ALWAYS_INLINE void free_last(struct mm_ctx *x, struct page *page, unsigned int order,
				       enum mm_buddy_end end, bool cold)
{
	struct zone *z = &x->m->zones[page->zone];
	uint64_t mapping = page->mapping;
	enum mm_pcp_freed where = MM_PCP_FREED_TO_ZONE;

	if (!prepare_free(x, page, order)) {
		mm_page_alloc_drop(x, page, order);
		return;
	}
	page->flags &= ~(MM_PG_HEAD | MM_PG_MOVABLE | MM_PG_COMP | MM_PG_PFMEMALLOC);
	page->private_data = 0;
	page->order = 0;
	mm_page_touch(x, page);
	mm_vmstat_count(x, MM_VM_PGFREE, (uint64_t)1 << order);
	if (MM_UNLIKELY(x->m->desc.page_owner))
		mm_page_owner_reset(x, page, order);
	if (x->m->contents_rules)
		mm_page_alloc_contents_freed(x, page, order);
	if (end == MM_BUDDY_TAIL)
		where = MM_PCP_FREED_UNLISTED;
	else if (mm_pcp_allowed(x->m, order) && is_isolated(x->m, z, page, order))
		where = MM_PCP_FREED_ISOLATED;
	else if (mm_pcp_allowed(x->m, order))
		where = mm_pcp_trylock(x, z) ? MM_PCP_FREED_TO_LIST : MM_PCP_FREED_PAST_LIST;
	mm_event(x, MM_EV_mm_page_free, pfn_raw(mm_page_pfn(x->m, page)), order, mapping, where);
	if (where == MM_PCP_FREED_TO_LIST) {
		if (cold)
			mm_pcp_put_cold(x, z, page);
		else
			mm_pcp_put(x, z, page, order);
		return;
	}
	mm_lock_acquire(x, &z->lock);
	mm_buddy_put(x, z, page, order, end);
	mm_lock_release(x, &z->lock);
}

/* The same, off the fast path. */
static void free_block(struct mm_ctx *x, struct page *page, unsigned int order)
{
	free_last(x, page, order, MM_BUDDY_AUTO, false);
}

void mm_page_alloc_trim(struct mm_ctx *x, struct page *page)
{
	free_last(x, page, 0, MM_BUDDY_TAIL, false);
}

/* False, and reported, when there was no reference to drop. */
static bool drop_ref(struct mm_ctx *x, struct page *page, unsigned int order)
{
	if (page->refcount <= 0) {
		bad_page(x, page, order, false);
		return false;
	}
	page->refcount--;
	mm_page_touch(x, page);
	return true;
}

void mm_page_alloc_ref(struct mm_ctx *x, struct page *page)
{
	page = mm_page_head(page);
	MM_PRE(page->refcount > 0);
	page->refcount++;
	mm_page_touch(x, page);
}

/* The tail of a block whose first frame somebody still holds: the largest
 * half first, each a block of its own. */
static void free_tail(struct mm_ctx *x, struct page *page, unsigned int order)
{
	page->order = 0;
	while (order-- > 0) {
		struct page *half = page + ((uint64_t)1 << order);

		half->flags |= MM_PG_HEAD;
		half->order = (uint8_t)order;
		free_block(x, half, order);
	}
}

void mm_page_alloc_put(struct mm_ctx *x, struct page *page, unsigned int order)
{
	MM_PRE(!page->refcount || page->order == order);
	if (!drop_ref(x, page, order))
		return;
	if (page->refcount == 0)
		free_last(x, page, order, MM_BUDDY_AUTO, false);
	else if (!(page->flags & MM_PG_COMP))
		free_tail(x, page, order);
}

void mm_page_alloc_put_last_cold(struct mm_ctx *x, struct page *page)
{
	if (drop_ref(x, page, 0))
		free_last(x, page, 0, MM_BUDDY_AUTO, true);
}

void mm_page_alloc_unref(struct mm_ctx *x, struct page *page)
{
	page = mm_page_head(page);
	if (drop_ref(x, page, page->order) && page->refcount == 0)
		free_block(x, page, page->flags & MM_PG_COMP ? page->order : 0);
}

void mm_page_alloc_free(struct mm_ctx *x, struct page *page)
{
	MM_PRE(!page->refcount && (page->flags & (MM_PG_HEAD)) &&
	       (!page->order || (page->flags & MM_PG_COMP)));
	free_block(x, page, page->order);
}
