/* SPDX-License-Identifier: MIT */
/*
 * pool: chunks from the arena, a free list through the objects themselves.
 * The link of a free object lies in its first word, under the poison; whoever
 * follows the list lifts the poison of one object at a time.
 */
#include "mm/pool.h"

#include "mm/bitmap.h"
#include "mm/failpoint.h"

#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define POOL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_ASAN 1
#endif
#endif

#if defined(POOL_ASAN)
#include <sanitizer/asan_interface.h>
#endif

static void poison(void *p, size_t n)
{
#if defined(POOL_ASAN)
	__asan_poison_memory_region(p, n);
#else
	(void)p;
	(void)n;
#endif
}

static void unpoison(void *p, size_t n)
{
#if defined(POOL_ASAN)
	__asan_unpoison_memory_region(p, n);
#else
	(void)p;
	(void)n;
#endif
}

static void *link_of(const void *obj)
{
	void *next;

	memcpy(&next, obj, sizeof(next));
	return next;
}

static void push_free(struct mm_pool *p, void *obj)
{
	memcpy(obj, &p->free, sizeof(p->free));
	p->free = obj;
	p->nr_free++;
	poison(obj, p->size);
}

/* NULL, and nothing added, when the arena is full. */
static unsigned char *carve_chunk(struct mm_ctx *x, struct mm_pool *p)
{
	/* objects of a power of two lie at multiples of it */
	size_t align = p->size & (~p->size + 1);
	unsigned char *chunk = mm_machine_alloc(x->m, p->size * p->per_chunk,
						align < MM_PAGE_SIZE ? align : MM_PAGE_SIZE);
	uint32_t i;

	if (!chunk)
		return NULL;
	/* last first, so that objects are handed out in address order */
	for (i = p->per_chunk; i-- > 0;)
		push_free(p, chunk + p->size * i);
	return chunk;
}

struct mm_pool *mm_pool_create(struct mm_ctx *x, const char *name, size_t size, uint32_t per_chunk)
{
	struct mm_pool *p = mm_machine_alloc(x->m, sizeof(*p), 16);

	MM_PRE(size && per_chunk);
	if (!p)
		return NULL;
	p->name = name;
	p->size = (size + 15) & ~(size_t)15;
	p->per_chunk = per_chunk;
	p->next = x->m->pools;
	x->m->pools = p;
	x->m->before_copy = mm_pool_unpoison_all;
	x->m->after_copy = mm_pool_poison_all;
	return p;
}

struct mm_pool *mm_pool_create_table(struct mm_ctx *x, const char *name, size_t size, uint32_t max)
{
	struct mm_pool *p = mm_pool_create(x, name, size, max);

	if (!p)
		return NULL;
	p->in_use = mm_machine_alloc(x->m, mm_bitmap_words(max) * sizeof(uint64_t), 16);
	p->base = p->in_use ? carve_chunk(x, p) : NULL;
	return p->base ? p : NULL;
}

void *mm_pool_get(struct mm_ctx *x, struct mm_pool *p)
{
	void *obj;

	if (mm_failpoint_ask(x))
		return NULL;
	if (!p->free && !p->base)
		(void)carve_chunk(x, p);
	obj = p->free;
	if (!obj)
		return NULL;
	unpoison(obj, p->size);
	p->free = link_of(obj);
	memset(obj, 0, p->size);
	p->nr_free--;
	p->nr_used++;
	if (p->base)
		mm_bitmap_set(p->in_use, mm_pool_id(p, obj));
	return obj;
}

void mm_pool_put(struct mm_ctx *x, struct mm_pool *p, void *obj)
{
	(void)x;
	MM_PRE(p->nr_used);
	p->nr_used--;
	if (p->base)
		mm_bitmap_clear(p->in_use, mm_pool_id(p, obj));
	push_free(p, obj);
}

bool mm_pool_poisoned(const struct mm_pool *p, const void *obj)
{
	(void)p;
#if defined(POOL_ASAN)
	return __asan_address_is_poisoned(obj) != 0;
#else
	(void)obj;
	return false;
#endif
}

void mm_pool_unpoison_all(struct mm_machine *m)
{
	int i;

	/* objects are dense; a sparse stretch may span terabytes */
	for (i = 0; i <= m->arena.nr_sparse; i++) {
		struct mm_arena_part d = mm_arena_dense(&m->arena, i);

		unpoison(m->arena.base + d.at, d.len);
	}
}

void mm_pool_poison_all(struct mm_machine *m)
{
	struct mm_pool *p;

	for (p = m->pools; p; p = p->next) {
		void *obj = p->free;

		while (obj) {
			void *next = link_of(obj);

			poison(obj, p->size);
			obj = next;
		}
	}
}
