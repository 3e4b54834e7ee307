/* SPDX-License-Identifier: MIT */
/* pcp model: what its files share. */
#ifndef PCP_MODEL_H
#define PCP_MODEL_H

#include "mm/check.h"
#include "mm/pcp.h"

#include "invariants/engine/turns.h"

#define NONE UINT64_MAX

#define NO_PFN UINT64_MAX

/* What a put that found too much still owes: NOTHING, or pages. */
#define NOTHING (-1)

struct lists {
	uint64_t head[MM_PCP_LISTS];
	uint64_t tail[MM_PCP_LISTS];
	int count;
	int high;
	int free_count;
	int alloc_factor;
	bool prev_high_order;

	/* within an operation */
	bool getting;          /* a refill came, the block taken is still to come */
	int owed;              /* pages that the put, or decay, under way must give back */
	unsigned int drain;    /* list that gives back next */
	struct mm_turns turns; /* the same of hot and cold lists */
	int returned;          /* pages of the bulk free under way, in all */
};

struct links {
	uint64_t next;
	uint64_t prev;
};

struct model {
	struct lists *lists;           /* by zone and CPU */
	struct links *links;           /* by frame */
	uint64_t last_take;            /* frame taken last, or UINT64_MAX */
	uint64_t last_list;            /* and the list it was on */
	bool contended[MM_ZONES_MAX];  /* at the attempt made last */
	int taken;                     /* zone plus one, whose lists were locked just now */
	bool empty[MM_ZONES_MAX];      /* a refill brought nothing: only special lists are left */
	bool below_high[MM_ZONES_MAX]; /* the zones' flags after the last operation */
	bool excess[MM_ZONES_MAX];     /* excess was given back: the flag was asked */
	uint64_t trimmed;              /* frees to come that lists are not for */
	bool wants_cold;               /* the request under way; reclaim does not, on its behalf */
	bool reclaims;
	uint64_t cold; /* the page that is freed as cold, or NO_PFN */
	int reclaimed; /* zone plus one, whose node was reclaimed just now */
};

/* ---- sequences and numbers: model_numbers.c ---- */

void pcp_model_push(const struct model *md, struct lists *l, uint64_t list, uint64_t pfn);
void pcp_model_append(const struct model *md, struct lists *l, uint64_t list, uint64_t pfn);
void pcp_model_pop(const struct model *md, struct lists *l, uint64_t list);
void pcp_model_chop(const struct model *md, struct lists *l, uint64_t list);
int pcp_model_most(int a, int b);
void pcp_model_begin_get(struct lists *l);
/* Formula 18. */
int pcp_model_due_refill(struct lists *l, const struct per_cpu_pages *s, const struct zone *z,
			 unsigned int order);
/* A put to hot and cold lists: a batch, when they are full. */
void pcp_model_note_hot_cold_put(struct lists *l, const struct per_cpu_pages *s);
/* A put: does it owe anything, and how much (formula 19)? */
void pcp_model_note_put(struct lists *l, const struct per_cpu_pages *s, const struct zone *z,
			unsigned int order);
/* Pages that a bulk free asked to give back, by cause. */
int pcp_model_due_bulk(const struct lists *l, const struct per_cpu_pages *s,
		       const struct mm_event *ev, bool hot_cold);

#endif
