/* SPDX-License-Identifier: MIT */
/* parts: what the files of page_alloc share. */
#ifndef MM_PAGE_ALLOC_PARTS_H
#define MM_PAGE_ALLOC_PARTS_H

#include "mm/page_alloc.h"

struct request {
	unsigned int order;
	uint32_t gfp;   /* in effect */
	uint32_t asked; /* as it came, for who checks */
	enum mm_migratetype type;
	enum mm_zone_type highest;
	const struct zonelist *list;
	struct zone *preferred; /* first of the list that the nodes allow, or NULL */
	uint32_t nodes;         /* those it may use now */
	uint32_t nodemask;      /* those its caller allows */
};

#define MM_PAGE_ALLOC_ALL_NODES (~(uint32_t)0)

/* Both masks in one field of an event. */
static inline uint64_t mm_page_alloc_masks(const struct request *rq)
{
	return (uint64_t)rq->asked << 32 | rq->gfp;
}

/* ---- page_alloc.c ---- */

/* Report, and take a block out of use for good: it belongs to nobody from now on. */
void mm_page_alloc_drop(struct mm_ctx *x, struct page *page, unsigned int order);
/* Does nothing of an owner stick to a block that is to be handed out? */
bool mm_page_alloc_new_ok(const struct page *page, unsigned int order);
/* Count a block of z, prepare it for its owner and say so. */
void mm_page_alloc_hand_out(struct mm_ctx *x, struct zone *z, struct page *page,
			    const struct request *rq, uint32_t alloc_flags);
/* Free a page that nobody refers to, past the lists of the CPU and to the end of the
 * zone's: it is not wanted soon.  Kernel: __free_pages_ok with FPI_TO_TAIL. */
void mm_page_alloc_trim(struct mm_ctx *x, struct page *page);

/* Drop the last reference to a page whose bytes are in no cache, where that makes a
 * difference. */
void mm_page_alloc_put_last_cold(struct mm_ctx *x, struct page *page);

/* One walk over the zones.  Kernel: get_page_from_freelist. */
struct page *mm_page_alloc_try(struct mm_ctx *x, const struct request *rq, uint32_t alloc_flags);
/* One with all that the request has a right to by now, which flags say afterwards. */
struct page *mm_page_alloc_retry(struct mm_ctx *x, struct request *rq, uint32_t *flags);

/* ---- slow.c ---- */

/* Have memory reclaimed and try again, as long as the request insists and it may help.
 * NULL: it may not. */
struct page *mm_page_alloc_reclaim(struct mm_ctx *x, struct request *rq, uint32_t *flags);

/* A flag of the first attempt alone: nodes with too many dirty pages are left out.
 * Kernel: spread_dirty_pages of struct alloc_context. */
#define MM_PAGE_ALLOC_SPREAD 0x1000u

/* ---- near.c ---- */

/* z is below the mark of a request: may some of what is cached on its node be given up
 * for it, and is enough free then?  Kernel: what get_page_from_freelist does about
 * node_reclaim. */
bool mm_page_alloc_reclaim_near(struct mm_ctx *x, struct zone *z, const struct request *rq,
				uint32_t alloc_flags);

/* What the node asked last has answered, so that each is asked once for all its zones. */
struct mm_page_alloc_spread {
	bool on;
	int nid; /* -1: none yet */
	bool ok;
};

/* May node nid have another page that will be written to? */
bool mm_page_alloc_may_dirty(struct mm_ctx *x, struct mm_page_alloc_spread *s, int nid);

/* ---- rights.c ---- */

/* What the task's scopes leave of the mask, and a complaint (an outcome) when a good
 * request could wait, in an interrupt.  Kernel: current_gfp_context, might_alloc. */
void mm_page_alloc_heed_task(struct mm_ctx *x, struct request *rq);
/* The complaint alone. */
void mm_page_alloc_might_wait(struct mm_ctx *x, uint32_t gfp);

/*
 * Refuse what no zone can serve; zone and type of the rest.  Kernel: prepare_alloc_pages
 * and callers.
 */
static MM_ALWAYS_INLINE bool mm_page_alloc_decode(struct mm_ctx *x, struct request *rq)
{
	if (rq->order > x->m->desc.max_order) {
		if (!(rq->gfp & MM_GFP_NOWARN))
			mm_machine_outcome(x, MM_OUTCOME_WARN_ORDER, rq->order);
		return false;
	}
	if (!mm_gfp_zone(rq->gfp, &rq->highest)) {
		mm_machine_outcome(x, MM_OUTCOME_BAD_ZONE, rq->gfp);
		return false;
	}
	rq->type = mm_migratetype_of_gfp(x->m, rq->gfp);
	return true;
}

/* ---- nodes.c ---- */

/* The request may use these nodes from now on; the first zone it prefers follows. */
void mm_page_alloc_restrict_to(struct request *rq, uint32_t nodes);
/* As it has to be after the fast path. */
void mm_page_alloc_restrict_slow(const struct mm_ctx *x, struct request *rq);
/* Is it held to its cpuset only by courtesy?  Kernel: ALLOC_CPUSET. */
bool mm_page_alloc_leaves_cpuset(uint32_t gfp);
/* The nearest node with memory that the kernel itself can use.  Kernel: numa_mem_id. */
int mm_page_alloc_local_node(const struct mm_ctx *x);
/* Nodes of the first attempt for who is not free to use all; its flags. */
uint32_t mm_page_alloc_start_held(const struct mm_ctx *x, struct request *rq);

/* The list of a request from node nid, its nodes, and the flags of its first attempt. */
static MM_ALWAYS_INLINE uint32_t mm_page_alloc_start(const struct mm_ctx *x, struct request *rq,
						     int nid, uint32_t nodemask)
{
	rq->list = mm_zone_list_of(x->m, nid,
				   rq->gfp & MM_GFP_THISNODE ? MM_ZONELIST_NOFALLBACK
							     : MM_ZONELIST_FALLBACK,
				   rq->highest);
	rq->nodemask = nodemask ? nodemask : MM_PAGE_ALLOC_ALL_NODES;
	if (MM_UNLIKELY(nodemask || x->mems_allowed))
		return mm_page_alloc_start_held(x, rq);
	rq->nodes = MM_PAGE_ALLOC_ALL_NODES;
	rq->preferred = rq->list->zone[0];
	return rq->list->alloc_flags;
}

/* ---- wake.c ---- */

/* A request may wake kswapd of the nodes it may use: each once, told of its first zone
 * there.  Kernel: wake_all_kswapds. */
void mm_page_alloc_wake_all(struct mm_ctx *x, const struct request *rq);
/* Boosted by a request that may wake kswapd. */
void mm_page_alloc_wake_boosted(struct mm_ctx *x, struct zone *z);

/* ---- highatomic.c ---- */

/* A block of z was taken by who may use what is kept for its like: keep its pageblock
 * too, as long as the zone keeps no more than its share.  Kernel:
 * reserve_highatomic_pageblock. */
void mm_page_alloc_reserve(struct mm_ctx *x, struct zone *z, const struct page *page,
			   unsigned int order);
/* Give a pageblock up that is kept and has free pages, to the type of the request: of
 * the zones that it may use the first that keeps more than one; last: or one.  False:
 * there is none.  Kernel: unreserve_highatomic_pageblock. */
bool mm_page_alloc_unreserve(struct mm_ctx *x, const struct request *rq, bool last);

/* ---- cma.c ---- */

/* Pageblocks that the description says are CMA, before memory is handed over.  And these
 * last, to their own lists.  Kernel: init_cma_reserved_pageblock. */
void mm_page_alloc_cma_types(struct mm_ctx *x);
void mm_page_alloc_cma_boot(struct mm_ctx *x);

/* The right to CMA pageblocks, on a machine that has such.  Kernel:
 * gfp_to_alloc_flags_cma. */
static inline uint32_t mm_page_alloc_cma_right(const struct mm_machine *m, enum mm_migratetype type)
{
	return MM_UNLIKELY(m->desc.nr_cma != 0) && type == MM_MIGRATE_MOVABLE ? MM_ALLOC_CMA : 0;
}

/* ---- contents.c ---- */

/* The bytes of a block that is to be handed out, where somebody asks for something.
 * Kernel: post_alloc_hook, want_init_on_alloc. */
void mm_page_alloc_contents_new(struct mm_ctx *x, const struct page *page, unsigned int order,
				uint32_t gfp);
/* And of one that was taken back, where the machine has a rule.  Kernel:
 * free_pages_prepare, want_init_on_free. */
void mm_page_alloc_contents_freed(struct mm_ctx *x, const struct page *page, unsigned int order);

/* ---- compound.c ---- */

/* Make the frames behind head its tails.  Kernel: prep_compound_tail. */
void mm_page_alloc_prep_tails(struct mm_ctx *x, struct page *head, unsigned int order);
/* Make them plain frames again, in any case.  False: one of them was not as it was
 * made.  Kernel: free_tail_page_prepare. */
bool mm_page_alloc_clear_tails(struct mm_ctx *x, struct page *head, unsigned int order);

#endif
