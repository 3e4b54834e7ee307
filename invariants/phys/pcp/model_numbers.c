/* SPDX-License-Identifier: MIT */
/*
 * pcp model, sequences and numbers: what is on a list in which order, and what follows
 * demand, by the formulas.
 */
#include "invariants/phys/pcp/model.h"

/* ---- sequences ---- */

void pcp_model_push(const struct model *md, struct lists *l, uint64_t list, uint64_t pfn)
{
	md->links[pfn] = (struct links){l->head[list], NONE};
	if (l->head[list] != NONE)
		md->links[l->head[list]].prev = pfn;
	else
		l->tail[list] = pfn;
	l->head[list] = pfn;
}

void pcp_model_append(const struct model *md, struct lists *l, uint64_t list, uint64_t pfn)
{
	md->links[pfn] = (struct links){NONE, l->tail[list]};
	if (l->tail[list] != NONE)
		md->links[l->tail[list]].next = pfn;
	else
		l->head[list] = pfn;
	l->tail[list] = pfn;
}

void pcp_model_pop(const struct model *md, struct lists *l, uint64_t list)
{
	l->head[list] = md->links[l->head[list]].next;
	if (l->head[list] == NONE)
		l->tail[list] = NONE;
	else
		md->links[l->head[list]].prev = NONE;
}

void pcp_model_chop(const struct model *md, struct lists *l, uint64_t list)
{
	l->tail[list] = md->links[l->tail[list]].prev;
	if (l->tail[list] == NONE)
		l->head[list] = NONE;
	else
		md->links[l->tail[list]].next = NONE;
}

/* ---- numbers ---- */

static int least(int a, int b)
{
	return b < a ? b : a;
}

int pcp_model_most(int a, int b)
{
	return b > a ? b : a;
}

/* high as its next use finds it: not below high_min, then not above high_max. */
static void settle_high(struct lists *l, const struct per_cpu_pages *s)
{
	l->high = least(pcp_model_most(l->high, s->high_min), s->high_max);
}

void pcp_model_begin_get(struct lists *l)
{
	if (!l->getting)
		l->free_count /= 2;
}

/* Formula 18. */
int pcp_model_due_refill(struct lists *l, const struct per_cpu_pages *s, const struct zone *z,
			 unsigned int order)
{
	int base = s->batch;
	int pages = order ? base : base * (1 << l->alloc_factor);
	int cap;

	settle_high(l, s);
	if (l->high < base)
		return 1;
	if (z->flags & MM_ZONE_HOT_COLD)
		return base;
	if (s->high_min != s->high_max && !(z->flags & MM_ZONE_BELOW_HIGH))
		l->high = least(l->high + pages, s->high_max);
	if (order)
		return base == 1 ? 1 : pcp_model_most(base / (1 << order), 2);
	cap = pcp_model_most(l->high - l->count - base, base);
	if (pages > cap)
		return cap == 1 ? 1 : pcp_model_most(cap, 2);
	l->alloc_factor = least(l->alloc_factor + 1, 5);
	return pages == 1 ? 1 : pcp_model_most(pages, 2);
}

/* Formula 20: the limit of this put, after high moved. */
static int due_high(struct lists *l, const struct per_cpu_pages *s, const struct zone *z,
		    bool free_high)
{
	int step = pcp_model_most(l->free_count, s->batch);
	int high;

	settle_high(l, s);
	high = l->high;
	if (high == 0)
		return 0;
	if (free_high) {
		l->high = pcp_model_most(high - s->batch * 32, s->high_min);
		return 0;
	}
	if (z->flags & MM_ZONE_RECLAIM_ACTIVE) {
		l->high = pcp_model_most(high - step, s->high_min);
		return least(4 * s->batch, l->high);
	}
	if (s->high_min == s->high_max)
		return high;
	if (z->flags & MM_ZONE_BELOW_HIGH) {
		l->high = pcp_model_most(high - step, s->high_min);
		return pcp_model_most(l->count, s->high_min);
	}
	if (l->count >= high && l->high < l->free_count + s->batch) {
		l->high = l->free_count + s->batch;
		settle_high(l, s);
	}
	return high;
}

/* A put to hot and cold lists: a batch, when they are full. */
void pcp_model_note_hot_cold_put(struct lists *l, const struct per_cpu_pages *s)
{
	settle_high(l, s);
	l->owed = l->count >= s->high_max ? s->batch : NOTHING;
	l->turns = (struct mm_turns){0, 0};
}

/* A put: does it owe anything, and how much (formula 19)? */
void pcp_model_note_put(struct lists *l, const struct per_cpu_pages *s, const struct zone *z,
			unsigned int order)
{
	bool small_block = order >= 1 && order <= 3;
	bool keeps_batch = (s->flags & MM_PCPF_FREE_HIGH_BATCH) != 0;
	bool free_high = small_block && l->prev_high_order && l->free_count >= s->batch &&
			 (!keeps_batch || l->count >= s->batch);
	int high;

	l->prev_high_order = small_block;
	if (l->free_count < s->batch * 32)
		l->free_count += 1 << order;
	high = due_high(l, s, z, free_high);
	l->owed = NOTHING;
	if (l->count < high)
		return;
	if (free_high)
		l->owed = least(l->count, s->batch * 32);
	else if (high < s->batch)
		l->owed = 1;
	else
		l->owed = least(pcp_model_most(l->free_count, s->batch), high - s->batch);
}

/* Pages that a bulk free asked to give back, by cause. */
int pcp_model_due_bulk(const struct lists *l, const struct per_cpu_pages *s,
		       const struct mm_event *ev, bool hot_cold)
{
	int before = l->count + (int)ev->f[3];

	switch ((enum mm_pcp_cause)ev->f[4]) {
	case MM_PCP_CAUSE_FREE:
		return l->owed;
	case MM_PCP_CAUSE_DRAIN:
		return hot_cold ? before : least(before, s->batch * 32);
	case MM_PCP_CAUSE_DECAY:
		return before - l->high;
	}
	return NOTHING;
}
