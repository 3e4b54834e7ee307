/* SPDX-License-Identifier: MIT */
/* formula_marks: 1 to 6, 9 to 14 and 29: watermarks, reserves, and the
 * question. */
#include "mm/watermark.h"

#include "formula.h"

#include <string.h>

static struct formula_wide small(uint64_t v)
{
	return (struct formula_wide){0, v};
}

/* 1: kB of lowmem whose root is near a whole number, or near what the clamps
 * cut. */
static uint64_t lowmem_kbytes(struct mm_prop_run *p)
{
	static const uint64_t special[] = {0, 1024, (uint64_t)1 << 32, (uint64_t)1 << 59};
	uint64_t root;

	if (prop_below(p, 4) == 0)
		return formula_near(p, special[prop_below(p, 4)]);
	root = prop_any(p, 29);
	return prop_below(p, 2) ? formula_near(p, root * root) : root;
}

/* 128 squared is 16 * 1024, 262144 squared is 16 * 2^32. */
static bool is_min_free(uint64_t have, uint64_t kbytes)
{
	if (kbytes <= 1024)
		return have == 128;
	if (kbytes >= (uint64_t)1 << 32)
		return have == 262144;
	return formula_is_root(have, kbytes * 16);
}

void formula_min_free(struct mm_prop_run *p)
{
	uint64_t kbytes = lowmem_kbytes(p);
	uint64_t have = mm_watermark_min_free_kbytes(kbytes);

	prop_cover(p, 5, "less than the least", kbytes < 1024);
	prop_cover(p, 5, "more than the most", kbytes > (uint64_t)1 << 32);
	PROP(p, is_min_free(have, kbytes), "%llu kB: %llu", (unsigned long long)kbytes,
	     (unsigned long long)have);
}

/* ---- marks ---- */

static struct mm_watermark_input some_input(struct mm_prop_run *p)
{
	struct mm_watermark_input in;

	memset(&in, 0, sizeof(in));
	in.managed = formula_pages(p);
	in.is_lowmem = prop_below(p, 2) == 0;
	/* none at all, all of it, or as much again: sometimes of many zones */
	in.lowmem = in.is_lowmem ? in.managed : 0;
	if (prop_below(p, 4))
		in.lowmem += prop_any(p, 36);
	in.min_free_kbytes = prop_below(p, 8) ? prop_any(p, 31) : formula_near(p, 16384);
	in.scale_factor = prop_below(p, 4) ? 1 + prop_below(p, 3000) : 10;
	return in;
}

/* 4: of HighMem and Movable. */
static bool is_small_min(uint64_t min, uint64_t managed)
{
	if (managed < (uint64_t)33 * 1024)
		return min == 32;
	if (managed >= (uint64_t)128 * 1024)
		return min == 128;
	return formula_is_quotient(min, small(managed), 1024);
}

static bool is_min(uint64_t min, const struct mm_watermark_input *in, struct formula_wide shared)
{
	if (!in->is_lowmem)
		return is_small_min(min, in->managed);
	return in->lowmem ? formula_is_quotient(min, shared, in->lowmem) : min == 0;
}

/* 2 to 5. */
void formula_marks(struct mm_prop_run *p)
{
	const struct mm_watermark_input in = some_input(p);
	/* 4 kB are a page; kB over are no page */
	struct formula_wide shared =
		formula_product((in.min_free_kbytes - in.min_free_kbytes % 4) / 4, in.managed);
	struct formula_wide scaled = formula_product(in.managed, in.scale_factor);
	uint64_t w[MM_NR_WMARK];
	bool by_share;
	bool by_scale;
	uint64_t gap;

	mm_watermark_compute(w, &in);
	gap = w[MM_WMARK_LOW] - w[MM_WMARK_MIN];
	PROP(p, w[MM_WMARK_HIGH] - w[MM_WMARK_LOW] == gap, "high is not a gap above low");
	PROP(p, w[MM_WMARK_PROMO] - w[MM_WMARK_HIGH] == gap, "promo is not a gap above high");
	PROP(p, is_min(w[MM_WMARK_MIN], &in, shared), "%llu of %llu pages, %llu kB: min %llu",
	     (unsigned long long)in.managed, (unsigned long long)in.lowmem,
	     (unsigned long long)in.min_free_kbytes, (unsigned long long)w[MM_WMARK_MIN]);
	/* dropping the remainder twice is dropping that of the product */
	by_share = in.lowmem ? formula_is_quotient(gap, shared, 4 * in.lowmem) : gap == 0;
	by_scale = formula_is_quotient(gap, scaled, 10000);
	prop_cover(p, 20, "a gap by the share", by_share && !by_scale);
	prop_cover(p, 20, "a gap by the size", by_scale && !by_share);
	PROP(p, by_share || by_scale, "%llu of %llu pages, %llu kB, factor %llu: gap %llu",
	     (unsigned long long)in.managed, (unsigned long long)in.lowmem,
	     (unsigned long long)in.min_free_kbytes, (unsigned long long)in.scale_factor,
	     (unsigned long long)gap);
	/* the larger of the two: none exceeds it */
	PROP(p, formula_exceeds(formula_product(gap + 1, 10000), scaled),
	     "the gap %llu is less than the size asks for", (unsigned long long)gap);
	PROP(p, !in.lowmem || formula_exceeds(formula_product(gap + 1, 4 * in.lowmem), shared),
	     "the gap %llu is less than the share asks for", (unsigned long long)gap);
}

/* 6. */
void formula_boost(struct mm_prop_run *p)
{
	struct zone z;
	int i;

	memset(&z, 0, sizeof(z));
	for (i = 0; i < MM_NR_WMARK; i++)
		z.wmark[i] = prop_any(p, 40);
	z.boost = prop_any(p, 36);
	for (i = 0; i < MM_NR_WMARK; i++)
		PROP(p, mm_zone_wmark(&z, (enum mm_wmark)i) - z.wmark[i] == z.boost,
		     "mark %d lies %llu above what is stored", i,
		     (unsigned long long)(mm_zone_wmark(&z, (enum mm_wmark)i) - z.wmark[i]));
}

/* ---- reserves ---- */

/* 9. */
void formula_reserves(struct mm_prop_run *p)
{
	uint64_t managed[MM_NR_ZONES];
	uint64_t reserve[MM_NR_ZONES];
	uint64_t ratio = prop_below(p, 4) ? 1 + prop_any(p, 20) : prop_below(p, 2);
	size_t nr = 1 + (size_t)prop_below(p, MM_NR_ZONES);
	size_t j;
	size_t k;

	for (j = 0; j < nr; j++)
		managed[j] = prop_below(p, 4) ? formula_pages(p) : 0;
	memset(reserve, 0xff, sizeof(reserve));
	mm_watermark_compute_reserve(reserve, nr, managed, ratio);
	PROP(p, reserve[0] == 0, "a zone keeps %llu from its own", (unsigned long long)reserve[0]);
	for (j = 1; j < nr; j++) {
		uint64_t above = 0;

		for (k = j; k > 0; k--)
			above += managed[k];
		PROP(p,
		     ratio && managed[0] ? formula_is_quotient(reserve[j], small(above), ratio)
					 : reserve[j] == 0,
		     "zone 0 of %llu keeps %llu from zone %zu, %llu pages are above, ratio %llu",
		     (unsigned long long)managed[0], (unsigned long long)reserve[j], j,
		     (unsigned long long)above, (unsigned long long)ratio);
	}
	for (j = nr; j < MM_NR_ZONES; j++)
		PROP(p, reserve[j] == UINT64_MAX, "a zone past the last was written");
}

/* 10: the least of what it has and, for each zone from its own up, reserve
 * and high. */
void formula_total(struct mm_prop_run *p)
{
	enum mm_zone_type own = (enum mm_zone_type)prop_below(p, MM_NR_ZONES);
	bool is_one = false;
	uint64_t total;
	struct zone z;
	int j;

	memset(&z, 0, sizeof(z));
	z.type = own;
	z.managed = formula_pages(p);
	z.deferred = prop_below(p, 4) ? 0 : prop_any(p, 34);
	z.wmark[MM_WMARK_HIGH] = prop_any(p, 34);
	z.boost = prop_below(p, 4) ? 0 : prop_any(p, 34);
	for (j = (int)own + 1; j < MM_NR_ZONES; j++)
		z.lowmem_reserve[j] = prop_any(p, 34);
	total = mm_watermark_totalreserve(&z);
	PROP(p, total <= z.managed + z.deferred, "more than the zone has");
	for (j = (int)own; j < MM_NR_ZONES; j++) {
		uint64_t sum = z.lowmem_reserve[j] + z.wmark[MM_WMARK_HIGH]; /* boost left out */

		PROP(p, total >= sum || total == z.managed + z.deferred,
		     "%llu: less than zone %d makes it keep", (unsigned long long)total, j);
		is_one |= total == sum;
	}
	prop_cover(p, 10, "a zone that keeps all it has", !is_one);
	PROP(p, is_one || total == z.managed + z.deferred, "%llu is none of these",
	     (unsigned long long)total);
}

/* ---- the question ---- */

static uint64_t half_up(uint64_t v)
{
	return (v >> 1) + (v & 1);
}

/* 12: what of a mark holds.  Of 4k + t, three quarters rounded up are 3k +
 * t. */
static uint64_t holds(uint64_t mark, uint32_t flags)
{
	if (flags & MM_ALLOC_MIN_RESERVE)
		mark = half_up(mark);
	if ((flags & MM_ALLOC_MIN_RESERVE) && (flags & MM_ALLOC_NON_BLOCK))
		mark = 3 * (mark >> 2) + (mark & 3);
	return flags & MM_ALLOC_OOM ? half_up(mark) : mark;
}

static uint32_t some_rights(struct mm_prop_run *p)
{
	static const uint32_t bits[] = {MM_ALLOC_MIN_RESERVE, MM_ALLOC_NON_BLOCK,  MM_ALLOC_OOM,
					MM_ALLOC_CMA,         MM_ALLOC_HIGHATOMIC, MM_ALLOC_KSWAPD,
					MM_ALLOC_WMARK_LOW};
	uint64_t set = prop_bits(p, 7);
	uint32_t flags = 0;
	unsigned int i;

	for (i = 0; i < 7; i++)
		flags |= set >> i & 1 ? bits[i] : 0;
	return flags;
}

void formula_rights(struct mm_prop_run *p)
{
	uint64_t mark = prop_below(p, 2) ? prop_any(p, 63) : prop_below(p, 64);
	uint32_t flags = some_rights(p);

	PROP(p, mm_watermark_effective(mark, flags) == holds(mark, flags),
	     "mark %llu flags 0x%x: %llu holds", (unsigned long long)mark, flags,
	     (unsigned long long)mm_watermark_effective(mark, flags));
}

/* A zone with one block, or none; and pages that not every request may have. */
struct asked {
	struct mm_machine m;
	struct zone z;
	struct mm_list block;
	uint64_t high_order; /* set off for high-order atomic requests */
	uint64_t cma;
};

#define NO_BLOCK 11u

static void asked_init(struct mm_prop_run *p, struct asked *a)
{
	unsigned int o;
	int t;

	memset(a, 0, sizeof(*a));
	a->m.desc.max_order = 10;
	for (o = 0; o < MM_NR_ORDERS; o++) {
		for (t = 0; t < MM_MIGRATE_TYPES; t++)
			mm_list_init(&a->z.free_area[o].free_list[t]);
	}
	a->high_order = prop_below(p, 2) ? prop_any(p, 34) : 0;
	a->cma = prop_below(p, 2) ? prop_any(p, 34) : 0;
	a->z.nr_free_highatomic = a->high_order;
	a->z.vm_stat[MM_NR_FREE_CMA] = (int64_t)a->cma;
}

static void asked_add(struct asked *a, unsigned int order, enum mm_migratetype type)
{
	mm_list_add(&a->block, &a->z.free_area[order].free_list[type]);
	a->z.free_area[order].nr_free = 1;
}

/* 13: whose block may such a request take? */
static bool may_take(enum mm_migratetype type, uint32_t flags)
{
	switch ((int)type) {
	case MM_MIGRATE_UNMOVABLE:
	case MM_MIGRATE_MOVABLE:
	case MM_MIGRATE_RECLAIMABLE:
		return true;
	case MM_MIGRATE_CMA:
		return (flags & MM_ALLOC_CMA) != 0;
	case MM_MIGRATE_HIGHATOMIC:
		return (flags & MM_ALLOC_HIGHATOMIC) || (flags & MM_ALLOC_OOM);
	default:
		return false;
	}
}

/* 11: what is there and not for such a request, beside the rest of a block. */
static uint64_t not_for(const struct asked *a, uint32_t flags)
{
	const uint32_t reserves =
		MM_ALLOC_OOM | MM_ALLOC_NON_BLOCK | MM_ALLOC_MIN_RESERVE | MM_ALLOC_HIGHATOMIC;

	return (flags & reserves ? 0 : a->high_order) + (flags & MM_ALLOC_CMA ? 0 : a->cma);
}

struct question {
	unsigned int order;
	uint64_t mark;
	enum mm_zone_type highest;
	uint32_t flags;
	int64_t over; /* pages free beyond what is due */
	bool has_block;
};

static struct question some_question(struct mm_prop_run *p)
{
	struct question q;

	q.order = (unsigned int)prop_below(p, 11);
	q.mark = prop_below(p, 2) ? prop_any(p, 40) : prop_below(p, 8);
	q.highest = (enum mm_zone_type)prop_below(p, MM_NR_ZONES);
	q.flags = some_rights(p);
	q.over = (int64_t)prop_below(p, 4) - 2;
	q.has_block = q.order == 0;
	return q;
}

/*
 * Below the drift mark those that a CPU holds back count too: the close look
 * says yes by what is over, and there by what is held back as well.
 */
static void look_closely(struct mm_prop_run *p, struct asked *a, const struct question *q)
{
	int64_t seen = a->z.vm_stat[MM_NR_FREE_PAGES];
	uint64_t at_least = seen < 0 ? 0 : (uint64_t)seen;
	struct per_cpu_zonestat held[2];
	bool near = prop_below(p, 2) != 0;
	int by = (int)prop_below(p, 5) - 2;

	memset(held, 0, sizeof(held));
	held[1].diff[MM_NR_FREE_PAGES] = (int8_t)by;
	a->m.desc.cpus = 2;
	a->z.zonestats = held;
	a->z.percpu_drift_mark = near ? at_least + 1 : at_least;
	PROP(p,
	     mm_watermark_ok_safe(&a->m, &a->z, q->order, q->mark, q->highest, q->flags) ==
		     (q->over + (near ? by : 0) > 0 && q->has_block),
	     "order %u, mark %llu, %lld over, %d held back, below the drift mark: %d", q->order,
	     (unsigned long long)q->mark, (long long)q->over, by, near);
}

/*
 * 11, 13 and 14: as many are free as the mark, the reserve, the rest of the
 * block and what is not for the request come to, or a few more or less.  Only
 * with more than that the answer is yes.
 */
void formula_question(struct mm_prop_run *p)
{
	unsigned int largest = (unsigned int)prop_below(p, NO_BLOCK + 1);
	enum mm_migratetype type = (enum mm_migratetype)prop_below(p, MM_MIGRATE_TYPES);
	uint64_t reserve = prop_below(p, 2) ? prop_any(p, 40) : 0;
	struct question q = some_question(p);
	struct asked a;
	uint64_t due;
	bool yes;

	asked_init(p, &a);
	if (largest != NO_BLOCK) {
		asked_add(&a, largest, type);
		q.has_block = q.has_block || (largest >= q.order && may_take(type, q.flags));
	}
	due = holds(q.mark, q.flags) + reserve + ((uint64_t)1 << q.order) - 1 +
	      not_for(&a, q.flags);
	a.z.lowmem_reserve[q.highest] = reserve;
	a.z.vm_stat[MM_NR_FREE_PAGES] = (int64_t)due + q.over;
	yes = mm_watermark_ok(&a.m, &a.z, q.order, q.mark, q.highest, q.flags);
	prop_cover(p, 5, "one page over, and a block", q.over == 1 && q.has_block);
	prop_cover(p, 5, "nothing over, and a block", q.over == 0 && q.has_block);
	PROP(p, yes == (q.over > 0 && q.has_block),
	     "order %u, block of %u type %d, mark %llu, reserve %llu, flags 0x%x, %lld over: %s",
	     q.order, largest, (int)type, (unsigned long long)q.mark, (unsigned long long)reserve,
	     q.flags, (long long)q.over, yes ? "yes" : "no");
	PROP(p, mm_watermark_fast(&a.m, &a.z, q.order, q.mark, q.highest, q.flags) == yes,
	     "the quick look says something else");
	/* by a count that is given, what the zone has does not matter */
	PROP(p,
	     mm_watermark_ok_given(&a.m, &a.z, q.order, q.mark, q.highest, q.flags, due + 1) ==
			     q.has_block &&
		     !mm_watermark_ok_given(&a.m, &a.z, q.order, q.mark, q.highest, q.flags, due),
	     "order %u, mark %llu: by the count that is given", q.order,
	     (unsigned long long)q.mark);
	look_closely(p, &a, &q);
}

/* 14: who digs below min has a second look at it without the boost, for a
 * single page and when it is held to min. */
void formula_unboosted(struct mm_prop_run *p)
{
	struct question q = some_question(p);
	struct asked a;
	uint64_t due;
	bool may;

	asked_init(p, &a);
	q.order = prop_below(p, 4) == 3;
	asked_add(&a, 3, MM_MIGRATE_MOVABLE);
	due = holds(q.mark, q.flags) + not_for(&a, q.flags);
	a.z.wmark[MM_WMARK_MIN] = q.mark;
	a.z.wmark[MM_WMARK_LOW] = q.mark + 1000;
	a.z.boost = 1 + prop_any(p, 34);
	a.z.vm_stat[MM_NR_FREE_PAGES] = (int64_t)due + q.over;
	may = q.order == 0 && (q.flags & MM_ALLOC_MIN_RESERVE) && !(q.flags & MM_ALLOC_WMARK_LOW);
	prop_cover(p, 5, "an urgent single page", may && q.over == 1);
	PROP(p,
	     mm_watermark_ok_unboosted(&a.m, &a.z, q.order, q.highest, q.flags) ==
		     (may && q.over > 0),
	     "order %u, flags 0x%x, %lld over", q.order, q.flags, (long long)q.over);
}

/* ---- compaction ---- */

/* 29: room for the block's pages twice over above the mark, which for more
 * than 8 pages is the low one. */
void formula_compaction(struct mm_prop_run *p)
{
	enum mm_zone_type highest = (enum mm_zone_type)prop_below(p, MM_NR_ZONES);
	unsigned int order = (unsigned int)prop_below(p, MM_NR_ORDERS);
	int64_t over = (int64_t)prop_below(p, 4) - 2;
	uint64_t pages = 1;
	uint64_t due;
	struct per_cpu_zonestat held;
	struct asked a;
	unsigned int o;

	memset(&held, 0, sizeof(held));
	held.diff[MM_NR_FREE_PAGES] = (int8_t)((int)prop_below(p, 5) - 2);
	for (o = 0; o < order; o++)
		pages += pages;
	PROP(p, mm_watermark_compact_gap(order) == pages + pages, "order %u: a gap of %llu", order,
	     (unsigned long long)mm_watermark_compact_gap(order));
	asked_init(p, &a);
	/* what CPUs hold back is not looked at, near or far */
	a.m.desc.cpus = 1;
	a.z.zonestats = &held;
	a.z.percpu_drift_mark = UINT64_MAX;
	a.z.wmark[MM_WMARK_MIN] = prop_any(p, 34);
	a.z.wmark[MM_WMARK_LOW] = a.z.wmark[MM_WMARK_MIN] + 1 + prop_any(p, 34);
	a.z.boost = prop_below(p, 2) ? prop_any(p, 34) : 0;
	a.z.lowmem_reserve[highest] = prop_any(p, 34);
	due = a.z.wmark[pages > 8 ? MM_WMARK_LOW : MM_WMARK_MIN] + a.z.boost + pages + pages +
	      a.z.lowmem_reserve[highest] + a.high_order;
	a.z.vm_stat[MM_NR_FREE_PAGES] = (int64_t)due + over;
	PROP(p, mm_watermark_suits_compaction(&a.m, &a.z, order, highest) == (over > 0),
	     "order %u, %lld pages over", order, (long long)over);
}
