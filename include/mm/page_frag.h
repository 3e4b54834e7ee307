/* SPDX-License-Identifier: MIT */
/*
 * page_frag: pieces of pages for who needs many small ones of any size, such as
 * buffers of network packets.  A chunk is cut from its end downwards; each piece is
 * a reference to the chunk, and the chunk goes back when the last piece does.
 *
 *     0                    offset               32 KiB
 *     |  still to be cut     |  frag  | frag |frag|
 *     references on the chunk = bias (the cache's) + pieces that are held
 *
 * Taking references one by one would write to the chunk's struct page for each piece.
 * So the cache takes more than can ever be cut at once and counts in `bias` how many
 * of them are still its own.
 *
 * Kernel: struct page_frag_cache, __page_frag_alloc_align, __page_frag_cache_refill,
 *   page_frag_free, page_frag_cache_drain (mm/page_alloc.c of 6.12; in a file of its
 *   own and cut upwards from 6.13 on).
 * Differs: one cache per CPU; the kernel's users have their own.  A piece of size 0
 *   is refused, which the kernel leaves to its callers.  Where blocks of order 3 do
 *   not exist, they are not asked for.  A piece larger than a page of which only the
 *   reserves have any left is refused; the kernel gets and frees that page for ever.
 * State: a cache per CPU in the machine; the chunks are ordinary blocks.
 * Invariants:
 *   frag.cache       a cache's chunk is a held block, offset and bias are within it
 *   frag.references  a chunk has as many references as bias and pieces say
 *   frag.piece       a piece lies in its chunk, aligned, apart from all others
 *   frag.reuse       a chunk is cut anew only when no piece of it is held, and it
 *                    does not come from the reserves
 */
#ifndef MM_PAGE_FRAG_H
#define MM_PAGE_FRAG_H

#include "mm/page.h"

#define MM_FRAG_CHUNK_ORDER 3
#define MM_FRAG_CHUNK_SIZE  (MM_PAGE_SIZE << MM_FRAG_CHUNK_ORDER)
/* References that the cache takes: more than a chunk has bytes. */
#define MM_FRAG_BIAS ((uint32_t)MM_FRAG_CHUNK_SIZE + 1)

struct page_frag_cache {
	struct page *page; /* NULL: no chunk */
	uint32_t offset;   /* bytes below are not cut yet */
	uint32_t size;     /* of the chunk, bytes */
	uint32_t bias;     /* references that no piece has */
	bool pfmemalloc;   /* the chunk comes from the reserves */
};

/* What became of references: field of the event mm_page_frag_put. */
enum mm_page_frag_put {
	MM_FRAG_PUT_PIECE, /* one piece was given back */
	MM_FRAG_PUT_CACHE, /* the cache gave up its bias, and the chunk with it */
	MM_FRAG_PUT_DRAIN, /* the same, because it was told to */
	MM_FRAG_PUT_REUSE  /* it had them all and cuts the chunk anew */
};

int mm_page_frag_boot(struct mm_ctx *x);

/* The cache of a CPU. */
const struct page_frag_cache *mm_page_frag_cache(const struct mm_machine *m, int cpu);

/*
 * A piece of size bytes at a multiple of align (a power of two) from this CPU's
 * cache: its place, counted in bytes from physical address 0, in *at.  Caller:
 * size > 0.  -MM_ENOMEM: there is no chunk to be had, or none that is large enough; the
 * cache may have given up its old one then.  Kernel: page_frag_alloc_align.
 */
int mm_page_frag_get(struct mm_ctx *x, uint32_t size, uint32_t align, uint32_t gfp,
		     uint64_t *at) MM_MUST_USE;
/* Give a piece back, on any CPU.  Kernel: page_frag_free. */
void mm_page_frag_put(struct mm_ctx *x, uint64_t at);
/* The cache gives up its chunk.  Kernel: page_frag_cache_drain. */
void mm_page_frag_drain(struct mm_ctx *x);

#endif
