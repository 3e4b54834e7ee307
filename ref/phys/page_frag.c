/* SPDX-License-Identifier: MIT */
/*
 * page_frag: cut, count, and cut anew.
 *
 * When a chunk is used up, the cache drops the references that are left in its bias.
 * If none remains, every piece has come back and the same chunk serves again, without
 * a look at the allocator; a chunk that came from below the watermarks goes back
 * instead, because others need it more.  If some remain, the last piece frees it.
 */
#include "mm/page_frag.h"

#include "mm/gfp.h"
#include "mm/page_alloc.h"
#include "mm/rng.h"

static struct page_frag_cache *cache_of(struct mm_ctx *x)
{
	return &x->m->page_frag[x->cpu];
}

const struct page_frag_cache *mm_page_frag_cache(const struct mm_machine *m, int cpu)
{
	return &m->page_frag[cpu];
}

static void touch(struct mm_ctx *x)
{
	mm_touch(x, MM_OBJ_FRAG, (uint64_t)x->cpu);
}

static uint64_t chunk_pfn(const struct mm_ctx *x, const struct page *page)
{
	return pfn_raw(mm_page_pfn(x->m, page));
}

/* ---- digest ---- */

static uint64_t frag_count(const struct mm_machine *m)
{
	return (uint64_t)m->desc.cpus;
}

static uint64_t frag_hash(const struct mm_machine *m, uint64_t id)
{
	const struct page_frag_cache *c = &m->page_frag[id];
	uint64_t h = mm_hash64_add(id, (uint64_t)c->offset << 32 | c->size);

	h = mm_hash64_add(h, (uint64_t)c->bias << 1 | c->pfmemalloc);
	return c->page ? mm_hash64_add(h, pfn_raw(mm_page_pfn(m, c->page))) : h;
}

static const struct mm_kind_ops frag_kind = {"page fragments", frag_count, frag_hash, NULL};

int mm_page_frag_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;

	m->page_frag =
		mm_machine_alloc(m, (size_t)m->desc.cpus * sizeof(struct page_frag_cache), 64);
	return m->page_frag ? mm_machine_kind_set(m, MM_OBJ_FRAG, &frag_kind) : -MM_ENOMEM;
}

/* ---- references ---- */

/* Kernel: page_ref_sub_and_test. */
static bool sub_and_test(struct mm_ctx *x, struct page *page, uint32_t n)
{
	MM_PRE(page->refcount >= (int32_t)n);
	page->refcount -= (int32_t)n;
	mm_page_touch(x, page);
	return page->refcount == 0;
}

/* ---- chunks ---- */

/* A large chunk if it is to be had without effort, else one page. */
static struct page *get_chunk(struct mm_ctx *x, uint32_t gfp)
{
	const uint32_t easy = (gfp & ~MM_GFP_DIRECT_RECLAIM) | MM_GFP_COMP | MM_GFP_NOWARN |
			      MM_GFP_NORETRY | MM_GFP_NOMEMALLOC;
	struct page *page = NULL;

	if (x->m->desc.max_order >= MM_FRAG_CHUNK_ORDER)
		page = mm_page_alloc_get(x, MM_FRAG_CHUNK_ORDER, easy);
	if (!page)
		page = mm_page_alloc_get(x, 0, gfp);
	return page;
}

/* Perhaps in vain. */
static void refill(struct mm_ctx *x, struct page_frag_cache *c, uint32_t gfp)
{
	struct page *page = get_chunk(x, gfp);

	if (!page)
		return;
	page->refcount += (int32_t)(MM_FRAG_BIAS - 1);
	mm_page_touch(x, page);
	c->page = page;
	c->size = (uint32_t)(MM_PAGE_SIZE << page->order);
	c->pfmemalloc = (page->flags & MM_PG_PFMEMALLOC) != 0;
	c->bias = MM_FRAG_BIAS;
	c->offset = c->size;
	touch(x);
}

/* The cache gives up its references, and the chunk if no piece is held. */
static void give_up(struct mm_ctx *x, struct page_frag_cache *c, enum mm_page_frag_put why)
{
	struct page *page = c->page;
	bool last = sub_and_test(x, page, c->bias);

	mm_event(x, MM_EV_mm_page_frag_put, chunk_pfn(x, page), why, c->bias);
	*c = (struct page_frag_cache){NULL, 0, 0, 0, false};
	touch(x);
	if (last)
		mm_page_alloc_free(x, page);
}

/* The chunk is used up: cut it anew, or give it up. */
static void use_up(struct mm_ctx *x, struct page_frag_cache *c, uint32_t size)
{
	if (c->page->refcount != (int32_t)c->bias || c->pfmemalloc) {
		give_up(x, c, MM_FRAG_PUT_CACHE);
		return;
	}
	mm_event(x, MM_EV_mm_page_frag_put, chunk_pfn(x, c->page), MM_FRAG_PUT_REUSE, c->bias);
	c->page->refcount = (int32_t)MM_FRAG_BIAS;
	mm_page_touch(x, c->page);
	c->bias = MM_FRAG_BIAS;
	if (size <= c->size)
		c->offset = c->size;
	touch(x);
}

/* ---- pieces ---- */

int mm_page_frag_get(struct mm_ctx *x, uint32_t size, uint32_t align, uint32_t gfp, uint64_t *at)
{
	struct page_frag_cache *c = cache_of(x);

	MM_PRE(size && align && !(align & (align - 1)));
	if (c->page && c->offset < size)
		use_up(x, c, size);
	if (!c->page)
		refill(x, c, gfp);
	/* no chunk; or one of a page perhaps, which stays: to give it back would not help */
	if (c->offset < size)
		return -MM_ENOMEM;
	c->bias--;
	c->offset = (c->offset - size) & ~(align - 1);
	touch(x);
	*at = chunk_pfn(x, c->page) * MM_PAGE_SIZE + c->offset;
	mm_event(x, MM_EV_mm_page_frag, chunk_pfn(x, c->page), c->offset, size, align,
		 c->pfmemalloc, c->bias);
	return 0;
}

void mm_page_frag_put(struct mm_ctx *x, uint64_t at)
{
	struct page *page = mm_page_head(&x->m->memmap[at / MM_PAGE_SIZE]);
	bool last = sub_and_test(x, page, 1);

	mm_event(x, MM_EV_mm_page_frag_put, chunk_pfn(x, page), MM_FRAG_PUT_PIECE, 1);
	if (last)
		mm_page_alloc_free(x, page);
}

void mm_page_frag_drain(struct mm_ctx *x)
{
	struct page_frag_cache *c = cache_of(x);

	if (c->page)
		give_up(x, c, MM_FRAG_PUT_DRAIN);
}
