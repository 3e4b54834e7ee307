/* SPDX-License-Identifier: MIT */
/*
 * Question: how does the cost of finding, storing and searching grow with the
 * number of ranges of an address space?
 *
 * Ranges are 1 to 16 pages long, every fourth touches the one before, and one
 * hole in eight is larger than any request but the last rows'. Places are drawn
 * in advance, so that no branch is learned. floor_bsearch finds the same in a
 * sorted array, which cannot take a store.
 */
#include "mm/maple.h"

#include "mm/rng.h"

#include "bench/counts.h"
#include "bench/gbench.h"

#include <stdlib.h>

#define SIZES     5
#define PLACES    4096
#define TOP       ((uint64_t)1 << 47)
#define RANGE_MAX 100000

static const int64_t sizes[SIZES] = {10, 100, 1000, 10000, RANGE_MAX};

/*
 * The same on every host: as the tree was filled, and after each place was
 * erased and stored again.
 */
struct shape {
	unsigned int height;
	uint64_t nodes;
};

struct space {
	struct mm_maple t;
	struct mm_maple_node *node; /* not yet used */
	struct mm_maple_node *free;
	uint64_t nr_nodes;
	uint64_t nr;
	struct mm_maple_range *r;
	uint64_t place[PLACES]; /* of ranges */
	uint64_t index[PLACES]; /* inside them */
	struct shape filled;
	struct shape replaced;
};

static struct space *spaces[SIZES];

/* From one stretch of memory, as a machine's objects are. */
static struct mm_maple_node *get_node(void *env)
{
	struct space *sp = env;
	struct mm_maple_node *n = sp->free;

	sp->nr_nodes++;
	if (!n)
		return sp->node++;
	sp->free = n->u.next;
	return n;
}

static void put_node(void *env, struct mm_maple_node *n)
{
	struct space *sp = env;

	sp->nr_nodes--;
	n->u.next = sp->free;
	sp->free = n;
}

static bool fill(struct space *sp, struct mm_rng *rng)
{
	uint64_t at = TOP;
	uint64_t i;

	/* from the top down, as mmap does */
	for (i = sp->nr; i--;) {
		uint64_t size = 1 + mm_rng_below(rng, 16);
		uint64_t hole = mm_rng_below(rng, 8) ? 1 + mm_rng_below(rng, 8) : 40;

		if (i % 4)
			at -= hole;
		sp->r[i] = (struct mm_maple_range){at - size, at - 1};
		at -= size;
		if (mm_maple_reserve(&sp->t, 1))
			return false;
		mm_maple_store(&sp->t, sp->r[i], &sp->r[i]);
	}
	return true;
}

static bool replace(struct space *sp, uint64_t which)
{
	struct mm_maple_range r = sp->r[which];

	if (mm_maple_reserve(&sp->t, 2))
		return false;
	mm_maple_store(&sp->t, r, NULL);
	mm_maple_store(&sp->t, r, &sp->r[which]);
	return true;
}

static struct shape shape_of(const struct space *sp)
{
	return (struct shape){sp->t.height, sp->nr_nodes - sp->t.nr_reserved};
}

static struct space *space_create(uint64_t nr)
{
	struct space *sp = calloc(1, sizeof(*sp));
	struct mm_maple_allocator alloc = {get_node, put_node, sp};
	struct mm_rng rng;
	uint64_t i;

	if (!sp)
		return NULL;
	/*
	 * a range and a hole are two slots at most, and leaves are half full at
	 * least
	 */
	sp->node = aligned_alloc(MM_MAPLE_NODE_SIZE, (nr + 64) * MM_MAPLE_NODE_SIZE);
	mm_rng_init(&rng, nr);
	mm_maple_init(&sp->t, &alloc);
	sp->nr = nr;
	sp->r = calloc(nr, sizeof(*sp->r));
	if (!sp->r || !sp->node || !fill(sp, &rng))
		return NULL;
	sp->filled = shape_of(sp);
	for (i = 0; i < PLACES; i++) {
		sp->place[i] = mm_rng_below(&rng, nr);
		sp->index[i] = sp->r[sp->place[i]].first;
		if (!replace(sp, sp->place[i]))
			return NULL;
	}
	sp->replaced = shape_of(sp);
	return sp;
}

/*
 * Kept for all rows: one of 100,000 ranges takes as long to make as a row to
 * run.
 */
static void setup(struct bench_state *s)
{
	size_t i = 0;

	while (sizes[i] != bench_arg(s, 0))
		i++;
	if (!spaces[i])
		spaces[i] = space_create((uint64_t)sizes[i]);
	bench_set_data(s, spaces[i]);
	bench_require(s, spaces[i] != NULL, "no memory for the ranges");
}

static bool report(struct bench_state *s, const struct space *sp, const char *op,
		   const struct shape *shape)
{
	char row[64];
	char counted[COUNTS_LINE_MAX];

	bench_counter(s, "height", shape->height, BENCH_SUM);
	bench_counter(s, "nodes", (double)shape->nodes, BENCH_SUM);
	(void)snprintf(row, sizeof(row), "maple/%s/ranges:%" PRIu64, op, sp->nr);
	(void)snprintf(counted, sizeof(counted), "%s height=%u nodes=%" PRIu64, row, shape->height,
		       shape->nodes);
	return counts_as_expected(s, row, counted);
}

static bool check_find(struct bench_state *s, const struct space *sp)
{
	uint64_t i;

	for (i = 0; i < sp->nr; i++)
		if (mm_maple_find(&sp->t, sp->r[i].last) != &sp->r[i])
			return bench_require(s, false, "range %" PRIu64 " is not found", i);
	return report(s, sp, "find", &sp->filled);
}

static void find(struct bench_state *s)
{
	struct space *sp = bench_data(s);
	uint64_t i = 0;

	if (bench_first_run(s) && !check_find(s, sp))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		BENCH_USE(mm_maple_find(&sp->t, sp->index[i]));
		i = (i + 1) % PLACES;
	}
}

/* find_vma of an address in a hole, or of one in a range. */
static void find_after(struct bench_state *s)
{
	struct space *sp = bench_data(s);
	struct mm_maple_range r;
	uint64_t i = 0;

	if (bench_first_run(s) &&
	    !bench_require(s,
			   mm_maple_find_at_or_after(&sp->t, sp->r[0].first - 1, &r) == &sp->r[0],
			   "the first range is not found"))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		BENCH_USE(mm_maple_find_at_or_after(&sp->t, sp->index[i] - 1, &r));
		i = (i + 1) % PLACES;
	}
}

static void next(struct bench_state *s)
{
	struct space *sp = bench_data(s);
	struct mm_maple_cursor c;
	uint64_t seen = 1;

	(void)mm_maple_seek(&c, &sp->t, 0);
	while (mm_maple_next(&c))
		seen++;
	if (!bench_require(s, seen == sp->nr, "%" PRIu64 " ranges are seen", seen))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		void *entry = mm_maple_next(&c);

		if (!entry)
			entry = mm_maple_seek(&c, &sp->t, 0);
		BENCH_USE(entry);
	}
}

static bool check_pair(struct bench_state *s, struct space *sp)
{
	return bench_require(s, sp->t.count == sp->nr, "%" PRIu64 " ranges", sp->t.count) &&
	       report(s, sp, "pair", &sp->replaced);
}

static void pair(struct bench_state *s)
{
	struct space *sp = bench_data(s);
	uint64_t i = 0;

	if (bench_first_run(s) && !check_pair(s, sp))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		if (!replace(sp, sp->place[i])) {
			bench_fail(s, "no node");
			return;
		}
		i = (i + 1) % PLACES;
	}
}

/*
 * mmap of 16 pages: the highest hole of 40 is not far, but no other is large
 * enough.
 */
static void gap(struct bench_state *s, uint64_t size, bool want)
{
	struct space *sp = bench_data(s);
	struct mm_maple_range within = {sp->r[0].first, TOP - 1};
	uint64_t i = 0;
	uint64_t at = 0;
	int err = mm_maple_gap_high(&sp->t, within, size, &at);

	if (!bench_require(s, want == (err == 0) || sp->nr < 100, "status %d", err))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		within.last = sp->index[i];
		if (within.last - within.first < size)
			within.last = TOP - 1;
		BENCH_USE(mm_maple_gap_high(&sp->t, within, size, &at));
		i = (i + 1) % PLACES;
	}
}

static void gap_high(struct bench_state *s)
{
	gap(s, 16, true);
}

/* Larger than all: it has to be seen that there is none. */
static void gap_none(struct bench_state *s)
{
	gap(s, 41, false);
}

static void floor_bsearch(struct bench_state *s)
{
	struct space *sp = bench_data(s);
	uint64_t k = 0;

	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		uint64_t index = sp->index[k];
		const struct mm_maple_range *r = sp->r;
		uint64_t nr = sp->nr;

		while (nr > 1) {
			uint64_t half = nr / 2;

			r = r[half].first <= index ? r + half : r;
			nr -= half;
		}
		BENCH_USE(r);
		k = (k + 1) % PLACES;
	}
}

/* clang-format off */
const struct bench_def mm_maple_benches[] = {
	{.name = "maple/find", .fn = find, .setup = setup,
	 .arg_names = {"ranges"}, .args = sizes, .nr_args = SIZES},
	{.name = "maple/find_after", .fn = find_after, .setup = setup,
	 .arg_names = {"ranges"}, .args = sizes, .nr_args = SIZES},
	{.name = "maple/next", .fn = next, .setup = setup,
	 .arg_names = {"ranges"}, .args = sizes, .nr_args = SIZES},
	{.name = "maple/pair", .fn = pair, .setup = setup,
	 .arg_names = {"ranges"}, .args = sizes, .nr_args = SIZES},
	{.name = "maple/gap_high", .fn = gap_high, .setup = setup,
	 .arg_names = {"ranges"}, .args = sizes, .nr_args = SIZES},
	{.name = "maple/gap_none", .fn = gap_none, .setup = setup,
	 .arg_names = {"ranges"}, .args = sizes, .nr_args = SIZES},
	{.name = "maple/floor_bsearch", .fn = floor_bsearch, .setup = setup,
	 .arg_names = {"ranges"}, .args = sizes, .nr_args = SIZES},
	{.name = NULL},
};
/* clang-format on */
