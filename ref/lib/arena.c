/* SPDX-License-Identifier: MIT */
/*
 * arena: a bump pointer over a private mapping.  The mapping costs address
 * space only; the host gives pages, zeroed, when they are first written.
 *
 * Memory handed out after a reset was perhaps written before it, so `dirty`
 * remembers how far: only that part has to be zeroed again.
 */
#include "mm/arena.h"

#include <string.h>
#include <sys/mman.h>

static void *map_bytes(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int mm_arena_init(struct mm_arena *a, size_t size)
{
	memset(a, 0, sizeof(*a));
	a->base = map_bytes(size);
	if (!a->base)
		return -MM_ENOMEM;
	a->size = size;
	return 0;
}

void mm_arena_fini(struct mm_arena *a)
{
	/* the struct may live in the memory that goes away: work on a copy */
	struct mm_arena copy = *a;

	if (copy.image)
		munmap(copy.image, copy.image_used);
	if (copy.base)
		munmap(copy.base, copy.size);
}

void *mm_arena_alloc(struct mm_arena *a, size_t size, size_t align)
{
	size_t start = (a->used + align - 1) & ~(align - 1);

	if (start > a->size || size > a->size - start)
		return NULL;
	if (start < a->dirty) {
		size_t end = start + size < a->dirty ? start + size : a->dirty;

		memset(a->base + start, 0, end - start);
	}
	a->used = start + size;
	if (a->used > a->dirty)
		a->dirty = a->used;
	return a->base + start;
}

int mm_arena_image(struct mm_arena *a)
{
	unsigned char *image;

	MM_PRE(!a->image);
	image = map_bytes(a->used);
	if (!image)
		return -MM_ENOMEM;
	a->image = image;
	a->image_used = a->used;
	memcpy(image, a->base, a->used);
	return 0;
}

void mm_arena_reset(struct mm_arena *a)
{
	size_t dirty = a->dirty;

	MM_PRE(a->image);
	memcpy(a->base, a->image, a->image_used);
	a->dirty = dirty;
	a->used = a->image_used;
}
