/* SPDX-License-Identifier: MIT */
/*
 * pool: chunks from the arena, a free list through the objects themselves.
 * The link of a free object lies in its first word, under the poison; whoever
 * follows the list lifts the poison of one object at a time.
 */
#include "mm/pool.h"

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

/* Adds nothing when the arena is full. */
static void carve_chunk(struct mm_ctx *x, struct mm_pool *p)
{
	unsigned char *chunk = mm_machine_alloc(x->m, p->size * p->per_chunk, 16);
	uint32_t i;

	if (!chunk)
		return;
	/* last first, so that objects are handed out in address order */
	for (i = p->per_chunk; i-- > 0;)
		push_free(p, chunk + p->size * i);
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

void *mm_pool_get(struct mm_ctx *x, struct mm_pool *p)
{
	void *obj;

	if (mm_failpoint_ask(x))
		return NULL;
	if (!p->free)
		carve_chunk(x, p);
	obj = p->free;
	if (!obj)
		return NULL;
	unpoison(obj, p->size);
	p->free = link_of(obj);
	memset(obj, 0, p->size);
	p->nr_free--;
	p->nr_used++;
	return obj;
}

void mm_pool_put(struct mm_ctx *x, struct mm_pool *p, void *obj)
{
	(void)x;
	MM_PRE(p->nr_used);
	p->nr_used--;
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
	unpoison(m->arena.base, m->arena.used);
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
