/* SPDX-License-Identifier: MIT */
/*
 * page_owner: every frame of a block has the whole record, so that a block which is
 * split, or freed in part, needs no look at its head.
 */
#include "mm/page_owner.h"

#include "mm/gfp.h"
#include "mm/migratetype.h"
#include "mm/page_ext.h"

#include <inttypes.h>
#include <string.h>

/* Where what stands in a record. */
#define AT_ORDER     0
#define AT_REASON    2
#define AT_GFP       4
#define AT_NS        16
#define AT_FREE_NS   24
#define AT_PID       48
#define AT_TGID      52
#define AT_FREE_PID  56
#define AT_FREE_TGID 60

/* Low byte first on every host: the digest sees bytes. */
static void put(unsigned char *at, unsigned int bytes, uint64_t v)
{
	unsigned int i;

	for (i = 0; i < bytes; i++)
		at[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t take(const unsigned char *at, unsigned int bytes)
{
	uint64_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | at[bytes];
	return v;
}

/* Not migrated. */
#define NO_REASON 0xffff

static uint64_t task(const struct mm_ctx *x)
{
	return (uint64_t)x->cpu + 1;
}

void mm_page_owner_set(struct mm_ctx *x, const struct page *page, unsigned int order, uint32_t gfp)
{
	uint64_t pfn = pfn_raw(mm_page_pfn(x->m, page));
	uint64_t end = pfn + ((uint64_t)1 << order);

	for (; pfn < end; pfn++) {
		unsigned char *r = mm_page_ext_of(x->m, pfn, MM_PAGE_EXT_OWNER);
		unsigned char *flags = mm_page_ext_of(x->m, pfn, MM_PAGE_EXT_FLAGS);

		put(r + AT_ORDER, 2, order);
		put(r + AT_REASON, 2, NO_REASON);
		put(r + AT_GFP, 4, gfp);
		put(r + AT_NS, 8, x->m->clock_ns);
		put(r + AT_PID, 4, task(x));
		put(r + AT_TGID, 4, task(x));
		*flags |= MM_PAGE_OWNER_WRITTEN | MM_PAGE_OWNER_IN_USE;
		mm_touch(x, MM_OBJ_FRAME, pfn);
	}
}

void mm_page_owner_reset(struct mm_ctx *x, const struct page *page, unsigned int order)
{
	uint64_t pfn = pfn_raw(mm_page_pfn(x->m, page));
	uint64_t end = pfn + ((uint64_t)1 << order);

	for (; pfn < end; pfn++) {
		unsigned char *r = mm_page_ext_of(x->m, pfn, MM_PAGE_EXT_OWNER);
		unsigned char *flags = mm_page_ext_of(x->m, pfn, MM_PAGE_EXT_FLAGS);

		*flags &= (unsigned char)~MM_PAGE_OWNER_IN_USE;
		put(r + AT_FREE_NS, 8, x->m->clock_ns);
		put(r + AT_FREE_PID, 4, task(x));
		put(r + AT_FREE_TGID, 4, task(x));
		mm_touch(x, MM_OBJ_FRAME, pfn);
	}
}

void mm_page_owner_split(struct mm_ctx *x, const struct page *page, unsigned int order)
{
	uint64_t pfn = pfn_raw(mm_page_pfn(x->m, page));
	uint64_t end = pfn + ((uint64_t)1 << order);

	for (; pfn < end; pfn++) {
		put((unsigned char *)mm_page_ext_of(x->m, pfn, MM_PAGE_EXT_OWNER) + AT_ORDER, 2, 0);
		mm_touch(x, MM_OBJ_FRAME, pfn);
	}
}

struct mm_page_owner mm_page_owner_get(const struct mm_machine *m, uint64_t pfn)
{
	const unsigned char *r = mm_page_ext_of(m, pfn, MM_PAGE_EXT_OWNER);
	const unsigned char *flags = mm_page_ext_of(m, pfn, MM_PAGE_EXT_FLAGS);
	struct mm_page_owner o;

	memset(&o, 0, sizeof(o));
	if (!m->desc.page_owner || !r || !flags)
		return o;
	o.flags = *flags & (MM_PAGE_OWNER_WRITTEN | MM_PAGE_OWNER_IN_USE);
	o.order = (unsigned int)take(r + AT_ORDER, 2);
	o.gfp = (uint32_t)take(r + AT_GFP, 4);
	o.ns = take(r + AT_NS, 8);
	o.free_ns = take(r + AT_FREE_NS, 8);
	o.pid = (uint32_t)take(r + AT_PID, 4);
	o.tgid = (uint32_t)take(r + AT_TGID, 4);
	o.free_pid = (uint32_t)take(r + AT_FREE_PID, 4);
	o.free_tgid = (uint32_t)take(r + AT_FREE_TGID, 4);
	return o;
}

static void print_one(const struct mm_machine *m, uint64_t pfn, const struct mm_page_owner *o,
		      FILE *out)
{
	char gfp[256];

	(void)mm_gfp_print(o->gfp, gfp, sizeof(gfp));
	(void)fprintf(out,
		      "Page allocated via order %u, mask 0x%" PRIx32 "(%s), pid %" PRIu32
		      ", tgid %" PRIu32 " (), ts %" PRIu64 " ns\n",
		      o->order, o->gfp, gfp, o->pid, o->tgid, o->ns);
	(void)fprintf(out, "PFN 0x%" PRIx64 " type %s Block %" PRIu64 " type %s\n\n", pfn,
		      mm_gfp_migratetype_name(mm_migratetype_of_gfp(m, o->gfp)),
		      pfn >> m->desc.pageblock_order,
		      mm_gfp_migratetype_name(mm_migratetype_get(m, pfn)));
}

void mm_page_owner_print(const struct mm_machine *m, FILE *out)
{
	uint64_t pfn;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); pfn < m->max_pfn;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1)) {
		struct mm_page_owner o = mm_page_owner_get(m, pfn);

		/* one line for a block: frames behind its first have the same record */
		if ((o.flags & MM_PAGE_OWNER_IN_USE) && !(pfn & (((uint64_t)1 << o.order) - 1)))
			print_one(m, pfn, &o, out);
	}
}
