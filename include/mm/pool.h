/* SPDX-License-Identifier: MIT */
/*
 * pool: objects of one type, handed out and taken back.  Memory comes from the
 * machine's arena in chunks and never returns to it; a freed object waits in
 * the pool, poisoned for AddressSanitizer, so that its late use is reported
 * at the access.
 *
 *     chunk |obj|obj|obj|obj|   chunk |obj|obj|obj|obj|
 *                 free list: obj -> obj -> obj
 *
 * Kernel: the part kmem_cache plays for fixed-size objects (6.12).
 * Differs: pools charge no model frames until the object layer exists.
 * State: pool headers live in the arena and are linked from the machine, so
 *   that a reset can lift and restore the poison of all of them.
 * Invariants: objects in use + free objects == objects carved.
 */
#ifndef MM_POOL_H
#define MM_POOL_H

#include "mm/bitmap.h"
#include "mm/machine.h"

struct mm_pool {
	const char *name;
	size_t size; /* of one object, rounded to 16 */
	uint32_t per_chunk;
	void *free; /* first free object, or NULL */
	uint64_t nr_free;
	uint64_t nr_used;
	struct mm_pool *next; /* of the machine */

	/* a pool that is a table: objects have numbers.  NULL: they have none */
	unsigned char *base;
	uint64_t *in_use; /* a bit each */
};

/* Create a pool of objects of size bytes; NULL when the arena is full. */
struct mm_pool *mm_pool_create(struct mm_ctx *x, const char *name, size_t size, uint32_t per_chunk);
/* The same, of max objects that are there from the start and have numbers. */
struct mm_pool *mm_pool_create_table(struct mm_ctx *x, const char *name, size_t size, uint32_t max);
/* A zeroed object; a fail point.  NULL: injected failure or arena full. */
void *mm_pool_get(struct mm_ctx *x, struct mm_pool *p);
void mm_pool_put(struct mm_ctx *x, struct mm_pool *p, void *obj);
/* The number of an object of a table. */
static inline uint64_t mm_pool_id(const struct mm_pool *p, const void *obj)
{
	return (uint64_t)((const unsigned char *)obj - p->base) / p->size;
}
/* How many a table has, in use or not. */
static inline uint64_t mm_pool_max(const struct mm_pool *p)
{
	return p->base ? p->per_chunk : 0;
}
/* The object of that number; NULL: there is no such object in use. */
static inline void *mm_pool_at(const struct mm_pool *p, uint64_t id)
{
	if (id >= mm_pool_max(p) || !mm_bitmap_test(p->in_use, id))
		return NULL;
	return p->base + id * p->size;
}
/* Is the object poisoned?  Always false without AddressSanitizer. */
bool mm_pool_poisoned(const struct mm_pool *p, const void *obj);

/* Around a reset: lift all poison; poison what is free again. */
void mm_pool_unpoison_all(struct mm_machine *m);
void mm_pool_poison_all(struct mm_machine *m);

#endif
