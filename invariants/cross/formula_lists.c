/* SPDX-License-Identifier: MIT */
/* formula_lists: 15 to 20: batches, limits and what moves them. */
#include "mm/pcp.h"

#include "formula.h"

#include <string.h>

/* ---- limits ---- */

/*
 * 15: of every 4096 pages one, at least one and at most 64; half as much again;
 * the largest power of two in that, less one, but at least one page.
 */
static uint64_t due_batch(uint64_t managed)
{
	uint64_t b = 1;
	uint64_t power = 1;

	while (b < 64 && managed >= 4096 * (b + 1))
		b++;
	/* 2^k is in 3/2 b when 2^(k+1) is in 3 b */
	while (4 * power <= 3 * b)
		power *= 2;
	return power > 1 ? power - 1 : 1;
}

void formula_batches(struct mm_prop_run *p)
{
	struct mm_pcp_sizes s = {0, 0, 0, 1};
	uint64_t step;
	int by;

	for (step = 0; step <= 70; step++) {
		for (by = -1; by <= 1; by++) {
			s.managed = 4096 * step + (uint64_t)(step ? by : 0);
			PROP(p, mm_pcp_compute_limits(&s).batch == due_batch(s.managed),
			     "%llu pages: a batch of %llu", (unsigned long long)s.managed,
			     (unsigned long long)mm_pcp_compute_limits(&s).batch);
		}
	}
	s.managed = formula_pages(p);
	PROP(p, mm_pcp_compute_limits(&s).batch == due_batch(s.managed),
	     "%llu pages: a batch of %llu", (unsigned long long)s.managed,
	     (unsigned long long)mm_pcp_compute_limits(&s).batch);
}

/* 16: the share of a CPU in pages / part, or four batches when that is more.  Of a share
 * the low 32 bits count, and as a number with a sign. */
/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as the formula has them */
static bool is_high(uint64_t high, uint64_t pages, uint64_t parts, uint64_t batch)
{
	struct formula_wide num = {0, pages};

	while (num.lo >> 32 >= parts)
		num.lo -= parts << 32;
	if (num.lo >> 31 >= parts)
		return high == 4 * batch;
	if (high == 4 * batch)
		return formula_exceeds(formula_product(4 * batch + 1, parts), num);
	return high > 4 * batch && formula_is_quotient(high, num, parts);
}

/* 16 and 17.  Two divisions that drop their remainders are one by the
 * product. */
void formula_limits(struct mm_prop_run *p)
{
	struct mm_pcp_sizes s;
	struct mm_pcp_limits l;
	uint64_t cpus;

	s.managed = formula_pages(p);
	s.cpus = 1 + (int)(prop_below(p, 4) ? prop_below(p, 16) : prop_any(p, 12));
	s.low = prop_below(p, 4) ? prop_below(p, s.managed / 8 + 1) : prop_any(p, 34);
	s.fraction = prop_below(p, 2) ? 0 : 8 + prop_any(p, 20);
	cpus = (uint64_t)s.cpus;
	l = mm_pcp_compute_limits(&s);
	prop_cover(p, 15, "high_min above four batches", l.high_min > 4 * l.batch);
	prop_cover(p, 15, "a low mark that is no multiple of the CPUs", s.low % cpus != 0);
	PROP(p,
	     is_high(l.high_min, s.fraction ? s.managed : s.low,
		     cpus * (s.fraction ? s.fraction : 1), l.batch),
	     "high_min %llu of %llu pages, low %llu, fraction %llu, %d CPUs",
	     (unsigned long long)l.high_min, (unsigned long long)s.managed,
	     (unsigned long long)s.low, (unsigned long long)s.fraction, s.cpus);
	PROP(p, is_high(l.high_max, s.managed, cpus * (s.fraction ? s.fraction : 8), l.batch),
	     "high_max %llu of %llu pages, fraction %llu, %d CPUs", (unsigned long long)l.high_max,
	     (unsigned long long)s.managed, (unsigned long long)s.fraction, s.cpus);
	PROP(p, !s.fraction || l.high_max == l.high_min, "limits that are set by hand differ");
}

/* ---- what moves them ---- */

/* Numbers as demand leaves them, and limits: now and then turned round, all
 * of one size, or disabled. */
static struct per_cpu_pages some_lists(struct mm_prop_run *p)
{
	struct per_cpu_pages l;

	memset(&l, 0, sizeof(l));
	l.batch = (1 << (1 + prop_below(p, 6))) - 1;
	if (prop_below(p, 8)) {
		l.high_min = 4 * l.batch + (int)prop_below(p, 200);
		l.high_max = prop_below(p, 4) ? 4 * l.batch + (int)prop_below(p, 5000) : l.high_min;
	}
	if (prop_below(p, 8) == 0)
		l.high_max = l.high_min = (int)prop_below(p, 80);
	l.high = l.high_min + (int)prop_below(p, 100);
	if (prop_below(p, 2))
		l.high = (int)prop_below(p, (uint64_t)l.high_max + 100);
	/* as often full as not */
	l.count = (int)prop_below(p, (uint64_t)l.high + 1);
	if (prop_below(p, 2))
		l.count = l.high + (int)prop_below(p, (uint64_t)l.batch + 1);
	l.free_count = (int)prop_below(p, prop_below(p, 2) ? (uint64_t)l.batch * 32 + 8 : 8);
	l.alloc_factor = (uint8_t)prop_below(p, 6);
	return l;
}

/* Up to the least, then down to the most: the most wins where they are
 * turned round. */
static int between(int v, int lo, int hi)
{
	while (v < lo)
		v++;
	while (v > hi)
		v--;
	return v;
}

static bool same_numbers(const struct per_cpu_pages *a, const struct per_cpu_pages *b)
{
	return a->count == b->count && a->high == b->high && a->free_count == b->free_count &&
	       a->alloc_factor == b->alloc_factor && a->flags == b->flags &&
	       a->high_min == b->high_min && a->high_max == b->high_max && a->batch == b->batch;
}

/* 18, page by page. */
static int due_refill(struct per_cpu_pages *l, bool grows, unsigned int order)
{
	int pages = l->batch;
	int room;
	unsigned int i;

	l->high = between(l->high, l->high_min, l->high_max);
	if (l->high < l->batch)
		return 1;
	for (i = l->alloc_factor; i > 0 && order == 0; i--)
		pages += pages;
	for (i = (unsigned int)pages; i > 0 && grows && l->high < l->high_max; i--)
		l->high++;
	if (order == 0) {
		/* what is there and one batch are to find room as well */
		room = l->high - l->count - l->batch;
		room = room < l->batch ? l->batch : room;
		if (pages > room)
			pages = room;
		else if (l->alloc_factor != 5)
			l->alloc_factor++;
	}
	if (pages == 1)
		return 1;
	for (i = order; i > 0; i--)
		pages /= 2;
	return pages < 2 ? 2 : pages;
}

void formula_refills(struct mm_prop_run *p)
{
	struct per_cpu_pages l = some_lists(p);
	const struct per_cpu_pages before = l;
	struct per_cpu_pages due_lists = l;
	bool below_high = prop_below(p, 2) != 0;
	unsigned int order = prop_below(p, 2) ? 0 : (unsigned int)prop_below(p, 10);
	uint32_t flags = below_high ? MM_ZONE_BELOW_HIGH : 0;
	bool grows = !below_high && l.high_min != l.high_max;
	int due = due_refill(&due_lists, grows, order);
	int have;

	flags |= prop_below(p, 2) ? MM_ZONE_RECLAIM_ACTIVE : 0;
	have = mm_pcp_refill_blocks(&l, flags, order);
	prop_cover(p, 5, "a refill that doubles", l.alloc_factor > before.alloc_factor);
	prop_cover(p, 10, "a high that rises", grows && l.high > before.high);
	prop_cover(p, 10, "less than the whole batch", order == 0 && have < l.batch << 5);
	PROP(p, have == due, "order %u: %d blocks, due are %d", order, have, due);
	PROP(p, same_numbers(&l, &due_lists),
	     "order %u: high %d alloc_factor %u, due are %d and %u", order, l.high, l.alloc_factor,
	     due_lists.high, due_lists.alloc_factor);
}

/* 19. */
void formula_excess(struct mm_prop_run *p)
{
	const struct per_cpu_pages l = some_lists(p);
	struct per_cpu_pages after = l;
	bool free_high = prop_below(p, 4) == 0;
	int high = free_high ? 0 : (int)prop_below(p, (uint64_t)l.high + 2);
	int due;

	if (free_high)
		due = between(l.count, 0, 32 * l.batch);
	else if (high < l.batch)
		due = 1;
	else
		due = between(l.free_count, l.batch, high - l.batch);
	prop_cover(p, 5, "a run of frees longer than a batch",
		   !free_high && l.free_count > l.batch && due == l.free_count);
	prop_cover(p, 5, "as much as leaves a batch", !free_high && due == high - l.batch);
	PROP(p, mm_pcp_excess(&after, high, free_high) == due, "high %d: %d pages, due are %d",
	     high, mm_pcp_excess(&after, high, free_high), due);
	PROP(p, same_numbers(&l, &after), "giving back moved a number");
}

/* 20: lowered page by page, as far as high_min. */
static void lower(struct per_cpu_pages *l, int by)
{
	for (; by > 0 && l->high > l->high_min; by--)
		l->high--;
	/* limits that are turned round */
	if (l->high < l->high_min)
		l->high = l->high_min;
}

static int due_high(struct per_cpu_pages *l, uint32_t flags, bool free_high)
{
	int run = l->free_count > l->batch ? l->free_count : l->batch;
	int was;

	l->high = between(l->high, l->high_min, l->high_max);
	was = l->high;
	if (!was)
		return 0;
	if (free_high) {
		lower(l, 32 * l->batch);
		return 0;
	}
	if (flags & MM_ZONE_RECLAIM_ACTIVE) {
		lower(l, run);
		return l->high < 4 * l->batch ? l->high : 4 * l->batch;
	}
	if (l->high_min == l->high_max)
		return was;
	if (flags & MM_ZONE_BELOW_HIGH) {
		lower(l, run);
		return l->count > l->high_min ? l->count : l->high_min;
	}
	/* full, and a run of frees longer than it has room for */
	if (l->count >= was && l->free_count + l->batch > was)
		l->high = between(l->free_count + l->batch, l->high_min, l->high_max);
	return was;
}

void formula_high(struct mm_prop_run *p)
{
	struct per_cpu_pages l = some_lists(p);
	const int before = between(l.high, l.high_min, l.high_max);
	struct per_cpu_pages due_lists = l;
	bool free_high = prop_below(p, 6) == 0;
	uint32_t flags = 0;
	int due;
	int have;

	flags |= prop_below(p, 4) == 0 ? MM_ZONE_BELOW_HIGH : 0;
	flags |= prop_below(p, 4) == 0 ? MM_ZONE_RECLAIM_ACTIVE : 0;
	due = due_high(&due_lists, flags, free_high);
	have = mm_pcp_high_at_free(&l, flags, free_high);
	prop_cover(p, 1, "a run of frees that raises high", l.high > before);
	prop_cover(p, 10, "a high that falls", l.high < before);
	PROP(p, have == due, "flags %u, free_high %d: from %d on, due are %d", flags, free_high,
	     have, due);
	PROP(p, same_numbers(&l, &due_lists), "flags %u, free_high %d: high %d, due are %d", flags,
	     free_high, l.high, due_lists.high);
}
