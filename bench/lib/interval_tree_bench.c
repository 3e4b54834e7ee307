/* SPDX-License-Identifier: MIT */
/*
 * Question: what does it cost to find who shares a point, with more and more
 * intervals in the tree, and to take one out and put it back?
 *
 * Intervals begin STRIDE apart and each covers as many beginnings as a question
 * has answers; they were added in random order and lie in memory in another.
 * scan is the same question asked of an array: what the tree has to be worth.
 */
#include "mm/interval_tree.h"

#include "mm/rng.h"

#include "bench/gbench.h"

#include <inttypes.h>
#include <stdlib.h>

#define NODES_MAX 100000
#define STRIDE    16
#define QUESTIONS 1024 /* drawn before the loop, a power of two */

static struct fixture {
	struct mm_interval_tree tree;
	struct mm_interval_tree_node *nodes;
	uint32_t *order; /* a random order of their numbers */
	uint64_t nr;
	uint64_t hits;
	uint64_t asked[QUESTIONS]; /* points, or numbers of nodes */
} fixture;

static void shuffle(struct mm_rng *rng, uint32_t *order, uint64_t nr)
{
	uint64_t i;

	for (i = 0; i < nr; i++)
		order[i] = (uint32_t)i;
	for (i = nr; i > 1; i--) {
		uint64_t j = mm_rng_below(rng, i);
		uint32_t last = order[i - 1];

		order[i - 1] = order[j];
		order[j] = last;
	}
}

/* Argument 0: nodes, argument 1: answers to a question. */
static void setup(struct bench_state *s)
{
	struct fixture *f = &fixture;
	struct mm_rng rng;
	uint64_t i;

	if (!f->nodes) {
		f->nodes = calloc(NODES_MAX, sizeof(*f->nodes));
		f->order = calloc(NODES_MAX, sizeof(*f->order));
	}
	if (!f->nodes || !f->order) {
		bench_skip(s, "no host memory");
		return;
	}
	f->nr = (uint64_t)bench_arg(s, 0);
	f->hits = (uint64_t)bench_arg(s, 1);
	mm_rng_init(&rng, f->nr);
	shuffle(&rng, f->order, f->nr);
	for (i = 0; i < f->nr; i++) {
		uint64_t at = f->order[i] * (uint64_t)STRIDE;
		uint64_t last = at + (f->hits ? f->hits * STRIDE - 2 : 0);

		mm_interval_tree_node_init(&f->nodes[i], at, last);
	}
	shuffle(&rng, f->order, f->nr);
	mm_interval_tree_init(&f->tree);
	for (i = 0; i < f->nr; i++)
		mm_interval_tree_add(&f->tree, &f->nodes[f->order[i]]);
	/* points between two beginnings, with enough intervals before them */
	for (i = 0; i < QUESTIONS; i++) {
		uint64_t below = mm_rng_below(&rng, f->nr - (f->hits ? f->hits - 1 : 0));

		f->asked[i] = (below + (f->hits ? f->hits - 1 : 0)) * STRIDE + STRIDE / 2;
	}
	bench_set_data(s, f);
}

static bool check(struct bench_state *s, const struct fixture *f)
{
	struct mm_rbtree_seen seen;
	bool ok = mm_interval_tree_check(&f->tree, f->nr, &seen);

	return bench_require(s, ok, "%s", mm_rbtree_fault_text(seen.fault)) &&
	       bench_require(s, seen.nodes == f->nr, "%" PRIu64 " nodes of %" PRIu64, seen.nodes,
			     f->nr);
}

static void query(struct bench_state *s)
{
	const struct fixture *f = bench_data(s);
	uint64_t found = 0;

	if (bench_first_run(s) && !check(s, f))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		uint64_t at = f->asked[n % QUESTIONS];
		const struct mm_interval_tree_node *i =
			mm_interval_tree_iter_first(&f->tree, at, at);

		for (; i; i = mm_interval_tree_iter_next(i, at, at))
			found++;
		BENCH_USE(i);
	}
	bench_require(s, found == bench_iterations(s) * f->hits,
		      "%" PRIu64 " found by %" PRIu64 " questions", found, bench_iterations(s));
}

static void scan(struct bench_state *s)
{
	const struct fixture *f = bench_data(s);
	uint64_t found = 0;

	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		uint64_t at = f->asked[n % QUESTIONS];

		for (uint64_t i = 0; i < f->nr; i++)
			found += f->nodes[i].start <= at && f->nodes[i].last >= at;
		BENCH_USE(&f->nodes[0]);
	}
	bench_require(s, found == bench_iterations(s) * f->hits,
		      "%" PRIu64 " found by %" PRIu64 " questions", found, bench_iterations(s));
}

/* Each is taken out and put back in turn, in random order. */
static void del_add(struct bench_state *s)
{
	struct fixture *f = bench_data(s);
	uint64_t turn = 0;

	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		struct mm_interval_tree_node *i = &f->nodes[f->order[turn]];

		turn = turn + 1 < f->nr ? turn + 1 : 0;
		mm_interval_tree_del(&f->tree, i);
		mm_interval_tree_add(&f->tree, i);
		BENCH_USE(i);
	}
	check(s, f);
}

/* clang-format off */
static const int64_t questions[] = {
	10, 0,  100, 0,  1000, 0,  10000, 0,  100000, 0,
	10, 1,  100, 1,  1000, 1,  10000, 1,  100000, 1,
	10, 10,  100, 10,  1000, 10,  10000, 10,  100000, 10,
	1000, 100,  100000, 100,
};
static const int64_t pairs[] = {10, 1,  100, 1,  1000, 1,  10000, 1,  100000, 1};
static const int64_t scans[] = {10, 1,  100, 1,  1000, 1};

const struct bench_def mm_interval_tree_benches[] = {
	{.name = "interval_tree/query", .fn = query, .setup = setup,
	 .arg_names = {"nodes", "hits"}, .args = questions, .nr_args = 17},
	{.name = "interval_tree/scan", .fn = scan, .setup = setup,
	 .arg_names = {"nodes", "hits"}, .args = scans, .nr_args = 3},
	{.name = "interval_tree/del_add", .fn = del_add, .setup = setup,
	 .arg_names = {"nodes", "hits"}, .args = pairs, .nr_args = 5},
	{.name = NULL},
};
/* clang-format on */
