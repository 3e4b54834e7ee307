/* SPDX-License-Identifier: MIT */
/*
 * page_frag properties: pieces of every size against a picture of the bytes, chunks
 * that come round again, what is cut when memory is short.
 */
#include "mm/page_frag.h"

#include "mm/page_alloc.h"
#include "mm/task.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <string.h>

#define HELD_MAX 64
#define BYTES    ((size_t)4 << 20)

struct piece {
	uint64_t at;
	uint32_t size;
};

/* Bytes that pieces have, one byte for each of the machine's. */
static uint8_t taken[BYTES];

static bool claim_bytes(const struct piece *piece)
{
	uint64_t i;

	for (i = 0; i < piece->size; i++) {
		if (taken[piece->at + i])
			return false;
		taken[piece->at + i] = 1;
	}
	return true;
}

static void give_back(struct mm_walk *w, struct piece *held, unsigned int *nr, size_t i)
{
	memset(taken + held[i].at, 0, held[i].size);
	mm_page_frag_put(&w->run->ctx[0], held[i].at);
	held[i] = held[--*nr];
}

/* No byte has two owners, whatever sizes come in whatever order. */
static void pieces_are_apart(struct mm_prop_run *p)
{
	struct piece held[HELD_MAX];
	unsigned int nr = 0;
	struct mm_walk w;
	int i;

	if (!mm_walk_open(&w, p, mm_walk_machines[0]))
		return;
	memset(taken, 0, sizeof(taken));
	for (i = 0; i < 1500; i++) {
		uint32_t align = 1u << prop_below(p, 8);
		struct piece piece = {0, 1 + (uint32_t)prop_any(p, 13)};
		int err;

		while (nr && (nr == HELD_MAX || prop_below(p, 2)))
			give_back(&w, held, &nr, prop_below(p, nr));
		err = mm_page_frag_get(&w.run->ctx[0], piece.size, align, MM_GFP_ATOMIC, &piece.at);
		PROP(p, !err && piece.at % align == 0, "piece %d of %u bytes: %d", i, piece.size,
		     err);
		PROP(p, claim_bytes(&piece), "piece %d of %u bytes at %llu overlaps another", i,
		     piece.size, (unsigned long long)piece.at);
		held[nr++] = piece;
		PROP(p, mm_checker_after_op(w.checker), "%s", w.checker->report.first.text);
	}
	while (nr)
		give_back(&w, held, &nr, 0);
	mm_page_frag_drain(&w.run->ctx[0]);
	PROP(p, mm_checker_after_op(w.checker) && mm_checker_sweep(w.checker), "%s",
	     w.checker->report.first.text);
	PROP(p, mm_vmstat_free_exact(w.m) == w.m->zones[MM_ZONE_NORMAL].managed,
	     "pieces and chunks are back, and frames are missing");
	mm_walk_close(&w);
}

/* One chunk serves for ever who gives every piece back. */
static void a_chunk_comes_round(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6", NULL);
	uint64_t chunk = 0;
	struct mm_ctx x;
	int i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (i = 0; i < 100; i++) {
		uint64_t at;

		PROP(p, !mm_page_frag_get(&x, 1500, 64, MM_GFP_ATOMIC, &at), "nothing to be had");
		PROP(p, i == 0 || at / MM_FRAG_CHUNK_SIZE == chunk, "piece %d of another chunk", i);
		chunk = at / MM_FRAG_CHUNK_SIZE;
		mm_page_frag_put(&x, at);
	}
	mm_page_frag_drain(&x);
	mm_page_frag_drain(&x);
	PROP(p, mm_vmstat_free_exact(m) == m->zones[MM_ZONE_NORMAL].managed,
	     "the drained cache keeps frames");
	mm_machine_destroy(m);
}

/* A piece of one byte each: the references hold out for a whole chunk. */
static void bytes_are_pieces(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6", NULL);
	const struct page_frag_cache *c;
	uint64_t first = 0;
	uint64_t at = 0;
	struct mm_ctx x;
	uint32_t i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (i = 0; i < MM_FRAG_CHUNK_SIZE; i++) {
		PROP(p, !mm_page_frag_get(&x, 1, 1, MM_GFP_KERNEL, &at), "byte %u", i);
		first = i ? first : at;
		PROP(p, at == first - i, "byte %u lies at %llu", i, (unsigned long long)at);
	}
	c = mm_page_frag_cache(m, 0);
	PROP(p, c->bias == 1 && c->offset == 0 && c->page->refcount == (int32_t)MM_FRAG_BIAS,
	     "all bytes cut: bias %u, refcount %d", c->bias, c->page->refcount);
	mm_page_frag_drain(&x);
	for (i = 0; i < MM_FRAG_CHUNK_SIZE; i++)
		mm_page_frag_put(&x, at + i);
	PROP(p, mm_vmstat_free_exact(m) == m->zones[MM_ZONE_NORMAL].managed,
	     "all bytes are back, and frames are missing");
	mm_machine_destroy(m);
}

/* Without a large block, a page; what does not fit in it is refused, and the page
 * serves the next.  A page of the reserves goes back when its pieces are. */
static void short_of_memory(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=2M max_order=5 pageblock_order=3 pcp=off", NULL);
	const struct page_frag_cache *c;
	struct mm_ctx x;
	uint32_t saved;
	uint64_t at;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	while (mm_page_alloc_get(&x, 0, MM_GFP_KERNEL))
		p->checks++;
	c = mm_page_frag_cache(m, 0);
	PROP(p, mm_page_frag_get(&x, 100, 1, MM_GFP_KERNEL, &at) == -MM_ENOMEM && !c->page,
	     "a piece is cut from nothing");
	/* who may go below the marks gets one, but the large request may not */
	saved = mm_task_enter(&x, MM_TASK_MEMALLOC);
	PROP(p, mm_page_frag_get(&x, 5000, 1, MM_GFP_KERNEL, &at) == -MM_ENOMEM && c->page,
	     "more than a page is cut from one");
	PROP(p, c->size == MM_PAGE_SIZE && c->pfmemalloc, "the chunk: %u bytes, reserves %d",
	     c->size, c->pfmemalloc);
	PROP(p, !mm_page_frag_get(&x, 4096, 1, MM_GFP_KERNEL, &at), "a page is not cut from one");
	mm_page_frag_put(&x, at);
	mm_task_exit(&x, saved);
	PROP(p, mm_page_frag_get(&x, 10, 1, MM_GFP_KERNEL, &at) == -MM_ENOMEM && !c->page,
	     "a page of the reserves serves who has no right to them");
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

/* A piece of 100 bytes, and its chunk. */
static struct page_frag_cache *cut(struct mm_victim *v)
{
	uint64_t at;

	if (mm_page_frag_get(v->x, 100, 4, MM_GFP_KERNEL, &at))
		prop_fail(v->p, __FILE__, __LINE__, "no piece to be had");
	return &v->m->page_frag[0];
}

static uint64_t pfn_of_chunk(const struct mm_victim *v, const struct page_frag_cache *c)
{
	return pfn_raw(mm_page_pfn(v->m, c->page));
}

static void chunk_is_forgotten(struct mm_victim *v)
{
	cut(v)->page = NULL;
	mm_touch(v->x, MM_OBJ_FRAG, 0);
}

static void offset_above_the_chunk(struct mm_victim *v)
{
	cut(v)->offset = 1u << 20;
	mm_touch(v->x, MM_OBJ_FRAG, 0);
}

static void reserves_are_forgotten(struct mm_victim *v)
{
	cut(v)->pfmemalloc = true;
	mm_touch(v->x, MM_OBJ_FRAG, 0);
}

static void one_reference_too_many(struct mm_victim *v)
{
	struct page_frag_cache *c = cut(v);

	c->page->refcount++;
	mm_page_touch(v->x, c->page);
}

static void the_same_bytes_again(struct mm_victim *v)
{
	struct page_frag_cache *c = cut(v);

	mm_event(v->x, MM_EV_mm_page_frag, pfn_of_chunk(v, c), c->offset, 100, 4, 0, c->bias);
}

static void not_where_it_is_aligned(struct mm_victim *v)
{
	struct page_frag_cache *c = cut(v);

	mm_event(v->x, MM_EV_mm_page_frag, pfn_of_chunk(v, c), c->offset - 6, 6, 4, 0, c->bias);
}

static void back_twice(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_page_frag_put, mm_victim_held(v, VICTIM_E), MM_FRAG_PUT_PIECE, 1);
}

static void anew_with_a_piece_out(struct mm_victim *v)
{
	struct page_frag_cache *c = cut(v);

	mm_event(v->x, MM_EV_mm_page_frag_put, pfn_of_chunk(v, c), MM_FRAG_PUT_REUSE, c->bias);
}

static void bias_off_by_one(struct mm_victim *v)
{
	struct page_frag_cache *c = cut(v);

	mm_event(v->x, MM_EV_mm_page_frag_put, pfn_of_chunk(v, c), MM_FRAG_PUT_CACHE, c->bias + 1);
}

static const struct mm_plant plants[] = {
	{"frag.cache", chunk_is_forgotten, NULL, false},
	{"frag.cache", offset_above_the_chunk, NULL, false},
	{"frag.cache", reserves_are_forgotten, NULL, false},
	{"frag.references", one_reference_too_many, NULL, false},
	{"frag.references", bias_off_by_one, NULL, true},
	{"frag.piece", the_same_bytes_again, NULL, true},
	{"frag.piece", not_where_it_is_aligned, NULL, true},
	{"frag.piece", back_twice, NULL, true},
	{"frag.reuse", anew_with_a_piece_out, "frag.references", true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_page_frag_props[] = {
	{"page_frag.pieces_are_apart", pieces_are_apart, 3},
	{"page_frag.a_chunk_comes_round", a_chunk_comes_round, 1},
	{"page_frag.bytes_are_pieces", bytes_are_pieces, 1},
	{"page_frag.a_page_serves_when_memory_is_short", short_of_memory, 1},
	{"page_frag." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
