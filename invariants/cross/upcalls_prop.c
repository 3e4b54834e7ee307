/* SPDX-License-Identifier: MIT */
/* upcalls properties: when low code calls high code, and when it does not. */
#include "mm/upcalls.h"

#include "mm/page_alloc.h"
#include "mm/task.h"

#include "invariants/engine/prop.h"

struct reclaimer {
	struct mm_upcalls up;
	uint64_t frees; /* pages per call */
	int calls;
	int wakes;
};

static struct reclaimer *reclaimer_of(const struct mm_ctx *x)
{
	return (struct reclaimer *)x->m->upcalls;
}

static void count_wake(struct mm_ctx *x, struct zone *z, unsigned int order,
		       enum mm_zone_type highest)
{
	(void)z;
	(void)order;
	(void)highest;
	reclaimer_of(x)->wakes++;
}

/* Give the lowest blocks that are held back. */
static uint64_t reclaim(struct mm_ctx *x, const struct mm_reclaim_request *rq)
{
	struct reclaimer *r = reclaimer_of(x);
	uint64_t freed = 0;
	uint64_t pfn;

	(void)rq;
	r->calls++;
	for (pfn = 0; pfn < x->m->max_pfn && freed < r->frees; pfn++) {
		struct page *page = &x->m->memmap[pfn];

		if (!(page->flags & MM_PG_HEAD))
			continue;
		freed += (uint64_t)1 << page->order;
		mm_page_alloc_put(x, page, page->order);
	}
	return freed;
}

/* All that a request gets which may not wait; from here on the reclaimer is asked. */
static void use_up(struct mm_prop_run *p, struct mm_machine *m, struct reclaimer *r,
		   struct mm_ctx *x)
{
	m->upcalls = &r->up;
	mm_ctx_init(x, m, 0);
	while (mm_page_alloc_get(x, 0, MM_GFP_NOWAIT))
		p->checks++;
}

/* Requests that may wait ask for reclaim, as long as it says it helps. */
static void reclaim_is_asked(struct mm_prop_run *p)
{
	struct reclaimer r = {{.wake_kswapd = count_wake, .direct_reclaim = reclaim}, 0, 0, 0};
	struct mm_machine *m = mm_boot("ram=2M max_order=6 pageblock_order=3", NULL);
	struct mm_ctx x;
	bool got;

	PROP(p, m, "the machine does not boot");
	use_up(p, m, &r, &x);
	PROP(p, r.calls == 0, "a request that may not wait asked for reclaim");
	PROP(p, r.wakes > 0, "nobody woke kswapd below the low mark");
	r.wakes = 0;
	got = mm_page_alloc_get(&x, 0, MM_GFP_KERNEL) != NULL;
	PROP(p, !got && r.calls == 1, "reclaim that frees nothing was asked %d times", r.calls);
	PROP(p, r.wakes == 1, "one request woke kswapd %d times", r.wakes);
	r.frees = 8;
	r.calls = 0;
	got = mm_page_alloc_get(&x, 0, MM_GFP_KERNEL) != NULL;
	PROP(p, got && r.calls == 1, "eight freed pages did not serve one");
	got = mm_page_alloc_get(&x, 0, MM_GFP_DIRECT_RECLAIM) != NULL;
	PROP(p, got && r.wakes == 2, "kswapd was woken for who did not ask");
	mm_machine_destroy(m);
}

/* How often reclaim that does not help is asked, by what the mask and the task say. */
static void who_insists_asks_again(struct mm_prop_run *p)
{
	static const struct {
		uint32_t gfp;
		unsigned int order;
		uint32_t task;
		int calls;
	} rows[] = {
		{MM_GFP_KERNEL, 0, 0, 17},
		{MM_GFP_KERNEL | MM_GFP_NORETRY, 0, 0, 1},
		{MM_GFP_KERNEL | MM_GFP_NORETRY | MM_GFP_RETRY_MAYFAIL, 4, 0, 1},
		{MM_GFP_KERNEL, 3, 0, 17},
		{MM_GFP_KERNEL, 4, 0, 1},
		{MM_GFP_KERNEL | MM_GFP_RETRY_MAYFAIL, 4, 0, 17},
		/* large blocks are made by moving pages, which takes I/O */
		{MM_GFP_KERNEL | MM_GFP_RETRY_MAYFAIL, 4, MM_TASK_NOIO, 1},
		/* reclaim that needs memory */
		{MM_GFP_KERNEL | MM_GFP_NOMEMALLOC, 0, MM_TASK_MEMALLOC, 0},
		{MM_GFP_KERNEL, 0, MM_TASK_NOIO, 17},
	};
	struct reclaimer r = {{.wake_kswapd = count_wake, .direct_reclaim = reclaim}, 0, 0, 0};
	struct mm_machine *m =
		mm_boot("ram=2M max_order=6 pageblock_order=3 min_free_kbytes=512", NULL);
	struct mm_ctx x;
	size_t i;

	PROP(p, m, "the machine does not boot");
	use_up(p, m, &r, &x);
	/* a cache that is large enough, and cannot be given up */
	m->zones[MM_ZONE_NORMAL].vm_stat[MM_NR_ZONE_CACHE] = 1000;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r.calls = 0;
		x.task_flags = rows[i].task;
		PROP(p, !mm_page_alloc_get(&x, rows[i].order, rows[i].gfp), "row %zu is served", i);
		PROP(p, r.calls == rows[i].calls, "row %zu asked %d times, due are %d", i, r.calls,
		     rows[i].calls);
	}
	mm_machine_destroy(m);
}

/* What reclaim frees lands on lists of its CPU, where it serves no larger request. */
static void lists_are_drained_before_the_next_try(struct mm_prop_run *p)
{
	struct reclaimer r = {{.wake_kswapd = count_wake, .direct_reclaim = reclaim}, 0, 0, 0};
	struct mm_machine *m = mm_boot("ram=2M max_order=6 pageblock_order=3 cpus=2 pcp=on", NULL);
	struct mm_ctx x;
	bool got;

	PROP(p, m, "the machine does not boot");
	use_up(p, m, &r, &x);
	r.frees = 16;
	got = mm_page_alloc_get(&x, 3, MM_GFP_KERNEL) != NULL;
	PROP(p, got && r.calls == 1, "a block of eight among 16 freed pages, asked %d times",
	     r.calls);
	mm_machine_destroy(m);
}

/* Reclaim that helped in vain gives up all reserved pageblocks but one, for who does not
 * insist too; the last one goes before who insists fails. */
static void reserves_are_given_up_after_reclaim(struct mm_prop_run *p)
{
	struct reclaimer r = {{.wake_kswapd = count_wake, .direct_reclaim = reclaim}, 0, 0, 0};
	struct mm_machine *m = mm_boot("ram=4M max_order=6 pageblock_order=3", NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	struct page *a;
	struct page *b;
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	m->upcalls = &r.up;
	mm_ctx_init(&x, m, 0);
	/* a low mark above all that is free */
	PROP(p, !mm_page_alloc_sysctl(&x, 0, 3280) && z->wmark[MM_WMARK_LOW] > 1024,
	     "not the sysctl that was meant");
	/* the pageblocks that follow are no two halves of a block */
	PROP(p, mm_page_alloc_get(&x, 3, MM_GFP_KERNEL), "a pageblock");
	a = mm_page_alloc_get(&x, 3, MM_GFP_ATOMIC);
	b = mm_page_alloc_get(&x, 3, MM_GFP_ATOMIC);
	PROP(p, a && b && z->nr_reserved_highatomic == 16, "two pageblocks are not reserved");
	mm_page_alloc_put(&x, a, 3);
	mm_page_alloc_put(&x, b, 3);
	PROP(p, !mm_page_alloc_sysctl(&x, 0, 4096), "the marks stay");
	r.frees = 1;
	PROP(p, !mm_page_alloc_get(&x, 0, MM_GFP_KERNEL | MM_GFP_NORETRY) && r.calls == 1,
	     "reclaim was asked %d times", r.calls);
	PROP(p, z->nr_reserved_highatomic == 8, "%llu frames are reserved",
	     (unsigned long long)z->nr_reserved_highatomic);
	r.frees = 0;
	PROP(p, !mm_page_alloc_get(&x, 0, MM_GFP_KERNEL) && r.calls == 3,
	     "reclaim was asked %d times: once before the last pageblock goes, once after it",
	     r.calls - 1);
	PROP(p, z->nr_reserved_highatomic == 0 && z->nr_free_highatomic == 0,
	     "it failed with a reserve");
	mm_machine_destroy(m);
}

/* The slow path may sleep on behalf of those who may: not under a lock. */
static void who_may_wait_holds_no_lock(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=2M max_order=6 pageblock_order=3", NULL);
	struct mm_lock outer;
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	mm_lock_init(&outer, "outer", MM_LOCK_RANK_ZONE - 1);
	mm_lock_acquire(&x, &outer);
	while (mm_page_alloc_get(&x, 0, MM_GFP_NOWAIT))
		p->checks++;
	PROP(p, !m->lock.violations, "a request that may not wait: %s was %s", m->lock.lock,
	     m->lock.what);
	PROP(p, !mm_page_alloc_get(&x, 0, MM_GFP_KERNEL) && m->lock.violations == 1,
	     "waiting under a lock goes unseen");
	mm_lock_release(&x, &outer);
	PROP(p, !mm_page_alloc_get(&x, 0, MM_GFP_KERNEL) && m->lock.violations == 1,
	     "waiting without a lock is seen");
	mm_machine_destroy(m);
}

/* With nobody above to ask, a near node that is full is passed over, a node may always be
 * dirtied, and a request that finds nothing fails. */
static void nobody_above_means_no_help(struct mm_prop_run *p)
{
	static const struct mm_upcalls nobody;
	struct mm_machine *m = mm_boot("ram=4M nodes=2 cpus=2 max_order=6 pageblock_order=3 "
				       "min_free_kbytes=64 zone_reclaim_mode=1",
				       NULL);
	struct page *page = NULL;
	struct mm_ctx x;
	uint64_t n;

	PROP(p, m, "the machine does not boot");
	m->upcalls = &nobody;
	mm_ctx_init(&x, m, 0);
	for (n = 0; n < m->max_pfn; n++) {
		page = mm_page_alloc_get(&x, 0, MM_GFP_KERNEL | MM_GFP_WRITE);
		if (!page || pfn_raw(mm_page_pfn(m, page)) >= m->max_pfn / 2)
			break;
	}
	PROP(p, page && mm_zone_wmark(&m->zones[page->zone], MM_WMARK_LOW) > 0,
	     "no page of the other node");
	PROP(p, n > m->max_pfn / 2 - m->max_pfn / 8 && n < m->max_pfn / 2,
	     "%llu pages of the near node", (unsigned long long)n);
	while (mm_page_alloc_get(&x, 0, MM_GFP_KERNEL))
		p->checks++;
	PROP(p, !m->nr_reclaimed && !m->nr_outcomes, "somebody helped");
	mm_machine_destroy(m);
}

static bool no_node_may(struct mm_ctx *x, int nid)
{
	(void)x;
	(void)nid;
	return false;
}

/* A page that will be written to: where nobody counts dirty pages the first try gives
 * it, and nobody is woken; a node that has its share gives it in the slow path only. */
static void who_is_not_asked_says_yes(struct mm_prop_run *p)
{
	struct reclaimer r = {{.wake_kswapd = count_wake}, 0, 0, 0};
	struct mm_machine *m = mm_boot("ram=4M max_order=6", NULL);
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	m->upcalls = &r.up;
	mm_ctx_init(&x, m, 0);
	PROP(p, mm_page_alloc_get(&x, 0, MM_GFP_KERNEL | MM_GFP_WRITE) && !r.wakes,
	     "with nobody to ask, the first try does not give it");
	r.up.node_dirty_ok = no_node_may;
	PROP(p, mm_page_alloc_get(&x, 0, MM_GFP_KERNEL | MM_GFP_WRITE) && r.wakes == 1,
	     "a node with its share of dirty pages: kswapd was woken %d times", r.wakes);
	PROP(p, mm_page_alloc_get(&x, 0, MM_GFP_KERNEL) && r.wakes == 1,
	     "who does not write had to wait too");
	mm_machine_destroy(m);
}

const struct mm_prop mm_upcalls_props[] = {
	{"upcalls.reclaim_is_asked_by_those_who_may_wait", reclaim_is_asked, 1},
	{"upcalls.who_insists_asks_again", who_insists_asks_again, 1},
	{"upcalls.lists_are_drained_before_the_next_try", lists_are_drained_before_the_next_try, 1},
	{"upcalls.reserves_are_given_up_after_reclaim", reserves_are_given_up_after_reclaim, 1},
	{"upcalls.nobody_above_means_no_help", nobody_above_means_no_help, 1},
	{"upcalls.who_is_not_asked_says_yes", who_is_not_asked_says_yes, 1},
	{"upcalls.who_may_wait_holds_no_lock", who_may_wait_holds_no_lock, 1},
	{NULL, NULL, 0},
};
