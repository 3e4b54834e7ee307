/* SPDX-License-Identifier: MIT */
/*
 * arena: a bump pointer over a private mapping.  The mapping costs address
 * space only; the host gives pages, zeroed, when they are first written.
 *
 * Memory handed out after a reset was perhaps written before it, so `dirty`
 * remembers how far: only that part has to be zeroed again.
 *
 * Sparse stretches lie between dense ones; what is populated of them is a list of
 * parts, which image and reset copy after the dense bytes.
 */
#include "mm/arena.h"

#include <string.h>
#include <sys/mman.h>

/* Address space of the list of parts: a section has one per array. */
#define PARTS_MAX ((size_t)1 << 22)

/* The host's page size is at least the first and divides the second. */
#define SMALL_PAGE ((size_t)4096)
#define HOST_PAGE  ((size_t)65536)

/* Asked for at once. */
#define CHUNK ((size_t)64 << 10)

/* Of the host, where it has such. */
#define HUGE_PAGE ((size_t)2 << 20)

static void *map_plain(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* What is large begins where a huge page can. */
static void *map_bytes(size_t size)
{
	unsigned char *p;
	size_t off;

	if (size < 16 * HUGE_PAGE || size > SIZE_MAX - HUGE_PAGE)
		return map_plain(size);
	size = (size + SMALL_PAGE - 1) & ~(SMALL_PAGE - 1);
	p = map_plain(size + HUGE_PAGE);
	if (!p)
		return NULL;
	off = -(uintptr_t)p & (HUGE_PAGE - 1);
	if (off)
		(void)munmap(p, off);
	(void)munmap(p + off + size, HUGE_PAGE - off);
	return p + off;
}

static void want_huge(unsigned char *p, size_t len)
{
#if defined(MADV_HUGEPAGE)
	size_t off = -(uintptr_t)p & (HUGE_PAGE - 1);

	/* those that lie inside it */
	if (off + HUGE_PAGE <= len)
		(void)madvise(p + off, (len - off) & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
#else
	(void)p;
	(void)len;
#endif
}

/* Ask the host for pages in one go, where it can: a fault for each costs far more.  If
 * it cannot, they come one by one. */
static void fault_in(unsigned char *p, size_t len)
{
	if (len >= HUGE_PAGE)
		want_huge(p, len);
#if defined(MADV_POPULATE_WRITE)
	size_t off = (uintptr_t)p & (SMALL_PAGE - 1);

	(void)madvise(p - off, len + off, MADV_POPULATE_WRITE);
#else
	(void)p;
	(void)len;
#endif
}

/* Up to `end`, and a chunk ahead. */
static void fault_ahead(struct mm_arena *a, size_t end)
{
	size_t to = (end + CHUNK - 1) & ~(CHUNK - 1);

	if (end <= a->faulted)
		return;
	if (to > a->size)
		to = a->size;
	fault_in(a->base + a->faulted, to - a->faulted);
	a->faulted = to;
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

	if (copy.part)
		munmap(copy.part, PARTS_MAX * sizeof(*copy.part));
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
	fault_ahead(a, start + size);
	if (start < a->dirty) {
		size_t end = start + size < a->dirty ? start + size : a->dirty;

		memset(a->base + start, 0, end - start);
	}
	a->used = start + size;
	if (a->used > a->dirty)
		a->dirty = a->used;
	return a->base + start;
}

void *mm_arena_reserve(struct mm_arena *a, size_t size, size_t align)
{
	size_t start = a->used;
	unsigned char *p;
	size_t end;

	MM_PRE(!a->image);
	if (a->nr_sparse == MM_ARENA_SPARSE_MAX)
		return NULL;
	if (!a->part) {
		a->part = map_bytes(PARTS_MAX * sizeof(*a->part));
		if (!a->part)
			return NULL;
	}
	/* nothing of it is needed soon; what is comes in parts that fill huge pages */
	if (size >= 16 * HUGE_PAGE)
		align = HUGE_PAGE;
	end = ((a->used + align - 1) & ~(align - 1)) + size;
	if (end > a->faulted)
		a->faulted = end;
	p = mm_arena_alloc(a, size, align);
	if (p)
		/* with what aligning skipped */
		a->sparse[a->nr_sparse++] = (struct mm_arena_part){start, a->used - start};
	return p;
}

int mm_arena_populate(struct mm_arena *a, const void *p, size_t len)
{
	if (a->nr_parts == PARTS_MAX)
		return -MM_ENOMEM;
	if (len >= SMALL_PAGE)
		fault_in(a->base + ((const unsigned char *)p - a->base), len);
	a->part[a->nr_parts++] =
		(struct mm_arena_part){(size_t)((const unsigned char *)p - a->base), len};
	return 0;
}

/* What lies before the i-th sparse stretch, and behind the one before it. */
static struct mm_arena_part dense_below(const struct mm_arena *a, int i, size_t used)
{
	size_t at = i ? a->sparse[i - 1].at + a->sparse[i - 1].len : 0;
	size_t end = i < a->nr_sparse ? a->sparse[i].at : used;

	return (struct mm_arena_part){at, end - at};
}

struct mm_arena_part mm_arena_dense(const struct mm_arena *a, int i)
{
	return dense_below(a, i, a->used);
}

/* How far an arena is in use. */
struct extent {
	size_t used;
	size_t parts;
};

/* Copy all that is in use, dense and populated, of what an extent tells. */
static void copy(const struct mm_arena *a, unsigned char *to, const unsigned char *from,
		 struct extent e)
{
	size_t k;
	int i;

	for (i = 0; i <= a->nr_sparse; i++) {
		struct mm_arena_part d = dense_below(a, i, e.used);

		memcpy(to + d.at, from + d.at, d.len);
	}
	for (k = 0; k < e.parts; k++)
		memcpy(to + a->part[k].at, from + a->part[k].at, a->part[k].len);
}

/* The image's dense stretches. */
static void fault_in_image(const struct mm_arena *a)
{
	int i;

	for (i = 0; i <= a->nr_sparse; i++) {
		struct mm_arena_part d = mm_arena_dense(a, i);

		fault_in(a->image + d.at, d.len);
	}
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
	a->image_parts = a->nr_parts;
	fault_in_image(a);
	copy(a, image, a->base, (struct extent){a->used, a->nr_parts});
	return 0;
}

/* Zeros again; whole pages go back to the host. */
static void clear(unsigned char *p, size_t len)
{
	size_t head = (size_t)(-(uintptr_t)p & (HOST_PAGE - 1));
	size_t whole;

	if (head > len)
		head = len;
	memset(p, 0, head);
	whole = (len - head) & ~(HOST_PAGE - 1);
	if (whole && madvise(p + head, whole, MADV_DONTNEED))
		memset(p + head, 0, whole);
	memset(p + head + whole, 0, len - head - whole);
}

void mm_arena_reset(struct mm_arena *a)
{
	size_t dirty = a->dirty;

	MM_PRE(a->image);
	while (a->nr_parts > a->image_parts) {
		const struct mm_arena_part *part = &a->part[--a->nr_parts];

		clear(a->base + part->at, part->len);
	}
	copy(a, a->base, a->image, (struct extent){a->image_used, a->image_parts});
	a->dirty = dirty;
	a->used = a->image_used;
}
