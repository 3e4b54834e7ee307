/* SPDX-License-Identifier: MIT */
/*
 * trail: from flat events to a tree.
 *
 * An event hangs under the deepest step that is still open for its kind, and
 * takes over those steps there, from the last one back, that its row calls its
 * parts.  Steps are open from the last one up to its root:
 *
 *     refused  watermark  refill[ take take ]  pcp_take  |  page_alloc comes:
 *     page_alloc[ refused watermark pcp_take[ refill[ take take ]]]
 */
#include "fuzz/trace/trail.h"

#include "mm/machine.h"

#include <stdlib.h>
#include <string.h>

/* Of more than so many steps of a kind in a row, so many are shown. */
#define ALIKE_RUN 6
#define ALIKE_MAX 3
#define NONE      UINT32_MAX

/* 0 is the operation itself. */
struct node {
	struct mm_event ev;
	char says[200];
	uint32_t parent;
	uint32_t first, last; /* parts */
	uint32_t prev, next;  /* beside it */
};

struct mm_trail {
	struct mm_machine *m;
	struct node *nodes;
	uint32_t nr, cap;
	bool lost;
};

void mm_trail_clear(struct mm_trail *t)
{
	memset(&t->nodes[0], 0, sizeof(t->nodes[0]));
	t->nodes[0].parent = NONE;
	t->nodes[0].first = t->nodes[0].last = NONE;
	t->nr = 1;
	t->lost = false;
}

static bool grow(struct mm_trail *t)
{
	uint32_t cap = t->cap ? t->cap * 2 : 256;
	struct node *nodes;

	if (t->nr < t->cap)
		return true;
	nodes = realloc(t->nodes, cap * sizeof(*nodes));
	if (!nodes)
		return false;
	t->nodes = nodes;
	t->cap = cap;
	return true;
}

/* The deepest step from the last one up that is open for this kind. */
static uint32_t parent_for(const struct mm_trail *t, enum mm_event_kind kind)
{
	uint32_t at = t->nr - 1;

	while (at && !(mm_trail_row(t->nodes[at].ev.kind)->after & MM_EV_BIT(kind)))
		at = t->nodes[at].parent;
	return at;
}

/* At the end of the parts of its parent. */
static void append(struct mm_trail *t, uint32_t at)
{
	struct node *n = &t->nodes[at];
	struct node *p = &t->nodes[n->parent];

	n->prev = p->last;
	n->next = NONE;
	if (p->last != NONE)
		t->nodes[p->last].next = at;
	else
		p->first = at;
	p->last = at;
}

/* Under at goes what lies at the end of its parent and is a part of at. */
static void take_parts(struct mm_trail *t, uint32_t at)
{
	uint64_t before = mm_trail_row(t->nodes[at].ev.kind)->before;
	struct node *p = &t->nodes[t->nodes[at].parent];
	uint32_t from = NONE;
	uint32_t i;

	for (i = p->last; i != NONE && before & MM_EV_BIT(t->nodes[i].ev.kind);
	     i = t->nodes[i].prev)
		from = i;
	if (from == NONE)
		return;
	t->nodes[at].first = from;
	t->nodes[at].last = p->last;
	p->last = i;
	if (i == NONE)
		p->first = NONE;
	else
		t->nodes[i].next = NONE;
	t->nodes[from].prev = NONE;
	for (i = from; i != NONE; i = t->nodes[i].next)
		t->nodes[i].parent = at;
}

static void on_event(void *env, const struct mm_event *ev)
{
	struct mm_trail *t = env;
	uint32_t parent;
	uint32_t at;

	if (!grow(t)) {
		t->lost = true;
		return;
	}
	parent = parent_for(t, ev->kind);
	at = t->nr++;
	memset(&t->nodes[at], 0, sizeof(t->nodes[at]));
	t->nodes[at].ev = *ev;
	t->nodes[at].parent = parent;
	t->nodes[at].first = t->nodes[at].last = NONE;
	/* now, while the machine is as it was then */
	mm_trail_row(ev->kind)->say(t->m, ev->f, t->nodes[at].says, sizeof(t->nodes[at].says));
	take_parts(t, at);
	append(t, at);
}

struct mm_trail *mm_trail_create(struct mm_machine *m)
{
	struct mm_trail *t = calloc(1, sizeof(*t));
	const struct mm_listener l = {~(uint64_t)0, on_event, t};

	if (!t)
		return NULL;
	t->m = m;
	if (!grow(t) || mm_event_listen(m, &l)) {
		free(t->nodes);
		free(t);
		return NULL;
	}
	mm_trail_clear(t);
	return t;
}

void mm_trail_destroy(struct mm_trail *t)
{
	if (!t)
		return;
	mm_event_unlisten(t->m, t);
	free(t->nodes);
	free(t);
}

/* How many of a kind stand in a row from here on. */
static uint32_t run_of(const struct mm_trail *t, uint32_t at)
{
	enum mm_event_kind kind = t->nodes[at].ev.kind;
	uint32_t nr = 0;

	for (; at != NONE && t->nodes[at].ev.kind == kind; at = t->nodes[at].next)
		nr++;
	return nr;
}

/* The step after at in reading order, at's parts left out; depth follows. */
static uint32_t next_outside(const struct mm_trail *t, uint32_t at, unsigned int *depth)
{
	while (at && t->nodes[at].next == NONE) {
		at = t->nodes[at].parent;
		(*depth)--;
	}
	return at ? t->nodes[at].next : NONE;
}

/* at is one of several alike in a row: which one, from 0? */
static uint32_t place_in_run(const struct mm_trail *t, uint32_t at)
{
	uint32_t place = 0;

	while (t->nodes[at].prev != NONE &&
	       t->nodes[t->nodes[at].prev].ev.kind == t->nodes[at].ev.kind) {
		at = t->nodes[at].prev;
		place++;
	}
	return place;
}

bool mm_trail_each(const struct mm_trail *t, bool all,
		   void (*fn)(void *env, const struct mm_trail_step *s), void *env)
{
	unsigned int depth = 0;
	uint32_t at = t->nodes[0].first;

	while (at != NONE) {
		const struct node *n = &t->nodes[at];
		struct mm_trail_step s = {.ev = n->ev, .depth = depth};
		uint32_t left = run_of(t, at);

		uint32_t place = place_in_run(t, at);

		memcpy(s.says, n->says, sizeof(s.says));
		if (!all && place + left > ALIKE_RUN && place == ALIKE_MAX - 1) {
			/* this one, without its parts, for all that follow */
			s.alike = left - 1;
			fn(env, &s);
			while (--left)
				at = t->nodes[at].next;
			at = next_outside(t, at, &depth);
			continue;
		}
		fn(env, &s);
		if (n->first != NONE) {
			at = n->first;
			depth++;
		} else {
			at = next_outside(t, at, &depth);
		}
	}
	return !t->lost;
}
