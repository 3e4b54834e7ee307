/* SPDX-License-Identifier: MIT */
/* page_alloc model: what its files share. */
#ifndef PAGE_ALLOC_MODEL_H
#define PAGE_ALLOC_MODEL_H

#include "mm/check.h"
#include "mm/page_alloc.h"

#include "invariants/engine/frames.h"
#include "invariants/engine/nodes.h"
#include "invariants/engine/pageblocks.h"

/* Where a frame is; from ON_LISTS on: on the lists of that CPU. */
enum place { NOT_READY, IN_ZONE, GUARD, IN_HAND, TAKEN, DROPPED, ON_LISTS };

/* What a request finds in a zone. */
struct view {
	int64_t seen; /* free pages, as its count says */
	int64_t boost;
	int64_t cma;                 /* those of them in CMA pageblocks, likewise */
	int64_t highatomic;          /* and in reserved ones */
	bool block[MM_FRAMES_KINDS]; /* is there a free block of its order? */
	bool boosted;                /* its boost counts in any case */
};

/* What a block is, at its first frame: its order plus one; 0 at all others. */
#define UNIT_ORDER 0x1f
#define UNIT_COMP  0x20 /* allocated with __GFP_COMP */

/* Attempts of a request, by their rights. */
enum pass_kind {
	PASS_NOFRAGMENT,
	PASS_FIRST,
	PASS_LATER,
	PASS_RESERVES,
	PASS_LAST_HELP, /* of who must not fail; others may have no more rights either */
	PASS_KINDS
};

struct passes {
	uint32_t nr;                              /* begun so far, by all requests */
	enum pass_kind now;                       /* of the one begun last */
	int rank;                                 /* and where in the order it is */
	uint32_t last[PASS_KINDS];                /* the last one of each kind, 0: there was none */
	uint32_t flags[PASS_KINDS];               /* its rights */
	int first[PASS_KINDS];                    /* the zone it asked first */
	uint32_t asked[PASS_KINDS][MM_ZONES_MAX]; /* the last that asked each zone */
	uint8_t could[PASS_KINDS][MM_ZONES_MAX];  /* bit per type: what it passed over */
	uint32_t left_out; /* nodes not asked in the first attempt: too many dirty pages */
	int again;         /* zone that is to be asked again after reclaim near by, or -1 */
	int open;          /* zone that said yes and was not taken from yet, or -1; for: */
	unsigned int order;
	int cpu;
};

struct model {
	struct mm_frames frames; /* those IN_ZONE */
	uint64_t *movable;       /* bit per frame: allocated with __GFP_MOVABLE */
	uint8_t *place;          /* of each frame */
	uint8_t *unit;           /* of each frame: UNIT_... */
	uint8_t *block;          /* type each pageblock must have */
	struct mm_pageblocks pageblocks;
	uint64_t *listed; /* blocks by zone, CPU and list */
	struct mm_node_order order[MM_NODES_MAX];
	uint64_t managed[MM_ZONES_MAX];
	uint64_t given[MM_ZONES_MAX];               /* what it has when all sections are ready */
	uint64_t count[MM_ZONES_MAX][ON_LISTS + 1]; /* frames by place */
	uint64_t allocated[MM_NR_ZONES];            /* so far, by type of zone */
	uint64_t freed;                             /* so far, those of boot too */
	uint64_t numa[MM_ZONES_MAX][MM_NUMA_NR];    /* blocks handed out so far */
	uint32_t task[MM_CPUS_MAX];                 /* flags of each CPU's task */
	uint32_t mems[MM_CPUS_MAX];                 /* nodes that cpusets allow; 0: all */

	/* within an operation */
	bool from;                    /* the caller named nodes: */
	uint64_t nid;                 /* where to start */
	uint32_t nodemask;            /* which it allows; 0: all */
	int asked;                    /* zone whose watermark said yes, or -1 */
	struct view found;            /* what it had then */
	bool contended[MM_ZONES_MAX]; /* lists not to be locked when it was asked last */
	int bulk;                     /* zone that serves a bulk request, or -1 */
	uint64_t bulk_empty;          /* slots it may fill */
	uint64_t bulk_got;            /* and has */
	enum mm_migratetype bulk_type;
	bool bulk_owes;           /* it got nothing: one page is to be asked for */
	bool tried[MM_ZONES_MAX]; /* since a section became ready there */
	uint64_t loose;           /* frames that an exact request must give back */
	bool helped;              /* reclaim was asked: what attempts before saw is gone */
	bool blurred;             /* in vain, and nothing was tried since */
	struct passes passes;
	struct outer { /* the request that it was asked for */
		bool from;
		uint64_t nid;
		uint32_t nodemask;
		struct mm_event slow;
	} outer;

	/* special pageblocks */
	struct mm_event slow;     /* the request that the fast path did not serve */
	uint64_t give_at;         /* and what is behind it must follow: from here */
	uint64_t give_left;       /* so many frames */
	uint64_t reserve_at;      /* frames that are to be reserved: the first */
	uint64_t reserve_left;    /* and how many */
	bool fell_back;           /* the block to be taken next is another type's */
	uint64_t took;            /* the last block that left a zone, not to a list */
	enum mm_frames_kind kind; /* of its pageblock */
};

/* A request as the zones see it. */
struct wish {
	unsigned int order;
	enum mm_migratetype type;
	uint64_t highest;
	int cpu;
	uint32_t gfp;
};

/* A request: its mask in effect, and who makes it. */
struct asker {
	uint32_t gfp;
	uint32_t task;
	unsigned int order;
};

/* ---- what a request is owed: model_owed.c ---- */

bool page_alloc_zone_has_block(const struct model *md, int zone, enum mm_frames_kind kind,
			       unsigned int order);
/* Is there one that the watermark counts for such a request? */
bool page_alloc_counts_block(const struct view *v, uint32_t flags);
uint64_t *page_alloc_listed_at(const struct model *md, const struct mm_machine *m, uint64_t zone,
			       int cpu, uint64_t list);
struct view page_alloc_view_of(const struct model *md, const struct mm_machine *m, int zone,
			       const struct wish *w);
/* Is there a block for it, in the zone or on the CPU's list? */
bool page_alloc_zone_can(const struct model *md, const struct mm_machine *m, int zone,
			 const struct wish *w, const struct view *v, uint32_t flags);
/* Free pages that are kept from requests with such rights. */
int64_t page_alloc_kept_from(const struct view *v, uint32_t flags);
/* The watermark test; for more than one page the zone itself must have a block. */
bool page_alloc_zone_leaves(const struct zone *z, const struct wish *w, const struct view *v,
			    uint32_t flags);
struct asker page_alloc_asker_of(const struct model *md, const struct mm_event *ev, uint64_t order,
				 uint64_t masks);
/* What the mask and the task entitle to after the fast path, from the kernel's rules. */
uint32_t page_alloc_slow_flags(const struct asker *a);
/* And to when that fails; 0: nothing more. */
uint32_t page_alloc_reserve_flags(const struct asker *a);
enum mm_migratetype page_alloc_type_due(const struct mm_machine *m, uint32_t gfp);
/* On a machine with CMA, pages that can move may lie there. */
uint32_t page_alloc_cma_due(const struct mm_machine *m, enum mm_migratetype type);
struct wish page_alloc_wish_of(const struct mm_machine *m, const struct mm_event *ev,
			       uint64_t order, uint32_t gfp);
/* The mask in effect.  Scopes do not reach the pages of a bulk request. */
void page_alloc_check_gfp(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			  uint64_t masks, uint32_t task);
/* The node where a request on a CPU starts. */
uint64_t page_alloc_start_of(const struct model *md, const struct mm_machine *m, int cpu);
uint32_t page_alloc_callers(const struct model *md);
/* Urgent ones may leave their cpuset. */
bool page_alloc_urgent(const struct wish *w);
/* Nodes of the first attempt: a cpuset counts in any case, but not in interrupts. */
uint32_t page_alloc_first_nodes(const struct model *md, const struct wish *w);
/* Of a later one: a cpuset counts for who is to be held to it. */
uint32_t page_alloc_later_nodes(const struct model *md, const struct wish *w);
void page_alloc_walk_of(const struct model *md, const struct mm_machine *m, const struct wish *w,
			uint32_t nodes, struct mm_walk_order *to);
/* The nodes of the attempt that was made with flags and reached zone `picked`. */
uint32_t page_alloc_nodes_of(const struct model *md, const struct mm_machine *m,
			     const struct wish *w, uint32_t flags, int picked);
int page_alloc_place_in(const struct mm_walk_order *walk, int zone);

/* ---- which zones were asked: model_passes.c ---- */

/* What a zone said that was asked with such flags: nothing, as its node was left out or
 * though it should have; no, or yes and had no block; yes and had one. */
enum zone_answer { ANSWER_LEFT_OUT, ANSWER_NONE, ANSWER_NO, ANSWER_YES };

void page_alloc_passes_forget(struct passes *p);
/* A zone is asked.  True: again, after pages of its node were given up. */
bool page_alloc_passes_ask(struct model *md, const struct mm_machine *m, const struct mm_event *ev);
/* The request does something else: a zone that said yes, if any, was passed over. */
void page_alloc_passes_go_on(struct model *md, const struct mm_machine *m);
/* The zone that the last pass with such flags began with, or -1. */
int page_alloc_passes_first(const struct passes *p, uint32_t flags);
enum zone_answer page_alloc_passes_answer(const struct passes *p, int zone, uint32_t flags,
					  enum mm_migratetype type);

/* ---- judging an answer: model_judge.c ---- */

void page_alloc_check_zone_choice(const struct model *md, struct mm_report *r,
				  const struct mm_machine *m, const struct mm_event *ev,
				  const struct mm_walk_order *walk);
/* The request is over. */
void page_alloc_forget_attempts(struct model *md);
/* Nothing is to be had: reclaim may ask for pages of its own meanwhile. */
void page_alloc_on_reclaim(struct model *md, struct mm_report *r, const struct mm_machine *m,
			   const struct mm_event *ev);
void page_alloc_on_reclaim_end(struct model *md, const struct mm_event *ev);
/* A reserved pageblock is given up: to a request that insists and was not served, of the
 * first zone that has one. */
void page_alloc_check_unreserve(struct model *md, struct mm_report *r, const struct mm_machine *m,
				const struct mm_event *ev);
/* After a block of the pageblock at reserve_at was taken by who may. */
void page_alloc_check_reserve(struct model *md, struct mm_report *r, const struct mm_machine *m,
			      const struct mm_event *ev);
void page_alloc_check_reserved(struct model *md, struct mm_report *r);
/* The block that a request takes from a zone itself, against what was there. */
void page_alloc_check_special(const struct model *md, struct mm_report *r,
			      const struct mm_event *ev);
void page_alloc_on_failed(struct model *md, struct mm_report *r, const struct mm_machine *m,
			  const struct mm_event *ev);
/* Hit or miss by the node the request preferred, local or other by the CPU's. */
void page_alloc_count_numa(struct model *md, const struct mm_machine *m, const struct mm_event *ev,
			   const struct mm_walk_order *walk, int zone);
void page_alloc_on_watermark(struct model *md, struct mm_report *r, const struct mm_machine *m,
			     const struct mm_event *ev);
/* A zone says no: as it must, by what it has at this moment. */
void page_alloc_on_refused(struct model *md, struct mm_report *r, const struct mm_machine *m,
			   const struct mm_event *ev);

/* ---- blocks change hands: model_blocks.c ---- */

/* A block, all of which is in one place, goes to another. */
void page_alloc_move(struct model *md, uint64_t pfn, uint64_t order, uint8_t to);
/* Bytes of a block become pages of their own; what is beyond them goes back. */
void page_alloc_on_split(struct model *md, struct mm_report *r, const struct mm_machine *m,
			 const struct mm_event *ev);
void page_alloc_on_bulk(struct model *md, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev);
/* No zone has room for all, or its lists are another's at the moment. */
void page_alloc_on_bulk_none(struct model *md, struct mm_report *r, const struct mm_machine *m,
			     const struct mm_event *ev);
void page_alloc_on_bulk_end(struct model *md, struct mm_report *r, const struct mm_machine *m,
			    const struct mm_event *ev);
void page_alloc_on_alloc(struct model *md, struct mm_report *r, const struct mm_machine *m,
			 const struct mm_event *ev);
void page_alloc_on_free(struct model *md, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev);
void page_alloc_on_bad(struct model *md, const struct mm_event *ev);
/* In hand, to a list; off a list, into the hand; off a list, to the zone. */
void page_alloc_on_list(struct model *md, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev);
/* A section came: what of it is RAM and not reserved is free. */
void page_alloc_on_grow(struct model *md, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev);
/* The block was taken from the low end: its siblings follow, one per order. */
void page_alloc_on_take(struct model *md, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev);

/* ---- pageblocks change their type: model_pageblocks.c ---- */

void page_alloc_on_extfrag(struct model *md, struct mm_report *r, const struct mm_machine *m,
			   const struct mm_event *ev);
/* A block above a pageblock has one type: that of the half that was freed. */
void page_alloc_on_merge(struct model *md, const struct mm_machine *m, const struct mm_event *ev);
/* A pageblock gets a type that is not for requests to give. */
void page_alloc_on_pageblock(struct model *md, struct mm_report *r, const struct mm_machine *m,
			     const struct mm_event *ev);
/* CMA goes first while it is more than half of what is free, else when there is no other
 * block that can move; and before other types. */
void page_alloc_check_cma_turn(const struct model *md, struct mm_report *r,
			       const struct mm_machine *m, const struct mm_event *ev);

#endif
